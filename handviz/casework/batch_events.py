"""What a BatchRun reports, in the order it happens."""

from dataclasses import dataclass
from typing import Literal

State = Literal["listing", "loading", "running", "paused", "finished", "cancelled"]
Outcome = Literal["predicted", "already", "failed"]


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch is."""

    state: State = "listing"
    total: int = 0
    """Pictures found, those of bad sources included; grows while the state is "listing"."""
    predicted: int = 0
    """Predicted in this run, or taken over from a prediction made elsewhere."""
    already: int = 0
    """Found in the library with the same prediction."""
    failed: int = 0
    current: str = ""
    """The picture that is being predicted."""
    seconds_left: float | None = None
    """None while nothing is known to tell it from."""
    message: str = ""
    """Why it paused by itself; a sentence, with what to do."""

    @property
    def done(self) -> int:
        """Pictures dealt with."""
        return self.predicted + self.already + self.failed

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self.state in ("finished", "cancelled")


@dataclass(frozen=True)
class BatchChanged:
    """The state changed, or what is being predicted."""

    progress: BatchProgress


@dataclass(frozen=True)
class ItemDone:
    """One picture has been dealt with."""

    label: str
    outcome: Outcome
    case_id: int | None
    """Its case, None where it failed."""
    message: str
    """Why it failed; empty otherwise."""
    progress: BatchProgress


@dataclass(frozen=True)
class WorkerRestarted:
    """The prediction process ended by itself and is started again; the queue is as it was."""

    message: str
    progress: BatchProgress


BatchEvent = BatchChanged | ItemDone | WorkerRestarted
