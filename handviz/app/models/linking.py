"""Panes that move together: what one linked pane is turned to, the other linked ones take over."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from handviz.app.models.selection import SelectionModel
from handviz.app.models.signal import Signal
from handviz.app.models.view import ViewModel
from handviz.geometry.orbit import OrbitView


@dataclass(frozen=True)
class CameraState:
    """A camera as seen from the hand it looks at, so that it fits the hand of another pane."""

    yaw: float
    pitch: float
    field_of_view: float
    distance: float
    """Metres; the same for all, so that hands are as large in every pane."""
    offset: tuple[float, float, float]
    """Target minus the hand's anchor, metres."""
    over_photo: bool
    photo: tuple[float, float, float]
    """Zoom, right, down of the view over the photo; shifts in pixels."""


class LinkedPane(Protocol):
    """What can be linked."""

    view: ViewModel
    selection: SelectionModel
    anchor: np.ndarray | None
    """(3,) metres; None while there is no hand."""
    settling: bool
    """Whether what changes is not a person's doing: nothing spreads then."""
    placed: Signal
    """Emitted when a first hand has come into view."""


def camera_state(view: ViewModel, anchor: np.ndarray) -> CameraState:
    """Where a view looks from, relative to a hand's anchor (3,)."""
    orbit = view.orbit
    offset = tuple(float(value) for value in np.subtract(orbit.target, anchor))
    return CameraState(
        orbit.yaw, orbit.pitch, orbit.field_of_view, orbit.distance, offset, view.over_photo, view.photo_move
    )


def take_camera(view: ViewModel, anchor: np.ndarray, state: CameraState) -> None:
    """Look at the hand at anchor (3,) as state says."""
    target = tuple(float(value) for value in np.add(anchor, state.offset))
    view.set_camera(
        OrbitView(target, state.distance, state.yaw, state.pitch, state.field_of_view), state.over_photo, state.photo
    )


class Links:
    """Which panes are linked; changed is emitted when that changes."""

    def __init__(self) -> None:
        self.changed = Signal()
        self._panes: dict[LinkedPane, bool] = {}
        self._disconnect: dict[LinkedPane, list] = {}
        self._spreading = False

    @property
    def panes(self) -> tuple[LinkedPane, ...]:
        """All panes, linked or not, in the order they came."""
        return tuple(self._panes)

    def is_linked(self, pane: LinkedPane) -> bool:
        """Whether a pane moves with the others."""
        return self._panes.get(pane, False)

    def partners(self, pane: LinkedPane) -> list[LinkedPane]:
        """The other panes that move with a linked one."""
        if not self.is_linked(pane):
            return []
        return [other for other, linked in self._panes.items() if linked and other is not pane]

    def add(self, pane: LinkedPane, linked: bool = True) -> None:
        """Watch a pane; a linked one takes over how the others stand."""
        self._panes[pane] = linked
        self._disconnect[pane] = [
            pane.placed.connect(lambda: self.adopt(pane)),
            pane.view.camera_changed.connect(lambda: self._spread(pane, self._spread_camera)),
            pane.view.content_changed.connect(lambda: self._spread(pane, self._spread_content)),
            pane.view.time_changed.connect(lambda: self._spread(pane, self._spread_time)),
            pane.selection.changed.connect(lambda: self._spread(pane, self._spread_selection)),
        ]
        self.adopt(pane)
        self.changed.emit()

    def remove(self, pane: LinkedPane) -> None:
        """Forget a pane."""
        if self._panes.pop(pane, None) is not None:
            for disconnect in self._disconnect.pop(pane):
                disconnect()
            self.changed.emit()

    def set_linked(self, pane: LinkedPane, linked: bool) -> None:
        """Link a pane, which then takes over how the others stand, or let it go its own way."""
        if self.is_linked(pane) != linked:
            self._panes[pane] = linked
            if linked:
                self.adopt(pane)
            self.changed.emit()

    def toggle_playing(self, pane: LinkedPane) -> None:
        """Play the exposure in a pane and those linked to it, or rest if it plays in any of them."""
        together = [pane, *self.partners(pane)]
        playing = [one for one in together if one.view.playing]
        for one in playing:
            one.view.set_playing(False)
        if not playing:
            pane.view.set_playing(True)

    def adopt(self, pane: LinkedPane) -> None:
        """Let a linked pane take over how the others stand; without others it stays as it is."""
        for other in self.partners(pane):
            self._spread_content(other, [pane])
            self._spread_time(other, [pane])
            self._spread_selection(other, [pane])
            break
        if pane.anchor is None:
            return
        for other in self.partners(pane):
            if other.anchor is not None:
                self._spread_camera(other, [pane])
                break

    def _spread(self, pane: LinkedPane, how: object) -> None:
        if not (pane.settling or self._spreading):
            how(pane, self.partners(pane))

    def _spread_camera(self, pane: LinkedPane, others: list[LinkedPane]) -> None:
        if pane.anchor is None:
            return
        state = camera_state(pane.view, pane.anchor)
        with _Quietly(self):
            for other in others:
                if other.anchor is not None:
                    take_camera(other.view, other.anchor, state)

    def _spread_content(self, pane: LinkedPane, others: list[LinkedPane]) -> None:
        with _Quietly(self):
            for other in others:
                if len(other.view.timesteps) == len(pane.view.timesteps):
                    for timestep, visible in enumerate(pane.view.timesteps):
                        other.view.set_timestep(timestep, visible)
                other.view.set_coloring(pane.view.coloring)
                other.view.set_trails(pane.view.trails)

    def _spread_time(self, pane: LinkedPane, others: list[LinkedPane]) -> None:
        with _Quietly(self):
            for other in others:
                other.view.set_speed(pane.view.speed)
                # One plays and the others follow, or several clocks would pull at one time.
                other.view.set_playing(False)
                other.view.set_time(pane.view.time)

    def _spread_selection(self, pane: LinkedPane, others: list[LinkedPane]) -> None:
        with _Quietly(self):
            for other in others:
                other.selection.set_mode(pane.selection.mode)
                other.selection.set_threshold(pane.selection.threshold)
                other.selection.set_top_n(pane.selection.top_n)


class _Quietly:
    """While it lasts, nothing that changes spreads further."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def __enter__(self) -> None:
        self._before = self._links._spreading
        self._links._spreading = True

    def __exit__(self, *_: object) -> None:
        self._links._spreading = self._before
