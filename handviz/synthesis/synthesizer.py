"""Blurry photographs of hands with known truth, drawn from a seed.

synthesizer = Synthesizer(SynthesisConfig(size=256))
sample = synthesizer.sample(seed=1, index=42)     # the same whenever and beside whatever it is drawn
"""

from dataclasses import dataclass

import numpy as np
import torch

from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.hand.model import HandModel
from handviz.hand.motion_prior import MotionPrior
from handviz.hand.prior import PosePrior
from handviz.synthesis import appearance, extras
from handviz.synthesis.assets import load_panorama, skin_window, split_files
from handviz.synthesis.backdrops import draw_backdrop
from handviz.synthesis.config import SynthesisConfig
from handviz.synthesis.developing import develop, draw_camera, plain_picture
from handviz.synthesis.framing import (
    Framing,
    ShapedRest,
    blur_length_px,
    draw_posture,
    frame_exposure,
    hand_moments,
    to_crop,
)
from handviz.synthesis.light import PanoramaLight, panorama_light, sh_basis
from handviz.synthesis.meshes import CLOTH, ArmFrames, ArmTopology, Forearm, SleeveCut, Surface, sleeve
from handviz.synthesis.motion import HandMoments, MotionCurve, draw_blur, draw_kind, draw_motion, moment_times
from handviz.synthesis.renderer import Look, Renderer, Scene
from handviz.synthesis.visibility import LineOfSight, ambient_visibility, hand_balls, key_visibility

_STREAMS = ("hand", "motion", "framing", "arm", "skin", "light", "backdrop", "extras", "camera")


@dataclass(frozen=True)
class SynthSample:
    """One photograph and its truth, T = 3 moments (past, middle, future), in crop-camera metres.

    image (S, S, 3) uint8 sRGB; global_orient (T, 3) and hand_pose (T, 45) axis-angle; betas (10,); translation (T, 3)
    of the wrist; vertices (T, V, 3); joints (T, 21, 3); joints_2d (T, 21, 2) in 0..1 of the crop; visible (21,) bool at
    the middle moment: inside the crop and behind nothing but its own flesh; crop_focal in crop sides; blur_px the
    longest joint path over the exposure in pixels of a 256 px crop; motion_kind one of MOTION_KINDS.
    """

    image: np.ndarray
    global_orient: np.ndarray
    hand_pose: np.ndarray
    betas: np.ndarray
    translation: np.ndarray
    vertices: np.ndarray
    joints: np.ndarray
    joints_2d: np.ndarray
    visible: np.ndarray
    crop_focal: float
    blur_px: float
    motion_kind: str


@dataclass(frozen=True)
class Exposure:
    """What a sample photographs: hand (vertices and joints at N moments), how it came about, where it is
    seen, and elbow_way (3,): the forearm's direction at the middle moment in the hand's frame."""

    kind: str
    betas: np.ndarray
    curve: MotionCurve
    framing: Framing
    moments: HandMoments
    elbow_way: np.ndarray
    vertices: np.ndarray
    joints: np.ndarray

    @property
    def joints_2d(self) -> np.ndarray:
        """Joints (N, 21, 2) in crop coordinates 0..1."""
        return to_crop(self.joints, self.framing.crop_focal)


class Synthesizer:
    """Draws samples; keep one per process and use it from one thread."""

    def __init__(self, config: SynthesisConfig, hand_model: HandModel | None = None) -> None:
        self.config = config
        self.files = split_files(config)
        self.hand = (hand_model or HandModel.load()).eval()
        self.pose_prior, self.motion_prior = PosePrior.load(), MotionPrior.load()
        parts = self.hand.extras
        self.topology = ArmTopology(
            self.hand.faces, parts["uv"], parts["f_uv"], parts["wrist_loop"], self.hand.num_vertices
        )
        window = skin_window()
        flat = np.eye(3)[None, None].repeat(16, 1)
        vertices, joints = self.posed(flat, np.zeros(10))
        self._rest = ShapedRest(joints[0], np.stack([self.posed(flat, shape)[1][0] for shape in np.eye(10)]))
        tips = vertices[0, self.hand.fingertip_vertices]
        knuckles = joints[0, [5, 6, 9, 10, 13, 14, 17, 18]]
        self.painter = appearance.SkinPainter(
            self.topology, vertices[0], tips, knuckles, window, parts.get("nail_mask_uv")
        )
        self._sight = LineOfSight(self.hand.weights.numpy())
        self.renderer = Renderer(window)
        self._lights: dict[int, PanoramaLight] = {}

    def batch(self, seed: int, indices: list[int]) -> list[SynthSample]:
        """Samples of one seed, each as sample() would draw it alone."""
        return [self.sample(seed, index) for index in indices]

    def sample(self, seed: int, index: int) -> SynthSample:
        """Sample `index` of `seed`."""
        rngs = scene_streams(seed, index)
        exposure = self.draw_exposure(rngs)
        image, depth = self.photograph(rngs, exposure)
        return self._truth(exposure, image, depth)

    def draw_exposure(self, rngs: dict[str, np.random.Generator]) -> Exposure:
        """The hand and its motion, framed."""
        betas = np.clip(rngs["hand"].normal(size=10), -2.5, 2.5)
        pose = self.pose_prior.sample(rngs["hand"], 1)[0]
        kind = draw_kind(rngs["motion"], self.config)
        blur = draw_blur(rngs["motion"], kind, self.config)
        clamp = self.pose_prior.clamp
        rest = self._rest.shaped(betas)
        crop_focal = float(np.exp(rngs["framing"].uniform(np.log(1.0), np.log(5.0))))
        orient, elbow_way = draw_posture(rngs["framing"], self.config, rest, pose, crop_focal)
        curve = draw_motion(rngs["motion"], kind, orient, pose, self.pose_prior, self.motion_prior)
        margins = (self.config.margin_min, self.config.margin_max)
        framing = frame_exposure(rngs["framing"], curve, rest, crop_focal, orient, pose, blur, margins, clamp)
        count = self._moment_count(blur)
        moments = hand_moments(curve, framing, count, orient, pose, clamp)
        vertices, joints = self.posed(moments.rotations, betas)
        place = moments.translation[:, None].astype(np.float32)
        return Exposure(kind, betas, curve, framing, moments, elbow_way, vertices + place, joints + place)

    def _moment_count(self, blur_px: float) -> int:
        """Odd, and enough that a step is below about 2.5 px."""
        config = self.config
        count = int(np.ceil(blur_px * max(config.size, 192) / 256 / 2.4)) | 1
        return int(np.clip(count, config.moments_min, config.moments_max))

    def photograph(self, rngs: dict[str, np.random.Generator], exposure: Exposure) -> tuple[np.ndarray, np.ndarray]:
        """The developed picture (S, S, 3) uint8 and the middle moment's depth (S, S) metres, 0 for the backdrop."""
        config, size = self.config, self.config.size
        rng = rngs["light"]
        light = self._light(int(rng.integers(len(self.files.panoramas))))
        turn = appearance.draw_panorama_turn(rng)
        key_direction, key_light, softness = appearance.draw_key(rng, light, turn)
        skin = self.painter.draw(rngs["skin"], self.files)
        cloth = appearance.draw_cloth(rngs["arm"])
        arm, frames = self._arm(rngs["arm"], exposure, skin, key_direction, softness)
        parts = [arm]  # its triangles already face outward
        cut = _draw_cut(rngs["arm"])
        if rngs["arm"].random() < config.sleeve_fraction and frames.forearm.length > 0.2:
            parts.append(sleeve(frames, cut, cloth[0]))
        parts += self._extras(rngs["extras"], exposure, skin, cloth)
        second = appearance.draw_cloth(rngs["extras"])
        scene = _scene(parts)

        irradiance = _mean_light(arm, light, turn, key_direction, key_light)
        gain = _exposure_gain(rng, irradiance, skin.mean)
        backdrop = draw_backdrop(
            rngs["backdrop"], config, self.files, skin, cloth, float(irradiance.mean()), float(gain.mean())
        )
        look = Look(
            turn, key_direction, key_light, skin.path, skin.gain, skin.flat, skin.wrap, skin.detail,
            cloth[2], cloth[1] / cloth[0], second[2] * [1, 0.4, 1, 1], second[1] / second[0],
        )  # fmt: skip
        count = len(exposure.vertices)
        jitter = _jitter(rngs["camera"], count) if config.jitter else np.zeros((count, 2))
        moves = _backdrop_moves(exposure.moments.camera_shake, exposure.framing.crop_focal)
        averaged, depth = self.renderer.expose(
            scene, size, exposure.framing.crop_focal, jitter, light, look, backdrop, moves
        )
        if not config.develop:
            return plain_picture(averaged, gain), depth
        camera = draw_camera(rngs["camera"], gain)
        # The frames of a clip share their camera, but not its noise.
        return develop(averaged, camera, rngs.get("noise", rngs["camera"])), depth

    def _arm(self, rng, exposure: Exposure, skin, key_direction, softness) -> tuple[Surface, ArmFrames]:
        """The hand with its forearm, shaded by itself at the middle moment."""
        forearm = _draw_forearm(rng, exposure)
        rotations = exposure.moments.rotations[:, 0]
        frames = ArmFrames(exposure.vertices[:, self.topology.loop], rotations[:, :, 0], forearm)
        vertices = np.concatenate([exposure.vertices, frames.forearm_rings().astype(np.float32)], 1)
        normals = self.topology.normals(vertices)
        middle = len(vertices) // 2
        centres, radii = hand_balls(exposure.joints[middle] - exposure.joints[middle, 0])
        wrist = exposure.joints[middle, 0]  # near zero, single precision resolves flesh
        points, towards = vertices[middle] - wrist, normals[middle]
        ambient = ambient_visibility(points, towards, centres, radii)
        key = key_visibility(points, centres, radii, key_direction.astype(np.float32), softness)
        drawn = self.topology.drawn_to_geometry
        matter = np.stack([self.topology.kind, skin.gloss, ambient[drawn], key[drawn]], -1)
        return Surface(
            vertices[:, drawn], normals[:, drawn], self.topology.uv, skin.tint, matter, self.topology.drawn_faces
        ), frames

    def _extras(self, rng, exposure: Exposure, skin, cloth) -> list[Surface]:
        config = self.config
        times = moment_times(len(exposure.vertices))
        shake = exposure.moments.camera_shake
        chances = rng.random(3)
        found = []
        if chances[0] < config.occluder_fraction:
            for _ in range(int(rng.integers(1, 3))):
                tint = appearance.draw_cloth(rng)[0]
                found.append(extras.draw_occluder(rng, exposure.joints, shake, times, tint))
        if chances[1] < config.held_fraction:
            held = extras.draw_held(rng, exposure.joints, exposure.moments, appearance.draw_cloth(rng)[0])
            found += [held] if held is not None else []
        if chances[2] < config.other_hand_fraction:
            found += self._other_hand(rng, exposure, skin, cloth, shake, times)
        return found

    def _other_hand(self, rng, exposure: Exposure, skin, cloth, shake, times) -> list[Surface]:
        """Another hand with its arm, left or right, holding its pose."""
        orient, path = extras.draw_other_hand(rng, self.config, exposure.joints, shake, times)
        pose = self.pose_prior.sample(rng, 1)[0].reshape(15, 3)
        rotations = axis_angle_to_matrix(np.concatenate([np.zeros((1, 3)), pose]))[None]
        vertices, joints = self.posed(rotations, exposure.betas)
        forearm = Forearm(np.array([[1.0, 0.0, 0.0]]), 0.35, 0.25)
        frames = ArmFrames(vertices[:, self.topology.loop], np.array([[1.0, 0.0, 0.0]]), forearm)
        full = np.concatenate([vertices, frames.forearm_rings().astype(np.float32)], 1)
        normals = self.topology.normals(full)
        ambient = ambient_visibility(full[0], normals[0], *hand_balls(joints[0]))
        drawn = self.topology.drawn_to_geometry
        matter = np.stack([self.topology.kind, skin.gloss, ambient[drawn], np.ones(len(drawn))], -1)
        topology = self.topology
        arm = Surface(full[:, drawn], normals[:, drawn], topology.uv, skin.tint, matter, topology.drawn_faces)
        parts = [arm]
        if rng.random() < self.config.sleeve_fraction:
            parts.append(sleeve(frames, _draw_cut(rng), cloth[0]))
        side = np.diag([1.0, 1.0, -1.0 if rng.random() < 0.6 else 1.0])
        return [part.placed(shake @ orient @ side, path) for part in parts]

    def posed(self, rotations: np.ndarray, betas: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Vertices (N, V, 3) and joints (N, 21, 3) with the wrist at the origin, for rotations (N, 16, 3, 3)."""
        with torch.inference_mode():
            posed = self.hand(
                torch.from_numpy(rotations.astype(np.float32)), torch.from_numpy(betas.astype(np.float32))
            )
        return posed.vertices.numpy(), posed.joints.numpy()

    def _light(self, order: int) -> PanoramaLight:
        if order not in self._lights:
            self._lights[order] = panorama_light(load_panorama(self.files.panoramas[order]))
        return self._lights[order]

    def _truth(self, exposure: Exposure, image: np.ndarray, depth: np.ndarray) -> SynthSample:
        count = len(exposure.vertices)
        at = [0, count // 2, count - 1]
        orient, pose = exposure.moments.axis_angles()
        joints_2d = exposure.joints_2d
        return SynthSample(
            image=image,
            global_orient=orient[at].astype(np.float32),
            hand_pose=pose[at].astype(np.float32),
            betas=exposure.betas.astype(np.float32),
            translation=exposure.moments.translation[at].astype(np.float32),
            vertices=exposure.vertices[at].astype(np.float32),
            joints=exposure.joints[at].astype(np.float32),
            joints_2d=joints_2d[at].astype(np.float32),
            visible=self._sight.visible(joints_2d[at[1]], exposure.joints[at[1]], exposure.vertices[at[1]], depth),
            crop_focal=exposure.framing.crop_focal,
            blur_px=blur_length_px(joints_2d),
            motion_kind=exposure.kind,
        )


def scene_streams(seed: int, index: int) -> dict[str, np.random.Generator]:
    """The random streams of sample `index` of `seed`, one per part of a scene: another draw in one leaves the others
    as they were."""
    children = np.random.SeedSequence([seed, index]).spawn(len(_STREAMS))
    return {name: np.random.default_rng(child) for name, child in zip(_STREAMS, children, strict=True)}


def _scene(parts: list[Surface]) -> Scene:
    """Parts sorted by the shader that draws them; each is of one kind."""
    skin = [part for part in parts if part.matter[0, 0] < CLOTH]
    matter = [part.outward() for part in parts if part.matter[0, 0] >= CLOTH]
    return Scene(Surface.joined(skin), Surface.joined(matter) if matter else None)


def _draw_forearm(rng: np.random.Generator, exposure: Exposure) -> Forearm:
    """The forearm at every moment, cut short where it would reach the camera."""
    moments, middle = exposure.moments, len(exposure.joints) // 2
    orient = moments.rotations[:, 0]
    if exposure.curve.follow > 0.5:
        direction = orient @ exposure.elbow_way
    else:
        # The forearm keeps its own direction in the room while the hand turns.
        still = moments.camera_shake[middle].T @ orient[middle] @ exposure.elbow_way
        direction = moments.camera_shake @ still
    room = float(exposure.joints[:, 0, 2].min()) - 0.06
    toward_camera = max(-float(direction[:, 2].min()), 1e-3)
    return Forearm(direction, rng.uniform(0.15, 0.5), float(np.clip(room / toward_camera, 0.03, 0.25)))


def _draw_cut(rng: np.random.Generator) -> SleeveCut:
    folds = np.stack([rng.uniform(0.0, 0.06, 3), rng.integers(0, 4, 3), rng.uniform(20, 90, 3)], -1)
    return SleeveCut(float(rng.uniform(0.0, 0.15)), float(rng.uniform(1.1, 1.55)), folds)


def _jitter(rng: np.random.Generator, count: int) -> np.ndarray:
    """Offsets (count, 2) within a pixel, evenly spread (a Kronecker sequence), shuffled over time."""
    steps = np.arange(1, count + 1)[:, None] * np.array([0.7548776662, 0.5698402910])
    return rng.permutation((steps + rng.random(2)) % 1.0 - 0.5)


def _backdrop_moves(shake: np.ndarray, crop_focal: float) -> np.ndarray:
    """Homographies (N, 3, 3) from the crop at each moment to the backdrop, both in centred crop coordinates."""
    focal = np.diag([crop_focal, crop_focal, 1.0])
    inverse = np.diag([1 / crop_focal, 1 / crop_focal, 1.0])
    return focal @ np.swapaxes(shake, -1, -2) @ inverse


def _mean_light(arm: Surface, light: PanoramaLight, turn, key_direction, key_light) -> np.ndarray:
    """Mean light (3,) on those vertices of the hand that face the camera."""
    middle = len(arm.positions) // 2
    normals, positions = arm.normals[middle], arm.positions[middle]
    facing = (normals * positions).sum(1) < 0
    ambient = np.maximum(sh_basis(normals @ turn.T) @ light.harmonics, 0.0) * arm.matter[:, 2:3]
    key = np.maximum((normals @ key_direction + 0.2) / 1.2, 0.0) * arm.matter[:, 3]
    return (ambient + key[:, None] * key_light)[facing & (arm.matter[:, 0] < CLOTH)].mean(0)


def _exposure_gain(rng: np.random.Generator, irradiance: np.ndarray, albedo: np.ndarray) -> np.ndarray:
    """Gain (3,) that exposes the hand well, roughly: dark skin stays darker; white balance removes most of the tint."""
    brightness = float(albedo.mean())
    wanted = 0.24 * (brightness / 0.3) ** 0.6 * np.exp(rng.normal() * 0.4)
    balance = (irradiance.mean() / irradiance) ** rng.uniform(0.6, 1.0) * np.exp(rng.normal(size=3) * 0.05)
    return np.clip(wanted, 0.03, 0.75) / (brightness * float(irradiance.mean())) * balance
