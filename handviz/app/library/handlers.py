"""What each command of the page does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication

if TYPE_CHECKING:
    from handviz.app.library.page import LibraryPage

THRESHOLD_STEP = 0.01


def handlers(page: LibraryPage) -> dict[str, Callable[..., None]]:
    """A handler for every command, by name; those of checkable commands take the new state."""
    control, panel, review, dialogs, model = page.control, page.panel, page.review, page.dialogs, page.model
    session, view = review.session, review.session.view

    def back() -> None:
        if page.filter_bar.text.hasFocus():
            page.grid.setFocus()
        elif review.drawing:
            review.photo_pane.canvas.set_drawing(False)
        elif session.job is not None and page.reviewing:
            review.control.cancel()
        else:
            page.show_grid()

    def severity() -> None:
        panel.set_severity(model.severity % 3 + 1)

    def search() -> None:
        page.filter_bar.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        page.filter_bar.text.selectAll()

    def open_photo() -> None:
        case = model.current
        if case is not None:
            page.services.open_photo(case.path, case.frame or 0)

    def box() -> None:
        page.show_review()
        if page.reviewing:
            review.photo_pane.canvas.set_drawing(not review.drawing)

    def set_auto_next(on: bool) -> None:
        page.auto_next = page.remembered.auto_next = on

    def move(key: Qt.Key, places: int) -> None:
        if page.reviewing:
            session.selection.step(places)
        else:
            page.grid.step(key)

    def play() -> None:
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractButton):
            # The key presses buttons everywhere else, too.
            focused.click()
        elif page.reviewing:
            view.set_playing(not view.playing)

    def toggle(timestep: int) -> None:
        if timestep < len(view.timesteps):
            view.set_timestep(timestep, not view.timesteps[timestep])

    made: dict[str, Callable[..., None]] = {
        "open": dialogs.open,
        "new": dialogs.new,
        "demo": dialogs.demo,
        "save_elsewhere": dialogs.save_elsewhere,
        "batch": lambda: dialogs.batch([]),
        "merge": dialogs.merge,
        "export": dialogs.export,
        "find_photos": dialogs.find_photos,
        "annotator": lambda: page.bar.annotator.setFocus(Qt.FocusReason.ShortcutFocusReason),
        "blind": control.set_blind,
        "blind_on": lambda: control.set_blind(True),
        "blind_off": lambda: control.set_blind(False),
        "agreement": dialogs.agreement,
        "kinds": dialogs.edit_kinds,
        "clear_filter": page.filter_bar.clear_filter,
        "search": search,
        "undo": control.undo,
        "redo": control.redo,
        "accept": lambda: page.judge("accept"),
        "reject": lambda: page.judge("reject"),
        "unsure": lambda: page.judge("unsure"),
        "auto_next": set_auto_next,
        "next": lambda: page.step(1),
        "previous": lambda: page.step(-1),
        "next_new": page.next_new,
        "review": lambda: page.show_grid() if page.reviewing else page.show_review(),
        "show_review": page.show_review,
        "show_grid": page.show_grid,
        "back": back,
        "severity": severity,
        "note": panel.write_note,
        "meant": lambda on: model.set_flagging(meant_hypotheses=on),
        "remove_flag": panel.remove_selected,
        "box": box,
        "predict": page.predict_again,
        "compare": page.compare,
        "open_photo": open_photo,
        "remove": control.remove_cases,
        "better": lambda: move(Qt.Key.Key_Up, -1),
        "worse": lambda: move(Qt.Key.Key_Down, 1),
        "fewer": lambda: session.selection.set_threshold(session.selection.threshold + THRESHOLD_STEP),
        "more": lambda: session.selection.set_threshold(session.selection.threshold - THRESHOLD_STEP),
        "play": play,
        "past": lambda: toggle(0),
        "middle": lambda: toggle(1),
        "future": lambda: toggle(2),
        "solo": lambda: view.set_solo(not view.solo),
        "view_camera": lambda: view.look("camera"),
        "view_front": lambda: view.look("front"),
        "view_side": lambda: view.look("side"),
        "view_top": lambda: view.look("top"),
    }
    for number in range(1, 10):
        made[f"flag_{number}"] = lambda key=str(number): page.flag_key(key)
    return {f"library_{name}": call for name, call in made.items()}
