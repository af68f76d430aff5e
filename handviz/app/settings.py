"""What is remembered between two starts."""

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
