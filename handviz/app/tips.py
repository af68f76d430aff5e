"""Tooltips that name the keys of what a widget does, and follow when a person changes them."""

import weakref
from collections.abc import Callable

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QWidget

from handviz.app.models.keymap import Keymap, Keys

_TEXT, _COMMANDS, _HINT = "tipText", "tipCommands", "hintText"
_keymap: list[Keymap] = []
_following: weakref.WeakSet[QWidget] = weakref.WeakSet()
"""Widgets whose text follows the keymap; asking Qt for all widgets takes long."""


def key_text(keys: Keys) -> str:
    """Shortcuts as this platform writes them."""
    return ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys)


def set_tip(widget: QWidget, text: str, *commands: str) -> None:
    """Give a widget a tooltip that ends with the keys of commands."""
    widget.setProperty(_TEXT, text)
    widget.setProperty(_COMMANDS, list(commands))
    _following.add(widget)
    _show(widget)


def set_hint(label: QLabel, **commands: str) -> None:
    """Let a label name the keys of commands, given as word=command; an underscore stands for a space."""
    label.setProperty(_HINT, [[word.replace("_", " "), command] for word, command in commands.items()])
    _following.add(label)
    _show_hint(label)


def with_key(text: str, command: str) -> str:
    """Text whose {} is the first key of a command, for messages that are made anew when they are shown."""
    keys = _keymap[0].keys(command) if _keymap else ()
    return text.format(key_text(keys[:1]) or "Ctrl+K")


def use_keymap(keymap: Keymap) -> Callable[[], None]:
    """Take the keys from a keymap from now on; the result is to be called when it has changed."""
    _keymap[:] = [keymap]
    refresh_tips()
    return refresh_tips


def refresh_tips() -> None:
    """Write all tooltips anew."""
    for widget in tuple(_following):
        try:
            if widget.property(_TEXT) is not None:
                _show(widget)
            if widget.property(_HINT) is not None:
                _show_hint(widget)
        except RuntimeError:  # Qt has deleted it
            _following.discard(widget)


def _show(widget: QWidget) -> None:
    keys = [key_text(_keymap[0].keys(name)) for name in widget.property(_COMMANDS)] if _keymap else []
    known = "; ".join(text for text in keys if text)
    widget.setToolTip(widget.property(_TEXT) + (f" ({known})" if known else ""))


def _show_hint(label: QLabel) -> None:
    if _keymap:
        named = [(word, key_text(_keymap[0].keys(command)[:1])) for word, command in label.property(_HINT)]
        label.setText(" · ".join(f"{key} {word}" for word, key in named if key))
