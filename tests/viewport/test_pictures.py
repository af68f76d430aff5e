"""Golden pictures; after a wanted change of light, `python tests/viewport/test_pictures.py` draws them anew."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from viewport_recording import PATIENCE_S, Recorder

from handviz.geometry.cameras import Camera
from handviz.geometry.orbit import OrbitView
from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.viewport import snapshot
from handviz.viewport.probe_child import blob_meshes

GOLDEN = Path(__file__).parent / "golden"
TIMESTEP_COLORS = np.array([[0.34, 0.71, 0.91], [0.94, 0.89, 0.26], [0.84, 0.37, 0.0]])


def fanned() -> tuple[np.ndarray, np.ndarray]:
    """Three hypotheses of hand-sized blobs that turn from past to future: vertices (3, 3, V, 3), faces (F, 3)."""
    vertices, faces = blob_meshes(3, 3)
    angles = np.linspace(-0.6, 0.6, 9).reshape(3, 3)
    rotations = axis_angle_to_matrix(angles[..., None] * np.array([0.0, 0.0, 1.0]))
    centre = np.array([0.0, 0.0, 0.5])
    return np.einsum("ktij,ktvj->ktvi", rotations, vertices - centre) + centre, faces


def by_timestep() -> dict:
    """Colours by timestep on a plain ground."""
    vertices, faces = fanned()
    colors = np.broadcast_to(TIMESTEP_COLORS, (3, 3, 3))
    camera = OrbitView.framing(vertices, 0.5, 0.3).camera(160, 120)
    return {"vertices": vertices, "faces": faces, "colors": colors, "camera": camera, "background": (0.13, 0.14, 0.16)}


def over_photo() -> dict:
    """A colour a vertex, two meshes hidden, a camera with its principal point off the centre, a picture behind."""
    vertices, faces = fanned()
    height = (vertices[..., 1:2] - vertices[..., 1].min()) / np.ptp(vertices[..., 1])
    colors = np.concatenate([height, 0.3 + 0 * height, 1.0 - height], -1)
    down, right = np.indices((60, 80))
    photo = np.stack([3 * right, 4 * down, (right // 8 + down // 8) % 2 * 90 + 60], -1).astype(np.uint8)
    camera = Camera(np.array([[220.0, 0, 60], [0, 220.0, 70], [0, 0, 1]]), np.eye(4), 160, 120)
    visible = np.ones((3, 3), bool)
    visible[0, 2] = visible[2, 0] = False
    return {
        "vertices": vertices,
        "faces": faces,
        "colors": colors,
        "camera": camera,
        "background": photo,
        "visible": visible,
    }


def with_ghosts() -> dict:
    """One hypothesis solid, the others as ghosts around it."""
    visible = np.zeros((3, 3), bool)
    visible[1] = True
    return by_timestep() | {"visible": visible, "ghosts": ~visible, "background": (0.9, 0.9, 0.92)}


def between() -> dict:
    """Every hypothesis once, between past and middle."""
    return by_timestep() | {"time": 0.6}


SCENES: dict[str, Callable[[], dict]] = {
    "by-timestep": by_timestep,
    "over-photo": over_photo,
    "with-ghosts": with_ghosts,
    "between": between,
}


def drawn(recorder: Recorder, scene: dict) -> np.ndarray:
    """What snapshot(**scene) draws, by a client that runs already."""
    client = recorder.client
    client.set_meshes(scene["vertices"], scene["faces"])
    client.set_colors(scene["colors"])
    client.set_background(scene["background"])
    client.set_visible(scene.get("visible", np.ones((3, 3), bool)))
    client.set_ghosts(scene.get("ghosts", np.zeros((3, 3), bool)))
    client.set_time(scene.get("time"))
    return recorder.picture(scene["camera"]).image


@pytest.mark.parametrize("name", SCENES)
def test_pictures_look_as_they_did(recorder: Recorder, name: str) -> None:
    golden = np.asarray(Image.open(GOLDEN / f"{name}.png")).astype(int)
    difference = np.abs(drawn(recorder, SCENES[name]()).astype(int) - golden)
    assert difference.mean() < 1.0
    assert (difference.max(-1) > 24).mean() < 0.01


@pytest.mark.parametrize("backend", ["legacy", "filament"])
def test_backends_agree_where_meshes_are(works, recorder: Recorder, backend: str) -> None:
    if not works(backend):
        pytest.skip(f"{backend} does not work on this machine")
    for make in (over_photo, with_ghosts, between):
        scene = make() | {"background": (0.0, 1.0, 0.0)}
        scene["camera"] = scene["camera"].resized(640, 480)
        ours = (drawn(recorder, scene) != [0, 255, 0]).any(-1)
        theirs = (snapshot(**scene, backend=backend) != [0, 255, 0]).any(-1)
        assert (ours & theirs).sum() / (ours | theirs).sum() > 0.98, make.__name__


def test_a_transparent_picture_laid_over_a_ground_is_the_picture_on_that_ground(recorder: Recorder) -> None:
    scene = with_ghosts()
    opaque = drawn(recorder, scene).astype(float)
    request = recorder.client.request_frame(scene["camera"], transparent=True, channel="other")
    for full_detail in (False, True):
        while (frame := recorder.frames.get(timeout=PATIENCE_S)).full_detail is not full_detail:
            continue
        assert (frame.request_id, frame.channel, frame.image.shape) == (request, "other", (120, 160, 4))
        color, covered = frame.image[..., :3].astype(float), frame.image[..., 3:] / 255.0
        assert (color <= 255.0 * covered + 1.5).all()
        if full_detail:
            ground = np.round(255.0 * np.array(scene["background"]))
            assert np.abs(color + (1.0 - covered) * ground - opaque).max() <= 3.0


def test_a_picture_may_show_other_meshes_than_the_window(recorder: Recorder) -> None:
    scene = by_timestep()
    all_of_it = drawn(recorder, scene)
    only = np.zeros((3, 3), bool)
    only[0, 0] = True
    recorder.client.request_frame(scene["camera"], channel="other", visible=only)
    while not (frame := recorder.frames.get(timeout=PATIENCE_S)).full_detail:
        continue
    assert (frame.image != all_of_it).any()
    recorder.client.set_visible(only)
    np.testing.assert_array_equal(recorder.picture(scene["camera"]).image, frame.image)


def test_thinned_meshes_keep_their_outline(recorder: Recorder) -> None:
    # 200 hands are more triangles than a quick picture takes.
    vertices, faces = blob_meshes(50, 4)
    camera = OrbitView.framing(vertices, 0.4, 0.2).camera(320, 240)
    recorder.client.set_meshes(vertices, faces)
    recorder.client.set_background((0.0, 1.0, 0.0))
    quick = (recorder.picture(camera, full_detail=False).image != [0, 255, 0]).any(-1)
    full = (recorder.picture(camera).image != [0, 255, 0]).any(-1)
    assert (quick & full).sum() / (quick | full).sum() > 0.95


if __name__ == "__main__":
    for scene_name, make in SCENES.items():
        Image.fromarray(snapshot(**make(), backend="embree")).save(GOLDEN / f"{scene_name}.png", optimize=True)
