"""A flat map of hypotheses in which near ones lie near each other: classical multidimensional scaling."""

import numpy as np


def classical_map(distances: np.ndarray) -> tuple[np.ndarray, float]:
    """Places (K, 2), in the unit of the distances (K, K) between hypotheses, and the share of them the map keeps.

    The first axis is the direction in which the hypotheses differ most. Where distances are straight lines in some
    space, this is principal component analysis there. The same distances always give the same map: on each axis the
    place farthest from the middle is positive. The share is that of the squared distances, in 0..1.
    """
    count = len(distances)
    squared = np.asarray(distances, np.float64) ** 2
    centring = np.eye(count) - 1.0 / count
    values, vectors = np.linalg.eigh(-0.5 * centring @ squared @ centring)
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    # Rounding leaves eigenvalues of nothing; they are no directions.
    values = np.where(values > 1e-9 * max(float(values[:1].sum()), 1e-300), values, 0.0)
    places = np.zeros((count, 2))
    axes = min(2, count)
    places[:, :axes] = vectors[:, :axes] * np.sqrt(values[:axes])
    for axis in range(2):
        places[:, axis] *= _sign_of_farthest(places[:, axis])
    total = float(values.sum())
    return places, float(values[:2].sum()) / total if total > 0.0 else 1.0


def _sign_of_farthest(values: np.ndarray) -> float:
    """-1 when the value farthest from 0 is negative, else 1; of equally far ones the first counts."""
    size = np.abs(values)
    farthest = int(np.flatnonzero(size >= size.max() * (1.0 - 1e-6))[0])
    return -1.0 if values[farthest] < 0.0 else 1.0
