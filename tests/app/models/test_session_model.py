"""The session's state and what it announces."""

from pathlib import Path

import numpy as np
import pytest
from synthetic import make_prediction

from handviz.app.models.session import Picture, SessionModel


def picture(frame: int = 0, count: int = 1, name: str = "clip.mp4") -> Picture:
    return Picture(Path(name), np.zeros((240, 320, 3), np.uint8), frame, count, 25.0)


def test_another_picture_takes_box_and_prediction_away_but_not_the_settings() -> None:
    session = SessionModel()
    session.set_picture(picture())
    session.set_request(box=(1, 2, 30, 40), hypotheses=5, hand="left")
    session.selection.set_threshold(0.3)
    session.set_prediction(make_prediction())
    session.set_picture(picture(1))
    assert session.box is None and session.prediction is None and session.selection.chosen is None
    assert (session.hypotheses, session.hand, session.selection.threshold) == (5, "left", 0.3)


def test_the_box_shown_is_the_one_by_hand_else_the_detected_one() -> None:
    session = SessionModel()
    session.set_picture(picture())
    assert session.shown_box is None
    session.set_prediction(make_prediction())
    assert session.shown_box == pytest.approx((96, 72, 128, 96))
    session.set_request(box=(1, 2, 30, 40))
    assert session.shown_box == (1, 2, 30, 40)


def test_request_changes_are_announced_when_there_are_any() -> None:
    session, calls = SessionModel(), []
    session.request_changed.connect(lambda: calls.append(session.hypotheses))
    session.set_request(hypotheses=16)
    session.set_request(hypotheses=3, seed=4)
    assert calls == [3]
    with pytest.raises(TypeError, match="colour"):
        session.set_request(colour="red")


def test_zoom_is_kept_while_stepping_through_a_video_and_reset_by_another_file() -> None:
    session = SessionModel()
    for frame in (0, 1):
        session.set_picture(picture(frame, 10))
        session.set_prediction(make_prediction(seed=frame))
        if frame == 0:
            session.view.zoom_by(2.0, 0, 0)
            distance = session.view.orbit.distance
    assert session.view.orbit.distance == distance
    session.set_picture(picture(name="other.jpg"))
    session.set_prediction(make_prediction(seed=2))
    assert session.view.orbit.distance != distance


def test_picture_tells_videos_from_photos() -> None:
    assert picture(3, 10).is_video and not picture().is_video
    assert (picture().width, picture().height) == (320, 240)
