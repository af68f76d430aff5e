"""Frame numbers are exact for every codec, frame rate and order of access; broken files keep what decodes."""

import random
import struct
import threading
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handviz.errors import HandvizError, InputError
from handviz.media import open_media
from handviz.media.video import Video

WIDTH, HEIGHT, BITS = 192, 96, 10


def picture(number: int) -> np.ndarray:
    """A frame (H, W, 3) that carries its number as black and white bars, with a red corner top left."""
    image = np.full((HEIGHT, WIDTH, 3), 64, np.uint8)
    for bit in range(BITS):
        image[40:90, bit * 19 : bit * 19 + 19] = 255 if number >> bit & 1 else 0
    image[:24, :24] = (255, 0, 0)
    return image


def number_in(image: np.ndarray) -> int:
    return sum(1 << bit for bit in range(BITS) if image[65, bit * 19 + 9].mean() > 128)


def write_video(path: Path, count: int, codec="libx264", stamps=None, options=None, gop=12) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30, options=options or {})
        stream.width, stream.height = WIDTH, HEIGHT
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.gop_size = gop
        stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(picture(number), format="rgb24")
            frame.pts = stamps[number] if stamps else number * 33
            frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


CASES = {
    "h264 with B-frames": ("a.mp4", "libx264", {"bf": "3", "preset": "veryfast"}, 12),
    "h264 open groups": ("b.mp4", "libx264", {"bf": "3", "x264-params": "open-gop=1"}, 8),
    "h264 every frame a key": ("c.mp4", "libx264", {}, 1),
    "h264 one key frame": ("d.mkv", "libx264", {"bf": "2"}, 600),
    "h264 in a stream": ("e.ts", "libx264", {"bf": "2"}, 10),
    "mpeg4 avi": ("f.avi", "mpeg4", {"bf": "0", "q": "2"}, 12),
    "motion jpeg": ("g.avi", "mjpeg", {}, 1),
    "vp9": ("h.webm", "libvpx-vp9", {"deadline": "realtime", "cpu-used": "8"}, 12),
}


@pytest.mark.parametrize("name", CASES)
def test_every_frame_is_the_one_asked_for(tmp_path, name):
    file, codec, options, gop = CASES[name]
    count = 40
    path = write_video(tmp_path / file, count, codec, options=options, gop=gop)
    with Video(path) as video:
        assert video.frame_count == count
        order = [*range(count), *reversed(range(count)), *random.Random(3).choices(range(count), k=60)]
        for number in order:
            assert number_in(video.frame(number)) == number
        assert video.frame(0).shape == (HEIGHT, WIDTH, 3)
        assert (video.width, video.height) == (WIDTH, HEIGHT)
        assert video.fps == pytest.approx(1000 / 33, rel=0.03)


@pytest.mark.parametrize("cached", [True, False])
def test_varying_frame_rate(tmp_path, cached):
    rng = random.Random(1)
    stamps = [0]
    for _ in range(49):
        stamps.append(stamps[-1] + rng.choice([7, 33, 40, 250, 1000]))
    path = write_video(tmp_path / "v.mp4", 50, stamps=stamps, options={"bf": "3"})
    with Video(path) as video:
        if not cached:
            video._cache_size = 1
        np.testing.assert_allclose(video.times, np.array(stamps) / 1000, atol=2e-3)
        for number in random.Random(2).choices(range(50), k=80):
            assert number_in(video.frame(number)) == number


def test_cache_is_bounded(tmp_path):
    with Video(write_video(tmp_path / "v.mp4", 60)) as video:
        video._cache_size = 5
        for number in range(60):
            video.frame(number)
        assert len(video._frames) <= 5


def test_rotation_noted_by_the_camera_is_applied(tmp_path):
    path = write_video(tmp_path / "v.mp4", 3)
    content = bytearray(path.read_bytes())
    # The matrix of a track header that turns the picture a quarter clockwise, as phones held upright write it.
    start = content.index(b"tkhd") + 4 + 40
    one = 0x10000
    content[start : start + 36] = struct.pack(">9i", 0, one, 0, -one, 0, 0, HEIGHT * one, 0, 0x40000000)
    path.write_bytes(content)
    with Video(path) as video:
        image = video.frame(1)
        assert image.shape == (WIDTH, HEIGHT, 3)
        assert (video.width, video.height) == (HEIGHT, WIDTH)
        red = image[:24, -24:].reshape(-1, 3).mean(axis=0)  # top left has become top right
        assert red[0] > 180 and red[1] < 80
        assert number_in(np.rot90(image)) == 1


def test_frames_from_many_threads(tmp_path):
    wrong = []
    with Video(write_video(tmp_path / "v.mp4", 60, options={"bf": "3"})) as video:
        video._cache_size = 4

        def read(seed: int) -> None:
            for number in random.Random(seed).choices(range(60), k=25):
                if number_in(video.frame(number)) != number:
                    wrong.append(number)

        threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_number_outside_and_closed_video(tmp_path):
    video = Video(write_video(tmp_path / "v.mp4", 5))
    for number in (-1, 5, 10**9):
        with pytest.raises(InputError, match="frames 0 to 4"):
            video.frame(number)
    video.close()
    with pytest.raises(InputError, match="closed"):
        video.frame(0)


def test_a_file_that_vanishes_while_open(tmp_path):
    path = write_video(tmp_path / "v.mp4", 60)
    with Video(path) as video:
        video._cache_size = 1
        path.write_bytes(b"")
        path.unlink()
        for number in (59, 3, 40, 0):
            with suppress(InputError):
                assert number_in(video.frame(number)) == number


@pytest.mark.parametrize("suffix", ["mkv", "ts"])
def test_cut_short_keeps_the_frames_that_decode(tmp_path, suffix):
    path = write_video(tmp_path / f"v.{suffix}", 60, options={"bf": "2"})
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    with Video(path) as video:
        assert 15 < video.frame_count < 60
        usable = 0
        for number in range(video.frame_count):
            try:
                usable += number_in(video.frame(number)) == number
            except InputError as error:
                assert str(path) in str(error)
        assert usable >= video.frame_count - 6


def test_damage_in_the_middle_leaves_the_rest(tmp_path):
    path = write_video(tmp_path / "v.ts", 80, gop=10)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = random.Random(0).randbytes(400)
    path.write_bytes(content)
    with Video(path) as video:
        seen = []
        for number in range(video.frame_count):
            try:
                seen.append(number_in(video.frame(number)))
            except InputError:
                continue
    # Frames that are lost renumber what follows; the rest must still come, in order but for the group hit.
    assert seen[:20] == list(range(20))
    assert len(set(seen)) >= 65
    assert seen[-20:] == list(range(60, 80))


def test_mp4_without_its_table_is_refused_in_a_sentence(tmp_path):
    path = write_video(tmp_path / "v.mp4", 20)
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"moov") - 4])
    with pytest.raises(InputError, match="damaged, cut short"):
        Video(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.mp4", b"", "is empty"),
        ("text.mp4", b"#EXTM3U\n#EXTINF:1\nfile:///etc/hostname\n", "not a video"),
        ("list.mp4", b"ffconcat version 1.0\nfile '/etc/hostname'\n", "not a video"),
    ],
)
def test_what_is_no_video(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        Video(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        Video(tmp_path / "none.mp4")
    with pytest.raises(InputError, match="is a folder"):
        Video(tmp_path)


def test_open_media_tells_by_content(tmp_path):
    path = write_video(tmp_path / "v.mp4", 3).rename(tmp_path / "looks_like.jpg")
    with open_media(path) as video:
        assert isinstance(video, Video)


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> bytes:
    return write_video(tmp_path_factory.mktemp("fuzz") / "v.mp4", 12).read_bytes()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_bytes_raise_only_sentences(tmp_path, sample, data):
    content = bytearray(sample[: data.draw(st.integers(0, len(sample)))])
    for _ in range(data.draw(st.integers(0, 8))):
        if content:
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "fuzz.mp4"
    path.write_bytes(content)
    try:
        with Video(path) as video:
            for number in (0, video.frame_count - 1, video.frame_count // 2):
                video.frame(number)
    except HandvizError as error:
        assert str(path) in str(error)


def test_recorded_clip_has_all_its_frames(shared_data):
    with Video(shared_data / "video" / "wave" / "wave.mp4") as video:
        assert video.frame_count == 58
        assert video.frame(57).shape == (720, 540, 3)
        forward = video.frame(30)
        video._frames.clear()
        video._seek(0)
        np.testing.assert_array_equal(video.frame(30), forward)
