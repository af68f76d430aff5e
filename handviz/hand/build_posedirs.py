"""Give a hand file its posedirs: python -m handviz.hand.build_posedirs --hand models/hand/default_right.npz

Linear blend skinning thins bent joints and folds the skin of their creases through itself. The offsets found here
bring it nearer to dual quaternion skinning (Kavan et al. 2007), whose joints keep their volume, and let creases bulge
instead. Poses are drawn from the pose prior.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from handviz.geometry.meshes import face_normals
from handviz.geometry.rotations import axis_angle_to_matrix, matrix_to_axis_angle
from handviz.geometry.skeleton import MANO_PARENTS
from handviz.hand.hand_files import read_hand_file
from handviz.hand.linear_skinning import pose_joints
from handviz.hand.prior import PosePrior

_INFLUENCE = 0.01
_RINGS = 2
_UPRIGHT = 0.08
"""A triangle's signed area along its carried normal, relative to its flat area, that counts as not folded."""


def fit_posedirs(
    arrays: dict[str, np.ndarray], poses: np.ndarray, steps: int = 250, seed: int = 0
) -> tuple[np.ndarray, float, float]:
    """Offsets posedirs (V, 3, 135) in metres for a hand file's arrays, from poses (N, 45).

    A vertex listens to the joints that it or its near neighbours hang on, so that a bent finger leaves the others
    alone. Also returns the share of folded triangles without the offsets and with them.
    """
    template, weights = arrays["v_template"].astype(float), arrays["weights"].astype(float)
    rest_joints, faces = arrays["J_regressor"] @ template, arrays["f"]
    rotations = np.tile(np.eye(3), (len(poses), 16, 1, 1))
    rotations[:, 1:] = axis_angle_to_matrix(poses.reshape(-1, 15, 3))
    joints, turned = pose_joints(rest_joints, rotations)
    shifts = joints - (turned @ rest_joints[..., None])[..., 0]
    features = (rotations[:, 1:] - np.eye(3)).reshape(len(poses), 135)
    wanted = np.stack(
        [dual_quaternion_skinning(template, weights, turn, shift) for turn, shift in zip(turned, shifts, strict=True)]
    )

    def tensor(array: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(array, np.float32))

    listens = tensor(np.repeat(_listening(weights, faces), 9, axis=1))[:, None]
    flat, skin, turned, shifts, features = map(tensor, (template, weights, turned, shifts, features))
    wanted, normals = tensor(wanted), tensor(face_normals(template, faces))
    corners = torch.from_numpy(faces.astype(np.int64))
    area, carriers = normals.norm(dim=-1), skin[corners].mean(1)
    edges = torch.cat([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])

    def skinned(offsets: torch.Tensor, chosen: torch.Tensor | slice) -> torch.Tensor:
        blend = torch.einsum("vj,njab->nvab", skin, turned[chosen])
        moved = (blend @ (flat + offsets)[..., None])[..., 0]
        return moved + torch.einsum("vj,nja->nva", skin, shifts[chosen])

    def uprightness(vertices: torch.Tensor, chosen: torch.Tensor | slice) -> torch.Tensor:
        carried = torch.einsum("fj,njab,fb->nfa", carriers, turned[chosen], normals)
        a, b, c = (vertices[:, corners[:, corner]] for corner in range(3))
        normal = torch.linalg.cross(b - a, c - a)
        return (normal * carried).sum(-1) / (area * carried.norm(dim=-1))

    def folded(posedirs: torch.Tensor) -> float:
        counts = []
        for chosen in torch.arange(len(features)).split(32):
            offsets = torch.einsum("vcp,np->nvc", posedirs, features[chosen])
            counts.append((uprightness(skinned(offsets, chosen), chosen) < 0.0).float().mean())
        return float(torch.stack(counts).mean())

    posedirs = torch.zeros(len(template), 3, 135, requires_grad=True)
    optimizer = torch.optim.Adam([posedirs], lr=3e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        chosen = torch.randint(len(features), (24,), generator=generator)
        offsets = torch.einsum("vcp,np->nvc", posedirs * listens, features[chosen])
        vertices = skinned(offsets, chosen)
        millimetres = 1000.0 * (vertices - wanted[chosen])
        uneven = 1000.0 * (offsets[:, edges[:, 0]] - offsets[:, edges[:, 1]])
        loss = 0.3 * millimetres.square().sum(-1).mean() + 0.3 * uneven.square().sum(-1).mean()
        loss = loss + 600.0 * (_UPRIGHT - uprightness(vertices, chosen)).relu().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        found = posedirs * listens
        return found.numpy(), folded(torch.zeros_like(found)), folded(found)


def _listening(weights: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Which joints 1 to 15 each vertex listens to: bool (V, 15)."""
    listens = weights[:, 1:] > _INFLUENCE
    for _ in range(_RINGS):
        grown = listens.copy()
        for first, second in ((0, 1), (1, 2), (2, 0)):
            np.logical_or.at(grown, faces[:, first], listens[faces[:, second]])
            np.logical_or.at(grown, faces[:, second], listens[faces[:, first]])
        listens = grown
    return listens


def dual_quaternion_skinning(
    vertices: np.ndarray, weights: np.ndarray, rotations: np.ndarray, shifts: np.ndarray
) -> np.ndarray:
    """Vertices (V, 3) moved by the blend of the joints' rigid motions x -> R x + s.

    weights (V, 16), rotations R (16, 3, 3), shifts s (16, 3) in metres.
    """
    vectors = matrix_to_axis_angle(rotations)
    angle = np.linalg.norm(vectors, axis=-1, keepdims=True)
    real = np.concatenate([np.cos(0.5 * angle), vectors * 0.5 * np.sinc(angle / (2.0 * np.pi))], -1)
    for joint in range(1, 16):
        # A fist turns fingertips past half a turn: each quaternion takes the sign nearer to its parent's.
        real[joint] *= -1.0 if real[joint] @ real[MANO_PARENTS[joint]] < 0.0 else 1.0
    dual = 0.5 * _multiply(np.concatenate([np.zeros((len(shifts), 1)), shifts], -1), real)
    real, dual = weights @ real, weights @ dual
    length = np.linalg.norm(real, axis=-1, keepdims=True)
    real, dual = real / length, dual / length
    w, axis = real[:, :1], real[:, 1:]
    turned = vertices + 2.0 * np.cross(axis, np.cross(axis, vertices) + w * vertices)
    return turned + 2.0 * (w * dual[:, 1:] - dual[:, :1] * axis + np.cross(axis, dual[:, 1:]))


def _multiply(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Hamilton products (..., 4) of quaternions (w, x, y, z)."""
    w1, v1, w2, v2 = first[..., :1], first[..., 1:], second[..., :1], second[..., 1:]
    real = w1 * w2 - (v1 * v2).sum(-1, keepdims=True)
    return np.concatenate([real, w1 * v2 + w2 * v1 + np.cross(v1, v2)], -1)


def main() -> None:
    """Write posedirs into the hand file and print how many triangles fold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hand", type=Path, required=True, help="the .npz to complete; prior.npz lies beside it")
    parser.add_argument("--poses", type=int, default=800)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    prior = PosePrior.load(arguments.hand.with_name("prior.npz"))
    poses = prior.sample(np.random.default_rng(arguments.seed), arguments.poses)
    checked = read_hand_file(arguments.hand).arrays
    posedirs, before, after = fit_posedirs(checked, poses, seed=arguments.seed)
    with np.load(arguments.hand, allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    np.savez_compressed(arguments.hand, **(arrays | {"posedirs": posedirs}))
    print(f"folded triangles: {100 * before:.3f}% without posedirs, {100 * after:.4f}% with them")


if __name__ == "__main__":
    main()
