"""What is remembered between two starts."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

MAX_RECENT = 12


class Settings:
    """Typed access to the settings kept under the organisation "handviz"."""

    def __init__(self) -> None:
        self._store = QSettings("handviz", "handviz")

    @property
    def theme(self) -> str:
        """ "system", "dark" or "light"."""
        value = str(self._store.value("theme", "system"))
        return value if value in ("system", "dark", "light") else "system"

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def recent(self) -> list[Path]:
        """Files opened lately, newest first."""
        value = self._store.value("recentFiles", [])
        names = [value] if isinstance(value, str) else list(value or [])
        return [Path(str(name)) for name in names][:MAX_RECENT]

    def remember_file(self, path: Path) -> None:
        """Put a file first among the recent ones."""
        path = path.absolute()
        files = [path, *(other for other in self.recent if other != path)][:MAX_RECENT]
        self._store.setValue("recentFiles", [str(file) for file in files])

    def forget_files(self) -> None:
        """Empty the list of recent files."""
        self._store.remove("recentFiles")

    @property
    def shortcuts(self) -> dict[str, tuple[str, ...]]:
        """Keys that a person gave to commands, by the command's name."""
        value = self._json("shortcuts")
        if not isinstance(value, dict):
            return {}
        return {str(name): tuple(str(key) for key in keys) for name, keys in value.items() if isinstance(keys, list)}

    @shortcuts.setter
    def shortcuts(self, changes: Mapping[str, Sequence[str]]) -> None:
        self._store.setValue("shortcuts", json.dumps({name: list(keys) for name, keys in changes.items()}))

    @property
    def recent_commands(self) -> list[str]:
        """Names of commands started from the palette, the last one first."""
        value = self._json("recentCommands")
        return [str(name) for name in value][:MAX_RECENT] if isinstance(value, list) else []

    def remember_command(self, name: str) -> None:
        """Put a command first among the recent ones."""
        names = [name, *(other for other in self.recent_commands if other != name)]
        self._store.setValue("recentCommands", json.dumps(names[:MAX_RECENT]))

    def _json(self, key: str) -> object:
        """What was stored as JSON under a key; None where that is nothing or broken."""
        try:
            return json.loads(str(self._store.value(key, "null")))
        except (ValueError, RecursionError):
            return None

    @property
    def auto_predict(self) -> bool:
        """Whether each new picture is predicted at once."""
        return str(self._store.value("autoPredict", "true")).lower() != "false"

    @auto_predict.setter
    def auto_predict(self, on: bool) -> None:
        self._store.setValue("autoPredict", "true" if on else "false")

    def text(self, name: str) -> str:
        """A saved text; empty where there is none."""
        value = self._store.value(name)
        return value if isinstance(value, str) else ""

    def set_text(self, name: str, value: str) -> None:
        """Save a text."""
        self._store.setValue(name, value)

    def bytes(self, name: str) -> QByteArray | None:
        """A saved geometry or splitter state."""
        value = self._store.value(name)
        return value if isinstance(value, QByteArray) else None

    def set_bytes(self, name: str, value: QByteArray) -> None:
        """Save a geometry or splitter state."""
        self._store.setValue(name, value)
