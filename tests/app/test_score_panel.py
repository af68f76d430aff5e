"""The histogram, its line, the slider and the number joined with it, and the figures."""

import numpy as np
import pytest
from gestures import drag, settle, shown, wheel
from PySide6.QtCore import QPoint, Qt
from synthetic import make_prediction

from handviz.hypotheses.selection import varied

CROWDED = np.random.default_rng(0).normal(0.25, 0.012, 40).clip(0.01, 0.99)


@pytest.fixture
def panel(qtbot, rig, photo):
    shown(qtbot, rig, photo)
    return rig.window.inspector.scores


def line_point(histogram) -> tuple[int, int]:
    return round(histogram.line_x()), 30


def crowd(rig) -> None:
    rig.window.session.selection.set_threshold(0.0)
    rig.window.session.set_prediction(make_prediction(40, scores=CROWDED))


def test_dragging_the_line_typing_and_sliding_mean_the_same(qtbot, rig, panel) -> None:
    selection, histogram = rig.window.session.selection, panel.histogram
    panel.threshold.setValue(0.9)
    assert selection.threshold == pytest.approx(0.9)
    x, y = line_point(histogram)
    drag(qtbot, histogram, (x, y), (round(0.25 * histogram.width()), y))
    assert 0.15 < selection.threshold < 0.3
    assert panel.threshold.value() == pytest.approx(selection.threshold, abs=1e-3)
    assert panel.slider.value() / 1000 == pytest.approx(histogram.axis.fraction(selection.threshold), abs=1e-3)
    assert selection.chosen == 0 and not selection.picked
    settle(qtbot, rig)
    assert rig.renderer.visible.any(1).sum() == (selection.scores >= selection.threshold).sum()


def test_crowded_scores_can_be_told_apart_by_dragging(qtbot, rig, panel) -> None:
    crowd(rig)
    histogram, selection = panel.histogram, rig.window.session.selection
    kept = set()
    qtbot.mousePress(histogram, Qt.MouseButton.LeftButton, pos=QPoint(*line_point(histogram)))
    for x in range(8, histogram.width() - 8, 2):
        qtbot.mouseMove(histogram, QPoint(x, 30))
        kept.add(int(selection.kept.sum()))
    qtbot.mouseRelease(histogram, Qt.MouseButton.LeftButton)
    assert len(kept) > 25 and {0, 40} <= kept


def test_the_whole_range_is_one_press_away_and_the_wheel_zooms(qtbot, rig, panel) -> None:
    crowd(rig)
    histogram = panel.histogram
    near = histogram.axis
    assert not panel.whole.isChecked() and near.span < 0.15
    qtbot.mouseClick(panel.whole, Qt.MouseButton.LeftButton)
    assert histogram.axis.whole and panel.whole.isChecked()
    # The next prediction does not undo the wish.
    rig.window.session.set_prediction(make_prediction(40, scores=CROWDED, seed=3))
    assert histogram.axis.whole
    wheel(histogram, (histogram.width() // 4, 60), 3)
    assert not histogram.axis.whole and histogram.axis.low < 0.25 < histogram.axis.high
    qtbot.mouseDClick(histogram, Qt.MouseButton.LeftButton, pos=QPoint(60, 24))
    assert histogram.axis == near


def test_top_n_has_its_own_slider_number_and_line(qtbot, rig, panel) -> None:
    crowd(rig)
    selection, histogram = rig.window.session.selection, panel.histogram
    qtbot.mouseClick(panel.modes.buttons["top"], Qt.MouseButton.LeftButton)
    assert selection.mode == "top" and panel.kept.text() == "4 of 40"
    assert panel.count.isVisible() and panel.count_slider.isVisible()
    assert not (panel.slider.isVisible() or panel.threshold.isVisible())
    panel.count.setValue(7)
    assert selection.kept.sum() == 7 and panel.count_slider.value() == 7
    drag(qtbot, histogram, line_point(histogram), (10, 30))
    assert selection.kept.all() and panel.kept.text() == "40 of 40"
    canvas = rig.window.viewport_pane.canvas
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert selection.top_n == 39
    qtbot.keyClick(canvas, Qt.Key.Key_N)
    assert selection.mode == "varied" and panel.count_slider.isVisible()
    qtbot.keyClick(canvas, Qt.Key.Key_N)
    assert selection.mode == "threshold" and panel.slider.isVisible()


def test_good_hypotheses_that_differ_are_kept_and_no_line_parts_them(qtbot, rig, panel) -> None:
    crowd(rig)
    selection, histogram = rig.window.session.selection, panel.histogram
    qtbot.mouseClick(panel.modes.buttons["varied"], Qt.MouseButton.LeftButton)
    assert selection.mode == "varied" and panel.kept.text() == "4 of 40"
    joints = rig.window.session.prediction.joints
    wanted = varied(selection.scores, joints - joints[:, :, :1], 4)
    assert set(np.flatnonzero(selection.kept)) == set(wanted) and wanted[0] == selection.order[0]
    panel.count.setValue(6)
    assert selection.kept.sum() == 6
    # There is no line to drag.
    drag(qtbot, histogram, line_point(histogram), (10, 30))
    assert selection.top_n == 6
    histogram.grab()


def test_a_key_moves_the_threshold_by_a_step_that_suits_the_scores(qtbot, rig, panel) -> None:
    crowd(rig)
    selection = rig.window.session.selection
    selection.set_threshold(0.25)
    canvas = rig.window.viewport_pane.canvas
    canvas.setFocus()
    kept = int(selection.kept.sum())
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert 0 < kept - int(selection.kept.sum()) < 15
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    assert int(selection.kept.sum()) == kept


def test_a_click_on_a_cell_selects_its_hypothesis_and_ctrl_another(qtbot, rig, panel) -> None:
    selection, histogram = rig.window.session.selection, panel.histogram
    cells = [cell.center().toPoint() for cell in histogram.cells()]
    qtbot.mouseClick(histogram, Qt.MouseButton.LeftButton, pos=cells[3])
    assert selection.selected == {3} and "Number 4" in rig.window.inspector.chosen.text()
    qtbot.mouseClick(histogram, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, cells[12])
    assert selection.selected == {3, 12} and selection.threshold == 0.5
    qtbot.mouseMove(histogram, cells[5])
    assert selection.hovered == 5


def test_figures_follow_and_an_empty_choice_says_what_to_do(qtbot, rig, panel) -> None:
    figures = {title.text(): value for title, value in panel._figures}
    assert figures["Best score"].text() == "0.950"
    before = figures["Spread"].text()
    rig.window.session.selection.set_threshold(0.8)
    assert figures["Spread"].text() != before and figures["Spread"].text().endswith(" mm")
    rig.window.session.selection.set_threshold(0.99)
    assert figures["Kept"].text() == "0 of 16" and figures["Mean score"].text() == "–"
    assert panel.note.isVisible() and "lower the threshold" in panel.note.text()
