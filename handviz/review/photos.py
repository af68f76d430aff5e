"""Where the photos of cases lie, and finding them again by their hash when they were moved."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from handviz.errors import InputError
from handviz.files import sha256
from handviz.review.cases import Case
from handviz.review.store import Library

Progress = Callable[[int, int], bool]
"""Called with (files looked at, cases still sought); False stops the search."""


@dataclass(frozen=True)
class Found:
    """What a search for moved photos brought."""

    cases: int
    """Found again."""
    missing: int
    """Still not there."""


def photo_path(library: Library, case: Case) -> Path | None:
    """Where the case's photo or video lies now: as noted, or as seen from the library; None when it is not there."""
    return photo_seen_from(library.path.parent, case)


def photo_seen_from(folder: Path, case: Case) -> Path | None:
    """The same for a case of a library in that folder."""
    for candidate in (case.path, folder / case.relative_path if case.relative_path else None):
        try:
            if candidate is not None and candidate.is_file():
                return candidate
        except (OSError, ValueError):
            continue
    return None


def same_photo(path: Path, photo_sha256: str) -> bool:
    """Whether the file is still the one a case was made from."""
    try:
        return sha256(path) == photo_sha256
    except InputError:
        return False


def find_photos(library: Library, folders: Iterable[Path], progress: Progress | None = None) -> Found:
    """Look in folders, and those in them, for the photos that are not where they were, by size and hash.

    Raises InputError when the library cannot be written. Paths are noted as they are found, which is not a step of
    undo.
    """
    sought = [case for case in library.cases() if photo_path(library, case) is None]
    by_hash: dict[str, list[Case]] = {}
    for case in sought:
        by_hash.setdefault(case.photo_sha256, []).append(case)
    found = 0
    for number, path in enumerate(_files(folders)):
        if not by_hash or (progress and not progress(number, sum(map(len, by_hash.values())))):
            break
        # Closing a library's file would drop the locks that SQLite holds on it.
        if path.name.startswith(library.path.name) or not _may_be_sought(path, by_hash):
            continue
        try:
            cases = by_hash.pop(sha256(path), [])
        except InputError:
            continue
        if cases:
            library.set_path([case.id for case in cases], path)
            found += len(cases)
    return Found(found, len(sought) - found)


def _may_be_sought(path: Path, by_hash: dict[str, list[Case]]) -> bool:
    """Reading every file of a disk takes long: those of other sizes and kinds are passed over."""
    cases = [case for group in by_hash.values() for case in group]
    try:
        size = path.stat().st_size
    except OSError:
        return False
    return any(
        case.photo_bytes == size if case.photo_bytes is not None else case.path.suffix.lower() == path.suffix.lower()
        for case in cases
    )


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for place, subfolders, names in os.walk(folder):
            subfolders.sort()
            for name in sorted(names):
                yield Path(place) / name
