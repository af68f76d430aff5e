"""How the hypotheses of one prediction lie to each other: distances, a flat map, clusters, an order to list them in."""

from dataclasses import dataclass

import numpy as np

from handviz.hypotheses.clusters import cluster_hypotheses
from handviz.hypotheses.diversity import pairwise_distance_mm
from handviz.hypotheses.embedding import classical_map
from handviz.hypotheses.prediction import Prediction

MOST_RELATED = 1000
"""Pairs of more hypotheses take too much time and memory."""
_SAMPLE = 60
"""Vertices that stand for a mesh whose joints are unknown."""


@dataclass(frozen=True, eq=False)
class Relations:
    """K hypotheses compared with each other."""

    distance_mm: np.ndarray
    """(K, K) mean distance of joints, wrist-relative."""
    places: np.ndarray
    """(K, 2) mm, a map in which near hypotheses lie near each other."""
    share: float
    """How much of the squared distances the map keeps, 0..1."""
    clusters: np.ndarray
    """(K,) cluster of each, the largest is 0."""

    def order(self, scores: np.ndarray, by_cluster: bool) -> np.ndarray:
        """Indices (K,) from the best of scores (K,) to the worst, or cluster by cluster and so within each."""
        keys = (-np.asarray(scores, np.float64), self.clusters) if by_cluster else (-np.asarray(scores, np.float64),)
        return np.lexsort(keys)


def comparable_points(prediction: Prediction) -> np.ndarray:
    """Points (K, T, N, 3) in metres to compare hypotheses by, the first of which stands for the wrist: the joints.

    Where they are unknown: the middle of the mesh, followed by vertices spread over it.
    """
    if prediction.has_joints:
        return prediction.joints
    vertices = prediction.vertices
    count = vertices.shape[2]
    sample = np.unique(np.linspace(0, count - 1, min(_SAMPLE, count)).round().astype(int))
    return np.concatenate([vertices.mean(2, keepdims=True), vertices[:, :, sample]], axis=2)


def relate(points: np.ndarray) -> Relations:
    """Compare hypotheses by points (K, T, N, 3) in metres, the first of which is the wrist."""
    distance = pairwise_distance_mm(points)
    places, share = classical_map(distance)
    return Relations(distance, places, share, cluster_hypotheses(points).labels)
