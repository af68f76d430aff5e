"""Meshes of other methods become predictions, and say what they do not know."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handviz.errors import InputError
from handviz.geometry.cameras import project
from handviz.hypotheses.foreign import as_prediction, joints_of_vertices, prediction_from_meshes, read_prediction_file
from handviz.hypotheses.prediction import Prediction
from handviz.resources import models_dir

FACES = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]])


def meshes(k: int = 3, t: int = 3, v: int = 4) -> np.ndarray:
    return np.random.default_rng(0).normal([0, 0, 0.5], 0.03, (k, t, v, 3))


def test_vertices_and_faces_are_enough_and_the_rest_is_named_unknown() -> None:
    prediction = prediction_from_meshes(meshes(), FACES)
    assert not prediction.has_joints and prediction.joints.shape == (3, 3, 0, 3)
    assert {"joints", "score", "intrinsics", "box", "hand", "betas"} <= set(prediction.unknown)
    np.testing.assert_array_equal(prediction.score, 1.0)
    np.testing.assert_array_equal(prediction.landmarks, prediction.vertices)
    x, y, w, h = prediction.box
    pixels = project(prediction.vertices.reshape(-1, 3), prediction.intrinsics)
    inside = (pixels >= (x - 1, y - 1)) & (pixels <= (x + w + 1, y + h + 1))
    assert inside.all() and w < 1280


def test_what_is_given_is_kept_and_not_unknown() -> None:
    joints = np.random.default_rng(1).normal([0, 0, 0.5], 0.03, (3, 3, 21, 3))
    camera = np.array([[500.0, 0, 320], [0, 500, 240], [0, 0, 1]])
    prediction = prediction_from_meshes(
        meshes(), FACES, [0.1, 0.9, 0.5], joints=joints, intrinsics=camera, box=(1, 2, 30, 40), hand="left"
    )
    assert not set(prediction.unknown) & {"joints", "joints_2d", "score", "intrinsics", "box", "hand"}
    np.testing.assert_allclose(prediction.joints, joints, rtol=1e-6)
    np.testing.assert_allclose(prediction.joints_2d, project(joints, camera), rtol=1e-4)
    odds = np.exp(prediction.mu) / (np.exp(prediction.mu) + np.exp(prediction.nu))
    np.testing.assert_allclose(odds, prediction.score, atol=1e-5)


@pytest.mark.parametrize(("t", "names"), [(1, ("1",)), (3, ("past", "middle", "future")), (5, tuple("12345"))])
def test_any_number_of_timesteps_has_names(t: int, names: tuple[str, ...]) -> None:
    assert prediction_from_meshes(meshes(t=t), FACES).timesteps == names


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12))
def test_scores_keep_their_order_and_lie_between_0_and_1(scores: list[float]) -> None:
    prediction = prediction_from_meshes(meshes(len(scores)), FACES, scores)
    assert (prediction.score >= 0).all() and (prediction.score <= 1).all()
    given_order = np.asarray(scores, np.float32)
    assert (np.diff(prediction.score[np.argsort(given_order)]) >= -1e-6).all()
    assert ("scores" in prediction.provenance) == bool((given_order.min() < 0) or (given_order.max() > 1))


def test_joints_are_regressed_for_the_shipped_hand_and_its_mirror_image_alone() -> None:
    with np.load(models_dir() / "hand" / "default_right.npz") as hand:
        template, faces = hand["v_template"], hand["f"]
    joints = joints_of_vertices(template[None, None], faces)
    assert joints.shape == (1, 1, 21, 3)
    low, high = template.min(0) - 0.005, template.max(0) + 0.005
    assert ((joints > low) & (joints < high)).all()
    mirrored = joints_of_vertices(template * (-1, 1, 1), faces[:, ::-1])
    np.testing.assert_allclose(mirrored, joints[0, 0] * (-1, 1, 1), atol=1e-6)
    assert joints_of_vertices(template[:-1], faces[:-3]) is None
    shuffled = np.random.default_rng(0).permutation(len(template))
    assert joints_of_vertices(template, shuffled[faces]) is None


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"vertices": np.zeros((3, 4, 3))}, r"\(K, T, V, 3\)"),
        ({"vertices": np.full((1, 1, 4, 3), np.nan)}, "finite"),
        ({"vertices": np.zeros((0, 3, 4, 3))}, "outside"),
        ({"vertices": [[1, 2], [3]]}, "vertices"),
        ({"scores": [1.0, 2.0]}, "2 scores were given for 3"),
        ({"joints": np.zeros((3, 3, 16, 3))}, "joints"),
        ({"faces": [[0, 1, 7]]}, "faces"),
        ({"hand": "both"}, "hand"),
        ({"timesteps": ["a", "b"]}, "timestep"),
        ({"intrinsics": np.eye(4)}, "intrinsics"),
    ],
)
def test_ill_shaped_arrays_are_refused_by_name(change: dict, word: str) -> None:
    with pytest.raises(InputError, match=word):
        prediction_from_meshes(**({"vertices": meshes(), "faces": FACES} | change))


def test_a_plain_file_holds_photo_and_truth(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    image = np.zeros((120, 160, 3), np.uint8)
    np.savez(path, vertices=meshes(), faces=FACES, scores=[0.1, 0.2, 0.3], image=image, truth=meshes(1)[0], hand="left")
    opened = read_prediction_file(path)
    assert opened.image.shape == (120, 160, 3) and opened.truth is None and "truth_joints" in opened.warning
    with np.load(path) as archive:
        np.savez(path, truth_joints=np.ones((3, 21, 3)), **archive)
    truth = read_prediction_file(path).truth
    assert truth.vertices.shape == (3, 4, 3) and truth.hand == "left"
    np.testing.assert_array_equal(truth.intrinsics, opened.prediction.intrinsics)
    assert opened.prediction.hand == "left" and opened.prediction.provenance["file"] == "mine.npz"
    np.testing.assert_allclose(opened.prediction.intrinsics[:2, 2], (80, 60))


def test_our_own_files_are_read_by_the_same_door_and_remember_what_is_unknown(tmp_path: Path) -> None:
    prediction = prediction_from_meshes(meshes(t=2), FACES)
    prediction.save(tmp_path / "again.npz")
    again = read_prediction_file(tmp_path / "again.npz").prediction
    assert again.unknown == prediction.unknown and again.timesteps == ("1", "2")
    np.testing.assert_array_equal(again.vertices, prediction.vertices)
    assert again.subset(np.array([1])).unknown == prediction.unknown


def test_files_without_unknowns_stay_readable_for_older_programs(tmp_path: Path) -> None:
    prediction = prediction_from_meshes(meshes(), FACES)
    prediction.save(tmp_path / "new.npz")
    with np.load(tmp_path / "new.npz") as archive:
        assert int(archive["format_version"]) == 2
    whole = prediction_from_meshes(meshes(), FACES, joints=np.ones((3, 3, 21, 3)))
    fields = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
    Prediction(**{**fields, "unknown": ()}).save(tmp_path / "old.npz")
    with np.load(tmp_path / "old.npz") as archive:
        assert int(archive["format_version"]) == 1 and "unknown" not in archive.files


@pytest.mark.parametrize(
    ("arrays", "word"),
    [
        ({"vertices": meshes()}, "faces"),
        ({"vertices": meshes(), "faces": FACES, "image": np.zeros((4, 4))}, "image"),
        ({"vertices": meshes(), "faces": FACES, "truth": np.zeros((3, 5, 3))}, "truth"),
        ({"points": meshes()}, "not a handviz prediction"),
    ],
)
def test_a_file_that_lacks_something_is_named_with_what_it_lacks(tmp_path: Path, arrays: dict, word: str) -> None:
    np.savez(tmp_path / "odd.npz", **arrays)
    with pytest.raises(InputError, match=word) as caught:
        read_prediction_file(tmp_path / "odd.npz")
    assert "odd.npz" in str(caught.value)


@pytest.fixture(scope="module")
def plain_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("plain") / "p.npz"
    np.savez(path, vertices=meshes(1, 1), faces=FACES, scores=[1.0], hand="left", timesteps=["now"])
    return path.read_bytes()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 1), where=st.floats(0, 1), value=st.integers(0, 255))
def test_damaged_files_raise_input_error_only(
    tmp_path: Path, plain_bytes: bytes, cut: float, where: float, value: int
) -> None:
    damaged = bytearray(plain_bytes[: int(cut * len(plain_bytes))] if cut < 0.5 else plain_bytes)
    if damaged:
        damaged[int(where * (len(damaged) - 1))] = value
    path = tmp_path / "damaged.npz"
    path.write_bytes(damaged)
    try:
        read_prediction_file(path)
    except InputError as error:
        assert "damaged.npz" in str(error)


def test_a_predictor_may_return_a_prediction_or_a_dict_and_nothing_else() -> None:
    prediction = prediction_from_meshes(meshes(), FACES)
    assert as_prediction(prediction, (100, 50)) is prediction
    shown = as_prediction({"vertices": meshes(), "faces": FACES}, (100, 50))
    np.testing.assert_allclose(shown.intrinsics[:2, 2], (50, 25))
    for wrong, word in ((None, "NoneType"), ({"vertices": meshes()}, "no faces"), ({"verts": 1}, "verts")):
        with pytest.raises(InputError, match=word):
            as_prediction(wrong, (100, 50))
