"""The parts that need no renderer: messages, shared memory, stretching, the scene, light, the choice of a backend."""

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from viewport_recording import ball

from handviz.geometry.cameras import Camera
from handviz.geometry.meshes import vertex_normals
from handviz.geometry.rotations import axis_angle_to_matrix
from handviz.viewport import choice
from handviz.viewport.backends.keying import KEY, composed, over_backdrop
from handviz.viewport.backends.layers import Grid, contours, edges
from handviz.viewport.hands import Hands
from handviz.viewport.images import fit_image
from handviz.viewport.messages import Message, camera_fields, camera_from_fields, read_message, write_message
from handviz.viewport.probe import BackendReport, fastest_backend, probe_backend
from handviz.viewport.ring import SLOTS, FrameRing
from handviz.viewport.scene import Scene
from handviz.viewport.shading import AMBIENT, GHOST, HEAD, KEY_DIRECTION, PALE, shade


def test_messages_arrive_as_they_were_sent() -> None:
    arrays = {"a": np.arange(6, dtype=np.int32).reshape(2, 3), "empty": np.zeros((0, 3), np.float32)}
    stream = io.BytesIO()
    write_message(stream, Message("scene", {"x": 1.5, "deep": [1, None]}, arrays))
    write_message(stream, Message("close"))
    stream.seek(0)
    first, second, end = (read_message(stream) for _ in range(3))
    assert (first.kind, first.fields) == ("scene", {"x": 1.5, "deep": [1, None]})
    for name, array in arrays.items():
        assert first.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(first.arrays[name], array)
    assert second.kind == "close" and end is None


def test_a_message_cut_off_is_the_end() -> None:
    stream = io.BytesIO()
    write_message(stream, Message("scene", {}, {"a": np.arange(100)}))
    whole = stream.getvalue()
    for length in (0, 3, 10, len(whole) - 1):
        assert read_message(io.BytesIO(whole[:length])) is None


def test_cameras_travel_without_loss() -> None:
    camera_from_world = np.eye(4)
    camera_from_world[:3, :3] = axis_angle_to_matrix(np.array([0.1, 0.7, -0.3]))
    camera = Camera(np.array([[501.1, 0, 1 / 3], [0, 499.9, 0.1], [0, 0, 1]]), camera_from_world, 11, 7)
    back = camera_from_fields(camera_fields(camera))
    assert np.array_equal(back.intrinsics, camera.intrinsics)
    assert np.array_equal(back.camera_from_world, camera.camera_from_world)
    assert (back.width, back.height) == (11, 7)


def test_slots_of_shared_memory_do_not_touch_each_other() -> None:
    ring = FrameRing.create(4 * 5 * 3)
    other = FrameRing.attach(ring.name, ring.slot_bytes)
    images = np.random.default_rng(0).integers(0, 255, (SLOTS, 4, 5, 3), np.uint8)
    for slot, image in enumerate(images):
        other.write(slot, image)
    for slot, image in enumerate(images):
        np.testing.assert_array_equal(ring.read(slot, 4, 5), image)
    other.close(unlink=False)
    ring.close(unlink=True)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(0, 255))
def test_stretching_keeps_one_colour_and_gives_the_size(height: int, width: int, rows: int, columns: int, grey: int):
    stretched = fit_image(np.full((height, width, 3), grey, np.uint8), columns, rows)
    assert stretched.shape == (rows, columns, 3) and (stretched == grey).all()


def test_stretching_keeps_every_place() -> None:
    for source, target in ((100, 100), (64, 200), (1001, 125), (999, 100), (4003, 960)):
        ramp = np.broadcast_to((np.arange(source) + 0.5) / source * 250, (2, source))
        image = np.repeat(np.round(ramp)[..., None], 3, 2).astype(np.uint8)
        stretched = fit_image(image, target, 2)[0, :, 0].astype(float)
        expected = (np.arange(target) + 0.5) / target * 250
        inner = slice(3, -3)
        assert np.abs(stretched - expected)[inner].max() < 1.3


def test_stretching_to_the_same_size_changes_nothing() -> None:
    image = np.random.default_rng(1).integers(0, 255, (31, 17, 3), np.uint8)
    np.testing.assert_array_equal(fit_image(image, 17, 31), image)


CAMERA = Camera(np.eye(3), np.eye(4), 4, 4)


def made_scene(hypotheses: int = 2) -> Scene:
    scene = Scene()
    vertices = np.arange(hypotheses * 27, dtype=np.float32).reshape(hypotheses, 3, 3, 3)
    scene.update({"vertices": vertices, "faces": np.array([[0, 1, 2]], np.int32)})
    return scene


def solid(scene: Scene) -> list[int]:
    return scene.shot(CAMERA).solid.tolist()


def test_a_scene_keeps_colours_and_visibility_of_the_same_shape_only() -> None:
    scene = made_scene()
    assert solid(scene) == list(range(6))
    scene.update({"visible": np.array([[1, 0, 0], [0, 0, 1]], bool), "colors": np.ones((2, 3, 3), np.uint8)})
    assert solid(scene) == [0, 5]
    scene.set_meshes(scene.vertices + 1, scene.faces)
    assert solid(scene) == [0, 5] and (scene.hand_colors == 1).all()
    scene.set_meshes(scene.vertices[:1], scene.faces)
    assert solid(scene) == [0, 1, 2] and scene.hand_colors.shape == (3, 3)
    scene.set_colors(np.ones((7, 3, 3), np.uint8))
    assert scene.hand_colors.shape == (3, 3)


def test_extra_meshes_stand_behind_the_hypotheses_and_leave_with_their_topology() -> None:
    scene = made_scene()
    scene.update({"extras": np.ones((1, 3, 3, 3), np.float32)})
    assert (scene.mesh_count, scene.hand_count, scene.first_extra) == (3, 9, 6)
    assert scene.place_of(7) == (2, 1)
    scene.update({"extras": np.ones((1, 3, 4, 3), np.float32)})
    assert scene.mesh_count == 2
    scene.update({"extras": np.ones((1, 3, 3, 3), np.float32)})
    scene.set_meshes(np.ones((2, 3, 5, 3), np.float32), scene.faces)
    assert scene.mesh_count == 2


def test_ghosts_are_what_is_not_solid_and_one_picture_may_show_other_meshes() -> None:
    scene = made_scene()
    visible = np.array([[1, 0, 0], [0, 0, 1]], bool)
    scene.update({"visible": visible, "ghosts": np.array([[1, 1, 0], [0, 0, 0]], bool)})
    assert scene.shot(CAMERA).ghosts.tolist() == [1]
    other = scene.shot(CAMERA, ~visible, transparent=True)
    assert other.solid.tolist() == [1, 2, 3, 4] and not other.ghosts.size and other.channels == 4


def test_at_a_time_every_mesh_is_one_hand_between_its_timesteps() -> None:
    scene = made_scene()
    visible = np.array([[0, 0, 0], [0, 1, 0]], bool)
    colors = np.repeat(np.array([0, 100, 200], np.uint8)[None, :, None], 3, 2).repeat(2, 0)
    scene.update({"visible": visible, "ghosts": ~visible, "colors": colors, "time": np.array(0.5)})
    assert scene.hand_count == 2 and scene.place_of(1) == (1, 0)
    assert solid(scene) == [1] and scene.shot(CAMERA).ghosts.tolist() == [0]
    assert scene.hand_colors.tolist() == [[50] * 3] * 2
    hands = Hands()
    hands.follow(scene)
    # Vertices that move evenly are half way.
    np.testing.assert_allclose(hands.vertices, scene.vertices[:, :2].mean(1), atol=1e-5)
    scene.update({"time": np.array(np.nan)})
    assert scene.time is None and scene.hand_count == 6


def test_hands_are_computed_again_only_where_they_changed() -> None:
    scene, hands = made_scene(), Hands()
    hands.follow(scene)
    before = hands.version, hands.base_version
    scene.update({"visible": np.zeros((2, 3), bool), "colors": np.ones((2, 3, 3), np.uint8)})
    hands.follow(scene)
    assert (hands.version, hands.base_version) == before
    scene.update({"extras": np.ones((1, 3, 3, 3), np.float32)})
    hands.follow(scene)
    assert hands.version > before[0] and hands.base_version == before[1]
    assert hands.vertices.shape == (9, 3, 3) and (hands.vertices[6:] == 1).all()
    scene.update({"time": np.array(1.0)})
    hands.follow(scene)
    assert hands.base_version > before[1] and hands.vertices.shape == (3, 3, 3)
    np.testing.assert_allclose(hands.vertices[:2], scene.vertices[:, 1], atol=1e-5)


def test_lines_part_hands_of_one_colour_on_the_farther_one_only() -> None:
    hand = np.array([[-1, 0, 0, 1, 1, 1]])
    depth = np.array([[np.inf, 0.5, 0.5, 0.49, 0.49, 0.6]])
    grid = Grid(hand, np.full((1, 6), -1), depth)
    assert contours(grid, 500.0)[0].tolist() == [0, 0, 1, 0, 0, 1]
    # Where one dips into the other there is none yet.
    close = Grid(hand, np.full((1, 6), -1), np.array([[np.inf, 0.5, 0.5, 0.4995, 0.4995, 0.4995]]))
    assert not contours(close, 500.0).any()
    assert edges(grid)[0].tolist() == [True, True, True, True, False, False]


def test_a_ghost_lets_a_share_shine_through_on_every_kind_of_ground() -> None:
    scene = made_scene(1)
    scene.update({"visible": np.zeros((1, 3), bool), "ghosts": np.array([[1, 0, 0]], bool)})
    scene.set_background(np.array([100, 100, 100], np.uint8))
    draw = lambda hands: np.full((2, 2, 3), 200 if hands.size else 0, np.uint8)  # noqa: E731
    key = np.zeros(3, np.uint8)
    scene.update({"ghost_tone": np.full(3, 240.0)})
    pale = 200 + float(PALE) * 40
    expected = 100 + GHOST * (pale - 100)
    assert composed(draw, key, scene, scene.shot(CAMERA)) == pytest.approx(np.full((2, 2, 3), expected), abs=1)
    transparent = replace(scene.shot(CAMERA), transparent=True)
    pixel = composed(draw, key, scene, transparent)[0, 0]
    assert pixel == pytest.approx([pale * GHOST] * 3 + [255 * GHOST], abs=1)


def test_light_is_full_towards_the_eye_and_symmetric_in_the_two_sides() -> None:
    normal = np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], np.float32)
    light = shade(normal, np.array([0.0, 0.0, -1.0], np.float32), np.eye(3))
    assert light[0] == pytest.approx(light[1])
    assert light[0] > AMBIENT + HEAD and light[2] == pytest.approx(AMBIENT)
    # The lamps go with the camera: turning both the surface and the camera changes nothing.
    turn = axis_angle_to_matrix(np.array([0.3, -0.5, 0.2])).astype(np.float32)
    eye = -KEY_DIRECTION @ turn
    assert shade(normal @ turn, eye, turn) == pytest.approx(shade(normal, -KEY_DIRECTION, np.eye(3)), abs=1e-5)


def test_only_the_key_colour_lets_the_picture_through() -> None:
    image = np.array([[KEY, [255, 0, 255], [0, 0, 0]]], np.uint8)
    backdrop = np.full((1, 3, 3), 9, np.uint8)
    assert over_backdrop(image, KEY, backdrop)[0].tolist() == [[9, 9, 9], [255, 0, 255], [0, 0, 0]]


def test_the_spheres_of_these_tests_have_normals_outwards() -> None:
    vertices, faces = ball((0.0, 0.0, 0.5), 0.1)
    outwards = (vertices - [0.0, 0.0, 0.5]) / 0.1
    inner = np.abs(outwards[:, 2]) < 0.99
    assert (vertex_normals(vertices, faces)[inner] * outwards[inner]).sum(1).min() > 0.9


def test_the_fastest_working_backend_is_chosen() -> None:
    reports = [
        BackendReport("filament", False, float("inf"), ""),
        BackendReport("legacy", True, 0.07, ""),
        BackendReport("embree", True, 0.02, ""),
    ]
    assert fastest_backend(reports) == "embree"
    assert fastest_backend(reports[:1]) is None


def test_a_probe_that_aborts_or_hangs_is_a_report() -> None:
    report = probe_backend("filament", 60.0, {"VK_ICD_FILENAMES": "/nonexistent", "VK_DRIVER_FILES": "/nonexistent"})
    assert not report.works and report.message
    late = probe_backend("embree", 0.05)
    assert not late.works and "0 s" in late.message


def test_a_choice_is_remembered_for_this_machine_only(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HANDVIZ_CACHE", str(tmp_path))
    monkeypatch.setattr(choice, "has_graphics_device", lambda: False)
    adopted: list[str] = []
    assert choice.choose_backend("auto", adopted.append) == "embree"
    choice.remember("legacy")
    assert choice.choose_backend("auto", adopted.append) == "legacy"
    assert choice.choose_backend("filament", adopted.append) == "filament"
    monkeypatch.setattr(choice, "machine_key", lambda: "another")
    assert choice.choose_backend("auto", adopted.append) == "embree"
    (tmp_path / "viewport-backend.json").write_text("not json")
    assert choice.choose_backend("auto", adopted.append) == "embree"
    assert adopted == []


def test_a_machine_with_a_graphics_device_is_measured_behind_the_first_picture(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HANDVIZ_CACHE", str(tmp_path))
    monkeypatch.setattr(choice, "has_graphics_device", lambda: True)
    monkeypatch.setattr(choice, "probe_backends", lambda: [BackendReport("filament", True, 0.003, "")])
    import queue

    adopted: queue.Queue[str] = queue.Queue()
    assert choice.choose_backend("auto", adopted.put) == "embree"
    assert adopted.get(timeout=10) == "filament"
    assert choice.choose_backend("auto", adopted.put) == "filament"
