"""The line at the bottom that confirms each change."""

from PySide6.QtCore import QTime
from PySide6.QtWidgets import QVBoxLayout, QWidget

from handviz.app.controls import header, label
from handviz.app.tips import set_hint


class Footer(QWidget):
    """What was done last, and when; it stays until the next."""

    def __init__(self) -> None:
        super().__init__()
        self.text = label("", "statusText")
        self.text.setAccessibleName("Last change")
        self.hint = label("", "muted")
        set_hint(
            self.hint, accept="library_accept", reject="library_reject", unsure="library_unsure",
            next_unreviewed="library_next_new", next_matching="library_next", large="library_review",
            undo="library_undo",
        )  # fmt: skip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        bar = header(self.text, None, self.hint, footer=True)
        bar.layout().setContentsMargins(12, 3, 10, 3)
        column.addWidget(bar)

    def say(self, text: str) -> None:
        """Show a line with the time."""
        self.text.setText(f"{text} · {QTime.currentTime().toString('HH:mm:ss')}")
        self.text.setAccessibleDescription(text)
