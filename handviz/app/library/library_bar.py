"""The bar at the top: which library, who judges, and what can be done with it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from handviz.app.controls import Segments, header, label
from handviz.app.models.library import LibraryModel
from handviz.app.theme import Theme
from handviz.app.tips import set_tip


class LibraryBar(QWidget):
    """wanted carries the name of a command; annotator_chosen a name."""

    wanted = Signal(str)
    annotator_chosen = Signal(str)

    def __init__(self, model: LibraryModel) -> None:
        super().__init__()
        self._model = model
        self.name = QToolButton()
        self.name.setObjectName("libraryName")
        self.name.setAccessibleName("Library")
        self.name.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.name)
        texts = {"open": "&Open library…", "new": "&New library…", "save_elsewhere": "&Save elsewhere…"}
        for what, text in texts.items():
            menu.addAction(text, lambda name=what: self.wanted.emit(name))
        self.name.setMenu(menu)
        self.unsaved = label("", "unsaved")
        self.unsaved.hide()
        self.annotator = QLineEdit()
        self.annotator.setPlaceholderText("Your name")
        self.annotator.setAccessibleName("Annotator")
        self.annotator.setToolTip("Whose flags and verdicts these are")
        self.annotator.setMaxLength(80)
        self.annotator.setFixedWidth(130)
        self.blind = QToolButton()
        self.blind.setText("Blind")
        self.blind.setCheckable(True)
        self.blind.setAccessibleName("Blind: hide other annotators")
        set_tip(self.blind, "Hide what other annotators said, for everybody who opens this file", "library_blind")
        self.buttons: dict[str, QToolButton] = {}
        for what, text, tip in (
            ("batch", "Predict…", "Predict a folder, a video or a manifest into the library"),
            ("merge", "Merge…", "Add what another library holds"),
            ("export", "Export…", "Write cases and flags as CSV, JSON or a report with pictures"),
            ("agreement", "Agreement…", "How far annotators agree, and where not"),
        ):
            button = QToolButton()
            button.setText(text)
            button.setAccessibleName(text.rstrip("…"))
            set_tip(button, tip, f"library_{what}")
            button.clicked.connect(lambda _=False, name=what: self.wanted.emit(name))
            self.buttons[what] = button
        self.views = Segments({"grid": "Grid", "review": "Large"}, "View", lambda key: self.wanted.emit(f"show_{key}"))
        set_tip(self.views, "All cases, or one of them large", "library_review")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(header(self.name, self.unsaved, label("Annotator", "muted"), self.annotator, self.blind, None,
                                *self.buttons.values(), self.views))  # fmt: skip
        self.annotator.editingFinished.connect(self._choose)
        self.blind.clicked.connect(lambda on: self.wanted.emit("blind_on" if on else "blind_off"))
        for signal in (model.file_changed, model.cases_changed):
            signal.connect(self.refresh)
        self.refresh()

    def _choose(self) -> None:
        name = self.annotator.text().strip()
        if name != self._model.annotator:
            self.annotator_chosen.emit(name)
        if self.annotator.hasFocus():
            self.annotator.clearFocus()

    def refresh(self) -> None:
        """Mirror the model."""
        model = self._model
        self.name.setText(f"{model.path.stem}  ▾" if model.path is not None else "No library  ▾")
        self.name.setToolTip(str(model.path) if model.path is not None else "Open or make a library")
        if not self.annotator.hasFocus():
            self.annotator.setText(model.annotator)
        self.blind.setChecked(model.blind)
        is_open = model.path is not None
        self.blind.setEnabled(is_open)
        for button in self.buttons.values():
            button.setEnabled(is_open)
        self.views.setEnabled(bool(model.cases))

    def show_view(self, key: str) -> None:
        """Press the button of the view in sight."""
        self.views.show_choice(key)

    def show_unsaved(self, count: int) -> None:
        """Say how many changes are in memory alone."""
        self.unsaved.setText(f"{count} not saved" if count else "")
        self.unsaved.setVisible(bool(count))

    def set_theme(self, theme: Theme) -> None:
        """Nothing here is out of the style sheet's reach."""
