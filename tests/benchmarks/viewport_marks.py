"""How soon a change of colour, threshold or display is in the picture, and how smoothly the exposure plays.

    python tests/benchmarks/viewport_marks.py

The window and the render process are real; predictions are those of app_stall.py, with one of their hands for a truth.
Times go from the change to the first picture that shows it (goal at K = 100: 100 ms); "held" is how long the window's
own thread worked at a stretch (goal: 50 ms).
"""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from app_stall import Heartbeat, TemplatePredictor, turn, wait_for
from PIL import Image
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from handviz.app import theme
from handviz.app.clients import ClientFactories, real_clients
from handviz.app.models.view import COLORINGS, DISPLAYS
from handviz.app.window import MainWindow
from handviz.hypotheses.truth import Truth

PLAY_SECONDS = 4.0


class Stopwatch:
    """From a change to its first picture, and to the one in full detail."""

    def __init__(self, window: MainWindow) -> None:
        self._canvas = window.viewport_pane.canvas
        self._shown: list[tuple[float, bool]] = []
        self._canvas.frame_shown.connect(lambda _, seconds, full: self._shown.append((1000 * seconds, full)))
        self._pulse = Heartbeat()

    def measure(self, what: str, change) -> None:
        """Make a change and print what it took."""
        self._shown.clear()
        self._pulse.take()
        change()
        wait_for(lambda: any(full for _, full in self._shown) and self._canvas.at_rest)
        _, _, work = self._pulse.take()
        first = self._shown[0][0]
        print(f"  {what:36s} first picture {first:4.0f} ms   full detail {self._shown[-1][0]:5.0f} ms   "
              f"held {work:4.0f} ms", flush=True)  # fmt: skip

    def play(self, what: str, seconds: float) -> None:
        """Count pictures while it plays."""
        self._shown.clear()
        self._pulse.take()
        turn(seconds)
        _, _, work = self._pulse.take()
        print(f"  {what:36s} {len(self._shown) / seconds:4.0f} pictures/s   held {work:4.0f} ms", flush=True)


def changes(window: MainWindow, watch: Stopwatch) -> None:
    """Every colouring, display and threshold of the prediction that is shown."""
    view, selection = window.session.view, window.session.selection
    watch.measure("threshold, by timestep", lambda: selection.set_threshold(0.5))
    for coloring in (*COLORINGS[1:], COLORINGS[0]):
        watch.measure(f"colour by {coloring}", lambda name=coloring: view.set_coloring(name))
    for coloring in ("timestep", "error"):
        view.set_coloring(coloring)
        wait_for(lambda: window.viewport_pane.canvas.at_rest)
        turn(0.5)
        for threshold in (0.55, 0.45):
            watch.measure(f"threshold, by {coloring}", lambda to=threshold: selection.set_threshold(to))
    view.set_coloring("timestep")
    for display in (*DISPLAYS[1:], DISPLAYS[0]):
        watch.measure(f"show {display}", lambda name=display: view.set_display(name))
    watch.measure("ghosts off", lambda: view.set_ghost(False))
    watch.measure("threshold without ghosts", lambda: selection.set_threshold(0.55))
    watch.measure("ghosts on", lambda: view.set_ghost(True))
    watch.measure("the truth", lambda: view.set_show_truth(True))
    watch.measure("one alone", lambda: view.set_solo(True))
    view.set_solo(False)
    view.set_show_truth(False)
    for what, overlay in (("play", False), ("play, meshes over the photo too", True)):
        window.session.photo_view.set_meshes(overlay)
        view.set_playing(True)
        watch.play(what, PLAY_SECONDS)
        view.set_time(None)
        wait_for(lambda: window.viewport_pane.canvas.at_rest)
        turn(0.5)
    window.session.photo_view.set_meshes(False)


def main() -> None:
    """One table a number of hypotheses."""
    application = QApplication([])
    settings = tempfile.TemporaryDirectory()
    for format_ in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(format_, QSettings.Scope.UserScope, settings.name)
    theme.load_assets(application)
    window = MainWindow(ClientFactories(TemplatePredictor, real_clients().renderer), "dark")
    window.resize(1366, 768)
    window.show()
    session = window.session
    wait_for(lambda: window.renderer_state == "ready")
    watch = Stopwatch(window)
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.jpg"
        Image.fromarray(np.full((3000, 4000, 3), 90, np.uint8)).save(photo)
        session.set_request(auto_predict=False)
        window.opening.open(photo)
        wait_for(lambda: session.picture is not None)
        for count in (16, 100):
            session.set_request(hypotheses=count)
            session.selection.set_threshold(0.0)
            window.control.predict()
            wait_for(lambda: session.prediction is not None and session.job is None)
            prediction = session.prediction
            session.set_truth(Truth(prediction.vertices[0], prediction.joints[0], prediction.intrinsics))
            wait_for(lambda: session.analysis is not None and window.viewport_pane.canvas.at_rest)
            turn(1.0)
            size = window.viewport_pane.canvas.size()
            print(f"K = {count}, pane of {size.width()}x{size.height()}; load {os.getloadavg()[0]:.1f}")
            changes(window, watch)
            session.set_prediction(None)
    window.close()


if __name__ == "__main__":
    main()
