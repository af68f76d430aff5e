"""Orbit in another viewer: `viewport_others.py pyvista|aitviewer meshes.npz`; run by viewport_orbit.py."""

import sys
import time

import numpy as np

WIDTH, HEIGHT, FIELD_OF_VIEW, STEP = 960, 720, 0.7, 0.03


def merged(path: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All meshes as one: vertices (N, 3), faces (M, 3), colours (N, 3) in 0..1."""
    with np.load(path) as file:
        vertices, faces, colors = file["vertices"], file["faces"], file["colors"]
    count, size = vertices.shape[:2]
    all_faces = (faces[None] + np.arange(count)[:, None, None] * size).reshape(-1, 3)
    return vertices.reshape(-1, 3), all_faces, np.repeat(colors, size, axis=0)


def orbit(vertices: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Eye and target of a camera that sees everything; y points down, as in a photo's camera coordinates."""
    target = 0.5 * (vertices.min(0) + vertices.max(0))
    distance = 1.1 * np.linalg.norm(vertices - target, axis=1).max() / np.sin(0.5 * FIELD_OF_VIEW)
    return target - distance * np.array([np.sin(angle), 0.0, np.cos(angle)]), target


def pyvista_rate(path: str) -> float:
    """Frames a second of pyvista, off screen."""
    import pyvista

    vertices, faces, colors = merged(path)
    plotter = pyvista.Plotter(off_screen=True, window_size=(WIDTH, HEIGHT))
    mesh = pyvista.PolyData.from_regular_faces(vertices, faces)
    mesh["rgb"] = (255 * colors).astype(np.uint8)
    plotter.add_mesh(mesh, scalars="rgb", rgb=True)
    plotter.camera.view_angle = np.degrees(FIELD_OF_VIEW)
    plotter.show(auto_close=False)

    def draw(angle: float) -> None:
        eye, target = orbit(vertices, angle)
        plotter.camera_position = [tuple(eye), tuple(target), (0.0, -1.0, 0.0)]
        plotter.render()
        assert plotter.screenshot(return_img=True).shape[:2] == (HEIGHT, WIDTH)

    return rate(draw)


def aitviewer_rate(path: str) -> float:
    """Frames a second of aitviewer, headless."""
    import moderngl

    # Without a display the viewer's own choice of context fails.
    create = moderngl.create_standalone_context
    moderngl.create_standalone_context = lambda **options: create(**options | {"backend": "egl"})
    from aitviewer.configuration import CONFIG
    from aitviewer.headless import HeadlessRenderer
    from aitviewer.renderables.meshes import Meshes
    from aitviewer.scene.camera import PinholeCamera

    CONFIG.update_conf({"window_width": WIDTH, "window_height": HEIGHT, "shadows_enabled": False})
    viewer = HeadlessRenderer()
    vertices, faces, colors = merged(path)
    rgba = np.concatenate([colors, np.ones((len(colors), 1))], 1)
    viewer.scene.add(Meshes(vertices[None].astype(np.float32), faces, vertex_colors=rgba[None].astype(np.float32)))
    camera = PinholeCamera(*orbit(vertices, 0.0), WIDTH, HEIGHT, fov=np.degrees(FIELD_OF_VIEW), viewer=viewer)
    viewer.scene.add(camera)
    viewer.set_temp_camera(camera)
    viewer._init_scene()

    def draw(angle: float) -> None:
        camera.position = orbit(vertices, angle)[0]
        # What get_frame() does, without setting the scene up again each time.
        viewer.on_render(0, 0, export=True)
        assert np.asarray(viewer.get_current_frame_as_image()).shape[:2] == (HEIGHT, WIDTH)

    return rate(draw)


def rate(draw, seconds: float = 10.0) -> float:
    """Frames a second of draw(angle), over about `seconds`."""
    for frame in range(2):
        draw(STEP * frame)
    started, frames = time.perf_counter(), 0
    while frames < 3 or time.perf_counter() - started < seconds:
        frames += 1
        draw(STEP * frames)
    return frames / (time.perf_counter() - started)


if __name__ == "__main__":
    measured = {"pyvista": pyvista_rate, "aitviewer": aitviewer_rate}[sys.argv[1]](sys.argv[2])
    print(f"fps={measured:.3f}", flush=True)
