"""One pane of the page "Side by side": header, viewport, the photo in its corner, and what is in sight in numbers."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QMouseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout

from handviz.app.compare.case_loader import CaseLoader
from handviz.app.compare.processes import Processes
from handviz.app.compare.thumbnail import Thumbnail
from handviz.app.controls import label
from handviz.app.icons import icon
from handviz.app.loading import Loaded
from handviz.app.models.comparison import CaseReference, PaneState
from handviz.app.models.pane import RANKINGS, PaneModel
from handviz.app.models.scene import why_nothing_shows
from handviz.app.models.session import SessionModel
from handviz.app.prediction_control import PredictionControl
from handviz.app.theme import DARK, Theme
from handviz.app.time_bar import Player
from handviz.app.tips import set_tip, with_key
from handviz.app.viewport_canvas import ViewportCanvas
from handviz.errors import HandvizError
from handviz.hypotheses.subsets import SUBSETS, Subset
from handviz.viewport import RenderStatus

_MARGIN = 10
EMPTY = "Drop a photo, a video or a prediction here, or press {}."


class ComparePane(QFrame):
    """Shows a PaneModel and loads its case.

    The page is told of clicks by signals: activated, link_clicked, close_clicked, open_clicked (for another file),
    take_clicked (for the open photo), weights_clicked; settled follows whatever came of loading and predicting.
    """

    activated = Signal()
    link_clicked = Signal()
    close_clicked = Signal()
    open_clicked = Signal()
    weights_clicked = Signal()
    take_clicked = Signal()
    settled = Signal()

    def __init__(self, processes: Processes) -> None:
        super().__init__()
        self.setObjectName("pane")
        self.model = PaneModel()
        self.case: CaseReference | None = None
        self.error = ""
        self.note = ""
        """More to say about what is in sight, from the page."""
        self.show_photo = True
        self._processes = processes
        self._pyramid: tuple[QImage, ...] = ()
        self._control: PredictionControl | None = None
        self._renderer_state = "starting"
        self._started = False
        self._loader = CaseLoader(self)
        self._loader.loaded.connect(self._loaded)
        self._loader.failed.connect(self._fail)
        self.bridge = processes.renderer()
        self.canvas = ViewportCanvas(self.model.shown, self.bridge)
        self.canvas.setMinimumSize(200, 150)
        self.player = Player(self.model.shown, self.canvas)
        self.bridge.frame.connect(self.canvas.show_frame)
        self.bridge.hits.connect(self.canvas.show_hits)
        self.bridge.status.connect(self._renderer_status)
        self._build()
        self.theme: Theme = DARK
        self.model.changed.connect(self.refresh)
        self.refresh()

    def _build(self) -> None:
        self.number = label("", "key")
        self.title = QToolButton()
        self.title.setObjectName("paneTitle")
        self.title.setAccessibleName("What this pane shows")
        self.title.setToolTip("Picture, frame and weights of this pane")
        self.title.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.title.setMenu(QMenu(self.title))
        self.title.menu().aboutToShow.connect(self._fill_case_menu)
        self.subset = QToolButton()
        self.subset.setAccessibleName("Which hypotheses this pane shows")
        set_tip(self.subset, "Which hypotheses this pane shows, the next choice", "compare_subset")
        self.subset.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.subset.setMenu(QMenu(self.subset))
        self.subset.menu().aboutToShow.connect(self._fill_subset_menu)
        self.link = QToolButton()
        self.link.setCheckable(True)
        self.link.setAccessibleName("Move together with the other panes")
        self.link.clicked.connect(self.link_clicked)
        self.close_button = QToolButton()
        self.close_button.setAccessibleName("Close this pane")
        set_tip(self.close_button, "Close this pane", "compare_close")
        self.close_button.clicked.connect(self.close_clicked)
        self.bar = QFrame()
        self.bar.setObjectName("header")
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(8, 5, 8, 5)
        row.setSpacing(6)
        for widget in (self.number, self.title, None, self.subset, self.link, self.close_button):
            if widget is None:
                row.addStretch(1)
            else:
                row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.caption = label("", "caption")
        self.caption.setParent(self.canvas)
        self.caption.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.thumbnail = Thumbnail(self.canvas)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.canvas, 1)
        for widget in (self.canvas, self.title, self.subset, self.link, self.close_button, self.bar):
            widget.installEventFilter(self)

    # --- cases -------------------------------------------------------------------------------------------------------

    def open(self, state: PaneState, at_hand: SessionModel | None = None, blurred: bool = False) -> None:
        """Show a case, or be empty; at_hand is a session that holds its picture, and perhaps its prediction.

        blurred says that the picture at hand has the case's blur already.
        """
        self._drop_job()
        self.error = ""
        self.case = state.case
        self.model.set_ranking(state.ranking)
        self.model.set_subset(state.subset)
        if state.case is None:
            self.model.source.set_picture(None)
            self._pyramid = ()
            self.settled.emit()
            self.refresh()
            return
        self.model.source.set_loading(f"Opening {Path(state.case.path).name}")
        if at_hand is None or at_hand.picture is None:
            self._loader.load(state.case)
        else:
            prediction = at_hand.prediction if state.case.weights is None else None
            self._loader.load(state.case, at_hand.picture, prediction, at_hand.truth, blurred)
        self.refresh()

    @property
    def state(self) -> PaneState:
        """What the pane shows, but for its link."""
        return PaneState(self.case, self.model.subset, self.model.ranking)

    def change_case(self, **changes: object) -> None:
        """Show the case with another frame, blur or weights."""
        if self.case is not None:
            self.open(replace(self.state, case=replace(self.case, prediction=None, **changes)))

    @property
    def busy(self) -> bool:
        """Whether something is being read, predicted or drawn."""
        source = self.model.source
        drawing = self.model.shown.prediction is not None and not self.canvas.at_rest
        return bool(source.loading) or source.job is not None or drawing

    def _loaded(self, loaded: Loaded) -> None:
        source, case = self.model.source, self.case
        source.set_loading("")
        self._pyramid = loaded.pyramid
        self.canvas.show_pyramid(loaded.pyramid)
        source.set_picture(loaded.picture, loaded.truth)
        if case is not None:
            source.set_request(box=case.box, hand=case.hand, hypotheses=case.hypotheses, seed=case.seed)
        if loaded.prediction is not None:
            source.set_prediction(loaded.prediction)
            self.settled.emit()
        else:
            self._predict()
        self.refresh()

    def _predict(self) -> None:
        try:
            bridge = self._processes.predictor(self.case.weights if self.case is not None else None)
        except HandvizError as error:
            self._fail(str(error))
            return
        self._control = PredictionControl(self.model.source, bridge)
        self._control.failed.connect(lambda message, _: self._fail(message))
        self._control.succeeded.connect(self.settled)
        self._control.predict()

    def _drop_job(self) -> None:
        if self._control is not None:
            self._control.cancel()
            self._control.stop()
            self._control = None

    def cancel(self) -> None:
        """Drop the prediction under way."""
        if self.model.source.job is not None:
            self._drop_job()
            self._fail("Cancelled. Press F5 to predict.")

    def predict(self) -> None:
        """Predict the case anew."""
        if self.model.source.picture is not None:
            self.error = ""
            self._drop_job()
            self._predict()
            self.refresh()

    def _fail(self, message: str) -> None:
        self.error = message
        self.model.source.set_loading("")
        self.settled.emit()
        self.refresh()

    # --- menus -------------------------------------------------------------------------------------------------------

    def _fill_case_menu(self) -> None:
        menu, picture = self.title.menu(), self.model.source.picture
        menu.clear()
        menu.addAction("&Open photo, video or prediction…", self.open_clicked.emit)
        menu.addAction("The photo of the page One &photo", self.take_clicked.emit)
        if self.case is None:
            return
        if picture is not None and picture.is_video:
            menu.addSeparator()
            for text, step in (("&Next frame", 1), ("&Previous frame", -1), ("10 frames &ahead", 10)):
                menu.addAction(text, lambda places=step: self.step(places))
        menu.addSeparator()
        blur = menu.addMenu("Add &blur")
        for length in (0, 10, 20, 40, 80, 160):
            text = "None" if not length else f"{length} px"
            action = blur.addAction(text, lambda px=length: self.change_case(smear_px=float(px)))
            action.setCheckable(True)
            action.setChecked(self.case.smear_px == length)
        menu.addAction("Other &weights…", self.weights_clicked.emit)
        if self.case.weights is not None:
            menu.addAction("The &usual weights", lambda: self.change_case(weights=None))

    def _fill_subset_menu(self) -> None:
        menu = self.subset.menu()
        menu.clear()
        for kind, text in SUBSETS.items():
            if kind == "one":
                continue
            action = menu.addAction(text, lambda chosen=kind: self.model.set_subset(Subset(chosen)))
            action.setCheckable(True)
            action.setChecked(self.model.subset.kind == kind)
        one = menu.addMenu(SUBSETS["one"])
        prediction = self.model.prediction
        order = [] if prediction is None else self.model.selection.order
        for place, number in enumerate(order, start=1):
            text = f"Number {number + 1} (place {place}, {prediction.score[number]:.2f})"
            one.addAction(text, lambda h=int(number): self.model.set_subset(Subset("one", h)))
        one.setEnabled(not one.isEmpty())
        menu.addSeparator()
        for ranking, text in RANKINGS.items():
            action = menu.addAction(f"Judged by: {text}", lambda chosen=ranking: self.model.set_ranking(chosen))
            action.setCheckable(True)
            action.setChecked(self.model.ranking == ranking)

    def next_subset(self) -> None:
        """Show the next kind of subset."""
        kinds = list(SUBSETS)
        following = kinds[(kinds.index(self.model.subset.kind) + 1) % len(kinds)]
        self.model.set_subset(Subset(following, self.model.subset.hypothesis))

    def step(self, places: int) -> None:
        """Go to another frame of the video."""
        picture = self.model.source.picture
        if picture is not None and picture.is_video and self.case is not None:
            frame = min(max(self.case.frame + places, 0), picture.frame_count - 1)
            if frame != self.case.frame:
                self.change_case(frame=frame, box=None)

    # --- looks -------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Mirror the model."""
        model = self.model
        text = SUBSETS[model.subset.kind] if model.subset.kind != "one" else f"Number {model.subset.hypothesis + 1}"
        self.subset.setText(f"{text} ▾" if model.ranking == "score" else f"{text}, by heat maps ▾")
        self.title.setText(self._elided(self.case.title if self.case is not None else "Empty"))
        self.title.setToolTip(self.case.path if self.case is not None else "Choose what this pane shows")
        self.canvas.show_message(self._message())
        text = "\n".join(line for line in (" · ".join(model.figures()), self.note) if line)
        self.caption.setText(text)
        self.caption.setVisible(bool(text))
        shown = self.show_photo and not model.view.over_photo
        self.thumbnail.show_photo(self._pyramid if shown else (), model.source.shown_box)
        self._place()

    def show_link(self, linked: bool) -> None:
        """Show whether the pane moves with the others."""
        self.link.setChecked(linked)
        self.link.setIcon(icon("link" if linked else "unlink", self.theme.accent_text if linked else self.theme.text))
        text = "Moves together with the other linked panes; click to let it go its own way"
        set_tip(
            self.link, text if linked else "Goes its own way; click to move it together with the others", "compare_link"
        )

    def _message(self) -> str:
        source, shown = self.model.source, self.model.shown
        if self.error:
            return self.error
        if source.loading:
            return f"{source.loading}…"
        if source.job is not None:
            done = f" {100 * source.job.fraction:.0f}%" if source.job.fraction > 0.0 else ""
            return f"{source.job.message}…{done}"
        if self.model.result.message:
            return self.model.result.message
        if shown.prediction is None:
            return with_key(EMPTY, "open") if self.case is None else ""
        if self._renderer_state == "failed":
            return "The viewport cannot draw on this machine."
        if self._renderer_state != "ready":
            return "Starting the renderer…"
        return why_nothing_shows(shown)

    def _renderer_status(self, status: RenderStatus) -> None:
        self._renderer_state = status.state
        self.refresh()

    def _elided(self, text: str) -> str:
        room = max(self.width() - self.subset.sizeHint().width() - 180, 90)
        return self.title.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room) + " ▾"

    def _place(self) -> None:
        self.caption.setMaximumWidth(max(self.canvas.width() - 2 * _MARGIN - 70, 60))
        self.caption.adjustSize()
        self.caption.move(_MARGIN, _MARGIN)
        self.thumbnail.move(_MARGIN, self.canvas.height() - self.thumbnail.height() - _MARGIN)

    def set_active(self, number: int, active: bool) -> None:
        """Show the pane's number, and whether keys go to it."""
        self.number.setText(str(number))
        self.number.setAccessibleName(f"Pane {number}")
        self.canvas.setAccessibleName(f"3D viewport of pane {number}")
        if self.number.property("active") != active:
            self.number.setProperty("active", active)
            self.number.style().unpolish(self.number)
            self.number.style().polish(self.number)

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""
        self.theme = theme
        self.canvas.set_theme(theme)
        self.thumbnail.theme = theme
        self.close_button.setIcon(icon("close", theme.text))
        self.show_link(self.link.isChecked())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.MouseButtonPress):
            self.activated.emit()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self.activated.emit()
        super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.layout().activate()
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        if not self._started:
            self._started = True
            QTimer.singleShot(0, self.bridge.client.start)

    def shut_down(self) -> None:
        """End the loader's thread and give the render process back."""
        self._drop_job()
        self._loader.close()
        self._processes.give_back(self.bridge)
