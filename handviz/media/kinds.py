"""What a file is, told from its first bytes and never from its name."""

from pathlib import Path
from typing import Literal

from handviz.errors import InputError
from handviz.files import unreadable

Kind = Literal["photo", "video", "heic", "unknown"]

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp", ".bmp", ".gif", ".avif")
VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".flv",
                  ".wmv", ".ogv", ".3gp")  # fmt: skip

_PHOTO_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+", b"GIF8")
_VIDEO_MAGIC = (b"\x1a\x45\xdf\xa3", b"OggS", b"FLV\x01", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b"\x00\x00\x01\xba")
_MP4_BOXES = (b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")


def kind_of_bytes(head: bytes) -> Kind:
    """The kind of a file that begins with `head` (400 bytes are enough)."""
    if head.startswith(_PHOTO_MAGIC) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "photo"
    # "BM" alone also begins many a text; the four reserved bytes of a bitmap's header are zero.
    if head[:2] == b"BM" and head[6:10] == b"\x00" * 4:
        return "photo"
    if head[4:8] == b"ftyp":
        brands = head[8:12], *(head[at : at + 4] for at in range(16, 40, 4))
        if brands[0] in (b"avif", b"avis") or (brands[0] == b"mif1" and b"avif" in brands):
            return "photo"
        return "heic" if brands[0] in _HEIC_BRANDS else "video"
    if head.startswith(_VIDEO_MAGIC) or head[4:8] in _MP4_BOXES or (head[:4] == b"RIFF" and head[8:12] == b"AVI "):
        return "video"
    for start, packet in ((0, 188), (4, 192)):
        if len(head) > start + packet and head[start] == 0x47 and head[start + packet] == 0x47:
            return "video"
    return "unknown"


def kind_of_file(path: str | Path) -> Kind:
    """The kind of a file. Raises InputError when it is missing, empty, a folder or unreadable."""
    path = Path(path)
    try:
        if path.exists() and not path.is_dir() and not path.is_file():
            raise InputError(f"{path} is not an ordinary file; copy the photo or video to a file first.")
        with open(path, "rb") as file:
            head = file.read(400)
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:  # a null byte inside the name
        raise InputError(f"{str(path)!r} is not a file name; check it.") from error
    if not head:
        raise InputError(f"{path} is empty; copy it again from where it came.")
    return kind_of_bytes(head)
