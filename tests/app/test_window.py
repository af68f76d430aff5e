"""The window, driven by mouse, keys and drops; helper processes are stand-ins."""

import numpy as np
import pytest
from gestures import drag, drop, pane_point, settle, shown, wheel
from PySide6.QtCore import QPoint, Qt
from synthetic import make_prediction

from handviz.viewport import Frame, Hit


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
    assert rig.window.inspector.scores.kept.text() == "8 of 16"
    assert rig.window.settings.recent == [photo]
    assert "0.25 s" in rig.window.status.engine.text()


def test_nothing_beside_the_hands_is_cut_off_in_the_narrowest_window(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    rig.window.resize(200, 200)
    settle(qtbot, rig)
    inspector = rig.window.inspector
    inside = inspector.viewport().width()
    for part in (inspector.predict, inspector.count, inspector.scores, *inspector.parts.values()):
        assert part.mapTo(inspector.viewport(), QPoint(part.width(), 0)).x() <= inside


def test_the_demo_opens_by_its_button(qtbot, rig) -> None:
    from handviz.app.opening import demo_photos

    assert demo_photos(), "assets/demo ships photos"
    qtbot.mouseClick(rig.window.photo_pane.empty.demo_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    assert rig.window.session.picture.path == demo_photos()[0]


def test_dragging_the_threshold_hides_hypotheses_live(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    settle(qtbot, rig)
    slider = rig.window.inspector.scores.slider
    middle = slider.height() // 2
    drag(qtbot, slider, (slider.width() // 2, middle), (round(0.8 * slider.width()), middle))
    threshold = rig.window.session.selection.threshold
    assert threshold > 0.65
    settle(qtbot, rig)
    kept = int((make_prediction().score >= threshold).sum())
    assert 0 < kept < 8
    assert rig.renderer.visible.any(1).sum() == kept
    assert rig.window.inspector.scores.kept.text() == f"{kept} of 16"
    assert rig.window.inspector.scores.threshold.value() == pytest.approx(threshold, abs=1e-3)


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
    assert rig.renderer.visible[4].all() and not rig.renderer.visible[2].any() and rig.renderer.ghosts[2].all()
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
    slider = rig.window.inspector.scores.slider
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
