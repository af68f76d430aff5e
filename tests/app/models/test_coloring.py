"""Scales: their ends, their numbers, and that everyone can read them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_palette import VISION, lab

from handviz.app.models.coloring import (
    Scale,
    by_cluster,
    by_timestep,
    by_value,
    millimetre_scale,
    round_up,
    score_scale,
)
from handviz.app.models.palette import (
    CLUSTER_HEX,
    TIMESTEP_HEX,
    TRUTH_HEX,
    cluster_colors,
    moment_color,
    scale_table,
    timestep_colors,
)


def hexadecimal(color: np.ndarray) -> str:
    return "#{:02x}{:02x}{:02x}".format(*(int(value) for value in color))


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("name", ["score", "heat"])
def test_scales_rise_in_lightness_for_every_eye_and_every_step_is_seen(name: str, vision: str) -> None:
    seen = np.array([lab(hexadecimal(color), vision) for color in scale_table(name)[::17]])
    steps = np.linalg.norm(np.diff(seen, axis=0), axis=1)
    assert (np.diff(seen[:, 0]) > 1.0).all()
    assert steps.min() > 2.3, "a step that nobody sees"
    assert steps.max() < 5 * steps.min()


def test_clusters_and_truth_are_told_apart_by_everyone() -> None:
    def least(colors: tuple[str, ...], others: tuple[str, ...]) -> float:
        return min(
            float(np.linalg.norm(lab(a, vision) - lab(b, vision)))
            for a in colors for b in others if a != b for vision in VISION
        )  # fmt: skip

    assert least(CLUSTER_HEX, CLUSTER_HEX) > 25
    assert least(TRUTH_HEX[1:2], TIMESTEP_HEX) > 40
    assert least(TRUTH_HEX[1:2], CLUSTER_HEX) > 15
    assert cluster_colors(len(CLUSTER_HEX) + 2).shape == (len(CLUSTER_HEX) + 2, 3)


def test_time_runs_through_the_timesteps_own_colours() -> None:
    for share, color in zip((0.0, 0.5, 1.0), timestep_colors(3), strict=True):
        np.testing.assert_allclose(moment_color(share), color, atol=1e-6)


def test_a_scale_has_the_ends_colours_beyond_its_ends() -> None:
    scale = Scale("Error", 10.0, 20.0, "mm")
    table = scale_table("heat")
    colors = scale.colors(np.array([-5.0, 10.0, 15.0, 20.0, 99.0]))
    np.testing.assert_array_equal(colors, table[[0, 0, 128, 255, 255]])
    assert scale.ticks() == [(10.0, "10"), (15.0, "15"), (20.0, "20")]


@given(st.floats(0.2, 1e5))
def test_rounding_up_is_round_and_up_by_less_than_double(value: float) -> None:
    result = round_up(value)
    assert value * (1 - 1e-6) <= result <= 2.0 * value
    assert round(result / 10 ** np.floor(np.log10(result) + 1e-9), 6) in (1, 2, 3, 4, 5, 6, 8, 10)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_every_score_is_within_its_scale(scores: list[float]) -> None:
    scale = score_scale(np.array(scores))
    assert scale.low <= min(scores) + 1e-5 and scale.high >= max(scores) - 1e-5 and scale.high > scale.low


def test_a_scale_of_millimetres_begins_at_nothing() -> None:
    assert millimetre_scale("Spread", np.array([0.0, 12.0, 37.0])).high == 40.0
    assert millimetre_scale("Spread", np.zeros(3)).high > 0
    assert millimetre_scale("Spread", np.zeros(0)).low == 0.0


def test_shapes_are_hypotheses_by_timesteps() -> None:
    assert by_timestep(4, 3).shape == by_timestep(4, 3, 0.3).shape == (4, 3, 3)
    assert by_value(np.arange(4.0), 3, Scale("Score", 0, 3, "", "score")).shape == (4, 3, 3)
    assert by_cluster(np.array([0, 1, 0, 2]), 5).shape == (4, 5, 3)
