"""An afternoon of a scripted user: thousands of random actions on all pages, and what they cost.

    python tests/benchmarks/afternoon.py [--actions 5000] [--seed 0] [--stand-ins]

Opens, drags, flags, undoes, switches panes and pages, resizes, drags thresholds, plays. The window, its threads and the
render processes are real (--stand-ins: without the latter); predictions come from the hand's template, so no weights
are needed. Goals: no exception, the UI thread never held 100 ms, memory growth under 100 MB after the first fifth.
"""

import argparse
import gc
import os
import random
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.append(str(Path(__file__).parents[1] / "app"))

import itertools

import numpy as np
from app_fakes import FakeRenderer
from app_stall import Heartbeat, template_prediction, turn, wait_for
from library_cases import make_library
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from scripted_user import ScriptedUser, nobody_at_the_dialogs

from handviz.app import theme
from handviz.app.clients import ClientFactories, real_clients
from handviz.app.memory import keep_heaps_few
from handviz.app.window import MainWindow
from handviz.inference.events import Done, Ready
from handviz.resources import assets_dir


class TemplatePredictor:
    """Stands in for the prediction process; answers from a thread, as that does."""

    def __init__(self, on_event) -> None:
        self._on_event = on_event
        self._ids = itertools.count(1)
        self._made: dict[tuple[int, int, int], object] = {}

    def start(self) -> None:
        self._on_event(Ready("CPU", "template", "default"))

    def submit(self, image, box=None, hand=None, hypotheses=16, seed=0, intrinsics=None) -> int:
        request_id = next(self._ids)

        def answer() -> None:
            key = (hypotheses, image.shape[1], image.shape[0])
            if key not in self._made:
                self._made[key] = template_prediction(*key)
            self._on_event(Done(request_id, self._made[key], 0.1))

        threading.Timer(0.1, answer).start()
        return request_id

    def cancel(self, request_id: int) -> None:
        """Its answers come too fast to be cancelled."""

    def close(self) -> None:
        """Nothing runs."""


def resident_mb() -> float:
    """Memory of this process."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--actions", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--stand-ins", action="store_true", help="no render processes")
    arguments = parser.parse_args()
    exceptions: Counter[str] = Counter()

    def note(kind, error, trace) -> None:
        if not exceptions[f"{kind.__name__}: {error}"]:
            traceback.print_exception(kind, error, trace)
        exceptions[f"{kind.__name__}: {error}"] += 1

    sys.excepthook = note
    keep_heaps_few()
    application = QApplication([])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["HANDVIZ_CACHE"] = str(folder / "cache")
        for format_ in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
            QSettings.setPath(format_, QSettings.Scope.UserScope, str(folder))
        theme.load_assets(application)
        make_library(folder / "cases.handviz", folder / "cache", 200)
        (folder / "bad.jpg").write_text("no picture")
        demo = assets_dir() / "demo"
        # Pictures of one size: what is in sight when memory is measured must not decide it.
        files = [demo / "wave.jpg", demo / "shake.jpg", demo / "clip.mp4", folder / "bad.jpg"]
        renderer = FakeRenderer if arguments.stand_ins else real_clients().renderer
        window = MainWindow(ClientFactories(TemplatePredictor, renderer), "dark")
        window.resize(1366, 768)
        window.show()
        wait_for(lambda: window.renderer_state == "ready")
        afternoon(window, arguments, ScriptedUser(window, random.Random(arguments.seed), files,
                                                         folder / "cases.handviz"))  # fmt: skip
        window.close()
    if exceptions:
        print(f"exceptions: {dict(exceptions)}")
    return int(bool(exceptions))


def afternoon(window: MainWindow, arguments: argparse.Namespace, user: ScriptedUser) -> float:
    """Act, and print the figures: the longest hold in ms."""
    pulse, pause = Heartbeat(), random.Random(arguments.seed + 1)
    held: list[tuple[float, float, str]] = []
    # Pages are made when first shown; that is told apart.
    for page in window.pages.names:
        pulse.take()
        window.pages.show_page(page)
        turn(1.0)
        longest, _, work = pulse.take()
        print(f"first sight of the page {page}: held {longest:.0f} ms, own work {work:.0f} ms")
    begin, fifths, widgets = time.perf_counter(), [], []
    with nobody_at_the_dialogs():
        for number in range(arguments.actions):
            if number and number % (arguments.actions // 5) == 0:
                gc.collect()
                fifths.append(resident_mb())
                widgets.append(len(QApplication.allWidgets()))
            action = user.act()
            turn(pause.choice([0.0, 0.0, 0.005, 0.02]))
            longest, _, work = pulse.take()
            held.append((longest, work, action))
    seconds = time.perf_counter() - begin
    turn(1.0)
    gc.collect()
    longest, work = (np.array([row[index] for row in held]) for index in (0, 1))
    print(f"{arguments.actions} actions in {seconds:.0f} s: {dict(sorted(user.done.items()))}")
    print(f"UI thread held {longest.max():.0f} ms at most (goal 100), 99.9% {np.percentile(longest, 99.9):.0f} ms, "
          f"99% {np.percentile(longest, 99):.0f} ms; own work {work.max():.0f} ms at most, "
          f"99.9% {np.percentile(work, 99.9):.0f} ms")  # fmt: skip
    for action in sorted(user.done):
        rows = np.array([row[:2] for row in held if row[2] == action])
        print(f"  {action:14s} held {rows[:, 0].max():5.0f} ms at most, median {np.median(rows[:, 0]):4.0f} ms; "
              f"own work {rows[:, 1].max():4.0f} ms at most")  # fmt: skip
    fifths.append(resident_mb())
    grown = fifths[-1] - fifths[0]
    told = ", ".join(f"{value:.0f}" for value in fifths)
    print(f"memory by fifths {told} MB: grown by {grown:.0f} MB after the first (goal under 100)")
    print(f"widgets by fifths {', '.join(map(str, widgets))}")
    return float(longest.max())


if __name__ == "__main__":
    sys.exit(main())
