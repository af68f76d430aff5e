"""What the pointer is on in one view is lit in all the others."""

import numpy as np
from gestures import settle, shown
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication

from handviz.viewport import Hit


def picture(widget) -> np.ndarray:
    image = widget.grab().toImage()
    return np.frombuffer(image.constBits(), np.uint8).copy()


def point_at(qtbot, canvas, monkeypatch) -> None:
    # Off screen no pointer is over any widget.
    monkeypatch.setattr(canvas, "underMouse", lambda: True)
    qtbot.mouseMove(canvas, QPoint(120, 120))
    qtbot.mouseMove(canvas, QPoint(150, 120))


def test_the_mesh_under_the_pointer_is_hovered_until_it_leaves(qtbot, rig, photo, monkeypatch) -> None:
    shown(qtbot, rig, photo)
    canvas, selection = rig.window.viewport_pane.canvas, rig.window.session.selection
    # The first is below the threshold and not in sight.
    rig.renderer.hits = [Hit(15, 0, 0.3), Hit(4, 1, 0.45), Hit(2, 0, 0.5)]
    point_at(qtbot, canvas, monkeypatch)
    qtbot.waitUntil(lambda: selection.hovered == 4)
    assert not selection.picked
    rig.renderer.hits = []
    qtbot.mouseMove(canvas, QPoint(20, 20))
    qtbot.waitUntil(lambda: selection.hovered is None)
    rig.renderer.hits = [Hit(4, 1, 0.45)]
    qtbot.mouseMove(canvas, QPoint(150, 121))
    qtbot.waitUntil(lambda: selection.hovered == 4)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert selection.hovered is None


def test_the_pointer_asks_one_question_at_a_time(qtbot, rig, photo, monkeypatch) -> None:
    shown(qtbot, rig, photo)
    canvas = rig.window.viewport_pane.canvas
    answers = []
    monkeypatch.setattr(rig.renderer, "pick", lambda camera, x, y, on_hits: answers.append(on_hits))
    point_at(qtbot, canvas, monkeypatch)
    qtbot.waitUntil(lambda: len(answers) == 1)
    for x in range(100, 140):
        qtbot.mouseMove(canvas, QPoint(x, 90))
    qtbot.waitUntil(lambda: not canvas._hover_soon.isActive())
    assert len(answers) == 1
    answers[0]([Hit(1, 0, 0.5)])
    qtbot.waitUntil(lambda: len(answers) == 2)


def test_a_hovered_hypothesis_shows_its_joints_over_photo_and_meshes(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    settle(qtbot, rig)
    for canvas in (rig.window.photo_pane.canvas, rig.window.viewport_pane.canvas):
        before = picture(canvas)
        rig.window.session.selection.hover(7)
        during = picture(canvas)
        rig.window.session.selection.hover(None)
        assert (before != during).any()
        assert (picture(canvas) == before).all()


def test_ctrl_clicks_in_the_viewport_select_more_and_less(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    canvas, selection = rig.window.viewport_pane.canvas, rig.window.session.selection
    for hypothesis, expected in ((2, {2}), (4, {2, 4}), (2, {4})):
        rig.renderer.hits = [Hit(hypothesis, 0, 0.4)]
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, QPoint(150, 120))
        qtbot.waitUntil(lambda wanted=expected: selection.selected == wanted)
    rig.renderer.hits = []
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, QPoint(9, 9))
    assert selection.selected == {4}
