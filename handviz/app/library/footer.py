"""The line at the bottom that confirms each change."""

from PySide6.QtCore import QTime
from PySide6.QtWidgets import QVBoxLayout, QWidget

from handviz.app.controls import header, label


class Footer(QWidget):
    """What was done last, and when; it stays until the next."""

    def __init__(self) -> None:
        super().__init__()
        self.text = label("", "statusText")
        self.text.setAccessibleName("Last change")
        self.hint = label("A accept · R reject · U unsure · 1–9 flag · N next unreviewed · Ctrl+Z undo", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(header(self.text, None, self.hint, footer=True))

    def say(self, text: str) -> None:
        """Show a line with the time."""
        self.text.setText(f"{text} · {QTime.currentTime().toString('HH:mm:ss')}")
        self.text.setAccessibleDescription(text)
