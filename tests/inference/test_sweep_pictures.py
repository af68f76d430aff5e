"""Pictures of a sweep: each more blurred than the one before, along the way that was asked for."""

from itertools import pairwise

import numpy as np
import pytest
from made_hands import make_prediction, moving_hand

from handviz.errors import InputError
from handviz.inference.sweep_pictures import (
    KINDS,
    SweepPlan,
    frames_needed,
    motion_degrees,
    own_motion,
    sweep_pictures,
)


def texture(shift: int = 0) -> np.ndarray:
    rng = np.random.default_rng(5)
    image = np.kron(rng.integers(0, 256, (60, 80, 3), np.uint8), np.ones((8, 8, 1), np.uint8))
    return np.roll(image, shift, axis=1)


def edges(image: np.ndarray, axis: int) -> float:
    return float(np.abs(np.diff(image.astype(float), axis=axis)).mean())


@pytest.fixture
def sharp():
    """Hypotheses of a hand that moves to the right, some of them in the other order of time."""
    hand = moving_hand(0.1)
    return make_prediction(np.stack([hand, hand[::-1], hand]), [0.9, 0.6, 0.5])


def test_a_line_blurs_along_itself_step_by_step(sharp) -> None:
    steps = list(sweep_pictures(SweepPlan("line", 40.0, 5, 90.0), [texture()], sharp))
    assert [blur for blur, _ in steps] == [10.0, 20.0, 30.0, 40.0]
    down = [edges(texture(), 0), *(edges(image, 0) for _, image in steps)]
    assert all(after < before for before, after in pairwise(down))
    last = steps[-1][1]
    assert edges(last, 1) > 2.0 * edges(last, 0), "edges along the line's way stay"


def test_measured_motion_blurs_the_hand_and_not_the_rest(sharp) -> None:
    (_, first), (blur, last) = sweep_pictures(SweepPlan("motion", 60.0, 3), [texture()], sharp)
    assert blur == 60.0
    x, y = (int(value) for value in sharp.joints_2d[0, 1].mean(0))
    at_hand = slice(y - 20, y + 20), slice(x - 20, x + 20)
    assert edges(last[at_hand], 1) < edges(first[at_hand], 1) < edges(texture()[at_hand], 1)
    assert np.abs(last[:, :40].astype(int) - texture()[:, :40]).mean() < 2.0


def test_motion_is_seen_in_either_order_of_time(sharp) -> None:
    _, moves, longest = own_motion(sharp)
    assert longest == pytest.approx(np.linalg.norm(moves, axis=-1).max())
    assert longest > 50.0, "hypotheses that run backwards do not make the motion vanish"
    assert -90.0 <= motion_degrees(sharp) < 90.0
    still = make_prediction(np.repeat(moving_hand(0.1)[None, 1:2], 3, axis=1))
    with pytest.raises(InputError, match="do not move"):
        own_motion(still)
    assert motion_degrees(still) == 0.0


def test_neighbouring_frames_blur_by_what_moves_between_them(sharp) -> None:
    plan = SweepPlan("frames", steps=4)
    wanted = frames_needed(plan, 10, 100)
    assert wanted == list(range(7, 14))
    images = [texture(4 * frame) for frame in wanted]
    steps = list(sweep_pictures(plan, images, sharp))
    # Four px a frame: 3, 5 and 7 frames last as long as 12, 20 and 28 px.
    assert [blur for blur, _ in steps] == pytest.approx([12.0, 20.0, 28.0], rel=0.1)
    assert edges(steps[-1][1], 1) < edges(steps[0][1], 1) < edges(images[3], 1)


def test_a_video_ends_somewhere() -> None:
    plan = SweepPlan("frames", steps=9)
    assert frames_needed(plan, 2, 100) == [0, 1, 2, 3, 4]
    assert frames_needed(SweepPlan("line"), 2, 100) == [2]
    for frame, count in ((0, 1), (0, 50), (49, 50)):
        with pytest.raises(InputError, match="on both sides"):
            frames_needed(plan, frame, count)


def test_plans_out_of_range_are_refused() -> None:
    for fields in ({"kind": "whirl"}, {"steps": 1}, {"longest_px": 0.0}):
        with pytest.raises(InputError):
            SweepPlan(**fields)
    assert all(SweepPlan(kind).kind == kind for kind in KINDS)
