"""Stretching pictures, in numpy."""

import numpy as np


def fit_image(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Stretch an image (H, W, 3) uint8 to (height, width, 3), bilinear, averaging first where it shrinks a lot."""
    source_height, source_width = image.shape[:2]
    rows, columns = max(source_height // height, 1), max(source_width // width, 1)
    if rows > 1 or columns > 1:
        image = _block_mean(image, rows, columns)
    # Sides in units of blocks, not whole numbers where the last block is cut: positions stay exact.
    stretched = _interpolate(image.astype(np.float32), height, source_height / rows)
    stretched = _interpolate(stretched.transpose(1, 0, 2), width, source_width / columns).transpose(1, 0, 2)
    return np.ascontiguousarray((stretched + 0.5).astype(np.uint8))


def _block_mean(image: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Mean over blocks; the last block of a side is smaller where the size does not divide."""
    row_starts, column_starts = np.arange(0, image.shape[0], rows), np.arange(0, image.shape[1], columns)
    sums = np.add.reduceat(np.add.reduceat(image, row_starts, 0, np.uint32), column_starts, 1)
    row_counts = np.diff(np.append(row_starts, image.shape[0]))
    column_counts = np.diff(np.append(column_starts, image.shape[1]))
    return sums / (row_counts[:, None, None] * column_counts[None, :, None])


def _interpolate(image: np.ndarray, size: int, extent: float) -> np.ndarray:
    """Linear interpolation of the first axis, extent pixels long, to size pixels; centres lie at 0.5, 1.5, ..."""
    position = (np.arange(size, dtype=np.float64) + 0.5) * (extent / size) - 0.5
    position = np.clip(position, 0, image.shape[0] - 1)
    low = position.astype(np.int64)
    high = np.minimum(low + 1, image.shape[0] - 1)
    weight = (position - low)[:, None, None].astype(np.float32)
    return image[low] * (1 - weight) + image[high] * weight
