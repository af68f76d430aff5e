"""A tiny folder in BlurHand's format: two captures, three blurry photos, joints drawn as dots where they project."""

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

WIDTH, HEIGHT, FOCAL = 512, 334, 1250.0
INTERHAND = [f"{finger}_{part}" for finger in ("thumb", "index", "middle", "ring", "pinky") for part in (4, 3, 2, 1)]
CAPTURE, CAMERA = 3, "cam400262"


def hand_mm() -> np.ndarray:
    """An open right hand (21, 3) in mm in InterHand2.6M's order: each finger from tip to base, the wrist last."""
    fingers = [[(-60 + 25 * finger, -30 - 22 * part, 4.0 * finger) for part in (3, 2, 1, 0)] for finger in range(5)]
    return np.array([*(joint for finger in fingers for joint in finger), (0.0, 60.0, 0.0)])


def write_blurhand(
    folder: Path, split: str = "test", hand_types: tuple[str, ...] = ("right", "left", "interacting")
) -> Path:
    """Write a split into the folder; returns the folder."""
    annotations, images, frames = [], [], {}
    angle = 0.4
    rotation = np.array([[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]])
    position = np.array([-300.0, 50.0, -900.0])
    for number, hand_type in enumerate(hand_types):
        middle = None
        aids = [100 * number + frame for frame in range(5)]
        for frame in range(5):
            shift = np.array([6.0 * (frame - 2), 2.0 * (frame - 2) ** 2, 0.0])
            right = hand_mm() + shift + (-90, 0, 0)
            left = hand_mm() * (-1, 1, 1) + shift + (90, 0, 0)
            camera_space = np.concatenate([right, left]) + np.array([0.0, 0.0, 1000.0])
            world = camera_space @ rotation + position
            frame_id = 1000 * number + 30 * frame
            name = f"Capture{CAPTURE}/{CAMERA}/image{frame_id}.png"
            images.append(
                {"id": aids[frame] + 7, "file_name": name, "width": WIDTH, "height": HEIGHT, "capture": CAPTURE,
                 "camera": CAMERA, "frame_idx": frame_id}
            )  # fmt: skip
            annotations.append(
                {"id": aids[frame], "image_id": aids[frame] + 7, "bbox": [0, 0, 1, 1], "joint_valid": [1] * 42,
                 "hand_type": hand_type, "is_middle": frame == 2, "aid_list": aids}
            )  # fmt: skip
            frames[str(frame_id)] = {"world_coord": world.tolist(), "joint_valid": [[1]] * 42}
            if frame == 2:
                middle = (name, camera_space)
        name, joints = middle
        picture = Image.new("RGB", (WIDTH, HEIGHT), (20, 20, 20))
        pen = ImageDraw.Draw(picture)
        for x, y, z in joints:
            u, v = FOCAL * x / z + WIDTH / 2, FOCAL * y / z + HEIGHT / 2
            pen.ellipse((u - 2, v - 2, u + 2, v + 2), fill=(255, 255, 255))
        path = folder / "blur_images" / split / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path)
    camera = {
        "campos": {CAMERA: position.tolist()}, "camrot": {CAMERA: rotation.tolist()},
        "focal": {CAMERA: [FOCAL, FOCAL]}, "princpt": {CAMERA: [WIDTH / 2, HEIGHT / 2]},
    }  # fmt: skip
    files = {
        "data": {"images": images, "annotations": annotations},
        "camera": {str(CAPTURE): camera},
        "joint_3d": {str(CAPTURE): frames},
    }
    (folder / "annotations" / split).mkdir(parents=True)
    for kind, values in files.items():
        annotation_file(folder, kind, split).write_text(json.dumps(values))
    return folder


def annotation_file(folder: Path, kind: str, split: str = "test") -> Path:
    """The JSON of a kind: data, camera or joint_3d."""
    return folder / "annotations" / split / f"BlurHand_{split}_{kind}.json"
