"""Which joints spread how much, and how fast with blur; those selected have a line in the chart."""

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from handviz.app.sweep.chart import joint_color, joint_label
from handviz.app.theme import DARK, Theme
from handviz.hypotheses.sweep import Growth, Sweep

_COLUMNS = ("Joint", "As it is", "Blurred", "Per 10 px")
_TIPS = (
    "Click joints to draw their lines; Ctrl and Shift select several",
    "Spread in mm in the picture without added blur",
    "Spread in mm in the most blurred picture",
    "How many mm the spread grows for 10 px of blur: the slope of the straight line through all steps",
)
_WIDTHS = (142, 76, 84, 92)
FIRST = 3
"""So many of the fastest are selected at first."""


class JointTable(QTableWidget):
    """selection_changed carries the selected joints."""

    selection_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__(0, len(_COLUMNS))
        self._theme: Theme = DARK
        self._growths: list[Growth] = []
        self.setAccessibleName("Joints, the fastest growing first")
        self.setHorizontalHeaderLabels(list(_COLUMNS))
        for column, tip in enumerate(_TIPS):
            self.horizontalHeaderItem(column).setToolTip(tip)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(24)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.setIconSize(QSize(10, 10))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMinimumWidth(sum(_WIDTHS) + 14)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._chosen: tuple[int, ...] | None = None
        self.itemSelectionChanged.connect(self._choose)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(sum(_WIDTHS) + 30, 260)

    @property
    def joints(self) -> tuple[int, ...]:
        """The selected joints, in the order of the table."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        return tuple(self._growths[row].joint for row in rows if row < len(self._growths))

    def _choose(self) -> None:
        """A person has selected joints: those stay selected from now on."""
        self._chosen = self.joints
        self.selection_changed.emit(self._chosen)

    def show_sweep(self, sweep: Sweep | None, timestep: int | None) -> None:
        """List the joints of a sweep; until a person selects others, the fastest are selected."""
        self._growths = sweep.growths(timestep) if sweep is not None and sweep.steps else []
        self.blockSignals(True)
        self.clearSelection()
        self.setRowCount(len(self._growths))
        for row, growth in enumerate(self._growths):
            rank = "" if np.isnan(growth.rank_correlation) else f", rank correlation {growth.rank_correlation:.2f}"
            tip = f"{joint_label(growth.joint)}: {growth.mm_per_10_px:+.2f} mm for 10 px of blur{rank}"
            texts = (joint_label(growth.joint), f"{growth.sharp_mm:.1f}", f"{growth.blurred_mm:.1f}",
                     f"{growth.mm_per_10_px:+.2f}")  # fmt: skip
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(tip)
                if column == 0:
                    item.setIcon(self._icon(growth.joint))
                else:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)
        fastest = [growth.joint for growth in self._growths[:FIRST]]
        wanted = fastest if self._chosen is None else self._chosen
        for row, growth in enumerate(self._growths):
            if growth.joint in wanted:
                for column in range(len(_COLUMNS)):
                    self.item(row, column).setSelected(True)
        self.blockSignals(False)
        self.selection_changed.emit(self.joints)

    def _icon(self, joint: int) -> QIcon:
        pixmap = QPixmap(10, 10)
        pixmap.fill(joint_color(joint, self._theme))
        return QIcon(pixmap)

    def set_theme(self, theme: Theme) -> None:
        """Colour the marks of the fingers."""
        self._theme = theme
        for row, growth in enumerate(self._growths):
            self.item(row, 0).setIcon(self._icon(growth.joint))
