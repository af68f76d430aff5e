"""A window with the library page in sight and a library of ten predicted cases open in it."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from library_cases import photos
from synthetic import make_prediction

from handviz.app.library.page import LibraryPage
from handviz.casework.asking import Question
from handviz.casework.building import case_from_prediction
from handviz.files import sha256
from handviz.review.prediction_cache import PredictionCache
from handviz.review.store import Library


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or fills the cache of whoever runs it."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("HANDVIZ_CACHE", str(folder))
    return folder


def make_library(path: Path, cache: Path, count: int, predicted: bool = True) -> list[Path]:
    """A library of photos beside it, their predictions in the cache."""
    folder = path.parent / "photos"
    folder.mkdir(exist_ok=True)
    files = photos(folder, count)
    store = PredictionCache(cache / "predictions")
    cases = []
    for number, file in enumerate(files):
        prediction = make_prediction(8, 160, 120, seed=number)
        question = Question()
        photo = sha256(file)
        key = question.key(photo, None, prediction.provenance)
        if predicted:
            store.put(key, prediction)
        cases.append(case_from_prediction(prediction, file, photo, key=key, question=question))
    with Library.open(path, "maker") as library:
        library.add_cases(cases)
    return files


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
