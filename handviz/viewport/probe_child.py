"""`python -P -m handviz.viewport.probe_child --backend NAME`: draw, check a pixel, time moving frames, print, exit."""

import argparse
import os
import sys
import time

import numpy as np

from handviz.geometry.orbit import OrbitView
from handviz.viewport.backends import BACKENDS, create_renderer
from handviz.viewport.scene import Scene

HYPOTHESES, TIMESTEPS, WIDTH, HEIGHT, FRAMES = 16, 3, 960, 720, 8


def blob_meshes(hypotheses: int, timesteps: int, rings: int = 40, sides: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Ellipsoids of a hand's size and a hand model's number of vertices: vertices (K, T, V, 3), faces (F, 3)."""
    polar = np.linspace(0.0, np.pi, rings)[:, None]
    around = np.linspace(0.0, 2.0 * np.pi, sides, endpoint=False)[None]
    unit = np.stack([np.sin(polar) * np.cos(around), np.cos(polar) + 0 * around, np.sin(polar) * np.sin(around)], -1)
    index = np.arange(rings * sides).reshape(rings, sides)
    a, b = index[:-1], np.roll(index[:-1], -1, axis=1)
    c, d = index[1:], np.roll(index[1:], -1, axis=1)
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])
    offsets = np.random.default_rng(0).normal(0.0, 0.01, (hypotheses, timesteps, 1, 3))
    vertices = unit.reshape(-1, 3) * [0.04, 0.09, 0.02] + offsets + [0.0, 0.0, 0.5]
    return vertices.astype(np.float32), faces.astype(np.int32)


def main() -> int:
    """Print seconds_per_frame=... of a backend that draws what it should."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--backend", choices=BACKENDS, required=True)
    renderer = create_renderer(parser.parse_args().backend)
    scene = Scene()
    scene.set_meshes(*blob_meshes(HYPOTHESES, TIMESTEPS))
    scene.set_colors(np.broadcast_to(np.uint8([255, 0, 0]), (HYPOTHESES, TIMESTEPS, 3)))
    scene.set_background(np.array([0, 0, 255], np.uint8))
    view = OrbitView.framing(scene.vertices)
    image = renderer.draw_full(scene, scene.shot(view.camera(WIDTH, HEIGHT)), lambda: False)
    middle, corner = image[HEIGHT // 2, WIDTH // 2].astype(int), image[2, 2].astype(int)
    if middle[0] < 60 or middle[2] > 60 or corner[0] > 8 or corner[2] < 247:
        print(f"drew the wrong picture: {middle.tolist()} in the middle, {corner.tolist()} in the corner")
        return 1
    seconds = []
    for frame in range(FRAMES):
        started = time.perf_counter()
        renderer.draw_quick(scene, scene.shot(view.orbited(0.05 * frame, 0.0).camera(WIDTH, HEIGHT)))
        seconds.append(time.perf_counter() - started)
    print(f"seconds_per_frame={np.median(seconds[2:]):.5f}", flush=True)
    # Open3D's renderers are not safe to destroy at interpreter exit: leave at once.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
