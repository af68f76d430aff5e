"""Training with the flow source: its loss by hand, unknown rotations, and a run that resumes."""

import torch

from handviz.hand.model import HandModel
from handviz.network.config import GeneratorConfig
from handviz.network.generator import Generator
from handviz.network.kinematics import JointKinematics
from handviz.network.rotations import axis_angle_to_matrix
from handviz.training.batches import Batch
from handviz.training.config import TrainGeneratorConfig
from handviz.training.generator_losses import Truth, squared_error
from handviz.training.generator_task import GeneratorTask

SMALL = GeneratorConfig(backbone="mobilenet_v2", image_size=64, width=32, blocks=1, heads=2, source="flow")


def _batch(known: list[float]) -> Batch:
    rng = torch.Generator().manual_seed(0)
    count = len(known)
    rotations = axis_angle_to_matrix(0.3 * torch.randn(count, 3, 16, 3, generator=rng))
    truth = Truth(
        rotations=rotations,
        betas=torch.zeros(count, 10),
        translation=torch.tensor([0.0, 0.0, 0.5]).expand(count, 3, 3).clone(),
        joints=JointKinematics(HandModel.load())(rotations, torch.zeros(count, 1, 10)),
        crop_focal=torch.full((count,), 2.0),
        has_parameters=torch.tensor(known),
    )
    return Batch(torch.rand(count, 3, 64, 64, generator=rng), truth.crop_focal, truth)


def _task(tmp_path) -> GeneratorTask:
    torch.manual_seed(0)
    config = TrainGeneratorConfig((tmp_path,), tmp_path, hypotheses=4, network=SMALL)
    return GeneratorTask(config, Generator(SMALL), JointKinematics(HandModel.load()))


def test_squared_error_by_hand():
    x, y = torch.zeros(1, 2, 1, 1, 3), torch.zeros(1, 1, 1, 1, 3)
    x[0, 0, 0, 0] = torch.tensor([3.0, 4.0, 0.0])
    assert squared_error([x, x], [y, y]).item() == 2 * 25.0 / 2


def test_the_loss_falls_and_reports_whole_hypotheses(tmp_path):
    task, batch = _task(tmp_path), _batch([1.0, 1.0, 0.0, 1.0])
    optimizer = torch.optim.Adam(task.network.parameters(), lr=2e-3)
    losses = []
    for step in range(25):
        torch.manual_seed(step % 5)
        loss, figures = task.loss(task.network, batch, step)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])
    assert {"flow", "denoised", "mean_mm", "best_mm", "betas", "heat_map_joints"} <= set(figures)
    assert figures["best_mm"] <= figures["mean_mm"]


def test_every_weight_gets_gradient_also_without_known_rotations(tmp_path):
    for known in ([1.0, 1.0], [1.0, 0.0]):
        task = _task(tmp_path)
        torch.nn.init.normal_(task.network.source.velocity_of.weight, std=0.1)
        loss, _ = task.loss(task.network, _batch(known), 0)
        loss.backward()
        missing = [name for name, p in task.network.named_parameters() if p.grad is None]
        assert not missing
    assert torch.isfinite(loss)


def test_statistics_come_from_known_truths_alone(tmp_path):
    task = _task(tmp_path)
    source = task.network.source
    task.network.train()
    task.loss(task.network, _batch([0.0, 0.0]), 0)
    assert source.seen == 0
    task.loss(task.network, _batch([1.0, 0.0]), 0)
    assert source.seen == 1 and source.mean.abs().max() > 0.01
    task.network.eval()
    task.loss(task.network, _batch([1.0, 1.0]), 0)
    assert source.seen == 1
