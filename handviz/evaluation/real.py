"""Weights against real photos: hand-labelled frames of a clip, and real crops smeared by known lengths.

Every answer is the product's own (Predictor), given a box; the MediaPipe landmark network gets the same box.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from handviz.datasets.real_hands import CROP_FOCAL, RealHand, read_real_hands, smear
from handviz.datasets.smear_paths import box_of_path, smear_path
from handviz.errors import InputError
from handviz.evaluation.landmark_network import LandmarkNetwork, Landmarks
from handviz.evaluation.real_labels import LabelledFrame, read_labels
from handviz.files import sha256
from handviz.geometry.cameras import pinhole_intrinsics
from handviz.geometry.skeleton import TIMESTEPS, WRIST
from handviz.hypotheses.errors import mpjpe_mm, pa_mpjpe_mm
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.selection import varied
from handviz.inference.predictor import Predictor
from handviz.media.video import Video

BLURS_PX = (0, 16, 32, 48, 64)
"""Longest joint path of the smears, px of a 256 px crop."""
BLURRED_PX = 16.0
"""Frames whose labelled path is at least this long count as blurred."""
LANDMARKS, LANDMARKS_BY_PALM = "landmark network", "landmark network by its palm"
_METRICS = {"pa_mpjpe_mm": pa_mpjpe_mm, "mpjpe_mm": mpjpe_mm}
_MIDDLE = TIMESTEPS.index("middle")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class RealSettings:
    """What is asked of every photo."""

    hypotheses: int = 16
    n: int = 4
    seed: int = 0
    limit: int | None = None
    """Only so many of the real crops, evenly spread."""


def evaluate_real(
    recordings: Path, weights: Path | None, settings: RealSettings, device: str, progress: Progress
) -> dict[str, Any]:
    """The report on a folder of recordings that holds video/wave/wave.mp4, real_hands/ or both.

    Raises HandvizError when neither is there, or weights or device are not.
    """
    if not 1 <= settings.n <= settings.hypotheses:
        raise InputError("--n must be at least 1 and at most the number of hypotheses.")
    labels = read_labels()
    clip, crops = recordings / labels.clip, recordings / "real_hands"
    if not clip.is_file() and not crops.is_dir():
        raise InputError(f"{recordings} holds neither {labels.clip} nor real_hands/; correct --real.")
    predictor, network = Predictor.load(device, weights), LandmarkNetwork()
    about = {"hypotheses": settings.hypotheses, "n": settings.n, "seed": settings.seed, **predictor.provenance}
    report: dict[str, Any] = {"about": about}
    if clip.is_file():
        if sha256(clip) != labels.sha256:
            raise InputError(f"{clip} is not the clip that was labelled; copy it again.")
        report["clip"] = _clip(predictor, network, clip, settings, progress)
    if crops.is_dir():
        report["crops"] = _crops(predictor, network, read_real_hands(crops, held_out=True), settings, progress)
    return report


def chosen_joints(prediction: Prediction, n: int, best: int, joints: np.ndarray) -> dict[str, np.ndarray]:
    """The answers of each rule from joints (K, ...): the mean of the n selected, the top one, the best (known)."""
    order = varied(prediction.score, prediction.joints - prediction.joints[..., :1, :], n)
    count = prediction.num_hypotheses
    return {
        f"mean of the {n} selected": joints[order[:n]].mean(0),
        "top-1 by score": joints[order[0]],
        f"best of {count}": joints[best],
    }


def label_errors_px(joints_2d: np.ndarray, frame: LabelledFrame) -> np.ndarray:
    """Mean distance (...) in px of joints (..., 21, 2) at the middle moment from those labelled."""
    return np.nanmean(np.linalg.norm(joints_2d - frame.joints_2d[_MIDDLE], axis=-1), axis=-1)


def end_errors_px(joints_2d: np.ndarray, frame: LabelledFrame) -> float:
    """Mean distance in px of a sequence (T, 21, 2) from the labelled ends of paths, in the order that fits better; NaN
    without such labels."""
    ends = frame.joints_2d[[0, -1]]
    if not np.isfinite(ends).any():
        return float("nan")
    orders = (joints_2d[[0, -1]], joints_2d[[-1, 0]])
    return float(min(np.nanmean(np.linalg.norm(order - ends, axis=-1)) for order in orders))


def _clip(
    predictor: Predictor, network: LandmarkNetwork, path: Path, settings: RealSettings, progress: Progress
) -> dict[str, Any]:
    labels = read_labels()
    errors: dict[str, list[float]] = defaultdict(list)
    ends: dict[str, list[float]] = defaultdict(list)
    told_right = []
    with Video(path) as video:
        for done, frame in enumerate(labels.frames, 1):
            image = video.frame(frame.frame)
            told = predictor.predict(image, frame.box, None, 1, settings.seed).hand
            told_right.append(told == labels.hand)
            prediction = predictor.predict(image, frame.box, labels.hand, settings.hypotheses, settings.seed)
            best = int(label_errors_px(prediction.joints_2d[:, _MIDDLE], frame).argmin())
            for rule, joints in chosen_joints(prediction, settings.n, best, prediction.joints_2d).items():
                errors[rule].append(float(label_errors_px(joints[_MIDDLE], frame)))
                ends[rule].append(end_errors_px(joints, frame))
            for rule, landmarks in _landmarks(predictor, network, image, frame.box).items():
                errors[rule].append(float(label_errors_px(landmarks.joints_2d, frame)))
                # One moment only: the same joints stand for both ends.
                ends[rule].append(end_errors_px(np.stack([landmarks.joints_2d] * len(TIMESTEPS)), frame))
            progress("looked at frames of the clip", done, len(labels.frames))
    sizes = np.array([frame.hand_size for frame in labels.frames])
    blurred = np.array([frame.path_px >= BLURRED_PX for frame in labels.frames])
    rows = {}
    for rule, values in errors.items():
        px, percent = np.array(values), 100.0 * np.array(values) / sizes
        rows[rule] = {
            "px": float(px.mean()),
            "percent": float(percent.mean()),
            "percent_sharper": float(percent[~blurred].mean()),
            "percent_blurred": float(percent[blurred].mean()),
            "percent_ends": float(np.nanmean(100.0 * np.array(ends[rule]) / sizes)),
        }
    return {
        "frames": len(sizes),
        "blurred": int(blurred.sum()),
        "joints": int(sum(np.isfinite(frame.joints_2d[_MIDDLE, :, 0]).sum() for frame in labels.frames)),
        "handedness": float(np.mean(told_right)),
        "errors": rows,
    }


def _landmarks(
    predictor: Predictor, network: LandmarkNetwork, image: np.ndarray, box: np.ndarray
) -> dict[str, Landmarks]:
    return {
        LANDMARKS: network.read(image, box),
        LANDMARKS_BY_PALM: network.read_by_palm(image, box, predictor.detector),
    }


def _crops(
    predictor: Predictor,
    network: LandmarkNetwork,
    hands: list[RealHand],
    settings: RealSettings,
    progress: Progress,
) -> dict[str, Any]:
    if settings.limit is not None:
        spread = np.linspace(0, len(hands) - 1, min(settings.limit, len(hands))).round().astype(int)
        hands = [hands[index] for index in spread]
    by_blur: dict[str, Any] = {}
    for step, blur in enumerate(BLURS_PX):
        errors: dict[str, dict[str, list[float]]] = {metric: defaultdict(list) for metric in _METRICS}
        sides: dict[str, list[bool]] = defaultdict(list)
        for number, hand in enumerate(hands):
            sharp = hand.image()
            size = sharp.shape[0]
            path = smear_path(hand.joints_2d, blur / 256.0, np.random.default_rng([settings.seed, blur, number]))
            image = smear(sharp, path, size) if blur else sharp
            box = box_of_path(hand.joints_2d, path, size)
            reference = hand.joints_world - hand.joints_world[WRIST]
            intrinsics = pinhole_intrinsics(CROP_FOCAL * size, size, size)
            prediction = predictor.predict(image, box, None, settings.hypotheses, settings.seed, intrinsics=intrinsics)
            sides["handviz"].append(prediction.hand == hand.hand)
            if prediction.hand != hand.hand:
                prediction = predictor.predict(
                    image, box, hand.hand, settings.hypotheses, settings.seed, intrinsics=intrinsics
                )
            joints = (prediction.joints - prediction.joints[:, :, :1])[:, _MIDDLE].astype(np.float64)
            seen = _landmarks(predictor, network, image, box)
            for rule, landmarks in seen.items():
                sides[rule].append((landmarks.right_probability >= 0.5) == (hand.hand == "right"))
            for metric, error in _METRICS.items():
                answers = chosen_joints(prediction, settings.n, int(error(joints, reference).argmin()), joints)
                for rule, answer in (answers | {rule: landmarks.joints for rule, landmarks in seen.items()}).items():
                    errors[metric][rule].append(float(error(answer, reference)))
            progress("looked at real crops", step * len(hands) + number + 1, len(BLURS_PX) * len(hands))
        by_blur[str(blur)] = {
            **{
                metric: {rule: float(np.mean(values)) for rule, values in by_rule.items()}
                for metric, by_rule in errors.items()
            },
            "handedness": {rule: float(np.mean(values)) for rule, values in sides.items()},
        }
    rights = sum(hand.hand == "right" for hand in hands)
    return {"crops": len(hands), "right_hands": rights, "by_blur_px": by_blur}
