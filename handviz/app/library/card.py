"""How a case looks in the grid: its picture, verdict, flags, name, figures and suspicion."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from handviz.app.library.case_list import CASE_ROLE
from handviz.app.library.thumbnails import Thumbnails
from handviz.app.models.case_text import case_title, figure_parts, flags_text
from handviz.app.models.library import LibraryModel
from handviz.app.theme import DARK, Theme
from handviz.review.cases import Case

PICTURE = QSize(216, 150)
CARD = QSize(PICTURE.width() + 12, PICTURE.height() + 84)
GAP = 10
_RADIUS = 7.0

VERDICT_LOOKS = {
    "accept": ("✓", "#1f9d61", "accepted"),
    "reject": ("✕", "#d1453b", "rejected"),
    "unsure": ("?", "#b07d12", "unsure"),
}
"""Sign, colour under white, word: colour is never the only sign."""


class CardDelegate(QStyledItemDelegate):
    """Paints one case."""

    def __init__(self, model: LibraryModel, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._model = model
        self._thumbnails = thumbnails
        self.theme: Theme = DARK

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        return QSize(CARD.width() + GAP, CARD.height() + GAP)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        case: Case | None = index.data(CASE_ROLE)
        if case is None:
            return
        theme = self.theme
        card = QRect(QPoint(0, 0), CARD)
        card.moveCenter(option.rect.center())
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        current = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = theme.accent if selected else theme.border
        painter.setPen(QPen(QColor(edge), 2.5 if selected else 1.0))
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setBrush(QColor(theme.hover if selected or hovered else theme.panel))
        painter.drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        picture = QRect(card.left() + 6, card.top() + 6, PICTURE.width(), PICTURE.height())
        self._paint_picture(painter, picture, case)
        self._paint_verdict(painter, picture, case)
        self._paint_text(painter, picture, case, option.font)
        if current and not selected:
            painter.setPen(QPen(QColor(theme.accent), 1.0, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(card).adjusted(2.5, 2.5, -2.5, -2.5), _RADIUS - 2, _RADIUS - 2)
        painter.restore()

    def _paint_picture(self, painter: QPainter, picture: QRect, case: Case) -> None:
        pixmap = self._thumbnails.get(case)
        if pixmap is not None:
            painter.drawPixmap(picture, pixmap)
            return
        painter.fillRect(picture, QColor(self.theme.stage))
        trouble = self._thumbnails.trouble(case)
        if trouble:
            painter.setPen(QColor(self.theme.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(picture.adjusted(12, 8, -12, -8), flags, "The photo cannot be read")

    def _paint_verdict(self, painter: QPainter, picture: QRect, case: Case) -> None:
        if case.verdict is not None:
            sign, color, word = VERDICT_LOOKS[case.verdict]
            self._pill(painter, picture.left() + 6, picture.top() + 6, f"{sign} {word}", color, "#ffffff")
        elif case.state == "new":
            self._pill(painter, picture.left() + 6, picture.top() + 6, "new", self.theme.accent, self.theme.accent_text)
        if case.flags_count:
            text = f"⚑ {flags_text(case.flags_count)}"
            width = self._pill_width(painter, text)
            self._pill(painter, picture.right() - 5 - width, picture.top() + 6, text, "#8a3b00", "#ffffff")

    def _pill_width(self, painter: QPainter, text: str) -> int:
        return QFontMetrics(self._small(painter.font())).horizontalAdvance(text) + 14

    def _pill(self, painter: QPainter, left: int, top: int, text: str, color: str, text_color: str) -> None:
        font = painter.font()
        box = QRectF(left, top, self._pill_width(painter, text), 20)
        painter.setPen(QPen(QColor(0, 0, 0, 90), 1.0))
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(box, 10, 10)
        painter.setPen(QColor(text_color))
        painter.setFont(self._small(font))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.setFont(font)

    def _paint_text(self, painter: QPainter, picture: QRect, case: Case, font: QFont) -> None:
        left, width, top = picture.left() + 2, picture.width() - 4, picture.bottom() + 6
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        small = self._small(font)
        parts, reasons = figure_parts(case), self._model.reason_titles(case)
        lines = (
            (bold, self.theme.text, case_title(case), Qt.TextElideMode.ElideMiddle, 0),
            (small, self.theme.muted, " · ".join(parts[:2]) or "not predicted yet", Qt.TextElideMode.ElideRight, 0),
            (small, self.theme.muted, " · ".join(parts[2:]), Qt.TextElideMode.ElideRight, 0),
            (small, self.theme.text, ", ".join(reasons), Qt.TextElideMode.ElideRight, 12 if reasons else 0),
        )
        for line_font, color, text, elide, indent in lines:
            metrics = QFontMetrics(line_font)
            if indent:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(self.theme.accent))
                painter.drawEllipse(QPointF(left + 4, top + metrics.height() / 2), 3.5, 3.5)
            painter.setFont(line_font)
            painter.setPen(QColor(color))
            painter.drawText(left + indent, top + metrics.ascent(), metrics.elidedText(text, elide, width - indent))
            top += metrics.height() + (2 if line_font is bold else 0)

    @staticmethod
    def _small(font: QFont) -> QFont:
        small = QFont(font)
        small.setPointSizeF(max(font.pointSizeF() - 1.5, 7.0))
        return small
