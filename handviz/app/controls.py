"""Small widgets used by several panes."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)


class Segments(QWidget):
    """A row of joined buttons of which one is down."""

    def __init__(self, choices: dict[str, str], name: str, on_choice: Callable[[str], None]) -> None:
        """choices maps keys to labels; name is read out by screen readers; on_choice gets the key of a click."""
        super().__init__()
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        for index, (key, label) in enumerate(choices.items()):
            button = QToolButton()
            button.setObjectName("segment")
            place = "first" if index == 0 else "last" if index == len(choices) - 1 else "middle"
            button.setProperty("place", place)
            button.setText(label)
            button.setCheckable(True)
            button.setAccessibleName(f"{name}: {label}")
            button.clicked.connect(lambda _=False, chosen=key: on_choice(chosen))
            group.addButton(button)
            row.addWidget(button)
            self.buttons[key] = button
        self._group = group

    def show_choice(self, key: str | None) -> None:
        """Press the button of a key; None releases all."""
        self._group.setExclusive(key is not None)
        for name, button in self.buttons.items():
            button.setChecked(name == key)


class Choice(QToolButton):
    """A button that opens a menu of which one entry holds: "Colour: timestep"."""

    def __init__(self, what: str, choices: dict[str, str], on_choice: Callable[[str], None]) -> None:
        """what names the choice on the button; choices maps keys to labels; on_choice gets the key of a click."""
        super().__init__()
        self._what = what
        self._labels = choices
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName(what)
        menu = QMenu(self)
        group = QActionGroup(menu)
        self.entries: dict[str, QAction] = {}
        for key, text in choices.items():
            entry = menu.addAction(text)
            entry.setCheckable(True)
            entry.triggered.connect(lambda _=False, chosen=key: on_choice(chosen))
            group.addAction(entry)
            self.entries[key] = entry
        self.setMenu(menu)

    def show_choice(self, key: str) -> None:
        """Name the entry that holds."""
        self.entries[key].setChecked(True)
        self.setText(f"{self._what}: {self._labels[key].lower()}  ▾")
        self.setAccessibleName(f"{self._what}: {self._labels[key]}")


class Slider(QSlider):
    """A horizontal slider whose handle jumps to the pointer, so that any place of it can be grabbed."""

    def __init__(self, name: str) -> None:
        """name is read out by screen readers."""
        super().__init__(Qt.Orientation.Horizontal)
        self.setAccessibleName(name)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() == Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            handle = self.style().subControlRect(
                QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
            )
            if not handle.contains(event.position().toPoint()):
                reach = self.width() - handle.width()
                along = round(event.position().x() - handle.width() / 2)
                self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), along, reach))
        super().mousePressEvent(event)


def label(text: str, name: str = "") -> QLabel:
    """A label with an object name for the style sheet."""
    result = QLabel(text)
    result.setObjectName(name)
    return result


def header(*widgets: QWidget | None, footer: bool = False) -> QFrame:
    """A bar of widgets above (or under) a pane; None stands for free space."""
    bar = QFrame()
    bar.setObjectName("footer" if footer else "header")
    row = QHBoxLayout(bar)
    row.setContentsMargins(12, 6, 10, 6)
    row.setSpacing(8)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
    return bar


def rule() -> QFrame:
    """A thin horizontal line."""
    line = QFrame()
    line.setObjectName("rule")
    return line


def padded(field: QAbstractSpinBox) -> None:
    """Keep the digits of a number field off its border, which the style sheet cannot do."""
    field.lineEdit().setTextMargins(5, 0, 0, 0)
