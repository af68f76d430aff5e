"""The report's plots. matplotlib is only here."""

from pathlib import Path

import numpy as np

from handviz.evaluation.blur import TOLERANCES_MM, Coverage, SpreadByBlur
from handviz.files import atomic_write
from handviz.geometry.skeleton import TIMESTEPS

_LEVELS = {"knuckles": (5, 9, 13, 17), "middle joints": (6, 10, 14, 18), "last joints": (7, 11, 15, 19),
           "fingertips": (8, 12, 16, 20), "thumb": (2, 3, 4)}  # fmt: skip
_MARKERS = "osD^v"
_DPI = 110


def _axes(columns: int):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6 * columns, 3.6), layout="constrained")
    return figure, np.atleast_1d(figure.subplots(1, columns, sharey=True))


def _write(figure, path: Path) -> None:
    with atomic_write(path) as file:
        # A fixed note in the file, so that the same figures give the same bytes.
        figure.savefig(file, format="png", dpi=_DPI, metadata={"Software": "handviz"})


def draw_spread(spread: SpreadByBlur, path: Path) -> None:
    """Spread against blur, a panel for each timestep and a line for each level of joints, as PNG."""
    figure, axes = _axes(len(TIMESTEPS))
    for timestep, (name, axis) in enumerate(zip(TIMESTEPS, axes, strict=True)):
        for marker, (level, joints) in zip(_MARKERS, _LEVELS.items(), strict=True):
            values = spread.spread_mm[:, timestep, list(joints)].mean(-1)
            axis.plot(spread.blur_px, values, marker=marker, markersize=4, label=level)
        axis.set_title(name)
        axis.set_xlabel("blur, px of a 256 px crop")
        axis.set_ylim(bottom=0.0)
    axes[0].set_ylabel("spread of the hypotheses, mm")
    axes[0].legend(frameon=False, fontsize=8)
    _write(figure, path)


def draw_coverage(by_blur: Coverage, path: Path) -> None:
    """Share of photos that no hypothesis covers against blur, a line for each tolerance, as PNG."""
    figure, axes = _axes(1)
    places = np.arange(len(by_blur.labels))
    for column, (marker, limit) in enumerate(zip(_MARKERS, TOLERANCES_MM, strict=False)):
        axes[0].plot(places, 100.0 * by_blur.missed[:, column], marker=marker, markersize=4, label=f"{limit:g} mm")
    axes[0].set_xticks(places, by_blur.labels, rotation=30, ha="right", fontsize=8)
    axes[0].set_ylabel("photos not covered, %")
    axes[0].set_ylim(0.0, 100.0)
    axes[0].legend(frameon=False, fontsize=8, title="tolerance")
    _write(figure, path)
