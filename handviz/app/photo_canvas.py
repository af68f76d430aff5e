"""The photo with the hand box and the joints of the chosen hypothesis, to zoom, pan and draw on."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from handviz.app.models.affine import PhotoTransform, around
from handviz.app.models.crop_box import Box, Grip, dragged, grip_at, spanned
from handviz.app.models.palette import moment_color
from handviz.app.models.photo_view import overlaid
from handviz.app.models.session import SessionModel
from handviz.app.overlays import UNDER_HOVERED, draw_box, draw_joints, draw_photo
from handviz.app.theme import DARK, Theme
from handviz.app.trails import Trails
from handviz.geometry.cameras import Camera, project
from handviz.hypotheses.motion import at_time

CROP_MARGIN = 0.15
"""What of its longer side is shown around the hand's box up close."""
GRIP_REACH = 9.0
"""Pane pixels around an edge of the box that hold it."""

_CURSORS = {
    (0, 0): Qt.CursorShape.SizeAllCursor,
    (-1, 0): Qt.CursorShape.SizeHorCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor,
    (0, -1): Qt.CursorShape.SizeVerCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor,
    (-1, -1): Qt.CursorShape.SizeFDiagCursor,
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (-1, 1): Qt.CursorShape.SizeBDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
}


class PhotoCanvas(QWidget):
    """Shows the session's picture. Wheel zooms at the pointer, dragging pans or moves the box, Shift-drag draws one.

    box_edited is emitted once, when a drag of the box ends; the session's box follows during the drag.
    transform_changed follows whatever moves the photo in the pane.
    """

    box_edited = Signal()
    transform_changed = Signal()
    drawing_changed = Signal(bool)

    def __init__(self, session: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pyramid: tuple[QImage, ...] = ()
        self._transform: PhotoTransform | None = None
        self._drawing = False
        self._press: QPointF | None = None
        self._grip: Grip | None = None
        self._box_at_press: Box | None = None
        self._draft: Box | None = None
        self._transform_at_press = PhotoTransform()
        self._trails = Trails()
        self.under_joints: Callable[[QPainter], None] = lambda painter: None
        """Paints what lies between the photo and the joints."""
        self.theme: Theme = DARK
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 180)
        self.setAccessibleName("Photo")
        self.setAccessibleDescription("The photo with the hand box and the joints of the chosen hypothesis.")
        self._drawn: tuple[int | None, frozenset[int]] = (None, frozenset())
        for signal in (session.request_changed, session.prediction_changed, session.view.content_changed):
            signal.connect(self.update)
        session.selection.changed.connect(self._update_chosen)
        session.view.time_changed.connect(self.update)
        session.photo_view.changed.connect(self.update)
        session.selection.hover_changed.connect(self.update)

    def show_pyramid(self, pyramid: tuple[QImage, ...], keep_view: bool) -> None:
        """Show another picture given at halving sizes; keep_view leaves zoom and pan as they are."""
        same_size = bool(self._pyramid and pyramid) and self._pyramid[0].size() == pyramid[0].size()
        self._pyramid = pyramid
        if not (keep_view and same_size):
            self._transform = None
        self._moved()

    def _update_chosen(self) -> None:
        # A dragged threshold changes nothing here; painting the photo anew would cost more than all the rest.
        if (self._session.selection.chosen, self._session.selection.selected) != self._drawn:
            self.update()

    @property
    def transform(self) -> PhotoTransform:
        """Where the photo lies in this widget."""
        if self._transform is None:
            return self._fitting()
        return self._transform

    def _fitting(self) -> PhotoTransform:
        picture = self._session.picture
        if picture is None:
            return PhotoTransform()
        return PhotoTransform.fitting((0.0, 0.0, picture.width, picture.height), self.width(), self.height())

    def fit(self) -> None:
        """Show the whole photo."""
        self._transform = None
        self._moved()

    @property
    def cropped(self) -> bool:
        """Whether the hand's box fills the pane."""
        region = self._hand_region()
        return region is not None and self._transform == PhotoTransform.fitting(region, self.width(), self.height())

    def toggle_crop(self) -> None:
        """Zoom to the hand's box, or from there back to the whole photo."""
        region = self._hand_region()
        if region is None or self.cropped:
            self.fit()
        else:
            self._transform = PhotoTransform.fitting(region, self.width(), self.height())
            self._moved()

    def _hand_region(self) -> Box | None:
        picture, box = self._session.picture, self._session.shown_box
        return None if picture is None or box is None else around(box, CROP_MARGIN, picture.width, picture.height)

    def show_transform(self, transform: PhotoTransform) -> None:
        """Show the photo at a place and zoom that were chosen elsewhere."""
        if transform != self.transform:
            self._transform = transform
            self._moved()

    def _moved(self) -> None:
        self.update()
        self.transform_changed.emit()

    def zoom(self, factor: float) -> None:
        """Magnify about the middle of the pane."""
        self._transform = self.transform.zoomed_at(self.width() / 2, self.height() / 2, factor)
        self._moved()

    @property
    def drawing(self) -> bool:
        """Whether the next drag draws a new box."""
        return self._drawing

    def set_drawing(self, drawing: bool) -> None:
        """Let the next drag draw a new box."""
        drawing = drawing and self._session.picture is not None
        if drawing != self._drawing:
            self._drawing = drawing
            self._set_cursor(None)
            self.drawing_changed.emit(drawing)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.stage))
        picture = self._session.picture
        if picture is None or not self._pyramid:
            return
        transform = self.transform
        draw_photo(painter, self._pyramid, transform, self.width(), self.height(), self.devicePixelRatioF())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.under_joints(painter)
        self._paint_joints(painter, transform)
        box = self._draft or self._session.shown_box
        if box is not None:
            by_hand = self._draft is not None or self._session.box is not None
            draw_box(painter, box, transform, QColor(self.theme.accent), by_hand)

    def _paint_joints(self, painter: QPainter, transform: PhotoTransform) -> None:
        """Joints and, where they are wanted, trails of what is chosen, selected or pointed at."""
        session, prediction, selection = self._session, self._session.prediction, self._session.selection
        self._drawn = selection.chosen, selection.selected
        shown = overlaid(selection)
        if prediction is None or not shown or not prediction.has_joints:
            return
        view, joints_2d, colors = session.view, prediction.joints_2d[shown], None
        timesteps = view.timesteps
        if view.time is not None:
            # Between timesteps the joints are where their meshes are: in space, and from there in the photo.
            joints_2d = project(at_time(prediction.joints[shown], view.time), prediction.intrinsics)[:, None]
            timesteps, colors = (True,), moment_color(view.time / max(len(timesteps) - 1, 1))[None]
        for place, points in enumerate(joints_2d, start=1):
            painter.setOpacity(1.0 if place == len(shown) else UNDER_HOVERED)
            draw_joints(painter, points, timesteps, transform, colors)
        painter.setOpacity(1.0)
        if view.trails:
            mask = np.zeros(prediction.num_hypotheses, bool)
            mask[shown] = True
            camera = Camera(transform.intrinsics(prediction.intrinsics), np.eye(4), self.width(), self.height())
            self._trails.draw(painter, prediction, mask, camera)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        picture = self._session.picture
        if picture is None:
            return
        self._press = event.position()
        self._transform_at_press = self.transform
        self._grip = None
        self._box_at_press = None
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.button() == Qt.MouseButton.LeftButton:
            if shift or self._drawing:
                self.set_drawing(True)
                return
            box = self._session.shown_box
            grip = self._grip_under(event.position())
            # The inside of a box drags the photo, unless Ctrl is held or the box is small: else one could hardly pan.
            if box is not None and grip is not None and self._moves_box(grip, box, event):
                self._grip, self._box_at_press = grip, box

    def _moves_box(self, grip: Grip, box: Box, event: QMouseEvent) -> bool:
        if grip != Grip(0, 0):
            return True
        scale = self.transform.scale
        covers = box[2] * scale > 0.8 * self.width() or box[3] * scale > 0.8 * self.height()
        return not covers or bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        picture = self._session.picture
        if picture is None:
            return
        if self._press is None:
            self._set_cursor(self._grip_under(event.position()))
            return
        delta = event.position() - self._press
        scale = self._transform_at_press.scale
        if self._drawing:
            start = self._transform_at_press.to_photo(self._press.x(), self._press.y())
            end = self._transform_at_press.to_photo(event.position().x(), event.position().y())
            self._draft = spanned(*start, *end, picture.width, picture.height)
            self.update()
        elif self._grip is not None and self._box_at_press is not None:
            moved = dragged(
                self._box_at_press, self._grip, delta.x() / scale, delta.y() / scale, picture.width, picture.height
            )
            self._session.set_request(box=moved)
        else:
            self._transform = self._transform_at_press.panned(delta.x(), delta.y())
            self._moved()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._press is None:
            return
        self._press = None
        if self._drawing and event.button() == Qt.MouseButton.LeftButton:
            draft, self._draft = self._draft, None
            self.set_drawing(False)
            if draft is not None:
                self._session.set_request(box=draft)
                self.box_edited.emit()
        elif self._grip is not None:
            changed = self._session.box is not None and self._session.box != self._box_at_press
            self._grip = None
            if changed:
                self.box_edited.emit()
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape and self._drawing:
            self._press = self._draft = None
            self.set_drawing(False)
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        if self._session.picture is None:
            return
        steps = event.angleDelta().y() / 120.0
        position = event.position()
        self._transform = self.transform.zoomed_at(position.x(), position.y(), 1.2**steps)
        self._moved()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        if self._transform is not None and event.oldSize().isValid():
            # What was in the middle stays there.
            grown = event.size() - event.oldSize()
            self._transform = self._transform.panned(grown.width() / 2, grown.height() / 2)
        super().resizeEvent(event)
        self._moved()

    def _grip_under(self, position: QPointF) -> Grip | None:
        box = self._session.shown_box
        if box is None or self._drawing:
            return None
        x, y = self.transform.to_photo(position.x(), position.y())
        return grip_at(box, x, y, GRIP_REACH / self.transform.scale)

    def _set_cursor(self, grip: Grip | None) -> None:
        if self._drawing:
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif grip is not None:
            self.setCursor(_CURSORS[(grip.horizontal, grip.vertical)])
        else:
            self.unsetCursor()
