"""Which keys start which command: the defaults, what a person changed, and which changes would clash."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from handviz.app.models.signal import Signal

Keys = tuple[str, ...]
"""Key combinations such as "Ctrl+O", written as Qt writes them in files."""


@dataclass(frozen=True)
class Binding:
    """A command as the keymap knows it."""

    name: str
    text: str
    section: str
    """Under which heading it is listed."""
    defaults: Keys
    page: str
    """The page of the window on which it is in effect; EVERYWHERE for all."""


EVERYWHERE = ""


class Keymap:
    """Keys of every command; changed follows every change of them."""

    def __init__(self, bindings: Iterable[Binding], changes: Mapping[str, Keys] | None = None) -> None:
        """changes are those of an earlier keymap; what no longer fits is left out."""
        self.changed = Signal()
        self.bindings = {binding.name: binding for binding in bindings}
        self._changes: dict[str, Keys] = {}
        for name, keys in (changes or {}).items():
            if name in self.bindings:
                self._take(name, tuple(keys))

    @property
    def changes(self) -> dict[str, Keys]:
        """What differs from the defaults, by command."""
        return dict(self._changes)

    def keys(self, name: str) -> Keys:
        """The keys of a command; none for an unknown one."""
        if name in self._changes:
            return self._changes[name]
        return self.bindings[name].defaults if name in self.bindings else ()

    def is_changed(self, name: str) -> bool:
        """Whether a command's keys are not the defaults."""
        return name in self._changes

    def rivals(self, name: str, key: str) -> list[Binding]:
        """The other commands that a key would start in the same place as command name."""
        page = self.bindings[name].page
        return [
            other
            for other in self.bindings.values()
            if other.name != name
            and key in self.keys(other.name)
            and (EVERYWHERE in (page, other.page) or page == other.page)
        ]

    def set_keys(self, name: str, keys: Keys) -> None:
        """Give a command other keys, taking them from its rivals: one key never starts two commands."""
        for key in keys:
            for rival in self.rivals(name, key):
                self._take(rival.name, tuple(other for other in self.keys(rival.name) if other != key))
        self._take(name, keys)
        self.changed.emit()

    def reset(self, name: str | None = None) -> None:
        """Give one command, or all of them, their default keys; rivals lose them."""
        if name is not None:
            self.set_keys(name, self.bindings[name].defaults)
        elif self._changes:
            self._changes.clear()
            self.changed.emit()

    def _take(self, name: str, keys: Keys) -> None:
        keys = tuple(dict.fromkeys(keys))
        if keys == self.bindings[name].defaults:
            self._changes.pop(name, None)
        else:
            self._changes[name] = keys
