"""What to sweep and how: the side panel of the page "Blur sweep"."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from handviz.app.controls import Segments, label, padded, rule
from handviz.app.models.session import MAX_HYPOTHESES
from handviz.app.tips import set_tip
from handviz.hypotheses.sweep import MAX_BLUR_PX, MAX_STEPS
from handviz.inference.sweep_pictures import SweepPlan

_KINDS = {"line": "Line", "motion": "Motion", "frames": "Frames"}
_ABOUT = {
    "line": "The whole picture moves straight on, as when the camera turns.",
    "motion": "The hand alone moves, the way its hypotheses see it move.",
    "frames": "Neighbouring frames of the video are averaged; their blur is measured between them.",
}


class SweepPanel(QWidget):
    """open_clicked asks for another picture; run_clicked and cancel_clicked are for the sweep."""

    open_clicked = Signal()
    run_clicked = Signal()
    cancel_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inspectorBody")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(270)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(9)
        self.picture = label("No picture yet", "muted")
        self.picture.setWordWrap(True)
        self.open = QPushButton("Open…")
        self.open.setAccessibleName("Open a picture to blur")
        set_tip(self.open, "Choose a sharp photo, or a moment of a video", "open")
        column.addWidget(label("Picture", "heading"))
        column.addWidget(self.picture)
        column.addWidget(self.open)
        column.addWidget(rule())
        self.kinds = Segments(_KINDS, "Kind of blur", self.set_kind)
        self.about = label("", "muted")
        self.about.setWordWrap(True)
        self.kind = "line"
        self.degrees = self._number(QDoubleSpinBox(), "Direction of the line", 0.0, 359.0, 0.0, " °")
        self.degrees.setDecimals(0)
        self.degrees.setWrapping(True)
        self.degrees.setToolTip("0 is to the right, 90 down")
        self.longest = self._number(QDoubleSpinBox(), "Longest blur in px of the photo", 1.0, MAX_BLUR_PX, 120.0, " px")
        self.longest.setDecimals(0)
        self.longest.setToolTip("Length of the blur in the last step, in px of the photo")
        self.steps = self._number(QSpinBox(), "Number of steps", 2, MAX_STEPS, 9, "")
        self.steps.setToolTip("How many pictures to predict, the sharp one included")
        self.hypotheses = self._number(QSpinBox(), "Number of hypotheses", 2, MAX_HYPOTHESES, 32, "")
        self.hypotheses.setToolTip("More hypotheses make the curve smoother")
        column.addWidget(label("Blur", "heading"))
        column.addWidget(self.kinds, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.about)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        rows = (("Direction", self.degrees), ("Up to", self.longest), ("Steps", self.steps),
                ("Hypotheses", self.hypotheses))  # fmt: skip
        for row, (name, field) in enumerate(rows):
            title = label(name)
            title.setBuddy(field)
            grid.addWidget(title, row, 0)
            grid.addWidget(field, row, 1)
        column.addLayout(grid)
        self.run = QPushButton("Run the sweep")
        self.run.setObjectName("primary")
        self.run.setAccessibleName("Run the sweep")
        set_tip(self.run, "Blur the picture step by step and predict each", "sweep_run")
        column.addWidget(self.run)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the sweep")
        self.left = label("", "muted")
        self.cancel = QPushButton("Cancel")
        self.cancel.setAccessibleName("Cancel the sweep")
        set_tip(self.cancel, "Stop and keep the steps done so far", "sweep_cancel")
        row = QHBoxLayout()
        row.addWidget(self.left, 1)
        row.addWidget(self.cancel)
        column.addWidget(self.progress)
        column.addLayout(row)
        column.addWidget(rule())
        self.result = label("", "")
        self.result.setWordWrap(True)
        self.result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.result)
        column.addStretch(1)
        self.open.clicked.connect(self.open_clicked)
        self.run.clicked.connect(self.run_clicked)
        self.cancel.clicked.connect(self.cancel_clicked)
        self.set_kind("line")
        self.show_progress(False)

    @staticmethod
    def _number(field: QAbstractSpinBox, name: str, low: float, high: float, value: float, suffix: str) -> QWidget:
        field.setRange(low, high)
        field.setValue(value)
        field.setSuffix(suffix)
        field.setAccessibleName(name)
        padded(field)
        return field

    def set_kind(self, kind: str) -> None:
        """Blur another way."""
        self.kind = kind
        self.kinds.show_choice(kind)
        self.about.setText(_ABOUT[kind])
        self.degrees.setEnabled(kind == "line")
        self.longest.setEnabled(kind != "frames")

    @property
    def plan(self) -> SweepPlan:
        """What is to be done."""
        return SweepPlan(self.kind, self.longest.value(), self.steps.value(), self.degrees.value())

    def show_picture(self, title: str) -> None:
        """Name the picture; empty for none."""
        self.picture.setText(title or "None yet: open a sharp photo or a video, or drop one here.")
        self.run.setEnabled(bool(title))

    def show_progress(self, running: bool, done: int = 0, total: int = 1, left: float | None = None) -> None:
        """Show how far the sweep is; left is in seconds, None while unknown."""
        for widget in (self.progress, self.left, self.cancel):
            widget.setVisible(running)
        self.run.setText("Run again" if running else "Run the sweep")
        self.progress.setRange(0, total if done else 0)
        self.progress.setValue(done)
        seconds = "" if left is None else f", {max(round(left), 1)} s left"
        self.left.setText(f"{done} of {total}{seconds}" if done else "Waiting for the first step")
