"""Pages: made when first shown, commands in effect only while their page shows."""

from pathlib import Path
from typing import ClassVar

import pytest
from app_fakes import FakePredictor, FakeRenderer
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout

from handviz.app import theme
from handviz.app.actions import Command
from handviz.app.clients import ClientFactories
from handviz.app.pages import PHOTO, Page, PageEntry, Services
from handviz.app.window import MainWindow


class Notes(Page):
    """A page that notes what happens to it."""

    made: ClassVar[list["Notes"]] = []

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self.log: list[str] = []
        self.files: list[Path] = []
        QVBoxLayout(self).addWidget(QLabel("Notes"))
        self.made.append(self)

    def handlers(self):
        return {"write_note": lambda: self.log.append("written"), "mark_note": lambda on: self.log.append(f"mark {on}")}

    def set_theme(self, theme) -> None:
        self.log.append(theme.name)

    def open_files(self, paths) -> None:
        self.files += paths

    def entered(self) -> None:
        self.log.append("entered")

    def left(self) -> None:
        self.log.append("left")

    def shut_down(self) -> None:
        self.log.append("ended")


COMMANDS = (
    Command("write_note", "&Notes", "&Write", ("S",)),
    Command("mark_note", "&View", "&Mark", ("Alt+M",), checkable=True),
)


@pytest.fixture
def window(qapp, qtbot):
    Notes.made.clear()
    theme.load_assets(qapp)
    made = MainWindow(
        ClientFactories(FakePredictor, FakeRenderer), "dark", pages=(PageEntry("notes", "Notes", Notes, COMMANDS),)
    )
    qtbot.addWidget(made, before_close_func=lambda widget: widget.shut_down())
    made.resize(1366, 768)
    made.show()
    qtbot.waitExposed(made)
    return made


def visible_menus(window: MainWindow) -> set[str]:
    return {action.text() for action in window.menuBar().actions() if action.isVisible()}


def test_a_page_is_made_when_it_is_first_shown(window) -> None:
    assert not Notes.made
    window.pages.show_page("notes")
    (page,) = Notes.made
    assert page.log == ["dark", "entered"]
    window.pages.show_page(PHOTO)
    window.pages.show_page("notes")
    assert Notes.made == [page]
    window.choose_theme("light")
    window.shut_down()
    assert page.log == ["dark", "entered", "left", "entered", "light", "ended"]


def test_keys_and_the_switch_choose_the_page(qtbot, window) -> None:
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert window.pages.current == "notes"
    assert window.pages.switch.buttons["notes"].isChecked()
    assert window.actions_by_name["page_notes"].isChecked() and not window.actions_by_name["page_photo"].isChecked()
    qtbot.mouseClick(window.pages.switch.buttons[PHOTO], Qt.MouseButton.LeftButton)
    assert window.pages.currentWidget() is window.splitter
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert window.actions_by_name["page_photo"].isChecked(), "choosing the page in sight leaves it in sight"


def test_a_key_means_what_the_page_in_sight_makes_of_it(qtbot, window) -> None:
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.session.view.solo
    page = window.pages.show_page("notes")
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.session.view.solo and page.log[-1] == "written"
    window.pages.show_page(PHOTO)
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert not window.session.view.solo and page.log[-1] == "left"


def test_menus_show_what_is_in_effect(window) -> None:
    before = visible_menus(window)
    window.pages.show_page("notes")
    assert visible_menus(window) == {"&File", "&View", "&Notes", "H&elp"}
    assert window.actions_by_name["quit"].isEnabled() and not window.actions_by_name["auto_predict"].isEnabled()
    # What the page "One photo" reports meanwhile does not bring its commands back.
    window._refresh()
    assert not window.actions_by_name["solo"].isEnabled()
    window.pages.show_page(PHOTO)
    assert visible_menus(window) == before
    assert window.actions_by_name["auto_predict"].isEnabled()
    assert not window.actions_by_name["save_prediction"].isEnabled(), "it was out of effect before, too"
    assert window.menuBar().actions()[-1].text() == "H&elp"


def test_files_go_to_the_page_in_sight(qtbot, window, photo) -> None:
    def drop() -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(photo))])
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, keys))

    page = window.pages.show_page("notes")
    drop()
    assert page.files == [photo] and window.session.picture is None
    page.services.open_photo(photo, 0)
    assert window.pages.current == PHOTO
    qtbot.waitUntil(lambda: window.session.picture is not None)


def test_one_page_needs_no_switch(qtbot, qapp) -> None:
    alone = MainWindow(ClientFactories(FakePredictor, FakeRenderer), "dark", pages=())
    qtbot.addWidget(alone, before_close_func=lambda widget: widget.shut_down())
    alone.show()
    assert not alone.pages.switch.isVisible()
    assert "page_photo" not in alone.actions_by_name
    alone.open_demo()
    assert alone.pages.current == PHOTO
