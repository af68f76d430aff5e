import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from handviz.geometry.meshes import vertex_normals
from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.hand.mirroring import mirror_axis_angle, mirror_faces, mirror_points, mirror_rotations
from handviz.hand.model import HandModel

angles = st.lists(st.floats(-3.0, 3.0), min_size=3, max_size=3).map(np.array)


@given(angles)
def test_mirroring_a_turned_point_is_turning_the_mirrored_point(pose):
    point = np.array([0.1, -0.2, 0.7])
    left = mirror_points(axis_angle_to_matrix(pose) @ point)
    right = axis_angle_to_matrix(mirror_axis_angle(pose)) @ mirror_points(point)
    np.testing.assert_allclose(left, right, atol=1e-12)
    np.testing.assert_allclose(
        mirror_rotations(axis_angle_to_matrix(pose)), axis_angle_to_matrix(mirror_axis_angle(pose)), atol=1e-12
    )


@given(angles)
def test_mirroring_twice_changes_nothing(pose):
    np.testing.assert_array_equal(mirror_axis_angle(mirror_axis_angle(pose)), pose)
    np.testing.assert_array_equal(mirror_points(mirror_points(pose)), pose)
    matrix = axis_angle_to_matrix(pose)
    np.testing.assert_array_equal(mirror_rotations(mirror_rotations(matrix)), matrix)


def test_arguments_stay_as_they_were_and_tensors_are_welcome():
    pose = np.arange(45.0)
    mirror_axis_angle(pose)
    np.testing.assert_array_equal(pose, np.arange(45.0))
    np.testing.assert_array_equal(mirror_axis_angle(torch.from_numpy(pose)).numpy(), mirror_axis_angle(pose))


def test_a_left_hand_keeps_its_outside_out():
    model = HandModel.load()
    vertices = model(torch.eye(3).expand(16, 3, 3), torch.zeros(10)).vertices.numpy().astype(float)
    right = vertex_normals(vertices, model.faces)
    left = vertex_normals(mirror_points(vertices), mirror_faces(model.faces))
    np.testing.assert_allclose(left, mirror_points(right), atol=1e-9)
    np.testing.assert_array_equal(mirror_faces(mirror_faces(model.faces)), model.faces)
