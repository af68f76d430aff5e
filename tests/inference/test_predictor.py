"""The facade: shapes, frames, determinism, left hands as mirror images, and one sentence for whatever is wrong."""

import errno
import json
import os

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from handviz import Prediction, Predictor
from handviz.errors import DeviceError, HandNotFoundError, HandvizError, InputError, ModelFileError
from handviz.geometry.cameras import crop_square, pinhole_intrinsics, project
from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.inference.devices import choose_device
from handviz.inference.predictor import _weights_name
from handviz.network.files import GENERATOR_FILE, SELECTOR_FILE, default_weights
from handviz.resources import models_dir

BOX = (40.0, 30.0, 60.0, 50.0)
ARRAYS = (
    "vertices", "joints", "joints_2d", "mu", "nu", "score", "global_orient", "hand_pose", "betas", "translation",
)  # fmt: skip


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def prediction(predictor, image):
    return predictor.predict(image, box=BOX, hand="right", hypotheses=5, seed=3)


def test_everything_is_there_in_float32(prediction, predictor):
    vertices = predictor.hand_model.num_vertices
    shapes = {
        "vertices": (5, 3, vertices, 3), "joints": (5, 3, 21, 3), "joints_2d": (5, 3, 21, 2), "mu": (5,), "nu": (5,),
        "score": (5,), "global_orient": (5, 3, 3), "hand_pose": (5, 3, 45), "betas": (5, 10),
        "translation": (5, 3, 3), "intrinsics": (3, 3), "box": (4,),
    }  # fmt: skip
    for name, shape in shapes.items():
        array = getattr(prediction, name)
        assert array.shape == shape and array.dtype == np.float32, name
    assert prediction.faces.dtype == np.int32 and prediction.faces.max() == vertices - 1
    assert prediction.timesteps == ("past", "middle", "future") and prediction.hand == "right"
    np.testing.assert_array_equal(prediction.box, np.float32(BOX))
    for key in ("weights", "generator_sha256", "selector_sha256", "hand_model", "hand_model_sha256", "device", "seed"):
        assert prediction.provenance[key]


def test_scores_are_the_probability_of_the_logits(prediction):
    expected = np.exp(prediction.mu) / (np.exp(prediction.mu) + np.exp(prediction.nu))
    np.testing.assert_allclose(prediction.score, expected, rtol=1e-5)


def test_heat_map_joints_lie_in_the_crop_and_mirror_with_the_hand(predictor, image, prediction, tmp_path):
    seen = prediction.heatmap_joints_2d
    assert seen.shape == (3, 21, 2) and seen.dtype == np.float32
    x, y, side, _ = crop_square(np.array(BOX))
    assert (seen > [x, y]).all() and (seen < [x + side, y + side]).all()
    width = image.shape[1]
    mirrored_box = (width - BOX[0] - BOX[2], *BOX[1:])
    left = predictor.predict(np.ascontiguousarray(image[:, ::-1]), box=mirrored_box, hand="left", hypotheses=1)
    np.testing.assert_allclose(left.heatmap_joints_2d * [-1, 1] + [width, 0], seen, atol=0.1)
    prediction.save(tmp_path / "p.npz")
    np.testing.assert_array_equal(Prediction.load(tmp_path / "p.npz").heatmap_joints_2d, seen)


def test_projection_and_wrist_agree_with_the_joints(prediction):
    np.testing.assert_allclose(prediction.joints_2d, project(prediction.joints, prediction.intrinsics), rtol=1e-4)
    np.testing.assert_allclose(prediction.translation, prediction.joints[:, :, 0], atol=1e-5)


@pytest.mark.parametrize("hand", ["right", "left"])
def test_pose_shape_and_place_give_the_vertices_again(predictor, image, hand):
    prediction = predictor.predict(image, box=BOX, hand=hand, hypotheses=3)
    pose = np.concatenate([prediction.global_orient[..., None, :], prediction.hand_pose.reshape(3, 3, 15, 3)], axis=-2)
    flip = np.diag([1.0 if hand == "right" else -1.0, 1.0, 1.0]).astype(np.float32)
    # A left hand is the mirror image of the right hand posed by mirrored rotations.
    rotations = torch.from_numpy(flip @ axis_angle_to_matrix(pose) @ flip)
    betas = torch.from_numpy(prediction.betas)[:, None].expand(-1, 3, -1)
    posed = predictor.hand_model(rotations, betas).vertices.numpy() @ flip
    np.testing.assert_allclose(posed + prediction.translation[:, :, None], prediction.vertices, atol=2e-4)


def test_same_seed_same_answer_other_seed_another(predictor, image, prediction):
    again = predictor.predict(image, box=BOX, hand="right", hypotheses=5, seed=3)
    other = predictor.predict(image, box=BOX, hand="right", hypotheses=5, seed=4)
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(again, name), getattr(prediction, name))
    assert np.abs(other.joints - prediction.joints).max() > 1e-5


def test_a_mirrored_photo_of_a_left_hand_is_the_mirror_image(predictor, image):
    right = predictor.predict(image, box=BOX, hand="right", hypotheses=4, seed=1)
    mirrored_box = (160 - BOX[0] - BOX[2], *BOX[1:])
    left = predictor.predict(np.ascontiguousarray(image[:, ::-1]), box=mirrored_box, hand="left", hypotheses=4, seed=1)
    # The second look is aimed by what the first one sees, and pixels of the two pictures differ in their last bit.
    np.testing.assert_allclose(left.vertices, right.vertices * [-1, 1, 1], atol=2e-3)
    np.testing.assert_allclose(left.joints_2d, right.joints_2d * [-1, 1] + np.array([160, 0]), rtol=1e-3, atol=0.05)
    np.testing.assert_allclose(left.score, right.score, atol=1e-3)
    np.testing.assert_array_equal(left.faces[:, [0, 2, 1]], right.faces)


def enclosed_volume(prediction):
    """Signed volume of the first mesh; positive when its triangles face outwards (the open wrist matters little)."""
    corners = prediction.vertices[0, 1][prediction.faces].astype(np.float64)
    corners -= prediction.vertices[0, 1].mean(axis=0)
    return np.linalg.det(corners).sum() / 6


def test_triangles_of_both_hands_face_the_same_way(predictor, image):
    right, left = (predictor.predict(image, box=BOX, hand=hand, hypotheses=1) for hand in ("right", "left"))
    assert enclosed_volume(right) * enclosed_volume(left) > 0


@pytest.mark.parametrize("hypotheses", [1, 37])
def test_any_number_of_hypotheses(predictor, image, hypotheses):
    assert predictor.predict(image, box=BOX, hypotheses=hypotheses).num_hypotheses == hypotheses


def test_known_camera_moves_the_hand_farther(predictor, image):
    near = predictor.predict(image, box=BOX, hand="right", hypotheses=2)
    tele = predictor.predict(image, box=BOX, hand="right", hypotheses=2, intrinsics=pinhole_intrinsics(1600, 160, 120))
    assert (tele.translation[..., 2] > 3 * near.translation[..., 2]).all()
    np.testing.assert_allclose(tele.intrinsics[0, 0], 1600)


def test_hand_found_in_a_real_photo(predictor, shared_data):
    from handviz.media.photos import load_photo

    photo = load_photo(shared_data / "real_hands" / "crops" / "00000.jpg").image
    found = predictor.predict(photo, hypotheses=2)
    assert found.hand == "right" and float(found.provenance["hand_probability"]) > 0.5
    assert 0 < float(found.provenance["detection_score"]) <= 1
    assert "hand_probability" not in predictor.predict(photo, hypotheses=1, hand="left", box=found.box).provenance


def test_no_hand(predictor):
    with pytest.raises(HandNotFoundError, match="draw a box"):
        predictor.predict(np.full((200, 200, 3), 99, np.uint8))


@pytest.mark.parametrize(
    "arguments",
    [{"box": (0, 0, 0, 9)}, {"hand": "both"}, {"hypotheses": 0}, {"seed": -1}, {"intrinsics": np.eye(2)}],
)
def test_bad_arguments(predictor, image, arguments):
    with pytest.raises(InputError):
        predictor.predict(image, **({"box": BOX} | arguments))


def test_bad_images(predictor):
    for bad in (np.zeros((1, 1, 3), np.uint8), np.zeros((40, 40, 4), np.uint8), [[1]]):
        with pytest.raises(InputError):
            predictor.predict(bad, box=(0, 0, 5, 5))


def test_progress_rises(predictor, image):
    seen = []
    predictor.predict(image, box=BOX, hypotheses=1, progress=lambda fraction, message: seen.append((fraction, message)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions) and len(seen) >= 2 and all(message for _, message in seen)


def copied(folder, target):
    for file in folder.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    return target


@pytest.mark.parametrize("name", [GENERATOR_FILE, SELECTOR_FILE])
def test_missing_and_altered_weights(tiny_weights, tmp_path, name):
    weights = copied(tiny_weights, tmp_path)
    content = bytearray((weights / name).read_bytes())
    content[-5] ^= 1
    (weights / name).write_bytes(content)
    with pytest.raises(ModelFileError, match=name):
        Predictor.load("cpu", weights)
    (weights / name).unlink()
    with pytest.raises(ModelFileError, match=f"{name} are missing"):
        Predictor.load("cpu", weights)


def test_shipped_weights_are_named_by_all_their_files(tiny_weights):
    assert len({_weights_name(default_weights(), hashes) for hashes in ("ab", "ac", "bb")}) == 3
    assert (
        _weights_name(tiny_weights, "ab") == _weights_name(tiny_weights, "ac") != _weights_name(default_weights(), "ab")
    )


def test_hand_models(tiny_weights, tmp_path, predictor, image, monkeypatch):
    with pytest.raises(ModelFileError):
        Predictor.load("cpu", tiny_weights, tmp_path / "none.npz")
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 no hand")
    with pytest.raises(ModelFileError):
        Predictor.load("cpu", tiny_weights, tmp_path / "bad.npz")
    named = Predictor.load("cpu", tiny_weights, models_dir() / "hand" / "default_right.npz")
    expected = predictor.predict(image, box=BOX, hypotheses=1)
    np.testing.assert_array_equal(named.predict(image, box=BOX, hypotheses=1).vertices, expected.vertices)
    monkeypatch.setattr("handviz.inference.predictor.users_mano", lambda: None)
    with pytest.raises(ModelFileError, match="MANO_RIGHT"):
        Predictor.load("cpu", tiny_weights, "mano")


def test_devices(monkeypatch):
    assert choose_device("cpu") == torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == torch.device("cpu")
    for name, words in (
        ("cuda", "no CUDA device"),
        ("cuda:0", "no CUDA device"),
        ("tpu", "not known"),
        ("", "not known"),
    ):
        with pytest.raises(DeviceError, match=words):
            choose_device(name)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert choose_device("auto") == torch.device("cuda")
    with pytest.raises(DeviceError, match="no CUDA device 3"):
        choose_device("cuda:3")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_cuda_agrees_with_the_cpu(tiny_weights, prediction, image):
    on_gpu = Predictor.load("cuda", tiny_weights).predict(image, box=BOX, hand="right", hypotheses=5, seed=3)
    np.testing.assert_allclose(on_gpu.vertices, prediction.vertices, atol=2e-3)
    np.testing.assert_allclose(on_gpu.score, prediction.score, atol=1e-2)


def test_saved_and_loaded_again(prediction, tmp_path):
    prediction.save(tmp_path / "p.npz")
    loaded = Prediction.load(tmp_path / "p.npz")
    for name in (*ARRAYS, "faces", "box", "intrinsics"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(prediction, name))
    assert (loaded.hand, loaded.timesteps, loaded.provenance) == ("right", prediction.timesteps, prediction.provenance)


def test_disk_full_while_saving(prediction, tmp_path, monkeypatch):
    path = tmp_path / "p.npz"
    path.write_bytes(b"older")

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(InputError, match="disk is full"):
        prediction.save(path)
    assert path.read_bytes() == b"older" and os.listdir(tmp_path) == ["p.npz"]


@pytest.fixture(scope="module")
def saved(prediction, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "p.npz"
    prediction.subset(np.array([0])).save(path)
    return path


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_predictions_raise_only_sentences(saved, data):
    content = bytearray(saved.read_bytes())
    # Headers lie at the ends of each member and of the file: damage those more than the numbers.
    ends = st.one_of(st.integers(0, 400), st.integers(len(content) - 2500, len(content) - 1))
    for _ in range(data.draw(st.integers(0, 5))):
        content[data.draw(ends)] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))]
    path = saved.with_name("damaged.npz")
    path.write_bytes(content)
    try:
        Prediction.load(path)
    except HandvizError as error:
        assert "damaged.npz" in str(error)


def test_manifest_is_checked(tiny_weights, tmp_path):
    weights = copied(tiny_weights, tmp_path)
    recorded = json.loads((weights / "manifest.json").read_text())
    recorded[GENERATOR_FILE] = "0" * 64
    (weights / "manifest.json").write_text(json.dumps(recorded))
    with pytest.raises(ModelFileError, match="manifest"):
        Predictor.load("cpu", weights)
