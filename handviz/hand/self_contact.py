"""How deeply a posed hand sinks into itself, by a capsule inside each bone's flesh."""

from dataclasses import dataclass

import numpy as np

from handviz.geometry.skeleton import BONES, MANO16_OF_JOINT21


@dataclass(frozen=True)
class Capsules:
    """One capsule a bone of BONES, metres.

    owner (20,): the joint of the 16 that carries it; start and end (20, 3) relative to that joint in the flat hand;
    radii (20,); pairs (P, 2) of capsules that must stay apart.
    """

    owner: np.ndarray
    start: np.ndarray
    end: np.ndarray
    radii: np.ndarray
    pairs: np.ndarray

    def overlaps(self, joints, turned):
        """Overlap (..., P) in metres of each pair, negative where they are apart; numpy arrays or torch tensors.

        joints (..., 16, 3) and turned (..., 16, 3, 3), each joint's rotation from the flat hand. Tensors need a
        Capsules whose arrays are tensors as well.
        """
        place, turn = joints[..., self.owner, :], turned[..., self.owner, :, :]
        start = place + (turn @ self.start[..., None])[..., 0]
        end = place + (turn @ self.end[..., None])[..., 0]
        first, second = self.pairs[:, 0], self.pairs[:, 1]
        apart = segment_distance(start[..., first, :], end[..., first, :], start[..., second, :], end[..., second, :])
        return self.radii[first] + self.radii[second] - apart


def segment_distance(a, b, c, d):
    """Shortest distance (...) between the segments a-b and c-d, end points (..., 3); numpy arrays or torch tensors."""
    u, v, w = b - a, d - c, a - c
    uu, uv, vv = (u * u).sum(-1), (u * v).sum(-1), (v * v).sum(-1)
    uw, vw = (u * w).sum(-1), (v * w).sum(-1)
    s = ((uv * vw - vv * uw) / (uu * vv - uv * uv).clip(1e-12)).clip(0.0, 1.0)
    t = ((uv * s + vw) / vv.clip(1e-12)).clip(0.0, 1.0)
    s = ((uv * t - uw) / uu.clip(1e-12)).clip(0.0, 1.0)
    offset = w + s[..., None] * u - t[..., None] * v
    return ((offset * offset).sum(-1) + 1e-16) ** 0.5


def fit_capsules(vertices: np.ndarray, weights: np.ndarray, joints: np.ndarray) -> Capsules:
    """Capsules of the flat hand from its vertices (V, 3), skinning weights (V, 16) and 21 joints (21, 3), in metres.

    Joints lie nearer the back of the hand than the flesh's middle, so each axis is moved to the middle first.
    """
    owner, start, end, radii = [], [], [], []
    carrier = weights.argmax(1)
    for parent, child in BONES:
        joint = MANO16_OF_JOINT21[parent]
        bone = joints[child] - joints[parent]
        along = bone / np.linalg.norm(bone)
        offset = vertices - joints[parent]
        place = offset @ along / np.linalg.norm(bone)
        side = offset - (offset @ along)[:, None] * along
        dorsal = np.array([0.0, 1.0, 0.0]) - along * along[1]
        dorsal /= np.linalg.norm(dorsal)
        across = np.cross(along, dorsal)
        if parent == 0:
            # The palm is a slab: its thickness counts, its width belongs to the neighbours as well.
            section = side[(carrier == 0) & (np.abs(place - 0.85) < 0.1) & (np.abs(side @ across) < 0.012)]
            middle, radius = dorsal * _centre(section @ dorsal), 0.5 * np.ptp(section @ dorsal)
        else:
            section = side[(carrier == joint) & (np.abs(place - 0.6) < 0.3)]
            middle = dorsal * _centre(section @ dorsal) + across * _centre(section @ across)
            radius = 0.25 * (np.ptp(section @ dorsal) + np.ptp(section @ across))
        finish = child % 4 == 0
        inset = radius if finish else 0.0
        owner.append(joint)
        start.append(middle)
        end.append(middle + bone - along * inset)
        radii.append(radius)
    return Capsules(np.array(owner), np.array(start), np.array(end), np.array(radii), _watched_pairs())


def _centre(values: np.ndarray) -> float:
    return 0.5 * float(values.min() + values.max())


def _watched_pairs() -> np.ndarray:
    """Pairs (P, 2) of indices into BONES: different fingers, and fingers against the palm beyond their first bone."""
    pairs = []
    for i, (parent_i, child_i) in enumerate(BONES):
        for j in range(i + 1, len(BONES)):
            parent_j, child_j = BONES[j]
            same_finger = (child_i - 1) // 4 == (child_j - 1) // 4
            palm = (parent_i == 0, parent_j == 0)
            # First bones leave the palm; the thumb's first lies within it and its second grows out of it.
            rooted = (palm[0] and parent_j % 4 == 1) or (palm[1] and parent_i % 4 == 1) or i == 0
            rooted = rooted or (parent_i == 2 and palm[1])
            knuckles = parent_i % 4 == 1 and parent_j % 4 == 1
            if not (same_finger or all(palm) or rooted or knuckles):
                pairs.append((i, j))
    return np.array(pairs)
