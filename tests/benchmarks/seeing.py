"""Everything that looking at hypotheses costs, against its goals, in one table.

    python tests/benchmarks/seeing.py [--others-python PATH] [--quick]

Orbits, alone and in two panes at once, through the render process at 960x720; threshold, solo, colour and selection
from the change to the picture at K = 100; the start of the whole program; idling; the longest hold of the window's own
thread. pyvista and aitviewer draw the same meshes beside ours where --others-python, or this interpreter, has them.
--quick takes fewer frames and one start. Run it on a quiet machine: the load is printed.
"""

import argparse
import json
import os
import queue
import subprocess
import sys
import time
from pathlib import Path

from start_and_idle import run_once
from viewport_orbit import HEIGHT, STEP, TIMESTEP_COLORS, WIDTH, others, ours, posed_hands

from handviz.geometry.orbit import OrbitView
from handviz.viewport import Frame, RenderClient

HERE = Path(__file__).parent
DEMO = HERE.parents[1] / "assets" / "demo" / "wave.jpg"


def backend_here() -> str:
    """The backend with which the window starts on this machine."""
    answers: queue.Queue[Frame] = queue.Queue()
    with RenderClient(answers.put) as client:
        client.set_meshes(*posed_hands(1))
        client.request_frame(OrbitView().camera(WIDTH, HEIGHT))
        return answers.get(timeout=60).backend


def two_panes(hypotheses: int, frames: int) -> float:
    """Frames a second of each of two panes whose cameras move together, each with a render process of its own."""
    vertices, faces = posed_hands(hypotheses)
    view = OrbitView.framing(vertices)
    answers: list[queue.Queue[Frame]] = [queue.Queue(), queue.Queue()]
    clients = [RenderClient(answer.put) for answer in answers]
    try:
        for client, answer in zip(clients, answers, strict=True):
            client.start()
            client.set_meshes(vertices, faces)
            client.set_colors(TIMESTEP_COLORS[None].repeat(hypotheses, 0))
            client.request_frame(view.camera(WIDTH // 2, HEIGHT))
            while not answer.get(timeout=60).full_detail:
                continue
        started = time.perf_counter()
        for frame in range(frames + 10):
            if frame == 10:
                started = time.perf_counter()
            camera = view.orbited(STEP * frame, 0.0).camera(WIDTH // 2, HEIGHT)
            for client in clients:
                client.request_frame(camera, interactive=True)
            for answer in answers:
                answer.get(timeout=60)
        return frames / (time.perf_counter() - started)
    finally:
        for client in clients:
            client.close()


def in_the_window() -> dict[str, float]:
    """What app_stall.py measures, in a process of its own."""
    command = [sys.executable, str(HERE / "app_stall.py"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def line(what: str, value: float | str, unit: str, goal: float | None, more_is_better: bool = False) -> None:
    """Print a figure beside its goal."""
    if isinstance(value, str):
        print(f"  {what:58s} {value}", flush=True)
        return
    verdict = ""
    if goal is not None:
        met = value >= goal if more_is_better else value <= goal
        verdict = f"   goal {goal:g}: {'met' if met else 'MISSED'}"
    print(f"  {what:58s} {value:8.2f} {unit}{verdict}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--others-python", default=sys.executable, help="interpreter with pyvista and aitviewer")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    frames = 40 if arguments.quick else 150
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    print(f"\nOrbit at {WIDTH}x{HEIGHT}, camera to picture, less detail while moving")
    for hypotheses, goal in ((16, 30), (100, 15)):
        vertices, faces = posed_hands(hypotheses)
        backend = backend_here()
        figures = ours(vertices, faces, backend, frames)
        line(f"{3 * hypotheses} hands ({backend})", figures["fps"], "frames/s", goal, more_is_better=True)
        line("  full detail after it rests", figures["full"], "s", None)
        if not arguments.quick:
            for name in ("pyvista", "aitviewer"):
                rate = others(arguments.others_python, name, vertices, faces)
                line(f"  {name}, every triangle of every frame", rate, "frames/s", None)
    line("two panes of 48 hands, 480x720 each", two_panes(16, frames), "frames/s", 15, more_is_better=True)
    line("two panes of 300 hands, 480x720 each", two_panes(100, frames), "frames/s", 15, more_is_better=True)

    print("\nIn the window at 1366x768, K = 100, from the change to its picture, median")
    window = in_the_window()
    for kind in ("threshold", "solo", "colour", "selection"):
        line(kind, window[kind], "ms", 100)
    line("longest hold of the window's own thread", window["held"], "ms", 50)
    line("  of which the thread itself worked", window["work"], "ms", 50)

    print("\nThe whole program on a bundled photo, from its start, best of the runs")
    runs = [run_once(DEMO, 0.0) for _ in range(0 if arguments.quick else 2)]
    runs.append(run_once(DEMO, 10.0))
    line("window shown", min(run["window"] for run in runs), "s", 1.5)
    line("first meshes", min(run["meshes"] for run in runs), "s", 4.0)
    line("idle, over 10 s, all processes", runs[-1]["idle"], "% of a core", 1.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
