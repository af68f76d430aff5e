"""Build the default hand: python -m handviz.hand.build_default --out models/hand/default_right.npz

Needs `anny==0.6.2` (with roma, trimesh and PyYAML) beside handviz; the file it writes does not. The layout is MANO's,
with texture coordinates, fingertips, the open wrist border and a nail mask added.
"""

import argparse
from pathlib import Path

import numpy as np

from handviz.geometry.rotations import rotation_between
from handviz.geometry.skeleton import MANO_PARENTS
from handviz.hand.build_shapes import ANNY_FINGERTIPS, HandShapes, sample_hand_shapes
from handviz.hand.linear_skinning import unpose

SHAPE_COMPONENTS = 10
SKIN_TEXTURE_SIZE = 2048
SKIN_CROP = (732, 1636, 1143, 2033)
"""Where the right hand lies in a skin texture of SKIN_TEXTURE_SIZE: x0, y0, x1, y1 in pixels, y down."""
_FINGERTIP_OF_JOINT3 = {3: 1, 6: 2, 9: 4, 12: 3, 15: 0}
_STRAIGHT_THUMB = np.array([[-0.55, -0.35, 0.76], [-0.66, -0.25, 0.71], [-0.66, -0.25, 0.71]])


def build(count: int = 3000, seed: int = 0) -> dict[str, np.ndarray]:
    """The default hand as arrays under MANO's names, from `count` sampled shapes."""
    shapes = sample_hand_shapes(count, seed)
    turned = relaxed_from_flat(shapes)
    weights = soften_thumb_base(shapes.weights, shapes.faces)
    vertices, joints = unpose(shapes.vertices, shapes.joints, weights, turned)
    vertices, joints = vertices - joints[:, :1].mean(0), joints - joints[:, :1].mean(0)
    template, shapedirs, betas = shape_space(vertices)
    joint_mean = joints.mean(0)
    joint_dirs = np.einsum("nk,njc->jck", betas, joints - joint_mean) / len(betas)
    regressor = joint_regressor(template, shapedirs, joint_mean, joint_dirs)
    parents = np.array(MANO_PARENTS)
    return {
        "v_template": template.astype(np.float32),
        "shapedirs": shapedirs.astype(np.float32),
        "posedirs": np.zeros((len(template), 3, 135), np.float32),
        "J_regressor": regressor.astype(np.float32),
        "weights": weights.astype(np.float32),
        "kintree_table": np.stack([parents, np.arange(16)]).astype(np.int32),
        "f": shapes.faces,
        "hands_mean": np.zeros(45, np.float32),
        "hands_components": np.eye(45, dtype=np.float32),
        "uv": shapes.uv.astype(np.float32),
        "f_uv": shapes.faces_uv,
        "fingertips": np.array(ANNY_FINGERTIPS, np.int32),
        "wrist_loop": wrist_loop(shapes.faces),
        "nail_mask_uv": nail_mask(),
        "joint_error_mm": 1000.0
        * np.linalg.norm(predicted_joints(regressor, template, shapedirs, betas) - joints, axis=-1).mean(0),
    }


def relaxed_from_flat(shapes: HandShapes) -> np.ndarray:
    """Rotations (16, 3, 3) of each joint that lead from straight fingers in the palm's plane to the sampled rest pose.

    The sampled hands rest with fingers bent by some 25 degrees; MANO's zero pose is flat. Posed by these rotations,
    linear blend skinning gives the sampled mesh back exactly.
    """
    joints, vertices = shapes.joints.mean(0), shapes.vertices.mean(0)
    tips = vertices[list(ANNY_FINGERTIPS)]
    turned = np.tile(np.eye(3), (16, 1, 1))
    for base in (1, 4, 7, 10, 13):
        chain = np.concatenate([joints[base : base + 3], tips[_FINGERTIP_OF_JOINT3[base + 2]][None]])
        bones = np.diff(chain, axis=0)
        straight = (chain[3] - chain[0]) * [1.0, 0.0, 1.0]
        flat = _STRAIGHT_THUMB if base == 13 else np.tile(straight, (3, 1))
        turned[base : base + 3] = rotation_between(flat, bones)
    return turned


def soften_thumb_base(weights: np.ndarray, faces: np.ndarray, rings: int = 2, passes: int = 15) -> np.ndarray:
    """Weights (V, 16) averaged with their neighbours' where the thumb leaves the palm.

    The rig changes from palm to thumb within one edge of the web, which stands up as a flap once the thumb is spread.
    """
    neighbours = np.zeros((len(weights), len(weights)), np.float32)
    for first, second in ((0, 1), (1, 2), (2, 0)):
        neighbours[faces[:, first], faces[:, second]] = neighbours[faces[:, second], faces[:, first]] = 1.0
    neighbours /= neighbours.sum(1, keepdims=True)
    base = (weights[:, 13] > 0.01) & (weights[:, 13] < 0.99)
    for _ in range(rings):
        base = base | (neighbours @ base > 0.0)
    softened = weights.copy()
    for _ in range(passes):
        softened[base] = 0.5 * softened[base] + 0.5 * (neighbours[base] @ softened)
    return softened


def shape_space(vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean (V, 3), components scaled to one standard deviation (V, 3, 10) and coefficients (N, 10) of the vertices."""
    flat = vertices.reshape(len(vertices), -1)
    mean = flat.mean(0)
    u, s, vt = np.linalg.svd(flat - mean, full_matrices=False)
    sigma = s[:SHAPE_COMPONENTS] / np.sqrt(len(flat))
    # The first component grows the hand with growing beta; the others keep the largest entry positive.
    directions = vt[:SHAPE_COMPONENTS]
    sign = np.sign(directions[np.arange(SHAPE_COMPONENTS), np.abs(directions).argmax(1)])
    sign[0] = np.sign(directions[0] @ mean)
    shapedirs = (directions * (sign * sigma)[:, None]).T.reshape(-1, 3, SHAPE_COMPONENTS)
    return mean.reshape(-1, 3), shapedirs, u[:, :SHAPE_COMPONENTS] * sign * np.sqrt(len(flat))


def joint_regressor(
    template: np.ndarray, shapedirs: np.ndarray, joint_mean: np.ndarray, joint_dirs: np.ndarray, nearest: int = 200
) -> np.ndarray:
    """Weights (16, V), smallest in norm and adding to one, that map template and components onto the joints'."""
    stacked = np.concatenate([template[..., None], shapedirs], -1)
    targets = np.concatenate([joint_mean[..., None], joint_dirs], -1)
    regressor = np.zeros((16, len(template)))
    for joint in range(16):
        around = np.argsort(np.linalg.norm(template - joint_mean[joint], axis=1))[:nearest]
        equations = np.concatenate([stacked[around].reshape(nearest, -1).T, np.ones((1, nearest))])
        wanted = np.concatenate([targets[joint].ravel(), [1.0]])
        regressor[joint, around] = np.linalg.lstsq(equations, wanted, rcond=1e-6)[0]
    return regressor


def predicted_joints(
    regressor: np.ndarray, template: np.ndarray, shapedirs: np.ndarray, betas: np.ndarray
) -> np.ndarray:
    """Joints (N, 16, 3) that the regressor finds on the shapes of betas (N, 10)."""
    return regressor @ template + np.einsum("jck,nk->njc", np.einsum("jv,vck->jck", regressor, shapedirs), betas)


def wrist_loop(faces: np.ndarray) -> np.ndarray:
    """Vertices of the mesh's one open border, in order around it."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    present = {(int(a), int(b)) for a, b in edges}
    following = {a: b for a, b in present if (b, a) not in present}
    loop = [min(following)]
    while following[loop[-1]] != loop[0]:
        loop.append(following[loop[-1]])
    return np.array(loop, np.int32)


def nail_mask() -> np.ndarray:
    """The nails (H, W) uint8 within SKIN_CROP, 255 on a nail."""
    import anny
    from PIL import Image

    path = Path(anny.__file__).parent / "data" / "mpfb2" / "textures" / "mpfb_fingernails.jpg"
    with Image.open(path) as image:
        scaled = image.convert("L").resize((SKIN_TEXTURE_SIZE, SKIN_TEXTURE_SIZE), Image.Resampling.LANCZOS)
        return np.asarray(scaled.crop(SKIN_CROP))


def main() -> None:
    """Build the file named by --out and print how well its joints are met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="the .npz to write")
    parser.add_argument("--shapes", type=int, default=3000, help="number of sampled hands")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arrays = build(arguments.shapes, arguments.seed)
    np.savez_compressed(arguments.out, **arrays)
    print("mean joint error, mm:", np.array2string(arrays["joint_error_mm"], precision=2))


if __name__ == "__main__":
    main()
