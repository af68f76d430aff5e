"""The evaluation of a pair of weights as one report: numbers for JSON, tables for people."""

from typing import Any

from handviz.evaluation.collect import Collected
from handviz.evaluation.metrics import (
    constant_baseline,
    distribution_metrics,
    error_table,
    mean_hypothesis_mm,
    mean_of_selected_mm,
    selection_metrics,
)
from handviz.geometry.skeleton import TIMESTEPS

_TITLES = {"mpjpe": "MPJPE", "mpvpe": "MPVPE", "pa_mpjpe": "PA-MPJPE"}


def build_report(collected: Collected, counts: tuple[int, ...], n: int, about: dict[str, Any]) -> dict[str, Any]:
    """Every metric for each number of hypotheses in counts; collected must hold at least the largest."""
    report: dict[str, Any] = {"about": about, "crops": len(collected.truth_joints), "n": n}
    report["baseline"] = constant_baseline(collected)
    report["by_hypotheses"] = {}
    for count in counts:
        part = collected.take(count)
        report["by_hypotheses"][str(count)] = {
            "errors_mm": error_table(part, min(n, count)),
            "mean_hypothesis_middle_mm": mean_hypothesis_mm(part),
            "mean_of_selected_middle_mm": mean_of_selected_mm(part, min(n, count)),
            "selection": selection_metrics(part, n),
            "distribution": distribution_metrics(part),
        }
    return report


def format_report(report: dict[str, Any]) -> str:
    """The report as text: one table for each number of hypotheses."""
    lines = [f"{report['crops']} crops; errors in mm, wrist-relative, past / middle / future", ""]
    header = f"{'':34}{'ordered':>24}{'order-free':>24}"
    baseline = report["baseline"]
    lines += [header, _row("best constant answer, MPJPE", baseline["ordered"], baseline["order_free"]), ""]
    for count, part in report["by_hypotheses"].items():
        lines.append(f"K = {count}")
        for metric, orders in part["errors_mm"].items():
            for rule, ordered in orders["ordered"].items():
                lines.append(_row(f"{_TITLES[metric]} {rule}", ordered, orders["order_free"][rule]))
        lines.append(f"{'MPJPE of the mean hypothesis':34}{part['mean_hypothesis_middle_mm']:>16.1f} (middle)")
        selected = f"MPJPE of the {min(report['n'], int(count))} selected ones' mean"
        lines.append(f"{selected:34}{part['mean_of_selected_middle_mm']:>16.1f} (middle)")
        for group in ("selection", "distribution"):
            for name, value in part[group].items():
                lines.append(f"{name:34}{value:>16.3f}")
        lines.append("")
    return "\n".join(lines)


def _row(title: str, *orders: list[float]) -> str:
    assert all(len(values) == len(TIMESTEPS) for values in orders)
    return f"{title:34}" + "".join(f"{' / '.join(f'{value:.1f}' for value in values):>24}" for values in orders)
