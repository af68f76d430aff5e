"""Cases and libraries as the tests of handviz/review need them."""

import hashlib
from pathlib import Path

from handviz.review.cases import NewCase


def new_case(number: int = 0, **values) -> NewCase:
    """A case of its own for each number."""
    content = f"photo {number}".encode()
    usual = {
        "path": Path(f"/photos/photo{number:04d}.jpg"),
        "photo_sha256": hashlib.sha256(content).hexdigest(),
        "photo_bytes": len(content),
        "box": (10.0, 20.0, 100.0 + number % 7, 120.0),
        "hand": "right",
        "blur_px": float(number % 50),
        "spread_mm": float(number * 7 % 90),
        "best_score": (number * 13 % 100) / 100,
        "error_mm": float(number * 3 % 80),
        "triage": ("large spread",) if number % 3 == 0 else (),
        "provenance": {"generator_sha256": "ab" * 32, "seed": "0"},
    }
    return NewCase(**usual | values)


def photo_case(path: Path, content: bytes, **values) -> NewCase:
    """A case whose photo is there, made of some bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return new_case(path=path, photo_sha256=hashlib.sha256(content).hexdigest(), photo_bytes=len(content), **values)
