"""What the render process answers, and how messages travel between the two processes.

A message is a JSON header followed by the raw bytes of its arrays. Frames are too large for that and go through shared
memory; see `ring`.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from handviz.geometry.cameras import Camera

MAIN = "main"
"""The channel of pictures unless another is named; each channel has its own newest request."""

_LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class Frame:
    """One finished picture.

    image (H, W, 3) uint8 RGB, of a transparent request (H, W, 4), the camera's size, the receiver's own copy. seconds
    is the drawing time in the render process. full_detail is False for a quick picture (fewer triangles or pixels);
    when the request was not interactive a second Frame with the same request_id and full detail follows, unless a newer
    request of its channel overtakes it.
    """

    request_id: int
    image: np.ndarray
    seconds: float
    backend: str
    full_detail: bool = True
    channel: str = MAIN


@dataclass(frozen=True)
class RenderStatus:
    """state: "starting", "ready", "died" (it is being restarted) or "failed" (it stays away); message: for people."""

    state: str
    message: str
    backend: str


@dataclass(frozen=True)
class Hit:
    """A mesh under the pointer: its hypothesis and timestep index, and its depth along the camera's axis in metres."""

    hypothesis: int
    timestep: int
    depth: float


@dataclass(frozen=True)
class Message:
    """One message between the processes: what it is, small values, and arrays by name."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class FrameRequest:
    """A picture that was asked for; see RenderClient.request_frame."""

    request_id: int
    camera: Camera
    interactive: bool
    channel: str = MAIN
    visible: np.ndarray | None = None
    transparent: bool = False

    @property
    def slot_bytes(self) -> int:
        """Size of the picture."""
        return (4 if self.transparent else 3) * self.camera.width * self.camera.height

    def fields(self) -> dict[str, Any]:
        """All but the mask, as JSON values."""
        return {
            "id": self.request_id,
            "camera": camera_fields(self.camera),
            "interactive": self.interactive,
            "channel": self.channel,
            "transparent": self.transparent,
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """The mask, if there is one."""
        return {} if self.visible is None else {"visible": self.visible}


def write_message(stream: BinaryIO, message: Message) -> None:
    """Write a message and flush; raises OSError or ValueError when the other side is gone."""
    arrays = {name: np.ascontiguousarray(array) for name, array in message.arrays.items()}
    layout = [(name, array.dtype.str, array.shape) for name, array in arrays.items()]
    header = json.dumps({"kind": message.kind, "fields": message.fields, "arrays": layout}).encode()
    stream.write(_LENGTH.pack(len(header)) + header)
    for array in arrays.values():
        stream.write(array.reshape(-1).view(np.uint8).data)
    stream.flush()


def read_message(stream: BinaryIO) -> Message | None:
    """Read a message; None when the other side has closed or died."""
    prefix = _read_exactly(stream, _LENGTH.size)
    header = prefix and _read_exactly(stream, _LENGTH.unpack(prefix)[0])
    if not header:
        return None
    content = json.loads(bytes(header))
    arrays = {}
    for name, dtype, shape in content["arrays"]:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        data = _read_exactly(stream, size)
        if data is None:
            return None
        arrays[name] = np.frombuffer(data, dtype).reshape(shape)
    return Message(content["kind"], content["fields"], arrays)


def _read_exactly(stream: BinaryIO, size: int) -> bytearray | None:
    data = bytearray(size)
    view = memoryview(data)
    done = 0
    while done < size:
        count = stream.readinto(view[done:])
        if not count:
            return None
        done += count
    return data


def camera_fields(camera: Camera) -> dict[str, Any]:
    """A camera as JSON values; `camera_from_fields` is its inverse, exact to the last bit."""
    return {
        "intrinsics": np.asarray(camera.intrinsics, np.float64).tolist(),
        "camera_from_world": np.asarray(camera.camera_from_world, np.float64).tolist(),
        "width": int(camera.width),
        "height": int(camera.height),
    }


def camera_from_fields(fields: dict[str, Any]) -> Camera:
    """The camera that `camera_fields` described."""
    return Camera(
        np.array(fields["intrinsics"]), np.array(fields["camera_from_world"]), fields["width"], fields["height"]
    )
