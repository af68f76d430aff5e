"""The demo photographs: whole pictures by the same generator, of hands that take up about a third of them."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from handviz.files import atomic_write
from handviz.geometry.cameras import pinhole_intrinsics, project
from handviz.synthesis.config import SynthesisConfig
from handviz.synthesis.synthesizer import Synthesizer, SynthSample

WIDTH, HEIGHT = 1280, 960
DEMO_SEED = 77
DEMO_CONFIG = SynthesisConfig(
    size=WIDTH,
    moments_max=129,
    margin_min=2.4,
    margin_max=2.8,
    still_fraction=0.0,
    heavy_fraction=0.0,
    free_view_fraction=0.1,
    occluder_fraction=0.0,
    held_fraction=0.0,
    other_hand_fraction=0.0,
    furniture_fraction=0.0,
    person_fraction=0.0,
)
_BOX_MARGIN = 1.25


@dataclass(frozen=True)
class Shot:
    """One demo: its file name without extension and its sample of DEMO_SEED."""

    name: str
    index: int


SHOTS = (Shot("wave", 14), Shot("sweep", 84), Shot("fingers", 90), Shot("shake", 67))


def write_demo(folder: Path) -> list[Path]:
    """Write every demo as NAME.jpg with its truth beside it as NAME.json; returns the pictures' paths."""
    synthesizer = Synthesizer(DEMO_CONFIG)
    written = []
    for shot in SHOTS:
        sample = synthesizer.sample(DEMO_SEED, shot.index)
        path = Path(folder) / f"{shot.name}.jpg"
        top = (WIDTH - HEIGHT) // 2
        with atomic_write(path) as file:
            Image.fromarray(sample.image[top : top + HEIGHT]).save(file, "JPEG", quality=90)
        with atomic_write(path.with_suffix(".json"), "w") as file:
            # A field a line.
            lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in demo_truth(shot, sample).items()]
            file.write("{" + ",\n ".join(lines) + "}\n")
        written.append(path)
    return written


def demo_truth(shot: Shot, sample: SynthSample) -> dict:
    """What is known about a demo: box (x, y, w, h) and joints_2d (3, 21, 2) in pixels, joints (3, 21, 3) and vertices
    (3, V, 3) in metres, camera coordinates, pose and shape, past to future; see handviz.hypotheses.truth."""
    intrinsics = pinhole_intrinsics(sample.crop_focal * WIDTH, WIDTH, HEIGHT)
    joints_2d = project(sample.joints.astype(np.float64), intrinsics)
    low, high = joints_2d.min((0, 1)), joints_2d.max((0, 1))
    side = float((high - low).max()) * _BOX_MARGIN
    corner = (low + high) / 2 - side / 2
    return {
        "rendered": True,
        "seed": DEMO_SEED,
        "index": shot.index,
        "motion_kind": sample.motion_kind,
        "blur_px_of_photo": round(sample.blur_px * WIDTH / 256, 1),
        "hand": "right",
        "box": [round(float(value), 1) for value in (*corner, side, side)],
        "intrinsics": intrinsics.round(3).tolist(),
        "joints_2d": joints_2d.round(2).tolist(),
        "joints": sample.joints.round(5).tolist(),
        "global_orient": sample.global_orient.round(5).tolist(),
        "hand_pose": sample.hand_pose.round(5).tolist(),
        "betas": sample.betas.round(4).tolist(),
        "translation": sample.translation.round(5).tolist(),
        "vertices": sample.vertices.astype(np.float64).round(5).tolist(),
    }
