"""The scripts behind `make`, on machines made up of stand-ins for the tools they ask."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / ".ci" / "system-packages"
TOOLS = ("bash", "sed", "tr", "cat", "env", "ls", "mktemp", "rm", "tail", "dirname", "uname")

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the scripts are for Linux")


def packages() -> list[str]:
    """The list in the script."""
    text = SCRIPT.read_text()
    return text[text.index("packages=(") + len("packages=(") : text.index("\n)")].split()


@pytest.fixture
def machine(tmp_path):
    """A machine with these executables alone, and a Python that can make environments."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))

    class Machine:
        def add(self, name: str, script: str) -> None:
            path = folder / name
            path.write_text(f"#!{folder}/bash\n{script}\n")
            path.chmod(0o755)

        def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
            environment = {"PATH": str(folder), "PYTHON": "good-python", "LOG": str(tmp_path / "log"), **variables}
            return subprocess.run(
                list(arguments), env=environment, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL
            )

        def log(self) -> str:
            path = tmp_path / "log"
            return path.read_text() if path.exists() else ""

        def installed(self, names: list[str]) -> None:
            lines = "\n".join(f"echo 'ii |{name}, '" for name in names)
            self.add("dpkg-query", lines)

    made = Machine()
    made.add("good-python", "exit 0")
    made.add("id", "echo 1000")
    made.add("apt-get", 'echo "apt-get $*" >> "$LOG"')
    return made


def test_nothing_is_done_when_all_is_there(machine):
    machine.installed(packages())
    result = machine.run(str(SCRIPT))
    assert (result.returncode, result.stdout, result.stderr, machine.log()) == (0, "", "", "")


def test_a_package_under_a_newer_name_counts(machine):
    machine.installed([*packages()[1:], f"{packages()[0]}t64, {packages()[0]} (= 1.2)"])
    assert machine.run(str(SCRIPT)).returncode == 0
    assert machine.log() == ""


def test_root_installs_only_what_is_missing(machine):
    machine.add("id", "echo 0")
    machine.installed(packages()[2:])
    result = machine.run(str(SCRIPT))
    assert result.returncode == 0, result.stderr
    assert machine.log().splitlines()[-1].endswith(" ".join(["--no-install-recommends", *packages()[:2]]))


def test_without_rights_the_packages_are_asked_for_by_name(machine):
    machine.installed(packages()[1:])
    result = machine.run(str(SCRIPT))
    assert result.returncode == 1
    assert f"apt-get install {packages()[0]}" in result.stderr
    assert machine.log() == ""


def test_sudo_is_used_where_it_asks_nothing(machine):
    machine.installed(packages()[1:])
    machine.add("sudo", '[ "$1" = -n ] && exit 0; echo "sudo" >> "$LOG"; exec "$@"')
    assert machine.run(str(SCRIPT)).returncode == 0
    assert "sudo\napt-get" in machine.log()


def test_an_apt_that_fails_is_told_with_the_names(machine):
    machine.add("id", "echo 0")
    machine.installed(packages()[1:])
    machine.add("apt-get", "echo 'E: no network'; exit 100")
    result = machine.run(str(SCRIPT))
    assert result.returncode == 1
    assert "E: no network" in result.stderr
    assert packages()[0] in result.stderr


def test_a_python_that_cannot_make_environments_asks_for_its_package(machine):
    machine.installed(packages())
    machine.add("good-python", "exit 1")
    result = machine.run(str(SCRIPT), "--check")
    assert result.returncode == 1
    assert "python3-venv" in result.stdout


def test_it_can_be_skipped(machine):
    machine.installed([])
    assert machine.run(str(SCRIPT), HANDVIZ_SKIP_SYSTEM="1").returncode == 0


def test_other_systems_are_told_what_to_look_for(machine):
    result = machine.run(str(SCRIPT))
    assert result.returncode == 0
    assert "dnf install" in result.stderr


def test_setup_without_a_fitting_python_says_which_it_needs(machine):
    machine.installed(packages())
    machine.add("old-python", '[[ "$*" == *ensurepip* ]]')
    result = machine.run(str(ROOT / ".ci" / "setup"), PYTHON="old-python", HANDVIZ_SKIP_SYSTEM="1")
    assert result.returncode == 1
    assert "Python 3.11" in result.stderr


def test_setup_deletes_no_folder_that_is_not_an_environment(machine, tmp_path):
    machine.installed(packages())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    result = machine.run(str(ROOT / ".ci" / "setup"), VENV=str(tmp_path / "mine"))
    assert result.returncode == 1
    assert "no virtual environment" in result.stderr
    assert (tmp_path / "mine" / "thesis.tex").exists()


@pytest.mark.skipif(not shutil.which("make"), reason="make is not here")
def test_a_second_run_of_make_has_nothing_to_set_up(tmp_path):
    venv = tmp_path / "venv"
    venv.mkdir()
    ready = venv / ".handviz-ready"
    ready.touch()
    newest = max((ROOT / name).stat().st_mtime for name in ("pyproject.toml", "requirements.lock", ".ci/setup"))
    os.utime(ready, (newest + 10, newest + 10))
    plan = ["make", "--dry-run", f"VENV={venv}", "lint"]
    assert ".ci/setup" not in subprocess.run(plan, cwd=ROOT, capture_output=True, text=True).stdout
    os.utime(ready, (0, 0))
    assert ".ci/setup" in subprocess.run(plan, cwd=ROOT, capture_output=True, text=True).stdout
