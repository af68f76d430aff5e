"""What a hand really did, where that is known: the truth beside a photo, and how far hypotheses lie from it.

The file is JSON: `joints` (T, 21, 3) in metres, camera coordinates of the source image; `intrinsics` (3, 3) in pixels;
`hand`, "left" or "right"; and, where they are known, `vertices` (T, V, 3) in metres of the hand model's mesh.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handviz.errors import InputError
from handviz.geometry.cameras import project
from handviz.geometry.skeleton import WRIST
from handviz.hypotheses.errors import MM, mpjpe_mm, reverse_time, sequence_mpjpe_mm, wrist_relative
from handviz.hypotheses.prediction import Prediction

MAX_FILE_BYTES = 64 << 20
_SUFFIX = ".json"


@dataclass(frozen=True, eq=False)
class Truth:
    """The true hand over the exposure, in metres, camera coordinates of the source image.

    Raises InputError when shapes or values cannot be such a hand.
    """

    vertices: np.ndarray
    """(T, V, 3) float32; V = 0 where only joints are known."""
    joints: np.ndarray
    """(T, 21, 3) float32."""
    intrinsics: np.ndarray
    """(3, 3) float32, pixels of the source image."""
    hand: str = "right"

    def __post_init__(self) -> None:
        timesteps = np.shape(self.joints)[0] if np.ndim(self.joints) else 0
        wanted = {"joints": (timesteps, 21, 3), "intrinsics": (3, 3)}
        if np.ndim(self.vertices) == 3:
            wanted["vertices"] = (timesteps, np.shape(self.vertices)[1], 3)
        else:
            wanted["vertices"] = (timesteps, 0, 3)
        for name, shape in wanted.items():
            array = np.asarray(getattr(self, name))
            if not timesteps or array.shape != shape or array.dtype.kind not in "fiu":
                raise InputError(
                    f"{name} of the truth are {array.dtype} {array.shape} where numbers {shape} are needed."
                )
            array = np.ascontiguousarray(array, np.float32)
            if not np.isfinite(array).all():
                raise InputError(f"{name} of the truth hold values that are not finite numbers.")
            object.__setattr__(self, name, array)
        if self.hand not in ("left", "right"):
            raise InputError('the hand of the truth is neither "left" nor "right".')

    @property
    def has_mesh(self) -> bool:
        """Whether the vertices are known."""
        return self.vertices.shape[1] > 0

    def fits(self, prediction: Prediction) -> bool:
        """Whether there are as many timesteps, so that errors can be told."""
        return len(self.joints) == len(prediction.timesteps)

    def fits_mesh(self, prediction: Prediction) -> bool:
        """Whether vertices can be compared one by one."""
        return self.fits(prediction) and self.vertices.shape[1] == prediction.vertices.shape[2]

    def seen_by(self, points: np.ndarray, intrinsics: np.ndarray) -> np.ndarray:
        """Points (..., 3) of this truth where a camera with other intrinsics (3, 3) sees them at the same pixels.

        Depths stay. A prediction guesses the focal length; over the photo its camera must show the truth in its place.
        """
        points = np.asarray(points, np.float64)
        pixels = project(points, self.intrinsics.astype(np.float64))
        focal = np.array([intrinsics[0, 0], intrinsics[1, 1]])
        result = points.copy()
        result[..., :2] = (pixels - intrinsics[:2, 2]) / focal * points[..., 2:]
        return result.astype(np.float32)

    @classmethod
    def load(cls, path: str | Path) -> "Truth":
        """Read a truth file. Raises InputError when it is not one."""
        path = Path(path)
        try:
            return _from_fields(_read(path))
        except InputError as error:
            raise InputError(f"{path}: {error}") from error


def truth_beside(photo: Path) -> Truth | None:
    """The truth that lies beside a photo as NAME.json; None where there is none, or a file that is about other things.

    Raises InputError where it is a truth that cannot be read.
    """
    path = photo.with_suffix(_SUFFIX)
    if path == photo or not path.is_file():
        return None
    try:
        fields = _read(path)
    except InputError:
        return None
    if "joints" not in fields or "intrinsics" not in fields:
        return None
    try:
        return _from_fields(fields)
    except InputError as error:
        raise InputError(f"{path}: {error} The photo is shown without its truth.") from error


def _read(path: Path) -> dict:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError("the file is larger than any truth of one photo; choose another file.")
        fields = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "strerror", None) or "it is not JSON"
        raise InputError(f"the truth cannot be read ({reason}); choose a file with joints and intrinsics.") from error
    if not isinstance(fields, dict):
        raise InputError("the file holds no truth; choose one with joints and intrinsics.")
    return fields


def _from_fields(fields: dict) -> Truth:
    arrays = {}
    for name in ("joints", "intrinsics", "vertices"):
        try:
            arrays[name] = np.array(fields.get(name, []), np.float32)
        except (ValueError, TypeError, OverflowError) as error:
            raise InputError(f"{name} of the truth are not a block of numbers.") from error
    if arrays["vertices"].size == 0:
        arrays["vertices"] = np.zeros((len(arrays["joints"]) if arrays["joints"].ndim else 0, 0, 3), np.float32)
    hand = fields.get("hand", "right")
    return Truth(arrays["vertices"], arrays["joints"], arrays["intrinsics"], hand if isinstance(hand, str) else "")


def middle_error_mm(joints: np.ndarray, truth: Truth) -> np.ndarray:
    """Wrist-relative MPJPE (...) in mm at the middle of joints (..., T, 21, 3); the order of time does not matter."""
    middle = joints.shape[-3] // 2
    return mpjpe_mm(joints[..., middle, :, :], truth.joints[middle])


def sequence_error_mm(joints: np.ndarray, truth: Truth) -> np.ndarray:
    """Wrist-relative MPJPE (..., T) in mm of joints (..., T, 21, 3), in the order of time that fits better."""
    return sequence_mpjpe_mm(joints, truth.joints, any_order=True)


def vertex_error_mm(vertices: np.ndarray, joints: np.ndarray, truth: Truth) -> np.ndarray:
    """Wrist-relative distance (K, T, V) in mm of every vertex (K, T, V, 3) from the true one.

    Each hypothesis is compared in the order of time in which its joints (K, T, 21, 3) fit better, as its MPJPE is.
    """
    true_vertices = wrist_relative(truth.vertices, truth.joints)
    forward = mpjpe_mm(joints, truth.joints).sum(-1)
    swap = mpjpe_mm(reverse_time(joints, -3), truth.joints).sum(-1) < forward
    errors = np.empty(vertices.shape[:-1], np.float32)
    for hypothesis, (hand, skeleton) in enumerate(zip(vertices, joints, strict=True)):
        # The truth is turned round, so that errors stay with the vertices they are drawn on.
        target = true_vertices[::-1] if swap[hypothesis] else true_vertices
        offset = hand - skeleton[:, WRIST : WRIST + 1] - target
        errors[hypothesis] = np.sqrt(np.einsum("tvi,tvi->tv", offset, offset))
    return MM * errors
