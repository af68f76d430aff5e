"""Thumbnails for the grid, made off the UI thread; what is in sight comes first."""

import traceback
from collections import OrderedDict
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from PySide6.QtCore import QObject, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage, QPixmap

from handviz.app.library.thumbnail_files import SIZE, ThumbnailFiles, thumbnail_key
from handviz.errors import HandvizError
from handviz.resources import cache_dir
from handviz.review.cases import Case

MAX_WAITING = 160
"""Wishes beyond this are forgotten, oldest first: they scrolled out of sight, and are asked again on coming back."""
MAX_IN_MEMORY = 400


class Thumbnails(QObject):
    """ready carries the key of a thumbnail that can be had now, or that its photo cannot be read."""

    ready = Signal(str)
    _made = Signal(str, object)

    def __init__(self, parent: QObject, files: ThumbnailFiles | None = None) -> None:
        super().__init__(parent)
        self._files = files or ThumbnailFiles(cache_dir() / "thumbnails")
        self._pool = QThreadPool(self)
        # One thread, so that a video is never read from two places at once.
        self._pool.setMaxThreadCount(1)
        self._waiting: OrderedDict[str, Case] = OrderedDict()
        self._pixmaps: OrderedDict[str, QPixmap] = OrderedDict()
        self._unreadable: dict[str, str] = {}
        self._busy = False
        self._size = SIZE
        self._made.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def set_size(self, width: int, height: int) -> None:
        """Give thumbnails of so many device pixels, which are then drawn as they are."""
        if (width, height) != self._size:
            self._size = (width, height)
            self._pixmaps.clear()

    def get(self, case: Case) -> QPixmap | None:
        """The thumbnail of a case if it is at hand; else it is wished for, and ready follows."""
        key = thumbnail_key(case)
        pixmap = self._pixmaps.get(key)
        if pixmap is not None:
            self._pixmaps.move_to_end(key)
            return pixmap
        if key not in self._unreadable:
            self._waiting[key] = case
            self._waiting.move_to_end(key)
            if len(self._waiting) > MAX_WAITING:
                self._waiting.popitem(last=False)
            if not self._busy:
                self._start()
        return None

    def trouble(self, case: Case) -> str:
        """Why there is no thumbnail of a case; empty when there is one, or none was made yet."""
        return self._unreadable.get(thumbnail_key(case), "")

    def set_library(self, path: Path) -> None:
        """Look for photos from a library's folder, too."""
        self._files.library_folder = path.parent
        self.forget_troubles()

    def forget_troubles(self) -> None:
        """Try again what could not be read, as when a drive came back."""
        self._unreadable.clear()

    def close(self) -> None:
        """Wait for the thread; nothing is reported any more."""
        self._waiting.clear()
        self._made.disconnect()
        self._pool.waitForDone()
        self._files.close()

    def _start(self) -> None:
        key, case = self._waiting.popitem(last=True)
        self._busy = True
        size = self._size

        def run() -> None:
            try:
                fitted = ImageOps.fit(Image.fromarray(self._files.get(case)), size, Image.Resampling.BILINEAR)
                made: np.ndarray | str = np.ascontiguousarray(fitted)
            except HandvizError as error:
                made = str(error)
            except Exception as error:
                traceback.print_exc()
                made = f"{case.path} cannot be shown ({error}); details are in the terminal."
            self._made.emit(key, made)

        # Not a QRunnable: Qt deletes it behind PySide's back, which then takes whatever is next at its address for it.
        self._pool.start(run)

    def _take(self, key: str, made: np.ndarray | str) -> None:
        self._busy = False
        if isinstance(made, str):
            self._unreadable[key] = made
        else:
            height, width = made.shape[:2]
            image = QImage(made.data, width, height, 3 * width, QImage.Format.Format_RGB888)
            self._pixmaps[key] = QPixmap.fromImage(image)
            while len(self._pixmaps) > MAX_IN_MEMORY:
                self._pixmaps.popitem(last=False)
        if self._waiting:
            self._start()
        self.ready.emit(key)
