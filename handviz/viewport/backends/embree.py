"""Ray casting on the processor: no driver, no display, exact for every camera; on software GL machines the fastest.

The cost of a frame is the number of rays more than the number of triangles, so a moving picture gives up pixels first.
Building the search tree costs about half a microsecond a triangle: a change of visibility is first shown on thinned
meshes, and the full ones are built in parts that can be given up between.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import open3d as o3d

from handviz.geometry.cameras import Camera
from handviz.viewport.mesh_tools import coarse_faces, merged_faces, smooth_normals
from handviz.viewport.scene import Scene
from handviz.viewport.shading import shade

QUICK_TRIANGLES = 160_000
"""Up to here the meshes are not thinned: their tree is built in some 60 ms."""
PART_TRIANGLES = 250_000
"""Triangles of one part of the full scene."""
FRAME_SECONDS = 0.035
"""What a moving picture may cost; it gives up pixels until it does."""
SCALES = (1.0, 1.5, 2.0, 3.0)
BAND_ROWS = 96
"""Rows drawn between two looks at whether somebody waits."""


@dataclass
class _Part:
    """A tree over some meshes: their indices, and the faces they were built with."""

    scene: o3d.t.geometry.RaycastingScene
    hands: np.ndarray
    faces: np.ndarray


@dataclass
class _Hits:
    """What the rays (N,) that struck a mesh found: ray number, mesh, corner vertices (N, 3), weights (N, 3)."""

    ray: np.ndarray
    hand: np.ndarray
    corners: np.ndarray
    weights: np.ndarray


class EmbreeRenderer:
    """See the module."""

    name = "embree"

    def __init__(self) -> None:
        self._mesh_version = -1
        self._normals = np.zeros((0, 3), np.float32)
        self._coarse: dict[int, np.ndarray] = {}
        self._quick: tuple[bytes, _Part | None] | None = None
        self._parts: dict[bytes, _Part] = {}
        self._seconds_per_pixel = 5e-8

    def draw_quick(self, scene: Scene, camera: Camera) -> tuple[np.ndarray, bool]:
        """Fewer rays, as few as the time a frame may take demands, and where there are many triangles fewer of them."""
        self._follow(scene)
        part = self._quick_part(scene)
        affordable = FRAME_SECONDS / (self._seconds_per_pixel * camera.width * camera.height)
        scale = next((scale for scale in SCALES if scale**2 * affordable >= 1.0), SCALES[-1])
        started = time.perf_counter()
        width, height = int(np.ceil(camera.width / scale)), int(np.ceil(camera.height / scale))
        # Rays `scale` pixels apart; where the size does not divide, the last ones fall just outside.
        spaced = camera.resized(camera.width / scale, camera.height / scale)
        small = Camera(spaced.intrinsics, spaced.camera_from_world, width, height)
        image, covered = self._cast(scene, small, [part] if part else [], 0, height)
        if scale > 1.0:
            image = self._enlarge(scene, image, covered, scale, camera)
        elif scene.has_picture:
            image = np.where(covered[..., None] > 0, image, scene.backdrop(camera.width, camera.height))
        self._seconds_per_pixel += 0.5 * ((time.perf_counter() - started) / (width * height) - self._seconds_per_pixel)
        return image, False

    def draw_full(self, scene: Scene, camera: Camera, interrupted: Callable[[], bool]) -> np.ndarray | None:
        """All triangles, all pixels, edges smoothed by three more rays each."""
        self._follow(scene)
        parts = self._full_parts(scene, interrupted)
        if parts is None:
            return None
        image = scene.backdrop(camera.width, camera.height).copy()
        for top in range(0, camera.height, BAND_ROWS):
            if interrupted():
                return None
            bottom = min(top + BAND_ROWS, camera.height)
            image[top:bottom] = self._cast_smooth(scene, camera, parts, top, bottom, image[top:bottom])
        return image

    def _follow(self, scene: Scene) -> None:
        if scene.mesh_version == self._mesh_version:
            return
        self._mesh_version = scene.mesh_version
        self._normals = smooth_normals(scene.hands, scene.faces).reshape(-1, 3)
        self._coarse, self._quick, self._parts = {}, None, {}

    def _quick_part(self, scene: Scene) -> _Part | None:
        hands = scene.visible_hands
        key = hands.tobytes()
        if self._quick is None or self._quick[0] != key:
            part = None
            if hands.size and len(scene.faces):
                target = QUICK_TRIANGLES // hands.size
                part = _build(scene, hands, self._faces_for(scene, target))
            self._quick = (key, part)
        return self._quick[1]

    def _faces_for(self, scene: Scene, target: int) -> np.ndarray:
        """The faces of one mesh, thinned by halves until at most `target`, but not beyond a sixteenth."""
        if len(scene.faces) <= target:
            return scene.faces
        halvings = min(int(np.ceil(np.log2(len(scene.faces) / max(target, 1)))), 4)
        if halvings not in self._coarse:
            self._coarse[halvings] = coarse_faces(scene.hands[0], scene.faces, len(scene.faces) >> halvings)
        return self._coarse[halvings]

    def _full_parts(self, scene: Scene, interrupted: Callable[[], bool]) -> list[_Part] | None:
        hands = scene.visible_hands
        per_part = max(PART_TRIANGLES // max(len(scene.faces), 1), 1)
        groups = [hands[start : start + per_part] for start in range(0, hands.size, per_part)]
        if self._quick and len(groups) == 1 and self._quick[1] and self._quick[1].faces is scene.faces:
            if self._quick[0] == hands.tobytes():
                return [self._quick[1]]
        kept = {}
        for group in groups:
            key = group.tobytes()
            if key not in self._parts and interrupted():
                self._parts.update(kept)
                return None
            kept[key] = self._parts.get(key) or _build(scene, group, scene.faces)
        self._parts = kept
        return list(kept.values())

    def _cast(
        self, scene: Scene, camera: Camera, parts: list[_Part], top: int, bottom: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Rows top to bottom as an image (rows, W, 3) uint8 over the plain background, and where meshes are."""
        hits, towards = self._trace(scene, parts, _rays(camera, *_grid(camera, top, bottom)))
        shape = (bottom - top, camera.width)
        plain = scene.background if not scene.has_picture else np.zeros(3, np.uint8)
        image = np.empty((shape[0] * shape[1], 3), np.uint8)
        image[:] = plain
        covered = np.zeros(len(image), np.uint8)
        image[hits.ray] = self._colors(scene, camera, hits, towards)
        covered[hits.ray] = 255
        return image.reshape(*shape, 3), covered.reshape(shape)

    def _cast_smooth(
        self, scene: Scene, camera: Camera, parts: list[_Part], top: int, bottom: int, behind: np.ndarray
    ) -> np.ndarray:
        """Rows over the picture `behind` them, pixels on edges averaged over four rays."""
        width = camera.width
        columns, rows = _grid(camera, top, bottom)
        hits, towards = self._trace(scene, parts, _rays(camera, columns, rows))
        image = behind.reshape(-1, 3).copy()
        image[hits.ray] = self._colors(scene, camera, hits, towards)
        label = np.full(len(image), -1, np.int32)
        label[hits.ray] = hits.hand
        label = label.reshape(-1, width)
        edge = np.zeros(label.shape, bool)
        across, down = label[:, 1:] != label[:, :-1], label[1:] != label[:-1]
        edge[:, 1:] |= across
        edge[:, :-1] |= across
        edge[1:] |= down
        edge[:-1] |= down
        chosen = np.flatnonzero(edge)
        if chosen.size == 0:
            return image.reshape(-1, width, 3)
        total = np.zeros((chosen.size, 3), np.float32)
        flat_behind = behind.reshape(-1, 3)[chosen]
        chosen_columns, chosen_rows = columns[0, chosen % width], rows[chosen // width, 0]
        for right, down in ((-0.125, -0.375), (0.375, -0.125), (0.125, 0.375), (-0.375, 0.125)):
            rays = _rays(camera, chosen_columns + np.float32(right), chosen_rows + np.float32(down))
            hits, towards = self._trace(scene, parts, rays)
            sample = flat_behind.copy()
            sample[hits.ray] = self._colors(scene, camera, hits, towards)
            total += sample
        image[chosen] = (total * 0.25 + 0.5).astype(np.uint8)
        return image.reshape(-1, width, 3)

    def _trace(self, scene: Scene, parts: list[_Part], rays: np.ndarray) -> tuple[_Hits, np.ndarray]:
        """The nearest hits of rays (..., 6), flattened, and their unit directions towards the eye (hits, 3)."""
        rays = rays.reshape(-1, 6)
        best = np.full(len(rays), np.inf, np.float32)
        hand = np.zeros(len(rays), np.int32)
        corners = np.zeros((len(rays), 3), np.int32)
        uv = np.zeros((len(rays), 2), np.float32)
        for part in parts:
            answer = part.scene.cast_rays(o3d.core.Tensor.from_numpy(rays))
            depth = answer["t_hit"].numpy()
            nearer = np.flatnonzero(depth < best)
            best[nearer] = depth[nearer]
            primitive = answer["primitive_ids"].numpy()[nearer].astype(np.int32)
            mesh, face = np.divmod(primitive, np.int32(len(part.faces)))
            hand[nearer] = part.hands[mesh]
            corners[nearer] = part.faces[face]
            uv[nearer] = answer["primitive_uvs"].numpy()[nearer]
        ray = np.flatnonzero(np.isfinite(best))
        hand, uv = hand[ray], uv[ray]
        corners = corners[ray] + (hand * np.int32(scene.vertices.shape[2]))[:, None]
        weights = np.concatenate([1.0 - uv.sum(1, keepdims=True), uv], 1)
        towards = -rays[ray, 3:]
        towards /= np.linalg.norm(towards, axis=1, keepdims=True)
        return _Hits(ray, hand, corners, weights), towards

    def _colors(self, scene: Scene, camera: Camera, hits: _Hits, towards: np.ndarray) -> np.ndarray:
        """Shaded colours (N, 3) uint8."""
        normals = np.einsum("nk,nkj->nj", hits.weights, self._normals.take(hits.corners, axis=0))
        normals /= np.linalg.norm(normals, axis=1, keepdims=True) + np.float32(1e-12)
        light = shade(normals, towards, camera.camera_from_world[:3, :3])
        colors = scene.hand_colors
        if colors.ndim == 2:
            color = colors.take(hits.hand, axis=0)
        else:
            color = np.einsum("nk,nkj->nj", hits.weights, colors.reshape(-1, 3).take(hits.corners, axis=0))
        return np.minimum(color * (255.0 * light)[:, None], 255.0).astype(np.uint8)

    def _enlarge(
        self, scene: Scene, image: np.ndarray, covered: np.ndarray, scale: float, camera: Camera
    ) -> np.ndarray:
        """The small picture at the camera's size; a picture behind the meshes keeps its own sharpness."""
        large = _resize(image, scale, camera)
        if scene.has_picture:
            weight = _resize(covered[..., None], scale, camera).astype(np.uint16)
            backdrop = scene.backdrop(camera.width, camera.height)
            large = (large + (backdrop * (255 - weight) + 127) // 255).astype(np.uint8)
        return large


def _build(scene: Scene, hands: np.ndarray, faces: np.ndarray) -> _Part:
    tree = o3d.t.geometry.RaycastingScene()
    vertices = np.ascontiguousarray(scene.hands[hands]).reshape(-1, 3)
    merged = merged_faces(faces, hands.size, scene.vertices.shape[2]).astype(np.uint32)
    tree.add_triangles(o3d.core.Tensor.from_numpy(vertices), o3d.core.Tensor.from_numpy(merged))
    # The tree is built when the first ray is cast; here the time does not count as drawing.
    tree.cast_rays(o3d.core.Tensor(np.array([[0, 0, 0, 0, 0, 1]], np.float32)))
    return _Part(tree, hands, faces)


def _rays(camera: Camera, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Rays (..., 6) in world coordinates through pixels whose coordinates columns and rows broadcast to (...).

    The parameter of a ray is then the depth along the camera's axis, in metres.
    """
    rotation, translation = camera.camera_from_world[:3, :3], camera.camera_from_world[:3, 3]
    world_from_pixel = (rotation.T @ np.linalg.inv(camera.intrinsics)).astype(np.float32)
    right, down, forward = (world_from_pixel[:, axis] for axis in range(3))
    along_rows = rows[..., None] * down + forward
    rays = np.empty((*np.broadcast_shapes(columns.shape, rows.shape), 6), np.float32)
    rays[..., :3] = -rotation.T @ translation
    np.add(columns[..., None] * right, along_rows, out=rays[..., 3:])
    return rays


def _grid(camera: Camera, top: int, bottom: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixel centres of rows top to bottom: columns (1, W) and rows (rows, 1)."""
    columns = np.arange(camera.width, dtype=np.float32) + np.float32(0.5)
    rows = np.arange(top, bottom, dtype=np.float32) + np.float32(0.5)
    return columns[None], rows[:, None]


def _resize(image: np.ndarray, scale: float, camera: Camera) -> np.ndarray:
    tensor = o3d.core.Tensor.from_numpy(np.ascontiguousarray(image))
    large = o3d.t.geometry.Image(tensor).resize(scale, o3d.t.geometry.InterpType.Linear).as_tensor().numpy()
    return large[: camera.height, : camera.width]
