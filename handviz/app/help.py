"""The cheat sheet and the about box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

import handviz
from handviz.app.actions import plain
from handviz.app.controls import label
from handviz.app.models.keymap import EVERYWHERE
from handviz.app.pages import PHOTO
from handviz.app.shortcuts import commands_by_page
from handviz.app.tips import key_text

if TYPE_CHECKING:
    from handviz.app.window import MainWindow

GESTURES = (
    ("Prediction", "Enter", "Predict, from anywhere but a field"),
    ("Viewport", "drag", "orbit"),
    ("Viewport", "middle or Shift drag", "pan"),
    ("Viewport", "wheel", "zoom"),
    ("Viewport", "click", "choose a hypothesis; again: the one behind"),
    ("Viewport", "Ctrl click", "select one more, or one less"),
    ("Viewport", "double click", "circle that point; beside the hand: show it all"),
    ("Photo", "wheel", "zoom at the pointer"),
    ("Photo", "drag", "pan; on the box: move or resize it"),
    ("Photo", "Shift drag", "draw a new box"),
    ("Photo", "double click", "show the whole photo"),
    ("Scores", "click a cell", "choose that hypothesis; with Ctrl: one more"),
    ("Scores", "drag the line", "move the threshold, or change n"),
    ("Scores", "wheel", "zoom the axis; double click: all scores"),
    ("Table", "click a heading", "sort; again: the other way round"),
    ("Table", "Ctrl or Shift click", "select several"),
    ("Table", "Ctrl+C", "copy rows for a spreadsheet"),
    ("Plots", "drag on the map", "select what the line encloses"),
    ("Plots", "click", "select a hypothesis, or a pair; with Ctrl: more"),
    ("Plots", "wheel, middle drag", "zoom and pan; double click: show all"),
)

LICENCES = (
    ("Qt, PySide6", "LGPL-3.0"),
    ("Open3D", "MIT"),
    ("PyTorch", "BSD-3-Clause"),
    ("smplx (code)", "its own licence, see the package"),
    ("NumPy", "BSD-3-Clause"),
    ("PyAV and FFmpeg", "BSD-3-Clause, LGPL-2.1"),
    ("OpenCV", "Apache-2.0"),
    ("Pillow", "MIT-CMU"),
    ("MediaPipe hand detection models", "Apache-2.0"),
    ("Inter typeface", "OFL-1.1"),
)


_SHEET_COLUMNS = 4
_GESTURE_PAGES = {
    "Viewport": None, "Prediction": PHOTO, "Photo": PHOTO, "Scores": PHOTO, "Table": PHOTO, "Plots": PHOTO,
}  # fmt: skip
"""The page on which gestures of a section are made; None for all."""


def _dialog(parent: QWidget, title: str, content: QWidget, width: int, height: int) -> QDialog:
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.resize(width, height)
    area = QScrollArea()
    area.setObjectName("inspector")
    area.setWidgetResizable(True)
    area.setAccessibleName(title)
    content.setObjectName("inspectorBody")
    area.setWidget(content)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    column.addWidget(area)
    column.addWidget(buttons)
    # The window would keep every one that was ever opened.
    dialog.finished.connect(dialog.deleteLater)
    return dialog


def _section(title: str, rows: list[tuple[str, str]]) -> QGridLayout:
    """A heading over rows of a key, or gesture, and what it does."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(1, 1)
    grid.addWidget(label(title, "heading"), 0, 0, 1, 2)
    for row, (key, what) in enumerate(rows, start=1):
        grid.addWidget(label(key, "key"), row, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        text = label(what)
        text.setWordWrap(True)
        grid.addWidget(text, row, 1)
    return grid


def shortcuts_dialog(window: MainWindow) -> QDialog:
    """Every key and mouse gesture that is in effect on the page in sight."""
    page = window.pages.current
    sections: dict[str, list[tuple[str, str]]] = {}
    for where, command in commands_by_page(tuple(window.pages.entries.values())):
        keys = window.keymap.keys(command.name)
        if keys and where in (EVERYWHERE, page):
            sections.setdefault(plain(command.menu), []).append((key_text(keys), plain(command.text)))
    for where, gesture, what in GESTURES:
        if _GESTURE_PAGES[where] in (None, page):
            sections.setdefault(where, []).append((gesture, what))
    content = QWidget()
    row = QHBoxLayout(content)
    row.setSpacing(34)
    for titles in _balanced({title: len(rows) + 2 for title, rows in sections.items()}):
        column = QVBoxLayout()
        column.setSpacing(18)
        for title in titles:
            column.addLayout(_section(title, sections[title]))
        column.addStretch(1)
        row.addLayout(column, 1)
    title = {name: entry.title for name, entry in window.pages.entries.items()}.get(page, "One photo")
    dialog = _dialog(window, f"Keyboard and mouse: {title}", content, 1280, 720)
    change = QPushButton("Change keys…")

    def edit() -> None:
        dialog.accept()
        window.actions_by_name["edit_shortcuts"].trigger()

    change.clicked.connect(edit)
    dialog.findChild(QDialogButtonBox).addButton(change, QDialogButtonBox.ButtonRole.ActionRole)
    return dialog


def _balanced(heights: dict[str, int]) -> list[list[str]]:
    """Titles in columns of about the same height, the tallest placed first."""
    columns: list[list[str]] = [[] for _ in range(_SHEET_COLUMNS)]
    for title in sorted(heights, key=lambda title: -heights[title]):
        min(columns, key=lambda column: sum(heights[other] for other in column)).append(title)
    return [column for column in columns if column]


def about_dialog(parent: QWidget) -> QDialog:
    """Version, purpose and licences."""
    content = QWidget()
    column = QVBoxLayout(content)
    column.setSpacing(12)
    column.addWidget(label(f"handviz {handviz.__version__}", "heading"))
    for text in (
        "Recovers many 3D hand-mesh sequences from one motion-blurred photo, scores them, and shows them.",
        "Licence: Apache-2.0. The file NOTICE names every model, texture and photograph that ships, with its source.",
    ):
        line = label(text)
        line.setWordWrap(True)
        column.addWidget(line)
    column.addLayout(_section("Built on", list(LICENCES)))
    column.addStretch(1)
    return _dialog(parent, "About handviz", content, 600, 520)
