"""The window that handviz.show opens: `python -m handviz.app.shown_process OPTIONS`, steered as wire.py says."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from pathlib import Path
from typing import IO, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from handviz.app.caller_predictor import CallerPredictor
from handviz.app.clients import ClientFactories
from handviz.app.main import make_window, prepare_environment
from handviz.app.saving import write_image
from handviz.app.window import MainWindow
from handviz.app.wire import Lines, ShowOptions, messages
from handviz.errors import HandvizError
from handviz.inference.worker_launch import WorkerSettings


class Remote(QObject):
    """Does in the window what the program says, in its order."""

    _arrived = Signal(object)
    _orphaned = Signal()

    def __init__(self, window: MainWindow, orders: IO[bytes], lines: Lines, folder: Path) -> None:
        super().__init__(window)
        self._window = window
        self._lines = lines
        self._folder = folder
        self._orders = orders
        self._pictures: list[dict[str, Any]] = []
        self._options: ShowOptions | None = None
        self._together: list[Path] = []
        self._full_detail = False
        self.predictor: CallerPredictor | None = None
        queued = Qt.ConnectionType.QueuedConnection
        self._arrived.connect(self._obey, queued)
        self._orphaned.connect(self._program_ended, queued)
        window.opening.opened.connect(self._opened)
        window.opening.failed.connect(self._refused)
        canvas = window.viewport_pane.canvas
        canvas.frame_shown.connect(self._frame_shown)
        for signal in (window.session.job_changed, window.session.picture_changed, window.session.prediction_changed):
            signal.connect(self._look_again)
        window.render_bridge.status.connect(self._look_again)
        # What has changed is drawn in the next turns of the event loop, and only then is it seen to be at rest.
        self._soon = QTimer(self, singleShot=True, interval=60)
        self._soon.timeout.connect(self._take_pictures)

    def start(self) -> None:
        """Listen to the program."""
        threading.Thread(target=self._listen, name="handviz-orders", daemon=True).start()
        self._lines.send(**{"is": "ready"}, visible=QGuiApplication.platformName() != "offscreen")

    def _listen(self) -> None:
        for message in messages(self._orders):
            if self.predictor is not None and message.get("do") in ("predicted", "failed", "progress"):
                self.predictor.answered(message)
            else:
                self._arrived.emit(message)
        if self.predictor is not None:
            self.predictor.deserted()
        self._orphaned.emit()

    def _obey(self, message: dict[str, Any]) -> None:
        kind = message.get("do")
        if kind == "show":
            self._show(message)
        elif kind == "screenshot":
            self._pictures.append(message)
            self._look_again()
        elif kind == "close":
            self._window.close()

    def _show(self, message: dict[str, Any]) -> None:
        self._options = ShowOptions(**message.get("options", {}))
        if message.get("path") is None:
            self._apply_options()
            return
        path = Path(message["path"])
        if self._is_ours(path):
            self._window.opening.passing.add(path)
        self._together.append(path)
        if not message.get("together"):
            paths, self._together = self._together, []
            self._window.opening.open_all(paths, self._options.frame)

    def _is_ours(self, path: Path) -> bool:
        return self._folder in path.parents

    def _opened(self, path: Path) -> None:
        if self._is_ours(path):
            shutil.rmtree(path.parent, ignore_errors=True)
        self._lines.send(**{"is": "shown"}, path=str(path))
        self._apply_options()

    def _apply_options(self) -> None:
        options, session = self._options, self._window.session
        if options is None:
            return
        if options.threshold is not None:
            session.selection.set_threshold(options.threshold)
        if options.view is not None and (session.prediction is not None or session.picture is None):
            session.view.look(options.view)
        self._look_again()

    def _refused(self, message: str) -> None:
        self._lines.send(**{"is": "refused"}, path="", message=message)
        self._look_again()

    def _program_ended(self) -> None:
        # A window that nobody can see, nobody can close.
        if QGuiApplication.platformName() == "offscreen":
            self._window.close()

    def _frame_shown(self, request_id: int, seconds: float, full_detail: bool) -> None:
        self._full_detail = full_detail
        self._look_again()

    def _look_again(self, *_: object) -> None:
        if self._pictures:
            self._soon.start()

    def _at_rest(self) -> bool:
        window = self._window
        session = window.session
        if session.loading or session.job is not None:
            return False
        if session.prediction is None or window.renderer_state == "failed":
            return True
        return window.viewport_pane.canvas.at_rest and self._full_detail

    def _take_pictures(self) -> None:
        if not self._at_rest():
            return  # whatever it waits for calls here again
        pictures, self._pictures = self._pictures, []
        for picture in pictures:
            try:
                write_image(self._window.grab().toImage(), Path(picture["path"]))
                self._lines.send(**{"is": "saved"}, id=picture["id"])
            except HandvizError as error:
                self._lines.send(**{"is": "unsaved"}, id=picture["id"], message=str(error))


def main(arguments: list[str]) -> int:
    """Show the window that the options, JSON, describe, until it is closed."""
    options = json.loads(arguments[0])
    # Libraries that print must not be taken for messages.
    lines = Lines(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    orders = os.fdopen(os.dup(0), "rb")
    prepare_environment(need_display=False)
    folder = Path(options["folder"])
    predictor: CallerPredictor | None = None

    def factories(clients: ClientFactories) -> ClientFactories:
        if options["serve"] is None:
            return clients

        def make(on_event: Any) -> CallerPredictor:
            nonlocal predictor
            predictor = CallerPredictor(on_event, lines, folder, options["serve"])
            return predictor

        return ClientFactories(make, clients.renderer)

    named = options["predictor"]
    predicting = None if named is None else WorkerSettings(predictor=named)
    application, window = make_window(predicting, options["theme"], remember=True, keep_state=False, adapt=factories)
    if options["serve"] is not None or named is not None:
        window.session.set_request(auto_predict=True)
    remote = Remote(window, orders, lines, folder)
    remote.predictor = predictor
    window.resize(*options["size"])
    window.show()
    remote.start()
    try:
        return application.exec()
    finally:
        window.shut_down()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stderr.flush()
    # The thread that listens is asleep in the middle of reading; there is nothing left that it could do.
    os._exit(status)
