"""One life of the prediction process, seen from the program that started it.

It is started by `python -m`, not by multiprocessing: that would run the program's own script again inside the worker,
and every script would need a guard around its main part.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from multiprocessing import connection as connections
from multiprocessing import get_context
from pathlib import Path

import handviz


@dataclass(frozen=True)
class WorkerSettings:
    """What the worker loads: a device, weights and a hand model for handviz.Predictor, or another predictor's name."""

    device: str = "auto"
    weights: str | None = None
    hand_model: str | None = None
    predictor: str | None = None
    """ "package.module:factory" or "file.py:factory"."""


class WorkerProcess:
    """A running worker and the connection to it."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings
        self.connection, theirs = get_context("spawn").Pipe()
        handle = theirs.fileno()
        # What can be imported here can be imported there, so that a predictor is found by its name.
        where = [os.path.abspath(path) for path in (*sys.path, os.getcwd())]
        order = json.dumps({"settings": asdict(settings), "path": list(dict.fromkeys(where))})
        environment = dict(os.environ)
        package_root = str(Path(handviz.__file__).resolve().parents[1])
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [package_root, environment.get("PYTHONPATH")]))
        command = [sys.executable, "-P", "-m", "handviz.inference.worker_process", str(handle), order]
        if sys.platform == "win32":
            os.set_handle_inheritable(handle, True)
            inherit = {"close_fds": False}
        else:
            inherit = {"pass_fds": (handle,)}
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **inherit
        )
        theirs.close()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def end(self, patience_seconds: float = 0.0) -> None:
        """Wait so long for it to end by itself, then kill it."""
        try:
            self._process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.connection.close()


def connection_of(handle: int) -> connections.Connection:
    """The worker's end of the connection that WorkerProcess made."""
    if sys.platform == "win32":
        return connections.PipeConnection(handle)
    os.set_inheritable(handle, False)
    return connections.Connection(handle)
