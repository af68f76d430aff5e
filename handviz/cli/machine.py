"""What a machine offers to handviz, found out in child processes: a driver that crashes takes only its child along."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from handviz.errors import HandvizError
from handviz.resources import assets_dir, cache_dir, models_dir

OK, LACKING, BROKEN = "ok", "lacking", "broken"

_TIMEOUT_SECONDS = 120
_REINSTALL = "install handviz again into a fresh environment"

# Debian's package for each library that Qt or Open3D may miss.
_PACKAGE_OF_LIBRARY = {
    "libusb-1.0": "libusb-1.0-0",
    "libgomp": "libgomp1",
    "libGL.": "libgl1",
    "libEGL": "libegl1",
    "libvulkan": "libvulkan1",
    "libdbus": "libdbus-1-3",
    "libglib-2": "libglib2.0-0",
    "libgthread": "libglib2.0-0",
    "libfontconfig": "libfontconfig1",
    "libX11-xcb": "libx11-xcb1",
    "libX11.": "libx11-6",
    "libxkbcommon-x11": "libxkbcommon-x11-0",
    "libxkbcommon.": "libxkbcommon0",
    "libxcb-cursor": "libxcb-cursor0",
    "libxcb-icccm": "libxcb-icccm4",
    "libxcb-image": "libxcb-image0",
    "libxcb-keysyms": "libxcb-keysyms1",
    "libxcb-randr": "libxcb-randr0",
    "libxcb-render-util": "libxcb-render-util0",
    "libxcb-shape": "libxcb-shape0",
    "libxcb-sync": "libxcb-sync1",
    "libxcb-xfixes": "libxcb-xfixes0",
    "libxcb-xkb": "libxcb-xkb1",
    "libwayland-cursor": "libwayland-cursor0",
    "libwayland-egl": "libwayland-egl1",
}

# Each prints one line of JSON: {"detail": ...} and, where something is missing, "lacks" and "remedy".
_TORCH = """
import json, torch
cuda = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
print(json.dumps({"detail": torch.__version__, "cuda": cuda, "built_for_cuda": torch.version.cuda}))
"""
_HAND = """
import json
from handviz.hand.model import HandModel
hand = HandModel.load({path!r})
print(json.dumps({{"detail": f"{{hand.name}}, {{hand.num_vertices}} vertices, sha256 {{hand.sha256[:12]}}"}}))
"""
_WEIGHTS = """
import json
from handviz.network import files
folder = files.default_weights()
generator = files.load_generator(folder / files.GENERATOR_FILE)
selector = files.load_selector(folder / files.SELECTOR_FILE)
millions = [files.parameters(network) / 1e6 for network in (generator, selector)]
hashes = "hashes as recorded" if (folder / files.MANIFEST).is_file() else "no recorded hashes"
print(json.dumps({"detail": "generator %.1f M, selector %.1f M parameters, " % tuple(millions) + hashes}))
"""
_DETECTOR = """
import json
from handviz.inference.detector import HandDetector
HandDetector.load()
print(json.dumps({"detail": "palm and landmark networks, hashes as recorded"}))
"""
_VIDEO = """
import json, av
wanted = {"h264": "H.264", "hevc": "H.265", "vp9": "VP9", "av1": "AV1", "mpeg4": "MPEG-4", "mjpeg": "Motion JPEG"}
have = [name for codec, name in wanted.items() if codec in av.codecs_available]
print(json.dumps({"detail": f"PyAV {av.__version__}: " + ", ".join(have)}))
"""
_GL = """
import json, moderngl
context = moderngl.create_context(standalone=True, backend="egl", require=430)
print(json.dumps({"detail": "OpenGL %d.%d, " % divmod(context.version_code // 10, 10) + context.info["GL_RENDERER"]}))
"""
_QT = """
import ctypes, json, sys, PySide6
from pathlib import Path
from PySide6 import QtCore, QtWidgets
lacks = ""
if sys.platform == "linux":
    plugin = Path(QtCore.QLibraryInfo.path(QtCore.QLibraryInfo.LibraryPath.PluginsPath), "platforms", "libqxcb.so")
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        lacks = str(error)
print(json.dumps({"detail": PySide6.__version__, "lacks": lacks}))
"""


@dataclass(frozen=True)
class Finding:
    """One thing a machine offers (OK), lacks though the window opens without it (LACKING), or must have (BROKEN)."""

    name: str
    state: str
    detail: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Look at everything, in the order in which a person would mend it. Takes some seconds."""
    rendering = _rendering()  # by itself: it measures
    probes = (_torch, _qt, _generation, _video, _detector, _weights, _hand, _mano)
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        running = [pool.submit(probe) for probe in probes]
        findings = [_python(), *rendering, *(finding for future in running for finding in future.result())]
    return [*findings, _display(), _shipped_files(), _cache()]


def describe_system() -> str:
    """System, processor and memory in a line."""
    try:
        system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        system = f"{platform.system()} {platform.release()}"
    parts = [system, platform.machine(), f"{os.cpu_count()} cores"]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        parts.append(f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB memory")
    return ", ".join(parts)


def run_probe(code: str) -> tuple[dict | None, str]:
    """Run a probe in a child process: its answer, or None and the last line of what went wrong."""
    environment = {"EGL_PLATFORM": "surfaceless", **os.environ, "QT_QPA_PLATFORM": "offscreen"}
    try:
        child = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, env=environment
        )
    except subprocess.TimeoutExpired:
        return None, f"no answer within {_TIMEOUT_SECONDS} s"
    if child.returncode == 0 and child.stdout.strip():
        return json.loads(child.stdout.strip().splitlines()[-1]), ""
    if child.returncode < 0:
        return None, f"crashed with signal {-child.returncode}"
    lines = child.stderr.strip().splitlines()
    return None, re.sub(r"^handviz\.errors\.\w+: ", "", lines[-1]) if lines else f"exit status {child.returncode}"


def missing_packages(error: str) -> str:
    """The command that installs the libraries which a loader's error names; empty if none is known."""
    packages = {package for library, package in _PACKAGE_OF_LIBRARY.items() if library in error}
    return f"apt-get install {' '.join(sorted(packages))}" if packages else ""


def _from_probe(name: str, code: str, failed: str, remedy: str = "") -> Finding:
    answer, error = run_probe(code)
    if answer is None:
        return Finding(name, failed, error, missing_packages(error) or remedy)
    return Finding(name, OK, answer["detail"])


def _python() -> Finding:
    version = platform.python_version()
    if (3, 11) <= sys.version_info < (3, 15):
        return Finding("Python", OK, f"{version} ({sys.executable})")
    return Finding("Python", BROKEN, version, "use Python 3.11, 3.12, 3.13 or 3.14")


def _torch() -> list[Finding]:
    answer, error = run_probe(_TORCH)
    if answer is None:
        return [Finding("PyTorch", BROKEN, error, _REINSTALL)]
    found = [Finding("PyTorch", OK, answer["detail"])]
    if answer["cuda"]:
        return [*found, Finding("CUDA", OK, ", ".join(answer["cuda"]))]
    if not shutil.which("nvidia-smi"):
        return [*found, Finding("CUDA", LACKING, "no NVIDIA GPU here; handviz runs on the CPU")]
    if answer["built_for_cuda"]:
        return [*found, Finding("CUDA", LACKING, "the GPU does not answer", "look at nvidia-smi; update the driver")]
    remedy = "install a CUDA build of this PyTorch version into the environment"
    return [*found, Finding("CUDA", LACKING, "there is a GPU, but this PyTorch was built without CUDA", remedy)]


def _rendering() -> list[Finding]:
    from handviz.viewport.probe import fastest_backend, probe_backends

    reports = probe_backends()
    best = fastest_backend(reports)
    failures = [f"{report.name} fails ({report.message})" for report in reports if not report.works]
    remedy = missing_packages(" ".join(failures)) or (
        "apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri libusb-1.0-0 libvulkan1 mesa-vulkan-drivers"
    )
    if best is None:
        return [Finding("Open3D rendering", BROKEN, "; ".join(failures), remedy)]
    times = [f"{report.name} {report.seconds_per_frame * 1e3:.0f} ms a frame" for report in reports if report.works]
    detail = f"by {best}, the fastest here: " + ", ".join([*times, *failures])
    return [Finding("Open3D rendering", OK, detail, remedy if failures else "")]


def _qt() -> list[Finding]:
    answer, error = run_probe(_QT)
    if answer is None:
        return [Finding("Qt", BROKEN, error, missing_packages(error) or _REINSTALL)]
    if answer["lacks"]:
        remedy = missing_packages(answer["lacks"]) or "apt-get install libxcb-cursor0 libxkbcommon-x11-0"
        state = BROKEN if os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY") else LACKING
        return [Finding("Qt", state, f"{answer['detail']}, but no X11 windows: {answer['lacks']}", remedy)]
    return [Finding("Qt", OK, answer["detail"])]


def _generation() -> list[Finding]:
    remedy = "apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri (only `handviz synthesize` needs it)"
    return [_from_probe("OpenGL for synthesis", _GL, LACKING, remedy)]


def _video() -> list[Finding]:
    return [_from_probe("Video decoding", _VIDEO, LACKING, _REINSTALL)]


def _detector() -> list[Finding]:
    return [_from_probe("Hand detector", _DETECTOR, BROKEN)]


def _weights() -> list[Finding]:
    return [_from_probe("Weights", _WEIGHTS, BROKEN)]


def _hand() -> list[Finding]:
    return [_from_probe("Hand model", _HAND.format(path=None), BROKEN)]


def _mano() -> list[Finding]:
    path = models_dir() / "mano" / "MANO_RIGHT.pkl"
    if not path.exists():
        return [
            Finding("MANO", LACKING, "not here; the default hand is used", f"with a licence for it, put it at {path}")
        ]
    return [_from_probe("MANO", _HAND.format(path=str(path)), LACKING, f"replace {path} by the original file")]


def _display() -> Finding:
    if sys.platform != "linux":
        return Finding("Display", OK, sys.platform)
    for variable in ("WAYLAND_DISPLAY", "DISPLAY"):
        if os.environ.get(variable):
            return Finding("Display", OK, f"{variable}={os.environ[variable]}")
    remedy = "sit at a desktop or use ssh -X; without one: handviz photo.jpg --screenshot picture.png"
    return Finding("Display", LACKING, "none: no window can open here", remedy)


def _shipped_files() -> Finding:
    try:
        return Finding("Shipped files", OK, f"{models_dir()}, {assets_dir()}")
    except HandvizError as error:
        return Finding("Shipped files", BROKEN, str(error), "install handviz again")


def _cache() -> Finding:
    try:
        folder = cache_dir()
        free = shutil.disk_usage(folder).free / 2**30
    except OSError as error:
        return Finding("Cache", BROKEN, str(error), "set HANDVIZ_CACHE to a folder that can be written")
    if not os.access(folder, os.W_OK):
        return Finding("Cache", BROKEN, f"{folder} is read-only", "set HANDVIZ_CACHE to a folder that can be written")
    return Finding("Cache", OK if free > 1 else LACKING, f"{folder}, {free:.0f} GiB free")
