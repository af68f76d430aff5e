"""How many cases each reason of the triage concerns, live with the settings it is told by."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from handviz.app.controls import Slider, header, label, padded
from handviz.app.models.library import LibraryModel
from handviz.hypotheses.triage import REASONS, TriageSettings

_LIMITS = (
    ("threshold", "Least score of a kept one", 0.0, 1.0, 2, ""),
    ("low_score", "Low best score below", 0.0, 1.0, 2, ""),
    ("large_spread_mm", "Large spread above", 0.0, 500.0, 0, " mm"),
    ("off_joints_px", "Off the photo's joints above", 0.0, 500.0, 0, " px"),
    ("unsure_palm", "Unsure of the hand below", 0.0, 1.0, 2, ""),
    ("unsure_side", "Unsure of its side below", 0.0, 1.0, 2, ""),
)
MAX_TOLERANCE_MM = 100


class TriageBar(QWidget):
    """A button for each reason with its count, which filters by it; tolerance and limits at the right."""

    def __init__(self, model: LibraryModel) -> None:
        super().__init__()
        self._model = model
        self.chips: dict[str, QToolButton] = {}
        self._row = QHBoxLayout()
        self._row.setSpacing(6)
        chips = QWidget()
        chips.setLayout(self._row)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.tolerance = Slider("Tolerance, millimetres")
        self.tolerance.setRange(1, MAX_TOLERANCE_MM)
        self.tolerance.setFixedWidth(110)
        self.tolerance.setToolTip("A hypothesis with a smaller error is near the truth")
        self.tolerance_text = label("", "figure")
        self.tolerance_text.setMinimumWidth(50)
        self.tolerance_title = label("Tolerance", "muted")
        self.limits = QToolButton()
        self.limits.setText("Limits")
        self.limits.setAccessibleName("Limits of the triage")
        self.limits.setToolTip("What counts as low, large and unsure")
        self.limits.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.limits.setMenu(self._limits_menu())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(header(label("Triage", "muted"), chips, None, self.tolerance_title, self.tolerance,
                                self.tolerance_text, self.limits))  # fmt: skip
        self.tolerance.valueChanged.connect(lambda value: self._change(tolerance_mm=float(value)))
        # A dragged slider moves faster than a thousand cases are listed.
        self._soon = QTimer(self, singleShot=True, interval=16)
        self._wanted = model.triage_settings
        self._soon.timeout.connect(lambda: self._model.set_triage_settings(self._wanted))
        model.triage_changed.connect(self.refresh)
        model.filter_changed.connect(self.refresh)
        self.refresh()

    def _limits_menu(self) -> QMenu:
        panel = QWidget()
        panel.setObjectName("inspectorBody")
        grid = QGridLayout(panel)
        grid.setContentsMargins(14, 12, 14, 12)
        self.fields: dict[str, QDoubleSpinBox] = {}
        for row, (name, words, least, most, decimals, unit) in enumerate(_LIMITS):
            field = QDoubleSpinBox()
            field.setRange(least, most)
            field.setDecimals(decimals)
            field.setSingleStep(0.01 if decimals else 1.0)
            field.setSuffix(unit)
            field.setAccessibleName(words)
            padded(field)
            field.valueChanged.connect(lambda value, of=name: self._change(**{of: value}))
            grid.addWidget(label(words), row, 0)
            grid.addWidget(field, row, 1)
            self.fields[name] = field
        self.by_rank = QCheckBox("Kept are the best")
        self.by_rank.setToolTip("Else those that reach the least score")
        self.by_rank.toggled.connect(lambda on: self._change(keep="top" if on else "threshold"))
        self.top_n = QSpinBox()
        self.top_n.setRange(1, 200)
        self.top_n.setAccessibleName("How many are kept")
        padded(self.top_n)
        self.top_n.valueChanged.connect(lambda value: self._change(top_n=value))
        self.any_order = QCheckBox("Past and future may be exchanged")
        self.any_order.toggled.connect(lambda on: self._change(any_order=on))
        grid.addWidget(self.by_rank, len(_LIMITS), 0)
        grid.addWidget(self.top_n, len(_LIMITS), 1)
        grid.addWidget(self.any_order, len(_LIMITS) + 1, 0, 1, 2)
        usual = QToolButton()
        usual.setText("Usual limits")
        usual.clicked.connect(lambda: self._model.set_triage_settings(TriageSettings()))
        grid.addWidget(usual, len(_LIMITS) + 2, 0, Qt.AlignmentFlag.AlignLeft)
        menu = QMenu(self)
        action = QWidgetAction(menu)
        action.setDefaultWidget(panel)
        menu.addAction(action)
        return menu

    def _change(self, **changes: object) -> None:
        before = self._wanted if self._soon.isActive() else self._model.triage_settings
        self._wanted = replace(before, **changes)
        self._mirror_tolerance(self._wanted)
        if not self._soon.isActive():
            self._soon.start()

    def refresh(self) -> None:
        """Mirror the model."""
        model = self._model
        counts, chosen = model.triage.counts, model.wanted.triage
        names = [*counts, *((chosen,) if chosen and chosen not in counts else ())]
        if names != list(self.chips):
            for chip in self.chips.values():
                self._row.removeWidget(chip)
                chip.deleteLater()
            self.chips = {name: self._chip(name) for name in names}
        for name, chip in self.chips.items():
            reason = REASONS.get(name)
            title, count = reason.title if reason else name, counts.get(name, 0)
            chip.setText(f"{title} {count:,}")
            chip.setAccessibleName(f"{title}: {count} cases")
            chip.setToolTip(f"{reason.sentence if reason else ''} Click to see these cases alone.".strip())
            chip.setChecked(name == chosen)
        if self._soon.isActive():
            return
        settings = model.triage_settings
        self._mirror_tolerance(settings)
        for name, field in self.fields.items():
            with QSignalBlocker(field):
                field.setValue(getattr(settings, name))
        for box, on in ((self.by_rank, settings.keep == "top"), (self.any_order, settings.any_order)):
            with QSignalBlocker(box):
                box.setChecked(on)
        with QSignalBlocker(self.top_n):
            self.top_n.setValue(settings.top_n)
        self.top_n.setEnabled(settings.keep == "top")
        self.fields["threshold"].setEnabled(settings.keep == "threshold")
        for widget in (self.tolerance_title, self.tolerance, self.tolerance_text):
            widget.setVisible(model.triage.has_truth)

    def _mirror_tolerance(self, settings: TriageSettings) -> None:
        with QSignalBlocker(self.tolerance):
            self.tolerance.setValue(round(settings.tolerance_mm))
        self.tolerance_text.setText(f"{settings.tolerance_mm:.0f} mm")

    def _chip(self, name: str) -> QToolButton:
        chip = QToolButton()
        chip.setObjectName("chip")
        chip.setCheckable(True)
        chip.clicked.connect(lambda on: self._model.set_filter(triage=name if on else ""))
        self._row.addWidget(chip)
        return chip
