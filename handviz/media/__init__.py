"""Photos and videos from outside: opened by content, checked, decoded; and files written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from handviz.errors import InputError

if TYPE_CHECKING:
    from handviz.media.photos import Photo
    from handviz.media.video import Video


def open_media(path: str | Path) -> Photo | Video:
    """Open a photo or a video, told apart by content. Raises InputError for anything else, with what to do."""
    from handviz.media.kinds import kind_of_file

    kind = kind_of_file(path)
    if kind == "unknown":
        raise InputError(f"{path} is neither a photo nor a video that handviz reads; use JPEG, PNG or MP4.")
    if kind == "video":
        from handviz.media.video import Video

        return Video(path)
    from handviz.media.photos import load_photo

    return load_photo(path)
