"""Pictures of the real window, made without anyone at the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from handviz.errors import HandvizError, InputError

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from handviz.app.window import MainWindow

LOOK_MS = 60
LOOKS = 3
"""So often in a row everything has to be at rest."""


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
    top: int | None = None
    """Keep so many best ones in place of the threshold."""
    view: str = "front"
    """One of handviz.app.models.view.VIEWS."""
    turn_degrees: tuple[float, float] = (0.0, 0.0)
    """Yaw and pitch to orbit away from the view."""
    choose: int | None = None
    """Number of the hypothesis to highlight, from 1."""
    hide: tuple[str, ...] = field(default=())
    """Timesteps to hide."""
    commands: tuple[str, ...] = ()
    """Names of commands to start, one after the other, each once the one before has settled."""
    timeout_seconds: float = 300.0


class Photographer:
    """Drives a window until it shows what the options ask for, then grabs it."""

    def __init__(self, window: MainWindow, options: ScreenshotOptions) -> None:
        self._window = window
        self._options = options
        self._error: str | None = None
        self._arranged = False
        self._commands = list(options.commands)
        self._looks_at_rest = 0
        self._picture: QImage | None = None

    def run(self, files: list[Path], frame: int) -> int:
        """Open files, wait, start the commands, save. Returns 0, or raises HandvizError saying why there is none."""
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication

        from handviz.app.saving import write_image

        window, options, application = self._window, self._options, QApplication.instance()
        unknown = [name for name in options.commands if name not in window.keymap.bindings]
        if unknown:
            window.shut_down()
            raise InputError(f"There is no command {unknown[0]}; handviz screenshots --commands lists them.")
        self._prepare()
        window.opening.failed.connect(self._fail)
        window.control.failed.connect(lambda message, _: self._fail(message))
        window.render_bridge.status.connect(
            lambda status: self._fail(status.message) if status.state == "failed" else None
        )
        window.session.prediction_changed.connect(self._arrange)
        window.resize(*options.size)
        window.show()
        if files:
            window.opening.open_all(files, frame)
        else:
            self._arranged = True
        look = QTimer(window, interval=LOOK_MS)
        look.timeout.connect(self._look)
        look.start()
        limit = (
            f"The screenshot was not ready after {options.timeout_seconds:.0f} s; try a smaller number of hypotheses."
        )
        QTimer.singleShot(round(1000 * options.timeout_seconds), lambda: self._fail(limit))
        application.exec()
        try:
            if self._error is not None:
                raise HandvizError(self._error)
            write_image(self._picture, options.path)
        finally:
            window.shut_down()
        return 0

    def _prepare(self) -> None:
        options, session = self._options, self._window.session
        session.set_request(hypotheses=options.hypotheses, seed=options.seed, hand=options.hand)
        session.selection.set_threshold(options.threshold)
        if options.top is not None:
            session.selection.set_mode("top")
            session.selection.set_top_n(options.top)
        # The window predicts each new picture by itself, right after this.
        session.picture_changed.connect(lambda: session.set_request(box=options.box))

    def _arrange(self) -> None:
        session, options = self._window.session, self._options
        if session.prediction is None or self._arranged:
            return
        for timestep, name in enumerate(session.prediction.timesteps):
            session.view.set_timestep(timestep, name not in options.hide)
        session.view.look(options.view)
        yaw, pitch = (value * 3.141592653589793 / 180.0 for value in options.turn_degrees)
        if yaw or pitch:
            session.view.orbit_by(yaw, pitch)
        if options.choose is not None:
            session.selection.choose(options.choose - 1)
        self._arranged = True

    def _look(self) -> None:
        """Start the next command, or take the picture, once all is at rest for a while."""
        self._looks_at_rest = self._looks_at_rest + 1 if self._arranged and at_rest(self._window) else 0
        if self._looks_at_rest < LOOKS:
            return
        self._looks_at_rest = 0
        if self._commands:
            self._window.start_command(self._commands.pop(0))
        else:
            # Leaving closes all dialogs.
            self._picture = picture_of(self._window)
            self._finish()

    def _fail(self, message: str) -> None:
        self._error = self._error or message
        self._finish()

    def _finish(self) -> None:
        from PySide6.QtWidgets import QApplication

        QApplication.instance().quit()


def picture_of(window: MainWindow) -> QImage:
    """The window, and over it the dialogs that are open."""
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QDialog

    result = window.grab()
    painter = QPainter(result)
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            place = dialog.mapToGlobal(dialog.rect().topLeft()) - window.mapToGlobal(window.rect().topLeft())
            painter.drawPixmap(place, dialog.grab())
    painter.end()
    return result.toImage()


def at_rest(window: MainWindow) -> bool:
    """Whether everything in sight is as it will stay: nothing loads or is predicted, and meshes are drawn sharply."""
    from handviz.app.pages import Page
    from handviz.app.viewport_canvas import ViewportCanvas

    session = window.session
    if session.loading or session.job is not None or window.renderer_state == "starting":
        return False
    page = window.pages.currentWidget()
    if isinstance(page, Page) and not page.at_rest():
        return False
    if not window.photo_overlay.at_rest or not window.bench.at_rest:
        return False
    return all(canvas.sharp for canvas in window.findChildren(ViewportCanvas) if canvas.isVisible())
