"""Photos of every usual kind come out upright, 8-bit RGB; anything else ends in one sentence."""

import io
import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from handviz.errors import HandvizError, InputError
from handviz.media import open_media
from handviz.media.photos import Photo, decode_photo, load_photo

# What Pillow warns of on the way is not what is tested here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")

WIDTH, HEIGHT = 60, 40


def gradient() -> np.ndarray:
    """Smooth picture (H, W, 3) whose red grows to the right and green downwards."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.stack([x * 4, y * 6, np.full_like(x, 90)], axis=-1).astype(np.uint8)


def encoded(picture: Image.Image, file_format: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()


def saved(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP", "BMP", "AVIF"])
def test_usual_formats(tmp_path, file_format):
    options = {"quality": 95} if file_format in ("JPEG", "WEBP", "AVIF") else {}
    path = saved(tmp_path, "photo.bin", encoded(Image.fromarray(gradient()), file_format, **options))
    photo = open_media(path)  # by content: the name says nothing
    assert isinstance(photo, Photo)
    assert photo.image.shape == (HEIGHT, WIDTH, 3) and photo.image.dtype == np.uint8
    assert np.abs(photo.image.astype(int) - gradient()).mean() < 4
    assert len(photo.sha256) == 64 and photo.focal_px is None


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "LA", "RGBA", "PA"])
def test_other_pixel_kinds_become_rgb(tmp_path, mode):
    file_format = "TIFF" if mode in ("CMYK", "PA") else "PNG"
    picture = Image.fromarray(gradient()).convert("P" if mode == "PA" else mode)
    if mode == "PA":
        picture = picture.convert("PA")
    image = load_photo(saved(tmp_path, "p", encoded(picture, file_format))).image
    assert image.shape == (HEIGHT, WIDTH, 3) and image.dtype == np.uint8
    expected = np.asarray(Image.fromarray(gradient()).convert("L" if mode in ("L", "LA", "1") else "RGB"))
    expected = np.repeat(expected[..., None], 3, 2) if expected.ndim == 2 else expected
    assert abs(image.astype(float).mean() - expected.mean()) < 6


def test_transparent_is_white(tmp_path):
    layers = np.dstack([gradient(), np.zeros((HEIGHT, WIDTH), np.uint8)])
    layers[:, :30, 3] = 255
    image = load_photo(saved(tmp_path, "p.png", encoded(Image.fromarray(layers), "PNG"))).image
    assert (image[:, 30:] == 255).all()
    np.testing.assert_array_equal(image[:, :30], gradient()[:, :30])


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_sixteen_bit_grey_keeps_its_range(tmp_path, file_format):
    deep = np.linspace(0, 65535, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH).astype(np.uint16)
    image = load_photo(saved(tmp_path, "p", encoded(Image.fromarray(deep), file_format))).image
    np.testing.assert_allclose(image[..., 1], deep / 257.0, atol=0.51)


def test_sixteen_bit_colour_png(tmp_path):
    rows = b"".join(
        b"\0" + (gradient()[y].astype(">u2") * 257).astype(">u2").tobytes() for y in range(HEIGHT)
    )  # fmt: skip

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 2, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    np.testing.assert_array_equal(load_photo(saved(tmp_path, "p.png", content)).image, gradient())


@pytest.mark.parametrize(("largest", "expected"), [(1.0, 255), (200.0, 200), (60000.0, 233)])
def test_floating_point_tiff(tmp_path, largest, expected):
    values = np.zeros((HEIGHT, WIDTH), np.float32)
    values[0, 0], values[1, 1] = np.nan, largest
    image = load_photo(saved(tmp_path, "p.tif", encoded(Image.fromarray(values), "TIFF"))).image
    assert image[0, 0, 0] == 0 and image[1, 1, 0] == expected


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP"])
def test_animation_gives_its_first_frame(tmp_path, file_format):
    first, second = (Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ((200, 30, 30), (30, 200, 30)))
    content = encoded(first, file_format, save_all=True, append_images=[second], duration=100)
    image = load_photo(saved(tmp_path, "a", content)).image
    assert image[20, 20, 0] > 150 and image[20, 20, 1] < 80


@pytest.mark.parametrize("orientation", range(1, 9))
def test_rotation_noted_by_the_camera_is_applied(tmp_path, orientation):
    upright = gradient()
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].transpose(1, 0, 2),  # row 0 is the right side, column 0 the bottom
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    picture = Image.fromarray(np.ascontiguousarray(stored))
    np.testing.assert_array_equal(
        load_photo(saved(tmp_path, "p.png", encoded(picture, "PNG", exif=exif))).image, upright
    )


def with_focal(focal: object) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.FocalLengthIn35mmFilm] = focal
    return encoded(Image.fromarray(gradient()), "JPEG", exif=exif)


def test_focal_length_from_the_cameras_notes(tmp_path):
    photo = load_photo(saved(tmp_path, "p.jpg", with_focal(26)))
    assert photo.focal_px == pytest.approx(26 * np.hypot(60, 40) / 43.2666)
    assert load_photo(saved(tmp_path, "q.jpg", with_focal(0))).focal_px is None
    assert load_photo(saved(tmp_path, "r.jpg", with_focal(60000))).focal_px is None


def test_one_pixel_is_a_photo(tmp_path):
    assert load_photo(saved(tmp_path, "p.png", encoded(Image.new("RGB", (1, 1)), "PNG"))).image.shape == (1, 1, 3)


def hollow_png(width: int, height: int) -> bytes:
    """A PNG whose header claims a size and whose body holds next to nothing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("size", [(12_000, 11_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_huge_pictures_are_refused_before_decoding(tmp_path, size):
    with pytest.raises(InputError, match="megapixels"):
        load_photo(saved(tmp_path, "bomb.png", hollow_png(*size)))


def test_hundred_megapixels_open(tmp_path):
    path = saved(tmp_path, "large.png", encoded(Image.new("1", (10_000, 10_000), 1), "PNG"))
    assert load_photo(path).image.shape == (10_000, 10_000, 3)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.jpg", b"", "is empty"),
        ("text.jpg", b"Dear Sir or Madam,\n", "not a photo"),
        ("bm.bmp", b"BMW is a car maker and this is a text", "not a photo"),
        ("film.jpg", b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", "is a video"),
        ("phone.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        ("head.jpg", b"\xff\xd8\xff\xe0", "damaged or cut short"),
    ],
)
def test_what_is_no_photo(tmp_path, name, content, words):
    path = saved(tmp_path, name, content)
    with pytest.raises(InputError, match=words) as caught:
        load_photo(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_missing_folder_and_odd_names(tmp_path):
    for path, words in ((tmp_path / "none.jpg", "does not exist"), (tmp_path, "is a folder"), ("a\0b", "file name")):
        with pytest.raises(InputError, match=words):
            load_photo(path)
        with pytest.raises(InputError, match=words):
            open_media(path)


def test_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(InputError, match="not an ordinary file"):
        load_photo(tmp_path / "pipe.jpg")


def test_unreadable(tmp_path, monkeypatch):
    path = saved(tmp_path, "p.jpg", encoded(Image.new("RGB", (8, 8)), "JPEG"))

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(InputError, match="may not be read"):
        load_photo(path)


def test_open_media_of_neither(tmp_path):
    with pytest.raises(InputError, match="neither a photo nor a video"):
        open_media(saved(tmp_path, "notes.txt", b"hello there"))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_cut_short(tmp_path, file_format):
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    content = encoded(Image.fromarray(noise), file_format)
    path = saved(tmp_path, "cut", content[: len(content) // 2])
    with pytest.raises(InputError, match="damaged or cut short"):
        load_photo(path)


SAMPLES = [encoded(Image.fromarray(gradient()), name) for name in ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF")]
SAMPLES.append(with_focal(26))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_bytes_raise_only_sentences(data):
    content = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]
    try:
        image, focal_px = decode_photo(bytes(content), "a.jpg")
    except HandvizError as error:
        assert "a.jpg" in str(error) and "\n" not in str(error)
    else:
        assert image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
        assert focal_px is None or focal_px > 0


@settings(max_examples=100, deadline=None)
@given(
    content=st.binary(max_size=300),
    start=st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"GIF8", b""]),
)
def test_random_bytes_raise_only_sentences(content, start):
    with suppress(HandvizError):
        decode_photo(start + content, "a.jpg")
