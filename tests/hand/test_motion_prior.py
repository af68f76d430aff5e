import numpy as np
import pytest

from handviz.errors import ModelFileError
from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.hand.motion_prior import MotionPrior
from handviz.hand.motion_statistics import fit_motion, local_derivatives, wrist_motion
from handviz.hand.recordings import Track


@pytest.fixture(scope="module")
def motion():
    return MotionPrior.load().sample(np.random.default_rng(0), 20_000)


def quantiles(vectors):
    return np.quantile(np.linalg.norm(vectors, axis=-1), [0.5, 0.95, 0.99])


def test_speeds_are_those_recorded(motion):
    """Recorded: palm speed 0.06 / 0.45 / 0.75 m/s, palm turn 45 / 385 / 688 deg/s at p50 / p95 / p99."""
    np.testing.assert_allclose(quantiles(motion.wrist_velocity), [0.06, 0.45, 0.75], rtol=0.4)
    turn = np.degrees(quantiles(motion.wrist_angular_velocity))
    np.testing.assert_allclose(turn, [45, 385, 688], rtol=0.4)
    fastest = np.linalg.norm(motion.pose_velocity.reshape(-1, 15, 3), axis=-1).max(1)
    assert 30 < np.degrees(np.median(fastest)) < 120 and 200 < np.degrees(np.quantile(fastest, 0.95)) < 600


def test_no_motion_is_beyond_hands(motion):
    for values in vars(motion).values():
        assert np.isfinite(values).all()
    assert np.linalg.norm(motion.wrist_velocity, axis=1).max() < 5.0
    assert np.linalg.norm(motion.wrist_angular_velocity, axis=1).max() < 60.0
    assert np.abs(motion.pose_velocity).max() < 60.0


def test_fingers_and_wrist_are_busy_together(motion):
    fingers, wrist = (np.linalg.norm(v, axis=1) for v in (motion.pose_velocity, motion.wrist_angular_velocity))
    ranks = [np.argsort(np.argsort(speed)) for speed in (fingers, wrist)]
    assert np.corrcoef(ranks)[0, 1] > 0.2


def test_the_same_seed_gives_the_same_motion(motion):
    again = MotionPrior.load().sample(np.random.default_rng(0), 20_000)
    np.testing.assert_array_equal(again.pose_acceleration, motion.pose_acceleration)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(ModelFileError, match="motion prior"):
        MotionPrior.load(tmp_path / "absent.npz")


def test_derivatives_of_a_parabola_are_exact():
    times = np.sort(np.random.default_rng(0).random(60))
    values = np.stack([1.0 + 2.0 * times - 3.0 * times**2, times], 1)
    first, second = local_derivatives(times, values)
    np.testing.assert_allclose(first[:, 0], 2.0 - 6.0 * times, atol=1e-6)
    np.testing.assert_allclose(second, np.tile([-6.0, 0.0], (60, 1)), atol=1e-4)


def test_wrist_motion_is_given_in_the_hands_own_frame():
    """A hand that turns about its own X while it moves along the room's Y, its X along the room's Z."""
    times = np.arange(30) / 110.0
    placed = axis_angle_to_matrix(np.array([0.0, -np.pi / 2, 0.0]))
    turned = placed @ axis_angle_to_matrix(times[:, None] * [3.0, 0.0, 0.0])
    joints = np.zeros((30, 21, 3))
    joints[..., 1] = 0.5 * times[:, None]
    velocity, acceleration = wrist_motion(Track("made up", times, joints, turned, joints[:, 0]))
    np.testing.assert_allclose(velocity[:, :3], np.tile([3.0, 0.0, 0.0], (30, 1)), atol=1e-6)
    np.testing.assert_allclose(np.einsum("nab,nb->na", turned, velocity[:, 3:])[:, 1], 0.5, atol=1e-6)
    assert np.abs(acceleration).max() < 1e-3


def test_statistics_of_a_made_up_track_come_back(tmp_path):
    """Fitted to tracks that drift at 0.3 m/s, the prior gives that speed."""
    from handviz.hand.anatomy import rest_joints21
    from handviz.hand.hand_files import read_hand_file
    from handviz.resources import models_dir

    rest = rest_joints21(read_hand_file(models_dir() / "hand" / "default_right.npz").arrays)
    rng = np.random.default_rng(0)
    times = np.arange(20) / 110.0
    tracks = []
    for name in "abc":
        turn = axis_angle_to_matrix(times[:, None] * rng.normal(0.0, 1.0, 3))
        drift = rng.normal(size=3)
        place = 0.3 * times[:, None] * drift / np.linalg.norm(drift)
        joints = rest @ turn.swapaxes(1, 2) + place[:, None]
        joints += rng.normal(0.0, 0.0003, joints.shape)
        tracks.append(Track(name, times, joints, turn, joints[:, 0]))
    prior = fit_motion(tracks, rest)
    prior.save(tmp_path / "motion.npz")
    sample = MotionPrior.load(tmp_path / "motion.npz").sample(rng, 500)
    speed = np.median(np.linalg.norm(sample.wrist_velocity, axis=1))
    assert 0.2 < speed < 0.45
