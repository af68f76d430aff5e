"""Presets, and panes written to settings and read back whatever the settings hold."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handviz.app.models.comparison import (
    PRESETS,
    CaseReference,
    PaneState,
    panes_from_json,
    panes_to_json,
    preset_panes,
)
from handviz.errors import InputError
from handviz.hypotheses.subsets import SUBSETS, Subset

CASE = CaseReference("clip.mp4", frame=7, box=(1.0, 2.0, 30.0, 40.0), seed=3)


def test_every_preset_differs_in_one_thing() -> None:
    for name in PRESETS:
        left, right = preset_panes(name, CASE, frame_count=20, box_side=400.0, weights="other")
        assert left != right and left.linked and right.linked
        assert left.case == CASE, "the case itself stands on the left"


def test_presets_make_what_their_titles_say() -> None:
    assert preset_panes("kept-truth", CASE)[1].subset == Subset("truth")
    left, right = preset_panes("best-best", CASE)
    assert (left.subset.kind, right.subset.kind) == ("best_score", "actually_best")
    assert preset_panes("frames", CASE, frame_count=20)[1].case.frame == 8
    assert preset_panes("frames", CASE, frame_count=8)[1].case.frame == 6, "at the end: the one before"
    assert preset_panes("weights", CASE, weights="w")[1].case.weights == "w"
    assert preset_panes("blur", CASE, box_side=300.0)[1].case.smear_px == 30.0
    assert preset_panes("selection", CASE)[1].ranking == "heatmap"


@pytest.mark.parametrize(("name", "words"), [("frames", "open a video"), ("weights", "folder"), ("odd", "no preset")])
def test_what_a_preset_lacks_is_said(name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        preset_panes(name, CASE)


CASES = st.builds(
    CaseReference, path=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1),
    frame=st.integers(0, 10**6), prediction=st.none() | st.just("a.npz"), weights=st.none() | st.just("w"),
    box=st.none() | st.tuples(*[st.floats(0, 1e4)] * 4), hand=st.sampled_from(["auto", "left", "right"]),
    hypotheses=st.integers(1, 200), seed=st.integers(0, 2**31), smear_px=st.floats(0, 1000),
    smear_degrees=st.floats(0, 359),
)  # fmt: skip
STATES = st.builds(
    PaneState, case=st.none() | CASES, subset=st.builds(Subset, st.sampled_from(list(SUBSETS)), st.integers(0, 99)),
    ranking=st.sampled_from(["score", "heatmap"]), linked=st.booleans(),
)  # fmt: skip


@given(st.lists(STATES, max_size=4))
def test_what_is_written_is_read_back(panes: list[PaneState]) -> None:
    assert panes_from_json(panes_to_json(panes)) == panes


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON | st.text())
def test_any_settings_are_survived(value: object) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    assert isinstance(panes_from_json(text), list)


@given(st.sampled_from(["case", "subset", "ranking", "linked"]), JSON)
def test_one_spoilt_field_costs_at_most_its_pane(name: str, value: object) -> None:
    entries = json.loads(panes_to_json([PaneState(CASE), PaneState(CASE, Subset("truth"))]))
    entries[0][name] = value
    assert PaneState(CASE, Subset("truth")) in panes_from_json(json.dumps(entries))
