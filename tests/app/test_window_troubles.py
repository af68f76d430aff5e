"""The window when things go wrong, and what it keeps: errors, cancelling, saving, remembering."""

import numpy as np
import pytest
from app_fakes import FakePredictor
from gestures import drag, drop, pane_point, shown
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from synthetic import make_prediction

from handviz.app.actions import COMMANDS
from handviz.app.tips import key_text
from handviz.hypotheses.prediction import Prediction


def test_errors_are_shown_and_the_window_goes_on(qtbot, rig, photo, tmp_path) -> None:
    bad = tmp_path / "notes.jpg"
    bad.write_text("not a picture")
    banner = rig.window.banner
    for wrong in (bad, tmp_path / "absent.png", tmp_path):
        drop(rig.window, wrong)
        qtbot.waitUntil(banner.isVisible)
        assert wrong.name in banner.text.text()
        qtbot.mouseClick(banner.close_button, Qt.MouseButton.LeftButton)
        assert not banner.isVisible()
    shown(qtbot, rig, photo)
    assert not banner.isVisible()


def test_when_no_hand_is_found_the_banner_offers_a_box(qtbot, rig, photo) -> None:
    rig.predictor.failure = ("No hand was found in hand.png; draw a box around it.", True)
    rig.window.opening.open(photo)
    banner, canvas = rig.window.banner, rig.window.photo_pane.canvas
    qtbot.waitUntil(banner.isVisible)
    qtbot.mouseClick(banner.action, Qt.MouseButton.LeftButton)
    assert canvas.drawing
    rig.predictor.failure = None
    drag(qtbot, canvas, pane_point(rig, 100, 50), pane_point(rig, 200, 180))
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    assert not canvas.drawing and not banner.isVisible()


def test_escape_cancels_and_late_answers_are_ignored(qtbot, rig, photo) -> None:
    rig.predictor.automatic = False
    rig.window.opening.open(photo)
    qtbot.waitUntil(lambda: rig.window.session.job is not None)
    assert rig.window.status.progress.isVisible() and rig.window.status.cancel.isVisible()
    qtbot.keyClick(rig.window, Qt.Key.Key_Escape)
    assert rig.predictor.cancelled == [1] and rig.window.session.job is None
    rig.predictor.answer()
    qtbot.wait(50)
    assert rig.window.session.prediction is None
    assert not rig.window.status.progress.isVisible()


def test_only_the_newest_of_two_wishes_is_answered(qtbot, rig, photo) -> None:
    rig.predictor.automatic = False
    rig.window.opening.open(photo)
    qtbot.waitUntil(lambda: len(rig.predictor.requests) == 1)
    rig.window.session.set_request(seed=3)
    rig.window.control.predict()
    first, second = rig.predictor.requests
    rig.predictor.answer(first)
    rig.predictor.answer(second)
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    np.testing.assert_array_equal(rig.window.session.prediction.joints, make_prediction(16, 320, 240, seed=3).joints)


def test_a_dead_worker_is_told_and_the_window_recovers(qtbot, rig, photo) -> None:
    from handviz.inference.events import Ready, WorkerDied

    rig.predictor.automatic = False
    rig.window.opening.open(photo)
    qtbot.waitUntil(lambda: rig.window.session.job is not None)
    # A worker that is started again takes the request up by itself.
    rig.predictor.on_event(WorkerDied("The prediction process ended; it is started again.", True))
    qtbot.waitUntil(rig.window.banner.isVisible)
    assert rig.window.session.job is not None and not rig.window.session.engine.ready
    rig.predictor.on_event(Ready("CPU", "test weights", "test hand"))
    rig.predictor.answer()
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    assert not rig.window.banner.isVisible()


def test_a_worker_that_stays_dead_is_tried_anew_by_the_button(qtbot, rig, photo) -> None:
    from handviz.inference.events import WorkerDied

    rig.predictor.automatic = False
    rig.window.opening.open(photo)
    qtbot.waitUntil(lambda: rig.window.session.job is not None)
    rig.predictor.on_event(WorkerDied("The networks cannot be loaded; see handviz doctor.", False))
    qtbot.waitUntil(rig.window.banner.isVisible)
    assert rig.window.session.job is None
    rig.predictor.automatic = True
    qtbot.mouseClick(rig.window.banner.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)


def test_a_prediction_is_saved_and_opened_again(qtbot, rig, photo, tmp_path, monkeypatch) -> None:
    shown(qtbot, rig, photo)
    target = tmp_path / "saved"
    monkeypatch.setattr(rig.window, "ask_save_path", lambda title, suggestion: target)
    with qtbot.waitSignal(rig.window.saver.saved):
        qtbot.keyClick(rig.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    saved = Prediction.load(tmp_path / "saved.npz")
    np.testing.assert_array_equal(saved.vertices, rig.window.session.prediction.vertices)
    rig.window.session.set_prediction(None)
    drop(rig.window, tmp_path / "saved.npz")
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    # It was made from a photo of this size, so it lies over it; over another photo it would be wrong.
    assert rig.window.session.picture is not None
    make_prediction(4, 999, 100).save(tmp_path / "other.npz")
    drop(rig.window, tmp_path / "other.npz")
    qtbot.waitUntil(lambda: rig.window.session.selection.scores.size == 4)
    assert rig.window.session.picture is None
    assert rig.window.photo_pane.empty.title.text() == "Drop its photo here"


def test_a_prediction_opened_alone_waits_for_its_photo(qtbot, rig, photo, tmp_path) -> None:
    make_prediction(4, 320, 240).save(tmp_path / "alone.npz")
    drop(rig.window, tmp_path / "alone.npz")
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    opened = rig.window.session.prediction
    drop(rig.window, photo)
    qtbot.waitUntil(lambda: rig.window.session.picture is not None)
    assert rig.window.session.prediction is opened and not rig.predictor.requests
    # From here on the photo is one like any other.
    drop(rig.window, photo)
    qtbot.waitUntil(lambda: len(rig.predictor.requests) == 1)


def test_saving_where_nothing_can_be_written_is_told(qtbot, rig, photo, monkeypatch) -> None:
    shown(qtbot, rig, photo)
    monkeypatch.setattr(rig.window, "ask_save_path", lambda title, suggestion: photo / "below_a_file.npz")
    with qtbot.waitSignal(rig.window.saver.failed):
        rig.window.actions_by_name["save_prediction"].trigger()
    assert rig.window.banner.isVisible()


def test_a_screenshot_of_the_window_is_saved(qtbot, rig, photo, tmp_path, monkeypatch) -> None:
    from PIL import Image

    shown(qtbot, rig, photo)
    monkeypatch.setattr(rig.window, "ask_save_path", lambda title, suggestion: tmp_path / "shot.png")
    with qtbot.waitSignal(rig.window.saver.saved):
        rig.window.actions_by_name["save_screenshot"].trigger()
    assert Image.open(tmp_path / "shot.png").size == (1366, 768)


def test_every_command_has_its_own_keys_and_every_control_a_name(rig) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox

    keys = [QKeySequence(key).toString() for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))
    # Flags of later days live on the digits.
    assert not set("123456789") & set(keys)
    for kind in (QAbstractButton, QAbstractSlider, QAbstractSpinBox):
        for widget in rig.window.findChildren(kind):
            if (
                widget.isVisible()
                and not widget.objectName().startswith("qt_")
                and not widget.parent().inherits("QScrollArea")
            ):
                assert widget.accessibleName() or getattr(widget, "text", str)(), widget


def test_window_and_files_are_remembered(qtbot, rig, photo) -> None:
    from app_fakes import FakeRenderer

    from handviz.app.clients import ClientFactories
    from handviz.app.window import MainWindow

    shown(qtbot, rig, photo)
    # Pages that are made may need more room than the first one.
    rig.window.pages.show_page(rig.window.pages.names[-1])
    rig.window.pages.show_page("photo")
    rig.window.resize(1333, 700)
    rig.window.splitter.setSizes([300, 500, 300])
    sizes = rig.window.splitter.sizes()
    rig.window.choose_theme("light")
    rig.window.session.selection.set_threshold(0.35)
    rig.window.session.view.set_coloring("score")
    rig.window.pages.show_page(rig.window.pages.names[-1])
    last = rig.window.pages.current
    rig.window.close()
    assert rig.predictor.closed and rig.renderer.closed
    again = MainWindow(ClientFactories(FakePredictor, FakeRenderer))
    qtbot.addWidget(again)
    again.show()
    # The screen of the tests is narrower than the window was, so that its parts had to make room for one another.
    assert again.height() == 700
    again.resize(1333, 700)
    assert again.splitter.sizes() == pytest.approx(sizes, abs=40)
    assert again.settings.recent == [photo]
    assert again.theme.name == "light"
    assert again.session.selection.threshold == 0.35 and again.session.view.coloring == "score"
    again.restore_page()
    assert again.pages.current == last
    again.recent_menu.aboutToShow.emit()
    assert again.recent_menu.actions()[0].text() == photo.name
    again.shut_down()


def test_help_names_every_shortcut(qtbot, rig) -> None:
    from PySide6.QtWidgets import QDialog, QLabel

    rig.window.actions_by_name["shortcuts"].trigger()
    dialog = rig.window.findChild(QDialog)
    texts = {text.text() for text in dialog.findChildren(QLabel)}
    assert {"Ctrl+Shift+S", "Shift+Right", "orbit"} <= texts
    assert {key_text(command.keys) for command in COMMANDS if command.keys} <= texts
    dialog.close()
