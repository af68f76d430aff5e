"""Predictions made on the page, kept: into the cache, and as figures and triage into the library."""

import traceback
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from handviz.casework.asking import Question
from handviz.casework.building import case_from_prediction
from handviz.errors import HandvizError, InputError
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.triage import TriageSettings
from handviz.hypotheses.truth import Truth
from handviz.review.cases import Case, NewCase
from handviz.review.prediction_cache import PredictionCache


@dataclass(frozen=True)
class Answer:
    """What a case is to become by a new prediction."""

    case_id: int
    case: NewCase


def question_of(case: Case) -> Question:
    """What a case is asked again with: as before, about its box and side as they are now."""
    try:
        return Question.of_case(case)
    except InputError:
        return Question(case.box, case.hand)


class CaseAnswers(QObject):
    """ready carries an Answer once its prediction is in the cache; failed a sentence: the case can be judged all the
    same, but its prediction is made again the next time."""

    ready = Signal(object)
    failed = Signal(str)
    _made = Signal(object, str)

    def __init__(self, parent: QObject, cache: PredictionCache) -> None:
        super().__init__(parent)
        self._cache = cache
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._made.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def keep(
        self, case: Case, question: Question, prediction: Prediction, truth: Truth | None, settings: TriageSettings
    ) -> None:
        """Keep what a question about a case was answered with."""

        def run() -> None:
            try:
                key = question.key(case.photo_sha256, case.frame, prediction.provenance)
                made = case_from_prediction(
                    prediction, case.path, case.photo_sha256, case.frame, key=key, question=question, truth=truth,
                    settings=settings,
                )  # fmt: skip
                problem = ""
                try:
                    self._cache.put(key, prediction)
                except HandvizError as error:
                    problem = str(error)
                self._made.emit(Answer(case.id, made), problem)
            except Exception as error:
                traceback.print_exc()
                self._made.emit(None, f"The prediction of {case.path.name} was not kept ({error}).")

        # Not a QRunnable: Qt deletes it behind PySide's back, which then takes whatever is next at its address for it.
        self._pool.start(run)

    def _take(self, answer: Answer | None, problem: str) -> None:
        if answer is not None:
            self.ready.emit(answer)
        if problem:
            self.failed.emit(problem)

    def close(self) -> None:
        """Wait for the thread; nothing is reported any more."""
        self._made.disconnect()
        self._pool.waitForDone()
