"""Laws of the error measures."""

import numpy as np
import pytest

from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.hypotheses.diversity import joint_spread_mm, mean_pairwise_distance_mm, pairwise_distance_mm
from handviz.hypotheses.errors import (
    mpjpe_mm,
    mpvpe_mm,
    order_free,
    pa_mpjpe_mm,
    procrustes_align,
    reverse_time,
    sequence_mpjpe_mm,
)

rng = np.random.default_rng(0)
TRUTH = rng.standard_normal((3, 21, 3)) * 0.05


def test_mpjpe_ignores_where_the_wrist_is() -> None:
    assert mpjpe_mm(TRUTH + np.array([1.0, 2.0, 3.0]), TRUTH) == pytest.approx(np.zeros(3), abs=1e-9)


def test_mpjpe_is_in_millimetres() -> None:
    moved = TRUTH.copy()
    moved[:, 1:, 0] += 0.021
    assert mpjpe_mm(moved, TRUTH) == pytest.approx(20.0)


def test_mpvpe_of_shifted_vertices() -> None:
    vertices = rng.standard_normal((3, 50, 3))
    assert mpvpe_mm(vertices + 0.01, TRUTH, vertices, TRUTH) == pytest.approx(1000 * np.sqrt(3) * 0.01)


def test_order_free_forgives_a_reversed_motion_and_nothing_else() -> None:
    assert sequence_mpjpe_mm(reverse_time(TRUTH, -3), TRUTH, any_order=True) == pytest.approx(np.zeros(3), abs=1e-9)
    assert sequence_mpjpe_mm(reverse_time(TRUTH, -3), TRUTH, any_order=False)[0] > 1.0
    shuffled = TRUTH[[1, 0, 2]]
    assert sequence_mpjpe_mm(shuffled, TRUTH, any_order=True).sum() > 1.0


def test_order_free_exchanges_whole_sequences_never_single_moments() -> None:
    errors, reversed_errors = np.array([1.0, 5.0, 9.0]), np.array([9.0, 5.0, 2.0])
    np.testing.assert_array_equal(order_free(errors, reversed_errors), errors)


def test_procrustes_undoes_rotation_scale_and_shift() -> None:
    rotation = axis_angle_to_matrix(np.array([0.4, -1.0, 2.0]))
    moved = 1.7 * TRUTH @ rotation.T + np.array([0.1, 0.2, 0.3])
    np.testing.assert_allclose(procrustes_align(moved, TRUTH), TRUTH, atol=1e-9)


def test_procrustes_does_not_undo_a_mirror_image() -> None:
    assert pa_mpjpe_mm(TRUTH * np.array([-1.0, 1.0, 1.0]), TRUTH).min() > 1.0


def test_procrustes_never_makes_it_worse() -> None:
    noisy = TRUTH + 0.01 * rng.standard_normal(TRUTH.shape)
    plain = ((noisy - TRUTH) ** 2).sum((-2, -1))
    aligned = ((procrustes_align(noisy, TRUTH) - TRUTH) ** 2).sum((-2, -1))
    assert (aligned <= plain).all()


class TestDiversity:
    joints = rng.standard_normal((6, 3, 21, 3)) * 0.02

    def test_pairwise_distances_are_symmetric_with_a_zero_diagonal(self) -> None:
        distance = pairwise_distance_mm(self.joints)
        np.testing.assert_allclose(distance, distance.T)
        assert np.diag(distance) == pytest.approx(np.zeros(6))

    def test_equal_hypotheses_have_no_spread(self) -> None:
        same = np.repeat(self.joints[:1], 4, axis=0)
        assert mean_pairwise_distance_mm(same) == pytest.approx(0.0, abs=1e-9)
        assert joint_spread_mm(same) == pytest.approx(np.zeros((3, 21)), abs=1e-9)
        assert mean_pairwise_distance_mm(self.joints[:1]) == 0.0

    def test_spread_ignores_the_order_of_hypotheses(self) -> None:
        np.testing.assert_allclose(joint_spread_mm(self.joints), joint_spread_mm(self.joints[::-1]))
