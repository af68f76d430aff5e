"""The row of a sweep's steps: the blurred photo above, its hypotheses below, all seen from the same side."""

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from handviz.app.clients import RenderBridge
from handviz.app.models.affine import PhotoTransform, around
from handviz.app.models.palette import rgb, timestep_colors
from handviz.app.models.view import STANDARD_VIEWS
from handviz.app.overlays import draw_photo
from handviz.app.sweep.runner import SweepPicture
from handviz.app.theme import DARK, Theme
from handviz.geometry.orbit import OrbitView
from handviz.hypotheses.diversity import spread_mm
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.selection import ranking
from handviz.hypotheses.subsets import anchor
from handviz.viewport import Frame

MOST_DRAWN = 24
"""Of more hypotheses the best by score are drawn, so that many steps stay quick to turn."""
_GAP, _TEXT, _LEAST, _MOST = 6, 40, 92, 300
_MARGIN = 0.25
_RADIANS_PER_PIXEL = 0.012


@dataclass(eq=False)
class _Tile:
    blur_px: float
    spread_mm: float
    photo: tuple[QImage, ...]
    box: tuple[float, float, float, float]
    vertices: np.ndarray
    """(K', T, V, 3), moved so that all steps have their wrists in one place."""
    frame: QImage | None = field(default=None)


class SweepTiles(QWidget):
    """chosen_changed carries the step that was clicked; opened one that was double clicked."""

    chosen_changed = Signal(int)
    opened = Signal(int)

    def __init__(self, bridge: RenderBridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._tiles: list[_Tile] = []
        self._faces: np.ndarray | None = None
        self._anchor: np.ndarray | None = None
        self._asked: dict[int, int] = {}
        self._full: set[int] = set()
        self._room = 9
        self._started = False
        self._press: QPointF | None = None
        self._moved = False
        self.orbit = OrbitView()
        self.chosen: int | None = None
        self.theme: Theme = DARK
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._request)
        self._resized = QTimer(self, singleShot=True, interval=80)
        self._resized.timeout.connect(self._changed)
        bridge.overlay.connect(self._show_frame)
        bridge.status.connect(lambda status: self._changed() if status.state == "ready" else None)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Steps of the sweep")
        self.setMinimumHeight(2 * _LEAST + _TEXT)

    def clear(self, steps: int) -> None:
        """Make room for so many steps."""
        self._tiles.clear()
        self._room = max(steps, 2)
        self._faces = self._anchor = None
        self._asked.clear()
        self._full.clear()
        self.chosen = None
        self.update()

    def add(self, done: SweepPicture) -> None:
        """Show another step, after those before."""
        prediction = done.prediction
        some = prediction.subset(np.sort(ranking(prediction.score)[:MOST_DRAWN]))
        if self._anchor is None:
            self._anchor = anchor(prediction)
            yaw, pitch = self.orbit.yaw, self.orbit.pitch
            # The sphere that holds all hypotheses has empty corners, which a small picture cannot spare.
            self.orbit = OrbitView.framing(prediction.landmarks, yaw, pitch).zoomed(0.85)
        vertices = some.vertices + (self._anchor - anchor(prediction)).astype(np.float32)
        box = tuple(float(value) for value in prediction.box)
        self._faces = prediction.faces
        self._tiles.append(_Tile(done.step.blur_px, spread_mm(prediction.joints), done.pyramid, box, vertices))
        self._send(prediction)
        self._changed()

    def _send(self, prediction: Prediction) -> None:
        vertices = np.concatenate([tile.vertices for tile in self._tiles])
        self._bridge.set_meshes(vertices, self._faces)
        count = len(prediction.timesteps)
        self._bridge.set_colors(np.broadcast_to(timestep_colors(count), (len(vertices), count, 3)))
        self._bridge.set_background(rgb(self.theme.stage))

    @property
    def busy(self) -> bool:
        """Whether pictures are still on their way."""
        return self._soon.isActive() or self._resized.isActive() or len(self._full) < len(self._tiles)

    def _changed(self) -> None:
        self._soon.start()

    def _request(self) -> None:
        self._full.clear()
        if not self._tiles or not self._started:
            return
        side = round(self._side() * self.devicePixelRatioF())
        camera = self.orbit.camera(side, side)
        counts = [len(tile.vertices) for tile in self._tiles]
        ends = np.cumsum(counts)
        timesteps = self._tiles[0].vertices.shape[1]
        self._asked.clear()
        for place, (count, end) in enumerate(zip(counts, ends, strict=True)):
            visible = np.zeros((int(ends[-1]), timesteps), bool)
            visible[end - count : end] = True
            request = self._bridge.request_frame(camera, channel=f"step {place}", visible=visible)
            self._asked[request] = place

    def _show_frame(self, frame: Frame) -> None:
        place = self._asked.get(frame.request_id)
        if place is None or place >= len(self._tiles):
            return
        height, width = frame.image.shape[:2]
        pixels = np.ascontiguousarray(frame.image)
        self._tiles[place].frame = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        if frame.full_detail:
            self._full.add(place)
        self.update()

    def look(self, view: str) -> None:
        """Turn to a standard view by name."""
        yaw, pitch = STANDARD_VIEWS[view]
        angle = OrbitView().orbited(yaw, pitch)
        orbit = self.orbit
        self.orbit = OrbitView(orbit.target, orbit.distance, angle.yaw, angle.pitch, orbit.field_of_view)
        self._changed()

    def choose(self, step: int) -> None:
        """Mark a step."""
        if self._tiles:
            step = int(np.clip(step, 0, len(self._tiles) - 1))
            if step != self.chosen:
                self.chosen = step
                tile = self._tiles[step]
                self.setAccessibleDescription(f"Blur {tile.blur_px:.0f} px, spread {tile.spread_mm:.1f} mm")
                self.update()
                self.chosen_changed.emit(step)

    # --- looks -------------------------------------------------------------------------------------------------------

    def _side(self) -> float:
        wide = (self.width() - _GAP) / self._room - _GAP
        high = 0.5 * (self.height() - _TEXT - 2 * _GAP)
        return float(np.clip(min(wide, high), 24.0, _MOST))

    def _left(self, place: int) -> float:
        side = self._side()
        used = self._room * (side + _GAP) - _GAP
        return max(0.5 * (self.width() - used), _GAP) + place * (side + _GAP)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(900, 2 * 130 + _TEXT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.stage))
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if not self._tiles:
            painter.setPen(QColor(self.theme.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            text = "Each step of the sweep appears here: the blurred photo and its hypotheses."
            painter.drawText(self.rect().adjusted(30, 0, -30, 0), flags, text)
            return
        for place, tile in enumerate(self._tiles):
            self._paint_tile(painter, place, tile)

    def _paint_tile(self, painter: QPainter, place: int, tile: _Tile) -> None:
        side, left = self._side(), self._left(place)
        photo, mesh = QRectF(left, _GAP, side, side), QRectF(left, _GAP + side + 2, side, side)
        image = tile.photo[0]
        region = around(tile.box, _MARGIN, image.width(), image.height())
        painter.save()
        painter.setClipRect(photo)
        painter.translate(photo.topLeft())
        transform = PhotoTransform.fitting(region, side, side)
        draw_photo(painter, tile.photo, transform, side, side, self.devicePixelRatioF())
        painter.restore()
        if tile.frame is not None:
            painter.drawImage(mesh, tile.frame)
        chosen = place == self.chosen
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.accent if chosen else self.theme.border), 2.0 if chosen else 1.0))
        painter.drawRect(photo.united(mesh).adjusted(0.5, 0.5, -0.5, -0.5))
        text = QRectF(left - _GAP, mesh.bottom() + 3, side + 2 * _GAP, _TEXT / 2)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.text))
        painter.drawText(text, Qt.AlignmentFlag.AlignCenter, f"{tile.blur_px:.0f} px" if tile.blur_px else "as it is")
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.muted))
        painter.drawText(text.translated(0, _TEXT / 2 - 3), Qt.AlignmentFlag.AlignCenter, f"{tile.spread_mm:.0f} mm")

    def set_theme(self, theme: Theme) -> None:
        """Take another background."""
        self.theme = theme
        self._bridge.set_background(rgb(theme.stage))
        self._changed()

    # --- mouse and keys ----------------------------------------------------------------------------------------------

    def step_at(self, x: float) -> int | None:
        """The step whose tile stands at a pixel column."""
        for place in range(len(self._tiles)):
            if 0.0 <= x - self._left(place) <= self._side():
                return place
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._press, self._moved = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._press is None or not self._tiles:
            return
        step = event.position() - self._press
        if self._moved or max(abs(step.x()), abs(step.y())) >= 4.0:
            self._moved = True
            self._press = event.position()
            self.orbit = self.orbit.orbited(-step.x() * _RADIANS_PER_PIXEL, step.y() * _RADIANS_PER_PIXEL)
            self._changed()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        pressed, self._press = self._press, None
        step = self.step_at(event.position().x())
        if pressed is not None and not self._moved and step is not None:
            self.choose(step)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        step = self.step_at(event.position().x())
        if step is not None:
            self.opened.emit(step)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen is not None:
            self.opened.emit(self.chosen)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._resized.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if not self._started:
            self._started = True
            QTimer.singleShot(0, self._bridge.client.start)
