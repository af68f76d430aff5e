"""Kill the prediction worker, or the whole batch, at random: nothing is lost, nothing is there twice."""

import os
import random
import signal
import subprocess
import sys
import time

from casework_fakes import BOX, Recorder, write_photos

from handviz.casework.asking import Question
from handviz.casework.batch import BatchRun, BatchSettings
from handviz.casework.batch_events import ItemDone, WorkerRestarted
from handviz.casework.batch_items import BatchSources
from handviz.review.prediction_cache import PredictionCache
from handviz.review.store import Library

PHOTOS = 10
KILLS = 2


def test_worker_killed_at_random_moments(tmp_path, tiny_weights):
    """Every picture is predicted all the same; one on which the worker died twice may be left to the next run."""
    write_photos(tmp_path / "photos", PHOTOS)
    recorder, rng = Recorder(), random.Random(5)
    sources = BatchSources((tmp_path / "photos",), question=Question(BOX, "right", 40))

    def make():
        return BatchRun(
            tmp_path / "hands.handviz", sources, BatchSettings("cpu", tiny_weights), on_event=recorder,
            cache=PredictionCache(tmp_path / "cache"),
        )  # fmt: skip

    run = make()
    run.start()
    kills = 0
    for done in sorted(rng.sample(range(1, PHOTOS - 2), KILLS)):
        recorder.until(lambda event, done=done: isinstance(event, ItemDone) and event.progress.done >= done)
        time.sleep(rng.random() * 0.05)
        process = run._client._process
        if process is not None and process.exit_code is None:
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
    assert run.join(120) and run.progress.state == "finished"
    assert kills == KILLS and len(recorder.of(WorkerRestarted)) == kills
    assert run.progress.predicted >= PHOTOS - 1 and run.progress.done == PHOTOS
    if run.progress.failed:
        run = make()
        run.start()
        assert run.join(60) and run.progress.done == PHOTOS and not run.progress.failed
    check(tmp_path)


_BATCH = """
import sys
from pathlib import Path
from handviz.casework.asking import Question
from handviz.casework.batch import BatchRun, BatchSettings
from handviz.casework.batch_items import BatchSources
from handviz.review.prediction_cache import PredictionCache

if __name__ == "__main__":
    folder, weights = map(Path, sys.argv[1:])
    sources = BatchSources((folder / "photos",), question=Question(%r, "right", 40))
    run = BatchRun(folder / "hands.handviz", sources, BatchSettings("cpu", weights),
                   on_event=lambda event: print(event.progress.done, event.progress.already, flush=True),
                   cache=PredictionCache(folder / "cache"))
    run.start()
    run.join()
""" % (BOX,)  # noqa: UP031


def test_whole_batch_killed_and_run_again(tmp_path, tiny_weights):
    write_photos(tmp_path / "photos", PHOTOS)
    script = tmp_path / "batch.py"
    script.write_text(_BATCH)
    rng = random.Random(7)
    confirmed = 0
    for stop_at in (3, None):
        process = subprocess.Popen(
            [sys.executable, script, tmp_path, tiny_weights], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
        )
        already = 0
        for line in process.stdout:
            done, already = map(int, line.split())
            confirmed = max(confirmed, done)
            if stop_at is not None and done >= stop_at:
                time.sleep(rng.random() * 0.1)
                process.kill()
        process.wait()
        # All that was reported is there, and the next run does not do it again.
        with Library.open(tmp_path / "hands.handviz") as library:
            assert library.count() >= confirmed
    assert already >= 3
    check(tmp_path)


def check(tmp_path):
    with Library.open(tmp_path / "hands.handviz") as library:
        cases = library.cases()
    assert sorted(case.path.name for case in cases) == [f"photo{number:02d}.png" for number in range(PHOTOS)]
    cache = PredictionCache(tmp_path / "cache")
    assert all(cache.get(case.prediction_key).num_hypotheses == 40 for case in cases)
