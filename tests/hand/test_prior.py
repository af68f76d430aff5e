import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handviz.errors import ModelFileError
from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.geometry.skeleton import JOINT21_OF_MANO16, MANO_PARENTS
from handviz.hand.anatomy import from_anatomical, joint_axes, rest_joints21, to_anatomical
from handviz.hand.hand_files import read_hand_file
from handviz.hand.linear_skinning import pose_joints
from handviz.hand.model import DEFAULT_HAND
from handviz.hand.prior import PosePrior
from handviz.resources import models_dir


@pytest.fixture(scope="module")
def prior():
    return PosePrior.load()


@pytest.fixture(scope="module")
def poses(prior):
    return prior.sample(np.random.default_rng(0), 1000)


def fingertips(prior, poses):
    """Ends of the last bones (N, 5, 3) in the frame of the flat hand, index to thumb in MANO's order, metres."""
    rotations = np.tile(np.eye(3), (len(poses), 16, 1, 1))
    rotations[:, 1:] = axis_angle_to_matrix(poses.reshape(-1, 15, 3))
    joints, turned = pose_joints(prior.rest_joints, rotations)
    last = [3, 6, 9, 12, 15]
    along = prior.axes[[joint - 1 for joint in last], :, 2]
    return joints[:, last] + 0.025 * (turned[:, last] @ along[..., None])[..., 0]


def test_axes_are_rotations_and_flexion_bends_towards_the_palm(prior):
    identity = np.tile(np.eye(3), (15, 1, 1))
    np.testing.assert_allclose(prior.axes @ prior.axes.swapaxes(1, 2), identity, atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(prior.axes), 1.0)
    rest = rest_joints21(read_hand_file(models_dir() / DEFAULT_HAND).arrays)
    np.testing.assert_allclose(joint_axes(rest[list(JOINT21_OF_MANO16)]), prior.axes, atol=1e-6)
    angles = np.zeros((1, 15, 3))
    angles[0, [0, 3, 6, 9], 0] = 1.0
    flat = fingertips(prior, np.zeros((1, 45)))
    bent = fingertips(prior, from_anatomical(angles, prior.axes))
    assert (bent[0, :4, 1] < flat[0, :4, 1] - 0.04).all()
    thumb = np.zeros((1, 15, 3))
    thumb[0, 12:, 0] = 0.5
    across = fingertips(prior, from_anatomical(thumb, prior.axes))[0, 4] - flat[0, 4]
    assert across[2] < -0.02, "a flexed thumb crosses the palm"


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_anatomical_angles_and_poses_are_each_others_inverse(seed):
    axes = PosePrior.load().axes
    pose = np.random.default_rng(seed).normal(size=(2, 3, 45))
    np.testing.assert_allclose(from_anatomical(to_anatomical(pose, axes), axes), pose, atol=1e-12)


def test_samples_stay_within_limits(prior, poses):
    angles = to_anatomical(poses, prior.axes)
    assert (angles >= prior.lower - 1e-9).all() and (angles <= prior.upper + 1e-9).all()
    assert np.isfinite(poses).all() and poses.shape == (1000, 45)


def test_limits_are_those_of_hands(prior):
    degrees = np.degrees
    knuckles, middle, last = (np.arange(part, 12, 3) for part in range(3))
    assert (degrees(prior.upper[knuckles, 0]) > 70).all() and (degrees(prior.lower[knuckles, 0]) > -35).all()
    assert (degrees(prior.upper[middle, 0]) > 80).all() and (degrees(prior.lower[middle, 0]) > -10).all()
    hinges = np.concatenate([middle, last])
    assert (np.abs(degrees(prior.lower[hinges, 1:])) < 10).all() and (degrees(prior.upper[hinges, 1:]) < 10).all()


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_clamping_reaches_the_limits_and_then_changes_nothing(seed):
    prior = PosePrior.load()
    wild = np.random.default_rng(seed).normal(0.0, 2.0, (4, 45))
    tame = prior.clamp(wild)
    angles = to_anatomical(tame, prior.axes)
    assert (angles >= prior.lower - 1e-9).all() and (angles <= prior.upper + 1e-9).all()
    np.testing.assert_allclose(prior.clamp(tame), tame, atol=1e-12)
    assert np.abs(tame - wild).max() > 0.1


def test_samples_do_not_sink_into_themselves(prior, poses):
    assert prior.overlap(poses).max() <= 0.004


def test_overlap_sees_a_thumb_pushed_through_the_fingers(prior):
    angles = np.zeros((15, 3))
    assert prior.overlap(from_anatomical(angles, prior.axes)) < 0.0, "the flat hand touches nothing"
    angles[:12:3, 0], angles[1:12:3, 0], angles[2:12:3, 0] = 1.4, 1.7, 1.0
    angles[12] = (0.8, 0.5, 0.0)
    angles[13:, 0] = 0.6
    assert prior.overlap(from_anatomical(angles, prior.axes)) > 0.006


def test_samples_are_varied(prior, poses):
    """From open hands to fists, every finger on its own, thumbs everywhere."""
    flexion = np.degrees(to_anatomical(poses, prior.axes)[:, :12, 0]).reshape(-1, 4, 3).sum(-1)
    assert ((flexion < 60).all(1)).mean() > 0.03, "open hands"
    assert ((flexion > 180).all(1)).mean() > 0.02, "fists"
    assert (flexion.max(1) - flexion.min(1) > 120).mean() > 0.2, "some fingers bent, some straight"
    correlation = np.corrcoef(flexion.T)
    assert correlation[0, 2] < 0.8, "the index does as the pinky does"
    assert fingertips(prior, poses)[:, 4].std(0).min() > 0.008


def test_the_same_seed_gives_the_same_poses(prior, poses):
    np.testing.assert_array_equal(prior.sample(np.random.default_rng(0), 1000), poses)
    assert prior.sample(np.random.default_rng(1), 0).shape == (0, 45)


def test_statistics_survive_saving(prior, tmp_path):
    prior.save(tmp_path / "prior.npz")
    again = PosePrior.load(tmp_path / "prior.npz")
    np.testing.assert_array_equal(
        again.sample(np.random.default_rng(3), 20), prior.sample(np.random.default_rng(3), 20)
    )


def test_a_missing_or_foreign_file_is_one_sentence(tmp_path):
    with pytest.raises(ModelFileError, match="pose prior"):
        PosePrior.load(tmp_path / "absent.npz")
    np.savez(tmp_path / "other.npz", something=np.zeros(3))
    with pytest.raises(ModelFileError, match="pose prior"):
        PosePrior.load(tmp_path / "other.npz")


def test_numpy_kinematics_are_the_models(prior, poses):
    """The prior's own kinematics and the torch model's agree, so that what it says of contact holds for the mesh."""
    torch = pytest.importorskip("torch")
    from handviz.hand.model import HandModel

    model = HandModel.load()
    rotations = np.tile(np.eye(3), (5, 16, 1, 1))
    rotations[:, 1:] = axis_angle_to_matrix(poses[:5].reshape(-1, 15, 3))
    joints, _ = pose_joints(prior.rest_joints, rotations)
    posed = model(torch.from_numpy(rotations).float(), torch.zeros(10)).joints.numpy()
    np.testing.assert_allclose(joints, posed[:, list(JOINT21_OF_MANO16)], atol=1e-5)
    assert tuple(model.parents.tolist()) == MANO_PARENTS
