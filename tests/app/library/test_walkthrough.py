"""The walk-through "Flag and export 50 cases" of the README, in short: exactly its keys, on the bundled clip."""

import csv
import re
from pathlib import Path

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDialog

CASES = 5
README = Path(__file__).parents[3] / "README.md"


def keys_of_readme() -> list[str]:
    """The keys in the order in which the walk-through names them, between its heading and the next."""
    text = README.read_text().split("## Flag and export 50 cases", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"<kbd>(.+?)</kbd>", text)


def press(qtbot, key: str) -> None:
    """A key where the focus is, as a person does."""
    modal = QApplication.activeModalWidget()
    target = (modal.focusWidget() or modal) if modal is not None else QApplication.focusWidget()
    combination = QKeySequence(key)[0]
    qtbot.keyClick(target, combination.key(), combination.keyboardModifiers())


def test_the_readme_names_the_keys_that_this_test_presses() -> None:
    assert keys_of_readme() == ["Alt+3", "Return", "Return", "N", "1", "9", "A", "R", "U", "Ctrl+Z", "G", "Ctrl+E",
                                "Return"]  # fmt: skip


def test_cases_of_the_bundled_clip_are_flagged_and_exported_by_keys_alone(qtbot, rig, tmp_path) -> None:
    from handviz.app.library.dialogs import demo_media
    from handviz.casework.batch_items import BatchSources

    assert [path.suffix for path in demo_media()] == [".mp4"], "assets/demo ships a clip"
    window = rig.window
    window.setFocus()
    # Alt+3: the page; Return: the button that has the focus, "Try the demo clip".
    press(qtbot, "Alt+3")
    page = window.pages.currentWidget()
    page.dialogs.ask_new = lambda title, suggestion, *_: tmp_path / suggestion
    started = page.dialogs.start_batch
    short = slice(0, 60, 60 // CASES)
    page.dialogs.start_batch = lambda sources: started(BatchSources(sources.paths, short, question=sources.question))
    press(qtbot, "Return")
    qtbot.waitUntil(lambda: page.model.path == tmp_path / "demo.handviz")
    qtbot.waitUntil(lambda: page.batches.progress.state == "finished")
    qtbot.waitUntil(lambda: len(page.model.cases) == CASES)
    assert page.batches.progress.failed == 0
    # Return: the first case large.
    qtbot.waitUntil(page.grid.hasFocus)
    press(qtbot, "Return")
    for number in range(CASES):
        qtbot.waitUntil(
            lambda wanted=number: (
                page.model.row == wanted
                and page.review.session.prediction is not None
                and page.review.session.picture.frame == page.model.current.frame
            )
        )
        press(qtbot, "1" if number % 2 else "9")
        press(qtbot, ("A", "R", "U")[number % 3])
        qtbot.waitUntil(lambda: page.model.current.verdict is not None and page.model.current.flags_count == 1)
        if number < CASES - 1:
            press(qtbot, "N")
    press(qtbot, "Ctrl+Z")
    qtbot.waitUntil(lambda: page.model.current.verdict is None)
    press(qtbot, ("A", "R", "U")[(CASES - 1) % 3])
    press(qtbot, "G")
    assert not page.reviewing
    qtbot.waitUntil(lambda: page.model.counts.reviewed == CASES)
    press(qtbot, "Ctrl+E")
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QDialog))
    press(qtbot, "Return")
    table = tmp_path / "demo.csv"
    qtbot.waitUntil(table.exists)
    with open(table, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["verdict"] for row in rows] == [("accept", "reject", "unsure")[n % 3] for n in range(CASES)]
    assert ["wrong pose" in row["flags"] for row in rows] == [bool(n % 2) for n in range(CASES)]
    assert ["ambiguous" in row["flags"] for row in rows] == [not n % 2 for n in range(CASES)]
    assert all("clip.mp4" in row["path"] and row["frame"] for row in rows)
