"""The comparison of losses: exact chance level, ends of the scale, order of hypotheses, files."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from handviz.ablation.compare import BY_PROJECTION, RANDOM, compare, expected_best_of_random
from handviz.ablation.config import REFERENCE, aliases, variants
from handviz.ablation.outcome import SelectionOutcome
from handviz.ablation.table import format_table
from handviz.errors import InputError

PHOTOS, HYPOTHESES, N = 40, 8, 3


def _outcome(seed: int = 0) -> SelectionOutcome:
    rng = np.random.default_rng(seed)
    errors = rng.gamma(4.0, 10.0, (PHOTOS, HYPOTHESES))
    mu = np.stack([-errors / 100, errors / 100, rng.standard_normal(errors.shape)])
    return SelectionOutcome(
        (REFERENCE, "worst", "noise"), mu, np.zeros_like(mu), errors, 1.1 * errors, rng.random(errors.shape),
        rng.random(PHOTOS),
    )  # fmt: skip


def test_chance_is_the_mean_over_all_choices() -> None:
    errors = np.random.default_rng(1).random((5, 6))
    brute = np.mean([errors[:, list(c)].min(1) for c in combinations(range(6), 3)], axis=0)
    np.testing.assert_allclose(expected_best_of_random(errors, 3), brute)
    np.testing.assert_allclose(expected_best_of_random(errors, 6), errors.min(1))
    np.testing.assert_allclose(expected_best_of_random(errors, 1), errors.mean(1))


def test_a_perfect_score_closes_the_gap_and_a_reversed_one_opens_it() -> None:
    rows = {row.name: row for row in compare({0: _outcome()}, N, REFERENCE, 200)}
    best, worst = rows[REFERENCE], rows["worst"]
    assert best.gap_closed == pytest.approx(1.0)
    assert best.gap_interval == pytest.approx((1.0, 1.0))
    assert best.hit_at_n == 1.0
    assert best.kendall_tau == pytest.approx(1.0)
    assert worst.gap_closed < 0
    assert worst.kendall_tau == pytest.approx(-1.0)
    assert worst.difference[1] < 0
    assert rows[RANDOM].gap_closed == 0.0
    low, high = rows["noise"].gap_interval
    assert low < rows["noise"].gap_closed < high


def test_the_order_of_hypotheses_changes_nothing() -> None:
    tested = _outcome()
    order = np.random.default_rng(5).permutation(HYPOTHESES)
    shuffled = SelectionOutcome(
        tested.names, *(getattr(tested, f)[..., order] for f in ("mu", "nu", "mpjpe", "sequence", "projection_px")),
        tested.blur_px,
    )  # fmt: skip
    for row, other in zip(
        compare({0: tested}, N, REFERENCE, 50), compare({0: shuffled}, N, REFERENCE, 50), strict=True
    ):
        assert row.name == other.name
        np.testing.assert_allclose(
            [row.gap_closed, *row.gap_interval, row.top1_mm, row.hit_at_n, row.kendall_tau],
            [other.gap_closed, *other.gap_interval, other.top1_mm, other.hit_at_n, other.kendall_tau],
        )


def test_every_loss_of_the_supplement_is_compared() -> None:
    names = set(variants()) | set(aliases())
    assert {f"ccr alpha={a} {form}" for a in ("0", "0.25", "0.5", "0.75", "1") for form in ("log", "printed")} <= names
    assert set(aliases().values()) <= set(variants())
    assert REFERENCE in variants()


def test_the_table_names_all_rows_and_marks_what_is_no_probability() -> None:
    text = format_table(compare({0: _outcome(), 1: _outcome()}, N, REFERENCE, 20), N)
    assert all(f"| {name} |" in text for name in (RANDOM, BY_PROJECTION, REFERENCE, "worst"))
    assert "the reference" in text
    assert "nan" not in text


def test_results_survive_a_file_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "seed-0.npz"
    _outcome().save(path)
    again = SelectionOutcome.load(path)
    assert again.names == _outcome().names
    np.testing.assert_array_equal(again.mu, _outcome().mu)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match=r"seed-0\.npz"):
        SelectionOutcome.load(path)
