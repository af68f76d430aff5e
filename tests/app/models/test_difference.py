"""Colours of the difference between panes: near is dark, far is bright, and the scale is shared."""

import numpy as np
import pytest
from made_hands import make_prediction, moving_hand

from handviz.app.models.difference import Difference, heat, reference_colors
from handviz.app.models.pane import PaneModel


def pane_of(*hands: np.ndarray) -> PaneModel:
    pane = PaneModel()
    pane.source.set_prediction(make_prediction(np.stack(hands)))
    return pane


def lightness(color: np.ndarray) -> np.ndarray:
    return color @ np.array([0.2126, 0.7152, 0.0722])


def test_heat_grows_lighter_all_the_way() -> None:
    steps = lightness(heat(np.linspace(0.0, 1.0, 64)))
    assert (np.diff(steps) > 0).all()
    assert np.array_equal(heat(np.array([-1.0, 2.0])), heat(np.array([0.0, 1.0])))


def test_equal_hands_are_dark_and_far_points_bright() -> None:
    hand = moving_hand(0.1)
    bent = hand.copy()
    bent[:, 8, 2] += 0.018
    reference, same, other = pane_of(hand), pane_of(hand + 0.1), pane_of(bent)
    difference = Difference([reference, same, other])
    assert difference.ceiling_mm == 20.0, "one scale for all panes, at a round number"
    assert np.allclose(difference.colors(same) / 255.0, heat(np.zeros(1)), atol=0.01)
    colors = difference.colors(other)
    assert colors.shape == (1, 3, 21, 3)
    assert np.allclose(colors[0, :, 8] / 255.0, heat(0.9), atol=0.02)
    assert difference.colors(reference) is None
    assert difference.texts[other].endswith("18 mm at most")


def test_several_hands_are_measured_from_by_their_mean() -> None:
    hand = moving_hand(0.1)
    there, back = hand.copy(), hand.copy()
    there[:, 12, 0] += 0.01
    back[:, 12, 0] -= 0.01
    difference = Difference([pane_of(there, back), pane_of(hand)])
    assert difference.ceiling_mm == 2.0


def test_hidden_timesteps_do_not_count() -> None:
    hand = moving_hand(0.1)
    bent = hand.copy()
    bent[0, 8, 2] += 0.1
    other = pane_of(bent)
    other.view.set_timestep(0, False)
    assert Difference([pane_of(hand), other]).texts[other].endswith(" 0 mm at most")


def test_what_cannot_be_compared_is_said() -> None:
    assert "Differences need" in Difference([pane_of(moving_hand(0.1)), PaneModel()]).message
    assert "Differences need" in Difference([]).message
    longer = pane_of(moving_hand(0.1, timesteps=5))
    assert "another mesh" in Difference([pane_of(moving_hand(0.1)), longer]).texts[longer]


@pytest.mark.parametrize("timesteps", [1, 3, 5])
def test_the_reference_is_grey(timesteps: int) -> None:
    colors = reference_colors(pane_of(moving_hand(0.1, timesteps=timesteps)))
    assert colors.shape == (1, timesteps, 3)
    assert np.ptp(colors, axis=-1).max() < 0.1
    assert reference_colors(PaneModel()) is None
