import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = dict(line.split("==") for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line)

# What a package is imported as, where that differs from its name; tools are run, not imported.
IMPORTED_AS = {"opencv-python": "cv2", "pillow": "PIL", "PySide6-Essentials": "PySide6"}
TOOLS_FOR_BUILDING_ASSETS = {"anny"}
LOADED_BY_TORCH = {"tensorboard"}


def plain(name: str) -> str:
    """The name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def direct(*extras: str) -> dict[str, str]:
    requirements = list(PROJECT["dependencies"])
    for extra in extras:
        requirements += PROJECT["optional-dependencies"][extra]
    return dict(requirement.split("==") for requirement in requirements)


def test_lock_holds_what_pyproject_pins():
    locked = {plain(name): version for name, version in LOCK.items()}
    wanted = {plain(name): version for name, version in direct("train", "test").items()}
    assert {name: locked.get(name) for name in wanted} == wanted


def test_lock_names_no_single_build():
    assert not [version for version in LOCK.values() if "+" in version]


def imported_packages() -> set[str]:
    """Top-level names that handviz imports anywhere, standard library and itself left out."""
    names = set()
    for path in (ROOT / "handviz").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {"handviz"}


def test_direct_dependencies_are_exactly_what_is_imported():
    declared = {IMPORTED_AS.get(name, name) for name in direct("train")}
    assert imported_packages() - TOOLS_FOR_BUILDING_ASSETS == declared - LOADED_BY_TORCH


@pytest.mark.parametrize("kind", ["skins", "panoramas", "backgrounds", "fonts", "icons"])
def test_every_kind_of_asset_says_where_it_comes_from(kind):
    assert (ROOT / "assets" / kind / "README.md").is_file()
    if kind != "icons":
        assert f"assets/{kind}/" in (ROOT / "NOTICE").read_text()
