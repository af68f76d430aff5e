"""Videos that are written are the frames that were given, and the same bytes every time."""

import numpy as np
import pytest

from handviz.errors import InputError
from handviz.media.video import Video
from handviz.media.video_writing import write_video


def frames(count: int = 5) -> list[np.ndarray]:
    y, x = np.mgrid[:48, :64]
    return [
        np.stack([(4 * x + 20 * n) % 256, 5 * y, np.full_like(x, 40 * n)], -1).astype(np.uint8) for n in range(count)
    ]


def test_frames_come_back(tmp_path):
    write_video(tmp_path / "a.mp4", frames(), 25)
    with Video(tmp_path / "a.mp4") as video:
        assert (video.frame_count, video.width, video.height, video.fps) == (5, 64, 48, 25.0)
        for number, frame in enumerate(frames()):
            assert np.abs(video.frame(number)[..., 1].astype(int) - frame[..., 1]).mean() < 12


def test_the_same_frames_give_the_same_file(tmp_path):
    contents = set()
    for _ in range(10):
        write_video(tmp_path / "a.mp4", frames(), 25)
        contents.add((tmp_path / "a.mp4").read_bytes())
    assert len(contents) == 1


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError):
        write_video(tmp_path / "file" / "a.mp4", frames(), 25)
    with pytest.raises(InputError):
        write_video(tmp_path / "odd.mp4", [np.zeros((47, 63, 3), np.uint8)], 25)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
