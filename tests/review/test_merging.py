"""Merging and importing: everything arrives once, the later word counts, nothing taken away comes back."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from review_cases import new_case, photo_case

from handviz.errors import InputError
from handviz.review.bundle import read_json
from handviz.review.export import export_json
from handviz.review.filters import CaseFilter
from handviz.review.merging import import_json, merge
from handviz.review.store import Library


@pytest.fixture
def other(tmp_path, library):
    """Grace's library, sharing three of its four cases with Ada's."""
    with Library.open(tmp_path / "theirs.handviz", "grace") as other:
        other.add_cases([new_case(number) for number in (1, 2, 3, 40)])
        other.set_verdicts(other.case_ids(), "reject")
        other.add_flag(4, "wrong side", 3, "note", hypotheses=[2])
        yield other


def said(library: Library) -> dict:
    """Everybody's flags and verdicts by the cases' uuids."""
    uuids = {case.id: case.case_uuid for case in library.cases()}
    flags = {(f.uuid, uuids[f.case_id], f.annotator, f.kind, f.severity, f.note, f.hypotheses, f.joints, f.created)
             for f in library.flags(everybody=True)}  # fmt: skip
    return {"flags": flags, "verdicts": {(uuids[case], judged) for case, judged in library.judged()}}


def test_merging_brings_everything_once_and_is_one_step(library, other):
    library.set_verdict(2, "accept")
    merged = merge(library, other.path)
    assert (merged.cases, merged.flags, merged.verdicts) == (1, 1, 4)
    assert str(merged) == "1 case, 1 flag, 4 verdicts"
    assert said(other)["flags"] == said(library)["flags"]
    assert library.count() == 7 and library.count(CaseFilter(disagreement=True)) == 1
    assert str(merge(library, other.path)) == "0 cases, 0 flags, 0 verdicts"
    assert library.undo() == "merged theirs.handviz"
    assert library.count() == 6 and library.flags(everybody=True) == []


def test_merging_leaves_the_other_file_as_it_was(library, other):
    other.close()
    before = other.path.read_bytes()
    merge(library, other.path)
    assert other.path.read_bytes() == before
    assert not Path(f"{other.path}-wal").exists()


def test_exporting_and_importing_brings_the_same_as_merging(library, other, tmp_path):
    exported = tmp_path / "cases.json"
    assert export_json(other, exported, everybody=True) == 4
    with Library.open(tmp_path / "merged.handviz") as merged, Library.open(tmp_path / "imported.handviz") as imported:
        assert merge(merged, other.path) == import_json(imported, exported)
        assert said(merged) == said(imported) == said(other)
        assert [c.__dict__ for c in merged.cases()] == [c.__dict__ for c in imported.cases()]
        assert str(import_json(imported, exported)) == "0 cases, 0 flags, 0 verdicts"


def test_the_later_word_counts(library, other, tmp_path):
    merge(library, other.path)
    other.set_verdict(1, "accept")
    other.change_flag(1, severity=1, note="better")
    merge(library, other.path)
    assert (library.flags(everybody=True)[0].note, library.flags(everybody=True)[0].severity) == ("better", 1)
    assert said(library) == said(other)
    # The other way round an older state changes nothing.
    old = tmp_path / "old.handviz"
    library.save_copy(old)
    other.set_verdict(1, "unsure")
    other.change_flag(1, note="best")
    expected = said(other)
    merge(other, old)
    assert said(other) == expected


def test_what_was_taken_away_does_not_come_back(library, other, tmp_path):
    old = tmp_path / "old.handviz"
    other.save_copy(old)
    merge(library, old)
    other.remove_flag(1)
    other.set_verdict(2, None)
    merge(other, old)
    assert other.flags() == [] and 2 not in other.verdicts()["grace"]
    merge(library, other.path)
    assert said(library) == said(other)
    # Taking back what was taken away lets it stay.
    other.undo()
    other.undo()
    merge(other, old)
    assert len(other.flags()) == 1 and other.verdicts()["grace"][2] == "reject"


def test_merging_oneself_or_nothing_is_refused(library, tmp_path):
    with pytest.raises(InputError, match="is the open library itself"):
        merge(library, library.path)
    with pytest.raises(InputError, match="is not there"):
        merge(library, tmp_path / "none.handviz")


def test_photos_are_found_from_the_other_files_folder(library, tmp_path):
    folder = tmp_path / "theirs"
    inside = photo_case(folder / "photos" / "a.jpg", b"a")
    with Library.open(folder / "theirs.handviz", "grace") as other:
        other.add_case(inside)
    moved = tmp_path / "moved"
    folder.rename(moved)
    merge(library, moved / "theirs.handviz")
    assert library.cases()[-1].path == moved / "photos" / "a.jpg"


PARTS = st.sampled_from(["..", ".", "photos", "secret.jpg", "link.jpg", "circle", "a.jpg", "", "C:", "\\", "etc", "~"])
PATHS = st.lists(PARTS, max_size=6).flatmap(lambda parts: st.sampled_from(["/".join(parts), "\\".join(parts)]))


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Path:
    """An exported case in a folder from outside, beside which lies what is not its maker's."""
    folder = tmp_path_factory.mktemp("around") / "from outside"
    folder.mkdir()
    (folder.parent / "secret.jpg").write_bytes(b"not theirs")
    (folder / "photos").symlink_to(folder.parent)
    (folder / "link.jpg").symlink_to(folder.parent / "secret.jpg")
    (folder / "circle").symlink_to(folder / "circle")
    with Library.open(folder.parent / "source.handviz") as source:
        source.add_case(new_case(1))
        export_json(source, folder / "cases.json")
    return folder / "cases.json"


@settings(deadline=None)
@given(path=PATHS | st.text(max_size=20), relative=PATHS | st.text(max_size=20), absolute=st.booleans())
@example(path="../secret.jpg", relative="../secret.jpg", absolute=False)
@example(path="secret.jpg", relative="photos/secret.jpg", absolute=True)
@example(path="link.jpg", relative="link.jpg", absolute=False)
@example(path="circle", relative="circle/a.jpg", absolute=False)
def test_no_path_leads_out_of_the_folder_on_import(exported, path, relative, absolute):
    folder = exported.parent
    document = json.loads(exported.read_text())
    text = {"path": f"{folder.parent}/{path}" if absolute else path, "relative_path": relative}
    document["cases"][0] |= text
    hostile = folder / "hostile.json"
    hostile.write_text(json.dumps(document))
    try:
        (record,) = read_json(hostile).records
    except InputError as error:
        assert str(hostile) in str(error)
        return
    assert ".." not in record.case.path.parts
    assert record.case.path.resolve().is_relative_to(folder.resolve())
    if record.case.path.exists():
        assert not record.case.path.samefile(folder.parent / "secret.jpg")


def test_a_path_out_of_the_folder_counts_when_that_very_photo_is_there(library, tmp_path):
    case_id = library.add_case(photo_case(tmp_path / "photos" / "a.jpg", b"a"))
    exported = tmp_path / "sent" / "cases.json"
    export_json(library, exported, CaseFilter(ids=(case_id,)))
    assert read_json(exported).records[0].case.path == tmp_path / "photos" / "a.jpg"
    (tmp_path / "photos" / "a.jpg").write_bytes(b"another")
    assert read_json(exported).records[0].case.path == tmp_path / "sent" / "a.jpg"


def test_a_truth_counts_inside_the_folder_alone(library, tmp_path):
    folder = tmp_path / "sent"
    folder.mkdir()
    (folder / "truth.npz").write_bytes(b"theirs")
    (tmp_path / "private.npz").write_bytes(b"mine")
    inside = folder / "truth.npz"
    for truth, expected in (
        ("truth.npz", inside),
        (str(inside), inside),
        ("../private.npz", ""),
        (str(tmp_path / "private.npz"), ""),
        ("none.npz", ""),
    ):
        library.set_truth(1, truth)
        export_json(library, folder / "cases.json")
        assert read_json(folder / "cases.json").records[0].case.truth == str(expected)
        (folder / "copy.handviz").unlink(missing_ok=True)
        library.save_copy(folder / "copy.handviz")
        with Library.open(tmp_path / f"{truth.replace('/', '_')}.handviz") as merged:
            merge(merged, folder / "copy.handviz")
            assert merged.case(1).truth == str(expected)
