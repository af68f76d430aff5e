"""Rows of a table of hypotheses: what its columns show, and the order a person wants."""

from dataclasses import dataclass

import numpy as np

from handviz.app.models.selection import SelectionModel

STATES = ("Pinned", "Kept", "Rejected", "Hidden")
"""What becomes of a hypothesis, in the order in which the table sorts them."""


@dataclass(frozen=True)
class Column:
    """One column: the name of its values, its heading, what it means, decimals of its numbers."""

    name: str
    title: str
    hint: str
    decimals: int = 0
    best_is_high: bool = False
    """Which end a first click on the heading brings to the top."""
    sample: str = "000.0"
    """A text as wide as the column needs."""


COLUMNS = (
    Column("number", "No.", "Number of the hypothesis", sample="0000"),
    Column("score", "Score", "The selection network's p(y=1 | x)", 3, True, "0.0000"),
    Column("mu", "μ", "Logit of p(x, y=1) up to a constant", 2, True, "−00.00"),
    Column("nu", "ν", "Logit of p(x, y=0) up to a constant", 2, False, "−00.00"),
    Column("to_mean", "To mean", "Mean joint distance to the mean of all hypotheses, mm", 1, False, "000.0 mm"),
    Column("cluster", "Cluster", "Hypotheses of one cluster agree on pose and motion; 1 is the largest"),
    Column("error", "Error", "MPJPE at the middle of the exposure against the truth, mm", 1, False, "000.0 mm"),
    Column("state", "State", "Pinned and kept ones are shown, rejected and hidden ones are not", sample="Rejected"),
)


def states(selection: SelectionModel) -> np.ndarray:
    """Index (K,) into STATES of every hypothesis."""
    result = np.where(selection.kept, STATES.index("Kept"), STATES.index("Rejected"))
    result[list(selection.pinned)] = STATES.index("Pinned")
    result[list(selection.hidden)] = STATES.index("Hidden")
    return result


class HypothesisTable:
    """Values of K hypotheses by column, listed in an order.

    Columns whose values are not known are left out.
    """

    def __init__(self, selection: SelectionModel) -> None:
        self._selection = selection
        self._values: dict[str, np.ndarray] = {}
        self.columns: tuple[Column, ...] = ()
        self.rows = np.zeros(0, np.int64)
        """(K,) the hypothesis in each row."""
        self.sorted_by = "score"
        self.high_first = True

    def __len__(self) -> int:
        return len(self.rows)

    def set_values(self, values: dict[str, np.ndarray]) -> None:
        """Take values (K,) by the names of COLUMNS; number and state are filled in."""
        count = len(self._selection.scores)
        self._values = {name: np.asarray(some) for name, some in values.items()}
        self._values["number"] = np.arange(1, count + 1)
        self._values["state"] = states(self._selection)
        self.columns = tuple(column for column in COLUMNS if column.name in self._values)
        if len(self.rows) != count:
            self.rows = np.arange(count)
        self._sort()

    def sort_by(self, name: str, high_first: bool | None = None) -> None:
        """List by a column, from high or low values.

        Left open, its better end comes first, or the other end when it is sorted by already. Equal ones are listed as
        their numbers are.
        """
        if high_first is None:
            column = next(column for column in COLUMNS if column.name == name)
            high_first = not self.high_first if name == self.sorted_by else column.best_is_high
        self.sorted_by, self.high_first = name, high_first
        self._sort()

    def follow_states(self) -> bool:
        """Take in what is kept, pinned and hidden; whether that changed the order of the rows."""
        before = self.rows
        if self._values:
            self._values["state"] = states(self._selection)
            if self.sorted_by == "state":
                self._sort()
        return not np.array_equal(before, self.rows)

    def _sort(self) -> None:
        known = self.sorted_by in self._values
        values = self._values[self.sorted_by if known else "number"]
        signed = -values.astype(np.float64) if known and self.high_first else values
        self.rows = np.argsort(signed, kind="stable")

    def row_of(self, hypothesis: int) -> int:
        """The row a hypothesis is listed in."""
        return int(np.flatnonzero(self.rows == hypothesis)[0])

    def text(self, row: int, column: int) -> str:
        """What a cell says."""
        hypothesis, what = self.rows[row], self.columns[column]
        value = self._values[what.name][hypothesis]
        if what.name == "state":
            return STATES[value]
        if what.name == "cluster":
            return str(int(value) + 1)
        text = f"{value:.{what.decimals}f}"
        unit = " mm" if what.sample.endswith(" mm") else ""
        return f"{text}{unit}".replace("-", "−")

    def shown(self, row: int) -> bool:
        """Whether the hypothesis in a row is kept or pinned, and not hidden."""
        return STATES[self._values["state"][self.rows[row]]] in ("Pinned", "Kept")

    def as_text(self, rows: list[int]) -> str:
        """Rows with their headings, values parted by tabs: what spreadsheets take from the clipboard."""
        lines = ["\t".join(column.title for column in self.columns)]
        for row in rows:
            cells = (self.text(row, column) for column in range(len(self.columns)))
            lines.append("\t".join(cell.removesuffix(" mm").replace("−", "-") for cell in cells))
        return "\n".join(lines)
