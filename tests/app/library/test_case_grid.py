"""The grid of cases, its bars and the judging panel, with mouse and keys."""

import math
import time
from pathlib import Path

import pytest
from library_cases import case, photos
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QImage

from handviz.app.library.filter_bar import FilterBar
from handviz.app.library.flag_panel import FlagPanel
from handviz.app.library.grid import CaseGrid
from handviz.app.library.kinds_dialog import KindsDialog
from handviz.app.library.thumbnail_files import SIZE, ThumbnailFiles, thumbnail_key
from handviz.app.library.thumbnails import Thumbnails
from handviz.app.library.triage_bar import TriageBar
from handviz.app.models.case_triage import CaseTriage
from handviz.app.models.library import Counts, LibraryModel
from handviz.review.cases import Flag


@pytest.fixture
def model() -> LibraryModel:
    made = LibraryModel()
    made.set_file(Path("some.handviz"), "ada")
    return made


@pytest.fixture
def thumbnails(qapp, tmp_path):
    owner = QObject()
    made = Thumbnails(owner, ThumbnailFiles(tmp_path / "thumbnails"))
    yield made
    made.close()
    del owner


@pytest.fixture
def grid(qtbot, model, thumbnails) -> CaseGrid:
    made = CaseGrid(model, thumbnails)
    qtbot.addWidget(made)
    made.resize(1000, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def fill(model: LibraryModel, count: int, paths: list[Path] | None = None) -> None:
    cases = [case(number, **({"path": paths[number - 1]} if paths else {})) for number in range(1, count + 1)]
    model.set_cases(CaseTriage(cases), Counts(count, 0))


def place(grid: CaseGrid, row: int) -> QPoint:
    return grid.visualRect(grid.cases.index(row)).center()


def test_a_click_picks_and_ctrl_and_shift_clicks_pick_many(qtbot, model, grid) -> None:
    fill(model, 30)
    view = grid.viewport()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place(grid, 1))
    assert (model.current.id, model.selected) == (2, {2})
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, place(grid, 3))
    assert (model.current.id, model.selected) == (4, {2, 4})
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place(grid, 0))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, place(grid, 5))
    assert model.selected == {1, 2, 3, 4, 5, 6}
    qtbot.keyClick(grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(model.selected) == 30


def test_the_grid_follows_the_model_and_keeps_its_place(qtbot, model, grid) -> None:
    fill(model, 200)
    model.pick(150)
    assert grid.currentIndex().row() == 149
    assert grid.viewport().rect().intersects(grid.visualRect(grid.currentIndex())), "it scrolled into sight"
    scrolled = grid.verticalScrollBar().value()
    changed = [case(number, verdict="accept" if number == 150 else None) for number in range(1, 201)]
    model.set_cases(CaseTriage(changed), Counts(200, 1))
    assert grid.verticalScrollBar().value() == scrolled and model.current.verdict == "accept"
    model.set_cases(CaseTriage([found for found in changed if found.id != 150]), Counts(200, 1))
    assert model.current.id == 150 and model.selected == frozenset()


def test_enter_and_a_double_click_open_a_case_large_and_letters_are_left_to_commands(qtbot, model, grid) -> None:
    fill(model, 5)
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place(grid, 2))
    with qtbot.waitSignal(grid.review_wanted):
        qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place(grid, 2))
    model.pick(3)
    with qtbot.waitSignal(grid.review_wanted):
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    qtbot.keyClick(grid, Qt.Key.Key_P)
    assert model.current.id == 3, "no search for a name that begins with p"


def test_thumbnails_are_made_off_the_ui_thread_kept_on_disk_and_made_again(qtbot, tmp_path, thumbnails) -> None:
    shown = case(1, path=photos(tmp_path, 1)[0])
    thumbnails.set_size(216, 150)
    assert thumbnails.get(shown) is None
    with qtbot.waitSignal(thumbnails.ready) as ready:
        pass
    pixmap = thumbnails.get(shown)
    assert (pixmap.width(), pixmap.height()) == (216, 150)
    file = tmp_path / "thumbnails" / ready.args[0][:2] / f"{ready.args[0]}.jpg"
    assert QImage(str(file)).width() <= SIZE[0]
    files = ThumbnailFiles(tmp_path / "thumbnails")
    shown.path.unlink()
    assert files.get(shown).shape[2] == 3, "from disk alone"
    file.write_bytes(b"damaged")
    photos(tmp_path, 1)
    assert files.get(shown).shape[2] == 3 and QImage(str(file)).width() > 0, "made again"


def test_thumbnails_are_bounded_on_disk_and_named_by_what_they_show(tmp_path) -> None:
    files = ThumbnailFiles(tmp_path / "thumbnails", max_bytes=4000)
    for number, path in enumerate(photos(tmp_path, 5), start=1):
        files.get(case(number, path=path))
    files._shrink()
    assert sum(path.stat().st_size for path in (tmp_path / "thumbnails").rglob("*.jpg")) <= 4000
    one = case(1)
    assert thumbnail_key(one) != thumbnail_key(case(1, box=(1.0, 2.0, 30.0, 40.0)))
    assert thumbnail_key(one) == thumbnail_key(case(1, verdict="accept", path=Path("moved.jpg")))


def test_a_photo_that_cannot_be_read_says_so_and_is_tried_again_when_asked(qtbot, tmp_path, thumbnails) -> None:
    gone = case(1, path=tmp_path / "gone.jpg")
    thumbnails.get(gone)
    qtbot.waitUntil(lambda: bool(thumbnails.trouble(gone)))
    assert "does not exist" in thumbnails.trouble(gone)
    thumbnails.forget_troubles()
    assert thumbnails.trouble(gone) == ""


def test_a_thousand_cases_open_within_two_seconds_and_only_some_thumbnails_are_made(
    qtbot, tmp_path, model, grid, thumbnails
) -> None:
    paths = photos(tmp_path, 4) * 250
    begin = time.perf_counter()
    fill(model, 1000, paths)
    grid.repaint()
    seconds = time.perf_counter() - begin
    print(f"1,000 cases shown in {seconds:.2f} s")
    assert grid.cases.rowCount() == 1000
    assert 0 < len(thumbnails._waiting) + len(thumbnails._pixmaps) + 1 < 60, "those in sight alone"


def test_the_filter_bar_asks_for_what_is_chosen_in_it(qtbot, model) -> None:
    bar = FilterBar(model)
    qtbot.addWidget(bar)
    bar.show()
    qtbot.keyClicks(bar.text, "wave")
    qtbot.waitUntil(lambda: model.wanted.text == "wave")
    bar.state.setCurrentIndex(bar.state.findData("new"))
    bar.state.activated.emit(bar.state.currentIndex())
    bar.kind.setCurrentIndex(bar.kind.findData("bad crop"))
    bar.kind.activated.emit(bar.kind.currentIndex())
    bar.least.setValue(5)
    bar.order.setCurrentIndex(bar.order.findData("blur"))
    bar.order.activated.emit(bar.order.currentIndex())
    qtbot.mouseClick(bar.reverse, Qt.MouseButton.LeftButton)
    wanted = model.wanted
    assert (wanted.state, wanted.kind, wanted.sort, wanted.reverse) == ("new", "bad crop", "blur", True)
    assert wanted.blur_px == (5.0, math.inf)
    bar.figure.setCurrentIndex(bar.figure.findData("score"))
    bar.figure.activated.emit(bar.figure.currentIndex())
    assert bar.least.value() == 0 and bar.figure.itemText(0) == "Blur •"
    bar.most.setValue(0.25)
    assert model.wanted.best_score == (0.0, 0.25) and model.wanted.blur_px == (5.0, math.inf)
    fill(model, 3)
    assert bar.counts.text() == "3 cases · 0 reviewed"
    qtbot.mouseClick(bar.clear, Qt.MouseButton.LeftButton)
    assert (model.wanted.text, model.wanted.state, model.wanted.blur_px) == ("", "", None)
    assert bar.text.text() == "" and bar.least.value() == 0 and model.wanted.sort == "blur"


def test_counts_of_the_triage_follow_a_dragged_tolerance(qtbot, model) -> None:
    bar = TriageBar(model)
    qtbot.addWidget(bar)
    fill(model, 60)
    bar.show()
    handled = model.triage.counts["handled"]
    assert bar.chips["handled"].text() == f"Handled {handled}"
    bar.tolerance.setValue(90)
    qtbot.waitUntil(lambda: model.triage_settings.tolerance_mm == 90)
    assert model.triage.counts["handled"] > handled
    assert bar.chips["handled"].text() == f"Handled {model.triage.counts['handled']}"
    qtbot.mouseClick(bar.chips["handled"], Qt.MouseButton.LeftButton)
    assert len(model.cases) == model.triage.counts["handled"] and bar.chips["handled"].isChecked()
    qtbot.mouseClick(bar.chips["handled"], Qt.MouseButton.LeftButton)
    assert len(model.cases) == 60
    bar.fields["large_spread_mm"].setValue(0)
    qtbot.waitUntil(lambda: model.triage.counts.get("large_spread") == 60)


def test_the_panel_shows_and_asks_for_judgements(qtbot, model) -> None:
    panel = FlagPanel(model)
    qtbot.addWidget(panel)
    panel.resize(320, 900)
    panel.show()
    fill(model, 3)
    assert not panel.kind_buttons["wrong pose"].isEnabled()
    model.pick(2)
    own, other = Flag(1, "u", 2, "ada", "wrong pose", 2), Flag(2, "v", 2, "ben", "bad crop", 3, "too small")
    model.set_flags(2, [own, other])
    assert panel.kind_buttons["wrong pose"].isChecked() and not panel.kind_buttons["bad crop"].isChecked()
    assert "by ben" in panel.flags.item(1).text() and "too small" in panel.flags.item(1).text()
    with qtbot.waitSignal(panel.kind_wanted) as asked:
        qtbot.mouseClick(panel.kind_buttons["bad crop"], Qt.MouseButton.LeftButton)
    assert asked.args == ["bad crop"] and not panel.kind_buttons["bad crop"].isChecked(), "not before it is saved"
    with qtbot.waitSignal(panel.verdict_wanted) as asked:
        qtbot.mouseClick(panel.verdict.buttons["reject"], Qt.MouseButton.LeftButton)
    assert asked.args == ["reject"]
    panel.flags.setCurrentRow(1)
    assert not panel.note.isEnabled() and not panel.remove.isEnabled(), "ben's word is ben's"
    panel.flags.setCurrentRow(0)
    panel.write_note()
    with qtbot.waitSignal(panel.note_wanted) as asked:
        qtbot.keyClicks(panel.note, "bent back")
        qtbot.keyClick(panel.note, Qt.Key.Key_Return)
    assert asked.args == [1, "bent back"]
    with qtbot.waitSignal(panel.severity_wanted) as asked:
        qtbot.mouseClick(panel.severity.buttons["3"], Qt.MouseButton.LeftButton)
    assert asked.args == [1, 3] and model.severity == 3
    with qtbot.waitSignal(panel.removal_wanted) as asked:
        qtbot.mouseClick(panel.remove, Qt.MouseButton.LeftButton)
    assert asked.args == [1]
    model.pick(2, [1, 2, 3])
    assert panel.title.text() == "3 cases selected" and panel.flags.count() == 0


def test_a_newly_set_flag_is_the_one_that_a_note_belongs_to(qtbot, model) -> None:
    panel = FlagPanel(model)
    qtbot.addWidget(panel)
    fill(model, 1)
    model.pick(1)
    model.set_flags(1, [Flag(1, "u", 1, "ada", "wrong pose")])
    assert panel.selected_flag.id == 1
    model.set_flags(1, [Flag(1, "u", 1, "ada", "wrong pose"), Flag(2, "v", 1, "ada", "bad crop")])
    assert panel.selected_flag.id == 2
    panel.flags.setCurrentRow(0)
    model.set_flags(1, [Flag(1, "u", 1, "ada", "wrong pose", 3), Flag(2, "v", 1, "ada", "bad crop")])
    assert panel.selected_flag.id == 1 and panel.selected_flag.severity == 3


def test_joints_are_chosen_on_a_small_hand(qtbot, model) -> None:
    panel = FlagPanel(model)
    qtbot.addWidget(panel)
    fill(model, 1)
    model.pick(1)
    panel.joints.boxes[4].setChecked(True)
    panel.joints.boxes[8].setChecked(True)
    assert model.meant_joints == (4, 8) and panel.joints.text() == "Joints: 2"
    model.set_cases(CaseTriage([case(1), case(2)]), Counts(2, 0))
    model.pick(2)
    assert model.meant_joints == () and not panel.joints.boxes[4].isChecked(), "another case, another hand"


def test_the_list_of_kinds_is_edited_and_refuses_what_is_no_list(qtbot, model) -> None:
    dialog = KindsDialog(None, model.kinds)
    qtbot.addWidget(dialog)
    dialog.table.setCurrentCell(1, 1)
    dialog.move_row(-1)
    assert dialog.names[:2] == ["wrong motion direction", "wrong pose"]
    dialog.table.setCurrentCell(2, 1)
    dialog.remove()
    dialog.add()
    dialog.table.item(8, 1).setText("wrong pose")
    with qtbot.assertNotEmitted(dialog.chosen):
        dialog._accept()
    assert dialog.problem.isVisibleTo(dialog)
    dialog.table.item(8, 1).setText("cut off")
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog._accept()
    kinds = chosen.args[0]
    assert [kind.key for kind in kinds] == list("123456789") and kinds[8].name == "cut off"
