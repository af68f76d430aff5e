"""Buttons that do what a command of the window does, and look as it does: checked, or not to be pressed."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton

from handviz.app.tips import set_tip


class ActionButton(QToolButton):
    """A button for a command, with a shorter text than its menu has and a tooltip that names its keys.

    QToolButton's own default action would take the menu's text for a tooltip, without keys.
    """

    def __init__(self, text: str, tip: str, command: str) -> None:
        super().__init__()
        self.setText(text)
        self.setAccessibleName(text)
        self.command = command
        self._action: QAction | None = None
        set_tip(self, tip, command)

    def set_action(self, action: QAction) -> None:
        """Take the window's action of the command."""
        self._action = action
        self.setCheckable(action.isCheckable())
        self.clicked.connect(lambda: action.trigger())
        action.changed.connect(self._mirror)
        self._mirror()

    def _mirror(self) -> None:
        self.setEnabled(self._action.isEnabled())
        self.setChecked(self._action.isChecked())
