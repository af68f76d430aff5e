"""The status bar: what is going on, how far it is, and what it runs on."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QPushButton, QStatusBar

from handviz.app.controls import label
from handviz.app.models.session import SessionModel
from handviz.app.tips import set_tip


class StatusBar(QStatusBar):
    """Mirrors the session's job and engine; cancel_requested comes from its button."""

    cancel_requested = Signal()

    def __init__(self, session: SessionModel) -> None:
        super().__init__()
        self._session = session
        self._renderer = ""
        self.setSizeGripEnabled(False)
        self.doing = label("", "statusText")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(180)
        self.progress.setAccessibleName("Progress of the prediction")
        self.cancel = QPushButton("Cancel")
        self.cancel.setAccessibleName("Cancel the prediction")
        set_tip(self.cancel, "Stop the prediction", "cancel")
        self.cancel.setStyleSheet("padding: 1px 10px;")
        self.engine = label("", "statusText")
        self.setContentsMargins(10, 0, 6, 0)
        self.addWidget(self.doing)
        self.addWidget(self.progress)
        self.addWidget(self.cancel)
        self.addPermanentWidget(self.engine)
        self.cancel.clicked.connect(self.cancel_requested)
        for signal in (session.job_changed, session.engine_changed, session.prediction_changed,
                       session.picture_changed):  # fmt: skip
            signal.connect(self.refresh)
        self.refresh()

    def set_renderer(self, text: str) -> None:
        """Name what draws the viewport."""
        self._renderer = text
        self.refresh()

    def refresh(self) -> None:
        """Mirror the session."""
        session = self._session
        job, picture = session.job, session.picture
        self.progress.setVisible(job is not None or bool(session.loading))
        self.cancel.setVisible(job is not None)
        if session.loading:
            self.doing.setText(session.loading)
            self.progress.setRange(0, 0)
        elif job is not None:
            self.doing.setText(job.message)
            self.progress.setRange(0, 1000 if job.fraction > 0.0 else 0)
            self.progress.setValue(round(1000 * job.fraction))
        elif picture is None:
            self.doing.setText("")
        else:
            frame = f" · frame {picture.frame}" if picture.is_video else ""
            self.doing.setText(f"{picture.path.name}{frame} · {picture.width} × {picture.height}")
        engine = session.engine
        device = engine.device.upper() if engine.device in ("cpu", "cuda") else engine.device
        waiting = "" if engine.asleep else "Networks are loading"
        parts = [device, engine.weights_name] if engine.ready else [waiting]
        if session.seconds is not None:
            parts.append(f"predicted in {session.seconds:.2f} s")
        if self._renderer:
            parts.append(self._renderer)
        self.engine.setText(" · ".join(part for part in parts if part))
