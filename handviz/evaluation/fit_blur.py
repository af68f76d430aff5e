"""Fit the blur estimator on rendered photos with known blur.

python -m handviz.evaluation.fit_blur --data data/train --count 8000 --out models/blur/blur.npz
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from handviz.datasets.shards import ShardDataset
from handviz.inference.blur_estimate import SIDE, BlurEstimator, features

_SHIFT, _ZOOM = 0.02, 0.1
"""How far the joints that are known at prediction lie from the true ones, about: in sides of the crop, and as scale."""


def blur_features(data: Path, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Features (N, 27) of the first samples of a folder, with joints about where a network sees them, and true blur
    (N,) in px of a 256 px crop. Raises InputError when the folder holds no samples."""
    dataset = ShardDataset(data)
    truth = dataset.arrays()
    rng = np.random.default_rng(seed)
    found = []
    for index in range(min(count, len(truth["blur_px"]))):
        joints = truth["joints_2d"][index].reshape(-1, 2)
        middle = joints.mean(0)
        seen = middle + (joints - middle) * rng.uniform(1 - _ZOOM, 1 + _ZOOM) + rng.normal(0, _SHIFT, 2)
        crop = cv2.resize(np.asarray(dataset.image(index)), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        found.append(features(crop, seen))
    return np.stack(found), truth["blur_px"][: len(found)].astype(np.float64)


def main() -> None:
    """Fit, and say how well the fit ranks what it was fitted on."""
    from scipy.stats import spearmanr

    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder of handviz synthesize")
    parser.add_argument("--count", type=int, default=8000, help="samples (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, metavar="NPZ", help="file to write")
    arguments = parser.parse_args()
    values, blur_px = blur_features(arguments.data, arguments.count)
    estimator = BlurEstimator.fit(values, blur_px)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    estimator.save(arguments.out)
    told = estimator.of_features(values)
    print(
        f"{len(blur_px)} samples; on these Spearman {spearmanr(told, blur_px).statistic:.3f}, "
        f"mean error {np.abs(told - blur_px).mean():.1f} px of a 256 px crop"
    )


if __name__ == "__main__":
    main()
