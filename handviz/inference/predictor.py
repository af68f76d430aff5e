"""The facade: a photo in, K scored hand-mesh sequences out, all numpy.

predictor = Predictor.load()
prediction = predictor.predict(image, hypotheses=16)
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from handviz import __version__
from handviz.errors import DeviceError, ModelFileError
from handviz.files import sha256
from handviz.geometry.cameras import CropCamera, crop_square, project
from handviz.geometry.rotations import matrix_to_axis_angle
from handviz.geometry.skeleton import TIMESTEPS
from handviz.hand.mirroring import mirror_faces, mirror_rotations
from handviz.hand.model import DEFAULT_HAND, HandModel, users_mano
from handviz.hypotheses.case_figures import BLUR_ENTRY
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.selection import score_from_logits
from handviz.inference.arguments import check_box, check_intrinsics, check_request
from handviz.inference.blur_estimate import SIDE as BLUR_SIDE
from handviz.inference.blur_estimate import BlurEstimator
from handviz.inference.crops import warp
from handviz.inference.detector import HandDetector, check_image
from handviz.inference.devices import choose_device
from handviz.network.files import (
    GENERATOR_FILE,
    SELECTOR_FILE,
    TRUST_FILE,
    WITNESS_FILE,
    default_weights,
    load_generator,
    load_selector,
)
from handviz.network.generator import Generator
from handviz.network.recover import Recovery, recover, right_hand_logit
from handviz.network.selector import Selector
from handviz.resources import models_dir

Hand = Literal["left", "right"]
ProgressCallback = Callable[[float, str], None]


class Predictor:
    """Detector, networks and hand model, loaded once and used for any number of photos."""

    def __init__(
        self,
        generator: Generator,
        selector: Selector,
        hand_model: HandModel,
        detector: HandDetector,
        device: torch.device,
        provenance: dict[str, str],
        use_betas: bool = True,
        blur: BlurEstimator | None = None,
    ):
        self.generator = generator
        self.selector = selector
        self.hand_model = hand_model
        self.detector = detector
        self.device = device
        self.provenance = provenance
        self.blur = blur
        self._use_betas = use_betas

    @classmethod
    def load(
        cls,
        device: str = "auto",
        weights: str | Path | None = None,
        hand_model: str | Path | None = None,
    ) -> "Predictor":
        """Load everything a prediction needs.

        device: "auto", "cpu" or "cuda". weights: a folder with generator.safetensors and selector.safetensors, by
        default the shipped one. hand_model: a hand file (.npz or MANO's .pkl), "mano" for the one in models/mano/, by
        default the shipped hand. Raises DeviceError, or ModelFileError when a file is missing, altered or malformed.
        """
        chosen = choose_device(device)
        folder = Path(weights) if weights is not None else default_weights()
        generator = load_generator(folder / GENERATOR_FILE, chosen)
        selector = load_selector(folder / SELECTOR_FILE, chosen)
        hand_path = _hand_path(hand_model)
        hand = HandModel.load(hand_path, chosen)
        parts = {
            "generator_sha256": sha256(folder / GENERATOR_FILE),
            "selector_sha256": sha256(folder / SELECTOR_FILE),
            **({"trust_sha256": sha256(folder / TRUST_FILE)} if generator.trust is not None else {}),
            **({"witness_sha256": sha256(folder / WITNESS_FILE)} if selector.witness is not None else {}),
        }
        provenance = {
            "weights": _weights_name(folder, "".join(parts.values())),
            **parts,
            "hand_model": hand.name,
            "hand_model_sha256": hand.sha256,
            "device": str(chosen),
            "handviz": __version__,
        }
        # The networks' betas mean something in the shape space they were trained with, which is the shipped hand's.
        own_shapes = hand_path is None or hand.sha256 == sha256(models_dir() / DEFAULT_HAND)
        return cls(
            generator, selector, hand, HandDetector.load(), chosen, provenance, own_shapes, BlurEstimator.shipped()
        )

    def predict(
        self,
        image: np.ndarray,
        box: Sequence[float] | np.ndarray | None = None,
        hand: Hand | None = None,
        hypotheses: int = 16,
        seed: int = 0,
        *,
        intrinsics: np.ndarray | None = None,
        progress: ProgressCallback | None = None,
    ) -> Prediction:
        """K hypotheses of the hand in a photo.

        image (H, W, 3) uint8 RGB. box (x, y, w, h) px closely around the hand, None to search for the hand. hand
        "left" or "right", None to tell from the photo. hypotheses K in 1..1000; the same seed gives the same answer.
        intrinsics (3, 3) in px, None for a guess from the photo's size. progress(fraction, message) is called on the
        way. Raises InputError for values out of range and HandNotFoundError when box is None and no hand is seen.
        """
        check_request(hand, hypotheses, seed)
        check_image(image)
        height, width = image.shape[:2]
        intrinsics = check_intrinsics(intrinsics, width, height)
        report = progress or (lambda _fraction, _message: None)
        found = {}
        if box is None:
            report(0.0, "Looking for the hand")
            detection = self.detector.detect_one(image)
            box = detection.box.astype(np.float64)
            right = detection.right_probability
            found["detection_score"] = f"{detection.score:.3f}"
        else:
            box = check_box(box, width, height)
            right = None
        if hand is None:
            report(0.1, "Telling left from right")
            right = self._right_probability(image, box, intrinsics, right)
            hand = "right" if right >= 0.5 else "left"
            found["hand_probability"] = f"{max(right, 1.0 - right):.3f}"
        report(0.3, f"Recovering {hypotheses} hypotheses")
        camera = CropCamera.from_box(crop_square(box), intrinsics, mirrored=hand == "left")
        recovery = self._recover(image, camera, hypotheses, seed)
        report(0.9, "Placing the hands in the photo")
        if self.blur is not None:
            seen = recovery.heatmap_joints_2d[0].double().cpu().numpy()
            blur = self.blur.estimate(warp(image, camera.homography(BLUR_SIDE), BLUR_SIDE), seen)
            found[BLUR_ENTRY] = f"{blur:.1f}"
        provenance = self.provenance | found | {"seed": str(seed)}
        return self._to_prediction(recovery, camera, box, hand, provenance)

    def _right_probability(
        self, image: np.ndarray, box: np.ndarray, intrinsics: np.ndarray, told: float | None
    ) -> float:
        """Probability of a right hand; told is what the detector says of it where it was asked."""
        if self.generator.backbone.knows_sides:
            # In the frame of a second look it errs less under blur than in a palm's region.
            images, focal = self._crop(image, CropCamera.from_box(crop_square(box), intrinsics))
            return float(torch.sigmoid(right_hand_logit(self.generator, images, focal)))
        return self.detector.handedness(image, box) if told is None else told

    def _crop(self, image: np.ndarray, camera: CropCamera) -> tuple[torch.Tensor, torch.Tensor]:
        """The camera's crop (1, 3, S, S) in 0..1 and its focal length (1,)."""
        # The second look shows a part of the crop, at the networks' size.
        size = self.generator.config.image_size * (2 if self.generator.config.second_look else 1)
        crop = torch.from_numpy(warp(image, camera.homography(size), size)).to(self.device)
        images = crop.permute(2, 0, 1)[None].float() / 255.0
        return images, torch.tensor([camera.crop_focal], dtype=torch.float32, device=self.device)

    def _recover(self, image: np.ndarray, camera: CropCamera, hypotheses: int, seed: int) -> Recovery:
        images, focal = self._crop(image, camera)
        try:
            return recover(
                self.generator, self.selector, self.hand_model, images, focal, hypotheses, seed, self._use_betas
            )
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise DeviceError(
                f"{hypotheses} hypotheses do not fit into the memory of {self.device}; ask for fewer."
            ) from error

    def _to_prediction(
        self, recovery: Recovery, camera: CropCamera, box: np.ndarray, hand: Hand, provenance: dict[str, str]
    ) -> Prediction:
        """The first photo's hypotheses in the photo's camera, left hands mirrored back."""
        vertices, joints, translation, rotations, betas, mu, nu = (
            value[0].float().cpu().numpy()
            for value in (
                recovery.vertices, recovery.joints, recovery.translation, recovery.rotations, recovery.betas,
                recovery.mu, recovery.nu,
            )
        )  # fmt: skip
        seen = recovery.heatmap_joints_2d[0].double().cpu().numpy()
        faces = self.hand_model.faces
        fingers = rotations[..., 1:, :, :]
        if camera.mirrored:
            fingers, faces = mirror_rotations(fingers), mirror_faces(faces)
        hand_pose = matrix_to_axis_angle(fingers)
        joints = camera.points_to_camera(joints)
        return Prediction(
            vertices=camera.points_to_camera(vertices),
            joints=joints,
            joints_2d=project(joints, camera.intrinsics),
            mu=mu,
            nu=nu,
            score=score_from_logits(mu, nu),
            global_orient=matrix_to_axis_angle(camera.rotations_to_camera(rotations[..., 0, :, :])),
            hand_pose=hand_pose.reshape(*hand_pose.shape[:-2], 45),
            betas=betas,
            translation=camera.points_to_camera(translation),
            faces=faces,
            intrinsics=camera.intrinsics,
            box=box,
            hand=hand,
            timesteps=TIMESTEPS,
            provenance=provenance,
            heatmap_joints_2d=camera.crop_to_photo(seen),
        )


def _weights_name(folder: Path, hashes: str) -> str:
    """What people call the weights of a folder: shipped ones by a hash of all their files, others by where they lie."""
    if folder.resolve() == default_weights().resolve():
        return f"shipped weights {hashlib.sha256(hashes.encode()).hexdigest()[:6]}"
    # "final" or "weights" says little without the run it belongs to.
    return "/".join(part for part in folder.resolve().parts[-2:] if part != folder.resolve().anchor)


def _hand_path(hand_model: str | Path | None) -> Path | None:
    if hand_model is None:
        return None
    if str(hand_model) != "mano":
        return Path(hand_model)
    mano = users_mano()
    if mano is None:
        raise ModelFileError(
            "There is no MANO_RIGHT.pkl in models/mano/; put it there, name its path, or use the default hand."
        )
    return mano
