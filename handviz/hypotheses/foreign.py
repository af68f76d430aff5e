"""Predictions of other methods: from a few arrays, from what their networks return, from a plain .npz.

Such a file is a NumPy .npz archive with `vertices` (K, T, V, 3) in metres, camera coordinates (x right, y down,
z forward), and `faces` (F, 3). It may hold as well `scores` (K,), `joints` (K, T, 21, 3), `image` (H, W, 3) uint8 RGB,
`truth` (T, V, 3), `truth_joints` (T, 21, 3), `intrinsics` (3, 3) and `box` (4,), both in pixels of the image, and the
words `hand` ("left" or "right") and `timesteps`. Everything but vertices and faces may be missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from handviz.errors import HandvizError, InputError
from handviz.geometry.cameras import default_intrinsics, project
from handviz.geometry.skeleton import TIMESTEPS, assemble_joints21
from handviz.hypotheses.prediction import FORMAT, MAX_FILE_BYTES, MAX_HYPOTHESES, MAX_VERTICES, Prediction
from handviz.hypotheses.truth import Truth
from handviz.resources import models_dir

IMAGE_SIZE = (1280, 720)
"""Width and height in pixels of the picture that is imagined where none is given."""
MAX_IMAGE_PIXELS = 400_000_000
_FLOOR = 1e-6
_NO_TRUTH_JOINTS = "The truth is not shown: its joints, by which errors are measured, are unknown; give truth_joints."
_EXTRAS = ("image", "truth", "truth_joints")
_SINGLE = ("faces", "scores", "score", "joints", "image", "truth", "truth_joints", "intrinsics", "box", "hand",
           "timesteps")  # fmt: skip


@dataclass(frozen=True, eq=False)
class PredictionFile:
    """What a file holds: a prediction and, where it is known, its photo and the truth."""

    prediction: Prediction
    image: np.ndarray | None = None
    """(H, W, 3) uint8 RGB."""
    truth: Truth | None = None
    warning: str = ""
    """What the file holds and cannot be used."""


def prediction_from_meshes(
    vertices: np.ndarray,
    faces: np.ndarray,
    scores: np.ndarray | None = None,
    *,
    joints: np.ndarray | None = None,
    image_size: tuple[int, int] | None = None,
    intrinsics: np.ndarray | None = None,
    box: np.ndarray | Sequence[float] | None = None,
    hand: str | None = None,
    timesteps: Sequence[str] | None = None,
    provenance: Mapping[str, str] | None = None,
) -> Prediction:
    """A Prediction from the meshes of any method; what is left out is named in its `unknown`.

    vertices (K, T, V, 3) metres, camera coordinates. faces (F, 3). scores (K,), the higher the better: those outside
    0..1 are stretched to 0..1, and `provenance["scores"]` says so. joints (K, T, 21, 3), regressed from the vertices
    where their topology is that of the shipped hand. image_size (width, height) px of the photo; intrinsics (3, 3) px,
    a guess where left out; box (x, y, w, h) px. timesteps: T names in the order of time. Raises InputError.
    """
    vertices = numbers("vertices", vertices, "(K, T, V, 3)", 4)
    if vertices.shape[3] != 3:
        raise InputError(f"vertices have shape {vertices.shape} where (K, T, V, 3) is needed; add the missing axes.")
    k, t, v, _ = vertices.shape
    if not (1 <= k <= MAX_HYPOTHESES and 1 <= t <= 1000 and 3 <= v <= MAX_VERTICES):
        raise InputError(f"vertices have shape {vertices.shape}, outside what handviz shows; give fewer of them.")
    faces = np.asarray(faces)
    notes = {name: str(value) for name, value in (provenance or {}).items()}
    unknown = {"mu", "nu", "global_orient", "hand_pose", "betas", "translation"}
    size = image_size or IMAGE_SIZE
    if joints is None:
        joints = joints_of_vertices(vertices, faces)
    if joints is None:
        joints = np.zeros((k, t, 0, 3), np.float32)
        unknown |= {"joints", "joints_2d"}
    joints = numbers("joints", joints, "(K, T, 21, 3)", 4)
    if intrinsics is None:
        intrinsics = default_intrinsics(*size)
        unknown.add("intrinsics")
    intrinsics = numbers("intrinsics", intrinsics, "(3, 3)", 2)
    if box is None:
        box = _box_around(vertices, intrinsics, size)
        unknown.add("box")
    if hand is None:
        unknown.add("hand")
    if scores is None:
        score = np.ones(k)
        unknown.add("score")
    else:
        score = _stretched(numbers("scores", scores, "(K,)", 1), notes)
        if score.shape != (k,):
            raise InputError(f"{len(score)} scores were given for {k} hypotheses; give one for each.")
    if timesteps is None:
        timesteps = TIMESTEPS if t == len(TIMESTEPS) else tuple(str(number) for number in range(1, t + 1))
    bounded = np.clip(score, _FLOOR, 1.0 - _FLOOR)
    return Prediction(
        vertices=vertices,
        joints=joints,
        joints_2d=project(joints, intrinsics),
        mu=np.log(bounded),
        nu=np.log1p(-bounded),
        score=score,
        global_orient=np.zeros((k, t, 3)),
        hand_pose=np.zeros((k, t, 45)),
        betas=np.zeros((k, 10)),
        translation=joints[:, :, 0] if joints.shape[2] else vertices.mean(2),
        faces=faces,
        intrinsics=intrinsics,
        box=np.asarray(box),
        hand=hand or "right",
        timesteps=tuple(str(name) for name in timesteps),
        provenance=notes,
        unknown=tuple(sorted(unknown)),
    )


def for_photo(prediction: Prediction, width: int, height: int, intrinsics: np.ndarray | None = None) -> Prediction:
    """The prediction as it lies in a photo of width x height px, where its own intrinsics are unknown."""
    if "intrinsics" not in prediction.unknown:
        return prediction
    camera = default_intrinsics(width, height) if intrinsics is None else intrinsics
    box = prediction.box
    if "box" in prediction.unknown:
        box = _box_around(prediction.vertices, camera, (width, height))
    return replace(prediction, intrinsics=camera, box=box, joints_2d=project(prediction.joints, camera))


def as_prediction(answer: object, image_size: tuple[int, int]) -> Prediction:
    """What a predictor returned for a photo of (width, height) px: a Prediction, or a mapping with the arrays that
    prediction_from_meshes takes. Raises InputError for anything else."""
    if isinstance(answer, Prediction):
        return answer
    if not isinstance(answer, Mapping):
        raise InputError(
            f"The predictor returned a {type(answer).__name__}; return a handviz.Prediction or a dict with "
            "vertices (K, T, V, 3), faces (F, 3) and what else is known."
        )
    known = {"vertices", "faces", "scores", "joints", "intrinsics", "box", "hand", "timesteps", "provenance"}
    strange = sorted(str(name) for name in set(answer) - known)
    if strange:
        raise InputError(f"The predictor returned {', '.join(strange)}, unknown here; use {', '.join(sorted(known))}.")
    missing = [name for name in ("vertices", "faces") if answer.get(name) is None]
    if missing:
        raise InputError(f"The predictor returned no {' and no '.join(missing)}, without which nothing can be shown.")
    return prediction_from_meshes(**answer, image_size=image_size)


def read_prediction_file(path: str | Path) -> PredictionFile:
    """A prediction saved by handviz, or the plain .npz of another program (see above). Raises InputError."""
    path = Path(path)
    arrays = _plain_arrays(path)
    if arrays is None:
        prediction = Prediction.load(path)
        arrays = _extras(path)
    try:
        image = arrays.get("image")
        if image is not None:
            check_image(image)
        if "vertices" in arrays:
            prediction = _plain_prediction(arrays, image, path)
        truth = truth_from_meshes(prediction, arrays.get("truth"), arrays.get("truth_joints"))
        lost = truth is None and "truth" in arrays
        return PredictionFile(prediction, image, truth, _NO_TRUTH_JOINTS if lost else "")
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _plain_prediction(arrays: dict[str, np.ndarray], image: np.ndarray | None, path: Path) -> Prediction:
    return prediction_from_meshes(
        arrays["vertices"],
        arrays["faces"],
        arrays.get("scores", arrays.get("score")),
        joints=arrays.get("joints"),
        image_size=image.shape[1::-1] if image is not None else None,
        intrinsics=arrays.get("intrinsics"),
        box=arrays.get("box"),
        hand=str(arrays["hand"]) if "hand" in arrays else None,
        timesteps=[str(name) for name in np.atleast_1d(arrays["timesteps"])] if "timesteps" in arrays else None,
        provenance={"file": path.name},
    )


def truth_from_meshes(
    prediction: Prediction, truth: np.ndarray | None, truth_joints: np.ndarray | None = None
) -> Truth | None:
    """The truth (T, V, 3) in a prediction's camera, with joints (T, 21, 3), regressed where left out and possible.

    None where there is no truth, or its joints are unknown. Raises InputError.
    """
    if truth is None:
        return None
    truth = numbers("truth", truth, "(T, V, 3)", 3)
    if truth.shape != prediction.vertices.shape[1:]:
        raise InputError(f"truth has shape {truth.shape} where {prediction.vertices.shape[1:]} is needed.")
    if truth_joints is None:
        truth_joints = joints_of_vertices(truth, prediction.faces)
    if truth_joints is None:
        return None
    return Truth(truth, truth_joints, prediction.intrinsics, prediction.hand)


def check_image(image: np.ndarray) -> None:
    """Raise InputError unless image is (H, W, 3) uint8 RGB of a size that can be shown."""
    image = np.asarray(image)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise InputError(f"The image is {image.dtype} {image.shape} where uint8 (H, W, 3) RGB is needed.")
    if image.shape[0] * image.shape[1] > MAX_IMAGE_PIXELS:
        raise InputError(f"The image has {image.shape[1]} x {image.shape[0]} pixels, too many to show; shrink it.")


def numbers(name: str, array: object, shape: str, axes: int) -> np.ndarray:
    """array as float32 with that many axes, finite. Raises InputError naming it."""
    try:
        array = np.asarray(array)
    except ValueError as error:
        raise InputError(f"{name} are no array {shape} of numbers; check their lengths.") from error
    if array.dtype.kind not in "fiu" or array.ndim != axes:
        raise InputError(f"{name} is {array.dtype} {array.shape} where numbers {shape} are needed.")
    with np.errstate(over="ignore"):
        array = np.ascontiguousarray(array, np.float32)
    if not np.isfinite(array).all():
        raise InputError(f"{name} holds values that are not finite numbers; leave those hypotheses out.")
    return array


def joints_of_vertices(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray | None:
    """The 21 joints (..., 21, 3) of vertices (..., V, 3), where their topology is the shipped hand's; else None."""
    faces = np.asarray(faces)
    try:
        hand = _shipped_hand()
    except (HandvizError, OSError, KeyError, ValueError):
        return None
    regressor, fingertips, own_faces = hand
    if vertices.shape[-2] != regressor.shape[1] or faces.shape != own_faces.shape:
        return None
    # The faces of a left hand run the other way round.
    if not (np.array_equal(faces, own_faces) or np.array_equal(np.sort(faces, 1), np.sort(own_faces, 1))):
        return None
    vertices = np.asarray(vertices, np.float32)
    return assemble_joints21(regressor @ vertices, vertices[..., fingertips, :])


@cache
def _shipped_hand() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Joint regressor (16, V), fingertips (5,) and faces (F, 3) of the hand that ships."""
    with np.load(models_dir() / "hand" / "default_right.npz", allow_pickle=False) as file:
        return file["J_regressor"].astype(np.float32), file["fingertips"], file["f"]


def _stretched(score: np.ndarray, notes: dict[str, str]) -> np.ndarray:
    low, high = float(score.min()), float(score.max())
    if low >= 0.0 and high <= 1.0:
        return score
    notes["scores"] = f"given from {low:.4g} to {high:.4g}, shown from 0 to 1"
    return (score.astype(np.float64) - low) / (high - low) if high > low else np.ones(len(score))


def _box_around(vertices: np.ndarray, intrinsics: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The box (x, y, w, h) px around the meshes in the photo, or the whole photo where they are not in it."""
    whole = np.array([0.0, 0.0, *size])
    if vertices[..., 2].min() <= 1e-3:
        return whole
    pixels = project(vertices.reshape(-1, 3), intrinsics)
    low, high = np.clip(pixels.min(0), 0, size), np.clip(pixels.max(0), 0, size)
    return np.concatenate([low, high - low]) if (high - low > 1.0).all() else whole


def _extras(path: Path) -> dict[str, np.ndarray]:
    """What a file of handviz, read before, holds beside the prediction."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in _EXTRAS if name in archive.files}
    except Exception as error:  # zipfile and NumPy raise nearly every type on damaged files
        raise InputError(f"{path} holds a damaged photo or truth; save the prediction again.") from error


def _plain_arrays(path: Path) -> dict[str, np.ndarray] | None:
    """The arrays of another program's file; None where handviz wrote it, or where it cannot be read as one."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return None
        with np.load(path, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile) or "vertices" not in archive.files:
                return None
            if "format" in archive.files and archive["format"].tobytes() == FORMAT.encode():
                return None
            if "faces" not in archive.files:
                raise InputError(f"{path}: faces (F, 3) are missing; save them beside the vertices.")
            return {name: archive[name] for name in ("vertices", *_SINGLE) if name in archive.files}
    except InputError:
        raise
    except Exception:  # zipfile and NumPy raise nearly every type on damaged files
        return None
