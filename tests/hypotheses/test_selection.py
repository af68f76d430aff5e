"""Which hypotheses are kept."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from handviz.hypotheses.selection import keep_above, keep_top, ranking, score_from_logits, varied

scores = arrays(np.float64, st.integers(1, 30), elements=st.floats(0, 1))


def test_score_is_the_softmax_of_mu_and_nu_even_for_huge_logits() -> None:
    np.testing.assert_allclose(score_from_logits(np.array([0.0, np.log(3.0)]), np.array([0.0, 0.0])), [0.5, 0.75])
    np.testing.assert_allclose(score_from_logits(np.array([1e6, -1e6]), np.array([-1e6, 1e6])), [1.0, 0.0], atol=1e-12)


@given(scores, st.floats(0, 1))
def test_raising_the_threshold_only_removes(score: np.ndarray, threshold: float) -> None:
    kept, fewer = keep_above(score, threshold), keep_above(score, threshold + 0.1)
    assert not (fewer & ~kept).any()


@given(scores, st.integers(0, 40))
def test_top_n_keeps_n_and_none_better_is_left_out(score: np.ndarray, n: int) -> None:
    mask = keep_top(score, n)
    assert mask.sum() == min(n, len(score))
    if mask.any() and not mask.all():
        assert score[mask].min() >= score[~mask].max()


@given(scores)
def test_ranking_sorts_from_best_to_worst(score: np.ndarray) -> None:
    assert (np.diff(score[ranking(score)]) <= 0).all()


def _joints(*places: float) -> np.ndarray:
    """Hypotheses (K, 3, 21, 3), all their joints at a place in metres."""
    return np.broadcast_to(np.array(places)[:, None, None, None], (len(places), 3, 21, 3))


def test_the_best_comes_first_and_its_likes_are_passed_over() -> None:
    score = np.array([0.50, 0.49, 0.48, 0.40])
    joints = _joints(0.0, 0.001, 0.0, 0.05)
    assert list(varied(score, joints, 2)) == [0, 3]
    assert list(varied(score, joints, 4)) == [0, 3, 1, 2]


def test_a_hopeless_hypothesis_is_not_taken_for_being_different() -> None:
    assert list(varied(np.array([0.5, 0.45, 0.0001]), _joints(0.0, 0.01, 0.05), 2)) == [0, 1]


@given(scores, st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_varied_takes_n_of_them_whatever_their_order(score: np.ndarray, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    joints = rng.standard_normal((len(score), 3, 21, 3))
    taken = varied(score, joints, n)
    assert len(set(taken.tolist())) == min(n, len(score))
    order = rng.permutation(len(score))
    if len(np.unique(score)) == len(score):
        again = varied(score[order], joints[order], n)
        assert sorted(order[again]) == sorted(taken)


def test_photos_of_a_batch_are_independent() -> None:
    rng = np.random.default_rng(0)
    score, joints = rng.random((4, 9)), rng.standard_normal((4, 9, 3, 21, 3))
    together = varied(score, joints, 3)
    for row in range(4):
        np.testing.assert_array_equal(together[row], varied(score[row], joints[row], 3))


def test_where_all_are_the_same_the_score_alone_decides() -> None:
    np.testing.assert_array_equal(varied(np.array([0.1, 0.9, 0.5]), np.ones((3, 3, 21, 3)), 2), [1, 2])
