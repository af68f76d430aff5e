"""The bundled clip: what its truth says is what its frames show, and it is made as its description says."""

import numpy as np
import pytest

from handviz.geometry.cameras import project
from handviz.hypotheses.clip_truth import ClipTruth
from handviz.media.video import Video
from handviz.resources import assets_dir
from handviz.synthesis.demo_clip import CLIP_INDEX, CLIP_SEED, FRAMES, HEIGHT, PARTS, WIDTH, clip_exposure, swings

CLIP, TRUTH = assets_dir() / "demo" / "clip.mp4", assets_dir() / "demo" / "clip.npz"


@pytest.fixture(scope="module")
def truth() -> ClipTruth:
    return ClipTruth.load(TRUTH)


def joints_2d(truth: ClipTruth, number: int) -> np.ndarray:
    frame = truth.frame(number)
    return project(frame.joints.astype(np.float64), frame.intrinsics)


def test_clip_and_truth_are_of_one_length_small_and_within_the_picture(truth):
    with Video(CLIP) as video:
        assert (video.frame_count, video.width, video.height, video.fps) == (FRAMES, WIDTH, HEIGHT, 30.0)
    assert len(truth) == FRAMES and truth.frame(0).vertices.shape == (3, 1609, 3)
    assert CLIP.stat().st_size < 2e6 and TRUTH.stat().st_size < 2e6
    for number in range(FRAMES):
        seen = joints_2d(truth, number)
        assert (seen > 0).all() and (seen < [WIDTH, HEIGHT]).all()


def test_blur_goes_from_nothing_to_heavy_and_is_varied(truth):
    with np.load(TRUTH, allow_pickle=False) as file:
        blur = file["blur_px"]
    assert blur[0] < 1 and blur[-1] < 1 and blur.max() > 100
    assert np.histogram(blur, [0, 5, 15, 30, 60, 200])[0].min() >= 5
    # It is the path of the joints; three moments see most of it.
    chords = [np.linalg.norm(np.diff(joints_2d(truth, n), axis=0), axis=-1).sum(0).max() for n in range(FRAMES)]
    assert (np.array(chords) <= blur + 0.1).all() and np.corrcoef(chords, blur)[0, 1] > 0.95


def test_frames_show_the_hand_where_the_truth_says(truth):
    """The landmark network, which knows nothing of the truth, sees the joints of still frames where they are."""
    from handviz.inference.detector import HandDetector

    detector = HandDetector.load()
    with Video(CLIP) as video:
        for number in (0, 31, 56):
            seen = detector.detect_one(video.frame(number))
            expected = joints_2d(truth, number)[1]
            assert seen.hand == "right"
            assert np.median(np.linalg.norm(seen.joints_2d - expected, axis=-1)) < 12


def test_truth_goes_on_from_frame_to_frame(truth):
    """A tenth of a frame's time lies between the end of one exposure and the start of the next."""
    gaps = [
        np.linalg.norm(joints_2d(truth, number + 1)[0] - joints_2d(truth, number)[-1], axis=-1).max()
        for number in range(FRAMES - 1)
    ]
    assert max(gaps) < 25


def test_a_swing_rises_from_rest_and_returns():
    for part in PARTS:
        times = np.linspace(0, FRAMES, 2001)
        swing = swings(part, times)
        outside = (times < part.start) | (times > part.end)
        assert np.abs(swing[outside]).max(initial=0) < 1e-9 and 0.6 < np.abs(swing).max() <= 1


def test_the_bundled_truth_is_what_is_made_today(truth, tmp_path):
    from handviz.synthesis.demo_clip import CLIP_CONFIG
    from handviz.synthesis.synthesizer import Synthesizer, scene_streams

    synthesizer = Synthesizer(CLIP_CONFIG)
    base = synthesizer.draw_exposure(scene_streams(CLIP_SEED, CLIP_INDEX))
    other = synthesizer.pose_prior.sample(np.random.default_rng(CLIP_SEED), 1)[0]
    for number in (0, 24, 47):
        joints = clip_exposure(synthesizer, base, other, number).joints
        np.testing.assert_allclose(joints[[0, len(joints) // 2, -1]], truth.frame(number).joints, atol=1e-4)
