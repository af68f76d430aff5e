"""One photographed hand with what is known about it, whatever dataset it comes from."""

from dataclasses import dataclass, fields

import numpy as np

TRUTH_SHAPES: dict[str, tuple[tuple[int, ...], type]] = {
    "global_orient": ((3, 3), np.float32),
    "hand_pose": ((3, 45), np.float32),
    "betas": ((10,), np.float32),
    "translation": ((3, 3), np.float32),
    "joints": ((3, 21, 3), np.float32),
    "joints_2d": ((3, 21, 2), np.float32),
    "visible": ((21,), np.bool_),
    "crop_focal": ((), np.float32),
    "blur_px": ((), np.float32),
    "motion_kind": ((), np.uint8),
}
"""Shape of one sample and type of every array of truth. The first axis of 3 is past, middle, future."""


@dataclass(frozen=True)
class Sample:
    """A crop of a right hand and its truth, T = 3 moments, crop camera, metres.

    image (S, S, 3) uint8 sRGB; global_orient (T, 3) and hand_pose (T, 45) axis-angle, absolute; betas (10,);
    translation (T, 3) of the wrist; joints (T, 21, 3); joints_2d (T, 21, 2) in 0..1 of the crop; visible (21,) at the
    middle moment; crop_focal in crop sides; blur_px longest joint path in pixels of a 256 px crop; motion_kind index
    into handviz.synthesis.config.MOTION_KINDS.
    """

    image: np.ndarray
    global_orient: np.ndarray
    hand_pose: np.ndarray
    betas: np.ndarray
    translation: np.ndarray
    joints: np.ndarray
    joints_2d: np.ndarray
    visible: np.ndarray
    crop_focal: float
    blur_px: float
    motion_kind: int

    def truth(self) -> dict[str, np.ndarray]:
        """The arrays named in TRUTH_SHAPES, with their types."""
        return {
            field.name: np.asarray(getattr(self, field.name), TRUTH_SHAPES[field.name][1])
            for field in fields(self)
            if field.name in TRUTH_SHAPES
        }


def stacked(truths: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """The truth of N samples as arrays (N, ...), with the types of TRUTH_SHAPES."""
    return {
        name: np.stack([truth[name] for truth in truths]).astype(dtype) for name, (_, dtype) in TRUTH_SHAPES.items()
    }
