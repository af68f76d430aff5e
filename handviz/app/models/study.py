"""What the table and the plots show of the session's prediction, worked out once and kept."""

import numpy as np

from handviz.app.models.session import SessionModel
from handviz.app.models.signal import Signal
from handviz.hypotheses.diversity import distance_to_mean_mm
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.relations import MOST_RELATED, Relations, comparable_points
from handviz.hypotheses.truth import Truth, middle_error_mm


def known_errors(prediction: Prediction, truth: Truth | None) -> np.ndarray | None:
    """(K,) mm, the middle error of each hypothesis; None where the truth or the joints are unknown."""
    if truth is None or not prediction.has_joints or not truth.fits(prediction):
        return None
    return middle_error_mm(prediction.joints, truth)


class StudyModel:
    """The session's prediction as columns and relations.

    changed is emitted when the values change. Relations take long: whoever shows them computes them away from the
    window's thread and hands them in.
    """

    def __init__(self, session: SessionModel) -> None:
        self.changed = Signal()
        self.session = session
        self.prediction: Prediction | None = None
        self.points = np.zeros((0, 1, 1, 3), np.float32)
        """(K, T, N, 3), see comparable_points."""
        self.relations: Relations | None = None
        self._values: dict[str, np.ndarray] = {}
        session.prediction_changed.connect(self._take)
        session.truth_changed.connect(self._take)
        self._take()

    @property
    def values(self) -> dict[str, np.ndarray]:
        """(K,) values by the names of the table's columns, those that are known."""
        return self._values

    @property
    def wants_relations(self) -> bool:
        """Whether relations are missing and can be computed."""
        return self.prediction is not None and self.relations is None and self.prediction.num_hypotheses <= MOST_RELATED

    def _take(self) -> None:
        prediction = self.session.prediction
        if prediction is not self.prediction:
            self.prediction = prediction
            self.relations = None
            self.points = np.zeros((0, 1, 1, 3), np.float32) if prediction is None else comparable_points(prediction)
        self._fill()
        self.changed.emit()

    def _fill(self) -> None:
        prediction = self.prediction
        self._values = {}
        if prediction is None:
            return
        for name in ("score", "mu", "nu"):
            if name not in prediction.unknown:
                self._values[name] = getattr(prediction, name)
        self._values["to_mean"] = distance_to_mean_mm(self.points)
        errors = known_errors(prediction, self.session.truth)
        if errors is not None:
            self._values["error"] = errors
        if self.relations is not None:
            self._values["cluster"] = self.relations.clusters

    def set_relations(self, prediction: Prediction, relations: Relations) -> None:
        """Take relations of a prediction; those of another one come too late."""
        if prediction is self.prediction:
            self.relations = relations
            self._fill()
            self.changed.emit()
