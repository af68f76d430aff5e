"""The menus within menus: files opened lately, bundled photos, themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from handviz.app.opening import demo_photos

if TYPE_CHECKING:
    from handviz.app.window import MainWindow

THEMES = (("system", "As the &system"), ("dark", "&Dark"), ("light", "&Light"))


def add_submenus(window: MainWindow) -> QMenu:
    """Put them into the window's menus; returns the one of recent files."""
    file_menu, before = window.menus["&File"], window.actions_by_name["save_prediction"]
    recent = file_menu.addMenu("Open &recent")
    file_menu.insertMenu(before, recent)
    recent.aboutToShow.connect(lambda: fill_recent(window, recent))
    demos = file_menu.addMenu("Open &demo")
    file_menu.insertMenu(before, demos)
    for photo in demo_photos():
        demos.addAction(photo.stem.capitalize(), lambda file=photo: window.open_photo(file))
    demos.setEnabled(not demos.isEmpty())
    theme_menu = window.menus["&View"].addMenu("Th&eme")
    for name, text in THEMES:
        theme_menu.addAction(text, lambda chosen=name: window.choose_theme(chosen))
    return recent


def fill_recent(window: MainWindow, menu: QMenu) -> None:
    """List the files opened lately, newest first."""
    menu.clear()
    for path in window.settings.recent:
        action = menu.addAction(path.name, lambda file=path: window.open_photo(file))
        action.setToolTip(str(path))
    if menu.isEmpty():
        menu.addAction("Nothing yet").setEnabled(False)
    else:
        menu.addSeparator()
        menu.addAction("&Clear the list", window.settings.forget_files)
