"""`handviz cases add` from the command line to the library."""

import json
import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from handviz.cli.main import main
from handviz.hypotheses.case_figures import CaseFigures
from handviz.resources import assets_dir
from handviz.review.store import Library

BOX = ["--box", "20", "10", "60", "50"]


@pytest.fixture
def add(tmp_path, tiny_weights, monkeypatch):
    """Run the command with the tiny weights and a cache of its own; returns its status."""
    monkeypatch.setenv("HANDVIZ_CACHE", str(tmp_path / "cache"))

    def run(*arguments: object) -> int:
        common = ["--weights", tiny_weights, "--device", "cpu", "-k", "3"]
        return main(["cases", "add", str(tmp_path / "hands.handviz"), *map(str, [*arguments, *common])])

    return run


def test_frames_of_the_bundled_clip_with_their_truth(tmp_path, add, capsys):
    folder = tmp_path / "clips"
    folder.mkdir()
    shutil.copy(assets_dir() / "demo" / "clip.mp4", folder)
    truth = ["--truth", assets_dir() / "demo"]
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(folder / "small.png")
    assert add(folder, *truth, "--frames", "0:9:3") == 1
    errors = capsys.readouterr().err
    assert "small.png: " in errors and "3 predicted, 0 already there, 1 failed\n" in errors and "[4/4]" in errors
    with Library.open(tmp_path / "hands.handviz") as library:
        cases = library.cases()
    assert [case.frame for case in cases] == [0, 3, 6]
    assert all(CaseFigures.from_json(case.figures).has_truth and case.error_mm > 0 for case in cases)
    assert all(case.truth == str(assets_dir() / "demo" / "clip.npz") for case in cases)

    (folder / "small.png").unlink()
    assert add(folder, *truth, "--frames", "0:9:3") == 0
    assert "0 predicted, 3 already there, 0 failed\n" in capsys.readouterr().err
    assert main(["cases", "list", str(tmp_path / "hands.handviz"), "--sort", "blur"]) == 0
    assert capsys.readouterr().out.count("clip.mp4") == 3


def test_what_would_pause_a_window_ends_the_command(tmp_path, add, tiny_weights, capsys):
    (tmp_path / "weights").mkdir()
    photo = tmp_path / "photo.png"
    Image.fromarray(np.zeros((80, 100, 3), np.uint8)).save(photo)
    arguments = ["cases", "add", str(tmp_path / "hands.handviz"), str(photo), *BOX]
    assert main([*arguments, "--weights", str(tmp_path / "weights")]) == 1
    errors = capsys.readouterr().err
    assert "weights" in errors and "missing" in errors and "the same command again goes on" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--frames", "x"], "--frames"),
        (["-k", "0"], "hypotheses"),
        (["--truth", "nowhere"], "truths lie"),
    ],
)
def test_mistakes_in_the_command_are_sentences(tmp_path, arguments, words, capsys):
    assert main(["cases", "add", str(tmp_path / "a.handviz"), str(tmp_path), *arguments]) == 1
    errors = capsys.readouterr().err
    assert words in errors and errors.count("\n") == 1
    assert not (tmp_path / "a.handviz").exists()


def test_names_of_files_cannot_steer_the_terminal(tmp_path, add, capsys):
    lines = [{"format": "handviz-manifest", "version": 1}, {"photo": "\x1b[2J.png"}]
    (tmp_path / "run.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert add(tmp_path / "run.jsonl") == 1
    assert "\x1b" not in capsys.readouterr().err


def test_interrupted_it_ends_in_order_and_goes_on(tmp_path, tiny_weights):
    """Ctrl+C, as a terminal sends it: to the command and its worker alike."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(200):
        image = np.random.default_rng(number).integers(0, 255, (80, 100, 3), dtype=np.uint8)
        Image.fromarray(image).save(folder / f"{number:03d}.png")
    command = [sys.executable, "-m", "handviz.cli.main", "cases", "add", tmp_path / "hands.handviz", folder, *BOX]
    process = subprocess.Popen(
        [*command, "--weights", tiny_weights, "--device", "cpu", "-k", "3"], stderr=subprocess.PIPE, text=True,
        env=os.environ | {"HANDVIZ_CACHE": str(tmp_path / "cache")}, start_new_session=True,
    )  # fmt: skip
    first = process.stderr.readline()
    assert first.startswith("[20/200]"), first
    os.killpg(process.pid, signal.SIGINT)
    rest = process.stderr.read()
    assert process.wait(30) == 130
    assert "the same command again goes on" in rest and rest.endswith("handviz: interrupted\n")
    assert "Traceback" not in rest
    with Library.open(tmp_path / "hands.handviz") as library:
        assert f"\n{library.count()} predicted" in f"\n{rest}" and 20 <= library.count() < 200
