"""A page of samples on which a person judges realism."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from handviz.files import atomic_write
from handviz.synthesis.config import SynthesisConfig
from handviz.synthesis.synthesizer import Synthesizer

_COLUMNS = 8
_CAPTION = 14


def write_contact_sheet(path: Path, config: SynthesisConfig, seed: int, count: int = 48) -> None:
    """Write samples 0..count-1 of `seed` as one picture, each with its blur length and motion kind under it."""
    synthesizer = Synthesizer(config)
    rows = -(-count // _COLUMNS)
    cell = config.size
    page = Image.new("RGB", (_COLUMNS * cell, rows * (cell + _CAPTION)), (24, 24, 24))
    pen = ImageDraw.Draw(page)
    for index in range(count):
        sample = synthesizer.sample(seed, index)
        corner = np.array([index % _COLUMNS * cell, index // _COLUMNS * (cell + _CAPTION)])
        page.paste(Image.fromarray(sample.image), tuple(int(value) for value in corner))
        caption = f"{index}: {sample.blur_px:.0f} px {sample.motion_kind.replace('_', ' ')}"
        pen.text((int(corner[0]) + 3, int(corner[1]) + cell + 1), caption, fill=(220, 220, 220))
    with atomic_write(path) as file:
        page.save(file, "PNG")
