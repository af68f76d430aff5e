"""Notices what another window writes to the library, at no cost while nothing happens."""

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

LOOKS_MS = (120, 600, 2500, 8000)
"""How long after a write to look. A change is written first and counts only once the disk has confirmed it, which
nothing tells of and which takes seconds on a busy disk: hence more looks than one."""


class LibraryWatcher(QObject):
    """touched follows any write to the library's files, ours too; whether something changed its stamp tells."""

    touched = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._files = QFileSystemWatcher(self)
        self._place = 0
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self._look)
        self._files.fileChanged.connect(self._notice)
        self._files.directoryChanged.connect(self._notice)

    def watch(self, path: Path | None) -> None:
        """Watch a library's files, None for nothing."""
        watched = self._files.files() + self._files.directories()
        if watched:
            self._files.removePaths(watched)
        self._soon.stop()
        self._path = path
        self._add()

    def _add(self) -> None:
        """SQLite writes to the log beside the file, which comes and goes: hence the folder."""
        if self._path is None:
            return
        names = (self._path, self._path.with_name(self._path.name + "-wal"), self._path.parent)
        known = set(self._files.files() + self._files.directories())
        wanted = [str(name) for name in names if name.exists() and str(name) not in known]
        if wanted:
            self._files.addPaths(wanted)

    def _notice(self) -> None:
        if self._soon.isActive() and self._place == 0:
            return
        self._place = 0
        self._soon.start(LOOKS_MS[0])

    def _look(self) -> None:
        self._add()
        self._place += 1
        if self._place < len(LOOKS_MS):
            self._soon.start(LOOKS_MS[self._place])
        self.touched.emit()
