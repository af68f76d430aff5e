"""A page of test photos with their selected meshes, chosen by rule before anybody looks, and the worst ones."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageColor, ImageDraw, ImageFilter

from handviz.evaluation.collect import BATCH_SIZE, Collected
from handviz.files import atomic_write
from handviz.geometry.skeleton import TIMESTEPS
from handviz.hand.model import HandModel
from handviz.hypotheses.selection import score_from_logits, varied
from handviz.network.generator import Generator
from handviz.network.kinematics import project_crop
from handviz.network.recover import crops_to_tensor, recover
from handviz.network.selector import Selector
from handviz.review.pictures import TIMESTEP_COLORS

CELL, COLUMNS, CAPTION = 224, 4, 15
BY_RULE, WORST = 8, 4
RULE = (
    f"{BY_RULE} photos at even distances in the test set, the first one first, and the {WORST} whose top-scored "
    "hypothesis is furthest from the truth"
)
_MIDDLE = TIMESTEPS.index("middle")
_STRENGTH = (0.35, 0.8, 0.35)
"""How opaque each timestep of the top hypothesis is."""
_LIGHT = 0.35
"""Brightness of faces seen edge-on."""
_QUALITY = 88


@dataclass(frozen=True)
class Shown:
    """One photo of the page."""

    image: np.ndarray
    """(S, S, 3) uint8."""
    vertices_2d: np.ndarray
    """(n, T, V, 2) of the selected hypotheses, best first, 0..1 of the crop."""
    depth: np.ndarray
    """(n, T, V) metres."""
    caption: str


def by_rule(collected: Collected, n: int) -> list[tuple[int, str]]:
    """Which photos are shown, each with its caption (RULE)."""
    errors = collected.mpjpe["order_free"][..., _MIDDLE]
    order = varied(score_from_logits(collected.mu, collected.nu), collected.joints, n)
    chosen = np.take_along_axis(errors, order, axis=1)
    count = len(errors)
    even = np.arange(0, count, max(1, count // BY_RULE))[:BY_RULE]
    worst = np.argsort(-chosen[:, 0], kind="stable")[: min(WORST, count)]

    def caption(index: int) -> str:
        return f"{index}: blur {collected.blur_px[index]:.0f} px, top {chosen[index, 0]:.0f} mm"

    return [(int(index), caption(index)) for index in (*even, *worst)]


@torch.inference_mode()
def show(
    generator: Generator,
    selector: Selector,
    hand: HandModel,
    read_image: Callable[[int], np.ndarray],
    crop_focal: np.ndarray,
    chosen: list[tuple[int, str]],
    hypotheses: int,
    n: int,
    device: torch.device,
    seed: int = 0,
) -> list[Shown]:
    """Photos with the very hypotheses that `collect` measured: the same batches, the same seed."""
    shown = []
    for index, caption in chosen:
        start = index // BATCH_SIZE * BATCH_SIZE
        rows = np.arange(start, min(start + BATCH_SIZE, len(crop_focal)))
        images = crops_to_tensor([read_image(int(row)) for row in rows]).to(device)
        focal = torch.from_numpy(crop_focal[rows].astype(np.float32)).to(device)
        found = recover(generator, selector, hand, images, focal, hypotheses, seed + start)
        own = index - start
        joints = (found.joints[own] - found.joints[own, :, :, :1]).cpu().numpy()
        score = score_from_logits(found.mu[own].cpu().numpy(), found.nu[own].cpu().numpy())
        best = torch.from_numpy(varied(score, joints, n)).to(device)
        vertices = found.vertices[own, best]
        seen = project_crop(vertices[None], focal[own : own + 1])[0]
        shown.append(Shown(read_image(index), seen.cpu().numpy(), vertices[..., 2].cpu().numpy(), caption))
    return shown


def write_sheet(path: Path, photos: list[Shown], faces: np.ndarray) -> None:
    """The page as JPEG: each photo twice, bare and with its meshes; a line below says its number, blur and error."""
    rows = -(-len(photos) // COLUMNS)
    page = Image.new("RGB", (2 * CELL * COLUMNS, rows * (CELL + CAPTION)), (24, 24, 24))
    pen = ImageDraw.Draw(page)
    for place, photo in enumerate(photos):
        left, top = place % COLUMNS * 2 * CELL, place // COLUMNS * (CELL + CAPTION)
        bare = Image.fromarray(photo.image).resize((CELL, CELL), Image.Resampling.LANCZOS)
        page.paste(bare, (left, top))
        page.paste(overlaid(bare, photo, faces), (left + CELL, top))
        pen.text((left + 4, top + CELL + 1), photo.caption, fill=(220, 220, 220))
    with atomic_write(path) as file:
        page.save(file, "JPEG", quality=_QUALITY)


def overlaid(bare: Image.Image, photo: Shown, faces: np.ndarray) -> Image.Image:
    """The photo with the top hypothesis' past, future and middle mesh, and the outlines of the other selected ones."""
    picture = bare.convert("RGB")
    for timestep in sorted(range(len(TIMESTEPS)), key=lambda t: t == _MIDDLE):
        mesh, mask = _paint(photo.vertices_2d[0, timestep], photo.depth[0, timestep], faces, picture.size, timestep)
        picture.paste(mesh, mask=mask.point(lambda value, s=_STRENGTH[timestep]: int(s * value)))
    for other in range(1, len(photo.vertices_2d)):
        _, mask = _paint(photo.vertices_2d[other, _MIDDLE], photo.depth[other, _MIDDLE], faces, picture.size, _MIDDLE)
        outline = mask.filter(ImageFilter.FIND_EDGES)
        picture.paste((255, 255, 255), mask=outline.point(lambda value: 170 if value else 0))
    return picture


def _paint(
    points: np.ndarray, depth: np.ndarray, faces: np.ndarray, size: tuple[int, int], timestep: int
) -> tuple[Image.Image, Image.Image]:
    """A shaded mesh, far faces first, and its mask."""
    mesh, mask = Image.new("RGB", size), Image.new("L", size)
    if not np.isfinite(points).all() or not np.isfinite(depth).all() or (depth <= 0).any():
        return mesh, mask
    draw, cut = ImageDraw.Draw(mesh), ImageDraw.Draw(mask)
    colour = np.array(ImageColor.getrgb(TIMESTEP_COLORS[timestep]), np.float64)
    # What reaches far out of the picture is not drawn there.
    flat = points.clip(-2.0, 3.0) * np.array(size)
    sideways = np.concatenate([points * depth[:, None], depth[:, None]], -1)[faces]
    normals = np.cross(sideways[:, 1] - sideways[:, 0], sideways[:, 2] - sideways[:, 0])
    facing = np.abs(normals[:, 2]) / np.maximum(np.linalg.norm(normals, axis=-1), 1e-12)
    shades = (_LIGHT + (1.0 - _LIGHT) * facing)[:, None] * colour
    for face in np.argsort(-depth[faces].mean(1), kind="stable"):
        corners = [tuple(corner) for corner in flat[faces[face]]]
        draw.polygon(corners, fill=tuple(int(value) for value in shades[face]))
        cut.polygon(corners, fill=255)
    return mesh, mask
