"""Ray casting on the processor: no driver, no display, exact for every camera; on software GL machines the fastest.

The cost of a frame is the number of rays more than the number of triangles, so a moving picture gives up pixels first.
Building the search tree costs about half a microsecond a triangle: a change of visibility is first shown on thinned
meshes, and the full ones are built in parts that can be given up between.
"""

import time
from collections import deque
from collections.abc import Callable

import numpy as np
import open3d as o3d

from handviz.geometry.cameras import Camera
from handviz.viewport.backends.tracing import Hits, Part, Window, build_part, rays_through, trace
from handviz.viewport.mesh_tools import coarse_faces, smooth_normals
from handviz.viewport.scene import Scene
from handviz.viewport.shading import shade

QUICK_TRIANGLES = 160_000
"""Up to here the meshes are not thinned: their tree is built in some 60 ms."""
THINNING_STEPS = 4
"""Steps in which the number of triangles is halved; every step is computed once."""
PART_TRIANGLES = 250_000
"""Triangles of one part of the full scene."""
FRAME_SECONDS = 0.025
"""What the rays of a moving picture may cost; it gives up pixels until they do."""
SCALES = (1.0, 1.5, 2.0, 3.0)
BAND_PIXELS = 100_000
"""Pixels drawn between two looks at whether somebody waits."""
EDGE_RAYS = np.array([[-0.125, -0.375], [0.375, -0.125], [0.125, 0.375], [-0.375, 0.125]], np.float32)
"""Where the rays of a pixel on an edge go, in pixels from its centre: a rotated grid."""


class EmbreeRenderer:
    """See the module."""

    name = "embree"

    def __init__(self) -> None:
        self._mesh_version = -1
        self._normals = np.zeros((0, 3), np.float32)
        self._low = self._high = np.zeros((0, 3), np.float32)
        self._coarse: dict[int, np.ndarray] = {}
        self._quick: tuple[bytes, list[Part]] | None = None
        self._full: dict[bytes, Part] = {}
        self._seconds_per_pixel = deque([5e-8], maxlen=5)
        self._scale = SCALES[0]

    def draw_quick(self, scene: Scene, camera: Camera) -> tuple[np.ndarray, bool]:
        """Fewer rays, as few as the time a frame may take demands, and where there are many triangles fewer of them."""
        self._follow(scene)
        parts = self._quick_parts(scene)
        window = self._window(scene, camera)
        scale = self._affordable_scale(window.pixels)
        started = time.perf_counter()
        # Rays `scale` pixels apart; where the size does not divide, the last ones fall just outside.
        spaced = camera.resized(camera.width / scale, camera.height / scale)
        width, height = int(np.ceil(spaced.width)), int(np.ceil(spaced.height))
        small = Camera(spaced.intrinsics, spaced.camera_from_world, width, height)
        window = self._window(scene, small)
        image = _behind(scene, small)
        covered = np.zeros((height, width), np.uint8)
        if parts and window.pixels:
            hits = trace(parts, scene.vertices.shape[2], rays_through(small, *window.grid(window.top, window.bottom)))
            row, column = np.divmod(hits.ray, window.right - window.left)
            index = (row + window.top) * width + column + window.left
            image.reshape(-1, 3)[index] = self._colors(scene, camera, hits)
            covered.reshape(-1)[index] = 255
            self._seconds_per_pixel.append((time.perf_counter() - started) / max(window.pixels, 10_000))
        return _enlarge(scene, image, covered, scale, camera), False

    def draw_full(self, scene: Scene, camera: Camera, interrupted: Callable[[], bool]) -> np.ndarray | None:
        """All triangles, all pixels, edges smoothed by four rays each."""
        self._follow(scene)
        parts = self._full_parts(scene, interrupted)
        if parts is None:
            return None
        image = scene.backdrop(camera.width, camera.height).copy()
        window = self._window(scene, camera)
        if not parts or not window.pixels:
            return image
        rows = max(BAND_PIXELS // (window.right - window.left), 1)
        for top in range(window.top, window.bottom, rows):
            if interrupted():
                return None
            self._draw_band(scene, camera, parts, window, top, min(top + rows, window.bottom), image)
        return image

    def _draw_band(
        self, scene: Scene, camera: Camera, parts: list[Part], window: Window, top: int, bottom: int, image: np.ndarray
    ) -> None:
        """Draw the rows of the window from top to bottom into the image, edges smoothed."""
        columns, rows = window.grid(top, bottom)
        hits = trace(parts, scene.vertices.shape[2], rays_through(camera, columns, rows))
        behind = image[top:bottom, window.left : window.right].reshape(-1, 3)
        drawn = behind.copy()
        drawn[hits.ray] = self._colors(scene, camera, hits)
        width = window.right - window.left
        label = np.full(len(drawn), -1, np.int32)
        label[hits.ray] = hits.hand
        edge = np.flatnonzero(_edges(label.reshape(-1, width)))
        if edge.size:
            # All rays of all edge pixels at once: (4, edges), the four of a pixel below one another.
            around = (columns[0, edge % width] + EDGE_RAYS[:, :1], rows[edge // width, 0] + EDGE_RAYS[:, 1:])
            hits = trace(parts, scene.vertices.shape[2], rays_through(camera, *around))
            samples = np.tile(behind[edge], (len(EDGE_RAYS), 1))
            samples[hits.ray] = self._colors(scene, camera, hits)
            drawn[edge] = samples.reshape(len(EDGE_RAYS), -1, 3).mean(0, np.float32) + np.float32(0.5)
        image[top:bottom, window.left : window.right] = drawn.reshape(-1, width, 3)

    def _follow(self, scene: Scene) -> None:
        if scene.mesh_version == self._mesh_version:
            return
        self._mesh_version = scene.mesh_version
        self._normals = smooth_normals(scene.hands, scene.faces).reshape(-1, 3)
        self._low, self._high = scene.hands.min(1), scene.hands.max(1)
        self._coarse, self._quick, self._full = {}, None, {}

    def _window(self, scene: Scene, camera: Camera) -> Window:
        hands = scene.visible_hands
        return Window.around(self._low[hands], self._high[hands], camera)

    def _affordable_scale(self, pixels: int) -> float:
        """The finest scale whose rays cost at most FRAME_SECONDS; a finer one than now only with some room to spare."""
        seconds = float(np.median(self._seconds_per_pixel)) * pixels
        for scale in SCALES:
            room = 0.8 if scale < self._scale else 1.0
            if seconds / scale**2 <= room * FRAME_SECONDS:
                break
        self._scale = scale
        return scale

    def _quick_parts(self, scene: Scene) -> list[Part]:
        hands = scene.visible_hands
        key = hands.tobytes()
        if self._quick is None or self._quick[0] != key:
            parts = []
            if hands.size and len(scene.faces):
                parts = [build_part(scene, hands, self._thinned_faces(scene, QUICK_TRIANGLES // hands.size))]
            self._quick = (key, parts)
        return self._quick[1]

    def _thinned_faces(self, scene: Scene, target: int) -> np.ndarray:
        """The faces of one mesh, fewer in even steps until at most `target`, but not below a sixteenth."""
        if len(scene.faces) <= target:
            return scene.faces
        steps = min(int(np.ceil(THINNING_STEPS * np.log2(len(scene.faces) / max(target, 1)))), 4 * THINNING_STEPS)
        if steps not in self._coarse:
            fewer = int(len(scene.faces) / 2 ** (steps / THINNING_STEPS))
            self._coarse[steps] = coarse_faces(scene.hands[0], scene.faces, fewer)
        return self._coarse[steps]

    def _full_parts(self, scene: Scene, interrupted: Callable[[], bool]) -> list[Part] | None:
        """Trees over all triangles; those of groups that look as before are kept. None when interrupted."""
        quick = self._quick_parts(scene)
        if all(part.faces is scene.faces for part in quick):
            return quick
        hands = scene.visible_hands
        size = max(PART_TRIANGLES // len(scene.faces), 1)
        full = {}
        for start in range(0, hands.size, size):
            group = hands[start : start + size]
            key = group.tobytes()
            if key not in self._full and interrupted():
                self._full.update(full)
                return None
            full[key] = self._full.get(key) or build_part(scene, group, scene.faces)
        self._full = full
        return list(full.values())

    def _colors(self, scene: Scene, camera: Camera, hits: Hits) -> np.ndarray:
        """Shaded colours (N, 3) uint8."""
        normals = np.einsum("nk,nkj->nj", hits.weights, self._normals.take(hits.corners, axis=0))
        normals /= np.sqrt(np.einsum("nj,nj->n", normals, normals))[:, None] + np.float32(1e-12)
        light = shade(normals, hits.towards_eye, camera.camera_from_world[:3, :3])
        colors = scene.hand_colors
        if colors.ndim == 2:
            color = colors.take(hits.hand, axis=0)
        else:
            color = np.einsum("nk,nkj->nj", hits.weights, colors.reshape(-1, 3).take(hits.corners, axis=0))
        return np.minimum(color * (255.0 * light)[:, None], 255.0).astype(np.uint8)


def _behind(scene: Scene, camera: Camera) -> np.ndarray:
    """What the meshes of a quick picture are drawn on: the plain background, black where a picture is put in later."""
    image = np.empty((camera.height, camera.width, 3), np.uint8)
    image[:] = 0 if scene.has_picture else scene.background
    return image


def _edges(label: np.ndarray) -> np.ndarray:
    """Where a label (H, W) differs from one of its four neighbours."""
    edge = np.zeros(label.shape, bool)
    across, down = label[:, 1:] != label[:, :-1], label[1:] != label[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    return edge


def _enlarge(scene: Scene, image: np.ndarray, covered: np.ndarray, scale: float, camera: Camera) -> np.ndarray:
    """A quick picture at the camera's size, over the sharp background where there are no meshes."""
    large = _resize(image, scale, camera)
    if not scene.has_picture:
        return large
    # The meshes were drawn on black: what they left uncovered, at their edges a part of a pixel, is added.
    uncovered = 255 - _resize(covered[..., None], scale, camera).astype(np.uint16)
    # No sum is more than 255: `large` is enlarged with the same weights as `covered`, so it is never the larger one.
    return (large + (scene.backdrop(camera.width, camera.height) * uncovered + 127) // 255).astype(np.uint8)


def _resize(image: np.ndarray, scale: float, camera: Camera) -> np.ndarray:
    if scale == 1.0:
        return image
    tensor = o3d.core.Tensor.from_numpy(image)
    large = o3d.t.geometry.Image(tensor).resize(scale, o3d.t.geometry.InterpType.Linear).as_tensor().numpy()
    return large[: camera.height, : camera.width]
