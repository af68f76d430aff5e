"""What stands side by side, as plain data: which case, subset and ranking in each pane; presets; JSON for settings."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from handviz.app.models.pane import RANKINGS
from handviz.app.models.session import SessionModel
from handviz.errors import InputError
from handviz.hypotheses.subsets import Subset

MAX_PANES = 4
SMEAR_SHARE = 0.1
"""Blur of the preset "sharp against blurred", in sides of the hand box."""


@dataclass(frozen=True)
class CaseReference:
    """Where a prediction comes from: a photo, a frame of a video, or a file that holds it."""

    path: str
    """Photo, video, or saved prediction (.npz)."""
    frame: int = 0
    prediction: str | None = None
    """Saved prediction of that picture; None = predict it."""
    box: tuple[float, float, float, float] | None = None
    """x, y, w, h px of the picture; None = search for the hand."""
    hand: str = "auto"
    hypotheses: int = 16
    seed: int = 0
    weights: str | None = None
    """Folder of weights; None = those handviz was started with."""
    smear_px: float = 0.0
    """Length of the straight blur that is added to the picture."""
    smear_degrees: float = 0.0
    """Its direction: 0 to the right, 90 down."""

    @property
    def title(self) -> str:
        """What a person calls it."""
        path = Path(self.path)
        parts = [path.name]
        if self.frame:
            parts.append(f"frame {self.frame}")
        if self.smear_px:
            parts.append(f"blur {self.smear_px:.0f} px")
        if self.weights:
            parts.append(Path(self.weights).name)
        return " · ".join(parts)


def case_of(session: SessionModel) -> CaseReference:
    """What a session shows, as a case; it has a picture."""
    picture = session.picture
    box = None if session.box is None else tuple(float(value) for value in session.box)
    return CaseReference(str(picture.path), picture.frame, None, box, session.hand, session.hypotheses, session.seed)


@dataclass(frozen=True)
class PaneState:
    """What one pane shows."""

    case: CaseReference | None = None
    subset: Subset = field(default_factory=Subset)
    ranking: str = "score"
    linked: bool = True


@dataclass(frozen=True)
class Preset:
    """A comparison by name."""

    title: str
    """For the menu."""
    about: str
    """What it answers, for the tooltip."""


PRESETS = {
    "kept-truth": Preset("Kept against ground truth", "How far are the kept hypotheses from what the hand really did?"),
    "best-best": Preset("Best by score against actually best", "Does the selector find the best hypothesis?"),
    "frames": Preset("This frame against the next", "How do hypotheses change from one frame of a video to another?"),
    "weights": Preset("Two sets of weights…", "What do other weights make of the same picture?"),
    "selection": Preset("Selector against heat maps", "Which hypotheses does each of two judges put first?"),
    "blur": Preset("Sharp against blurred", "What does motion blur do to the hypotheses of this picture?"),
}


def preset_panes(name: str, case: CaseReference, frame_count: int = 1, box_side: float = 0.0,
                 weights: str | None = None) -> tuple[PaneState, PaneState]:  # fmt: skip
    """The two panes of a preset about a case.

    frame_count is that of its video, box_side the longer side of its hand box in px, weights the folder to compare
    with. Raises InputError, which says what the preset lacks.
    """
    left, right = PaneState(case), PaneState(case)
    match name:
        case "kept-truth":
            right = replace(right, subset=Subset("truth"))
        case "best-best":
            left, right = replace(left, subset=Subset("best_score")), replace(right, subset=Subset("actually_best"))
        case "frames":
            if frame_count < 2:
                raise InputError(f"{Path(case.path).name} has no other frames; open a video to compare two of them.")
            other = case.frame + 1 if case.frame + 1 < frame_count else case.frame - 1
            right = PaneState(replace(case, frame=other, prediction=None, box=None))
        case "weights":
            if weights is None:
                raise InputError("Choose a folder that holds generator.safetensors and selector.safetensors.")
            right = PaneState(replace(case, weights=weights, prediction=None))
        case "selection":
            right = replace(right, ranking="heatmap")
        case "blur":
            length = SMEAR_SHARE * box_side if box_side > 0.0 else 40.0
            right = PaneState(replace(case, smear_px=float(round(length)), prediction=None))
        case _:
            raise InputError(f"There is no preset {name}; use one of {', '.join(PRESETS)}.")
    return left, right


def panes_to_json(panes: list[PaneState]) -> str:
    """Text that panes_from_json reads."""
    return json.dumps([asdict(pane) for pane in panes])


def panes_from_json(text: str) -> list[PaneState]:
    """The panes written by panes_to_json; those that cannot be read are left out, for settings may be anything."""
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return []
    panes = []
    for entry in entries if isinstance(entries, list) else []:
        try:
            panes.append(_pane(entry))
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
            continue
    return panes[:MAX_PANES]


def _pane(entry: dict) -> PaneState:
    fields, case = entry["case"], None
    if fields is not None:
        box = fields["box"]
        case = CaseReference(
            path=_text(fields["path"]),
            frame=max(int(fields["frame"]), 0),
            prediction=None if fields["prediction"] is None else _text(fields["prediction"]),
            box=None if box is None else tuple(float(box[place]) for place in range(4)),
            hand=fields["hand"] if fields["hand"] in ("auto", "left", "right") else "auto",
            hypotheses=min(max(int(fields["hypotheses"]), 1), 200),
            seed=max(int(fields["seed"]), 0),
            weights=None if fields["weights"] is None else _text(fields["weights"]),
            smear_px=min(max(float(fields["smear_px"]), 0.0), 1000.0),
            smear_degrees=float(fields["smear_degrees"]) % 360.0,
        )
    subset = Subset(entry["subset"]["kind"], max(int(entry["subset"]["hypothesis"]), 0))
    ranking = entry["ranking"] if entry["ranking"] in RANKINGS else "score"
    return PaneState(case, subset, ranking, bool(entry["linked"]))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(f"{value!r} is no path")
    return value
