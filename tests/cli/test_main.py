import importlib
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from handviz.cli import main as cli
from handviz.errors import InputError

HEAVY = ("torch", "PySide6", "open3d", "cv2", "smplx", "moderngl", "av", "scipy")


def loaded_after(code: str) -> set[str]:
    """Heavy packages in memory after running code in a fresh interpreter."""
    report = f"{code}\nimport sys; print('loaded:', *(m for m in {HEAVY!r} if m in sys.modules))"
    child = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(child.stdout.rpartition("loaded:")[2].split())


@pytest.fixture
def command(monkeypatch):
    """Replace all commands by one called `act`, whose run() the test chooses."""

    def install(run):
        def add_parser(subparsers):
            parser = subparsers.add_parser("act", help="act")
            parser.add_argument("files", nargs="*")

        monkeypatch.setattr(cli, "_commands", lambda: {"act": types.SimpleNamespace(add_parser=add_parser, run=run)})

    return install


def test_import_loads_nothing_heavy():
    assert loaded_after("import handviz") == set()


def test_help_loads_nothing_heavy():
    listing = (
        "import contextlib\nfrom handviz.cli.main import main\nwith contextlib.suppress(SystemExit): main(['--help'])"
    )
    assert loaded_after(listing) == set()


def test_help_lists_every_command_with_a_summary(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    assert end.value.code == 0
    printed = capsys.readouterr().out
    for name in ("open", "predict", "synthesize", "train", "evaluate", "doctor"):
        # A long name has its summary on the next line.
        assert re.search(rf"^    {name}\s+[a-z]+ \w+ ", printed, re.MULTILINE), f"{name} has no summary"


@pytest.mark.parametrize("name", ["open", "predict", "synthesize", "train", "evaluate", "doctor"])
def test_each_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main([name, "--help"])
    assert end.value.code == 0
    assert f"handviz {name}" in capsys.readouterr().out


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.split() == ["handviz", "0.1.0"]


def test_exit_status_is_what_the_command_returns(command):
    command(lambda args: 7 if args.files == ["a", "b"] else 0)
    assert cli.main(["act", "a", "b"]) == 7


def test_an_error_is_one_sentence_and_status_1(command, capsys):
    def run(args):
        raise InputError("photo.jpg is no picture; choose a JPEG or PNG file.")

    command(run)
    assert cli.main(["act"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "handviz: photo.jpg is no picture; choose a JPEG or PNG file.\n"


def test_an_operating_system_error_shows_no_traceback(command, capsys):
    def run(args):
        Path("/nonexistent/folder/file").read_text()

    command(run)
    assert cli.main(["act"]) == 1
    assert "/nonexistent/folder/file" in capsys.readouterr().err


def test_a_package_that_is_not_installed_is_named(command, capsys):
    def run(args):
        importlib.import_module("no_such_package")

    command(run)
    assert cli.main(["act"]) == 1
    assert "no_such_package is not installed" in capsys.readouterr().err


def test_a_programming_error_is_not_hidden(command):
    def run(args):
        raise KeyError("hand")

    command(run)
    with pytest.raises(KeyError):
        cli.main(["act"])


def test_debugging_shows_the_traceback(command, monkeypatch):
    def run(args):
        raise InputError("no")

    command(run)
    monkeypatch.setenv("HANDVIZ_DEBUG", "1")
    with pytest.raises(InputError):
        cli.main(["act"])


def test_interrupt_has_the_shell_s_status(command):
    def run(args):
        raise KeyboardInterrupt

    command(run)
    assert cli.main(["act"]) == 130


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["open"]),
        (["photo.jpg"], ["open", "photo.jpg"]),
        (["--screenshot", "out.png", "photo.jpg"], ["open", "--screenshot", "out.png", "photo.jpg"]),
        (["predict", "photo.jpg"], ["predict", "photo.jpg"]),
        (["--help"], ["--help"]),
    ],
)
def test_files_without_a_command_are_opened(arguments, expected):
    assert cli._with_command(arguments, {"open": None, "predict": None}) == expected


def test_a_misspelt_command_is_guessed(capsys):
    assert cli.main(["predikt"]) == 1
    assert "did you mean `handviz predict`" in capsys.readouterr().err


def test_a_file_called_like_a_command_misspelt_is_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "predikt").touch()
    assert cli._with_command(["predikt"], {"open": None, "predict": None}) == ["open", "predikt"]
