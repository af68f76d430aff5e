"""From a selection and a view to what the renderer draws."""

import numpy as np

from handviz.app.models.palette import timestep_colors
from handviz.app.models.selection import SelectionModel

BACK = 0.62
"""How far the colour of the other hypotheses goes towards a grey once one is picked."""


def visible_meshes(selection: SelectionModel, timesteps: tuple[bool, ...], solo: bool) -> np.ndarray:
    """Mask (K, T) of the meshes to draw: kept hypotheses at the visible timesteps.

    A hypothesis that was picked stays in sight when the threshold passes it; solo leaves the chosen one alone.
    """
    kept = selection.kept.copy()
    if selection.chosen is not None:
        if solo:
            kept[:] = False
        if solo or selection.picked:
            kept[selection.chosen] = True
    return kept[:, None] & np.asarray(timesteps, bool)[None, :]


def why_nothing_shows(selection: SelectionModel, timesteps: tuple[bool, ...], solo: bool) -> str:
    """What to do when no mesh is in sight; empty when there is one, or no hypotheses at all."""
    if not len(selection.scores) or visible_meshes(selection, timesteps, solo).any():
        return ""
    if not any(timesteps):
        return "All timesteps are hidden: show one in the legend below."
    return "No hypothesis reaches this score: lower the threshold."


def mesh_colors(selection: SelectionModel, timestep_count: int, ghost: np.ndarray) -> np.ndarray:
    """Colours (K, T, 3) float32: each timestep its own. Once one is picked the others go towards ghost (3,)."""
    colors = timestep_colors(timestep_count)
    meshes = np.repeat(colors[None], len(selection.scores), axis=0)
    if selection.picked and selection.chosen is not None:
        behind = (1.0 - BACK) * colors + BACK * np.asarray(ghost, np.float32)
        meshes[:] = behind
        meshes[selection.chosen] = colors
    return meshes.astype(np.float32)
