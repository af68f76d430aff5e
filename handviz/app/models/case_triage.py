"""The triage of the listed cases under the settings of the moment."""

from collections.abc import Iterable
from contextlib import suppress

from handviz.errors import InputError
from handviz.hypotheses.case_figures import CaseFigures
from handviz.hypotheses.triage import OUTCOMES, REASONS, SUSPICIONS, TriageSettings, TriageTable, explain
from handviz.review.cases import Case


class CaseTriage:
    """Cases with their figures read; making one takes a while, taking other settings a few milliseconds.

    Cases without figures, from an older library say, keep the triage that is stored with them.
    """

    def __init__(
        self,
        cases: Iterable[Case] = (),
        settings: TriageSettings | None = None,
        before: "CaseTriage | None" = None,
    ) -> None:
        """before: a triage of nearly the same cases, whose figures are not read again."""
        self.cases = tuple(cases)
        self._read = {} if before is None else before._read
        self._read = {case.figures: self._read.get(case.figures) or _figures(case.figures) for case in self.cases}
        read = ((case.id, self._read[case.figures]) for case in self.cases)
        self._figures = {case_id: figures for case_id, figures in read if figures is not None}
        self._table = TriageTable(list(self._figures.values()))
        self._settings: TriageSettings | None = None
        self.reasons: dict[int, tuple[str, ...]] = {}
        """Names of each case's reasons, by its id."""
        self.counts: dict[str, int] = {}
        """How many of the cases each reason concerns, those that concern any, in the order of OUTCOMES, SUSPICIONS."""
        self.with_settings(settings or TriageSettings())

    @property
    def has_truth(self) -> bool:
        """Whether the truth of any case is known."""
        return bool(self._table.has_truth.any()) if len(self._table) else False

    def with_settings(self, settings: TriageSettings) -> "CaseTriage":
        """Itself, told by these settings."""
        if settings == self._settings:
            return self
        self._settings = settings
        self.reasons = {case.id: case.triage for case in self.cases}
        self.reasons.update(zip(self._figures, self._table.reasons(settings), strict=True))
        found: dict[str, int] = {reason.name: 0 for reason in (*OUTCOMES, *SUSPICIONS)}
        for names in self.reasons.values():
            for name in names:
                found[name] = found.get(name, 0) + 1
        self.counts = {name: count for name, count in found.items() if count}
        return self

    def concerned(self, reason: str) -> tuple[Case, ...]:
        """The cases that a reason concerns; all of them for an empty one."""
        if not reason:
            return self.cases
        return tuple(case for case in self.cases if reason in self.reasons[case.id])

    def explain(self, case: Case) -> list[str]:
        """A sentence for every reason of a case."""
        figures = self._figures.get(case.id)
        names = self.reasons.get(case.id, case.triage)
        assert self._settings is not None
        if figures is None:
            return [REASONS[name].sentence if name in REASONS else name for name in names]
        return [explain(name, figures, self._settings) for name in names if name in REASONS]


def _figures(text: str) -> CaseFigures | None:
    with suppress(InputError):
        return CaseFigures.from_json(text)
    return None
