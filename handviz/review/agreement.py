"""How far annotators agree: Cohen's kappa of each pair, and the cases they see differently."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations

from handviz.review.store import Library


@dataclass(frozen=True)
class Agreement:
    """Two annotators on the cases both judged."""

    first: str
    second: str
    cases: int
    same: float
    """Share of equal verdicts."""
    kappa: float
    """Cohen's kappa of verdicts: 1 for full agreement, 0 for what chance brings; NaN when both gave one alone."""
    disagreements: tuple[int, ...]
    """Ids of the cases they gave different verdicts."""


@dataclass(frozen=True)
class KindAgreement:
    """Two annotators on one kind of flag: set or not, over the cases both judged or flagged."""

    first: str
    second: str
    kind: str
    cases: int
    kappa: float


@dataclass(frozen=True)
class Disagreement:
    """A case that annotators see differently."""

    case_id: int
    name: str
    verdicts: dict[str, str]
    """By annotator; those who gave none are not named."""
    kinds: dict[str, tuple[str, ...]]
    """Kinds of flags of everyone who judged or flagged the case."""


def cohens_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float:
    """Kappa of pairs of answers: (observed - expected) / (1 - expected); NaN where chance alone explains all."""
    if not pairs:
        return float("nan")
    observed = sum(a == b for a, b in pairs) / len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[answer] * second[answer] for answer in first) / len(pairs) ** 2
    return float("nan") if expected == 1.0 else (observed - expected) / (1.0 - expected)


def agreements(library: Library) -> list[Agreement]:
    """Every pair of annotators that judged a case in common, by verdicts; none where the library is blind."""
    found = []
    for (first, own), (second, other) in combinations(library.verdicts().items(), 2):
        common = sorted(own.keys() & other.keys())
        if common:
            pairs = [(own[case], other[case]) for case in common]
            different = tuple(case for case in common if own[case] != other[case])
            same = 1.0 - len(different) / len(common)
            found.append(Agreement(first, second, len(common), same, cohens_kappa(pairs), different))
    return found


def kind_agreements(library: Library) -> list[KindAgreement]:
    """The same for each kind of flag that either of a pair set."""
    flagged, reviewed = _flagged(library), _reviewed(library)
    found = []
    for first, second in combinations(sorted(reviewed), 2):
        common = sorted(reviewed[first] & reviewed[second])
        own, other = (flagged.get(name, {}) for name in (first, second))
        for kind in sorted({kind for case in common for kinds in (own, other) for kind in kinds.get(case, ())}):
            pairs = [(kind in own.get(case, ()), kind in other.get(case, ())) for case in common]
            found.append(KindAgreement(first, second, kind, len(common), cohens_kappa(pairs)))
    return found


def disagreements(library: Library) -> list[Disagreement]:
    """The cases with different verdicts, or flagged with different kinds, in the order they were added."""
    flagged, reviewed, verdicts = _flagged(library), _reviewed(library), library.verdicts()
    found = []
    for case in library.cases():
        judges = [name for name in sorted(reviewed) if case.id in reviewed[name]]
        words = {name: verdicts[name][case.id] for name in judges if case.id in verdicts.get(name, ())}
        kinds = {name: tuple(sorted(flagged.get(name, {}).get(case.id, ()))) for name in judges}
        if len(set(words.values())) > 1 or len(set(kinds.values())) > 1:
            found.append(Disagreement(case.id, case.path.name, words, kinds))
    return found


def _flagged(library: Library) -> dict[str, dict[int, set[str]]]:
    """Annotator -> case id -> kinds of flags."""
    found: dict[str, dict[int, set[str]]] = {}
    for flag in library.flags(everybody=True):
        found.setdefault(flag.annotator, {}).setdefault(flag.case_id, set()).add(flag.kind)
    return found


def _reviewed(library: Library) -> dict[str, set[int]]:
    """Annotator -> ids of the cases judged or flagged."""
    found = {name: set(cases) for name, cases in library.verdicts().items()}
    for name, cases in _flagged(library).items():
        found.setdefault(name, set()).update(cases)
    return found
