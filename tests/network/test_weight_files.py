"""Weight files: what is written is read, what is altered is refused with a sentence."""

import json
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from handviz.errors import ModelFileError
from handviz.network.config import GeneratorConfig, SelectorConfig
from handviz.network.files import (
    GENERATOR_FILE,
    MANIFEST,
    SELECTOR_FILE,
    load_generator,
    load_selector,
    save_network,
    write_manifest,
)
from handviz.network.generator import Generator
from handviz.network.selector import Selector

CONFIG = GeneratorConfig(image_size=64, width=16, heads=2, blocks=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    save_network(Generator(CONFIG), path / GENERATOR_FILE, run="test")
    save_network(
        Selector(SelectorConfig(width=16, heads=2, blocks=1, generator_width=16)), path / SELECTOR_FILE, half=True
    )
    write_manifest(path)
    return path


def test_configuration_and_weights_survive(folder: Path) -> None:
    generator, selector = load_generator(folder / GENERATOR_FILE), load_selector(folder / SELECTOR_FILE)
    assert generator.config == CONFIG and selector.config.width == 16
    torch.manual_seed(0)
    for (name, value), expected in zip(
        generator.state_dict().items(), Generator(CONFIG).state_dict().values(), strict=True
    ):
        assert torch.equal(value, expected), name
    assert not generator.training


def test_altered_weights_are_noticed(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    altered = bytearray((tmp_path / GENERATOR_FILE).read_bytes())
    altered[-5] ^= 1
    (tmp_path / GENERATOR_FILE).write_bytes(bytes(altered))
    with pytest.raises(ModelFileError, match=r"generator\.safetensors.*manifest\.json"):
        load_generator(tmp_path / GENERATOR_FILE)


def test_missing_weights_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="handviz train selector"):
        load_selector(tmp_path / SELECTOR_FILE)


def test_the_other_network_is_refused(folder: Path) -> None:
    with pytest.raises(ModelFileError, match="no selector weights"):
        load_selector(folder / GENERATOR_FILE)


def test_weights_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    network = Generator(CONFIG)
    network.position.data[0, 0] = float("nan")
    save_network(network, tmp_path / GENERATOR_FILE)
    with pytest.raises(ModelFileError, match="not finite"):
        load_generator(tmp_path / GENERATOR_FILE)


@pytest.mark.parametrize("change", [{"width": "wide"}, {"surprise": 1}, {"width": 24}])
def test_a_configuration_that_does_not_fit_is_refused(tmp_path: Path, change: dict) -> None:
    from handviz.network.config import config_to_dict

    network = Generator(CONFIG)
    config = {**config_to_dict(CONFIG), **change}
    state = {name: value.contiguous() for name, value in network.state_dict().items()}
    save_file(state, tmp_path / GENERATOR_FILE, metadata={"kind": "generator", "config": json.dumps(config)})
    with pytest.raises(ModelFileError):
        load_generator(tmp_path / GENERATOR_FILE)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_junk_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / GENERATOR_FILE
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"generator\.safetensors"):
        load_generator(path)


def test_a_damaged_manifest_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / GENERATOR_FILE).write_bytes((folder / GENERATOR_FILE).read_bytes())
    (tmp_path / MANIFEST).write_text("[")
    with pytest.raises(ModelFileError, match=MANIFEST):
        load_generator(tmp_path / GENERATOR_FILE)
