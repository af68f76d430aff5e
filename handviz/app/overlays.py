"""What panes paint: the photo, the hand box, projected joints, axes and a scale."""

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from handviz.app.models.affine import PhotoTransform
from handviz.app.models.crop_box import Box
from handviz.app.models.palette import timestep_colors
from handviz.app.theme import Theme
from handviz.geometry.skeleton import BONES

_CASING = QColor(0, 0, 0, 170)
_RADII = (2.2, 2.8, 3.4)
"""Joint radii in logical pixels from past to future, so that colour is not the only sign of order."""

UNDER_HOVERED = 0.35
"""Opacity of the chosen skeleton while the pointer is on another one."""


def color_of(rgb: np.ndarray) -> QColor:
    """(3,) in 0..1 to a QColor."""
    return QColor.fromRgbF(*(float(value) for value in rgb))


def draw_photo(
    painter: QPainter,
    pyramid: tuple[QImage, ...],
    transform: PhotoTransform,
    width: float,
    height: float,
    pixel_ratio: float,
) -> None:
    """The part of a photo that a pane of width x height shows, from the level of the pyramid that fits its scale."""
    level = 0
    while level + 1 < len(pyramid) and transform.scale * pixel_ratio * 2 ** (level + 1) <= 1.0:
        level += 1
    image, full = pyramid[level], pyramid[0]
    # Only the part in sight is scaled, however far one has zoomed in.
    left, top = transform.to_photo(0, 0)
    right, bottom = transform.to_photo(width, height)
    whole = QRectF(0, 0, full.width(), full.height())
    source = QRectF(QPointF(left, top), QPointF(right, bottom)).intersected(whole)
    if source.isEmpty():
        return
    x, y = transform.to_pane(source.x(), source.y())
    target = QRectF(x, y, source.width() * transform.scale, source.height() * transform.scale)
    shrink_x, shrink_y = image.width() / full.width(), image.height() / full.height()
    part = QRectF(source.x() * shrink_x, source.y() * shrink_y, source.width() * shrink_x, source.height() * shrink_y)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, transform.scale * pixel_ratio < 4.0)
    painter.drawImage(target, image, part)


def draw_joints(
    painter: QPainter,
    joints_2d: np.ndarray,
    timesteps: tuple[bool, ...],
    transform: PhotoTransform,
    colors: np.ndarray | None = None,
) -> None:
    """Bones and joints (T, 21, 2) in photo pixels of the visible timesteps, later ones on top and larger.

    colors (T, 3) in 0..1 are those of the timesteps unless given.
    """
    if not joints_2d.shape[1]:
        return  # predictions of other methods may know none
    colors = timestep_colors(len(joints_2d)) if colors is None else colors
    offset = np.array([transform.left, transform.top], np.float32)
    for timestep, (points, color) in enumerate(zip(joints_2d, colors, strict=True)):
        if not timesteps[timestep]:
            continue
        pane = [QPointF(float(x), float(y)) for x, y in points * transform.scale + offset]
        lines = [QLineF(pane[parent], pane[joint]) for parent, joint in BONES]
        # Flat caps are drawn several times faster than round ones, and the joints cover them.
        painter.setPen(QPen(_CASING, 4.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLines(lines)
        painter.setPen(QPen(color_of(color), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLines(lines)
        radius = _RADII[min(round(timestep * (len(_RADII) - 1) / max(len(joints_2d) - 1, 1)), len(_RADII) - 1)]
        painter.setPen(QPen(_CASING, 1.2))
        painter.setBrush(color_of(color))
        for point in pane:
            painter.drawEllipse(point, radius + 1.0, radius + 1.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_box(painter: QPainter, box: Box, transform: PhotoTransform, color: QColor, by_hand: bool) -> None:
    """The hand box: solid when set by hand, dashed when detected, with square handles."""
    x, y = transform.to_pane(box[0], box[1])
    rectangle = QRectF(x, y, box[2] * transform.scale, box[3] * transform.scale)
    style = Qt.PenStyle.SolidLine if by_hand else Qt.PenStyle.DashLine
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_CASING, 4.0))
    painter.drawRect(rectangle)
    painter.setPen(QPen(color, 2.0, style))
    painter.drawRect(rectangle)
    painter.setPen(QPen(_CASING, 1.0))
    painter.setBrush(color)
    middle = rectangle.center()
    for cx in (rectangle.left(), middle.x(), rectangle.right()):
        for cy in (rectangle.top(), middle.y(), rectangle.bottom()):
            if QPointF(cx, cy) != middle:
                painter.drawRect(QRectF(cx - 4, cy - 4, 8, 8))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def draw_axes(painter: QPainter, rotation: np.ndarray, centre: QPointF, length: float, text: QColor) -> None:
    """The photo camera's axes (x right, y down, z into the scene) as they look under rotation (3, 3)."""
    order = sorted(range(3), key=lambda axis: -rotation[2, axis])
    for axis in order:
        tip = centre + QPointF(float(rotation[0, axis]), float(rotation[1, axis])) * length
        faint = QColor(text)
        faint.setAlphaF(0.9 if rotation[2, axis] <= 0.5 else 0.5)
        painter.setPen(QPen(faint, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(centre, tip)
        away = centre + QPointF(float(rotation[0, axis]), float(rotation[1, axis])) * (length + 9.0)
        painter.drawText(QRectF(away.x() - 8, away.y() - 8, 16, 16), Qt.AlignmentFlag.AlignCenter, "xyz"[axis])


def draw_scale(painter: QPainter, pixels_per_metre: float, right: float, bottom: float, color: QColor) -> None:
    """A bar of a round length in centimetres at the depth of the orbit's target, ending at (right, bottom)."""
    centimetres = next((cm for cm in (1, 2, 5, 10, 20, 50, 100) if cm * pixels_per_metre / 100.0 >= 44.0), 200)
    length = centimetres * pixels_per_metre / 100.0
    painter.setPen(QPen(color, 1.6))
    left = right - length
    painter.drawLines(
        [
            QLineF(left, bottom, right, bottom),
            QLineF(left, bottom - 4, left, bottom + 4),
            QLineF(right, bottom - 4, right, bottom + 4),
        ]
    )
    painter.drawText(QRectF(right - 120, bottom - 24, 120, 18), Qt.AlignmentFlag.AlignRight, f"{centimetres} cm")


def tag_size(painter: QPainter, text: str) -> tuple[float, float]:
    """Width and height of a tag."""
    metrics = QFontMetricsF(painter.font())
    return metrics.horizontalAdvance(text) + 32.0, metrics.height() + 8.0


def draw_tag(painter: QPainter, text: str, centre: QPointF, color: QColor, theme: Theme) -> None:
    """A word on a small panel with a dot of its colour, its upper edge centred at a place."""
    width, height = tag_size(painter, text)
    body = QRectF(centre.x() - width / 2, centre.y(), width, height)
    painter.setPen(QPen(QColor(theme.border), 1.0))
    fill = QColor(theme.panel)
    fill.setAlpha(235)
    painter.setBrush(fill)
    painter.drawRoundedRect(body, height / 2, height / 2)
    painter.setPen(QPen(_CASING, 1.0))
    painter.setBrush(color)
    painter.drawEllipse(QPointF(body.left() + 13.0, body.center().y()), 4.5, 4.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QColor(theme.text))
    painter.drawText(body.adjusted(22.0, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
