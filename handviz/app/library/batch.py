"""Batches as the page sees them: events in the UI thread, a bar with progress, time left, pause and cancel."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from handviz.app.clients import ClientFactories
from handviz.app.controls import header, label
from handviz.app.models.batch_text import batch_lines
from handviz.app.theme import Theme
from handviz.casework.batch import BatchRun, BatchSettings
from handviz.casework.batch_events import BatchEvent, BatchProgress, ItemDone
from handviz.casework.batch_items import BatchSources

_STEPS = 1000
MAX_FAILURES = 200
"""So many messages of failed pictures are kept to be read."""


class Batches(QObject):
    """One batch at a time. changed follows its progress."""

    changed = Signal()
    _event = Signal(object, object)

    def __init__(self, parent: QObject, clients: ClientFactories) -> None:
        super().__init__(parent)
        self._clients = clients
        self._run: BatchRun | None = None
        self.progress = BatchProgress(state="finished")
        self.failures: list[str] = []
        self._token = object()
        self._event.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """Whether one is under way, or paused."""
        return self._run is not None and not self.progress.ended

    @property
    def paused(self) -> bool:
        """Whether it waits to be resumed."""
        return self.progress.state == "paused"

    @property
    def message(self) -> str:
        """Why it paused by itself."""
        return self.progress.message

    def start(self, library: Path, sources: BatchSources, settings: BatchSettings) -> None:
        """Begin. Raises InputError when the wish is out of range, or one is under way."""
        self.failures = []
        self.progress = BatchProgress()
        token = object()
        self._token = token
        self._run = BatchRun(
            library, sources, settings, on_event=lambda event: self._event.emit(token, event),
            # A process of its own, so that a case corrected meanwhile need not wait for the batch.
            make_client=lambda on_event, *_: self._clients.predictor(on_event),
        )  # fmt: skip
        self._run.start()
        self.changed.emit()

    def pause(self) -> None:
        """Stop after the picture in flight."""
        if self._run is not None:
            self._run.pause()

    def resume(self) -> None:
        """Go on, or try again after trouble."""
        if self._run is not None:
            self._run.resume()

    def cancel(self) -> None:
        """End it; what was added stays."""
        if self._run is not None:
            self._run.cancel()

    def _take(self, token: object, event: BatchEvent) -> None:
        if token is not self._token:
            return
        self.progress = event.progress
        if isinstance(event, ItemDone) and event.outcome == "failed" and len(self.failures) < MAX_FAILURES:
            self.failures.append(f"{event.label}: {event.message}")
        self.changed.emit()

    def close(self) -> None:
        """End the batch and its process; nothing is reported any more."""
        self._event.disconnect()
        if self._run is not None:
            self._run.cancel()
            self._run.join(10.0)


def failures_dialog(parent: QWidget, failures: list[str]) -> QDialog:
    """Which pictures were not predicted, and why."""
    dialog = QDialog(parent)
    dialog.setObjectName("failuresDialog")
    dialog.setWindowTitle("Pictures that failed")
    dialog.resize(640, 320)
    lines = QListWidget()
    lines.setAccessibleName("Pictures that failed")
    lines.setWordWrap(True)
    lines.addItems(failures)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addWidget(lines)
    column.addWidget(buttons)
    dialog.finished.connect(dialog.deleteLater)
    return dialog


class BatchBar(QWidget):
    """Shows while a batch runs, and what came of it until it is dismissed."""

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self._batches = batches
        self._dismissed = True
        self.text = label("", "statusText")
        self.text.setAccessibleName("Progress of the batch")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, _STEPS)
        self.progress.setFixedWidth(220)
        self.progress.setAccessibleName("Progress of the batch")
        self.pause = QPushButton("Pause")
        self.details = QPushButton("What failed…")
        self.details.clicked.connect(self._show_failures)
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("End the batch; cases added so far stay, and the same batch goes on from there")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(header(self.progress, self.text, None, self.details, self.pause, self.cancel, footer=True))
        self.pause.clicked.connect(self._pause_or_resume)
        self.cancel.clicked.connect(self._cancel_or_dismiss)
        batches.changed.connect(self.refresh)
        self.refresh()

    def _pause_or_resume(self) -> None:
        if self._batches.paused:
            self._batches.resume()
        else:
            self._batches.pause()

    def _show_failures(self) -> None:
        failures_dialog(self, self._batches.failures).open()

    def _cancel_or_dismiss(self) -> None:
        if self._batches.running:
            self._batches.cancel()
        else:
            self._dismissed = True
            self.refresh()

    def refresh(self) -> None:
        """Mirror the batch."""
        batches, progress = self._batches, self._batches.progress
        if batches.running:
            self._dismissed = False
        elif not batches.failures:
            # The line at the bottom says that it ended well.
            self._dismissed = True
        self.setVisible(not self._dismissed)
        self.text.setText(batch_lines(progress))
        if progress.state in ("listing", "loading"):
            self.progress.setRange(0, 0)
        else:
            self.progress.setRange(0, _STEPS)
            self.progress.setValue(round(_STEPS * progress.done / max(progress.total, 1)))
        self.progress.setVisible(batches.running)
        self.pause.setVisible(batches.running)
        self.pause.setText("Go on" if batches.paused else "Pause")
        self.cancel.setText("Cancel" if batches.running else "Dismiss")
        self.details.setVisible(bool(batches.failures))

    def set_theme(self, theme: Theme) -> None:
        """Nothing here is out of the style sheet's reach."""
