"""A clip's truth comes with each of its frames."""

import shutil

import numpy as np
import pytest

from handviz.app.loading import Loader
from handviz.hypotheses.clip_truth import ClipTruth
from handviz.resources import assets_dir

DEMO = assets_dir() / "demo"


@pytest.fixture
def loader(qtbot):
    made = Loader()
    yield made
    made.close()


def load(qtbot, loader, action):
    with qtbot.waitSignal(loader.loaded, timeout=20_000) as blocker:
        action()
    return blocker.args[0]


def test_each_frame_has_its_own_truth(qtbot, loader):
    clip = ClipTruth.load(DEMO / "clip.npz")
    found = load(qtbot, loader, lambda: loader.open(DEMO / "clip.mp4", 5))
    np.testing.assert_array_equal(found.truth.joints, clip.frame(5).joints)
    found = load(qtbot, loader, lambda: loader.step(30))
    np.testing.assert_array_equal(found.truth.joints, clip.frame(30).joints)
    # The next file does not inherit it.
    assert load(qtbot, loader, lambda: loader.open(DEMO / "wave.jpg")).truth is not None
    assert load(qtbot, loader, lambda: loader.open(DEMO / "clip.mp4")).truth.joints.shape == (3, 21, 3)


def test_a_damaged_truth_is_told_and_the_clip_is_shown(qtbot, loader, tmp_path):
    shutil.copy(DEMO / "clip.mp4", tmp_path)
    assert load(qtbot, loader, lambda: loader.open(tmp_path / "clip.mp4")).truth is None
    with np.load(DEMO / "clip.npz") as file:
        np.savez(tmp_path / "clip.npz", **{name: file[name] for name in ("format", "format_version")}, joints=1)
    found = load(qtbot, loader, lambda: loader.open(tmp_path / "clip.mp4"))
    assert found.truth is None and "clip.npz" in found.warning and found.picture.frame_count == 60
