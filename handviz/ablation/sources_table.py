"""The comparison of hypothesis sources: kept in its folder, told as a table and as a part of the report."""

import json
import math
from dataclasses import asdict, fields
from pathlib import Path

from handviz.ablation.config import AblateSourcesConfig
from handviz.ablation.sources import REGRESSOR, SourceRow
from handviz.errors import InputError
from handviz.files import atomic_write

_RESULT = "result.json"


def save_rows(rows: list[SourceRow], config: AblateSourcesConfig) -> None:
    """Keep the result in the folder of its run."""
    about = {name: getattr(config, name) for name in ("crops", "steps", "batch_size", "hypotheses", "test_limit")}
    with atomic_write(config.out / _RESULT, "w") as file:
        json.dump({"about": about, "rows": [asdict(row) for row in rows]}, file, indent=1)


def load_rows(folder: Path) -> tuple[list[SourceRow], dict[str, int]]:
    """Rows, and what they were made with. Raises InputError."""
    try:
        found = json.loads((folder / _RESULT).read_text(encoding="utf-8"))
        names = [field.name for field in fields(SourceRow)]
        rows = [SourceRow(**{name: row[name] for name in names}) for row in found["rows"]]
        about = {str(name): int(value) for name, value in found["about"].items()}
        rows = [
            SourceRow(**{**asdict(row), "best_mm": {int(k): float(v) for k, v in row.best_mm.items()}}) for row in rows
        ]
        if not rows or rows[0].name != REGRESSOR:
            raise ValueError("no regressor")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{folder} is no finished folder of handviz ablate sources; correct --sources.") from error
    return rows, about


def format_sources(rows: list[SourceRow], about: dict[str, int]) -> str:
    """The table, errors with their ratios to the regressor's, and how it was made."""
    counts = sorted({count for row in rows for count in row.best_mm if count > 1})
    one = rows[0].mean_mm
    head = ["source", "mean", "averaged", *(f"best of {count}" for count in counts), "energy score", "quantile error"]
    lines = [f"| {' | '.join([*head, 'training, ms a photo'])} |", "|---" * (len(head) + 1) + "|"]
    for row in rows:
        figures = [row.mean_mm, row.averaged_mm, *(row.best_mm.get(count, math.nan) for count in counts)]
        cells = [_with_ratio(value, one) for value in figures]
        cells += [_number(row.energy_score_mm, 1), _number(row.quantile_error, 3), _number(row.milliseconds, 1)]
        lines.append(f"| {row.name} | {' | '.join(cells)} |")
    photos = about["steps"] * about["batch_size"]
    lines += [
        "",
        f"mm at the middle timestep, in brackets over the regressor's {one:.1f} mm. {photos} photos each, drawn from "
        f"the kept features of {about['crops']} crops, {about['hypotheses']} hypotheses in training and test (the "
        f"regressor: one), tested on {about['test_limit']} crops. Backbone and unfolder are the same trained ones for "
        "all; what makes hypotheses of their features starts anew.",
    ]
    return "\n".join(lines)


def sources_lines(rows: list[SourceRow], about: dict[str, int]) -> list[str]:
    """The part of the report, as Markdown."""
    many = [row for row in rows if len(row.best_mm) > 1]
    best = min(many, key=lambda row: row.energy_score_mm)
    nearest = min(many, key=lambda row: row.best_mm[max(row.best_mm)])
    return [
        "## What tells hypotheses apart",
        "",
        format_sources(rows, about),
        "",
        f"Lowest energy score: {best.name}. Lowest best of {max(nearest.best_mm)}: {nearest.name}.",
    ]


def _with_ratio(value: float, one: float) -> str:
    return "–" if math.isnan(value) else f"{value:.1f} ({value / one:.2f})"


def _number(value: float, digits: int) -> str:
    return "–" if math.isnan(value) else f"{value:.{digits}f}"
