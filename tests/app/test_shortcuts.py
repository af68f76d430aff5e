"""Commands by keyboard: keys that a person changes, the palette, tooltips and names for those who cannot see."""

import re

import pytest
from app_fakes import FakePredictor, FakeRenderer
from gestures import shown
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QLineEdit,
    QToolButton,
    QWidget,
)

from handviz.app.clients import ClientFactories
from handviz.app.palette_dialog import Palette, entries
from handviz.app.settings import Settings
from handviz.app.shortcut_editor import ShortcutEditor
from handviz.app.window import MainWindow


def press(qtbot, editor, sequence: str) -> None:
    editor.recorder.setKeySequence(QKeySequence(sequence))


@pytest.fixture
def editor(qtbot, rig):
    rig.window.actions_by_name["edit_shortcuts"].trigger()
    return rig.window.findChild(ShortcutEditor)


def test_a_changed_key_holds_at_once_in_menus_tooltips_and_cheat_sheet(qtbot, rig, photo, editor) -> None:
    from PySide6.QtWidgets import QDialog, QLabel

    shown(qtbot, rig, photo)
    window = rig.window
    assert "(S)" in window.inspector.solo.toolTip()
    editor.select("solo")
    press(qtbot, editor, "F7")
    assert "free" in editor.message.text()
    qtbot.mouseClick(editor.use, Qt.MouseButton.LeftButton)
    editor.close()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert window.actions_by_name["solo"].shortcut() == QKeySequence("F7")
    assert "(F7)" in window.inspector.solo.toolTip()
    qtbot.keyClick(window, Qt.Key.Key_F7)
    assert window.session.view.solo
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.session.view.solo, "the old key starts nothing"
    window.actions_by_name["shortcuts"].trigger()
    texts = {text.text() for dialog in window.findChildren(QDialog) for text in dialog.findChildren(QLabel)}
    assert "F7" in texts and "Show it alone" in texts


def test_a_clash_is_named_and_the_key_moves(qtbot, rig, editor) -> None:
    editor.select("solo")
    press(qtbot, editor, "B")
    assert "Draw a box around the hand" in editor.message.text()
    qtbot.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    assert rig.window.keymap.keys("solo") == ("S", "B") and rig.window.keymap.keys("draw_box") == ()
    assert editor.reset_all.isEnabled()
    qtbot.mouseClick(editor.reset_all, Qt.MouseButton.LeftButton)
    assert rig.window.keymap.keys("draw_box") == ("B",) and not editor.reset_all.isEnabled()


@pytest.mark.parametrize("key", ["Tab", "Space"])
def test_keys_that_the_keyboard_needs_to_get_about_are_refused(qtbot, editor, key: str) -> None:
    editor.select("solo")
    press(qtbot, editor, key)
    assert "another one" in editor.message.text()
    assert not editor.use.isEnabled() and not editor.add.isEnabled()


def test_the_editor_is_searched_by_words_and_by_keys(qtbot, editor) -> None:
    editor.filter.setText("alone")
    assert [name for name, item in editor._items.items() if not item.isHidden()][:1] == ["solo"]
    editor.filter.setText("ctrl+shift+s")
    assert "save_screenshot" in [name for name, item in editor._items.items() if not item.isHidden()]


def test_changed_keys_outlive_the_window_and_broken_ones_do_no_harm(qtbot, rig) -> None:
    rig.window.keymap.set_keys("solo", ("F7",))
    again = MainWindow(ClientFactories(FakePredictor, FakeRenderer))
    qtbot.addWidget(again, before_close_func=lambda widget: widget.shut_down())
    assert again.actions_by_name["solo"].shortcut() == QKeySequence("F7")
    store = QSettings("handviz", "handviz")
    for broken in ("{", "[1]", '{"solo": 3}', '{"solo": [[]], "x": null}', "[" * 100_000):
        store.setValue("shortcuts", broken)
        store.setValue("recentCommands", broken)
        window = MainWindow(ClientFactories(FakePredictor, FakeRenderer))
        qtbot.addWidget(window, before_close_func=lambda widget: widget.shut_down())
        window.actions_by_name["palette"].trigger()


def test_the_palette_finds_starts_and_remembers(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    qtbot.keyClick(rig.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = rig.window.findChild(Palette)
    qtbot.keyClicks(palette.field, "alone")
    first = palette.list.topLevelItem(0)
    assert "Show it alone" in first.text(0) and first.text(0).startswith("○") and first.text(2) == "S"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert rig.window.session.view.solo
    assert Settings().recent_commands == ["solo"]
    again = Palette(rig.window)
    qtbot.addWidget(again)
    assert again.list.topLevelItem(0).text(0) == "✓  Show it alone"


def test_the_palette_is_moved_in_by_arrows_and_lists_what_is_not_possible_last(qtbot, rig) -> None:
    palette = Palette(rig.window)
    qtbot.addWidget(palette)
    palette.show()
    before = palette.list.currentItem()
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentItem() is not before
    qtbot.keyClicks(palette.field, "save prediction")
    last = palette.list.topLevelItem(0)
    assert "not possible now" in last.data(0, Qt.ItemDataRole.AccessibleTextRole)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert "not possible now" in palette.hint.text() and palette.isVisible()
    palette.field.setText("qqqq")
    assert palette.list.topLevelItemCount() == 0 and "fewer" in palette.hint.text()


def test_the_palette_lists_every_command_of_every_page_and_the_demos(rig) -> None:
    listed = {entry.name for entry in entries(rig.window)}
    assert set(rig.window.keymap.bindings) - {"palette"} <= listed
    titles = {entry.title for entry in entries(rig.window)}
    assert {"Open demo: Wave", "Theme: Dark"} <= titles


def test_no_two_commands_of_a_page_share_a_key(rig) -> None:
    keymap = rig.window.keymap
    assert not [(name, key) for name in keymap.bindings for key in keymap.keys(name) if keymap.rivals(name, key)]


def every_page(rig):
    yield "photo", rig.window
    for name in rig.window.pages.names[1:]:
        yield name, rig.window.pages.show_page(name)


def test_every_control_of_every_page_has_a_name(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QAbstractItemView, QLineEdit)
    nameless = []
    for page, root in every_page(rig):
        for widget in root.findChildren(QWidget):
            inside = widget.objectName().startswith("qt_") or widget.parent().inherits("QAbstractSpinBox")
            inside = inside or widget.parent().inherits("QAbstractScrollArea") or widget.parent().inherits("QComboBox")
            inside = inside or widget.inherits("QHeaderView") or widget.parent().inherits("QAbstractItemView")
            wanted = isinstance(widget, kinds) or widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            wanted = wanted and not inside and not any(map(widget.inherits, ("QMenuBar", "QScrollArea", "QScrollBar")))
            wanted = wanted and widget.isVisibleTo(root)
            if wanted and not widget.accessibleName() and not getattr(widget, "text", str)():
                nameless.append((page, type(widget).__name__, widget.objectName(), widget.toolTip()))
    assert not nameless


def test_no_tooltip_names_a_key_that_would_not_follow_a_change(qtbot, rig, photo) -> None:
    shown(qtbot, rig, photo)
    written = re.compile(r"\((?:(?:Ctrl|Alt|Shift)\+)*(?:[A-Z0-9]|F\d+|Esc|Enter|Home|Up|Down|Left|Right)[);]")
    fixed = [
        (page, widget.toolTip())
        for page, root in every_page(rig)
        for widget in root.findChildren(QWidget)
        if written.search(widget.toolTip())
        and widget.property("tipCommands") is None
        # A button made from an action has the tooltip of the action, which follows.
        and not (isinstance(widget, QToolButton) and widget.defaultAction())
    ]
    assert not fixed, "\n".join(map(str, fixed))
