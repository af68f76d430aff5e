"""Brings the current case into the review view: read ahead of time, predicted where it has to be, the answer kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from handviz.app.library.case_answers import Answer, CaseAnswers, question_of
from handviz.app.library.case_loader import CaseLoader, Prepared
from handviz.app.models.reproducing import reproducibility
from handviz.casework.asking import Question
from handviz.review.cases import Case

if TYPE_CHECKING:
    from handviz.app.library.page import LibraryPage

AHEAD = 3
"""Cases prepared before they are asked for."""


class CaseShowing(QObject):
    """Between the page's model, its review view, the loader and the prediction process."""

    def __init__(self, page: LibraryPage) -> None:
        super().__init__(page)
        self._page = page
        self.loader = CaseLoader(self, page.cache)
        self.answers = CaseAnswers(self, page.cache)
        self._asked: tuple[Case, Question] | None = None
        banner, review = page.services.banner, page.review
        self.loader.prepared.connect(self._show_prepared)
        self.answers.ready.connect(self._keep)
        self.answers.failed.connect(banner.show_message)
        review.corrected.connect(self._correct)
        review.control.succeeded.connect(self._predicted)
        review.control.failed.connect(self._failed)
        review.control.restarting.connect(banner.show_message)

    def load(self) -> None:
        """Show the current case, and prepare those that may come next."""
        model, review = self._page.model, self._page.review
        case = model.current
        if case is None:
            return
        review.expect(case)
        row = model.row
        following = [] if row is None else [model.cases[(row + n) % len(model.cases)] for n in range(1, AHEAD + 1)]
        likely = [*following[:1], model.next_unreviewed(), *following[1:]]
        self.loader.load(case, [other for other in likely if other is not None and other.id != case.id])

    def _show_prepared(self, prepared: Prepared) -> None:
        page = self._page
        case = page.model.current
        if case is None or case.id != prepared.case_id or not page.reviewing:
            return
        if prepared.problem:
            page.review.clear()
            page.services.banner.show_message(prepared.problem, "Find moved photos…", page.dialogs.find_photos)
            return
        page.review.show_prepared(case, prepared)
        known = page.services.session.engine.provenance
        page.model.set_reproducibility(case.id, reproducibility(case, prepared.photo_sha256, known))
        if prepared.prediction is None:
            self._ask(case)

    # --- predicting --------------------------------------------------------------------------------------------------

    def predict_again(self) -> None:
        """Predict the case in sight again with its box and side."""
        case, review = self._page.model.current, self._page.review
        if case is not None and review.session.picture is not None and review.case_id == case.id:
            self._ask(case)

    def _ask(self, case: Case) -> None:
        session, question = self._page.review.session, question_of(case)
        session.set_request(
            box=question.box, hand=question.hand or "auto", hypotheses=question.hypotheses, seed=question.seed
        )
        self._asked = case, question
        self._page.review.control.predict()

    def _correct(self, box: tuple[float, float, float, float] | None, hand: str | None) -> None:
        page = self._page
        case = page.model.current
        if case is None or case.id != page.review.case_id:
            return
        # To the precision in which a prediction tells its box, so that the two can be told to belong together.
        box = None if box is None else tuple(float(np.float32(value)) for value in box)
        page.control.correct(case.id, box, hand)
        question = replace(question_of(case), box=box, hand=hand)
        self._asked = replace(case, box=box, hand=hand, prediction_key=""), question
        page.review.session.set_request(hypotheses=question.hypotheses, seed=question.seed)
        page.review.control.predict()

    def _predicted(self) -> None:
        session = self._page.review.session
        if self._asked is None or session.prediction is None:
            return
        (case, question), self._asked = self._asked, None
        if case.id == self._page.review.case_id:
            settings = self._page.model.triage_settings
            self.answers.keep(case, question, session.prediction, session.truth, settings)

    def _keep(self, answer: Answer) -> None:
        self.loader.forget(answer.case_id)
        self._page.control.set_prediction(answer.case_id, answer.case)

    def _failed(self, message: str, hand_not_found: bool) -> None:
        banner, photo_pane = self._page.services.banner, self._page.review.photo_pane
        if hand_not_found and photo_pane is not None:
            banner.show_message(message, "Draw a box", lambda: photo_pane.canvas.set_drawing(True))
        else:
            banner.show_message(message, "Try again", self.predict_again)

    def close(self) -> None:
        """End the threads."""
        self.loader.close()
        self.answers.close()
