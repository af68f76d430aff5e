"""The search trees over a scene's hands: thinned for quick pictures, whole ones in parts, kept while they fit."""

from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from handviz.viewport.backends.tracing import Part, build_part
from handviz.viewport.hands import Hands
from handviz.viewport.mesh_tools import coarse_faces
from handviz.viewport.scene import Scene

QUICK_TRIANGLES = 160_000
"""Up to here the meshes are not thinned: their tree is built in some 60 ms."""
BESIDE_GHOSTS, GHOST_TRIANGLES = 72_000, 36_000
"""The same for solid hands beside ghosts, and for the ghosts: every step of a threshold builds trees of all hands."""
PLAYED_TRIANGLES = 40_000
"""The same for hands that move, whose tree is built for every picture."""
THINNING_STEPS = 4
"""Steps in which the number of triangles is halved; every step is computed once."""
PART_TRIANGLES = 250_000
"""Triangles of one part of the full scene."""
KEPT = 12
"""Quick trees that are kept: those of the window's two panes, and of what was just switched."""


class Trees:
    """Trees over the hands of a scene. Extra meshes have trees of their own, so that changing them costs little."""

    def __init__(self, hands: Hands) -> None:
        self._hands = hands
        self._versions = (-1, -1)
        self._mesh_version = -1
        self._coarse: dict[int, np.ndarray] = {}
        self._quick: OrderedDict[tuple[bytes, int], Part] = OrderedDict()
        self._full: dict[bytes, Part] = {}

    def follow(self, scene: Scene) -> None:
        """Forget what does not fit the scene any more."""
        if scene.mesh_version != self._mesh_version:
            self._mesh_version = scene.mesh_version
            self._coarse = {}
        base, version = self._hands.base_version, self._hands.version
        if (base, version) == self._versions:
            return
        if base != self._versions[0]:
            self._quick.clear()
            self._full = {}
        else:
            first = scene.first_extra
            self._quick = OrderedDict((key, part) for key, part in self._quick.items() if part.hands[-1] < first)
            self._full = {key: part for key, part in self._full.items() if part.hands[-1] < first}
        self._versions = (base, version)

    def quick(self, scene: Scene, solid: np.ndarray, ghosts: np.ndarray) -> tuple[list[Part], list[Part]]:
        """Trees of thinned meshes over the solid hands and over the ghosts."""
        if not len(scene.faces):
            return [], []
        limits = self._limits(scene, solid.size, ghosts.size)
        parts = tuple(
            [
                self._quick_part(group, self._thinned_faces(scene, limit // hands.size))
                for group in _groups(scene, hands)
            ]
            for hands, limit in zip((solid, ghosts), limits, strict=True)
        )
        while len(self._quick) > KEPT:
            self._quick.popitem(last=False)
        return parts

    @staticmethod
    def _limits(scene: Scene, solid: int, ghosts: int) -> tuple[int, int]:
        """Triangles that solid hands and ghosts, as many as given, may have together each."""
        whole = PLAYED_TRIANGLES if scene.time is not None else QUICK_TRIANGLES
        if not (solid and ghosts) or (solid + ghosts) * len(scene.faces) <= whole:
            return whole, whole
        share = whole / QUICK_TRIANGLES
        return round(share * BESIDE_GHOSTS), round(share * GHOST_TRIANGLES)

    def full(
        self, scene: Scene, solid: np.ndarray, ghosts: np.ndarray, interrupted: Callable[[], bool]
    ) -> tuple[list[Part], list[Part]] | None:
        """Trees over all triangles; those of groups that look as before are kept. None when interrupted."""
        quick = self.quick(scene, solid, ghosts)
        if all(part.faces is scene.faces for parts in quick for part in parts):
            return quick
        size = max(PART_TRIANGLES // len(scene.faces), 1)
        full: dict[bytes, Part] = {}
        result: tuple[list[Part], list[Part]] = ([], [])
        for parts, hands in zip(result, (solid, ghosts), strict=True):
            for group in (some for whole in _groups(scene, hands) for some in _chunks(whole, size)):
                key = group.tobytes()
                if key not in self._full and interrupted():
                    self._full.update(full)
                    return None
                full[key] = self._full.get(key) or build_part(self._hands.vertices, group, scene.faces)
                parts.append(full[key])
        self._full = full
        return result

    def _quick_part(self, hands: np.ndarray, faces: np.ndarray) -> Part:
        key = hands.tobytes(), len(faces)
        if key not in self._quick:
            self._quick[key] = build_part(self._hands.vertices, hands, faces)
        self._quick.move_to_end(key)
        return self._quick[key]

    def _thinned_faces(self, scene: Scene, target: int) -> np.ndarray:
        """The faces of one mesh, fewer in even steps until at most `target`, but not below a sixteenth."""
        if len(scene.faces) <= target:
            return scene.faces
        steps = min(int(np.ceil(THINNING_STEPS * np.log2(len(scene.faces) / max(target, 1)))), 4 * THINNING_STEPS)
        if steps not in self._coarse:
            fewer = int(len(scene.faces) / 2 ** (steps / THINNING_STEPS))
            self._coarse[steps] = coarse_faces(self._hands.vertices[0], scene.faces, fewer)
        return self._coarse[steps]


def _groups(scene: Scene, hands: np.ndarray) -> list[np.ndarray]:
    """Hands of hypotheses and hands of extra meshes, where there are any."""
    parts = hands[hands < scene.first_extra], hands[hands >= scene.first_extra]
    return [part for part in parts if part.size]


def _chunks(hands: np.ndarray, size: int) -> list[np.ndarray]:
    return [hands[start : start + size] for start in range(0, hands.size, size)]
