"""A written file is complete or absent; failures are one sentence."""

import errno
import hashlib
import os
import stat

import pytest

from handviz.errors import InputError
from handviz.files import atomic_write, sha256


def test_content_arrives_with_ordinary_permissions(tmp_path):
    path = tmp_path / "new" / "folder" / "a.bin"
    with atomic_write(path) as file:
        file.write(b"hand")
        assert not path.exists()
    assert path.read_bytes() == b"hand"
    assert sha256(path) == hashlib.sha256(b"hand").hexdigest()
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_text_is_utf8(tmp_path):
    with atomic_write(tmp_path / "a.txt", "w") as file:
        file.write("µ, ν")
    assert (tmp_path / "a.txt").read_bytes() == "µ, ν".encode()


def test_interrupted_writing_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), atomic_write(path) as file:
        file.write(b"half of the n")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


@pytest.mark.parametrize(
    ("code", "words"), [(errno.ENOSPC, "disk is full"), (errno.EIO, "not saved"), (errno.EROFS, "may not be written")]
)
def test_failing_disk(tmp_path, monkeypatch, code, words):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def full(_descriptor):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=words), atomic_write(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_folder_in_the_way(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="not saved"), atomic_write(tmp_path / "file" / "a.bin"):
        pass
    with pytest.raises(InputError, match="not saved"), atomic_write(tmp_path) as file:
        file.write(b"")


def test_hash_of_missing_file(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        sha256(tmp_path / "none")
