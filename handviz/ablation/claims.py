"""The supplement's claims, each judged by a stated rule from measured rows."""

import numpy as np

from handviz.ablation.compare import BY_PROJECTION, RANDOM, Row
from handviz.ablation.config import REFERENCE
from handviz.evaluation.blur import TOLERANCES_MM, Coverage, SpreadByBlur

_BEATS = (
    (RANDOM, "CCR selects better than chance"),
    (BY_PROJECTION, "CCR selects better than agreement with the photo's 2D joints"),
    ("pointwise log", "the combined loss selects better than the classifying part alone (pointwise)"),
    ("listwise log", "the combined loss selects better than the ranking part alone (listwise)"),
    ("pairwise log", "CCR selects better than the pairwise loss"),
    ("ccr alpha=0.75 printed", "with the log CCR selects better than as printed, without it"),
)
_CLEAR_SPEARMAN = 0.2


def judge_losses(rows: list[Row]) -> list[tuple[str, str, str]]:
    """Claim, verdict and figures for each comparison of the reference with another rule.

    "holds" when the whole paired interval of (other minus reference) lies below 0, "the reverse holds" when it lies
    above, else "not decided".
    """
    by_name = {row.name: row for row in rows}
    found = []
    for other, claim in _BEATS:
        low, high = by_name[other].difference
        verdict = "holds" if high < 0 else "the reverse holds" if low > 0 else "not decided"
        figures = (
            f"gap closed {100 * by_name[REFERENCE].gap_closed:.1f} % against {100 * by_name[other].gap_closed:.1f} %; "
            f"difference {0.0 - 100 * high:.1f} to {0.0 - 100 * low:.1f}"
        )
        found.append((claim, verdict, figures))
    return found


def judge_blur(spread: SpreadByBlur, covered: Coverage) -> list[tuple[str, str, str]]:
    """Claim, verdict and figures of the supplement's Figures 3 and 2.

    Spread "grows" when its Spearman correlation with blur is above 0.2 and the last bin spreads wider than the first.
    """
    means = spread.spread_mm.mean((1, 2))
    grows = spread.spearman > _CLEAR_SPEARMAN and len(means) > 1 and means[-1] > means[0]
    ends = f"{means[0]:.1f} mm at {spread.labels[0]}, {means[-1]:.1f} mm at {spread.labels[-1]}" if len(means) else ""
    limit = TOLERANCES_MM.index(20.0)
    missed = float(np.average(covered.missed[:, limit], weights=covered.photos))
    worst = int(covered.missed[:, limit].argmax())
    return [
        ("hypotheses spread wider the longer the blur (Figure 3)", "holds" if grows else "does not hold",
         f"Spearman {spread.spearman:.2f}; {ends}"),
        ("for some photos no hypothesis is near the truth (Figure 2)", "holds" if missed > 0 else "does not hold",
         f"{100 * missed:.0f} % have none within 20 mm, most at {covered.labels[worst]} "
         f"({100 * covered.missed[worst, limit]:.0f} %)"),
    ]  # fmt: skip
