"""The client and its process: colours, visibility, coalescing, picking, death and the end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from viewport_recording import Recorder, balls, dominant, front_camera

from handviz.viewport import RenderClient

BROKEN_DRIVERS = {
    "VK_ICD_FILENAMES": "/nonexistent",
    "VK_DRIVER_FILES": "/nonexistent",
    "__EGL_VENDOR_LIBRARY_FILENAMES": "/nonexistent",
}
SPACING = 0.08


def grid(hypotheses: int, timesteps: int) -> np.ndarray:
    """Centres (K, T, 3) half a metre away: hypotheses below one another, timesteps side by side."""
    down, right = np.indices((hypotheses, timesteps), dtype=float)
    x, y = (right - (timesteps - 1) / 2) * SPACING, (down - (hypotheses - 1) / 2) * SPACING
    return np.stack([x, y, np.full_like(x, 0.5)], -1)


def at(image: np.ndarray, point: np.ndarray) -> np.ndarray:
    """The pixel of an image (H, W, 3) where front_camera sees a point."""
    column, row = front_camera(image.shape[1], image.shape[0]).project(point).astype(int)
    return image[row, column]


def test_importing_the_viewport_loads_neither_open3d_nor_torch() -> None:
    code = "import sys, handviz.viewport, handviz.viewport.probe; print({'open3d', 'torch'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "set()"


def test_each_timestep_has_its_colour_and_each_vertex_can(recorder: Recorder) -> None:
    centres = grid(2, 3)
    vertices, faces = balls(centres, 0.02)
    recorder.client.set_meshes(vertices, faces)
    recorder.client.set_colors(np.broadcast_to(np.eye(3), (2, 3, 3)))
    image = recorder.picture(front_camera()).image
    for hypothesis in range(2):
        for timestep in range(3):
            assert at(image, centres[hypothesis, timestep]).argmax() == timestep
    painted = np.zeros((*vertices.shape[:3], 3), np.float32)
    painted[..., 0] = vertices[..., 1] < centres[:, :, None, 1]
    painted[..., 2] = 1.0 - painted[..., 0]
    recorder.client.set_colors(painted)
    image = recorder.picture(front_camera()).image
    assert at(image, centres[1, 1] - [0, 0.012, 0]).argmax() == 0
    assert at(image, centres[1, 1] + [0, 0.012, 0]).argmax() == 2


def test_hidden_meshes_leave_the_picture_and_the_background_shows(recorder: Recorder) -> None:
    centres = grid(2, 2)
    recorder.client.set_meshes(*balls(centres, 0.02))
    recorder.client.set_colors(np.full((2, 2, 3), [1.0, 0.0, 0.0]))
    recorder.client.set_background((0.0, 0.2, 0.4))
    recorder.client.set_visible(np.array([[True, False], [False, True]]))
    for full_detail in (True, False):
        image = recorder.picture(front_camera(), full_detail).image
        assert at(image, centres[0, 0])[0] > 150 and at(image, centres[1, 1])[0] > 150
        assert at(image, centres[0, 1]).tolist() == [0, 51, 102]
        assert at(image, centres[1, 0]).tolist() == [0, 51, 102]
    recorder.client.set_visible(np.zeros((2, 2), bool))
    assert (recorder.picture(front_camera()).image == [0, 51, 102]).all()


def test_an_empty_scene_is_background_of_any_size(recorder: Recorder) -> None:
    recorder.client.set_meshes(np.zeros((0, 3, 5, 3)), np.zeros((0, 3), int))
    recorder.client.set_background((1.0, 1.0, 1.0))
    for width, height in ((1, 1), (3, 700), (1601, 2), (64, 48)):
        image = recorder.picture(front_camera(width, height)).image
        assert image.shape == (height, width, 3) and (image == 255).all()


def test_every_size_is_drawn_in_both_details(recorder: Recorder) -> None:
    recorder.client.set_meshes(*balls(grid(1, 1), 0.1))
    recorder.client.set_colors(np.full((1, 1, 3), [0.0, 1.0, 0.0]))
    for width, height in ((7, 5), (333, 251), (1023, 769)):
        for full_detail in (False, True):
            image = recorder.picture(front_camera(width, height), full_detail).image
            assert image.shape == (height, width, 3)
            assert dominant(image, 1)[height // 2, width // 2]


def test_a_quick_picture_keeps_the_photo_behind_it_sharp(recorder: Recorder) -> None:
    # So large that a quick picture gives up pixels.
    camera = front_camera(1601, 1203)
    square = np.array([[-0.2, -0.16, 0.51], [0.2, -0.16, 0.5], [0.2, 0.16, 0.5], [-0.2, 0.16, 0.51]])
    recorder.client.set_meshes(square[None, None], np.array([[0, 1, 2], [0, 2, 3]]))
    recorder.client.set_colors(np.ones((1, 1, 3)))
    recorder.client.set_background(np.full((1203, 1601, 3), 255, np.uint8))
    for _ in range(2):
        image = recorder.picture(camera, full_detail=False).image
        assert image.min() > 200, "edges between white and white must not be dark"
    recorder.client.set_meshes(*balls(grid(1, 1), 0.15))
    photo = np.random.default_rng(0).integers(0, 256, (1203, 1601, 3), np.uint8)
    recorder.client.set_background(photo)
    image = recorder.picture(camera, full_detail=False).image
    rows, columns = np.mgrid[:1203, :1601]
    x, y = camera.project(grid(1, 1)[0, 0])
    radius = 1.1 * 0.15 * camera.intrinsics[0, 0] / 0.5
    away = np.hypot(columns - x, rows - y) > radius
    assert away.any() and np.array_equal(image[away], photo[away])


def test_a_camera_inside_a_mesh_sees_its_inside(recorder: Recorder) -> None:
    recorder.client.set_meshes(*balls(np.array([[[0.0, 0.0, 0.0]]]), 0.1))
    recorder.client.set_colors(np.full((1, 1, 3), [0.0, 0.0, 1.0]))
    for full_detail in (False, True):
        assert dominant(recorder.picture(front_camera(), full_detail).image, 2).all()
    # The same mesh behind the camera is not seen.
    recorder.client.set_meshes(*balls(np.array([[[0.0, 0.0, -0.3]]]), 0.1))
    assert (recorder.picture(front_camera()).image == 255).all()


def test_only_the_newest_waiting_request_is_drawn(recorder: Recorder) -> None:
    recorder.client.set_meshes(*balls(grid(10, 3), 0.02))
    recorder.picture(front_camera(640, 480))
    requests = [recorder.client.request_frame(front_camera(640, 480), interactive=True) for _ in range(200)]
    drawn = [recorder.frames.get(timeout=60).request_id]
    while drawn[-1] != requests[-1]:
        drawn.append(recorder.frames.get(timeout=60).request_id)
    assert len(drawn) < 50
    assert drawn == sorted(drawn)


def test_a_request_at_rest_is_refined_and_a_moving_one_is_not(recorder: Recorder) -> None:
    recorder.client.set_meshes(*balls(grid(2, 3), 0.02))
    still = recorder.client.request_frame(front_camera())
    answers = [recorder.frames.get(timeout=60) for _ in range(2)]
    assert [(frame.request_id, frame.full_detail) for frame in answers] == [(still, False), (still, True)]
    moving = recorder.client.request_frame(front_camera(), interactive=True)
    assert recorder.frames.get(timeout=60).request_id == moving
    time.sleep(0.5)
    assert recorder.frames.empty()


def test_picking_goes_front_to_back_through_visible_meshes(recorder: Recorder) -> None:
    depths = np.array([[0.9, 0.5], [0.7, 0.6]])
    centres = np.stack([np.zeros((2, 2)), np.zeros((2, 2)), depths], -1)
    recorder.client.set_meshes(*balls(centres, 0.02))
    camera = front_camera()
    x, y = camera.project(centres[0, 0])
    hits = recorder.hits(camera, x, y)
    assert [(hit.hypothesis, hit.timestep) for hit in hits] == [(0, 1), (1, 1), (1, 0), (0, 0)]
    np.testing.assert_allclose([hit.depth for hit in hits], [0.48, 0.58, 0.68, 0.88], atol=1e-3)
    recorder.client.set_visible(np.array([[True, False], [True, True]]))
    assert [(hit.hypothesis, hit.timestep) for hit in recorder.hits(camera, x, y)] == [(1, 1), (1, 0), (0, 0)]
    assert recorder.hits(camera, 2.0, 2.0) == []


def test_a_killed_process_comes_back_with_the_scene(mortal: Recorder) -> None:
    mortal.client.set_meshes(*balls(grid(3, 3), 0.02))
    mortal.client.set_colors(np.broadcast_to(np.eye(3), (3, 3, 3)))
    mortal.client.set_visible(np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], bool))
    mortal.client.set_background(np.random.default_rng(0).integers(0, 255, (50, 60, 3), np.uint8))
    before = mortal.picture(front_camera()).image
    first = mortal.client.process_id
    request_id = mortal.client.request_frame(front_camera())
    os.kill(first, signal.SIGKILL)
    mortal.wait_for(lambda: any(status.state == "died" for status in mortal.statuses))
    # The request that was lost with the process is drawn by the next one.
    frame = mortal.frames.get(timeout=60)
    while not (frame.request_id == request_id and frame.full_detail):
        frame = mortal.frames.get(timeout=60)
    np.testing.assert_array_equal(frame.image, before)
    np.testing.assert_array_equal(mortal.picture(front_camera()).image, before)
    assert mortal.client.process_id != first


def test_a_worn_process_is_replaced_while_nothing_is_drawn(mortal: Recorder, monkeypatch) -> None:
    monkeypatch.setattr("handviz.viewport.client.FRAMES_PER_PROCESS", 3)
    mortal.client.set_meshes(*balls(grid(1, 1), 0.02))
    before = mortal.picture(front_camera()).image
    first = mortal.client.process_id
    mortal.picture(front_camera(), full_detail=False)
    mortal.wait_for(lambda: mortal.client.process_id not in (first, None))
    np.testing.assert_array_equal(mortal.picture(front_camera()).image, before)
    assert not any(status.state == "died" for status in mortal.statuses)


def test_picks_survive_the_death_of_the_process(mortal: Recorder) -> None:
    mortal.client.set_meshes(*balls(grid(1, 1), 0.02))
    mortal.picture(front_camera())
    os.kill(mortal.client.process_id, signal.SIGSTOP)
    stopped = mortal.client.process_id
    answers: list[list] = []
    mortal.client.pick(front_camera(), 80.0, 60.0, answers.append)
    os.kill(stopped, signal.SIGKILL)
    mortal.wait_for(lambda: bool(answers))
    assert len(answers[0]) == 1


def test_broken_drivers_lead_to_the_renderer_that_needs_none() -> None:
    recording = Recorder("filament", BROKEN_DRIVERS)
    with recording.client:
        recording.client.set_meshes(*balls(grid(1, 1), 0.02))
        assert recording.picture(front_camera()).backend == "embree"
    states = [(status.state, status.backend) for status in recording.statuses]
    assert states == [
        ("starting", "filament"),
        ("died", "filament"),
        ("starting", "legacy"),
        ("died", "legacy"),
        ("starting", "embree"),
        ("ready", "embree"),
    ]


def test_a_process_that_never_lives_is_given_up_with_a_sentence() -> None:
    recording = Recorder("embree", {"PYTHONHOME": "/nonexistent"})
    recording.client.start()
    recording.wait_for(lambda: bool(recording.statuses) and recording.statuses[-1].state == "failed")
    assert "handviz doctor" in recording.statuses[-1].message
    answers: list[list] = []
    recording.client.close()
    recording.client.pick(front_camera(), 0.0, 0.0, answers.append)
    recording.client.close()


def test_closing_leaves_no_process_and_no_shared_memory() -> None:
    recording = Recorder()
    with recording.client:
        recording.client.set_meshes(*balls(grid(2, 3), 0.02))
        recording.picture(front_camera())
        recording.picture(front_camera(800, 600))
        process_id = recording.client.process_id
        # Other programs share the memory folder: only what this render process has mapped is ours to judge.
        maps = Path(f"/proc/{process_id}/maps").read_text().split()
        shared = [Path(word) for word in maps if word.startswith("/dev/shm/psm_")]
        assert shared and all(path.exists() for path in shared)
        recording.client.request_frame(front_camera(1600, 1200))
    assert recording.client.process_id is None
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)
    assert not any(path.exists() for path in shared)


def test_the_process_ends_with_a_program_that_is_killed() -> None:
    code = (
        "import sys, time; from handviz.viewport import RenderClient\n"
        "client = RenderClient(print, lambda s: print(s.state, client.process_id, flush=True), 'embree')\n"
        "client.start(); time.sleep(60)"
    )
    program = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    words = [program.stdout.readline().split() for _ in range(2)]
    program.kill()
    program.wait()
    render_process = int(words[1][1])
    deadline = time.monotonic() + 20
    while Path(f"/proc/{render_process}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert words[1][0] == "ready"
    assert not _runs(render_process)


def _runs(process_id: int) -> bool:
    status = Path(f"/proc/{process_id}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.set_meshes(np.zeros((2, 3, 3)), np.zeros((1, 3), int)),
        lambda client: client.set_meshes(np.zeros((1, 1, 3, 3)), np.array([[0, 1, 3]])),
        lambda client: client.set_meshes(np.full((1, 1, 3, 3), np.nan), np.array([[0, 1, 2]])),
        lambda client: client.set_colors(np.zeros((2, 3, 4))),
        lambda client: client.set_visible(np.zeros(3, bool)),
        lambda client: client.set_background(np.zeros((4, 4), np.uint8)),
        lambda client: client.request_frame(front_camera(0, 4)),
        lambda client: RenderClient(print, backend="vulkan"),
    ],
)
def test_wrong_shapes_are_refused_at_once(call) -> None:
    with pytest.raises(ValueError):
        call(RenderClient(print))
