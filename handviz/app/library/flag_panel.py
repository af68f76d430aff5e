"""The panel that judges: verdict, kinds of flags on their keys, severity, note, and what was said so far."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from handviz.app.controls import Segments, label, rule
from handviz.app.library.card import VERDICT_LOOKS
from handviz.app.library.joint_menu import JointMenu
from handviz.app.models.case_text import case_title, figures_text, flag_line
from handviz.app.models.library import LibraryModel
from handviz.app.models.reproducing import REPRODUCIBLE
from handviz.app.theme import Theme
from handviz.app.tips import set_tip
from handviz.review.cases import VERDICTS, Flag


class FlagPanel(QScrollArea):
    """Mirrors what is picked in the model, and asks for changes of it.

    kind_wanted carries the name of a kind to flag, or to take back where it is flagged; verdict_wanted a verdict, ""
    to take it back; severity_wanted, note_wanted and removal_wanted a flag's id, with what it is to be.
    """

    kind_wanted = Signal(str)
    verdict_wanted = Signal(str)
    severity_wanted = Signal(int, int)
    note_wanted = Signal(int, str)
    removal_wanted = Signal(int)
    kinds_wanted = Signal()
    compare_wanted = Signal()
    predict_wanted = Signal()

    def __init__(self, model: LibraryModel) -> None:
        super().__init__()
        self._model = model
        self._hypotheses: tuple[int, ...] = ()
        self.setObjectName("inspector")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(270)
        self.setMaximumWidth(340)
        self.setAccessibleName("Judgement")
        body = QWidget()
        body.setObjectName("inspectorBody")
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(14, 10, 14, 10)
        self._column.setSpacing(7)
        self._build_case()
        self._column.addWidget(rule())
        self._build_kinds()
        self._column.addWidget(rule())
        self._build_flags()
        self._column.addStretch(1)
        self.setWidget(body)
        model.picked_changed.connect(self.refresh)
        model.cases_changed.connect(self.refresh)
        model.flags_changed.connect(self.refresh)
        model.flagging_changed.connect(self.refresh)
        model.lists_changed.connect(self._fill_kinds)
        model.file_changed.connect(self.refresh)
        self._fill_kinds()

    def _build_case(self) -> None:
        column = self._column
        self.title = label("", "heading")
        self.title.setWordWrap(True)
        self.title.setAccessibleName("Case")
        self.figures = label("", "muted")
        self.figures.setWordWrap(True)
        self.triage = QLabel()
        self.triage.setWordWrap(True)
        self.triage.setAccessibleName("Triage")
        self.reproducible = label("", "muted")
        self.reproducible.setWordWrap(True)
        for widget in (self.title, self.figures, self.triage, self.reproducible):
            column.addWidget(widget)
        words = {key: f"{VERDICT_LOOKS[key][0]} {key.capitalize()}" for key in VERDICTS}
        self.verdict = Segments(words, "Verdict", self.verdict_wanted.emit)
        self.verdict.layout().setContentsMargins(0, 4, 0, 0)
        for key, button in self.verdict.buttons.items():
            set_tip(button, f"{key.capitalize()}; again: take it back", f"library_{key}")
        column.addWidget(self.verdict, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        self.compare = QPushButton("Side by side")
        set_tip(self.compare, "Compare hypotheses in the way that the triage suggests", "library_compare")
        self.predict = QPushButton("Predict again")
        set_tip(self.predict, "Predict this case again with its box and side", "library_predict")
        for button, signal in ((self.compare, self.compare_wanted), (self.predict, self.predict_wanted)):
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)

    def _build_kinds(self) -> None:
        row = QHBoxLayout()
        row.addWidget(label("Flags", "heading"), 1)
        self.edit_kinds = QToolButton()
        self.edit_kinds.setText("Edit…")
        self.edit_kinds.setAccessibleName("Edit the kinds of flags")
        set_tip(self.edit_kinds, "Edit the kinds of flags and their keys", "library_kinds")
        self.edit_kinds.clicked.connect(self.kinds_wanted)
        row.addWidget(self.edit_kinds)
        self._column.addLayout(row)
        self.kind_box = QVBoxLayout()
        self.kind_box.setSpacing(2)
        self._column.addLayout(self.kind_box)
        self.kind_buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout()
        row.addWidget(label("Severity", "muted"))
        words = {"1": "Slight", "2": "Plain", "3": "Severe"}
        self.severity = Segments(words, "Severity", lambda key: self.set_severity(int(key)))
        set_tip(self.severity, "Of the flag that is selected below, and of the next ones", "library_severity")
        row.addWidget(self.severity)
        row.addStretch(1)
        self._column.addLayout(row)
        self.meant = QCheckBox("Means selected ones")
        self.meant.setAccessibleName("Flags mean the selected hypotheses")
        set_tip(self.meant, "The next flags name the hypotheses selected in the viewport", "library_meant")
        self.meant.toggled.connect(lambda on: self._model.set_flagging(meant_hypotheses=on))
        self.joints = JointMenu()
        self.joints.chosen.connect(lambda joints: self._model.set_flagging(meant_joints=joints))
        row = QHBoxLayout()
        row.addWidget(self.meant, 1)
        row.addWidget(self.joints)
        self._column.addLayout(row)

    def _build_flags(self) -> None:
        self.flags = QListWidget()
        self.flags.setObjectName("flagList")
        self.flags.setAccessibleName("Flags of this case")
        self.flags.setWordWrap(True)
        self.flags.currentRowChanged.connect(self._show_note)
        self.note = QLineEdit()
        self.note.setAccessibleName("Note of the selected flag")
        set_tip(self.note, "A note on the selected flag; Enter keeps it", "library_note")
        self.note.setMaxLength(10_000)
        self.note.returnPressed.connect(self._leave_note)
        self.note.editingFinished.connect(self._keep_note)
        self.remove = QPushButton("Remove flag")
        set_tip(self.remove, "Take the selected flag away", "library_remove_flag")
        self.remove.clicked.connect(self.remove_selected)
        self.said = label("So far", "heading")
        for widget in (self.said, self.flags, self.note):
            self._column.addWidget(widget)
        self._column.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignLeft)

    # --- mirroring ---------------------------------------------------------------------------------------------------

    def _fill_kinds(self) -> None:
        wanted = [kind.name for kind in self._model.kinds]
        keys = [kind.key for kind in self._model.kinds]
        if wanted != list(self.kind_buttons) or keys != [b.property("key") for b in self.kind_buttons.values()]:
            for button in self.kind_buttons.values():
                self.kind_box.removeWidget(button)
                button.deleteLater()
            self.kind_buttons = {}
            for kind in self._model.kinds:
                button = QPushButton()
                button.setObjectName("kind")
                button.setAutoDefault(False)
                button.setText(f"{kind.key}   {kind.name}")
                button.setProperty("key", kind.key)
                button.setCheckable(True)
                button.setAccessibleName(f"Flag: {kind.name}")
                set_tip(button, f"Flag “{kind.name}”; again: take it back", f"library_flag_{kind.key}")
                button.clicked.connect(lambda _=False, name=kind.name: self._kind_clicked(name))
                self.kind_box.addWidget(button)
                self.kind_buttons[kind.name] = button
        self.refresh()

    def _kind_clicked(self, name: str) -> None:
        # The button shows what is in the file, not what was clicked.
        self.refresh()
        self.kind_wanted.emit(name)

    def show_selected_hypotheses(self, hypotheses: tuple[int, ...]) -> None:
        """Hypotheses selected in the viewport, which the next flags may mean."""
        self._hypotheses = hypotheses
        self.refresh()

    def refresh(self) -> None:
        """Mirror the model."""
        model = self._model
        targets, case = model.targets, model.current
        many = len(targets) > 1
        self.title.setText(
            f"{len(targets)} cases selected" if many else case_title(case) if case is not None else "No case selected"
        )
        self.figures.setText(
            "Verdicts and flags apply to all of them, as one change." if many
            else figures_text(case) if case is not None else "Click a case in the grid, or open a library."
        )  # fmt: skip
        reasons = [] if many or case is None else model.reason_titles(case)
        self.triage.setText(" · ".join(reasons))
        self.triage.setToolTip("" if many or case is None else "\n".join(model.triage_sentences(case)))
        self.triage.setVisible(bool(reasons))
        news = "" if many else model.reproducibility
        self.title.setToolTip(news or (str(case.path) if case is not None else ""))
        self.reproducible.setText(news)
        self.reproducible.setVisible(bool(news) and news != REPRODUCIBLE)
        verdicts = {target.verdict for target in targets}
        self.verdict.show_choice(next(iter(verdicts)) if len(verdicts) == 1 and None not in verdicts else None)
        own = {flag.kind for flag in model.own_flags} if not many else set()
        for name, button in self.kind_buttons.items():
            button.setChecked(name in own)
            button.setEnabled(case is not None)
        for widget in (self.verdict, self.severity, self.joints):
            widget.setEnabled(case is not None)
        for widget in (self.compare, self.predict):
            widget.setEnabled(case is not None and not many)
        self._mirror_flagging()
        self._fill_flags([] if many else list(model.flags))

    def _mirror_flagging(self) -> None:
        model = self._model
        self.severity.show_choice(str(model.severity))
        with QSignalBlocker(self.meant):
            self.meant.setChecked(model.meant_hypotheses)
        numbers = ", ".join(str(k + 1) for k in self._hypotheses[:6]) + ("…" if len(self._hypotheses) > 6 else "")
        self.meant.setText(f"Means hypotheses {numbers}" if self._hypotheses else "Means selected ones")
        self.joints.show_choice(model.meant_joints)

    def _fill_flags(self, flags: list[Flag]) -> None:
        before = self.selected_flag
        known = {self.flags.item(row).data(Qt.ItemDataRole.UserRole).id for row in range(self.flags.count())}
        new = [flag.id for flag in flags if flag.id not in known and flag.annotator == self._model.annotator]
        several = {flag.annotator for flag in flags} - {self._model.annotator}
        with QSignalBlocker(self.flags):
            self.flags.clear()
            for flag in flags:
                text = flag_line(flag, bool(several)) + (f"\n“{flag.note}”" if flag.note else "")
                item = QListWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, flag)
                self.flags.addItem(item)
                # The newest of one's own is what a note most likely belongs to.
                if flag.id in new or (not new and before is not None and flag.id == before.id):
                    self.flags.setCurrentItem(item)
        rows = sum(self.flags.sizeHintForRow(row) for row in range(self.flags.count()))
        self.flags.setFixedHeight(min(max(rows + 8, 34), 170))
        for widget in (self.said, self.flags, self.note, self.remove):
            widget.setVisible(bool(flags))
        self._show_note()

    def _show_note(self, _row: int = -1) -> None:
        flag = self.selected_flag
        own = flag is not None and flag.annotator == self._model.annotator
        self.note.setEnabled(own)
        self.remove.setEnabled(own)
        self.note.setPlaceholderText("A note on this flag" if own else "Select a flag of yours to note something")
        if not self.note.hasFocus() or self.note.property("flag") != (flag.id if flag else None):
            self.note.setText(flag.note if own else "")
            self.note.setProperty("flag", flag.id if own else None)

    # --- asking ------------------------------------------------------------------------------------------------------

    @property
    def selected_flag(self) -> Flag | None:
        """The flag selected in the list."""
        item = self.flags.currentItem()
        return None if item is None else item.data(Qt.ItemDataRole.UserRole)

    def set_severity(self, severity: int) -> None:
        """Of the flag selected in the list, if it is one's own, and of the next ones."""
        self._model.set_flagging(severity=severity)
        flag = self.selected_flag
        if flag is not None and flag.annotator == self._model.annotator and flag.severity != severity:
            self.severity_wanted.emit(flag.id, severity)

    def write_note(self) -> None:
        """Go into the note of the selected flag."""
        if self.flags.count() and self.selected_flag is None:
            self.flags.setCurrentRow(self.flags.count() - 1)
        if self.note.isVisible() and self.note.isEnabled():
            self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.note.selectAll()

    def remove_selected(self) -> None:
        """Take the flag selected in the list away."""
        flag = self.selected_flag
        if flag is not None and flag.annotator == self._model.annotator:
            self.removal_wanted.emit(flag.id)

    def _keep_note(self) -> None:
        flag_id = self.note.property("flag")
        flag = next((flag for flag in self._model.own_flags if flag.id == flag_id), None)
        if flag is not None and self.note.text() != flag.note:
            self.note_wanted.emit(flag.id, self.note.text())

    def _leave_note(self) -> None:
        # Enter: kept by editingFinished, and the keys are commands again.
        self.flags.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape and self.note.hasFocus():
            self.note.setProperty("flag", None)
            self._show_note()
            self.flags.setFocus()
            return
        super().keyPressEvent(event)

    def set_theme(self, theme: Theme) -> None:
        """Nothing here is out of the style sheet's reach."""
