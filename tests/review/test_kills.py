"""SIGKILL at random moments of flagging, undo and merging; tests/benchmarks/library_kills.py does it 200 times."""

import random

from review_kills import Model, kill_once, make


def test_no_confirmed_change_is_lost_when_the_process_is_killed(tmp_path):
    path, model, moments = make(tmp_path), Model(), random.Random(1)
    confirmed = [kill_once(path, model, seed, moments.uniform(0.0, 0.12)) for seed in range(15)]
    assert sum(confirmed) > 15
