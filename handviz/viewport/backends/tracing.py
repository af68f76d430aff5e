"""Rays through a camera's pixels and what they strike, by Open3D's RaycastingScene."""

from dataclasses import dataclass

import numpy as np
import open3d as o3d

from handviz.geometry.cameras import Camera
from handviz.viewport.mesh_tools import merged_faces


@dataclass(frozen=True)
class Part:
    """A search tree over some meshes: their indices, and the faces (F, 3) each was built with."""

    tree: o3d.t.geometry.RaycastingScene
    hands: np.ndarray
    faces: np.ndarray


@dataclass(frozen=True)
class Hits:
    """Where rays first struck a hand.

    ray (N,) index of the ray, hand (N,) index of the hand, corners (N, 3) vertices of the triangle among all hands'
    vertices, weights (N, 3) barycentric, towards_eye (N, 3) unit directions back along the rays, depth (N,) along the
    camera's axis in metres.
    """

    ray: np.ndarray
    hand: np.ndarray
    corners: np.ndarray
    weights: np.ndarray
    towards_eye: np.ndarray
    depth: np.ndarray

    def where(self, mask: np.ndarray) -> "Hits":
        """Some of them (N,)."""
        return Hits(*(getattr(self, name)[mask] for name in Hits.__dataclass_fields__))


@dataclass(frozen=True)
class Window:
    """The rectangle of pixels outside which no mesh is seen: left <= x < right, top <= y < bottom."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, low: np.ndarray, high: np.ndarray, camera: Camera) -> "Window":
        """Around the projections of boxes with corners low, high (N, 3) in world coordinates."""
        if len(low) == 0:
            return cls(0, 0, 0, 0)
        choice = np.array(np.meshgrid([0, 1], [0, 1], [0, 1])).reshape(3, 8).T[None]
        corners = np.where(choice == 0, low[:, None], high[:, None]).reshape(-1, 3)
        if camera.to_camera(corners)[:, 2].min() <= 1e-3:
            # A box reaches behind the camera, where projections mean nothing.
            return cls(0, 0, camera.width, camera.height)
        pixels = camera.project(corners)
        left, top = np.clip(np.floor(pixels.min(0)) - 1, 0, [camera.width, camera.height]).astype(int)
        right, bottom = np.clip(np.ceil(pixels.max(0)) + 1, 0, [camera.width, camera.height]).astype(int)
        return cls(int(left), int(top), int(max(left, right)), int(max(top, bottom)))

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def pixels(self) -> int:
        """Number of pixels inside."""
        return (self.right - self.left) * (self.bottom - self.top)

    def grid(self, top: int, bottom: int) -> tuple[np.ndarray, np.ndarray]:
        """Pixel centres of the rows top to bottom: columns (1, width) and rows (height, 1)."""
        columns = np.arange(self.left, self.right, dtype=np.float32) + np.float32(0.5)
        rows = np.arange(top, bottom, dtype=np.float32) + np.float32(0.5)
        return columns[None], rows[:, None]


def build_part(vertices: np.ndarray, hands: np.ndarray, faces: np.ndarray) -> Part:
    """A tree over those of the meshes (N, V, 3) with these indices; some half a microsecond a triangle on two cores."""
    tree = o3d.t.geometry.RaycastingScene()
    merged = merged_faces(faces, hands.size, vertices.shape[1]).astype(np.uint32)
    vertices = np.ascontiguousarray(vertices[hands]).reshape(-1, 3)
    tree.add_triangles(o3d.core.Tensor.from_numpy(vertices), o3d.core.Tensor.from_numpy(merged))
    # The tree is built when the first ray is cast; here the time does not count as drawing.
    tree.cast_rays(o3d.core.Tensor(np.array([[0, 0, 0, 0, 0, 1]], np.float32)))
    return Part(tree, hands, faces)


def rays_through(camera: Camera, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Rays (N, 6) in world coordinates through pixels whose coordinates columns and rows broadcast to N in all.

    The parameter of a ray is then the depth along the camera's axis, in metres.
    """
    rotation, translation = camera.camera_from_world[:3, :3], camera.camera_from_world[:3, 3]
    world_from_pixel = (rotation.T @ np.linalg.inv(camera.intrinsics)).astype(np.float32)
    right, down, forward = (world_from_pixel[:, axis] for axis in range(3))
    rays = np.empty((*np.broadcast_shapes(columns.shape, rows.shape), 6), np.float32)
    rays[..., :3] = -rotation.T @ translation
    np.add(columns[..., None] * right, rows[..., None] * down + forward, out=rays[..., 3:])
    return rays.reshape(-1, 6)


def trace(parts: list[Part], vertex_count: int, rays: np.ndarray) -> Hits:
    """The nearest hit of each ray (N, 6) over one or more parts, whose meshes have vertex_count vertices each."""
    tensor = o3d.core.Tensor.from_numpy(rays)
    answers = [part.tree.cast_rays(tensor) for part in parts]
    if len(parts) == 1:
        struck = np.flatnonzero(np.isfinite(answers[0]["t_hit"].numpy()))
        return _hits_of(struck, parts[0], answers[0], vertex_count, rays)
    depths = np.stack([answer["t_hit"].numpy() for answer in answers])
    nearest = depths.argmin(0)
    nearest[~np.isfinite(depths.min(0))] = -1
    found = [
        _hits_of(np.flatnonzero(nearest == index), part, answer, vertex_count, rays)
        for index, (part, answer) in enumerate(zip(parts, answers, strict=True))
    ]
    return Hits(*(np.concatenate([getattr(hits, name) for hits in found]) for name in Hits.__dataclass_fields__))


def _hits_of(ray: np.ndarray, part: Part, answer: dict, vertex_count: int, rays: np.ndarray) -> Hits:
    primitive = answer["primitive_ids"].numpy().take(ray).astype(np.int32)
    mesh, face = np.divmod(primitive, np.int32(len(part.faces)))
    hand = part.hands.take(mesh)
    corners = part.faces.take(face, axis=0) + (hand * vertex_count)[:, None]
    uv = answer["primitive_uvs"].numpy().take(ray, axis=0)
    weights = np.concatenate([1.0 - uv.sum(1, keepdims=True), uv], 1)
    towards = -rays[:, 3:].take(ray, axis=0)
    towards /= np.sqrt(np.einsum("nj,nj->n", towards, towards))[:, None]
    return Hits(ray, hand, corners, weights, towards, answer["t_hit"].numpy().take(ray))
