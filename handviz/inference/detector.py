"""Finding hands in photos: palms, then 21 joints in the region of each (MediaPipe's hand models through OpenCV)."""

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from handviz.errors import HandNotFoundError, InputError, ModelFileError
from handviz.inference import palm
from handviz.inference.crops import warp
from handviz.resources import models_dir

PALM_FILE = "palm_detection_full.onnx"
LANDMARK_FILE = "hand_landmark_full.onnx"
SHA256 = {
    PALM_FILE: "97161235e026dcb9ed9ccd5b649c20d483788b7756ca53754b8205023f79bec2",
    LANDMARK_FILE: "985abd76d9553f19d77a2f5429fab303b37a5b1bde5d2125ab98c776b24a843b",
}
MIN_PHOTO_SIDE = 16
_LANDMARK_SIZE = 224
_SURE, _FAINT = 0.3, 0.15
"""Palm scores that suffice alone, and with presence; blur lowers them far under the usual 0.5."""
_CREDIBLE, _CREDIBLE_IN_TILES = 0.1, 0.5
"""Presence that makes a faint palm a hand, in nearly the whole picture and in small parts, where texture misleads: of
60 hands blurred by 65 px 9 in 10 pass the first, 3 in 4 the second; of 240 wrong palms 1 in 30 and 1 in 200."""
_HAND_IN_REGION = 0.66
"""Longer side of the joints' box in sides of the palm's region, the median of 150 photos (5 to 95%: 0.56 to 0.75)."""


@dataclass(frozen=True)
class Detection:
    """One hand. All pixels are of the source image."""

    box: np.ndarray
    """(4,) float32 x, y, w, h around the joints."""
    score: float
    """Probability of a palm, 0..1."""
    right_probability: float
    """Probability of a right hand, 0..1."""
    joints_2d: np.ndarray
    """(21, 2) float32 joints as the landmark network sees them; drifts under blur (median 15 px at 65 px of blur)."""
    presence: float
    """The landmark network's own belief in the hand; falls with blur, so nothing is rejected by it."""
    centre: np.ndarray
    """(2,) float32 middle of the square region given to the landmark network."""
    side: float
    """Side of that region."""
    angle: float
    """Turn of the region in radians, clockwise on the screen; 0 = fingers up."""

    @property
    def hand(self) -> str:
        """ "left" or "right", whichever is more probable."""
        return "right" if self.right_probability >= 0.5 else "left"

    @property
    def hand_probability(self) -> float:
        """Probability of `hand`, 0.5..1."""
        return max(self.right_probability, 1.0 - self.right_probability)


class HandDetector:
    """Hands in photos, at blur and sizes where the usual thresholds fail. May be used from several threads."""

    def __init__(self, palm_net: cv2.dnn.Net, landmark_net: cv2.dnn.Net):
        self._palm_net = palm_net
        self._landmark_net = landmark_net
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: Path | None = None) -> "HandDetector":
        """The detector of a folder, by default the shipped one. Raises ModelFileError for missing or altered files."""
        folder = Path(folder) if folder is not None else models_dir() / "detector"
        return cls(load_net(folder / PALM_FILE), load_net(folder / LANDMARK_FILE))

    def detect(self, image: np.ndarray) -> list[Detection]:
        """Hands in image (H, W, 3) uint8 RGB, the most prominent (score times size) first; may be empty.

        Looks at the whole picture; where that shows nothing, again at slightly other scales, and at last at overlapping
        halves and thirds of it. Raises InputError when the image is under 16 px.
        """
        check_image(image)
        height, width = image.shape[:2]
        with self._lock:
            # A clear palm in the whole picture counts whatever its presence, which blur lowers to nothing.
            detections = self._look(image, [_whole(image)], _CREDIBLE, sure=_SURE)
            if not detections:
                detections = self._look(image, nearly_whole(width, height), _CREDIBLE)
            if not detections:
                detections = self._look(image, tiles(width, height), _CREDIBLE_IN_TILES)
        detections.sort(key=lambda found: -found.score * found.side * (0.2 + found.presence))
        return _without_repeats(detections)

    def detect_one(self, image: np.ndarray) -> Detection:
        """The most prominent hand. Raises HandNotFoundError when there is none."""
        detections = self.detect(image)
        if not detections:
            raise HandNotFoundError("No hand was found in the picture; draw a box around it.")
        return detections[0]

    def handedness(self, image: np.ndarray, box: np.ndarray) -> float:
        """Probability that the hand in box (x, y, w, h) px is a right one.

        The palm is searched inside the box; where it is not found the box itself, upright, is looked at.
        """
        if (found := self.detect_in_box(image, box)) is not None:
            return found.right_probability
        x, y, side = _square_around(box)
        with self._lock:
            return self._read(image, np.array([x, y]) + side / 2, side, 0.0)[2]

    def detect_in_box(self, image: np.ndarray, box: np.ndarray) -> Detection | None:
        """The hand whose palm fills most of box (x, y, w, h) px, None where no palm is seen in it."""
        check_image(image)
        with self._lock:
            palms, scores = self._palms(image, [_square_around(box)], _FAINT)
            if not len(palms):
                return None
            best = int(np.argmax(scores * _shared_with_box(palms, box)))
            return self._landmarks(image, palms[best], scores[best])

    def _look(
        self, image: np.ndarray, squares: list[np.ndarray], presence: float, sure: float = np.inf
    ) -> list[Detection]:
        """Hands in squares (x, y, side) that have some presence or whose palm is sure."""
        palms, scores = self._palms(image, squares, _FAINT)
        seen = [self._landmarks(image, found, score) for found, score in zip(palms, scores, strict=True)]
        return [found for found in seen if found.presence >= presence or found.score >= sure]

    def _palms(self, image: np.ndarray, squares: list[np.ndarray], threshold: float) -> tuple[np.ndarray, np.ndarray]:
        """Palms (N, 9, 2) in px of the image and scores (N,), found in squares (x, y, side)."""
        found, scores = [np.empty((0, 9, 2))], [np.empty(0)]
        for x, y, side in squares:
            scale = palm.INPUT_SIZE / side
            matrix = np.array([[scale, 0.0, -x * scale], [0.0, scale, -y * scale], [0.0, 0.0, 1.0]])
            crop = warp(image, matrix, palm.INPUT_SIZE, outside=(0, 0, 0))
            outputs = _run(self._palm_net, crop)
            palms, palm_scores = palm.decode(outputs["1069"][0], outputs["1055"][0, :, 0], threshold)
            palms *= side
            palms[:, 0] += (x, y)
            palms[:, 2:] += (x, y)
            found.append(palms)
            scores.append(palm_scores)
        return palm.suppress(np.concatenate(found), np.concatenate(scores))

    def _landmarks(self, image: np.ndarray, found: np.ndarray, score: float) -> Detection:
        """The joints, side and box of a palm (9, 2) px."""
        centre, side, angle = region_of_palm(found)
        joints, presence, right = self._read(image, centre, side, angle)
        # Under blur the landmark network's joints shrink towards the palm while its presence falls, so the box then
        # leans on the palm's region, in which a hand usually fills the middle.
        extent = _HAND_IN_REGION * side
        usual = np.array([*(centre - extent / 2), extent, extent])
        trust = float(np.clip((presence - 0.2) / 0.7, 0.0, 1.0)) if np.isfinite(joints).all() else 0.0
        box = (1.0 - trust) * usual + trust * _joints_box(np.nan_to_num(joints))
        return Detection(
            box.astype(np.float32), float(score), right, joints.astype(np.float32), presence,
            centre.astype(np.float32), float(side), float(angle),
        )  # fmt: skip

    def _read(
        self, image: np.ndarray, centre: np.ndarray, side: float, angle: float
    ) -> tuple[np.ndarray, float, float]:
        """Joints (21, 2) px, presence and probability of a right hand, from a turned square region."""
        scale = _LANDMARK_SIZE / side
        cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
        middle = _LANDMARK_SIZE / 2
        matrix = np.array(
            [
                [cos, sin, middle - cos * centre[0] - sin * centre[1]],
                [-sin, cos, middle + sin * centre[0] - cos * centre[1]],
                [0.0, 0.0, 1.0],
            ]
        )
        outputs = _run(self._landmark_net, warp(image, matrix, _LANDMARK_SIZE, outside=(0, 0, 0)))
        in_crop = outputs["638"].reshape(21, 3)[:, :2].astype(np.float64)
        joints = (in_crop - matrix[:2, 2]) @ np.linalg.inv(matrix[:2, :2]).T
        return joints, float(outputs["636"].item()), float(outputs["633"].item())


def nearly_whole(width: int, height: int) -> list[np.ndarray]:
    """Squares (x, y, side) px about as large as the picture: a palm missed at one scale often shows at the next."""
    return [square for scale in (1.3, 0.9, 0.7) for square in _cover(width, height, scale * max(width, height))]


def tiles(width: int, height: int) -> list[np.ndarray]:
    """Overlapping squares (x, y, side) px that cover a picture at about a half and a third of its longer side."""
    return [square for parts in (2, 3) for square in _cover(width, height, 1.3 * max(width, height) / parts)]


def _cover(width: int, height: int, side: float) -> list[np.ndarray]:
    """Squares (x, y, side) that cover a picture, overlapping by a quarter or more; centred where one reaches across."""
    starts = []
    for extent in (width, height):
        count = 1 if extent <= side else int(np.ceil((extent - side) / (0.75 * side))) + 1
        starts.append(np.linspace(0.0, extent - side, count) if count > 1 else [(extent - side) / 2])
    return [np.array([x, y, side]) for y in starts[1] for x in starts[0]]


def region_of_palm(found: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Square region of the whole hand from a palm (9, 2) px: centre (2,), side, angle in radians."""
    wrist, knuckle = found[2], found[4]
    along = knuckle - wrist
    angle = float(np.arctan2(along[0], -along[1]))
    size = np.maximum(found[1], 1.0)
    up = np.array([np.sin(angle), -np.cos(angle)])
    return found[0] + 0.5 * size[1] * up, float(2.6 * size.max()), angle


def _whole(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    side = max(width, height)
    return np.array([(width - side) / 2, (height - side) / 2, side], np.float64)


def _square_around(box: np.ndarray) -> np.ndarray:
    """The square (x, y, side) px in which the palm of a hand in box (x, y, w, h) is searched."""
    x, y, w, h = (float(value) for value in box)
    side = 1.6 * max(w, h)
    return np.array([x + w / 2 - side / 2, y + h / 2 - side / 2, side])


def _joints_box(joints: np.ndarray) -> np.ndarray:
    low, high = joints.min(axis=0), joints.max(axis=0)
    return np.concatenate([low, high - low])


def _without_repeats(detections: list[Detection]) -> list[Detection]:
    """Drop a detection whose joints' box mostly is that of a more prominent one (one hand found as two palms)."""
    kept: list[Detection] = []
    for found in detections:
        if all(_overlap(found.box, other.box) < 0.6 for other in kept):
            kept.append(found)
    return kept


def _overlap(first: np.ndarray, second: np.ndarray) -> float:
    low = np.maximum(first[:2], second[:2])
    high = np.minimum(first[:2] + first[2:], second[:2] + second[2:])
    shared = float(np.prod(np.clip(high - low, 0.0, None)))
    return shared / max(float(np.prod(first[2:]) + np.prod(second[2:])) - shared, 1e-9)


def _shared_with_box(palms: np.ndarray, box: np.ndarray) -> np.ndarray:
    """How much of every palm (N, 9, 2) lies in a box (4,), (N,) in 0..1."""
    low = np.maximum(palms[:, 0] - palms[:, 1] / 2, box[:2])
    high = np.minimum(palms[:, 0] + palms[:, 1] / 2, box[:2] + box[2:])
    return np.prod(np.clip(high - low, 0.0, None), axis=1) / np.maximum(np.prod(palms[:, 1], axis=1), 1e-9)


def _run(net: cv2.dnn.Net, crop: np.ndarray) -> dict[str, np.ndarray]:
    names = net.getUnconnectedOutLayersNames()
    net.setInput(crop.transpose(2, 0, 1)[None].astype(np.float32) / 255.0)
    return dict(zip(names, net.forward(names), strict=True))


def check_image(image: np.ndarray) -> None:
    """Raise InputError unless image is (H, W, 3) uint8 and at least 16 px wide and high."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise InputError("The image is not an array (H, W, 3) of uint8 RGB; convert it first.")
    if min(image.shape[:2]) < MIN_PHOTO_SIDE:
        height, width = image.shape[:2]
        raise InputError(f"The picture is too small ({width} x {height} pixels) to show a hand; use a larger one.")


def load_net(path: Path) -> cv2.dnn.Net:
    """A network of SHA256. Raises ModelFileError for a missing or altered file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"The hand detector {path} is missing or unreadable; install handviz again.") from error
    if hashlib.sha256(content).hexdigest() != SHA256[path.name]:
        raise ModelFileError(f"The hand detector {path} has been altered; install handviz again.")
    return cv2.dnn.readNetFromONNX(np.frombuffer(content, np.uint8))
