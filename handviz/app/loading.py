"""Reading photos, video frames and predictions off the UI thread."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QObject, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage

from handviz.app.attempts import attempt
from handviz.app.models.session import Picture
from handviz.errors import HandvizError, InputError
from handviz.files import sha256
from handviz.hypotheses.clip_truth import ClipTruth, clip_truth_beside
from handviz.hypotheses.foreign import read_prediction_file
from handviz.hypotheses.photo_source import PhotoSource
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.truth import Truth, truth_beside

PYRAMID_SIDE = 700
"""Pictures are halved until their longer side is at most this, so that painting never scales a huge one."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """What came of a request: a picture with its pyramid, a saved prediction, or both."""

    picture: Picture | None = None
    pyramid: tuple[QImage, ...] = ()
    prediction: Prediction | None = None
    path: Path | None = None
    truth: Truth | None = None
    warning: str = ""
    """What lies beside the picture and could not be read, or is missing."""


def pyramid_of(image: np.ndarray) -> tuple[QImage, ...]:
    """Images for an array (H, W, 3) uint8 RGB: full size first, each next one half the size."""
    # Pillow lets other threads run while it shrinks, which Qt's own scaling does not.
    levels = [np.ascontiguousarray(image)]
    while max(levels[-1].shape[:2]) > PYRAMID_SIDE:
        levels.append(np.ascontiguousarray(Image.fromarray(levels[-1]).reduce(2)))
    return tuple(_qimage(level) for level in levels)


def _qimage(pixels: np.ndarray) -> QImage:
    """A picture that shares the memory of pixels (H, W, 3) uint8, and keeps it alive."""
    height, width = pixels.shape[:2]
    result = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    result.pixels = pixels
    return result


class Loader(QObject):
    """Loads one thing at a time in a worker thread; of requests that wait, only the newest is answered.

    loaded carries a Loaded, failed the sentence to show; both are emitted in the thread that owns the loader.
    """

    loaded = Signal(object)
    failed = Signal(str)
    _answered = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # One thread, so that a video is never read from two places at once.
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._newest = 0
        self._waiting: tuple[int, Callable[[], Loaded]] | None = None
        self._busy = False
        self._video: object | None = None
        self._clip_truth: ClipTruth | None = None
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def open(self, path: Path, frame: int = 0, with_photo: bool = True) -> None:
        """Load a photo, a video's frame, or a saved prediction (.npz); with_photo looks for the photo it is of."""
        self._request(lambda: self._open(path, frame, with_photo))

    def step(self, frame: int) -> None:
        """Load another frame of the open video."""
        self._request(lambda: self._frame(frame))

    def close(self) -> None:
        """Wait for the thread and close the video."""
        self._waiting = None
        self._newest += 1
        self._pool.waitForDone()
        self._close_video()

    def _request(self, work: Callable[[], Loaded]) -> None:
        self._newest += 1
        self._waiting = (self._newest, work)
        if not self._busy:
            self._start()

    def _start(self) -> None:
        assert self._waiting is not None
        ticket, work = self._waiting
        self._waiting = None
        self._busy = True

        def run() -> None:
            no_memory = "There is not enough memory to open this; close other programs and try again."
            self._answered.emit(ticket, *attempt(work, no_memory, "This could not be opened"))

        # Not a QRunnable: Qt deletes it behind PySide's back, which then takes whatever is next at its address for it.
        self._pool.start(run)

    def _deliver(self, ticket: int, result: Loaded | None, error: str | None) -> None:
        self._busy = False
        if self._waiting is not None:
            self._start()
        if ticket != self._newest:
            return
        if error is not None:
            self.failed.emit(error)
        else:
            self.loaded.emit(result)

    def _open(self, path: Path, frame: int, with_photo: bool = True) -> Loaded:
        if path.suffix.lower() == ".npz":
            return self._open_prediction(path, with_photo)
        # Decoders are loaded with the first file, not with the window.
        from handviz.media import open_media
        from handviz.media.photos import Photo

        media = open_media(path)
        if isinstance(media, Photo):
            self._close_video()
            return self._with_truth(Picture(path, media.image, focal_px=media.focal_px, sha256=media.sha256))
        self._close_video()
        self._video = media
        try:
            self._clip_truth, warning = clip_truth_beside(path), ""
        except InputError as error:
            warning = str(error)
        return replace(self._frame(frame), warning=warning)

    def _open_prediction(self, path: Path, with_photo: bool) -> Loaded:
        file = read_prediction_file(path)
        found, warning = None, file.warning
        if file.image is not None:
            self._close_video()
            found = self._loaded(Picture(path, np.ascontiguousarray(file.image)))
        elif with_photo and (source := PhotoSource.of(file.prediction)) is not None:
            found, warning = self._find_photo(source, path)
        if found is None:
            return Loaded(prediction=file.prediction, path=path, truth=file.truth, warning=warning)
        return replace(found, prediction=file.prediction, path=path, truth=file.truth or found.truth, warning=warning)

    def _find_photo(self, source: PhotoSource, prediction_file: Path) -> tuple[Loaded | None, str]:
        """The photo that a prediction names, if it is still the same; else a sentence about it."""
        altered = False
        for path in source.candidates(prediction_file):
            try:
                if not path.is_file():
                    continue
                if sha256(path) != source.sha256:
                    altered = True
                    continue
                return self._open(path, source.frame or 0), ""
            except (HandvizError, OSError):
                continue
        if altered:
            return None, f"{source.path.name} has changed since this prediction was made, so it is not shown with it."
        return None, f"The photo of this prediction, {source.path.name}, is not where it was; drop it on the window."

    def _frame(self, frame: int) -> Loaded:
        video = self._video
        if video is None:
            raise InputError("No video is open any more; open it again.")
        picture = Picture(video.path, video.frame(frame), frame, video.frame_count, video.fps)
        return replace(self._loaded(picture), truth=self._clip_truth.at(frame) if self._clip_truth else None)

    @staticmethod
    def _with_truth(picture: Picture) -> Loaded:
        try:
            truth, warning = truth_beside(picture.path), ""
        except InputError as error:
            truth, warning = None, str(error)
        return Loaded(picture, pyramid_of(picture.image), path=picture.path, truth=truth, warning=warning)

    @staticmethod
    def _loaded(picture: Picture) -> Loaded:
        return Loaded(picture=picture, pyramid=pyramid_of(picture.image), path=picture.path)

    def _close_video(self) -> None:
        if self._video is not None:
            self._video.close()
            self._video = self._clip_truth = None
