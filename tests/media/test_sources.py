"""Photos, videos and folders become the list of pictures that was meant."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handviz.errors import InputError
from handviz.media.sources import PictureReader, files_in, parse_frames, unique_names
from tests.media.test_video import number_in, write_video


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":", range(20)), ("3", [3]), ("2:6", [2, 3, 4, 5]), ("::7", [0, 7, 14]), ("15:", range(15, 20)),
        ("-2:", [18, 19]), (":3", [0, 1, 2]), ("4:12:4", [4, 8]), ("0:100:10", [0, 10]), (" 5:7 ", [5, 6]),
    ],
)  # fmt: skip
def test_frames(text, expected):
    assert list(range(20)[parse_frames(text)]) == list(expected)


@pytest.mark.parametrize("text", ["", "a:b", "1:2:3:4", "1:2:0", "1:2:-1", "-3", "1.5", "0x3", "1-5"])
def test_what_are_no_frames(text):
    with pytest.raises(InputError, match="--frames"):
        parse_frames(text)


@given(st.text(max_size=12))
def test_any_text_gives_a_slice_or_a_sentence(text):
    try:
        assert parse_frames(text).step != 0
    except InputError as error:
        assert "--frames" in str(error)


@given(st.lists(st.sampled_from(["a", "A", "a-2", "b", "a-2-2"]), max_size=12))
def test_names_are_unique_and_keep_their_beginning(names):
    given_out = list(unique_names(names))
    assert len({name.lower() for name in given_out}) == len(names)
    assert all(new.startswith(old) for new, old in zip(given_out, names, strict=True))


def test_a_folder_gives_its_photos_and_videos_by_name(tmp_path):
    for name in ("b.JPG", "a.png", "sub/c.mp4", "notes.txt", ".hidden.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [str(path.relative_to(tmp_path)) for path in files_in(tmp_path)] == ["a.png", "b.JPG", "sub/c.mp4"]
    assert files_in(tmp_path / "notes.txt") == [tmp_path / "notes.txt"]


def test_an_empty_folder(tmp_path):
    with pytest.raises(InputError, match="no photos or videos"):
        files_in(tmp_path)


def test_photos_and_frames_are_read(tmp_path):
    Image.fromarray(np.full((30, 40, 3), 77, np.uint8)).save(tmp_path / "p.png")
    video = write_video(tmp_path / "v.mp4", 12)
    reader = PictureReader()
    (photo,) = reader.pictures(tmp_path / "p.png", slice(3, 4))
    assert (photo.name, photo.frame) == ("p", None)
    assert (reader.read(photo).image == 77).all()
    frames = reader.pictures(video, slice(2, None, 5))
    assert [(frame.frame, frame.name) for frame in frames] == [(2, "v-frame0002"), (7, "v-frame0007")]
    assert [number_in(reader.read(frame).image) for frame in frames] == [2, 7]
    with pytest.raises(InputError, match="frames 0 to 11"):
        reader.pictures(video, slice(50, 60))
    reader.close()
