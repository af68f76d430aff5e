"""Truth files: what is read, what is refused, and what errors against a truth mean."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handviz.errors import InputError
from handviz.geometry.cameras import project
from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.hypotheses.truth import Truth, middle_error_mm, sequence_error_mm, truth_beside, vertex_error_mm
from handviz.resources import assets_dir

RNG = np.random.default_rng(3)
INTRINSICS = np.array([[900.0, 0, 320], [0, 900.0, 240], [0, 0, 1]])


def made(vertices: int = 30) -> Truth:
    place = np.array([0.05, -0.02, 0.6])
    return Truth(
        place + RNG.normal(0, 0.05, (3, vertices, 3)), place + RNG.normal(0, 0.05, (3, 21, 3)), INTRINSICS, "left"
    )


def fields_of(truth: Truth) -> dict:
    arrays = {name: getattr(truth, name).tolist() for name in ("joints", "vertices", "intrinsics")}
    return arrays | {"hand": truth.hand}


def test_a_file_gives_back_what_was_written(tmp_path: Path) -> None:
    truth = made()
    path = tmp_path / "photo.json"
    path.write_text(json.dumps(fields_of(truth)))
    for read in (Truth.load(path), truth_beside(tmp_path / "photo.jpg")):
        np.testing.assert_allclose(read.vertices, truth.vertices)
        np.testing.assert_allclose(read.joints, truth.joints)
        assert read.hand == "left" and read.has_mesh


def test_joints_alone_are_a_truth_without_a_mesh(tmp_path: Path) -> None:
    fields = fields_of(made())
    del fields["vertices"]
    (tmp_path / "photo.json").write_text(json.dumps(fields))
    truth = truth_beside(tmp_path / "photo.png")
    assert not truth.has_mesh and truth.vertices.shape == (3, 0, 3)


@pytest.mark.parametrize("photo", ["wave", "sweep", "fingers", "shake"])
def test_bundled_photos_have_a_truth_that_lies_where_their_file_says(photo: str) -> None:
    path = assets_dir() / "demo" / f"{photo}.jpg"
    truth = truth_beside(path)
    fields = json.loads(path.with_suffix(".json").read_text())
    np.testing.assert_allclose(project(truth.joints, truth.intrinsics), fields["joints_2d"], atol=0.1)
    # The mesh is the hand of those joints: every fingertip lies on it.
    tips = truth.joints[:, 4::4]
    nearest = np.linalg.norm(truth.vertices[:, None] - tips[:, :, None], axis=-1).min(-1)
    assert nearest.max() < 1e-3


def test_files_about_other_things_are_not_taken_for_truth(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    assert truth_beside(photo) is None
    for content in ('{"categories": []}', "[1, 2]", "not json", ""):
        (tmp_path / "photo.json").write_text(content)
        assert truth_beside(photo) is None
    assert truth_beside(tmp_path / "photo.json") is None


BROKEN = {
    "joints of another hand": {"joints": np.zeros((3, 16, 3)).tolist()},
    "joints that are words": {"joints": "many"},
    "ragged joints": {"joints": [[[0, 0, 1]], [[0, 0]]]},
    "no timestep": {"joints": []},
    "vertices of other timesteps": {"vertices": np.zeros((2, 5, 3)).tolist()},
    "no camera": {"intrinsics": [[1, 0], [0, 1]]},
    "not a number": {"intrinsics": [[float("nan"), 0, 0], [0, 1, 0], [0, 0, 1]]},
    "a third hand": {"hand": "middle"},
    "a hand that is no word": {"hand": 3},
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_truth_is_refused_with_a_sentence_that_names_the_file(tmp_path: Path, what: str) -> None:
    path = tmp_path / "photo.json"
    path.write_text(json.dumps(fields_of(made()) | BROKEN[what]))
    for read in (lambda: Truth.load(path), lambda: truth_beside(tmp_path / "photo.jpg")):
        with pytest.raises(InputError, match=r"photo\.json: .*\."):
            read()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(joints=JSON, vertices=JSON, intrinsics=JSON, hand=JSON)
def test_any_json_is_read_or_refused(tmp_path_factory, joints, vertices, intrinsics, hand) -> None:
    path = tmp_path_factory.mktemp("truth") / "any.json"
    path.write_text(json.dumps({"joints": joints, "vertices": vertices, "intrinsics": intrinsics, "hand": hand}))
    with pytest.raises(InputError):
        Truth.load(path)


def test_another_camera_sees_the_truth_at_the_same_pixels() -> None:
    truth = made()
    other = np.array([[700.0, 0, 300], [0, 720.0, 250], [0, 0, 1]])
    seen = truth.seen_by(truth.joints, other)
    np.testing.assert_allclose(project(seen, other), project(truth.joints, INTRINSICS), atol=1e-2)
    np.testing.assert_allclose(seen[..., 2], truth.joints[..., 2])


def test_errors_know_neither_the_place_nor_the_order_of_time() -> None:
    truth = made()
    moved = np.array([0.1, 0.2, -0.1])
    joints = np.stack([truth.joints + moved, truth.joints[::-1] + moved])
    vertices = np.stack([truth.vertices + moved, truth.vertices[::-1] + moved])
    assert middle_error_mm(joints, truth).max() < 1e-3
    assert sequence_error_mm(joints, truth).max() < 1e-3
    assert vertex_error_mm(vertices, joints, truth).max() < 1e-3


def test_vertex_errors_are_millimetres_on_the_vertices_they_belong_to() -> None:
    truth = made()
    vertices, joints = np.stack([truth.vertices, truth.vertices[::-1]]), np.stack([truth.joints, truth.joints[::-1]])
    vertices[0, 2, 7] += [0.003, 0, 0.004]
    vertices[1, 0, 9] += [0, 0.01, 0]
    expected = np.zeros((2, 3, 30))
    expected[0, 2, 7], expected[1, 0, 9] = 5.0, 10.0
    np.testing.assert_allclose(vertex_error_mm(vertices, joints, truth), expected, atol=1e-3)


def test_turning_truth_and_hypotheses_together_changes_no_error() -> None:
    truth = made()
    turn = axis_angle_to_matrix(np.array([0.3, -0.9, 0.5])).T
    joints = truth.joints + RNG.normal(0, 0.02, (4, 3, 21, 3))
    turned = Truth(truth.vertices @ turn, truth.joints @ turn, INTRINSICS)
    for error in (middle_error_mm, sequence_error_mm):
        np.testing.assert_allclose(error(joints @ turn, turned), error(joints, truth), rtol=1e-3)
