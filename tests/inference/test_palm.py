"""The palm detector's raw output decoded as its makers meant it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from handviz.inference import palm


def test_anchors_are_the_cells_of_two_grids():
    anchors = palm.anchors()
    assert anchors.shape == (2016, 2)
    # Each cell of the 24 x 24 grid twice, row by row, then each of the 12 x 12 grid six times.
    np.testing.assert_allclose(anchors[:4], [[0.5 / 24, 0.5 / 24]] * 2 + [[1.5 / 24, 0.5 / 24]] * 2)
    np.testing.assert_allclose(anchors[48], [0.5 / 24, 1.5 / 24])
    np.testing.assert_allclose(anchors[1152:1158], [[0.5 / 12, 0.5 / 12]] * 6)
    np.testing.assert_allclose(anchors[-1], [11.5 / 12, 11.5 / 12])


def test_decoding_by_hand():
    raw, logits = np.zeros((2016, 18), np.float32), np.full(2016, -20.0, np.float32)
    logits[1154] = 0.0
    raw[1154, :4] = 19.2, -19.2, 38.4, 96.0
    raw[1154, 4:6] = 0.0, 19.2
    palms, scores = palm.decode(raw, logits, 0.5)
    assert palms.shape == (1, 9, 2) and scores == pytest.approx([0.5])
    anchor = np.array([0.5 / 12, 0.5 / 12])
    np.testing.assert_allclose(palms[0, 0], anchor + np.array([0.1, -0.1]), atol=1e-6)
    np.testing.assert_allclose(palms[0, 1], [0.2, 0.5], atol=1e-6)
    np.testing.assert_allclose(palms[0, 2], anchor + np.array([0.0, 0.1]), atol=1e-6)
    assert len(palm.decode(raw, logits, 0.51)[0]) == 0


def square(x, y, side):
    found = np.zeros((9, 2))
    found[0], found[1], found[2:] = (x, y), side, (x, y)
    return found


def test_overlapping_palms_become_their_weighted_mean():
    palms = np.array([square(0, 0, 1), square(0.3, 0, 1), square(5, 5, 1)])
    merged, scores = palm.suppress(palms, np.array([0.9, 0.3, 0.5]))
    assert scores.tolist() == [0.9, 0.5]
    np.testing.assert_allclose(merged[0, 0], [0.3 * 0.3 / 1.2, 0])
    np.testing.assert_allclose(merged[1, 0], [5, 5])


def test_no_palms():
    merged, scores = palm.suppress(np.empty((0, 9, 2)), np.empty(0))
    assert merged.shape == (0, 9, 2) and scores.shape == (0,)


@settings(max_examples=60, deadline=None)
@given(
    boxes=hnp.arrays(np.float64, st.tuples(st.integers(1, 12), st.just(3)), elements=st.floats(0.1, 4)),
    seed=st.integers(0, 1000),
)
def test_best_survives_and_scores_fall(boxes, seed):
    scores = np.random.default_rng(seed).uniform(0.1, 1.0, len(boxes))
    merged, kept = palm.suppress(np.array([square(*box) for box in boxes]), scores)
    assert kept[0] == scores.max() and 1 <= len(merged) == len(kept) <= len(boxes)
    assert (np.diff(kept) <= 0).all()
    assert set(kept) <= set(scores)


def test_overlap_of_known_squares():
    overlaps = palm.overlaps(square(0, 0, 2), np.array([square(0, 0, 2), square(1, 0, 2), square(9, 9, 1)]))
    np.testing.assert_allclose(overlaps, [1.0, 1 / 3, 0.0])
