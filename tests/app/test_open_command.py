"""`handviz` and its options on the command line."""

import argparse
import os
import subprocess
import sys

import pytest

from handviz.cli import open as command
from handviz.errors import InputError


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return parser.parse_args(["open", *arguments])


def test_sizes_are_read_and_nonsense_is_refused(capsys) -> None:
    assert parse("a.jpg", "--size", "1920X1080").size == (1920, 1080)
    for wrong in ("big", "10x10", "1920", "-5x600"):
        with pytest.raises(SystemExit):
            parse(f"--size={wrong}")
    assert "1366x768" in capsys.readouterr().err


@pytest.mark.parametrize("count", ["0", "201"])
def test_hypotheses_outside_the_range_are_refused_in_a_sentence(count: str) -> None:
    with pytest.raises(InputError, match="1 to 200"):
        command.run(parse("a.jpg", "--hypotheses", count))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is always a display")
def test_without_a_display_it_says_what_else_works() -> None:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    done = subprocess.run(
        [sys.executable, "-m", "handviz.cli.main", "a.jpg"], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "--screenshot" in done.stderr and "Traceback" not in done.stderr
