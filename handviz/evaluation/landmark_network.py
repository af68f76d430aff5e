"""The MediaPipe hand landmark network as a reference: one answer for a box, at no moment in particular."""

from dataclasses import dataclass

import numpy as np

from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.geometry.skeleton import JOINT_NAMES, WRIST
from handviz.inference.crops import warp
from handviz.inference.detector import LANDMARK_FILE, load_net
from handviz.resources import models_dir

_SIZE = 224
_HAND_IN_REGION = 0.66
"""The network expects a region in whose middle two thirds the hand lies."""
_KNUCKLE = JOINT_NAMES.index("middle_1")


@dataclass(frozen=True)
class Landmarks:
    """One hand as the network sees it."""

    joints_2d: np.ndarray
    """(21, 2) px of the image."""
    joints: np.ndarray
    """(21, 3) metres from the wrist, axes of the image's camera."""
    right_probability: float


class LandmarkNetwork:
    """Joints of the hand in a box."""

    def __init__(self) -> None:
        """Raises ModelFileError when the network's file is missing or altered."""
        self._net = load_net(models_dir() / "detector" / LANDMARK_FILE)

    def read(self, image: np.ndarray, box: np.ndarray, looks: int = 1) -> Landmarks:
        """The hand in box (x, y, w, h) px of image (H, W, 3) uint8.

        The first look is at the upright box, as a person draws it. Every further one is at the region that the look
        before found, turned so that the fingers point up: what the network's own tracking does.
        """
        found = self._look(image, box[:2] + box[2:] / 2.0, float(max(box[2:])) / _HAND_IN_REGION, 0.0)
        for _ in range(looks - 1):
            found = self._look(image, *region_of_joints(found.joints_2d))
        return found

    def _look(self, image: np.ndarray, centre: np.ndarray, side: float, angle: float) -> Landmarks:
        scale, middle = _SIZE / side, _SIZE / 2.0
        turn = axis_angle_to_matrix(np.array([0.0, 0.0, angle]))
        matrix = np.eye(3)
        matrix[:2, :2] = scale * turn[:2, :2].T
        matrix[:2, 2] = middle - matrix[:2, :2] @ centre
        crop = warp(image, matrix, _SIZE, outside=(0, 0, 0))
        names = self._net.getUnconnectedOutLayersNames()
        self._net.setInput(crop.transpose(2, 0, 1)[None].astype(np.float32) / 255.0)
        outputs = dict(zip(names, self._net.forward(names), strict=True))
        in_crop = outputs["638"].reshape(21, 3)[:, :2].astype(np.float64)
        joints = outputs["640"].reshape(21, 3).astype(np.float64)
        return Landmarks(
            joints_2d=(in_crop - middle) / scale @ turn[:2, :2].T + centre,
            joints=(joints - joints[WRIST]) @ turn.T,
            right_probability=float(outputs["633"].item()),
        )


def region_of_joints(joints_2d: np.ndarray) -> tuple[np.ndarray, float, float]:
    """The region around joints (21, 2) px: centre (2,), side, and turn in radians that brings the fingers up."""
    along = joints_2d[_KNUCKLE] - joints_2d[WRIST]
    angle = float(np.arctan2(along[0], -along[1]))
    turn = axis_angle_to_matrix(np.array([0.0, 0.0, angle]))[:2, :2]
    upright = joints_2d @ turn
    low, high = upright.min(0), upright.max(0)
    return turn @ ((low + high) / 2.0), float((high - low).max()) / _HAND_IN_REGION, angle
