"""The page "Side by side": its panes, what links them, and the presets that fill them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QGridLayout, QVBoxLayout

from handviz.app.compare.controls import BottomBar, TopBar
from handviz.app.compare.handlers import page_handlers
from handviz.app.compare.pane import ComparePane
from handviz.app.compare.processes import Processes
from handviz.app.models.comparison import (
    MAX_PANES,
    CaseReference,
    PaneState,
    case_of,
    panes_from_json,
    panes_to_json,
    preset_panes,
)
from handviz.app.models.difference import Difference, reference_colors
from handviz.app.models.linking import Links
from handviz.app.models.pane import PaneModel
from handviz.app.models.session import SessionModel
from handviz.app.pages import Page, Services
from handviz.app.theme import DARK, Theme
from handviz.errors import InputError

SETTING = "compare/panes"
_GRIDS = {1: 1, 2: 2, 3: 3, 4: 2}
"""Columns for so many panes."""


class ComparePage(Page):
    """Two to four panes; keys and bars act on the active one, and on what is linked with it.

    preset_done follows a preset whose panes have all got their hands, or a sentence instead.
    """

    preset_done = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.processes = Processes(services.clients, services.predictions, self)
        self.links = Links()
        self.panes: list[ComparePane] = []
        self.active: ComparePane | None = None
        self.difference_on = False
        self.photos_on = True
        self._theme: Theme = DARK
        self._preset: tuple[str, str | None] | None = None
        self.top = TopBar()
        self.bottom = BottomBar()
        holder = QFrame()
        holder.setObjectName("panes")
        self._grid = QGridLayout(holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(holder, 1)
        column.addWidget(self.bottom)
        # Several changes in one turn of the event loop are worked out once.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._show_difference)
        self.top.preset_chosen.connect(self.compare)
        self.top.add_clicked.connect(self.add_pane)
        self.top.difference_toggled.connect(self.set_difference)
        self.top.view_chosen.connect(lambda view: self.active.model.view.look(view))
        self.top.fit_clicked.connect(lambda: self.active.model.view.fit())
        self.bottom.play_clicked.connect(self.toggle_playing)
        self.links.changed.connect(self._refresh)
        self._begin()

    def _begin(self) -> None:
        states = panes_from_json(self._services.settings.text(SETTING)) if self._services.remember else []
        for state in states if len(states) > 1 else [PaneState(), PaneState()]:
            self._make_pane(state.linked).open(state)
        self._activate(self.panes[0])

    def at_rest(self) -> bool:
        """Whether every pane shows what it was asked for."""
        return not any(pane.busy for pane in self.panes)

    def entered(self) -> None:
        """Take over what the page "One photo" shows, when nothing else is here."""
        session = self._services.session
        if session.picture is not None and all(pane.case is None for pane in self.panes):
            self.open_case(case_of(session), "kept-truth" if session.truth is not None else "")
            if session.truth is None:
                self.panes[1].open(replace(self.panes[0].state, subset=self.panes[1].model.subset), session)

    # --- panes -------------------------------------------------------------------------------------------------------

    def _make_pane(self, linked: bool = True) -> ComparePane:
        pane = ComparePane(self.processes)
        pane.show_photo = self.photos_on
        pane.set_theme(self._theme)
        self.panes.append(pane)
        pane.activated.connect(lambda: self._activate(pane))
        pane.link_clicked.connect(lambda: self.toggle_link(pane))
        pane.close_clicked.connect(lambda: self.close_pane(pane))
        pane.open_clicked.connect(lambda: self._ask_case(pane))
        pane.weights_clicked.connect(lambda: self._ask_weights(pane))
        pane.take_clicked.connect(lambda: (self._activate(pane), self.take_open_photo()))
        pane.settled.connect(lambda: self._settled(pane))
        pane.model.changed.connect(self._model_changed)
        pane.model.view.camera_changed.connect(self._refresh_views)
        pane.model.view.time_changed.connect(self._refresh_time)
        self.links.add(pane.model, linked)
        self._arrange()
        return pane

    def add_pane(self) -> None:
        """Another pane, with the case of the active one."""
        if len(self.panes) < MAX_PANES:
            before = self.active
            pane = self._make_pane()
            self._activate(pane)
            if before is not None and before.case is not None:
                pane.open(before.state, before.model.source)
            self._refresh()

    def close_pane(self, pane: ComparePane) -> None:
        """Close a pane; one always stays."""
        if len(self.panes) < 2:
            return
        self.panes.remove(pane)
        if self.active is pane:
            self.active = self.panes[0]
            self.active.canvas.setFocus()
        self.links.remove(pane.model)
        pane.shut_down()
        pane.hide()
        self._grid.removeWidget(pane)
        pane.deleteLater()
        self.processes.keep_only({p.case.weights for p in self.panes if p.case is not None and p.case.weights})
        self._arrange()
        self._model_changed()

    def _arrange(self) -> None:
        for pane in self.panes:
            self._grid.removeWidget(pane)
        columns = _GRIDS[len(self.panes)]
        for place, pane in enumerate(self.panes):
            self._grid.addWidget(pane, place // columns, place % columns)
            pane.show()
        for index in range(MAX_PANES):
            self._grid.setColumnStretch(index, 1 if index < columns else 0)
            self._grid.setRowStretch(index, 1 if index * columns < len(self.panes) else 0)

    def _activate(self, pane: ComparePane) -> None:
        self.active = pane
        self._refresh()

    def next_pane(self) -> None:
        """Let keys go to the next pane."""
        following = self.panes[(self.panes.index(self.active) + 1) % len(self.panes)]
        self._activate(following)
        following.canvas.setFocus()

    def toggle_link(self, pane: ComparePane) -> None:
        """Link a pane with the others, or let it go its own way."""
        self._activate(pane)
        self.links.set_linked(pane.model, not self.links.is_linked(pane.model))

    def toggle_playing(self) -> None:
        """Play the exposure in the active pane and those linked to it, or rest."""
        self.links.toggle_playing(self.active.model)

    # --- cases -------------------------------------------------------------------------------------------------------

    def open_case(self, case: CaseReference, preset: str = "", weights: str | None = None) -> None:
        """Show a case: in the active pane, or with a preset (a name of PRESETS) in the first two panes.

        weights is the folder that the preset "weights" compares with. What the preset lacks is said in the banner.
        """
        session = self._services.session
        at_hand = session if session.picture is not None and case == case_of(session) else None
        if not preset:
            self._preset = None
            self._open(self.active, replace(self.active.state, case=case), at_hand)
            return
        self._start_preset(preset, case, weights, at_hand)

    def take_open_photo(self) -> None:
        """Show what the page "One photo" shows in the active pane."""
        session = self._services.session
        if session.picture is None:
            self._services.banner.show_message("No photo is open on the page One photo; open one there first.")
        else:
            self._open(self.active, replace(self.active.state, case=case_of(session)), session)

    def show_pair(self, *cases: tuple[PaneState, SessionModel]) -> None:
        """Show cases that are at hand whole, picture and prediction, in the first panes."""
        while len(self.panes) < len(cases):
            self._make_pane()
        self._activate(self.panes[0])
        for pane, (state, session) in zip(self.panes, cases, strict=False):
            pane.open(state, session, blurred=True)

    def compare(self, preset: str) -> None:
        """A preset about the case of the active pane, else of the page "One photo"."""
        session, case, at_hand = self._services.session, self.active.case, self.active.model.source
        if case is None and session.picture is not None:
            case, at_hand = case_of(session), session
        if case is None:
            self._services.banner.show_message("Open a photo or video first; presets compare what a pane shows.")
            return
        weights = None
        if preset == "weights":
            weights = self.ask_weights()
            if weights is None:
                return
        self._start_preset(preset, replace(case, smear_px=0.0), weights, None if case.smear_px else at_hand)

    def _start_preset(
        self, preset: str, case: CaseReference, weights: str | None, at_hand: SessionModel | None
    ) -> None:
        # The second pane takes what the first one finds: frames, the hand's box, the hypotheses themselves.
        self._preset = preset, weights
        while len(self.panes) < 2:
            self._make_pane()
        first = self.panes[0]
        if preset == "selection":
            # Scores of two judges have no threshold in common, but each has its best ones.
            first.model.selection.set_mode("top")
        subset = preset_panes(preset, case, 2, 0.0, weights or "")[0].subset
        self._activate(first)
        self._open(first, PaneState(case, subset), at_hand)

    def _open(self, pane: ComparePane, state: PaneState, at_hand: SessionModel | None) -> None:
        pane.model.source.set_engine(self._services.session.engine if state.case and not state.case.weights
                                     else pane.model.source.engine)  # fmt: skip
        pane.open(state, at_hand)

    def _settled(self, pane: ComparePane) -> None:
        if self._preset is not None and pane is self.panes[0]:
            (preset, weights), self._preset = self._preset, None
            self._fill_second(preset, weights)
        self._save()
        if all(pane.error or (not pane.model.source.loading and pane.model.source.job is None) for pane in self.panes):
            self.preset_done.emit()

    def _fill_second(self, preset: str, weights: str | None) -> None:
        first, second = self.panes[:2]
        source = first.model.source
        if source.picture is None or first.case is None:
            return
        found = source.prediction
        side = 0.0 if found is None else float(found.box[2:].max())
        try:
            state = preset_panes(preset, first.case, source.picture.frame_count, side, weights)[1]
        except InputError as error:
            self._services.banner.show_message(str(error))
            return
        if found is not None and state.case.prediction is None and state.case.frame == first.case.frame:
            # Only what is compared may differ, so the second one looks at the same place.
            box = tuple(float(value) for value in found.box)
            state = replace(state, case=replace(state.case, box=box, hand=found.hand))
        self._open(second, state, source if state.case.frame == first.case.frame else None)

    def open_files(self, paths: list[Path]) -> None:
        """Open files in the active pane and those after it."""
        place = self.panes.index(self.active)
        for path in paths[:MAX_PANES]:
            if place >= len(self.panes):
                if len(self.panes) == MAX_PANES:
                    break
                self._make_pane()
            pane = self.panes[place]
            self._open(pane, replace(pane.state, case=CaseReference(str(path))), None)
            place += 1

    def _ask_case(self, pane: ComparePane) -> None:
        self._activate(pane)
        path = self._services.ask_open_path()
        if path is not None:
            self.open_files([path])

    def ask_weights(self) -> str | None:
        """The folder of weights that a person chooses; None when the dialog is left."""
        name = QFileDialog.getExistingDirectory(self, "Folder with generator.safetensors and selector.safetensors")
        return name or None

    def _ask_weights(self, pane: ComparePane) -> None:
        self._activate(pane)
        weights = self.ask_weights()
        if weights is not None:
            pane.change_case(weights=weights)

    # --- looks -------------------------------------------------------------------------------------------------------

    def set_difference(self, on: bool) -> None:
        """Colour the other panes by their distance from the first."""
        self.difference_on = on
        self._model_changed()

    def set_photos(self, on: bool) -> None:
        """Show the photo in the corner of every pane."""
        self.photos_on = on
        for pane in self.panes:
            pane.show_photo = on
            pane.refresh()
        self._refresh()

    def _model_changed(self) -> None:
        self._soon.start()
        self._refresh()

    def _show_difference(self) -> None:
        models: list[PaneModel] = [pane.model for pane in self.panes]
        difference = Difference(models) if self.difference_on else None
        for place, pane in enumerate(self.panes):
            colors, note = None, ""
            if difference is not None and not difference.message:
                colors = difference.colors(pane.model) if place else reference_colors(pane.model)
                note = difference.texts.get(pane.model, "") if place else "Other panes are measured from here"
            pane.canvas.set_own_colors(colors)
            if note != pane.note:
                pane.note = note
                pane.refresh()
        self.top.scale.setVisible(difference is not None and not difference.message)
        if difference is not None:
            self.top.scale.show_ceiling(difference.ceiling_mm)

    def _refresh_views(self) -> None:
        if self.active is not None:
            self.top.refresh(self.active.model)

    def _refresh_time(self) -> None:
        if self.active is not None:
            together = [self.active.model, *self.links.partners(self.active.model)]
            self.bottom.refresh_time(self.active.model, any(model.view.playing for model in together))

    def _refresh(self) -> None:
        if self.active is None:
            return
        for number, pane in enumerate(self.panes, start=1):
            pane.set_active(number, pane is self.active)
            pane.show_link(self.links.is_linked(pane.model))
            pane.close_button.setVisible(len(self.panes) > 1)
        self._refresh_views()
        self._refresh_time()
        partners = self.links.partners(self.active.model)
        scope = "All linked panes:" if partners else f"Pane {self.panes.index(self.active) + 1} alone:"
        self.bottom.refresh(self.active.model, scope)
        self.top.add.setEnabled(len(self.panes) < MAX_PANES)
        self.top.difference.setChecked(self.difference_on)

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""
        self._theme = theme
        for part in (self.top, self.bottom, *self.panes):
            part.set_theme(theme)

    def _save(self) -> None:
        if self._services.remember:
            states = [replace(pane.state, linked=self.links.is_linked(pane.model)) for pane in self.panes]
            self._services.settings.set_text(SETTING, panes_to_json(states))

    def left(self) -> None:
        """Another page comes into sight."""
        self._save()

    def shut_down(self) -> None:
        """End threads and processes."""
        self._save()
        self._soon.stop()
        for pane in self.panes:
            pane.shut_down()
        self.processes.close()

    def handlers(self) -> dict[str, Callable[..., None]]:
        """What each command does."""
        return page_handlers(self)
