"""Line icons, drawn as SVG paths on a 24 x 24 grid in the colour of the text."""

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_PATHS = {
    "open": "M3 7 V18 H19 L22 10 H7 L3 18 M3 7 V5 H9 L11 7 H18 V10",
    "box": "M4 8 V4 H8 M16 4 H20 V8 M20 16 V20 H16 M8 20 H4 V16 M12 9 V15 M9 12 H15",
    "previous": "M15 5 L8 12 L15 19",
    "next": "M9 5 L16 12 L9 19",
    "up": "M5 15 L12 8 L19 15",
    "down": "M5 9 L12 16 L19 9",
    "fit": "M4 9 V4 H9 M15 4 H20 V9 M20 15 V20 H15 M9 20 H4 V15",
    "close": "M6 6 L18 18 M18 6 L6 18",
    "link": "M10 14 A4 4 0 0 0 15.7 14 L19 10.7 A4 4 0 0 0 13.3 5 L12 6.3 M14 10 A4 4 0 0 0 8.3 10 L5 13.3 "
    "A4 4 0 0 0 10.7 19 L12 17.7",
    "unlink": "M15 15 L19 10.7 A4 4 0 0 0 13.3 5 L11 7.3 M9 9 L5 13.3 A4 4 0 0 0 10.7 19 L13 16.7 M4 4 L20 20",
    "plus": "M12 5 V19 M5 12 H19",
    "play": "M8 5 L19 12 L8 19 Z",
    "pause": "M8.5 5 V19 M15.5 5 V19",
    "drop": "M12 3 V14 M7 9 L12 14 L17 9 M4 15 V20 H20 V15",
    "turn": "M8 4 V20 M4 8 L8 4 L12 8 M16 20 V4 M12 16 L16 20 L20 16",
    "library": "M4 5 H11 V11 H4 Z M13 5 H20 V11 H13 Z M4 13 H11 V19 H4 Z M13 13 H20 V19 H13 Z",
    "warning": "M12 4 L22 20 H2 Z M12 10 V14.5 M12 17 V17.5",
}


def icon(name: str, color: str) -> QIcon:
    """The icon in a colour "#rrggbb", sharp at any scale factor."""
    result = QIcon()
    for side in (16, 24, 32, 48, 96):
        result.addPixmap(pixmap(name, color, side))
    return result


def pixmap(name: str, color: str, side: int) -> QPixmap:
    """The icon as side x side device pixels."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{color}" '
        f'stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round"><path d="{_PATHS[name]}"/></svg>'
    )
    result = QPixmap(QSize(side, side))
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    return result
