"""The command palette: type a few letters of any command and start it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QColor, QKeyEvent
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from handviz.app.actions import plain
from handviz.app.controls import label
from handviz.app.models.fuzzy import ranked
from handviz.app.models.keymap import EVERYWHERE, Binding
from handviz.app.submenus import fill_recent
from handviz.app.tips import key_text

if TYPE_CHECKING:
    from handviz.app.window import MainWindow

WIDTH, HEIGHT = 620, 430
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_NO_MARK = "\u2003\u2005"
"""As wide as a mark."""
NEVER_LISTED = ("palette",)


@dataclass(frozen=True)
class Entry:
    """One thing that can be started."""

    name: str
    title: str
    section: str
    keys: str
    enabled: bool
    checked: bool | None
    """Whether it is on; None for what cannot be on or off."""
    run: Callable[[], None]


def entries(window: MainWindow) -> list[Entry]:
    """Every command of every page, made or not, and what the menus within menus hold."""
    fill_recent(window, window.recent_menu)
    listed = [_of_command(window, binding) for binding in window.keymap.bindings.values()]
    listed = [entry for entry in listed if entry.name not in NEVER_LISTED]
    for menu in window.menus.values():
        for action in menu.actions():
            if isinstance(action.menu(), QMenu):
                listed += [_of_action(inner, plain(action.text())) for inner in action.menu().actions()]
    return [entry for entry in listed if entry.title]


def _of_command(window: MainWindow, binding: Binding) -> Entry:
    action = window.actions_by_name.get(binding.name)
    here = binding.page in (EVERYWHERE, window.pages.current)

    checked = action.isChecked() if action is not None and action.isCheckable() and here else None
    # What another page would allow is known once it shows.
    enabled = action.isEnabled() if action is not None and here else True
    keys = key_text(window.keymap.keys(binding.name)[:1])
    run = functools.partial(window.start_command, binding.name)
    return Entry(binding.name, binding.text, binding.section, keys, enabled, checked, run)


def _of_action(action: QAction, section: str) -> Entry:
    title = "" if action.isSeparator() else f"{section}: {plain(action.text())}"
    return Entry(title, title, "", "", action.isEnabled(), None, action.trigger)


class Palette(QDialog):
    """A field and the commands that answer it; Enter or a click starts one."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Find a command")
        self.setAccessibleName("Find a command")
        self.setObjectName("palette")
        self._window = window
        used = window.settings.recent_commands
        # What was used lately comes first while nothing is typed, and among what answers equally well.
        place = {name: number for number, name in enumerate(used)}
        self._entries = sorted(entries(window), key=lambda entry: place.get(entry.name, len(place)))
        self.field = QLineEdit()
        self.field.setPlaceholderText("Type a few letters of a command")
        self.field.setAccessibleName("Letters of a command")
        self.field.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Commands found")
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setColumnCount(3)
        self.list.setUniformRowHeights(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(lambda item: self._start(item))
        self.hint = label("", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.hint)
        self.field.textChanged.connect(self._search)
        self.resize(min(WIDTH, window.width() - 40), min(HEIGHT, window.height() - 80))
        self.move(window.mapToGlobal(window.rect().topLeft()).x() + (window.width() - self.width()) // 2,
                  window.mapToGlobal(window.rect().topLeft()).y() + 60)  # fmt: skip
        self.list.setColumnWidth(0, self.width() - 250)
        self.list.setColumnWidth(1, 110)
        self._search("")
        self.field.setFocus()

    def _search(self, text: str) -> None:
        self.list.clear()
        found = [self._entries[index] for index in ranked(text, [_searched(entry) for entry in self._entries])]
        # What cannot be started now is listed last, so that nobody believes it is missing.
        for entry in sorted(found, key=lambda entry: not entry.enabled):
            mark = _NO_MARK if entry.checked is None else "✓  " if entry.checked else "○  "
            item = QTreeWidgetItem(self.list, [mark + entry.title, entry.section, entry.keys])
            item.setData(0, Qt.ItemDataRole.UserRole, entry)
            state = "" if entry.checked is None else ", on" if entry.checked else ", off"
            keys = f", {entry.keys}" if entry.keys else ""
            possible = "" if entry.enabled else ", not possible now"
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{entry.title}{state}{keys}{possible}")
            item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if not entry.enabled:
                for place in range(3):
                    item.setForeground(place, QColor(self._window.theme.muted))
                item.setText(1, "not now")
        if self.list.topLevelItemCount():
            self.list.setCurrentItem(self.list.topLevelItem(0))
            self.hint.setText("Enter starts it, Up and Down choose, Esc leaves")
        else:
            self.hint.setText("No command has these letters in this order; type fewer.")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _MOVES:
                QApplication.sendEvent(self.list, event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._start(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _start(self, item: QTreeWidgetItem | None) -> None:
        entry = None if item is None else item.data(0, Qt.ItemDataRole.UserRole)
        if entry is None:
            return
        if not entry.enabled:
            self.hint.setText(f"{entry.title} is not possible now.")
            return
        window = self._window
        self.close()
        window.settings.remember_command(entry.name)
        entry.run()


def _searched(entry: Entry) -> str:
    return f"{entry.title} {entry.section}"
