"""The page "Side by side" through its widgets: presets, links, panes that come and go, files, settings."""

import json
from pathlib import Path

import numpy as np
import pytest
from app_fakes import FakePredictor, FakeRenderer
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox
from synthetic import make_prediction

from handviz.app import theme
from handviz.app.clients import ClientFactories
from handviz.app.compare.page import SETTING
from handviz.app.models.comparison import CaseReference
from handviz.app.models.linking import camera_state
from handviz.app.window import MainWindow
from handviz.hypotheses.subsets import Subset


@pytest.fixture
def compare(qapp, qtbot, photo):
    """A window, its page "Side by side", and all processes that were made; a photo is open and predicted."""
    renderers, predictors = [], []

    def renderer(on_frame, on_status):
        renderers.append(FakeRenderer(on_frame, on_status))
        return renderers[-1]

    def predictor_with(on_event, folder):
        predictors.append(FakePredictor(on_event))
        return predictors[-1]

    theme.load_assets(qapp)
    window = MainWindow(ClientFactories(FakePredictor, renderer, predictor_with), "dark")
    qtbot.addWidget(window, before_close_func=lambda widget: widget.shut_down())
    window.resize(1366, 768)
    window.show()
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: window.session.engine.ready)
    window.renderers, window.predictors = renderers, predictors
    window.opening.open(photo)
    qtbot.waitUntil(lambda: window.session.prediction is not None)
    return window, window.pages.show_page("side-by-side")


def settle(qtbot, page) -> None:
    qtbot.waitUntil(lambda: page._preset is None and not any(pane.busy for pane in page.panes))


def truth_beside(photo: Path) -> None:
    prediction = make_prediction(1, seed=9)
    photo.with_suffix(".json").write_text(
        json.dumps(
            {
                "joints": prediction.joints[0].tolist(),
                "vertices": prediction.vertices[0].tolist(),
                "intrinsics": prediction.intrinsics.tolist(),
                "hand": "right",
            }
        )
    )


def relative(pane) -> np.ndarray:
    state = camera_state(pane.model.view, pane.model.anchor)
    return np.array([state.yaw, state.pitch, state.distance, *state.offset])


def test_the_open_photo_is_taken_over_without_predicting_again(qtbot, compare) -> None:
    window, page = compare
    settle(qtbot, page)
    first, second = page.panes
    assert first.model.source.prediction is window.session.prediction
    assert second.model.source.prediction is window.session.prediction
    assert len(window.prediction_bridge.client.requests) == 1
    assert len(window.renderers) == 3, "each pane draws in a process of its own"


def test_a_pane_takes_the_open_photo(qtbot, compare, video) -> None:
    window, page = compare
    settle(qtbot, page)
    page.open_files([video])
    settle(qtbot, page)
    qtbot.keyClick(page.panes[0].canvas, Qt.Key.Key_G)
    settle(qtbot, page)
    assert page.panes[0].model.source.prediction is window.session.prediction


def test_dragging_one_pane_turns_the_other(qtbot, compare) -> None:
    _, page = compare
    settle(qtbot, page)
    first, second = page.panes
    before = relative(second)
    drag(qtbot, first.canvas, (200, 200), (280, 220))
    assert not np.allclose(relative(second), before)
    assert np.allclose(relative(second), relative(first))
    cameras = [canvas.bridge.client.cameras for canvas in page.panes]
    qtbot.waitUntil(lambda: np.allclose(cameras[0][-1].camera_from_world, cameras[1][-1].camera_from_world))


def test_one_click_unlinks_a_pane_and_another_links_it_again(qtbot, compare) -> None:
    _, page = compare
    settle(qtbot, page)
    first, second = page.panes
    qtbot.mouseClick(second.link, Qt.MouseButton.LeftButton)
    before = relative(second)
    drag(qtbot, first.canvas, (200, 200), (280, 220))
    assert np.allclose(relative(second), before)
    qtbot.keyClick(first.canvas, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert page.bottom.scope.text() == "Pane 2 alone:"
    page.bottom.threshold.setValue(0.7)
    assert second.model.selection.threshold == 0.7 and first.model.selection.threshold == 0.0
    qtbot.keyClick(second.canvas, Qt.Key.Key_L)
    assert np.allclose(relative(second), relative(first)) and second.model.selection.threshold == 0.0


def test_threshold_timesteps_and_views_go_to_all_linked_panes(qtbot, compare) -> None:
    _, page = compare
    settle(qtbot, page)
    page.bottom.threshold.setValue(0.5)
    qtbot.keyClick(page.panes[0].canvas, Qt.Key.Key_P)
    qtbot.mouseClick(page.top.views.buttons["side"], Qt.MouseButton.LeftButton)
    for pane in page.panes:
        assert pane.caption.text().startswith("8 of 16 kept")
        assert pane.model.view.timesteps == (False, True, True)
        assert pane.model.view.orbit.yaw == pytest.approx(np.pi / 2)
    assert not page.bottom.switches[0].isChecked()
    visible = page.panes[1].bridge.client
    qtbot.waitUntil(lambda: visible.visible.sum() == 8 * 2)


def test_linked_panes_play_together(qtbot, compare) -> None:
    _, page = compare
    settle(qtbot, page)
    first, second = page.panes
    qtbot.keyClick(first.canvas, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: second.model.view.time is not None and second.model.view.time > 0.2)
    assert second.model.view.time == first.model.view.time
    qtbot.mouseClick(page.bottom.play, Qt.MouseButton.LeftButton)
    assert not first.model.view.playing
    page.bottom.time.setValue(150)
    assert first.model.view.time == second.model.view.time == 1.5
    qtbot.mouseClick(page.bottom.all, Qt.MouseButton.LeftButton)
    assert first.model.view.time is None and second.model.view.time is None


def test_kept_against_truth_says_when_none_is_known(qtbot, compare) -> None:
    _, page = compare
    page.compare("kept-truth")
    settle(qtbot, page)
    assert "No ground truth is known" in page.panes[1].canvas.message


def test_kept_against_truth(qtbot, compare, photo) -> None:
    _, page = compare
    settle(qtbot, page)
    truth_beside(photo)
    page.open_case(CaseReference(str(photo), hypotheses=4), "kept-truth")
    with qtbot.waitSignal(page.preset_done):
        pass
    settle(qtbot, page)
    first, second = page.panes
    assert second.caption.text() == "Ground truth" and not second.canvas.message
    assert "error" in first.caption.text() and first.model.prediction.num_hypotheses == 4
    page.compare("best-best")
    settle(qtbot, page)
    assert [pane.model.subset.kind for pane in page.panes] == ["best_score", "actually_best"]
    assert first.model.hypothesis_of(0) == 0


def test_sharp_against_blurred_changes_the_blur_alone(qtbot, compare) -> None:
    window, page = compare
    page.compare("blur")
    settle(qtbot, page)
    first, second = page.panes
    request = window.prediction_bridge.client.requests[-1]
    assert np.allclose(request["box"], first.model.prediction.box), "the blurred hand is not searched for again"
    assert request["hand"] == "right"
    sharp, blurred = first.model.source.picture.image, request["image"]
    assert sharp.shape == blurred.shape and not np.array_equal(sharp, blurred)
    assert "blur 13 px" in second.case.title


def test_two_frames_of_a_video(qtbot, compare, video) -> None:
    window, page = compare
    page.open_case(CaseReference(str(video), frame=3), "frames")
    settle(qtbot, page)
    images = [request["image"] for request in window.prediction_bridge.client.requests[-2:]]
    assert [round(image.mean(), -1) for image in images] == [30, 40]
    qtbot.keyClick(page.panes[0].canvas, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(page.panes[1].canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, page)
    assert page.panes[1].case.frame == 14 and page.panes[0].case.frame == 3
    assert np.allclose(relative(page.panes[0]), relative(page.panes[1])), "another picture keeps the camera"


def test_a_photo_has_no_other_frame(qtbot, compare) -> None:
    window, page = compare
    settle(qtbot, page)
    page.compare("frames")
    settle(qtbot, page)
    assert "open a video" in window.banner.text.text()


def test_other_weights_get_a_process_of_their_own(qtbot, compare, monkeypatch) -> None:
    window, page = compare
    settle(qtbot, page)
    monkeypatch.setattr(page, "ask_weights", lambda: "runs/other")
    page.compare("weights")
    settle(qtbot, page)
    (other,) = window.predictors
    assert len(other.requests) == 1 and len(window.prediction_bridge.client.requests) == 1
    assert "other" in page.panes[1].title.text()
    page.close_pane(page.panes[1])
    qtbot.waitUntil(lambda: other.closed)
    assert not window.prediction_bridge.client.closed


def test_two_judges_of_the_same_hypotheses(qtbot, compare) -> None:
    _, page = compare
    page.compare("selection")
    settle(qtbot, page)
    assert page.panes[1].model.ranking == "heatmap"
    assert [pane.model.selection.mode for pane in page.panes] == ["top", "top"]
    assert "predict it again" in page.panes[1].canvas.message, "the stand-in's predictions hold no heat maps"


def test_panes_come_and_go_with_their_render_processes(qtbot, compare) -> None:
    window, page = compare
    settle(qtbot, page)
    for _ in range(3):
        qtbot.keyClick(page.active.canvas, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, page)
    assert len(page.panes) == 4 and not page.top.add.isEnabled()
    assert all(pane.model.source.prediction is not None for pane in page.panes)
    last = page.panes[-1].bridge.client
    qtbot.mouseClick(page.panes[-1].close_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: last.closed)
    while len(page.panes) > 1:
        page.close_pane(page.panes[0])
    page.close_pane(page.panes[0])
    assert len(page.panes) == 1 and page.active is page.panes[0]
    window.shut_down()
    assert all(renderer.closed for renderer in window.renderers)


def test_difference_colours_the_other_panes(qtbot, compare) -> None:
    _, page = compare
    settle(qtbot, page)
    first, second = page.panes
    second.model.set_subset(Subset("best_score"))
    qtbot.keyClick(first.canvas, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: second.bridge.client.colors.ndim == 4)
    assert second.bridge.client.colors.shape == (1, 3, 84, 3)
    assert first.bridge.client.colors.ndim == 3 and page.top.scale.isVisible()
    assert "mm from pane 1 on average" in second.caption.text()
    page.top.difference.click()
    qtbot.waitUntil(lambda: second.bridge.client.colors.ndim == 3)
    assert not page.top.scale.isVisible()


def test_files_fill_panes_one_after_the_other(qtbot, compare, photo, video) -> None:
    _, page = compare
    settle(qtbot, page)
    page.open_files([photo, video])
    settle(qtbot, page)
    assert [pane.case.path for pane in page.panes] == [str(photo), str(video)]


def test_what_cannot_be_opened_is_said_in_its_pane(qtbot, compare, tmp_path) -> None:
    _, page = compare
    settle(qtbot, page)
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture at all")
    page.open_files([bad])
    qtbot.waitUntil(lambda: "bad.jpg" in page.panes[0].canvas.message)
    assert page.panes[1].model.shown.prediction is not None


def test_a_failed_prediction_is_said_in_its_pane(qtbot, compare, video) -> None:
    window, page = compare
    settle(qtbot, page)
    window.prediction_bridge.client.failure = ("No hand was found in this picture.", True)
    page.open_files([video])
    qtbot.waitUntil(lambda: page.panes[0].canvas.message.startswith("No hand was found"))
    window.prediction_bridge.client.failure = None
    qtbot.keyClick(page.panes[0].canvas, Qt.Key.Key_F5)
    settle(qtbot, page)
    assert page.panes[0].model.shown.prediction is not None and not page.panes[0].canvas.message


def test_panes_and_links_are_there_after_a_restart(qtbot, compare, photo) -> None:
    window, page = compare
    settle(qtbot, page)
    page.add_pane()
    settle(qtbot, page)
    page.panes[1].model.set_subset(Subset("worst_score"))
    page.toggle_link(page.panes[2])
    window.close()
    assert SETTING in window.settings._store.allKeys()
    again = MainWindow(ClientFactories(FakePredictor, FakeRenderer), "dark")
    qtbot.addWidget(again, before_close_func=lambda widget: widget.shut_down())
    again.show()
    new = again.pages.show_page("side-by-side")
    settle(qtbot, new)
    assert [pane.model.subset.kind for pane in new.panes] == ["kept", "worst_score", "kept"]
    assert [new.links.is_linked(pane.model) for pane in new.panes] == [True, True, False]
    assert all(pane.case.path == str(photo) for pane in new.panes)


def test_every_control_has_a_name(qtbot, compare) -> None:
    _, page = compare
    settle(qtbot, page)
    for kind in (QAbstractButton, QAbstractSlider, QAbstractSpinBox):
        for widget in page.findChildren(kind):
            if not widget.objectName().startswith("qt_"):
                assert widget.accessibleName() or widget.text(), widget


def test_the_empty_page_says_what_to_do(qtbot, qapp) -> None:
    window = MainWindow(ClientFactories(FakePredictor, FakeRenderer), "dark", remember=False)
    qtbot.addWidget(window, before_close_func=lambda widget: widget.shut_down())
    window.show()
    page = window.pages.show_page("side-by-side")
    assert all("Drop a photo" in pane.canvas.message for pane in page.panes)
    page.compare("blur")
    assert "Open a photo" in window.banner.text.text()


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_actions_is_survived(qtbot, compare, photo, video, tmp_path, seed: int) -> None:
    window, page = compare
    rng = np.random.default_rng(seed)
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    actions = [
        page.add_pane, lambda: page.close_pane(page.active), page.next_pane, lambda: page.toggle_link(page.active),
        lambda: page.active.next_subset(), lambda: page.set_difference(not page.difference_on), page.take_open_photo,
        lambda: page.open_files([photo]), lambda: page.open_files([video]), lambda: page.open_files([bad, video]),
        lambda: page.active.step(3), lambda: page.active.cancel(), lambda: page.active.predict(),
        lambda: page.bottom.threshold.setValue(rng.uniform()), lambda: page.active.model.view.orbit_by(0.3, 0.1),
        lambda: page.active.model.set_ranking("heatmap"), lambda: page.active.model.set_ranking("score"),
        lambda: page.active.model.selection.set_mode("top"), page.toggle_playing,
        lambda: page.active.change_case(smear_px=float(rng.integers(0, 20))),
        lambda: window.pages.show_page("photo"), lambda: window.pages.show_page("side-by-side"),
        *(lambda name=name: page.compare(name) for name in ("kept-truth", "best-best", "frames", "selection", "blur")),
    ]  # fmt: skip
    for _ in range(40):
        actions[rng.integers(len(actions))]()
        if rng.uniform() < 0.4:
            qtbot.wait(int(rng.integers(1, 15)))
    page.links.toggle_playing(page.active.model)
    for pane in page.panes:
        pane.model.view.set_playing(False)
    window.pages.show_page("side-by-side")
    settle(qtbot, page)
    linked = [pane for pane in page.panes if page.links.is_linked(pane.model) and pane.model.anchor is not None]
    for pane in linked:
        assert np.allclose(relative(pane), relative(linked[0]), atol=1e-6)
        assert pane.model.selection.threshold == linked[0].model.selection.threshold
