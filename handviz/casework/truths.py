"""Finding the truth of a picture: NAME.json for a photo, NAME.npz for a video, beside it or in another folder."""

from dataclasses import dataclass
from pathlib import Path

from handviz.errors import InputError
from handviz.hypotheses.clip_truth import SUFFIX, ClipTruth, clip_truth_beside
from handviz.hypotheses.truth import Truth, truth_beside
from handviz.media.sources import Picture


@dataclass(frozen=True)
class KnownTruth:
    """A truth and the file that tells it."""

    hand: Truth
    file: Path


class Truths:
    """Truths by picture; keeps the file of the last video open in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        """folder: where the files lie; None for beside each picture. Raises InputError when it is no folder."""
        if folder is not None and not folder.is_dir():
            raise InputError(f"{folder} is not a folder; name the one in which the truths lie.")
        self._folder = folder
        self._clip: tuple[Path, ClipTruth | None] | None = None

    def of(self, picture: Picture) -> KnownTruth | None:
        """The truth of a picture; None where there is none. Raises InputError for one that cannot be read."""
        path = picture.path if self._folder is None else self._folder / picture.path.name
        if picture.frame is None:
            hand = truth_beside(path)
            return KnownTruth(hand, path.with_suffix(".json")) if hand is not None else None
        clip = self._clip_of(path)
        hand = clip.at(picture.frame) if clip is not None else None
        return KnownTruth(hand, path.with_suffix(SUFFIX)) if hand is not None else None

    def _clip_of(self, video: Path) -> ClipTruth | None:
        if self._clip is None or self._clip[0] != video:
            self._clip = video, clip_truth_beside(video)
        return self._clip[1]
