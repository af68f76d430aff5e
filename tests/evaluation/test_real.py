"""The real test: its labels, its smears, its reference network, and the whole of it on a tiny folder."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handviz.cli.main import main
from handviz.datasets.real_hands import is_right, read_real_hands, smear
from handviz.datasets.smear_paths import box_of_path, longest_path, move, smear_path
from handviz.errors import InputError
from handviz.evaluation.landmark_network import LandmarkNetwork
from handviz.evaluation.real import end_errors_px, label_errors_px
from handviz.evaluation.real_labels import LabelledFrame, read_labels
from handviz.geometry.skeleton import JOINT_NAMES
from handviz.inference.detector import HandDetector


def _hand_2d() -> np.ndarray:
    """Joints (21, 2) in 0..1 of an open hand, fingers up."""
    joints = np.zeros((21, 2))
    joints[0] = 0.5, 0.85
    for finger in range(5):
        for part in range(4):
            joints[1 + 4 * finger + part] = 0.3 + 0.1 * finger, 0.6 - 0.12 * part
    return joints


def test_shipped_labels_lie_in_their_boxes():
    labels = read_labels()
    assert len(labels.frames) == 16 and labels.hand == "right"
    middle = sum(np.isfinite(frame.joints_2d[1, :, 0]).sum() for frame in labels.frames)
    ends = sum(np.isfinite(frame.joints_2d[0, :, 0]).sum() for frame in labels.frames)
    assert (middle, ends) == (141, 34)
    for frame in labels.frames:
        low, high = frame.box[:2] - 8, frame.box[:2] + frame.box[2:] + 8
        seen = frame.joints_2d[1][np.isfinite(frame.joints_2d[1, :, 0])]
        assert (seen >= low).all() and (seen <= high).all(), frame.frame
        assert (np.isfinite(frame.joints_2d[0]) == np.isfinite(frame.joints_2d[2])).all()


def test_a_labelled_middle_lies_near_the_middle_of_its_ends():
    for frame in read_labels().frames:
        off = np.linalg.norm(frame.joints_2d[1] - frame.joints_2d[[0, 2]].mean(0), axis=-1)
        assert not (off > 5.0).any(), frame.frame


@given(st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8) | st.lists(st.integers(), max_size=3)))
def test_malformed_labels_get_a_sentence(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("labels") / "labels.json"
    path.write_text(json.dumps(values))
    with pytest.raises(InputError, match=r"README\.md"):
        read_labels(path)


def test_label_errors_are_means_over_labelled_joints():
    joints = np.full((3, 21, 2), np.nan)
    joints[:, 4] = (10.0, 10.0), (20.0, 10.0), (30.0, 10.0)
    joints[1, 8] = 50.0, 50.0
    frame = LabelledFrame(0, np.array([0.0, 0.0, 100.0, 50.0]), joints)
    assert (frame.hand_size, frame.path_px) == (100.0, 20.0)
    answer = np.zeros((3, 21, 2))
    answer[1, 4], answer[1, 8] = (20.0, 13.0), (54.0, 50.0)
    assert label_errors_px(answer[1], frame) == pytest.approx(3.5)
    # The sequence runs the other way: no arrow of time, so it fits all the same.
    answer[0, 4], answer[2, 4] = (30.0, 12.0), (10.0, 14.0)
    assert end_errors_px(answer, frame) == pytest.approx(3.0)


@pytest.mark.parametrize("blur", [0.0, 16 / 256, 64 / 256])
def test_a_smear_is_as_long_as_asked(blur):
    joints = _hand_2d()
    for seed in range(5):
        path = smear_path(joints, blur, np.random.default_rng(seed))
        assert longest_path(joints, path) == pytest.approx(blur, abs=1e-4)
        np.testing.assert_allclose(move(joints, path)[len(path) // 2], joints, atol=1e-12)


def test_points_move_as_the_picture_does():
    image = np.zeros((64, 64, 3), np.uint8)
    image[40:44, 20:24] = 255
    path = np.array([[0.1, -0.15, 0.6, 0.2]])
    moved = smear(image, path, 64)
    rows, columns = np.nonzero(moved[..., 0] > 128)
    expected = move(np.array([[22.0, 42.0]]) / 64, path)[0, 0] * 64
    np.testing.assert_allclose([columns.mean() + 0.5, rows.mean() + 0.5], expected, atol=0.5)
    box = box_of_path(np.array([[0.5, 0.5], [2.0, 0.5]]), np.zeros((1, 4)), 64)
    np.testing.assert_allclose(box, [32.0, 32.0, 32.0, 0.0])


def test_the_reference_sees_sharp_hands(shared_data):
    network, detector = LandmarkNetwork(), HandDetector.load()
    off_2d, off = [], []
    for hand in read_real_hands(shared_data / "real_hands", held_out=True)[::40]:
        image = hand.image()
        size = image.shape[0]
        seen = network.read_by_palm(image, box_of_path(hand.joints_2d, np.zeros((1, 4)), size), detector)
        off_2d.append(np.linalg.norm(seen.joints_2d / size - hand.joints_2d, axis=-1).mean())
        reference = hand.joints_world - hand.joints_world[0]
        off.append(np.linalg.norm(seen.joints - reference, axis=-1).mean())
    assert np.median(off_2d) < 0.02 and np.median(off) < 0.012


def test_the_reference_reads_an_upright_box_where_no_palm_is_seen():
    noise_image = np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    network, box = LandmarkNetwork(), np.array([20.0, 30.0, 50.0, 40.0])
    by_palm = network.read_by_palm(noise_image, box, HandDetector.load())
    np.testing.assert_array_equal(by_palm.joints_2d, network.read(noise_image, box).joints_2d)


def test_held_out_crops_are_no_training_crops(shared_data):
    folder = shared_data / "real_hands"
    held_out, seen = read_real_hands(folder, True), read_real_hands(folder, False)
    assert not {hand.jpeg for hand in held_out} & {hand.jpeg for hand in seen}
    assert len(held_out) == pytest.approx(0.15 * (len(held_out) + len(seen)), abs=1)
    # A mirrored hand is of the other side.
    joints = np.stack([hand.joints_world for hand in held_out])
    assert (is_right(joints) != is_right(joints * np.array([-1, 1, 1]))).all()


def _recordings(folder, count: int = 14):
    rng = np.random.default_rng(0)
    (folder / "real_hands" / "crops").mkdir(parents=True)
    names = [f"{index:05d}.jpg" for index in range(count)]
    for name in names:
        Image.fromarray(rng.integers(0, 255, (96, 96, 3), dtype=np.uint8)).save(folder / "real_hands" / "crops" / name)
    np.savez(
        folder / "real_hands" / "labels.npz", name=np.array(names), joints_2d=np.stack([96 * _hand_2d()] * count),
        joints_world=0.05 * rng.standard_normal((count, len(JOINT_NAMES), 3)),
    )  # fmt: skip
    return folder


def test_evaluate_real_reports_every_rule(tmp_path, tiny_weights, capsys):
    recordings = _recordings(tmp_path / "recordings")
    out = tmp_path / "report.json"
    arguments = ["evaluate", "--real", str(recordings), "--weights", str(tiny_weights), "--hypotheses", "6"]
    assert main([*arguments, "--device", "cpu", "--limit", "1", "--json", str(out)]) == 0
    report = json.loads(out.read_text())
    assert "clip" not in report and report["crops"]["crops"] == 1
    assert list(report["crops"]["by_blur_px"]) == ["0", "16", "32", "48", "64"]
    for figures in report["crops"]["by_blur_px"].values():
        for metric in ("pa_mpjpe_mm", "mpjpe_mm"):
            assert figures[metric]["best of 6"] <= figures[metric]["top-1 by score"]
            assert len(figures[metric]) == 5
    text = capsys.readouterr().out
    assert "PA-MPJPE mean of the 4 selected" in text and "held out of training" in text


def test_a_folder_without_recordings_gets_a_sentence(tmp_path, tiny_weights, capsys):
    assert main(["evaluate", "--real", str(tmp_path), "--weights", str(tiny_weights)]) != 0
    assert "correct --real" in capsys.readouterr().err
    assert main(["evaluate", "--real", str(tmp_path), "--data", str(tmp_path)]) != 0
    damaged = _recordings(tmp_path / "other")
    (damaged / "real_hands" / "labels.npz").write_bytes(b"no archive")
    with pytest.raises(InputError, match="name another one"):
        read_real_hands(damaged / "real_hands", True)
