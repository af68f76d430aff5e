"""handviz.show from scripts and notebooks: a window of its own, with or without a predictor of one's own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import handviz
from handviz.errors import InputError

FACES = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]])


def meshes(k: int = 4, t: int = 3) -> np.ndarray:
    rng = np.random.default_rng(0)
    corners = 0.04 * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    return corners + rng.normal([0, 0, 0.5], 0.02, (k, t, 1, 3))


@pytest.fixture(autouse=True)
def headless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HANDVIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def colors(png: bytes | Path) -> np.ndarray:
    import io

    source = io.BytesIO(png) if isinstance(png, bytes) else png
    return np.asarray(Image.open(source).convert("RGB"))


def test_arrays_are_shown_updated_photographed_and_leave_nothing(tmp_path: Path) -> None:
    image = np.full((240, 320, 3), (10, 200, 30), np.uint8)
    with handviz.show(meshes(), FACES, [-4.0, -3, -2, -1], image=image, size=(1200, 600), theme="dark") as window:
        first = window.screenshot(tmp_path / "first.png")
        assert first == tmp_path / "first.png"
        pixels = colors(first)
        assert pixels.shape == (600, 1200, 3)
        assert (pixels == (10, 200, 30)).all(-1).mean() > 0.05, "the photo is in sight"
        window.update(meshes(2, 5), FACES, threshold=0.0, view="side")
        second = colors(window._repr_png_())
        assert (second == (10, 200, 30)).all(-1).mean() > 0.05, "the photo stays"
        assert (second != pixels).any(-1).mean() > 0.01
        assert not window.wait(0.1) and not window.closed
        process = window.process_id
    assert window.closed
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert not list(tmp_path.glob("handviz-show-*"))
    with pytest.raises(InputError, match="was closed"):
        window.update(threshold=0.5)
    assert window._repr_png_() is None


def test_a_window_is_closed_as_soon_as_its_process_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    # The thread that reads its last word may be late; close() itself waits for the process alone.
    with handviz.show(meshes(), FACES, size=(800, 500)) as window:
        assert not window.closed
    monkeypatch.setattr(window, "_ended", False)
    assert window.closed


def test_a_predictor_of_this_very_program_answers_the_window(tmp_path: Path) -> None:
    asked = []

    class Mine:
        name = "my network"

        def predict(self, image, hypotheses=16, seed=0):
            asked.append((image.shape, hypotheses))
            if len(asked) == 1:
                raise RuntimeError("not trained yet")
            return {"vertices": meshes(hypotheses), "faces": FACES}

    image = np.full((120, 160, 3), 90, np.uint8)
    with handviz.show(image=image, predictor=Mine(), size=(1200, 600)) as window:
        failed = colors(window.screenshot())
        window.update(image=image)
        shown = colors(window.screenshot())
    assert asked == [((120, 160, 3), 16)] * 2
    assert (failed != shown).any(-1).mean() > 0.01


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({}, "nothing to show"),
        ({"vertices": meshes()}, "faces"),
        ({"vertices": np.zeros((3, 4, 3)), "faces": FACES}, r"\(K, T, V, 3\)"),
        ({"vertices": meshes(), "faces": FACES, "image": np.zeros((4, 4, 3))}, "image"),
        ({"vertices": meshes(), "faces": FACES, "image": "absent.jpg"}, "absent.jpg"),
        ({"vertices": meshes(), "faces": FACES, "view": "below"}, "below"),
        ({"vertices": meshes(), "faces": FACES, "truth": np.zeros((3, 9, 3))}, "truth"),
        ({"faces": FACES}, "nothing to show"),
        ({"image": np.zeros((4, 4, 3), np.uint8), "predictor": 7}, "predict"),
    ],
)
def test_what_cannot_be_shown_is_refused_at_once(arguments: dict, word: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=word):
        handviz.show(**arguments)
    assert not list(tmp_path.glob("handviz-show-*"))


SCRIPT = """
import numpy as np
import handviz
print("running")
vertices = 0.04 * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) + np.zeros((3, 3, 1, 3)) + (0, 0, 0.5)
window = handviz.show(vertices, [[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]])
window.screenshot("shot.png")
print(window.wait(), window.process_id)
"""


def test_a_script_without_a_guard_shows_once_and_leaves_no_hidden_window(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.split()[:2] == ["running", "False"], done.stderr
    assert (tmp_path / "shot.png").stat().st_size > 1000
    process = int(done.stdout.split()[2])
    deadline = time.monotonic() + 30
    while Path(f"/proc/{process}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{process}").exists()
    assert not list(tmp_path.glob("handviz-show-*"))


def test_importing_stays_light() -> None:
    for use, heavy in (("dir(handviz)", ("torch", "PySide6", "numpy", "cv2")), ("handviz.show", ("torch", "PySide6"))):
        code = f"import sys, handviz; {use}; print([name for name in {heavy} if name in sys.modules])"
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
    assert set(handviz.__all__) <= set(dir(handviz))
    with pytest.raises(AttributeError):
        handviz.no_such_thing  # noqa: B018
