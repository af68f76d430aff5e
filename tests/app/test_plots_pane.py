"""The plots under the panes, driven by mouse and keys."""

import numpy as np
import pytest
from gestures import drag, shown, wheel
from PySide6.QtCore import QPoint, Qt
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
    qtbot.waitUntil(lambda: made.at_rest and all(plot.isVisible() for plot in made.plots.values()))


def pixel(plot, x: float, y: float) -> QPoint:
    """Where a place in plot units lies in the canvas."""
    return plot.canvas.at(np.array([[x, y]]))[0].toPoint()


def click(qtbot, plot, x: float, y: float, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mouseClick(plot.canvas, Qt.MouseButton.LeftButton, modifier, pixel(plot, x, y))


def lasso(qtbot, plot, corners, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mousePress(plot.canvas, Qt.MouseButton.LeftButton, modifier, pixel(plot, *corners[0]))
    for corner in corners[1:]:
        qtbot.mouseMove(plot.canvas, pixel(plot, *corner))
    qtbot.mouseRelease(plot.canvas, Qt.MouseButton.LeftButton, modifier, pixel(plot, *corners[-1]))


def picture(widget) -> np.ndarray:
    return np.frombuffer(widget.grab().toImage().constBits(), np.uint8).copy()


def around(places: np.ndarray, margin: float) -> list[tuple[float, float]]:
    (left, top), (right, bottom) = places.min(0) - margin, places.max(0) + margin
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


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
    before = plot.canvas.view
    # Wide enough to be no click.
    margin = 6.0 / plot.canvas.view.scale_x

    def enclosed(some: np.ndarray) -> set[int]:
        low, high = some.min(0) - margin, some.max(0) + margin
        return set(np.flatnonzero(((places >= low) & (places <= high)).all(1)).tolist())

    right = places[places[:, 0] > np.median(places[:, 0])]
    lasso(qtbot, plot, around(right, margin))
    assert selection.selected == enclosed(right) and len(selection.selected) >= 8
    left = int(places[:, 0].argmin())
    lasso(qtbot, plot, around(places[[left]], margin), Qt.KeyboardModifier.ShiftModifier)
    assert selection.selected == enclosed(right) | enclosed(places[[left]])
    assert plot.canvas.view == before, "a lasso does not move the map"
    assert not plot.canvas.outline


def test_a_click_on_the_matrix_selects_the_pair(qtbot, rig, pane) -> None:
    selection, plot = rig.window.session.selection, pane.plots["distance"]
    distances = pairwise_distance_mm(make_prediction().joints)[np.ix_(plot.order, plot.order)]
    brightness = np.array([[plot.image.pixelColor(x, y).lightness() for x in range(16)] for y in range(16)])
    assert np.corrcoef(distances.ravel(), brightness.ravel())[0, 1] > 0.95
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

    np.testing.assert_allclose(plot.heights, joint_spread_mm(joints[selection.kept])[:, 1:])
    top = plot.canvas.view
    selection.set_threshold(0.8)
    qtbot.waitUntil(lambda: pane.at_rest)
    np.testing.assert_allclose(plot.heights, joint_spread_mm(joints[selection.kept])[:, 1:])
    assert plot.canvas.view == top
    selection.set_threshold(1.0)
    qtbot.waitUntil(lambda: pane.at_rest)
    assert (plot.heights == 0).all() and "none kept" in plot.note.text()


def test_hovering_goes_both_ways(qtbot, rig, pane) -> None:
    selection, places = rig.window.session.selection, rig.window.bench.study.relations.places
    plots = pane.plots
    spot = pixel(plots["map"], *places[6])
    qtbot.mouseMove(plots["map"].canvas, spot + QPoint(30, 30))
    qtbot.mouseMove(plots["map"].canvas, spot)
    assert selection.hovered == plots["map"].nearest(places[6])
    qtbot.mouseMove(plots["distance"].canvas, pixel(plots["distance"], 2.5, 9.5))
    assert selection.hovered == plots["distance"].order[9]
    for name in ("map", "distance"):
        selection.hover(None)
        before = picture(plots[name].canvas)
        selection.hover(int(plots["distance"].order[3]))
        assert (picture(plots[name].canvas) != before).any()
    selection.hover(None)


def test_the_wheel_zooms_the_middle_button_pans_and_a_double_click_shows_all_again(qtbot, rig, pane) -> None:
    canvas = pane.plots["map"].canvas
    fitted = canvas.view
    at = canvas.rect().center()
    place = canvas.view.to_plot(np.array([at.x(), at.y()]))
    wheel(canvas, (at.x(), at.y()), 2)
    assert canvas.view.scale_x > fitted.scale_x
    np.testing.assert_allclose(canvas.view.to_plot(np.array([at.x(), at.y()])), place)
    zoomed = canvas.view
    drag(qtbot, canvas, (90, 60), (120, 70), button=Qt.MouseButton.MiddleButton)
    assert canvas.view != zoomed and canvas.view.scale_x == zoomed.scale_x
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert canvas.view == fitted


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
    assert len(pane.plots["map"].places) == 7
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
    assert len(pane.plots["map"].places) == 1


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
    plot = pane.plots["map"]
    image = plot.canvas.grab().toImage()
    shown = np.flatnonzero(rig.window.session.selection.visible).tolist()
    hits = [image.pixelColor(pixel(plot, *plot.places[h])) == plot._fills[h].color() for h in shown]
    assert sum(hits) > len(hits) / 2, "dots are painted where a click finds them"
