"""What every sample must keep to, whatever it shows."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.synthesis.assets import linear_to_srgb
from handviz.synthesis.config import MOTION_KINDS, SynthesisConfig
from handviz.synthesis.framing import blur_length_px, to_crop

GOLDEN = Path(__file__).parents[1] / "golden" / "synthesis.png"
SEED = 11


@pytest.fixture(scope="module")
def samples(synthesizer):
    return synthesizer.batch(SEED, list(range(8)))


def test_a_sample_is_the_same_alone_and_beside_others(synthesizer, samples):
    alone = synthesizer.sample(SEED, 5)
    for field in fields(alone):
        np.testing.assert_array_equal(getattr(alone, field.name), getattr(samples[5], field.name), err_msg=field.name)


def test_seeds_and_indices_differ(synthesizer, samples):
    other = synthesizer.sample(SEED + 1, 5)
    assert not np.allclose(other.joints, samples[5].joints)
    assert not np.allclose(samples[4].joints, samples[5].joints)


def test_the_truth_does_not_depend_on_the_picture_s_size(synthesizer, samples):
    from handviz.synthesis.synthesizer import Synthesizer

    small = Synthesizer(SynthesisConfig(size=64), hand_model=synthesizer.hand).sample(SEED, 3)
    np.testing.assert_allclose(small.joints, samples[3].joints, atol=1e-6)
    assert small.image.shape == (64, 64, 3)


def test_joints_2d_are_the_projected_joints(samples):
    for sample in samples:
        focal, joints = sample.crop_focal, sample.joints.astype(np.float64)
        projected = focal * joints[..., :2] / joints[..., 2:] + 0.5
        np.testing.assert_allclose(sample.joints_2d, projected, atol=1e-5)


def test_pose_shape_and_translation_give_the_joints_and_vertices(synthesizer, samples):
    for sample in samples:
        pose = np.concatenate([sample.global_orient, sample.hand_pose], -1).reshape(3, 16, 3)
        with torch.inference_mode():
            posed = synthesizer.hand(torch.from_numpy(axis_angle_to_matrix(pose)), torch.from_numpy(sample.betas))
        np.testing.assert_allclose(posed.joints.numpy() + sample.translation[:, None], sample.joints, atol=2e-5)
        np.testing.assert_allclose(posed.vertices.numpy() + sample.translation[:, None], sample.vertices, atol=2e-5)


def test_poses_stay_within_the_limits(synthesizer, samples):
    for sample in samples:
        np.testing.assert_allclose(synthesizer.pose_prior.clamp(sample.hand_pose), sample.hand_pose, atol=1e-3)


def test_most_hands_are_within_their_crop_and_seen(samples):
    inside = np.mean([((s.joints_2d[1] >= 0) & (s.joints_2d[1] <= 1)).all(-1).mean() for s in samples])
    seen = np.mean([s.visible.mean() for s in samples])
    assert inside > 0.9 and 0.3 < seen < 0.97


def _exposure(synthesizer, index):
    from handviz.synthesis.synthesizer import _STREAMS

    children = np.random.SeedSequence([SEED, index]).spawn(len(_STREAMS))
    rngs = {name: np.random.default_rng(child) for name, child in zip(_STREAMS, children, strict=True)}
    return synthesizer.draw_exposure(rngs), rngs


def test_blur_is_spread_as_the_configuration_says(synthesizer):
    drawn = [_exposure(synthesizer, index)[0] for index in range(90)]
    blur = np.array([blur_length_px(exposure.joints_2d) for exposure in drawn])
    kinds = {exposure.kind for exposure in drawn}
    assert kinds == set(MOTION_KINDS)
    assert 0.03 < (blur <= 1.0).mean() < 0.2
    assert blur.max() < 95 and 0.04 < (blur > 50).mean() < 0.25
    assert ((blur > 1) & (blur < 50)).mean() > 0.5


def test_a_camera_shake_moves_wrist_and_tips_alike(synthesizer):
    shaken = next(e for e, _ in (_exposure(synthesizer, i) for i in range(100)) if e.kind == "camera_shake")
    turned = np.einsum("nij,nkj->nki", np.swapaxes(shaken.moments.camera_shake, 1, 2), shaken.joints)
    np.testing.assert_allclose(turned, np.broadcast_to(turned[:1], turned.shape), atol=1e-5)


def _held_still(exposure, count):
    """The exposure's middle moment, `count` times."""
    from dataclasses import replace

    middle = len(exposure.vertices) // 2
    stay = [middle] * count
    moments = replace(
        exposure.moments,
        rotations=exposure.moments.rotations[stay],
        translation=exposure.moments.translation[stay],
        camera_shake=exposure.moments.camera_shake[stay],
    )
    return replace(exposure, moments=moments, vertices=exposure.vertices[stay], joints=exposure.joints[stay])


def test_averaging_a_still_scene_gives_its_single_moment(plain_synthesizer):
    for index in (1, 2):
        pictures = []
        for count in (1, 17):
            exposure, rngs = _exposure(plain_synthesizer, index)
            shown = _held_still(exposure, count) if count > 1 else _held_still(exposure, 3)
            pictures.append(plain_synthesizer.photograph(rngs, shown)[0].astype(int))
        assert np.abs(pictures[0] - pictures[1]).max() <= 1


def test_moments_are_averaged_in_linear_light(plain_synthesizer, monkeypatch):
    """A picture's light is the mean of its moments' light, each rendered alone; shown as sRGB it is brighter than the
    mean of shown moments, since averaging comes first."""
    exposure, rngs = next(pair for pair in (_exposure(plain_synthesizer, i) for i in range(99)) if _sweeps(pair[0]))
    expose, light = plain_synthesizer.renderer.expose, {}

    def alone(scene, size, focal, jitter, *rest):
        *look, moves = rest
        each = [slice(i, i + 1) for i in range(len(jitter))]
        singles = [expose(scene.during(one), size, focal, jitter[one], *look, moves[one])[0] for one in each]
        light["whole"], light["mean"] = expose(scene, size, focal, jitter, *rest)[0], np.mean(singles, 0)
        light["mean_shown"] = np.mean([linear_to_srgb(single) for single in singles], 0)
        return expose(scene, size, focal, jitter, *rest)

    monkeypatch.setattr(plain_synthesizer.renderer, "expose", alone)
    plain_synthesizer.photograph(rngs, exposure)
    np.testing.assert_allclose(light["whole"], light["mean"], atol=0.01, rtol=0.01)
    brighter = linear_to_srgb(light["whole"]) - light["mean_shown"]
    assert brighter.min() > -0.01 and brighter.max() > 0.02


def _sweeps(exposure) -> bool:
    return exposure.kind == "translation" and blur_length_px(exposure.joints_2d) > 20


def test_the_hand_is_drawn_where_the_truth_says(synthesizer):
    """Depth read off the picture at seen joints lies just before them."""
    found = 0
    for index in range(4):
        exposure, rngs = _exposure(synthesizer, index)
        _, depth = synthesizer.photograph(rngs, exposure)
        middle = len(exposure.joints) // 2
        at = to_crop(exposure.joints[middle], exposure.framing.crop_focal) * len(depth)
        column, row = np.clip(at.astype(int), 0, len(depth) - 1).T
        before = exposure.joints[middle, :, 2] - depth[row, column]
        found += ((before > -0.004) & (before < 0.05) & (depth[row, column] > 0)).sum()
    assert found > 0.5 * 4 * 21


def test_pictures_look_as_they_did(samples):
    """Thumbnails against a golden picture, with room for drivers and processors to differ in."""
    page = np.concatenate(
        [np.asarray(Image.fromarray(s.image).resize((48, 48), Image.Resampling.BOX)) for s in samples], 1
    )
    golden = np.asarray(Image.open(GOLDEN))
    assert golden.shape == page.shape
    apart = np.abs(golden.astype(int) - page).mean(-1)
    assert apart.mean() < 4 and (apart > 40).mean() < 0.02
