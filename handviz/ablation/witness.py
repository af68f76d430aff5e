"""`handviz ablate witness`: physics as a witness. Does a hypothesis explain the photo's own smear?

A small head on the generator's feature maps learns from rendered truth where the hand was during the exposure, and for
how much of it. Each hypothesis' silhouette is swept from past to future and averaged; how well it agrees with what the
head says is one number, the log-likelihood of the sweep once it lies where the smear lies. It is put to the test alone
and added to the selector's score, and beside it the agreement with the true sweep, which no head could beat.
"""

import math
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from handviz.ablation.config import AblateWitnessConfig
from handviz.errors import HandvizError
from handviz.geometry.skeleton import TIMESTEPS
from handviz.hand.model import HandModel
from handviz.network.config import WitnessConfig
from handviz.network.generator import Generator, HypothesisBatch
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.looks import hypotheses_for
from handviz.network.recover import find_frame, resized
from handviz.network.selector import Selector
from handviz.network.sweep import SurfacePoints, swept_coverage, swept_onto
from handviz.network.witness import Witness, agreement, closeness, heat_map_distance
from handviz.training.batches import BatchStream, CropSource
from handviz.training.generator_losses import Truth
from handviz.training.plain_crops import read_batch, seen_in

_LOG_EVERY = 50
_REPEATS = 30
_TEST_BATCH = 16
_SURE = 0.02
"""How far from 0 and 1 the true sweep stays as a probability."""
TIMES = len(TIMESTEPS)


class WitnessTrial:
    """A witness in training and on trial: its words on hypotheses, beside what the truth says of them."""

    def __init__(self, generator: Generator, hand: HandModel, device: torch.device) -> None:
        self.generator, self.hand, self.device = generator, hand, device
        self.points = SurfacePoints(hand)
        self.kinematics = JointKinematics(hand)
        self.network = Witness(WitnessConfig(generator.config.width)).to(device)
        self.head = self.network.head

    def sweep(self, rotations: Tensor, betas: Tensor, translation: Tensor, focal: Tensor) -> Tensor:
        """Coverage (B, ..., S, S) of hands: rotations (B, ..., T, 16, 3, 3), betas (B, ..., 10), translation
        (B, ..., T, 3) metres, focal lengths (B,)."""
        vertices = self.hand(rotations, betas[..., None, :].expand(*betas.shape[:-1], TIMES, -1)).vertices
        return swept_coverage(project_crop(self.points(vertices + translation[..., None, :]), focal))

    def true_sweep(self, truth: Truth) -> Tensor:
        """(B, S, S)."""
        return self.sweep(truth.rotations, truth.betas, truth.translation, truth.crop_focal)

    def train(self, source: CropSource, config: AblateWitnessConfig, report: Callable[[str], None]) -> None:
        """Teach the head where hands were; the generator stays as it is. Raises HandvizError when that diverges."""
        size = self.generator.config.image_size
        stream = BatchStream([source], [1.0], config.batch_size, size, config.augment, config.seed)
        batches = stream.iterate(0)
        optimizer = torch.optim.AdamW(self.head.parameters(), lr=config.learning_rate, weight_decay=1e-4)
        total = 0.0
        for step in range(config.steps):
            batch = next(batches).to(self.device)
            with torch.no_grad():
                maps = self.generator.encode(batch.images, batch.told_focal).maps
                coverage = self.true_sweep(batch.truth)
            loss = functional.binary_cross_entropy_with_logits(self.head(maps), coverage)
            if not torch.isfinite(loss):
                raise HandvizError(f"The witness' loss stopped being a number at step {step}; lower --learning-rate.")
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate * (0.5 + 0.5 * math.cos(math.pi * step / config.steps))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.item()
            if (step + 1) % _LOG_EVERY == 0:
                report(f"step {step + 1}/{config.steps}: {total / _LOG_EVERY:.4f}")
                total = 0.0
        batches.close()

    @torch.inference_mode()
    def observe(self, selector: Selector, source: CropSource, rows: np.ndarray, count: int, seed: int) -> dict:
        """What selector, witness and truth say of `count` hypotheses of each of N crops: arrays (N, K), blur apart."""
        batch = read_batch(source, rows, seed).to(self.device)
        frame = find_frame(self.generator, batch.images, batch.truth.crop_focal)
        images = frame.look(batch.images, batch.truth.crop_focal, self.generator.config.image_size)
        truth = seen_in(frame, batch.truth)
        focal = truth.crop_focal
        rng = torch.Generator().manual_seed(seed)
        features, found = hypotheses_for(
            self.generator, self.kinematics, batch.images, batch.truth.crop_focal, frame, count, rng
        )
        vertices, joints, placed = self._pose(found, focal)
        joints_2d = project_crop(joints + placed, focal)
        mu, nu = selector(selector.features(images, focal, features), found, joints, joints_2d)
        points = project_crop(self.points(vertices + placed), focal)
        logits = self.head.eval()(features.maps)
        true_sweep = self.true_sweep(truth)
        true_logits = torch.logit(true_sweep.clamp(_SURE, 1.0 - _SURE))
        true_vertices = self.hand(truth.rotations, truth.betas[:, None].expand(-1, TIMES, -1)).vertices
        by_joints = _order_free_mm(joints, truth.joints)
        values = {
            "mu": mu, "nu": nu,
            "witness": agreement(swept_onto(points, torch.sigmoid(logits)), logits),
            "witness_as_placed": agreement(swept_coverage(points), logits),
            "true_sweep": agreement(swept_onto(points, true_sweep), true_logits),
            "closeness": closeness(joints),
            "mpjpe": by_joints,
            "sequence": by_joints + 0.1 * _order_free_mm(vertices, true_vertices),
            "projection_px": 256.0 * heat_map_distance(joints_2d, features.joints_2d),
            "smear_error": (torch.sigmoid(logits) - true_sweep).abs().mean((-2, -1)),
        }  # fmt: skip
        return {name: value.float().cpu().numpy() for name, value in values.items()}

    def _pose(self, found: HypothesisBatch, focal: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Vertices and joints (B, K, T, N, 3) from the wrist, and the wrist's place (B, K, T, 1, 3), metres."""
        posed = self.hand(found.rotations, found.betas[:, :, None].expand(-1, -1, TIMES, -1))
        return posed.vertices, posed.joints, found.translation(focal)[..., None, :]

    @torch.inference_mode()
    def cost_ms(self, source: CropSource, count: int) -> dict[str, float]:
        """Milliseconds that the witness adds to a prediction of `count` hypotheses, the median of some: its head, and
        sweeps with their agreement. Posing is not counted: a prediction poses its meshes anyway."""
        batch = read_batch(source, np.zeros(1, int), 0).to(self.device)
        focal = batch.truth.crop_focal
        images = resized(batch.images, self.generator.config.image_size)
        features, found = self.generator(images, focal, count)
        vertices, _, placed = self._pose(found, focal)
        times: dict[str, list[float]] = {"head": [], "sweeps": []}
        for _ in range(_REPEATS):
            started = time.perf_counter()
            logits = self.head(features.maps)
            between = time.perf_counter()
            # Handing the figures over waits for a GPU.
            points = project_crop(self.points(vertices + placed), focal)
            agreement(swept_onto(points, torch.sigmoid(logits)), logits).cpu()
            times["head"].append(between - started)
            times["sweeps"].append(time.perf_counter() - between)
        return {name: 1000.0 * float(np.median(values)) for name, values in times.items()}


def _order_free_mm(points: Tensor, truth: Tensor) -> Tensor:
    """(B, K) mean distance in mm of sequences (B, K, T, N, 3) from (B, T, N, 3), in the better temporal order."""
    orders = (points - truth[:, None], points.flip(2) - truth[:, None])
    return 1000.0 * torch.minimum(*(order.norm(dim=-1).mean((-2, -1)) for order in orders))


def observe_all(
    witness: WitnessTrial,
    selector: Selector,
    source: CropSource,
    rows: np.ndarray,
    config: AblateWitnessConfig,
    progress: Callable[[int, int], None],
) -> dict[str, np.ndarray]:
    """observe for any number of crops, in batches."""
    parts = []
    for start in range(0, len(rows), _TEST_BATCH):
        chosen = rows[start : start + _TEST_BATCH]
        parts.append(witness.observe(selector, source, chosen, config.hypotheses, config.seed + start))
        progress(start + len(chosen), len(rows))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
