"""A scripted user who does anything at any moment; pytest-qt fails the test on any exception inside Qt."""

import random

import pytest
from app_fakes import FakePredictor
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog
from synthetic import make_prediction
from test_window import drag, drop, wheel

from handviz.hypotheses.selection import keep_above

ACTIONS = 250
# Dialogs of the desktop would wait for a person; closing and full screen end the test's window.
LEFT_OUT = {"open", "save_prediction", "save_screenshot", "quit", "full_screen"}


@pytest.mark.parametrize("seed", [0, 1])
def test_no_order_of_actions_upsets_the_window(qtbot, rig, photo, video, tmp_path, seed: int) -> None:
    chance = random.Random(seed)
    window, session = rig.window, rig.window.session
    make_prediction(5, 320, 240).save(tmp_path / "five.npz")
    (tmp_path / "bad.jpg").write_text("no picture")
    files = [photo, video, tmp_path / "five.npz", tmp_path / "bad.jpg"]
    canvases = [window.photo_pane.canvas, window.viewport_pane.canvas, window.inspector.scores.histogram]
    commands = [action for name, action in window.actions_by_name.items() if name not in LEFT_OUT]
    predictor: FakePredictor = rig.predictor

    def place(widget) -> tuple[int, int]:
        return chance.randrange(widget.width()), chance.randrange(widget.height())

    def act() -> None:
        kind = chance.randrange(10)
        canvas = chance.choice(canvases)
        if kind == 0:
            drop(window, *chance.sample(files, chance.choice([1, 1, 2])))
        elif kind == 1:
            modifier = chance.choice([Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier])
            drag(qtbot, canvas, place(canvas), place(canvas), modifier=modifier)
        elif kind == 2:
            wheel(canvas, place(canvas), chance.choice([-3, 1, 4]))
        elif kind == 3:
            qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(*place(canvas)))
        elif kind == 4:
            qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(*place(canvas)))
        elif kind == 5:
            window.inspector.scores.slider.setValue(chance.randrange(1001))
        elif kind == 6:
            window.resize(chance.randrange(700, 1700), chance.randrange(400, 1000))
        elif kind == 7:
            predictor.automatic = chance.random() < 0.7
            predictor.failure = ("No hand was found.", True) if chance.random() < 0.2 else None
            session.set_request(hypotheses=chance.choice([1, 3, 16, 200]))
        elif kind == 8:
            window.choose_theme(chance.choice(["dark", "light"]))
        else:
            chance.choice(commands).trigger()

    for _ in range(ACTIONS):
        act()
        for dialog in window.findChildren(QDialog):
            dialog.close()
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
