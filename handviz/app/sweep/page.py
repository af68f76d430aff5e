"""The page "Blur sweep": how does spread grow with blur in this picture, and for which joints?"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QSplitter, QVBoxLayout, QWidget

from handviz.app.compare.processes import Processes
from handviz.app.controls import Segments, header, label
from handviz.app.models.comparison import CaseReference, PaneState, case_of
from handviz.app.models.session import SessionModel
from handviz.app.pages import Page, Services
from handviz.app.sweep.chart import ChartContent, SweepChart, export, joint_label
from handviz.app.sweep.joint_table import JointTable
from handviz.app.sweep.panel import SweepPanel
from handviz.app.sweep.runner import SweepPicture, SweepRunner
from handviz.app.sweep.tiles import SweepTiles
from handviz.app.theme import Theme
from handviz.app.tips import set_tip
from handviz.errors import InputError
from handviz.geometry.skeleton import TIMESTEPS
from handviz.hypotheses.sweep import Sweep
from handviz.inference.sweep_pictures import KINDS, SweepPlan

COMPARE_PAGE = "side-by-side"


class SweepPage(Page):
    """A panel, a row of steps, the curve, and the joints."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._processes = Processes(services.clients, services.predictions, self)
        self.case: CaseReference | None = None
        self._at_hand: SessionModel | None = None
        self._plan = SweepPlan()
        self.sweep: Sweep | None = None
        self.done: list[SweepPicture] = []
        self.runner = SweepRunner(services.predictions, self)
        self._bridge = self._processes.renderer()
        self._build()
        self.runner.started.connect(self._started)
        self.runner.stepped.connect(self._stepped)
        self.runner.progressed.connect(lambda done, total, left: self.panel.show_progress(True, done, total, left))
        self.runner.finished.connect(self._finished)
        self.runner.failed.connect(services.banner.show_message)
        self._show_case()
        self._show_result()

    def _build(self) -> None:
        self.panel = SweepPanel()
        self.panel.open_clicked.connect(self._ask)
        self.panel.run_clicked.connect(self.run)
        self.panel.cancel_clicked.connect(self.runner.cancel)
        self.tiles = SweepTiles(self._bridge)
        self.tiles.chosen_changed.connect(lambda _: self._show_result())
        self.tiles.opened.connect(self.open_step)
        self.chart = SweepChart()
        self.chart.step_chosen.connect(self.tiles.choose)
        self.joints = JointTable()
        self.joints.selection_changed.connect(lambda _: self._show_chart())
        labels = {"front": "Front", "side": "Side", "top": "Top"}
        self.views = Segments(labels, "View", self.look)
        self.views.show_choice("front")
        for name, button in self.views.buttons.items():
            set_tip(button, f"From the {name}", f"sweep_view_{name}")
        self.compare = QPushButton("Side by side")
        self.compare.setAccessibleName("Open the step side by side with the sharp picture")
        set_tip(self.compare, "Look at the chosen step beside the sharp picture", "sweep_compare")
        self.compare.clicked.connect(lambda: self.open_step(self.tiles.chosen))
        choices = {"mean": "All", **{name: name.capitalize() for name in TIMESTEPS}}
        self.when = Segments(choices, "Timestep of the curve", self._set_timestep)
        self.when.show_choice("mean")
        self.export_button = QPushButton("Export…")
        self.export_button.setAccessibleName("Export figures and curve")
        set_tip(self.export_button, "Write the figures as CSV and the curve as PNG", "sweep_export")
        self.export_button.clicked.connect(self.export)
        upper, lower = QWidget(), QWidget()
        for holder, parts in (
            (upper, (header(label("Steps", "paneTitle"), None, self.compare, self.views), self.tiles)),
            (lower, (header(label("Spread against blur", "paneTitle"), None, self.when, self.export_button),)),
        ):
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            for place, part in enumerate(parts):
                column.addWidget(part, place)
        under = QSplitter(Qt.Orientation.Horizontal)
        under.setHandleWidth(1)
        under.setChildrenCollapsible(False)
        under.addWidget(self.chart)
        under.addWidget(self.joints)
        under.setStretchFactor(0, 1)
        lower.layout().addWidget(under, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setHandleWidth(1)
        parts.setChildrenCollapsible(False)
        parts.addWidget(upper)
        parts.addWidget(lower)
        parts.setStretchFactor(0, 1)
        parts.setStretchFactor(1, 1)
        area = QScrollArea()
        area.setObjectName("inspector")
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.panel)
        area.setFixedWidth(272)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(area)
        row.addWidget(parts, 1)

    # --- what to sweep -----------------------------------------------------------------------------------------------

    def entered(self) -> None:
        """Take what the page "One photo" shows, unless a picture was chosen here."""
        session = self._services.session
        if session.picture is not None and self.case is None:
            self.set_case(case_of(session), _held(session))

    def set_case(self, case: CaseReference, at_hand: SessionModel | None = None) -> None:
        """Sweep another picture from now on; at_hand is a session that holds it, if there is one."""
        self.case, self._at_hand = case, at_hand
        self._show_case()

    def open_files(self, paths: list[Path]) -> None:
        """Sweep the first of the files."""
        for path in paths[:1]:
            self.set_case(CaseReference(str(path)))

    def _ask(self) -> None:
        path = self._services.ask_open_path()
        if path is not None:
            self.open_files([path])

    def _show_case(self) -> None:
        self.panel.show_picture("" if self.case is None else self.case.title)

    # --- running -----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Sweep the picture with the panel's settings."""
        if self.case is None:
            self._services.banner.show_message("Open a sharp photo or a video first; the sweep blurs it step by step.")
            return
        try:
            plan = self.panel.plan
        except InputError as error:
            self._services.banner.show_message(str(error))
            return
        self._services.banner.hide()
        self._plan = plan
        self.sweep, self.done = None, []
        self.tiles.clear(plan.steps)
        self._show_result()
        case = replace(self.case, hypotheses=self.panel.hypotheses.value())
        self.runner.start(case, plan, self._at_hand)

    def _started(self, box_px: float, timesteps: tuple[str, ...]) -> None:
        self.sweep = Sweep(box_px, timesteps)

    def _stepped(self, picture: SweepPicture) -> None:
        self.sweep = self.sweep + picture.step
        self.done.append(picture)
        self.tiles.add(picture)
        self._show_result()

    def _finished(self, whole: bool) -> None:
        self.panel.show_progress(False)
        if self.tiles.chosen is None and self.done:
            self.tiles.choose(len(self.done) - 1)
        if whole:
            self._services.show_status(f"{len(self.done)} steps of blur predicted")

    def at_rest(self) -> bool:
        """Whether all that is in sight is as it will stay."""
        return not self.busy

    @property
    def busy(self) -> bool:
        """Whether something is still being blurred, predicted or drawn."""
        return self.runner.running or self.tiles.busy

    # --- what came of it ---------------------------------------------------------------------------------------------

    @property
    def timestep(self) -> int | None:
        """The timestep that the curve is about; None for the mean over all."""
        names = [name for name, button in self.when.buttons.items() if button.isChecked()]
        return TIMESTEPS.index(names[0]) if names and names[0] in TIMESTEPS else None

    def _set_timestep(self, name: str) -> None:
        self.when.show_choice(name)
        self._show_result()

    @property
    def content(self) -> ChartContent | None:
        """What the chart shows."""
        if self.sweep is None or not self.sweep.steps:
            return None
        return ChartContent(self.sweep, self.joints.joints, self.timestep, self.tiles.chosen)

    def _show_result(self) -> None:
        self.joints.show_sweep(self.sweep, self.timestep)
        self.panel.result.setText(self._summary())
        self.export_button.setEnabled(self.sweep is not None and len(self.sweep.steps) > 0)
        self.compare.setEnabled(self._can_open(self.tiles.chosen))
        line = self._plan.kind == "line"
        why = "Look at the chosen step beside the sharp picture" if line else "For steps of a straight line only"
        set_tip(self.compare, why, "sweep_compare")
        self._show_chart()

    def _show_chart(self) -> None:
        self.chart.show_content(self.content)

    def _summary(self) -> str:
        """The answer in a sentence."""
        if self.sweep is None or len(self.sweep.steps) < 2:
            return ""
        curve, growths = self.sweep.curve(None, self.timestep), self.sweep.growths(self.timestep)
        names = ", ".join(joint_label(growth.joint).lower() for growth in growths[:3])
        return (
            f"Spread goes from {curve[0]:.1f} to {curve[-1]:.1f} mm with {self.sweep.blur_px[-1]:.0f} px of blur. "
            f"It grows fastest at: {names}."
        )

    def look(self, view: str) -> None:
        """Turn all steps to a standard view."""
        self.views.show_choice(view)
        self.tiles.look(view)

    def _can_open(self, step: int | None) -> bool:
        return step is not None and 0 < step < len(self.done) and self._plan.kind == "line"

    def open_step(self, step: int | None) -> None:
        """Show a step beside the sharp picture on the page "Side by side"."""
        if not self._can_open(step):
            return
        sharp, blurred = self.done[0], self.done[step]
        box = tuple(float(value) for value in sharp.prediction.box)
        count = sharp.prediction.num_hypotheses
        case = replace(self.case, box=box, hand=sharp.prediction.hand, hypotheses=count)
        smeared = replace(case, smear_px=blurred.step.blur_px, smear_degrees=self._plan.degrees)
        page = self._services.show_page(COMPARE_PAGE)
        page.show_pair((PaneState(case), _session_of(sharp)), (PaneState(smeared), _session_of(blurred)))

    def export(self) -> None:
        """Ask where to, and write figures and curve in the background."""
        content = self.content
        if content is None:
            return
        stem = Path(self.case.path).stem
        path = self._services.ask_save_path(
            "Export the sweep (CSV, and the curve as PNG beside it)", f"{stem}-sweep.csv"
        )
        if path is not None:
            self._services.saver.save(path.with_suffix(".csv"), lambda target: export(content, target))

    def handlers(self) -> dict[str, Callable[..., None]]:
        """What each command does."""
        views = {f"sweep_view_{name}": lambda chosen=name: self.look(chosen) for name in ("front", "side", "top")}
        kinds = {f"sweep_{kind}": lambda chosen=kind: self.panel.set_kind(chosen) for kind in KINDS}
        return (
            views
            | kinds
            | {
                "sweep_run": self.run,
                "sweep_cancel": self.runner.cancel,
                "sweep_export": self.export,
                "sweep_compare": lambda: self.open_step(self.tiles.chosen),
                "sweep_next": lambda: self.tiles.choose(0 if self.tiles.chosen is None else self.tiles.chosen + 1),
                "sweep_previous": lambda: self.tiles.choose(0 if self.tiles.chosen is None else self.tiles.chosen - 1),
            }
        )

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""
        self.tiles.set_theme(theme)
        self.chart.theme = theme
        self.chart.update()
        self.joints.set_theme(theme)

    def shut_down(self) -> None:
        """End threads and processes."""
        self.runner.close()
        self._processes.close()


def _held(session: SessionModel) -> SessionModel:
    """Picture and truth of a session, held fast while the session goes on to others."""
    held = SessionModel()
    held.set_picture(session.picture, session.truth)
    return held


def _session_of(done: SweepPicture) -> SessionModel:
    """The picture and hypotheses of a step, as a session that holds them."""
    session = SessionModel()
    session.set_picture(done.picture)
    session.set_prediction(done.prediction)
    return session
