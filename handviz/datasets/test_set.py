"""test-v1: the frozen test set, made from its seed where it is not on disk yet."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from handviz.datasets.generation import Progress, generate
from handviz.datasets.sample import TRUTH_SHAPES
from handviz.datasets.shards import ShardDataset
from handviz.resources import cache_dir
from handviz.synthesis.config import GENERATOR_VERSION, TEST_V1_COUNT, TEST_V1_SEED, TEST_V1_SIZE, SynthesisConfig

TEST_V1_CONFIG = SynthesisConfig(size=TEST_V1_SIZE, split="test-v1")


def test_v1(progress: Callable[[str, int, int], None] | None = None, workers: int | None = None) -> Path:
    """Folder of test-v1's shards in the cache; the first call renders them (minutes), an interrupted one goes on.

    progress is called as progress("rendered test-v1", done, wanted).
    """
    from handviz.hand.model import HandModel

    folder = cache_dir() / f"test-v1-g{GENERATOR_VERSION}-{HandModel.load().sha256[:8]}"

    def report(state: Progress) -> None:
        if progress is not None:
            progress("rendered test-v1", state.done, state.wanted)

    generate(folder, TEST_V1_CONFIG, TEST_V1_SEED, TEST_V1_COUNT, workers or os.cpu_count() or 1, report)
    return folder


# pytest takes functions called test_* in test files for tests; this is none.
test_v1.__test__ = False


def truth_sha256(dataset: ShardDataset) -> str:
    """Hash of the truth, rounded to a hundredth of a millimetre or pixel so that processors agree on it.

    Pictures are left out, and so is `visible`, which is read off a picture's depth: drivers differ in last bits.
    """
    digest = hashlib.sha256()
    arrays = dataset.arrays()
    for name in sorted(set(TRUTH_SHAPES) - {"visible"}):
        values = arrays[name].astype(np.float64)
        digest.update(name.encode() + np.round(values * 1e4).astype("<i8").tobytes())
    return digest.hexdigest()
