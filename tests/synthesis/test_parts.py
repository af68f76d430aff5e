"""Laws of the generator's parts, without a picture."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handviz.errors import ModelFileError
from handviz.resources import assets_dir
from handviz.synthesis import assets
from handviz.synthesis.assets import linear_to_srgb, split_files, srgb_to_linear
from handviz.synthesis.config import MOTION_KINDS, SynthesisConfig
from handviz.synthesis.developing import Camera, blurred, develop, tone
from handviz.synthesis.framing import blur_length_px, draw_view
from handviz.synthesis.light import directions, octahedral_direction, panorama_light, sh_basis
from handviz.synthesis.meshes import rounded_box
from handviz.synthesis.motion import MotionCurve, draw_blur, draw_kind, moment_times, move
from handviz.synthesis.visibility import ambient_visibility, hand_balls, key_visibility


def _curve(**changed) -> MotionCurve:
    none = np.zeros((3, 3))
    return replace(MotionCurve("still", none, none, np.zeros(3), np.zeros((3, 45)), none, 0.0), **changed)


def _moved(curve: MotionCurve, amplitude: float = 0.3):
    place = np.array([0.02, -0.01, 0.5])
    return move(curve, amplitude, moment_times(17), np.eye(3), np.zeros(45), place, lambda pose: pose)


def test_train_and_test_share_no_asset():
    train, test = (split_files(SynthesisConfig(split=split)) for split in ("train", "test-v1"))
    for kind in ("skins", "panoramas", "photos"):
        assert getattr(train, kind) and getattr(test, kind)
        assert not set(getattr(train, kind)) & set(getattr(test, kind)), kind


def test_recordings_never_reach_the_test_set(tmp_path):
    (tmp_path / "skins").mkdir()
    for name in ("one", *assets.ART_SHARED_WITH_TEST):
        (tmp_path / "skins" / f"{name}.png").write_bytes(b"")
    test = split_files(SynthesisConfig(split="test-v1", enrich=tmp_path))
    assert all(path.is_relative_to(assets_dir()) for path in (*test.skins, *test.panoramas, *test.photos))
    train = split_files(SynthesisConfig(enrich=tmp_path))
    assert [path.stem for path in train.skins if not path.is_relative_to(assets_dir())] == ["one"]


def test_art_shared_with_the_test_set_is_named(shared_data):
    """Every recorded skin whose art a test skin shows in small is kept out of training."""
    test = json.loads((assets_dir() / "skins" / "splits.json").read_text())["test-v1"]
    recorded = {path.stem for path in (shared_data / "skins").glob("*.png")}
    same = {stem for stem in recorded if stem.replace("_diffuse", "") in test}
    assert same <= assets.ART_SHARED_WITH_TEST


def test_a_missing_asset_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "assets_dir", lambda: tmp_path)
    with pytest.raises(ModelFileError, match=r"splits\.json"):
        split_files(SynthesisConfig())


def test_nothing_moves_at_amplitude_zero():
    rng = np.random.default_rng(0)
    curve = _curve(rotation=rng.normal(size=(3, 3)), shake=rng.normal(size=(3, 3)), fingers=rng.normal(size=(3, 45)))
    still = _moved(curve, 0.0)
    np.testing.assert_allclose(still.rotations, np.broadcast_to(still.rotations[:1], still.rotations.shape), atol=1e-12)
    np.testing.assert_allclose(still.translation[0], still.translation[-1], atol=1e-12)


def test_a_swing_about_the_elbow_keeps_the_elbow():
    pivot = np.array([0.25, 0.0, 0.0])
    swung = _moved(_curve(rotation=np.array([[0, 0, 1.0], [0, 0, 0], [0, 0, 0]]), pivot=pivot))
    elbow = swung.translation + swung.rotations[:, 0] @ pivot
    np.testing.assert_allclose(elbow, np.broadcast_to(elbow[:1], elbow.shape), atol=1e-9)
    assert np.ptp(swung.translation, axis=0).max() > 0.05


def test_the_reverse_of_a_linear_motion_swaps_past_and_future():
    first = np.zeros((3, 3))
    first[0] = [0.3, 0.1, 0.0]
    there, back = _moved(_curve(translation=first)), _moved(_curve(translation=-first))
    np.testing.assert_allclose(there.translation, back.translation[::-1], atol=1e-12)


def test_a_tenth_of_the_samples_is_still():
    rng = np.random.default_rng(1)
    kinds = [draw_kind(rng, SynthesisConfig()) for _ in range(3000)]
    assert set(kinds) == set(MOTION_KINDS)
    assert 0.08 < np.mean([kind == "still" for kind in kinds]) < 0.12
    assert max(draw_blur(rng, "still", SynthesisConfig()) for _ in range(200)) <= 1.0


def test_blur_length_of_a_straight_path():
    path = np.zeros((5, 21, 2))
    path[:, 8, 0] = np.linspace(0.2, 0.45, 5)
    assert blur_length_px(path) == pytest.approx(64.0)


@given(st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_views_are_rotations(seed):
    view = draw_view(np.random.default_rng(seed), SynthesisConfig())
    np.testing.assert_allclose(view @ view.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(view) == pytest.approx(1.0)


def test_even_light_is_one_everywhere():
    light = panorama_light(np.full((32, 64, 3), 7.0, np.float32))
    normals = octahedral_direction(np.random.default_rng(0).uniform(-1, 1, (50, 2)))
    np.testing.assert_allclose(sh_basis(normals) @ light.harmonics, 1.0, atol=0.01)
    np.testing.assert_allclose(light.mirror, 1.0, atol=0.03)


def test_light_comes_from_where_it_is():
    radiance = np.full((32, 64, 3), 0.1, np.float32)
    radiance[8, 20] = 50.0
    light = panorama_light(radiance)
    lamp = directions(32, 64)[8, 20]
    assert light.brightest @ lamp > 0.99
    irradiance = sh_basis(np.stack([lamp, -lamp])) @ light.harmonics
    assert (irradiance[0] > 2 * irradiance[1]).all()


def test_a_ball_shades_what_lies_behind_it():
    centres, radii = np.array([[0.0, 0.0, 0.0]]), np.array([0.01])
    up = np.array([0.0, 1.0, 0.0])
    points = np.array([[0.0, -0.05, 0.0], [0.0, 0.05, 0.0], [0.2, -0.05, 0.0]])
    lit = key_visibility(points, centres, radii, up, 0.05)
    assert lit[0] < 0.1 and lit[1] == 1.0 and lit[2] == 1.0
    seen = ambient_visibility(points, np.tile(up, (3, 1)), centres, radii)
    assert seen[0] < seen[2] <= 1.0 and seen[1] == 1.0


def test_balls_follow_the_bones():
    joints = np.random.default_rng(0).normal(size=(21, 3)) * 0.05
    centres, radii = hand_balls(joints)
    assert len(centres) == 60 and (radii > 0.004).all() and (radii < 0.03).all()
    assert np.linalg.norm(centres[:, None] - joints[None], axis=-1).min(1).max() < np.ptp(joints, axis=0).max()


@given(st.floats(0.05, 1.0))
@settings(max_examples=10, deadline=None)
def test_rounded_boxes_are_closed_in_and_face_outward(roundness):
    half = np.array([0.02, 0.03, 0.05])
    vertices, normals, _, faces = rounded_box(half, roundness)
    assert (np.abs(vertices) <= half + 1e-9).all()
    assert ((vertices * normals).sum(1) > 0).all()
    assert faces.max() < len(vertices)


def test_srgb_round_trip():
    values = np.linspace(0, 1, 256)
    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(values)), values, atol=1e-6)


def _camera(**changed) -> Camera:
    plain = Camera(np.ones(3, np.float32), 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 95, 0.0)
    return replace(plain, **changed)


def test_a_plain_camera_keeps_mid_tones():
    light = np.full((32, 32, 3), 0.2, np.float32)
    shown = develop(light, _camera(), np.random.default_rng(0)) / 255.0
    np.testing.assert_allclose(shown, linear_to_srgb(np.array(0.2)), atol=0.01)


def test_noise_is_as_strong_as_the_camera_says():
    light = np.full((64, 64, 3), 0.25, np.float32)
    quiet, loud = (develop(light, _camera(shot_noise=s), np.random.default_rng(0)).std() for s in (0.01, 0.05))
    assert 3 < loud / quiet < 12  # steps of eight bits swallow part of the quiet one


def test_tone_rises_with_light():
    ramp = np.repeat(np.linspace(0, 3, 200, dtype=np.float32)[:, None, None], 3, 2)
    shown = tone(ramp, _camera())[:, 0, 0]
    assert (np.diff(shown) >= 0).all() and shown[-1] <= 1.0


def test_blurring_keeps_the_mean_of_a_flat_picture():
    np.testing.assert_allclose(blurred(np.full((9, 9, 3), 0.3, np.float32), 1.3), 0.3, atol=1e-6)


def test_unknown_splits_are_refused():
    with pytest.raises(ValueError, match="split"):
        SynthesisConfig(split="validation")
