"""What a person does to the window: opening, dragging, turning the wheel, dropping."""

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication


def shown(qtbot, rig, path) -> None:
    """Open a file and wait for its prediction."""
    rig.window.opening.open(path)
    qtbot.waitUntil(lambda: rig.window.session.prediction is not None)


def settle(qtbot, rig) -> None:
    """Wait until the viewport shows the newest state."""
    canvas = rig.window.viewport_pane.canvas
    qtbot.waitUntil(lambda: canvas.at_rest)


def drag(qtbot, widget, start, end, button=Qt.MouseButton.LeftButton, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """Press, move in steps, release."""
    qtbot.mousePress(widget, button, modifier, QPoint(*start))
    for step in np.linspace(0, 1, 6)[1:]:
        at = QPointF(*(np.array(start) + step * (np.array(end) - start)))
        move = QMouseEvent(QEvent.Type.MouseMove, at, widget.mapToGlobal(at), button, button, modifier)
        QApplication.sendEvent(widget, move)
    qtbot.mouseRelease(widget, button, modifier, QPoint(*end))


def wheel(widget, at, steps) -> None:
    position = QPointF(*at)
    event = QWheelEvent(
        position, widget.mapToGlobal(position), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def drop(widget, *paths) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    how = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(200, 200), *how))
    QApplication.sendEvent(widget, QDropEvent(QPointF(200, 200), *how))


def pane_point(rig, x, y) -> tuple[int, int]:
    """A place of the photo as a pixel of the photo canvas."""
    left, top = rig.window.photo_pane.canvas.transform.to_pane(x, y)
    return round(left), round(top)
