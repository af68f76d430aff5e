"""What lies over the photo, and whether its zoom goes with the viewport's."""

import numpy as np

from handviz.app.models.affine import PhotoTransform
from handviz.app.models.selection import SelectionModel
from handviz.app.models.signal import Signal

MOST_OVERLAID = 12
"""So many selected hypotheses lie over the photo at most; more could not be told apart."""


class PhotoViewModel:
    """changed is emitted after any change. opacity is that of the meshes, 0..1."""

    def __init__(self) -> None:
        self.changed = Signal()
        self.meshes = False
        self.opacity = 0.6
        self.linked = True

    def set_meshes(self, meshes: bool) -> None:
        """Lay the meshes of what is chosen, selected or pointed at over the photo."""
        self._set("meshes", meshes)

    def set_opacity(self, opacity: float) -> None:
        """How much of the photo the meshes cover."""
        self._set("opacity", float(np.clip(opacity, 0.0, 1.0)))

    def set_linked(self, linked: bool) -> None:
        """Let zoom and pan go with the viewport while that looks as the photo's camera does."""
        self._set("linked", linked)

    def _set(self, name: str, value: object) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.changed.emit()


def overlaid(selection: SelectionModel) -> list[int]:
    """The hypotheses that lie over the photo, the one that matters most last: selected, chosen, pointed at."""
    if selection.chosen is None:
        return []
    others = sorted(selection.selected - {selection.chosen})[: MOST_OVERLAID - 1]
    ordered = [*others, selection.chosen]
    if selection.hovered is not None:
        ordered = [hypothesis for hypothesis in ordered if hypothesis != selection.hovered] + [selection.hovered]
    return ordered


def in_step(transform: PhotoTransform, size: tuple[int, int], other_size: tuple[int, int]) -> PhotoTransform:
    """The same zoom on the same place of the photo in the middle of a pane of another size (width, height)."""
    x, y = transform.to_photo(0.5 * size[0], 0.5 * size[1])
    scale = transform.scale
    return PhotoTransform(scale, 0.5 * other_size[0] - scale * x, 0.5 * other_size[1] - scale * y)
