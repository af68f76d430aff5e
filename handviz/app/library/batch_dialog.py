"""Which pictures to predict into the library."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from handviz.app.controls import Segments, label, padded
from handviz.app.models.session import MAX_HYPOTHESES
from handviz.casework.asking import Question
from handviz.casework.batch_items import BatchSources
from handviz.errors import InputError
from handviz.media.kinds import PHOTO_SUFFIXES, VIDEO_SUFFIXES
from handviz.media.sources import parse_frames

MAX_SEED = 2**31 - 1


class BatchDialog(QDialog):
    """chosen carries BatchSources."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget, paths: list[Path]) -> None:
        super().__init__(parent)
        self.setObjectName("batchDialog")
        self.setWindowTitle("Predict into the library")
        self.resize(620, 440)
        self._hand = "auto"
        column = QVBoxLayout(self)
        column.setSpacing(10)
        hint = label("Photos, videos, folders of them, or the manifest (.jsonl) of a distributed run. What the library "
                     "holds already is passed over.", "muted")  # fmt: skip
        hint.setWordWrap(True)
        column.addWidget(hint)
        self.sources = QListWidget()
        self.sources.setAccessibleName("What to predict")
        self.sources.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        row = QHBoxLayout()
        for text, call in (("Add files…", self._add_files), ("Add folder…", self._add_folder),
                           ("Remove", self._remove)):  # fmt: skip
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(call)
            row.addWidget(button)
        row.addStretch(1)
        column.addWidget(self.sources, 1)
        column.addLayout(row)
        column.addLayout(self._fields())
        self.problem = label("", "problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        column.addWidget(self.problem)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = self.buttons.addButton("Predict", QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setObjectName("primary")
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        column.addWidget(self.buttons)
        self.add(paths)

    def _fields(self) -> QGridLayout:
        self.frames = QLineEdit()
        self.frames.setPlaceholderText("All frames; 0:300:10 takes every tenth of the first 300")
        self.frames.setAccessibleName("Frames of videos")
        self.hypotheses, self.seed = QSpinBox(), QSpinBox()
        self.hypotheses.setRange(1, MAX_HYPOTHESES)
        self.hypotheses.setValue(16)
        self.seed.setRange(0, MAX_SEED)
        self.hand = Segments({"auto": "Auto", "left": "Left", "right": "Right"}, "Hand", self._choose_hand)
        self.hand.show_choice("auto")
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        fields = (("Frames of videos", self.frames), ("Hypotheses", self.hypotheses), ("Seed", self.seed),
                  ("Hand", self.hand))  # fmt: skip
        for number, (name, field) in enumerate(fields):
            title = label(name)
            title.setBuddy(field)
            field.setAccessibleName(name)
            grid.addWidget(title, number, 0)
            if isinstance(field, QLineEdit):
                grid.addWidget(field, number, 1)
            else:
                grid.addWidget(field, number, 1, Qt.AlignmentFlag.AlignLeft)
            if isinstance(field, QSpinBox):
                padded(field)
                field.setFixedWidth(140)
        return grid

    def _choose_hand(self, key: str) -> None:
        self._hand = key
        self.hand.show_choice(key)

    def add(self, paths: list[Path]) -> None:
        """Add to what is predicted."""
        known = self.paths
        for path in paths:
            if path not in known:
                self.sources.addItem(str(path))
        self.go.setEnabled(self.sources.count() > 0)

    @property
    def paths(self) -> list[Path]:
        """What is to be predicted."""
        return [Path(self.sources.item(row).text()) for row in range(self.sources.count())]

    def _add_files(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in (*PHOTO_SUFFIXES, *VIDEO_SUFFIXES, ".jsonl"))
        names, _ = QFileDialog.getOpenFileNames(self, "Add files", "", f"Photos, videos, manifests ({patterns})")
        self.add([Path(name) for name in names])

    def _add_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Add folder")
        if name:
            self.add([Path(name)])

    def _remove(self) -> None:
        for item in self.sources.selectedItems():
            self.sources.takeItem(self.sources.row(item))
        self.go.setEnabled(self.sources.count() > 0)

    def _accept(self) -> None:
        text = self.frames.text().strip()
        try:
            frames = parse_frames(text) if text else slice(None)
        except InputError as error:
            self.problem.setText(str(error).replace("--frames ", ""))
            self.problem.show()
            self.frames.setFocus()
            return
        hand = None if self._hand == "auto" else self._hand
        question = Question(hand=hand, hypotheses=self.hypotheses.value(), seed=self.seed.value())
        self.chosen.emit(BatchSources(tuple(self.paths), frames, question=question))
        self.accept()
