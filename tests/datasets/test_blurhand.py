"""BlurHand's format and photos with a truth beside them: frames, units, mirrored hands, damage."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from blurhand_fixture import INTERHAND, annotation_file, hand_mm, write_blurhand
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from handviz.cli.main import main
from handviz.datasets.blurhand import BlurHandDataset
from handviz.datasets.crops import NO_MOTION_KIND, warp_picture
from handviz.datasets.folders import open_dataset
from handviz.datasets.photo_folder import PhotoFolder
from handviz.datasets.sample import TRUTH_SHAPES
from handviz.errors import InputError
from handviz.geometry.skeleton import JOINT_NAMES
from handviz.hand.model import HandModel
from handviz.inference.crops import warp
from handviz.network.config import GeneratorConfig
from handviz.network.generator import Generator
from handviz.network.kinematics import JointKinematics
from handviz.resources import assets_dir
from handviz.training.batches import BatchStream
from handviz.training.config import TrainGeneratorConfig
from handviz.training.generator_losses import generator_loss
from handviz.training.generator_task import crop_sources
from handviz.training.loss_config import GeneratorLossConfig
from handviz.training.selector_task import sequence_errors

TINY = GeneratorConfig(
    backbone="mobilenet_v2", image_size=64, width=32, noise_channels=8, token_noise_channels=4, blocks=1, heads=2
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_blurhand(tmp_path_factory.mktemp("blurhand"))


@pytest.fixture(scope="module")
def dataset(folder):
    return open_dataset(folder)


def test_an_interacting_photo_is_two_hands(dataset):
    assert isinstance(dataset, BlurHandDataset) and not dataset.has_parameters
    assert len(dataset) == 4 and dataset.skipped == 0
    arrays = dataset.arrays()
    for name, (shape, dtype) in TRUTH_SHAPES.items():
        assert arrays[name].shape == (4, *shape) and arrays[name].dtype == dtype, name
    assert (arrays["motion_kind"] == NO_MOTION_KIND).all()


def test_joints_come_in_our_order_in_metres_all_as_right_hands(dataset):
    names = [*INTERHAND, "wrist"]
    ours = [name.replace("tip", "4") for name in JOINT_NAMES]
    expected = hand_mm()[[names.index(name) for name in ours]] / 1000.0
    joints = dataset.arrays()["joints"]
    lengths = np.linalg.norm(expected[1:] - expected[:1], axis=-1)
    for sample in joints:
        for moment in sample:
            np.testing.assert_allclose(np.linalg.norm(moment[1:] - moment[:1], axis=-1), lengths, atol=1e-6)
            # Thumb to the left of the pinky, as the fixture's right hand has them, mirrored ones too.
            assert moment[4, 0] < moment[20, 0]


def test_past_and_future_are_the_ends_of_the_five_frames(dataset):
    joints = dataset.arrays()["joints"][0]
    np.testing.assert_allclose(np.linalg.norm(joints[2, 0] - joints[0, 0]), 0.024, atol=1e-4)
    moved = 0.5 * (joints[0, 0] + joints[2, 0]) - joints[1, 0]
    np.testing.assert_allclose(np.linalg.norm(moved), 0.008, atol=1e-4)


def test_dots_of_the_photo_lie_where_the_truth_projects(dataset):
    truth = dataset.arrays()
    for index in range(len(dataset)):
        crop = dataset.image(index)
        assert crop.shape == (256, 256, 3) and crop.dtype == np.uint8
        columns, rows = (truth["joints_2d"][index, 1] * 256).astype(int).T
        assert (crop[rows, columns, 0] > 120).all()
        focal, joints = truth["crop_focal"][index], truth["joints"][index]
        projected = 0.5 + focal * joints[..., :2] / joints[..., 2:]
        np.testing.assert_allclose(projected, truth["joints_2d"][index], atol=1e-5)


def test_hands_with_joints_that_nobody_annotated_are_left_out(tmp_path):
    folder = write_blurhand(tmp_path / "blurhand")
    path = annotation_file(folder, "joint_3d")
    frames = json.loads(path.read_text())
    frames["3"]["60"]["joint_valid"][5] = [0]  # the first photo's right hand
    path.write_text(json.dumps(frames))
    dataset = BlurHandDataset(folder)
    assert len(dataset) == 3 and dataset.skipped == 1


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("data", lambda v: v["images"][2].update(file_name="../../../secret.png")),
        ("data", lambda v: v["images"][2].update(file_name="/etc/passwd")),
        ("data", lambda v: v["annotations"][2].update(aid_list=[])),
        ("data", lambda v: v["annotations"][2].update(hand_type="foot")),
        ("data", lambda v: v["annotations"][2].update(joint_valid=[1])),
        ("data", lambda v: v.pop("images")),
        ("camera", lambda v: v["3"]["focal"].update(cam400262=[0, 0])),
        ("camera", lambda v: v["3"]["camrot"].update(cam400262="none")),
        ("joint_3d", lambda v: v["3"].pop("60")),
        ("joint_3d", lambda v: v["3"]["60"].update(world_coord=[[float("nan")] * 3] * 42)),
    ],
)
def test_damage_gets_a_sentence_with_the_file(tmp_path, folder, kind, change):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    values = json.loads(annotation_file(copy, kind).read_text())
    change(values)
    annotation_file(copy, kind).write_text(json.dumps(values))
    with pytest.raises(InputError, match="BlurHand"):
        BlurHandDataset(copy)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(images=_JSON, annotations=_JSON)
def test_any_json_is_read_or_refused(tmp_path_factory, folder, images, annotations):
    copy = tmp_path_factory.mktemp("any") / "copy"
    shutil.copytree(folder, copy)
    annotation_file(copy, "data").write_text(json.dumps({"images": images, "annotations": annotations}))
    with pytest.raises(InputError):
        BlurHandDataset(copy)


def test_a_missing_photo_and_a_missing_file_get_a_sentence(tmp_path, folder):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    dataset = BlurHandDataset(copy)
    shutil.rmtree(copy / "blur_images")
    with pytest.raises(InputError, match="cannot be read"):
        dataset.image(0)
    annotation_file(copy, "camera").unlink()
    with pytest.raises(InputError, match="README"):
        BlurHandDataset(copy)
    with pytest.raises(InputError, match="not a folder"):
        open_dataset(copy / "nowhere")


def test_the_demo_photos_are_a_folder_of_samples(tmp_path):
    dataset = open_dataset(assets_dir() / "demo")
    assert isinstance(dataset, PhotoFolder) and len(dataset) == 4
    truth = dataset.arrays()
    assert (truth["joints_2d"].min((1, 2, 3)) > 0.0).all() and (truth["joints_2d"].max((1, 2, 3)) < 1.0).all()
    assert dataset.image(0).std() > 10
    (tmp_path / "photo.jpg").write_bytes(b"no photo")
    (tmp_path / "photo.json").write_text((assets_dir() / "demo" / "wave.json").read_text())
    with pytest.raises(InputError, match="cannot be read"):
        PhotoFolder(tmp_path).image(0)
    (tmp_path / "photo.json").unlink()
    with pytest.raises(InputError, match="no photos with a truth"):
        PhotoFolder(tmp_path)


@pytest.mark.parametrize("size", [64, 200])
def test_crops_equal_those_of_inference(size):
    image = np.random.default_rng(0).integers(0, 255, (12, 16, 3), dtype=np.uint8)
    image = np.asarray(Image.fromarray(image).resize((320, 240), Image.Resampling.BICUBIC))
    matrix = np.array([[0.9, 0.2, -30.0], [-0.15, 0.95, 10.0], [1e-4, -2e-4, 1.0]]) * (size / 200)
    matrix[2] *= 200 / size
    ours = warp_picture(Image.fromarray(image), matrix, size).astype(float)
    theirs = warp(image, matrix, size).astype(float)
    assert np.abs(ours - theirs).mean() < 3.0


def test_evaluate_measures_joints_alone(folder, tiny_weights, tmp_path, capsys):
    out = tmp_path / "report.json"
    arguments = ["evaluate", "--data", str(folder), "--weights", str(tiny_weights), "--hypotheses", "6"]
    assert main([*arguments, "--device", "cpu", "--json", str(out)]) == 0
    report = json.loads(out.read_text())
    assert report["crops"] == 4
    assert set(report["by_hypotheses"]["6"]["errors_mm"]) == {"mpjpe", "pa_mpjpe"}
    assert 0.0 <= report["by_hypotheses"]["6"]["selection"]["hit@4"] <= 1.0
    text = capsys.readouterr().out
    assert "PA-MPJPE" in text and "MPVPE" not in text


def test_training_learns_its_joints_alone(folder, tmp_path):
    write_blurhand(tmp_path / "blurhand", "train")
    config = TrainGeneratorConfig((folder,), tmp_path / "run", blurhand=tmp_path / "blurhand", blurhand_share=0.75)
    sources, shares = crop_sources(config)
    assert shares == [0.25, 0.75] and [len(source) for source in sources] == [4, 4]
    batch = BatchStream(sources, shares, 8, 64, config.augment, seed=0).batch(0)
    assert batch.images.shape == (8, 3, 64, 64) and not batch.truth.has_parameters.any()
    kinematics, hand = JointKinematics(HandModel.load()), HandModel.load()
    features, hypotheses = Generator(TINY)(batch.images, batch.told_focal, 4)
    loss, _ = generator_loss(GeneratorLossConfig(), kinematics, features, hypotheses, batch.truth)
    assert torch.isfinite(loss)
    # Vertices that nobody knows must not tell which hypotheses are good.
    joints = kinematics(hypotheses.rotations, hypotheses.betas[:, :, None])
    by_joints, by_both = (sequence_errors(hand, hypotheses, joints, batch.truth, weight) for weight in (0.0, 0.1))
    torch.testing.assert_close(by_joints, by_both)
    with pytest.raises(InputError, match="share"):
        crop_sources(replace(config, blurhand_share=1.5))
