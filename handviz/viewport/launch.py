"""One life of the render process, seen from the program that started it."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

import handviz
from handviz.viewport.messages import Message, read_message, write_message
from handviz.viewport.ring import FrameRing

SEND_SECONDS = 30.0
"""A hanging process stops reading, and a pipe holds little: longer than this, and it is given up."""

_log = logging.getLogger(__name__)


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Environment in which Open3D draws without a window, whether or not there is a display."""
    environment = dict(os.environ)
    if sys.platform.startswith("linux"):
        # Without a display Open3D makes an off-screen EGL context, which no hidden window can spoil.
        environment.pop("DISPLAY", None)
        environment.pop("WAYLAND_DISPLAY", None)
        environment["EGL_PLATFORM"] = "surfaceless"
    package_root = str(Path(handviz.__file__).resolve().parents[1])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [package_root, environment.get("PYTHONPATH")]))
    environment.update(extra)
    return environment


class RenderProcess:
    """A running render process, its pipes, and the shared memory its pictures come through.

    on_message is called from a reader thread with every answer; on_end, from the same thread, once it is gone.
    """

    def __init__(
        self,
        backend: str,
        environment: Mapping[str, str],
        on_message: Callable[["RenderProcess", Message], None],
        on_end: Callable[["RenderProcess"], None],
    ) -> None:
        self.backend = backend
        self._on_message = on_message
        self._on_end = on_end
        self._rings: dict[str, FrameRing] = {}
        self._ring: FrameRing | None = None
        self._write_lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "handviz.viewport.process", "--backend", backend],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child_environment(environment),
            # Ctrl+C in a terminal is for the program, which then closes its pipe; not for this process too.
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name="handviz-render-reader", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def send(self, kind: str, arrays: Mapping[str, np.ndarray] | None = None, **fields) -> bool:
        """Send a command; False when the process is gone. If it does not take arrays in SEND_SECONDS it is killed."""
        guard = threading.Timer(SEND_SECONDS, self._process.kill) if arrays else None
        if guard is not None:
            guard.daemon = True
            guard.start()
        try:
            with self._write_lock:
                write_message(self._process.stdin, Message(kind, fields, dict(arrays or {})))
        except (OSError, ValueError):
            return False
        finally:
            if guard is not None:
                guard.cancel()
        return True

    def provide_slots(self, slot_bytes: int) -> bool:
        """Make sure that pictures of slot_bytes fit; False when the process is gone."""
        if self._ring is not None and self._ring.slot_bytes >= slot_bytes:
            return True
        self._ring = FrameRing.create(slot_bytes)
        self._rings[self._ring.name] = self._ring
        return self.send("ring", name=self._ring.name, slot_bytes=slot_bytes)

    def read_image(self, message: Message) -> np.ndarray:
        """The picture (H, W, 3 or 4) uint8 that a "frame" answer announces; its slot is given back."""
        fields = message.fields
        image = self._rings[fields["ring"]].read(fields["slot"], fields["height"], fields["width"], fields["channels"])
        self.send("release", ring=fields["ring"], slot=fields["slot"])
        return image

    def stop(self, patience_seconds: float = 1.0) -> None:
        """End the process, kindly if it listens, and free the shared memory. Not to be called by the reader thread."""
        if self.exit_code is None:
            self.send("close")
        try:
            self._process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()
        for ring in self._rings.values():
            ring.close(unlink=True)
        self._rings = {}
        for stream in (self._process.stdin, self._process.stdout):
            try:
                stream.close()
            except OSError:
                # Unsent bytes of a dead process.
                continue

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def _read(self) -> None:
        while (message := read_message(self._process.stdout)) is not None:
            if message.kind == "attached":
                self._retire_rings_before(message.fields["name"])
            else:
                self._pass_on(message)
        self._process.wait()
        self._on_end(self)

    def _pass_on(self, message: Message) -> None:
        try:
            self._on_message(self, message)
        except Exception:
            # A callback that fails must not stop the reading, or the process would wait for ever.
            _log.exception("a callback of the viewport failed")

    def _retire_rings_before(self, name: str) -> None:
        """Answers come in order: once a ring is attached, no picture waits in an older one."""
        names = list(self._rings)
        for older in names[: names.index(name)]:
            self._rings.pop(older).close(unlink=True)
