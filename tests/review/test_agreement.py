"""Cohen's kappa, and the cases that annotators see differently."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handviz.review.agreement import agreements, cohens_kappa, disagreements, kind_agreements
from handviz.review.store import Library

PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=60)


def test_a_textbook_example():
    # Cohen's kappa for 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no is 0.4.
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohens_kappa(pairs) == pytest.approx(0.4)


@given(PAIRS)
def test_laws_of_kappa(pairs):
    kappa = cohens_kappa(pairs)
    same = all(a == b for a, b in pairs)
    if math.isnan(kappa):
        assert same and len({a for a, _ in pairs}) == 1
    else:
        assert -1.0 - 1e-12 <= kappa <= 1.0 + 1e-12
        assert (kappa > 1.0 - 1e-12) == same
        assert cohens_kappa([(b, a) for a, b in pairs]) == pytest.approx(kappa)


def test_no_answers_agree_on_nothing():
    assert math.isnan(cohens_kappa([]))


@pytest.fixture
def both(library, path):
    """Grace judges five of the cases that Ada judged, two of them otherwise."""
    library.set_verdicts([1, 2, 3], "accept")
    library.set_verdicts([4, 5, 6], "reject")
    library.add_flag(4, "wrong depth")
    with Library.open(path, "grace") as other:
        other.set_verdicts([1, 2, 4], "accept")
        other.set_verdicts([3, 5], "reject")
        other.add_flags([4, 5], "wrong depth")
    return library


def test_pairs_of_annotators(both):
    (found,) = agreements(both)
    assert (found.first, found.second, found.cases, found.disagreements) == ("ada", "grace", 5, (3, 4))
    assert found.same == pytest.approx(0.6)
    assert found.kappa == pytest.approx((0.6 - 0.52) / 0.48)


def test_kinds_of_flags(both):
    (found,) = kind_agreements(both)
    assert (found.kind, found.cases) == ("wrong depth", 5)
    assert found.kappa == pytest.approx((0.8 - 0.56) / 0.44)


def test_the_list_of_disagreements(both):
    found = {case.case_id: case for case in disagreements(both)}
    assert sorted(found) == [3, 4, 5]
    assert found[3].verdicts == {"ada": "accept", "grace": "reject"} and found[3].name == "photo0002.jpg"
    assert found[5].verdicts == {"ada": "reject", "grace": "reject"}
    assert found[5].kinds == {"ada": (), "grace": ("wrong depth",)}


def test_a_blind_library_tells_of_nobody_else(both):
    both.set_blind(True)
    assert agreements(both) == [] and kind_agreements(both) == [] and disagreements(both) == []
