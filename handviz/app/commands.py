"""What each command of the window does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractButton, QApplication

from handviz.app.help import about_dialog, shortcuts_dialog
from handviz.app.models.session import Picture, SessionModel
from handviz.app.models.view import COLORINGS, DISPLAYS
from handviz.app.palette_dialog import Palette
from handviz.app.saving import write_image
from handviz.app.shortcut_editor import ShortcutEditor
from handviz.errors import InputError
from handviz.files import sha256
from handviz.hypotheses.photo_source import PhotoSource
from handviz.hypotheses.prediction import Prediction

if TYPE_CHECKING:
    from handviz.app.window import MainWindow

ZOOM_STEP = 1.25
TIME_STEP = 0.25
"""Of the way from one timestep to the next."""


def handlers(window: MainWindow) -> dict[str, Callable[..., None]]:
    """A handler for every command, by name; those of checkable commands take the new state."""
    session, view, selection = window.session, window.session.view, window.session.selection
    canvas, bar = window.photo_pane.canvas, window.photo_pane.video_bar

    def detect_box() -> None:
        session.set_request(box=None)
        window.control.predict()

    def cancel() -> None:
        canvas.set_drawing(False)
        window.control.cancel()

    def zoom(factor: float) -> None:
        viewport = window.viewport_pane.canvas
        if canvas.hasFocus() or session.prediction is None:
            canvas.zoom(factor)
        else:
            view.zoom_by(factor, viewport.width() / 2, viewport.height() / 2)

    def play() -> None:
        focus = QApplication.focusWidget()
        if isinstance(focus, QAbstractButton):
            # Space presses the button that has the focus, as everywhere.
            focus.click()
        else:
            view.set_playing(not view.playing)

    def step_time(step: float) -> None:
        view.set_playing(False)
        middle = 0.5 * (len(view.timesteps) - 1)
        view.set_time((middle if view.time is None else view.time) + step)

    return {
        "open": window.ask_and_open,
        "save_prediction": lambda: save_prediction(window),
        "save_screenshot": lambda: save_screenshot(window),
        "quit": window.close,
        "predict": window.control.predict,
        "cancel": cancel,
        "auto_predict": lambda on: session.set_request(auto_predict=on),
        "draw_box": canvas.set_drawing,
        "detect_box": detect_box,
        "view_camera": lambda: view.look("camera"),
        "view_front": lambda: view.look("front"),
        "view_side": lambda: view.look("side"),
        "view_top": lambda: view.look("top"),
        "fit": view.fit,
        "zoom_in": lambda: zoom(ZOOM_STEP),
        "zoom_out": lambda: zoom(1.0 / ZOOM_STEP),
        "fit_photo": canvas.fit,
        "crop": canvas.toggle_crop,
        "overlay": session.photo_view.set_meshes,
        "link_photo": session.photo_view.set_linked,
        "show_past": lambda on: view.set_timestep(0, on),
        "show_middle": lambda on: view.set_timestep(1, on),
        "show_future": lambda on: view.set_timestep(2, on),
        "next_coloring": lambda: next_coloring(session),
        "next_display": lambda: next_display(session),
        "ghosts": view.set_ghost,
        "truth": view.set_show_truth,
        "play": play,
        "time_on": lambda: step_time(TIME_STEP),
        "time_back": lambda: step_time(-TIME_STEP),
        "all_timesteps": lambda: view.set_time(None),
        "trails": view.set_trails,
        "full_screen": lambda on: window.showFullScreen() if on else window.showNormal(),
        "better": lambda: selection.step(-1),
        "worse": lambda: selection.step(1),
        "best": lambda: selection.choose(None),
        "solo": view.set_solo,
        "pin": selection.toggle_pinned,
        "hide": selection.toggle_hidden,
        "show_hidden": selection.show_hidden,
        "invert": selection.invert,
        "table": lambda on: window.bench.show_part("table", on),
        "plots": lambda on: window.bench.show_part("plots", on),
        "threshold_up": lambda: window.inspector.scores.tighten(1),
        "threshold_down": lambda: window.inspector.scores.tighten(-1),
        "keep_by": window.inspector.scores.switch_mode,
        "next_frame": lambda: bar.step(1),
        "previous_frame": lambda: bar.step(-1),
        "frames_ahead": lambda: bar.step(10),
        "frames_back": lambda: bar.step(-10),
        "palette": lambda: Palette(window).show(),
        "shortcuts": lambda: shortcuts_dialog(window).open(),
        "edit_shortcuts": lambda: ShortcutEditor(window.keymap, window).open(),
        "about": lambda: about_dialog(window).open(),
    }


def next_coloring(session: SessionModel) -> None:
    """Take the next colouring that is known for what is shown."""
    truth, prediction, analysis = session.truth, session.prediction, session.analysis
    unknown = set()
    if prediction is None or truth is None or not (prediction.has_joints and truth.fits_mesh(prediction)):
        unknown.add("error")
    if analysis is not None and analysis.clusters is None:
        unknown.add("cluster")
    _take_next(COLORINGS, session.view.coloring, unknown, session.view.set_coloring)


def next_display(session: SessionModel) -> None:
    """Take the next display that is known for what is shown."""
    unknown = {"representatives"} if session.analysis is not None and session.analysis.clusters is None else set()
    _take_next(DISPLAYS, session.view.display, unknown, session.view.set_display)


def _take_next(names: tuple[str, ...], current: str, unknown: set[str], take: Callable[[str], None]) -> None:
    known = [name for name in names if name not in unknown or name == current]
    take(known[(known.index(current) + 1) % len(known)])


def save_prediction(window: MainWindow) -> None:
    """Ask where to, and write the prediction as .npz in the background."""
    prediction, picture = window.session.prediction, window.session.picture
    if prediction is None:
        return
    stem = picture.path.stem if picture is not None else "prediction"
    frame = f"-{picture.frame:05d}" if picture is not None and picture.is_video else ""
    path = window.ask_save_path("Save prediction", f"{stem}{frame}.npz")
    if path is not None:
        # NumPy would add the ending by itself, behind the name that was chosen.
        path = path if path.suffix == ".npz" else path.with_name(path.name + ".npz")
        window.saver.save(path, lambda target: _with_photo(prediction, picture).save(target))


def _with_photo(prediction: Prediction, picture: Picture | None) -> Prediction:
    """The prediction, naming its photo in its provenance; reads the whole file for its SHA-256."""
    if picture is None or picture.path.suffix.lower() == ".npz" or "photo" in prediction.provenance:
        return prediction
    try:
        digest = picture.sha256 or sha256(picture.path)
    except InputError:  # it was moved away meanwhile; the prediction is worth keeping without its name
        return prediction
    source = PhotoSource(
        picture.path, digest, picture.frame if picture.is_video else None, (picture.width, picture.height)
    )
    return replace(prediction, provenance=prediction.provenance | source.provenance())


def save_screenshot(window: MainWindow) -> None:
    """Ask where to, and write the window as PNG in the background."""
    image = window.grab().toImage()
    path = window.ask_save_path("Save screenshot", "handviz.png")
    if path is not None:
        path = path if path.suffix.lower() == ".png" else path.with_name(path.name + ".png")
        window.saver.save(path, lambda target: write_image(image, target))
