"""A second look is a turned camera: what it sees is exact in the first one's coordinates."""

import numpy as np
import pytest
import torch

from handviz.geometry.skeleton import MIDDLE_KNUCKLE, WRIST
from handviz.network.kinematics import project_crop
from handviz.network.reframing import MARGIN, Frame, aim_camera, frame_on, no_frame, roll_camera


def _joints(count: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    """Joints (B, T, 21, 3) in crop-camera metres and crop focal lengths (B,)."""
    rng = torch.Generator().manual_seed(4)
    joints = 0.03 * torch.randn(count, 3, 21, 3, generator=rng)
    joints[..., :2] += 0.05 * torch.randn(count, 1, 1, 2, generator=rng)
    joints[..., MIDDLE_KNUCKLE, :2] = joints[..., WRIST, :2] + torch.tensor([0.06, 0.05])
    joints[..., 2] += 0.8
    return joints, torch.linspace(1.8, 4.0, count)


def test_turns_are_rotations() -> None:
    turn = roll_camera(torch.tensor([0.3, -2.0])) @ aim_camera(torch.tensor([[0.2, -0.4], [0.0, 0.0]]))
    torch.testing.assert_close(turn @ turn.mT, torch.eye(3).expand(2, 3, 3))
    torch.testing.assert_close(torch.linalg.det(turn), torch.ones(2))
    axis = aim_camera(torch.tensor([[0.2, -0.4]])) @ torch.tensor([0.2, -0.4, 1.0])
    assert axis[0, :2].abs().max() < 1e-6 and axis[0, 2] > 1.0


def test_the_hand_stands_upright_in_the_middle_and_fills_the_picture() -> None:
    joints, focal = _joints()
    frame = frame_on(project_crop(joints, focal), focal)
    seen = project_crop(joints @ frame.turn.mT[:, None], focal * frame.zoom)
    up = (seen[:, :, MIDDLE_KNUCKLE] - seen[:, :, WRIST]).mean(1)
    assert (torch.atan2(up[:, 0], -up[:, 1]).abs() < 0.15).all()
    low, high = seen.amin((1, 2)), seen.amax((1, 2))
    torch.testing.assert_close((high - low).amax(-1), torch.full((5,), 1.0 / MARGIN), atol=1e-3, rtol=0)
    assert (0.5 * (low + high) - 0.5).abs().max() < 0.12


def test_looking_and_coming_back_is_the_identity() -> None:
    joints, focal = _joints()
    positions = project_crop(joints, focal)
    frame = frame_on(positions, focal)
    turned = (joints.flatten(1, 2) @ frame.turn.mT).unflatten(1, (3, 21))
    torch.testing.assert_close(frame.back(turned), joints)
    torch.testing.assert_close(frame.back_2d(project_crop(turned, focal * frame.zoom), focal), positions)
    rotations = torch.linalg.qr(torch.randn(5, 4, 3, 1, 3, 3))[0]
    torch.testing.assert_close(frame.back_rotations(frame.turn[:, None, None, None] @ rotations), rotations)


def test_a_spot_is_seen_where_the_frame_projects_it() -> None:
    point, focal = torch.tensor([[[0.05, -0.08, 0.7]]]), torch.tensor([2.0])
    spot = project_crop(point, focal)[0, 0]
    cells = (torch.arange(128) + 0.5) / 128
    image = torch.exp(-((cells[None] - spot[0]) ** 2 + (cells[:, None] - spot[1]) ** 2) / 2e-4).expand(1, 3, -1, -1)
    frame = Frame(roll_camera(torch.tensor([0.8])) @ aim_camera(torch.tensor([[0.04, -0.06]])), torch.tensor([1.4]))
    seen = frame.look(image, focal, 96)[0, 0]
    cells = (torch.arange(96) + 0.5) / 96
    weight = seen / seen.sum()
    found = torch.stack([(weight.sum(0) * cells).sum(), (weight.sum(1) * cells).sum()])
    expected = project_crop(point @ frame.turn.mT, focal * frame.zoom)[0, 0]
    torch.testing.assert_close(found, expected, atol=4e-3, rtol=0)


@pytest.mark.parametrize("size", [32, 64])
def test_no_frame_shows_the_crop_itself(size: int) -> None:
    image = torch.from_numpy(np.random.default_rng(0).random((2, 3, size, size), dtype=np.float32))
    focal = torch.tensor([1.5, 3.0])
    torch.testing.assert_close(no_frame(focal).look(image, focal, size), image, atol=1e-4, rtol=0)
