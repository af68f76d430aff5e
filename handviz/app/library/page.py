"""The page "Library": grid or one case large at the left, the judging panel at the right."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from handviz.app.library.batch import BatchBar, Batches
from handviz.app.library.case_answers import question_of
from handviz.app.library.case_showing import CaseShowing
from handviz.app.library.control import LibraryControl
from handviz.app.library.dialogs import Dialogs
from handviz.app.library.empty import EmptyLibrary
from handviz.app.library.filter_bar import FilterBar
from handviz.app.library.flag_panel import FlagPanel
from handviz.app.library.footer import Footer
from handviz.app.library.grid import CaseGrid
from handviz.app.library.handlers import handlers
from handviz.app.library.library_bar import LibraryBar
from handviz.app.library.remembered import Remembered
from handviz.app.library.review_view import ReviewView
from handviz.app.library.thumbnails import Thumbnails
from handviz.app.library.triage_bar import TriageBar
from handviz.app.models.batch_text import batch_lines
from handviz.app.models.library import LibraryModel
from handviz.app.models.suggesting import reference_of, suggested_preset
from handviz.app.pages import Page, Services
from handviz.app.theme import Theme
from handviz.resources import cache_dir
from handviz.review.prediction_cache import PredictionCache
from handviz.review.store import SUFFIX


class LibraryPage(Page):
    """Cases in a grid or one at a time, judged by keys."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self.model = LibraryModel()
        self.remembered = Remembered(services.settings, services.remember)
        self.control = LibraryControl(self.model, self)
        self.cache = PredictionCache(cache_dir() / "predictions")
        self.thumbnails = Thumbnails(self)
        self.batches = Batches(self, services.clients)
        self.dialogs = Dialogs(self)
        self.auto_next = self.remembered.auto_next
        self.after_opening: Callable[[], None] | None = None
        self._build()
        self.showing = CaseShowing(self)
        self._connect()
        self.model.set_triage_settings(self.remembered.triage)
        self._show_what_there_is()
        self._reopen()
        self._tell_rescued()

    def _build(self) -> None:
        model = self.model
        self.bar = LibraryBar(model)
        self.filter_bar = FilterBar(model)
        self.triage_bar = TriageBar(model)
        self.grid = CaseGrid(model, self.thumbnails)
        self.empty = EmptyLibrary(model)
        self.review = ReviewView(self.services, model)
        self.panel = FlagPanel(model)
        self.footer = Footer()
        self.batch_bar = BatchBar(self.batches)
        grid_side = QWidget()
        column = QVBoxLayout(grid_side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.cases = QStackedWidget()
        for widget in (self.empty, self.grid):
            self.cases.addWidget(widget)
        column.addWidget(self.cases, 1)
        self.views = QStackedWidget()
        for widget in (grid_side, self.review):
            self.views.addWidget(widget)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.views)
        self.splitter.addWidget(self.panel)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.bar, self.filter_bar, self.triage_bar):
            column.addWidget(widget)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.batch_bar)
        column.addWidget(self.footer)

    def _connect(self) -> None:
        model, control, panel, review = self.model, self.control, self.panel, self.review
        self._actions = handlers(self)
        control.said.connect(self.footer.say)
        control.opened.connect(self._opened)
        control.desk.failed.connect(self._failed)
        control.desk.not_opened.connect(self._not_opened)
        control.desk.trouble.connect(self._trouble)
        self.bar.wanted.connect(self.do)
        self.bar.annotator_chosen.connect(self.set_annotator)
        self.empty.wanted.connect(self.do)
        self.filter_bar.save_wanted.connect(self.dialogs.save_filter)
        self.filter_bar.forget_wanted.connect(lambda name: control.save_filter(name, None))
        self.grid.review_wanted.connect(self.show_review)
        panel.verdict_wanted.connect(self.judge)
        panel.kind_wanted.connect(self.flag)
        panel.severity_wanted.connect(control.set_severity)
        panel.note_wanted.connect(control.set_note)
        panel.removal_wanted.connect(control.remove_flag)
        panel.kinds_wanted.connect(self.dialogs.edit_kinds)
        panel.compare_wanted.connect(self.compare)
        panel.predict_wanted.connect(self.predict_again)
        review.back_wanted.connect(self.show_grid)
        review.step_wanted.connect(self.step)
        review.session.selection.changed.connect(self._hypotheses_selected)
        self.batches.changed.connect(self._batch_changed)
        model.picked_changed.connect(self._picked)
        model.cases_changed.connect(self._show_what_there_is)
        model.file_changed.connect(self._show_what_there_is)
        model.triage_changed.connect(self._show_bars)
        model.triage_changed.connect(lambda: setattr(self.remembered, "triage", model.triage_settings))

    def do(self, name: str) -> None:
        """Carry out a command by its name, without the page's prefix."""
        self._actions[f"library_{name}"]()

    # --- opening -----------------------------------------------------------------------------------------------------

    def open_library(self, path: Path, create: bool = False) -> None:
        """Open a library, or make a new one."""
        self.control.open(path, self.remembered.annotator, create)

    def open_files(self, paths: list[Path]) -> None:
        """A library is opened; photos, videos, folders and manifests are predicted into the open one."""
        libraries = [path for path in paths if path.suffix == SUFFIX]
        others = [path for path in paths if path.suffix != SUFFIX]
        if libraries:
            self.open_library(libraries[0])
        elif others and self.model.path is not None:
            self.dialogs.batch(others)
        elif others:
            self.services.banner.show_message(
                "No library is open to predict these into; make one first.", "New library…", self.dialogs.new
            )

    def _tell_rescued(self) -> None:
        rescued, self.remembered.rescued = self.remembered.rescued, None
        if rescued is not None and rescued.is_file():
            self.services.banner.show_message(
                f"Changes that could not be saved when handviz was closed are in {rescued}.", "Open it",
                lambda: self.open_library(rescued),
            )  # fmt: skip

    def _reopen(self) -> None:
        last = self.remembered.library
        self._reopening = last is not None
        if last is not None:
            self.open_library(last)

    def _opened(self, path: Path) -> None:
        self.remembered.library = path
        self.thumbnails.set_library(path)
        self.showing.loader.library_folder = path.parent
        if not self._reopening:
            # What is told at the start stays until it is read.
            self.services.banner.hide()
        self._reopening = False
        self.show_grid()
        self.footer.say(f"Opened {path.name}")
        after, self.after_opening = self.after_opening, None
        if after is not None:
            after()

    def set_annotator(self, name: str) -> None:
        """Go on as another annotator."""
        self.remembered.annotator = name
        self.control.set_annotator(name)

    # --- when the file fails -----------------------------------------------------------------------------------------

    def _failed(self, sentence: str) -> None:
        self.services.banner.show_message(sentence, "Open another…", self.dialogs.open)

    def _not_opened(self, path: Path, sentence: str) -> None:
        # A library that was open last may be gone for good.
        self.after_opening, self._reopening = None, False
        if "damaged" in sentence:
            self.services.banner.show_message(sentence, "Recover…", lambda: self.dialogs.recover(path))
        else:
            self._failed(sentence)

    def _trouble(self, sentence: str, unsaved: int) -> None:
        self.bar.show_unsaved(unsaved)
        if not sentence:
            self.services.banner.hide()
            self.footer.say("All changes are saved")
            return
        kept = {0: "", 1: " One change is kept in memory."}.get(unsaved, f" {unsaved} changes are kept in memory.")
        self.services.banner.show_message(f"{sentence}{kept}", "Save elsewhere…", self.dialogs.save_elsewhere)

    # --- which case --------------------------------------------------------------------------------------------------

    @property
    def reviewing(self) -> bool:
        """Whether one case shows large."""
        return self.views.currentWidget() is self.review

    def show_review(self) -> None:
        """Show the current case large."""
        if self.model.current is None and self.model.cases:
            self.model.pick(self.model.cases[0].id)
        if self.model.current is None:
            return
        self.review.start()
        self.views.setCurrentWidget(self.review)
        self._show_bars()
        self.review.viewport_pane.canvas.setFocus()
        # One case large is one case judged.
        self.model.pick(self.model.current.id)
        self.showing.load()

    def show_grid(self) -> None:
        """Show the cases again."""
        if self.reviewing:
            self.review.control.cancel()
        self.views.setCurrentIndex(0)
        self._show_bars()
        self.grid.setFocus()

    def step(self, places: int) -> None:
        """Go on to the next case that matches, or back."""
        case = self.model.neighbour(places)
        if case is not None:
            self.model.pick(case.id)

    def next_new(self) -> None:
        """Go on to the next case that is neither judged nor flagged."""
        case = self.model.next_unreviewed()
        if case is not None:
            self.model.pick(case.id)
        elif self.model.cases:
            self.footer.say("Every case that matches is reviewed")

    def _picked(self) -> None:
        case = self.model.current
        if self.reviewing and case is not None and case.id != self.review.case_id:
            self.showing.load()

    def _show_what_there_is(self) -> None:
        was_empty = self.cases.currentWidget() is self.empty
        focused = self.isAncestorOf(QApplication.focusWidget()) if QApplication.focusWidget() is not None else False
        self.cases.setCurrentWidget(self.empty if self.empty.needed else self.grid)
        self.setFocusProxy(self.empty.first_button if self.empty.needed else self.grid)
        if focused and not self.reviewing and was_empty != self.empty.needed:
            self.setFocus()
        if self.reviewing and self.model.current is None:
            self.show_grid()
        self._show_bars()

    def _show_bars(self) -> None:
        """One case large needs the room that the filter takes."""
        filled = self.model.path is not None and self.model.counts.total > 0
        self.panel.setVisible(filled)
        self.filter_bar.setVisible(filled and not self.reviewing)
        self.triage_bar.setVisible(filled and not self.reviewing and bool(self.triage_bar.chips))
        self.bar.show_view("review" if self.reviewing else "grid")

    # --- judging -----------------------------------------------------------------------------------------------------

    def judge(self, verdict: str) -> None:
        """Give the picked cases a verdict; then go on, where that is wished for."""
        self.control.judge(verdict)
        if self.auto_next and self.reviewing:
            self.next_new()

    def flag(self, kind: str) -> None:
        """Flag the picked cases."""
        selected = self.review.session.selection.selected if self.reviewing else ()
        self.control.flag(kind, tuple(sorted(selected)))

    def flag_key(self, key: str) -> None:
        """Flag with the kind of a key."""
        kind = self.model.kind_of_key(key)
        if kind is not None:
            self.flag(kind.name)
        elif self.model.path is not None:
            self.footer.say(f"No kind of flag has the key {key}; edit the list to add one")

    def _hypotheses_selected(self) -> None:
        self.panel.show_selected_hypotheses(tuple(sorted(self.review.session.selection.selected)))

    # --- predicting --------------------------------------------------------------------------------------------------

    def predict_again(self) -> None:
        """Predict the current case again, which shows it large."""
        if not self.reviewing:
            self.show_review()
        self.showing.predict_again()

    def _batch_changed(self) -> None:
        if self.batches.progress.ended:
            self.control.desk.look()
            if not self.batches.failures:
                self.footer.say(batch_lines(self.batches.progress))
        if self.batches.message:
            self.services.banner.show_message(self.batches.message, "Go on", self.batches.resume)

    # --- other pages -------------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """Open the current case side by side, in the way its triage suggests."""
        case = self.model.current
        if case is None:
            return
        has_truth = bool(case.truth) or case.error_mm is not None
        preset = suggested_preset(self.model.reasons(case), has_truth, case.frame is not None)
        saved = self.cache.path(case.prediction_key) if case.prediction_key else None
        reference = reference_of(case, question_of(case), saved if saved is not None and saved.is_file() else None)
        self.services.show_page("side-by-side").open_case(reference, preset)

    # --- page --------------------------------------------------------------------------------------------------------

    def handlers(self) -> dict[str, Callable[..., None]]:
        """What the page's commands do."""
        return self._actions

    def entered(self) -> None:
        """Look for what other windows changed meanwhile."""
        self.control.desk.look()

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""
        for part in (self.bar, self.filter_bar, self.grid, self.empty, self.review, self.panel, self.batch_bar):
            part.set_theme(theme)

    def shut_down(self) -> None:
        """End threads and processes."""
        self.batches.close()
        self.thumbnails.close()
        self.showing.close()
        self.dialogs.close()
        rescued = self.control.close()
        if rescued is not None:
            self.remembered.rescued = rescued
        self.review.shut_down()
