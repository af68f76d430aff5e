"""Meshes over the photo, the hand up close, and the photo in step with the viewport."""

import numpy as np
import pytest
from gestures import drag, settle, shown, wheel
from PySide6.QtCore import Qt

from handviz.app.models.affine import PhotoTransform
from handviz.app.models.photo_view import in_step, overlaid
from handviz.app.models.selection import SelectionModel
from handviz.app.photo_overlay import CHANNEL


@pytest.fixture
def opened(qtbot, rig, photo):
    """The window with a prediction of a photo."""
    shown(qtbot, rig, photo)
    settle(qtbot, rig)
    return rig


def overlays(rig) -> list[dict]:
    return [request for request in rig.renderer.overlays if request["channel"] == CHANNEL]


def test_meshes_are_asked_for_exactly_where_the_photo_shows_them(qtbot, opened) -> None:
    window = opened.window
    canvas, prediction = window.photo_pane.canvas, window.session.prediction
    assert not overlays(opened), "nothing is drawn that nobody asked for"
    qtbot.keyClick(canvas, Qt.Key.Key_O)
    wheel(canvas, (100, 120), 3)
    qtbot.waitUntil(lambda: len(overlays(opened)) >= 1)
    qtbot.waitUntil(
        lambda: overlays(opened)[-1]["camera"].intrinsics[0, 2] == window.photo_overlay.camera().intrinsics[0, 2]
    )
    request = overlays(opened)[-1]
    transform = canvas.transform
    expected = transform.scale * prediction.joints_2d + [transform.left, transform.top]
    np.testing.assert_allclose(request["camera"].project(prediction.joints), expected, atol=0.02)
    assert request["transparent"]
    assert request["visible"].any(1).nonzero()[0].tolist() == [window.session.selection.chosen]


def test_the_meshes_cover_the_photo_as_much_as_the_slider_says(qtbot, opened) -> None:
    window = opened.window
    canvas, bar = window.photo_pane.canvas, window.photo_pane.bar
    spot = canvas.width() - 20, canvas.height() // 2 + 40
    plain = canvas.grab().toImage().pixelColor(*spot).lightnessF()
    qtbot.mouseClick(bar.meshes, Qt.MouseButton.LeftButton)
    bar.opacity.setValue(100)
    qtbot.waitUntil(lambda: window.photo_overlay.painted)
    seen = {}
    for percent in (100, 50, 0):
        bar.opacity.setValue(percent)
        seen[percent] = canvas.grab().toImage().pixelColor(*spot).lightnessF()
    # The stand-in covers everything with one grey.
    assert seen[100] == pytest.approx(90 / 255, abs=0.01)
    assert seen[0] == pytest.approx(plain, abs=0.01)
    assert seen[50] == pytest.approx((seen[0] + seen[100]) / 2, abs=0.02)
    qtbot.mouseClick(bar.meshes, Qt.MouseButton.LeftButton)
    assert canvas.grab().toImage().pixelColor(*spot).lightnessF() == pytest.approx(plain, abs=0.01)


def test_what_is_selected_or_pointed_at_lies_over_the_photo_too(qtbot, opened) -> None:
    window, selection = opened.window, opened.window.session.selection
    window.session.photo_view.set_meshes(True)
    selection.select([1, 3], chosen=3)
    selection.hover(5)
    qtbot.waitUntil(
        lambda: bool(overlays(opened)) and overlays(opened)[-1]["visible"].any(1).nonzero()[0].tolist() == [1, 3, 5]
    )
    window.session.view.set_timestep(0, False)
    qtbot.waitUntil(lambda: not overlays(opened)[-1]["visible"][:, 0].any())


def test_the_order_of_what_lies_over_the_photo_ends_with_what_matters_most() -> None:
    selection = SelectionModel()
    assert overlaid(selection) == []
    selection.set_scores(np.linspace(0, 1, 30))
    assert overlaid(selection) == [29]
    selection.select(range(30), chosen=7)
    assert len(overlaid(selection)) == 12 and overlaid(selection)[-1] == 7
    selection.hover(2)
    assert overlaid(selection)[-1] == 2 and overlaid(selection).count(2) == 1


def test_a_key_zooms_to_the_hand_and_back(qtbot, opened) -> None:
    canvas, session = opened.window.photo_pane.canvas, opened.window.session
    whole = canvas.transform
    qtbot.keyClick(canvas, Qt.Key.Key_Z)
    assert canvas.cropped and canvas.transform.scale > whole.scale
    x, y, w, h = session.shown_box
    corners = [canvas.transform.to_pane(*corner) for corner in ((x, y), (x + w, y + h))]
    assert all(0 <= left <= canvas.width() and 0 <= top <= canvas.height() for left, top in corners)
    qtbot.keyClick(canvas, Qt.Key.Key_Z)
    assert canvas.transform == whole


def middle_and_scale(transform: PhotoTransform, widget) -> tuple[float, float, float]:
    return *transform.to_photo(widget.width() / 2, widget.height() / 2), transform.scale


def test_photo_and_viewport_go_in_step_while_it_looks_as_photographed(qtbot, opened) -> None:
    window = opened.window
    photo, viewport, view = window.photo_pane.canvas, window.viewport_pane.canvas, window.session.view

    def alike() -> bool:
        there = view.photo_transform(viewport.width(), viewport.height())
        return np.allclose(middle_and_scale(photo.transform, photo), middle_and_scale(there, viewport), atol=1e-6)

    wheel(photo, (50, 60), 2)
    assert not view.over_photo
    view.look("camera")
    assert alike()
    wheel(photo, (50, 60), 2)
    assert alike()
    drag(qtbot, viewport, (200, 200), (240, 170), button=Qt.MouseButton.MiddleButton)
    assert alike()
    qtbot.keyClick(photo, Qt.Key.Key_Z)
    assert alike()
    window.session.photo_view.set_linked(False)
    wheel(viewport, (90, 90), 2)
    assert not alike()
    window.session.photo_view.set_linked(True)
    assert alike()
    view.look("front")
    wheel(photo, (50, 60), 1)
    assert not view.over_photo


def test_panes_of_any_size_show_the_same_place_at_the_same_zoom() -> None:
    transform = PhotoTransform(2.5, -30.0, 14.0)
    there = in_step(transform, (400, 300), (700, 200))
    assert there.scale == 2.5
    assert there.to_photo(350, 100) == pytest.approx(transform.to_photo(200, 150))
    assert in_step(there, (700, 200), (400, 300)) == transform
