"""The table of hypotheses as Qt's views want it."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from handviz.app.models.hypothesis_table import HypothesisTable
from handviz.app.models.selection import SelectionModel
from handviz.app.models.study import StudyModel
from handviz.app.theme import DARK, Theme

_Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class TableModel(QAbstractTableModel):
    """Mirrors a HypothesisTable: rejected and hidden rows are pale, the hovered one is lit, the chosen one bold."""

    def __init__(self, study: StudyModel, selection: SelectionModel) -> None:
        super().__init__()
        self._study = study
        self._selection = selection
        self.table = HypothesisTable(selection)
        self._hovered_row = -1
        self._chosen: int | None = None
        self._bold = QFont()
        self.set_theme(DARK)
        self.refill()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._pale, self._lit = QColor(theme.muted), QColor(theme.hover)
        self._bold = QFont()
        self._bold.setBold(True)
        self._tell_all()

    def refill(self) -> None:
        """Take the study's values."""
        self.beginResetModel()
        self.table.set_values(self._study.values)
        self._hovered_row = -1
        self.endResetModel()

    def sort_by(self, column: int) -> None:
        """List by a column, or by its other end when it is listed so already."""
        self.beginResetModel()
        self.table.sort_by(self.table.columns[column].name)
        self._hovered_row = -1
        self.endResetModel()

    def follow_states(self) -> bool:
        """Take in what is kept, pinned, hidden and chosen; whether the rows changed their order."""
        moved = self.table.follow_states()
        self._chosen = self._selection.chosen
        if moved:
            self.beginResetModel()
            self._hovered_row = -1
            self.endResetModel()
        else:
            self._tell_all()
        return moved

    def show_hovered(self) -> None:
        """Light the row of the hovered hypothesis."""
        hovered = self._selection.hovered
        row = self.table.row_of(hovered) if hovered is not None and hovered < len(self.table) else -1
        for changed in {self._hovered_row, row} - {-1}:
            self._hovered_row = row
            last = self.index(changed, self.columnCount() - 1)
            self.dataChanged.emit(self.index(changed, 0), last, [Qt.ItemDataRole.BackgroundRole])

    def _tell_all(self) -> None:
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.table)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802
        return 0 if parent.isValid() else len(self.table.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.table.text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if self.table.columns[column].name == "state" else _RIGHT
        if role == Qt.ItemDataRole.ForegroundRole:
            return None if self.table.shown(row) else self._pale
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._lit if row == self._hovered_row else None
        if role == Qt.ItemDataRole.FontRole:
            return self._bold if self.table.rows[row] == self._chosen else None
        return None

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802
        if way != Qt.Orientation.Horizontal or not 0 <= section < len(self.table.columns):
            return None
        column = self.table.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{column.hint}; click to sort"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if column.name == "state" else _RIGHT
        return None
