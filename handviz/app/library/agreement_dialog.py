"""How far annotators agree, and on which cases they do not."""

import math
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from handviz.app.controls import label
from handviz.review.agreement import Agreement, KindAgreement, agreements, disagreements, kind_agreements
from handviz.review.store import Library

_WORDS = ((0.0, "no better than chance"), (0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "substantial"))


def kappa_words(kappa: float) -> str:
    """Kappa with Landis and Koch's word for it."""
    if math.isnan(kappa):
        return "not defined: one answer only"
    word = next((word for limit, word in _WORDS if kappa <= limit), "almost perfect")
    return f"{kappa:.2f} ({word})"


@dataclass(frozen=True)
class Compared:
    """What the dialog shows."""

    verdicts: list[Agreement]
    kinds: list[KindAgreement]
    different: tuple[int, ...]
    """Ids of all cases with other verdicts or other kinds of flags."""


def compare_annotators(library: Library) -> Compared:
    """Read all of it."""
    different = tuple(found.case_id for found in disagreements(library))
    return Compared(agreements(library), kind_agreements(library), different)


class AgreementDialog(QDialog):
    """cases_wanted carries the ids of cases that are seen differently."""

    cases_wanted = Signal(object)

    def __init__(self, parent: QWidget, found: Compared) -> None:
        super().__init__(parent)
        self._found = found
        self.setObjectName("agreementDialog")
        self.setWindowTitle("Agreement of annotators")
        self.resize(760, 420)
        some = bool(found.verdicts or found.kinds)
        column = QVBoxLayout(self)
        text = (
            "Cohen's kappa on the cases that both reviewed: 1 for full agreement, 0 for as much as chance brings."
            if some
            else "No case was reviewed by two annotators yet. Merge the library of another annotator, or enter another "
            "name above the cases and judge."
        )
        hint = label(text, "muted")
        hint.setWordWrap(True)
        column.addWidget(hint)
        self.table = QTableWidget(0, 6)
        self.table.setAccessibleName("Pairs of annotators")
        self.table.setHorizontalHeaderLabels(["Annotators", "About", "Cases", "Same", "Kappa", "Differ"])
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        for pair in found.verdicts:
            self._add(pair, "verdict", f"{pair.same:.0%}", f"{len(pair.disagreements):,}")
        for pair in found.kinds:
            self._add(pair, f"“{pair.kind}”", "", "")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setVisible(some)
        column.addWidget(self.table, 1)
        if not some:
            column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.show_pair = QPushButton("Show where these verdicts differ")
        self.show_all = QPushButton(f"Show all that differ ({len(found.different):,})")
        self.show_all.setObjectName("primary")
        for button in (self.show_pair, self.show_all):
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        self.show_pair.clicked.connect(lambda: self._show(self._pair().disagreements))
        self.show_all.clicked.connect(lambda: self._show(found.different))
        self.show_all.setEnabled(bool(found.different))
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.table.itemSelectionChanged.connect(self._refresh)
        if found.verdicts:
            self.table.selectRow(0)
        self._refresh()

    def _add(self, pair: Agreement | KindAgreement, about: str, same: str, differ: str) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        names = f"{pair.first or 'nobody named'} and {pair.second or 'nobody named'}"
        for place, cell in enumerate((names, about, f"{pair.cases:,}", same, kappa_words(pair.kappa), differ)):
            self.table.setItem(row, place, QTableWidgetItem(cell))

    def _pair(self) -> Agreement | None:
        row = self.table.currentRow()
        return self._found.verdicts[row] if 0 <= row < len(self._found.verdicts) else None

    def _refresh(self) -> None:
        pair = self._pair()
        self.show_pair.setEnabled(pair is not None and bool(pair.disagreements))

    def _show(self, ids: tuple[int, ...]) -> None:
        self.cases_wanted.emit(ids)
        self.accept()
