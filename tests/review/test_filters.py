"""Filters and orders, against the same done in Python; going on to the next case."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_cases import new_case

from handviz.errors import InputError
from handviz.review.filters import SORTS, CaseFilter
from handviz.review.store import Library


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Ada's library of forty cases, some of them judged and flagged, also by Grace."""
    path = tmp_path_factory.mktemp("judged") / "hands.handviz"
    with Library.open(path, "ada") as library, Library.open(path, "grace") as other:
        ids = library.add_cases([new_case(number) for number in range(38)])
        ids += library.add_cases([new_case(90 + n, blur_px=None, spread_mm=None, error_mm=None) for n in range(2)])
        library.set_verdicts(ids[:8], "accept")
        library.set_verdicts(ids[8:12], "reject")
        library.add_flags(ids[10:20], "wrong depth", 1, "Too FAR")
        library.add_flags(ids[15:17], "bad crop", 3)
        other.set_verdicts(ids[6:10], "reject")
        other.add_flags(ids[30:33], "not a hand", note="a cat")
        yield library


RANGE = st.none() | st.tuples(st.floats(-5, 60), st.floats(0, 100) | st.just(math.inf))


@given(
    state=st.sampled_from(["", "new", "reviewed"]),
    verdict=st.sampled_from(["", "accept", "reject", "unsure"]),
    kind=st.sampled_from(["", "wrong depth", "bad crop"]),
    severity=st.integers(0, 3),
    triage=st.sampled_from(["", "large spread"]),
    text=st.sampled_from(["", "PHOTO001", "too far", "%"]),
    blur=RANGE,
    error=RANGE,
)
def test_a_filter_lets_through_what_it_says(judged, state, verdict, kind, severity, triage, text, blur, error):
    flags = judged.flags()

    def wanted(case):
        own = [flag for flag in flags if flag.case_id == case.id]
        flagged = [f for f in own if (not kind or f.kind == kind) and f.severity >= severity]
        return (
            (not state or case.state == state)
            and (not verdict or case.verdict == verdict)
            and (not (kind or severity) or flagged)
            and (not triage or triage in case.triage)
            and (not text or text.lower() in str(case.path) or any(text.lower() in f.note.lower() for f in own))
            and (blur is None or (case.blur_px is not None and blur[0] <= case.blur_px <= blur[1]))
            and (error is None or (case.error_mm is not None and error[0] <= case.error_mm <= error[1]))
        )

    asked = CaseFilter(text=text, state=state, verdict=verdict, kind=kind, triage=triage, blur_px=blur, error_mm=error,
                       severity=severity)  # fmt: skip
    assert judged.case_ids(asked) == [case.id for case in judged.cases() if wanted(case)]
    assert judged.count(asked) == len(judged.cases(asked))


def test_another_annotators_cases(judged):
    ids = judged.case_ids()
    assert judged.case_ids(CaseFilter(annotator="grace")) == ids[6:10] + ids[30:33]
    assert judged.case_ids(CaseFilter(annotator="grace", verdict="reject")) == ids[6:10]
    assert judged.case_ids(CaseFilter(annotator="grace", text="cat")) == ids[30:33]
    assert judged.case_ids(CaseFilter(disagreement=True)) == ids[6:8]
    assert judged.case_ids(CaseFilter(ids=(ids[3], ids[1], 10**6))) == [ids[1], ids[3]]


@pytest.mark.parametrize("sort", SORTS)
def test_orders(judged, sort):
    value = {
        "added": lambda case: case.id, "blur": lambda case: case.blur_px, "spread": lambda case: case.spread_mm,
        "score": lambda case: case.best_score, "error": lambda case: case.error_mm,
        "flags": lambda case: case.flags_count, "state": lambda case: case.state == "reviewed",
        "annotator": lambda case: case.annotators or None, "name": lambda case: str(case.path),
    }[sort]  # fmt: skip
    rising = sort in ("added", "state", "annotator", "name")
    cases = judged.cases()
    for reverse in (False, True):
        known = sorted((c for c in cases if value(c) is not None), key=value, reverse=rising == reverse)
        if rising == reverse:  # sorted() keeps equal ones in their old order, either way
            known = sorted((c for c in cases if value(c) is not None), key=lambda c: c.id)
            known = sorted(known, key=value, reverse=True)
        expected = known + [case for case in cases if value(case) is None]
        assert [case.id for case in judged.cases(CaseFilter(sort=sort, reverse=reverse))] == [c.id for c in expected]


def test_an_unknown_order_is_refused():
    with pytest.raises(InputError, match="cannot be sorted by 'colour'"):
        CaseFilter().with_sort("colour")


@given(
    st.builds(
        CaseFilter,
        text=st.text(max_size=20),
        state=st.sampled_from(["", "new", "reviewed"]),
        kind=st.text(max_size=20),
        blur_px=st.none() | st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False)),
        severity=st.integers(0, 3),
        disagreement=st.booleans(),
        ids=st.none() | st.lists(st.integers(0, 100)).map(tuple),
        sort=st.sampled_from(SORTS),
        reverse=st.booleans(),
    )
)
def test_a_saved_filter_comes_back(wanted):
    found = CaseFilter.from_json(wanted.to_json())
    if wanted.blur_px is not None:  # the outermost ends say the same as infinity
        assert found.blur_px is not None
        assert all(a == b or math.isinf(b) for a, b in zip(found.blur_px, wanted.blur_px, strict=True))
    assert found.__dict__ | {"blur_px": None} == wanted.__dict__ | {"blur_px": None}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(st.text(max_size=50) | st.dictionaries(st.sampled_from(list(CaseFilter().__dict__)), JSON).map(str))
def test_other_text_is_no_filter_or_a_whole_one(text):
    try:
        found = CaseFilter.from_json(text)
    except InputError as error:
        assert "saved filter" in str(error)
    else:
        assert found.sort in SORTS


def test_going_on(judged):
    ids = judged.case_ids()
    everything = CaseFilter()
    assert judged.next_matching(everything, None).id == ids[0]
    assert judged.next_matching(everything, ids[0]).id == ids[1]
    assert judged.next_matching(everything, ids[-1]).id == ids[0]
    assert judged.next_matching(everything, ids[0], backward=True).id == ids[-1]
    assert judged.next_matching(CaseFilter(kind="bad crop"), ids[15]).id == ids[16]
    assert judged.next_matching(CaseFilter(kind="ambiguous"), ids[15]) is None
    assert judged.next_unreviewed(everything, ids[2]).id == ids[20]
    assert judged.next_unreviewed(everything, ids[20], backward=True).id == ids[-1]
    assert judged.next_unreviewed(CaseFilter(state="reviewed"), ids[2]) is None
    assert judged.next_unreviewed(CaseFilter(ids=(ids[25],)), ids[25]) is None
