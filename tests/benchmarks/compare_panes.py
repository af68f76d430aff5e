"""Frames a second of linked panes while one is dragged, in the real window, and how long its thread is held.

    python tests/benchmarks/compare_panes.py

The page "Side by side" at 1366x768 with two and with four panes, each with a render process of its own; predictions
come from the hand's template, so no weights are needed. Goals: 15 frames a second with two panes of 48 hands, and the
thread held for at most 50 ms.
"""

import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from app_stall import Heartbeat, TemplatePredictor, drag, turn, wait_for
from PIL import Image
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from handviz.app import theme
from handviz.app.clients import ClientFactories, real_clients
from handviz.app.window import MainWindow


def measure(page, panes: int, hypotheses: int, heartbeat: Heartbeat) -> None:
    """Drag in the first of so many panes; print what every pane showed."""
    while len(page.panes) < panes:
        page.add_pane()
    wait_for(page.at_rest)
    turn(1.0)
    shown = [0] * len(page.panes)

    def count(place: int) -> None:
        shown[place] += 1

    links = [
        pane.canvas.frame_shown.connect(lambda *_, place=place: count(place)) for place, pane in enumerate(page.panes)
    ]
    heartbeat.take()
    begin = time.perf_counter()
    across = 150 + 100 * np.sin(np.linspace(0.0, 6.0 * np.pi, 300))
    drag(page.panes[0].canvas, [(float(x), 150.0) for x in across])
    seconds = time.perf_counter() - begin
    longest, _, work = heartbeat.take()
    for pane, link in zip(page.panes, links, strict=True):
        pane.canvas.frame_shown.disconnect(link)
    rates = ", ".join(f"{frames / seconds:.0f}" for frames in shown)
    print(
        f"{panes} panes of {3 * hypotheses} hands: {rates} frames/s; thread held {longest:.0f} ms at most, "
        f"of which it worked {work:.0f} ms",
        flush=True,
    )


def main() -> None:
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, folder)
        photo = Path(folder) / "photo.png"
        Image.fromarray(np.full((3000, 4000, 3), 128, np.uint8)).save(photo)
        application = QApplication([])
        theme.load_assets(application)
        window = MainWindow(ClientFactories(TemplatePredictor, real_clients().renderer), "dark", remember=False)
        window.resize(1366, 768)
        window.show()
        heartbeat = Heartbeat()
        try:
            for hypotheses in (16, 100):
                window.session.set_request(hypotheses=hypotheses)
                window.open_photo(photo)
                wait_for(lambda: window.session.loading == "" and window.session.job is None)
                wait_for(lambda count=hypotheses: len(window.session.selection.scores) == count)
                page = window.pages.show_page("side-by-side")
                while len(page.panes) > 2:
                    page.close_pane(page.panes[-1])
                for pane in page.panes:
                    page._activate(pane)
                    page.take_open_photo()
                measure(page, 2, hypotheses, heartbeat)
                measure(page, 4, hypotheses, heartbeat)
        finally:
            window.shut_down()


if __name__ == "__main__":
    main()
