import json

import pytest

from handviz.cli import doctor, machine
from handviz.cli.machine import BROKEN, LACKING, OK, Finding
from handviz.cli.main import main


@pytest.fixture
def findings(monkeypatch):
    """Let the machine be what the test says."""

    def install(*found):
        monkeypatch.setattr(machine, "examine", lambda: list(found))

    return install


def test_status_0_if_nothing_needed_is_missing(findings, capsys):
    findings(Finding("Python", OK, "3.11.7"), Finding("MANO", LACKING, "not here", "put it there"))
    assert main(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert "ok  Python  3.11.7" in printed
    assert "-> put it there" in printed
    assert printed.endswith("The app can run here.\n")


def test_status_1_and_what_to_install_if_something_is(findings, capsys):
    findings(Finding("Qt", BROKEN, "no libxcb-cursor", "apt-get install libxcb-cursor0"))
    assert main(["doctor"]) == 1
    assert "apt-get install libxcb-cursor0" in capsys.readouterr().out


def test_json_holds_every_finding(findings, capsys):
    findings(Finding("Qt", BROKEN, "absent", "install it"))
    assert main(["doctor", "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["can_run"] is False
    assert answer["findings"] == [{"name": "Qt", "state": "broken", "detail": "absent", "remedy": "install it"}]


def test_report_is_aligned():
    report = doctor.report([Finding("A", OK, "first"), Finding("Longer", OK, "second")], True)
    lines = [line for line in report.splitlines() if line.startswith("  ok")]
    assert lines[0].index("first") == lines[1].index("second")


def test_a_probe_that_crashes_is_told_and_survived():
    answer, error = machine.run_probe("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert answer is None
    assert error == "crashed with signal 11"


def test_a_probe_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(machine, "_TIMEOUT_SECONDS", 0.3)
    answer, error = machine.run_probe("import time; time.sleep(60)")
    assert answer is None
    assert "0.3 s" in error


def test_a_probe_s_error_is_one_sentence():
    answer, error = machine.run_probe(
        "from handviz.errors import ModelFileError; raise ModelFileError('Weights gone.')"
    )
    assert (answer, error) == (None, "Weights gone.")


def test_noise_before_the_answer_is_ignored():
    answer, _ = machine.run_probe("""print("hello"); print('{"detail": "fine"}')""")
    assert answer == {"detail": "fine"}


def test_missing_libraries_become_packages():
    error = "libusb-1.0.so.0: cannot open shared object file: No such file or directory"
    assert machine.missing_packages(error) == "apt-get install libusb-1.0-0"
    assert machine.missing_packages("libxkbcommon-x11.so.0: no") == "apt-get install libxkbcommon-x11-0"
    assert machine.missing_packages("division by zero") == ""


def test_no_display_is_a_lack_with_a_way_out(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    finding = machine._display()
    assert finding.state == LACKING
    assert "--screenshot" in finding.remedy


def test_unusable_cache_is_told(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HANDVIZ_CACHE", str(tmp_path / "file" / "cache"))
    finding = machine._cache()
    assert finding.state == BROKEN
    assert "HANDVIZ_CACHE" in finding.remedy


@pytest.mark.parametrize("name", ["_hand", "_detector", "_video", "_generation"])
def test_what_ships_is_found_on_this_machine(name):
    (finding,) = getattr(machine, name)()
    assert finding.state == OK, finding
