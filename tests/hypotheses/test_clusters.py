"""Clusters: they find what was put in, whatever the order, and nothing where nothing is."""

import numpy as np
import pytest

from handviz.hypotheses.clusters import cluster_hypotheses, distance_mm, silhouette

RNG = np.random.default_rng(11)
HAND = RNG.normal(0, 0.05, (21, 3)) + np.array([0, 0, 0.5])


def moving(count: int, motion: np.ndarray, pose: np.ndarray | float = 0.0, noise: float = 0.004) -> np.ndarray:
    """Hypotheses (count, 3, 21, 3) of one hand in a pose that moves by motion (3,) metres over the exposure."""
    path = np.linspace(-0.5, 0.5, 3)[:, None, None] * motion
    return HAND + pose + path + RNG.normal(0, noise, (count, 3, 21, 3))


def same_partition(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(((a[:, None] == a[None]) == (b[:, None] == b[None])).all())


def test_one_motion_and_its_reverse_are_two_clusters_with_their_shares() -> None:
    there, back = np.array([-0.04, 0.03, 0]), np.array([0.04, -0.03, 0])
    clusters = cluster_hypotheses(np.concatenate([moving(18, there), moving(6, back)]))
    assert clusters.count == 2
    assert same_partition(clusters.labels, np.arange(24) // 18)
    np.testing.assert_allclose(clusters.shares(), [0.75, 0.25])


def test_three_poses_are_told_apart_and_the_largest_comes_first() -> None:
    poses = RNG.normal(0, 0.04, (3, 21, 3))
    joints = np.concatenate([moving(n, np.zeros(3), pose) for n, pose in zip((5, 12, 8), poses, strict=True)])
    clusters = cluster_hypotheses(joints)
    assert clusters.count == 3
    np.testing.assert_allclose(clusters.shares() * 25, [12, 8, 5])
    assert (clusters.labels[5:17] == 0).all()


def test_one_cloud_is_one_cluster() -> None:
    clusters = cluster_hypotheses(moving(40, np.zeros(3), noise=0.01))
    assert clusters.count == 1 and len(clusters.representatives()) == 1


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_hypotheses_and_copies_are_fine(count: int) -> None:
    copies = np.repeat(moving(1, np.zeros(3)), count, axis=0)
    clusters = cluster_hypotheses(copies)
    assert clusters.count == 1 and clusters.shares().tolist() == [1.0]
    assert cluster_hypotheses(moving(count, np.zeros(3))).labels.shape == (count,)


def test_the_order_of_hypotheses_does_not_matter() -> None:
    joints = np.concatenate([moving(9, np.array([0.05, 0, 0])), moving(14, np.array([-0.05, 0, 0]))])
    order = RNG.permutation(len(joints))
    straight, shuffled = cluster_hypotheses(joints), cluster_hypotheses(joints[order])
    np.testing.assert_array_equal(straight.labels[order], shuffled.labels)
    assert [straight.representatives()] == [[int(order[k]) for k in shuffled.representatives()]]


def test_a_representative_is_of_its_cluster_and_the_nearest_to_all_of_it() -> None:
    clusters = cluster_hypotheses(np.concatenate([moving(9, np.array([0.05, 0, 0])), moving(14, np.zeros(3))]))
    for label, hypothesis in enumerate(clusters.representatives()):
        members = np.flatnonzero(clusters.labels == label)
        sums = clusters.distance[np.ix_(members, members)].sum(1)
        assert hypothesis == members[sums.argmin()]


def test_what_a_mask_leaves_out_neither_represents_nor_counts() -> None:
    clusters = cluster_hypotheses(np.concatenate([moving(9, np.array([0.05, 0, 0])), moving(14, np.zeros(3))]))
    mask = np.ones(23, bool)
    mask[clusters.representatives()] = False
    assert not set(clusters.representatives(mask)) & set(clusters.representatives())
    mask[clusters.labels == 1] = False
    assert len(clusters.representatives(mask)) == 1
    np.testing.assert_allclose(clusters.shares(mask), [1.0, 0.0])
    assert clusters.representatives(np.zeros(23, bool)) == []


def test_distance_is_a_metric_in_millimetres_that_knows_no_place() -> None:
    joints = moving(12, np.array([0.03, 0, 0]), noise=0.02)
    distance = distance_mm(joints).astype(float)
    np.testing.assert_allclose(distance, distance.T)
    assert (np.diag(distance) == 0).all()
    assert (distance[:, :, None] + distance[None] >= distance[:, None] - 1e-3).all()
    np.testing.assert_allclose(distance_mm(joints + np.array([0.2, -0.1, 0.3])), distance, atol=0.05)
    # The same pose, moving 20 mm one way and 20 mm the other, is 40 mm apart.
    pair = np.concatenate([moving(1, np.array([s * 0.02, 0, 0]), noise=0.0) for s in (1, -1)])
    assert distance_mm(pair)[0, 1] == pytest.approx(40.0, abs=0.01)


def test_silhouette_of_a_worked_example() -> None:
    points = np.array([0.0, 1.0, 10.0, 14.0])
    distance = np.abs(points[:, None] - points[None])
    expected = [(12 - 1) / 12, (11 - 1) / 11, (9.5 - 4) / 9.5, (13.5 - 4) / 13.5]
    np.testing.assert_allclose(silhouette(distance, np.array([0, 0, 1, 1])), expected)
    assert silhouette(distance, np.array([0, 0, 0, 1]))[3] == 0.0
