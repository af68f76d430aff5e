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
from handviz.viewport.backends.layers import Layer, contours, edges
from handviz.viewport.backends.tracing import Hits, Part, Window, rays_through, trace
from handviz.viewport.backends.trees import Trees
from handviz.viewport.hands import Hands
from handviz.viewport.scene import Scene, Shot
from handviz.viewport.shading import CONTOUR, GHOST, PALE, shade

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
        self.hands = Hands()
        self._trees = Trees(self.hands)
        self._seconds_per_pixel = deque([5e-8], maxlen=5)
        self._scale = SCALES[0]

    def draw_quick(self, scene: Scene, shot: Shot) -> tuple[np.ndarray, bool]:
        """Fewer rays, as few as the time a frame may take demands, and where there are many triangles fewer of them."""
        self._follow(scene)
        camera = shot.camera
        solid, ghosts = self._trees.quick(scene, shot.solid, shot.ghosts)
        scale = self._affordable_scale(self._window(shot, camera).pixels * (2 if ghosts else 1))
        started = time.perf_counter()
        # Rays `scale` pixels apart; where the size does not divide, the last ones fall just outside.
        spaced = camera.resized(camera.width / scale, camera.height / scale)
        width, height = int(np.ceil(spaced.width)), int(np.ceil(spaced.height))
        small = Camera(spaced.intrinsics, spaced.camera_from_world, width, height)
        window = self._window(shot, small)
        image, covered = _behind(scene, shot, small), np.zeros((height, width), np.uint8)
        if (solid or ghosts) and window.pixels:
            inside = np.s_[window.top : window.bottom, window.left : window.right]
            layer = Layer(image[inside].reshape(-1, 3).copy(), covered[inside].reshape(-1).copy())
            self._cast(scene, small, solid, ghosts, rays_through(small, *window.grid(window.top, window.bottom)), layer)
            layer.darken(CONTOUR * contours(layer.grid(window.width), small.intrinsics[0, 0]))
            image[inside] = layer.color.reshape(-1, window.width, 3)
            covered[inside] = layer.covered.reshape(-1, window.width)
            cost = max(window.pixels, 10_000) * (2 if ghosts else 1)
            self._seconds_per_pixel.append((time.perf_counter() - started) / cost)
        return _enlarge(scene, shot, image, covered, scale), False

    def draw_full(self, scene: Scene, shot: Shot, interrupted: Callable[[], bool]) -> np.ndarray | None:
        """All triangles, all pixels, edges smoothed by four rays each."""
        self._follow(scene)
        parts = self._trees.full(scene, shot.solid, shot.ghosts, interrupted)
        if parts is None:
            return None
        camera = shot.camera
        image = np.zeros((camera.height, camera.width, shot.channels), np.uint8)
        if not shot.transparent:
            image[:] = scene.backdrop(camera.width, camera.height)
        window = self._window(shot, camera)
        if not any(parts) or not window.pixels:
            return image
        rows = max(BAND_PIXELS // window.width, 1)
        for top in range(window.top, window.bottom, rows):
            if interrupted():
                return None
            self._draw_band(scene, camera, parts, window, top, min(top + rows, window.bottom), image)
        return image

    def _draw_band(
        self,
        scene: Scene,
        camera: Camera,
        parts: tuple[list[Part], list[Part]],
        window: Window,
        top: int,
        bottom: int,
        image: np.ndarray,
    ) -> None:
        """Draw the rows of the window from top to bottom into the image, edges smoothed."""
        columns, rows = window.grid(top, bottom)
        behind = image[top:bottom, window.left : window.right, :3].reshape(-1, 3)
        layer = Layer(behind.copy(), np.zeros(len(behind), np.uint8))
        self._cast(scene, camera, *parts, rays_through(camera, columns, rows), layer)
        width = window.width
        grid = layer.grid(width)
        edge = np.flatnonzero(edges(grid))
        if edge.size:
            # All rays of all edge pixels at once: (4, edges), the four of a pixel below one another.
            around = (columns[0, edge % width] + EDGE_RAYS[:, :1], rows[edge // width, 0] + EDGE_RAYS[:, 1:])
            samples = Layer(np.tile(behind[edge], (4, 1)), np.zeros(4 * len(edge), np.uint8))
            self._cast(scene, camera, *parts, rays_through(camera, *around), samples)
            layer.color[edge] = samples.color.reshape(4, -1, 3).mean(0, np.float32) + np.float32(0.5)
            layer.covered[edge] = samples.covered.reshape(4, -1).mean(0, np.float32) + np.float32(0.5)
        layer.darken(CONTOUR * contours(grid, camera.intrinsics[0, 0]))
        target = image[top:bottom, window.left : window.right]
        target[..., :3] = layer.color.reshape(-1, width, 3)
        if target.shape[2] == 4:
            target[..., 3] = layer.covered.reshape(-1, width)

    def _cast(
        self, scene: Scene, camera: Camera, solid: list[Part], ghosts: list[Part], rays: np.ndarray, layer: Layer
    ) -> None:
        """Lay what the rays strike over a layer of as many pixels: the nearest solid hand, a ghost before it."""
        count = scene.vertices.shape[2]
        if solid:
            hits = trace(solid, count, rays)
            layer.put(hits, self._colors(scene, camera, hits))
        if ghosts:
            hits = trace(ghosts, count, rays)
            hits = hits.where(hits.depth < layer.depth[hits.ray])
            layer.blend(hits, self._colors(scene, camera, hits, ghosts=True), GHOST)

    def _follow(self, scene: Scene) -> None:
        self.hands.follow(scene)
        self._trees.follow(scene)

    def _window(self, shot: Shot, camera: Camera) -> Window:
        hands = np.concatenate([shot.solid, shot.ghosts])
        return Window.around(self.hands.low[hands], self.hands.high[hands], camera)

    def _affordable_scale(self, pixels: int) -> float:
        """The finest scale whose rays cost at most FRAME_SECONDS; a finer one than now only with some room to spare."""
        seconds = float(np.median(self._seconds_per_pixel)) * pixels
        for scale in SCALES:
            room = 0.8 if scale < self._scale else 1.0
            if seconds / scale**2 <= room * FRAME_SECONDS:
                break
        self._scale = scale
        return scale

    def _colors(self, scene: Scene, camera: Camera, hits: Hits, ghosts: bool = False) -> np.ndarray:
        """Shaded colours (N, 3) uint8."""
        normals = np.einsum("nk,nkj->nj", hits.weights, self.hands.normals.reshape(-1, 3).take(hits.corners, axis=0))
        normals /= np.sqrt(np.einsum("nj,nj->n", normals, normals))[:, None] + np.float32(1e-12)
        light = shade(normals, hits.towards_eye, camera.camera_from_world[:3, :3])
        colors = scene.hand_colors
        if colors.ndim == 2:
            color = colors.take(hits.hand, axis=0).astype(np.float32)
        else:
            color = np.einsum("nk,nkj->nj", hits.weights, colors.reshape(-1, 3).take(hits.corners, axis=0))
        if ghosts:
            color = color + PALE * (scene.ghost_tone - color)
        return np.minimum(color * light[:, None], 255.0).astype(np.uint8)


def _behind(scene: Scene, shot: Shot, camera: Camera) -> np.ndarray:
    """What the meshes of a quick picture are drawn on: the plain background, black where a picture is put in later."""
    image = np.empty((camera.height, camera.width, 3), np.uint8)
    image[:] = 0 if scene.has_picture or shot.transparent else scene.background
    return image


def _enlarge(scene: Scene, shot: Shot, image: np.ndarray, covered: np.ndarray, scale: float) -> np.ndarray:
    """A quick picture at the camera's size, over the sharp background where there are no meshes."""
    camera = shot.camera
    large = _resize(image, scale, camera)
    if shot.transparent:
        return np.concatenate([large, _resize(covered[..., None], scale, camera)], -1)
    if not scene.has_picture:
        return large
    # The meshes were drawn on black: what they left uncovered, at their edges a part of a pixel, is added.
    uncovered = 255 - _resize(covered[..., None], scale, camera).astype(np.uint16)
    backdrop = (scene.backdrop(camera.width, camera.height) * uncovered + 127) // 255
    return np.minimum(large + backdrop, 255).astype(np.uint8)


def _resize(image: np.ndarray, scale: float, camera: Camera) -> np.ndarray:
    if scale == 1.0:
        return image
    tensor = o3d.core.Tensor.from_numpy(image)
    large = o3d.t.geometry.Image(tensor).resize(scale, o3d.t.geometry.InterpType.Linear).as_tensor().numpy()
    return large[: camera.height, : camera.width]
