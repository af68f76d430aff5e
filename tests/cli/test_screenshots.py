"""`handviz screenshots` and the commands that a picture of the window may start before."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from handviz.app.showcase import PICTURES
from handviz.cli.main import main
from handviz.resources import assets_dir

ROOT = Path(__file__).resolve().parents[2]


def test_they_are_listed_and_unknown_ones_are_refused(capsys) -> None:
    assert main(["screenshots", "--list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed and picture.caption in listed for name, picture in PICTURES.items())
    assert main(["screenshots", "no_such_picture"]) == 1
    assert "no_such_picture" in capsys.readouterr().err


def test_every_picture_of_the_readme_is_made_by_the_command() -> None:
    shown = re.findall(r"assets/pictures/(\w+)\.png", (ROOT / "README.md").read_text())
    assert shown and set(shown) <= set(PICTURES)
    assert all((assets_dir() / "demo" / picture.photo).is_file() for picture in PICTURES.values() if picture.photo)


def test_commands_are_known_by_name(capsys) -> None:
    assert main(["screenshots", "--commands"]) == 0
    names = {line.split()[0] for line in capsys.readouterr().out.splitlines()}
    for picture in PICTURES.values():
        started = picture.options[picture.options.index("--do") + 1 :] if "--do" in picture.options else ()
        assert set(started) <= names


@pytest.mark.parametrize("command", ["table", "no_such_command"])
def test_a_command_is_started_before_the_picture_is_taken(tmp_path: Path, command: str) -> None:
    environment = os.environ | {"HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen", "HANDVIZ_CACHE": str(tmp_path)}
    target = tmp_path / "shot.png"
    done = subprocess.run(
        [sys.executable, "-m", "handviz.cli.main", "--screenshot", str(target), "--do", command],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if command == "table":
        assert done.returncode == 0 and target.stat().st_size > 5000, done.stderr
    else:
        assert done.returncode == 1 and "no_such_command" in done.stderr and not target.exists()
