"""What each backend can do on this machine: tried in processes of their own, since a missing driver aborts them."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from handviz.viewport.backends.names import BACKENDS
from handviz.viewport.launch import child_environment


@dataclass(frozen=True)
class BackendReport:
    """Whether a backend draws a right picture here, the median seconds of a moving frame of 48 hands at 960x720, and
    what it said."""

    name: str
    works: bool
    seconds_per_frame: float
    message: str


def probe_backends(timeout_s: float = 40.0, environment: Mapping[str, str] | None = None) -> list[BackendReport]:
    """Try every backend, one after the other, each for at most timeout_s seconds. Open3D is not loaded here."""
    return [probe_backend(name, timeout_s, environment) for name in BACKENDS]


def probe_backend(name: str, timeout_s: float = 40.0, environment: Mapping[str, str] | None = None) -> BackendReport:
    """Try one backend; whatever happens to its process becomes a report."""
    command = [sys.executable, "-P", "-m", "handviz.viewport.probe_child", "--backend", name]
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=child_environment(environment or {}),
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return BackendReport(name, False, float("inf"), f"no picture within {timeout_s:.0f} s")
    lines = [line for line in run.stdout.decode(errors="replace").splitlines() if line.strip()]
    answer = next((line for line in lines if line.startswith("seconds_per_frame=")), None)
    if run.returncode == 0 and answer is not None:
        return BackendReport(name, True, float(answer.partition("=")[2]), "draws correctly")
    reason = lines[-1].strip() if lines else "nothing said"
    return BackendReport(name, False, float("inf"), f"exit status {run.returncode}: {reason}")


def fastest_backend(reports: list[BackendReport]) -> str | None:
    """Name of the fastest backend that works; None when none does."""
    working = [report for report in reports if report.works]
    return min(working, key=lambda report: report.seconds_per_frame).name if working else None
