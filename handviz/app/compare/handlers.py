"""What each command of the page "Side by side" does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from handviz.app.models.comparison import PRESETS
from handviz.app.models.view import VIEWS

if TYPE_CHECKING:
    from handviz.app.compare.page import ComparePage

THRESHOLD_STEP = 0.01
ZOOM_STEP = 1.25


def page_handlers(page: ComparePage) -> dict[str, Callable[..., None]]:
    """A handler for every command of the page, by name."""

    def toggle_timestep(timestep: int) -> None:
        view = page.active.model.view
        if timestep < len(view.timesteps):
            view.set_timestep(timestep, not view.timesteps[timestep])

    def keep(direction: int) -> None:
        selection = page.active.model.selection
        if selection.counts:
            selection.set_top_n(selection.top_n - direction)
        else:
            selection.set_threshold(selection.threshold + direction * THRESHOLD_STEP)

    def switch_mode() -> None:
        page.active.model.selection.next_mode()

    def zoom(factor: float) -> None:
        canvas = page.active.canvas
        page.active.model.view.zoom_by(factor, canvas.width() / 2, canvas.height() / 2)

    presets = {f"compare_preset_{name}": lambda chosen=name: page.compare(chosen) for name in PRESETS}
    views = {f"compare_view_{name}": lambda chosen=name: page.active.model.view.look(chosen) for name in VIEWS}
    timesteps = {
        f"compare_{name}": lambda timestep=index: toggle_timestep(timestep)
        for index, name in enumerate(("past", "middle", "future"))
    }
    steps = {"next_frame": 1, "previous_frame": -1, "frames_ahead": 10, "frames_back": -10}
    frames = {f"compare_{name}": lambda places=places: page.active.step(places) for name, places in steps.items()}
    return presets | views | timesteps | frames | {
        "compare_take": page.take_open_photo,
        "compare_add": page.add_pane,
        "compare_close": lambda: page.close_pane(page.active),
        "compare_next": page.next_pane,
        "compare_subset": lambda: page.active.next_subset(),
        "compare_link": lambda: page.toggle_link(page.active),
        "compare_difference": lambda: page.set_difference(not page.difference_on),
        "compare_photos": lambda: page.set_photos(not page.photos_on),
        "compare_predict": lambda: page.active.predict(),
        "compare_cancel": lambda: [pane.cancel() for pane in page.panes],
        "compare_fit": lambda: page.active.model.view.fit(),
        "compare_zoom_in": lambda: zoom(ZOOM_STEP),
        "compare_zoom_out": lambda: zoom(1.0 / ZOOM_STEP),
        "compare_play": page.toggle_playing,
        "compare_all_timesteps": lambda: page.active.model.view.set_time(None),
        "compare_fewer": lambda: keep(1),
        "compare_more": lambda: keep(-1),
        "compare_keep_by": switch_mode,
    }  # fmt: skip
