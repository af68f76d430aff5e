"""A Prediction: K hypotheses of one hand over the exposure, as plain arrays, and its file format.

The file is a NumPy .npz archive of plain arrays (no pickles): every field below under its own name, strings as UTF-8
bytes, plus `format` = "handviz-prediction" and `format_version` = 1. Where fields are unknown the version is 2, and
`unknown` names them, one a line. Files of other programs, with little more than vertices and faces, are read by
`foreign.py` beside this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import numpy as np

from handviz.errors import InputError
from handviz.files import atomic_write
from handviz.geometry.skeleton import TIMESTEPS

FORMAT = "handviz-prediction"
FORMAT_VERSION = 2
MAX_HYPOTHESES = 100_000
MAX_VERTICES = 100_000
MAX_FILE_BYTES = 4 << 30
_UNPACKED_ROOM = 64 << 20


@dataclass(frozen=True, eq=False)
class Prediction:
    """K hypotheses, each a hand-mesh sequence at T timesteps, with the scores of the selection network.

    T is 3 for predictions of our own networks and anything for those of others. What others do not tell is named in
    `unknown`: unknown joints hold no points (J = 0), other fields neutral values. Camera coordinates are x right,
    y down, z forward; left hands are stored as they are, not mirrored.
    """

    vertices: np.ndarray
    """(K, T, V, 3) float32, metres, camera coordinates."""
    joints: np.ndarray
    """(K, T, 21, 3) float32, metres, camera coordinates; (K, T, 0, 3) where unknown."""
    joints_2d: np.ndarray
    """(K, T, 21, 2) float32, pixels of the source image; (K, T, 0, 2) where unknown."""
    mu: np.ndarray
    """(K,) float32 logit: log p(x, y=1) up to a constant."""
    nu: np.ndarray
    """(K,) float32 logit: log p(x, y=0) up to a constant."""
    score: np.ndarray
    """(K,) float32 p(y=1 | x) = exp(mu) / (exp(mu) + exp(nu))."""
    global_orient: np.ndarray
    """(K, T, 3) float32 axis-angle of the wrist, camera coordinates."""
    hand_pose: np.ndarray
    """(K, T, 45) float32 axis-angle of the 15 finger joints, relative to their parents, MANO's order."""
    betas: np.ndarray
    """(K, 10) float32 shape coefficients."""
    translation: np.ndarray
    """(K, T, 3) float32 wrist position, metres, camera coordinates."""
    faces: np.ndarray
    """(F, 3) int32."""
    intrinsics: np.ndarray
    """(3, 3) float32, pixels of the source image."""
    box: np.ndarray
    """(4,) float32 x, y, w, h of the hand, pixels of the source image."""
    hand: str
    """"left" or "right"."""
    timesteps: tuple[str, ...] = TIMESTEPS
    provenance: dict[str, str] = field(default_factory=dict)
    """Names and SHA-256 of weights, hand model and photo, seed, device."""
    heatmap_joints_2d: np.ndarray | None = None
    """(T, 21, 2) float32, pixels of the source image: where the generation network's heat maps see the joints in the
    photo, before any hypothesis is made. None, and left out of the file, where that is not known."""
    unknown: tuple[str, ...] = ()
    """Names of the fields above that whoever made the prediction did not tell."""

    def __post_init__(self) -> None:
        _validate(self)

    @property
    def num_hypotheses(self) -> int:
        """K."""
        return int(self.vertices.shape[0])

    @property
    def has_joints(self) -> bool:
        """Whether joints are known; views that need them say so where they are not."""
        return self.joints.shape[2] > 0

    @property
    def landmarks(self) -> np.ndarray:
        """(K, T, N, 3) metres: the joints, or the vertices where joints are unknown; to frame and to follow a hand."""
        return self.joints if self.has_joints else self.vertices

    def subset(self, keep: np.ndarray) -> "Prediction":
        """The hypotheses that keep selects: a mask (K,) or indices."""
        per_hypothesis = {name: getattr(self, name)[keep] for name in _PER_HYPOTHESIS}
        others = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in per_hypothesis}
        return Prediction(**per_hypothesis, **others)

    def save(self, path: str | Path, extras: Mapping[str, np.ndarray] | None = None) -> None:
        """Write the prediction as .npz, whole or not at all. Raises InputError when it cannot be written.

        extras may be image, truth and truth_joints, for foreign.read_prediction_file.
        """
        path = Path(path)
        arrays = {name: getattr(self, name) for name in _ARRAYS} | dict(extras or {})
        if self.heatmap_joints_2d is not None:
            arrays["heatmap_joints_2d"] = self.heatmap_joints_2d
        text = {"hand": self.hand, "timesteps": "\n".join(self.timesteps), "format": FORMAT}
        if self.unknown:
            text["unknown"] = "\n".join(self.unknown)
        for key, value in self.provenance.items():
            text[f"provenance/{key}"] = value
        encoded = {name: np.frombuffer(value.encode(), np.uint8) for name, value in text.items()}
        with atomic_write(path) as file:
            # Older programs read whatever has all its fields.
            version = np.int32(FORMAT_VERSION if self.unknown else 1)
            np.savez(file, format_version=version, **arrays, **encoded)

    @classmethod
    def load(cls, path: str | Path) -> "Prediction":
        """Read a file written by save. Raises InputError when it is not one."""
        path = Path(path)
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise InputError(f"{path} is larger than any prediction handviz writes; open another file.")
            with np.load(path, allow_pickle=False) as archive:
                if sum(info.file_size for info in archive.zip.infolist()) > _UNPACKED_ROOM + 100 * path.stat().st_size:
                    raise InputError("it unpacks to far more than any prediction; open another file.")
                return _from_archive(archive)
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        except Exception as error:  # zipfile and NumPy raise nearly every type on damaged files
            reason = getattr(error, "strerror", None) or "it is damaged or was made by another program"
            raise InputError(
                f"{path} is not a prediction that handviz can read ({reason}); choose a .npz saved by handviz."
            ) from error


_ARRAYS = (
    "vertices", "joints", "joints_2d", "mu", "nu", "score", "global_orient", "hand_pose", "betas", "translation",
    "faces", "intrinsics", "box",
)  # fmt: skip
_PER_HYPOTHESIS = _ARRAYS[:10]
_MAY_BE_UNKNOWN = {*_ARRAYS, "hand"} - {"vertices", "faces"}


def _text(archive: np.lib.npyio.NpzFile, name: str) -> str:
    return archive[name].astype(np.uint8).tobytes().decode()


def _from_archive(archive: np.lib.npyio.NpzFile) -> Prediction:
    if "format" not in archive.files or _text(archive, "format") != FORMAT:
        raise InputError("the file is not a handviz prediction; choose a .npz saved by handviz.")
    version = int(archive["format_version"])
    if version > FORMAT_VERSION:
        raise InputError(f"the file was written by a newer handviz (format {version}); update handviz to open it.")
    provenance = {
        name.split("/", 1)[1]: _text(archive, name) for name in archive.files if name.startswith("provenance/")
    }
    return Prediction(
        **{name: archive[name] for name in _ARRAYS},
        hand=_text(archive, "hand"),
        timesteps=tuple(_text(archive, "timesteps").split("\n")),
        provenance=provenance,
        heatmap_joints_2d=archive["heatmap_joints_2d"] if "heatmap_joints_2d" in archive.files else None,
        unknown=tuple(_text(archive, "unknown").split("\n")) if "unknown" in archive.files else (),
    )


def _validate(prediction: Prediction) -> None:
    shape = np.shape(prediction.vertices)
    if len(shape) != 4 or shape[3] != 3:
        raise InputError(f"vertices have shape {shape} where (K, T, V, 3) is needed; check what made the prediction.")
    k, t, v, _ = shape
    if not 1 <= k <= MAX_HYPOTHESES or not 1 <= t <= 1000 or not 3 <= v <= MAX_VERTICES:
        raise InputError(f"vertices have shape {shape}, outside what handviz shows; check what made the prediction.")
    strangers = set(prediction.unknown) - _MAY_BE_UNKNOWN
    if strangers:
        raise InputError(f"{', '.join(sorted(strangers))} cannot be unknown; check what made the prediction.")
    j = 0 if "joints" in prediction.unknown else 21
    expected = {
        "vertices": (k, t, v, 3), "joints": (k, t, j, 3), "joints_2d": (k, t, j, 2), "mu": (k,), "nu": (k,),
        "score": (k,), "global_orient": (k, t, 3), "hand_pose": (k, t, 45), "betas": (k, 10), "translation": (k, t, 3),
        "intrinsics": (3, 3), "box": (4,),
    }  # fmt: skip
    if prediction.heatmap_joints_2d is not None:
        expected["heatmap_joints_2d"] = (t, 21, 2)
    for name, wanted in expected.items():
        array = np.asarray(getattr(prediction, name))
        if array.shape != wanted or array.dtype.kind not in "fiu":
            raise InputError(
                f"{name} is {array.dtype} {array.shape} where numbers {wanted} are needed; check what made it."
            )
        array = np.ascontiguousarray(array, dtype=np.float32)
        if not np.isfinite(array).all():
            raise InputError(f"{name} holds values that are not finite numbers; check what made the prediction.")
        object.__setattr__(prediction, name, array)
    faces = np.asarray(prediction.faces)
    if faces.ndim != 2 or faces.shape[1] != 3 or faces.dtype.kind not in "iu":
        raise InputError(f"faces are {faces.dtype} {faces.shape} where integers (F, 3) are needed; check what made it.")
    if faces.size and (faces.min() < 0 or faces.max() >= v):
        raise InputError("faces point to vertices that do not exist; check what made the prediction.")
    object.__setattr__(prediction, "faces", np.ascontiguousarray(faces, dtype=np.int32))
    if prediction.hand not in ("left", "right"):
        raise InputError('the hand is neither "left" nor "right"; check what made the prediction.')
    if len(prediction.timesteps) != t:
        raise InputError(f"{len(prediction.timesteps)} timestep names were given for {t} timesteps.")
