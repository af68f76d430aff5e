"""The demo clip: one hand, one room, sixty frames of motion that goes from rest to heavy blur and back, with its truth.

Every frame is photographed as the demo photographs are, over nine tenths of a frame's time. The same machine writes
the same bytes; other graphics drivers may differ in single grey values.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from handviz.geometry.cameras import pinhole_intrinsics, project
from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.hypotheses.blur import longest_path
from handviz.hypotheses.clip_truth import ClipTruth
from handviz.media.video_writing import write_video
from handviz.synthesis.demo import DEMO_CONFIG
from handviz.synthesis.motion import HandMoments
from handviz.synthesis.synthesizer import Exposure, Synthesizer, scene_streams

WIDTH, HEIGHT = 640, 480
FRAMES, FPS = 60, 30
OPEN = 0.9
"""Share of a frame's time that its exposure lasts."""
MOMENTS = 65
CLIP_SEED, CLIP_INDEX = 78, 18
CLIP_CONFIG = replace(DEMO_CONFIG, size=WIDTH, free_view_fraction=0.0, margin_min=2.5, margin_max=2.6)
NAME = "clip"


@dataclass(frozen=True)
class Part:
    """A stretch of the clip, from and to in frames, in which something swings to and fro.

    period in frames; translation (3,) in hand lengths and rotation (3,) in radians at the end of a swing, camera axes;
    fingers: how far the pose goes towards the other one.
    """

    start: float
    end: float
    period: float
    translation: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rotation: tuple[float, float, float] = (0.0, 0.0, 0.0)
    fingers: float = 0.0


PARTS = (
    Part(0, 60, 60, translation=(0.06, 0.04, 0.0), rotation=(0.05, 0.1, 0.05)),  # it never quite stands still
    Part(6, 22, 15, translation=(0.25, 0.0, 0.0)),  # a slow sweep
    Part(16, 31, 8, rotation=(0.0, 0.0, 0.36)),  # a wave about the elbow
    Part(28, 43, 9, fingers=1.0),  # the fingers close and open
    Part(40, 55, 7, translation=(0.24, 0.1, 0.0), rotation=(0.1, 0.2, 0.16)),  # everything, fast
)
_HAND_LENGTH_M = 0.18
_ELBOW_M = 0.22


def write_demo_clip(folder: Path) -> list[Path]:
    """Write clip.mp4 and its truth clip.npz; returns the paths."""
    synthesizer = Synthesizer(CLIP_CONFIG)
    base = synthesizer.draw_exposure(scene_streams(CLIP_SEED, CLIP_INDEX))
    other_pose = synthesizer.pose_prior.sample(np.random.default_rng(CLIP_SEED), 1)[0]
    truth: dict[str, list[np.ndarray]] = {}
    frames = (_frame(synthesizer, base, other_pose, number, truth) for number in range(FRAMES))
    video, answers = Path(folder) / f"{NAME}.mp4", Path(folder) / f"{NAME}.npz"
    write_video(video, frames, FPS)
    arrays = {name: np.stack(values) for name, values in truth.items()}
    intrinsics = pinhole_intrinsics(base.framing.crop_focal * WIDTH, WIDTH, HEIGHT)
    clip = ClipTruth(arrays.pop("joints"), arrays.pop("vertices"), intrinsics)
    clip.save(answers, betas=base.betas.astype(np.float32), **arrays)
    return [video, answers]


def _frame(
    synthesizer: Synthesizer, base: Exposure, other_pose: np.ndarray, number: int, truth: dict[str, list[np.ndarray]]
) -> np.ndarray:
    """The picture (H, W, 3) of a frame; its truth is appended to `truth`."""
    exposure = clip_exposure(synthesizer, base, other_pose, number)
    streams = scene_streams(CLIP_SEED, CLIP_INDEX) | {"noise": np.random.default_rng([CLIP_SEED, number])}
    # What base drew from these streams has been drawn.
    synthesizer.draw_exposure(streams)
    image, _ = synthesizer.photograph(streams, exposure)
    at = [0, MOMENTS // 2, MOMENTS - 1]
    orient, pose = exposure.moments.axis_angles()
    joints = exposure.joints[at]
    intrinsics = pinhole_intrinsics(base.framing.crop_focal * WIDTH, WIDTH, HEIGHT)
    known = {
        "joints": joints.astype(np.float32),
        "vertices": (exposure.vertices[at] - joints[:, :1]).astype(np.float16),
        "global_orient": orient[at].astype(np.float32),
        "hand_pose": pose[at].astype(np.float32),
        "blur_px": np.float32(longest_path(project(exposure.joints.astype(np.float64), intrinsics))),
    }
    for name, value in known.items():
        truth.setdefault(name, []).append(value)
    top = (WIDTH - HEIGHT) // 2
    return image[top : top + HEIGHT]


def clip_exposure(synthesizer: Synthesizer, base: Exposure, other_pose: np.ndarray, number: int) -> Exposure:
    """What frame `number` photographs: the hand of base, moved along PARTS."""
    times = number + 0.5 + OPEN * np.linspace(-0.5, 0.5, MOMENTS)
    middle = len(base.joints) // 2
    orient, pose = base.moments.rotations[middle, 0], base.moments.axis_angles()[1][middle]
    shift, turn, fingers = np.zeros((MOMENTS, 3)), np.zeros((MOMENTS, 3)), np.zeros((MOMENTS, 1))
    for part in PARTS:
        swing = swings(part, times)[:, None]
        shift += _HAND_LENGTH_M * swing * part.translation
        turn += swing * part.rotation
        fingers += part.fingers * (0.5 - 0.5 * np.cos(np.arcsin(np.clip(swing, -1, 1)) * 2))
    turning = axis_angle_to_matrix(turn)
    poses = synthesizer.pose_prior.clamp(pose + fingers * (other_pose - pose))
    # It turns about the elbow, and the forearm with it.
    pivot = orient @ base.elbow_way * _ELBOW_M
    place = base.framing.translation + shift + pivot - turning @ pivot
    rotations = np.concatenate([(turning @ orient)[:, None], axis_angle_to_matrix(poses.reshape(-1, 15, 3))], 1)
    still = np.broadcast_to(np.eye(3), (MOMENTS, 3, 3))
    moments = HandMoments(rotations, place, still)
    vertices, joints = synthesizer.posed(rotations, base.betas)
    at = place[:, None].astype(np.float32)
    curve = replace(base.curve, follow=1.0)
    return replace(base, curve=curve, moments=moments, vertices=vertices + at, joints=joints + at)


def swings(part: Part, times: np.ndarray) -> np.ndarray:
    """How far a part's motion is (N,) in -1..1 at times (N,) in frames: it swells from rest and dies away again."""
    inside = np.clip((times - part.start) / (part.end - part.start), 0.0, 1.0)
    return np.sin(np.pi * inside) ** 2 * np.sin(2 * np.pi * (times - part.start) / part.period)
