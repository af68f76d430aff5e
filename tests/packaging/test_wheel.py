"""A wheel built from the tree works where there is no checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# handviz must come from the unpacked wheel, never from the checkout, which an editable install puts on the path.
WITHOUT_CHECKOUT = """
import sys
sys.path = [p for p in sys.path if {root!r} != p and not p.startswith({root!r} + "/handviz")]
import handviz
assert handviz.__file__.startswith({site!r}), handviz.__file__
"""


@pytest.fixture(scope="session")
def source_tree(tmp_path_factory) -> Path:
    """A copy of what a wheel is built from, with a user's MANO file put where users put it."""
    tree = tmp_path_factory.mktemp("tree")
    for name in ("handviz", "models", "assets"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "MANO*"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, tree / name)
    (tree / "models" / "mano" / "MANO_RIGHT.pkl").write_bytes(b"licensed to one user")
    return tree


@pytest.fixture(scope="session")
def wheel(source_tree, tmp_path_factory) -> Path:
    """The wheel, built without a network."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(source_tree)], check=True, timeout=240)
    (built,) = folder.glob("handviz-*.whl")
    return built


@pytest.fixture(scope="session")
def site(wheel, tmp_path_factory) -> Path:
    """The wheel as installed: unpacked into a folder."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run_there(site: Path, code: str, cwd: Path) -> subprocess.CompletedProcess:
    prelude = WITHOUT_CHECKOUT.format(root=str(ROOT), site=str(site))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HANDVIZ_")}
    environment["PYTHONPATH"] = str(site)
    command = [sys.executable, "-c", prelude + code]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)


def test_everything_that_ships_is_inside(wheel):
    listing = subprocess.run(["git", "ls-files", "models", "assets"], cwd=ROOT, capture_output=True, text=True)
    shipped = set(listing.stdout.split("\n")) - {""}
    if not shipped:
        pytest.skip("not a checkout")
    with zipfile.ZipFile(wheel) as archive:
        inside = {name.partition("/_shipped/")[2] for name in archive.namelist()}
    assert shipped - inside == set()


def test_a_user_s_mano_is_not_inside(wheel):
    with zipfile.ZipFile(wheel) as archive:
        assert [name for name in archive.namelist() if name.endswith((".pkl", ".pickle"))] == []


def test_licence_and_notice_are_inside(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/NOTICE") for name in names)


def test_version_without_the_checkout(site, tmp_path):
    code = "from handviz.cli.main import main; main(['--version'])"
    child = run_there(site, code, tmp_path)
    assert (child.returncode, child.stdout) == (0, "handviz 0.1.0\n"), child.stderr


def test_hand_model_loads_without_the_checkout(site, tmp_path):
    code = "from handviz.hand.model import HandModel; print(HandModel.load().num_vertices)"
    child = run_there(site, code, tmp_path)
    assert (child.returncode, child.stdout) == (0, "1609\n"), child.stderr


def test_resources_are_found_without_the_checkout(site, tmp_path):
    code = """
from handviz.resources import assets_dir, models_dir
assert sorted(p.name for p in (models_dir() / "detector").glob("*.onnx")), "no detector"
for kind in ("skins", "panoramas", "backgrounds"):
    assert (assets_dir() / kind / "splits.json").is_file(), kind
print(models_dir())
"""
    child = run_there(site, code, tmp_path)
    assert child.returncode == 0, child.stderr
    assert child.stdout.startswith(str(site))


def test_doctor_runs_without_the_checkout(site, tmp_path):
    code = """
from handviz.cli import doctor, machine
findings = [machine._shipped_files(), *machine._mano()]
print(doctor.report(findings, True))
"""
    child = run_there(site, code, tmp_path)
    assert child.returncode == 0, child.stderr
    assert str(site) in child.stdout
