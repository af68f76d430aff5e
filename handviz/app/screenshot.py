"""Pictures of the real window, made without anyone at the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from handviz.errors import HandvizError

if TYPE_CHECKING:
    from handviz.app.window import MainWindow


@dataclass(frozen=True)
class ScreenshotOptions:
    """What the picture is to show."""

    path: Path
    """PNG to write."""
    size: tuple[int, int] = (1366, 768)
    """Window size in logical pixels."""
    hypotheses: int = 16
    seed: int = 0
    box: tuple[float, float, float, float] | None = None
    """x, y, w, h in pixels of the source; None = detect."""
    hand: str = "auto"
    threshold: float = 0.0
    view: str = "front"
    """One of handviz.app.models.view.VIEWS."""
    turn_degrees: tuple[float, float] = (0.0, 0.0)
    """Yaw and pitch to orbit away from the view."""
    choose: int | None = None
    """Number of the hypothesis to highlight, from 1."""
    hide: tuple[str, ...] = field(default=())
    """Timesteps to hide."""
    timeout_seconds: float = 300.0


class Photographer:
    """Drives a window until it shows what the options ask for, then grabs it."""

    def __init__(self, window: MainWindow, options: ScreenshotOptions) -> None:
        self._window = window
        self._options = options
        self._error: str | None = None
        self._settled = False

    def run(self, files: list[Path], frame: int) -> int:
        """Open files, wait, save. Returns 0, or raises HandvizError saying why there is no picture."""
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication

        from handviz.app.saving import write_image

        window, options, application = self._window, self._options, QApplication.instance()
        self._prepare()
        window.opening.failed.connect(self._fail)
        window.control.failed.connect(lambda message, _: self._fail(message))
        window.render_bridge.status.connect(
            lambda status: self._fail(status.message) if status.state == "failed" else None
        )
        window.viewport_pane.canvas.frame_shown.connect(self._frame_shown)
        window.session.prediction_changed.connect(self._arrange)
        window.resize(*options.size)
        window.show()
        if files:
            window.opening.open_all(files, frame)
        else:
            QTimer.singleShot(500, self._finish)
        limit = (
            f"The screenshot was not ready after {options.timeout_seconds:.0f} s; try a smaller number of hypotheses."
        )
        QTimer.singleShot(round(1000 * options.timeout_seconds), lambda: self._fail(limit))
        application.exec()
        try:
            if self._error is not None:
                raise HandvizError(self._error)
            write_image(window.grab().toImage(), options.path)
        finally:
            window.shut_down()
        return 0

    def _prepare(self) -> None:
        options, session = self._options, self._window.session
        session.set_request(hypotheses=options.hypotheses, seed=options.seed, hand=options.hand)
        session.selection.set_threshold(options.threshold)
        # The window predicts each new picture by itself, right after this.
        session.picture_changed.connect(lambda: session.set_request(box=options.box))

    def _arrange(self) -> None:
        session, options = self._window.session, self._options
        if session.prediction is None:
            return
        for timestep, name in enumerate(session.prediction.timesteps):
            session.view.set_timestep(timestep, name not in options.hide)
        session.view.look(options.view)
        yaw, pitch = (value * 3.141592653589793 / 180.0 for value in options.turn_degrees)
        if yaw or pitch:
            session.view.orbit_by(yaw, pitch)
        if options.choose is not None:
            session.selection.choose(options.choose - 1)
        self._settled = True

    def _frame_shown(self, request_id: int, seconds: float, full_detail: bool) -> None:
        if self._settled and full_detail and self._window.viewport_pane.canvas.at_rest:
            self._finish()

    def _fail(self, message: str) -> None:
        self._error = message
        self._finish()

    def _finish(self) -> None:
        from PySide6.QtWidgets import QApplication

        QApplication.instance().quit()
