"""Laws of rotations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from handviz.geometry.rotations import (
    axis_angle_to_matrix,
    cross_matrix,
    geodesic_angle,
    matrix_to_axis_angle,
    matrix_to_rotation_6d,
    rotation_6d_to_matrix,
    rotation_between,
)

vectors = arrays(np.float64, (4, 3), elements=st.floats(-3.0, 3.0))


@given(vectors)
def test_matrices_are_rotations(axis_angle: np.ndarray) -> None:
    matrix = axis_angle_to_matrix(axis_angle)
    np.testing.assert_allclose(matrix @ np.swapaxes(matrix, -1, -2), np.broadcast_to(np.eye(3), (4, 3, 3)), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(matrix), 1.0, atol=1e-9)


@given(vectors)
def test_opposite_axis_angle_is_the_inverse(axis_angle: np.ndarray) -> None:
    product = axis_angle_to_matrix(axis_angle) @ axis_angle_to_matrix(-axis_angle)
    np.testing.assert_allclose(product, np.broadcast_to(np.eye(3), (4, 3, 3)), atol=1e-9)


@given(vectors)
def test_axis_angle_survives_the_matrix(axis_angle: np.ndarray) -> None:
    matrix = axis_angle_to_matrix(axis_angle)
    again = axis_angle_to_matrix(matrix_to_axis_angle(matrix))
    np.testing.assert_allclose(again, matrix, atol=1e-7)


@pytest.mark.parametrize("axis", np.eye(3))
def test_half_turns_and_no_turn(axis: np.ndarray) -> None:
    half = axis_angle_to_matrix(np.pi * axis)
    np.testing.assert_allclose(half, 2 * np.outer(axis, axis) - np.eye(3), atol=1e-9)
    np.testing.assert_allclose(np.abs(matrix_to_axis_angle(half)), np.pi * axis, atol=1e-6)
    np.testing.assert_allclose(axis_angle_to_matrix(np.zeros(3)), np.eye(3))


@given(vectors)
def test_6d_survives_the_matrix(axis_angle: np.ndarray) -> None:
    matrix = axis_angle_to_matrix(axis_angle)
    np.testing.assert_allclose(rotation_6d_to_matrix(matrix_to_rotation_6d(matrix)), matrix, atol=1e-9)


@given(arrays(np.float64, (5, 6), elements=st.floats(-5, 5)))
def test_any_6d_far_from_degenerate_gives_a_rotation(rotation_6d: np.ndarray) -> None:
    first, second = rotation_6d[:, :3], rotation_6d[:, 3:]
    usable = np.linalg.norm(np.cross(first, second), axis=-1) > 1e-3
    matrix = rotation_6d_to_matrix(rotation_6d[usable])
    np.testing.assert_allclose(np.linalg.det(matrix), 1.0, atol=1e-6)


def test_rotation_between_turns_source_onto_target() -> None:
    rng = np.random.default_rng(0)
    source, target = rng.standard_normal((2, 50, 3))
    target[:5] = -2.0 * source[:5]
    target[5:10] = 3.0 * source[5:10]
    turned = (rotation_between(source, target) @ source[..., None])[..., 0]
    expected = target / np.linalg.norm(target, axis=-1, keepdims=True) * np.linalg.norm(source, axis=-1, keepdims=True)
    np.testing.assert_allclose(turned, expected, atol=1e-8)


def test_geodesic_angle_and_cross_matrix() -> None:
    first = axis_angle_to_matrix(np.array([0.0, 0.0, 0.3]))
    second = axis_angle_to_matrix(np.array([0.0, 0.0, 1.0]))
    assert geodesic_angle(first, second) == pytest.approx(0.7)
    a, b = np.array([1.0, 2.0, 3.0]), np.array([-1.0, 0.5, 2.0])
    np.testing.assert_allclose(cross_matrix(a) @ b, np.cross(a, b))
