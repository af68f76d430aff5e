"""Videos by frame number, exactly: frame(i) is the i-th picture shown, whatever codec, key frames or rate."""

import bisect
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import av
import numpy as np

from handviz.errors import InputError
from handviz.files import sha256, unreadable
from handviz.media.kinds import kind_of_file
from handviz.media.photos import MAX_PIXELS

# Only self-contained files: play lists and other formats that make a player open further files or addresses are out.
_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,flv,live_flv,asf,ogg",
}
_CACHE_BYTES = 192 << 20


class Video:
    """A video file, its frames numbered 0 .. frame_count - 1 in the order in which they are shown.

    fps is the mean rate in frames a second; times holds every frame's moment in seconds from the first one, (N,), so
    that a varying rate is no trouble. frame(i) may be called from any thread. Raises InputError for files that are no
    video or hold no picture that can be decoded. Use as a context manager or call close().
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        if kind_of_file(self.path) != "video":
            raise InputError(f"{self.path} is not a video that handviz reads; use MP4, MOV, MKV, WebM or AVI.")
        self._lock = threading.Lock()
        self._container = None
        self._frames: OrderedDict[int, av.VideoFrame] = OrderedDict()
        try:
            self._open()
            self._index()
        except InputError:
            self.close()
            raise
        except Exception as error:  # demuxers raise many types on damaged files
            self.close()
            if isinstance(error, OSError) and isinstance(error, PermissionError | FileNotFoundError):
                raise unreadable(self.path, error) from error
            raise self._damaged() from error

    def _damaged(self) -> InputError:
        return InputError(
            f"{self.path} is damaged, cut short, or of an unknown codec; copy it again or convert it to MP4."
        )

    def _open(self) -> None:
        """Open the file afresh, decoding from its start."""
        if self._container is not None:
            self._container.close()
            self._container = None
        self._container = av.open(str(self.path), options=_OPTIONS, metadata_errors="ignore")
        stream = self._container.streams.best("video")
        if stream is None:
            raise InputError(f"{self.path} has no pictures, only sound or data; open a video.")
        context = stream.codec_context
        if context is None:
            raise InputError(f"{self.path} uses a codec that is not known here; convert it to MP4 (H.264).")
        if context.width * context.height > MAX_PIXELS:
            raise InputError(
                f"{self.path} has frames of over {MAX_PIXELS // 1_000_000} megapixels; convert it smaller."
            )
        context.thread_type = "AUTO"
        self._stream = stream
        self._decoder = self._decode()
        self._position: int | None = None  # number of the frame that was decoded last, None after a seek

    def _index(self) -> None:
        """List the moments of all frames from the packets alone, which takes no decoding."""
        moments: dict[int, int] = {}  # presentation stamp -> decoding stamp to seek to
        keys = []
        complete = True
        for packet in self._container.demux(self._stream):
            if packet.size == 0 or packet.is_discard:
                continue
            if packet.pts is None:
                complete = False
                break
            moments[packet.pts] = packet.dts if packet.dts is not None else packet.pts
            if packet.is_keyframe:
                keys.append(packet.pts)
        self._open()
        if not complete:
            # Without stamps only decoding tells which pictures there are; they are then reached from the start.
            moments, keys = {stamp: stamp for stamp in self._stamps_by_decoding()}, []
            self._open()
        self._stamps = sorted(moments)
        self._numbers = {stamp: number for number, stamp in enumerate(self._stamps)}
        self._keys = [(stamp, moments[stamp]) for stamp in sorted(keys)]
        if not self._stamps:
            raise self._damaged()
        self._clamp_cache_to_memory()
        # A file may index well and still be undecodable: find out now, in a sentence, and measure the upright size.
        height, width = self._first_decodable().shape[:2]
        self.width, self.height = width, height

    def _stamps_by_decoding(self) -> list[int]:
        return sorted({frame.pts for frame in self._decode() if frame.pts is not None})

    def _clamp_cache_to_memory(self) -> None:
        frame_bytes = max(1, self._stream.codec_context.width * self._stream.codec_context.height * 3 // 2)
        self._cache_size = int(np.clip(_CACHE_BYTES // frame_bytes, 2, 256))

    def _first_decodable(self) -> np.ndarray:
        for frame in self._decoder:
            number = self._numbers.get(frame.pts)
            if number is not None:
                self._position = number
                self._remember(number, frame)
                return self._to_rgb(frame)
        raise self._damaged()

    @property
    def frame_count(self) -> int:
        """How many frames the video holds."""
        return len(self._stamps)

    @property
    def times(self) -> np.ndarray:
        """Moment of every frame in seconds from the first, (N,) float64."""
        stamps = np.array(self._stamps, np.float64)
        return (stamps - stamps[0]) * float(self._stream.time_base or 1)

    @property
    def fps(self) -> float:
        """Mean frames a second; 30 where a single frame leaves it open."""
        times = self.times
        return float((len(times) - 1) / times[-1]) if len(times) > 1 and times[-1] > 0 else 30.0

    @property
    def sha256(self) -> str:
        """SHA-256 of the file, computed when first asked for."""
        if not hasattr(self, "_sha256"):
            self._sha256 = sha256(self.path)
        return self._sha256

    def frame(self, number: int) -> np.ndarray:
        """Frame `number` as (H, W, 3) uint8 RGB, turned upright.

        Raises InputError when the number is outside the video or this frame's data are damaged; other frames stay
        usable.
        """
        if not 0 <= number < self.frame_count:
            raise InputError(f"{self.path} has frames 0 to {self.frame_count - 1}; frame {number} is not among them.")
        with self._lock:
            if self._container is None:
                raise InputError(f"{self.path} has been closed; open it again.")
            try:
                frame = self._frames.get(number)
                if frame is None:
                    frame = self._fetch(number)
                else:
                    self._frames.move_to_end(number)
                return self._to_rgb(frame)
            except (av.FFmpegError, OSError, ValueError) as error:
                with suppress(av.FFmpegError, OSError):
                    self._open()
                raise InputError(f"Frame {number} of {self.path} cannot be decoded; choose another frame.") from error

    def _fetch(self, number: int) -> av.VideoFrame:
        """Decode frame `number`: go on from here where that is shorter, else from the key frame before it."""
        key = bisect.bisect_right(self._keys, (self._stamps[number], float("inf"))) - 1
        go_on = self._position is not None and self._position < number and (
            key < 0 or self._numbers[self._keys[key][0]] <= self._position + 1
        )  # fmt: skip
        if go_on:
            frame = self._decode_until(number)
            if frame is not None:
                return frame
        # A seek may land behind the key frame asked for (stamps of packets and of pictures differ), so earlier ones are
        # tried before the file is read from its start.
        for earlier in (0, 1, 2):
            if key - earlier < 0:
                break
            self._seek(self._keys[key - earlier][1])
            frame = self._decode_until(number)
            if frame is not None:
                return frame
        self._open()
        frame = self._decode_until(number)
        if frame is None:
            raise InputError(f"Frame {number} of {self.path} cannot be decoded; choose another frame.")
        return frame

    def _seek(self, stamp: int) -> None:
        self._container.seek(stamp, stream=self._stream, backward=True)
        self._decoder = self._decode()
        self._position = None

    def _decode_until(self, number: int) -> av.VideoFrame | None:
        """Decode onwards to frame `number`, remembering what passes; None when it has been passed or does not come."""
        for frame in self._decoder:
            passed = self._numbers.get(frame.pts)
            if passed is None:
                continue
            self._position = passed
            self._remember(passed, frame)
            if passed == number:
                return frame
            if passed > number:
                return None
        self._position = None
        return None

    def _remember(self, number: int, frame: av.VideoFrame) -> None:
        self._frames[number] = frame
        self._frames.move_to_end(number)
        while len(self._frames) > self._cache_size:
            self._frames.popitem(last=False)

    def _decode(self) -> Iterator[av.VideoFrame]:
        """All frames from here on; packets that cannot be decoded are left out and the rest goes on."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError:
                # The file breaks off here; what the decoder still holds comes out of an empty packet.
                packet = None
            with suppress(av.FFmpegError):
                yield from (packet.decode() if packet is not None else self._stream.codec_context.decode(None))
            if packet is None:
                return

    @staticmethod
    def _to_rgb(frame: av.VideoFrame) -> np.ndarray:
        image = frame.to_ndarray(format="rgb24")
        turns = round(frame.rotation / 90) % 4  # counter-clockwise, as the camera noted
        return np.ascontiguousarray(np.rot90(image, turns)) if turns else image

    def close(self) -> None:
        """Close the file; frames already handed out stay valid."""
        with self._lock:
            self._frames.clear()
            if self._container is not None:
                self._container.close()
                self._container = None

    def __enter__(self) -> "Video":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
