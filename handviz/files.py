"""Writing files so that no half-written one is ever left, and naming files by their content."""

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from handviz.errors import InputError

_CHUNK = 1 << 20


def sha256(path: str | Path) -> str:
    """Hexadecimal SHA-256 of a file's content. Raises InputError when the file cannot be read."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise unreadable(path, error) from error
    return digest.hexdigest()


def make_folder(path: str | Path) -> None:
    """Make a folder and those above it. Raises InputError when that cannot be."""
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder {path} cannot be made ({error.strerror or error}); choose another one."
        ) from error


@contextmanager
def atomic_write(path: str | Path, mode: str = "wb", encoding: str | None = None) -> Iterator[IO]:
    """A file that appears under `path` complete or not at all.

    The content goes to a temporary file beside it, which is flushed to the disk and renamed when the block ends; when
    the block raises, the temporary file is removed and an older file of that name stays as it was. Raises InputError
    when the folder cannot be written or the disk is full.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:64]}.", suffix=".part", dir=path.parent)
        temporary = Path(name)
        if "b" not in mode and encoding is None:
            encoding = "utf-8"
        with os.fdopen(descriptor, mode, encoding=encoding) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes private files; give this one the permissions an ordinary file would have had.
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        if isinstance(error, OSError):
            raise unwritable(path, error) from error
        raise


def unreadable(path: str | Path, error: OSError) -> InputError:
    """The sentence for a file that could not be read."""
    if isinstance(error, FileNotFoundError):
        return InputError(f"{path} does not exist; check the name.")
    if isinstance(error, IsADirectoryError):
        return InputError(f"{path} is a folder; name a file inside it.")
    if isinstance(error, PermissionError):
        return InputError(f"{path} may not be read; change its permissions or copy it elsewhere.")
    return InputError(
        f"{path} could not be read ({error.strerror or error}); check the disk or copy the file elsewhere."
    )


def unwritable(path: str | Path, error: OSError) -> InputError:
    """The sentence for a file that could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return InputError(f"{path} was not saved because the disk is full; free some space or choose another folder.")
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return InputError(f"{path} was not saved because its folder may not be written; choose another folder.")
    return InputError(f"{path} was not saved ({error.strerror or error}); choose another folder.")


def _umask() -> int:
    # The mask can only be read by setting it.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
