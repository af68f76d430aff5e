"""The page of photos: which are shown is a rule, and meshes lie where they project."""

import numpy as np
from PIL import Image

from handviz.evaluation.collect import Collected
from handviz.evaluation.sheet import BY_RULE, CAPTION, CELL, COLUMNS, WORST, Shown, by_rule, overlaid, write_sheet

FACES = np.array([[0, 1, 2], [0, 2, 3]])


def _collected(photos: int, errors: np.ndarray) -> Collected:
    mpjpe = np.repeat(errors[..., None], 3, axis=-1)
    joints = np.zeros((photos, errors.shape[1], 3, 21, 3), np.float32)
    mu = -errors
    return Collected(
        joints, joints[:, 0], {"order_free": mpjpe}, {}, {}, mu, mu, np.zeros_like(mu), np.arange(photos, dtype=float)
    )


def test_photos_are_evenly_spread_and_the_worst_follow() -> None:
    errors = np.random.default_rng(0).uniform(5.0, 50.0, (400, 6))
    chosen = by_rule(_collected(400, errors), 4)
    assert [index for index, _ in chosen[:BY_RULE]] == list(range(0, 400, 50))
    top = errors.min(1)
    assert [index for index, _ in chosen[BY_RULE:]] == list(np.argsort(-top)[:WORST])
    assert chosen[1][1] == f"50: blur 50 px, top {top[50]:.0f} mm"


def _photo(left: float, right: float) -> Shown:
    square = np.array([[left, 0.25], [right, 0.25], [right, 0.75], [left, 0.75]])
    vertices = np.broadcast_to(square, (2, 3, 4, 2)).copy()
    return Shown(np.full((64, 64, 3), 100, np.uint8), vertices, np.full((2, 3, 4), 0.5), "0: blur 0 px, top 1 mm")


def test_meshes_cover_what_they_project_to() -> None:
    bare = Image.new("RGB", (100, 100), (100, 100, 100))
    changed = np.any(np.asarray(overlaid(bare, _photo(0.2, 0.6), FACES)) != 100, axis=-1)
    assert changed[30:70, 25:55].all()
    assert not changed[:20].any()
    assert not changed[:, 65:].any()


def test_a_mesh_behind_the_camera_is_not_drawn() -> None:
    photo = _photo(0.2, 0.6)
    photo.depth[:] = -0.1
    bare = Image.new("RGB", (100, 100), (100, 100, 100))
    assert np.array_equal(np.asarray(overlaid(bare, photo, FACES)), np.asarray(bare))


def test_the_page_holds_every_photo_twice(tmp_path) -> None:
    path = tmp_path / "photos.jpg"
    write_sheet(path, [_photo(0.2, 0.6)] * (COLUMNS + 1), FACES)
    assert Image.open(path).size == (2 * CELL * COLUMNS, 2 * (CELL + CAPTION))
