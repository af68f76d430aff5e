"""What the page does with a library: reads it into the model, and makes the changes a person asks for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from handviz.app.library.desk import LibraryDesk
from handviz.app.library.watcher import LibraryWatcher
from handviz.app.models.case_text import VERDICT_WORDS, case_title
from handviz.app.models.case_triage import CaseTriage
from handviz.app.models.library import Counts, LibraryModel
from handviz.errors import InputError
from handviz.review.cases import Case, Flag, FlagKind, NewCase
from handviz.review.filters import CaseFilter
from handviz.review.store import Library


@dataclass(frozen=True, eq=False)
class _Contents:
    """What one look into the library brings."""

    triage: CaseTriage
    counts: Counts
    kinds: list[FlagKind]
    saved: dict[str, CaseFilter]
    annotators: list[str]
    blind: bool
    current: Case | None
    flags: list[Flag]


class LibraryControl(QObject):
    """said carries a line that confirms what was done; opened the path of a library."""

    said = Signal(str)
    opened = Signal(object)

    def __init__(self, model: LibraryModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model
        self.desk = LibraryDesk(self)
        self.watcher = LibraryWatcher(self)
        self._annotator = ""
        self._reading = False
        self._stale = False
        self.desk.opened.connect(self._opened)
        self.desk.changed.connect(self.refresh)
        self.watcher.touched.connect(self.desk.look)
        model.filter_changed.connect(self.refresh)
        self._current: int | None = None
        model.picked_changed.connect(self._picked)
        QApplication.instance().applicationStateChanged.connect(self._state_changed)

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            # Not every drive tells of changes: coming back to the window is the moment to look.
            self.desk.look()

    # --- opening -----------------------------------------------------------------------------------------------------

    def open(self, path: Path, annotator: str, create: bool = False) -> None:
        """Open a library as an annotator."""
        self._annotator = annotator
        self.desk.open(path, annotator, create)

    def set_annotator(self, annotator: str) -> None:
        """Go on as another annotator."""
        if self._model.path is not None and annotator != self._model.annotator:
            self.open(self._model.path, annotator)
        else:
            self._annotator = annotator

    def _opened(self, path: Path) -> None:
        self.watcher.watch(path)
        self._reading = self._stale = False
        self._current = None
        self._model.set_file(path, self._annotator)
        self.refresh()
        self.opened.emit(path)

    # --- reading -----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read anew what the filter lets through; wishes that come meanwhile make one more reading."""
        if self._model.path is None:
            return
        if self._reading:
            self._stale = True
            return
        self._reading = True
        model = self._model
        wanted, settings, before = replace(model.wanted, triage=""), model.triage_settings, model.triage
        current = None if model.current is None else model.current.id

        def ask(library: Library) -> _Contents:
            try:
                case = None if current is None else library.case(current)
            except InputError:
                case = None
            return _Contents(
                CaseTriage(library.cases(wanted), settings, before),
                Counts(library.count(), library.count(CaseFilter(state="reviewed"))),
                library.kinds(), library.saved_filters(), library.annotators(), library.blind(), case,
                [] if case is None else library.flags(case.id, everybody=True),
            )  # fmt: skip

        self.desk.read(ask, self._show, self._not_read)

    def _not_read(self) -> None:
        # The next change, or the next look, tries again.
        self._reading = self._stale = False

    def _show(self, found: _Contents) -> None:
        self._reading = False
        model = self._model
        model.set_blind(found.blind)
        if (found.kinds, found.saved, found.annotators) != (list(model.kinds), model.saved, list(model.annotators)):
            model.set_lists(found.kinds, found.saved, found.annotators)
        model.set_cases(found.triage, found.counts)
        if found.current is not None:
            model.set_current_case(found.current)
            model.set_flags(found.current.id, found.flags)
        if self._stale:
            self._stale = False
            self.refresh()

    def _picked(self) -> None:
        current = None if self._model.current is None else self._model.current.id
        if current == self._current:
            return
        self._current = current
        if current is not None:
            self.desk.read(
                lambda library: library.flags(current, everybody=True),
                lambda flags: self._model.set_flags(current, flags),
            )

    # --- judging -----------------------------------------------------------------------------------------------------

    def judge(self, verdict: str) -> None:
        """Give the picked cases a verdict; where all of them have it already, take it back."""
        targets = self._model.targets
        if targets:
            wanted = None if all(case.verdict == verdict for case in targets) else verdict
            ids = [case.id for case in targets]
            said = f"{_names(targets)}: {VERDICT_WORDS[wanted] if wanted else 'verdict taken back'}"
            self._change(lambda library: library.set_verdicts(ids, wanted), said)

    def flag(self, kind: str, hypotheses: tuple[int, ...]) -> None:
        """Flag the picked cases; where all of them have that flag already, take it back."""
        model, targets = self._model, self._model.targets
        if not targets:
            return
        if all(kind in case.kinds for case in targets):
            self._take_back(kind, targets)
            return
        ids, severity, joints = [case.id for case in targets], model.severity, model.meant_joints
        meant = hypotheses if model.meant_hypotheses and len(targets) == 1 else ()

        def make(library: Library) -> None:
            # The same key pressed again before the page has learnt of the first press is no second flag.
            flagged = {flag.case_id for flag in library.flags() if flag.kind == kind}
            library.add_flags([case for case in ids if case not in flagged], kind, severity, "", meant, joints)

        self._change(make, f"{_names(targets)}: flagged “{kind}”")

    def _take_back(self, kind: str, targets: tuple[Case, ...]) -> None:
        ids = {case.id for case in targets}

        def make(library: Library) -> None:
            found = [flag.id for flag in library.flags() if flag.case_id in ids and flag.kind == kind]
            library.remove_flags(found)

        self._change(make, f"{_names(targets)}: flag “{kind}” taken back")

    def set_severity(self, flag_id: int, severity: int) -> None:
        """Change the severity of a flag."""
        words = {1: "slight", 2: "plain", 3: "severe"}
        self._change(lambda library: library.change_flag(flag_id, severity=severity), f"Severity: {words[severity]}")

    def set_note(self, flag_id: int, note: str) -> None:
        """Change the note of a flag."""
        self._change(lambda library: library.change_flag(flag_id, note=note), "Note kept")

    def remove_flag(self, flag_id: int) -> None:
        """Take one flag away."""
        self._change(lambda library: library.remove_flag(flag_id), "Flag removed")

    def remove_cases(self) -> None:
        """Take the picked cases out of the library; undo brings them back."""
        targets = self._model.targets
        if targets:
            ids = [case.id for case in targets]
            self._model.pick(self._following(ids))
            self._change(lambda library: library.remove_cases(ids), f"{_names(targets)}: removed from the library")

    def _following(self, ids: list[int]) -> int | None:
        """The case behind the last of these, if there is one."""
        cases = self._model.cases
        after = max((row for row, case in enumerate(cases) if case.id in ids), default=-1) + 1
        return cases[after].id if after < len(cases) else None

    def correct(self, case_id: int, box: tuple[float, float, float, float] | None, hand: str | None) -> None:
        """Keep the box and side of a case."""
        self._change(lambda library: library.set_box(case_id, box, hand), "Box and side corrected")

    def set_prediction(self, case_id: int, case: NewCase) -> None:
        """Keep what a prediction says of a case; not a step of undo."""
        self.desk.change(lambda library: library.set_prediction(case_id, case), lambda _: None)

    def undo(self) -> None:
        """Undo the annotator's last change."""
        self.desk.change(lambda library: library.undo(), lambda what: self._say_step("Undone", what))

    def redo(self) -> None:
        """Redo what was undone last."""
        self.desk.change(lambda library: library.redo(), lambda what: self._say_step("Redone", what))

    def _say_step(self, verb: str, what: str | None) -> None:
        self.said.emit(f"{verb}: {what}" if what else f"Nothing to be {verb.lower()}")

    # --- lists -------------------------------------------------------------------------------------------------------

    def set_kinds(self, kinds: list[FlagKind]) -> None:
        """Replace the list of kinds."""
        self._change(lambda library: library.set_kinds(kinds), "Kinds of flags kept")

    def save_filter(self, name: str, wanted: CaseFilter | None) -> None:
        """Save the filter under a name; None forgets that name."""
        said = f"Filter “{name}” {'saved' if wanted else 'forgotten'}"
        self._change(lambda library: library.save_filter(name, wanted), said)

    def set_blind(self, blind: bool) -> None:
        """Hide annotators from each other, or show them."""
        said = "Annotators are hidden from each other" if blind else "Annotators see each other"
        self._change(lambda library: library.set_blind(blind), said)

    def _change(self, make: Callable[[Library], Any], said: str) -> None:
        self.desk.change(make, lambda _: self.said.emit(f"{said} · saved"))

    def close(self) -> Path | None:
        """End the library's thread; where changes were rescued to that could not be saved."""
        QApplication.instance().applicationStateChanged.disconnect(self._state_changed)
        self.watcher.watch(None)
        return self.desk.close()


def _names(cases: tuple[Case, ...]) -> str:
    return case_title(cases[0]) if len(cases) == 1 else f"{len(cases)} cases"
