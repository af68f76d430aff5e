"""What is drawn of a session: masks, extra meshes, colours, and what they cost to keep."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import make_prediction

from handviz.app.models.analysis import analyse
from handviz.app.models.coloring import towards
from handviz.app.models.palette import timestep_colors
from handviz.app.models.scene import SceneModel, drawn, pickable, represented, standing, truth_place, why_nothing_shows
from handviz.app.models.session import SessionModel
from handviz.geometry.cameras import project
from handviz.hypotheses.truth import Truth, vertex_error_mm

BACK = np.zeros(3)


def made(hypotheses: int = 6, scores: np.ndarray | None = None, truth: bool = False) -> SessionModel:
    session = SessionModel()
    prediction = make_prediction(hypotheses, scores=scores)
    if truth:
        place = np.array([0.02, 0.01, 0.1])
        other = np.array([[500.0, 0, 160], [0, 500.0, 120], [0, 0, 1]])
        session.set_truth(Truth(prediction.vertices[1] + place, prediction.joints[1] + place, other))
    session.set_prediction(prediction)
    session.set_analysis(analyse(prediction, session.truth))
    return session


def content(session: SessionModel):
    return SceneModel(session).compose(BACK)


@given(
    st.lists(st.floats(0, 1, width=32), min_size=1, max_size=40),
    st.floats(0, 1),
    st.floats(0, 1),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_raising_the_threshold_never_shows_more(scores, low, high, timesteps) -> None:
    low, high = sorted((low, high))
    session = SessionModel()
    session.selection.set_scores(np.array(scores, np.float32))
    for timestep, visible in enumerate(timesteps):
        session.view.set_timestep(timestep, visible)
    session.selection.set_threshold(low)
    before = pickable(session)
    session.selection.set_threshold(high)
    after = pickable(session)
    assert before.shape == (len(scores), 3)
    assert not (after & ~before).any()
    assert not before[:, ~np.array(timesteps)].any()


def test_solo_leaves_the_chosen_alone_and_a_pick_survives_the_threshold() -> None:
    session = made()
    session.selection.set_threshold(0.5)
    session.selection.choose(5)
    assert pickable(session)[:, 0].tolist() == [True, True, True, False, False, True]
    session.view.set_solo(True)
    assert standing(session).tolist() == [False] * 5 + [True]
    assert not content(session).ghosts.any()


def test_solo_leaves_all_that_are_selected_and_hiding_outdoes_selecting() -> None:
    session = made()
    session.selection.set_threshold(0.5)
    session.selection.select({0, 5})
    session.view.set_solo(True)
    assert standing(session).tolist() == [True, False, False, False, False, True]
    session.view.set_solo(False)
    session.selection.toggle_hidden()
    assert standing(session).tolist() == [False, True, True, False, False, False]
    assert not pickable(session)[[0, 5]].any() and not content(session).ghosts[[0, 5]].any()
    session.selection.toggle_hidden()
    assert standing(session)[[0, 5]].all()


def test_an_empty_view_says_what_to_do() -> None:
    session = made()
    session.selection.set_threshold(1.0)
    assert "threshold" in why_nothing_shows(session)
    session.view.set_solo(True)
    assert why_nothing_shows(session) == ""
    session.selection.set_threshold(0.0)
    for timestep in range(3):
        session.view.set_timestep(timestep, False)
    assert "timestep" in why_nothing_shows(session)
    session.view.set_time(0.5)
    assert why_nothing_shows(session) == ""
    session.view.set_solo(False)
    session.selection.hide(range(6))
    assert "hidden" in why_nothing_shows(session)
    assert why_nothing_shows(SessionModel()) == ""


def test_what_is_not_kept_is_a_ghost_unless_ghosts_are_off_or_it_is_hidden() -> None:
    session = made()
    session.selection.set_threshold(0.5)
    solid, ghosts = drawn(session)
    assert solid.tolist() == [True] * 3 + [False] * 3 and (ghosts == ~solid).all()
    session.selection.hide([4])
    assert drawn(session)[1].tolist() == [False, False, False, True, False, True]
    session.view.set_ghost(False)
    assert not drawn(session)[1].any()
    session.view.set_ghost(True)
    session.view.set_timestep(0, False)
    assert not content(session).ghosts[:, 0].any() and content(session).ghosts[3, 1]


def test_representatives_stand_for_the_kept_and_the_others_are_ghosts() -> None:
    session = made(8)
    session.view.set_display("representatives")
    session.selection.set_threshold(0.3)
    kept = session.selection.kept
    solid, ghosts = drawn(session)
    assert solid.sum() == len(session.analysis.clusters.representatives(kept))
    assert (solid | ghosts == kept).all()
    assert sum(represented(session).values()) == 100 and set(represented(session)) == set(np.flatnonzero(solid))
    session.view.set_solo(True)
    assert represented(session) == {}
    session.view.set_solo(False)
    session.analysis = None
    assert (drawn(session)[0] == kept).all() and represented(session) == {}


def test_the_mean_hand_is_of_those_that_count_and_takes_their_place() -> None:
    session = made()
    session.selection.set_threshold(0.5)
    session.view.set_display("mean")
    drawing, vertices = content(session), session.prediction.vertices
    np.testing.assert_allclose(drawing.extras, vertices[:3].mean(0)[None], atol=1e-6)
    assert drawing.visible[6].all() and not drawing.visible[:6].any()
    assert drawing.ghosts[:3].all() and not drawing.ghosts[3:].any()
    session.selection.choose(1)
    assert content(session).visible[1].all()
    session.selection.set_threshold(1.0)
    session.selection.choose(None)
    assert not len(content(session).extras) and not content(session).visible.any()


def test_a_picked_hypothesis_stands_out_of_the_ghosts_of_the_others() -> None:
    session = made()
    session.selection.set_threshold(0.5)
    session.selection.choose(2)
    solid, ghosts = drawn(session)
    assert solid.tolist() == [False, False, True, False, False, False]
    assert ghosts.tolist() == [True, True, False, False, False, False]
    assert pickable(session)[:3].all() and not pickable(session)[3:].any()


def test_without_ghosts_a_picked_hypothesis_makes_the_others_step_back() -> None:
    session = made()
    session.view.set_ghost(False)
    colors = content(session).colors
    expected = np.round(255 * timestep_colors(3)).astype(int)
    assert np.abs(colors.astype(int) - expected).max() <= 1
    session.selection.choose(2)
    after = content(session).colors
    np.testing.assert_array_equal(after[2], colors[2])
    assert (after[0].sum() < 0.5 * colors[0].sum()) and (after[3] == after[0]).all()


def test_scores_and_clusters_colour_whole_hypotheses() -> None:
    session = made(scores=np.array([0.2, 0.3, 0.4, 0.2, 0.3, 0.4]))
    session.view.set_coloring("score")
    drawing = content(session)
    assert (drawing.scale.low, drawing.scale.high, drawing.scale.unit) == (0.2, 0.4, "")
    assert (drawing.colors == drawing.colors[:, :1]).all()
    np.testing.assert_array_equal(drawing.colors[:3], drawing.colors[3:])
    session.view.set_coloring("cluster")
    drawing, labels = content(session), session.analysis.clusters.labels
    assert drawing.scale is None
    for a in range(6):
        for b in range(6):
            assert (drawing.colors[a] == drawing.colors[b]).all() == (labels[a] == labels[b])


def test_spread_brings_the_mean_hand_and_is_of_the_kept() -> None:
    session = made()
    session.view.set_coloring("spread")
    assert session.view.display == "mean"
    drawing = content(session)
    assert drawing.scale.unit == "mm" and drawing.colors.shape == (7, 3, 84, 3)
    session.selection.set_threshold(0.5)
    assert (content(session).colors[6] != drawing.colors[6]).any()
    # One hypothesis alone has no spread.
    session.selection.set_threshold(0.9)
    assert len(np.unique(content(session).colors[6].reshape(-1, 3), axis=0)) == 1
    session.view.set_coloring("score")
    assert session.view.display == "all"


def test_errors_are_coloured_where_a_true_mesh_is_known_and_timesteps_else() -> None:
    session = made(truth=True)
    session.view.set_coloring("error")
    scene = SceneModel(session)
    drawing = scene.compose(BACK)
    assert scene.coloring == "error" and drawing.colors.shape == (6, 3, 84, 3)
    # The truth was made of hypothesis 1.
    assert (drawing.colors[1] == drawing.scale.colors(np.zeros(1))).all()
    assert (drawing.colors[2] != drawing.colors[1]).any()
    session.set_truth(None)
    assert scene.coloring == "timestep" and scene.compose(BACK).scale is None


def test_the_error_of_the_mean_hand_is_its_own() -> None:
    session = made(truth=True)
    session.view.set_coloring("error")
    session.view.set_display("mean")
    drawing, prediction = content(session), session.prediction
    mean = prediction.vertices.mean(0)[None], prediction.joints.mean(0)[None]
    np.testing.assert_array_equal(drawing.colors[6], drawing.scale.colors(vertex_error_mm(*mean, session.truth)[0]))


def test_the_truth_is_one_more_mesh_beside_the_hypotheses_wrists() -> None:
    session = made(truth=True)
    assert not len(content(session).extras)
    session.view.set_show_truth(True)
    drawing = content(session)
    assert drawing.visible.shape == (7, 3) and drawing.visible[6].all()
    shift = drawing.extras[0] - session.truth.vertices
    assert np.ptp(shift.reshape(-1, 3), axis=0).max() < 1e-6
    wrist = session.truth.joints[1, 0] + shift[0, 0]
    np.testing.assert_allclose(wrist, session.prediction.joints[:, 1, 0].mean(0), atol=1e-5)


def test_over_the_photo_the_truth_lies_where_the_photo_shows_it() -> None:
    session = made(truth=True)
    truth, prediction = session.truth, session.prediction
    placed = truth_place(truth, truth.vertices, prediction, True, np.ones(6, bool))
    expected = project(truth.vertices, truth.intrinsics)
    np.testing.assert_allclose(project(placed, prediction.intrinsics), expected, atol=0.02)


def test_a_truth_of_another_mesh_is_not_drawn() -> None:
    session = made(truth=True)
    truth = session.truth
    session.set_truth(Truth(truth.vertices[:, :50], truth.joints, truth.intrinsics))
    session.set_analysis(analyse(session.prediction, session.truth))
    session.view.set_show_truth(True)
    assert not len(content(session).extras) and session.analysis.vertex_error is None


def test_at_a_moment_every_mesh_counts_once_and_all_have_its_colour() -> None:
    session = made()
    session.view.set_timestep(0, False)
    session.view.set_time(0.0)
    drawing = content(session)
    assert drawing.visible.all()
    expected = np.round(255 * timestep_colors(3)[0]).astype(int)
    assert np.abs(drawing.colors.astype(int) - expected).max() <= 1


def test_an_analysis_that_comes_too_late_is_dropped() -> None:
    session = made()
    late = session.analysis
    session.set_prediction(make_prediction(6, seed=3))
    session.set_analysis(late)
    assert session.analysis is None


def test_towards_goes_all_the_way_and_none_of_it() -> None:
    colors = np.array([[10, 200, 30]], np.uint8)
    assert towards(colors, np.ones(3), 0.0).tolist() == colors.tolist()
    assert towards(colors, np.ones(3), 1.0).tolist() == [[255, 255, 255]]


@pytest.mark.parametrize("coloring", ["timestep", "score", "cluster", "spread", "error"])
@pytest.mark.parametrize("display", ["all", "representatives", "mean"])
def test_every_colouring_fits_every_display(coloring: str, display: str) -> None:
    session = made(truth=True)
    session.view.set_show_truth(True)
    session.view.set_coloring(coloring)
    session.view.set_display(display)
    for time in (None, 0.7):
        session.view.set_time(time)
        drawing = content(session)
        meshes = 6 + len(drawing.extras)
        assert drawing.visible.shape == drawing.ghosts.shape == (meshes, 3)
        assert drawing.colors.shape in ((meshes, 3, 3), (meshes, 3, 84, 3)) and drawing.colors.dtype == np.uint8
