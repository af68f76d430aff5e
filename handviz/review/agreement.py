"""How far annotators agree: Cohen's kappa of each pair, and the cases they see differently."""

from collections import Counter
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
    """Cohen's kappa: 1 for full agreement, 0 for as much as chance brings; NaN when both gave one verdict only."""
    disagreements: tuple[int, ...]
    """Ids of the cases they judged differently."""


def cohens_kappa(pairs: list[tuple[str, str]]) -> float:
    """Kappa of pairs of answers: (observed - expected) / (1 - expected); NaN where chance alone explains all."""
    if not pairs:
        return float("nan")
    observed = sum(a == b for a, b in pairs) / len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    expected = sum(first[answer] * second[answer] for answer in first) / len(pairs) ** 2
    return float("nan") if expected == 1.0 else (observed - expected) / (1.0 - expected)


def agreements(library: Library) -> list[Agreement]:
    """Every pair of annotators that judged a case in common, by verdicts."""
    found = []
    for (first, own), (second, other) in combinations(library.verdicts().items(), 2):
        common = sorted(own.keys() & other.keys())
        if common:
            pairs = [(own[case], other[case]) for case in common]
            different = tuple(case for case in common if own[case] != other[case])
            same = 1.0 - len(different) / len(common)
            found.append(Agreement(first, second, len(common), same, cohens_kappa(pairs), different))
    return found
