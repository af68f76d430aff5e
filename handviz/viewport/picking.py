"""Which meshes lie under a pixel, front to back."""

import numpy as np
import open3d as o3d

from handviz.geometry.cameras import Camera
from handviz.viewport.hands import Hands
from handviz.viewport.scene import Scene


class Picker:
    """One small ray-casting scene a mesh, built when a ray first comes near it, so that visibility costs nothing."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._version = -1
        self._trees: dict[int, o3d.t.geometry.RaycastingScene] = {}

    def pick(self, scene: Scene, camera: Camera, x: float, y: float) -> list[tuple[int, int, float]]:
        """(hypothesis, timestep, depth in metres) of the meshes, solid or ghost, under pixel (x, y), nearest first."""
        self._hands.follow(scene)
        if self._hands.version != self._version:
            self._version = self._hands.version
            self._trees = {}
        rotation, translation = camera.camera_from_world[:3, :3], camera.camera_from_world[:3, 3]
        origin = -rotation.T @ translation
        direction = rotation.T @ np.linalg.solve(camera.intrinsics, [x, y, 1.0])
        ray = o3d.core.Tensor(np.concatenate([origin, direction])[None].astype(np.float32))
        hits = []
        shot = scene.shot(camera)
        for hand in self._near(np.concatenate([shot.solid, shot.ghosts]), origin, direction):
            depth = self._tree(scene, hand).cast_rays(ray)["t_hit"].numpy()[0]
            if np.isfinite(depth):
                hits.append((*scene.place_of(hand), float(depth)))
        return sorted(hits, key=lambda hit: hit[2])

    def _near(self, hands: np.ndarray, origin: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """Those of the meshes whose bounding box the ray meets (slab test)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            low = (self._hands.low[hands] - origin) / direction
            high = (self._hands.high[hands] - origin) / direction
        enter = np.fmin(low, high).max(1)
        leave = np.fmax(low, high).min(1)
        return hands[(enter <= leave) & (leave > 0)]

    def _tree(self, scene: Scene, hand: int) -> o3d.t.geometry.RaycastingScene:
        if hand not in self._trees:
            tree = o3d.t.geometry.RaycastingScene()
            tree.add_triangles(
                o3d.core.Tensor(np.ascontiguousarray(self._hands.vertices[hand], np.float32)),
                o3d.core.Tensor(scene.faces.astype(np.uint32)),
            )
            self._trees[hand] = tree
        return self._trees[hand]
