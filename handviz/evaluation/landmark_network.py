"""The MediaPipe hand landmark network as a reference: one answer for a box, at no moment in particular."""

from dataclasses import dataclass

import numpy as np

from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.geometry.skeleton import WRIST
from handviz.inference.crops import warp
from handviz.inference.detector import LANDMARK_FILE, HandDetector, load_net
from handviz.resources import models_dir

_SIZE = 224
_HAND_IN_REGION = 0.66
"""The network expects a region in whose middle two thirds the hand lies."""


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

    def read(self, image: np.ndarray, box: np.ndarray) -> Landmarks:
        """The hand in the upright box (x, y, w, h) px of image (H, W, 3) uint8, as a person draws it."""
        return self._look(image, box[:2] + box[2:] / 2.0, float(max(box[2:])) / _HAND_IN_REGION, 0.0)

    def read_by_palm(self, image: np.ndarray, box: np.ndarray, detector: HandDetector) -> Landmarks:
        """The same where the palm detector, searching the box, sees a palm: the network then looks at the palm's turned
        region, as it does in MediaPipe; else at the box."""
        found = detector.detect_in_box(image, box)
        if found is None:
            return self.read(image, box)
        return self._look(image, found.centre.astype(np.float64), found.side, found.angle)

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
