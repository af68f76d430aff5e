"""Hypotheses from several looks at a hand: each look frames it a little differently and contributes its share.

What the networks make of a picture depends on how it is framed, more than they know. Hypotheses of several looks differ
by that too, and their mean errs less. All are told as the first look's camera sees them.
"""

from dataclasses import fields, replace

import torch
from torch import Tensor

from handviz.network.generator import Generator, HypothesisBatch
from handviz.network.kinematics import JointKinematics, project_crop
from handviz.network.lent_motion import lend_motion
from handviz.network.reframing import Frame, roll_camera
from handviz.network.settling import settle
from handviz.network.unfolder import ImageFeatures

LOOKS = ((0.0, 1.0), (0.25, 0.92), (-0.25, 0.92))
"""Of each look: radians that its camera is turned about its axis, and its focal length over the first one's. Chosen on
validation crops: tighter looks are worse, and a fourth or fifth brings little."""
_LEAST = 4
"""Hypotheses that a look makes even where fewer are asked for, so that some lend their motion to the central one."""


@torch.no_grad()
def hypotheses_for(
    generator: Generator,
    kinematics: JointKinematics,
    images: Tensor,
    crop_focal: Tensor,
    frame: Frame,
    hypotheses: int,
    rng: torch.Generator | None,
    use_betas: bool = True,
) -> tuple[ImageFeatures, HypothesisBatch]:
    """Of crops (B, 3, S, S), focal lengths (B,): features of the first look, which is `frame`, and K hypotheses in its
    camera, settled, by all looks in turn.

    The first hypothesis is the first look's without noise, moving as that look's others do (lend_motion).
    use_betas=False: of the hand's mean shape.
    """
    count = min(len(LOOKS), hypotheses) if generator.config.second_look else 1
    focal = crop_focal.repeat_interleave(count)
    # Directions need more digits than mixed precision leaves them.
    exact = torch.autocast(focal.device.type, enabled=False)
    with exact:
        looks = looks_from(frame, count)
        pictures = looks.look(images.repeat_interleave(count, 0), focal, generator.config.image_size)
    focal = focal * looks.zoom
    central = torch.arange(len(focal), device=focal.device) % count == 0
    each = max(-(-hypotheses // count), _LEAST)
    features, batch = generator(pictures, focal, each, rng, central=central)
    if not use_betas:
        batch = replace(batch, betas=torch.zeros_like(batch.betas))
    with exact:
        batch = lend_motion(batch, kinematics, focal, central)
    batch = settled(generator, kinematics, features, batch, focal, rng, central)
    with exact:
        batch = seen_from(batch, looks, frame, crop_focal)
    return first_of_each(features, count), in_turn(batch, count, hypotheses)


def settled(
    generator: Generator,
    kinematics: JointKinematics,
    features: ImageFeatures,
    batch: HypothesisBatch,
    crop_focal: Tensor,
    rng: torch.Generator | None,
    central: Tensor | None = None,
) -> HypothesisBatch:
    """Hypotheses settled on the landmarks of a backbone that knows hands, where the generator has learned how far to
    trust them. central (B,): photos whose first hypothesis meets landmarks as they are."""
    if generator.trust is None or features.landmarks is None:
        return batch
    with torch.autocast(crop_focal.device.type, enabled=False):
        batch = replace(batch, rotations=batch.rotations.float(), betas=batch.betas.float())
        return settle(batch, kinematics, crop_focal, generator.trust(features), rng, central)


def looks_from(frame: Frame, count: int) -> Frame:
    """The first `count` looks (B * L,) at each of B crops, the first of which is `frame`."""
    angles, zooms = frame.zoom.new_tensor(LOOKS[:count]).unbind(1)
    turn = roll_camera(angles) @ frame.turn[:, None]
    return Frame(turn.flatten(0, 1), (frame.zoom[:, None] * zooms).flatten())


def seen_from(batch: HypothesisBatch, looks: Frame, frame: Frame, crop_focal: Tensor) -> HypothesisBatch:
    """Hypotheses (B * L, K) of looks (B * L,) as the cameras of frame (B,) see them; crop_focal (B,)."""
    count = len(looks.zoom) // len(crop_focal)
    focal = crop_focal.repeat_interleave(count)
    turn = frame.turn.repeat_interleave(count, 0) @ looks.turn.mT
    there, own = frame.zoom.repeat_interleave(count) * focal, looks.zoom * focal
    rotations = batch.rotations.float()
    place = batch.translation(own).float() @ turn.mT[:, None]
    return replace(
        batch,
        rotations=torch.cat([turn[:, None, None, None] @ rotations[:, :, :, :1], rotations[:, :, :, 1:]], 3),
        wrist_2d=project_crop(place, there),
        log_scale=torch.log(there[:, None, None] / place[..., 2].clamp_min(1e-3)),
    )


def in_turn(batch: HypothesisBatch, count: int, hypotheses: int) -> HypothesisBatch:
    """Hypotheses (B * L, k) of L = `count` looks -> (B, K): the first of every look, then the second of every look."""

    def together(values: Tensor) -> Tensor:
        return values.unflatten(0, (-1, count)).transpose(1, 2).flatten(1, 2)[:, :hypotheses]

    known = {field.name: getattr(batch, field.name) for field in fields(batch)}
    return HypothesisBatch(**{name: None if value is None else together(value) for name, value in known.items()})


def first_of_each(features: ImageFeatures, count: int) -> ImageFeatures:
    """Features (B * L, ...) -> those of the first looks (B, ...)."""
    known = {field.name: getattr(features, field.name) for field in fields(features)}
    return ImageFeatures(**{name: None if value is None else value[::count] for name, value in known.items()})
