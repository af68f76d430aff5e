"""Things before and around the hand: occluders, held objects, another hand's motion."""

import numpy as np

from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.synthesis.framing import draw_view
from handviz.synthesis.meshes import CLOTH, FOREARM, OBJECT, Surface, rigid, rounded_box
from handviz.synthesis.motion import HandMoments

_FLESH = 0.012
"""From a joint to the palm's skin, metres."""


def draw_occluder(
    rng: np.random.Generator, joints: np.ndarray, shake: np.ndarray, times: np.ndarray, tint: np.ndarray
) -> Surface:
    """A ball, box or bar between camera and hand; joints (N, 21, 3), shake (N, 3, 3) the camera's turns."""
    middle = joints[len(joints) // 2]
    target = middle[rng.integers(21)] + rng.normal(size=3) * 0.02
    place = target * rng.uniform(0.55, 0.93)
    size = place[2] / target[2]
    kind = rng.random()
    if kind < 0.4:
        half = rng.uniform(0.012, 0.042, 3) * size
    elif kind < 0.7:
        half = np.append(rng.uniform(0.004, 0.014, 2), rng.uniform(0.08, 0.3)) * size
    else:
        half = np.append(rng.uniform(0.02, 0.05, 2), rng.uniform(0.002, 0.02)) * size
    turn = axis_angle_to_matrix(rng.normal(size=3) * 1.5)
    # It stands still in the room, goes with the hand, or on its own way.
    way = rng.choice(3, p=[0.5, 0.3, 0.2])
    path = np.zeros((len(times), 3))
    if way == 1:
        path = (joints[:, 9] - joints[len(joints) // 2, 9]) * size
    elif way == 2:
        path = times[:, None] * rng.normal(size=3) * 0.05 * place[2]
    moving = place + path
    if way != 1:
        moving = np.einsum("nij,nj->ni", shake, moving)
    kind = [OBJECT, CLOTH, FOREARM][int(rng.choice(3, p=[0.6, 0.2, 0.2]))]
    gloss = rng.uniform(0.0, 0.9) if kind == OBJECT else 0.25
    tint = np.ones(3) if kind == FOREARM else tint
    shape = rounded_box(half, rng.choice([1.0, 0.5, 0.2]))
    return rigid(shape, shake @ turn, moving, tint, (kind, gloss, 0.9, 0.9))


def draw_held(rng: np.random.Generator, joints: np.ndarray, hand: HandMoments, tint: np.ndarray) -> Surface | None:
    """Something in the palm that moves with the hand, as large as the fingers leave room for; None where they leave
    none."""
    orient = hand.rotations[:, 0]
    middle = len(joints) // 2
    local = (joints[middle] - joints[middle, 0]) @ orient[middle]
    palm = local[[5, 9, 13]].mean(0) * rng.uniform(0.6, 1.0)
    fingers = local[[3, 4, 7, 8, 11, 12, 15, 16, 19, 20]]
    for radius in np.linspace(rng.uniform(0.018, 0.04), 0.006, 8):
        centre = palm - np.array([0.0, _FLESH + radius, 0.0])
        aside = np.linalg.norm((fingers - centre)[:, :2], axis=1)
        if aside.min() > radius + 0.006:
            break
    else:
        return None
    half = np.array([radius, radius * rng.uniform(0.5, 1.0), rng.uniform(0.03, 0.11)])
    shape = rounded_box(half, float(rng.choice([1.0, 0.5, 0.2], p=[0.2, 0.4, 0.4])))
    turn = axis_angle_to_matrix(np.array([0.0, rng.normal() * 0.25, rng.normal() * 0.2]))
    slide = np.array([0.0, 0.0, rng.normal() * 0.02])
    place = joints[:, 0] + np.einsum("nij,j->ni", orient, centre + slide)
    return rigid(shape, orient @ turn, place, tint, (OBJECT, rng.uniform(0.0, 0.9), 0.75, 0.8))


def draw_other_hand(
    rng: np.random.Generator, config, joints: np.ndarray, shake: np.ndarray, times: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where another hand is: its global rotation (3, 3) at rest and, per moment, the wrist's place (N, 3)."""
    orient = draw_view(rng, config)
    middle = joints[len(joints) // 2].mean(0)
    angle = rng.uniform(0, 2 * np.pi)
    away = rng.uniform(0.1, 0.2)
    offset = np.array([np.cos(angle) * away, np.sin(angle) * away, rng.normal() * 0.05 + 0.02])
    centre_of_hand = orient @ np.array([-0.09, 0.0, 0.0])
    place = middle + offset - centre_of_hand
    path = times[:, None] * rng.normal(size=3) * rng.choice([0.0, 0.01, 0.04])
    return orient, np.einsum("nij,nj->ni", shake, place + path)
