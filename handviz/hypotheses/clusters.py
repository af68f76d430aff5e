"""Hypotheses that say much the same, grouped by pose and by the way they move."""

from dataclasses import dataclass

import numpy as np

from handviz.hypotheses.errors import MM, wrist_relative

MAX_CLUSTERS = 6
LEAST_SILHOUETTE = 0.25
"""Below this mean silhouette a partition is no more than chance would make (Kaufman and Rousseeuw): one cluster."""
MOTION_WEIGHT = 1.0
"""What a millimetre of motion counts against a millimetre of pose."""
ROUNDS = 50


@dataclass(frozen=True, eq=False)
class Clusters:
    """A partition of K hypotheses; the cluster with most members is 0."""

    labels: np.ndarray
    """(K,) cluster of every hypothesis."""
    distance: np.ndarray
    """(K, K) float32 mm, see distance_mm."""

    @property
    def count(self) -> int:
        """Number of clusters."""
        return int(self.labels.max()) + 1 if len(self.labels) else 0

    def shares(self, mask: np.ndarray | None = None) -> np.ndarray:
        """(count,) the fraction of the hypotheses, or of those in mask (K,), that each cluster holds."""
        labels = self.labels if mask is None else self.labels[mask]
        return np.bincount(labels, minlength=self.count) / max(len(labels), 1)

    def representatives(self, mask: np.ndarray | None = None) -> list[int]:
        """Of each cluster the hypothesis closest to all others of it; with mask (K,) among those in it alone, and
        clusters without any are left out."""
        mask = np.ones(len(self.labels), bool) if mask is None else mask
        members = (np.flatnonzero((self.labels == label) & mask) for label in range(self.count))
        return [int(some[self.distance[np.ix_(some, some)].sum(1).argmin()]) for some in members if some.size]


def distance_mm(joints: np.ndarray) -> np.ndarray:
    """(K, K) float32 mm between hypotheses with joints (K, T, 21, 3).

    The root of the mean squared joint distance of the wrist-relative middle pose, and of the way each joint goes from
    past to future, taken together: two hypotheses that agree on the pose but move against each other lie far apart.
    """
    middle = joints.shape[1] // 2
    pose = wrist_relative(joints[:, middle], joints[:, middle])
    motion = MOTION_WEIGHT * (joints[:, -1] - joints[:, 0])
    features = MM * np.concatenate([pose, motion], -1).reshape(len(joints), -1).astype(np.float64)
    features -= features.mean(0)
    squares = (features**2).sum(1)
    squared = squares[:, None] + squares[None] - 2.0 * features @ features.T
    np.fill_diagonal(squared, 0.0)
    return np.sqrt(np.maximum(squared, 0.0) / joints.shape[2]).astype(np.float32)


def cluster_hypotheses(joints: np.ndarray, max_count: int = MAX_CLUSTERS) -> Clusters:
    """Clusters of hypotheses with joints (K, T, 21, 3): as many as part best, one where none part well.

    k-medoids from a greedy start for every number up to max_count, judged by the mean silhouette; the same joints give
    the same clusters.
    """
    distance = distance_mm(joints)
    best, labels = LEAST_SILHOUETTE, np.zeros(len(joints), np.int64)
    for count in range(2, min(max_count, len(joints) - 1) + 1):
        candidate = _medoid_labels(distance, count)
        quality = float(silhouette(distance, candidate).mean())
        # A further cluster has to earn its place.
        if quality > best + 0.01:
            best, labels = quality, candidate
    order = np.argsort(-np.bincount(labels), kind="stable")
    return Clusters(np.argsort(order)[labels], distance)


def silhouette(distance: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(K,) in -1..1: how much nearer each one's own cluster is than the next one; 0 for those alone in theirs, and
    where there is no other."""
    members = np.eye(labels.max() + 1)[labels]
    sizes = members.sum(0)
    sums = distance @ members
    own = np.arange(len(labels)), labels
    inside = sums[own] / np.maximum(sizes[labels] - 1.0, 1.0)
    means = sums / np.maximum(sizes, 1.0)
    means[own] = np.inf
    outside = means.min(1)
    outside = np.where(np.isfinite(outside), outside, inside)
    result = (outside - inside) / np.maximum(np.maximum(outside, inside), 1e-12)
    return np.where(sizes[labels] > 1, result, 0.0)


def _medoid_labels(distance: np.ndarray, count: int) -> np.ndarray:
    """(K,) labels of count clusters."""
    medoids = [int(distance.sum(1).argmin())]
    while len(medoids) < count:
        nearest = distance[:, medoids].min(1)
        gain = np.maximum(nearest[None] - distance, 0.0).sum(1)
        gain[medoids] = -1.0
        medoids.append(int(gain.argmax()))
    labels = distance[:, medoids].argmin(1)
    for _ in range(ROUNDS):
        moved = []
        for label in range(count):
            members = np.flatnonzero(labels == label)
            inside = distance[np.ix_(members, members)].sum(1)
            moved.append(int(members[inside.argmin()]) if members.size else medoids[label])
        if moved == medoids:
            break
        medoids = moved
        labels = distance[:, medoids].argmin(1)
    # Copies of one hypothesis may leave a medoid without members.
    return np.unique(labels, return_inverse=True)[1]
