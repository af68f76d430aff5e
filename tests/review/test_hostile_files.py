"""Files made to do harm: refused with a sentence, or read as what they are; nothing runs, nothing else is raised."""

import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from review_cases import new_case

from handviz.errors import InputError
from handviz.review.bundle import read_json
from handviz.review.export import export_json, records
from handviz.review.filters import CaseFilter
from handviz.review.merging import import_json, merge
from handviz.review.recovery import recover
from handviz.review.store import Library


def fill(path: Path) -> None:
    """A library with something in every table."""
    with Library.open(path, "ada") as library:
        ids = library.add_cases([new_case(number) for number in range(4)])
        library.add_flag(ids[0], "wrong pose", note="note", hypotheses=[1], joints=[2])
        library.remove_flag(library.add_flag(ids[1], "bad crop"))
        library.set_verdict(ids[0], "reject")
        library.save_filter("mine", CaseFilter(kind="bad crop"))
        library.set_blind(False)
        library.undo()


@pytest.fixture(scope="module")
def content(tmp_path_factory) -> bytes:
    """The bytes of such a library."""
    path = tmp_path_factory.mktemp("sound") / "sound.handviz"
    fill(path)
    assert not Path(f"{path}-wal").exists()
    return path.read_bytes()


def use(path: Path, folder: Path) -> None:
    """Do everything with a library that may be hostile: it works, or InputError says why not."""
    with Library.open(path, "ada", create=False) as library:
        for act in (
            library.cases, library.flags, library.verdicts, library.kinds, library.saved_filters, library.annotators,
            library.blind, library.change_stamp, lambda: library.count(CaseFilter(text="a", triage="b", kind="c")),
            lambda: library.next_unreviewed(CaseFilter(sort="blur"), 1), lambda: records(library, CaseFilter(), True),
            lambda: library.set_verdict(1, "accept"), lambda: library.add_flag(2, "wrong pose"),
            lambda: library.set_box(1, (1, 2, 3, 4), "left"), lambda: library.remove_case(3),
            library.undo, library.undo, library.undo, library.undo, library.undo, library.redo,
        ):  # fmt: skip
            refusing(act)
    with Library.open(folder / "other.handviz", "grace") as other:
        refusing(lambda: merge(other, path))
        assert other.case_ids() == [case.id for case in other.cases()]
    refusing(lambda: recover(path, folder / "saved.handviz"))


def refusing(act) -> None:
    """Run something that may raise InputError, one line, and nothing else."""
    try:
        act()
    except InputError as error:
        assert "\n" not in str(error)


def clear(folder: Path) -> None:
    """Empty a folder."""
    for path in folder.iterdir():
        path.unlink()


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Path]:
    """A folder for one example after another, in memory where there is such a place: each example commits often."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path_factory.mktemp("hostile")
        return
    with tempfile.TemporaryDirectory(prefix="handviz-test-", dir=memory) as folder:
        yield Path(folder)


@settings(max_examples=15, deadline=None)
@given(
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=12)), max_size=6),
    length=st.none() | st.floats(0, 1),
)
def test_any_change_of_bytes(place, content, changes, length):
    clear(place)
    mutated = bytearray(content if length is None else content[: int(length * len(content))])
    for position, values in changes:
        start = int(position * len(mutated))
        mutated[start : start + len(values)] = values[: len(mutated) - start]
    path = place / "hostile.handviz"
    path.write_bytes(mutated)
    refusing(lambda: use(path, place))


COLUMNS = [
    *(("cases", name) for name in ("uuid", "path", "relative_path", "photo_sha256", "photo_bytes", "frame", "box",
                                   "hand", "prediction_key", "blur_px", "triage", "figures", "provenance", "truth")),
    *(("flags", name) for name in ("uuid", "annotator", "kind", "severity", "note", "hypotheses", "joints", "created",
                                   "changed")),
    *(("verdicts", name) for name in ("annotator", "verdict", "created")),
    ("kinds", "name"), ("filters", "content"), ("settings", "value"), ("removed", "name"), ("removed", "created"),
    *(("journal", name) for name in ("changes", "sentence", "undone", "uuid", "annotator")),
]  # fmt: skip
VALUES = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.floats(), st.binary(max_size=20), st.text(max_size=20),
    st.sampled_from(["[" * 50_000, "{}", "[]", "null", "1", '["a"]', "[1e999]", '{"a": {}}', "NaN", "../../x", "\0",
                     '[["sqlite_master", 1, null, {"id": 1}]]', '[["cases", 1, {"id": 1}, null]]',
                     '[["cases", 1, {"id": 1, "path = \'\'; DROP TABLE cases; --": 1}, {"id": 1}]]',
                     '[["flags", 1, null, {"id": 1, "note": [1]}]]', "x" * 100_000]),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(cell=st.sampled_from(COLUMNS), value=VALUES)
@example(("journal", "changes"), '[["cases; DROP TABLE cases", 1, null, {"id": 1}]]')
@example(("cases", "triage"), "[" * 50_000)
@example(("cases", "box"), "[NaN, 1, 2, 3]")
def test_any_value_in_any_cell(place, content, cell, value):
    clear(place)
    path = place / "hostile.handviz"
    path.write_bytes(content)
    file = sqlite3.connect(path)
    table, column = cell
    try:
        file.execute(f"UPDATE {table} SET {column} = ? WHERE id = (SELECT max(id) FROM {table})", (value,))
        file.commit()
    except sqlite3.IntegrityError:
        return
    finally:
        file.close()
    refusing(lambda: use(path, place))
    file = sqlite3.connect(path)
    assert file.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'cases'").fetchone() == (1,)
    file.close()


@pytest.fixture(scope="module")
def document(tmp_path_factory) -> dict:
    """An exported library as JSON values."""
    folder = tmp_path_factory.mktemp("exported")
    fill(folder / "sound.handviz")
    with Library.open(folder / "sound.handviz", "ada") as library:
        export_json(library, folder / "cases.json", everybody=True)
    return json.loads((folder / "cases.json").read_text(encoding="utf-8"))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def paths_into(value, path=()):
    """Every place in nested JSON values."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths_into(inner, (*path, key))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), value=JSON_VALUES, drop=st.booleans())
def test_any_value_in_an_imported_file(place, document, data, value, drop):
    clear(place)
    changed = json.loads(json.dumps(document))
    where = data.draw(st.sampled_from([path for path in paths_into(changed) if path]))
    parent = changed
    for key in where[:-1]:
        parent = parent[key]
    if drop:
        del parent[where[-1]]
    else:
        parent[where[-1]] = value
    path = place / "hostile.json"
    path.write_text(json.dumps(changed), encoding="utf-8")
    try:
        bundle = read_json(path)
    except InputError as error:
        assert str(path) in str(error) and "\n" not in str(error)
        return
    assert all(".." not in record.case.path.parts for record in bundle.records)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 200_000)
@example(b'{"format": "handviz cases", "version": 99, "cases": []}')
@example(b'{"format": "handviz cases", "version": 2, "cases": [NaN]}')
@example(b"\xff\xfe{")
def test_any_other_file_is_no_import(place, content):
    path = place / "other.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_json(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_an_import_that_fails_adds_nothing(library, document, tmp_path):
    changed = json.loads(json.dumps(document))
    changed["cases"][-1]["box"] = [0, 0, -1, 5]
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(InputError, match="no box"):
        import_json(library, path)
    assert library.count() == 6 and library.flags(everybody=True) == []


def test_a_view_that_never_ends_is_never_run(content, tmp_path):
    path = tmp_path / "hostile.handviz"
    path.write_bytes(content)
    file = sqlite3.connect(path)
    # A view that joins itself for ever would run with the first query of a reader that trusts it.
    file.execute(
        "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    )
    file.commit()
    file.close()
    start = time.monotonic()
    for act in (lambda: Library.open(path), lambda: merge_into_new(path, tmp_path)):
        with pytest.raises(InputError, match="not those of a handviz library"):
            act()
    assert time.monotonic() - start < 30


def merge_into_new(path: Path, folder: Path) -> None:
    """Merge a library into a new one."""
    with Library.open(folder / "new.handviz") as library:
        merge(library, path)
