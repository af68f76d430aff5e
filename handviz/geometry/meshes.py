"""Triangle meshes in numpy."""

import numpy as np


def face_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Normals (..., F, 3) of vertices (..., V, 3) and faces (F, 3); their length is twice the triangle's area."""
    a, b, c = (vertices[..., faces[:, corner], :] for corner in range(3))
    return np.cross(b - a, c - a)


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Unit normals (..., V, 3), averaged over the faces around each vertex, weighted by area."""
    leading = vertices.shape[:-2]
    count = vertices.shape[-2]
    flat = vertices.reshape(-1, count, 3)
    area_normals = face_normals(flat, faces)
    normals = np.empty_like(flat)
    # bincount is several times faster than np.add.at for scattered sums.
    meshes = np.arange(flat.shape[0])[:, None, None] * count
    index = (meshes + faces[None]).ravel()
    for axis in range(3):
        weights = np.repeat(area_normals[..., axis, None], 3, axis=-1).ravel()
        normals[..., axis] = np.bincount(index, weights, flat.shape[0] * count).reshape(-1, count)
    length = np.linalg.norm(normals, axis=-1, keepdims=True)
    return (normals / np.maximum(length, 1e-12)).reshape(*leading, count, 3)
