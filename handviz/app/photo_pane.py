"""The left pane: photo, choice of the hand, box, and the frames of a video."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QSpinBox, QToolButton, QVBoxLayout, QWidget

from handviz.app.controls import Segments, Slider, header, label, padded
from handviz.app.icons import icon, pixmap
from handviz.app.models.session import HANDS, SessionModel
from handviz.app.photo_bar import PhotoBar
from handviz.app.photo_canvas import PhotoCanvas
from handviz.app.theme import Theme
from handviz.app.tips import set_tip, with_key
from handviz.hypotheses.photo_source import PhotoSource
from handviz.hypotheses.prediction import Prediction


class EmptyState(QWidget):
    """What the photo pane says before anything is open."""

    open_requested = Signal()
    demo_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._icon = QLabel()
        self.title = label("", "emptyTitle")
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.35)
        font.setWeight(font.Weight.DemiBold)
        self.title.setFont(font)
        self.hint = label("", "muted")
        self.open_button = QPushButton("Open…")
        self.open_button.setObjectName("primary")
        self.open_button.clicked.connect(self.open_requested)
        self.demo_button = QPushButton("Try the demo photo")
        self.demo_button.clicked.connect(self.demo_requested)
        for widget in (self._icon, self.title, self.hint):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignCenter)
        column.addSpacing(6)
        column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.demo_button, 0, Qt.AlignmentFlag.AlignCenter)

    def show_state(self, prediction: Prediction | None) -> None:
        """Say what to drop: anything, or the photo of a prediction that was opened alone."""
        if prediction is not None:
            source = PhotoSource.of(prediction)
            self.title.setText("Drop its photo here")
            self.hint.setText("to see the hypotheses over it" if source is None else f"It is {source.describe()}")
        else:
            self.title.setText("Drop a photo or video here")
            self.hint.setText(with_key("or press {} to choose one", "open"))

    def set_theme(self, theme: Theme) -> None:
        """Colour the icon."""
        image = pixmap("drop", theme.muted, round(56 * self.devicePixelRatioF()))
        image.setDevicePixelRatio(self.devicePixelRatioF())
        self._icon.setPixmap(image)


class VideoBar(QWidget):
    """Frame slider, frame number and step buttons; frame_requested carries the wanted frame."""

    frame_requested = Signal(int)

    def __init__(self, session: SessionModel) -> None:
        super().__init__()
        self._session = session
        self.slider = Slider("Video frame")
        self.slider.setObjectName("frames")
        self.spin = QSpinBox()
        self.spin.setAccessibleName("Video frame number")
        self.spin.setKeyboardTracking(False)
        padded(self.spin)
        self.total = label("", "muted")
        self.back = QToolButton()
        self.back.setAccessibleName("Previous frame")
        set_tip(self.back, "Previous frame, 10 back", "previous_frame", "frames_back")
        self.forward = QToolButton()
        self.forward.setAccessibleName("Next frame")
        set_tip(self.forward, "Next frame, 10 ahead", "next_frame", "frames_ahead")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.slider.setMinimumWidth(60)
        bar = header(self.back, self.slider, self.forward, self.spin, self.total, footer=True)
        bar.layout().setStretch(1, 1)
        bar.layout().setAlignment(self.slider, Qt.Alignment())
        column.addWidget(bar)
        self.slider.valueChanged.connect(self.frame_requested)
        self.spin.valueChanged.connect(self.frame_requested)
        self.back.clicked.connect(lambda: self.step(-1))
        self.forward.clicked.connect(lambda: self.step(1))
        session.picture_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Mirror the session."""
        picture = self._session.picture
        self.setVisible(picture is not None and picture.is_video)
        if picture is None or not picture.is_video:
            return
        last = picture.frame_count - 1
        self.total.setText(f"of {last}")
        for control in (self.slider, self.spin):
            with QSignalBlocker(control):
                control.setRange(0, last)
                # A slider under the pointer runs ahead of the decoder; it is not pulled back.
                if control is not self.slider or not self.slider.isSliderDown():
                    control.setValue(picture.frame)

    def step(self, frames: int) -> None:
        """Ask for the frame that many further on."""
        picture = self._session.picture
        if picture is not None and picture.is_video:
            # The slider holds the frame asked for last, even while it is still being decoded.
            self.slider.setValue(self.slider.value() + frames)


class PhotoPane(QWidget):
    """Header, photo and video bar. hand_chosen follows a choice of left, right or auto."""

    hand_chosen = Signal()

    def __init__(self, session: SessionModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.canvas = PhotoCanvas(session)
        self.bar = PhotoBar(session, self.canvas)
        self.video_bar = VideoBar(session)
        self.empty = EmptyState(self.canvas)
        self.title = label("Photo", "paneTitle")
        self.draw_box = QToolButton()
        self.draw_box.setText("Box")
        self.draw_box.setCheckable(True)
        self.draw_box.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.draw_box.setAccessibleName("Draw a box around the hand")
        set_tip(self.draw_box, "Draw a box around the hand, as Shift-drag on the photo does", "draw_box")
        self.draw_box.toggled.connect(self.canvas.set_drawing)
        self.canvas.drawing_changed.connect(self.draw_box.setChecked)
        labels = {"auto": "Auto", "left": "Left", "right": "Right"}
        assert tuple(labels) == HANDS
        self.hand = Segments(labels, "Hand", self._choose_hand)
        self.hand.setToolTip("Which hand it is; Auto lets the detector decide")
        self.fit = QToolButton()
        self.fit.setAccessibleName("Show the whole photo")
        set_tip(self.fit, "Show the whole photo, as a double click does", "fit_photo")
        self.fit.clicked.connect(self.canvas.fit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header(self.title, None, self.hand, self.draw_box, self.fit))
        column.addWidget(self.bar)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.video_bar)
        session.picture_changed.connect(self.refresh)
        session.request_changed.connect(self.refresh)
        session.prediction_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Mirror the session."""
        picture = self._session.picture
        self.empty.setVisible(picture is None)
        self.empty.show_state(self._session.prediction)
        self.hand.show_choice(self._session.hand)
        self.draw_box.setEnabled(picture is not None)
        self.fit.setEnabled(picture is not None)
        self.title.setText("Photo" if picture is None else "Video" if picture.is_video else "Photo")

    def _choose_hand(self, choice: str) -> None:
        if choice != self._session.hand:
            self._session.set_request(hand=choice)
            self.hand_chosen.emit()

    def show_pyramid(self, pyramid: tuple[QImage, ...], keep_view: bool) -> None:
        """Show another picture given at halving sizes."""
        self.canvas.show_pyramid(pyramid, keep_view)

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""
        self.canvas.theme = theme
        self.canvas.update()
        self.empty.set_theme(theme)
        self.draw_box.setIcon(icon("box", theme.text))
        self.fit.setIcon(icon("fit", theme.text))
        self.video_bar.back.setIcon(icon("previous", theme.text))
        self.video_bar.forward.setIcon(icon("next", theme.text))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.layout().activate()
        self.empty.setGeometry(self.canvas.rect())
