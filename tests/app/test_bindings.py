"""The Qt bindings do not wear down the interpreter."""

import sys

from PySide6.QtGui import QImage, QPainter


def test_calls_that_return_nothing_keep_the_count_of_none(qapp) -> None:
    """PySide6 6.12.0 lost one reference a call on Python 3.11: the program aborted after minutes of painting."""
    painter = QPainter(image := QImage(8, 8, QImage.Format.Format_RGB32))
    before = sys.getrefcount(None)
    for _ in range(500):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    lost = before - sys.getrefcount(None)
    painter.end()
    assert lost < 250 and not image.isNull()
