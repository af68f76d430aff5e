"""Mesh work of the render process that Open3D does faster than numpy."""

import numpy as np
import open3d as o3d


def smooth_normals(hands: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Unit vertex normals (N, V, 3) float32 of meshes (N, V, 3) that share faces (F, 3)."""
    if hands.shape[0] == 0:
        return np.zeros(hands.shape, np.float32)
    mesh = o3d.geometry.TriangleMesh(
        o3d.utility.Vector3dVector(hands.reshape(-1, 3).astype(np.float64)),
        o3d.utility.Vector3iVector(merged_faces(faces, hands.shape[0], hands.shape[1])),
    )
    mesh.compute_vertex_normals()
    return np.asarray(mesh.vertex_normals).astype(np.float32).reshape(hands.shape)


def merged_faces(faces: np.ndarray, count: int, vertex_count: int) -> np.ndarray:
    """Faces (count * F, 3) int32 of `count` meshes of vertex_count vertices laid one behind the other."""
    offsets = np.arange(count, dtype=np.int32)[:, None, None] * np.int32(vertex_count)
    return (faces[None].astype(np.int32) + offsets).reshape(-1, 3)


def coarse_faces(hand: np.ndarray, faces: np.ndarray, target: int) -> np.ndarray:
    """About `target` faces over the vertices of one mesh (V, 3) that keep its form.

    They index the mesh's own vertices, so they serve every pose of the same topology. Each vertex of a quadric
    decimation is replaced by the nearest original one whose normal points the same way, so that fingers that touch
    are not sewn together.
    """
    mesh = o3d.geometry.TriangleMesh(
        o3d.utility.Vector3dVector(hand.astype(np.float64)), o3d.utility.Vector3iVector(faces.astype(np.int32))
    )
    mesh.compute_vertex_normals()
    fewer = mesh.simplify_quadric_decimation(target)
    fewer.compute_vertex_normals()
    if len(fewer.triangles) == 0:
        return faces
    reach = 0.1 * float(np.ptp(hand, axis=0).max())
    features = np.concatenate([hand, reach * np.asarray(mesh.vertex_normals)], 1)
    queries = np.concatenate([np.asarray(fewer.vertices), reach * np.asarray(fewer.vertex_normals)], 1)
    search = o3d.core.nns.NearestNeighborSearch(o3d.core.Tensor(features.astype(np.float32)))
    search.knn_index()
    nearest = search.knn_search(o3d.core.Tensor(queries.astype(np.float32)), 1)[0].numpy().reshape(-1)
    coarse = nearest[np.asarray(fewer.triangles)].astype(np.int32)
    a, b, c = coarse.T
    return coarse[(a != b) & (b != c) & (c != a)]
