"""handviz.show: hypotheses of any method in a window of their own, from a script or a notebook.

The window is a process of its own, so the program goes on and neither can take the other down. Arrays are handed over
in .npz files in a temporary folder, which the window deletes.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

import handviz
from handviz.app.prediction_server import PredictionServer
from handviz.app.wire import Lines, ShowOptions, messages
from handviz.errors import HandvizError, InputError
from handviz.hypotheses.foreign import check_image, prediction_from_meshes, truth_from_meshes
from handviz.hypotheses.prediction import Prediction
from handviz.inference.protocol import ForeignPredictor

VIEWS = ("camera", "front", "side", "top")
START_SECONDS = 120.0
CLOSE_SECONDS = 5.0


def show(
    vertices: np.ndarray | Prediction | None = None,
    faces: np.ndarray | None = None,
    scores: np.ndarray | None = None,
    *,
    image: np.ndarray | str | Path | None = None,
    truth: np.ndarray | None = None,
    truth_joints: np.ndarray | None = None,
    joints: np.ndarray | None = None,
    intrinsics: np.ndarray | None = None,
    box: Sequence[float] | None = None,
    hand: str | None = None,
    timesteps: Sequence[str] | None = None,
    predictor: object | str | None = None,
    title: str = "Hypotheses",
    threshold: float | None = None,
    view: str | None = None,
    size: tuple[int, int] = (1366, 768),
    theme: str | None = None,
) -> Shown:
    """Show hypotheses in a window, without waiting for it; see Shown for what can be done with it.

    vertices (K, T, V, 3) metres, camera coordinates (x right, y down, z forward), or a whole Prediction. faces (F, 3).
    scores (K,), the higher the better; outside 0..1 they are stretched. image (H, W, 3) uint8 RGB, or the path of a
    photo or video. truth (T, V, 3) and truth_joints (T, 21, 3), joints (K, T, 21, 3): joints are regressed where the
    topology is that of the shipped hand, and views that need them say so where they are unknown. intrinsics (3, 3) and
    box (x, y, w, h) in pixels of the image; hand "left" or "right"; timesteps, T names.

    predictor: another network in place of ours for what is opened or asked for in the window: an object with a method
    predict(image, ...) (see handviz.PredictorLike), which then runs in this program, or a name
    "package.module:factory" or "file.py:factory", which runs in a process of its own.

    threshold keeps hypotheses that score at least so much; view is "camera", "front", "side" or "top"; size of the
    window in pixels; theme "dark" or "light". Without a display the window is drawn off screen, for screenshots.

    The window stays when the program ends. Raises InputError when the arrays cannot be shown.
    """
    if view is not None and view not in VIEWS:
        raise InputError(f"There is no view {view}; use one of {', '.join(VIEWS)}.")
    if vertices is None and image is None and predictor is None:
        raise InputError("There is nothing to show; give vertices and faces, a Prediction, or an image.")
    prediction = None
    given = (joints, intrinsics, box, hand, timesteps)
    if vertices is not None:
        prediction = _prediction(vertices, faces, scores, image, *given)
    elif faces is not None or scores is not None or truth is not None:
        raise InputError("faces, scores and truth were given without vertices (K, T, V, 3); give them too.")
    shown = Shown(predictor, title, size, theme)
    try:
        shown._put(prediction, image, truth, truth_joints, ShowOptions(threshold, view))
    except BaseException:
        shown.close()
        raise
    return shown


def _prediction(
    vertices: np.ndarray | Prediction,
    faces: np.ndarray | None,
    scores: np.ndarray | None,
    image: np.ndarray | str | Path | None,
    joints: np.ndarray | None,
    intrinsics: np.ndarray | None,
    box: Sequence[float] | None,
    hand: str | None,
    timesteps: Sequence[str] | None,
) -> Prediction:
    if isinstance(vertices, Prediction):
        return vertices
    if faces is None:
        raise InputError("vertices were given without faces (F, 3); give them too.")
    size = None
    if isinstance(image, np.ndarray):
        check_image(image)
        size = image.shape[1::-1]
    return prediction_from_meshes(
        vertices, faces, scores, joints=joints, image_size=size, intrinsics=intrinsics, box=box, hand=hand,
        timesteps=timesteps,
    )  # fmt: skip


class Shown:
    """A window that shows hypotheses. As a context manager it closes the window at the end of the block; as the last
    line of a notebook's cell it shows a picture of it."""

    def __init__(self, predictor: object | str | None, title: str, size: tuple[int, int], theme: str | None) -> None:
        self._ids = itertools.count(1)
        self._condition = threading.Condition()
        self._answers: dict[tuple[str, object], dict[str, Any]] = {}
        self._ready: dict[str, Any] | None = None
        self._ended = False
        self._server = None
        named = predictor if isinstance(predictor, str) else None
        if predictor is not None and named is None:
            name = getattr(predictor, "name", None) or getattr(predictor, "__name__", None) or type(predictor).__name__
            foreign = ForeignPredictor(predictor, str(name))
        self._folder = Path(tempfile.mkdtemp(prefix="handviz-show-"))
        options = {
            "title": title, "size": [int(side) for side in size], "theme": theme, "predictor": named,
            "serve": foreign.name if predictor is not None and named is None else None, "folder": str(self._folder),
        }  # fmt: skip
        self._title = title
        environment = dict(os.environ)
        package_root = str(Path(handviz.__file__).resolve().parents[1])
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [package_root, environment.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "handviz.app.shown_process", json.dumps(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            # Ctrl+C in the terminal is for the program.
            start_new_session=True,
        )
        self._lines = Lines(self._process.stdin)
        if options["serve"] is not None:
            self._server = PredictionServer(foreign, self._lines, self._folder)
        threading.Thread(target=self._read, name="handviz-shown", daemon=True).start()

    def update(
        self,
        vertices: np.ndarray | Prediction | None = None,
        faces: np.ndarray | None = None,
        scores: np.ndarray | None = None,
        *,
        image: np.ndarray | str | Path | None = None,
        truth: np.ndarray | None = None,
        truth_joints: np.ndarray | None = None,
        joints: np.ndarray | None = None,
        intrinsics: np.ndarray | None = None,
        box: Sequence[float] | None = None,
        hand: str | None = None,
        timesteps: Sequence[str] | None = None,
        threshold: float | None = None,
        view: str | None = None,
    ) -> None:
        """Show something else; the arguments are those of handviz.show. Without vertices only threshold and view
        change, or the image. Without an image the one in sight stays. Raises InputError."""
        if view is not None and view not in VIEWS:
            raise InputError(f"There is no view {view}; use one of {', '.join(VIEWS)}.")
        prediction = None
        if vertices is not None:
            given = (joints, intrinsics, box, hand, timesteps)
            prediction = _prediction(vertices, faces, scores, image, *given)
        self._put(prediction, image, truth, truth_joints, ShowOptions(threshold, view))

    def screenshot(self, path: str | Path | None = None, timeout: float = START_SECONDS) -> bytes | Path:
        """A picture of the window as PNG, once everything asked for is drawn: written to path, else its bytes.

        Raises HandvizError when it cannot be made, or is not ready after `timeout` seconds.
        """
        number = next(self._ids)
        target = Path(path).absolute() if path is not None else self._folder / f"picture-{number}.png"
        self._send(do="screenshot", id=number, path=str(target))
        answer = self._answer((("saved", number), ("unsaved", number)), timeout, "The picture of the window")
        if answer["is"] == "unsaved":
            raise InputError(answer["message"])
        if path is not None:
            return target
        try:
            return target.read_bytes()
        finally:
            target.unlink(missing_ok=True)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until a person closes the window, or `timeout` seconds: whether it is closed.

        A window that is drawn off screen can be closed by nobody, so that this returns at once. Ctrl+C closes it.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        try:
            with self._condition:
                while not self._ended and not (self._ready is not None and not self._ready["visible"]):
                    remaining = None if deadline is None else deadline - time.monotonic()
                    if remaining is not None and remaining <= 0:
                        break
                    # Waiting without end cannot be interrupted everywhere.
                    self._condition.wait(min(remaining or 1.0, 1.0))
                return self._ended
        except KeyboardInterrupt:
            self.close()
            raise

    def close(self) -> None:
        """Close the window; safe to call twice."""
        self._lines.send(do="close")
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._server is not None:
            self._server.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def closed(self) -> bool:
        """Whether the window is gone."""
        # Its process may have ended a moment before its last word was read.
        return self._ended or self._process.poll() is not None

    @property
    def process_id(self) -> int:
        """Process id of the window."""
        return self._process.pid

    def __enter__(self) -> Shown:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<handviz window {self._title!r}, {'closed' if self._ended else 'open'}>"

    def _repr_png_(self) -> bytes | None:
        try:
            return None if self._ended else self.screenshot()
        except HandvizError:
            return None  # its text stands in a notebook in place of the picture

    def _put(
        self,
        prediction: Prediction | None,
        image: np.ndarray | str | Path | None,
        truth: np.ndarray | None,
        truth_joints: np.ndarray | None,
        options: ShowOptions,
    ) -> None:
        number = next(self._ids)
        if isinstance(image, str | Path):
            path = Path(image).absolute()
            if not path.is_file():
                raise InputError(f"{path} does not exist; check the name.")
            self._send(do="show", path=str(path), options={}, together=prediction is not None)
        folder = self._folder / str(number)
        if prediction is not None:
            extras = {}
            if isinstance(image, np.ndarray):
                check_image(image)
                extras["image"] = image
            if truth is not None:
                known = truth_from_meshes(prediction, truth, truth_joints)
                extras["truth"] = np.asarray(truth)
                if known is not None:
                    extras["truth_joints"] = known.joints
            path = folder / f"{_file_name(self._title)}.npz"
            prediction.save(path, extras)
            self._send(do="show", path=str(path), options=asdict(options), together=False)
        elif isinstance(image, np.ndarray):
            from PIL import Image

            check_image(image)
            path = folder / f"{_file_name(self._title)}.png"
            folder.mkdir()
            Image.fromarray(image).save(path, compress_level=1)
            self._send(do="show", path=str(path), options=asdict(options), together=False)
        else:
            self._send(do="show", path=None, options=asdict(options), together=False)

    def _send(self, **message: Any) -> None:
        if self._ended or not self._lines.send(**message):
            raise InputError("The window was closed; call handviz.show again.")

    def _answer(self, keys: Sequence[tuple[str, object]], timeout: float, what: str) -> dict[str, Any]:
        deadline = time.monotonic() + timeout
        with self._condition:
            while True:
                for key in keys:
                    if key in self._answers:
                        return self._answers.pop(key)
                if self._ended:
                    raise InputError(f"{what} was not made: the window was closed; call handviz.show again.")
                if time.monotonic() >= deadline:
                    raise InputError(f"{what} was not ready after {timeout:.0f} s; allow more time.")
                self._condition.wait(min(1.0, max(0.0, deadline - time.monotonic())))

    def _read(self) -> None:
        for message in messages(self._process.stdout):
            kind = message.get("is")
            if kind in ("predict", "cancel") and self._server is not None:
                self._server.take(message)
                continue
            if kind == "refused":
                print(f"handviz: {message.get('message')}", file=sys.stderr)
            with self._condition:
                if kind == "ready":
                    self._ready = message
                elif kind in ("saved", "unsaved"):
                    self._answers[kind, message.get("id")] = message
                self._condition.notify_all()
        with self._condition:
            self._ended = True
            self._condition.notify_all()


def _file_name(title: str) -> str:
    """A title as the name of a file, which is what the window's title shows."""
    kept = "".join(letter if letter.isalnum() or letter in " -_.()" else "_" for letter in title).strip(" .")
    return kept[:80] or "Hypotheses"
