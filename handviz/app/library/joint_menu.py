"""Which joints a flag means: a small hand of checkboxes that drops down from a button."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QMenu, QToolButton, QWidget, QWidgetAction

from handviz.app.controls import label
from handviz.geometry.skeleton import FINGERS, JOINT_NAMES

_PARTS = ("tip", "3", "2", "1")
_PART_WORDS = {"tip": "Tip", "3": "Far joint", "2": "Middle joint", "1": "Base"}


class JointMenu(QToolButton):
    """chosen carries the indices of the checked joints, ascending."""

    chosen = Signal(tuple)

    def __init__(self) -> None:
        super().__init__()
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName("Joints that the next flags mean")
        self.setToolTip("Joints that the next flags mean")
        panel = QWidget()
        panel.setObjectName("inspectorBody")
        grid = QGridLayout(panel)
        grid.setContentsMargins(12, 10, 12, 10)
        self.boxes: dict[int, QCheckBox] = {}
        for column, finger in enumerate(FINGERS, start=1):
            grid.addWidget(label(finger.capitalize(), "muted"), 0, column, Qt.AlignmentFlag.AlignHCenter)
            for row, part in enumerate(_PARTS, start=1):
                self._add(grid, f"{finger}_{part}", row, column)
        for row, part in enumerate(_PARTS, start=1):
            grid.addWidget(label(_PART_WORDS[part], "muted"), row, 0)
        grid.addWidget(label("Wrist", "muted"), len(_PARTS) + 1, 0)
        self._add(grid, "wrist", len(_PARTS) + 1, 3)
        menu = QMenu(self)
        action = QWidgetAction(menu)
        action.setDefaultWidget(panel)
        menu.addAction(action)
        self.setMenu(menu)
        self.show_choice(())

    def _add(self, grid: QGridLayout, name: str, row: int, column: int) -> None:
        box = QCheckBox()
        box.setAccessibleName(name.replace("_", " "))
        box.toggled.connect(self._tell)
        grid.addWidget(box, row, column, Qt.AlignmentFlag.AlignHCenter)
        self.boxes[JOINT_NAMES.index(name)] = box

    def _tell(self) -> None:
        self.chosen.emit(tuple(joint for joint, box in sorted(self.boxes.items()) if box.isChecked()))

    def show_choice(self, joints: tuple[int, ...]) -> None:
        """Check these joints."""
        for joint, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setChecked(joint in joints)
        self.setText(f"Joints: {len(joints)}" if joints else "Joints")
