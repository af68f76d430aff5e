"""The main window: panes, menus, and the wiring between session, loader and helper processes."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QImage, QKeyEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow, QSplitter, QVBoxLayout, QWidget

from handviz.app import theme as themes
from handviz.app.actions import COMMANDS, build_actions, fill_menus
from handviz.app.banner import Banner
from handviz.app.clients import ClientFactories, PredictionBridge, RenderBridge
from handviz.app.commands import handlers
from handviz.app.inspector import Inspector
from handviz.app.models import remembered
from handviz.app.models.keymap import EVERYWHERE
from handviz.app.models.scene import why_nothing_shows
from handviz.app.models.session import SessionModel
from handviz.app.opening import Opening, demo_photos
from handviz.app.pages import PAGES, PHOTO, Page, PageEntry, Pages, Services, page_commands
from handviz.app.photo_overlay import join_panes
from handviz.app.photo_pane import PhotoPane
from handviz.app.prediction_control import PredictionControl
from handviz.app.saving import Saver
from handviz.app.settings import Settings
from handviz.app.shortcuts import connect_keymap, make_keymap
from handviz.app.status import StatusBar
from handviz.app.study.workbench import Workbench
from handviz.app.submenus import add_submenus
from handviz.app.tips import with_key
from handviz.app.viewport_pane import ViewportPane
from handviz.media.kinds import PHOTO_SUFFIXES, VIDEO_SUFFIXES
from handviz.viewport import RenderStatus


class MainWindow(QMainWindow):
    """One session in one window, and the pages beside it."""

    def __init__(
        self,
        clients: ClientFactories,
        theme_name: str | None = None,
        remember: bool = True,
        pages: tuple[PageEntry, ...] = PAGES,
        keep_state: bool = True,
    ) -> None:
        """theme_name "dark" or "light" overrides what the settings say, for this window.

        Without remember the window neither follows nor changes what earlier ones left in the settings; without
        keep_state it follows their looks and keys alone.
        """
        super().__init__()
        self._clients = clients
        self._remember = remember
        self._keep_state = remember and keep_state
        self.setWindowTitle("handviz")
        self.setAcceptDrops(True)
        self.settings = Settings()
        self.session = SessionModel()
        if self._keep_state:
            self.session.set_request(auto_predict=self.settings.auto_predict)
        self._theme_override = theme_name
        self.renderer_state = "starting"
        self.opening = Opening(self.session, self)
        self.saver = Saver(self)
        self.render_bridge = RenderBridge(clients.renderer, self)
        self.prediction_bridge = PredictionBridge(clients.predictor, self)
        self.control = PredictionControl(self.session, self.prediction_bridge)
        self._build(pages)
        self._connect()
        self.set_theme()
        self._restore()
        self._closed = False
        # The window comes first, the processes behind it right after.
        QTimer.singleShot(0, self._start_clients)

    def _build(self, pages: tuple[PageEntry, ...]) -> None:
        self.banner = Banner()
        self.photo_pane = PhotoPane(self.session)
        self.viewport_pane = ViewportPane(self.session, self.render_bridge)
        self.photo_overlay = join_panes(self.session, self.render_bridge, self.photo_pane, self.viewport_pane)
        self.inspector = Inspector(self.session)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.bench = Workbench(self.session, self.photo_pane, self.viewport_pane)
        self.splitter.addWidget(self.bench)
        self.splitter.addWidget(self.inspector)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setStretchFactor(1, 0)
        self.splitter.setSizes([1096, 270])
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        self.pages = Pages(self.splitter, pages)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(centre)
        self.status = StatusBar(self.session)
        self.setStatusBar(self.status)
        panes = [self.photo_pane, self.viewport_pane]
        commands = (*page_commands(pages), *COMMANDS)
        page_handlers = {f"page_{name}": lambda _, page=name: self.pages.show_page(page) for name in self.pages.names}
        self.keymap = make_keymap(pages, self.settings.shortcuts if self._remember else {})
        self.actions_by_name = build_actions(self, panes, handlers(self) | page_handlers, commands)
        self.menus = fill_menus(self.menuBar(), self.actions_by_name, commands)
        self.recent_menu = add_submenus(self)
        self.bench.table.set_actions(self.actions_by_name)
        self.inspector.set_actions(self.actions_by_name)
        self.menuBar().setCornerWidget(self.pages.switch)
        self.pages.connect_window(self, self._services(), COMMANDS)
        connect_keymap(self, self._remember)

    def _services(self) -> Services:
        return Services(
            session=self.session,
            clients=self._clients,
            predictions=self.prediction_bridge,
            settings=self.settings,
            remember=self._keep_state,
            saver=self.saver,
            banner=self.banner,
            show_status=lambda text: self.status.showMessage(text, 8000),
            show_page=self.pages.show_page,
            open_photo=self.open_photo,
            ask_open_path=self.ask_open_path,
            ask_save_path=self.ask_save_path,
        )

    def _connect(self) -> None:
        self.opening.pyramid_changed.connect(self._show_pyramid)
        self.opening.opened.connect(self._opened)
        self.opening.failed.connect(self._opening_failed)
        self.opening.noticed.connect(self.banner.show_message)
        self.opening.superseded.connect(self.control.cancel)
        self.opening.prediction_wanted.connect(self.control.predict)
        self.saver.saved.connect(lambda path: self.status.showMessage(f"Saved {path}", 8000))
        self.saver.failed.connect(self.banner.show_message)
        self.render_bridge.frame.connect(self.viewport_pane.canvas.show_frame)
        self.render_bridge.hits.connect(self.viewport_pane.canvas.show_hits)
        self.render_bridge.status.connect(self._renderer_status)
        self.control.failed.connect(self._prediction_failed)
        self.control.restarting.connect(self.banner.show_message)
        self.control.succeeded.connect(self._show_warning)
        self.photo_pane.canvas.box_edited.connect(self.control.predict)
        self.photo_pane.hand_chosen.connect(self.control.predict)
        self.photo_pane.empty.open_requested.connect(self.ask_and_open)
        self.photo_pane.empty.demo_requested.connect(self.open_demo)
        self.photo_pane.video_bar.frame_requested.connect(self.opening.show_frame)
        self.inspector.predict_requested.connect(self.control.predict)
        self.status.cancel_requested.connect(self.control.cancel)
        self.bench.parts_changed.connect(self._refresh)
        for signal in (self.session.picture_changed, self.session.prediction_changed, self.session.job_changed,
                       self.session.request_changed, self.session.view.content_changed,
                       self.session.truth_changed, self.session.photo_view.changed):  # fmt: skip
            signal.connect(self._refresh)
        self.session.selection.changed.connect(self._refresh_message)
        QApplication.instance().styleHints().colorSchemeChanged.connect(lambda _: self.set_theme())
        self.photo_pane.empty.demo_button.setVisible(bool(demo_photos()))
        self._refresh()

    def _start_clients(self) -> None:
        if not self._closed:
            self.render_bridge.client.start()
            self.prediction_bridge.client.start()
            self.pages.warm_up()

    # --- opening -----------------------------------------------------------------------------------------------------

    def _show_pyramid(self, pyramid: tuple[QImage, ...], keep_view: bool) -> None:
        self.photo_pane.show_pyramid(pyramid, keep_view)
        self.viewport_pane.canvas.show_pyramid(pyramid)

    def _show_warning(self) -> None:
        """All went well, but for what could not be read beside the open file."""
        if self.opening.warning:
            self.banner.show_message(self.opening.warning)
        else:
            self.banner.hide()

    def _opened(self, path: Path) -> None:
        self._show_warning()
        if self._keep_state and path not in self.opening.passing:
            self.settings.remember_file(path)

    def _opening_failed(self, message: str) -> None:
        # The slider stands where the frame was wanted; it goes back to the one in sight.
        self.photo_pane.video_bar.refresh()
        self.banner.show_message(message, "Open another…", self.ask_and_open)

    def ask_and_open(self) -> None:
        """Ask for a file and open it."""
        path = self.ask_open_path()
        if path is not None:
            self.open_files([path])

    def open_photo(self, path: Path, frame: int = 0) -> None:
        """Open a file on the page "One photo"."""
        self.pages.show_page(PHOTO)
        self.opening.open(path, frame)

    def open_files(self, paths: list[Path]) -> None:
        """Open files on the page in sight; a library on its own."""
        own = self.pages.page_of(paths)
        page = self.pages.show_page(own) if own is not None else self.pages.currentWidget()
        if isinstance(page, Page):
            page.open_files(paths)
        else:
            # A photo first, so that a prediction chosen with it lies over it.
            self.opening.open_all(sorted(paths, key=lambda path: path.suffix.lower() == ".npz")[:2])

    def ask_open_path(self) -> Path | None:
        """The file a person chooses; None when the dialog is left."""
        patterns = " ".join(f"*{suffix}" for suffix in (*PHOTO_SUFFIXES, *VIDEO_SUFFIXES, ".npz"))
        recent = self.settings.recent
        folder = str(recent[0].parent) if recent else str(Path.home())
        filters = f"Photos, videos, predictions ({patterns});;All files (*)"
        name, _ = QFileDialog.getOpenFileName(self, "Open", folder, filters)
        return Path(name) if name else None

    def ask_save_path(self, title: str, suggestion: str) -> Path | None:
        """The file a person wants written; None when the dialog is left."""
        picture = self.session.picture
        folder = picture.path.parent if picture is not None else Path.home()
        name, _ = QFileDialog.getSaveFileName(self, title, str(folder / suggestion))
        return Path(name) if name else None

    def open_demo(self) -> None:
        """Open the first of the bundled photos."""
        for photo in demo_photos()[:1]:
            self.open_photo(photo)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.open_files(files)

    # --- what the helper processes report ----------------------------------------------------------------------------

    def _renderer_status(self, status: RenderStatus) -> None:
        self.status.set_renderer(status.backend if status.state == "ready" else "")
        if status.state == "failed":
            self.banner.show_message(status.message)
        self.renderer_state = status.state
        self._refresh()

    def _prediction_failed(self, message: str, hand_not_found: bool) -> None:
        if hand_not_found:
            self.banner.show_message(message, "Draw a box", lambda: self.photo_pane.canvas.set_drawing(True))
        else:
            self.banner.show_message(message, "Try again", self.control.predict)

    def _refresh(self) -> None:
        session, actions = self.session, self.actions_by_name
        picture, prediction = session.picture, session.prediction
        self.setWindowTitle("handviz" if picture is None else f"{picture.path.name} – handviz")
        actions["save_prediction"].setEnabled(prediction is not None)
        for name in ("predict", "draw_box"):
            actions[name].setEnabled(picture is not None)
        actions["detect_box"].setEnabled(session.box is not None)
        actions["auto_predict"].setChecked(session.auto_predict)
        actions["solo"].setChecked(session.view.solo)
        actions["ghosts"].setChecked(session.view.ghost)
        actions["trails"].setChecked(session.view.trails)
        actions["overlay"].setChecked(session.photo_view.meshes)
        actions["link_photo"].setChecked(session.photo_view.linked)
        actions["truth"].setChecked(session.view.show_truth)
        actions["truth"].setEnabled(session.truth is not None)
        for part in ("table", "plots"):
            actions[part].setChecked(self.bench.shows(part))
        for timestep, name in enumerate(("show_past", "show_middle", "show_future")):
            actions[name].setChecked(timestep < len(session.view.timesteps) and session.view.timesteps[timestep])
        for name in ("next_frame", "previous_frame", "frames_ahead", "frames_back"):
            actions[name].setEnabled(picture is not None and picture.is_video)
        self._refresh_message()

    def _refresh_message(self) -> None:
        self.viewport_pane.canvas.show_message(self._viewport_message())

    def _viewport_message(self) -> str:
        picture, prediction, job = self.session.picture, self.session.prediction, self.session.job
        if self.renderer_state == "failed":
            return "The viewport cannot draw on this machine."
        if prediction is not None:
            if self.renderer_state != "ready":
                return "Starting the renderer…"
            return why_nothing_shows(self.session)
        if job is not None:
            return "Predicting…"
        if picture is not None:
            return with_key("Press Enter to predict, or draw a box around the hand ({}).", "draw_box")
        return "Hypotheses of the hand appear here."

    # --- looks and memory --------------------------------------------------------------------------------------------

    def choose_theme(self, name: str) -> None:
        """Take and remember a theme: "system", "dark" or "light"."""
        self._theme_override = None
        self.settings.theme = name
        self.set_theme()

    def set_theme(self) -> None:
        """Dress the window as the settings and the desktop say."""
        application = QApplication.instance()
        name = self._theme_override or (self.settings.theme if self._remember else "dark")
        theme = themes.THEMES.get(name) or themes.system_theme(application)
        self.theme = theme
        themes.apply(application, theme)
        for part in (self.photo_pane, self.viewport_pane, self.inspector, self.bench, self.banner, self.pages):
            part.set_theme(theme)

    def _restore(self) -> None:
        names = ("geometry", "columns")
        geometry, splitter = (self.settings.bytes(name) if self._keep_state else None for name in names)
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(1366, 768)
        if splitter is not None:
            self.splitter.restoreState(splitter)
        if self._keep_state:
            self.bench.restore(self.settings)
            remembered.take_up(self.session, self.settings.text("view"))

    def start_command(self, name: str) -> None:
        """Start a command by its name, on the page where it is in effect."""
        page = self.keymap.bindings[name].page
        if page not in (EVERYWHERE, self.pages.current):
            self.pages.show_page(page)
        self.actions_by_name[name].trigger()

    def restore_page(self) -> None:
        """Show the page that was in sight last time."""
        page = self.settings.text("page") if self._keep_state else PHOTO
        if page in self.pages.names:
            self.pages.show_page(page)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        # Enter reaches the window only when no field or button had a use for it.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pages.current == PHOTO:
            self.control.predict()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self._keep_state:
            self.settings.set_text("view", remembered.to_json(self.session))
            self.settings.set_text("page", self.pages.current)
            self.settings.set_bytes("geometry", self.saveGeometry())
            self.settings.set_bytes("columns", self.splitter.saveState())
            self.bench.save(self.settings)
            self.settings.auto_predict = self.session.auto_predict
        self.shut_down()
        super().closeEvent(event)

    def shut_down(self) -> None:
        """End threads and processes; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self.pages.shut_down()
        self.bench.shut_down()
        self.viewport_pane.shut_down()
        self.opening.close()
        self.saver.close()
        self.prediction_bridge.close()
        self.render_bridge.close()
