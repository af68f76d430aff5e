"""Run both networks over a set of crops with truth and keep what the metrics need."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from handviz.hand.model import HandModel
from handviz.hypotheses.errors import mpjpe_mm, order_free, pa_mpjpe_mm, reverse_time
from handviz.network.generator import Generator
from handviz.network.recover import crops_to_tensor, recover
from handviz.network.rotations import axis_angle_to_matrix
from handviz.network.selector import Selector

BATCH_SIZE = 16
"""Crops that are looked at together; the hypotheses of a crop depend on the first of its batch, by the seed."""


@dataclass
class Collected:
    """Hypotheses and errors of N crops; T timesteps, K hypotheses; metres and millimetres."""

    joints: np.ndarray
    """(N, K, T, 21, 3) float32, metres, wrist-relative."""
    truth_joints: np.ndarray
    """(N, T, 21, 3) float32, metres, wrist-relative."""
    mpjpe: dict[str, np.ndarray]
    """"ordered" and "order_free": (N, K, T) mm."""
    mpvpe: dict[str, np.ndarray]
    """The same of vertices; empty where only joints are known."""
    pa_mpjpe: dict[str, np.ndarray]
    """The same after Procrustes alignment of each timestep."""
    projection_px: np.ndarray
    """(N, K) mean distance of projected joints to the heat maps' joints, px of a 256 px crop, any order."""
    mu: np.ndarray
    """(N, K)."""
    nu: np.ndarray
    """(N, K)."""
    blur_px: np.ndarray
    """(N,) longest joint path over the exposure, px of a 256 px crop."""

    def sequence_errors(self) -> np.ndarray:
        """(N, K) mm: MPJPE and a tenth of MPVPE, where that is known, of whole sequences in the better order."""
        errors = self.mpjpe["order_free"].mean(-1)
        return errors + 0.1 * self.mpvpe["order_free"].mean(-1) if self.mpvpe else errors

    def take(self, hypotheses: int) -> "Collected":
        """The first `hypotheses` of each crop."""
        cut = slice(None), slice(0, hypotheses)
        return Collected(
            self.joints[cut],
            self.truth_joints,
            *(
                {name: values[cut] for name, values in errors.items()}
                for errors in (self.mpjpe, self.mpvpe, self.pa_mpjpe)
            ),
            self.projection_px[cut],
            self.mu[cut],
            self.nu[cut],
            self.blur_px,
        )


def _both_orders(error: Callable[[np.ndarray], np.ndarray], sequences: np.ndarray) -> dict[str, np.ndarray]:
    ordered = error(sequences)
    return {"ordered": ordered, "order_free": order_free(ordered, error(reverse_time(sequences, -3)))}


def collect(
    generator: Generator,
    selector: Selector,
    hand: HandModel,
    read_image: Callable[[int], np.ndarray],
    truth: dict[str, np.ndarray],
    hypotheses: int,
    device: torch.device,
    seed: int = 0,
    batch_size: int = BATCH_SIZE,
    mesh: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Collected:
    """Hypotheses for every crop.

    read_image(i) gives crop i as (S, S, 3) uint8; truth holds a dataset's arrays (joints, global_orient, hand_pose,
    betas, crop_focal, blur_px), N first. mesh says whether rotations and betas are known, and vertices with them.
    """
    parts: list[dict[str, np.ndarray]] = []
    count = len(truth["joints"])
    for start in range(0, count, batch_size):
        rows = np.arange(start, min(start + batch_size, count))
        parts.append(
            _collect_batch(generator, selector, hand, read_image, truth, rows, hypotheses, device, seed + start, mesh)
        )
        if progress is not None:
            progress(int(rows[-1]) + 1, count)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def errors(metric: str) -> dict[str, np.ndarray]:
        known = (order for order in ("ordered", "order_free") if f"{metric}/{order}" in joined)
        return {order: joined[f"{metric}/{order}"] for order in known}

    return Collected(
        joined["joints"], joined["truth_joints"], errors("mpjpe"), errors("mpvpe"), errors("pa_mpjpe"),
        joined["projection_px"], joined["mu"], joined["nu"], np.asarray(truth["blur_px"], np.float64),
    )  # fmt: skip


def _collect_batch(
    generator: Generator,
    selector: Selector,
    hand: HandModel,
    read_image: Callable[[int], np.ndarray],
    truth: dict[str, np.ndarray],
    rows: np.ndarray,
    hypotheses: int,
    device: torch.device,
    seed: int,
    mesh: bool,
) -> dict[str, np.ndarray]:
    images = crops_to_tensor([read_image(int(row)) for row in rows]).to(device)
    focal = torch.from_numpy(truth["crop_focal"][rows].astype(np.float32)).to(device)
    result = recover(generator, selector, hand, images, focal, hypotheses, seed)
    wrist = result.joints[..., :1, :]
    joints = (result.joints - wrist).float().cpu().numpy()
    vertices = (result.vertices - wrist).float().cpu().numpy()
    absolute = truth["joints"][rows].astype(np.float32)
    true_joints = (absolute - absolute[:, :, :1])[:, None]
    heat_joints = result.heatmap_joints_2d[:, None].float().cpu().numpy()
    projected = result.joints_2d.float().cpu().numpy()
    distances = [
        np.linalg.norm(projected - order, axis=-1).mean((-2, -1)) for order in (heat_joints, heat_joints[:, :, ::-1])
    ]
    found: dict[str, np.ndarray] = {
        "joints": joints,
        "truth_joints": true_joints[:, 0],
        "projection_px": 256.0 * np.minimum(*distances),
        "mu": result.mu.float().cpu().numpy(),
        "nu": result.nu.float().cpu().numpy(),
    }
    metrics: dict[str, tuple[Callable[[np.ndarray], np.ndarray], np.ndarray]] = {
        "mpjpe": (lambda x: mpjpe_mm(x, true_joints), joints),
        "pa_mpjpe": (lambda x: pa_mpjpe_mm(x, true_joints), joints),
    }
    if mesh:
        true_vertices = _true_vertices(hand, truth, rows, device)
        metrics["mpvpe"] = (lambda x: 1000.0 * np.linalg.norm(x - true_vertices, axis=-1).mean(-1), vertices)
    for name, (metric, values) in metrics.items():
        found.update({f"{name}/{order}": error for order, error in _both_orders(metric, values).items()})
    return found


def _true_vertices(hand: HandModel, truth: dict[str, np.ndarray], rows: np.ndarray, device: torch.device) -> np.ndarray:
    """(B, 1, T, V, 3) metres, wrist-relative."""
    pose = np.concatenate([truth["global_orient"][rows], truth["hand_pose"][rows]], -1).astype(np.float32)
    rotations = axis_angle_to_matrix(torch.from_numpy(pose).unflatten(-1, (16, 3)))
    betas = torch.from_numpy(truth["betas"][rows].astype(np.float32))[:, None].expand(-1, pose.shape[1], -1)
    return hand(rotations.to(device), betas.to(device)).vertices.cpu().numpy()[:, None]
