"""Datasets are written shard by shard, go on after a kill, and refuse to mix."""

from dataclasses import replace

import numpy as np
import pytest

from handviz.datasets import generation, test_set
from handviz.datasets.generation import generate
from handviz.datasets.shards import ShardDataset, shard_path
from handviz.errors import DeviceError, InputError
from handviz.synthesis.config import SynthesisConfig

CONFIG = SynthesisConfig(size=32, moments_min=5, moments_max=5)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A dataset of five samples in shards of two."""
    folder = tmp_path_factory.mktemp("made")
    patch = pytest.MonkeyPatch()
    patch.setattr(generation, "SHARD_SAMPLES", 2)
    states = []
    try:
        generate(folder, CONFIG, 3, 5, report=states.append)
    except DeviceError as error:
        pytest.skip(str(error))
    yield folder, states
    patch.undo()


def test_all_samples_are_there_and_counted(made):
    folder, states = made
    assert len(ShardDataset(folder)) == 5
    assert [state.done for state in states] == [0, 2, 4, 5]
    assert states[0].seconds_left == float("inf") and states[-1].seconds_left == 0


def test_a_broken_shard_is_made_again_and_the_others_kept(made):
    folder, _ = made
    before = ShardDataset(folder).arrays()
    first, second = shard_path(folder, 0), shard_path(folder, 1)
    kept = first.stat().st_mtime_ns
    second.write_bytes(second.read_bytes()[:100])
    generate(folder, CONFIG, 3, 5)
    assert first.stat().st_mtime_ns == kept
    for name, values in ShardDataset(folder).arrays().items():
        np.testing.assert_array_equal(values, before[name], err_msg=name)


def test_a_larger_count_extends(made):
    folder, _ = made
    before = ShardDataset(folder).arrays()["joints"]
    generate(folder, CONFIG, 3, 6)
    after = ShardDataset(folder).arrays()["joints"]
    assert len(after) == 6
    np.testing.assert_array_equal(after[:5], before)


@pytest.mark.parametrize("config, seed", [(CONFIG, 4), (replace(CONFIG, size=48), 3)])
def test_another_seed_or_configuration_is_refused(made, config, seed):
    with pytest.raises(InputError, match="another dataset"):
        generate(made[0], config, seed, 5)


def test_the_hash_of_the_truth_feels_a_tenth_of_a_millimetre(made):
    dataset = ShardDataset(made[0])
    arrays = {name: values.copy() for name, values in dataset.arrays().items()}

    class Fake:
        def arrays(self):
            return arrays

    assert test_set.truth_sha256(Fake()) == test_set.truth_sha256(dataset)
    arrays["joints"][0, 0, 0, 0] += 2e-4
    assert test_set.truth_sha256(Fake()) != test_set.truth_sha256(dataset)


def test_v1_keeps_to_shipped_assets():
    assert test_set.TEST_V1_CONFIG.split == "test-v1" and test_set.TEST_V1_CONFIG.enrich is None
