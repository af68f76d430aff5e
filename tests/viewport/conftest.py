"""Fixtures of the viewport's tests."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from viewport_recording import PATIENCE_S, Recorder

from handviz.viewport.probe import probe_backend


@pytest.fixture(scope="session")
def _shared() -> Iterator[Recorder]:
    recording = Recorder()
    with recording.client:
        yield recording


@pytest.fixture
def recorder(_shared: Recorder) -> Recorder:
    """A started client on the backend that works everywhere, with white behind nothing in particular."""
    while not _shared.frames.empty():
        _shared.frames.get()
    # Of another shape than any test's meshes: those begin visible and grey.
    _shared.client.set_visible(np.ones((0, 1), bool))
    _shared.client.set_colors(np.ones((0, 1, 3)))
    _shared.client.set_ghosts(np.ones((0, 1), bool))
    _shared.client.set_time(None)
    _shared.client.set_background((1.0, 1.0, 1.0))
    return _shared


@pytest.fixture
def mortal() -> Iterator[Recorder]:
    """A started client of one's own, to be killed."""
    recording = Recorder()
    with recording.client:
        yield recording


@pytest.fixture(scope="session")
def works() -> Callable[[str], bool]:
    """Whether a backend works on this machine, found out once."""
    known = {"embree": True}

    def ask(name: str) -> bool:
        if name not in known:
            known[name] = probe_backend(name, timeout_s=PATIENCE_S).works
        return known[name]

    return ask
