"""Predictions of other methods, without joints and with other timesteps, upset no page and no command."""

import numpy as np
import pytest
from gestures import drop
from PySide6.QtWidgets import QApplication, QDialog, QLabel

FACES = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]])
# Dialogs of the desktop would wait for a person, some commands end or cover the test's window, and others replace the
# meshes by predictions of the fake network.
LEFT_OUT = {"open", "save_prediction", "save_screenshot", "quit", "full_screen", "detect_box", "library_open",
            "library_new", "library_export", "library_save_elsewhere", "library_batch", "library_merge",
            "library_find_photos", "library_annotator"}  # fmt: skip


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_every_command_bears_meshes_without_joints(qtbot, rig, photo, tmp_path) -> None:
    vertices = np.random.default_rng(0).normal([0, 0, 0.5], 0.03, (5, 2, 4, 3))
    np.savez(tmp_path / "mine.npz", vertices=vertices, faces=FACES)
    window, session = rig.window, rig.window.session
    drop(window, photo, tmp_path / "mine.npz")
    qtbot.waitUntil(lambda: session.prediction is not None and not session.loading)
    assert not session.prediction.has_joints and session.picture is not None
    for part in window.bench.parts:
        window.bench.show_part(part, True)
    names = [name for name in window.keymap.bindings if name not in LEFT_OUT]
    for name in [name for name in names if not any(part in name for part in ("preset", "predict", "sweep", "page_"))]:
        window.start_command(name)
        for dialog in window.findChildren(QDialog):
            dialog.close()
        QApplication.processEvents()
    for page in window.pages.names:
        window.pages.show_page(page)
        qtbot.wait(100)
        window.grab()
    assert session.prediction is not None and not session.prediction.has_joints
    shown = [label.text() for label in window.findChildren(QLabel)]
    assert not [text for text in shown if "nan" in text.split()]
