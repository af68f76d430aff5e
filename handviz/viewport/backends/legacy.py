"""Open3D's OpenGL visualizer without a window: the visible meshes as one lit mesh.

It knows only cameras with square pixels and the principal point in the middle. Any other pinhole camera is the same as
such a one after the camera coordinates are sheared and stretched, which is done to the vertices, so every camera is
exact.
"""

import time
from collections.abc import Callable

import numpy as np
import open3d as o3d

from handviz.errors import HandvizError
from handviz.geometry.cameras import Camera, pinhole_intrinsics
from handviz.viewport.backends.keying import KEY, composed
from handviz.viewport.hands import Hands, unit
from handviz.viewport.mesh_tools import coarse_faces, merged_faces
from handviz.viewport.scene import Scene, Shot

FRAME_SECONDS = 0.045
"""What a moving picture may cost before its meshes are thinned."""
HEADROOM = 0.75
"""The visualizer's lamps together would bleach full colours."""
FIELD_OF_VIEW = (np.radians(8.0), np.radians(85.0))
"""Vertical fields of view the visualizer takes unchanged."""


class LegacyRenderer:
    """See the module. One window at a time, made anew when the size of the picture changes."""

    name = "legacy"

    def __init__(self) -> None:
        o3d.utility.set_verbosity_level(o3d.utility.VerbosityLevel.Error)
        self._window: o3d.visualization.Visualizer | None = None
        self._size = (0, 0)
        self._mesh: o3d.geometry.TriangleMesh | None = None
        self._shown: tuple | None = None
        self.hands = Hands()
        self._base_version = -1
        self._thin: np.ndarray | None = None
        self._thin_target = 0
        self._seconds_per_triangle = 0.0
        # A machine without OpenGL is to be found out before the first frame.
        self._open(64, 64)

    def draw_quick(self, scene: Scene, shot: Shot) -> tuple[np.ndarray, bool]:
        """With fewer triangles where all of them take too long."""
        self._follow(scene)
        hands = max(shot.solid.size + shot.ghosts.size, 1)
        faces = scene.faces
        if self._seconds_per_triangle * hands * len(faces) > FRAME_SECONDS:
            faces = self._thinned_faces(scene, int(FRAME_SECONDS / self._seconds_per_triangle / hands))
        return self._draw(scene, shot, faces), faces is scene.faces

    def draw_full(self, scene: Scene, shot: Shot, interrupted: Callable[[], bool]) -> np.ndarray | None:
        """With all triangles; once begun it is not given up."""
        if interrupted():
            return None
        self._follow(scene)
        return self._draw(scene, shot, scene.faces)

    def _draw(self, scene: Scene, shot: Shot, faces: np.ndarray) -> np.ndarray:
        plain = not (scene.has_picture or shot.transparent)
        key = scene.background if plain and not shot.ghosts.size else KEY

        def draw(hands: np.ndarray) -> np.ndarray:
            uploaded = self._upload(scene, shot.camera, hands, faces)
            started = time.perf_counter()
            image = self._capture(shot.camera, hands, key)
            if not uploaded and hands.size * len(faces) > 10_000:
                self._seconds_per_triangle = (time.perf_counter() - started) / (hands.size * len(faces))
            return image

        return draw(shot.solid) if key is not KEY else composed(draw, KEY, scene, shot)

    def _follow(self, scene: Scene) -> None:
        self.hands.follow(scene)
        if self.hands.base_version != self._base_version:
            self._base_version = self.hands.base_version
            if scene.time is None:
                self._thin = None

    def _thinned_faces(self, scene: Scene, target: int) -> np.ndarray:
        # Kept while it is about right, since another choice costs an upload.
        target = max(target, len(scene.faces) // 16)
        if self._thin is None or not 0.5 < target / self._thin_target < 2.0:
            self._thin_target = target
            self._thin = coarse_faces(self.hands.vertices[0], scene.faces, target)
        return self._thin

    def _upload(self, scene: Scene, camera: Camera, hands: np.ndarray, faces: np.ndarray) -> bool:
        """Give the window these hands, unless it has them; whether it was needed."""
        self._open(camera.width, camera.height)
        exact = _taken_unchanged(camera)
        pose = None if exact else (camera.camera_from_world.tobytes(), camera.intrinsics.tobytes())
        shown = (self.hands.version, scene.color_version, hands.tobytes(), len(faces), pose)
        if shown == self._shown:
            return False
        vertices = self.hands.vertices[hands].astype(np.float64)
        normals = unit(self.hands.normals[hands]).astype(np.float64)
        if not exact:
            stretch = np.linalg.inv(_plain_intrinsics(camera)) @ camera.intrinsics
            vertices = camera.to_camera(vertices) @ stretch.T
            normals = normals @ camera.camera_from_world[:3, :3].T
        colors = HEADROOM / 255.0 * scene.hand_colors[hands].astype(np.float64)
        if colors.ndim == 2:
            colors = np.broadcast_to(colors[:, None], vertices.shape)
        mesh = o3d.geometry.TriangleMesh(
            o3d.utility.Vector3dVector(vertices.reshape(-1, 3)),
            o3d.utility.Vector3iVector(merged_faces(faces, hands.size, vertices.shape[1])),
        )
        mesh.vertex_normals = o3d.utility.Vector3dVector(normals.reshape(-1, 3))
        mesh.vertex_colors = o3d.utility.Vector3dVector(np.ascontiguousarray(colors).reshape(-1, 3))
        # Without them the visualizer draws unlit, whatever the vertex normals say.
        mesh.compute_triangle_normals()
        if self._mesh is not None:
            self._window.remove_geometry(self._mesh, reset_bounding_box=False)
        self._mesh = mesh if hands.size else None
        if self._mesh is not None:
            self._window.add_geometry(self._mesh)
        self._shown = shown
        return True

    def _open(self, width: int, height: int) -> None:
        if self._size == (width, height):
            return
        if self._window is not None:
            self._window.destroy_window()
        self._window = o3d.visualization.Visualizer()
        if not self._window.create_window("handviz", width, height, visible=False):
            raise HandvizError("OpenGL gave no context to draw in; install a graphics driver or Mesa.")
        self._size, self._mesh, self._shown = (width, height), None, None
        options = self._window.get_render_option()
        options.mesh_show_back_face = True
        options.mesh_shade_option = o3d.visualization.MeshShadeOption.Color

    def _capture(self, camera: Camera, hands: np.ndarray, background: np.ndarray) -> np.ndarray:
        options, control = self._window.get_render_option(), self._window.get_view_control()
        options.background_color = background / 255.0
        exact = _taken_unchanged(camera)
        near, far = self._depth_range(camera, hands)
        control.set_constant_z_near(near)
        control.set_constant_z_far(far)
        parameters = o3d.camera.PinholeCameraParameters()
        parameters.extrinsic = np.array(camera.camera_from_world) if exact else np.eye(4)
        focal = (camera.intrinsics if exact else _plain_intrinsics(camera))[1, 1]
        # The visualizer counts from the middle of the first pixel.
        parameters.intrinsic = o3d.camera.PinholeCameraIntrinsic(
            camera.width, camera.height, focal, focal, camera.width / 2 - 0.5, camera.height / 2 - 0.5
        )
        if not control.convert_from_pinhole_camera_parameters(parameters, True):
            raise HandvizError("The OpenGL renderer does not take this camera.")
        pixels = np.asarray(self._window.capture_screen_float_buffer(True))
        image = (pixels * 255.0 + 0.5).astype(np.uint8)
        if image.shape != (camera.height, camera.width, 3):
            raise HandvizError(
                f"The OpenGL renderer drew {image.shape[1]}x{image.shape[0]} pixels, not what was asked."
            )
        return image

    def _depth_range(self, camera: Camera, hands: np.ndarray) -> tuple[float, float]:
        if not hands.size:
            return 0.1, 1.0
        # A vertex stands for its hand, 0.3 m for how far a hand may reach from any of its vertices.
        depth = camera.to_camera(self.hands.vertices[hands, 0])[:, 2]
        far = max(float(depth.max()) + 0.3, 0.01)
        return max(float(depth.min()) - 0.3, 1e-3 * far, 1e-3), far


def _taken_unchanged(camera: Camera) -> bool:
    plain = pinhole_intrinsics(camera.intrinsics[1, 1], camera.width, camera.height)
    view = 2.0 * np.arctan(0.5 * camera.height / camera.intrinsics[1, 1])
    return bool(np.abs(plain - camera.intrinsics).max() < 1e-6) and FIELD_OF_VIEW[0] < view < FIELD_OF_VIEW[1]


def _plain_intrinsics(camera: Camera) -> np.ndarray:
    """Intrinsics the visualizer takes: square pixels, principal point in the middle, 45 degrees high."""
    return pinhole_intrinsics(0.5 * camera.height / np.tan(np.radians(22.5)), camera.width, camera.height)
