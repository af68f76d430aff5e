"""The plots under the panes, driven by mouse and keys."""

import subprocess
import sys

import numpy as np
import pytest
from gestures import drag, shown
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from synthetic import make_prediction

from handviz.hypotheses.diversity import joint_spread_mm, pairwise_distance_mm


@pytest.fixture
def pane(qtbot, rig, photo):
    """All plots in sight, filled."""
    rig.window.resize(1700, 900)
    qtbot.keyClick(rig.window, Qt.Key.Key_T, Qt.KeyboardModifier.ShiftModifier)
    shown(qtbot, rig, photo)
    made = rig.window.bench.plots
    ready(qtbot, made)
    return made


def ready(qtbot, made) -> None:
    qtbot.waitUntil(lambda: len(made.plots) == 3 and all(plot.isVisible() for plot in made.plots.values()))
    seen: list[list] = []

    def at_rest() -> bool:
        seen.append([plot.canvas.getViewBox().viewRange() for plot in made.plots.values()])
        return not made._stale_data and not made._soon.isActive() and len(seen) > 2 and seen[-3:] == [seen[-1]] * 3

    qtbot.waitUntil(at_rest)


def pixel(plot, x: float, y: float) -> QPoint:
    """Where a place in plot units lies in the canvas."""
    scene = plot.canvas.getViewBox().mapViewToScene(QPointF(x, y))
    return plot.canvas.mapFromScene(scene)


def click(qtbot, plot, x: float, y: float, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    # The library takes a second click soon after the first for half of a double one, wherever it is.
    plot.canvas.scene().clickEvents.clear()
    qtbot.mouseClick(plot.canvas.viewport(), Qt.MouseButton.LeftButton, modifier, pixel(plot, x, y))


def lasso(qtbot, plot, corners, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    viewport = plot.canvas.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, modifier, pixel(plot, *corners[0]))
    box = plot.canvas.getViewBox()

    def reaches(corner: tuple[float, float]) -> bool:
        # The library takes no more than a hundred moves a second.
        qtbot.mouseMove(viewport, pixel(plot, *corner))
        return bool(box._corners) and np.allclose(box._corners[-1], corner, atol=2 * max(plot.canvas.pixel()))

    for corner in corners[1:]:
        qtbot.waitUntil(lambda wanted=corner: reaches(wanted))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, modifier, pixel(plot, *corners[-1]))


def around(places: np.ndarray, margin: float) -> list[tuple[float, float]]:
    (left, top), (right, bottom) = places.min(0) - margin, places.max(0) + margin
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def test_their_library_is_not_loaded_before_they_are_shown() -> None:
    code = "import sys, handviz.app.window; sys.exit('pyqtgraph' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_key_shows_them_and_the_cross_puts_them_away(qtbot, rig) -> None:
    made = rig.window.bench.plots
    qtbot.keyClick(rig.window, Qt.Key.Key_T, Qt.KeyboardModifier.ShiftModifier)
    assert made.isVisible() and rig.window.actions_by_name["plots"].isChecked()
    qtbot.waitUntil(lambda: "next prediction" in made.sentence.text())
    qtbot.mouseClick(made.close_button, Qt.MouseButton.LeftButton)
    assert not made.isVisible()
    qtbot.mouseClick(rig.window.inspector.parts["plots"], Qt.MouseButton.LeftButton)
    assert made.isVisible()


def test_a_click_on_the_map_selects_and_ctrl_adds(qtbot, rig, pane) -> None:
    selection, plot, places = rig.window.session.selection, pane.plots["map"], rig.window.bench.study.relations.places
    click(qtbot, plot, *places[5])
    assert selection.selected == {5}
    click(qtbot, plot, *places[9], Qt.KeyboardModifier.ControlModifier)
    assert selection.selected == {5, 9}
    click(qtbot, plot, *(places.max(0) + 2 * np.ptp(places) * np.array([0.02, 0.0]) + 1))
    assert not selection.picked


def test_a_lasso_selects_what_it_encloses(qtbot, rig, pane) -> None:
    selection, plot, places = rig.window.session.selection, pane.plots["map"], rig.window.bench.study.relations.places
    # Wide enough to be no click.
    margin = 6.0 * max(plot.canvas.pixel())

    def enclosed(some: np.ndarray) -> set[int]:
        low, high = some.min(0) - margin, some.max(0) + margin
        return set(np.flatnonzero(((places >= low) & (places <= high)).all(1)).tolist())

    right = places[places[:, 0] > np.median(places[:, 0])]
    lasso(qtbot, plot, around(right, margin))
    assert selection.selected == enclosed(right) and len(selection.selected) >= 8
    left = int(places[:, 0].argmin())
    lasso(qtbot, plot, around(places[[left]], margin), Qt.KeyboardModifier.ShiftModifier)
    assert selection.selected == enclosed(right) | enclosed(places[[left]])
    view = plot.canvas.getViewBox().viewRect()
    assert view.contains(QPointF(*places[left])), "a lasso does not move the map"


def test_a_click_on_the_matrix_selects_the_pair(qtbot, rig, pane) -> None:
    selection, plot = rig.window.session.selection, pane.plots["distance"]
    np.testing.assert_allclose(
        plot._image.image, pairwise_distance_mm(make_prediction().joints)[np.ix_(plot.order, plot.order)]
    )
    click(qtbot, plot, 3.5, 7.5)
    assert selection.selected == {int(plot.order[7]), int(plot.order[3])}
    assert selection.chosen == plot.order[7]
    click(qtbot, plot, 12.5, 12.5, Qt.KeyboardModifier.ControlModifier)
    assert selection.selected == {int(plot.order[7]), int(plot.order[3]), int(plot.order[12])}


def test_the_matrix_is_ordered_by_cluster_or_by_score(qtbot, rig, pane) -> None:
    plot, relations = pane.plots["distance"], rig.window.bench.study.relations
    assert (np.diff(relations.clusters[plot.order]) >= 0).all()
    qtbot.mouseClick(plot.order_button, Qt.MouseButton.LeftButton)
    assert plot.order.tolist() == rig.window.session.selection.order.tolist()
    assert plot.order_button.text() == "By score"


def test_bars_are_the_spread_of_the_kept_and_follow_the_threshold(qtbot, rig, pane) -> None:
    plot, selection = pane.plots["spread"], rig.window.session.selection
    joints = rig.window.session.prediction.joints

    def heights() -> np.ndarray:
        return np.stack([bar.opts["height"] for bar in plot._bars])

    np.testing.assert_allclose(heights(), joint_spread_mm(joints[selection.kept])[:, 1:])
    top = plot.canvas.getViewBox().viewRange()[1][1]
    selection.set_threshold(0.8)
    qtbot.waitUntil(lambda: not pane._stale_selection)
    np.testing.assert_allclose(heights(), joint_spread_mm(joints[selection.kept])[:, 1:])
    assert plot.canvas.getViewBox().viewRange()[1][1] == top
    selection.set_threshold(1.0)
    qtbot.waitUntil(lambda: not pane._stale_selection)
    assert (heights() == 0).all() and "none kept" in plot.note.text()


def test_hovering_goes_both_ways(qtbot, rig, pane) -> None:
    selection, places = rig.window.session.selection, rig.window.bench.study.relations.places
    spot = pixel(pane.plots["map"], *places[6])
    viewport = pane.plots["map"].canvas.viewport()
    qtbot.mouseMove(viewport, spot + QPoint(30, 30))
    qtbot.mouseMove(viewport, spot)
    qtbot.waitUntil(lambda: selection.hovered is not None)
    assert selection.hovered == pane.plots["map"].nearest(QPointF(*places[selection.hovered]))
    selection.hover(2)
    assert pane.plots["map"]._dots._hovered == 2
    x, y = pane.plots["distance"]._cross.getData()
    assert list(pane.plots["distance"].order).index(2) + 0.5 in x and len(y) == 4
    selection.hover(None)
    assert pane.plots["map"]._dots._hovered is None


def test_a_double_click_shows_all_of_the_map_again(qtbot, rig, pane) -> None:
    plot, places = pane.plots["map"], rig.window.bench.study.relations.places
    plot.canvas.setRange(QRectF(1000, 1000, 10, 10))
    viewport, button = plot.canvas.viewport(), Qt.MouseButton.LeftButton
    at = viewport.rect().center()
    qtbot.mouseClick(viewport, button, pos=at)
    # A second press is a double click to widgets; qtbot's own sends both.
    place = QPointF(at)
    twice = QEvent.Type.MouseButtonDblClick
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(viewport, QMouseEvent(twice, place, viewport.mapToGlobal(place), button, button, none))
    qtbot.mouseRelease(viewport, button, pos=at)
    view = plot.canvas.getViewBox().viewRect()
    assert all(view.contains(QPointF(*place)) for place in places)


def test_narrow_panes_show_one_plot_at_a_time(qtbot, rig, pane) -> None:
    qtbot.keyClick(rig.window, Qt.Key.Key_T)
    rig.window.resize(1000, 800)
    qtbot.waitUntil(lambda: pane.segments.isVisible())
    qtbot.mouseClick(pane.segments.buttons["spread"], Qt.MouseButton.LeftButton)
    assert pane.plots["spread"].isVisible() and not pane.plots["map"].isVisible()
    assert not pane.plots["distance"].order_button.isVisible()


def test_predictions_of_other_methods_say_what_is_missing(qtbot, rig, pane) -> None:
    from handviz.hypotheses.foreign import prediction_from_meshes

    vertices = np.random.default_rng(0).normal([0, 0, 0.5], 0.03, (7, 2, 40, 3))
    rig.window.session.set_prediction(prediction_from_meshes(vertices, np.array([[0, 1, 2]])))
    qtbot.waitUntil(lambda: rig.window.bench.study.relations is not None and not pane._stale_data)
    assert "unknown" in pane.plots["spread"].sentence.text() and pane.plots["spread"].sentence.isVisible()
    assert len(pane.plots["map"]._dots.places) == 7
    rig.window.session.set_prediction(make_prediction(3))
    qtbot.waitUntil(lambda: rig.window.bench.study.relations is not None and not pane._stale_data)
    assert pane.plots["spread"].canvas.isVisible()


def test_more_hypotheses_than_can_be_compared_are_told_so(qtbot, rig, pane) -> None:
    rng = np.random.default_rng(0)
    rig.window.session.set_prediction(make_prediction(1001, scores=rng.uniform(0.1, 0.9, 1001)))
    qtbot.waitUntil(lambda: "1,000" in pane.sentence.text())
    assert rig.window.bench.study.relations is None
    rig.window.session.set_prediction(make_prediction(1))
    ready(qtbot, pane)
    assert len(pane.plots["map"]._dots.places) == 1


def test_a_change_while_hypotheses_are_compared_ends_with_the_newest(qtbot, rig, pane) -> None:
    session, study = rig.window.session, rig.window.bench.study
    for seed in range(5):
        session.set_prediction(make_prediction(60, seed=seed))
        QApplication.processEvents()
    qtbot.waitUntil(lambda: study.relations is not None)
    np.testing.assert_allclose(study.relations.distance_mm, pairwise_distance_mm(session.prediction.joints))


def test_themes_and_orbits_leave_the_plots_whole(qtbot, rig, pane) -> None:
    rig.window.choose_theme("light")
    assert pane.plots["spread"].theme.name == "light"
    canvas = rig.window.viewport_pane.canvas
    drag(qtbot, canvas, (100, 100), (150, 120))
    assert not pane._stale_data
    dots = pane.plots["map"]._dots
    image = pane.plots["map"].canvas.grab().toImage()
    shown = np.flatnonzero(rig.window.session.selection.visible)
    at = [pixel(pane.plots["map"], *dots.places[dot]) for dot in shown]
    hits = [image.pixelColor(place) == dots._fills[dot].color() for place, dot in zip(at, shown, strict=True)]
    assert sum(hits) > len(hits) / 2, "dots are painted where a click finds them"
