"""The pictures of the README: what each shows, and how it is made."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from handviz.errors import HandvizError, InputError
from handviz.resources import assets_dir

TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True)
class ShowcasePicture:
    """A picture of the window on bundled photos."""

    caption: str
    photo: str
    """Name of a file in assets/demo; empty for none."""
    options: tuple[str, ...] = ()
    """Of `handviz --screenshot`."""


PICTURES = {
    "window": ShowcasePicture("The window on a bundled photo", "wave.jpg", ("--turn", "25", "10", "--theme", "dark")),
    "window_camera": ShowcasePicture(
        "Three kept hypotheses laid over another bundled photo",
        "sweep.jpg",
        ("--theme", "light", "--view", "camera", "--top", "3"),
    ),
    "window_table": ShowcasePicture(
        "Histogram, table and plots, one hypothesis selected, colours by score",
        "wave.jpg",
        ("--theme", "dark", "--hypotheses", "64", "--top", "24", "--do", "table", "plots", "worse", "next_coloring"),
    ),
    "colours": ShowcasePicture(
        "The spread of the hypotheses as a heat map on their mean hand, and the best of them over the photo",
        "sweep.jpg",
        ("--theme", "light", "--do", "next_coloring", "next_coloring", "next_coloring", "overlay", "crop"),
    ),
    "motion": ShowcasePicture(
        "Fingertip trails of the five best, one moment between past and middle, the others as ghosts",
        "wave.jpg",
        ("--theme", "dark", "--top", "5", "--turn", "20", "10", "--do", "trails", "time_back", "time_back"),
    ),
    "side_by_side": ShowcasePicture(
        "Kept hypotheses beside the ground truth", "wave.jpg", ("--do", "compare_preset_kept-truth")
    ),
    "difference": ShowcasePicture(
        "The best hypothesis by score beside the actually best one, coloured by their distance",
        "wave.jpg",
        ("--theme", "light", "--do", "compare_preset_best-best", "compare_difference"),
    ),
    "blur_sweep": ShowcasePicture(
        "A still moment of the bundled clip, blurred step by step along the hand's own motion",
        "clip.mp4",
        ("--frame", "3", "--do", "sweep_motion", "sweep_run"),
    ),
    "library": ShowcasePicture("The library before its first case", "", ("--do", "page_library")),
    "palette": ShowcasePicture("Any command by a few letters", "wave.jpg", ("--do", "palette")),
}
"""By the name of the file, without its ending."""


def make_picture(picture: ShowcasePicture, target: Path) -> None:
    """Write a picture as PNG. Raises HandvizError saying why there is none."""
    files = []
    if picture.photo:
        path = assets_dir() / "demo" / picture.photo
        if not path.is_file():
            raise InputError(f"{path} is missing; install handviz again.")
        files.append(str(path))
    command = [sys.executable, "-m", "handviz.cli.main", "--screenshot", str(target)]
    # Files come first: some options take several values.
    command[3:3] = ["open", *files]
    try:
        done = subprocess.run(
            [*command, *picture.options], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise HandvizError(f"it was not ready after {TIMEOUT_SECONDS:.0f} s") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason was given"]
        raise HandvizError(lines[-1].removeprefix("handviz: "))
