"""The truth of a video survives its file, and nothing else is taken for one."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_hands import INTRINSICS, make_prediction, moving_hand

from handviz.errors import InputError
from handviz.hypotheses.clip_truth import FORMAT, ClipTruth, clip_truth_beside

MARK = {"format": np.frombuffer(FORMAT.encode(), np.uint8), "format_version": np.int32(1)}
JOINTS = np.stack([moving_hand(travel) for travel in (0.0, 0.1, 0.2)])


def clip(**changes) -> ClipTruth:
    relative = np.zeros((3, 3, 5, 3), np.float16) + np.float16(0.01)
    return ClipTruth(**{"joints": JOINTS, "vertices": relative, "intrinsics": INTRINSICS, "hand": "left"} | changes)


def test_save_and_load_give_the_same(tmp_path):
    clip().save(tmp_path / "clip.npz", blur_px=np.zeros(3))
    again = ClipTruth.load(tmp_path / "clip.npz")
    assert (len(again), again.hand) == (3, "left")
    for number in range(3):
        frame = again.frame(number)
        np.testing.assert_allclose(frame.joints, JOINTS[number], atol=1e-6)
        np.testing.assert_allclose(frame.vertices - frame.joints[:, :1], 0.01, atol=1e-4)


def test_a_truth_of_joints_alone(tmp_path):
    np.savez(tmp_path / "joints.npz", **MARK, joints=JOINTS, intrinsics=INTRINSICS)
    assert not ClipTruth.load(tmp_path / "joints.npz").frame(2).has_mesh


@pytest.mark.parametrize("number", [-1, 3])
def test_frames_there_are_not(number):
    with pytest.raises(InputError, match="0 to 2"):
        clip().frame(number)


@pytest.mark.parametrize(
    "changes",
    [
        {"joints": JOINTS[0]},
        {"joints": JOINTS[:0]},
        {"vertices": np.zeros((2, 3, 5, 3))},
        {"intrinsics": np.eye(2)},
        {"hand": "both"},
        {"joints": JOINTS * np.nan},
    ],
)
def test_what_cannot_be_a_clip(changes):
    with pytest.raises(InputError):
        clip(**changes)


VALID = io.BytesIO()
np.savez_compressed(VALID, **MARK, joints=JOINTS, intrinsics=INTRINSICS)
PICKLED = io.BytesIO()
np.savez(PICKLED, **MARK, joints=np.array([{"a": 1}], object), intrinsics=INTRINSICS)


@given(st.binary(max_size=60) | st.integers(0, len(VALID.getvalue()) - 1), st.integers(1, 255))
@settings(max_examples=100)
def test_damaged_files_are_refused_in_a_sentence(tmp_path_factory, content, change):
    path = tmp_path_factory.mktemp("t") / "clip.npz"
    if isinstance(content, int):
        damaged = bytearray(VALID.getvalue())
        damaged[content] ^= change
        content = bytes(damaged)
    path.write_bytes(content)
    try:
        ClipTruth.load(path).frame(0)
    except InputError as error:
        assert str(path) in str(error) or "truth" in str(error)


def test_pickles_are_not_opened(tmp_path):
    (tmp_path / "clip.npz").write_bytes(PICKLED.getvalue())
    with pytest.raises(InputError, match="no truth of a video"):
        ClipTruth.load(tmp_path / "clip.npz")


def test_beside_a_video(tmp_path):
    video = tmp_path / "clip.mp4"
    assert clip_truth_beside(video) is None
    # A prediction saved under the video's name has arrays alike, and is no truth.
    make_prediction(JOINTS).save(tmp_path / "clip.npz")
    assert clip_truth_beside(video) is None
    with pytest.raises(InputError, match="no truth"):
        ClipTruth.load(tmp_path / "clip.npz")
    clip().save(tmp_path / "clip.npz")
    assert len(clip_truth_beside(video)) == 3
    np.savez(tmp_path / "clip.npz", **MARK, joints=JOINTS[0], intrinsics=INTRINSICS)
    with pytest.raises(InputError, match="F, T, 21, 3"):
        clip_truth_beside(video)
    np.savez(tmp_path / "clip.npz", **(MARK | {"format_version": np.int32(2)}), joints=JOINTS, intrinsics=INTRINSICS)
    with pytest.raises(InputError, match="newer"):
        clip_truth_beside(video)
