"""A batch without a process of its own."""

from pathlib import Path

import pytest
from casework_fakes import BOX, Recorder, ThreadClient, write_photos

from handviz.casework.asking import Question
from handviz.casework.batch import BatchRun, BatchSettings
from handviz.casework.batch_items import BatchSources
from handviz.review.prediction_cache import PredictionCache


@pytest.fixture(scope="session")
def tiny_predictor(tiny_weights: Path):
    """A Predictor on the CPU with the tiny networks."""
    from handviz import Predictor

    return Predictor.load(device="cpu", weights=tiny_weights)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Folder of five photos."""
    write_photos(tmp_path / "photos", 5)
    return tmp_path / "photos"


@pytest.fixture
def make_batch(tmp_path: Path, tiny_predictor):
    """Makes batches into one library; all are cancelled in the end."""
    runs = []

    class Client(ThreadClient):
        predictor, refusals, made = tiny_predictor, [], 0

    Client.hold.set()

    def make(*paths: Path, hypotheses: int = 2, box=BOX, settings: BatchSettings | None = None, **sources):
        recorder = Recorder()
        question = Question(box, "right", hypotheses)
        run = BatchRun(
            tmp_path / "hands.handviz", BatchSources(paths, question=question, **sources), settings,
            on_event=recorder, cache=PredictionCache(tmp_path / "cache"), make_client=Client,
        )  # fmt: skip
        runs.append(run)
        return run, recorder

    make.client = Client
    yield make
    Client.hold.set()
    for run in runs:
        if run._thread.ident is not None:
            run.cancel()
            run.join()
