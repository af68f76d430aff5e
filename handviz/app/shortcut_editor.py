"""The dialog in which a person gives commands other keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from handviz.app.controls import label
from handviz.app.models.fuzzy import match
from handviz.app.models.keymap import Keymap
from handviz.app.shortcuts import standard
from handviz.app.tips import key_text

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

RESERVED = {"Tab": "moves between controls", "Shift+Tab": "moves between controls", "Backtab": "moves between controls",
            "Space": "presses the control in focus"}  # fmt: skip
_NAME = Qt.ItemDataRole.UserRole


class ShortcutEditor(QDialog):
    """Commands by section with their keys; changes hold at once and are named where they take a key from another."""

    def __init__(self, keymap: Keymap, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Change keys")
        self.resize(640, 620)
        self._keymap = keymap
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Search commands and keys")
        self.filter.setAccessibleName("Search commands and keys")
        self.filter.textChanged.connect(self._filter)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("Commands and their keys")
        self.tree.setUniformRowHeights(True)
        self.tree.setHeaderLabels(["Command", "Keys", ""])
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setStretchLastSection(False)
        self.tree.setColumnWidth(1, 190)
        self.tree.setColumnWidth(2, 80)
        self.tree.currentItemChanged.connect(lambda *_: self._show_current())
        self.recorder = QKeySequenceEdit()
        self.recorder.setMaximumSequenceLength(1)
        self.recorder.setClearButtonEnabled(True)
        self.recorder.setAccessibleName("New key: press it here")
        self.recorder.keySequenceChanged.connect(lambda _: self._explain())
        self.use = _button("Use", "Start the command by this key alone", self._use)
        self.add = _button("Add", "Start the command by this key too", self._add)
        self.clear = _button("No key", "Start the command by no key", lambda: self._set(()))
        self.reset = _button("Default", "Give the command its default keys again", self._reset)
        self.reset_all = _button("All defaults", "Give every command its default keys again", self._reset_all)
        self.message = label("", "muted")
        self.message.setWordWrap(True)
        self.message.setMinimumHeight(40)
        title = label("New key")
        title.setBuddy(self.recorder)
        row = QHBoxLayout()
        for widget in (title, self.recorder, self.use, self.add, self.clear, self.reset):
            row.addWidget(widget)
        row.setStretch(1, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.reset_all, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for part in (self.filter, self.tree):
            column.addWidget(part)
        column.addLayout(row)
        column.addWidget(self.message)
        column.addWidget(buttons)
        self._items: dict[str, QTreeWidgetItem] = {}
        self._build()
        self._disconnect = keymap.changed.connect(self._refresh)
        self.finished.connect(lambda _: self._disconnect())
        self._show_current()

    @property
    def current(self) -> str | None:
        """Name of the command that is selected."""
        item = self.tree.currentItem()
        return None if item is None else item.data(0, _NAME)

    def select(self, name: str) -> None:
        """Select a command by its name."""
        self.tree.setCurrentItem(self._items[name])

    def _build(self) -> None:
        sections: dict[str, QTreeWidgetItem] = {}
        for binding in self._keymap.bindings.values():
            if binding.section not in sections:
                section = QTreeWidgetItem(self.tree, [binding.section])
                section.setFirstColumnSpanned(True)
                font = section.font(0)
                font.setBold(True)
                section.setFont(0, font)
                section.setFlags(Qt.ItemFlag.ItemIsEnabled)
                sections[binding.section] = section
            item = QTreeWidgetItem(sections[binding.section], [binding.text])
            item.setData(0, _NAME, binding.name)
            self._items[binding.name] = item
        self.tree.expandAll()
        self._refresh()
        first = next(iter(self._items.values()), None)
        if first is not None:
            self.tree.setCurrentItem(first)

    def _refresh(self) -> None:
        for name, item in self._items.items():
            keys = key_text(self._keymap.keys(name))
            item.setText(1, keys or "–")
            item.setText(2, "changed" if self._keymap.is_changed(name) else "")
            item.setData(1, Qt.ItemDataRole.AccessibleTextRole, keys or "no key")
        self.reset_all.setEnabled(bool(self._keymap.changes))
        self._enable()

    def _filter(self, text: str) -> None:
        for name, item in self._items.items():
            shown = match(text, item.text(0)) is not None or (text and text.casefold() in item.text(1).casefold())
            self._items[name].setHidden(not shown)
        for index in range(self.tree.topLevelItemCount()):
            section = self.tree.topLevelItem(index)
            section.setHidden(all(section.child(place).isHidden() for place in range(section.childCount())))

    def _show_current(self) -> None:
        self.recorder.clear()
        self._explain()

    def _recorded(self) -> str:
        return standard(self.recorder.keySequence().toString(QKeySequence.SequenceFormat.PortableText))

    def _explain(self) -> None:
        name, key = self.current, self._recorded()
        self._enable()
        if name is None:
            self.message.setText("Choose a command.")
        elif not key:
            self.message.setText("Click the field and press the key that is to start the command.")
        elif key in RESERVED:
            self.message.setText(f"{key_text((key,))} {RESERVED[key]}; press another one.")
        elif key in self._keymap.keys(name):
            self.message.setText(f"{key_text((key,))} starts this command already.")
        elif rivals := self._keymap.rivals(name, key):
            names = " and ".join(f"“{rival.text}”" for rival in rivals)
            self.message.setText(f"{key_text((key,))} starts {names} now; that loses it when you use it here.")
        else:
            self.message.setText(f"{key_text((key,))} is free.")

    def _enable(self) -> None:
        name, key = self.current, self._recorded()
        usable = name is not None and bool(key) and key not in RESERVED
        self.use.setEnabled(usable)
        self.add.setEnabled(usable)
        self.clear.setEnabled(name is not None and bool(self._keymap.keys(name)))
        self.reset.setEnabled(name is not None and self._keymap.is_changed(name))

    def _use(self) -> None:
        self._set((self._recorded(),))

    def _add(self) -> None:
        self._set((*self._keymap.keys(self.current), self._recorded()))

    def _set(self, keys: tuple[str, ...]) -> None:
        self._keymap.set_keys(self.current, keys)
        self._show_current()

    def _reset(self) -> None:
        self._keymap.reset(self.current)
        self._show_current()

    def _reset_all(self) -> None:
        self._keymap.reset()
        self._show_current()


def _button(text: str, tip: str, pressed: object) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    button.clicked.connect(lambda _=False: pressed())
    return button
