"""The library page in the window, driven by real keys and mouse."""

import sys

import numpy as np
import pytest
from gestures import drag, drop
from library_cases import photos
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from handviz.review.store import Library


def press(qtbot, desk, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """A key where the focus is."""
    qtbot.keyClick(QApplication.focusWidget() or desk.page, key, modifier)


def large(qtbot, desk, number: int = 0) -> None:
    """Open a case large and wait until it shows."""
    desk.page.show_grid()
    desk.model.pick(desk.model.cases[number].id)
    desk.page.grid.setFocus()
    press(qtbot, desk, Qt.Key.Key_Return)
    settled(qtbot, desk)


def settled(qtbot, desk) -> None:
    qtbot.waitUntil(
        lambda: (
            desk.review.session.picture is not None
            and desk.model.current is not None
            and desk.review.session.picture.path == desk.model.current.path
            and desk.review.session.prediction is not None
        )
    )


def test_without_a_library_the_page_says_what_to_do(qtbot, rig, tmp_path) -> None:
    page = rig.window.pages.show_page("library")
    assert page.empty.isVisible() and page.empty.title.text() == "No library is open"
    assert not page.filter_bar.isVisible() and not page.panel.isVisible()
    page.dialogs.ask_new = lambda *_: tmp_path / "new"
    qtbot.mouseClick(page.empty.buttons["new"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.path == tmp_path / "new.handviz")
    assert page.empty.title.text() == "This library has no cases yet"
    for key in "ARU123NVTBC":
        qtbot.keyClicks(page, key)
    assert not rig.window.banner.isVisible(), "keys without a case do nothing"


def test_enter_opens_a_case_large_with_photo_joints_and_hypotheses(qtbot, desk) -> None:
    large(qtbot, desk, 2)
    session = desk.review.session
    assert desk.page.reviewing and session.picture.path == desk.photos[2]
    assert session.prediction.num_hypotheses == 8 and len(desk.rig.predictor.requests) == 0, "from the cache"
    assert desk.review.title.text() == "photo002.png" and desk.review.place.text() == "3 of 10"
    press(qtbot, desk, Qt.Key.Key_Escape)
    assert not desk.page.reviewing and desk.page.grid.hasFocus()


def test_single_keys_judge_flag_and_go_on(qtbot, desk) -> None:
    large(qtbot, desk)
    first = desk.model.current.id
    for key in (Qt.Key.Key_1, Qt.Key.Key_4, Qt.Key.Key_R):
        press(qtbot, desk, key)
    qtbot.waitUntil(lambda: desk.model.current.verdict == "reject" and desk.model.current.flags_count == 2)
    assert desk.page.panel.kind_buttons["not covered"].isChecked()
    assert "rejected · saved" in desk.page.footer.text.text()
    press(qtbot, desk, Qt.Key.Key_Right)
    settled(qtbot, desk)
    assert desk.model.row == 1
    press(qtbot, desk, Qt.Key.Key_Left)
    press(qtbot, desk, Qt.Key.Key_N)
    assert desk.model.row == 1, "the first is reviewed, the second is not"
    press(qtbot, desk, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: desk.model.current.verdict == "accept")
    press(qtbot, desk, Qt.Key.Key_N)
    assert desk.model.row == 2
    with Library.open(desk.file, "ada") as other:
        assert {flag.kind for flag in other.flags(first)} == {"wrong pose", "not covered"}


def test_undo_and_redo_lead_over_cases(qtbot, desk) -> None:
    large(qtbot, desk)
    press(qtbot, desk, Qt.Key.Key_2)
    press(qtbot, desk, Qt.Key.Key_Right)
    press(qtbot, desk, Qt.Key.Key_U)
    qtbot.waitUntil(lambda: desk.model.cases[1].verdict == "unsure")
    control = Qt.KeyboardModifier.ControlModifier
    press(qtbot, desk, Qt.Key.Key_Z, control)
    qtbot.waitUntil(lambda: desk.model.cases[1].verdict is None)
    assert desk.page.footer.text.text().startswith("Undone: photo001.png: unsure")
    press(qtbot, desk, Qt.Key.Key_Z, control)
    qtbot.waitUntil(lambda: desk.model.cases[0].flags_count == 0)
    press(qtbot, desk, Qt.Key.Key_Z, control | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: desk.model.cases[0].flags_count == 1)
    assert desk.page.footer.text.text().startswith("Redone: photo000.png: flagged “wrong motion direction”")


def test_a_selection_in_the_grid_is_flagged_by_one_key(qtbot, desk) -> None:
    desk.model.pick(desk.model.cases[0].id)
    desk.page.grid.setFocus()
    for _ in range(3):
        press(qtbot, desk, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert len(desk.model.selected) == 4 and desk.page.panel.title.text() == "4 cases selected"
    press(qtbot, desk, Qt.Key.Key_7)
    qtbot.waitUntil(lambda: [case.flags_count for case in desk.model.cases] == [1] * 4 + [0] * 6)


def test_selected_hypotheses_are_meant_by_the_next_flag(qtbot, desk) -> None:
    large(qtbot, desk)
    desk.review.session.selection.select([1, 3])
    press(qtbot, desk, Qt.Key.Key_H)
    assert desk.page.panel.meant.isChecked() and "2, 4" in desk.page.panel.meant.text()
    press(qtbot, desk, Qt.Key.Key_V)
    assert desk.model.severity == 3
    press(qtbot, desk, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: len(desk.model.flags) == 1)
    assert desk.model.flags[0].hypotheses == (1, 3) and desk.model.flags[0].severity == 3
    press(qtbot, desk, Qt.Key.Key_T)
    assert desk.page.panel.note.hasFocus()
    qtbot.keyClicks(desk.page.panel.note, "an a in a note is no verdict")
    press(qtbot, desk, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.model.flags[0].note == "an a in a note is no verdict")
    assert desk.model.current.verdict is None
    press(qtbot, desk, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not desk.model.flags)


def test_a_corrected_box_predicts_again_and_is_kept(qtbot, desk) -> None:
    large(qtbot, desk)
    case = desk.model.current
    old = case.prediction_key
    canvas = desk.review.photo_pane.canvas
    press(qtbot, desk, Qt.Key.Key_B)
    start, end = canvas.transform.to_pane(20, 20), canvas.transform.to_pane(90, 80)
    drag(qtbot, canvas, [round(v) for v in start], [round(v) for v in end])
    qtbot.waitUntil(lambda: len(desk.rig.predictor.requests) == 1)
    asked = desk.rig.predictor.requests[0]
    assert np.allclose(asked["box"], (20, 20, 70, 60), atol=1.5) and asked["hypotheses"] == 16
    qtbot.waitUntil(lambda: desk.model.current.prediction_key not in ("", old))
    assert np.allclose(desk.model.current.box, asked["box"], atol=1e-6)
    assert desk.page.showing.loader._predictions.get(desk.model.current.prediction_key) is not None
    press(qtbot, desk, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: desk.model.current.box == case.box)


def test_a_corrected_side_predicts_again(qtbot, desk) -> None:
    large(qtbot, desk)
    qtbot.mouseClick(desk.review.photo_pane.hand.buttons["left"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(desk.rig.predictor.requests) == 1)
    assert desk.rig.predictor.requests[0]["hand"] == "left"
    qtbot.waitUntil(lambda: desk.model.current.hand == "left")


def test_a_case_whose_prediction_left_the_cache_is_predicted_when_it_shows(qtbot, desk, own_cache) -> None:
    for path in (own_cache / "predictions").rglob("*.npz"):
        path.unlink()
    large(qtbot, desk, 4)
    assert len(desk.rig.predictor.requests) == 1 and desk.rig.predictor.requests[0]["hypotheses"] == 16
    qtbot.waitUntil(lambda: any((own_cache / "predictions").rglob("*.npz")))


def test_the_next_case_is_ready_before_it_is_asked_for(qtbot, desk) -> None:
    large(qtbot, desk)
    loader = desk.page.showing.loader
    qtbot.waitUntil(lambda: loader._has(desk.model.cases[1]) and loader._has(desk.model.cases[2]))
    press(qtbot, desk, Qt.Key.Key_Right)
    assert desk.review.session.picture.path == desk.photos[1], "at once"


def test_a_photo_that_is_gone_is_found_again_by_its_content(qtbot, desk, tmp_path) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    desk.photos[0].rename(moved / "other name.png")
    desk.model.pick(desk.model.cases[0].id)
    desk.page.show_review()
    banner = desk.rig.window.banner
    qtbot.waitUntil(banner.isVisible)
    assert "photo000.png does not exist" in banner.text.text()
    desk.page.dialogs.ask_folder = lambda _: moved
    qtbot.mouseClick(banner.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.model.cases[0].path == moved / "other name.png")
    qtbot.waitUntil(
        lambda: desk.review.session.picture is not None and desk.review.session.picture.path.parent == moved
    )


def test_no_hand_found_leaves_a_way_out(qtbot, desk) -> None:
    large(qtbot, desk)
    desk.rig.predictor.failure = ("No hand was found in the photo.", True)
    press(qtbot, desk, Qt.Key.Key_F5)
    banner = desk.rig.window.banner
    qtbot.waitUntil(banner.isVisible)
    qtbot.mouseClick(banner.action, Qt.MouseButton.LeftButton)
    assert desk.review.photo_pane.canvas.drawing


def test_the_keys_of_the_other_page_do_nothing_here_and_the_other_way_round(qtbot, desk) -> None:
    large(qtbot, desk)
    auto = desk.rig.window.session.auto_predict
    press(qtbot, desk, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: desk.model.current.verdict == "accept")
    assert desk.rig.window.session.auto_predict == auto
    desk.rig.window.pages.show_page("photo")
    press(qtbot, desk, Qt.Key.Key_R)
    press(qtbot, desk, Qt.Key.Key_1)
    assert desk.model.current.verdict == "accept" and desk.model.current.flags_count == 0


def test_verdicts_go_on_by_themselves_where_that_is_wished_for(qtbot, desk) -> None:
    large(qtbot, desk)
    press(qtbot, desk, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    for row in range(3):
        assert desk.model.row == row
        press(qtbot, desk, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: [case.verdict for case in desk.model.cases[:4]] == ["accept"] * 3 + [None])


def test_files_dropped_on_the_page_are_opened_or_predicted_into_it(qtbot, desk, tmp_path) -> None:
    other = tmp_path / "other.handviz"
    Library.open(other, "x").close()
    desk.rig.window.pages.show_page("photo")
    drop(desk.rig.window, other)
    assert desk.rig.window.pages.current == "library", "libraries have a page of their own"
    qtbot.waitUntil(lambda: desk.model.path == other)
    folder = tmp_path / "more"
    folder.mkdir()
    photos(folder, 3)
    desk.page.open_files([folder])
    dialog = desk.page.findChild(object, "batchDialog")
    assert dialog.paths == [folder]
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(desk.model.cases) == 3)
    qtbot.waitUntil(lambda: desk.page.batches.progress.state == "finished")
    assert desk.page.batches.progress.predicted == 3
    assert "3 predicted" in desk.page.footer.text.text() and not desk.page.batch_bar.isVisible()
    assert all(case.prediction_key for case in desk.model.cases)


def test_exports_and_merges_are_done_beside_the_judging(qtbot, desk, tmp_path) -> None:
    desk.model.pick(desk.model.cases[0].id)
    desk.page.flag("bad crop")
    qtbot.waitUntil(lambda: desk.model.current.flags_count == 1)
    target = tmp_path / "out.csv"
    desk.page.dialogs.ask_new = lambda *_: target
    desk.page.dialogs._export("csv", "matching", False)
    qtbot.waitUntil(target.exists)
    assert "bad crop" in target.read_text() and len(target.read_text().splitlines()) == 11
    desk.page.dialogs.ask_new = lambda *_: tmp_path / "report"
    desk.page.dialogs._export("html", "all", True)
    qtbot.waitUntil((tmp_path / "report" / "index.html").exists)
    assert len(list((tmp_path / "report" / "pictures").iterdir())) == 10
    desk.page.dialogs.ask_new = lambda *_: tmp_path / "out.json"
    desk.page.dialogs._export("json", "matching", False)
    qtbot.waitUntil((tmp_path / "out.json").exists)
    other = tmp_path / "ben.handviz"
    with Library.open(desk.file, "ben") as library:
        library.save_copy(other)
    with Library.open(other, "ben") as library:
        library.set_verdict(library.cases()[0].id, "reject")
    desk.page.dialogs.ask_library = lambda *_: other
    desk.page.do("merge")
    qtbot.waitUntil(lambda: "ben" in desk.model.annotators)
    desk.page.judge("accept")
    qtbot.waitUntil(lambda: desk.model.current.verdict == "accept")
    desk.page.do("agreement")
    qtbot.waitUntil(lambda: desk.page.findChild(object, "agreementDialog") is not None)
    dialog = desk.page.findChild(object, "agreementDialog")
    about = [dialog.table.item(row, 1).text() for row in range(dialog.table.rowCount())]
    assert about == ["verdict", "“bad crop”"] and dialog.table.item(0, 0).text() == "ada and ben"
    qtbot.mouseClick(dialog.show_pair, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(desk.model.cases) == 1)


def test_a_failing_file_offers_to_save_elsewhere(qtbot, desk, tmp_path) -> None:
    desk.model.pick(desk.model.cases[0].id)
    aside = tmp_path / "aside"
    aside.mkdir()
    for path in tmp_path.glob("cases.handviz*"):
        path.rename(aside / path.name)
    desk.page.judge("reject")
    banner = desk.rig.window.banner
    qtbot.waitUntil(banner.isVisible)
    assert banner.action.text() == "Save elsewhere…" and desk.page.bar.unsaved.text() == "1 not saved"
    elsewhere = tmp_path / "elsewhere.handviz"
    desk.page.dialogs.ask_new = lambda *_: elsewhere
    qtbot.mouseClick(banner.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.model.path == elsewhere and not desk.page.bar.unsaved.isVisible())
    with Library.open(elsewhere, "ada") as saved:
        assert saved.cases()[0].verdict == "reject"


def test_what_cannot_be_saved_outlives_the_window(qtbot, desk, tmp_path, monkeypatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    desk.model.pick(desk.model.cases[0].id)
    aside = tmp_path / "aside"
    aside.mkdir()
    for path in tmp_path.glob("cases.handviz*"):
        path.rename(aside / path.name)
    desk.page.judge("reject")
    qtbot.waitUntil(lambda: desk.page.bar.unsaved.isVisible())
    desk.rig.window.close()
    rescued = home / "cases rescued.handviz"
    with Library.open(rescued, "ada") as saved:
        assert saved.cases()[0].verdict == "reject"
    assert desk.page.remembered.rescued == rescued, "told at the next start"
    desk.page.services.banner.hide()
    desk.page._tell_rescued()
    assert str(rescued) in desk.page.services.banner.text.text() and desk.page.remembered.rescued is None


def test_a_damaged_library_is_told_and_what_is_left_of_it_recovered(qtbot, desk, tmp_path) -> None:
    damaged = tmp_path / "damaged.handviz"
    with Library.open(desk.file, "ada") as library:
        library.save_copy(damaged)
    content = bytearray(damaged.read_bytes())
    # The page of an index: every row is still there.
    content[-4096:] = b"\xff" * 4096
    damaged.write_bytes(content)
    desk.page.open_library(damaged)
    banner = desk.rig.window.banner
    qtbot.waitUntil(banner.isVisible)
    assert "damaged" in banner.text.text() and banner.action.text() == "Recover…"
    assert desk.model.path == desk.file, "the other one stays open"
    recovered = tmp_path / "recovered.handviz"
    desk.page.dialogs.ask_new = lambda *_: recovered
    qtbot.mouseClick(banner.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desk.model.path == recovered)
    qtbot.waitUntil(lambda: len(desk.model.cases) > 0)


def test_a_newer_library_is_refused_in_one_sentence(qtbot, desk, tmp_path) -> None:
    import sqlite3

    newer = tmp_path / "newer.handviz"
    with Library.open(desk.file, "ada") as library:
        library.save_copy(newer)
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    desk.page.open_library(newer)
    qtbot.waitUntil(desk.rig.window.banner.isVisible)
    assert "newer handviz" in desk.rig.window.banner.text.text()


def test_what_pages_import_is_imported_ahead_of_time(qtbot, monkeypatch) -> None:
    from handviz.app import pages

    monkeypatch.setattr(pages, "WARM_UP_MS", 0)
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    made = pages.Pages(QWidget(), (pages.PageEntry("x", "X", lambda _: pages.Page(), module="colorsys"),))
    qtbot.addWidget(made)
    made.warm_up()
    qtbot.waitUntil(lambda: "colorsys" in sys.modules)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_widget_has_a_name_to_be_read_out(qtbot, desk, theme) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit

    desk.rig.window.choose_theme(theme)
    for kind in (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit):
        for widget in desk.page.findChildren(kind):
            inner = widget.objectName().startswith("qt_") or type(widget.parent()) in (QComboBox,)
            if not inner and not isinstance(widget.parent(), QAbstractSpinBox | QLineEdit):
                assert widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text()), widget


def test_side_by_side_opens_the_case_in_the_way_its_triage_suggests(qtbot, desk) -> None:
    large(qtbot, desk, 3)
    press(qtbot, desk, Qt.Key.Key_C)
    window = desk.rig.window
    assert window.pages.current == "side-by-side"
    compare = window.pages.made["side-by-side"]
    qtbot.waitUntil(lambda: compare.active.model.source.prediction is not None)
    assert compare.active.model.source.picture.path == desk.photos[3]
