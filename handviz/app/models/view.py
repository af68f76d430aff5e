"""What one viewport shows and from where."""

import numpy as np

from handviz.app.models.affine import PhotoTransform, around
from handviz.app.models.signal import Signal
from handviz.geometry.cameras import Camera
from handviz.geometry.orbit import OrbitView
from handviz.hypotheses.prediction import Prediction

STANDARD_VIEWS = {"front": (0.0, 0.0), "side": (np.pi / 2, 0.0), "top": (0.0, np.pi / 2)}
"""Yaw and pitch in radians."""

CAMERA = "camera"
"""The view of the photo's own camera, meshes lying exactly over the photo."""

VIEWS = (CAMERA, *STANDARD_VIEWS)

COLORINGS = ("timestep", "score", "cluster", "spread", "error")
"""What the colour of a mesh says; the last two have a colour a vertex."""

DISPLAYS = ("all", "representatives", "mean")
"""Every kept hypothesis, one of each cluster, or the mean hand of the kept ones."""

MIN_SPEED, MAX_SPEED = 0.1, 4.0
"""Exposures a second."""


class ViewModel:
    """Camera, visible timesteps, colours and time of one viewport.

    camera_changed follows every move, content_changed what is shown, time_changed time, playing and speed. Sizes of the
    pane are logical pixels; pixel_ratio is device pixels per logical pixel.
    """

    def __init__(self) -> None:
        self.camera_changed = Signal()
        self.content_changed = Signal()
        self.time_changed = Signal()
        self.orbit = OrbitView()
        self.over_photo = False
        self.timesteps: tuple[bool, ...] = (True, True, True)
        self.solo = False
        self.coloring = "timestep"
        self.display = "all"
        self._before_spread = "all"
        self.ghost = True
        self.trails = False
        self.show_truth = False
        self.time: float | None = None
        self.playing = False
        self.speed = 0.6
        self._photo: PhotoTransform | None = None
        self._photo_fitted: tuple[PhotoTransform, int, int] | None = None
        self._photo_move = (1.0, 0.0, 0.0)
        self._photo_size: tuple[int, int] | None = None
        self._box: tuple[float, float, float, float] | None = None
        self._intrinsics: np.ndarray | None = None
        self._points: np.ndarray | None = None

    def show_prediction(self, prediction: Prediction, keep_view: bool) -> None:
        """Frame the hand of a prediction; with keep_view only its place changes, not the angle or the zoom."""
        points = prediction.landmarks.reshape(-1, 3)
        self._points = points
        self._intrinsics = np.asarray(prediction.intrinsics, np.float64)
        x, y, w, h = (float(value) for value in prediction.box)
        self._box = (x, y, w, h)
        if len(self.timesteps) != len(prediction.timesteps):
            self.timesteps = (True,) * len(prediction.timesteps)
        framed = OrbitView.framing(points, self.orbit.yaw, self.orbit.pitch, self.orbit.field_of_view)
        if keep_view:
            framed = OrbitView(framed.target, self.orbit.distance, framed.yaw, framed.pitch, framed.field_of_view)
        self.orbit = framed
        self._photo = None
        self.content_changed.emit()
        self.camera_changed.emit()

    def set_photo_size(self, width: int, height: int) -> None:
        """Pixels of the photo; the view over the photo starts around the hand again."""
        self._photo_size = (width, height)
        self._photo = None

    def set_orbit(self, orbit: OrbitView) -> None:
        """Look from an orbit view."""
        self.orbit = orbit
        self.over_photo = False
        self.camera_changed.emit()

    def look(self, view: str) -> None:
        """Take a standard view by name (VIEWS), with the whole hand in sight."""
        if view == CAMERA:
            self._photo = None
            self.over_photo = True
        else:
            yaw, pitch = STANDARD_VIEWS[view]
            self._frame(yaw, pitch)
        self.camera_changed.emit()

    def fit(self) -> None:
        """Bring the whole hand into sight from where the camera looks."""
        if self.over_photo:
            self._photo = None
        else:
            self._frame(self.orbit.yaw, self.orbit.pitch)
        self.camera_changed.emit()

    def _frame(self, yaw: float, pitch: float) -> None:
        self.over_photo = False
        points = self._points if self._points is not None else np.array([[-0.1, -0.1, 0.4], [0.1, 0.1, 0.6]])
        # orbited() keeps the pitch off the poles.
        angle = OrbitView().orbited(yaw, pitch)
        self.orbit = OrbitView.framing(points, angle.yaw, angle.pitch, self.orbit.field_of_view)

    def orbit_by(self, yaw: float, pitch: float) -> None:
        """Turn by radians; from the photo's view this begins at the photo's camera."""
        if self.over_photo:
            self._frame(0.0, 0.0)
        self.set_orbit(self.orbit.orbited(yaw, pitch))

    def pan_by(self, right: float, down: float, height: float) -> None:
        """Shift the picture by pixels, in a pane of that height."""
        if self.over_photo:
            if self._photo is not None:
                self._photo = self._photo.panned(right, down)
        else:
            metres = 2.0 * self.orbit.distance * np.tan(0.5 * self.orbit.field_of_view) / max(height, 1.0)
            self.orbit = self.orbit.panned(-right * metres, -down * metres)
        self.camera_changed.emit()

    def zoom_by(self, factor: float, x: float, y: float) -> None:
        """Magnify by factor; over the photo about the pane pixel (x, y)."""
        if self.over_photo:
            if self._photo is not None:
                self._photo = self._photo.zoomed_at(x, y, factor)
        else:
            self.orbit = self.orbit.zoomed(1.0 / factor)
        self.camera_changed.emit()

    def recentre(self, camera: Camera, x: float, y: float, depth: float) -> None:
        """Circle the point that an image pixel (x, y) of camera shows at a depth in metres."""
        ray = np.linalg.inv(camera.intrinsics) @ np.array([x, y, 1.0])
        point = camera.camera_from_world[:3, :3].T @ (ray * depth - camera.camera_from_world[:3, 3])
        orbit = self.orbit
        target = tuple(float(value) for value in point)
        self.set_orbit(OrbitView(target, orbit.distance, orbit.yaw, orbit.pitch, orbit.field_of_view))

    def photo_transform(self, width: int, height: int) -> PhotoTransform:
        """Where the photo lies in a pane of width x height while looking over it."""
        if self._photo is None:
            photo_width, photo_height = self._photo_size or (width, height)
            region = (0.0, 0.0, float(photo_width), float(photo_height))
            if self._box is not None:
                region = around(self._box, 0.45, photo_width, photo_height)
            fitted = PhotoTransform.fitting(region, width, height)
            self._photo_fitted = fitted, width, height
            zoom, right, down = self._photo_move
            self._photo = fitted.zoomed_at(0.5 * width, 0.5 * height, zoom).panned(right, down)
            self._photo_move = (1.0, 0.0, 0.0)
        return self._photo

    def set_photo_transform(self, transform: PhotoTransform, width: int, height: int) -> None:
        """Show the photo at another place and zoom, in a pane of width x height, while looking over it."""
        if transform != self.photo_transform(width, height):
            self._photo = transform
            self.camera_changed.emit()

    @property
    def photo_move(self) -> tuple[float, float, float]:
        """Zoom about the pane's middle, and shift right and down in pixels, since the photo was fitted to the pane."""
        if self._photo is None or self._photo_fitted is None:
            return self._photo_move
        fitted, width, height = self._photo_fitted
        zoom = self._photo.scale / fitted.scale
        zoomed = fitted.zoomed_at(0.5 * width, 0.5 * height, zoom)
        return zoom, self._photo.left - zoomed.left, self._photo.top - zoomed.top

    def set_camera(self, orbit: OrbitView, over_photo: bool, photo_move: tuple[float, float, float]) -> None:
        """Take the whole state of another viewport's camera."""
        if (orbit, over_photo) == (self.orbit, self.over_photo) and np.allclose(photo_move, self.photo_move, atol=1e-6):
            return
        self.orbit, self.over_photo = orbit, over_photo
        self._photo, self._photo_move = None, photo_move
        self.camera_changed.emit()

    def camera(self, width: int, height: int, pixel_ratio: float = 1.0) -> Camera:
        """The camera for a pane of width x height, its image in device pixels."""
        device_width, device_height = round(width * pixel_ratio), round(height * pixel_ratio)
        if self.over_photo and self._intrinsics is not None:
            transform = self.photo_transform(width, height)
            intrinsics = transform.intrinsics(self._intrinsics, pixel_ratio)
            return Camera(intrinsics, np.eye(4), device_width, device_height)
        return self.orbit.camera(device_width, device_height)

    def set_timestep(self, timestep: int, visible: bool) -> None:
        """Show or hide one timestep."""
        timesteps = tuple(visible if index == timestep else shown for index, shown in enumerate(self.timesteps))
        if timesteps != self.timesteps:
            self.timesteps = timesteps
            self.content_changed.emit()

    def set_solo(self, solo: bool) -> None:
        """Show the selected hypotheses alone, or all that are kept."""
        if solo != self.solo:
            self.solo = solo
            self.content_changed.emit()

    def set_coloring(self, coloring: str) -> None:
        """Let colour say one of COLORINGS. A spread is of all, so it comes with the mean hand and leaves with it."""
        if coloring not in COLORINGS:
            raise ValueError(f"unknown colouring {coloring!r}; use one of {', '.join(COLORINGS)}")
        display = self.display
        if coloring == "spread" != self.coloring:
            self._before_spread, display = display, "mean"
        elif self.coloring == "spread" != coloring and display == "mean":
            display = self._before_spread
        self._set_content(coloring=coloring, display=display)

    def set_display(self, display: str) -> None:
        """Draw one of DISPLAYS."""
        if display not in DISPLAYS:
            raise ValueError(f"unknown display {display!r}; use one of {', '.join(DISPLAYS)}")
        self._set_content(display=display)

    def set_ghost(self, ghost: bool) -> None:
        """Draw what is not kept as pale ghosts, or not at all."""
        self._set_content(ghost=ghost)

    def set_trails(self, trails: bool) -> None:
        """Draw the paths of the fingertips from past to future."""
        self._set_content(trails=trails)

    def set_show_truth(self, show_truth: bool) -> None:
        """Draw the true hand, where it is known."""
        self._set_content(show_truth=show_truth)

    def _set_content(self, **changes: object) -> None:
        changed = {name: value for name, value in changes.items() if getattr(self, name) != value}
        for name, value in changed.items():
            setattr(self, name, value)
        if changed:
            self.content_changed.emit()

    def set_time(self, time: float | None) -> None:
        """Show every hand at one time, 0 past to T - 1 future in steps of the timesteps; None shows the timesteps."""
        if time is not None:
            time = float(np.clip(time, 0.0, len(self.timesteps) - 1))
        if time != self.time:
            self.time = time
            self.playing = self.playing and time is not None
            self.time_changed.emit()

    def set_playing(self, playing: bool) -> None:
        """Run from past to future and back, or rest; the play begins at the past."""
        if playing != self.playing:
            self.playing = playing
            if playing and self.time is None:
                self.time = 0.0
            self.time_changed.emit()

    def set_speed(self, speed: float) -> None:
        """Play so many exposures a second."""
        speed = float(np.clip(speed, MIN_SPEED, MAX_SPEED))
        if speed != self.speed:
            self.speed = speed
            self.time_changed.emit()
