"""Joints without the mesh: forward kinematics of the 21 joints, exact and far cheaper than skinning every vertex.

Training poses hundreds of hypotheses a step and needs joints only.
"""

import torch
from torch import Tensor, nn

from handviz.geometry.skeleton import FINGERTIP_JOINTS, JOINT21_OF_MANO16, MANO_PARENTS
from handviz.hand.model import HandModel


class JointKinematics(nn.Module):
    """Rotations and betas -> 21 joints relative to the wrist; equal to HandModel's joints."""

    def __init__(self, hand: HandModel) -> None:
        super().__init__()
        tips = torch.as_tensor(hand.fingertip_vertices.astype("int64"), device=hand.v_template.device)
        constants = {
            "rest_joints": hand.joint_regressor @ hand.v_template,
            "joint_shapes": torch.einsum("jv,vak->jak", hand.joint_regressor, hand.shapedirs),
            "rest_tips": hand.v_template[tips],
            "tip_shapes": hand.shapedirs[tips],
            "tip_poses": hand.posedirs.unflatten(1, (-1, 3))[:, tips].flatten(1),
            "tip_weights": hand.weights[tips],
        }
        for name, value in constants.items():
            self.register_buffer(name, value.clone(), persistent=False)

    def forward(self, rotations: Tensor, betas: Tensor) -> Tensor:
        """Rotations (..., 16, 3, 3), betas (..., 10) -> joints (..., 21, 3) in metres from the wrist."""
        leading = rotations.shape[:-3]
        rotations = rotations.reshape(-1, 16, 3, 3)
        betas = betas.expand(*leading, betas.shape[-1]).reshape(-1, betas.shape[-1])
        joints = self.rest_joints + torch.einsum("nk,jak->nja", betas, self.joint_shapes)
        global_rotations, positions = [rotations[:, 0]], [joints[:, 0]]
        for joint, parent in enumerate(MANO_PARENTS[1:], 1):
            offset = (joints[:, joint] - joints[:, parent])[..., None]
            positions.append(positions[parent] + (global_rotations[parent] @ offset)[..., 0])
            global_rotations.append(global_rotations[parent] @ rotations[:, joint])
        turned = torch.stack(global_rotations, 1)
        posed = torch.stack(positions, 1)
        # A skinned tip: weighted sum over joints of R_j (tip - rest_j) + posed_j.
        identity = torch.eye(3, device=rotations.device, dtype=rotations.dtype)
        tips = self.rest_tips + torch.einsum("nk,vak->nva", betas, self.tip_shapes)
        tips = tips + ((rotations[:, 1:] - identity).flatten(1) @ self.tip_poses).unflatten(-1, (-1, 3))
        relative = tips[:, :, None] - joints[:, None]
        carried = torch.einsum("njab,nvjb->nvja", turned, relative) + posed[:, None]
        skinned = torch.einsum("vj,nvja->nva", self.tip_weights, carried)
        result = torch.empty(len(posed), 21, 3, device=posed.device, dtype=posed.dtype)
        result[:, list(JOINT21_OF_MANO16)] = posed
        result[:, list(FINGERTIP_JOINTS)] = skinned
        return (result - posed[:, :1]).reshape(*leading, 21, 3)


def project_crop(points: Tensor, crop_focal: Tensor) -> Tensor:
    """Crop-camera points (B, ..., 3) in metres -> crop coordinates (B, ..., 2) in 0..1; crop focal lengths (B,)."""
    focal = crop_focal.reshape(-1, *([1] * (points.dim() - 1)))
    return 0.5 + focal * points[..., :2] / points[..., 2:].clamp_min(0.02)
