"""`handviz predict` from the command line to the files it writes."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from handviz import Prediction
from handviz.casework.asking import Question
from handviz.casework.batch import BatchRun
from handviz.casework.batch_items import BatchSources
from handviz.cli.main import main
from handviz.review.prediction_cache import PredictionCache
from handviz.review.store import Library
from tests.media.test_video import write_video

BOX = ["--box", "20", "10", "60", "50"]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (80, 100, 3), dtype=np.uint8)).save(path)
    return path


@pytest.fixture
def predict(tmp_path, tiny_weights):
    """Run the command with the tiny weights; returns its status."""

    def run(*arguments: object) -> int:
        common = ["--out", tmp_path / "out", "--weights", tiny_weights, "--device", "cpu", "-k", "3"]
        return main(["predict", *map(str, [*arguments, *common])])

    return run


def test_a_photo_gives_its_prediction_and_a_summary(tmp_path, photo, predict, capsys):
    assert predict(photo, *BOX, "--hand", "left", "--seed", 7) == 0
    prediction = Prediction.load(tmp_path / "out" / "photo.npz")
    assert prediction.num_hypotheses == 3 and prediction.hand == "left" and prediction.provenance["seed"] == "7"
    np.testing.assert_array_equal(prediction.box, [20, 10, 60, 50])
    (row,) = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert row["prediction"] == "photo.npz" and row["hand"] == "left" and row["error"] is None
    assert row["best_score"] == pytest.approx(prediction.score.max(), abs=1e-4)
    assert row["best_hypothesis"] == prediction.score.argmax() and row["spread_mm"] > 0
    with open(tmp_path / "out" / "summary.csv", newline="") as file:
        (line,) = csv.DictReader(file)
    assert line["source"] == str(photo) and float(line["box_width"]) == 60
    printed = capsys.readouterr()
    assert printed.out == "" and "[1/1] photo.png" in printed.err and "1 predicted into" in printed.err


def test_same_seed_same_answer(tmp_path, photo, predict):
    answers = []
    for seed in (1, 1, 2):
        assert predict(photo, *BOX, "--seed", seed) == 0
        answers.append(Prediction.load(tmp_path / "out" / "photo.npz").vertices)
    np.testing.assert_array_equal(answers[0], answers[1])
    assert np.abs(answers[0] - answers[2]).max() > 0


def test_videos_folders_and_equal_names(tmp_path, photo, predict):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "photo.png").write_bytes(photo.read_bytes())
    write_video(folder / "clip.mp4", 10)
    assert predict(photo, folder, *BOX, "--frames", "2:9:3") == 0
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    frames = [f"clip-frame000{number}.npz" for number in (2, 5, 8)]
    assert written == [*frames, "manifest.jsonl", "photo-2.npz", "photo.npz", "summary.csv", "summary.json"]
    rows = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert [row["frame"] for row in rows] == [None, 2, 5, 8, None]


def test_the_manifest_makes_cases_of_a_library_without_predicting_again(tmp_path, photo, predict):
    folder = tmp_path / "folder"
    folder.mkdir()
    write_video(folder / "clip.mp4", 4)
    assert predict(folder / ".." / photo.name, folder, *BOX, "--frames", "1:3", "--seed", 7) == 0
    ended = []
    manifest = BatchSources((tmp_path / "out" / "manifest.jsonl",), photos=tmp_path)
    run = BatchRun(
        tmp_path / "hands.handviz", manifest, on_event=ended.append, cache=PredictionCache(tmp_path / "cache"),
        make_client=None,
    )  # fmt: skip
    run.start()
    assert run.join(60) and (run.progress.predicted, run.progress.failed) == (3, 0), ended
    with Library.open(tmp_path / "hands.handviz") as library:
        cases = library.cases()
    assert [(case.path.name, case.frame) for case in cases] == [("photo.png", None), ("clip.mp4", 1), ("clip.mp4", 2)]
    assert {(question.hypotheses, question.seed) for question in map(Question.of_case, cases)} == {(3, 7)}


def test_goes_on_after_bad_files_lists_them_and_returns_1(tmp_path, photo, predict, capsys):
    (tmp_path / "text.jpg").write_text("hello")
    assert predict(tmp_path / "none.jpg", tmp_path / "text.jpg", photo, *BOX) == 1
    assert (tmp_path / "out" / "photo.npz").exists()
    errors = capsys.readouterr().err
    assert "1 predicted into" in errors and "2 failed:" in errors
    listed = errors.split("2 failed:")[1]
    assert "none.jpg does not exist" in listed and "text.jpg is not a photo" in listed and "Traceback" not in errors
    rows = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert sum(row["error"] is not None for row in rows) == 2


def test_no_hand_found_is_listed(tmp_path, photo, predict, capsys):
    Image.new("RGB", (90, 90), (120, 120, 120)).save(photo)
    assert predict(photo) == 1
    assert "draw a box" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--frames", "x"], "--frames"),
        (["--hypotheses", "5000"], "hypotheses"),
        (["--seed", "-1"], "seed"),
        (["--device", "abacus"], "not known"),
    ],
)
def test_mistakes_in_the_command_are_sentences(photo, tmp_path, arguments, words, capsys):
    assert main(["predict", str(photo), "--out", str(tmp_path / "out"), *arguments]) == 1
    errors = capsys.readouterr().err
    assert words in errors and errors.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_out_is_no_folder(tmp_path, photo, predict, capsys):
    (tmp_path / "out").write_text("in the way")
    assert predict(photo, *BOX) == 1
    assert "cannot be made" in capsys.readouterr().err
