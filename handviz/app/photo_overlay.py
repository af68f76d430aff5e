"""The meshes over the photo: pictures of the render process, laid where the photo shows them."""

import numpy as np
from PySide6.QtCore import QObject, QRectF, QTimer
from PySide6.QtGui import QImage, QPainter

from handviz.app.clients import RenderBridge
from handviz.app.models.affine import PhotoTransform
from handviz.app.models.photo_view import overlaid
from handviz.app.models.session import SessionModel
from handviz.app.photo_canvas import PhotoCanvas
from handviz.app.photo_link import PhotoLink
from handviz.app.photo_pane import PhotoPane
from handviz.app.scene_feed import Renderer
from handviz.app.viewport_canvas import ViewportCanvas
from handviz.app.viewport_pane import ViewportPane
from handviz.geometry.cameras import Camera
from handviz.viewport import Frame

CHANNEL = "photo"


def join_panes(
    session: SessionModel, bridge: RenderBridge, photo_pane: PhotoPane, viewport_pane: ViewportPane
) -> "PhotoOverlay":
    """Lay the viewport's meshes over the photo beside it, and keep the two in step."""
    photo, viewport = photo_pane.canvas, viewport_pane.canvas
    PhotoLink(session, photo, viewport)
    overlay = PhotoOverlay(session, bridge, photo, viewport)
    bridge.overlay.connect(overlay.show_frame)
    return overlay


class PhotoOverlay(QObject):
    """Asks for a transparent picture whenever photo, hypotheses or time change, and paints the newest one.

    A picture made for another zoom is stretched to the one in sight until its successor comes.
    """

    def __init__(self, session: SessionModel, renderer: Renderer, photo: PhotoCanvas, viewport: ViewportCanvas) -> None:
        super().__init__(photo)
        self._session = session
        self._renderer = renderer
        self._photo = photo
        self._feed = viewport.feed
        self._image: QImage | None = None
        self._asked: dict[int, tuple[PhotoTransform, float, float]] = {}
        self._place = PhotoTransform(), 1.0, 1.0
        self._oldest = 0
        self._waited_for: int | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._request)
        photo.transform_changed.connect(self._changed)
        viewport.content_sent.connect(self._changed)
        for signal in (session.selection.hover_changed, session.selection.changed, session.view.time_changed,
                       session.photo_view.changed):  # fmt: skip
            signal.connect(self._changed)
        session.prediction_changed.connect(self._drop)
        photo.under_joints = self.paint

    @property
    def painted(self) -> bool:
        """Whether there is a picture to lay over the photo."""
        return self._image is not None

    @property
    def at_rest(self) -> bool:
        """Whether the picture in sight shows everything as it now is, in full detail."""
        return not self._session.photo_view.meshes or not (self._soon.isActive() or self._waited_for is not None)

    def _drop(self) -> None:
        self._image = self._waited_for = None
        self._oldest = max(self._asked, default=self._oldest) + 1
        self._changed()

    def _changed(self) -> None:
        if self._session.photo_view.meshes and not self._soon.isActive():
            self._soon.start()

    def camera(self) -> Camera:
        """The photo's own camera, cut to what the pane shows, in device pixels."""
        photo, ratio = self._photo, self._photo.devicePixelRatioF()
        intrinsics = photo.transform.intrinsics(self._session.prediction.intrinsics, ratio)
        width, height = round(photo.width() * ratio), round(photo.height() * ratio)
        return Camera(intrinsics, np.eye(4), max(width, 1), max(height, 1))

    def mask(self) -> np.ndarray | None:
        """(K + M, T) the meshes over the photo; None where there are none."""
        sent = self._feed.sent("visible")
        hypotheses = overlaid(self._session.selection)
        if sent is None or not hypotheses or max(hypotheses) >= len(sent):
            return None
        mask = np.zeros_like(sent)
        view = self._session.view
        mask[hypotheses] = True if view.time is not None else np.asarray(view.timesteps, bool)
        return mask

    def _request(self) -> None:
        session = self._session
        if session.prediction is None or session.picture is None or not session.photo_view.meshes:
            return
        mask = self.mask()
        if mask is None or not self._photo.isVisible():
            return
        request = self._renderer.request_frame(
            self.camera(), session.view.playing, channel=CHANNEL, visible=mask, transparent=True
        )
        self._waited_for = request
        self._asked[request] = self._photo.transform, float(self._photo.width()), float(self._photo.height())

    def show_frame(self, frame: Frame) -> None:
        """Take a picture of the render process."""
        if frame.channel != CHANNEL or frame.request_id not in self._asked or frame.request_id < self._oldest:
            return
        height, width = frame.image.shape[:2]
        image = np.ascontiguousarray(frame.image)
        # The copy matters: QImage does not own the array's memory.
        self._image = QImage(image.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied).copy()
        self._place = self._asked[frame.request_id]
        if frame.full_detail and frame.request_id == self._waited_for:
            self._waited_for = None
        # A quick picture may be followed by one in full detail with the same id.
        self._asked = {key: value for key, value in self._asked.items() if key >= frame.request_id}
        self._photo.update()

    def paint(self, painter: QPainter) -> None:
        """Lay the newest picture over the photo."""
        photo_view = self._session.photo_view
        if self._image is None or not photo_view.meshes or self._session.prediction is None:
            return
        made, width, height = self._place
        left, top = self._photo.transform.to_pane(*made.to_photo(0.0, 0.0))
        right, bottom = self._photo.transform.to_pane(*made.to_photo(width, height))
        painter.setOpacity(photo_view.opacity)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(left, top, right - left, bottom - top), self._image)
        painter.setOpacity(1.0)
