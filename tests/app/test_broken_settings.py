"""Whatever became of the settings, the window starts, on every page."""

import random
from pathlib import Path

import pytest
from app_fakes import FakePredictor, FakeRenderer
from PySide6.QtCore import QByteArray, QSettings

from handviz.app.clients import ClientFactories
from handviz.app.window import MainWindow

NONSENSE = (
    -1,
    3.5,
    "",
    "{",
    "nonsense",
    "null",
    '{"yaw": []}',
    "[[[",
    ["a", 1],
    QByteArray(b"\0\xff" * 50),
    "\0",
    "9" * 5000,
)


def start(qtbot) -> MainWindow:
    window = MainWindow(ClientFactories(FakePredictor, FakeRenderer))
    qtbot.addWidget(window, before_close_func=lambda widget: widget.shut_down())
    window.show()
    window.restore_page()
    return window


@pytest.fixture
def names(qtbot) -> list[str]:
    """Every name under which a window that was closed has kept something."""
    window = start(qtbot)
    for page in window.pages.names:
        window.pages.show_page(page)
    window.choose_theme("light")
    window.keymap.set_keys("solo", ("F7",))
    window.settings.remember_command("solo")
    window.close()
    return QSettings("handviz", "handviz").allKeys()


def test_nonsense_under_any_name_does_not_stop_the_start(qtbot, names: list[str]) -> None:
    assert {"view", "page", "theme", "geometry", "shortcuts"} <= set(names)
    store = QSettings("handviz", "handviz")
    chance = random.Random(0)
    for _ in range(2):
        for name in names:
            store.setValue(name, chance.choice(NONSENSE))
        store.sync()
        window = start(qtbot)
        for page in window.pages.names:
            window.pages.show_page(page)
        assert window.isVisible() and window.width() >= 300
        window.shut_down()


def test_a_damaged_file_of_settings_does_not_stop_the_start(qtbot, names: list[str]) -> None:
    path = Path(QSettings("handviz", "handviz").fileName())
    path.write_bytes(bytes(random.Random(1).randrange(256) for _ in range(3000)))
    assert start(qtbot).isVisible()
