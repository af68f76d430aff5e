"""The bar above the photo: meshes over it, the hand's box up close, and zoom in step with the viewport."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from handviz.app.controls import Slider, header
from handviz.app.models.session import SessionModel
from handviz.app.photo_canvas import PhotoCanvas
from handviz.app.tips import set_tip


class PhotoBar(QWidget):
    """Mirrors the session's photo view."""

    def __init__(self, session: SessionModel, canvas: PhotoCanvas) -> None:
        super().__init__()
        self._session = session
        photo_view = session.photo_view
        self.meshes = _button("Meshes", "Lay the chosen hypothesis over the photo", "overlay", checkable=True)
        self.opacity = Slider("Opacity of the meshes over the photo")
        self.opacity.setObjectName("frames")
        self.opacity.setRange(0, 100)
        self.opacity.setMinimumWidth(60)
        self.opacity.setMaximumWidth(160)
        self.opacity.setToolTip("Opacity of the meshes")
        self.crop = _button("Hand", "Zoom to the hand's box, or back to the whole photo", "crop", checkable=False)
        self.link = _button(
            "In step", "Zoom and pan together with the viewport while it looks as photographed", "link_photo", True
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        bar = header(self.meshes, self.opacity, None, self.crop, self.link)
        bar.layout().setSpacing(5)
        bar.layout().setStretch(1, 1)
        column.addWidget(bar)
        self.meshes.clicked.connect(photo_view.set_meshes)
        self.opacity.valueChanged.connect(lambda value: photo_view.set_opacity(value / 100))
        self.crop.clicked.connect(canvas.toggle_crop)
        self.link.clicked.connect(photo_view.set_linked)
        for signal in (photo_view.changed, session.picture_changed, session.prediction_changed,
                       session.request_changed):  # fmt: skip
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Mirror the session."""
        session, photo_view = self._session, self._session.photo_view
        both = session.picture is not None and session.prediction is not None
        self.meshes.setEnabled(both)
        self.meshes.setChecked(photo_view.meshes)
        self.opacity.setEnabled(both and photo_view.meshes)
        with QSignalBlocker(self.opacity):
            self.opacity.setValue(round(100 * photo_view.opacity))
        self.crop.setEnabled(session.picture is not None and session.shown_box is not None)
        self.link.setEnabled(both)
        self.link.setChecked(photo_view.linked)


def _button(text: str, tip: str, command: str, checkable: bool) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setCheckable(checkable)
    button.setAccessibleName(text)
    set_tip(button, tip, command)
    return button
