"""The bar above the viewport that says what colours mean and what is drawn."""

from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from handviz.app.controls import Choice, header
from handviz.app.models.session import SessionModel
from handviz.app.models.view import COLORINGS, DISPLAYS
from handviz.app.tips import set_tip

COLORING_LABELS = {
    "timestep": "Timestep",
    "score": "Score",
    "cluster": "Cluster",
    "spread": "Spread",
    "error": "Error",
}
DISPLAY_LABELS = {"all": "All kept", "representatives": "Representatives", "mean": "Mean hand"}
assert tuple(COLORING_LABELS) == COLORINGS and tuple(DISPLAY_LABELS) == DISPLAYS
NO_TRUTH = "No ground truth is known for this picture; put it beside the photo as NAME.json"


class ViewBar(QWidget):
    """Colouring, display, and the switches of ghosts, trails and the true hand; mirrors the view."""

    def __init__(self, session: SessionModel) -> None:
        super().__init__()
        self._session = session
        view = session.view
        self.coloring = Choice("Colour", COLORING_LABELS, view.set_coloring)
        set_tip(self.coloring, "What the colours of meshes say", "next_coloring")
        self.display = Choice("Show", DISPLAY_LABELS, view.set_display)
        set_tip(self.display, "Every kept hypothesis, one for each cluster, or their mean", "next_display")
        self.ghosts = _switch("Ghosts", "Draw the others pale and see-through", "ghosts", view.set_ghost)
        self.trails = _switch("Trails", "Paths of the fingertips from past to future", "trails", view.set_trails)
        self.truth = _switch("Truth", "The true hand", "truth", view.set_show_truth)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        bar = header(self.coloring, self.display, None, self.ghosts, self.trails, self.truth)
        bar.layout().setSpacing(5)
        column.addWidget(bar)
        for signal in (view.content_changed, session.prediction_changed, session.truth_changed,
                       session.analysis_changed):  # fmt: skip
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Mirror the session."""
        session, view = self._session, self._session.view
        prediction, truth, analysis = session.prediction, session.truth, session.analysis
        for widget in (self.coloring, self.display, self.ghosts):
            widget.setEnabled(prediction is not None)
        self.coloring.show_choice(view.coloring)
        self.display.show_choice(view.display)
        known = truth is not None and (prediction is None or truth.fits(prediction))
        errors = known and (prediction is None or (prediction.has_joints and truth.fits_mesh(prediction)))
        self.coloring.entries["error"].setEnabled(errors)
        self.coloring.entries["error"].setToolTip("" if errors else NO_TRUTH)
        self.coloring.entries["cluster"].setEnabled(analysis is None or analysis.clusters is not None)
        self.display.entries["representatives"].setEnabled(analysis is None or analysis.clusters is not None)
        self.ghosts.setChecked(view.ghost)
        self.trails.setChecked(view.trails)
        self.trails.setEnabled(prediction is not None and prediction.has_joints)
        self.truth.setEnabled(prediction is not None and known)
        self.truth.setChecked(view.show_truth and known)
        set_tip(self.truth, "The true hand" if known else NO_TRUTH, *(("truth",) if known else ()))


def _switch(text: str, tip: str, command: str, on_toggle: object) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setCheckable(True)
    button.setAccessibleName(text)
    set_tip(button, tip, command)
    button.clicked.connect(on_toggle)
    return button
