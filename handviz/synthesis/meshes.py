"""Meshes of a scene: the posed hand grown a forearm and a sleeve, and rigid things around it."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from handviz.geometry.rotations import axis_angle_to_matrix

SKIN, FOREARM, CLOTH, OBJECT = 0.0, 1.0, 2.0, 3.0
"""Kinds of matter as the shader reads them; between SKIN and FOREARM texture fades into plain colour."""

_RINGS = np.array([0.007, 0.015, 0.025, 0.037, 0.052, 0.072, 0.098, 0.13, 0.165, 0.2, 0.235, 0.27])
"""Distances of the forearm's rings from the wrist's border, metres."""


@dataclass(frozen=True)
class Surface:
    """Vertices that are drawn, over N moments.

    positions, normals (N, V, 3) float32 in crop-camera metres; uv (V, 2); tint (V, 3); matter (V, 4) = kind, gloss,
    ambient visibility, key visibility; faces (F, 3).
    """

    positions: np.ndarray
    normals: np.ndarray
    uv: np.ndarray
    tint: np.ndarray
    matter: np.ndarray
    faces: np.ndarray

    def during(self, moments: slice) -> "Surface":
        """Some of its moments."""
        return replace(self, positions=self.positions[moments], normals=self.normals[moments])

    def placed(self, rotations: np.ndarray, translations: np.ndarray) -> "Surface":
        """Its first moment carried to (N, 3, 3), (N, 3); rotations may mirror."""
        turned = np.swapaxes(rotations, -1, -2)
        faces = self.faces[:, ::-1] if np.linalg.det(rotations[0]) < 0 else self.faces
        positions = self.positions[0] @ turned + translations[:, None]
        return replace(self, positions=positions, normals=self.normals[0] @ turned, faces=faces)

    def outward(self) -> "Surface":
        """The same with every triangle's front on the side its normals point to."""
        middle = len(self.positions) // 2
        a, b, c = (self.positions[middle, self.faces[:, corner]] for corner in range(3))
        inward = (np.cross(b - a, c - a) * self.normals[middle, self.faces[:, 0]]).sum(1) < 0
        faces = np.where(inward[:, None], self.faces[:, ::-1], self.faces)
        return replace(self, faces=faces)

    @classmethod
    def joined(cls, surfaces: "list[Surface]") -> "Surface":
        """One surface of several with the same N."""
        starts = np.cumsum([0] + [surface.positions.shape[1] for surface in surfaces])
        return cls(
            np.concatenate([surface.positions for surface in surfaces], 1),
            np.concatenate([surface.normals for surface in surfaces], 1),
            *(np.concatenate([getattr(surface, name) for surface in surfaces]) for name in ("uv", "tint", "matter")),
            np.concatenate([surface.faces + start for surface, start in zip(surfaces, starts, strict=False)]),
        )


@dataclass(frozen=True)
class Forearm:
    """How the arm goes on: direction (N, 3) unit, away from the hand; widening at its far end; length in metres."""

    direction: np.ndarray
    widening: float
    length: float


@dataclass(frozen=True)
class SleeveCut:
    """A sleeve from `start` metres above the wrist, `looseness` times as wide as the arm; folds (F, 3) are waves of
    relative size, count around the arm, and radians per metre along it."""

    start: float
    looseness: float
    folds: np.ndarray


class ArmTopology:
    """What does not change between samples of one hand model: triangles, texture seams and the sums of normals."""

    def __init__(self, faces: np.ndarray, uv: np.ndarray, uv_faces: np.ndarray, wrist_loop: np.ndarray, count: int):
        self.hand_count = count
        self.loop = wrist_loop.astype(np.int64)
        rings, around = len(_RINGS), len(self.loop)
        ids = np.concatenate([self.loop[None], count + np.arange(rings * around).reshape(rings, around)])
        tube = _tube_faces(ids)
        if not _runs_along(faces, self.loop):
            tube = tube[:, ::-1]
        geometry_faces = np.concatenate([faces.astype(np.int64), tube])
        total = count + rings * around
        corners = geometry_faces.ravel()
        triangles = np.repeat(np.arange(len(geometry_faces)), 3)
        self._sum_faces = sparse.csr_matrix(
            (np.ones(len(corners), np.float32), (corners, triangles)), (total, len(geometry_faces))
        )
        self.geometry_faces = geometry_faces
        # A drawn vertex is a corner of the texture; the forearm's columns carry on the texture of the wrist's border.
        self.vertex_of = np.zeros(len(uv), np.int64)
        self.vertex_of[uv_faces.ravel()] = faces.ravel()
        drawn_of = np.zeros(count, np.int64)
        drawn_of[faces.ravel()] = uv_faces.ravel()
        column = drawn_of[self.loop]
        ring_ids = np.concatenate([column[None], len(uv) + np.arange(rings * around).reshape(rings, around)])
        drawn_tube = _tube_faces(ring_ids)
        if not _runs_along(faces, self.loop):
            drawn_tube = drawn_tube[:, ::-1]
        self.drawn_faces = np.concatenate([uv_faces.astype(np.int64), drawn_tube])
        self.drawn_to_geometry = np.concatenate([self.vertex_of, count + np.arange(rings * around)])
        self.uv = np.concatenate([uv, np.tile(uv[column], (rings, 1))]).astype(np.float32)
        fade = np.clip(_RINGS / 0.05, 0, 1)
        self.kind = np.concatenate([np.zeros(len(uv)), np.repeat(fade, around)]).astype(np.float32)

    def normals(self, vertices: np.ndarray) -> np.ndarray:
        """Unit normals (N, V, 3) of geometry vertices (N, V, 3)."""
        moments, count = vertices.shape[:2]
        by_vertex = np.ascontiguousarray(vertices.transpose(1, 0, 2))
        a, b, c = (by_vertex[self.geometry_faces[:, corner]] for corner in range(3))
        u, v = b - a, c - a
        cross = np.empty_like(u)
        cross[..., 0] = u[..., 1] * v[..., 2] - u[..., 2] * v[..., 1]
        cross[..., 1] = u[..., 2] * v[..., 0] - u[..., 0] * v[..., 2]
        cross[..., 2] = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
        summed = (self._sum_faces @ cross.reshape(len(cross), -1)).reshape(count, moments, 3)
        summed /= np.maximum(np.sqrt((summed * summed).sum(-1, keepdims=True)), 1e-12)
        return summed.transpose(1, 0, 2)


def _tube_faces(ids: np.ndarray) -> np.ndarray:
    """Triangles between neighbouring rings ids (R, A) of a closed tube."""
    following = np.roll(ids, -1, axis=1)
    first = np.stack([ids[:-1], following[:-1], ids[1:]], -1).reshape(-1, 3)
    second = np.stack([following[:-1], following[1:], ids[1:]], -1).reshape(-1, 3)
    return np.concatenate([first, second])


def _runs_along(faces: np.ndarray, loop: np.ndarray) -> bool:
    """Whether the hand's triangles run the border against the loop's order, so that a tube along the loop fits."""
    edges = {
        (int(a), int(b)) for face in faces for a, b in ((face[0], face[1]), (face[1], face[2]), (face[2], face[0]))
    }
    return (int(loop[1]), int(loop[0])) in edges


class ArmFrames:
    """Cross-sections along the forearm: it leaves the wrist's border along the hand and bends to its own direction."""

    def __init__(self, loop: np.ndarray, hand_axis: np.ndarray, forearm: Forearm):
        """loop (N, A, 3) the border's vertices, hand_axis (N, 3) unit, from the hand into the arm."""
        self.centre = loop.mean(1)
        self.offsets = loop - self.centre[:, None]
        self.axis = hand_axis
        turn = np.cross(hand_axis, forearm.direction)
        sine = np.linalg.norm(turn, axis=-1, keepdims=True)
        angle = np.arctan2(sine, (hand_axis * forearm.direction).sum(-1, keepdims=True))
        self.turn = turn / np.maximum(sine, 1e-9) * angle
        self.forearm = forearm

    def sections(self, distances: np.ndarray, width: np.ndarray) -> np.ndarray:
        """Ring vertices (N, R, A, 3) at distances (R,) in metres, `width` (R, A) times as wide as the arm there."""
        bend = _smooth(distances / 0.05)
        frames = axis_angle_to_matrix(self.turn[:, None] * bend[:, None])
        centres = self.centre[:, None] + self._path(distances)
        grow = 1.0 + self.forearm.widening * _smooth(distances / 0.2)
        along = (self.offsets @ self.axis[..., None]) * self.axis[:, None]
        flat = self.offsets - along
        offsets = flat[:, None] + along[:, None] * (1 - bend)[:, None, None]
        turned = offsets @ np.swapaxes(frames, -1, -2)
        return centres[:, :, None] + turned * (grow[:, None] * width)[..., None]

    def _path(self, distances: np.ndarray) -> np.ndarray:
        """Where the axis has come to (N, R, 3) after distances (R,), from the border's centre."""
        fine = np.linspace(0.0, 0.05, 11)
        middle = 0.5 * (fine[1:] + fine[:-1])
        tangents = (
            axis_angle_to_matrix(self.turn[:, None] * _smooth(middle / 0.05)[:, None]) @ self.axis[:, None, :, None]
        )
        path = np.concatenate([np.zeros_like(tangents[:, :1, :, 0]), np.cumsum(tangents[..., 0] * 0.005, axis=1)], 1)
        place = np.clip(distances / 0.005, 0, 10)
        low = np.minimum(place.astype(int), 9)
        share = (place - low)[:, None]
        near = path[:, low] * (1 - share) + path[:, low + 1] * share
        return near + self.forearm.direction[:, None] * np.maximum(distances - 0.05, 0.0)[:, None]

    def forearm_rings(self) -> np.ndarray:
        """The forearm's vertices (N, R * A, 3)."""
        distances = _RINGS * (self.forearm.length / _RINGS[-1])
        rings = self.sections(distances, np.ones((len(distances), self.offsets.shape[1])))
        return rings.reshape(len(rings), -1, 3)


def _smooth(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3 - 2 * x)


def sleeve(frames: ArmFrames, cut: SleeveCut, tint: np.ndarray) -> Surface:
    """The sleeve's surface: a hem turned inward, then folds up the arm."""
    around = frames.offsets.shape[1]
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    up = np.concatenate([[0.012, 0.0, 0.0], np.cumsum(np.full(14, 0.019))])
    distances = np.maximum(cut.start + up, 0.0)
    waves = sum(size * np.sin(turns * angle[None] + rate * up[:, None] + turns) for size, turns, rate in cut.folds)
    width = cut.looseness * (1.0 + waves * _smooth(up / 0.03)[:, None])
    width[0] = 1.02
    width[1] = np.maximum(cut.looseness * 0.97, 1.03)
    distances = np.minimum(distances, max(frames.forearm.length, 0.02))
    rings = frames.sections(distances, width)
    positions = rings.reshape(len(rings), -1, 3)
    faces = _tube_faces(np.arange(len(up) * around).reshape(len(up), around))
    normals = _tube_normals(rings)
    uv = np.stack(np.broadcast_arrays(angle[None] * 0.035, distances[:, None]), -1).reshape(-1, 2)
    matter = np.tile(np.array([CLOTH, 0.05, 0.85, 0.9]), (len(faces) // 2 + around, 1))
    matter[:around, 2:] = 0.25
    return Surface(positions, normals, uv, np.tile(tint, (len(uv), 1)), matter, faces)


def _tube_normals(rings: np.ndarray) -> np.ndarray:
    """Outward unit normals (N, R * A, 3) of rings (N, R, A, 3) by central differences."""
    around = np.roll(rings, -1, axis=2) - np.roll(rings, 1, axis=2)
    along = np.gradient(rings, axis=1)
    normals = np.cross(around, along)
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-12)
    outward = rings - rings.mean(2, keepdims=True)
    sign = np.sign((normals * outward).sum((-1, -2), keepdims=True))
    return (normals * np.where(sign == 0, 1, sign)).reshape(len(rings), -1, 3)


def rigid(
    shape: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    rotations: np.ndarray,
    translations: np.ndarray,
    tint: np.ndarray,
    matter: tuple[float, float, float, float],
) -> Surface:
    """A rigid thing at rotations (N, 3, 3), translations (N, 3); shape is vertices (V, 3), normals, uv, faces."""
    vertices, normals, uv, faces = shape
    turned = np.swapaxes(rotations, -1, -2)
    return Surface(
        vertices @ turned + translations[:, None],
        normals @ turned,
        uv,
        np.tile(tint, (len(uv), 1)),
        np.tile(np.array(matter), (len(uv), 1)),
        faces,
    )


def rounded_box(half: np.ndarray, roundness: float, segments: int = 12) -> tuple[np.ndarray, ...]:
    """A superellipsoid: roundness 1 is an ellipsoid, near 0 a box; half (3,) metres. Poles along z."""
    polar = np.linspace(0.02, np.pi - 0.02, segments)
    around = np.linspace(0, 2 * np.pi, 2 * segments + 1)
    power = max(roundness, 0.15)
    cos_p, sin_p = _signed_power(np.cos(polar), power)[:, None], _signed_power(np.sin(polar), power)[:, None]
    cos_a, sin_a = _signed_power(np.cos(around), power), _signed_power(np.sin(around), power)
    unit = np.stack(np.broadcast_arrays(sin_p * cos_a, sin_p * sin_a, cos_p), -1)
    vertices = unit * half
    inverse = max(2.0 / power - 1.0, 0.1)
    normals = _signed_power(unit, inverse) / half
    normals /= np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-9)
    uv = np.stack(np.broadcast_arrays(around / np.pi * max(half[:2]), polar[:, None] / np.pi * 2 * half[2]), -1)
    rows, columns = unit.shape[:2]
    grid = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, :-1], grid[1:, 1:]
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    return vertices.reshape(-1, 3), normals.reshape(-1, 3), uv.reshape(-1, 2), faces


def _signed_power(value: np.ndarray, power: float) -> np.ndarray:
    return np.sign(value) * np.abs(value) ** power
