"""What a window takes up again after a restart: how one looks at hypotheses and which are kept, as JSON."""

import json
import math
from collections.abc import Callable
from dataclasses import replace

from handviz.app.models.session import MAX_HYPOTHESES, SessionModel
from handviz.app.models.view import CAMERA

MAX_TEXT = 100_000


def to_json(session: SessionModel) -> str:
    """How a session is looked at, as text."""
    view, selection = session.view, session.selection
    return json.dumps(
        {
            "yaw": view.orbit.yaw,
            "pitch": view.orbit.pitch,
            "over_photo": view.over_photo,
            "timesteps": list(view.timesteps),
            "solo": view.solo,
            "coloring": view.coloring,
            "display": view.display,
            "ghost": view.ghost,
            "trails": view.trails,
            "show_truth": view.show_truth,
            "speed": view.speed,
            "mode": selection.mode,
            "threshold": selection.threshold,
            "top_n": selection.top_n,
            "hypotheses": session.hypotheses,
            "seed": session.seed,
        }
    )


def take_up(session: SessionModel, text: str) -> None:
    """Look at a session as to_json tells; what is broken, missing or unknown stays as it is."""
    try:
        fields = json.loads(text) if len(text) <= MAX_TEXT else None
    except (ValueError, RecursionError):
        return
    if not isinstance(fields, dict):
        return
    view, selection = session.view, session.selection

    def turn(_: object) -> None:
        yaw, pitch = _number(fields["yaw"], -100.0, 100.0), _number(fields["pitch"], -1.6, 1.6)
        view.set_orbit(replace(view.orbit, yaw=yaw, pitch=pitch))

    def show_timesteps(shown: object) -> None:
        for timestep, on in enumerate(shown):
            view.set_timestep(timestep, _flag(on))

    steps: dict[str, Callable[[object], None]] = {
        "yaw": turn,
        "over_photo": lambda on: view.look(CAMERA) if _flag(on) else None,
        "timesteps": show_timesteps,
        "solo": lambda on: view.set_solo(_flag(on)),
        "coloring": view.set_coloring,
        "display": view.set_display,
        "ghost": lambda on: view.set_ghost(_flag(on)),
        "trails": lambda on: view.set_trails(_flag(on)),
        "show_truth": lambda on: view.set_show_truth(_flag(on)),
        "speed": lambda value: view.set_speed(_number(value, 0.0, 100.0)),
        "mode": selection.set_mode,
        "threshold": lambda value: selection.set_threshold(_number(value, 0.0, 1.0)),
        "top_n": lambda value: selection.set_top_n(int(_number(value, 1, 1e6))),
        "hypotheses": lambda value: session.set_request(hypotheses=int(_number(value, 1, MAX_HYPOTHESES))),
        "seed": lambda value: session.set_request(seed=int(_number(value, 0, 2**31 - 1))),
    }
    for name, step in steps.items():
        if name in fields:
            try:
                step(fields[name])
            except (ValueError, TypeError, KeyError):
                continue


def _number(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    if not low <= value <= high:
        raise ValueError
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value
