"""The orbit view: a camera that circles a target, as plain data."""

from dataclasses import dataclass, replace

import numpy as np

from handviz.geometry.cameras import Camera, pinhole_intrinsics


@dataclass(frozen=True)
class OrbitView:
    """A view on world coordinates (x right, y down, z forward), metres and radians.

    With yaw = pitch = 0 the camera looks along +z, as the photo's camera does. Positive yaw walks the camera to the
    right around the target, positive pitch lifts it above.
    """

    target: tuple[float, float, float] = (0.0, 0.0, 0.5)
    distance: float = 0.5
    yaw: float = 0.0
    pitch: float = 0.0
    field_of_view: float = 0.7

    def camera(self, width: int, height: int) -> Camera:
        """The pinhole camera of this view for an image of width x height pixels; the field of view is vertical."""
        camera_from_world = np.eye(4)
        rotation = self.rotation()
        camera_from_world[:3, :3] = rotation
        camera_from_world[:3, 3] = np.array([0.0, 0.0, self.distance]) - rotation @ np.array(self.target)
        focal = 0.5 * height / np.tan(0.5 * self.field_of_view)
        return Camera(pinhole_intrinsics(focal, width, height), camera_from_world, width, height)

    def rotation(self) -> np.ndarray:
        """Rotation (3, 3) from world to camera coordinates."""
        cy, sy, cp, sp = np.cos(self.yaw), np.sin(self.yaw), np.cos(self.pitch), np.sin(self.pitch)
        about_y = np.array([[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]])
        about_x = np.array([[1.0, 0.0, 0.0], [0.0, cp, -sp], [0.0, sp, cp]])
        return about_x @ about_y

    def orbited(self, yaw: float, pitch: float) -> "OrbitView":
        """Turned by yaw and pitch in radians; pitch stops short of the poles."""
        limit = np.pi / 2 - 0.01
        return replace(self, yaw=self.yaw + yaw, pitch=float(np.clip(self.pitch + pitch, -limit, limit)))

    def panned(self, right: float, down: float) -> "OrbitView":
        """Target moved by metres along the image's right and down directions."""
        offset = self.rotation().T @ np.array([right, down, 0.0])
        return replace(self, target=tuple(float(value) for value in np.array(self.target) + offset))

    def zoomed(self, factor: float) -> "OrbitView":
        """Distance multiplied by factor, kept between 2 cm and 20 m."""
        return replace(self, distance=float(np.clip(self.distance * factor, 0.02, 20.0)))

    @classmethod
    def framing(
        cls, points: np.ndarray, yaw: float = 0.0, pitch: float = 0.0, field_of_view: float = 0.7
    ) -> "OrbitView":
        """A view that holds all world points (..., 3)."""
        points = points.reshape(-1, 3)
        centre = 0.5 * (points.min(0) + points.max(0))
        radius = float(np.linalg.norm(points - centre, axis=1).max())
        distance = max(1.1 * radius / np.sin(0.5 * field_of_view), 0.02)
        return cls(tuple(float(value) for value in centre), distance, yaw, pitch, field_of_view)
