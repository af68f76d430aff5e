"""Open3D's Filament renderer, off screen: exact cameras, one mesh a hand, meant for machines with a GPU.

Unlit, without post-processing: those are the settings that are fast and leak nothing on software Vulkan too. The light
is in the vertex colours.
"""

import time
from collections.abc import Callable

import numpy as np
import open3d as o3d

from handviz.geometry.cameras import Camera
from handviz.viewport.backends.keying import KEY, composed
from handviz.viewport.hands import Hands, unit
from handviz.viewport.images import fit_image
from handviz.viewport.scene import Scene, Shot
from handviz.viewport.shading import bake

SLOW_SECONDS = 0.045
"""A moving picture that takes longer is drawn at half size."""


class FilamentRenderer:
    """See the module. Never two in one process."""

    name = "filament"

    def __init__(self) -> None:
        self._renderer = o3d.visualization.rendering.OffscreenRenderer(64, 64)
        view = self._renderer.scene.view
        view.set_post_processing(False)
        view.set_sample_count(1)
        view.set_shadowing(False)
        view.set_ambient_occlusion(False)
        self._renderer.scene.scene.enable_sun_light(False)
        self._renderer.scene.scene.enable_indirect_light(False)
        self._renderer.scene.set_background(np.append(KEY / 255.0, 1.0))
        self._material = o3d.visualization.rendering.MaterialRecord()
        self._material.shader = "defaultUnlit"
        # The background colour passes through a transfer function; what comes out is the key.
        self._key = self._render(Camera(np.diag([64.0, 64.0, 1.0]), np.eye(4), 64, 64))[0, 0].copy()
        self._uploaded = (-1, -1)
        self._names: list[str] = []
        self._shown = np.zeros(0, bool)
        self.hands = Hands()
        self._seconds_per_pixel = 0.0

    def draw_quick(self, scene: Scene, shot: Shot) -> tuple[np.ndarray, bool]:
        """At half size where the full one takes too long."""
        self._follow(scene)
        camera = shot.camera
        slow = self._seconds_per_pixel * camera.width * camera.height > SLOW_SECONDS
        small = camera.resized(max(camera.width // 2, 1), max(camera.height // 2, 1)) if slow else camera
        started = time.perf_counter()
        image = self._draw(scene, shot, small)
        self._seconds_per_pixel = (time.perf_counter() - started) / (small.width * small.height)
        return (fit_image(image, camera.width, camera.height) if slow else image), not slow

    def draw_full(self, scene: Scene, shot: Shot, interrupted: Callable[[], bool]) -> np.ndarray | None:
        """All pixels; once begun it is not given up."""
        if interrupted():
            return None
        self._follow(scene)
        return self._draw(scene, shot, shot.camera)

    def _draw(self, scene: Scene, shot: Shot, camera: Camera) -> np.ndarray:
        def draw(hands: np.ndarray) -> np.ndarray:
            self._show(scene, hands)
            return self._render(camera)

        return composed(draw, self._key, scene, shot)

    def _follow(self, scene: Scene) -> None:
        """Upload what changed: all meshes when their form or colour did, nothing for visibility."""
        self.hands.follow(scene)
        versions = (self.hands.version, scene.color_version)
        if versions != self._uploaded:
            self._upload(scene)
            self._uploaded = versions

    def _show(self, scene: Scene, hands: np.ndarray) -> None:
        visible = np.zeros(scene.hand_count, bool)
        visible[hands] = True
        for hand in np.flatnonzero(visible != self._shown):
            self._renderer.scene.show_geometry(self._names[hand], bool(visible[hand]))
        self._shown = visible

    def _upload(self, scene: Scene) -> None:
        for name in self._names:
            self._renderer.scene.remove_geometry(name)
        colors = scene.hand_colors.astype(np.float32) / 255.0
        colors = np.broadcast_to(colors[:, None], self.hands.vertices.shape) if colors.ndim == 2 else colors
        shaded = np.clip(colors * bake(unit(self.hands.normals))[..., None], 0.0, 1.0).astype(np.float32)
        faces = o3d.core.Tensor(scene.faces)
        # Filament culls back faces; a second, turned copy of each face shows the inside of an open wrist.
        faces = o3d.core.concatenate([faces, o3d.core.Tensor(np.ascontiguousarray(scene.faces[:, ::-1]))])
        self._names = [f"hand-{index}" for index in range(scene.hand_count)]
        for index, name in enumerate(self._names):
            mesh = o3d.t.geometry.TriangleMesh(o3d.core.Tensor(np.ascontiguousarray(self.hands.vertices[index])), faces)
            mesh.vertex.colors = o3d.core.Tensor(shaded[index])
            self._renderer.scene.add_geometry(name, mesh, self._material, False)
        self._shown = np.ones(scene.hand_count, bool)

    def _render(self, camera: Camera) -> np.ndarray:
        self._renderer.setup_camera(
            np.asarray(camera.intrinsics, np.float64),
            np.asarray(camera.camera_from_world, np.float64),
            camera.width,
            camera.height,
        )
        application = o3d.visualization.gui.Application.instance
        return np.asarray(application.render_to_image(self._renderer.scene, camera.width, camera.height))
