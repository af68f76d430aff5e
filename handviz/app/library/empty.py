"""What the page says where there is nothing to show, and what to do about it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from handviz.app.controls import label
from handviz.app.icons import pixmap
from handviz.app.models.library import LibraryModel
from handviz.app.theme import Theme


class EmptyLibrary(QWidget):
    """wanted carries the name of what a button asks for: open, new, demo, batch or clear_filter."""

    wanted = Signal(str)

    def __init__(self, model: LibraryModel) -> None:
        super().__init__()
        self._model = model
        self._icon = QLabel()
        self.title = label("", "emptyTitle")
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.35)
        font.setWeight(font.Weight.DemiBold)
        self.title.setFont(font)
        self.hint = label("", "muted")
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.hint.setFixedWidth(520)
        self.buttons: dict[str, QPushButton] = {}
        words = {"demo": "Try the demo clip", "new": "New library…", "open": "Open library…",
                 "batch": "Predict into the library…", "clear_filter": "Clear the filter"}  # fmt: skip
        row = QHBoxLayout()
        row.addStretch(1)
        for name, text in words.items():
            button = QPushButton(text)
            button.clicked.connect(lambda _=False, what=name: self.wanted.emit(what))
            row.addWidget(button)
            self.buttons[name] = button
        row.addStretch(1)
        self.buttons["demo"].setObjectName("primary")
        self.buttons["batch"].setObjectName("primary")
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(6)
        column.addWidget(self.title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.hint, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(10)
        column.addLayout(row)
        column.addStretch(1)
        for signal in (model.file_changed, model.cases_changed):
            signal.connect(self.refresh)
        self.refresh()

    @property
    def needed(self) -> bool:
        """Whether there is no case to show."""
        return self._model.path is None or not self._model.cases

    def refresh(self) -> None:
        """Say what is missing."""
        model = self._model
        if model.path is None:
            self.title.setText("No library is open")
            hint = ("A library keeps cases, flags and verdicts in one file. Make a new one and predict photos, frames "
                    "of a video or a folder into it, or drop a library here.")  # fmt: skip
            shown = ("demo", "new", "open")
        elif model.counts.total == 0:
            self.title.setText("This library has no cases yet")
            hint = "Predict photos, a folder or frames of a video into it, or drop them here."
            shown = ("batch",)
        else:
            self.title.setText("No case matches the filter")
            hint = f"There are {model.counts.total:,} cases in all; loosen the filter above."
            shown = ("clear_filter",)
        self.hint.setText(hint)
        # Centred in a layout, a label that wraps is given the height of one line.
        self.hint.setFixedHeight(self.hint.heightForWidth(self.hint.width()))
        for name, button in self.buttons.items():
            button.setVisible(name in shown)

    @property
    def first_button(self) -> QPushButton:
        """What most would press."""
        return next((button for button in self.buttons.values() if not button.isHidden()), self.buttons["new"])

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        focused = QApplication.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and focused in self.buttons.values():
            focused.click()
            return
        super().keyPressEvent(event)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icon."""
        image = pixmap("library", theme.muted, round(56 * self.devicePixelRatioF()))
        image.setDevicePixelRatio(self.devicePixelRatioF())
        self._icon.setPixmap(image)
