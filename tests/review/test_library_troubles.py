"""Full disks, lost drives, locks, damage: one sentence, and the session's work kept and saved elsewhere."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from review_cases import new_case

from handviz.errors import InputError
from handviz.review import connections, ledger
from handviz.review.faults import StorageError
from handviz.review.recovery import recover
from handviz.review.schema import VERSION
from handviz.review.store import Library

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are found in /proc")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Wait for locks shortly, and try a failed file again at each change."""
    monkeypatch.setattr(connections, "LOCK_SECONDS", 0.05)
    monkeypatch.setattr(ledger, "RETRY_SECONDS", 0.0)


@contextmanager
def replaced_descriptors(names: set[str], device: str, flags: int, back: bool) -> Iterator[None]:
    """What is open of these files leads to a device instead: the calls of SQLite really fail."""
    broken = os.open(device, flags)
    kept = []
    for entry in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{entry}") in names:
                kept.append((int(entry), os.dup(int(entry))))
        except OSError:
            continue
    assert kept
    for number, _ in kept:
        os.dup2(broken, number)
    os.close(broken)
    try:
        yield
    finally:
        for number, copy in kept:
            if back:
                os.dup2(copy, number)
            os.close(copy)


def broken_log(library: Library):
    """Writes to the log fail with "no space left on device"."""
    return replaced_descriptors({f"{library.path}-wal"}, "/dev/full", os.O_RDWR, back=True)


def lost_drive(library: Library):
    """No read or write succeeds, and what was open stays so when the drive comes back."""
    return replaced_descriptors({str(library.path), f"{library.path}-wal"}, os.devnull, os.O_WRONLY, back=False)


def assert_kept(library: Library, words: str, act: Callable[[], object], number: int) -> None:
    """A change that cannot be written is one sentence, and kept."""
    with pytest.raises(StorageError, match=words) as caught:
        act()
    assert str(library.path) in str(caught.value) and "\n" not in str(caught.value)
    assert "kept in memory" in str(caught.value)
    assert library.unsaved == number and library.trouble


def test_a_full_disk_keeps_the_work_and_saves_it_elsewhere(library, path, tmp_path):
    library.add_flag(1, "wrong pose")
    stamp = library.change_stamp()
    elsewhere = tmp_path / "another disk" / "rescued.handviz"
    with broken_log(library):
        assert_kept(library, "disk is full", lambda: library.add_flag(2, "wrong depth", note="kept"), 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "connect", _still_full)
        assert library.change_stamp() != stamp
        assert_kept(library, "disk is full", lambda: library.set_verdict(2, "reject"), 2)
        assert_kept(library, "disk is full", lambda: library.add_case(new_case(50)), 3)
        # What is kept is seen, and can be undone.
        assert [flag.note for flag in library.flags(2)] == ["kept"]
        assert_kept(library, "disk is full", library.undo, 4)
        assert library.count() == 6
        assert_kept(library, "disk is full", library.redo, 5)
        with pytest.raises(StorageError, match="disk is full"):
            library.retry()
    library.save_elsewhere(elsewhere)
    assert (library.path, library.unsaved, library.trouble) == (elsewhere, 0, "")
    library.set_verdict(3, "unsure")
    with Library.open(elsewhere, "ada", create=False) as again:
        assert len(again.flags()) == 2 and again.verdicts() == {"ada": {2: "reject", 3: "unsure"}}
        assert again.count() == 7
        assert again.undo() and again.undo() == "added photo0050.jpg"
    with Library.open(path, "ada") as old:
        assert [flag.kind for flag in old.flags()] == ["wrong pose"]


def _still_full(path: Path, **_):
    raise StorageError(f"{path}: the disk is full.", "SQLITE_FULL")


def test_when_there_is_space_again_what_was_kept_is_written(library, path):
    with broken_log(library):
        assert_kept(library, "disk is full", lambda: library.add_flag(2, "wrong depth"), 1)
    library.set_verdict(3, "accept")
    assert (library.unsaved, library.trouble) == (0, "")
    with Library.open(path, "ada") as again:
        assert [flag.kind for flag in again.flags()] == ["wrong depth"] and again.verdicts() == {"ada": {3: "accept"}}
        assert again.undo() == "photo0002.jpg: accept"
        assert again.undo() == "photo0001.jpg: flagged “wrong depth”"


def test_a_limit_on_files_is_told_alike(path, tmp_path):
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    old_signal = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Library.open(path, "ada") as library:
        library.add_cases([new_case(number) for number in range(5)])
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (Path(f"{path}-wal").stat().st_size, hard))
        try:
            assert_kept(library, "has space", lambda: library.add_flag(1, "bad crop", note="x" * 9000), 1)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, old_signal)
        library.save_elsewhere(tmp_path / "rescued.handviz")
        assert len(library.flags()) == 1


def test_a_lost_drive_leaves_the_view_and_the_work(library, path, tmp_path):
    library.set_verdict(1, "accept")
    with Library.open(path, "grace") as other:
        other.set_verdict(2, "reject")
    library.change_stamp()
    shown = library.cases()
    with lost_drive(library):
        path.parent.rename(tmp_path.with_name("gone"))
        try:
            assert library.cases() == shown
            assert_kept(library, "is gone|does not answer", lambda: library.add_flag(3, "not a hand"), 1)
            assert library.cases() != shown and library.verdicts()["grace"] == {2: "reject"}
            library.save_elsewhere(tmp_path.with_name("elsewhere") / "rescued.handviz")
            assert library.verdicts() == {"ada": {1: "accept"}, "grace": {2: "reject"}}
            assert len(library.flags()) == 1 and library.count() == 6
        finally:
            tmp_path.with_name("gone").rename(tmp_path)
            shutil.rmtree(tmp_path.with_name("elsewhere"), ignore_errors=True)


def test_a_drive_that_comes_back_gets_what_was_kept(library, path, tmp_path):
    away = tmp_path.with_name("away")
    with lost_drive(library):
        tmp_path.rename(away)
        assert_kept(library, "is gone|does not answer", lambda: library.add_flag(3, "not a hand"), 1)
        away.rename(tmp_path)
        library.retry()
    assert (library.unsaved, library.trouble) == (0, "")
    with Library.open(path) as again:
        assert [flag.kind for flag in again.flags(everybody=True)] == ["not a hand"]


def test_a_locked_file_keeps_the_work_until_it_is_free(library, path):
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert_kept(library, "holds it locked", lambda: library.set_verdict(1, "accept"), 1)
    assert library.case(1).verdict == "accept"
    # Another window still opens and reads.
    with Library.open(path, "ada") as second:
        assert second.case(1).verdict is None
    holder.execute("ROLLBACK")
    assert library.change_stamp() and library.unsaved == 0
    with Library.open(path, "ada") as again:
        assert again.case(1).verdict == "accept"
    holder.close()


def test_what_no_longer_fits_when_the_file_is_back_is_told(library, path):
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert_kept(library, "holds it locked", lambda: library.set_verdict(1, "accept"), 1)
    assert_kept(library, "holds it locked", lambda: library.set_verdict(2, "accept"), 2)
    holder.execute("DELETE FROM cases WHERE id = 1")
    holder.execute("COMMIT")
    holder.close()
    # The next change is made all the same.
    library.set_verdict(3, "accept")
    with pytest.raises(InputError, match=r"1 changes no longer fit: photo0000\.jpg was taken away"):
        library.change_stamp()
    assert library.unsaved == 0 and library.verdicts() == {"ada": {2: "accept", 3: "accept"}}
    library.change_stamp()


def test_a_file_locked_from_the_start_is_one_sentence(library, path):
    library.close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(InputError, match="holds it locked"):
        Library.open(path)
    holder.close()


@pytest.fixture
def readonly_file():
    """A library in a folder, neither of which may be written to; as root, by no longer being root."""
    folder = Path(tempfile.mkdtemp(prefix="handviz-test-"))
    path = folder / "hands.handviz"
    with Library.open(path, "ada") as library:
        library.add_cases([new_case(number) for number in range(3)])
        library.set_verdict(1, "accept")
    path.chmod(0o444)
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield path
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_read_only_file_opens_and_its_changes_are_saved_elsewhere(readonly_file):
    with Library.open(readonly_file, "ada") as library:
        assert library.count() == 3 and "may not be written to" in library.trouble
        assert_kept(library, "may not be written to", lambda: library.add_flag(2, "bad crop"), 1)
        with tempfile.TemporaryDirectory() as folder:
            library.save_elsewhere(Path(folder) / "mine.handviz")
            library.set_verdict(2, "reject")
            with Library.open(Path(folder) / "mine.handviz", "ada") as again:
                assert again.verdicts() == {"ada": {1: "accept", 2: "reject"}} and len(again.flags()) == 1
        assert os.listdir(readonly_file.parent) == ["hands.handviz"]


def test_a_new_library_in_a_folder_that_may_not_be_written_is_one_sentence(readonly_file):
    with pytest.raises(InputError, match="cannot be opened") as caught:
        Library.open(readonly_file.parent / "new.handviz")
    assert "\n" not in str(caught.value)


def test_saving_elsewhere_replaces_no_file(library, tmp_path):
    taken = tmp_path / "taken.handviz"
    taken.write_bytes(b"precious")
    for save in (library.save_elsewhere, library.save_copy):
        with pytest.raises(InputError, match="exists already"):
            save(taken)
    assert taken.read_bytes() == b"precious"
    assert sorted(os.listdir(tmp_path)) == ["hands.handviz", "hands.handviz-shm", "hands.handviz-wal", "taken.handviz"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: file.execute("PRAGMA user_version = 99"), "newer handviz"),
        (lambda file: file.execute("PRAGMA application_id = 1"), "no library of handviz"),
        (lambda file: file.execute("CREATE TABLE more (a)"), "not those of a handviz library"),
        (lambda file: file.execute("CREATE VIEW v AS SELECT * FROM cases"), "not those of a handviz library"),
        (
            lambda file: file.execute("CREATE TRIGGER t AFTER INSERT ON flags BEGIN DELETE FROM cases; END"),
            "not those of a handviz library",
        ),
    ],
)
def test_files_of_others_and_newer_ones_are_refused(library, path, spoil, words):
    library.close()
    file = sqlite3.connect(path)
    spoil(file)
    file.commit()
    file.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match=words):
        Library.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database " * 100, b"SQLite format 3\0" + bytes(2000)])
def test_other_files_are_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(InputError, match=str(path)) as caught:
        Library.open(path)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


@pytest.fixture
def damaged(path):
    """A library of 300 judged cases, and a function that overwrites one of its pages."""
    with Library.open(path, "ada") as library:
        ids = library.add_cases([new_case(number) for number in range(300)])
        library.set_verdicts(ids, "accept")
        library.add_flags(ids[:50], "bad crop")

    def damage(page: int) -> None:
        with open(path, "rb+") as file:
            file.seek(4096 * (page - 1))
            file.write(b"\x5a" * 4096)

    return damage


def leaf_of_cases(path: Path) -> int:
    """A page that holds rows of cases alone."""
    file = sqlite3.connect(path)
    root = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'cases'").fetchone()[0]
    file.close()
    content = path.read_bytes()[4096 * (root - 1) :]
    assert content[0] == 5  # an inner page of a table
    return int.from_bytes(content[int.from_bytes(content[12:14], "big") :][:4], "big")


def test_a_damaged_page_is_told_at_once_and_the_rest_recovered(path, damaged, tmp_path):
    damaged(leaf_of_cases(path))
    before = path.read_bytes()
    with pytest.raises(InputError, match="is damaged") as caught:
        Library.open(path)
    assert "\n" not in str(caught.value) and "recover" in str(caught.value)
    recovered = recover(path, tmp_path / "saved.handviz")
    with Library.open(tmp_path / "saved.handviz", "ada", create=False) as library:
        assert 280 < library.count() == recovered.saved.cases < 300
        assert len(library.verdicts()["ada"]) == library.count()
        assert recovered.lost >= 300 - library.count()
        assert library.case(library.case_ids()[-1]).path == new_case(299).path
    assert path.read_bytes() == before


def test_a_page_damaged_while_open_leaves_the_view_and_the_work(path, damaged, tmp_path):
    with Library.open(path, "ada") as library:
        shown = library.cases()
        damaged(leaf_of_cases(path))
        # Another program's change makes this one read its pages anew.
        os.utime(path)
        file = sqlite3.connect(path)
        file.execute("UPDATE kinds SET name = 'renamed' WHERE id = 1")
        file.commit()
        file.close()
        assert library.cases() == shown
        with pytest.raises(StorageError, match="damaged"):
            library.add_flag(3, "wrong side", note="kept")
        library.save_elsewhere(tmp_path / "rescued.handviz")
        assert library.cases()[4:] == shown[4:] and library.flags(3)[-1].note == "kept"
    with Library.open(tmp_path / "rescued.handviz", create=False) as again:
        assert again.count() == 300


def test_nothing_of_a_ruined_file_is_one_sentence(path, damaged, tmp_path):
    damaged(1)
    for act in (Library.open, lambda path: recover(path, tmp_path / "saved.handviz")):
        with pytest.raises(InputError) as caught:
            act(path)
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "saved.handviz").exists()


def test_recovering_a_sound_file_brings_all_of_it(path, damaged, tmp_path):
    recovered = recover(path, tmp_path / "saved.handviz")
    assert (recovered.saved.cases, recovered.saved.flags, recovered.saved.verdicts) == (300, 50, 300)
    assert recovered.lost == 0
    with pytest.raises(InputError, match="exists already"):
        recover(path, tmp_path / "saved.handviz")
    with pytest.raises(InputError, match="is not there"):
        recover(tmp_path / "none", tmp_path / "new.handviz")
    assert VERSION == 2
