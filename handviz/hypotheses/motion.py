"""The exposure as a movement: hands between the timesteps, and which way they go."""

import numpy as np


def timestep_weights(time: float, timesteps: int) -> np.ndarray:
    """(T,) weights whose sum over the timesteps is the hand at a time, 0 past to T - 1 future.

    A smooth curve through every timestep: between two of them the parabolas through their neighbours are blended.
    With three timesteps that is one parabola.
    """
    time = float(np.clip(time, 0.0, timesteps - 1))
    if timesteps < 3:
        return np.maximum(1.0 - np.abs(np.arange(timesteps) - time), 0.0)
    left = min(int(time), timesteps - 2)
    first = _parabola(time, max(left - 1, 0), timesteps)
    second = _parabola(time, min(left, timesteps - 3), timesteps)
    share = time - left
    return (1.0 - share) * first + share * second


def _parabola(time: float, start: int, timesteps: int) -> np.ndarray:
    weights = np.zeros(timesteps)
    x = time - start
    weights[start : start + 3] = (x - 1) * (x - 2) / 2, x * (2 - x), x * (x - 1) / 2
    return weights


def at_time(sequence: np.ndarray, time: float) -> np.ndarray:
    """What of a sequence (K, T, ...) there is at a time: (K, ...)."""
    weights = timestep_weights(time, sequence.shape[1]).astype(np.float32)
    # A plain sum is many times faster than a product of tensors here.
    return sum(weight * sequence[:, timestep] for timestep, weight in enumerate(weights) if weight)
