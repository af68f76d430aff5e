"""The hand model: joint rotations and shape in, vertices and the 21 joints out, over smplx's linear blend skinning."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from smplx.lbs import lbs

from handviz.errors import ModelFileError
from handviz.geometry.skeleton import FINGERTIP_JOINTS, JOINT21_OF_MANO16, MANO_PARENTS
from handviz.hand.hand_files import HandFile, read_hand_file
from handviz.resources import models_dir

DEFAULT_HAND = Path("hand") / "default_right.npz"
MANO_HAND = Path("mano") / "MANO_RIGHT.pkl"


class HandOutput(NamedTuple):
    """A posed right hand in metres, the wrist at the origin: vertices (..., V, 3) and joints (..., 21, 3)."""

    vertices: torch.Tensor
    joints: torch.Tensor


class HandModel(torch.nn.Module):
    """A right hand in MANO's layout: the default one or a user's MANO.

    faces (F, 3) int32; fingertip_vertices (5,) in FINGERS order; extras holds what the file adds to MANO's layout (uv,
    f_uv, wrist_loop, nail_mask_uv), where it does; name and sha256 identify the file.
    """

    def __init__(self, file: HandFile) -> None:
        super().__init__()
        arrays = file.arrays
        self.name = file.name
        self.sha256 = file.sha256
        self.faces: np.ndarray = arrays["f"]
        self.fingertip_vertices: np.ndarray = arrays["fingertips"]
        self.hands_mean: np.ndarray = arrays["hands_mean"]
        self.hands_components: np.ndarray = arrays["hands_components"]
        self.extras = {key: arrays[key] for key in ("uv", "f_uv", "wrist_loop", "nail_mask_uv") if key in arrays}
        vertex_count = len(arrays["v_template"])
        buffers = {
            "v_template": arrays["v_template"],
            "shapedirs": arrays["shapedirs"],
            "posedirs": arrays["posedirs"].reshape(vertex_count * 3, 135).T,
            "joint_regressor": arrays["J_regressor"],
            "weights": arrays["weights"],
            "parents": np.array(MANO_PARENTS),
            "_tips": arrays["fingertips"].astype(np.int64),
            "_joint_order": np.argsort([*JOINT21_OF_MANO16, *FINGERTIP_JOINTS]),
        }
        for key, value in buffers.items():
            # Not persistent: checkpoints of networks must not carry a licensed hand.
            self.register_buffer(key, torch.from_numpy(np.ascontiguousarray(value)), persistent=False)

    @classmethod
    def load(cls, path: Path | str | None = None, device: torch.device | str = "cpu") -> "HandModel":
        """Load an .npz or MANO .pkl file; None is the default hand. Raises ModelFileError."""
        chosen = models_dir() / DEFAULT_HAND if path is None else Path(path)
        return cls(read_hand_file(chosen)).to(device)

    @property
    def num_vertices(self) -> int:
        """Number of vertices V."""
        return len(self.v_template)

    def forward(self, rotations: torch.Tensor, betas: torch.Tensor) -> HandOutput:
        """Pose the hand.

        rotations (..., 16, 3, 3): joint rotations relative to the parent in MANO's order, the wrist's first; the zero
        pose is the flat hand. betas (..., 10) in standard deviations. Leading axes broadcast. Differentiable.
        """
        if rotations.shape[-3:] != (16, 3, 3) or betas.shape[-1:] != (10,):
            raise ValueError(
                f"rotations {tuple(rotations.shape)} and betas {tuple(betas.shape)} are not (..., 16, 3, 3), (..., 10)"
            )
        leading = torch.broadcast_shapes(rotations.shape[:-3], betas.shape[:-1])
        dtype = self.v_template.dtype
        rotations = rotations.to(dtype).expand(*leading, 16, 3, 3).reshape(-1, 16, 3, 3)
        betas = betas.to(dtype).expand(*leading, 10).reshape(-1, 10)
        # Half precision would move vertices by millimetres.
        with torch.autocast(rotations.device.type, enabled=False):
            vertices, joints = lbs(
                betas,
                rotations,
                self.v_template,
                self.shapedirs,
                self.posedirs,
                self.joint_regressor,
                self.parents,
                self.weights,
                pose2rot=False,
            )
            joints = torch.cat([joints, vertices[:, self._tips]], 1)[:, self._joint_order]
            wrist = joints[:, :1]
            vertices, joints = vertices - wrist, joints - wrist
        return HandOutput(vertices.reshape(*leading, -1, 3), joints.reshape(*leading, 21, 3))


def users_mano() -> Path | None:
    """The user's MANO_RIGHT.pkl in models/mano/, if they put one there."""
    try:
        path = models_dir() / MANO_HAND
    except ModelFileError:
        return None
    return path if path.is_file() else None
