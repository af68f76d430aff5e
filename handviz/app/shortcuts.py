"""The keymap of a window: from the commands of all its pages, from and to the settings, and into its actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from handviz.app.actions import COMMANDS, Command, apply_keys, plain
from handviz.app.models.keymap import EVERYWHERE, Binding, Keymap, Keys
from handviz.app.pages import PHOTO, PageEntry, page_commands
from handviz.app.tips import use_keymap

if TYPE_CHECKING:
    from handviz.app.window import MainWindow


def commands_by_page(entries: tuple[PageEntry, ...]) -> list[tuple[str, Command]]:
    """Every command with the name of the page on which it is in effect."""
    pages = [(PHOTO, (*page_commands(entries), *COMMANDS)), *((entry.name, entry.commands) for entry in entries)]
    return [(EVERYWHERE if command.everywhere else page, command) for page, commands in pages for command in commands]


def make_keymap(entries: tuple[PageEntry, ...], changes: dict[str, Keys]) -> Keymap:
    """The keymap of a window with these pages, with what a person changed."""
    titles = {entry.name: entry.title for entry in entries}
    return Keymap(
        (
            Binding(
                command.name,
                plain(command.text),
                plain(command.menu) if page in (EVERYWHERE, PHOTO) else titles[page],
                tuple(standard(key) for key in command.keys),
                page,
            )
            for page, command in commands_by_page(entries)
        ),
        changes,
    )


def standard(key: str) -> str:
    """A key combination as Qt writes it in files; empty for none."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def connect_keymap(window: MainWindow, remember: bool) -> None:
    """Let the window's actions and tooltips follow its keymap, and the settings remember it."""
    refresh_tips = use_keymap(window.keymap)

    def follow() -> None:
        for name, action in window.actions_by_name.items():
            apply_keys(action, window.keymap.keys(name))
        refresh_tips()
        if remember:
            window.settings.shortcuts = window.keymap.changes

    window.keymap.changed.connect(follow)
