"""A window with the library page in sight and a library of ten predicted cases open in it."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from library_cases import make_library

from handviz.app.library.page import LibraryPage


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or fills the cache of whoever runs it."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("HANDVIZ_CACHE", str(folder))
    return folder


@dataclass
class Desk:
    """The page, its window and its stand-ins."""

    rig: object
    page: LibraryPage
    file: Path
    photos: list[Path]

    @property
    def model(self):
        return self.page.model

    @property
    def review(self):
        return self.page.review


@pytest.fixture
def library_file(tmp_path: Path, own_cache: Path) -> tuple[Path, list[Path]]:
    """A library of ten predicted cases, and their photos."""
    path = tmp_path / "cases.handviz"
    return path, make_library(path, own_cache, 10)


@pytest.fixture
def desk(qtbot, rig, library_file) -> Desk:
    """The page with the library open."""
    page = rig.window.pages.show_page("library")
    made = Desk(rig, page, *library_file)
    page.remembered.annotator = "ada"
    page.open_library(made.file)
    qtbot.waitUntil(lambda: len(page.model.cases) == 10)
    return made
