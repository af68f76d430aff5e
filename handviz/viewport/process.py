"""The render process: `python -P -m handviz.viewport.process --backend NAME`, started by RenderClient.

Commands come in on standard input, answers leave on standard output, pictures go through shared memory. The process
ends when its standard input does, so it never outlives the program that started it.
"""

import argparse
import os
import queue
import sys
import threading
import time
from typing import BinaryIO

import numpy as np

from handviz.errors import HandvizError
from handviz.viewport.backends import BACKENDS, Renderer, create_renderer
from handviz.viewport.messages import Message, camera_from_fields, read_message, write_message
from handviz.viewport.picking import Picker
from handviz.viewport.ring import SLOTS, FrameRing
from handviz.viewport.scene import Scene, Shot

REST_SECONDS = 0.12
"""Quiet time after a quick picture before the one in full detail is begun."""


class RenderLoop:
    """Applies commands in order, draws the newest request, refines it when nobody asks for anything else."""

    def __init__(self, renderer: Renderer, commands: BinaryIO, answers: BinaryIO) -> None:
        self._renderer = renderer
        self._answers = answers
        self._inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._held: list[Message | None] = []
        self._scene = Scene()
        self._picker = Picker(renderer.hands)
        self._ring: FrameRing | None = None
        self._free_slots: list[int] = []
        # By channel.
        self._requests: dict[str, Message] = {}
        self._refine: dict[str, tuple[float, Message]] = {}
        self._open = True
        threading.Thread(target=self._read, args=(commands,), daemon=True).start()

    def run(self) -> None:
        """Serve until told to close or until the other side is gone."""
        self._answer("ready")
        while self._open:
            self._receive()
            if not self._open:
                return
            if self._requests and self._free_slots:
                self._draw_request()
            elif self._refine and self._free_slots and time.perf_counter() >= self._refine_at:
                self._draw_refinement()

    @property
    def _refine_at(self) -> float:
        """When the next picture in full detail is due."""
        return min(due for due, _ in self._refine.values())

    def _read(self, commands: BinaryIO) -> None:
        while (message := read_message(commands)) is not None:
            self._inbox.put(message)
        self._inbox.put(None)

    def _receive(self) -> None:
        """Apply all waiting commands; wait for one when there is nothing to draw."""
        if not self._held:
            try:
                self._held.append(self._inbox.get(timeout=self._patience()))
            except queue.Empty:
                return
        while self._held or not self._inbox.empty():
            self._apply(self._held.pop(0) if self._held else self._inbox.get())

    def _patience(self) -> float | None:
        """Seconds to wait for a command; None for as long as it takes."""
        if not self._free_slots:
            return None
        if self._requests:
            return 0.0
        return None if not self._refine else max(self._refine_at - time.perf_counter(), 0.0)

    def _apply(self, message: Message | None) -> None:
        if message is None or message.kind == "close":
            self._open = False
            return
        match message.kind:
            case "scene":
                self._scene.update(message.arrays)
            case "ring":
                self._attach(message)
            case "release":
                # A slot of an earlier ring may still be given back after a new one came.
                if self._ring is not None and message.fields["ring"] == self._ring.name:
                    self._free_slots.append(message.fields["slot"])
            case "frame":
                channel = message.fields["channel"]
                self._requests[channel] = message
                self._refine.pop(channel, None)
            case "pick":
                self._pick(message)

    def _attach(self, message: Message) -> None:
        if self._ring is not None:
            self._ring.close(unlink=False)
        self._ring = FrameRing.attach(message.fields["name"], message.fields["slot_bytes"])
        self._free_slots = list(range(SLOTS))
        self._answer("attached", name=self._ring.name)

    def _pick(self, message: Message) -> None:
        camera = camera_from_fields(message.fields["camera"])
        hits = self._picker.pick(self._scene, camera, message.fields["x"], message.fields["y"])
        self._answer("hits", id=message.fields["id"], hits=hits)

    def _interrupted(self) -> bool:
        """Whether a drawing should be given up; picks are answered on the way, the scene stays as it is."""
        while not self._inbox.empty():
            message = self._inbox.get()
            if message is not None and message.kind == "pick":
                self._pick(message)
            else:
                self._held.append(message)
        return any(message is None or message.kind in ("frame", "close") for message in self._held)

    def _draw_request(self) -> None:
        request = self._requests.pop(min(self._requests, key=lambda channel: self._requests[channel].fields["id"]))
        started = time.perf_counter()
        image, full_detail = self._renderer.draw_quick(self._scene, self._shot(request))
        self._send(request, image, time.perf_counter() - started, full_detail)
        if not full_detail and not request.fields["interactive"]:
            self._refine_later(request)

    def _refine_later(self, request: Message) -> None:
        self._refine[request.fields["channel"]] = time.perf_counter() + REST_SECONDS, request

    def _draw_refinement(self) -> None:
        channel = min(self._refine, key=lambda name: self._refine[name][0])
        _, request = self._refine.pop(channel)
        started = time.perf_counter()
        image = self._renderer.draw_full(self._scene, self._shot(request), self._interrupted)
        if image is not None:
            self._send(request, image, time.perf_counter() - started, True)
        else:
            # Given up for a newer request, which stands in the held commands; if it does not, try again.
            self._refine_later(request)

    def _shot(self, request: Message) -> Shot:
        camera = camera_from_fields(request.fields["camera"])
        return self._scene.shot(camera, request.arrays.get("visible"), request.fields["transparent"])

    def _send(self, request: Message, image: np.ndarray, seconds: float, full_detail: bool) -> None:
        slot = self._free_slots.pop()
        self._ring.write(slot, image)
        self._answer(
            "frame",
            id=request.fields["id"],
            ring=self._ring.name,
            slot=slot,
            height=image.shape[0],
            width=image.shape[1],
            channels=image.shape[2],
            channel=request.fields["channel"],
            seconds=seconds,
            full_detail=full_detail,
        )

    def _answer(self, kind: str, **fields) -> None:
        write_message(self._answers, Message(kind, fields))


def main(arguments: list[str] | None = None) -> int:
    """Entry point of the render process."""
    parser = argparse.ArgumentParser(description="Render process of handviz; speaks over its standard streams.")
    parser.add_argument("--backend", choices=BACKENDS, required=True)
    backend = parser.parse_args(arguments).backend
    commands = sys.stdin.buffer
    # Libraries print on standard output; answers keep the original one for themselves.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        renderer = create_renderer(backend)
        RenderLoop(renderer, commands, answers).run()
    except BrokenPipeError:
        return 0
    except HandvizError as error:
        write_message(answers, Message("error", {"message": str(error)}))
        return 1
    except (RuntimeError, MemoryError, OSError) as error:
        write_message(answers, Message("error", {"message": f"{type(error).__name__}: {error}"}))
        return 1
    finally:
        sys.stderr.flush()
    # Open3D's renderers are not safe to destroy at interpreter exit: leave at once.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
