"""The pages of the window, of which one shows: "One photo", which is always there, and others made when first shown.

A page is registered by one PageEntry in PAGES. Its commands are listed apart from it, so that menus and the cheat sheet
know them before the page exists; they are in effect while the page shows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QStackedWidget, QWidget

from handviz.app.actions import Command, build_actions, fill_menus
from handviz.app.banner import Banner
from handviz.app.clients import ClientFactories, PredictionBridge
from handviz.app.compare.commands import COMPARE_COMMANDS
from handviz.app.controls import Segments
from handviz.app.library.commands import LIBRARY_COMMANDS
from handviz.app.models.session import SessionModel
from handviz.app.saving import Saver
from handviz.app.settings import Settings
from handviz.app.sweep.commands import SWEEP_COMMANDS
from handviz.app.theme import Theme
from handviz.app.tips import set_tip

PHOTO = "photo"
"""Name of the first page."""
WARM_UP_MS = 1500
"""After so long the first picture is there, and what the other pages need is imported."""


@dataclass(frozen=True)
class Services:
    """What the window offers its pages."""

    session: SessionModel
    """What the page "One photo" shows."""
    clients: ClientFactories
    predictions: PredictionBridge
    """The prediction process that all pages share; each asks it through a PredictionControl of its own."""
    settings: Settings
    remember: bool
    """Whether settings are to be read and written: not when a screenshot is made."""
    saver: Saver
    banner: Banner
    show_status: Callable[[str], None]
    """Shows a line at the bottom for some seconds."""
    show_page: Callable[[str], QWidget]
    """Brings a page into sight by its name, and returns it."""
    open_photo: Callable[[Path, int], None]
    """Opens a photo, a video at a frame, or a prediction on the page "One photo", and brings that into sight."""
    ask_open_path: Callable[[], Path | None]
    ask_save_path: Callable[[str, str], Path | None]
    """From a dialog's title and a suggested file name to the file to write; None when the dialog is left."""


class Page(QWidget):
    """A page beside the first one."""

    def handlers(self) -> dict[str, Callable[..., None]]:
        """What each of the page's commands does, by the command's name."""
        return {}

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""

    def open_files(self, paths: list[Path]) -> None:
        """Open files that were dropped on the page, or chosen while it shows."""

    def at_rest(self) -> bool:
        """Whether nothing is under way any more, so that a picture of the page can be taken."""
        return True

    def entered(self) -> None:
        """The page comes into sight."""

    def left(self) -> None:
        """Another page comes into sight."""

    def shut_down(self) -> None:
        """End threads and processes."""


@dataclass(frozen=True)
class PageEntry:
    """How a page is called and made."""

    name: str
    title: str
    make: Callable[[Services], Page]
    commands: tuple[Command, ...] = ()
    module: str = ""
    """What make imports; it is imported ahead of time, off the UI thread."""
    suffixes: tuple[str, ...] = ()
    """Endings of files that this page alone opens."""


def _compare(services: Services) -> Page:
    from handviz.app.compare.page import ComparePage

    return ComparePage(services)


def _library(services: Services) -> Page:
    from handviz.app.library.page import LibraryPage

    return LibraryPage(services)


def _sweep(services: Services) -> Page:
    from handviz.app.sweep.page import SweepPage

    return SweepPage(services)


PAGES: tuple[PageEntry, ...] = (
    PageEntry("side-by-side", "Side by side", _compare, COMPARE_COMMANDS, "handviz.app.compare.page"),
    PageEntry("library", "Library", _library, LIBRARY_COMMANDS, "handviz.app.library.page", (".handviz",)),
    PageEntry("sweep", "Blur sweep", _sweep, SWEEP_COMMANDS, "handviz.app.sweep.page"),
)


def page_commands(entries: tuple[PageEntry, ...] = PAGES) -> tuple[Command, ...]:
    """The commands that bring each page into sight; none while there is but one."""
    titles = [(PHOTO, "One photo"), *((entry.name, entry.title) for entry in entries)]
    if len(titles) == 1:
        return ()
    return tuple(
        Command(f"page_{name}", "&View", title, (f"Alt+{number}",), checkable=True, everywhere=True)
        for number, (name, title) in enumerate(titles, start=1)
    )


class Pages(QStackedWidget):
    """Shows one page at a time, with its commands; changed carries the name of the page that came into sight."""

    changed = Signal(str)

    def __init__(self, first: QWidget, entries: tuple[PageEntry, ...] = PAGES) -> None:
        super().__init__()
        self.entries = {entry.name: entry for entry in entries}
        self.made: dict[str, QWidget] = {PHOTO: first}
        self.current = PHOTO
        self.theme: Theme | None = None
        self._groups: dict[str, QActionGroup] = {}
        self.addWidget(first)
        self.switch = Segments({PHOTO: "One photo", **{e.name: e.title for e in entries}}, "Page", self.show_page)
        for name, button in self.switch.buttons.items():
            set_tip(button, button.text(), f"page_{name}")
        self.switch.show_choice(PHOTO)
        self.switch.setVisible(bool(entries))

    @property
    def names(self) -> tuple[str, ...]:
        """All pages, made or not, in the order of the switch."""
        return PHOTO, *self.entries

    def connect_window(self, window: Any, services: Services, commands: tuple[Command, ...]) -> None:
        """Take a MainWindow and what its pages are made with; commands are the first page's, in effect while it shows.

        The window's actions_by_name and menus gain those of a page when it is made.
        """
        self._window, self._services = window, services
        self._groups[PHOTO] = self._group(commands)
        if self.entries:
            window.actions_by_name[f"page_{PHOTO}"].setChecked(True)

    def page(self, name: str) -> QWidget:
        """A page by its name, made now if it was not yet. Raises KeyError for unknown ones."""
        if name not in self.made:
            entry = self.entries[name]
            page = entry.make(self._services)
            self.made[name] = page
            self.addWidget(page)
            window = self._window
            window.actions_by_name |= build_actions(window, [page], page.handlers(), entry.commands)
            window.menus |= fill_menus(window.menuBar(), window.actions_by_name, entry.commands)
            self._groups[name] = self._group(entry.commands)
            if self.theme is not None:
                page.set_theme(self.theme)
        return self.made[name]

    def page_of(self, paths: list[Path]) -> str | None:
        """The page that alone opens one of these files, if there is one."""
        found = (name for name, entry in self.entries.items() if any(path.suffix in entry.suffixes for path in paths))
        return next(found, None)

    def warm_up(self) -> None:
        """Import what the pages need while nobody waits for it."""
        modules = [entry.module for entry in self.entries.values() if entry.module]

        def load() -> None:
            for name in modules:
                import_module(name)

        def begin() -> None:
            threading.Thread(target=load, name="warm-up", daemon=True).start()

        # Not a method of the thread: the timer would not keep the thread, and never call it.
        QTimer.singleShot(WARM_UP_MS, begin)

    def show_page(self, name: str) -> QWidget:
        """Bring a page into sight."""
        page = self.page(name)
        before = self.made[self.current]
        if page is not before and isinstance(before, Page):
            before.left()
        self.current = name
        self.setCurrentWidget(page)
        self.switch.show_choice(name)
        for other, group in self._groups.items():
            group.setVisible(other == name)
            group.setEnabled(other == name)
        for other in self.names if self.entries else ():
            self._window.actions_by_name[f"page_{other}"].setChecked(other == name)
        for menu in self._window.menus.values():
            shown = any(action.isVisible() and not action.isSeparator() for action in menu.actions())
            menu.menuAction().setVisible(shown)
        if page is not before:
            if isinstance(page, Page):
                page.entered()
            page.setFocus()
        self.changed.emit(name)
        return page

    def set_theme(self, theme: Theme) -> None:
        """Dress the pages made so far, and those to come."""
        self.theme = theme
        for page in self.made.values():
            if isinstance(page, Page):
                page.set_theme(theme)

    def shut_down(self) -> None:
        """End the pages' threads and processes."""
        for page in self.made.values():
            if isinstance(page, Page):
                page.shut_down()

    def _group(self, commands: tuple[Command, ...]) -> QActionGroup:
        group = QActionGroup(self)
        group.setExclusionPolicy(QActionGroup.ExclusionPolicy.None_)
        for command in commands:
            if not command.everywhere:
                group.addAction(self._window.actions_by_name[command.name])
        return group
