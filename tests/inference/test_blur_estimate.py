"""The blur estimator sees what blur takes away, whichever way it goes, and its shipped fit ranks blurred photos."""

import cv2
import numpy as np
import pytest
from scipy.stats import spearmanr

from handviz.errors import ModelFileError
from handviz.hypotheses.clip_truth import ClipTruth
from handviz.inference.blur_estimate import SIDE, BlurEstimator, features
from handviz.media.photos import load_photo
from handviz.resources import assets_dir

JOINTS = np.random.default_rng(0).uniform(0.3, 0.7, (21, 2))


@pytest.fixture(scope="module")
def sharp() -> np.ndarray:
    """A crop of texture of every size."""
    rng = np.random.default_rng(1)
    layers = [cv2.resize(rng.normal(size=(n, n)), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for n in (8, 32, 128)]
    grey = np.clip(128 + 30 * sum(layers), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, 2)


def smeared(crop: np.ndarray, length: int, degrees: float) -> np.ndarray:
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1.0 / length
    turn = cv2.getRotationMatrix2D((length // 2, length // 2), degrees, 1.0)
    kernel = cv2.warpAffine(kernel, turn, (length, length))
    return cv2.filter2D(crop, -1, kernel / kernel.sum())


@pytest.mark.parametrize("degrees", [0, 30, 90, 135])
def test_longer_smears_are_longer_whatever_their_direction(sharp, degrees):
    estimator = BlurEstimator.load()
    told = [estimator.estimate(smeared(sharp, length, degrees), JOINTS) for length in (1, 5, 11, 21, 31)]
    assert told == sorted(told) and told[-1] > told[0] + 10


def test_features_do_not_change_in_a_mirror_or_turned_by_a_quarter(sharp):
    crop = smeared(sharp, 15, 20)
    middle = np.full((21, 2), 0.5) + (JOINTS - 0.5)
    expected = features(crop, middle)
    mirrored = features(np.ascontiguousarray(crop[:, ::-1]), middle * [-1, 1] + [1, 0])
    np.testing.assert_allclose(mirrored, expected, atol=0.05)
    turned = features(np.ascontiguousarray(np.rot90(crop)), np.stack([middle[:, 1], 1 - middle[:, 0]], 1))
    np.testing.assert_allclose(turned, expected, atol=0.05)


def test_any_picture_and_any_joints_give_a_number_within_bounds():
    estimator = BlurEstimator.load()
    for crop in (np.zeros((SIDE, SIDE, 3), np.uint8), np.full((SIDE, SIDE, 3), 255, np.uint8)):
        for joints in (JOINTS, np.zeros((21, 2)), np.full((21, 2), 5.0), JOINTS * 1e6):
            assert 0 <= estimator.estimate(crop, joints) <= estimator.most


def test_it_ranks_the_frames_of_the_bundled_clip():
    from handviz.geometry.cameras import project
    from handviz.media.video import Video

    estimator, truth = BlurEstimator.load(), ClipTruth.load(assets_dir() / "demo" / "clip.npz")
    told, true = [], []
    with Video(assets_dir() / "demo" / "clip.mp4") as video, np.load(assets_dir() / "demo" / "clip.npz") as file:
        for number in range(0, 60, 2):
            frame = truth.frame(number)
            seen = project(frame.joints.astype(float), frame.intrinsics)
            middle, side = (seen.min((0, 1)) + seen.max((0, 1))) / 2, 1.5 * np.ptp(seen, axis=(0, 1)).max()
            scale = SIDE / side
            matrix = np.array([[scale, 0, SIDE / 2 - scale * middle[0]], [0, scale, SIDE / 2 - scale * middle[1]]])
            crop = cv2.warpAffine(video.frame(number), matrix, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
            told.append(estimator.estimate(crop, (seen - middle) / side + 0.5) * side)
            true.append(file["blur_px"][number])
    assert spearmanr(told, true).statistic > 0.7


def test_a_fit_survives_its_file_and_ranks_what_it_was_fitted_on(tmp_path):
    rng = np.random.default_rng(3)
    values = rng.normal(size=(300, 27))
    blur = np.clip(5 + values @ rng.normal(size=27) * 0.3, 0, None) ** 2
    BlurEstimator.fit(values, blur).save(tmp_path / "blur.npz")
    again = BlurEstimator.load(tmp_path / "blur.npz")
    assert spearmanr(again.of_features(values), blur).statistic > 0.99


def test_files_that_are_no_estimator(tmp_path):
    (tmp_path / "text.npz").write_text("hello")
    np.savez(tmp_path / "other.npz", mean=np.zeros(3))
    estimator = BlurEstimator.load()
    np.savez(tmp_path / "nan.npz", **(vars(estimator) | {"weights": estimator.weights * np.nan}))
    np.savez(tmp_path / "short.npz", **(vars(estimator) | {"weights": estimator.weights[:5]}))
    for path in (tmp_path / "none.npz", *tmp_path.glob("*.npz")):
        with pytest.raises(ModelFileError, match="install handviz again"):
            BlurEstimator.load(path)


def test_every_prediction_tells_its_blur(predictor, noise_image):
    demo = load_photo(assets_dir() / "demo" / "wave.jpg").image
    told = [
        float(predictor.predict(image, box=box, hand="right", hypotheses=1).provenance["blur_crop_px"])
        for image, box in ((noise_image, (40, 30, 60, 60)), (demo, (319, 166, 627, 627)))
    ]
    assert told[0] < 2 < told[1]
