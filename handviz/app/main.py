"""Starts the window."""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from handviz.app.memory import keep_heaps_few
from handviz.app.screenshot import ScreenshotOptions  # light, as all that is imported up here
from handviz.errors import DeviceError
from handviz.inference.worker_launch import WorkerProcess, WorkerSettings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from handviz.app.clients import ClientFactories
    from handviz.app.window import MainWindow


def run(
    files: list[Path],
    screenshot: ScreenshotOptions | None = None,
    frame: int = 0,
    predicting: WorkerSettings | None = None,
    theme: str | None = None,
) -> int:
    """Open the window with files; with screenshot, take a picture of it and leave. Returns the exit status.

    frame is the frame of a video to open; predicting says with what to predict; theme "dark" or "light" overrides the
    settings. Raises DeviceError when there is no display, and HandvizError when a screenshot cannot be made.
    """
    prepare_environment(need_display=screenshot is None)
    application, window = make_window(predicting or WorkerSettings(), theme, remember=screenshot is None)
    if screenshot is not None:
        from handviz.app.screenshot import Photographer

        return Photographer(window, screenshot).run(files, frame)
    interrupts = close_on_signals(window)
    window.show()
    if files and window.pages.page_of(files):
        window.open_files(files)
    elif files:
        window.opening.open_all(files, frame)
    else:
        window.restore_page()
    status = application.exec()
    interrupts.close()
    return status


def make_window(
    predicting: WorkerSettings | None,
    theme: str | None,
    remember: bool,
    keep_state: bool = True,
    adapt: Callable[[ClientFactories], ClientFactories] = lambda clients: clients,
) -> tuple[QApplication, MainWindow]:
    """The application and its window, not shown yet, with a prediction process that loads meanwhile.

    remember and keep_state are MainWindow's. With predicting None the prediction process starts when the first
    prediction is asked for. adapt may replace the clients.
    """
    # The networks take longest to load: their process starts before anything of Qt is imported here.
    started = None if predicting is None else WorkerProcess(predicting)

    from PySide6.QtCore import QCoreApplication, qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    from handviz.app import theme as themes
    from handviz.app.clients import real_clients
    from handviz.app.models.session import Engine
    from handviz.app.window import MainWindow

    qInstallMessageHandler(_qt_message)
    QCoreApplication.setOrganizationName("handviz")
    QCoreApplication.setApplicationName("handviz")
    application = QApplication.instance() or QApplication(["handviz"])
    application.setApplicationDisplayName("handviz")
    themes.load_assets(application)
    clients = adapt(real_clients(predicting, started, eager=predicting is not None))
    window = MainWindow(clients, theme, remember=remember, keep_state=keep_state)
    if predicting is None:
        window.session.set_engine(Engine(asleep=True))
    application.aboutToQuit.connect(window.shut_down)
    _show_surprises(window)
    return application, window


def prepare_environment(need_display: bool) -> None:
    """Keep memory together, let Qt find its own plug-ins, and draw off screen where there is no display.

    Raises DeviceError where one is needed.
    """
    keep_heaps_few()
    # OpenCV's import points these at its own Qt, whose plug-ins do not fit ours.
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if "cv2" in os.environ.get(name, ""):
            del os.environ[name]
    has_display = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if sys.platform.startswith("linux") and not has_display:
        if need_display:
            raise DeviceError(
                "There is no display to open a window on; start handviz on a desktop, "
                "or use handviz --screenshot or handviz predict here."
            )
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


def close_on_signals(window: QWidget) -> socket.socket:
    """Close the window, its processes with it, on Ctrl+C and on a polite kill; the socket is to be closed at the end.

    Python sees signals only between its own instructions, of which there are none while Qt waits for events: the byte
    that arrives on the socket wakes Qt up.
    """
    from PySide6.QtCore import QSocketNotifier

    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setblocking(False)
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), lambda *_: None)
    signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read, window)

    def leave() -> None:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        theirs.close()
        window.close()

    notifier.activated.connect(leave)
    return ours


def _qt_message(kind: object, context: object, message: str) -> None:
    """Qt's warnings, without the one the off-screen platform prints for every window."""
    if "propagateSizeHints" not in message:
        print(message, file=sys.stderr)


def _show_surprises(window: QWidget) -> None:
    """Errors nobody foresaw go to the terminal and, in short, to the banner; the window stays."""

    def show(kind: type[BaseException], error: BaseException, trace: object) -> None:
        traceback.print_exception(kind, error, trace)
        if issubclass(kind, Exception):
            what = str(error) or kind.__name__
            window.banner.show_message(f"Something went wrong inside handviz ({what}); details are in the terminal.")

    sys.excepthook = show
