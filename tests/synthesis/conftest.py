"""One synthesizer for all tests here: making it costs seconds."""

from dataclasses import replace

import pytest

from handviz.errors import DeviceError
from handviz.synthesis.config import SynthesisConfig


@pytest.fixture(scope="session")
def config() -> SynthesisConfig:
    return SynthesisConfig(size=96)


@pytest.fixture(scope="session")
def synthesizer(config):
    from handviz.synthesis.synthesizer import Synthesizer

    try:
        return Synthesizer(config)
    except DeviceError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def plain_synthesizer(synthesizer, config):
    """The same without jitter, noise and compression."""
    from handviz.synthesis.synthesizer import Synthesizer

    return Synthesizer(replace(config, jitter=False, develop=False), hand_model=synthesizer.hand)
