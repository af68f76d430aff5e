"""The comparison as a Markdown table."""

import math

from handviz.ablation.compare import Row
from handviz.ablation.config import REFERENCE, aliases

_HEAD = (
    "| selected by | gap closed % | 95% over photos | minus the reference | over seeds | top-1 mm | hit@{n} |"
    " Kendall tau | ECE | Brier |"
)


def format_table(rows: list[Row], n: int, reference: str = REFERENCE) -> str:
    """Rows as Markdown, with what ablations of losses found equal listed below."""
    lines = [_HEAD.format(n=n), "|---" * 10 + "|"]
    for row in rows:
        lines.append(
            f"| {row.name} | {100 * row.gap_closed:.1f} | {_range(row.gap_interval)} | "
            f"{'the reference' if row.name == reference else _range(row.difference)} | {_range(row.seed_range)} | "
            f"{row.top1_mm:.1f} | {row.hit_at_n:.3f} | {row.kendall_tau:.3f} | {_number(row.ece)} | "
            f"{_number(row.brier)} |"
        )
    if reference != REFERENCE:
        return "\n".join(lines)
    same = "; ".join(f"{name} is {other}" for name, other in aliases().items())
    return "\n".join([*lines, "", f"Equal by definition, trained once: {same}."])


def _range(values: tuple[float, float]) -> str:
    return f"{100 * values[0]:.1f} to {100 * values[1]:.1f}"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"
