"""The figures on real photos as text."""

from typing import Any

from handviz.datasets.real_hands import CROP_FOCAL
from handviz.evaluation.real import BLURRED_PX

_WIDTH, _WIDE = 34, 50
_CLIP_COLUMNS = {
    "px": "px",
    "percent": "%",
    "percent_sharper": "% sharper",
    "percent_blurred": "% blurred",
    "percent_ends": "% at the ends",
}


def format_real_report(report: dict[str, Any]) -> str:
    """Tables for people."""
    lines: list[str] = []
    if (clip := report.get("clip")) is not None:
        lines += [
            f"{clip['frames']} hand-labelled frames of a clip, {clip['joints']} joints; mean 2D error, in px and in % "
            "of the hand's size",
            f"(longer side of its box). Blurred: {clip['blurred']} frames with a labelled path of {BLURRED_PX:g} px "
            "or more. At the ends: past",
            "and future of the paths whose ends show, in the order that fits better.",
            "",
            " " * _WIDTH + "".join(f"{title:>15}" for title in _CLIP_COLUMNS.values()),
        ]
        for rule, row in clip["errors"].items():
            lines.append(f"{rule:{_WIDTH}}" + "".join(f"{row[name]:>15.1f}" for name in _CLIP_COLUMNS))
        lines += [f"{'side of the hand told right':{_WIDTH}}{100 * clip['handedness']:>14.0f}%", ""]
    if (crops := report.get("crops")) is not None:
        blurs = list(crops["by_blur_px"])
        lines += [
            f"{crops['crops']} real crops held out of training ({crops['right_hands']} right hands) by longest smear "
            "in px of 256. The reference",
            "is the landmark network's own answer on the sharp photo, not truth: at 0 px its own rows show how far "
            "one box",
            "or another moves its answer. By its palm: turned as the palm detector says, searching the same box. "
            f"Focal length told: {CROP_FOCAL:g}",
            "crop sides.",
            "",
            " " * _WIDE + "".join(f"{f'{blur} px':>8}" for blur in blurs),
        ]
        for metric, title in (("pa_mpjpe_mm", "PA-MPJPE"), ("mpjpe_mm", "MPJPE")):
            for rule in crops["by_blur_px"][blurs[0]][metric]:
                values = [crops["by_blur_px"][blur][metric][rule] for blur in blurs]
                lines.append(f"{f'{title} {rule}':{_WIDE}}" + "".join(f"{value:>8.1f}" for value in values))
        for rule in crops["by_blur_px"][blurs[0]]["handedness"]:
            values = [100 * crops["by_blur_px"][blur]["handedness"][rule] for blur in blurs]
            lines.append(f"{f'side told right %, {rule}':{_WIDE}}" + "".join(f"{value:>8.1f}" for value in values))
    return "\n".join(lines)
