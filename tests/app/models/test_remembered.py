"""How one looked at hypotheses comes back after a restart, and nonsense in its place does no harm."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import make_prediction

from handviz.app.models.remembered import take_up, to_json
from handviz.app.models.session import SessionModel


def arranged() -> SessionModel:
    session = SessionModel()
    session.view.orbit_by(0.4, -0.2)
    session.view.set_timestep(1, False)
    session.view.set_coloring("score")
    session.view.set_ghost(False)
    session.view.set_trails(True)
    session.selection.set_mode("top")
    session.selection.set_top_n(7)
    session.selection.set_threshold(0.3)
    session.set_request(hypotheses=40, seed=5)
    return session


def test_a_session_is_looked_at_as_before() -> None:
    again = SessionModel()
    take_up(again, to_json(arranged()))
    assert to_json(again) == to_json(arranged())
    again.set_prediction(make_prediction())
    assert again.view.orbit.yaw == pytest.approx(0.4) and again.view.timesteps == (True, False, True)
    assert again.selection.kept.sum() == 7


def test_the_view_over_the_photo_comes_back() -> None:
    session = SessionModel()
    session.view.look("camera")
    again = SessionModel()
    take_up(again, to_json(session))
    assert again.view.over_photo


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "3", "[" * 200_000, '{"yaw": "a"}', '{"timesteps": 5}'])
def test_broken_text_changes_nothing(text: str) -> None:
    session = SessionModel()
    before = to_json(session)
    take_up(session, text)
    assert to_json(session) == before


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.fixed_dictionaries({name: JSON for name in json.loads(to_json(SessionModel()))}))
def test_nonsense_in_any_field_leaves_a_session_that_works(fields: dict) -> None:
    session = SessionModel()
    take_up(session, json.dumps(fields))
    session.set_prediction(make_prediction(4))
    camera = session.view.camera(400, 300)
    assert camera.width == 400 and 1 <= session.hypotheses <= 200
    json.loads(to_json(session))
