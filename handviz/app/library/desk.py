"""The one thread that owns the open library: all reading and writing of it happens there, in order."""

import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from handviz.errors import HandvizError
from handviz.review.faults import StorageError
from handviz.review.store import SUFFIX, Library

Result = TypeVar("Result")


class LibraryDesk(QObject):
    """Runs work on the open library in its thread; what it gives comes back in the thread that owns the desk.

    opened carries the path of a library that was opened, not_opened one that could not be, and why; failed a sentence;
    changed follows a change, ours or one that another window made; trouble carries why the file cannot be written now
    and how many changes are in memory alone, or ("", 0) once they are in the file.
    """

    opened = Signal(object)
    not_opened = Signal(object, str)
    failed = Signal(str)
    changed = Signal()
    trouble = Signal(str, int)
    _ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        # A thread that ends would have to be started again for the next key.
        self._pool.setExpiryTimeout(-1)
        self._library: Library | None = None
        self._generation = 0
        self._closed = False
        self._stamp = 0
        self._trouble = ("", 0)
        self._ended.connect(lambda call: call(), Qt.ConnectionType.QueuedConnection)

    # --- from the UI thread ------------------------------------------------------------------------------------------

    def open(self, path: Path, annotator: str, create: bool = False) -> None:
        """Open a library in place of the one before, which stays open when this one cannot be."""

        def work() -> None:
            library = Library.open(path, annotator, create=create)
            old, self._library = self._library, library
            if old is not None:
                old.close()
            self._stamp = library.change_stamp()
            self._tell(lambda: self._announce(path))
            self._tell_trouble(library)

        self._start(work, lambda sentence: self.not_opened.emit(path, sentence))

    def read(
        self,
        ask: Callable[[Library], Result],
        then: Callable[[Result], None],
        otherwise: Callable[[], None] = lambda: None,
    ) -> None:
        """Ask the library; then gets the answer, unless another library was opened in between; otherwise follows
        where it failed, which failed tells."""
        generation = self._generation

        def work() -> None:
            if self._library is None:
                return
            try:
                answer = ask(self._library)
            except BaseException:
                self._tell(lambda: otherwise() if generation == self._generation else None)
                raise
            self._tell(lambda: then(answer) if generation == self._generation else None)
            self._tell_trouble(self._library)

        self._start(work)

    def change(self, make: Callable[[Library], Result], then: Callable[[Result], None]) -> None:
        """Change the library; then gets the result once it is committed to the file, changed follows either way."""

        def work() -> None:
            library = self._library
            if library is None:
                return
            try:
                result = make(library)
                self._tell(lambda: then(result))
            except StorageError:
                if not library.unsaved:
                    raise
                # The library keeps the change in memory: trouble tells of it, and the page goes on with it.
            finally:
                self._stamp = library.change_stamp()
                self._tell_trouble(library)
                self._tell(self.changed.emit)

        self._start(work)

    def look(self) -> None:
        """See whether another window changed the library: changed follows if so."""

        def work() -> None:
            library = self._library
            if library is None:
                return
            stamp, self._stamp = self._stamp, library.change_stamp()
            self._tell_trouble(library)
            if stamp != self._stamp:
                self._tell(self.changed.emit)

        self._start(work)

    def try_again(self) -> None:
        """Write what is in memory alone, as after freeing some space."""
        self.change(lambda library: library.retry(), lambda _: None)

    def save_elsewhere(self, path: Path) -> None:
        """Write all there is, with what is in memory alone, to another file, and go on in that one."""

        def work() -> None:
            library = self._library
            if library is None:
                return
            library.save_elsewhere(path)
            self._stamp = library.change_stamp()
            self._tell(lambda: self._announce(path))
            self._tell_trouble(library)

        self._start(work)

    def close(self) -> Path | None:
        """Finish what is under way and close the file; nothing is reported any more.

        Changes that are in memory alone are written to a library in the home folder: its path, None where all is saved.
        """
        self._closed = True
        self._pool.waitForDone()
        library, self._library = self._library, None
        if library is None:
            return None
        rescued = None
        with suppress(HandvizError):
            if library.unsaved:
                library.retry()
        if library.unsaved:
            with suppress(HandvizError):
                target = _free_name(Path.home(), f"{library.path.stem} rescued")
                library.save_copy(target)
                rescued = target
        library.close()
        return rescued

    # --- in the thread -----------------------------------------------------------------------------------------------

    def _start(self, work: Callable[[], None], on_error: Callable[[str], None] | None = None) -> None:
        if self._closed:
            return
        tell = on_error or self.failed.emit

        def run() -> None:
            try:
                work()
            except HandvizError as error:
                sentence = str(error)
                self._tell(lambda: tell(sentence))
            except Exception as error:
                traceback.print_exc()
                sentence = f"The library could not be used ({error}); details are in the terminal."
                self._tell(lambda: tell(sentence))

        # Not a QRunnable: Qt deletes it behind PySide's back, which then takes whatever is next at its address for it.
        self._pool.start(run)

    def _tell(self, call: Callable[[], Any]) -> None:
        if not self._closed:
            self._ended.emit(call)

    def _tell_trouble(self, library: Library) -> None:
        trouble = (library.trouble, library.unsaved)
        if trouble != self._trouble:
            self._trouble = trouble
            self._tell(lambda: self.trouble.emit(*trouble))

    def _announce(self, path: Path) -> None:
        # Counted in the owner's thread, so that answers of the library before are told apart.
        self._generation += 1
        self.opened.emit(path)


def _free_name(folder: Path, stem: str) -> Path:
    numbers = ("", *(f" {number}" for number in range(2, 1000)))
    return next(path for number in numbers if not (path := folder / f"{stem}{number}{SUFFIX}").exists())
