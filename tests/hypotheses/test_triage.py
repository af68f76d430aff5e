"""Triage by the laws of its outcomes, on hypotheses made to go wrong in a known way."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_hands import make_prediction, moving_hand

from handviz.errors import InputError
from handviz.hypotheses.case_figures import CaseFigures, errors_against, figures_of, with_bone_lengths
from handviz.hypotheses.triage import OUTCOMES, REASONS, SUSPICIONS, TriageSettings, TriageTable, explain, triage

TRUTH = moving_hand()
FAR = TRUTH + np.linspace(0, 1, 21)[:, None] * 0.3  # every joint off by up to 300 mm relative to the wrist
SWAPPED = TRUTH[::-1]
LARGE = TRUTH[:, :1] + 2.0 * (TRUTH - TRUTH[:, :1])


def figures(*hypotheses: np.ndarray, score: list[float] | None = None) -> CaseFigures:
    joints = np.stack(hypotheses)
    scores = np.array(score if score is not None else np.linspace(0.9, 0.1, len(joints)), float)
    return CaseFigures(scores, *errors_against(joints, TRUTH))


@pytest.mark.parametrize(
    ("hypotheses", "score", "expected"),
    [
        ((TRUTH, FAR), None, "handled"),
        ((FAR, FAR, TRUTH), None, "lost_in_selection"),
        ((FAR, SWAPPED), None, "order_swapped"),
        ((FAR, LARGE), None, "shape_or_scale"),
        ((FAR, FAR), None, "not_covered"),
        ((SWAPPED, LARGE, TRUTH), [0.1, 0.2, 0.9], "handled"),
        ((SWAPPED, LARGE, TRUTH), [0.9, 0.8, 0.1], "lost_in_selection"),
    ],
)
def test_each_outcome(hypotheses, score, expected) -> None:
    kept_one = TriageSettings(tolerance_mm=10, keep="top", top_n=1)
    assert triage(figures(*hypotheses, score=score), kept_one)[0] == expected
    by_score = TriageSettings(tolerance_mm=10, keep="threshold", threshold=0.85)
    assert triage(figures(*hypotheses, score=score), by_score)[0] == expected


def test_any_order_counts_a_reversed_hypothesis_as_right() -> None:
    case = figures(SWAPPED, FAR)
    assert triage(case, TriageSettings(tolerance_mm=10))[0] == "order_swapped"
    assert triage(case, TriageSettings(tolerance_mm=10, any_order=True))[0] == "handled"


def test_a_threshold_that_keeps_none_loses_every_near_one() -> None:
    case = figures(TRUTH, TRUTH, score=[0.2, 0.3])
    assert triage(case, TriageSettings(keep="threshold", threshold=0.5))[0] == "lost_in_selection"


def test_true_bone_lengths_undo_any_scale_and_keep_directions() -> None:
    np.testing.assert_allclose(with_bone_lengths(LARGE, TRUTH), TRUTH, atol=1e-6)
    turned = with_bone_lengths(FAR, TRUTH)
    lengths = [np.linalg.norm(h[:, 6] - h[:, 5], axis=-1) for h in (turned, TRUTH)]
    np.testing.assert_allclose(*lengths, atol=1e-6)
    cosine = ((turned[:, 6] - turned[:, 5]) * (FAR[:, 6] - FAR[:, 5])).sum(-1)
    np.testing.assert_allclose(cosine, lengths[0] * np.linalg.norm(FAR[:, 6] - FAR[:, 5], axis=-1), rtol=1e-5)


def test_suspicions_follow_their_settings_and_the_unknown_arouses_none() -> None:
    unknown = CaseFigures(np.array([0.9]))
    assert triage(unknown, TriageSettings()) == ()
    doubtful = CaseFigures(
        np.array([0.1, 0.2]), spread_mm=80, off_joints_px=50, palm_probability=0.2, hand_probability=0.9, motions=3
    )
    assert set(triage(doubtful, TriageSettings())) == {reason.name for reason in SUSPICIONS} - {"not_predicted"}
    assert triage(None, TriageSettings()) == ("not_predicted",)
    calm = TriageSettings(low_score=0.1, large_spread_mm=100, off_joints_px=60, unsure_palm=0.1, unsure_side=0.5)
    assert triage(doubtful, calm) == ("several_motions",)
    unsure_side = CaseFigures(np.array([0.9]), palm_probability=0.9, hand_probability=0.6)
    assert triage(unsure_side, TriageSettings()) == ("unsure_detector",)


@st.composite
def cases(draw) -> CaseFigures:
    count = draw(st.integers(1, 6))
    numbers = st.lists(st.floats(0, 200), min_size=count, max_size=count).map(np.array)
    score = draw(st.lists(st.floats(0, 1), min_size=count, max_size=count).map(np.array))
    errors = [draw(numbers) for _ in range(3)] if draw(st.booleans()) else []
    optional = st.none() | st.floats(0, 100)
    return CaseFigures(
        score, *errors, spread_mm=draw(optional), off_joints_px=draw(optional),
        palm_probability=draw(st.none() | st.floats(0, 1)), motions=draw(st.none() | st.integers(1, 5)),
    )  # fmt: skip


@given(st.lists(st.none() | cases(), max_size=5), st.floats(0, 200), st.floats(0, 1), st.integers(1, 6), st.booleans())
def test_laws_of_counts(many, tolerance, threshold, top_n, by_threshold) -> None:
    chosen = TriageSettings(
        tolerance_mm=tolerance, threshold=threshold, top_n=top_n, keep="threshold" if by_threshold else "top"
    )
    table = TriageTable(many)
    counts, reasons = table.counts(chosen), table.reasons(chosen)
    assert sum(counts[outcome.name] for outcome in OUTCOMES) == sum(
        case is not None and case.has_truth for case in many
    )
    for name in REASONS:
        assert counts[name] == sum(name in found for found in reasons)
    # Alone, each case is told the same as among others.
    assert [triage(case, chosen) for case in many] == reasons
    for case, found in zip(many, reasons, strict=True):
        for name in found:
            assert explain(name, case, chosen).endswith(".")
    # A wider tolerance handles no fewer.
    wider = table.counts(TriageSettings(**{**vars(chosen), "tolerance_mm": tolerance + 10}))
    assert wider["handled"] >= counts["handled"]
    assert wider["not_covered"] <= counts["not_covered"]


@given(cases())
def test_figures_survive_their_text(case) -> None:
    again = CaseFigures.from_json(case.to_json())
    np.testing.assert_allclose(again.score, case.score, atol=1e-4)
    np.testing.assert_allclose(again.error_mm, case.error_mm, atol=0.051)
    assert (again.motions, again.has_truth) == (case.motions, case.has_truth)
    assert again.to_json() == case.to_json()


HOSTILE_JSON = st.dictionaries(
    st.sampled_from(["score", "error_mm", "motions", "spread_mm"]),
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5),
).map(json.dumps)


@given(st.text() | HOSTILE_JSON)
@settings(max_examples=200)
def test_hostile_figures_are_refused_in_a_sentence(text) -> None:
    try:
        found = CaseFigures.from_json(text)
    except InputError as error:
        assert "predict it again" in str(error) or "figures" in str(error) or "scored" in str(error)
    else:
        assert found is None or len(found.score)


def test_figures_of_a_prediction() -> None:
    prediction = make_prediction(np.stack([TRUTH, SWAPPED, FAR]), score=[0.9, 0.5, 0.2])
    found = figures_of(prediction, crop_side=512.0, truth_joints=TRUTH)
    assert found.error_mm[0] < 0.01 < found.error_mm[1]
    assert found.reversed_error_mm[1] < 0.01
    assert found.off_joints_px == pytest.approx(0.0, abs=1e-3)  # the median of two that fit and one that does not
    assert found.blur_crop_px == pytest.approx(found.blur_px / 2)
    assert (found.palm_probability, found.hand_probability) == (0.7, None)
    assert figures_of(prediction, 512.0).has_truth is False


@pytest.mark.parametrize(
    "wrong", [{"keep": "best"}, {"tolerance_mm": -1}, {"top_n": True}, {"low_score": float("nan")}]
)
def test_settings_that_cannot_be(wrong) -> None:
    with pytest.raises(InputError):
        TriageSettings(**wrong)


def test_there_is_no_reason_without_a_name() -> None:
    with pytest.raises(InputError, match="not_covered"):
        explain("bad luck", CaseFigures(np.array([0.5])), TriageSettings())
