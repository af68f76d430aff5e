"""Normals against a shape whose normals are known."""

import numpy as np

from handviz.geometry.meshes import face_normals, vertex_normals


def _octahedron() -> tuple[np.ndarray, np.ndarray]:
    vertices = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], float)
    faces = np.array([[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]])
    return vertices, faces


def test_vertex_normals_of_an_octahedron_point_outwards() -> None:
    vertices, faces = _octahedron()
    batch = np.stack([vertices, 2.5 * vertices])
    np.testing.assert_allclose(vertex_normals(batch, faces), np.stack([vertices, vertices]), atol=1e-12)


def test_face_normals_are_twice_the_area_long() -> None:
    vertices, faces = _octahedron()
    np.testing.assert_allclose(np.linalg.norm(face_normals(vertices, faces), axis=-1), np.sqrt(3.0))
