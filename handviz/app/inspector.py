"""The side panel: how many hypotheses to predict, which to keep, which one is chosen."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from handviz.app.action_buttons import ActionButton
from handviz.app.controls import label, padded, rule
from handviz.app.icons import icon
from handviz.app.models.session import MAX_HYPOTHESES, SessionModel
from handviz.app.score_panel import ScorePanel
from handviz.app.theme import Theme
from handviz.app.tips import set_tip

MAX_SEED = 2**31 - 1


class Inspector(QScrollArea):
    """Mirrors the session's request and selection. predict_requested asks for a run with them."""

    predict_requested = Signal()

    def __init__(self, session: SessionModel) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("inspector")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMaximumWidth(360)
        body = QWidget()
        body.setObjectName("inspectorBody")
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 10, 16, 8)
        column.setSpacing(7)
        self._build_request(column)
        column.addWidget(rule())
        self.scores = ScorePanel(session)
        column.addWidget(self.scores)
        column.addWidget(rule())
        self._build_chosen(column)
        self.parts = {
            "table": ActionButton("Table", "Show the table of hypotheses, or put it away", "table"),
            "plots": ActionButton("Plots", "Show the map, the distances and the spread, or put them away", "plots"),
        }
        row = QHBoxLayout()
        for button in self.parts.values():
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            row.addWidget(button)
        column.addWidget(rule())
        column.addLayout(row)
        for field in (self.count, self.seed):
            padded(field)
        column.addStretch(1)
        self.setWidget(body)
        session.request_changed.connect(self.refresh_request)
        session.picture_changed.connect(self.refresh_request)
        session.selection.changed.connect(self.refresh_selection)
        session.prediction_changed.connect(self.refresh_selection)
        session.view.content_changed.connect(self.refresh_selection)
        self.refresh_request()
        self.refresh_selection()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Wide enough that nothing is cut off at the side, also beside a bar for scrolling."""
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self.widget().minimumSizeHint().width() + bar, super().minimumSizeHint().height())

    def _build_request(self, column: QVBoxLayout) -> None:
        self.count = QSpinBox()
        self.count.setRange(1, MAX_HYPOTHESES)
        self.count.setAccessibleName("Number of hypotheses")
        self.count.setToolTip("How many hypotheses to predict, 1 to 200")
        self.seed = QSpinBox()
        self.seed.setRange(0, MAX_SEED)
        self.seed.setAccessibleName("Seed")
        self.seed.setToolTip("The same seed gives the same hypotheses")
        self.predict = QPushButton("Predict")
        self.predict.setObjectName("primary")
        self.predict.setAccessibleName("Predict")
        set_tip(self.predict, "Predict with these settings, as Enter does", "predict")
        self.auto = QCheckBox("Predict each new picture")
        set_tip(self.auto, "Predict as soon as a photo or frame is shown", "auto_predict")
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        for row, (name, field) in enumerate((("Hypotheses", self.count), ("Seed", self.seed))):
            title = label(name)
            title.setBuddy(field)
            grid.addWidget(title, row, 0)
            grid.addWidget(field, row, 1)
        column.addWidget(label("Prediction", "heading"))
        column.addLayout(grid)
        column.addWidget(self.predict)
        column.addWidget(self.auto)
        self.count.valueChanged.connect(lambda value: self._session.set_request(hypotheses=value))
        self.seed.valueChanged.connect(lambda value: self._session.set_request(seed=value))
        self.auto.toggled.connect(lambda on: self._session.set_request(auto_predict=on))
        self.predict.clicked.connect(self.predict_requested)

    def _build_chosen(self, column: QVBoxLayout) -> None:
        self.better = QToolButton()
        self.better.setAccessibleName("Choose the next better hypothesis")
        set_tip(self.better, "Next better by score", "better")
        self.worse = QToolButton()
        self.worse.setAccessibleName("Choose the next worse hypothesis")
        set_tip(self.worse, "Next worse by score", "worse")
        self.chosen = QLabel()
        self.chosen.setAccessibleName("Chosen hypothesis")
        self.chosen_score = label("", "figure")
        self.chosen_score.setAccessibleName("Score of the chosen hypothesis")
        self.chosen_detail = label("", "muted")
        self.solo = QCheckBox("Show it alone")
        set_tip(self.solo, "Hide all hypotheses but the selected ones", "solo")
        column.addWidget(label("Chosen hypothesis", "heading"))
        row = QHBoxLayout()
        row.addWidget(self.better)
        row.addWidget(self.worse)
        row.addSpacing(4)
        row.addWidget(self.chosen, 1)
        row.addWidget(self.chosen_score)
        column.addLayout(row)
        column.addWidget(self.chosen_detail)
        column.addWidget(self.solo)
        self.better.clicked.connect(lambda: self._session.selection.step(-1))
        self.worse.clicked.connect(lambda: self._session.selection.step(1))
        self.solo.toggled.connect(self._session.view.set_solo)

    def set_actions(self, actions: dict[str, QAction]) -> None:
        """Take the window's actions that show what there is besides."""
        for name, button in self.parts.items():
            button.set_action(actions[name])

    def refresh_request(self) -> None:
        """Mirror the request."""
        session = self._session
        for field, value in ((self.count, session.hypotheses), (self.seed, session.seed)):
            with QSignalBlocker(field):
                field.setValue(value)
        self.auto.setChecked(session.auto_predict)
        self.predict.setEnabled(session.picture is not None)

    def refresh_selection(self) -> None:
        """Mirror which hypothesis is chosen."""
        selection, prediction = self._session.selection, self._session.prediction
        self.solo.setChecked(self._session.view.solo)
        count, chosen = len(selection.scores), selection.chosen
        shown = prediction is not None and count == prediction.num_hypotheses and chosen is not None
        for widget in (self.better, self.worse, self.solo):
            widget.setEnabled(shown)
        if not shown:
            for text in (self.chosen_score, self.chosen_detail):
                text.clear()
            self.chosen.setText("None yet")
            return
        place = int((selection.order == chosen).argmax())
        self.better.setEnabled(place > 0)
        self.worse.setEnabled(place + 1 < count)
        self.chosen.setText(f"Number {chosen + 1}")
        self.chosen_score.setText(f"{selection.scores[chosen]:.3f}")
        place_text = "best score" if place == 0 else f"place {place + 1} of {count}"
        if "mu" not in prediction.unknown:
            place_text += f" · μ {prediction.mu[chosen]:.2f} · ν {prediction.nu[chosen]:.2f}"
        self.chosen_detail.setText(place_text)

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""
        self.scores.set_theme(theme)
        self.better.setIcon(icon("up", theme.text))
        self.worse.setIcon(icon("down", theme.text))
