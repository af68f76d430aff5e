"""The cache of predictions: bounded, named by content, safe to delete while it is used."""

import os
import shutil
import threading

import numpy as np
import pytest
from made_hands import make_prediction, moving_hand

from handviz.errors import InputError
from handviz.hypotheses.prediction import Prediction
from handviz.review.prediction_cache import PredictionCache, prediction_key


def key(number: int) -> str:
    """A key of its own for each number."""
    return prediction_key({"photo": "ab" * 32, "seed": number})


@pytest.fixture(scope="module")
def prediction() -> Prediction:
    """Two hypotheses of a moving hand."""
    return make_prediction(np.stack([moving_hand(), moving_hand(0.2)]))


@pytest.fixture
def cache(tmp_path) -> PredictionCache:
    """An empty cache."""
    return PredictionCache(tmp_path / "predictions")


def sizes(cache: PredictionCache) -> dict[str, int]:
    """Bytes of each prediction there, by key."""
    return {path.stem: path.stat().st_size for path in cache.folder.glob("??/*.npz")}


def test_a_key_names_what_a_prediction_was_made_from():
    assert prediction_key({"a": 1, "b": [1.5, 2]}) == prediction_key({"b": [1.5, 2], "a": 1})
    assert key(1) != key(2) and len(key(1)) == 64


def test_what_is_put_comes_back(cache, prediction):
    assert cache.get(key(1)) is None and cache.get("") is None
    cache.put(key(1), prediction)
    found = cache.get(key(1))
    assert found is not None
    np.testing.assert_array_equal(found.vertices, prediction.vertices)
    assert found.provenance == prediction.provenance


@pytest.mark.parametrize("bad", ["../../etc/passwd", "a" * 63, "A" * 64, "a" * 62 + "/x", "\0" * 64])
def test_keys_that_lead_elsewhere_are_refused(cache, prediction, bad):
    for act in (cache.get, lambda key: cache.put(key, prediction)):
        with pytest.raises(InputError, match="never does"):
            act(bad)
    assert not cache.folder.exists()


def test_the_cache_stays_within_its_bound_and_lets_the_longest_unused_go(tmp_path, prediction):
    cache = PredictionCache(tmp_path / "predictions")
    cache.put(key(0), prediction)
    (size,) = sizes(cache).values()
    cache = PredictionCache(cache.folder, max_bytes=10 * size)
    for number in range(1, 10):
        cache.put(key(number), prediction)
    for number in range(10):
        os.utime(cache.path(key(number)), (1e9 + number, 1e9 + number))
    assert cache.get(key(0)) is not None
    for number in range(10, 30):
        cache.put(key(number), prediction)
        assert sum(sizes(cache).values()) <= 10 * size
        if number == 10:
            left = sizes(cache)
            assert key(0) in left and key(10) in left and key(1) not in left and len(left) == 9


def test_one_prediction_larger_than_the_bound_is_kept(tmp_path, prediction):
    cache = PredictionCache(tmp_path, max_bytes=1)
    for number in range(3):
        cache.put(key(number), prediction)
        assert list(sizes(cache)) == [key(number)]


def test_a_damaged_one_is_not_there(cache, prediction):
    cache.put(key(1), prediction)
    path = cache.path(key(1))
    path.write_bytes(path.read_bytes()[:-100])
    assert cache.get(key(1)) is None
    assert not path.exists()


def test_files_of_programs_that_died_are_cleared_away(tmp_path, prediction):
    cache = PredictionCache(tmp_path)
    cache.put(key(1), prediction)
    old, fresh = (cache.path(key(1)).parent / f".{name}.part" for name in ("old", "fresh"))
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (1e9, 1e9))
    PredictionCache(tmp_path).put(key(2), prediction)
    assert not old.exists() and fresh.exists()


def test_it_may_be_deleted_while_others_use_it(cache, prediction):
    """Two threads put and get while the folder is deleted again and again: a prediction is whole or not there."""
    failures: list[BaseException] = []
    done = threading.Event()

    def use(first: int) -> None:
        try:
            for round_ in range(40):
                name = key(first + round_ % 4)
                try:
                    cache.put(name, prediction)
                except InputError as error:  # deleted twice within one writing: told, not lost silently
                    assert "not saved" in str(error)
                found = cache.get(name)
                assert found is None or found.num_hypotheses == 2
        except BaseException as error:
            failures.append(error)
        finally:
            done.set()

    threads = [threading.Thread(target=use, args=(first,)) for first in (0, 2)]
    for thread in threads:
        thread.start()
    while not done.is_set():
        shutil.rmtree(cache.folder, ignore_errors=True)
    for thread in threads:
        thread.join()
    assert failures == []
    cache.put(key(9), prediction)
    assert cache.get(key(9)) is not None
