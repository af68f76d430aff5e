"""Shared memory through which pictures travel from the render process to its client."""

import sys
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory

import numpy as np

SLOTS = 3
"""One being drawn into, one finished, one being copied out."""


class FrameRing:
    """A few equal slots for pictures. The client creates and unlinks it, the render process only attaches."""

    def __init__(self, memory: SharedMemory, slot_bytes: int) -> None:
        self._memory = memory
        self.slot_bytes = slot_bytes

    @classmethod
    def create(cls, slot_bytes: int) -> "FrameRing":
        """A new ring of SLOTS slots of slot_bytes each."""
        return cls(SharedMemory(create=True, size=SLOTS * slot_bytes), slot_bytes)

    @classmethod
    def attach(cls, name: str, slot_bytes: int) -> "FrameRing":
        """The ring another process created under this name."""
        if sys.version_info >= (3, 13):
            return cls(SharedMemory(name, track=False), slot_bytes)
        # Older Pythons would hand the segment to this process's resource tracker, which unlinks it when we exit
        # although the client still reads from it.
        register = resource_tracker.register
        resource_tracker.register = lambda *_: None
        try:
            return cls(SharedMemory(name), slot_bytes)
        finally:
            resource_tracker.register = register

    @property
    def name(self) -> str:
        """Name under which another process attaches."""
        return self._memory.name

    def write(self, slot: int, image: np.ndarray) -> None:
        """Copy an image (H, W, 3 or 4) uint8 into a slot."""
        self._view(slot, image.shape)[...] = image

    def read(self, slot: int, height: int, width: int, channels: int = 3) -> np.ndarray:
        """A copy (H, W, channels) uint8 of the image in a slot."""
        return self._view(slot, (height, width, channels)).copy()

    def _view(self, slot: int, shape: tuple[int, ...]) -> np.ndarray:
        return np.ndarray(shape, np.uint8, self._memory.buf, slot * self.slot_bytes)

    def close(self, unlink: bool) -> None:
        """Let go of the memory; the creator also unlinks it."""
        self._memory.close()
        if unlink:
            self._memory.unlink()
