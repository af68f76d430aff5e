"""How far annotators agree, and on which cases they do not."""

import math

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
from handviz.review.agreement import Agreement

_WORDS = ((0.0, "less than chance"), (0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "substantial"))


def kappa_words(kappa: float) -> str:
    """Kappa with Landis and Koch's word for it."""
    if math.isnan(kappa):
        return "not defined: one verdict only"
    word = next((word for limit, word in _WORDS if kappa <= limit), "almost perfect")
    return f"{kappa:.2f} ({word})"


class AgreementDialog(QDialog):
    """disagreements_wanted carries the ids of the cases of the selected pair."""

    disagreements_wanted = Signal(object)

    def __init__(self, parent: QWidget, found: list[Agreement]) -> None:
        super().__init__(parent)
        self._found = found
        self.setObjectName("agreementDialog")
        self.setWindowTitle("Agreement of annotators")
        self.resize(680, 360)
        column = QVBoxLayout(self)
        text = (
            "Cohen's kappa of the verdicts on cases that both judged: 1 for full agreement, 0 for as much as chance "
            "brings."
            if found
            else "No case has verdicts of two annotators yet. Merge the library of another annotator, or enter another "
            "name above the cases and judge."
        )
        hint = label(text, "muted")
        hint.setWordWrap(True)
        column.addWidget(hint)
        self.table = QTableWidget(len(found), 5)
        self.table.setAccessibleName("Pairs of annotators")
        self.table.setHorizontalHeaderLabels(["Annotators", "Cases", "Same verdict", "Kappa", "Disagreements"])
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        for row, pair in enumerate(found):
            cells = (f"{pair.first or 'nobody named'} and {pair.second or 'nobody named'}", f"{pair.cases:,}",
                     f"{pair.same:.0%}", kappa_words(pair.kappa), f"{len(pair.disagreements):,}")  # fmt: skip
            for place, cell in enumerate(cells):
                self.table.setItem(row, place, QTableWidgetItem(cell))
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setSectionResizeMode(3, QHeaderView.ResizeMode.ResizeToContents)
        self.table.setVisible(bool(found))
        column.addWidget(self.table, 1)
        if not found:
            column.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.show_cases = QPushButton("Show the disagreements")
        self.show_cases.setObjectName("primary")
        buttons.addButton(self.show_cases, QDialogButtonBox.ButtonRole.ActionRole)
        self.show_cases.clicked.connect(self._show)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.table.itemSelectionChanged.connect(self._refresh)
        if found:
            self.table.selectRow(0)
        self._refresh()

    def _pair(self) -> Agreement | None:
        row = self.table.currentRow()
        return self._found[row] if 0 <= row < len(self._found) else None

    def _refresh(self) -> None:
        pair = self._pair()
        self.show_cases.setEnabled(pair is not None and bool(pair.disagreements))

    def _show(self) -> None:
        pair = self._pair()
        if pair is not None:
            self.disagreements_wanted.emit(pair.disagreements)
            self.accept()
