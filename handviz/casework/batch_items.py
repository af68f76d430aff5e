"""What a batch is to predict: pictures of photos, videos, folders and manifests, each with its question."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from handviz.casework.asking import Question
from handviz.casework.manifest import inside, is_manifest, read_manifest
from handviz.errors import InputError
from handviz.media.sources import Picture, PictureReader, files_in


@dataclass(frozen=True)
class BatchSources:
    """What the user named."""

    paths: tuple[Path, ...]
    """Photos, videos, folders of them, manifests."""
    frames: slice = field(default_factory=lambda: slice(None))
    """Which frames of videos."""
    photos: Path | None = None
    """Where the pictures lie that manifests name; None for beside each manifest."""
    question: Question = field(default_factory=Question)
    """Asked about every picture whose manifest does not tell better."""


@dataclass(frozen=True)
class BatchItem:
    """One picture."""

    picture: Picture
    question: Question
    prediction: Path | None = None
    """The file of a prediction made elsewhere."""
    photo_sha256: str | None = None
    """What a manifest says of the photo's content."""

    @property
    def label(self) -> str:
        """For messages."""
        return label_of(self.picture)


@dataclass(frozen=True)
class BadSource:
    """What the user named and cannot be used."""

    label: str
    message: str


def label_of(picture: Picture) -> str:
    """A picture's file name, with the frame of a video."""
    return picture.path.name if picture.frame is None else f"{picture.path.name}, frame {picture.frame}"


def list_items(sources: BatchSources, reader: PictureReader) -> Iterator[BatchItem | BadSource]:
    """All pictures in the order in which they were named; videos are opened to count their frames."""
    for path in sources.paths:
        try:
            if is_manifest(path):
                yield from _of_manifest(path, sources, reader)
                continue
            for file in files_in(path):
                yield from _of_file(file, sources, reader)
        except InputError as error:
            yield BadSource(str(path), str(error))


def _of_file(file: Path, sources: BatchSources, reader: PictureReader) -> Iterator[BatchItem | BadSource]:
    try:
        for picture in reader.pictures(file, sources.frames):
            yield BatchItem(picture, sources.question)
    except InputError as error:
        yield BadSource(str(file), str(error))


def _of_manifest(path: Path, sources: BatchSources, reader: PictureReader) -> Iterator[BatchItem | BadSource]:
    photos = sources.photos or path.parent
    for number, entry in read_manifest(path):
        try:
            if isinstance(entry, InputError):
                raise entry
            photo = inside(photos, entry.photo)
            prediction = inside(path.parent, entry.prediction) if entry.prediction is not None else None
            if not photo.is_file():
                raise InputError(f"{photo} is not there; name the folder of the photos (--photos).")
            frames = slice(None) if entry.frame is None else slice(entry.frame, entry.frame + 1)
            question = replace(sources.question, box=entry.box, hand=entry.hand)
            for picture in reader.pictures(photo, frames):
                if prediction is not None and picture.frame != entry.frame:
                    raise InputError(f"{photo} is a video; the line has to name the frame that was predicted.")
                yield BatchItem(picture, question, prediction, entry.photo_sha256)
        except InputError as error:
            text = str(error)
            yield BadSource(f"{path.name}, line {number}", text if text.startswith(str(path)) else f"{path}: {text}")
