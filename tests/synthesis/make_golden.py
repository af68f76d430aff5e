"""Write tests/golden/synthesis.png anew: python -m tests.synthesis.make_golden (after looking at what changed)."""

from pathlib import Path

import numpy as np
from PIL import Image

from handviz.synthesis.config import SynthesisConfig
from handviz.synthesis.synthesizer import Synthesizer

if __name__ == "__main__":
    drawn = Synthesizer(SynthesisConfig(size=96)).batch(11, list(range(8)))
    small = [np.asarray(Image.fromarray(s.image).resize((48, 48), Image.Resampling.BOX)) for s in drawn]
    Image.fromarray(np.concatenate(small, 1)).save(Path(__file__).parents[1] / "golden" / "synthesis.png")
