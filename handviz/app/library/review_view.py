"""One case large: its photo with the joints over it, and its hypotheses in the viewport."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QToolButton, QVBoxLayout, QWidget

from handviz.app.clients import RenderBridge
from handviz.app.controls import header, label
from handviz.app.icons import icon
from handviz.app.library.case_loader import Prepared
from handviz.app.models.case_text import case_title
from handviz.app.models.library import LibraryModel
from handviz.app.models.scene import why_nothing_shows
from handviz.app.models.session import SessionModel
from handviz.app.pages import Services
from handviz.app.photo_overlay import join_panes
from handviz.app.photo_pane import PhotoPane
from handviz.app.prediction_control import PredictionControl
from handviz.app.theme import Theme
from handviz.app.tips import set_tip, with_key
from handviz.app.viewport_pane import ViewportPane
from handviz.review.cases import Case
from handviz.viewport import RenderStatus


class ReviewView(QWidget):
    """Panes with a session of their own. corrected carries box and side once a person changed them.

    shown follows a case whose photo is in sight; back_wanted the button that leads to the grid; step_wanted carries
    1 or -1.
    """

    corrected = Signal(object, object)
    shown = Signal(int)
    back_wanted = Signal()
    step_wanted = Signal(int)

    def __init__(self, services: Services, model: LibraryModel) -> None:
        super().__init__()
        self._model = model
        self._services = services
        self.session = SessionModel()
        self.session.set_request(auto_predict=False)
        self.session.set_engine(services.session.engine)
        self.render_bridge = RenderBridge(services.clients.renderer, self)
        self.control = PredictionControl(self.session, services.predictions)
        self._case: Case | None = None
        self._renderer_state = "starting"
        self._theme: Theme | None = None
        self.photo_pane: PhotoPane | None = None
        self.viewport_pane: ViewportPane | None = None
        self._build()
        self._model.picked_changed.connect(self.refresh)

    def _build(self) -> None:
        self.back = QToolButton()
        self.back.setText("Grid")
        self.back.setAccessibleName("Back to the grid")
        set_tip(self.back, "Back to the grid", "library_back")
        self.previous, self.next = QToolButton(), QToolButton()
        self.previous.setAccessibleName("Previous case")
        set_tip(self.previous, "Previous case that matches", "library_previous")
        self.next.setAccessibleName("Next case")
        set_tip(self.next, "Next case that matches", "library_next")
        self.title = label("", "paneTitle")
        self.place = label("", "muted")
        self.back.clicked.connect(self.back_wanted)
        self.previous.clicked.connect(lambda: self.step_wanted.emit(-1))
        self.next.clicked.connect(lambda: self.step_wanted.emit(1))
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header(self.back, self.previous, self.next, self.title, self.place, None))
        column.addWidget(self.splitter, 1)

    def start(self) -> None:
        """Make the panes and start the render process: they come with the first case, the page without them."""
        if self.viewport_pane is not None:
            return
        self.photo_pane = PhotoPane(self.session)
        self.viewport_pane = ViewportPane(self.session, self.render_bridge)
        for pane in (self.photo_pane, self.viewport_pane):
            self.splitter.addWidget(pane)
            self.splitter.setStretchFactor(self.splitter.count() - 1, 1)
        if self._theme is not None:
            self.set_theme(self._theme)
        self._connect()
        self.render_bridge.client.start()

    def _connect(self) -> None:
        canvas = self.viewport_pane.canvas
        self.render_bridge.frame.connect(canvas.show_frame)
        self.render_bridge.hits.connect(canvas.show_hits)
        self.render_bridge.status.connect(self._renderer_status)
        join_panes(self.session, self.render_bridge, self.photo_pane, self.viewport_pane)
        self.photo_pane.canvas.box_edited.connect(self._correct)
        self.photo_pane.hand_chosen.connect(self._correct)
        session = self.session
        for signal in (session.picture_changed, session.prediction_changed, session.job_changed,
                       session.view.content_changed, session.selection.changed):  # fmt: skip
            signal.connect(self._refresh_message)
        self._refresh_message()

    @property
    def drawing(self) -> bool:
        """Whether the next drag on the photo draws a box."""
        return self.photo_pane is not None and self.photo_pane.canvas.drawing

    # --- showing a case ----------------------------------------------------------------------------------------------

    def expect(self, case: Case) -> None:
        """A case is on its way: what belongs to the last one is not to be judged any more."""
        self._case = case
        self.control.cancel()
        if self.session.picture is None:
            self.session.set_loading(f"Opening {case.path.name}")
        self.refresh()

    def show_prepared(self, case: Case, prepared: Prepared) -> None:
        """Show a case that was read."""
        self._case = case
        session = self.session
        self.control.cancel()
        self.photo_pane.show_pyramid(prepared.pyramid, False)
        self.viewport_pane.canvas.show_pyramid(prepared.pyramid)
        session.set_picture(prepared.picture, prepared.truth)
        # What a case says of its hand is what it was corrected to, or what was detected.
        session.set_request(box=case.box, hand=case.hand or "auto")
        session.set_prediction(prepared.prediction)
        self.refresh()
        self.shown.emit(case.id)

    def clear(self) -> None:
        """Show nothing."""
        self._case = None
        self.control.cancel()
        self.photo_pane.show_pyramid((), False)
        self.viewport_pane.canvas.show_pyramid(())
        self.session.set_picture(None)
        self.refresh()

    @property
    def case_id(self) -> int | None:
        """The case in sight, or on its way."""
        return None if self._case is None else self._case.id

    def refresh(self) -> None:
        """Mirror which case it is."""
        case, row = self._case, self._model.row
        self.title.setText("" if case is None else case_title(case))
        count = len(self._model.cases)
        place = "" if case is None else "not in the filter" if row is None else f"{row + 1:,} of {count:,}"
        self.place.setText(place)
        for button in (self.previous, self.next):
            button.setEnabled(count > 0)

    def _correct(self) -> None:
        session = self.session
        hand = None if session.hand == "auto" else session.hand
        self.corrected.emit(session.box, hand)

    # --- what goes on ------------------------------------------------------------------------------------------------

    def _renderer_status(self, status: RenderStatus) -> None:
        if status.state == "failed":
            self._services.banner.show_message(status.message)
        self._renderer_state = status.state
        self._refresh_message()

    def _refresh_message(self) -> None:
        self.viewport_pane.canvas.show_message(self._message())

    def _message(self) -> str:
        session = self.session
        if self._renderer_state == "failed":
            return "The viewport cannot draw on this machine."
        if session.prediction is not None:
            if self._renderer_state != "ready":
                return "Starting the renderer…"
            return why_nothing_shows(session)
        if session.job is not None:
            return f"{session.job.message}…"
        if session.picture is not None:
            text = with_key("Not predicted yet: press {}, or ", "library_predict")
            return text + with_key("draw a box around the hand ({}).", "library_box")
        return "Hypotheses of the case appear here."

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""
        self._theme = theme
        for part in (self.photo_pane, self.viewport_pane):
            if part is not None:
                part.set_theme(theme)
        self.previous.setIcon(icon("previous", theme.text))
        self.next.setIcon(icon("next", theme.text))

    def shut_down(self) -> None:
        """End the render process and what works for the viewport."""
        if self.viewport_pane is not None:
            self.viewport_pane.shut_down()
        self.render_bridge.close()
