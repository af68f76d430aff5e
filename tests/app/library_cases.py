"""Cases for tests of the library page."""

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image
from synthetic import make_prediction

from handviz.casework.asking import Question
from handviz.casework.building import case_from_prediction
from handviz.files import sha256
from handviz.hypotheses.case_figures import CaseFigures
from handviz.review.cases import Case, NewCase
from handviz.review.prediction_cache import PredictionCache
from handviz.review.store import Library


def figures(seed: int, truth: bool = True) -> CaseFigures:
    """Figures of four hypotheses."""
    rng = np.random.default_rng(seed)
    errors = {name: rng.uniform(5, 90, 4).round(1) for name in ("error_mm", "reversed_error_mm", "shape_error_mm")}
    return CaseFigures(
        rng.random(4).round(3), **(errors if truth else {}), spread_mm=float(rng.uniform(5, 60)),
        blur_px=float(rng.uniform(2, 60)),
    )  # fmt: skip


def new_case(number: int, path: Path, truth: bool = True) -> NewCase:
    """A case of its own for every number."""
    known = figures(number, truth)
    return NewCase(
        path, hashlib.sha256(str(number).encode()).hexdigest(), None, (10.0 + number, 20.0, 60.0, 50.0), "right",
        blur_px=known.blur_px, spread_mm=known.spread_mm, best_score=float(known.score.max()),
        figures=known.to_json(),
    )  # fmt: skip


def case(number: int, **changes: object) -> Case:
    """A case as a library gives it, with number for its id."""
    made = new_case(number, Path(f"photo{number}.jpg"))
    return Case(**{**vars(made), "id": number, "case_uuid": made.uuid, **changes})


def photos(folder: Path, count: int) -> list[Path]:
    """Small photos of different content."""
    paths = []
    for number in range(count):
        pixels = np.full((120, 160, 3), (7 * number) % 255, np.uint8)
        pixels[20:70, 10 + number % 40 : 70 + number % 40] = 200
        path = folder / f"photo{number:03d}.png"
        Image.fromarray(pixels).save(path)
        paths.append(path)
    return paths


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
