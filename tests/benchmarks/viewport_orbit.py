"""Frames a second while orbiting many hands, ours beside pyvista and aitviewer on the same meshes.

    python tests/benchmarks/viewport_orbit.py [--backend NAME ...] [--hypotheses K ...] [--others-python PATH]

The camera moves and the picture is read back each frame, at 960x720; ours is measured from request to Frame through
the render process and shared memory. pyvista and aitviewer are measured when the interpreter --others-python (this one
unless given) has them; they get one merged mesh and nothing else in the scene.
"""

import argparse
import os
import queue
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from handviz.geometry.orbit import OrbitView
from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.hand.model import HandModel
from handviz.viewport import Frame, RenderClient

WIDTH, HEIGHT = 960, 720
TIMESTEP_COLORS = np.array([[0.34, 0.71, 0.91], [0.94, 0.89, 0.26], [0.84, 0.37, 0.0]])
STEP = 0.03
"""Radians between two frames."""


def posed_hands(hypotheses: int) -> tuple[np.ndarray, np.ndarray]:
    """Hands that differ as hypotheses do and close from past to future: vertices (K, 3, V, 3) metres, faces (F, 3)."""
    rng = np.random.default_rng(0)
    pose = np.zeros((hypotheses, 3, 16, 3), np.float32)
    pose[:, :, 1:, 2] = np.linspace(0.1, 0.5, 3)[None, :, None]
    pose += rng.normal(0.0, 0.12, (hypotheses, 1, 16, 3)) + rng.normal(0.0, 0.03, pose.shape)
    model = HandModel.load()
    with torch.no_grad():
        rotations = torch.from_numpy(axis_angle_to_matrix(pose.astype(np.float32)))
        vertices = model(rotations, torch.zeros(hypotheses, 3, 10)).vertices.numpy()
    place = np.array([0.0, 0.0, 0.5]) + rng.normal(0.0, 0.008, (hypotheses, 1, 1, 3))
    return (vertices + place).astype(np.float32), model.faces


def ours(vertices: np.ndarray, faces: np.ndarray, backend: str, frames: int) -> dict[str, float]:
    """Frames a second, and seconds to the first picture after a toggle and to full detail."""
    answers: queue.Queue[Frame] = queue.Queue()
    view = OrbitView.framing(vertices)
    hypotheses = len(vertices)
    with RenderClient(answers.put, backend=backend) as client:
        client.set_meshes(vertices, faces)
        client.set_colors(np.broadcast_to(TIMESTEP_COLORS, (hypotheses, 3, 3)))
        client.request_frame(view.camera(WIDTH, HEIGHT))
        while not answers.get(timeout=60).full_detail:
            continue
        started = time.perf_counter()
        for frame in range(frames + 10):
            if frame == 10:
                started = time.perf_counter()
            client.request_frame(view.orbited(STEP * frame, 0.0).camera(WIDTH, HEIGHT), interactive=True)
            answers.get(timeout=60)
        rate = frames / (time.perf_counter() - started)
        toggles, refinements = [], []
        rng = np.random.default_rng(1)
        for share in (0.9, 0.6, 0.3, 0.5, 0.8):
            started = time.perf_counter()
            client.set_visible(np.broadcast_to(rng.random((hypotheses, 1)) < share, (hypotheses, 3)))
            client.request_frame(view.camera(WIDTH, HEIGHT))
            full_detail = answers.get(timeout=60).full_detail
            toggles.append(time.perf_counter() - started)
            while not full_detail:
                full_detail = answers.get(timeout=60).full_detail
            refinements.append(time.perf_counter() - started)
        used = client.backend
    if used != backend:
        raise RuntimeError(f"{backend} does not work here, {used} drew instead")
    return {"fps": rate, "toggle": float(np.median(toggles)), "full": float(np.median(refinements))}


def others(python: str, name: str, vertices: np.ndarray, faces: np.ndarray) -> float | str:
    """Frames a second of another viewer, or why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "meshes.npz"
        colors = np.broadcast_to(TIMESTEP_COLORS, (len(vertices), 3, 3))
        np.savez(path, vertices=vertices.reshape(-1, *vertices.shape[2:]), faces=faces, colors=colors.reshape(-1, 3))
        script = Path(__file__).with_name("viewport_others.py")
        try:
            run = subprocess.run(
                [python, str(script), name, str(path)], capture_output=True, text=True, timeout=400, check=False
            )
        except subprocess.TimeoutExpired:
            return "too slow"
        except FileNotFoundError:
            return f"no interpreter {python}"
    line = next((line for line in run.stdout.splitlines() if line.startswith("fps=")), None)
    if line is None:
        return "not installed" if "ModuleNotFoundError" in run.stderr else "does not run"
    return float(line.removeprefix("fps="))


def main() -> None:
    """Print one table a number of hypotheses."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", action="append", choices=["embree", "legacy", "filament"])
    parser.add_argument("--others-python", default=sys.executable)
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--hypotheses", type=int, action="append", help="default: 16 and 100, at three timesteps each")
    arguments = parser.parse_args()
    for hypotheses in arguments.hypotheses or [16, 100]:
        vertices, faces = posed_hands(hypotheses)
        size = f"{vertices.shape[2]} vertices, {len(faces)} faces, {WIDTH}x{HEIGHT}"
        print(f"\n{3 * hypotheses} hands of {size}; load of the machine before: {os.getloadavg()[0]:.1f}")
        best = 0.0
        for backend in arguments.backend or ["embree"]:
            figures = ours(vertices, faces, backend, arguments.frames)
            best = max(best, figures["fps"])
            print(
                f"  handviz {backend:9s} {figures['fps']:6.1f} frames/s   visibility changed to first picture"
                f" {1000 * figures['toggle']:4.0f} ms, to full detail {1000 * figures['full']:4.0f} ms"
            )
        for name in ("pyvista", "aitviewer"):
            rate = others(arguments.others_python, name, vertices, faces)
            print(f"  {name:17s} " + (rate if isinstance(rate, str) else f"{rate:6.1f} frames/s   {best / rate:.0f}x"))


if __name__ == "__main__":
    main()
