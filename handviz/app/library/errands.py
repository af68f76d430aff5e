"""Long work beside the judging: exports, merges, searches. One after the other, each with a connection of its own."""

import traceback
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from handviz.errors import HandvizError


class Errands(QObject):
    """told carries how far an errand is, done the sentence that it returned, failed one that says why it failed."""

    told = Signal(str)
    done = Signal(str)
    failed = Signal(str)
    _told = Signal(str)
    _ended = Signal(str, str, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._closing = False
        self._told.connect(self.told, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def run(self, what: str, work: Callable[[], str], then: Callable[[], None] | None = None) -> None:
        """Do some work; what names it, as in "The export"; then follows where it went well."""

        def run() -> None:
            try:
                self._ended.emit(work(), "", then)
            except HandvizError as error:
                self._ended.emit("", str(error), None)
            except Exception as error:
                traceback.print_exc()
                self._ended.emit("", f"{what} failed ({error}); details are in the terminal.", None)

        # Not a QRunnable: Qt deletes it behind PySide's back, which then takes whatever is next at its address for it.
        self._pool.start(run)

    def tell(self, sentence: str) -> None:
        """From within an errand: how far it is."""
        if not self._closing:
            self._told.emit(sentence)

    @property
    def closing(self) -> bool:
        """Whether a search should end early."""
        return self._closing

    def _report(self, sentence: str, error: str, then: Callable[[], None] | None) -> None:
        if error:
            self.failed.emit(error)
        else:
            self.done.emit(sentence)
            if then is not None:
                then()

    def close(self) -> None:
        """Finish what is being written."""
        self._closing = True
        self._ended.disconnect()
        self._told.disconnect()
        self._pool.waitForDone()
