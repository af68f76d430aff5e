"""Keeps the photo and the viewport at the same place of the photo while the viewport looks as its camera does."""

from PySide6.QtCore import QObject

from handviz.app.models.photo_view import in_step
from handviz.app.models.session import SessionModel
from handviz.app.photo_canvas import PhotoCanvas
from handviz.app.viewport_canvas import ViewportCanvas


class PhotoLink(QObject):
    """Whichever of the two is moved, the other one follows."""

    def __init__(self, session: SessionModel, photo: PhotoCanvas, viewport: ViewportCanvas) -> None:
        super().__init__(photo)
        self._session = session
        self._photo = photo
        self._viewport = viewport
        self._following = False
        photo.transform_changed.connect(self._photo_moved)
        session.view.camera_changed.connect(self._camera_moved)
        session.photo_view.changed.connect(self._camera_moved)

    @property
    def active(self) -> bool:
        """Whether there is something to keep in step."""
        session = self._session
        known = session.picture is not None and session.prediction is not None
        return known and session.photo_view.linked and session.view.over_photo and not self._following

    def _photo_moved(self) -> None:
        if self.active:
            size = self._viewport.width(), self._viewport.height()
            moved = in_step(self._photo.transform, (self._photo.width(), self._photo.height()), size)
            self._following = True
            self._session.view.set_photo_transform(moved, *size)
            self._following = False

    def _camera_moved(self) -> None:
        if self.active:
            size = self._viewport.width(), self._viewport.height()
            transform = self._session.view.photo_transform(*size)
            self._following = True
            self._photo.show_transform(in_step(transform, size, (self._photo.width(), self._photo.height())))
            self._following = False
