"""A line above the panes for what went wrong, with the way out; it never blocks."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton

from handviz.app.icons import icon, pixmap
from handviz.app.theme import Theme


class Banner(QFrame):
    """Shows one sentence, perhaps with a button that helps, until it is closed or something works."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setAccessibleName("Message")
        self._icon = QLabel()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.action = QPushButton()
        self.close_button = QToolButton()
        self.close_button.setAccessibleName("Dismiss the message")
        self.close_button.setToolTip("Dismiss")
        self._on_action: Callable[[], None] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(12)
        for widget in (self._icon, self.text, self.action, self.close_button):
            row.addWidget(widget, 1 if widget is self.text else 0)
        self.close_button.clicked.connect(self.hide)
        self.action.clicked.connect(self._act)
        self.hide()

    def show_message(self, text: str, action: str = "", on_action: Callable[[], None] | None = None) -> None:
        """Show a sentence; action labels a button that calls on_action and closes the banner."""
        self.text.setText(text)
        self.setAccessibleDescription(text)
        self.action.setText(action)
        self.action.setVisible(bool(action))
        self._on_action = on_action
        self.show()

    def _act(self) -> None:
        self.hide()
        if self._on_action is not None:
            self._on_action()

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        ratio = self.devicePixelRatioF()
        image = pixmap("warning", theme.warning_text, round(20 * ratio))
        image.setDevicePixelRatio(ratio)
        self._icon.setPixmap(image)
        self.close_button.setIcon(icon("close", theme.text))
