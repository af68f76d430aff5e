"""The scene the render process draws: meshes on the hypothesis and timestep axes, colours, visibility, background."""

from dataclasses import dataclass, field

import numpy as np

from handviz.geometry.cameras import Camera
from handviz.hypotheses.motion import at_time
from handviz.viewport.images import fit_image

GREY = 191


@dataclass(frozen=True, eq=False)
class Shot:
    """One picture to be drawn: through which camera, and which of the scene's hands.

    solid and ghosts are indices of hands; the latter let shine through what lies behind them. A transparent picture is
    (H, W, 4), colours times coverage, with nothing behind the meshes.
    """

    camera: Camera
    solid: np.ndarray
    ghosts: np.ndarray
    transparent: bool = False

    @property
    def channels(self) -> int:
        """Bytes a pixel."""
        return 4 if self.transparent else 3


@dataclass
class Scene:
    """Meshes of K hypotheses, and M extra ones behind them on the same axis, at T timesteps, in world coordinates.

    All share one topology; metres. Hands are what is drawn: mesh k at timestep t is hand k * T + t; with a time, 0 past
    to T - 1 future, hand k is mesh k at that time. The version counters rise when their part changes, so that a
    renderer uploads or rebuilds only what it must.
    """

    vertices: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 1, 3), np.float32))
    extras: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 1, 3), np.float32))
    faces: np.ndarray = field(default_factory=lambda: np.zeros((0, 3), np.int32))
    colors: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 3), np.uint8))
    visible: np.ndarray = field(default_factory=lambda: np.zeros((0, 1), bool))
    ghosts: np.ndarray = field(default_factory=lambda: np.zeros((0, 1), bool))
    ghost_tone: np.ndarray = field(default_factory=lambda: np.full(3, GREY, np.float32))
    """(3,) 0..255, the grey that the colours of ghosts tend to."""
    time: float | None = None
    background: np.ndarray = field(default_factory=lambda: np.array([255, 255, 255], np.uint8))
    mesh_version: int = 0
    extra_version: int = 0
    color_version: int = 0
    _fitted: tuple[tuple[int, int], np.ndarray] | None = None
    _colors: tuple[tuple, np.ndarray] | None = None

    def update(self, arrays: dict[str, np.ndarray]) -> None:
        """Set, by name, vertices with faces, extras, colors, visible, ghosts with ghost_tone, time (NaN for none),
        background; those that are not named stay."""
        if "vertices" in arrays:
            self.set_meshes(arrays["vertices"], arrays["faces"])
        if "extras" in arrays:
            self.set_extras(arrays["extras"])
        if "colors" in arrays:
            self.set_colors(arrays["colors"])
        if "visible" in arrays:
            self.visible = arrays["visible"]
        if "ghosts" in arrays:
            self.ghosts = arrays["ghosts"]
        if "ghost_tone" in arrays:
            self.ghost_tone = arrays["ghost_tone"].astype(np.float32)
        if "time" in arrays:
            time = float(arrays["time"].reshape(()))
            self.time = None if np.isnan(time) else time
        if "background" in arrays:
            self.set_background(arrays["background"])

    def set_meshes(self, vertices: np.ndarray, faces: np.ndarray) -> None:
        """vertices (K, T, V, 3), faces (F, 3). Extras of another topology leave; colours and masks that do not fit
        count as not given."""
        self.vertices, self.faces = vertices, faces
        self.mesh_version += 1
        if self.extras.shape[1:] != vertices.shape[1:]:
            self.set_extras(np.zeros((0, *vertices.shape[1:]), np.float32))

    def set_extras(self, extras: np.ndarray) -> None:
        """extras (M, T, V, 3) of the meshes' topology; others are none."""
        fits = extras.ndim == 4 and extras.shape[1:] == self.vertices.shape[1:]
        self.extras = extras if fits else np.zeros((0, *self.vertices.shape[1:]), np.float32)
        self.extra_version += 1

    def set_colors(self, colors: np.ndarray) -> None:
        """colors (K + M, T, 3) or (K + M, T, V, 3) uint8 sRGB."""
        self.colors = colors
        self.color_version += 1

    def set_background(self, background: np.ndarray) -> None:
        """background (3,) uint8 one colour, or (H, W, 3) uint8 a picture behind the meshes."""
        self.background = background
        self._fitted = None

    @property
    def mesh_count(self) -> int:
        """K + M."""
        return self.vertices.shape[0] + self.extras.shape[0]

    @property
    def timesteps(self) -> int:
        """T."""
        return self.vertices.shape[1]

    @property
    def hand_count(self) -> int:
        """Number of hands."""
        return self.mesh_count if self.time is not None else self.mesh_count * self.timesteps

    @property
    def first_extra(self) -> int:
        """Index of the first hand of an extra mesh."""
        return self.vertices.shape[0] * (1 if self.time is not None else self.timesteps)

    def place_of(self, hand: int) -> tuple[int, int]:
        """Mesh and timestep of a hand; at a time between two the nearer one."""
        if self.time is not None:
            return int(hand), round(self.time)
        return int(hand) // self.timesteps, int(hand) % self.timesteps

    @property
    def hand_colors(self) -> np.ndarray:
        """Colours (N, 3) or (N, V, 3) uint8 of the hands, grey where none were given."""
        key = (self.color_version, self.time, self.mesh_count, self.vertices.shape[1:3])
        if self._colors is None or self._colors[0] != key:
            self._colors = key, self._compute_colors()
        return self._colors[1]

    def _compute_colors(self) -> np.ndarray:
        colors = self.colors
        expected = (self.mesh_count, self.timesteps)
        if colors.shape[:2] != expected or colors.shape[2:] not in ((3,), (self.vertices.shape[2], 3)):
            return np.full((self.hand_count, 3), GREY, np.uint8)
        if self.time is not None:
            return np.clip(at_time(colors, self.time) + 0.5, 0, 255).astype(np.uint8)
        return colors.reshape(-1, *colors.shape[2:])

    def _hands_in(self, mask: np.ndarray) -> np.ndarray:
        return np.flatnonzero(mask.any(1) if self.time is not None else mask)

    def shot(self, camera: Camera, visible: np.ndarray | None = None, transparent: bool = False) -> Shot:
        """What a camera sees; visible (K + M, T) overrides what is visible, and leaves the ghosts out."""
        shape = (self.mesh_count, self.timesteps)
        own = self.visible if visible is None else visible
        solid = own if own.shape == shape else np.ones(shape, bool)
        ghosts = self.ghosts if visible is None and self.ghosts.shape == shape else np.zeros(shape, bool)
        ghosts = self._hands_in(ghosts & ~solid)
        solid = self._hands_in(solid)
        if self.time is not None:
            ghosts = np.setdiff1d(ghosts, solid)
        return Shot(camera, solid, ghosts, transparent)

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
