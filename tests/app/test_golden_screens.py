"""The main views look as they did: pictures of the real window with the real renderer, within a tolerance."""

import os
from pathlib import Path

import numpy as np
import pytest
from app_fakes import FakePredictor
from golden_windows import FOLDER, array_of, difference, still_hands
from PIL import Image

from handviz.app.screenshot import at_rest
from handviz.resources import assets_dir
from handviz.viewport import RenderClient

MEAN, STRONG_SHARE = 4.0, 0.035
PHOTO = assets_dir() / "demo" / "wave.jpg"


class FixedPredictor(FakePredictor):
    """Answers with the same hands whatever it is asked."""

    def answer(self, request: dict | None = None) -> None:
        from handviz.inference.events import Done

        request = request or self.requests[-1]
        self.on_event(Done(request["id"], still_hands(8, PHOTO), 0.25))


@pytest.fixture(scope="module")
def shared_window(qapp, tmp_path_factory: pytest.TempPathFactory):
    from handviz.app import theme
    from handviz.app.clients import ClientFactories
    from handviz.app.window import MainWindow

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HANDVIZ_CACHE", str(tmp_path_factory.mktemp("cache")))
        theme.load_assets(qapp)

        def renderer(on_frame, on_status) -> RenderClient:
            return RenderClient(on_frame, on_status, backend="embree")

        made = MainWindow(ClientFactories(FixedPredictor, renderer), "dark", remember=False)
        made.resize(1366, 768)
        made.show()
        made.opening.open(PHOTO)
        yield made
        made.shut_down()
        made.close()
        made.deleteLater()


@pytest.fixture
def window(shared_window, qtbot):
    """The window as it is after opening the photo."""
    session = shared_window.session
    settle(qtbot, shared_window)
    shared_window.pages.show_page("photo")
    for part in shared_window.bench.parts:
        shared_window.bench.show_part(part, False)
    session.selection.choose(None)
    session.view.set_coloring("timestep")
    for timestep in range(3):
        session.view.set_timestep(timestep, True)
    session.view.look("front")
    settle(qtbot, shared_window)
    return shared_window


def settle(qtbot, window) -> None:
    """Wait until everything is drawn, and stays so."""
    qtbot.waitUntil(lambda: window.session.prediction is not None and at_rest(window), timeout=60_000)
    qtbot.wait(150)
    qtbot.waitUntil(lambda: at_rest(window), timeout=60_000)


def arrange(qtbot, window, commands: tuple[str, ...]) -> np.ndarray:
    """Start commands one after the other, and take the picture."""
    for name in commands:
        window.start_command(name)
        settle(qtbot, window)
    # What blinks or depends on where the pointer is does not belong in the picture.
    window.setFocus()
    settle(qtbot, window)
    return array_of(window.grab().toImage())


def check(picture: np.ndarray, name: str, tmp_path: Path) -> None:
    golden = FOLDER / f"{name}.webp"
    if os.environ.get("HANDVIZ_GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        Image.fromarray(picture).save(golden, lossless=True, quality=100, method=6)
    mean, share = difference(picture, np.asarray(Image.open(golden).convert("RGB")))
    if mean > MEAN or share > STRONG_SHARE:
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    assert mean <= MEAN and share <= STRONG_SHARE, f"{name} looks different ({mean:.1f}, {share:.1%}): see {tmp_path}"


VIEWS = {
    "photo_front": (),
    "photo_camera": ("view_camera",),
    "photo_side_score": ("view_side", "next_coloring"),
    "photo_table": ("worse", "table"),
    "side_by_side": ("page_side-by-side",),
    "blur_sweep": ("page_sweep",),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_looks_as_it_did(qtbot, window, tmp_path: Path, name: str) -> None:
    check(arrange(qtbot, window, VIEWS[name]), name, tmp_path)


def test_the_light_theme_looks_as_it_did(qtbot, window, tmp_path: Path) -> None:
    window._theme_override = "light"
    window.set_theme()
    picture = arrange(qtbot, window, ())
    window._theme_override = "dark"
    window.set_theme()
    check(picture, "photo_light", tmp_path)


def test_the_library_looks_as_it_did(qtbot, window, tmp_path: Path) -> None:
    check(arrange(qtbot, window, ("page_library",)), "library_empty", tmp_path)


def test_a_hidden_timestep_or_another_view_is_told_apart(qtbot, window) -> None:
    front = np.asarray(Image.open(FOLDER / "photo_front.webp").convert("RGB"))
    for command in ("show_past", "view_side"):
        mean, share = difference(arrange(qtbot, window, (command,)), front)
        assert mean > MEAN or share > STRONG_SHARE, command
        window.start_command("show_past" if command == "show_past" else "view_front")
        settle(qtbot, window)
