"""The 3D pictures of the render process, and the mouse that moves their camera."""

import time

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from handviz.app.models.palette import rgb
from handviz.app.models.scene import pickable
from handviz.app.models.session import SessionModel
from handviz.app.overlays import draw_axes, draw_photo, draw_scale
from handviz.app.scene_feed import Renderer, SceneFeed
from handviz.app.theme import DARK, Theme
from handviz.app.viewport_marks import ViewportMarks
from handviz.geometry.cameras import Camera
from handviz.viewport import Frame, Hit

RADIANS_PER_PIXEL = 0.008
CLICK_REACH = 4.0
"""Pixels the pointer may move between press and release of a click."""
HOVER_MILLISECONDS = 40
"""The pointer is looked under no more often than that."""
_HOVER, _ADD = "hover", "add"
"""What hits are asked for, apart from choosing (None) and recentring (the place)."""


class ViewportCanvas(QWidget):
    """Left drag orbits, middle, right or Shift drag pans, the wheel zooms, a click picks, a double click recentres.

    With Ctrl a click selects one more; the mesh under the pointer is hovered.

    frame_shown carries the request id, the seconds from its request to here, and whether it had full detail;
    content_sent follows what changed what colours mean.
    """

    frame_shown = Signal(int, float, bool)
    content_sent = Signal()

    def __init__(self, session: SessionModel, renderer: Renderer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._view = session.view
        self._renderer = renderer
        self._frame: QImage | None = None
        self._pyramid: tuple[QImage, ...] = ()
        self._asked: dict[int, tuple[float, Camera]] = {}
        self._frame_camera: Camera | None = None
        self._newest: int | None = None
        self._shown: int | None = None
        self._full_detail = False
        self._last_of_before = -1
        self._press: QPointF | None = None
        self._last = QPointF()
        self._moved = False
        self._panning = False
        self._content_stale = False
        self._dirty = False
        self._background_stale = True
        self.feed = SceneFeed(session, renderer)
        self._marks = ViewportMarks(session)
        self._shown_as: tuple[bool, bool] = (False, False)
        self.theme: Theme = DARK
        self.message = ""
        # Several changes in one turn of the event loop make one request.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._send)
        self._pointer = QPointF()
        self._hover_asked = self._hover_again = False
        self._hover_soon = QTimer(self, singleShot=True, interval=HOVER_MILLISECONDS)
        self._hover_soon.timeout.connect(self._ask_hover)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(280, 180)
        self.setAccessibleName("3D viewport")
        self.setAccessibleDescription("Hand meshes of all kept hypotheses, coloured by timestep.")
        session.prediction_changed.connect(self._show_prediction)
        session.selection.changed.connect(self._content_changed)
        session.selection.hover_changed.connect(self.update)
        self._view.content_changed.connect(self._content_changed)
        self._view.camera_changed.connect(self._camera_changed)
        self._view.time_changed.connect(self._time_changed)
        session.analysis_changed.connect(self._content_changed)
        session.truth_changed.connect(self._content_changed)

    def set_theme(self, theme: Theme) -> None:
        """Take another background."""
        self.theme = theme
        self._background_stale = True
        self._content_changed()

    def show_pyramid(self, pyramid: tuple[QImage, ...]) -> None:
        """The photo that lies behind the meshes in the view over the photo."""
        self._pyramid = pyramid
        if pyramid:
            self._view.set_photo_size(pyramid[0].width(), pyramid[0].height())

    def set_own_colors(self, colors: np.ndarray | None) -> None:
        """Colours (K, T, 3) or (K, T, V, 3) in 0..1 instead of those the view asks for; None goes back to them."""
        if colors is not self.feed.own_colors:
            self.feed.own_colors = colors
            self._content_changed()

    def show_message(self, message: str) -> None:
        """A line over the viewport while there is nothing to show; empty for none."""
        if message != self.message:
            self.message = message
            self.update()

    def show_frame(self, frame: Frame) -> None:
        """Show a picture of the render process, unless it still shows the prediction before."""
        if self._session.prediction is None or frame.request_id <= self._last_of_before:
            return
        height, width = frame.image.shape[:2]
        image = np.ascontiguousarray(frame.image)
        # The copy matters: QImage does not own the array's memory.
        self._frame = QImage(image.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        self.update()
        self._shown = frame.request_id
        self._full_detail = frame.full_detail
        asked, self._frame_camera = self._asked.get(frame.request_id, (time.monotonic(), self._frame_camera))
        # A quick picture may be followed by one in full detail with the same id.
        self._asked = {key: value for key, value in self._asked.items() if key >= frame.request_id}
        self.frame_shown.emit(frame.request_id, time.monotonic() - asked, frame.full_detail)

    @property
    def at_rest(self) -> bool:
        """Whether the picture in sight shows everything as it now is."""
        return not (self._dirty or self._soon.isActive()) and self._newest in (None, self._shown)

    @property
    def sharp(self) -> bool:
        """Whether it is at rest and drawn in full detail, or has nothing to draw."""
        return self._session.prediction is None or (self.at_rest and self._shown is not None and self._full_detail)

    def _show_prediction(self) -> None:
        prediction = self._session.prediction
        if self._newest is not None:
            self._last_of_before = self._newest
        if prediction is None:
            self._frame = None
            self.update()
            return
        self.feed.send_meshes()
        self._content_changed()

    def _camera_changed(self) -> None:
        # Over the photo a truth stands elsewhere.
        if self._shown_as[0] != self._view.over_photo:
            self._content_stale = True
        self._changed()

    def _time_changed(self) -> None:
        # Between two times only colours of moments differ.
        if self._shown_as[1] != (self._view.time is not None) or self.feed.scene.coloring == "timestep":
            self._content_stale = True
        self._changed()

    def _content_changed(self) -> None:
        self._content_stale = True
        self._changed()

    def _changed(self) -> None:
        self._dirty = True
        if not self._soon.isActive():
            self._soon.start()
        self.update()

    def _send(self) -> None:
        if not self._dirty:
            return
        self._dirty = False
        if self._session.prediction is None:
            return
        if self._content_stale:
            self._content_stale = False
            if self.feed.send_content(self.theme) is None:
                return
            self._shown_as = self._view.over_photo, self._view.time is not None
            self.content_sent.emit()
        self.feed.send_time()
        self._request()

    def _request(self) -> None:
        if self._session.prediction is None or self.width() < 2 or self.height() < 2:
            return
        if self._view.over_photo and self._pyramid:
            self._renderer.set_background(self._photo_behind())
            self._background_stale = True
        elif self._background_stale:
            self._renderer.set_background(rgb(self.theme.stage))
            self._background_stale = False
        # The renderer answers with a quick picture first, and with one in full detail once nothing newer is asked.
        camera = self.camera()
        self._newest = self._renderer.request_frame(camera, self._view.playing)
        self._asked[self._newest] = time.monotonic(), camera

    def _photo_behind(self) -> np.ndarray:
        """The photo as this pane sees it, (H, W, 3) uint8 in device pixels."""
        ratio = self.devicePixelRatioF()
        camera = self.camera()
        image = QImage(camera.width, camera.height, QImage.Format.Format_RGB888)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor(self.theme.stage))
        painter = QPainter(image)
        transform = self._view.photo_transform(self.width(), self.height())
        draw_photo(painter, self._pyramid, transform, self.width(), self.height(), ratio)
        painter.end()
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(camera.height, image.bytesPerLine())
        return rows[:, : 3 * camera.width].reshape(camera.height, camera.width, 3).copy()

    def camera(self) -> Camera:
        """The camera of the next picture, in device pixels."""
        return self._view.camera(self.width(), self.height(), self.devicePixelRatioF())

    def show_hits(self, hits: list[Hit], wanted: object) -> None:
        """Choose, add or hover what was picked, or circle it when it was double clicked at image pixels wanted."""
        selection = self._session.selection
        visible = pickable(self._session)
        hits = [hit for hit in hits if hit.hypothesis < len(visible) and visible[hit.hypothesis, hit.timestep]]
        if wanted == _HOVER:
            self._hover_asked = False
            if self._hover_again:
                self._hover_again = False
                self._hover_soon.start()
            if self.underMouse():
                selection.hover(hits[0].hypothesis if hits else None)
        elif wanted == _ADD:
            if hits:
                selection.toggle(hits[0].hypothesis)
        elif wanted is None:
            selection.choose_next_hit([hit.hypothesis for hit in hits])
        elif hits:
            self._view.recentre(self.camera(), *wanted, hits[0].depth)
        else:
            self._view.fit()

    def _ask_hover(self) -> None:
        if self._session.prediction is None or self._press is not None or not self.underMouse():
            return
        if self._hover_asked:
            # The answer to the last question is still awaited.
            self._hover_again = True
            return
        self._hover_asked = True
        self._renderer.pick(self.camera(), *self._device_pixel(self._pointer), _HOVER)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.stage))
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if self._frame is not None:
            painter.drawImage(QRectF(self.rect()), self._frame)
            if self._session.prediction is not None and self._frame_camera is not None:
                self._marks.draw(painter, self._frame_camera, self.width() / self._frame_camera.width, self.theme)
            self._paint_marks(painter)
        drawing = self._session.prediction is not None and self._frame is None
        message = self.message or ("Drawing…" if drawing else "")
        if message:
            self._paint_message(painter, message)

    def _paint_message(self, painter: QPainter, message: str) -> None:
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        box = QRectF(self.rect()).adjusted(30, 0, -30, 0)
        if self._view.over_photo and self._frame is not None:
            # Over a photo plain words could not be read.
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.panel))
            words = QFontMetricsF(painter.font()).boundingRect(box, int(flags), message)
            painter.drawRoundedRect(words.adjusted(-14, -8, 14, 8), 8, 8)
        painter.setPen(QColor(self.theme.muted))
        painter.drawText(box, flags, message)

    def _paint_marks(self, painter: QPainter) -> None:
        if self._view.over_photo:
            return
        color = QColor(self.theme.muted)
        draw_axes(painter, self._view.orbit.rotation(), QPointF(self.width() - 50, 46), 24.0, color)
        orbit = self._view.orbit
        pixels_per_metre = self.height() / (2.0 * orbit.distance * np.tan(0.5 * orbit.field_of_view))
        draw_scale(painter, float(pixels_per_metre), self.width() - 16.0, self.height() - 18.0, color)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._press = self._last = event.position()
        self._moved = False
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._panning = shift or event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._press is None:
            self._pointer = event.position()
            if not self._hover_soon.isActive():
                self._hover_soon.start()
        if self._press is None or self._session.prediction is None:
            return
        away = event.position() - self._press
        if not self._moved and max(abs(away.x()), abs(away.y())) < CLICK_REACH:
            return
        self._moved = True
        step = event.position() - self._last
        self._last = event.position()
        if self._panning:
            self._view.pan_by(step.x(), step.y(), self.height())
        else:
            # Dragging to the right turns the hand to the right: the camera walks to the left.
            self._view.orbit_by(-step.x() * RADIANS_PER_PIXEL, step.y() * RADIANS_PER_PIXEL)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        pressed, self._press = self._press, None
        if pressed is None or self._moved or self._panning or self._session.prediction is None:
            return
        if event.button() == Qt.MouseButton.LeftButton:
            x, y = self._device_pixel(event.position())
            adds = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self._renderer.pick(self.camera(), x, y, _ADD if adds else None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._session.prediction is not None:
            x, y = self._device_pixel(event.position())
            self._renderer.pick(self.camera(), x, y, (x, y))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self._session.selection.hover(None)

    def _device_pixel(self, position: QPointF) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return position.x() * ratio, position.y() * ratio

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if self._session.prediction is not None:
            factor = 1.15 ** (event.angleDelta().y() / 120.0)
            self._view.zoom_by(factor, event.position().x(), event.position().y())
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self._view.over_photo:
            self._view.fit()
        else:
            self._changed()
