"""The legend in the viewport: the switch of each timestep, and over it what other colours mean."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QWidget

from handviz.app.models.palette import timestep_colors
from handviz.app.models.session import SessionModel
from handviz.app.overlays import color_of
from handviz.app.theme import DARK, Theme
from handviz.app.tips import set_tip
from handviz.geometry.skeleton import TIMESTEPS


class TimestepSwitch(QAbstractButton):
    """A pill with the colour and name of a timestep; hidden timesteps are hollow and struck out."""

    def __init__(self, name: str, color: QColor, command: str) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setChecked(True)
        self.setText(name.capitalize())
        self.setAccessibleName(f"Show the hand in the {name}")
        set_tip(self, f"Show or hide the {name} of the exposure", *([command] if command else []))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._color = color
        self.colored = True
        self._painted = QPixmap()
        self._painted_state: tuple[object, ...] = ()
        self.theme: Theme = DARK

    def sizeHint(self) -> QSize:  # noqa: N802
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 44, metrics.height() + 12)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        # Every new picture of the viewport has its legend painted anew, so the pill is kept ready.
        state = (self.size(), self.devicePixelRatioF(), self.isChecked(), self.hasFocus(), self.isEnabled(),
                 self.colored, self.theme.name)  # fmt: skip
        if state != self._painted_state:
            self._painted_state = state
            self._painted = self._paint_pill()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._painted)

    def _paint_pill(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        result = QPixmap(self.size() * ratio)
        result.setDevicePixelRatio(ratio)
        result.fill(Qt.GlobalColor.transparent)
        painter = QPainter(result)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        fill = QColor(self.theme.panel)
        fill.setAlpha(235)
        painter.setBrush(fill)
        painter.setPen(QPen(QColor(self.theme.accent if self.hasFocus() else self.theme.border), 1.0))
        painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
        # A dot of the timestep's colour, unless colours say something else.
        dot = self._color if self.colored else QColor(self.theme.muted)
        painter.setPen(QPen(dot, 2.0))
        painter.setBrush(dot if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(13, body.center().y() - 6, 12, 12))
        font = self.font()
        font.setStrikeOut(not self.isChecked())
        painter.setFont(font)
        painter.setPen(QColor(self.theme.text if self.isChecked() and self.isEnabled() else self.theme.muted))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(body.adjusted(32, 0, 0, 0), flags, self.text())
        painter.end()
        return result


class Legend(QFrame):
    """One switch for each timestep of the prediction in sight; at one moment of a play they rest."""

    def __init__(self, session: SessionModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("legend")
        self._session = session
        self._names: tuple[str, ...] = ()
        self._theme: Theme = DARK
        self.switches: list[TimestepSwitch] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        session.prediction_changed.connect(self.refresh)
        session.view.content_changed.connect(self.refresh)
        session.view.time_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Mirror the session."""
        prediction = self._session.prediction
        names = TIMESTEPS if prediction is None else prediction.timesteps
        if names != self._names:
            self._build(names)
        for switch, visible in zip(self.switches, self._session.view.timesteps, strict=False):
            switch.setChecked(visible)
            switch.setEnabled(self._session.view.time is None)

    def set_colored(self, colored: bool) -> None:
        """Whether colours say the timestep."""
        for switch in self.switches:
            if switch.colored != colored:
                switch.colored = colored
                switch.update()

    def _build(self, names: tuple[str, ...]) -> None:
        for switch in self.switches:
            self._row.removeWidget(switch)
            switch.deleteLater()
        self._names = names
        self.switches = []
        for index, (name, color) in enumerate(zip(names, timestep_colors(len(names)), strict=True)):
            command = f"show_{name}" if names == TIMESTEPS else ""
            switch = TimestepSwitch(name, color_of(color), command)
            switch.theme = self._theme
            switch.clicked.connect(lambda on, timestep=index: self._session.view.set_timestep(timestep, on))
            self._row.addWidget(switch)
            self.switches.append(switch)
        self.adjustSize()

    def set_theme(self, theme: Theme) -> None:
        """Colour the switches."""
        self._theme = theme
        for switch in self.switches:
            switch.theme = theme
            switch.update()
