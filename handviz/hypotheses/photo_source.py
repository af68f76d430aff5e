"""Which photo a prediction was made from, kept in its provenance, so that the photo is found and known again."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from handviz.hypotheses.prediction import Prediction


@dataclass(frozen=True)
class PhotoSource:
    """A photo, or a frame of a video."""

    path: Path
    sha256: str
    """Of the whole file."""
    frame: int | None
    """Frame of a video, from 0; None for a photo."""
    size: tuple[int, int]
    """Width and height in pixels."""

    def provenance(self) -> dict[str, str]:
        """As entries of Prediction.provenance."""
        entries = {
            "photo": str(self.path.absolute()),
            "photo_sha256": self.sha256,
            "photo_size": "x".join(str(side) for side in self.size),
        }
        return entries if self.frame is None else entries | {"photo_frame": str(self.frame)}

    @classmethod
    def of(cls, prediction: Prediction) -> "PhotoSource | None":
        """What a prediction tells about its photo; None where it tells nothing, or nonsense."""
        notes: Mapping[str, str] = prediction.provenance
        size = photo_size(prediction)
        if size is None or not notes.get("photo") or not notes.get("photo_sha256"):
            return None
        frame = notes.get("photo_frame")
        if frame is not None and not (frame.isascii() and frame.isdigit() and len(frame) < 10):
            return None
        return cls(Path(notes["photo"]), notes["photo_sha256"], None if frame is None else int(frame), size)

    def candidates(self, prediction_file: Path) -> list[Path]:
        """Where the photo may lie: where it lay, and beside the prediction."""
        return list(dict.fromkeys([self.path, prediction_file.absolute().parent / self.path.name]))

    def describe(self) -> str:
        """The file's name, with the frame for a video."""
        return self.path.name if self.frame is None else f"frame {self.frame} of {self.path.name}"


def photo_size(prediction: Prediction) -> tuple[int, int] | None:
    """Width and height in pixels that the provenance tells; None where it tells none."""
    parts = prediction.provenance.get("photo_size", "").split("x")
    if len(parts) == 2 and all(part.isascii() and part.isdigit() and len(part) < 8 for part in parts):
        return int(parts[0]), int(parts[1])
    return None
