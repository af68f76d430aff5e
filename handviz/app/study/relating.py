"""Works out how hypotheses lie to each other, away from the window's thread."""

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from handviz.app.models.study import StudyModel
from handviz.hypotheses.relations import relate


class Relating(QObject):
    """Gives a StudyModel its relations once something that shows them is in sight; one prediction at a time."""

    _done = Signal(object, object)

    def __init__(self, study: StudyModel, parent: QObject) -> None:
        super().__init__(parent)
        self._study = study
        self._wanted = False
        self._busy = False
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._done.connect(self._take, Qt.ConnectionType.QueuedConnection)
        study.changed.connect(self._start)

    def want(self, wanted: bool) -> None:
        """Say whether relations are in sight."""
        self._wanted = wanted
        self._start()

    def _start(self) -> None:
        if self._busy or not self._wanted or not self._study.wants_relations:
            return
        self._busy = True
        prediction, points, done = self._study.prediction, self._study.points, self._done

        def work() -> None:
            done.emit(prediction, relate(points))

        self._pool.start(work)

    def _take(self, prediction: object, relations: object) -> None:
        self._busy = False
        self._study.set_relations(prediction, relations)
        # The prediction may have changed meanwhile.
        self._start()

    def close(self) -> None:
        """Wait for what is being worked out; nothing is reported any more."""
        self._done.disconnect()
        self._pool.waitForDone()
