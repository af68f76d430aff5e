"""The session: the picture being looked at, what to ask of the networks, and what they answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from handviz.app.models.analysis import Analysis
from handviz.app.models.crop_box import Box
from handviz.app.models.photo_view import PhotoViewModel
from handviz.app.models.selection import SelectionModel
from handviz.app.models.signal import Signal
from handviz.app.models.view import ViewModel
from handviz.geometry.cameras import pinhole_intrinsics
from handviz.hypotheses.foreign import for_photo
from handviz.hypotheses.photo_source import photo_size
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.relations import comparable_points
from handviz.hypotheses.truth import Truth

MAX_HYPOTHESES = 200
HANDS = ("auto", "left", "right")
"""Choices of the hand; auto lets the detector decide."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A photo, or one frame of a video."""

    path: Path
    image: np.ndarray
    """(H, W, 3) uint8 RGB."""
    frame: int = 0
    frame_count: int = 1
    frames_per_second: float = 0.0
    focal_px: float | None = None
    """Focal length that the camera noted in the file."""
    sha256: str | None = None
    """Of the whole file, where it is known already."""

    @property
    def is_video(self) -> bool:
        """Whether there are other frames to step to."""
        return self.frame_count > 1

    @property
    def intrinsics(self) -> np.ndarray | None:
        """(3, 3) in pixels, where the camera noted its focal length."""
        return None if self.focal_px is None else pinhole_intrinsics(self.focal_px, self.width, self.height)

    def shows_video_of(self, other: "Picture") -> bool:
        """Whether both are frames of the same video."""
        return self.is_video and self.path == other.path

    def fits(self, prediction: Prediction) -> bool:
        """Whether a prediction can come from a picture of this size.

        Its provenance tells the size, or else its principal point, which lies in the middle.
        """
        size = photo_size(prediction)
        if size is not None:
            return size == (self.width, self.height)
        if "intrinsics" in prediction.unknown:
            return True
        x, y = (round(float(value)) for value in 2.0 * prediction.intrinsics[:2, 2])
        return (x, y) == (self.width, self.height)

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self.image.shape[0])


@dataclass(frozen=True)
class Engine:
    """What predicts: its device, weights and hand model; empty until it is ready."""

    device: str = ""
    weights_name: str = ""
    hand_model_name: str = ""
    asleep: bool = False
    """Whether it starts to load with the first prediction only."""
    provenance: Mapping[str, str] = field(default_factory=dict)
    """Of every prediction to come: SHA-256 of weights and hand model."""

    @property
    def ready(self) -> bool:
        """Whether it has reported itself."""
        return bool(self.device)


@dataclass(frozen=True)
class Job:
    """The prediction under way."""

    request_id: int
    fraction: float = 0.0
    message: str = "Waiting for the networks"


class SessionModel:
    """State of one window. Every group of fields has its own signal, emitted after the change."""

    def __init__(self) -> None:
        self.picture_changed = Signal()
        self.request_changed = Signal()
        self.prediction_changed = Signal()
        self.job_changed = Signal()
        self.engine_changed = Signal()
        self.truth_changed = Signal()
        self.analysis_changed = Signal()
        self.selection = SelectionModel()
        self.view = ViewModel()
        self.photo_view = PhotoViewModel()
        self.picture: Picture | None = None
        self.loading: str = ""
        self.box: Box | None = None
        self.hand: str = "auto"
        self.hypotheses: int = 16
        self.seed: int = 0
        self.auto_predict: bool = True
        self.prediction: Prediction | None = None
        self.truth: Truth | None = None
        self.analysis: Analysis | None = None
        self.seconds: float | None = None
        self.job: Job | None = None
        self._framed: Path | None = None
        self.engine = Engine()

    def set_loading(self, what: str) -> None:
        """Name what is being read from disk; empty when nothing is."""
        if what != self.loading:
            self.loading = what
            self.job_changed.emit()

    def set_picture(self, picture: Picture | None, truth: Truth | None = None) -> None:
        """Show another picture, with its truth where that is known; all that belonged to the last one leaves with it.

        A box drawn by hand stays for the other frames of its video, until the hand is searched for again. A saved
        prediction that was opened without its photo stays when a photo of the right size comes.
        """
        orphan = self.picture is None and self.prediction is not None
        stays = orphan and picture is not None and picture.fits(self.prediction)
        same_video = self.picture is not None and picture is not None and picture.shows_video_of(self.picture)
        self.loading = ""
        self.picture = picture
        self.box = self.box if same_video else None
        self.set_truth(truth)
        self.picture_changed.emit()
        self.request_changed.emit()
        if not stays:
            self.set_prediction(None)
        elif "intrinsics" in self.prediction.unknown:
            self.set_prediction(self.prediction)

    def set_truth(self, truth: Truth | None) -> None:
        """What the hand in the picture really did; None where nobody knows."""
        if truth is not self.truth:
            self.truth = truth
            self.analysis = None
            self.truth_changed.emit()

    def set_analysis(self, analysis: Analysis) -> None:
        """Take what was worked out; that of another prediction or truth comes too late."""
        if analysis.prediction is self.prediction and analysis.truth is self.truth:
            self.analysis = analysis
            self.analysis_changed.emit()

    def set_request(self, **changes: object) -> None:
        """Change any of box, hand, hypotheses, seed, auto_predict."""
        allowed = {"box", "hand", "hypotheses", "seed", "auto_predict"}
        unknown = set(changes) - allowed
        if unknown:
            raise TypeError(f"unknown settings: {', '.join(sorted(unknown))}")
        changed = {name: value for name, value in changes.items() if getattr(self, name) != value}
        for name, value in changed.items():
            setattr(self, name, value)
        if changed:
            self.request_changed.emit()

    def set_prediction(self, prediction: Prediction | None, seconds: float | None = None) -> None:
        """Show hypotheses, with the seconds it took to predict them; None shows none."""
        if prediction is not None and self.picture is not None:
            picture = self.picture
            prediction = for_photo(prediction, picture.width, picture.height, picture.intrinsics)
        self.prediction = prediction
        self.seconds = seconds
        self.analysis = None
        if prediction is None:
            self.selection.set_scores(np.zeros(0, np.float32))
        else:
            path = self.picture.path if self.picture is not None else None
            # Stepping through a video, or predicting a photo again, leaves the zoom as it was.
            self.view.show_prediction(prediction, keep_view=path is not None and path == self._framed)
            self._framed = path
            self.selection.set_scores(prediction.score, comparable_points(prediction))
        self.prediction_changed.emit()

    def set_job(self, job: Job | None) -> None:
        """The prediction under way, or None when it ended."""
        self.job = job
        self.job_changed.emit()

    def set_engine(self, engine: Engine) -> None:
        """What the networks reported about themselves."""
        self.engine = engine
        self.engine_changed.emit()

    @property
    def shown_box(self) -> Box | None:
        """The box to draw: the one set by hand, else the one the prediction was made from."""
        if self.box is not None:
            return self.box
        if self.prediction is not None:
            x, y, w, h = (float(value) for value in self.prediction.box)
            return x, y, w, h
        return None
