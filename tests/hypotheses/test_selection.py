"""Which hypotheses are kept."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from handviz.hypotheses.selection import keep_above, keep_top, ranking, score_from_logits

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
