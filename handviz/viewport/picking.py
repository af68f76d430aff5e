"""Which meshes lie under a pixel, front to back."""

import numpy as np
import open3d as o3d

from handviz.geometry.cameras import Camera
from handviz.viewport.scene import Scene


class Picker:
    """One small ray-casting scene a mesh, built when a ray first comes near it, so that visibility costs nothing."""

    def __init__(self) -> None:
        self._mesh_version = -1
        self._trees: dict[int, o3d.t.geometry.RaycastingScene] = {}
        self._low = self._high = np.zeros((0, 3), np.float32)

    def pick(self, scene: Scene, camera: Camera, x: float, y: float) -> list[tuple[int, int, float]]:
        """(hypothesis, timestep, depth in metres) of the visible meshes under pixel (x, y), nearest first."""
        if scene.mesh_version != self._mesh_version:
            self._mesh_version = scene.mesh_version
            self._trees = {}
            self._low, self._high = scene.hands.min(1), scene.hands.max(1)
        rotation, translation = camera.camera_from_world[:3, :3], camera.camera_from_world[:3, 3]
        origin = -rotation.T @ translation
        direction = rotation.T @ np.linalg.solve(camera.intrinsics, [x, y, 1.0])
        ray = o3d.core.Tensor(np.concatenate([origin, direction])[None].astype(np.float32))
        timesteps = scene.vertices.shape[1]
        hits = []
        for hand in self._near(scene.visible_hands, origin, direction):
            depth = self._tree(scene, hand).cast_rays(ray)["t_hit"].numpy()[0]
            if np.isfinite(depth):
                hits.append((int(hand) // timesteps, int(hand) % timesteps, float(depth)))
        return sorted(hits, key=lambda hit: hit[2])

    def _near(self, hands: np.ndarray, origin: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """Those of the meshes whose bounding box the ray meets (slab test)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            low = (self._low[hands] - origin) / direction
            high = (self._high[hands] - origin) / direction
        enter = np.fmin(low, high).max(1)
        leave = np.fmax(low, high).min(1)
        return hands[(enter <= leave) & (leave > 0)]

    def _tree(self, scene: Scene, hand: int) -> o3d.t.geometry.RaycastingScene:
        if hand not in self._trees:
            tree = o3d.t.geometry.RaycastingScene()
            tree.add_triangles(
                o3d.core.Tensor(np.ascontiguousarray(scene.hands[hand], np.float32)),
                o3d.core.Tensor(scene.faces.astype(np.uint32)),
            )
            self._trees[hand] = tree
        return self._trees[hand]
