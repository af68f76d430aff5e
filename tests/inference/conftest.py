"""A predictor with tiny networks."""

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def predictor(tiny_weights: Path):
    """A Predictor on the CPU with the tiny networks."""
    from handviz import Predictor

    return Predictor.load(device="cpu", weights=tiny_weights)


@pytest.fixture
def noise_image() -> np.ndarray:
    """A picture (120, 160, 3) without a hand."""
    return np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)
