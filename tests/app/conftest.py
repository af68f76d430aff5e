"""A window whose helper processes are stand-ins, with settings of its own."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSettings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def isolated_settings(tmp_path: Path) -> None:
    """No test reads or writes the settings of whoever runs it."""
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    for scope in (QSettings.Scope.UserScope, QSettings.Scope.SystemScope):
        QSettings.setPath(QSettings.Format.NativeFormat, scope, str(tmp_path / "settings"))
        QSettings.setPath(QSettings.Format.IniFormat, scope, str(tmp_path / "settings"))


@pytest.fixture
def qtbot(qtbot):
    """Patient with busy machines: conditions and signals are waited for half a minute."""
    wait_until, wait_signal = qtbot.waitUntil, qtbot.waitSignal
    qtbot.waitUntil = lambda condition, timeout=30_000: wait_until(condition, timeout=timeout)
    qtbot.waitSignal = lambda signal, timeout=30_000, **how: wait_signal(signal, timeout=timeout, **how)
    return qtbot


@dataclass
class Rig:
    """A window and its stand-ins."""

    window: object
    predictor: object
    renderer: object


@pytest.fixture
def rig(qapp, qtbot):
    """A shown window of 1366 x 768 with fake helper processes; closed at the end."""
    from app_fakes import FakePredictor, FakeRenderer

    from handviz.app import theme
    from handviz.app.clients import ClientFactories
    from handviz.app.window import MainWindow

    theme.load_assets(qapp)
    window = MainWindow(ClientFactories(lambda on_event: FakePredictor(on_event), FakeRenderer), "dark")
    qtbot.addWidget(window, before_close_func=lambda widget: widget.shut_down())
    window.resize(1366, 768)
    window.show()
    qtbot.waitExposed(window)
    made = Rig(window, window.prediction_bridge.client, window.render_bridge.client)
    qtbot.waitUntil(lambda: window.session.engine.ready)
    # Half of the fakes' hypotheses score as much.
    window.session.selection.set_threshold(0.5)
    return made


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of 320 x 240 pixels."""
    path = tmp_path / "hand.png"
    gradient = np.linspace(0, 255, 320, dtype=np.uint8)[None, :, None].repeat(240, 0).repeat(3, 2)
    Image.fromarray(gradient).save(path)
    return path


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """A video of 25 frames, 160 x 120; frame i is grey of value 10 i."""
    import av

    path = tmp_path / "wave.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for index in range(25):
            image = np.full((120, 160, 3), 10 * index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode(None))
    return path
