"""From linear light to a compressed picture: exposure, noise, tone, softness, lost resolution, JPEG."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from handviz.synthesis.assets import linear_to_srgb

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


@dataclass(frozen=True)
class Camera:
    """How one camera develops: gain (3,) on linear light, contrast, saturation, shot and read noise (standard
    deviation at full well and in the dark), noise_grain in pixels, sharpening, resolution as a share of the crop's,
    JPEG quality, lift of the blacks."""

    gain: np.ndarray
    contrast: float
    saturation: float
    shot_noise: float
    read_noise: float
    noise_grain: float
    sharpening: float
    softness: float
    resolution: float
    quality: int
    lift: float


def draw_camera(rng: np.random.Generator, gain: np.ndarray) -> Camera:
    """A camera with its gain given, from clean to a poor video frame."""
    poor = rng.random() ** 1.5
    return Camera(
        gain=np.asarray(gain, np.float32),
        contrast=float(rng.normal(1.08, 0.13)),
        saturation=float(np.clip(rng.normal(1.0, 0.16), 0.45, 1.5)),
        shot_noise=float(np.exp(rng.uniform(np.log(0.002), np.log(0.01 + 0.035 * poor)))),
        read_noise=float(np.exp(rng.uniform(np.log(0.0005), np.log(0.0015 + 0.008 * poor)))),
        noise_grain=float(rng.uniform(0.0, 0.9)),
        sharpening=float(max(rng.normal(0.1, 0.3), 0.0)),
        softness=float(abs(rng.normal(0.0, 0.5))),
        resolution=float(np.clip(1.0 - 0.65 * poor * rng.random(), 0.35, 1.0)),
        quality=int(np.clip(95 - 60 * poor * rng.random(), 30, 95)),
        lift=float(max(rng.normal(0.0, 0.012), -0.01)),
    )


def develop(light: np.ndarray, camera: Camera, rng: np.random.Generator) -> np.ndarray:
    """Linear light (S, S, 3) to an sRGB picture (S, S, 3) uint8."""
    size = light.shape[0]
    exposed = light * camera.gain
    small = max(round(size * camera.resolution), 16)
    if small < size:
        exposed = _resized(exposed, small, Image.Resampling.BOX)
    if camera.softness > 0.15:
        exposed = blurred(exposed, camera.softness)
    noise = rng.standard_normal((small, small, 3), dtype=np.float32)
    if camera.noise_grain > 0.25:
        noise = blurred(noise, camera.noise_grain) * (1.0 + 2.2 * camera.noise_grain)
    spread = np.sqrt(camera.read_noise**2 + camera.shot_noise**2 * np.maximum(exposed, 0.0))
    picture = tone(exposed + spread * noise, camera)
    if camera.sharpening > 0.05:
        picture = picture + camera.sharpening * (picture - blurred(picture, 1.0))
    picture = (np.clip(picture, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    shown = Image.fromarray(picture)
    if small < size:
        shown = shown.resize((size, size), Image.Resampling.BILINEAR)
    packed = io.BytesIO()
    shown.save(packed, "JPEG", quality=camera.quality, subsampling=2 if camera.quality < 88 else 0)
    return np.asarray(Image.open(packed).convert("RGB"))


def tone(light: np.ndarray, camera: Camera) -> np.ndarray:
    """Linear light to display values 0..1: highlights roll off, a gentle S about the middle, saturation."""
    light = np.maximum(light, 0.0)
    shoulder = np.where(light > 0.7, 0.7 + 0.3 * (1.0 - np.exp(-(light - 0.7) / 0.3)), light)
    display = linear_to_srgb(shoulder).astype(np.float32)
    display = 0.45 + (display - 0.45) * camera.contrast + camera.lift
    grey = display @ _LUMA
    return grey[..., None] + (display - grey[..., None]) * camera.saturation


def plain_picture(light: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Linear light to sRGB uint8 with nothing else done to it."""
    return (linear_to_srgb(light * gain) * 255.0 + 0.5).astype(np.uint8)


def blurred(values: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of (H, W, 3) float32, edges repeated."""
    reach = max(int(np.ceil(2.5 * sigma)), 1)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    for axis in (0, 1):
        pad = [(reach, reach) if a == axis else (0, 0) for a in range(3)]
        padded = np.pad(values, pad, mode="edge")
        length = values.shape[axis]
        rows = [slice(None)] * 3
        total = np.zeros_like(values)
        for tap, weight in enumerate(taps):
            rows[axis] = slice(tap, tap + length)
            total += weight * padded[tuple(rows)]
        values = total
    return values


def _resized(values: np.ndarray, side: int, how: Image.Resampling) -> np.ndarray:
    bands = [
        np.asarray(Image.fromarray(np.ascontiguousarray(values[..., band])).resize((side, side), how))
        for band in range(3)
    ]
    return np.stack(bands, -1)
