"""Rows, columns and orders of the table, without a screen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handviz.app.models.hypothesis_table import COLUMNS, STATES, HypothesisTable
from handviz.app.models.selection import SelectionModel

SCORES = np.array([0.2, 0.9, 0.5, 0.7], np.float32)


def table(scores: np.ndarray = SCORES, **values: np.ndarray) -> tuple[HypothesisTable, SelectionModel]:
    selection = SelectionModel(threshold=0.6)
    selection.set_scores(scores)
    made = HypothesisTable(selection)
    made.set_values({"score": scores, **values})
    return made, selection


def column(made: HypothesisTable, name: str) -> int:
    return [column.name for column in made.columns].index(name)


def test_at_first_the_best_score_is_on_top() -> None:
    made, _ = table()
    assert made.rows.tolist() == [1, 3, 2, 0]
    assert [made.text(row, column(made, "number")) for row in range(4)] == ["2", "4", "3", "1"]
    assert made.text(0, column(made, "score")) == "0.900"


def test_unknown_columns_are_left_out_and_the_rest_keeps_its_order() -> None:
    made, _ = table(error=np.array([10.0, 5, 20, 7]), mu=np.array([-1.25, 0, 1, 2]))
    assert [column.name for column in made.columns] == ["number", "score", "mu", "error", "state"]
    assert made.text(3, column(made, "mu")) == "−1.25"
    assert made.text(0, column(made, "error")) == "5.0 mm"


def test_a_first_click_brings_the_better_end_and_a_second_the_other() -> None:
    made, _ = table(error=np.array([10.0, 5, 20, 7]))
    made.sort_by("error")
    assert made.rows.tolist() == [1, 3, 0, 2]
    made.sort_by("error")
    assert made.rows.tolist() == [2, 0, 3, 1]
    made.sort_by("score")
    assert made.rows.tolist() == [1, 3, 2, 0]
    made.sort_by("score")
    assert made.rows.tolist() == [0, 2, 3, 1]


def test_states_follow_the_selection_and_so_does_an_order_by_them() -> None:
    made, selection = table()
    selection.pin({0})
    selection.hide({1})
    assert not made.follow_states()
    assert [made.text(row, column(made, "state")) for row in range(4)] == ["Hidden", "Kept", "Rejected", "Pinned"]
    assert [made.shown(row) for row in range(4)] == [False, True, False, True]
    made.sort_by("state")
    assert made.rows.tolist() == [0, 3, 2, 1]
    selection.unhide({1})
    assert made.follow_states()
    assert made.rows.tolist() == [0, 1, 3, 2]


def test_clusters_are_counted_from_one() -> None:
    made, _ = table(cluster=np.array([0, 1, 1, 2]))
    assert made.text(0, column(made, "cluster")) == "2"


def test_copied_rows_are_numbers_to_spreadsheets() -> None:
    made, _ = table(mu=np.array([-1.25, 0, 1, 2]), to_mean=np.array([1.0, 2, 3, 4]))
    lines = made.as_text([0, 3]).split("\n")
    assert lines[0].split("\t") == ["No.", "Score", "μ", "To mean", "State"]
    assert [float(cell) for cell in lines[2].split("\t")[:-1]] == pytest.approx([1, 0.2, -1.25, 1.0])


def test_an_order_by_a_column_that_is_gone_falls_back_and_comes_back() -> None:
    made, _ = table(error=np.array([10.0, 5, 20, 7]))
    made.sort_by("error")
    made.set_values({"score": SCORES})
    assert made.rows.tolist() == [0, 1, 2, 3]
    made.set_values({"score": SCORES, "error": np.array([10.0, 5, 20, 7])})
    assert made.rows.tolist() == [1, 3, 0, 2]


@given(
    st.lists(st.floats(0, 1, width=32), max_size=30),
    st.lists(st.tuples(st.sampled_from([c.name for c in COLUMNS]), st.booleans()), max_size=4),
)
def test_any_order_lists_every_hypothesis_once_in_sorted_order(scores, orders) -> None:
    scores = np.array(scores, np.float32)
    made, _ = table(scores, to_mean=scores * 3, mu=-scores)
    for name, high_first in orders:
        made.sort_by(name, high_first)
        assert sorted(made.rows.tolist()) == list(range(len(scores)))
        assert [made.row_of(int(h)) for h in made.rows] == list(range(len(scores)))
        if name in ("score", "to_mean"):
            steps = np.diff(scores[made.rows])
            assert ((steps <= 0) if high_first else (steps >= 0)).all()
        for row in range(len(made)):
            assert made.text(row, len(made.columns) - 1) in STATES


def test_another_prediction_of_another_size_is_taken() -> None:
    made, selection = table()
    selection.set_scores(np.array([0.1, 0.2]))
    made.set_values({"score": np.array([0.1, 0.2])})
    assert made.rows.tolist() == [1, 0]
