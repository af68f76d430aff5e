"""The page "Blur sweep" through its widgets: running, cancelling, the curve, the joints, export, going side by side."""

import csv
from itertools import pairwise

import numpy as np
import pytest
from app_fakes import FakePredictor, FakeRenderer
from gestures import drag
from PIL import Image
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox

from handviz.app import theme
from handviz.app.clients import ClientFactories
from handviz.app.models.comparison import CaseReference
from handviz.app.sweep.chart import ChartContent, _Axes, chart_image, nice_ceiling, paint_chart, plot_area
from handviz.app.theme import DARK
from handviz.app.window import MainWindow
from handviz.geometry.skeleton import JOINT_NAMES, WRIST


@pytest.fixture
def swept(qapp, qtbot, photo):
    """A window with an open photo, and its page "Blur sweep" set to few steps."""
    theme.load_assets(qapp)
    window = MainWindow(ClientFactories(FakePredictor, FakeRenderer), "dark", remember=False)
    qtbot.addWidget(window, before_close_func=lambda widget: widget.shut_down())
    window.resize(1366, 768)
    window.show()
    qtbot.waitExposed(window)
    window.opening.open(photo)
    qtbot.waitUntil(lambda: window.session.prediction is not None)
    page = window.pages.show_page("sweep")
    page.panel.steps.setValue(4)
    page.panel.longest.setValue(30.0)
    page.panel.hypotheses.setValue(6)
    return window, page


def run(qtbot, page) -> None:
    with qtbot.waitSignal(page.runner.finished):
        page.panel.run.click()
    qtbot.waitUntil(lambda: not page.busy)


def test_a_sweep_predicts_ever_more_blurred_pictures(qtbot, swept) -> None:
    window, page = swept
    run(qtbot, page)
    requests = window.prediction_bridge.client.requests[-4:]
    assert all(request["hypotheses"] == 6 for request in requests)
    sharp, *blurred = requests
    assert sharp["box"] is None and all(request["box"] is not None for request in blurred)
    assert len({request["box"] for request in blurred}) == 1, "only the blur may differ"
    # The photo is a ramp from left to right, whose last column is the brightest: blur darkens it.
    ends = [float(request["image"][:, -1].mean()) for request in requests]
    assert all(after < before for before, after in pairwise(ends))
    assert list(page.sweep.blur_px) == [0.0, 10.0, 20.0, 30.0]
    assert "Spread goes from" in page.panel.result.text()
    assert not page.panel.progress.isVisible() and page.export_button.isEnabled()


def test_every_step_is_drawn_alone(qtbot, swept) -> None:
    _, page = swept
    run(qtbot, page)
    overlays = page._bridge.client.overlays[-4:]
    visible = np.stack([overlay["visible"] for overlay in overlays])
    assert visible.shape == (4, 24, 3)
    assert (visible.sum(0) == 1).all(), "each mesh belongs to one step"
    before = page.tiles.orbit
    drag(qtbot, page.tiles, (200, 100), (260, 110))
    assert page.tiles.orbit.yaw != before.yaw
    qtbot.mouseClick(page.views.buttons["side"], Qt.MouseButton.LeftButton)
    assert page.tiles.orbit.yaw == pytest.approx(np.pi / 2)
    qtbot.waitUntil(lambda: not page.busy)


def test_a_click_marks_a_step_in_row_and_chart(qtbot, swept) -> None:
    _, page = swept
    run(qtbot, page)
    qtbot.mouseClick(page.tiles, Qt.MouseButton.LeftButton, pos=QPoint(round(page.tiles._left(2)) + 20, 60))
    assert page.tiles.chosen == 2 and page.chart.content.chosen == 2
    qtbot.keyClick(page.tiles, Qt.Key.Key_Right)
    assert page.chart.content.chosen == 3
    qtbot.keyClick(page.tiles, Qt.Key.Key_Right)
    assert page.chart.content.chosen == 3, "the last one"
    qtbot.mouseClick(page.chart, Qt.MouseButton.LeftButton, pos=QPoint(60, 100))
    assert page.tiles.chosen == 0


def test_joints_are_drawn_on_demand(qtbot, swept) -> None:
    _, page = swept
    run(qtbot, page)
    fastest = tuple(growth.joint for growth in page.sweep.growths()[:3])
    assert page.joints.rowCount() == 20 and page.chart.content.joints == fastest
    page.joints.selectRow(7)
    assert page.chart.content.joints == page.joints.joints and len(page.joints.joints) == 1
    assert page.joints.joints[0] != WRIST
    qtbot.mouseClick(page.when.buttons["past"], Qt.MouseButton.LeftButton)
    assert page.chart.content.timestep == 0 and len(page.chart.content.joints) == 1, "the selection stays"


def test_a_step_goes_side_by_side_with_the_sharp_picture(qtbot, swept) -> None:
    window, page = swept
    run(qtbot, page)
    count = len(window.prediction_bridge.client.requests)
    page.tiles.choose(3)
    qtbot.mouseClick(page.compare, Qt.MouseButton.LeftButton)
    assert window.pages.current == "side-by-side"
    panes = window.pages.page("side-by-side").panes
    qtbot.waitUntil(lambda: not any(pane.busy for pane in panes))
    assert panes[0].model.source.prediction is page.done[0].prediction
    assert panes[1].model.source.prediction is page.done[3].prediction
    assert np.array_equal(panes[1].model.source.picture.image, page.done[3].picture.image), "not blurred twice"
    assert "blur 30 px" in panes[1].case.title
    assert len(window.prediction_bridge.client.requests) == count


def test_export_writes_figures_and_curve(qtbot, swept, tmp_path, monkeypatch) -> None:
    window, page = swept
    run(qtbot, page)
    monkeypatch.setattr(window, "ask_save_path", lambda title, suggestion: tmp_path / suggestion)
    page._services = page._services.__class__(**(vars(page._services) | {"ask_save_path": window.ask_save_path}))
    with qtbot.waitSignal(window.saver.saved):
        page.export_button.click()
    rows = list(csv.DictReader((tmp_path / "hand-sweep.csv").open()))
    assert [float(row["blur_px"]) for row in rows] == [0.0, 10.0, 20.0, 30.0]
    assert Image.open(tmp_path / "hand-sweep.png").size == (1800, 1040)


def test_cancelling_keeps_what_is_done(qtbot, swept) -> None:
    window, page = swept
    client = window.prediction_bridge.client
    client.automatic = False
    page.panel.run.click()
    known = len(client.requests)
    qtbot.waitUntil(lambda: len(client.requests) > known)
    client.answer()
    qtbot.waitUntil(lambda: len(page.done) == 1 and len(client.requests) > known + 1)
    assert page.panel.cancel.isVisible() and page.panel.left.text().startswith("1 of 4")
    qtbot.keyClick(page.tiles, Qt.Key.Key_Escape)
    assert not page.runner.running and client.cancelled[-1] == client.requests[-1]["id"]
    assert len(page.done) == 1 and not page.panel.cancel.isVisible()
    client.automatic = True
    run(qtbot, page)
    assert len(page.done) == 4


def test_a_failure_is_a_sentence(qtbot, swept) -> None:
    window, page = swept
    window.prediction_bridge.client.failure = ("No hand was found in this picture.", True)
    run(qtbot, page)
    assert "No hand" in window.banner.text.text() and page.done == []


def test_frames_of_a_photo_are_refused_with_the_way_out(qtbot, swept) -> None:
    window, page = swept
    page.panel.kinds.buttons["frames"].click()
    assert not page.panel.longest.isEnabled()
    run(qtbot, page)
    assert "in videos only" in window.banner.text.text()


def test_neighbouring_frames_of_a_video(qtbot, swept, video) -> None:
    window, page = swept
    page.set_case(CaseReference(str(video), frame=12))
    page.panel.kinds.buttons["frames"].click()
    run(qtbot, page)
    assert len(page.done) == 4
    means = [request["image"].mean() for request in window.prediction_bridge.client.requests[-4:]]
    # Frame i is grey of 10 i: averaging its neighbours in linear light makes it a little brighter.
    assert means[0] == pytest.approx(120.0, abs=2.0) and means == sorted(means)


def test_other_pictures_come_by_file(qtbot, swept, tmp_path) -> None:
    window, page = swept
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"nothing")
    page.open_files([bad])
    assert page.panel.picture.text() == "bad.jpg"
    run(qtbot, page)
    assert "bad.jpg" in window.banner.text.text()


def test_without_a_picture_the_page_says_what_to_do(qtbot, qapp) -> None:
    window = MainWindow(ClientFactories(FakePredictor, FakeRenderer), "dark", remember=False)
    qtbot.addWidget(window, before_close_func=lambda widget: widget.shut_down())
    window.show()
    page = window.pages.show_page("sweep")
    assert "open a sharp photo" in page.panel.picture.text() and not page.panel.run.isEnabled()
    page.run()
    assert "Open a sharp photo" in window.banner.text.text()


def test_every_control_has_a_name(swept) -> None:
    _, page = swept
    for kind in (QAbstractButton, QAbstractSlider, QAbstractSpinBox):
        for widget in page.findChildren(kind):
            inside = widget.parent().inherits("QTableView") or widget.inherits("QScrollBar")
            if not widget.objectName().startswith("qt_") and not inside:
                assert widget.accessibleName() or widget.text(), widget


def test_scales_end_at_round_numbers() -> None:
    for value in (0.3, 1.0, 4.2, 9.0, 17.3, 52.0, 99.0, 430.0):
        ceiling, step = nice_ceiling(value)
        assert ceiling >= value and ceiling < 1.5 * value + step
        assert 2 <= round(ceiling / step) <= 6


def test_the_curve_lies_where_its_figures_say(qtbot, swept) -> None:
    _, page = swept
    run(qtbot, page)
    content = ChartContent(page.sweep, tuple(range(1, len(JOINT_NAMES))))
    image = QImage(900, 520, QImage.Format.Format_RGB888)
    image.fill(0)
    painter = QPainter(image)
    paint_chart(painter, QRectF(0, 0, 900, 520), content, DARK)
    painter.end()
    alone = chart_image(ChartContent(page.sweep), scale=1.0)
    assert (alone.width(), alone.height()) == (900, 520)
    area = plot_area(ChartContent(page.sweep), QRectF(10, 8, 880, 504), image_font())
    axes = _Axes(ChartContent(page.sweep), area)
    for blur, spread in zip(page.sweep.blur_px, page.sweep.curve(), strict=True):
        at = axes.at(float(blur), float(spread))
        assert alone.pixelColor(round(at.x()), round(at.y())).lightness() < 80, "the dark line on white"


def image_font():
    image = QImage(4, 4, QImage.Format.Format_RGB888)
    painter = QPainter(image)
    font = painter.font()
    painter.end()
    return font
