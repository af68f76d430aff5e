"""Keeps the session's analysis up to date, away from the window's thread."""

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from handviz.app.models.analysis import Analysis, analyse
from handviz.app.models.session import SessionModel


class Analysing(QObject):
    """Analyses each prediction of a session, again when its truth becomes known; only the newest counts."""

    _done = Signal(object)

    def __init__(self, session: SessionModel, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._busy = self._closed = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._done.connect(self._take, Qt.ConnectionType.QueuedConnection)
        session.prediction_changed.connect(self._start)
        session.truth_changed.connect(self._start)

    def _start(self) -> None:
        prediction, truth = self._session.prediction, self._session.truth
        if self._busy or self._closed or prediction is None or self._session.analysis is not None:
            return
        self._busy = True
        done = self._done
        self._pool.start(lambda: done.emit(analyse(prediction, truth)))

    def _take(self, analysis: Analysis) -> None:
        self._busy = False
        self._session.set_analysis(analysis)
        # The prediction may have changed meanwhile.
        self._start()

    def close(self) -> None:
        """Wait for what is being worked out; nothing is reported any more. Safe to call twice."""
        if not self._closed:
            self._closed = True
            self._done.disconnect()
        self._pool.waitForDone()
