"""What the test of the witness said: kept in its folder, told as a table and as a part of the report."""

import json
from dataclasses import dataclass
from pathlib import Path

from handviz.ablation.compare import Row, compare
from handviz.ablation.outcome import SelectionOutcome
from handviz.ablation.table import format_table
from handviz.errors import InputError
from handviz.files import atomic_write

SELECTOR = "selector"
SELECTOR_WITNESS = "selector and witness"
SELECTOR_PROJECTION = "selector and 2D projection"
ALL = "selector, projection, witness"
WITH_CLOSENESS = "selector, projection, witness, closeness"
_OUTCOME, _FIGURES = "result.npz", "result.json"


@dataclass(frozen=True)
class WitnessResult:
    """Scores of every mixture on the test photos, and what the witness costs."""

    outcome: SelectionOutcome
    n: int
    resamplings: int
    smear_error: float
    """Mean absolute error a cell of what the head says of the exposure."""
    cost_ms: dict[str, float]
    """Of "head" and "sweeps", for one photo."""
    published: str
    """The mixture that predictions use, the likeliest one on the photos it was fitted on."""

    def save(self, folder: Path) -> None:
        """Keep the result in the folder of its run."""
        self.outcome.save(folder / _OUTCOME)
        figures = {"n": self.n, "resamplings": self.resamplings, "smear_error": self.smear_error}
        figures["published"] = self.published
        with atomic_write(folder / _FIGURES, "w") as file:
            json.dump({**figures, "cost_ms": self.cost_ms}, file, indent=1)

    @classmethod
    def load(cls, folder: Path) -> "WitnessResult":
        """Read what save wrote. Raises InputError."""
        try:
            figures = json.loads((folder / _FIGURES).read_text(encoding="utf-8"))
            cost = {name: float(figures["cost_ms"][name]) for name in ("head", "sweeps")}
            rest = int(figures["n"]), int(figures["resamplings"]), float(figures["smear_error"])
            published = str(figures["published"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{folder} is no finished folder of handviz ablate witness; correct --witness.") from error
        return cls(SelectionOutcome.load(folder / _OUTCOME), *rest, cost, published)

    def rows(self, reference: str = SELECTOR) -> list[Row]:
        """A row for chance, for the 2D projection and for each mixture, compared with a reference photo by photo."""
        return compare({0: self.outcome}, self.n, reference, self.resamplings)


def format_result(result: WitnessResult) -> str:
    """The table and what it cost."""
    cost, photos = result.cost_ms, result.outcome.mpjpe.shape[0]
    return "\n".join(
        [
            format_table(result.rows(), result.n, SELECTOR),
            "",
            f"{photos} photos. The head's smear is off by {result.smear_error:.3f} of the exposure a cell. Cost for "
            f"{result.outcome.mpjpe.shape[1]} hypotheses: head {cost['head']:.1f} ms, sweeps and agreement "
            f"{cost['sweeps']:.1f} ms. Predictions mix {result.published}, the likeliest of them.",
        ]
    )


def witness_lines(result: WitnessResult) -> list[str]:
    """The witness' part of the report, as Markdown."""
    rows = {row.name: row for row in result.rows()}
    beyond = next(row for row in result.rows(SELECTOR_PROJECTION) if row.name == ALL)
    alone, both, ceiling = rows["witness"], rows[SELECTOR_WITNESS], rows["true sweep"]
    return [
        "## Physics as a witness",
        "",
        "A small head on the generator's feature maps learns from rendered truth for how much of the exposure each "
        "cell of the picture showed the hand. Each hypothesis' silhouette is swept from past to future, averaged, "
        "brought to the place and size of that smear, and its likelihood under it is the witness' word. How much "
        "the word weighs "
        "beside the selector's is fitted by logistic regression on photos kept from both. The true sweep stands in for "
        "a head that knew everything.",
        "",
        f"Alone the witness closes {_percent(alone.gap_closed)} of the gap (Kendall tau {alone.kendall_tau:.2f}), the "
        f"true sweep {_percent(ceiling.gap_closed)}. {_verdict('Added to the selector', both)} "
        f"{_verdict('Added to the selector and the 2D projection', beyond)} It costs "
        f"{sum(result.cost_ms.values()):.0f} ms for {result.outcome.mpjpe.shape[1]} hypotheses.",
        "",
        format_result(result),
    ]


def _verdict(what: str, row: Row) -> str:
    low, high = row.difference
    change = "raises" if low > 0 else "lowers" if high < 0 else "does not surely change"
    return (
        f"{what} it {change} the gap closed: {_percent(row.gap_closed)}, the difference between "
        f"{_percent(low)} and {_percent(high)}."
    )


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"
