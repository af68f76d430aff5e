"""A report as a folder: a page with pictures that any browser opens, and the same cases as CSV and JSON."""

import os
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from handviz.errors import InputError
from handviz.files import make_folder, unwritable
from handviz.hypotheses.triage import TriageSettings
from handviz.media.sources import Picture, PictureReader
from handviz.review.cases import Case
from handviz.review.export import csv_text, json_text, records
from handviz.review.filters import CaseFilter
from handviz.review.photos import photo_path, same_photo
from handviz.review.pictures import case_picture, kept_mean_joints
from handviz.review.prediction_cache import PredictionCache
from handviz.review.report_page import CaseView, page
from handviz.review.store import Library

Progress = Callable[[int, int], bool]
"""Called with (cases done, cases in all); False stops."""


@dataclass(frozen=True)
class Report:
    """What was written."""

    page: Path
    """The page to open."""
    cases: int
    without_picture: int
    """Cases whose photo is not there or cannot be read."""


class ReportStopped(InputError):  # noqa: N818, since stopping is no error of anybody's
    """Whoever asked for the report stopped it; nothing was written."""


def export_report(
    library: Library,
    folder: str | Path,
    wanted: CaseFilter | None = None,
    everybody: bool = False,
    cache: PredictionCache | None = None,
    settings: TriageSettings | None = None,
    progress: Progress | None = None,
) -> Report:
    """Write index.html, pictures/, cases.csv and cases.json into a new folder, all of it or nothing.

    The page needs nothing from outside and runs no scripts; the folder can be moved, zipped and sent. Joints are drawn
    for the predictions found in the cache, by default the shared one; settings say which hypotheses are kept. Raises
    InputError when the folder is there already or cannot be written, ReportStopped when progress says so.
    """
    folder, wanted, cache = Path(folder), wanted or CaseFilter(), cache or PredictionCache.default()
    if os.path.lexists(folder):
        raise InputError(f"{folder} exists already; name another folder for the report.")
    make_folder(folder.parent)
    part = folder.with_name(f".{folder.name[:64]}.{uuid.uuid4().hex[:8]}.part")
    try:
        report = _write(library, folder, part, wanted, everybody, cache, settings, progress)
        part.rename(folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return report


def _write(
    library: Library,
    folder: Path,
    part: Path,
    wanted: CaseFilter,
    everybody: bool,
    cache: PredictionCache,
    settings: TriageSettings | None,
    progress: Progress | None,
) -> Report:
    make_folder(part / "pictures")
    found, cases = records(library, wanted, everybody, folder), library.cases(wanted)
    views, reader = [], PictureReader()
    try:
        for number, (case, record) in enumerate(zip(cases, found, strict=True)):
            if progress is not None and not progress(number, len(cases)):
                raise ReportStopped("The report was stopped; nothing was written.")
            # Named by the case's number alone: names from files of others lead nowhere.
            name = f"pictures/case{case.id:06d}.jpg"
            problem = _draw(library, case, cache, settings, reader, part / name)
            views.append(CaseView(case, record, "" if problem else name, problem))
    finally:
        reader.close()
    text = page(library.path.name, library.annotator, everybody and not library.blind(), views)
    for name, content in (("cases.json", json_text(found)), ("cases.csv", csv_text(found)), ("index.html", text)):
        (part / name).write_text(content, encoding="utf-8")
    return Report(folder / "index.html", len(cases), sum(not view.picture for view in views))


def _draw(
    library: Library,
    case: Case,
    cache: PredictionCache,
    settings: TriageSettings | None,
    reader: PictureReader,
    path: Path,
) -> str:
    """Draw a case's picture; what hinders it, one sentence, empty when it was drawn."""
    photo = photo_path(library, case)
    if photo is None:
        return "The photo is not where it was."
    if case.frame is None and not same_photo(photo, case.photo_sha256):
        return "The photo was changed since the case was added."
    try:
        image = reader.read(Picture(photo, case.frame, photo.stem)).image
        prediction = cache.get(case.prediction_key)
    except InputError as error:
        return str(error)
    joints = None if prediction is None else kept_mean_joints(prediction, settings)
    case_picture(image, case.box, joints).save(path, "JPEG", quality=88)
    return ""
