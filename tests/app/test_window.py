"""The window, driven by mouse, keys and drops; helper processes are stand-ins."""

import numpy as np
import pytest
from app_fakes import FakePredictor
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from synthetic import make_prediction

from handviz.app.actions import COMMANDS, key_text
from handviz.hypotheses.prediction import Prediction
from handviz.viewport import Frame, Hit


def shown(qtbot, rig, path) -> None:
    """Open a file and wait for its prediction."""
    rig.window.opening.open(path)
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)


def settle(qtbot, rig) -> None:
    """Wait until the viewport shows the newest state."""
    canvas = rig.window.viewport_pane.canvas
    qtbot.waitUntil(lambda: canvas.at_rest)


def drag(qtbot, widget, start, end, button=Qt.MouseButton.LeftButton, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """Press, move in steps, release."""
    qtbot.mousePress(widget, button, modifier, QPoint(*start))
    for step in np.linspace(0, 1, 6)[1:]:
        at = QPointF(*(np.array(start) + step * (np.array(end) - start)))
        move = QMouseEvent(QEvent.Type.MouseMove, at, widget.mapToGlobal(at), button, button, modifier)
        QApplication.sendEvent(widget, move)
    qtbot.mouseRelease(widget, button, modifier, QPoint(*end))


def wheel(widget, at, steps) -> None:
    position = QPointF(*at)
    event = QWheelEvent(
        position, widget.mapToGlobal(position), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def drop(widget, *paths) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    how = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(200, 200), *how))
    QApplication.sendEvent(widget, QDropEvent(QPointF(200, 200), *how))


def pane_point(rig, x, y) -> tuple[int, int]:
    """A place of the photo as a pixel of the photo canvas."""
    left, top = rig.window.photo_pane.canvas.transform.to_pane(x, y)
    return round(left), round(top)


def test_an_empty_window_says_what_to_do(rig) -> None:
    assert rig.window.photo_pane.empty.isVisible()
    assert not rig.window.inspector.predict.isEnabled()
    assert "CPU · test weights" in rig.window.status.engine.text()


def test_a_dropped_photo_is_shown_and_predicted(qtbot, rig, photo) -> None:
    drop(rig.window, photo)
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    settle(qtbot, rig)
    assert rig.predictor.requests[0]["image"].shape == (240, 320, 3)
    assert rig.predictor.requests[0]["box"] is None
    assert not rig.window.photo_pane.empty.isVisible()
    assert rig.renderer.meshes.shape == (16, 3, 84, 3)
    assert rig.renderer.visible.sum() == 3 * 8
    assert rig.window.inspector.kept.text() == "8 of 16 kept"
    assert rig.window.settings.recent == [photo]
    assert "0.25 s" in rig.window.status.engine.text()


def test_the_demo_opens_by_its_button(qtbot, rig) -> None:
    from handviz.app.opening import demo_photos

    assert demo_photos(), "assets/demo ships photos"
    qtbot.mouseClick(rig.window.photo_pane.empty.demo_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    assert rig.window.session.picture.path == demo_photos()[0]


def test_dragging_the_threshold_hides_hypotheses_live(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    settle(qtbot, rig)
    slider = rig.window.inspector.slider
    middle = slider.height() // 2
    drag(qtbot, slider, (slider.width() // 2, middle), (round(0.8 * slider.width()), middle))
    threshold = rig.window.session.selection.threshold
    assert threshold > 0.65
    settle(qtbot, rig)
    kept = int((make_prediction().score >= threshold).sum())
    assert 0 < kept < 8
    assert rig.renderer.visible.any(1).sum() == kept
    assert rig.window.inspector.kept.text() == f"{kept} of 16 kept"
    assert rig.window.inspector.threshold.value() == pytest.approx(threshold, abs=1e-3)


def test_typing_a_threshold_and_dragging_its_line_mean_the_same(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    rig.window.inspector.threshold.setValue(0.9)
    assert rig.window.session.selection.threshold == pytest.approx(0.9)
    strip = rig.window.inspector.strip
    y = round(strip._line_y())
    drag(qtbot, strip, (30, y), (30, strip.height() - 20))
    assert rig.window.session.selection.threshold < 0.3
    assert rig.window.session.selection.chosen == 0 and not rig.window.session.selection.picked


def test_a_click_on_a_bar_chooses_that_hypothesis(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    strip = rig.window.inspector.strip
    # The best is on the left, and scores fall with the index.
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(round(strip.width() * 3.5 / 16), 12))
    assert rig.window.session.selection.chosen == 3
    assert "Number 4" in rig.window.inspector.chosen.text()


def test_orbit_pan_and_zoom_move_the_camera(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    canvas, view = rig.window.viewport_pane.canvas, rig.window.session.view
    start = view.orbit
    drag(qtbot, canvas, (200, 200), (300, 160))
    assert view.orbit.yaw < start.yaw and view.orbit.pitch < start.pitch
    turned = view.orbit
    drag(qtbot, canvas, (200, 200), (240, 200), modifier=Qt.KeyboardModifier.ShiftModifier)
    assert view.orbit.yaw == turned.yaw and view.orbit.target != turned.target
    drag(qtbot, canvas, (200, 200), (240, 200), button=Qt.MouseButton.MiddleButton)
    distance = view.orbit.distance
    wheel(canvas, (100, 100), 2)
    assert view.orbit.distance < distance
    settle(qtbot, rig)
    last = rig.renderer.cameras[-1]
    np.testing.assert_allclose(last.camera_from_world, canvas.camera().camera_from_world)
    assert (last.width, last.height) == (canvas.width(), canvas.height())


def test_a_click_picks_and_a_second_one_takes_the_mesh_behind(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    canvas, selection = rig.window.viewport_pane.canvas, rig.window.session.selection
    # Hypothesis 15 is below the threshold: it cannot be meant by a click.
    rig.renderer.hits = [Hit(15, 0, 0.4), Hit(4, 1, 0.45), Hit(2, 0, 0.5)]
    for expected in (4, 2, 4):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(150, 120))
        qtbot.waitUntil(lambda wanted=expected: selection.chosen == wanted)
    assert rig.renderer.picked_at[-1] == (150, 120)
    settle(qtbot, rig)
    assert not np.allclose(rig.renderer.colors[4], rig.renderer.colors[2])
    rig.renderer.hits = []
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    qtbot.waitUntil(lambda: not selection.picked)


def test_a_late_picture_of_the_prediction_before_is_not_shown(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    settle(qtbot, rig)
    canvas = rig.window.viewport_pane.canvas
    old = len(rig.renderer.cameras)
    rig.window.session.set_prediction(make_prediction(seed=9))
    with qtbot.assertNotEmitted(canvas.frame_shown):
        canvas.show_frame(Frame(old, np.zeros((10, 10, 3), np.uint8), 0.1, "fake"))
    settle(qtbot, rig)
    assert len(rig.renderer.cameras) > old


def test_a_double_click_recentres_on_the_hit_or_shows_all(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    canvas, view = rig.window.viewport_pane.canvas, rig.window.session.view
    framed = view.orbit
    rig.renderer.hits = [Hit(1, 1, 0.4)]
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(150, 120))
    qtbot.waitUntil(lambda: view.orbit.target != framed.target)
    rig.renderer.hits = []
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(150, 120))
    qtbot.waitUntil(lambda: view.orbit.target == framed.target)


def test_timesteps_are_switched_by_key_and_legend(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    rig.window.viewport_pane.canvas.setFocus()
    qtbot.keyClick(rig.window, Qt.Key.Key_P)
    settle(qtbot, rig)
    assert not rig.renderer.visible[:, 0].any() and rig.renderer.visible[:, 1].any()
    legend = rig.window.viewport_pane.legend
    assert [switch.isChecked() for switch in legend.switches] == [False, True, True]
    qtbot.mouseClick(legend.switches[2], Qt.MouseButton.LeftButton)
    settle(qtbot, rig)
    assert not rig.renderer.visible[:, 2].any()
    assert legend.isVisible()


def test_the_view_over_the_photo_puts_the_photo_behind(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    qtbot.keyClick(rig.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, rig)
    canvas = rig.window.viewport_pane.canvas
    assert rig.renderer.background.shape == (canvas.height(), canvas.width(), 3)
    transform = rig.window.session.view.photo_transform(canvas.width(), canvas.height())
    x, y = (round(value) for value in transform.to_pane(160, 120))
    # The photo's grey rises from 0 to 255 over 320 pixels.
    assert abs(int(rig.renderer.background[y, x, 0]) - 127) < 6
    assert rig.window.viewport_pane.views.buttons["camera"].isChecked()
    drag(qtbot, canvas, (200, 200), (240, 200))
    settle(qtbot, rig)
    assert rig.renderer.background.shape == (3,)


def test_the_box_is_drawn_by_hand_moved_and_resized(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    canvas = rig.window.photo_pane.canvas
    drag(qtbot, canvas, pane_point(rig, 60, 50), pane_point(rig, 160, 130), modifier=Qt.KeyboardModifier.ShiftModifier)
    assert rig.predictor.requests[-1]["box"] == pytest.approx((60, 50, 100, 80), abs=1.5)
    drag(qtbot, canvas, pane_point(rig, 110, 90), pane_point(rig, 130, 100))
    assert rig.predictor.requests[-1]["box"] == pytest.approx((80, 60, 100, 80), abs=2)
    drag(qtbot, canvas, pane_point(rig, 180, 140), pane_point(rig, 200, 180))
    assert rig.predictor.requests[-1]["box"] == pytest.approx((80, 60, 120, 120), abs=2)
    assert len(rig.predictor.requests) == 4
    qtbot.keyClick(rig.window, Qt.Key.Key_B, Qt.KeyboardModifier.ShiftModifier)
    assert rig.predictor.requests[-1]["box"] is None


def test_zoom_keeps_the_place_under_the_pointer_and_double_click_fits(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    canvas = rig.window.photo_pane.canvas
    fitted = canvas.transform
    place = fitted.to_photo(100, 150)
    wheel(canvas, (100, 150), 3)
    assert canvas.transform.scale > fitted.scale * 1.5
    assert canvas.transform.to_photo(100, 150) == pytest.approx(place)
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert canvas.transform == fitted


def test_the_choice_of_the_hand_predicts_again(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    qtbot.mouseClick(rig.window.photo_pane.hand.buttons["left"], Qt.MouseButton.LeftButton)
    assert rig.predictor.requests[-1]["hand"] == "left"
    assert len(rig.predictor.requests) == 2


def test_count_and_seed_are_asked_for_by_the_button(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    rig.window.inspector.count.setValue(40)
    rig.window.inspector.seed.setValue(7)
    assert len(rig.predictor.requests) == 1
    qtbot.mouseClick(rig.window.inspector.predict, Qt.MouseButton.LeftButton)
    request = rig.predictor.requests[-1]
    assert (request["hypotheses"], request["seed"]) == (40, 7)
    qtbot.waitUntil(lambda: len(rig.window.session.selection.scores) == 40)
    settle(qtbot, rig)
    assert rig.renderer.visible.shape == (40, 3)


def test_arrows_choose_by_score_in_the_panes_and_leave_sliders_alone(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    selection = rig.window.session.selection
    canvas = rig.window.viewport_pane.canvas
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    assert selection.chosen == 1
    slider = rig.window.inspector.slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Down)
    assert selection.chosen == 1 and selection.threshold < 0.5


def test_frames_are_exact_and_predicted_when_they_rest(qtbot, rig, video) -> None:
    shown(qtbot, rig, video)
    window, canvas = rig.window, rig.window.photo_pane.canvas
    assert window.photo_pane.video_bar.isVisible()
    canvas.setFocus()
    for key, modifier, frame in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, 11),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 10),
    ):
        qtbot.keyClick(canvas, key, modifier)
        qtbot.waitUntil(lambda wanted=frame: window.session.picture.frame == wanted)
        assert abs(int(window.session.picture.image[60, 80, 0]) - 10 * frame) < 6
    qtbot.waitUntil(lambda: window.session.prediction is not None)
    assert window.photo_pane.video_bar.spin.value() == 10
    assert rig.predictor.requests[-1]["image"] is window.session.picture.image


def test_without_the_toggle_frames_wait_for_enter(qtbot, rig, video) -> None:
    shown(qtbot, rig, video)
    canvas = rig.window.photo_pane.canvas
    canvas.setFocus()
    qtbot.keyClick(rig.window, Qt.Key.Key_A)
    assert not rig.window.session.auto_predict
    rig.window.photo_pane.video_bar.spin.setValue(5)
    qtbot.waitUntil(lambda: rig.window.session.picture.frame == 5)
    assert len(rig.predictor.requests) == 1 and rig.window.session.prediction is None
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)


def test_a_slider_dragged_through_the_video_ends_at_its_last_frame(qtbot, rig, video) -> None:
    shown(qtbot, rig, video)
    bar = rig.window.photo_pane.video_bar
    for frame in range(1, 24):
        bar.slider.setValue(frame)
    qtbot.waitUntil(lambda: rig.window.session.picture.frame == 23)
    assert not rig.window.session.loading


def test_stepping_while_another_file_opens_does_not_keep_it_out(qtbot, rig, video, photo) -> None:
    shown(qtbot, rig, video)
    rig.window.opening.open(photo)
    rig.window.photo_pane.video_bar.step(3)
    qtbot.waitUntil(lambda: rig.window.session.picture.path == photo and rig.window.session.prediction is not None)
    assert not rig.window.banner.isVisible()


def test_a_decoder_gone_mad_leaves_the_loader_alive(qtbot, rig, photo, monkeypatch) -> None:
    import handviz.media

    def burst(path) -> None:
        raise ZeroDivisionError("the decoder divided by zero")

    with monkeypatch.context() as patch:
        patch.setattr(handviz.media, "open_media", burst)
        rig.window.opening.open(photo)
        qtbot.waitUntil(rig.window.banner.isVisible)
    assert "divided by zero" in rig.window.banner.text.text()
    shown(qtbot, rig, photo)


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
    rig.window.resize(1111, 700)
    rig.window.splitter.setSizes([300, 500, 300])
    sizes = rig.window.splitter.sizes()
    rig.window.choose_theme("light")
    rig.window.close()
    assert rig.predictor.closed and rig.renderer.closed
    again = MainWindow(ClientFactories(FakePredictor, FakeRenderer))
    qtbot.addWidget(again)
    again.show()
    # The screen of the tests is narrower than the window was.
    assert again.height() == 700
    again.resize(1111, 700)
    assert again.splitter.sizes() == sizes
    assert again.settings.recent == [photo]
    assert again.theme.name == "light"
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
