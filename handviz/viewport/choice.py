"""Which backend draws fastest on this machine: measured once, remembered.

The measurement needs seconds, so it never stands before the first picture: ray casting, which works everywhere, draws
until it is done. A machine without a graphics device is not measured at all, since software OpenGL and Vulkan lose to
ray casting there (48 hands at 960x720 on two cores: 15 ms a frame against 70 and 112).
"""

import hashlib
import json
import os
import platform
import threading
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from handviz.resources import cache_dir
from handviz.viewport.probe import fastest_backend, probe_backends

CERTAIN = "embree"


def choose_backend(wanted: str, adopt: Callable[[str], None]) -> str:
    """The backend to start with. For wanted="auto" adopt(name) is called later, from a thread, if another is faster."""
    if wanted != "auto":
        return wanted
    remembered = _read()
    if remembered is not None:
        return remembered
    if has_graphics_device():
        threading.Thread(target=_measure, args=(adopt,), name="handviz-render-probe", daemon=True).start()
    return CERTAIN


def has_graphics_device() -> bool:
    """Whether this machine may have a GPU; on Linux by its device files, elsewhere taken for granted."""
    if platform.system() != "Linux":
        return True
    return any(Path("/dev/dri").glob("renderD*")) or Path("/dev/nvidia0").exists() or Path("/dev/dxg").exists()


def machine_key() -> str:
    """Changes when the machine, its driver, or Open3D does."""
    try:
        open3d = version("open3d")
    except PackageNotFoundError:
        open3d = "none"
    driver = Path("/proc/driver/nvidia/version")
    facts = [platform.node(), platform.platform(), platform.machine(), os.cpu_count(), open3d]
    facts.append(driver.read_text() if driver.exists() else "")
    facts.append(sorted(path.name for path in Path("/dev/dri").glob("*")))
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def remember(backend: str) -> None:
    """Keep the choice for this machine; a cache that cannot be written costs a measurement next time, nothing else."""
    try:
        path = _path()
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps({"machine": machine_key(), "backend": backend}))
        temporary.replace(path)
    except OSError:
        return


def _measure(adopt: Callable[[str], None]) -> None:
    best = fastest_backend(probe_backends())
    if best is not None:
        remember(best)
        adopt(best)


def _read() -> str | None:
    try:
        content = json.loads(_path().read_text())
    except (OSError, ValueError):
        return None
    known = isinstance(content, dict) and content.get("machine") == machine_key()
    backend = content.get("backend") if known else None
    return backend if backend in ("filament", "legacy", "embree") else None


def _path() -> Path:
    return cache_dir() / "viewport-backend.json"
