"""Colours, ghosts, truth and motion of the viewport, by keys, buttons and slider."""

import itertools
import json

import numpy as np
import pytest
from gestures import settle, shown
from PySide6.QtCore import QPoint, Qt
from synthetic import make_prediction

from handviz.app.models.playing import bounced
from handviz.app.opening import demo_photos
from handviz.viewport import Hit


def analysed(qtbot, rig, path) -> None:
    """Open a file; wait for its prediction, its analysis and its picture."""
    shown(qtbot, rig, path)
    qtbot.waitUntil(lambda: rig.window.session.analysis is not None)
    settle(qtbot, rig)


def press(qtbot, rig, key) -> None:
    """A key in the viewport."""
    canvas = rig.window.viewport_pane.canvas
    canvas.setFocus()
    qtbot.keyClick(canvas, key)
    settle(qtbot, rig)


@pytest.fixture
def known(photo):
    """A photo with a truth of its joints beside it, and of the mesh that the stand-in predicts."""
    prediction = make_prediction(16)
    fields = {"joints": prediction.joints[2].tolist(), "vertices": prediction.vertices[2].tolist()}
    photo.with_suffix(".json").write_text(json.dumps(fields | {"intrinsics": prediction.intrinsics.tolist()}))
    return photo


def test_a_key_goes_round_the_colourings_and_the_legend_says_what_they_mean(qtbot, rig, photo) -> None:
    analysed(qtbot, rig, photo)
    pane, view = rig.window.viewport_pane, rig.window.session.view
    view.set_ghost(False)
    settle(qtbot, rig)
    assert not pane.key.isVisible() and pane.legend.switches[0].colored
    seen = []
    for _ in range(4):
        press(qtbot, rig, Qt.Key.Key_C)
        seen.append((view.coloring, pane.key.title))
    assert seen[:3] == [
        ("score", "Score · selection network"),
        ("cluster", "Share of the kept"),
        ("spread", "Spread, mm · over the kept"),
    ]
    # Nobody knows the error here.
    assert view.coloring == "timestep" and not pane.bar.coloring.entries["error"].isEnabled()


def test_the_legend_names_numbers_ghosts_and_truth(qtbot, rig, known) -> None:
    analysed(qtbot, rig, known)
    pane = rig.window.viewport_pane
    pane.bar.coloring.entries["error"].trigger()
    press(qtbot, rig, Qt.Key.Key_R)
    assert pane.key.title == "Error, mm · to the ground truth" and pane.key.scale.unit == "mm"
    assert [text for _, text in pane.key.rows] == ["Ghosts: not kept", "Ground truth"]
    assert not pane.legend.switches[0].colored
    assert pane.key.isVisible() and pane.canvas.rect().contains(pane.key.geometry())
    assert rig.renderer.colors.shape == (17, 3, 84, 3)


def test_ghosts_come_and_go(qtbot, rig, photo) -> None:
    analysed(qtbot, rig, photo)
    assert rig.renderer.visible.sum() == rig.renderer.ghosts.sum() == 24
    press(qtbot, rig, Qt.Key.Key_G)
    assert not rig.renderer.ghosts.any() and not rig.window.viewport_pane.bar.ghosts.isChecked()
    qtbot.mouseClick(rig.window.viewport_pane.bar.ghosts, Qt.MouseButton.LeftButton)
    settle(qtbot, rig)
    assert rig.renderer.ghosts.sum() == 24


def test_a_ghost_that_is_kept_can_be_picked_and_one_that_is_not_cannot(qtbot, rig, photo) -> None:
    analysed(qtbot, rig, photo)
    selection, canvas = rig.window.session.selection, rig.window.viewport_pane.canvas
    rig.renderer.hits = [Hit(15, 0, 0.3), Hit(4, 1, 0.4)]
    for hits, chosen in ((None, 4), ([Hit(6, 1, 0.4)], 6)):
        rig.renderer.hits = hits or rig.renderer.hits
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
        qtbot.waitUntil(lambda wanted=chosen: selection.chosen == wanted)
    settle(qtbot, rig)
    assert rig.renderer.visible.any(1).nonzero()[0].tolist() == [6]
    assert rig.renderer.ghosts.any(1).nonzero()[0].tolist() == [0, 1, 2, 3, 4, 5, 7]


def test_the_truth_of_a_demo_is_known_and_shown(qtbot, rig) -> None:
    rig.window.open_demo()
    qtbot.waitUntil(lambda: rig.window.session.analysis is not None)
    settle(qtbot, rig)
    session, bar = rig.window.session, rig.window.viewport_pane.bar
    assert session.truth.has_mesh and bar.truth.isEnabled()
    before = rig.window.viewport_pane.canvas.grab().toImage()
    qtbot.mouseClick(bar.truth, Qt.MouseButton.LeftButton)
    settle(qtbot, rig)
    # The stand-in's mesh is another one: joints and the name are painted.
    assert len(rig.renderer.extras) == 0
    assert rig.window.viewport_pane.canvas.grab().toImage() != before
    assert demo_photos()[0] == session.picture.path


def test_without_a_truth_the_switch_says_why(qtbot, rig, photo) -> None:
    analysed(qtbot, rig, photo)
    bar = rig.window.viewport_pane.bar
    assert not bar.truth.isEnabled() and "NAME.json" in bar.truth.toolTip()


def test_a_truth_that_cannot_be_read_is_told_and_the_photo_opens(qtbot, rig, photo) -> None:
    photo.with_suffix(".json").write_text('{"joints": [[1, 2]], "intrinsics": 3}')
    shown(qtbot, rig, photo)
    assert rig.window.session.truth is None
    assert rig.window.banner.isVisible() and "hand.json" in rig.window.banner.text.text()


def test_the_motion_plays_to_and_fro_and_rests(qtbot, rig, photo) -> None:
    analysed(qtbot, rig, photo)
    view, bar = rig.window.session.view, rig.window.viewport_pane.time_bar
    seen = []
    view.set_speed(4.0)
    view.time_changed.connect(lambda: seen.append(view.time))
    press(qtbot, rig, Qt.Key.Key_Space)
    assert view.playing and bar.play.accessibleName() == "Rest"
    qtbot.waitUntil(lambda: any(b < a for a, b in itertools.pairwise(seen)))
    assert max(seen) <= 2.0 and rig.renderer.time is not None
    press(qtbot, rig, Qt.Key.Key_Space)
    assert not view.playing and view.time is not None
    at = view.time
    # It goes on from where it rested.
    press(qtbot, rig, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: view.time != at)
    qtbot.mouseClick(bar.all, Qt.MouseButton.LeftButton)
    settle(qtbot, rig)
    assert view.time is None and not view.playing and rig.renderer.time is None


def test_time_is_a_slider_and_two_keys(qtbot, rig, photo) -> None:
    analysed(qtbot, rig, photo)
    view, pane = rig.window.session.view, rig.window.viewport_pane
    pane.time_bar.slider.setValue(750)
    settle(qtbot, rig)
    assert view.time == pytest.approx(1.5) and rig.renderer.time == pytest.approx(1.5)
    assert rig.renderer.visible.shape == (16, 3) and not pane.legend.switches[0].isEnabled()
    press(qtbot, rig, Qt.Key.Key_Period)
    press(qtbot, rig, Qt.Key.Key_Period)
    press(qtbot, rig, Qt.Key.Key_Period)
    assert view.time == 2.0
    press(qtbot, rig, Qt.Key.Key_Comma)
    assert view.time == 1.75 and pane.time_bar.slider.value() == 875


def test_space_presses_the_button_that_has_the_focus(qtbot, rig, photo) -> None:
    analysed(qtbot, rig, photo)
    button = rig.window.viewport_pane.bar.trails
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert rig.window.session.view.trails and not rig.window.session.view.playing


def test_trails_are_painted_over_viewport_and_photo(qtbot, rig, photo) -> None:
    analysed(qtbot, rig, photo)
    panes = rig.window.viewport_pane.canvas, rig.window.photo_pane.canvas
    before = [pane.grab().toImage() for pane in panes]
    press(qtbot, rig, Qt.Key.Key_L)
    assert all(pane.grab().toImage() != image for pane, image in zip(panes, before, strict=True))
    press(qtbot, rig, Qt.Key.Key_L)
    assert all(pane.grab().toImage() == image for pane, image in zip(panes, before, strict=True))


def test_which_way_it_moved_follows_what_is_kept(qtbot, rig, photo) -> None:
    analysed(qtbot, rig, photo)
    session, motion = rig.window.session, rig.window.viewport_pane.motion
    prediction = make_prediction(4)
    joints = np.repeat(prediction.joints[:1, 1:2], 4, 0).repeat(3, 1)
    joints[:3, 2, :, 0] += 0.03
    joints[3, 2, :, 0] -= 0.03
    from dataclasses import replace

    session.set_prediction(replace(prediction, joints=joints))
    qtbot.waitUntil(lambda: session.analysis is not None)
    session.selection.set_threshold(0.0)
    assert motion.text == "75% to the right, 25% the other way" and motion.isVisible()
    assert motion.text in motion.accessibleName()
    session.selection.hide([0, 1, 2])
    assert motion.text == "100% to the left"
    session.selection.hide([3])
    assert not motion.isVisible()


def test_the_mean_hand_and_representatives_are_said_in_the_caption(qtbot, rig, photo) -> None:
    analysed(qtbot, rig, photo)
    pane, session = rig.window.viewport_pane, rig.window.session
    press(qtbot, rig, Qt.Key.Key_D)
    count = len(session.analysis.clusters.representatives(session.selection.kept))
    assert pane.caption.text().startswith(f"{count} representative") and "8 of 16 kept" in pane.caption.text()
    press(qtbot, rig, Qt.Key.Key_D)
    assert pane.caption.text() == "Mean of 8 · 8 of 16 kept"
    assert len(rig.renderer.extras) == 1 and rig.renderer.visible[16].all()
    session.selection.set_threshold(0.9)
    settle(qtbot, rig)
    np.testing.assert_allclose(rig.renderer.extras[0], session.prediction.vertices[0], atol=1e-6)


def test_time_that_ran_on_is_folded_back() -> None:
    assert [bounced(time, 2.0) for time in (0.0, 1.5, 2.0, 2.5, 4.0, 5.0)] == [0.0, 1.5, 2.0, 1.5, 0.0, 1.0]
