"""What the library page shows: the open file, the filter, its cases, and which of them one looks at."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from handviz.app.models.case_triage import CaseTriage
from handviz.app.models.signal import Signal
from handviz.hypotheses.triage import REASONS, TriageSettings
from handviz.review.cases import DEFAULT_KINDS, SEVERITIES, Case, Flag, FlagKind
from handviz.review.filters import CaseFilter


@dataclass(frozen=True)
class Counts:
    """How many cases there are, and how many of them the annotator has judged."""

    total: int = 0
    reviewed: int = 0


class LibraryModel:
    """State of the library page. Every group of fields has its own signal, emitted after the change.

    Cases are named by their ids. `current` is the case one looks at; it stays when a judgement takes it out of the
    filter, so that a second flag can follow the first.
    """

    def __init__(self) -> None:
        self.file_changed = Signal()
        self.filter_changed = Signal()
        self.cases_changed = Signal()
        self.picked_changed = Signal()
        self.flags_changed = Signal()
        self.lists_changed = Signal()
        self.flagging_changed = Signal()
        self.triage_changed = Signal()
        self.path: Path | None = None
        self.annotator = ""
        self.annotators: tuple[str, ...] = ()
        self.blind = False
        self.wanted = CaseFilter()
        self.cases: tuple[Case, ...] = ()
        self.counts = Counts()
        self.current: Case | None = None
        self.selected: frozenset[int] = frozenset()
        self.flags: tuple[Flag, ...] = ()
        self.kinds: tuple[FlagKind, ...] = DEFAULT_KINDS
        self.saved: dict[str, CaseFilter] = {}
        self.severity = 2
        self.meant_hypotheses = False
        self.meant_joints: tuple[int, ...] = ()
        self.reproducibility = ""
        self.triage = CaseTriage()
        self.triage_settings = TriageSettings()
        self._place = 0
        self._rows: dict[int, int] = {}

    # --- what comes from the file ------------------------------------------------------------------------------------

    def set_file(self, path: Path | None, annotator: str) -> None:
        """Another library, or another annotator of the same one: what was picked in the last one is let go."""
        if path != self.path:
            self.cases, self._rows, self.counts, self.saved = (), {}, Counts(), {}
            self.triage = CaseTriage()
            self.current, self.selected, self.flags, self._place = None, frozenset(), (), 0
            self.wanted = CaseFilter()
        self.path, self.annotator = path, annotator
        for signal in (self.file_changed, self.filter_changed, self.lists_changed, self.cases_changed,
                       self.picked_changed, self.flags_changed):  # fmt: skip
            signal.emit()

    def set_cases(self, triage: CaseTriage, counts: Counts) -> None:
        """What the filter lets through now but for its triage, which follows triage_settings here.

        The current case keeps its place in the order when it leaves.
        """
        self.triage, self.counts = triage, counts
        self._show_cases()

    def _show_cases(self) -> None:
        triage = self.triage = self.triage.with_settings(self.triage_settings)
        self.cases = triage.concerned(self.wanted.triage)
        self._rows = {case.id: row for row, case in enumerate(self.cases)}
        self.selected = frozenset(self.selected & self._rows.keys())
        if self.current is not None and self.current.id in self._rows:
            self._place = self._rows[self.current.id]
            self.current = self.cases[self._place]
        self.cases_changed.emit()
        self.picked_changed.emit()
        self.triage_changed.emit()

    def set_current_case(self, case: Case | None) -> None:
        """The current case as it is in the file now."""
        if case is not None and self.current is not None and case.id == self.current.id and case != self.current:
            self.current = case
            self.picked_changed.emit()

    def set_flags(self, case_id: int, flags: Iterable[Flag]) -> None:
        """The flags of a case; late ones of a case left since are ignored."""
        if self.current is not None and self.current.id == case_id:
            self.flags = tuple(flags)
            self.flags_changed.emit()

    def set_lists(self, kinds: Iterable[FlagKind], saved: dict[str, CaseFilter], annotators: Iterable[str]) -> None:
        """Kinds of flags, saved filters, and who has judged."""
        self.kinds, self.saved, self.annotators = tuple(kinds), dict(saved), tuple(annotators)
        self.lists_changed.emit()

    # --- what a person chooses ---------------------------------------------------------------------------------------

    def set_filter(self, **changes: object) -> None:
        """Change fields of the filter."""
        self.use_filter(replace(self.wanted, **changes))

    def use_filter(self, wanted: CaseFilter) -> None:
        """Take another filter. filter_changed asks for its cases, unless it differs in its triage alone."""
        if wanted == self.wanted:
            return
        before, self.wanted = self.wanted, wanted
        self.filter_changed.emit()
        if replace(before, triage=wanted.triage) == wanted:
            self._show_cases()

    def set_triage_settings(self, settings: TriageSettings) -> None:
        """Tell the triage of all cases anew."""
        if settings != self.triage_settings:
            self.triage_settings = settings
            self._show_cases()

    def set_blind(self, blind: bool) -> None:
        """Hide, or show, what other annotators said."""
        if blind != self.blind:
            self.blind = blind
            self.file_changed.emit()

    def pick(self, current: int | None, selected: Iterable[int] | None = None) -> None:
        """Look at a case; selected are the cases a change applies to, that one alone unless given."""
        if current is None:
            case = None
        else:
            row = self._rows.get(current)
            if row is None:
                return
            case, self._place = self.cases[row], row
        chosen = frozenset(() if case is None else (case.id,)) if selected is None else frozenset(selected)
        moved = (case and case.id) != (self.current and self.current.id)
        if not moved and chosen == self.selected:
            return
        self.current, self.selected = case, chosen
        if moved:
            self.flags = ()
            self.meant_joints = ()
            self.reproducibility = ""
            self.flags_changed.emit()
            self.flagging_changed.emit()
        self.picked_changed.emit()

    def set_flagging(self, **changes: object) -> None:
        """Change severity, meant_hypotheses or meant_joints of the flags to come."""
        for name, value in changes.items():
            if name not in ("severity", "meant_hypotheses", "meant_joints"):
                raise TypeError(f"unknown setting: {name}")
            if name == "severity" and value not in SEVERITIES:
                raise ValueError(f"no severity: {value}")
            setattr(self, name, value)
        self.flagging_changed.emit()

    def set_reproducibility(self, case_id: int, sentence: str) -> None:
        """Whether the current case can be predicted again as it was; late news of a case left since are ignored."""
        if self.current is not None and self.current.id == case_id and sentence != self.reproducibility:
            self.reproducibility = sentence
            self.flagging_changed.emit()

    # --- what follows from it ----------------------------------------------------------------------------------------

    def reasons(self, case: Case) -> tuple[str, ...]:
        """Names of the reasons that triage gives a case."""
        return self.triage.reasons.get(case.id, case.triage)

    def triage_sentences(self, case: Case) -> list[str]:
        """Why triage gives a case its reasons, a sentence each."""
        return self.triage.explain(case)

    def reason_titles(self, case: Case) -> list[str]:
        """The reasons in a word or two each."""
        return [REASONS[name].title if name in REASONS else name for name in self.reasons(case)]

    @property
    def row(self) -> int | None:
        """The current case's row among the cases; None when it is not among them."""
        return None if self.current is None else self._rows.get(self.current.id)

    @property
    def targets(self) -> tuple[Case, ...]:
        """The cases that a flag or verdict applies to, in the order of the list."""
        if self.current is not None and (len(self.selected) < 2 or self.current.id not in self.selected):
            return (self.current,)
        return tuple(case for case in self.cases if case.id in self.selected)

    @property
    def own_flags(self) -> tuple[Flag, ...]:
        """The annotator's own flags of the current case."""
        return tuple(flag for flag in self.flags if flag.annotator == self.annotator)

    def kind_of_key(self, key: str) -> FlagKind | None:
        """The kind that a key flags."""
        return next((kind for kind in self.kinds if kind.key == key), None)

    def neighbour(self, places: int) -> Case | None:
        """The case that many places on, around the end; None when there is no other."""
        if not self.cases:
            return None
        row = self.row
        if row is None:
            # The case left the filter: the one that took its place comes next.
            row = self._place - (places > 0) if self.current is not None else -1 if places > 0 else 0
        case = self.cases[(row + places) % len(self.cases)]
        return None if self.current is not None and case.id == self.current.id else case

    def next_unreviewed(self) -> Case | None:
        """The next case, around the end, that the annotator has neither judged nor flagged; never the current one."""
        row = self.row
        start = row + 1 if row is not None else self._place if self.current is not None else 0
        for case in (*self.cases[start:], *self.cases[:start]):
            if case.state == "new" and (self.current is None or case.id != self.current.id):
                return case
        return None
