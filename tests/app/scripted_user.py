"""A scripted user who does anything at any moment, on any page: for a test in short, for a benchmark an afternoon."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gestures import drag, drop, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QInputDialog, QWidget

from handviz.hypotheses.triage import REASONS, TriageSettings
from handviz.review.filters import CaseFilter

# What ends the window or the session.
LEFT_OUT = {"quit", "full_screen"}
_PLAIN = Qt.KeyboardModifier.NoModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
KEYS = (
    *((key, _PLAIN) for key in "123456789ARUNVHGPMFSTC."),
    *((key, _PLAIN) for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return,
                                Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Space, Qt.Key.Key_Tab)),
    (Qt.Key.Key_Z, _CTRL), (Qt.Key.Key_Z, _CTRL), (Qt.Key.Key_Z, _CTRL | _SHIFT), (Qt.Key.Key_A, _CTRL),
    (Qt.Key.Key_Right, _SHIFT), (Qt.Key.Key_Down, _SHIFT),
)  # fmt: skip


@contextmanager
def nobody_at_the_dialogs() -> Iterator[None]:
    """Dialogs of the desktop would wait for a person: they are left at once."""
    answers = {
        (QFileDialog, "getOpenFileName"): ("", ""), (QFileDialog, "getSaveFileName"): ("", ""),
        (QFileDialog, "getOpenFileNames"): ([], ""), (QFileDialog, "getExistingDirectory"): "",
        (QInputDialog, "getText"): ("", False),
    }  # fmt: skip
    before = {place: getattr(*place) for place in answers}
    for (owner, name), answer in answers.items():
        setattr(owner, name, staticmethod(lambda *_, answer=answer, **__: answer))
    try:
        yield
    finally:
        for (owner, name), call in before.items():
            setattr(owner, name, call)


class ScriptedUser:
    """Acts on a MainWindow with whatever chance says."""

    def __init__(self, window: QWidget, chance: random.Random, files: list[Path], library: Path | None = None) -> None:
        """files are dropped, some of them bad; library, where given, is opened on its page now and then."""
        self.window, self.chance, self.files, self.library = window, chance, files, library
        self.actions: list[tuple[int, Callable[[], None]]] = [
            (3, self.drop), (6, self.drag), (4, self.wheel), (5, self.click), (1, self.double_click),
            (5, self.threshold), (2, self.resize), (1, self.theme), (4, self.command), (2, self.page),
            (8, self.judge), (2, self.filter), (1, self.open_library),
        ]  # fmt: skip
        self.done: dict[str, int] = {}

    def act(self) -> str:
        """Do one thing, and leave whatever dialog it opened; its name."""
        weights = [weight for weight, _ in self.actions]
        action = self.chance.choices([call for _, call in self.actions], weights)[0]
        action()
        for dialog in self.window.findChildren(QDialog):
            dialog.close()
        name = action.__name__
        self.done[name] = self.done.get(name, 0) + 1
        return name

    def canvases(self) -> list[QWidget]:
        """What can be dragged and clicked on now."""
        window = self.window
        found = [window.photo_pane.canvas, window.viewport_pane.canvas, window.inspector.scores.histogram]
        found += [window.bench.table.view.viewport(), *(plot.canvas for plot in window.bench.plots.plots.values())]
        page = window.pages.made.get("library")
        if page is not None:
            found.append(page.grid.viewport())
            if page.review.viewport_pane is not None:
                found += [page.review.photo_pane.canvas, page.review.viewport_pane.canvas]
        compare = window.pages.made.get("side-by-side")
        if compare is not None:
            found.append(compare.active.canvas)
        seen = [widget for widget in found if widget.isVisible() and min(widget.width(), widget.height()) > 4]
        return seen or [window]

    def _place(self, widget: QWidget) -> tuple[int, int]:
        return self.chance.randrange(max(widget.width(), 1)), self.chance.randrange(max(widget.height(), 1))

    def drop(self) -> None:
        """Drop one file or two on the window."""
        drop(self.window, *self.chance.sample(self.files, self.chance.choice([1, 1, 2])))

    def drag(self) -> None:
        """Drag across a canvas."""
        canvas = self.chance.choice(self.canvases())
        if canvas is not self.window:
            drag(QTest, canvas, self._place(canvas), self._place(canvas), modifier=self.chance.choice([_PLAIN, _SHIFT]))

    def wheel(self) -> None:
        """Turn the wheel over a canvas."""
        canvas = self.chance.choice(self.canvases())
        wheel(canvas, self._place(canvas), self.chance.choice([-3, 1, 4]))

    def click(self) -> None:
        """Click into a canvas."""
        canvas = self.chance.choice(self.canvases())
        modifier = self.chance.choice([_PLAIN, _PLAIN, _CTRL, _SHIFT])
        if canvas is not self.window:
            QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, modifier, QPoint(*self._place(canvas)))

    def double_click(self) -> None:
        """Double click into a canvas."""
        canvas = self.chance.choice(self.canvases())
        if canvas is not self.window:
            QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, _PLAIN, QPoint(*self._place(canvas)))

    def threshold(self) -> None:
        """Drag the threshold somewhere."""
        self.window.inspector.scores.slider.setValue(self.chance.randrange(1001))

    def resize(self) -> None:
        """Take the window by its corner."""
        self.window.resize(self.chance.randrange(700, 1700), self.chance.randrange(400, 1000))

    def theme(self) -> None:
        """Change the look."""
        self.window.choose_theme(self.chance.choice(["dark", "light"]))

    def command(self) -> None:
        """Any command of the menus that can be given now."""
        names = [name for name, action in self.window.actions_by_name.items()
                 if name not in LEFT_OUT and action.isEnabled()]  # fmt: skip
        self.window.actions_by_name[self.chance.choice(names)].trigger()

    def page(self) -> None:
        """Go to another page."""
        self.window.pages.show_page(self.chance.choice(self.window.pages.names))

    def _library(self) -> QWidget:
        """The library page in sight, with its library open."""
        page = self.window.pages.show_page("library")
        if page.model.path is None and self.library is not None:
            page.open_library(self.library)
        return page

    def judge(self) -> None:
        """A key or two on the library page."""
        if self.library is None:
            return
        page = self._library()
        if not page.isAncestorOf(QApplication.focusWidget() or page) or self.chance.random() < 0.3:
            (page.review.viewport_pane.canvas if page.reviewing else page.grid).setFocus()
        for _ in range(self.chance.choice([1, 2, 3])):
            key, modifier = self.chance.choice(KEYS)
            target = QApplication.activeModalWidget() or QApplication.focusWidget() or page
            QTest.keyClick(target, key, modifier)

    def filter(self) -> None:
        """Another filter, order or limit of the triage."""
        if self.library is None:
            return
        model, chance = self._library().model, self.chance
        if chance.random() < 0.4:
            model.set_triage_settings(TriageSettings(tolerance_mm=float(chance.randrange(5, 90))))
        elif chance.random() < 0.5:
            model.use_filter(CaseFilter())
        else:
            model.use_filter(CaseFilter(
                state=chance.choice(["", "new", "reviewed"]), verdict=chance.choice(["", "", "accept"]),
                triage=chance.choice(["", "", *REASONS]), sort=chance.choice(["added", "blur", "error", "flags"]),
                reverse=chance.random() < 0.3,
            ))  # fmt: skip

    def open_library(self) -> None:
        """Open the library anew, as from another start."""
        if self.library is not None:
            self._library().open_library(self.library)
