"""Fit the priors: python -m handviz.hand.fit_priors --recordings DATA --hand models/hand/default_right.npz

Reads recordings under DATA (poses/quest, motion/leap, real_hands), fits the hand to them, and writes statistics alone:
prior.npz and motion.npz beside the hand, and the hand's own hands_mean and hands_components.
"""

import argparse
from pathlib import Path

import numpy as np

from handviz.geometry.skeleton import JOINT21_OF_MANO16
from handviz.hand.anatomy import joint_axes, rest_joints21, to_anatomical
from handviz.hand.hand_files import read_hand_file
from handviz.hand.motion_statistics import fit_motion
from handviz.hand.pose_fitting import FittedPoses, fit_poses
from handviz.hand.prior import PosePrior
from handviz.hand.recordings import into_palm_frame, read_landmarks, read_leap, read_quest
from handviz.hand.self_contact import Capsules, fit_capsules

_CLUSTERS = 32
_DIMENSIONS = 20
_SHRINKAGE = 0.4

_ANATOMICAL_RANGE = {
    # Flexion, abduction, twist in degrees that a healthy hand can reach, finger joints 1 to 3 and the thumb's.
    "finger": (((-30, 100), (-30, 30), (-15, 15)), ((-5, 115), (-6, 6), (-5, 5)), ((-18, 85), (-5, 5), (-4, 4))),
    "thumb": (((-20, 55), (-40, 35), (-25, 15)), ((-25, 70), (-15, 15), (-8, 8)), ((-30, 85), (-5, 5), (-3, 3))),
}


def joint_limits(angles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Limits (15, 3) each: what angles (N, 15, 3) reach and five degrees more, within the anatomical range."""
    ranges = np.array([*_ANATOMICAL_RANGE["finger"] * 4, *_ANATOMICAL_RANGE["thumb"]], float)
    low, high = np.radians(ranges[..., 0]), np.radians(ranges[..., 1])
    margin = np.radians(5.0)
    seen_low, seen_high = np.quantile(angles, 0.005, axis=0) - margin, np.quantile(angles, 0.995, axis=0) + margin
    return np.clip(seen_low, low, 0.0), np.clip(seen_high, 0.0, high)


def fit_mixture(inside: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights (M,), means (M, D) and covariance factors (M, D, D) of clusters of points inside (N, D)."""
    from scipy.cluster.vq import kmeans2

    means, label = kmeans2(inside, _CLUSTERS, minit="++", seed=rng, iter=50)
    sizes = np.bincount(label, minlength=_CLUSTERS)
    spread = inside - means[label]
    pooled = spread.T @ spread / len(inside)
    factors = []
    for cluster in range(_CLUSTERS):
        own = spread[label == cluster]
        # A cluster of few poses knows little about its own shape.
        trust = (1.0 - _SHRINKAGE) * len(own) / (len(own) + 20.0)
        covariance = trust * own.T @ own / max(len(own), 1) + (1.0 - trust) * pooled
        factors.append(np.linalg.cholesky(covariance + 1e-8 * np.eye(inside.shape[1])))
    # The square root gives rare poses a fair share.
    weights = np.sqrt(sizes.astype(float))
    return weights / weights.sum(), means, np.stack(factors)


def fit_pose_prior(groups: list[FittedPoses], rest: np.ndarray, capsules: Capsules, seed: int) -> PosePrior:
    """The prior from groups of fitted poses, each group of the same weight."""
    rng = np.random.default_rng(seed)
    rest16 = rest[list(JOINT21_OF_MANO16)]
    axes = joint_axes(rest16)
    most = max(len(group.hand_pose) for group in groups)
    balanced = [np.resize(np.arange(len(group.hand_pose)), most) for group in groups]
    poses = np.concatenate([group.hand_pose[chosen] for group, chosen in zip(groups, balanced, strict=True)])
    angles = to_anatomical(poses, axes)
    lower, upper = joint_limits(angles)
    angles = np.clip(angles, lower, upper).reshape(len(angles), 45)
    mean = angles.mean(0)
    components = np.linalg.svd(angles - mean, full_matrices=False)[2][:_DIMENSIONS]
    weights, means, factors = fit_mixture((angles - mean) @ components.T, rng)
    return PosePrior(axes, lower, upper, mean, components, weights, means, factors, rest16, capsules)


def update_hand_components(hand: Path, poses: np.ndarray) -> np.ndarray:
    """Write hands_mean and hands_components of poses (N, 45) into the hand file; returns variance explained (45,)."""
    with np.load(hand, allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    mean = poses.mean(0)
    _, sizes, components = np.linalg.svd(poses - mean, full_matrices=False)
    arrays["hands_mean"], arrays["hands_components"] = mean.astype(np.float32), components.astype(np.float32)
    np.savez_compressed(hand, **arrays)
    return np.cumsum(sizes**2) / (sizes**2).sum()


def plausible(fitted: FittedPoses) -> FittedPoses:
    """The poses whose bones were met within five degrees and whose flesh stays apart."""
    return fitted[(fitted.bone_error < 5.0) & (fitted.overlap < 0.008)]


def main() -> None:
    """Fit and write, and print what the card of the hand reports."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=Path, required=True)
    parser.add_argument("--hand", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    data, hand = arguments.recordings, arguments.hand
    arrays = read_hand_file(hand).arrays
    rest = rest_joints21(arrays)
    wrist = (arrays["J_regressor"] @ arrays["v_template"])[0]
    capsules = fit_capsules(arrays["v_template"].astype(float) - wrist, arrays["weights"], rest)

    tracks = read_leap(data / "motion" / "leap" / "tracks.npz", rest)
    thinned = np.concatenate([into_palm_frame(track.joints, rest)[::15] for track in tracks])
    recorded = {
        "quest": into_palm_frame(read_quest(data / "poses" / "quest"), rest),
        "leap": thinned,
        "landmarks": read_landmarks(data / "real_hands" / "labels.npz", rest)[::4],
    }
    fits = {}
    for name, joints in recorded.items():
        fitted = fit_poses(joints, rest, capsules)
        fits[name] = plausible(fitted)
        kept = len(fits[name].hand_pose)
        print(f"{name}: {len(joints)} poses, bones met to {fitted.bone_error.mean():.2f} deg, kept {kept}")
    prior = fit_pose_prior(list(fits.values()), rest, capsules, arguments.seed)
    prior.save(hand.with_name("prior.npz"))
    explained = update_hand_components(hand, fits["quest"].hand_pose)
    print("variance explained by 3, 6, 12 components:", np.round(explained[[2, 5, 11]], 3))

    fit_motion(tracks, rest).save(hand.with_name("motion.npz"))


if __name__ == "__main__":
    main()
