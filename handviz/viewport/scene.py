"""The scene the render process draws: meshes on the hypothesis and timestep axes, colours, visibility, background."""

from dataclasses import dataclass, field

import numpy as np

from handviz.viewport.images import fit_image


@dataclass
class Scene:
    """Meshes of K hypotheses at T timesteps that share one topology, in world coordinates, metres.

    The version counters rise when their part changes, so that a renderer uploads or rebuilds only what it must.
    """

    vertices: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 1, 3), np.float32))
    faces: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.int32))
    colors: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 3), np.float32))
    visible: np.ndarray = field(default_factory=lambda: np.zeros((0, 1), bool))
    background: np.ndarray = field(default_factory=lambda: np.array([255, 255, 255], np.uint8))
    mesh_version: int = 0
    color_version: int = 0
    visible_version: int = 0
    _fitted: tuple[tuple[int, int], np.ndarray] | None = None

    def update(self, arrays: dict[str, np.ndarray]) -> None:
        """Set, by name, vertices with faces, colors, visible, background; those that are not named stay."""
        if "vertices" in arrays:
            self.set_meshes(arrays["vertices"], arrays["faces"])
        if "colors" in arrays:
            self.set_colors(arrays["colors"])
        if "visible" in arrays:
            self.set_visible(arrays["visible"])
        if "background" in arrays:
            self.set_background(arrays["background"])

    def set_meshes(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        """vertices (K, T, V, 3), faces (F, 3). Colours and visibility of the same K, T stay, others start afresh."""
        self.vertices, self.faces = vertices, faces
        self.mesh_version += 1
        hypotheses, timesteps = vertices.shape[:2]
        if self.visible.shape != (hypotheses, timesteps):
            self.set_visible(np.ones((hypotheses, timesteps), bool))
        expected = ((hypotheses, timesteps, 3), (hypotheses, timesteps, vertices.shape[2], 3))
        if self.colors.shape not in expected:
            self.set_colors(np.full(expected[0], 0.75, np.float32))

    def set_colors(self, colors: np.ndarray) -> None:
        """colors (K, T, 3) or (K, T, V, 3), sRGB 0..1."""
        self.colors = colors
        self.color_version += 1

    def set_visible(self, visible: np.ndarray) -> None:
        """visible (K, T) bool."""
        self.visible = visible
        self.visible_version += 1

    def set_background(self, background: np.ndarray) -> None:
        """background (3,) uint8 one colour, or (H, W, 3) uint8 a picture behind the meshes."""
        self.background = background
        self._fitted = None

    @property
    def hand_count(self) -> int:
        """Number of meshes, K * T; mesh k * T + t is hypothesis k at timestep t."""
        return self.vertices.shape[0] * self.vertices.shape[1]

    @property
    def hands(self) -> np.ndarray:
        """Vertices (K * T, V, 3)."""
        return self.vertices.reshape(-1, *self.vertices.shape[2:])

    @property
    def hand_colors(self) -> np.ndarray:
        """Colours (K * T, 3) or (K * T, V, 3) for the meshes there are, grey where none were given."""
        colors = self.colors.reshape(-1, *self.colors.shape[2:])
        fits = colors.shape[0] == self.hand_count and (colors.ndim == 2 or colors.shape[1] == self.vertices.shape[2])
        return colors if fits else np.full((self.hand_count, 3), 0.75, np.float32)

    @property
    def visible_hands(self) -> np.ndarray:
        """Indices of the meshes to be drawn."""
        if self.visible.size != self.hand_count:
            return np.arange(self.hand_count)
        return np.flatnonzero(self.visible)

    @property
    def has_picture(self) -> bool:
        """Whether a picture, rather than one colour, stands behind the meshes."""
        return self.background.ndim == 3

    def backdrop(self, width: int, height: int) -> np.ndarray:
        """The background as a picture (height, width, 3) uint8, stretched to that size; not to be written to."""
        if not self.has_picture:
            return np.broadcast_to(self.background, (height, width, 3))
        if self._fitted is None or self._fitted[0] != (width, height):
            self._fitted = ((width, height), fit_image(self.background, width, height))
        return self._fitted[1]
