"""Writing short videos."""

from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np

from handviz.errors import InputError
from handviz.files import atomic_write

_CODECS = (
    ("libx264", {"crf": "14", "preset": "slow", "threads": "1", "x264-params": "mbtree=0"}),
    ("mpeg4", {"qscale": "3", "threads": "1"}),
)
"""The first one that is there is taken. The same frames must give the same file: more threads, and x264's macroblock
trees, do not keep that."""


def write_video(path: str | Path, frames: Iterable[np.ndarray], fps: int) -> None:
    """Write frames (H, W, 3) uint8 RGB, H and W even, as MP4, whole or not at all. Raises InputError."""
    codec, options = next((name, options) for name, options in _CODECS if name in av.codecs_available)
    with atomic_write(path) as file:
        try:
            # Nothing of the machine or the moment goes into the file.
            with av.open(file, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
                stream = container.add_stream(codec, rate=fps, options=options)
                stream.pix_fmt = "yuv420p"
                stream.codec_context.flags |= 1 << 23  # AV_CODEC_FLAG_BITEXACT
                for number, image in enumerate(frames):
                    if number == 0:
                        stream.height, stream.width = image.shape[:2]
                    container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(image), "rgb24")))
                container.mux(stream.encode())
        except (av.FFmpegError, ValueError) as error:
            raise InputError(f"{path} was not written ({error}); choose another folder.") from error
