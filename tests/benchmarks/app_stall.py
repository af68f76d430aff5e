"""How long the window's UI thread is held, and how long a drag takes to reach the picture.

    python tests/benchmarks/app_stall.py [--json]

The window and the render process are real; predictions come from the hand's template in random places, so no weights
are needed. A timer that should fire every millisecond tells how long the thread was held (goal: at most 50 ms in every
phase). Latency is from the mouse's move to the picture in the window.
"""

import itertools
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
started = time.perf_counter()

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402
from PySide6.QtCore import QEvent, QEventLoop, QPointF, QSettings, Qt, QTimer  # noqa: E402
from PySide6.QtGui import QMouseEvent  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from handviz.app import theme  # noqa: E402
from handviz.app.clients import ClientFactories, real_clients  # noqa: E402
from handviz.app.window import MainWindow  # noqa: E402
from handviz.geometry.cameras import default_intrinsics, project  # noqa: E402
from handviz.geometry.rotations import axis_angle_to_matrix  # noqa: E402
from handviz.hypotheses.prediction import Prediction  # noqa: E402
from handviz.hypotheses.selection import score_from_logits  # noqa: E402
from handviz.inference.events import Done, Ready  # noqa: E402
from handviz.resources import models_dir  # noqa: E402

MOVE_SECONDS = 1 / 60
MOVES = 150


def template_prediction(hypotheses: int, width: int, height: int) -> Prediction:
    """Rigid copies of the default hand, turned and moved at random."""
    rng = np.random.default_rng(hypotheses)
    with np.load(models_dir() / "hand" / "default_right.npz") as hand:
        template, faces = hand["v_template"].astype(float), hand["f"].astype(int)
    turn = axis_angle_to_matrix(rng.normal(0, 0.3, (hypotheses, 3, 3)))
    place = np.array([0.0, 0.0, 0.5]) + rng.normal(0, 0.02, (hypotheses, 3, 1, 3))
    vertices = template @ np.swapaxes(turn, -1, -2) + place
    joints = vertices[:, :, np.linspace(0, len(template) - 1, 21).astype(int)]
    intrinsics = default_intrinsics(width, height)
    mu = rng.normal(0, 1, hypotheses)
    nu = np.zeros(hypotheses)
    zeros = np.zeros((hypotheses, 3, 48))
    return Prediction(
        vertices, joints, project(joints, intrinsics), mu, nu, score_from_logits(mu, nu), zeros[..., :3],
        zeros[..., 3:], np.zeros((hypotheses, 10)), joints[:, :, 0], faces, intrinsics,
        np.array([width * 0.3, height * 0.3, width * 0.4, height * 0.4]), "right",
    )  # fmt: skip


class TemplatePredictor:
    """Stands in for the prediction process; answers from a thread, as that does."""

    def __init__(self, on_event) -> None:
        self._on_event = on_event
        self._ids = itertools.count(1)
        self.ready = {count: template_prediction(count, 4000, 3000) for count in (16, 100)}

    def start(self) -> None:
        self._on_event(Ready("CPU", "template", "default"))

    def submit(self, image, box=None, hand=None, hypotheses=16, seed=0, intrinsics=None) -> int:
        request_id = next(self._ids)
        threading.Timer(0.1, lambda: self._on_event(Done(request_id, self.ready[hypotheses], 0.1))).start()
        return request_id

    def cancel(self, request_id: int) -> None:
        """Its answers come too fast to be cancelled."""

    def close(self) -> None:
        """Nothing runs."""


class Heartbeat:
    """The longest gap between two ticks of a timer in the UI thread, in milliseconds.

    A gap also holds what the thread waited for a processor that others were using; how much of it the thread itself
    worked is told apart by its own clock.
    """

    def __init__(self) -> None:
        self.gaps: list[tuple[float, float]] = []
        self._last = time.perf_counter(), time.thread_time()
        self._timer = QTimer(interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter(), time.thread_time()
        self.gaps.append((1000 * (now[0] - self._last[0]) - 1, 1000 * (now[1] - self._last[1])))
        self._last = now

    def take(self) -> tuple[float, float, float]:
        """Longest gap, its 99th percentile, and the longest work of the thread itself since the last call."""
        gaps, self.gaps = np.array(self.gaps or [(0.0, 0.0)]), []
        return float(gaps[:, 0].max()), float(np.percentile(gaps[:, 0], 99)), float(gaps[:, 1].max())


def turn(seconds: float) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait_for(condition, seconds: float = 60.0) -> float:
    """Let the event loop run until condition() holds; seconds it took."""
    begin = time.perf_counter()
    while not condition():
        if time.perf_counter() - begin > seconds:
            raise TimeoutError
        turn(0.005)
    return time.perf_counter() - begin


def drag(widget, points: list[tuple[float, float]]) -> None:
    """A left drag through the points, sixty moves a second."""

    def send(kind: QEvent.Type, at: tuple[float, float]) -> None:
        position = QPointF(*at)
        button = Qt.MouseButton.LeftButton
        event = QMouseEvent(
            kind, position, widget.mapToGlobal(position), button, button, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(widget, event)

    send(QEvent.Type.MouseButtonPress, points[0])
    for point in points:
        send(QEvent.Type.MouseMove, point)
        turn(MOVE_SECONDS)
    send(QEvent.Type.MouseButtonRelease, points[-1])


def measure() -> dict[str, float]:
    """Print what every phase held and took, and return what has a goal: milliseconds, and seconds for "window"."""
    application = QApplication([])
    figures: dict[str, float] = {}
    settings = tempfile.TemporaryDirectory()
    for format_ in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(format_, QSettings.Scope.UserScope, settings.name)
    theme.load_assets(application)
    window = MainWindow(ClientFactories(TemplatePredictor, real_clients().renderer), "dark")
    window.resize(1366, 768)
    window.show()
    turn(0)
    figures["window"] = time.perf_counter() - started
    print(f"window shown after {figures['window']:.2f} s (imports included)")
    canvas, session = window.viewport_pane.canvas, window.session
    waits = wait_for(lambda: window.renderer_state == "ready")
    print(f"renderer ready {waits:.2f} s later: {window.render_bridge.client.backend}")
    turn(1.0)
    latencies: list[float] = []
    canvas.frame_shown.connect(lambda _, seconds, full: latencies.append(1000 * seconds) if not full else None)
    pulse = Heartbeat()
    held: list[float] = []
    worked: list[float] = []

    def report(phase: str) -> None:
        longest, percentile, work = pulse.take()
        held.append(longest)
        worked.append(work)
        frames = ""
        if latencies:
            frames = f"   move to picture: median {np.median(latencies):4.0f} ms, longest {max(latencies):4.0f} ms, "
            frames += f"{len(latencies)} pictures"
        latencies.clear()
        line = f"{phase:40s} held {longest:5.1f} ms at most, 99% {percentile:5.1f} ms, own work {work:5.1f} ms"
        print(line + frames, flush=True)

    turn(1.0)
    report("idle")
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.jpg"
        noise = np.random.default_rng(0).integers(0, 255, (375, 500, 3), np.uint8)
        Image.fromarray(noise).resize((4000, 3000)).save(photo)
        session.set_request(auto_predict=False)
        turn(0.2)
        pulse.take()
        window.opening.open(photo)
        wait_for(lambda: session.picture is not None)
        turn(0.3)
        report("open a photo of 12 megapixels")
        circle = [(250 + 120 * np.cos(a), 250 + 80 * np.sin(a)) for a in np.linspace(0, 12, MOVES)]
        for count in (16, 100):
            session.set_request(hypotheses=count)
            session.set_prediction(None)
            latencies.clear()
            window.control.predict()
            wait_for(lambda: session.prediction is not None)
            wait_for(lambda: canvas.at_rest)
            turn(1.0)
            report(f"K={count}: predict")
            drag(canvas, circle)
            report(f"K={count}: orbit {3 * count} meshes")
            turn(0.8)
            pulse.take()
            latencies.clear()
            slider = window.inspector.scores.slider
            across = np.concatenate([np.linspace(0.1, 0.9, MOVES // 2), np.linspace(0.9, 0.1, MOVES // 2)])
            drag(slider, [(share * slider.width(), slider.height() / 2) for share in across])
            if count == 100:
                figures["threshold"] = float(np.median(latencies))
            report(f"K={count}: drag the threshold")
            session.selection.set_threshold(0.3)
            turn(0.8)
            figures |= changes(session, canvas, latencies, count, report)
            window.session.view.look("camera")
            wait_for(lambda: canvas.at_rest)
            turn(0.8)
            pulse.take()
            latencies.clear()
            for step in range(40):
                session.view.zoom_by(1.02 if step < 20 else 1 / 1.02, 300, 300)
                turn(MOVE_SECONDS)
            report(f"K={count}: zoom over the photo")
            session.view.look("front")
            turn(0.8)
            pulse.take()
        for part in window.bench.parts:
            window.bench.show_part(part, True)
        turn(1.5)
        pulse.take()
        latencies.clear()
        drag(slider, [(share * slider.width(), slider.height() / 2) for share in across])
        report("K=100: threshold, table and plots open")
        for step in range(12):
            session.selection.choose(7 * step)
            turn(0.15)
        report("K=100: selection, table and plots open")
    begin = time.perf_counter()
    window.close()
    print(f"closed in {time.perf_counter() - begin:.2f} s")
    print(f"longest hold of all: {max(held):.1f} ms (goal 50)")
    return figures | {"held": max(held), "work": max(worked)}


def changes(session, canvas, latencies: list[float], count: int, report) -> dict[str, float]:
    """Milliseconds from a change to its picture, by kind, for K = 100."""
    view, selection = session.view, session.selection
    colors = itertools.cycle(["score", "spread", "timestep"])
    kinds = {
        "solo": lambda step: view.set_solo(step % 2 == 0),
        "colour": lambda step: view.set_coloring(next(colors)),
        "selection": lambda step: selection.choose(None if step % 4 == 3 else step),
    }
    figures = {}
    for kind, change in kinds.items():
        latencies.clear()
        for step in range(12):
            change(step)
            wait_for(lambda: canvas.at_rest)
            turn(0.1)
        if count == 100 and latencies:
            figures[kind] = float(np.median(latencies))
        report(f"K={count}: {kind}")
    view.set_solo(False)
    view.set_coloring("timestep")
    selection.choose(None)
    turn(0.8)
    return figures


def main() -> int:
    figures = measure()
    if "--json" in sys.argv:
        print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
