"""The axis of the histogram, its stacks and its line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handviz.app.models.score_axis import LEAST_SPAN, ScoreAxis, cut_of, round_step, stacked, top_n_at

CROWDED = np.random.default_rng(0).normal(0.25, 0.012, 100).clip(0, 1)
scores_in = st.lists(st.floats(0, 1), min_size=1, max_size=60)


def test_crowded_scores_fill_most_of_the_axis() -> None:
    axis = ScoreAxis.around(CROWDED)
    assert np.ptp(CROWDED) / axis.span > 0.6
    # A drag of one pixel in 240 moves the threshold by less than a thousandth.
    assert axis.span / 240 < 0.001
    assert not axis.whole and ScoreAxis().whole


@given(scores_in)
def test_an_axis_shows_all_its_scores_with_room_to_keep_all_and_none(scores) -> None:
    scores = np.array(scores)
    axis = ScoreAxis.around(scores)
    assert 0.0 <= axis.low < axis.high <= 1.0 and axis.span >= 0.4 * LEAST_SPAN
    assert axis.low < scores.min() or axis.low == 0.0
    assert axis.high > scores.max() or axis.high == 1.0
    place, _ = stacked(scores, axis, 20)
    assert (place >= 0).all()


@given(st.floats(1e-3, 1), st.integers(2, 6))
def test_ticks_are_round_few_and_on_the_axis(span, most) -> None:
    axis = ScoreAxis(0.4 * (1 - span), 0.4 * (1 - span) + span)
    ticks = axis.ticks(most)
    assert len(ticks) <= most + 1
    assert all(axis.low - 1e-9 <= value <= axis.high + 1e-9 for value, _ in ticks)
    assert [float(text) for _, text in ticks] == pytest.approx([value for value, _ in ticks], abs=1e-9)


def test_round_steps() -> None:
    assert [round_step(span, 4) for span in (1.0, 0.8, 0.3, 0.02)] == pytest.approx([0.5, 0.2, 0.1, 0.005])


@given(st.floats(0.5, 4), st.floats(0, 1))
def test_zooming_keeps_its_centre_where_there_is_room_and_stays_within_0_and_1(factor, about) -> None:
    start = ScoreAxis(0.2, 0.6)
    about = start.at(about)
    zoomed = start.zoomed(factor, about)
    assert 0.0 <= zoomed.low < zoomed.high <= 1.0 + 1e-12
    if zoomed.low > 0 and zoomed.high < 1:
        assert zoomed.fraction(about) == pytest.approx(start.fraction(about), abs=1e-9)
    assert start.zoomed(1e-6, 0.4).whole


def test_places_and_scores_are_inverse_and_ends_are_cut() -> None:
    axis = ScoreAxis(0.2, 0.3)
    assert axis.at(axis.fraction(0.27)) == pytest.approx(0.27)
    assert axis.at(-5) == 0.0 and axis.at(50) == 1.0


@given(scores_in, st.integers(1, 40))
def test_every_hypothesis_has_a_cell_of_its_own(scores, bins) -> None:
    scores = np.array(scores)
    place, level = stacked(scores, ScoreAxis(), bins)
    cells = list(zip(place.tolist(), level.tolist(), strict=True))
    assert len(set(cells)) == len(cells) and min(place) >= 0 and max(place) < bins
    for bin_ in set(place.tolist()):
        members = np.flatnonzero(place == bin_)
        assert sorted(level[members].tolist()) == list(range(len(members)))
        assert (np.diff(scores[members][np.argsort(level[members])]) >= 0).all()


def test_scores_off_the_axis_have_no_bin() -> None:
    place, _ = stacked(np.array([0.1, 0.25, 0.9]), ScoreAxis(0.2, 0.3), 10)
    assert place.tolist() == [-1, 5, -1]
    assert stacked(np.zeros(0), ScoreAxis(), 5)[0].shape == (0,)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40, unique=True), st.integers(1, 50))
def test_the_line_of_the_n_best_keeps_n(scores, n) -> None:
    scores = np.round(np.array(scores), 6)
    if len(set(scores)) < len(scores):
        return
    line = cut_of(scores, n)
    assert 0.0 <= line <= 1.0
    assert top_n_at(scores, line) == min(n, len(scores))


def test_a_line_above_all_still_keeps_one() -> None:
    assert top_n_at(CROWDED, 1.0) == 1
    assert cut_of(np.zeros(0), 3) == 0.0
