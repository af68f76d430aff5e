"""What a PredictionClient reports, in the order it happens."""

from dataclasses import dataclass, field

from handviz.hypotheses.prediction import Prediction


@dataclass(frozen=True)
class Ready:
    """The worker has loaded its networks; also after every restart."""

    device: str
    weights_name: str
    hand_model_name: str
    provenance: dict[str, str] = field(default_factory=dict)
    """Of every prediction to come: names and SHA-256 of weights and hand model, device."""


@dataclass(frozen=True)
class Started:
    """A request has left the queue; again when the worker died on it and it is tried anew."""

    id: int


@dataclass(frozen=True)
class Progress:
    """How far a request is, fraction 0..1, and what is being done."""

    id: int
    fraction: float
    message: str


@dataclass(frozen=True)
class Done:
    """A request's answer and how long it took in seconds."""

    id: int
    prediction: Prediction
    seconds: float


@dataclass(frozen=True)
class Failed:
    """A request cannot be answered; message is a sentence for the user.

    hand_not_found: no hand was seen, so that a box drawn by hand would help.
    """

    id: int
    message: str
    hand_not_found: bool = False


@dataclass(frozen=True)
class Cancelled:
    """A request was cancelled; nothing more comes for it."""

    id: int


@dataclass(frozen=True)
class WorkerDied:
    """The worker process ended by itself, or could not load its networks.

    restarting: it comes back, with the queue as it was; otherwise all requests fail and the next one tries anew.
    """

    message: str
    restarting: bool


Event = Ready | Started | Progress | Done | Failed | Cancelled | WorkerDied
