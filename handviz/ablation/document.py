"""models/REPORT.md: what blur does to the hypotheses, which loss selects best, which of the claims hold."""

from collections.abc import Callable
from pathlib import Path

from handviz.ablation.claims import judge_blur, judge_losses
from handviz.ablation.compare import Row
from handviz.ablation.sources import SourceRow
from handviz.ablation.sources_table import sources_lines
from handviz.ablation.table import format_table
from handviz.ablation.witness_result import WitnessResult, witness_lines
from handviz.datasets.folders import open_dataset
from handviz.datasets.test_set import test_v1
from handviz.errors import InputError
from handviz.evaluation.blur import TOLERANCES_MM, Coverage, SpreadByBlur, blur_bins, coverage, motion_groups
from handviz.evaluation.blur import spread_by_blur as spread_of
from handviz.evaluation.collect import collect
from handviz.evaluation.figures import draw_coverage, draw_spread
from handviz.evaluation.sheet import RULE, by_rule, show, write_sheet
from handviz.files import atomic_write, make_folder, sha256
from handviz.geometry.skeleton import TIMESTEPS
from handviz.hand.model import HandModel
from handviz.inference.devices import choose_device
from handviz.network.files import GENERATOR_FILE, SELECTOR_FILE, default_weights, load_generator, load_selector
from handviz.synthesis.config import MOTION_KINDS

SPREAD_PICTURE, COVERAGE_PICTURE, PHOTOS_PICTURE = "spread.png", "coverage.png", "photos.jpg"
_SELECTED = 4
"""Hypotheses of a photo that are drawn."""
REPORT_FILE = "REPORT.md"


def write_report(
    out: Path,
    weights: Path | None,
    data: Path | None,
    limit: int | None,
    hypotheses: int,
    device: str,
    command: str,
    ablation: tuple[list[Row], int, str] | None,
    progress: Callable[[str, int, int], None],
    witness: WitnessResult | None = None,
    sources: tuple[list[SourceRow], dict[str, int]] | None = None,
) -> Path:
    """Measure, draw and write out/REPORT.md with its pictures in out/report/.

    weights None are those shipped, data None is test-v1. ablation: rows, n and a line on the run. witness, sources:
    their tests. Raises HandvizError when weights, data or device are not there.
    """
    folder = default_weights() if weights is None else weights
    where = choose_device(device)
    generator = load_generator(folder / GENERATOR_FILE, where)
    dataset = open_dataset(test_v1(progress) if data is None else data)
    truth = {name: values[:limit] for name, values in dataset.arrays().items()}
    selector, hand = load_selector(folder / SELECTOR_FILE, where), HandModel.load(device=where)
    collected = collect(
        generator, selector, hand, dataset.image, truth, hypotheses, where, mesh=dataset.has_parameters,
        progress=lambda done, total: progress("measured", done, total),
    )  # fmt: skip
    spread = spread_of(collected.joints, collected.blur_px)
    errors = collected.mpjpe["order_free"].mean(-1)
    by_blur = coverage(errors, blur_bins(collected.blur_px))
    by_motion = coverage(errors, motion_groups(truth["motion_kind"], MOTION_KINDS))
    if not by_blur.labels:
        raise InputError(f"{len(errors)} photos are too few for a report; raise --limit or synthesize more.")
    pictures = out / "report"
    make_folder(pictures)
    draw_spread(spread, pictures / SPREAD_PICTURE)
    draw_coverage(by_blur, pictures / COVERAGE_PICTURE)
    n = min(_SELECTED, hypotheses)
    photos = show(
        generator, selector, hand, dataset.image, truth["crop_focal"], by_rule(collected, n), hypotheses, n, where
    )
    write_sheet(pictures / PHOTOS_PICTURE, photos, hand.faces)
    about = (
        f"{len(errors)} photos of {'test-v1' if data is None else data}, {hypotheses} hypotheses each, errors "
        f"wrist-relative and order-free. Generator {sha256(folder / GENERATOR_FILE)[:12]}, selector "
        f"{sha256(folder / SELECTOR_FILE)[:12]}. Written by `{command}`."
    )
    lines = _lines(about, spread, by_blur, by_motion, ablation)
    if sources is not None:
        lines += ["", *sources_lines(*sources)]
    if witness is not None:
        lines += ["", *witness_lines(witness)]
    text = "\n".join(lines)
    path = out / REPORT_FILE
    with atomic_write(path, "w") as file:
        file.write(text + "\n")
    return path


def _lines(
    about: str,
    spread: SpreadByBlur,
    by_blur: Coverage,
    by_motion: Coverage,
    ablation: tuple[list[Row], int, str] | None,
) -> list[str]:
    claims = judge_blur(spread, by_blur)
    if ablation is not None:
        claims = judge_losses(ablation[0]) + claims
    lines = ["# Measured: the supplement's claims, with these weights", "", about, "", "## Claims", ""]
    lines += ["| claim | verdict | figures |", "|---|---|---|"]
    lines += [f"| {claim} | **{verdict}** | {figures} |" for claim, verdict, figures in claims]
    lines += ["", "A claim about losses holds, or its reverse does, when the whole 95 % interval of the paired"]
    lines += ["difference lies on one side of 0. All of this is about these weights on these photos, no more."]
    if ablation is not None:
        rows, n, run = ablation
        lines += ["", "## Selection losses on the same frozen hypotheses", "", run, "", format_table(rows, n)]
    lines += ["", "## Spread against blur (Figure 3)", "", f"![spread against blur](report/{SPREAD_PICTURE})", ""]
    lines += [f"| blur | photos | {' | '.join(f'{name} mm' for name in TIMESTEPS)} |", "|---" * 5 + "|"]
    for label, photos, values in zip(spread.labels, spread.photos, spread.spread_mm.mean(-1), strict=True):
        lines.append(f"| {label} | {photos} | {' | '.join(f'{value:.1f}' for value in values)} |")
    lines += ["", f"Spearman correlation of a photo's spread with its blur: {spread.spearman:.2f}.", ""]
    lines += ["## Photos that no hypothesis covers (Figure 2)", "", f"![not covered](report/{COVERAGE_PICTURE})", ""]
    limits = " | ".join(f"over {limit:g} mm" for limit in TOLERANCES_MM)
    for title, group in (("blur", by_blur), ("motion", by_motion)):
        lines += [f"| {title} | photos | {limits} |", "|---" * (2 + len(TOLERANCES_MM)) + "|"]
        for label, photos, missed in zip(group.labels, group.photos, group.missed, strict=True):
            lines.append(f"| {label} | {photos} | {' | '.join(f'{100 * share:.0f} %' for share in missed)} |")
        lines.append("")
    lines += ["## Photos with their selected meshes", "", f"![selected meshes](report/{PHOTOS_PICTURE})", ""]
    lines += [
        f"Chosen by rule: {RULE}. Left the photo, right the top-scored hypothesis in the colours of its timesteps"
    ]
    lines += ["(blue past, vermilion middle, yellow future), and white outlines of the other selected ones' middle."]
    return lines
