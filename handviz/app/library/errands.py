"""Long work beside the judging: exports, merges, searches. One after the other, each with a connection of its own."""

import traceback
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from handviz.errors import HandvizError


class Errands(QObject):
    """done carries the sentence that an errand returned, failed one that says why it failed."""

    done = Signal(str)
    failed = Signal(str)
    _ended = Signal(str, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._closing = False
        self._ended.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def run(self, what: str, work: Callable[[], str]) -> None:
        """Do some work; what names it, as in "The export"."""

        def run() -> None:
            try:
                self._ended.emit(work(), "")
            except HandvizError as error:
                self._ended.emit("", str(error))
            except Exception as error:
                traceback.print_exc()
                self._ended.emit("", f"{what} failed ({error}); details are in the terminal.")

        # Not a QRunnable: Qt deletes it behind PySide's back, which then takes whatever is next at its address for it.
        self._pool.start(run)

    @property
    def closing(self) -> bool:
        """Whether a search should end early."""
        return self._closing

    def _report(self, sentence: str, error: str) -> None:
        if error:
            self.failed.emit(error)
        else:
            self.done.emit(sentence)

    def close(self) -> None:
        """Finish what is being written."""
        self._closing = True
        self._ended.disconnect()
        self._pool.waitForDone()
