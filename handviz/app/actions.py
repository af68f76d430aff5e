"""Every command of the window, in one table from which menus, shortcuts and the cheat sheet are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from handviz.app.models.keymap import Keys
from handviz.app.tips import key_text

if TYPE_CHECKING:
    from handviz.app.window import MainWindow

Scope = Literal["window", "panes"]


@dataclass(frozen=True)
class Command:
    """A command: name in code, menu, text, shortcuts.

    Scope "panes" leaves keys such as the arrows to sliders and number fields while those have the focus.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    scope: Scope = "window"
    checkable: bool = False
    separator: bool = False
    """Whether a line precedes it in its menu."""
    everywhere: bool = False
    """Whether it is in effect on every page of the window, or only on the one it belongs to."""


MENUS = ("&File", "&Prediction", "&View", "&Hypothesis", "&Motion", "V&ideo", "H&elp")

COMMANDS = (
    Command("open", "&File", "&Open photo, video or prediction…", ("Ctrl+O",), everywhere=True),
    Command("save_prediction", "&File", "&Save prediction…", ("Ctrl+S",), separator=True),
    Command("save_screenshot", "&File", "Save s&creenshot…", ("Ctrl+Shift+S",), everywhere=True),
    Command("quit", "&File", "&Quit", ("Ctrl+Q",), separator=True, everywhere=True),
    Command("predict", "&Prediction", "&Predict", ("Ctrl+Return", "F5")),
    Command("cancel", "&Prediction", "&Cancel", ("Esc",)),
    Command("auto_predict", "&Prediction", "Predict &each new picture", ("A",), checkable=True),
    Command("draw_box", "&Prediction", "&Draw a box around the hand", ("B",), checkable=True, separator=True),
    Command("detect_box", "&Prediction", "&Find the hand again", ("Shift+B",)),
    Command("view_camera", "&View", "As &photographed", ("Ctrl+1",), separator=True),
    Command("view_front", "&View", "&Front", ("Ctrl+2",)),
    Command("view_side", "&View", "&Side", ("Ctrl+3",)),
    Command("view_top", "&View", "&Top", ("Ctrl+4",)),
    Command("fit", "&View", "&Whole hand", ("Home",), scope="panes"),
    Command("zoom_in", "&View", "Zoom &in", ("Ctrl++", "Ctrl+=")),
    Command("zoom_out", "&View", "Zoom &out", ("Ctrl+-",)),
    Command("fit_photo", "&View", "Whole p&hoto", ("Ctrl+0",)),
    Command("crop", "&View", "&Zoom the photo to the hand", ("Z",)),
    Command("overlay", "&View", "Meshes &over the photo", ("O",), checkable=True),
    Command("link_photo", "&View", "Photo &in step with the viewport", ("Shift+O",), checkable=True),
    Command("show_past", "&View", "Show the pas&t", ("P",), checkable=True, separator=True),
    Command("show_middle", "&View", "Show the &middle", ("M",), checkable=True),
    Command("show_future", "&View", "Show the f&uture", ("F",), checkable=True),
    Command("next_coloring", "&View", "Next &colouring", ("C",), separator=True),
    Command("next_display", "&View", "Next &display: all, representatives, mean", ("D",)),
    Command("ghosts", "&View", "&Ghosts of the others", ("G",), checkable=True),
    Command("truth", "&View", "Ground t&ruth", ("R",), checkable=True),
    Command("play", "&Motion", "&Play or rest", ("Space",), scope="panes"),
    Command("time_on", "&Motion", "A step &on", (".",), scope="panes"),
    Command("time_back", "&Motion", "A step &back", (",",), scope="panes"),
    Command("all_timesteps", "&Motion", "&Every timestep again", ("Shift+Space",), scope="panes"),
    Command("trails", "&Motion", "Fingertip &trails", ("L",), checkable=True, separator=True),
    Command("table", "&View", "Ta&ble of hypotheses", ("T",), checkable=True, separator=True),
    Command("plots", "&View", "Pl&ots", ("Shift+T",), checkable=True),
    Command("full_screen", "&View", "Full sc&reen", ("F11",), checkable=True, separator=True, everywhere=True),
    Command("better", "&Hypothesis", "Next &better by score", ("Up",), scope="panes"),
    Command("worse", "&Hypothesis", "Next &worse by score", ("Down",), scope="panes"),
    Command("best", "&Hypothesis", "B&est, without highlight", ("Backspace",), scope="panes"),
    Command("solo", "&Hypothesis", "Show it &alone", ("S",), checkable=True, separator=True),
    Command("pin", "&Hypothesis", "&Pin: keep in sight", ("K",)),
    Command("hide", "&Hypothesis", "&Hide", ("H",)),
    Command("show_hidden", "&Hypothesis", "Show what is hi&dden", ("Shift+H",)),
    Command("invert", "&Hypothesis", "&Invert the selection", ("I",)),
    Command("threshold_up", "&Hypothesis", "Keep &fewer: raise the threshold", ("+",), scope="panes", separator=True),
    Command("threshold_down", "&Hypothesis", "Keep &more: lower the threshold", ("-",), scope="panes"),
    Command("keep_by", "&Hypothesis", "Keep by threshold, top or varied &n", ("N",)),
    Command("next_frame", "V&ideo", "&Next frame", ("Right",), scope="panes"),
    Command("previous_frame", "V&ideo", "&Previous frame", ("Left",), scope="panes"),
    Command("frames_ahead", "V&ideo", "10 frames &ahead", ("Shift+Right",), scope="panes"),
    Command("frames_back", "V&ideo", "10 frames &back", ("Shift+Left",), scope="panes"),
    Command("palette", "H&elp", "&Find a command…", ("Ctrl+K",), everywhere=True),
    Command("shortcuts", "H&elp", "&Keyboard and mouse", ("?", "F1"), everywhere=True),
    Command("edit_shortcuts", "H&elp", "&Change keys…", ("Ctrl+Shift+K",), everywhere=True),
    Command("about", "H&elp", "&About handviz", everywhere=True),
)


def build_actions(
    window: MainWindow,
    panes: list[QWidget],
    handlers: dict[str, Callable[..., None]],
    commands: tuple[Command, ...] = COMMANDS,
) -> dict[str, QAction]:
    """An action for every command, with its handler and its keys of the window's keymap; checkable ones pass their
    state.

    Raises KeyError when a command has no handler.
    """
    actions = {}
    for command in commands:
        action = QAction(command.text, window)
        apply_keys(action, window.keymap.keys(command.name))
        action.setCheckable(command.checkable)
        handler = handlers[command.name]
        if command.checkable:
            action.triggered.connect(handler)
        else:
            action.triggered.connect(lambda _=False, call=handler: call())
        if command.scope == "panes":
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            for pane in panes:
                pane.addAction(action)
        else:
            window.addAction(action)
        actions[command.name] = action
    return actions


def fill_menus(
    bar: QMenuBar, actions: dict[str, QAction], commands: tuple[Command, ...] = COMMANDS
) -> dict[str, QMenu]:
    """The menus of MENUS and of commands, by title, with the commands in them; new titles come before the last one."""
    menus = {action.menu().title(): action.menu() for action in bar.actions()}
    if not menus:
        menus = {title: bar.addMenu(title) for title in MENUS}
    for command in commands:
        if command.menu not in menus:
            menus[command.menu] = QMenu(command.menu, bar)
            bar.insertMenu(menus[MENUS[-1]].menuAction(), menus[command.menu])
        if command.separator:
            menus[command.menu].addSeparator()
        menus[command.menu].addAction(actions[command.name])
    return menus


def plain(text: str) -> str:
    """The text of a command without the marks of menus."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")


def apply_keys(action: QAction, keys: Keys) -> None:
    """Give an action its keys; its tooltip names them."""
    action.setShortcuts([QKeySequence(key) for key in keys])
    text = plain(action.text())
    action.setToolTip(f"{text} ({key_text(keys)})" if keys else text)
