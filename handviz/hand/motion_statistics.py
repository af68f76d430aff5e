"""From recorded tracks to the motion prior's statistics."""

import numpy as np

from handviz.geometry.rotations import matrix_to_axis_angle
from handviz.hand.motion_prior import MotionPrior
from handviz.hand.pose_fitting import fit_poses
from handviz.hand.recordings import Track, into_palm_frame

_WINDOW_SECONDS = 0.04
_FINGER_DIMENSIONS = 12
_QUANTILES = 401


def local_derivatives(times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and second derivatives (N, D) of values (N, D) at times (N,) s, from a parabola within +- 40 ms."""
    first, second = np.zeros_like(values), np.zeros_like(values)
    for index, now in enumerate(times):
        near = np.abs(times - now) <= _WINDOW_SECONDS
        if near.sum() < 4:
            near = np.argsort(np.abs(times - now))[:4]
        offset = times[near] - now
        powers = np.stack([np.ones_like(offset), offset, 0.5 * offset**2], 1)
        _, first[index], second[index] = np.linalg.lstsq(powers, values[near], rcond=None)[0]
    return first, second


def wrist_motion(track: Track) -> tuple[np.ndarray, np.ndarray]:
    """Wrist velocity and acceleration (N, 6) in the hand's frame: angular rad/s, then linear m/s."""
    turned = track.palm_rotation
    velocities, accelerations = np.zeros((len(turned), 6)), np.zeros((len(turned), 6))
    linear, linear_change = local_derivatives(track.times, track.joints[:, 0])
    for index, now in enumerate(track.times):
        near = np.flatnonzero(np.abs(track.times - now) <= _WINDOW_SECONDS)
        angles = matrix_to_axis_angle(turned[index].T @ turned[near])
        middle = int(np.flatnonzero(near == index)[0])
        angular, angular_change = local_derivatives(track.times[near], angles)
        velocities[index, :3], accelerations[index, :3] = angular[middle], angular_change[middle]
    velocities[:, 3:] = np.einsum("nba,nb->na", turned, linear)
    accelerations[:, 3:] = np.einsum("nba,nb->na", turned, linear_change)
    return velocities, accelerations


def fit_motion(tracks: list[Track], rest: np.ndarray) -> MotionPrior:
    """Statistics of velocity and acceleration over all frames of tracks; rest (21, 3) is the flat hand."""
    finger_v, finger_a, wrist_v, wrist_a = [], [], [], []
    for track in tracks:
        fitted = fit_poses(into_palm_frame(track.joints, rest), rest, capsules=None, steps=150, smoothness=0.2)
        velocity, acceleration = local_derivatives(track.times, fitted.hand_pose)
        finger_v.append(velocity)
        finger_a.append(acceleration)
        velocity, acceleration = wrist_motion(track)
        wrist_v.append(velocity)
        wrist_a.append(acceleration)
    finger_v, finger_a, wrist_v, wrist_a = map(np.concatenate, (finger_v, finger_a, wrist_v, wrist_a))
    speeds = {"palm m/s": wrist_v[:, 3:], "palm turn rad/s": wrist_v[:, :3]}
    for name, values in speeds.items():
        print(name, "p50 p95 p99", np.round(np.quantile(np.linalg.norm(values, axis=1), [0.5, 0.95, 0.99]), 3))

    components = np.linalg.svd(_without_outliers(finger_v), full_matrices=False)[2][:_FINGER_DIMENSIONS]
    unit = np.median(np.linalg.norm(wrist_v[:, 3:], axis=1)) / np.median(np.linalg.norm(wrist_v[:, :3], axis=1))
    scale = np.array([1.0] * 3 + [unit] * 3)
    quantities = [finger_v @ components.T, wrist_v / scale, finger_a @ components.T, wrist_a / scale]
    sizes, factors = zip(*map(_size_and_factor, quantities), strict=True)
    ranks = np.stack([np.argsort(np.argsort(size)) for size in sizes]) + 0.5
    # The logistic's inverse, as MotionPrior turns normal numbers into probabilities.
    probability = ranks / len(finger_v)
    tied = np.log(probability / (1.0 - probability)) / 1.702
    quantiles = [np.quantile(size, np.linspace(0.0, 0.998, _QUANTILES)) for size in sizes]
    return MotionPrior(components, np.array(unit), *quantiles, *factors, np.linalg.cholesky(np.corrcoef(tied)))


def _without_outliers(values: np.ndarray) -> np.ndarray:
    size = np.linalg.norm(values, axis=1)
    return values[size < np.quantile(size, 0.99)]


def _size_and_factor(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sizes (N,) of values (N, D) and the factor of the covariance of what is left after dividing by them."""
    kept = _without_outliers(values)
    whitening = np.linalg.inv(np.linalg.cholesky(kept.T @ kept / len(kept)))
    size = np.linalg.norm(values @ whitening.T, axis=1) / np.sqrt(values.shape[1])
    direction = values / np.maximum(size, 1e-9)[:, None]
    return size, np.linalg.cholesky(direction.T @ direction / len(direction))
