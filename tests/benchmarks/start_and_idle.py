"""Seconds from the start of `handviz PHOTO` to its window and to its first meshes, and what it costs when idle.

    python tests/benchmarks/start_and_idle.py [--runs 3] [--photo assets/demo/wave.jpg] [--idle 10]

Each run is a whole program of its own: window, render process and prediction process. Goals on 2 cores: window shown in
1.5 s, first meshes of a bundled photo in 4 s, idle under 1% of a core over all three processes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def descendants(pid: int) -> list[int]:
    """The process and all that come from it."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def cpu_seconds(pid: int) -> float:
    """Seconds of processor that a process and its offspring have used."""
    total = 0
    for process in descendants(pid):
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def run_once(photo: Path, idle_seconds: float) -> dict[str, float]:
    """Seconds until "window", "renderer", "networks", "picture" and "meshes"; "idle" in percent of a core."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"HOME": home, "XDG_CONFIG_HOME": home, "PYTHONPATH": str(ROOT)}
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        started = time.time()
        window = subprocess.Popen(
            [sys.executable, __file__, "--child", str(started), str(photo)],
            env=environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            line = window.stdout.readline()
            figures = json.loads(line)
            if idle_seconds:
                time.sleep(2.0)
                before = cpu_seconds(window.pid)
                time.sleep(idle_seconds)
                figures["idle"] = 100.0 * (cpu_seconds(window.pid) - before) / idle_seconds
            return figures
        finally:
            window.terminate()
            window.wait(30)
            window.stdout.close()


def child(started: float, photo: Path) -> int:
    """The program, as `handviz PHOTO` runs it, noting when what is in sight."""
    from handviz.app.main import close_on_signals, make_window, prepare_environment
    from handviz.inference.worker_launch import WorkerSettings

    figures: dict[str, float] = {}

    def note(what: str) -> None:
        figures.setdefault(what, round(time.time() - started, 3))

    prepare_environment(need_display=False)
    application, window = make_window(WorkerSettings(), None, remember=True)
    interrupts = close_on_signals(window)
    from PySide6.QtCore import QTimer

    session = window.session
    window.show()
    application.processEvents()
    note("window")
    window.render_bridge.status.connect(lambda status: note("renderer") if status.state == "ready" else None)
    session.engine_changed.connect(lambda: note("networks") if session.engine.ready else None)
    session.picture_changed.connect(lambda: note("picture"))
    session.prediction_changed.connect(lambda: note("prediction") if session.prediction is not None else None)

    def frame_shown(*_: object) -> None:
        if "meshes" not in figures:
            note("meshes")
            QTimer.singleShot(3000, lambda: print(json.dumps(figures), flush=True))

    window.viewport_pane.canvas.frame_shown.connect(frame_shown)
    window.opening.open_all([photo])
    status = application.exec()
    interrupts.close()
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--photo", type=Path, default=ROOT / "assets" / "demo" / "wave.jpg")
    parser.add_argument("--idle", type=float, default=10.0, help="seconds to watch it idle, 0 for not at all")
    arguments = parser.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    for number in range(arguments.runs):
        figures = run_once(arguments.photo.resolve(), arguments.idle if number == arguments.runs - 1 else 0.0)
        print("  ".join(f"{what} {value:.2f}" + ("%" if what == "idle" else " s") for what, value in figures.items()))
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        sys.exit(child(float(sys.argv[2]), Path(sys.argv[3])))
    sys.exit(main())
