"""Sample grown-up right hands from the anny body model; needed only while building the default hand."""

from dataclasses import dataclass

import numpy as np

from handviz.geometry.skeleton import MANO_PARENTS
from handviz.hand.linear_skinning import rigid_alignment

_ANNY_FINGER_OF_MANO = (2, 3, 5, 4, 1)  # index, middle, pinky, ring, thumb
ANNY_FINGERTIPS = (782, 29, 221, 416, 605)
"""Fingertip vertices of anny's hand.R in FINGERS order: thumb, index, middle, ring, pinky."""


@dataclass(frozen=True)
class HandShapes:
    """Sampled rest shapes in one topology.

    vertices (N, V, 3) and joints (N, 16, 3) in metres, turned into the hand frame and aligned at the wrist; weights
    (V, 16); faces (F, 3); uv (Nuv, 2) with v up; faces_uv (F, 3).
    """

    vertices: np.ndarray
    joints: np.ndarray
    weights: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    faces_uv: np.ndarray


def sample_hand_shapes(count: int, seed: int) -> HandShapes:
    """Sample `count` hands of ages 16 to 80, with fingers of individual length and width."""
    import torch
    from anny import Anny
    from anny.shape_distribution import SimpleShapeDistribution

    torch.manual_seed(seed)
    model = Anny(rig="anny-hand.R", topology="hand.R", local_changes="all", phenotypes="all")
    ages = torch.distributions.Uniform(*(torch.tensor(age, dtype=model.dtype) for age in (16.0, 80.0)))
    distribution = SimpleShapeDistribution(model, ages)
    labels = list(model.bone_labels)
    bones = [labels.index("wrist.R")]
    bones += [labels.index(f"finger{finger}-{part}.R") for finger in _ANNY_FINGER_OF_MANO for part in (1, 2, 3)]

    vertices, joints = [], []
    with torch.no_grad():
        for start in range(0, count, 250):
            size = min(250, count - start)
            _, phenotypes = distribution.sample(size)
            diameter = 0.8 * torch.rand(size, dtype=model.dtype) - 0.4
            coefficients = model.get_phenotype_blendshape_coefficients(
                **phenotypes, local_changes={"r-hand-fingers-diameter-incr": diameter}
            )
            rest = model.get_rest_model(coefficients)
            vertices.append(rest["rest_vertices"].numpy())
            joints.append(rest["rest_bone_heads"].numpy()[:, bones])
    weights = _mano_weights(model.dense_vertex_bone_weights.numpy(), bones)
    vertices, joints = np.concatenate(vertices), np.concatenate(joints)
    rng = np.random.default_rng(seed)
    vertices, joints = _vary_fingers(vertices, joints, weights, rng)
    vertices, joints = _into_hand_frame(vertices, joints, weights)

    faces_uv = model.face_texture_coordinate_indices.numpy()
    used, faces_uv = np.unique(faces_uv, return_inverse=True)
    return HandShapes(
        vertices,
        joints,
        weights,
        model.faces.numpy().astype(np.int32),
        model.texture_coordinates.numpy()[used],
        faces_uv.reshape(-1, 3).astype(np.int32),
    )


def _mano_weights(anny_weights: np.ndarray, bones: list[int]) -> np.ndarray:
    """Skinning weights (V, 16): what the root and the metacarpals hold goes to the wrist."""
    weights = anny_weights[:, bones].copy()
    weights[:, 0] += 1.0 - weights.sum(1)
    # Four influences a vertex, as in files of this layout.
    order = np.argsort(-weights, axis=1)[:, :4]
    kept = np.zeros_like(weights)
    np.put_along_axis(kept, order, np.take_along_axis(weights, order, 1), 1)
    return kept / kept.sum(1, keepdims=True)


def _vary_fingers(
    vertices: np.ndarray, joints: np.ndarray, weights: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Scale each finger along and across its bones; the body model gives all five fingers the same proportions."""
    count = len(vertices)
    length = np.repeat(np.clip(1.0 + 0.04 * rng.standard_normal((count, 5)), 0.88, 1.12), 3, axis=1)
    width = np.repeat(np.clip(1.0 + 0.04 * rng.standard_normal((count, 5)), 0.88, 1.12), 3, axis=1)
    moved = joints.copy()
    scaled = weights[None, :, :1] * vertices
    for joint in range(1, 16):
        parent, last = MANO_PARENTS[joint], joint % 3 == 0
        axis = joints[:, joint] - joints[:, joint - 1] if last else joints[:, joint + 1] - joints[:, joint]
        axis = axis / np.linalg.norm(axis, axis=-1, keepdims=True)
        if parent:
            bone = joints[:, joint] - joints[:, parent]
            moved[:, joint] = moved[:, parent] + bone * length[:, joint - 1, None]
        offset = vertices - joints[:, joint, None]
        along = (offset @ axis[:, :, None]) * axis[:, None]
        stretched = along * length[:, joint - 1, None, None] + (offset - along) * width[:, joint - 1, None, None]
        scaled += weights[None, :, joint, None] * (moved[:, joint, None] + stretched)
    return scaled, moved


def _into_hand_frame(vertices: np.ndarray, joints: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Align all samples on the carpus, unscaled, then turn them: fingers to -X, the back of the hand to +Y."""
    carpus = weights[:, 0] > 0.95
    reference = vertices[0, carpus]
    for _ in range(3):
        rotations, translations = rigid_alignment(vertices[:, carpus], reference)
        reference = (vertices[:, carpus] @ rotations.swapaxes(1, 2) + translations[:, None]).mean(0)
    vertices = vertices @ rotations.swapaxes(1, 2) + translations[:, None]
    joints = joints @ rotations.swapaxes(1, 2) + translations[:, None]
    mean = joints.mean(0)
    x = mean[0] - mean[4]
    x /= np.linalg.norm(x)
    z = mean[1] - mean[7]
    z -= x * (x @ z)
    z /= np.linalg.norm(z)
    frame = np.stack([x, np.cross(z, x), z])
    return (vertices - mean[0]) @ frame.T, (joints - mean[0]) @ frame.T
