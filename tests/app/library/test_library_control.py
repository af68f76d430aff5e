"""The library read into the model and changed, each change committed by the one thread that owns the file."""

import os
import threading
from pathlib import Path

import pytest
from library_cases import new_case
from PySide6.QtCore import QObject

from handviz.app.library.control import LibraryControl
from handviz.app.library.watcher import LibraryWatcher
from handviz.app.models.library import LibraryModel
from handviz.review.cases import FlagKind
from handviz.review.filters import CaseFilter
from handviz.review.store import Library


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A library of ten cases."""
    path = tmp_path / "cases.handviz"
    with Library.open(path, "maker") as library:
        library.add_cases([new_case(number, tmp_path / f"photo{number}.jpg") for number in range(10)])
    return path


@pytest.fixture
def desks(qapp, qtbot):
    """Makes models with their control, as windows would; all are closed at the end."""
    owner, made = QObject(), []

    def make(path: Path, annotator: str = "ada") -> tuple[LibraryModel, LibraryControl]:
        model = LibraryModel()
        control = LibraryControl(model, owner)
        made.append(control)
        control.open(path, annotator)
        qtbot.waitUntil(lambda: bool(model.cases))
        return model, control

    yield make
    for control in made:
        control.close()


def test_a_library_is_read_off_the_ui_thread(qtbot, desks, file) -> None:
    model, control = desks(file)
    assert len(model.cases) == 10 and model.counts.total == 10 and model.counts.reviewed == 0
    threads = []
    control.desk.read(lambda library: threading.current_thread(), threads.append)
    qtbot.waitUntil(lambda: bool(threads))
    assert threads[0] is not threading.main_thread()


def test_each_change_is_in_the_file_when_it_is_confirmed(qtbot, desks, file) -> None:
    model, control = desks(file)
    model.pick(model.cases[2].id)
    with qtbot.waitSignal(control.said) as confirmed:
        control.judge("reject")
    assert confirmed.args == ["photo2.jpg: rejected · saved"]
    with Library.open(file, "ada") as other:
        assert other.case(model.cases[2].id).verdict == "reject"
    qtbot.waitUntil(lambda: model.current.verdict == "reject" and model.counts.reviewed == 1)
    with qtbot.waitSignal(control.said) as confirmed:
        control.flag("wrong depth", ())
    assert "flagged “wrong depth” · saved" in confirmed.args[0]
    qtbot.waitUntil(lambda: [flag.kind for flag in model.own_flags] == ["wrong depth"])


def test_the_same_key_again_takes_back(qtbot, desks, file) -> None:
    model, control = desks(file)
    model.pick(model.cases[0].id)
    control.judge("accept")
    control.flag("bad crop", ())
    qtbot.waitUntil(lambda: model.current.verdict == "accept" and len(model.flags) == 1)
    control.judge("accept")
    control.flag("bad crop", ())
    qtbot.waitUntil(lambda: model.current.verdict is None and not model.flags)


def test_a_key_pressed_twice_in_haste_sets_one_flag(qtbot, desks, file) -> None:
    model, control = desks(file)
    model.pick(model.cases[0].id)
    for _ in range(3):
        control.flag("bad crop", ())
    control.judge("accept")
    qtbot.waitUntil(lambda: model.current.verdict == "accept")
    assert model.current.flags_count == 1


def test_a_selection_is_judged_as_one_change_and_undone_as_one(qtbot, desks, file) -> None:
    model, control = desks(file)
    ids = [case.id for case in model.cases[:4]]
    model.pick(ids[0], ids)
    control.flag("not covered", ())
    qtbot.waitUntil(lambda: all(case.flags_count == 1 for case in model.cases[:4]))
    model.pick(ids[0], [*ids[:2], model.cases[6].id])
    control.flag("not covered", ())
    qtbot.waitUntil(lambda: model.cases[6].flags_count == 1)
    assert model.cases[0].flags_count == 1, "it had that flag already"
    with qtbot.waitSignal(control.said) as undone:
        control.undo()
    assert undone.args[0].startswith("Undone: ")
    qtbot.waitUntil(lambda: model.cases[6].flags_count == 0)
    control.undo()
    qtbot.waitUntil(lambda: all(case.flags_count == 0 for case in model.cases))
    with qtbot.waitSignal(control.said) as redone:
        control.redo()
    assert redone.args[0] == "Redone: 4 cases: flagged “not covered”"
    qtbot.waitUntil(lambda: sum(case.flags_count for case in model.cases) == 4)


def test_undo_outlives_the_window(qtbot, desks, file) -> None:
    model, control = desks(file)
    model.pick(model.cases[1].id)
    with qtbot.waitSignal(control.said):
        control.judge("unsure")
    later, again = desks(file)
    assert later.cases[1].verdict == "unsure"
    again.undo()
    qtbot.waitUntil(lambda: later.cases[1].verdict is None)
    with qtbot.waitSignal(again.said) as said:
        again.undo()
    assert said.args == ["Nothing to be undone"]


def test_flags_mean_hypotheses_and_joints_when_asked(qtbot, desks, file) -> None:
    model, control = desks(file)
    model.pick(model.cases[0].id)
    model.set_flagging(severity=3, meant_hypotheses=True, meant_joints=(4, 8))
    control.flag("wrong pose", (0, 2))
    qtbot.waitUntil(lambda: len(model.flags) == 1)
    flag = model.flags[0]
    assert (flag.severity, flag.hypotheses, flag.joints) == (3, (0, 2), (4, 8))
    control.set_note(flag.id, "the thumb")
    qtbot.waitUntil(lambda: bool(model.flags) and model.flags[0].note == "the thumb")
    control.set_severity(flag.id, 1)
    qtbot.waitUntil(lambda: model.flags[0].severity == 1)
    control.remove_flag(flag.id)
    qtbot.waitUntil(lambda: not model.flags)


def test_two_windows_on_one_file_see_each_others_changes(qtbot, desks, file) -> None:
    here, control = desks(file)
    there, _ = desks(file, "ben")
    assert not there.annotators
    here.pick(here.cases[0].id)
    control.judge("accept")
    qtbot.waitUntil(lambda: "ada" in there.annotators)
    there.pick(there.cases[0].id)
    control.flag("ambiguous", ())
    qtbot.waitUntil(lambda: [flag.annotator for flag in there.flags] == ["ada"])
    assert there.own_flags == () and there.cases[0].verdict is None, "ben has said nothing"
    control.set_blind(True)
    qtbot.waitUntil(lambda: there.blind and not there.flags)


def test_a_write_that_the_disk_confirms_late_is_looked_for_again(qtbot, tmp_path) -> None:
    owner, file = QObject(), tmp_path / "some.handviz"
    file.write_bytes(b"before")
    watcher = LibraryWatcher(owner)
    watcher.watch(file)
    looks = []
    watcher.touched.connect(lambda: looks.append(True))
    with file.open("ab") as log:
        log.write(b"a frame of the log")
    qtbot.waitUntil(lambda: len(looks) >= 2)
    watcher.watch(None)
    assert not watcher._soon.isActive()


def test_a_filter_reads_what_it_lets_through(qtbot, desks, file) -> None:
    model, control = desks(file)
    model.pick(model.cases[0].id)
    control.judge("accept")
    qtbot.waitUntil(lambda: model.counts.reviewed == 1)
    model.set_filter(state="new", sort="blur")
    qtbot.waitUntil(lambda: len(model.cases) == 9)
    blur = [case.blur_px for case in model.cases]
    assert blur == sorted(blur, reverse=True)
    assert model.counts.total == 10
    control.save_filter("to do", model.wanted)
    qtbot.waitUntil(lambda: "to do" in model.saved)
    assert model.saved["to do"] == CaseFilter(state="new", sort="blur")
    control.save_filter("to do", None)
    qtbot.waitUntil(lambda: not model.saved)


def test_kinds_are_edited_for_everybody(qtbot, desks, file) -> None:
    model, control = desks(file)
    there, _ = desks(file, "ben")
    control.set_kinds([FlagKind("1", "blurred"), FlagKind("2", "cut off")])
    for each in (model, there):
        qtbot.waitUntil(lambda of=each: [kind.name for kind in of.kinds] == ["blurred", "cut off"])
    assert model.kind_of_key("2").name == "cut off" and model.kind_of_key("9") is None


def test_cases_are_removed_and_come_back(qtbot, desks, file) -> None:
    model, control = desks(file)
    ids = [case.id for case in model.cases]
    model.pick(ids[1], ids[1:4])
    control.remove_cases()
    qtbot.waitUntil(lambda: len(model.cases) == 7)
    assert model.current.id == ids[4], "the next one"
    control.undo()
    qtbot.waitUntil(lambda: len(model.cases) == 10)


def test_a_file_that_fails_keeps_the_change_and_goes_on_elsewhere(qtbot, desks, file, tmp_path) -> None:
    model, control = desks(file)
    troubles, opened = [], []
    control.desk.trouble.connect(lambda sentence, unsaved: troubles.append((sentence, unsaved)))
    control.opened.connect(opened.append)
    model.pick(model.cases[0].id)
    # The drive is gone with all its files.
    aside = tmp_path / "aside"
    aside.mkdir()
    for path in tmp_path.glob("cases.handviz*"):
        os.rename(path, aside / path.name)
    control.judge("reject")
    qtbot.waitUntil(lambda: bool(troubles) and troubles[-1][1] == 1)
    assert str(file) in troubles[-1][0]
    qtbot.waitUntil(lambda: model.current.verdict == "reject")
    control.flag("bad crop", ())
    qtbot.waitUntil(lambda: troubles[-1][1] == 2)
    elsewhere = tmp_path / "elsewhere.handviz"
    control.desk.save_elsewhere(elsewhere)
    qtbot.waitUntil(lambda: opened == [elsewhere] and troubles[-1] == ("", 0))
    qtbot.waitUntil(lambda: len(model.cases) == 10)
    with qtbot.waitSignal(control.said):
        model.pick(model.cases[1].id)
        control.judge("accept")
    with Library.open(elsewhere, "ada") as saved:
        first, second = saved.cases()[:2]
    assert (first.verdict, first.kinds, second.verdict) == ("reject", ("bad crop",), "accept")


def test_a_library_that_cannot_be_opened_leaves_the_other_one_open(qtbot, desks, file, tmp_path) -> None:
    model, control = desks(file)
    bad = tmp_path / "bad.handviz"
    bad.write_bytes(b"no library at all" * 100)
    with qtbot.waitSignal(control.desk.not_opened) as failed:
        control.open(bad, "ada")
    assert failed.args[0] == bad and str(bad) in failed.args[1]
    model.pick(model.cases[0].id)
    with qtbot.waitSignal(control.said):
        control.judge("accept")
    assert model.path == file
