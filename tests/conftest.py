"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("EGL_PLATFORM", "surfaceless")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of recordings that are not part of the repository; tests that need it are skipped without it."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("recordings in ../shared/data are not present")
    return folder


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a tiny generator and selector of random weights and their manifest: what they predict is noise, but
    its shapes, frames and determinism are real."""
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
