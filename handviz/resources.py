"""Where the files that ship with handviz lie: beside the checkout, or inside an installed wheel."""

import os
from pathlib import Path

from handviz.errors import ModelFileError

_PACKAGE = Path(__file__).resolve().parent


def _shipped(kind: str) -> Path:
    for candidate in (_PACKAGE / "_shipped" / kind, _PACKAGE.parent / kind):
        if candidate.is_dir():
            return candidate
    raise ModelFileError(f"The folder {kind}/ that ships with handviz is missing; install handviz again.")


def models_dir() -> Path:
    """Folder of weights, hand models and detectors; HANDVIZ_MODELS names another one."""
    override = os.environ.get("HANDVIZ_MODELS")
    return Path(override) if override else _shipped("models")


def assets_dir() -> Path:
    """Folder of demos, icons, skins, panoramas and background photographs."""
    return _shipped("assets")


def cache_dir() -> Path:
    """Folder for files that can be made again; safe to delete. HANDVIZ_CACHE names another one."""
    override = os.environ.get("HANDVIZ_CACHE")
    if override:
        path = Path(override)
    else:
        import platformdirs

        path = Path(platformdirs.user_cache_dir("handviz"))
    path.mkdir(parents=True, exist_ok=True)
    return path
