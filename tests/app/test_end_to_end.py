"""The real window with the real render process; only the prediction comes from a file."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from app_fakes import FakePredictor
from PIL import Image
from synthetic import make_prediction

from handviz.app.models.palette import timestep_colors


def screenshot(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run `handviz --screenshot` in a process of its own, without a display."""
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment.pop("QT_QPA_PLATFORM", None)
    environment |= {"HANDVIZ_CACHE": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "handviz.cli.main", "--screenshot", str(tmp_path / "shot.png"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=150)


def hue_share(image: np.ndarray, color: np.ndarray) -> float:
    """Share of the pixels whose colour points the same way as color, however it is shaded."""
    pixels = image.reshape(-1, 3).astype(float)
    pixels = pixels[pixels.max(1) > 60]
    cosine = pixels @ color / (np.linalg.norm(pixels, axis=1) * np.linalg.norm(color))
    return float((cosine > 0.995).sum()) / (image.size / 3)


def test_a_screenshot_shows_meshes_in_the_timestep_colors(tmp_path: Path, photo: Path) -> None:
    make_prediction(6, 320, 240).save(tmp_path / "six.npz")
    options = ("--size", "1200x700", "--threshold", "0", "--view", "front", "--theme", "dark")
    done = screenshot(tmp_path, *options, str(photo), str(tmp_path / "six.npz"))
    assert done.returncode == 0, done.stderr
    image = np.asarray(Image.open(tmp_path / "shot.png").convert("RGB"))
    assert image.shape == (700, 1200, 3)
    viewport = image[120:560, 500:900]
    for color in timestep_colors(3):
        assert hue_share(viewport, color) > 0.003
    # The photo on the left is a grey ramp.
    left = image[300, 40:200].astype(int)
    assert np.ptp(left, axis=1).max() <= 2 and left[-1, 0] > left[0, 0] + 40


def test_a_screenshot_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"PK not an archive")
    done = screenshot(tmp_path, str(tmp_path / "bad.npz"))
    assert done.returncode == 1
    assert "bad.npz" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "shot.png").exists()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_renderer_comes_back_with_the_same_view(qapp, qtbot, photo, tmp_path, monkeypatch) -> None:
    from handviz.app.clients import ClientFactories, real_clients
    from handviz.app.window import MainWindow

    monkeypatch.setenv("HANDVIZ_CACHE", str(tmp_path / "cache"))
    window = MainWindow(ClientFactories(FakePredictor, real_clients().renderer), "dark", remember=False)
    qtbot.addWidget(window, before_close_func=lambda widget: widget.shut_down())
    window.resize(1000, 600)
    window.show()
    canvas, session = window.viewport_pane.canvas, window.session
    window.opening.open(photo)
    qtbot.waitUntil(lambda: session.prediction is not None and canvas.at_rest, timeout=60_000)
    session.view.orbit_by(0.5, 0.2)
    session.selection.choose(2)
    qtbot.waitUntil(lambda: canvas.at_rest, timeout=30_000)
    orbit, process_id = session.view.orbit, window.render_bridge.client.process_id
    os.kill(process_id, signal.SIGKILL)
    with qtbot.waitSignal(canvas.frame_shown, timeout=60_000, check_params_cb=lambda _, __, full: full):
        session.view.zoom_by(1.1, 0, 0)
    assert window.render_bridge.client.process_id != process_id
    assert session.view.orbit.yaw == orbit.yaw and session.selection.chosen == 2
    window.shut_down()
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads the process table of Linux")
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_and_its_processes(tmp_path: Path, kind: signal.Signals) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HANDVIZ_CACHE": str(tmp_path), "HOME": str(tmp_path)}
    window = subprocess.Popen([sys.executable, "-m", "handviz.cli.main"], env=environment, stderr=subprocess.PIPE)
    try:
        offspring: set[str] = set()
        deadline = time.monotonic() + 60
        while len(offspring) < 2 and time.monotonic() < deadline:
            offspring = {pid for task in Path(f"/proc/{window.pid}/task").iterdir()
                         for pid in (task / "children").read_text().split()}  # fmt: skip
            time.sleep(0.1)
        assert len(offspring) >= 2
        window.send_signal(kind)
        assert window.wait(60) == 0
        # Python's own book-keeper of shared memory notices a moment later that nobody is left.
        deadline = time.monotonic() + 20
        while any(map(running, offspring)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not [pid for pid in offspring if running(pid)]
    finally:
        window.kill()
        window.stderr.close()


def running(pid: str) -> bool:
    """Whether a process does more than wait to be taken note of."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
