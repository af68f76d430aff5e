"""Opening photos, videos, frames and saved predictions, one after the other."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from handviz.app.loading import Loaded, Loader
from handviz.app.models.session import SessionModel
from handviz.errors import ModelFileError
from handviz.media.kinds import PHOTO_SUFFIXES
from handviz.resources import assets_dir

FIRST_DEMO = "wave"
REST_MS = 150
"""Milliseconds a video's frame must stay in sight before it is predicted by itself."""


class Opening(QObject):
    """Puts what the loader reads into the session.

    pyramid_changed carries the images of a new picture and whether zoom and pan fit it, before the session changes;
    opened the path; failed a sentence; noticed one about what is missing besides; prediction_wanted follows a picture
    that is to be predicted by itself.
    """

    pyramid_changed = Signal(object, bool)
    opened = Signal(object)
    failed = Signal(str)
    noticed = Signal(str)
    prediction_wanted = Signal()
    superseded = Signal()

    def __init__(self, session: SessionModel, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._waiting: list[tuple[Path, int]] = []
        self._together = False
        self.passing: set[Path] = set()
        """Files that are not worth remembering, since they will be gone."""
        self._replacing = False
        self.warning = ""
        """What lies beside the open file and could not be read."""
        self.loader = Loader(self)
        self.loader.loaded.connect(self._show)
        self.loader.failed.connect(self._fail)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.prediction_wanted)

    def open(self, path: Path, frame: int = 0) -> None:
        """Open a photo, a frame of a video, or a saved prediction."""
        self._supersede(f"Opening {path.name}")
        self._replacing = True
        self.loader.open(path, frame, with_photo=not self._together)

    def open_all(self, paths: list[Path], frame: int = 0) -> None:
        """Open files one after the other: a photo, say, and the prediction saved from it."""
        self._waiting = [(path, frame) for path in paths]
        self._together = len(paths) > 1
        self._open_next()

    def show_frame(self, frame: int) -> None:
        """Show another frame of the open video."""
        picture = self._session.picture
        # Another file is on its way: steps through the one in sight would come too late.
        if not self._replacing and picture is not None and picture.is_video and 0 <= frame < picture.frame_count:
            self._supersede(f"Frame {frame}")
            self.loader.step(frame)

    def close(self) -> None:
        """End the loader's thread."""
        self._rest.stop()
        self.loader.close()

    def _supersede(self, what: str) -> None:
        """What was under way for the last picture is no longer of interest."""
        self._rest.stop()
        self.superseded.emit()
        self._session.set_loading(what)

    def _open_next(self) -> None:
        if self._waiting:
            self.open(*self._waiting.pop(0))
        else:
            self._together = False

    def _show(self, loaded: Loaded) -> None:
        self._replacing = False
        self._session.set_loading("")
        if loaded.prediction is not None:
            self._show_prediction(loaded)
        else:
            self._show_picture(loaded)
        self.warning = loaded.warning
        self.opened.emit(loaded.path)
        if loaded.warning:
            self.noticed.emit(loaded.warning)
        self._open_next()

    def _show_picture(self, loaded: Loaded) -> None:
        session, picture = self._session, loaded.picture
        same_video = session.picture is not None and session.picture.path == picture.path and picture.is_video
        self.pyramid_changed.emit(loaded.pyramid, same_video)
        session.set_picture(picture, loaded.truth)
        # Whoever opens a demo wants to see what handviz does, whatever they chose for their own pictures.
        wanted = session.auto_predict or is_demo(picture.path)
        if wanted and session.prediction is None and not self._waiting:
            if same_video:
                self._rest.start()
            else:
                self.prediction_wanted.emit()

    def _show_prediction(self, loaded: Loaded) -> None:
        session = self._session
        if loaded.picture is not None:
            self.pyramid_changed.emit(loaded.pyramid, False)
            session.set_picture(loaded.picture, loaded.truth)
        elif session.picture is not None and not session.picture.fits(loaded.prediction):
            self.pyramid_changed.emit((), False)
            session.set_picture(None)
        if loaded.truth is not None:
            session.set_truth(loaded.truth)
        session.set_prediction(loaded.prediction)

    def _fail(self, message: str) -> None:
        self._replacing = False
        self._session.set_loading("")
        self._waiting.clear()
        self._together = False
        self.failed.emit(message)


def is_demo(path: Path) -> bool:
    """Whether a file is one of the bundled photos, however its path is written."""
    return path.absolute().resolve() in {photo.resolve() for photo in demo_photos()}


def demo_photos() -> list[Path]:
    """The bundled photos, the one to begin with first."""
    try:
        folder = assets_dir() / "demo"
    except ModelFileError:
        return []
    photos = [path for path in folder.glob("*") if path.suffix in PHOTO_SUFFIXES]
    return sorted(photos, key=lambda path: (path.stem != FIRST_DEMO, path.name))
