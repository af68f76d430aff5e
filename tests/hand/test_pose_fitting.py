"""The way from recorded joints to poses; what needs recordings is skipped where they are absent."""

import numpy as np
import pytest

from handviz.geometry.rotations import axis_angle_to_matrix, geodesic_angle
from handviz.geometry.skeleton import JOINT21_OF_MANO16, assemble_joints21
from handviz.hand.anatomy import rest_joints21
from handviz.hand.build_posedirs import dual_quaternion_skinning
from handviz.hand.hand_files import read_hand_file
from handviz.hand.linear_skinning import pose_joints, rigid_alignment, unpose
from handviz.hand.model import DEFAULT_HAND
from handviz.hand.pose_fitting import bone_directions, fit_poses
from handviz.hand.prior import PosePrior
from handviz.hand.recordings import into_palm_frame, read_leap, read_quest
from handviz.hand.self_contact import Capsules, segment_distance
from handviz.resources import models_dir


@pytest.fixture(scope="module")
def arrays():
    return read_hand_file(models_dir() / DEFAULT_HAND).arrays


@pytest.fixture(scope="module")
def rest(arrays):
    return rest_joints21(arrays)


def posed21(poses, rest):
    """Joints (N, 21, 3) of poses (N, 45), fingertips carried by the last joints."""
    rest16 = rest[list(JOINT21_OF_MANO16)]
    rotations = np.tile(np.eye(3), (len(poses), 16, 1, 1))
    rotations[:, 1:] = axis_angle_to_matrix(poses.reshape(-1, 15, 3))
    joints, turned = pose_joints(rest16, rotations)
    last = [15, 3, 6, 12, 9]
    tips = rest[[4, 8, 12, 16, 20]] - rest16[last]
    return assemble_joints21(joints, joints[:, last] + (turned[:, last] @ tips[..., None])[..., 0])


def test_poses_of_the_model_are_found_again(rest):
    poses = PosePrior.load().sample(np.random.default_rng(0), 16)
    joints = posed21(poses, rest)
    turn = axis_angle_to_matrix(np.array([0.4, -1.0, 2.0]))
    fitted = fit_poses(into_palm_frame(joints @ turn.T + 0.3, rest), rest, capsules=None)
    assert fitted.bone_error.mean() < 1.0
    found = axis_angle_to_matrix(fitted.hand_pose.reshape(-1, 15, 3))
    expected = axis_angle_to_matrix(poses.reshape(-1, 15, 3))
    assert np.degrees(np.median(geodesic_angle(found, expected))) < 4.0
    np.testing.assert_allclose(bone_directions(posed21(fitted.hand_pose, rest)), bone_directions(joints), atol=0.2)


def test_quest_poses_are_met(shared_data, rest):
    joints = into_palm_frame(read_quest(shared_data / "poses" / "quest"), rest)
    assert joints.shape == (110, 21, 3)
    fitted = fit_poses(joints[::10], rest, capsules=None)
    assert fitted.bone_error.mean() < 1.5


def test_leap_tracks_bend_towards_the_palm_and_copies_are_left_out(shared_data, rest):
    tracks = read_leap(shared_data / "motion" / "leap" / "tracks.npz", rest)
    assert 15 <= len(tracks) < 32 and not any("-37fps" in track.name or "-res" in track.name for track in tracks)
    for track in tracks:
        np.testing.assert_allclose(np.linalg.det(track.palm_rotation), 1.0, atol=1e-6)
        assert (np.diff(track.times) > 0).all()


def test_alignment_finds_a_known_motion():
    rng = np.random.default_rng(0)
    points, turn = rng.normal(size=(7, 3)), axis_angle_to_matrix(rng.normal(size=(4, 3)))
    rotation, translation = rigid_alignment((points - [0.1, 0.2, 0.3]) @ turn, points)
    np.testing.assert_allclose(rotation, turn, atol=1e-9)
    np.testing.assert_allclose(translation, np.tile([0.1, 0.2, 0.3], (4, 1)), atol=1e-9)


def test_unposing_undoes_linear_blend_skinning(arrays):
    rng = np.random.default_rng(0)
    template, weights = arrays["v_template"].astype(float), arrays["weights"].astype(float)
    weights /= weights.sum(1, keepdims=True)
    rest16 = arrays["J_regressor"] @ template
    rotations = axis_angle_to_matrix(rng.normal(0.0, 0.3, (16, 3)))
    rotations[0] = np.eye(3)
    joints, turned = pose_joints(rest16, rotations)
    shifts = joints - (turned @ rest16[..., None])[..., 0]
    posed = np.einsum("vj,jab,vb->va", weights, turned, template) + weights @ shifts
    vertices, found = unpose(posed[None], joints[None], weights, turned)
    np.testing.assert_allclose(vertices[0], template, atol=1e-9)
    np.testing.assert_allclose(found[0], rest16, atol=1e-9)


def test_dual_quaternions_move_rigid_parts_rigidly():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(32, 3))
    weights = np.eye(16)[rng.integers(0, 16, 32)]
    rotations, shifts = axis_angle_to_matrix(rng.normal(size=(16, 3))), rng.normal(size=(16, 3))
    carrier = weights.argmax(1)
    expected = (rotations[carrier] @ points[..., None])[..., 0] + shifts[carrier]
    np.testing.assert_allclose(dual_quaternion_skinning(points, weights, rotations, shifts), expected, atol=1e-9)


def test_segment_distance_against_a_search():
    rng = np.random.default_rng(0)
    a, b, c, d = rng.normal(size=(4, 50, 3))
    along = np.linspace(0.0, 1.0, 201)
    first = a[:, None] + along[:, None] * (b - a)[:, None]
    second = c[:, None] + along[:, None] * (d - c)[:, None]
    searched = np.linalg.norm(first[:, :, None] - second[:, None], axis=-1).min((1, 2))
    np.testing.assert_allclose(segment_distance(a, b, c, d), searched, atol=0.02)
    assert (segment_distance(a, b, c, d) <= searched + 1e-9).all()


def test_capsules_overlap_by_what_their_distance_lacks():
    capsules = Capsules(
        np.array([0, 1]),
        np.zeros((2, 3)),
        np.tile([0.0, 0.02, 0.0], (2, 1)),
        np.array([0.01, 0.005]),
        np.array([[0, 1]]),
    )
    joints = np.zeros((16, 3))
    joints[1, 0] = 0.012
    overlap = capsules.overlaps(joints, np.tile(np.eye(3), (16, 1, 1)))
    np.testing.assert_allclose(overlap, [0.003], atol=1e-6)
