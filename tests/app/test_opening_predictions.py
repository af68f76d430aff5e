"""Predictions from files: their photo is found again, and those of other methods open as well."""

import shutil

import numpy as np
import pytest
from gestures import drag, drop, pane_point, shown
from PIL import Image
from PySide6.QtCore import Qt

from handviz.hypotheses.photo_source import PhotoSource
from handviz.hypotheses.prediction import Prediction

FACES = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]])


def save(qtbot, rig, target, monkeypatch) -> Prediction:
    """Save the window's prediction as a person does."""
    monkeypatch.setattr(rig.window, "ask_save_path", lambda title, suggestion: target)
    with qtbot.waitSignal(rig.window.saver.saved):
        rig.window.actions_by_name["save_prediction"].trigger()
    return Prediction.load(target)


def forget(rig) -> None:
    rig.window.session.set_picture(None)


def test_a_saved_prediction_brings_its_photo_along(qtbot, rig, photo, tmp_path, monkeypatch) -> None:
    shown(qtbot, rig, photo)
    saved = save(qtbot, rig, tmp_path / "saved.npz", monkeypatch)
    source = PhotoSource.of(saved)
    assert (source.path, source.frame, source.size) == (photo, None, (320, 240))
    forget(rig)
    drop(rig.window, tmp_path / "saved.npz")
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    assert rig.window.session.picture.path == photo
    np.testing.assert_array_equal(rig.window.session.prediction.vertices, saved.vertices)
    assert len(rig.predictor.requests) == 1, "what was saved is not predicted again"


def test_the_photo_is_found_beside_a_prediction_that_moved_with_it(qtbot, rig, photo, tmp_path, monkeypatch) -> None:
    shown(qtbot, rig, photo)
    save(qtbot, rig, tmp_path / "saved.npz", monkeypatch)
    forget(rig)
    (tmp_path / "elsewhere").mkdir()
    for name in ("saved.npz", photo.name):
        shutil.move(tmp_path / name, tmp_path / "elsewhere" / name)
    drop(rig.window, tmp_path / "elsewhere" / "saved.npz")
    qtbot.waitUntil(lambda: rig.window.session.picture is not None)
    assert rig.window.session.picture.path == tmp_path / "elsewhere" / photo.name


@pytest.mark.parametrize(("fate", "word"), [("altered", "has changed"), ("gone", "is not where it was")])
def test_a_photo_that_is_no_longer_the_same_is_not_shown(
    qtbot, rig, photo, tmp_path, monkeypatch, fate: str, word: str
) -> None:
    shown(qtbot, rig, photo)
    save(qtbot, rig, tmp_path / "saved.npz", monkeypatch)
    forget(rig)
    photo.unlink()
    if fate == "altered":
        Image.new("RGB", (320, 240)).save(photo)
    drop(rig.window, tmp_path / "saved.npz")
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None and rig.window.banner.isVisible())
    assert rig.window.session.picture is None
    assert word in rig.window.banner.text.text() and photo.name in rig.window.banner.text.text()
    assert photo.name in rig.window.photo_pane.empty.hint.text()


def test_a_frame_of_a_video_is_found_again(qtbot, rig, video, tmp_path, monkeypatch) -> None:
    shown(qtbot, rig, video)
    rig.window.photo_pane.video_bar.step(7)
    qtbot.waitUntil(lambda: rig.window.session.picture.frame == 7 and rig.window.session.prediction is not None)
    save(qtbot, rig, tmp_path / "saved.npz", monkeypatch)
    forget(rig)
    drop(rig.window, tmp_path / "saved.npz")
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    assert rig.window.session.picture.frame == 7 and rig.window.photo_pane.video_bar.spin.value() == 7


def test_meshes_of_another_method_open_with_their_image(qtbot, rig, tmp_path) -> None:
    rng = np.random.default_rng(0)
    vertices = rng.normal([0, 0, 0.5], 0.03, (5, 2, 4, 3))
    image = np.full((120, 160, 3), 90, np.uint8)
    np.savez(tmp_path / "mine.npz", vertices=vertices, faces=FACES, scores=[-5, -4, -3, -2, -1.0], image=image)
    drop(rig.window, tmp_path / "mine.npz")
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    session = rig.window.session
    assert session.picture.image.shape == (120, 160, 3) and session.selection.chosen == 4
    qtbot.waitUntil(lambda: rig.window.viewport_pane.canvas.at_rest)
    assert rig.renderer.meshes.shape == (5, 2, 4, 3)
    assert not rig.predictor.requests
    # Nothing upsets a view that would like to have joints.
    session.selection.choose(1)
    rig.window.actions_by_name["view_camera"].trigger()
    rig.window.grab()


def test_meshes_without_a_camera_lie_over_whatever_photo_comes(qtbot, rig, photo, tmp_path) -> None:
    vertices = np.random.default_rng(0).normal([0, 0, 0.5], 0.03, (2, 3, 4, 3))
    np.savez(tmp_path / "mine.npz", vertices=vertices, faces=FACES)
    drop(rig.window, photo, tmp_path / "mine.npz")
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    assert rig.window.session.picture.path == photo
    np.testing.assert_allclose(rig.window.session.prediction.intrinsics[:2, 2], (160, 120))


def test_a_box_drawn_by_hand_holds_for_the_frames_of_its_video(qtbot, rig, video, photo) -> None:
    shown(qtbot, rig, video)
    canvas = rig.window.photo_pane.canvas
    drag(qtbot, canvas, pane_point(rig, 30, 30), pane_point(rig, 90, 80), modifier=Qt.KeyboardModifier.ShiftModifier)
    drawn = rig.window.session.box
    assert drawn is not None
    rig.window.photo_pane.video_bar.step(3)
    qtbot.waitUntil(lambda: rig.window.session.picture.frame == 3 and rig.window.session.prediction is not None)
    assert rig.predictor.requests[-1]["box"] == drawn
    rig.window.actions_by_name["detect_box"].trigger()
    assert rig.predictor.requests[-1]["box"] is None
    drag(qtbot, canvas, pane_point(rig, 30, 30), pane_point(rig, 90, 80), modifier=Qt.KeyboardModifier.ShiftModifier)
    drop(rig.window, photo)
    qtbot.waitUntil(lambda: rig.window.session.picture.path == photo)
    assert rig.window.session.box is None


def test_a_demo_is_predicted_though_new_pictures_are_not(qtbot, rig, photo, monkeypatch) -> None:
    from pathlib import Path

    from handviz.app.opening import demo_photos

    rig.window.session.set_request(auto_predict=False)
    drop(rig.window, photo)
    qtbot.waitUntil(lambda: rig.window.session.picture is not None)
    assert not rig.predictor.requests
    # As `make demo` names it, from inside the checkout.
    monkeypatch.chdir(demo_photos()[0].parents[1])
    rig.window.opening.open_all([Path("demo") / demo_photos()[0].name])
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)
    assert len(rig.predictor.requests) == 1
