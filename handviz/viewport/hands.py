"""The hands of a scene as a renderer needs them: vertices and normals, computed again only where they changed."""

import numpy as np

from handviz.hypotheses.motion import at_time
from handviz.viewport.mesh_tools import smooth_normals
from handviz.viewport.scene import Scene


class Hands:
    """Follows a scene. vertices and normals are (N, V, 3) float32, low and high (N, 3) the corners of each hand's box.

    Normals have unit length but for those at a time between timesteps. version rises with every change of any hand,
    base_version only when those of hypotheses changed.
    """

    def __init__(self) -> None:
        self.vertices = self.normals = np.zeros((0, 0, 3), np.float32)
        self.low = self.high = np.zeros((0, 3), np.float32)
        self.version = 0
        self.base_version = 0
        self._seen: tuple = ()
        self._normals: dict[str, tuple[int, np.ndarray]] = {}
        self._base: tuple[tuple, np.ndarray, np.ndarray] | None = None

    def follow(self, scene: Scene) -> None:
        """Take over what changed."""
        seen = (scene.mesh_version, scene.extra_version, scene.time)
        if seen == self._seen:
            return
        key = (scene.mesh_version, scene.time)
        if self._base is None or self._base[0] != key:
            normals = self._normals_of("base", scene.mesh_version, scene.vertices, scene.faces)
            self._base = key, _at(scene.vertices, scene.time), _at(normals, scene.time)
            self.base_version += 1
        _, vertices, normals = self._base
        if len(scene.extras):
            extra = self._normals_of("extras", scene.extra_version, scene.extras, scene.faces)
            vertices = np.concatenate([vertices, _at(scene.extras, scene.time)])
            normals = np.concatenate([normals, _at(extra, scene.time)])
        self.vertices, self.normals = vertices, normals
        self.low, self.high = _corners(vertices)
        self._seen = seen
        self.version += 1

    def _normals_of(self, name: str, version: int, meshes: np.ndarray, faces: np.ndarray) -> np.ndarray:
        """(K, T, V, 3); a play through time interpolates them."""
        known = self._normals.get(name)
        if known is None or known[0] != version:
            flat = smooth_normals(meshes.reshape(-1, *meshes.shape[2:]), faces)
            known = self._normals[name] = version, flat.reshape(meshes.shape)
        return known[1]


def _at(sequence: np.ndarray, time: float | None) -> np.ndarray:
    """(N, V, 3) of a sequence (K, T, V, 3)."""
    return sequence.reshape(-1, *sequence.shape[2:]) if time is None else at_time(sequence, time)


def _corners(vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest coordinates (N, 3) of vertices (N, V, 3)."""
    # Along the last axis numpy takes the least of many several times faster than across it.
    axes = np.ascontiguousarray(vertices.transpose(2, 0, 1))
    return axes.min(2).T, axes.max(2).T


def unit(normals: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) at unit length."""
    return normals / (np.sqrt(np.einsum("...i,...i->...", normals, normals))[..., None] + np.float32(1e-12))
