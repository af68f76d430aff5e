"""`handviz sweep` from the command line to the files it writes."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from handviz.cli.main import main
from tests.media.test_video import write_video

BOX = ["--box", "20", "10", "60", "50", "--hand", "right"]


@pytest.fixture
def sweep(tmp_path, tiny_weights):
    """Run the command with the tiny weights; returns its status."""

    def run(*arguments: object) -> int:
        common = ["--out", tmp_path / "out", "--weights", tiny_weights, "--device", "cpu", "-k", "4", "--longest", "20"]
        return main(["sweep", *map(str, [*arguments, *common])])

    return run


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (80, 100, 3), dtype=np.uint8)).save(path)
    return path


def rows(tmp_path) -> list[dict]:
    with open(tmp_path / "out" / "sweep.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_a_photo_gives_table_curve_and_pictures(tmp_path, photo, sweep, capsys) -> None:
    assert sweep(photo, *BOX, "--steps", 3, "--pictures", "--joints", "thumb_tip") == 0
    assert [float(row["blur_px"]) for row in rows(tmp_path)] == [0.0, 10.0, 20.0]
    assert Image.open(tmp_path / "out" / "sweep.png").size == (1800, 1040)
    contrast = [np.asarray(Image.open(tmp_path / "out" / f"blur-{px:03d}.png")).std() for px in (0, 10, 20)]
    assert contrast[0] > contrast[1] > contrast[2]
    printed = capsys.readouterr()
    assert "[3/3] blur 20 px" in printed.err and "Thumb tip" in printed.out and "at 20 px of blur" in printed.out


def test_frames_of_a_video(tmp_path, sweep) -> None:
    video = write_video(tmp_path / "clip.mp4", 9)
    assert sweep(video, *BOX, "--frame", 4, "--kind", "frames", "--steps", 3) == 0
    assert len(rows(tmp_path)) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kind", "frames"], "in videos only"),
        (["--steps", "1"], "choose 2 to"),
        (["--joints", "nose"], "no joint nose"),
        (["--hypotheses", "1"], "no spread"),
    ],
)
def test_mistakes_are_a_sentence(photo, tmp_path, capsys, arguments, words) -> None:
    assert main(["sweep", str(photo), "--out", str(tmp_path / "out"), *arguments]) == 1
    error = capsys.readouterr().err
    assert words in error and "Traceback" not in error


def test_a_frame_that_is_not_there(tmp_path, sweep, capsys) -> None:
    assert sweep(write_video(tmp_path / "clip.mp4", 5), "--frame", 50) == 1
    assert "has frames 0 to 4, not 50" in capsys.readouterr().err
