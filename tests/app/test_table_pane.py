"""The table under the panes, driven by mouse and keys."""

import numpy as np
import pytest
from gestures import settle, shown
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu
from synthetic import make_prediction

from handviz.hypotheses.truth import Truth
from handviz.viewport import Hit


@pytest.fixture
def pane(qtbot, rig, photo):
    """The table in sight, filled, with relations worked out."""
    qtbot.keyClick(rig.window, Qt.Key.Key_T)
    shown(qtbot, rig, photo)
    study = rig.window.bench.study
    qtbot.waitUntil(lambda: study.relations is not None)
    QApplication.processEvents()
    return rig.window.bench.table


def place(pane, row: int, column: int = 1) -> QPoint:
    return pane.view.visualRect(pane.model.index(row, column)).center()


def click(qtbot, pane, row: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.mouseClick(pane.view.viewport(), Qt.MouseButton.LeftButton, modifier, place(pane, row))


def selected_rows(pane) -> set[int]:
    return {index.row() for index in pane.view.selectionModel().selectedRows()}


def titles(pane) -> list[str]:
    model = pane.model
    return [model.headerData(section, Qt.Orientation.Horizontal) for section in range(model.columnCount())]


def test_a_key_shows_it_and_the_cross_puts_it_away(qtbot, rig) -> None:
    bench = rig.window.bench
    assert not bench.table.isVisible() and not rig.window.actions_by_name["table"].isChecked()
    qtbot.keyClick(rig.window, Qt.Key.Key_T)
    assert bench.table.isVisible() and rig.window.actions_by_name["table"].isChecked()
    assert bench.table.empty.isVisible() and not bench.table.view.isVisible()
    qtbot.mouseClick(bench.table.close_button, Qt.MouseButton.LeftButton)
    assert not bench.table.isVisible() and not rig.window.actions_by_name["table"].isChecked()


def test_rows_and_columns_are_those_of_the_prediction(qtbot, rig, pane) -> None:
    assert pane.model.rowCount() == 16
    assert titles(pane) == ["No.", "Score", "μ", "ν", "To mean", "Cluster", "State"]
    assert pane.model.data(pane.model.index(0, 1)) == "0.950"
    joints = make_prediction().joints[4]
    rig.window.session.set_truth(Truth(np.zeros((3, 0, 3)), joints, np.eye(3)))
    assert "Error" in titles(pane)
    error = titles(pane).index("Error")
    assert pane.model.data(pane.model.index(4, error)) == "0.0 mm"


def test_clicks_and_arrows_in_the_table_select_everywhere(qtbot, rig, pane) -> None:
    selection = rig.window.session.selection
    click(qtbot, pane, 3)
    assert selection.selected == {3} and selection.chosen == 3
    click(qtbot, pane, 5, Qt.KeyboardModifier.ControlModifier)
    assert selection.selected == {3, 5} and selection.chosen == 5
    click(qtbot, pane, 1)
    click(qtbot, pane, 4, Qt.KeyboardModifier.ShiftModifier)
    assert selection.selected == {1, 2, 3, 4}
    qtbot.keyClick(pane.view, Qt.Key.Key_Down)
    assert len(selection.selected) == 1 and selection.chosen in (2, 5)
    settle(qtbot, rig)
    assert f"Number {selection.chosen + 1}" in rig.window.inspector.chosen.text()
    click(qtbot, pane, selection.chosen, Qt.KeyboardModifier.ControlModifier)
    assert not selection.picked and selected_rows(pane) == set()


def test_a_mesh_picked_in_the_viewport_is_scrolled_to(qtbot, rig, pane) -> None:
    rig.window.session.selection.set_threshold(0.0)
    # Below what fits into the pane.
    rig.renderer.hits = [Hit(14, 0, 0.4)]
    assert not pane.view.viewport().rect().contains(place(pane, 14))
    qtbot.mouseClick(rig.window.viewport_pane.canvas, Qt.MouseButton.LeftButton, pos=QPoint(150, 120))
    qtbot.waitUntil(lambda: selected_rows(pane) == {14})
    assert pane.view.viewport().rect().contains(place(pane, 14))


def test_sorting_keeps_the_selection_on_its_hypotheses(qtbot, rig, pane) -> None:
    selection = rig.window.session.selection
    click(qtbot, pane, 0)
    heading = pane.view.horizontalHeader()
    score = QPoint(heading.sectionViewportPosition(1) + 20, heading.height() // 2)
    qtbot.mouseClick(heading.viewport(), Qt.MouseButton.LeftButton, pos=score)
    assert pane.model.data(pane.model.index(0, 0)) == "16"
    assert selection.selected == {0} and selected_rows(pane) == {15}
    assert heading.sortIndicatorSection() == 1 and heading.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
    assert pane.view.viewport().rect().contains(place(pane, 15))


def test_the_row_under_the_pointer_is_hovered_and_a_hover_elsewhere_lights_its_row(qtbot, rig, pane) -> None:
    selection = rig.window.session.selection
    qtbot.mouseMove(pane.view.viewport(), place(pane, 1))
    qtbot.mouseMove(pane.view.viewport(), place(pane, 2))
    qtbot.waitUntil(lambda: selection.hovered == 2)
    lit = Qt.ItemDataRole.BackgroundRole
    assert pane.model.data(pane.model.index(2, 0), lit) is not None
    selection.hover(0)
    assert pane.model.data(pane.model.index(2, 0), lit) is None
    assert pane.model.data(pane.model.index(0, 0), lit) is not None
    selection.hover(None)
    assert pane.model.data(pane.model.index(0, 0), lit) is None


def test_pin_hide_and_invert_by_button_and_key(qtbot, rig, pane) -> None:
    selection = rig.window.session.selection
    state = titles(pane).index("State")

    def says(row: int) -> str:
        return pane.model.data(pane.model.index(row, state))

    click(qtbot, pane, 2)
    qtbot.mouseClick(pane.buttons["hide"], Qt.MouseButton.LeftButton)
    assert selection.hidden == {2} and says(2) == "Hidden"
    selection.choose(12)
    assert says(12) == "Rejected"
    qtbot.keyClick(pane.view, Qt.Key.Key_K)
    assert selection.pinned == {12} and says(12) == "Pinned"
    settle(qtbot, rig)
    qtbot.mouseClick(pane.buttons["invert"], Qt.MouseButton.LeftButton)
    assert selection.selected == set(range(16)) - {12} and len(selected_rows(pane)) == 15
    qtbot.keyClick(rig.window, Qt.Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
    assert selection.hidden == set() and says(2) == "Kept"


def test_the_context_menu_offers_the_same_commands(qtbot, rig, pane) -> None:
    click(qtbot, pane, 6)
    pane.view.customContextMenuRequested.emit(place(pane, 6))
    menu = pane.findChild(QMenu)
    assert [action.text().replace("&", "") for action in menu.actions()][1] == "Pin: keep in sight"
    menu.actions()[1].trigger()
    menu.close()
    assert rig.window.session.selection.pinned == {6}


def test_rows_are_copied_for_spreadsheets(qtbot, rig, pane) -> None:
    click(qtbot, pane, 0)
    click(qtbot, pane, 2, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(pane.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().split("\n")
    assert [line.split("\t")[0] for line in lines] == ["No.", "1", "3"]


def test_the_next_prediction_replaces_the_rows_and_keeps_the_order(qtbot, rig, pane) -> None:
    pane.model.sort_by(0)
    pane.model.sort_by(0)
    rig.window.session.set_prediction(make_prediction(5, seed=4))
    assert pane.model.rowCount() == 5
    assert pane.model.data(pane.model.index(0, 0)) == "5"
    rig.window.session.set_prediction(None)
    assert pane.model.rowCount() == 0 and pane.empty.isVisible()


def test_what_is_shown_is_remembered(qtbot, rig, pane) -> None:
    from app_fakes import FakePredictor, FakeRenderer

    from handviz.app.clients import ClientFactories
    from handviz.app.window import MainWindow

    rig.window.close()
    again = MainWindow(ClientFactories(lambda on_event: FakePredictor(on_event), FakeRenderer), "dark")
    qtbot.addWidget(again, before_close_func=lambda widget: widget.shut_down())
    assert again.bench.shows("table") and again.actions_by_name["table"].isChecked()


def test_hiding_what_is_selected_takes_it_out_of_sight_and_solo_shows_all_of_it(qtbot, rig, pane) -> None:
    click(qtbot, pane, 2)
    click(qtbot, pane, 4, Qt.KeyboardModifier.ControlModifier)
    qtbot.mouseClick(pane.buttons["solo"], Qt.MouseButton.LeftButton)
    settle(qtbot, rig)
    assert np.flatnonzero(rig.renderer.visible.any(1)).tolist() == [2, 4]
    assert pane.buttons["solo"].isChecked() and rig.window.viewport_pane.caption.text() == "2 hypotheses alone"
    qtbot.mouseClick(pane.buttons["solo"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(pane.buttons["hide"], Qt.MouseButton.LeftButton)
    settle(qtbot, rig)
    assert not rig.renderer.visible[[2, 4]].any()
    rig.window.session.selection.choose(None)
    settle(qtbot, rig)
    assert np.flatnonzero(rig.renderer.visible.any(1)).tolist() == [0, 1, 3, 5, 6, 7]


def test_buttons_name_their_keys(qtbot, rig, pane) -> None:
    assert "(K)" in pane.buttons["pin"].toolTip() and "(Shift+H)" in pane.buttons["show_hidden"].toolTip()
    rig.window.keymap.set_keys("pin", ("F8",))
    assert "(F8)" in pane.buttons["pin"].toolTip()
