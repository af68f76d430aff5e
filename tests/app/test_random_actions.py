"""A scripted user who does anything at any moment; pytest-qt fails the test on any exception inside Qt."""

import random

import pytest
from app_fakes import FakePredictor
from gestures import drop
from library_cases import make_library
from PySide6.QtWidgets import QApplication
from scripted_user import ScriptedUser, nobody_at_the_dialogs
from synthetic import make_prediction

from handviz.hypotheses.selection import keep_above

ACTIONS = 250
"""The afternoon of 5,000 is tests/benchmarks/afternoon.py."""


@pytest.mark.parametrize("seed", [0, 1])
def test_no_order_of_actions_upsets_the_window(
    qtbot, rig, photo, video, tmp_path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setenv("HANDVIZ_CACHE", str(tmp_path / "cache"))
    chance = random.Random(seed)
    window, session = rig.window, rig.window.session
    make_prediction(5, 320, 240).save(tmp_path / "five.npz")
    (tmp_path / "bad.jpg").write_text("no picture")
    (tmp_path / "bad.handviz").write_text("no library")
    library = tmp_path / "cases.handviz"
    make_library(library, tmp_path / "cache", 12)
    names = ("five.npz", "bad.jpg", "bad.handviz")
    user = ScriptedUser(window, chance, [photo, video, *(tmp_path / name for name in names)], library)
    predictor: FakePredictor = rig.predictor
    for part in window.bench.parts:
        window.bench.show_part(part, True)

    def another_mood() -> None:
        predictor.automatic = chance.random() < 0.7
        predictor.failure = ("No hand was found.", True) if chance.random() < 0.2 else None
        session.set_request(hypotheses=chance.choice([1, 3, 16, 200]))

    user.actions.append((3, another_mood))
    with nobody_at_the_dialogs():
        for _ in range(ACTIONS):
            user.act()
            if chance.random() < 0.3:
                qtbot.wait(chance.choice([0, 5, 30]))
        QApplication.processEvents()
    predictor.automatic, predictor.failure = True, None
    window.pages.show_page("photo")
    drop(window, photo)
    qtbot.waitUntil(lambda: session.picture is not None and session.picture.path == photo and not session.loading)
    window.control.predict()
    qtbot.waitUntil(lambda: session.job is None and session.prediction is not None)
    for timestep in range(3):
        session.view.set_timestep(timestep, True)
    session.view.set_solo(False)
    session.view.set_time(None)
    session.view.set_coloring("timestep")
    session.view.set_display("all")
    session.view.set_show_truth(False)
    session.selection.choose(None)
    session.selection.set_mode("threshold")
    qtbot.waitUntil(lambda: window.viewport_pane.canvas.at_rest)
    kept = keep_above(session.prediction.score, session.selection.threshold)
    assert (rig.renderer.visible == kept[:, None]).all()
