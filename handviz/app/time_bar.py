"""The bar under the viewport that plays the exposure: past, middle, future and back."""

import time

from PySide6.QtCore import QObject, QSignalBlocker, QTimer
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from handviz.app.controls import Choice, Slider, header, label
from handviz.app.icons import icon
from handviz.app.models.playing import SPEEDS, bounced, nearest_speed
from handviz.app.models.session import SessionModel
from handviz.app.theme import Theme
from handviz.app.tips import set_tip
from handviz.app.viewport_canvas import ViewportCanvas

STEPS = 1000
TICK_MILLISECONDS = 25


class Player(QObject):
    """Moves a view's time while it plays, as fast as pictures come and no faster."""

    def __init__(self, session: SessionModel, canvas: ViewportCanvas) -> None:
        super().__init__(canvas)
        self._session = session
        self._canvas = canvas
        self._begun = 0.0
        self._phase = 0.0
        self._set: float | None = None
        self._timer = QTimer(self, interval=TICK_MILLISECONDS)
        self._timer.timeout.connect(self._tick)
        session.view.time_changed.connect(self._follow)

    def _follow(self) -> None:
        view = self._session.view
        if view.playing and (not self._timer.isActive() or view.time != self._set):
            # It goes on forward from wherever it was put.
            self._begun, self._phase = time.monotonic(), view.time or 0.0
            self._timer.start()
        elif not view.playing:
            self._timer.stop()

    def _tick(self) -> None:
        view, prediction = self._session.view, self._session.prediction
        if prediction is None:
            view.set_playing(False)
            return
        if not self._canvas.isVisible() or not self._canvas.at_rest:
            # The last moment has not been drawn yet, or nobody looks.
            return
        span = len(prediction.timesteps) - 1
        self._set = bounced(self._phase + (time.monotonic() - self._begun) * view.speed * span, span)
        view.set_time(self._set)


class TimeBar(QWidget):
    """Play, a slider from past to future, speed, and the way back to all timesteps at once; mirrors the view."""

    def __init__(self, session: SessionModel, canvas: ViewportCanvas) -> None:
        super().__init__()
        self._session = session
        view = session.view
        self.player = Player(session, canvas)
        self.play = QToolButton()
        self.play.setAccessibleName("Play the motion")
        self.slider = Slider("Time of the exposure")
        self.slider.setObjectName("frames")
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(STEPS // 4)
        self.slider.setSingleStep(STEPS // 20)
        self.slider.setMinimumWidth(90)
        set_tip(self.slider, "Time of the exposure, from past to future", "time_back", "time_on")
        self.first, self.last = label("Past", "muted"), label("Future", "muted")
        self.speed = Choice("Speed", {name: name for name in SPEEDS}, lambda name: view.set_speed(SPEEDS[name]))
        self.speed.setToolTip("How fast the exposure is played")
        self.all = QToolButton()
        self.all.setText("All timesteps")
        self.all.setCheckable(True)
        self.all.setAccessibleName("Show all timesteps at once")
        set_tip(self.all, "Past, middle and future at once, instead of one moment", "all_timesteps")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        bar = header(self.play, self.first, self.slider, self.last, self.speed, self.all, footer=True)
        bar.layout().setStretch(2, 1)
        column.addWidget(bar)
        self.play.clicked.connect(lambda: view.set_playing(not view.playing))
        self.slider.valueChanged.connect(self._slide)
        self.all.clicked.connect(lambda on: view.set_time(None if on else 0.5 * self._span))
        self._icons = ("", "")
        for signal in (view.time_changed, session.prediction_changed):
            signal.connect(self.refresh)
        self.refresh()

    @property
    def _span(self) -> int:
        prediction = self._session.prediction
        return max(1, len(prediction.timesteps) - 1 if prediction is not None else 2)

    def _slide(self, value: int) -> None:
        self._session.view.set_playing(False)
        self._session.view.set_time(value / STEPS * self._span)

    def refresh(self) -> None:
        """Mirror the view."""
        view, prediction = self._session.view, self._session.prediction
        moves = prediction is not None and len(prediction.timesteps) > 1
        for widget in (self.play, self.slider, self.speed, self.all):
            widget.setEnabled(moves)
        if prediction is not None:
            self.first.setText(prediction.timesteps[0].capitalize())
            self.last.setText(prediction.timesteps[-1].capitalize())
        with QSignalBlocker(self.slider):
            self.slider.setValue(0 if view.time is None else round(view.time / self._span * STEPS))
        self.all.setChecked(view.time is None)
        self.speed.show_choice(nearest_speed(view.speed))
        self._show_playing(view.playing)

    def _show_playing(self, playing: bool) -> None:
        what = ("pause", "Rest") if playing else ("play", "Play from past to future and back")
        if what != self._icons:
            self._icons = what
            set_tip(self.play, what[1], "play")
            self.play.setAccessibleName("Rest" if playing else "Play the motion")
            self.play.setIcon(icon(what[0], self._color))

    _color = "#888888"

    def set_theme(self, theme: Theme) -> None:
        """Colour the icon."""
        self._color = theme.text
        self._icons = ("", "")
        self._show_playing(self._session.view.playing)
