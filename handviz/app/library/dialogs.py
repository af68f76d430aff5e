"""What the page asks a person, and what is done with the answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog

from handviz.app.library.agreement_dialog import AgreementDialog, Compared, compare_annotators
from handviz.app.library.batch_dialog import BatchDialog
from handviz.app.library.errands import Errands
from handviz.app.library.export_dialog import ExportDialog
from handviz.app.library.kinds_dialog import KindsDialog
from handviz.casework.batch import BatchSettings
from handviz.casework.batch_items import BatchSources
from handviz.errors import HandvizError
from handviz.media.kinds import PHOTO_SUFFIXES, VIDEO_SUFFIXES
from handviz.resources import assets_dir
from handviz.review.export import export_csv, export_json
from handviz.review.filters import CaseFilter
from handviz.review.merging import import_json, merge
from handviz.review.photos import find_photos
from handviz.review.recovery import recover
from handviz.review.report import export_report
from handviz.review.store import SUFFIX, Library

if TYPE_CHECKING:
    from handviz.app.library.page import LibraryPage

_FILES = f"Libraries (*{SUFFIX});;All files (*)"
_MERGED = f"Libraries and exported JSON (*{SUFFIX} *.json);;All files (*)"


class Dialogs:
    """The page's questions. The ask_ methods are what tests answer."""

    def __init__(self, page: LibraryPage) -> None:
        self._page = page
        self.errands = Errands(page)
        self.errands.told.connect(lambda sentence: page.footer.say(sentence))
        self.errands.done.connect(lambda sentence: (page.footer.say(sentence), page.control.desk.look()))
        self.errands.failed.connect(lambda sentence: page.services.banner.show_message(sentence))

    def close(self) -> None:
        """Finish what is being written."""
        self.errands.close()

    # --- asking ------------------------------------------------------------------------------------------------------

    def ask_library(self, title: str, filters: str = _FILES) -> Path | None:
        """An existing library; None when the dialog is left."""
        name, _ = QFileDialog.getOpenFileName(self._page, title, str(self._folder()), filters)
        return Path(name) if name else None

    def ask_new(self, title: str, suggestion: str, filters: str = _FILES) -> Path | None:
        """A file to write; None when the dialog is left."""
        name, _ = QFileDialog.getSaveFileName(self._page, title, str(self._folder() / suggestion), filters)
        return Path(name) if name else None

    def ask_folder(self, title: str) -> Path | None:
        """A folder; None when the dialog is left."""
        name = QFileDialog.getExistingDirectory(self._page, title, str(self._folder()))
        return Path(name) if name else None

    def ask_name(self, title: str, question: str) -> str | None:
        """A name; None when the dialog is left."""
        name, ok = QInputDialog.getText(self._page, title, question)
        return name.strip() if ok and name.strip() else None

    def _folder(self) -> Path:
        path = self._page.model.path or self._page.remembered.library
        return path.parent if path is not None else Path.home()

    # --- libraries ---------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Ask for a library and open it."""
        path = self.ask_library("Open library")
        if path is not None:
            self._page.open_library(path)

    def new(self) -> None:
        """Ask for a name and make a library."""
        path = self.ask_new("New library", f"cases{SUFFIX}")
        if path is not None:
            self._page.open_library(_with_suffix(path, SUFFIX), create=True)

    def save_elsewhere(self) -> None:
        """Write all there is to another file, and go on there."""
        path = self._page.model.path
        if path is None:
            return
        chosen = self.ask_new("Save elsewhere", f"{path.stem} copy{SUFFIX}")
        if chosen is not None:
            self._page.control.desk.save_elsewhere(_with_suffix(chosen, SUFFIX))

    def merge(self) -> None:
        """Ask for another library and add what it holds."""
        page = self._page
        path = page.model.path
        other = self.ask_library("Merge another library", _MERGED) if path is not None else None
        if path is None or other is None:
            return
        annotator = page.model.annotator

        def work() -> str:
            with Library.open(path, annotator, create=False) as library:
                added = import_json(library, other) if other.suffix == ".json" else merge(library, other)
                return f"Merged {other.name}: {added}"

        self._run("The merge", work)

    def recover(self, damaged: Path) -> None:
        """Ask for a name, save what is left of a damaged library there, and open that."""
        target = self.ask_new("Recover what is left", f"{damaged.stem} recovered{SUFFIX}")
        if target is None:
            return
        target = _with_suffix(target, SUFFIX)

        def work() -> str:
            found = recover(damaged, target)
            return f"Recovered {found.saved}" + (f"; {found.lost} rows are lost" if found.lost else "")

        self.errands.run("Recovering", work, lambda: self._page.open_library(target))

    def _run(self, what: str, work: Callable[[], str]) -> None:
        """Begin once every change made so far is in the file."""
        self._page.control.desk.read(lambda _: None, lambda _: self.errands.run(what, work))

    def find_photos(self) -> None:
        """Ask for a folder and look there for photos that were moved."""
        page = self._page
        path = page.model.path
        folder = self.ask_folder("Find moved photos in") if path is not None else None
        if path is None or folder is None:
            return
        annotator = page.model.annotator

        def work() -> str:
            with Library.open(path, annotator, create=False) as library:
                found = find_photos(library, [folder], lambda *_: not self.errands.closing)
            missing = f", {found.missing} still missing" if found.missing else ""
            return f"Photos of {found.cases} cases found again{missing}"

        self.errands.run("The search", work)
        page.thumbnails.forget_troubles()

    def demo(self) -> None:
        """Ask for a name, make a library, and predict the bundled clip into it."""
        path = self.ask_new("New library of the demo clip", f"demo{SUFFIX}")
        if path is not None:
            self._page.after_opening = lambda: self.start_batch(BatchSources(tuple(demo_media())))
            self._page.open_library(_with_suffix(path, SUFFIX), create=True)

    # --- what is in them ---------------------------------------------------------------------------------------------

    def save_filter(self) -> None:
        """Ask for a name and save the filter."""
        name = self.ask_name("Save this filter", "Name of the filter")
        if name is not None:
            self._page.control.save_filter(name, self._page.model.wanted)

    def edit_kinds(self) -> None:
        """Edit the kinds of flags."""
        dialog = KindsDialog(self._page, self._page.model.kinds)
        dialog.chosen.connect(self._page.control.set_kinds)
        _open(dialog)

    def agreement(self) -> None:
        """Show how far annotators agree."""
        page = self._page
        if page.model.blind:
            page.footer.say("Annotators are hidden from each other; leave blind mode to see their agreement")
            return

        def show(found: Compared) -> None:
            dialog = AgreementDialog(page, found)
            dialog.cases_wanted.connect(self._show_cases)
            _open(dialog)

        page.control.desk.read(compare_annotators, show)

    def _show_cases(self, ids: tuple[int, ...]) -> None:
        self._page.model.use_filter(CaseFilter(ids=tuple(ids)))
        self._page.show_grid()

    def batch(self, paths: list[Path]) -> None:
        """Ask what to predict into the library, and begin."""
        page = self._page
        if page.model.path is None:
            return
        if page.batches.running:
            page.footer.say("One batch at a time: wait for its end, or cancel it")
            return
        dialog = BatchDialog(page, paths)
        dialog.chosen.connect(self.start_batch)
        _open(dialog)

    def start_batch(self, sources: BatchSources) -> None:
        """Predict into the open library in the background."""
        page = self._page
        if page.model.path is None:
            return
        try:
            page.batches.start(page.model.path, sources, BatchSettings(triage=page.model.triage_settings))
        except HandvizError as error:
            page.services.banner.show_message(str(error))

    def export(self) -> None:
        """Ask what to write, and write it."""
        if self._page.model.path is not None:
            dialog = ExportDialog(self._page, self._page.model)
            dialog.chosen.connect(self._export)
            _open(dialog)

    def _export(self, form: str, which: str, everybody: bool) -> None:
        model = self._page.model
        path = model.path
        if path is None:
            return
        # Triage follows the limits of the moment, which the file does not know: the cases are named one by one.
        shown = tuple(case.id for case in model.cases if which != "selected" or case.id in model.selected)
        wanted = CaseFilter() if which == "all" else CaseFilter(ids=shown, sort=model.wanted.sort)
        suffix, name = {"csv": (".csv", "CSV"), "json": (".json", "JSON"), "html": ("", "Report")}[form]
        target = self.ask_new(f"Export {name}", f"{path.stem}{suffix or ' report'}", "All files (*)")
        if target is None:
            return
        target = _with_suffix(target, suffix) if suffix else target
        annotator = model.annotator
        cache, settings = self._page.cache, model.triage_settings

        def go_on(done: int, total: int) -> bool:
            self.errands.tell(f"Drawing the report: {done} of {total} cases")
            return not self.errands.closing

        def work() -> str:
            with Library.open(path, annotator, create=False) as library:
                if form == "html":
                    report = export_report(library, target, wanted, everybody, cache, settings, go_on)
                    return f"Exported {report.cases} cases to {report.page}"
                write = export_csv if form == "csv" else export_json
                count = write(library, target, wanted, everybody)
            return f"Exported {count} cases to {target}"

        self._run("The export", work)


def demo_media() -> list[Path]:
    """The bundled clips, or the photos where there is none."""
    try:
        found = sorted((assets_dir() / "demo").iterdir())
    except (HandvizError, OSError):
        return []
    clips = [path for path in found if path.suffix in VIDEO_SUFFIXES]
    return clips or [path for path in found if path.suffix in PHOTO_SUFFIXES]


def _with_suffix(path: Path, suffix: str) -> Path:
    return path if path.suffix == suffix else path.with_name(path.name + suffix)


def _open(dialog: QDialog) -> None:
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
