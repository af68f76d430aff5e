"""The curve of a sweep: spread against blur, over all joints and for some of them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from handviz.app.theme import DARK, LIGHT, Theme
from handviz.geometry.skeleton import FINGERS, JOINT_NAMES
from handviz.hypotheses.sweep import CROP_PX, Sweep

FINGER_COLORS = {
    "dark": ("#E69F00", "#56B4E9", "#00B07F", "#F0E442", "#CC79A7"),
    "light": ("#B37400", "#0072B2", "#007A58", "#8A7F00", "#A64D7E"),
}
"""Thumb to pinky, Okabe and Ito's; each line is also named at its end."""
_STYLES = (Qt.PenStyle.DotLine, Qt.PenStyle.DashLine, Qt.PenStyle.DashDotLine, Qt.PenStyle.SolidLine)
"""From the base of a finger to its tip."""
_LABEL_STEP = 15.0


def joint_label(joint: int) -> str:
    """A joint's name in words: "Index tip", "Index joint 1"."""
    finger, part = JOINT_NAMES[joint].split("_")
    return f"{finger.capitalize()} {'tip' if part == 'tip' else f'joint {part}'}"


def joint_color(joint: int, theme: Theme) -> QColor:
    """The colour of a joint's finger."""
    return QColor(FINGER_COLORS[theme.name][FINGERS.index(JOINT_NAMES[joint].split("_")[0])])


@dataclass(frozen=True, eq=False)
class ChartContent:
    """What a chart shows."""

    sweep: Sweep
    joints: tuple[int, ...] = ()
    timestep: int | None = None
    """None is the mean over the timesteps."""
    chosen: int | None = None
    """The step that is marked."""


def nice_ceiling(value: float) -> tuple[float, float]:
    """A round number from value on, and the step of about five lines below it."""
    step = 10.0 ** np.floor(np.log10(max(value, 1e-6) / 5.0))
    step *= next(factor for factor in (1.0, 2.0, 5.0, 10.0) if value / (step * factor) <= 6.0)
    return float(step * np.ceil(max(value, 1e-6) / step)), float(step)


class _Axes:
    """Where blur and spread lie in a rectangle."""

    def __init__(self, content: ChartContent, area: QRectF) -> None:
        sweep = content.sweep
        curves = [sweep.curve(joint, content.timestep) for joint in (None, *content.joints)]
        self.area = area
        self.x_end = max(float(sweep.blur_px.max()), 1.0)
        self.y_end, self.y_step = nice_ceiling(max(float(curve.max()) for curve in curves))
        self.x_step = nice_ceiling(self.x_end)[1]

    def at(self, blur_px: float, spread_mm: float) -> QPointF:
        return QPointF(
            self.area.left() + self.area.width() * blur_px / self.x_end,
            self.area.bottom() - self.area.height() * spread_mm / self.y_end,
        )


def plot_area(content: ChartContent, rect: QRectF, font: QFont) -> QRectF:
    """The part of rect in which the curves lie, labels around it."""
    metrics = QFontMetricsF(font)
    names = ["All joints", *(joint_label(joint) for joint in content.joints)]
    right = max(metrics.horizontalAdvance(name) for name in names) + 22
    return rect.adjusted(52, 14, -right, -(2.0 * metrics.height() + 16))


def paint_chart(painter: QPainter, rect: QRectF, content: ChartContent, theme: Theme) -> None:
    """Paint the chart into rect; content holds at least one step."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    area = plot_area(content, rect, painter.font())
    axes = _Axes(content, area)
    _paint_axes(painter, rect, content, axes, theme)
    sweep = content.sweep
    if content.chosen is not None and content.chosen < len(sweep.steps):
        x = axes.at(float(sweep.blur_px[content.chosen]), 0.0).x()
        painter.setPen(QPen(QColor(theme.accent), 1.4, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
    labels = []
    for joint in (*content.joints, None):
        values = sweep.curve(joint, content.timestep)
        color = QColor(theme.text) if joint is None else joint_color(joint, theme)
        style = Qt.PenStyle.SolidLine if joint is None else _STYLES[(joint - 1) % 4]
        points = [axes.at(float(x), float(y)) for x, y in zip(sweep.blur_px, values, strict=True)]
        painter.setPen(QPen(color, 3.0 if joint is None else 1.8, style, Qt.PenCapStyle.RoundCap))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for point in points:
            painter.drawEllipse(point, 3.4 if joint is None else 2.4, 3.4 if joint is None else 2.4)
        labels.append((points[-1].y(), "All joints" if joint is None else joint_label(joint), color, joint is None))
    _paint_labels(painter, labels, area, rect)


def _paint_axes(painter: QPainter, rect: QRectF, content: ChartContent, axes: _Axes, theme: Theme) -> None:
    area, metrics = axes.area, QFontMetricsF(painter.font())
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
    for value in np.arange(0.0, axes.y_end + 0.5 * axes.y_step, axes.y_step):
        y = axes.at(0.0, float(value)).y()
        painter.setPen(QPen(QColor(theme.border), 1.0))
        painter.drawLine(QLineF(area.left(), y, area.right(), y))
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRectF(area.left() - 46, y - 10, 38, 20), right, f"{value:g}")
    for value in np.arange(0.0, axes.x_end + 1e-6, axes.x_step):
        x = axes.at(float(value), 0.0).x()
        painter.drawText(QRectF(x - 30, area.bottom() + 4, 60, 20), middle, f"{value:g}")
    crop = f"100 px are {100.0 * CROP_PX / max(content.sweep.box_px, 1.0):.0f} px of a {CROP_PX} px crop"
    title = QRectF(area.left(), area.bottom() + metrics.height() + 8, rect.right() - area.left(), metrics.height() + 4)
    painter.drawText(title, Qt.AlignmentFlag.AlignLeft, f"Blur length in px of the photo ({crop})")
    painter.save()
    painter.translate(rect.left() + 2, area.bottom())
    painter.rotate(-90.0)
    when = "" if content.timestep is None else f", {content.sweep.timesteps[content.timestep]}"
    side = QRectF(0, 0, area.height(), metrics.height())
    painter.drawText(side, Qt.AlignmentFlag.AlignHCenter, f"Spread in mm{when}")
    painter.restore()


def _paint_labels(painter: QPainter, labels: list, area: QRectF, rect: QRectF) -> None:
    """Names at the ends of the lines, pushed apart where they would overlap."""
    labels.sort(key=lambda label: label[0])
    places, last = [], -np.inf
    for y, *_ in labels:
        last = max(y, last + _LABEL_STEP)
        places.append(last)
    overflow = max(places[-1] - (area.bottom() + 4), 0.0)
    font = QFont(painter.font())
    for place, (y, text, color, bold) in zip(places, labels, strict=True):
        at = max(place - overflow, area.top() - 6)
        painter.setPen(QPen(color, 1.0))
        painter.drawLine(QLineF(area.right() + 5, y, area.right() + 13, at))
        font.setBold(bold)
        painter.setFont(font)
        box = QRectF(area.right() + 16, at - 10, rect.right() - area.right() - 16, 20)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    font.setBold(False)
    painter.setFont(font)


def chart_image(content: ChartContent, theme: Theme = LIGHT, width: int = 900, height: int = 520,
                scale: float = 2.0) -> QImage:  # fmt: skip
    """The chart as a picture for a paper, needing an application for its fonts."""
    image = QImage(round(width * scale), round(height * scale), QImage.Format.Format_RGB888)
    image.setDevicePixelRatio(scale)
    image.fill(QColor("#ffffff" if theme is LIGHT else theme.stage))
    painter = QPainter(image)
    paint_chart(painter, QRectF(10, 8, width - 20, height - 16), content, theme)
    painter.end()
    return image


def export(content: ChartContent, path: Path) -> None:
    """Write the figures as path (.csv) and the curve beside it as .png. Raises InputError."""
    from handviz.app.saving import write_image

    content.sweep.write_csv(path.with_suffix(".csv"))
    write_image(chart_image(content), path.with_suffix(".png"))


def export_without_window(content: ChartContent, path: Path) -> None:
    """The same where no application runs. Raises InputError."""
    from PySide6.QtWidgets import QApplication

    from handviz.app.theme import load_assets

    application = QApplication.instance() or QApplication(["handviz"])
    load_assets(application)
    export(content, path)


class SweepChart(QWidget):
    """Shows a ChartContent; step_chosen carries the step nearest to a click."""

    step_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.content: ChartContent | None = None
        self.theme: Theme = DARK
        self.setMinimumSize(320, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Spread against blur")

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(600, 300)

    def show_content(self, content: ChartContent | None) -> None:
        """Show another sweep, or other joints of it."""
        self.content = content if content is not None and content.sweep.steps else None
        if self.content is not None:
            values = self.content.sweep.curve(None, self.content.timestep)
            self.setAccessibleDescription(
                f"Spread of all joints goes from {values[0]:.1f} mm, sharp, to {values[-1]:.1f} mm at "
                f"{self.content.sweep.blur_px[-1]:.0f} px of blur"
            )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.theme.stage))
        if self.content is not None:
            paint_chart(painter, QRectF(self.rect()).adjusted(12, 10, -10, -6), self.content, self.theme)
        else:
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, "The curve of spread against blur appears here."
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self.content is None:
            return
        area = plot_area(self.content, QRectF(self.rect()).adjusted(12, 10, -10, -6), self.font())
        axes = _Axes(self.content, area)
        places = [axes.at(float(blur), 0.0).x() for blur in self.content.sweep.blur_px]
        self.step_chosen.emit(int(np.argmin(np.abs(np.array(places) - event.position().x()))))
