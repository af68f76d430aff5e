"""Writing files off the UI thread."""

import traceback
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage

from handviz.errors import HandvizError, InputError
from handviz.files import atomic_write


def write_image(image: QImage, path: Path) -> None:
    """Write a picture as PNG, whole or not at all. Raises InputError when it cannot be written."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice

    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):
        raise InputError(f"The picture for {path} could not be made; make the window smaller and try again.")
    with atomic_write(path) as file:
        file.write(content.data())


class Saver(QObject):
    """Runs one writing job after another; saved carries the path, failed a sentence, in the owner's thread."""

    saved = Signal(str)
    failed = Signal(str)
    _ended = Signal(str, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._ended.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def save(self, path: Path, write: Callable[[Path], None]) -> None:
        """Call write(path) in a worker thread."""

        def run() -> None:
            try:
                write(path)
                self._ended.emit(str(path), "")
            except HandvizError as error:
                self._ended.emit(str(path), str(error))
            except Exception as error:
                # Silence would look like success.
                traceback.print_exc()
                self._ended.emit(str(path), f"{path} was not saved ({error}); details are in the terminal.")

        # Not a QRunnable: Qt deletes it behind PySide's back, which then takes whatever is next at its address for it.
        self._pool.start(run)

    def _report(self, path: str, error: str) -> None:
        if error:
            self.failed.emit(error)
        else:
            self.saved.emit(path)

    def close(self) -> None:
        """Finish what is being written."""
        self._pool.waitForDone()
