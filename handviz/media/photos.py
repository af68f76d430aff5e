"""Photos of any common format as upright 8-bit RGB arrays."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps

from handviz.errors import InputError
from handviz.files import unreadable
from handviz.media.kinds import kind_of_bytes, kind_of_file

MAX_PIXELS = 120_000_000
_MAX_BYTES = 1 << 30
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF", "AVIF")
_FULL_FRAME_DIAGONAL_MM = 43.2666

# Pillow warns of large pictures and of broken notes; both are dealt with here.
warnings.filterwarnings("ignore", module=r"PIL\b")


@dataclass(frozen=True)
class Photo:
    """A photo as it is to be seen.

    image (H, W, 3) uint8 RGB, turned upright; path and sha256 of the file; focal_px the focal length in pixels from
    the camera's notes in the file, None where it has none.
    """

    image: np.ndarray
    path: Path
    sha256: str
    focal_px: float | None = None


def load_photo(path: str | Path) -> Photo:
    """Read JPEG, PNG, TIFF, WebP, BMP, GIF or AVIF; of an animation the first frame.

    Rotation noted by the camera is applied, transparency laid on white, 16-bit, grey, palette and CMYK pictures become
    8-bit RGB. Raises InputError for files that are missing, damaged, no photo, or over 120 megapixels (refused before
    anything is decoded).
    """
    path = Path(path)
    kind = kind_of_file(path)
    if kind == "heic":
        raise InputError(f"{path} is a HEIC photo, which handviz does not read; save it as JPEG or PNG first.")
    if kind != "photo":
        what = "a video, not a photo; name one of its frames" if kind == "video" else "not a photo; use JPEG or PNG"
        raise InputError(f"{path} is {what}.")
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(f"{path} is larger than 1 GB; save it smaller, for instance as JPEG.")
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    image, focal_px = decode_photo(content, str(path))
    return Photo(image, path, hashlib.sha256(content).hexdigest(), focal_px)


def decode_photo(content: bytes, name: str) -> tuple[np.ndarray, float | None]:
    """Decode a photo's bytes to ((H, W, 3) uint8 RGB, focal length in px or None); `name` is for the messages."""
    if kind_of_bytes(content[:400]) != "photo":
        raise InputError(f"{name} is not a photo; use JPEG or PNG.")
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise _too_large(name)
            picture.load()
            exif = _exif(picture)
            upright = _upright(picture)
            return np.ascontiguousarray(_to_rgb(upright)), _focal_px(exif, width, height)
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(name) from error
    except MemoryError as error:
        raise InputError(f"{name} is too large for this machine's memory; save it smaller.") from error
    except Exception as error:  # Pillow's plug-ins raise nearly every type on damaged files
        raise InputError(f"{name} is damaged or cut short; copy it again or save it anew as JPEG or PNG.") from error


def _too_large(name: str) -> InputError:
    return InputError(f"{name} has more than {MAX_PIXELS // 1_000_000} megapixels; save it smaller.")


def _exif(picture: Image.Image) -> Image.Exif | None:
    try:
        return picture.getexif()
    except Exception:  # a photo whose notes are broken is a photo all the same
        return None


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # as above
        return picture


def _focal_px(exif: Image.Exif | None, width: int, height: int) -> float | None:
    """Focal length in px from the 35 mm equivalent, which is defined by the picture's diagonal."""
    if not exif:
        return None
    try:
        focal_mm = float(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.FocalLengthIn35mmFilm, 0))
    except Exception:  # as above
        return None
    if not 5.0 <= focal_mm <= 2000.0:
        return None
    return focal_mm * float(np.hypot(width, height)) / _FULL_FRAME_DIAGONAL_MM


def _to_rgb(picture: Image.Image) -> np.ndarray:
    """Any of Pillow's modes to (H, W, 3) uint8."""
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        return np.repeat(_deep_to_8_bit(np.asarray(picture), picture.mode)[..., None], 3, axis=2)
    if picture.has_transparency_data:
        layers = picture.convert("RGBA")
        white = Image.new("RGBA", layers.size, (255, 255, 255, 255))
        return np.asarray(Image.alpha_composite(white, layers).convert("RGB"))
    return np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))


def _deep_to_8_bit(values: np.ndarray, mode: str) -> np.ndarray:
    """Grey values (H, W) of 16 bits or more, or floats, to uint8 over the full range of their type."""
    values = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    if mode.startswith("I;16"):
        top = 65535.0
    else:  # 32 bits: the range is not fixed by the type, so take the first usual one that holds the values
        largest = float(values.max(initial=0.0))
        usual = (1.0, 255.0, 65535.0) if mode == "F" else (255.0, 65535.0)
        top = next((bound for bound in usual if largest <= bound), largest)
    return np.clip(values * (255.0 / top) + 0.5, 0, 255).astype(np.uint8)
