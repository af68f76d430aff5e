import hashlib

import numpy as np
import pytest
import torch

from handviz.errors import ModelFileError
from handviz.geometry.meshes import face_normals
from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.geometry.skeleton import FINGERTIP_JOINTS, JOINT_NAMES, JOINT_PARENTS
from handviz.hand.hand_files import read_hand_file
from handviz.hand.model import DEFAULT_HAND, HandModel
from handviz.hand.prior import PosePrior
from handviz.resources import models_dir


@pytest.fixture(scope="module")
def model():
    return HandModel.load()


def rotations(shape, seed=0, size=0.4):
    pose = np.random.default_rng(seed).normal(0.0, size, (*shape, 16, 3))
    return torch.from_numpy(axis_angle_to_matrix(pose)).float()


def test_the_default_hand_is_what_its_card_says(model):
    path = models_dir() / DEFAULT_HAND
    assert model.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert model.num_vertices == 1609 and model.faces.shape == (3196, 3)
    assert model.extras["uv"].shape == (1817, 2) and model.extras["f_uv"].shape == (3196, 3)
    assert len(set(model.extras["wrist_loop"])) == 20


def test_the_mesh_is_one_surface_with_one_open_border_at_the_wrist(model):
    edges = np.concatenate([model.faces[:, [0, 1]], model.faces[:, [1, 2]], model.faces[:, [2, 0]]])
    directed = {tuple(edge) for edge in edges.tolist()}
    assert len(directed) == len(edges), "two triangles run along an edge in the same sense"
    open_edges = {edge for edge in directed if edge[::-1] not in directed}
    loop = model.extras["wrist_loop"].tolist()
    assert open_edges == set(zip(loop, [*loop[1:], loop[0]], strict=True))


def test_joints_are_met_as_stated(model):
    """Mean error of each joint over sampled shapes, as measured while the file was built."""
    with np.load(models_dir() / DEFAULT_HAND) as archive:
        error = archive["joint_error_mm"]
    assert error.shape == (16,) and error.max() < 0.44 and error.mean() < 0.3


def test_fingers_lie_along_their_joints_for_any_shape(model):
    """The joints are inside the fingers: skin all around each finger joint, close by."""
    betas = torch.randn(64, 10, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        out = model(torch.eye(3).expand(16, 3, 3), betas)
    for name in JOINT_NAMES[1:]:
        if name.endswith(("2", "3")) and not name.startswith("thumb_2"):
            joint = out.joints[:, [JOINT_NAMES.index(name)]]
            distance = (out.vertices - joint).norm(dim=-1).amin(1)
            assert distance.min() > 0.001 and distance.max() < 0.012, name


def test_shapes_spread_as_grown_hands_do(model):
    betas = torch.randn(2000, 10, generator=torch.Generator().manual_seed(0))
    joints = []
    with torch.no_grad():
        for part in betas.split(250):
            joints.append(model(torch.eye(3).expand(16, 3, 3), part).joints)
    length = torch.cat(joints)[:, JOINT_NAMES.index("middle_tip")].norm(dim=-1) * 1000
    assert abs(length.mean() - 192) < 5 and 8.5 < length.std() < 12.5
    rms = model.shapedirs.square().sum(1).mean(0).sqrt() * 1000
    assert (rms.diff() <= 0).all() and rms[9] > 0.1, "a shape component is empty"


def test_the_frame_is_manos(model):
    """Fingers to -X, back of the hand to +Y, thumb to +Z; a turn about +Z bends the index towards the palm."""
    flat = model(torch.eye(3).expand(16, 3, 3), torch.zeros(10))
    joint = {name: flat.joints[index].numpy() for index, name in enumerate(JOINT_NAMES)}
    assert joint["middle_tip"][0] < -0.15 and abs(joint["middle_tip"][1]) < 0.02
    assert joint["thumb_tip"][2] > 0.05 > -0.02 > joint["pinky_1"][2]
    normals = face_normals(flat.vertices.numpy(), model.faces)
    nails = normals[(model.faces == model.fingertip_vertices[2]).any(1)]
    assert np.isfinite(nails).all()
    bent = torch.zeros(16, 3)
    bent[1, 2] = 1.0
    posed = model(torch.from_numpy(axis_angle_to_matrix(bent.numpy())), torch.zeros(10))
    tip = JOINT_NAMES.index("index_tip")
    assert posed.joints[tip, 1] < flat.joints[tip, 1] - 0.05
    volume = np.einsum("fa,fa->", flat.vertices.numpy()[model.faces].mean(1), normals) / 6.0
    assert volume > 1e-4, "triangles face inwards"


def test_any_leading_axes_equal_a_loop(model):
    turns, betas = rotations((2, 3)), torch.randn(2, 3, 10, generator=torch.Generator().manual_seed(1))
    together = model(turns, betas)
    assert together.vertices.shape == (2, 3, 1609, 3) and together.joints.shape == (2, 3, 21, 3)
    for i in range(2):
        for j in range(3):
            alone = model(turns[i, j], betas[i, j])
            torch.testing.assert_close(together.vertices[i, j], alone.vertices, atol=1e-6, rtol=0)
            torch.testing.assert_close(together.joints[i, j], alone.joints, atol=1e-6, rtol=0)


def test_betas_broadcast_against_rotations(model):
    turns, betas = rotations((4, 3)), torch.randn(4, 1, 10, generator=torch.Generator().manual_seed(2))
    shared = model(turns, betas)
    assert shared.vertices.shape == (4, 3, 1609, 3)
    torch.testing.assert_close(shared.joints, model(turns, betas.expand(4, 3, 10)).joints)
    assert model(rotations((5,)), torch.zeros(10)).joints.shape == (5, 21, 3)


def test_the_wrist_is_the_origin_and_a_global_turn_is_rigid(model):
    turns = rotations((3,))
    still = turns.clone()
    still[:, 0] = torch.eye(3)
    out, unturned = model(turns, torch.ones(3, 10)), model(still, torch.ones(3, 10))
    assert out.joints[:, 0].abs().max() < 1e-6
    torch.testing.assert_close(out.vertices, unturned.vertices @ turns[:, 0].mT, atol=2e-6, rtol=0)


def test_bones_keep_their_lengths(model):
    out = model(rotations((8,)), torch.zeros(10))
    flat = model(torch.eye(3).expand(16, 3, 3), torch.zeros(10))
    for joint, parent in enumerate(JOINT_PARENTS):
        if parent >= 0 and joint not in FINGERTIP_JOINTS:
            length = (out.joints[:, joint] - out.joints[:, parent]).norm(dim=-1)
            expected = (flat.joints[joint] - flat.joints[parent]).norm()
            torch.testing.assert_close(length, expected.expand(8), atol=1e-6, rtol=0)


def test_fingertips_are_vertices(model):
    out = model(rotations((2,)), torch.zeros(10))
    torch.testing.assert_close(out.joints[:, list(FINGERTIP_JOINTS)], out.vertices[:, model.fingertip_vertices])


def test_gradients_reach_rotations_and_betas(model):
    turns, betas = rotations((2,)).requires_grad_(), torch.zeros(2, 10, requires_grad=True)
    model(turns, betas).joints[..., -1, :].square().sum().backward()
    assert betas.grad.abs().sum() > 0
    assert turns.grad[:, 0].abs().sum() > 0 and turns.grad[:, 8].abs().sum() > 0
    assert turns.grad[:, 15].abs().sum() == 0, "the thumb does not move the pinky"


def test_half_precision_around_it_does_not_move_the_hand(model):
    turns = rotations((2,))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = model(turns, torch.ones(2, 10))
    assert inside.vertices.dtype == torch.float32
    torch.testing.assert_close(inside.vertices, model(turns, torch.ones(2, 10)).vertices)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA")
def test_cuda_equals_cpu(model):
    turns, betas = rotations((16,)), torch.randn(16, 10, generator=torch.Generator().manual_seed(3))
    there = HandModel.load(device="cuda")(turns.cuda(), betas.cuda())
    torch.testing.assert_close(there.vertices.cpu(), model(turns, betas).vertices, atol=1e-5, rtol=0)


def test_no_triangle_is_turned_inside_out(model):
    """Against the rigid motion of the bones it hangs on, no triangle of a sampled pose flips."""
    poses = PosePrior.load().sample(np.random.default_rng(0), 48)
    turns = torch.eye(3).repeat(48, 16, 1, 1)
    turns[:, 1:] = torch.from_numpy(axis_angle_to_matrix(poses.reshape(48, 15, 3))).float()
    with torch.no_grad():
        posed = model(turns, torch.zeros(10)).vertices.numpy()
        flat = model(torch.eye(3).expand(16, 3, 3), torch.zeros(10)).vertices.numpy()
    world = [turns[:, 0].numpy()]
    for joint in range(1, 16):
        world.append(world[int(model.parents[joint])] @ turns[:, joint].numpy())
    carrier = model.weights.numpy()[model.faces].mean(1)
    carried = np.einsum("fj,jnab,fb->nfa", carrier, np.stack(world), face_normals(flat, model.faces))
    normals = face_normals(posed, model.faces)
    cosine = (normals * carried).sum(-1) / np.linalg.norm(normals, axis=-1) / np.linalg.norm(carried, axis=-1)
    assert (cosine < 0).mean() < 2e-4, f"{(cosine < 0).mean():.5f} of the triangles are inverted"


@pytest.mark.parametrize("shape", [((15, 3, 3), (10,)), ((16, 3), (10,)), ((16, 3, 3), (9,))])
def test_wrong_shapes_are_named(model, shape):
    with pytest.raises(ValueError, match="are not"):
        model(torch.zeros(shape[0]), torch.zeros(shape[1]))


def test_a_truncated_default_is_one_sentence(tmp_path):
    path = tmp_path / "hand.npz"
    path.write_bytes((models_dir() / DEFAULT_HAND).read_bytes()[:1000])
    with pytest.raises(ModelFileError, match="cannot be read"):
        read_hand_file(path)
