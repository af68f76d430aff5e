"""Tiny networks with random weights: what they predict is noise, but its shapes, frames and determinism are real."""

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a generator and a selector of random weights and their manifest."""
    import torch

    from handviz.network.config import GeneratorConfig, SelectorConfig
    from handviz.network.files import GENERATOR_FILE, SELECTOR_FILE, save_network, write_manifest
    from handviz.network.generator import Generator
    from handviz.network.selector import Selector

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("tiny_weights")
    generator = GeneratorConfig(image_size=64, width=32, noise_channels=8, token_noise_channels=4, blocks=1, heads=2)
    save_network(Generator(generator), folder / GENERATOR_FILE)
    selector = SelectorConfig(width=32, blocks=1, heads=2, generator_width=32)
    save_network(Selector(selector), folder / SELECTOR_FILE)
    write_manifest(folder)
    return folder


@pytest.fixture(scope="session")
def predictor(tiny_weights: Path):
    """A Predictor on the CPU with the tiny networks."""
    from handviz import Predictor

    return Predictor.load(device="cpu", weights=tiny_weights)


@pytest.fixture
def noise_image() -> np.ndarray:
    """A picture (120, 160, 3) without a hand."""
    return np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)
