"""How fast the library page is: opening 1,000 cases, scrolling, going on to the next case.

    python tests/benchmarks/library_page.py [--cases 1000]

The window and the render process are real; predictions come from the hand's template and lie in the cache, photos are
the demo's size. Goals: 1,000 cases open in 2 s, the next case in 300 ms, the UI thread never held 50 ms.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.append(str(Path(__file__).parents[1] / "app"))

import numpy as np
from app_stall import Heartbeat, TemplatePredictor, template_prediction, turn, wait_for
from PIL import Image
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from handviz.app import theme
from handviz.app.clients import ClientFactories, real_clients
from handviz.app.window import MainWindow
from handviz.casework.asking import Question
from handviz.casework.building import case_from_prediction
from handviz.files import sha256
from handviz.review.cases import NewCase
from handviz.review.prediction_cache import PredictionCache
from handviz.review.store import Library

PHOTOS = 40
SIZE = (1280, 960)


def make_library(path: Path, cache: Path, count: int) -> None:
    """Cases of some photos, each at other frames' boxes, their predictions in the cache."""
    folder, store, rng = path.parent / "photos", PredictionCache(cache / "predictions"), np.random.default_rng(0)
    folder.mkdir()
    prediction = template_prediction(16, *SIZE)
    cases: list[NewCase] = []
    for number in range(PHOTOS):
        file = folder / f"photo{number:03d}.jpg"
        Image.fromarray(rng.integers(0, 255, (30, 40, 3), np.uint8)).resize(SIZE).save(file, quality=90)
        photo = sha256(file)
        for seed in range(number, count, PHOTOS):
            question = Question(seed=seed)
            key = question.key(photo, None, prediction.provenance)
            store.put(key, prediction)
            made = case_from_prediction(prediction, file, photo, key=key, question=question)
            box = (float(100 + seed), 200.0, 500.0, 380.0)
            cases.append(NewCase(**{**vars(made), "box": box}))
    with Library.open(path, "maker") as library:
        library.add_cases(cases)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=1000)
    count = parser.parse_args().cases
    application = QApplication([])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["HANDVIZ_CACHE"] = str(folder / "cache")
        for format_ in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
            QSettings.setPath(format_, QSettings.Scope.UserScope, str(folder))
        theme.load_assets(application)
        make_library(folder / "cases.handviz", folder / "cache", count)
        window = MainWindow(ClientFactories(TemplatePredictor, real_clients().renderer), "dark")
        window.resize(1366, 768)
        window.show()
        wait_for(lambda: window.renderer_state == "ready")
        turn(3.0)
        pulse = Heartbeat()
        page = window.pages.show_page("library")
        turn(0.5)
        told(pulse, "make the page")
        begin = time.perf_counter()
        page.open_library(folder / "cases.handviz")
        wait_for(lambda: len(page.model.cases) == count)
        page.grid.repaint()
        print(f"{count} cases in sight after {time.perf_counter() - begin:.2f} s (goal 2)")
        wait_for(lambda: not page.thumbnails._waiting and not page.thumbnails._busy)
        print(f"and the thumbnails in sight after {time.perf_counter() - begin:.2f} s")
        told(pulse, "open a library")
        scroll(page)
        told(pulse, "scroll through it")
        go_on(page, pulse)
        window.close()
    return 0


def scroll(page) -> None:
    """Down by the wheel's step, some hundred times."""
    bar, paints = page.grid.verticalScrollBar(), []
    for value in np.linspace(0, bar.maximum(), 200):
        begin = time.perf_counter()
        bar.setValue(round(value))
        page.grid.viewport().repaint()
        paints.append(1000 * (time.perf_counter() - begin))
        turn(0.005)
    print(f"a step of scrolling is painted in {np.median(paints):.1f} ms, {max(paints):.1f} ms at most")


def go_on(page, pulse: Heartbeat) -> None:
    """To the next case by its key, a judgement each."""
    page.model.pick(page.model.cases[0].id)
    page.show_review()
    canvas = page.review.viewport_pane.canvas
    wait_for(lambda: page.review.session.prediction is not None and canvas.at_rest)
    turn(1.0)
    told(pulse, "show the first case large")
    drawn: list[float] = []
    canvas.frame_shown.connect(lambda *_: drawn.append(time.perf_counter()))
    at_hand, pictured = [], []
    for _ in range(30):
        QTest.keyClick(canvas, Qt.Key.Key_1)
        QTest.keyClick(canvas, Qt.Key.Key_A)
        turn(0.4)
        drawn.clear()
        before = page.review.case_id
        begin = time.perf_counter()
        QTest.keyClick(canvas, Qt.Key.Key_N)
        wait_for(lambda old=before: page.review.case_id != old and page.review.session.prediction is not None)
        at_hand.append(1000 * (time.perf_counter() - begin))
        wait_for(lambda: bool(drawn))
        pictured.append(1000 * (drawn[0] - begin))
        wait_for(lambda: canvas.at_rest)
    for what, times in (("photo and joints", at_hand), ("first picture of the hypotheses", pictured)):
        print(f"next case, {what}: median {np.median(times):.0f} ms, {max(times):.0f} ms at most (goal 300)")
    told(pulse, "judge and go on, 30 cases")


def told(pulse: Heartbeat, phase: str) -> None:
    """Print how long the UI thread was held since the last call."""
    longest, percentile, work = pulse.take()
    print(f"{phase:28s} held {longest:5.1f} ms at most, 99% {percentile:5.1f} ms, own work {work:5.1f} ms", flush=True)


if __name__ == "__main__":
    sys.exit(main())
