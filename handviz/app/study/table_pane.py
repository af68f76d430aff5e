"""The table of hypotheses: sortable, its selection that of every other view."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QMenu,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from handviz.app.action_buttons import ActionButton
from handviz.app.controls import header, label
from handviz.app.icons import icon
from handviz.app.models.study import StudyModel
from handviz.app.study.table_model import TableModel
from handviz.app.theme import Theme
from handviz.app.tips import set_tip

BUTTONS = {
    "solo": ("Solo", "Show what is selected alone"),
    "pin": ("Pin", "Keep what is selected in sight, whatever it scores; again: let the score decide"),
    "hide": ("Hide", "Hide what is selected, whatever it scores; again: let the score decide"),
    "show_hidden": ("Show hidden", "Let the score decide about all that is hidden"),
    "invert": ("Invert", "Select what is not selected"),
}
"""Commands above the table, and what their buttons say."""
_ROW_HEIGHT = 25


class TableView(QTableView):
    """Rows are selected with mouse, arrows, Shift and Ctrl; pointer_left tells that the pointer is elsewhere."""

    pointer_left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setAccessibleName("Table of hypotheses")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        heading = self.horizontalHeader()
        heading.setSectionsClickable(True)
        heading.setSortIndicatorShown(True)
        heading.setHighlightSections(False)
        heading.setStretchLastSection(True)
        heading.setMinimumSectionSize(36)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.pointer_left.emit()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = sorted(index.row() for index in self.selectionModel().selectedRows())
            model = self.model()
            assert isinstance(model, TableModel)
            QGuiApplication.clipboard().setText(model.table.as_text(rows or list(range(model.rowCount()))))
            return
        super().keyPressEvent(event)


class TablePane(QWidget):
    """Buttons over the table. close_requested asks to be put away."""

    close_requested = Signal()

    def __init__(self, study: StudyModel) -> None:
        super().__init__()
        self._study = study
        self._selection = study.session.selection
        self._mirroring = False
        self._actions: list[QAction] = []
        self.model = TableModel(study, self._selection)
        self.view = TableView()
        self.view.setModel(self.model)
        self.buttons = {name: ActionButton(*words, name) for name, words in BUTTONS.items()}
        self.close_button = QToolButton()
        self.close_button.setAccessibleName("Hide the table")
        set_tip(self.close_button, "Hide the table", "table")
        self.close_button.clicked.connect(self.close_requested)
        self.empty = QLabel("The table fills with the next prediction.")
        self.empty.setObjectName("muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header(label("Table", "paneTitle"), None, *self.buttons.values(), self.close_button))
        column.addWidget(self.view, 1)
        column.addWidget(self.empty, 1)
        self.view.entered.connect(lambda index: self._selection.hover(int(self.model.table.rows[index.row()])))
        self.view.viewportEntered.connect(lambda: self._selection.hover(None))
        self.view.pointer_left.connect(lambda: self._selection.hover(None))
        self.view.selectionModel().selectionChanged.connect(self._rows_selected)
        self.view.selectionModel().currentRowChanged.connect(self._rows_selected)
        self.view.horizontalHeader().sectionClicked.connect(self._sort)
        self.view.customContextMenuRequested.connect(self._show_menu)
        study.changed.connect(self.refill)
        self._selection.changed.connect(self.refresh)
        self._selection.hover_changed.connect(self.model.show_hovered)
        self.refill()

    def set_actions(self, actions: dict[str, QAction]) -> None:
        """Take the window's actions of BUTTONS, which buttons and context menu share."""
        self._actions = [actions[name] for name in BUTTONS]
        for name, button in self.buttons.items():
            button.set_action(actions[name])

    def refill(self) -> None:
        """Take another prediction, or more that is known about it."""
        self._reset(self.model.refill, scroll=False)
        self._show_order()
        filled = self.model.rowCount() > 0
        self.view.setVisible(filled)
        self.empty.setVisible(not filled)
        metrics = self.view.fontMetrics()
        for section, column in enumerate(self.model.table.columns):
            width = max(metrics.horizontalAdvance(column.sample), metrics.horizontalAdvance(column.title))
            self.view.setColumnWidth(section, width + 22)

    def refresh(self) -> None:
        """Mirror the selection."""
        if len(self.model.table) != len(self._selection.scores):
            # Between two predictions; refill follows.
            return
        if self._mirroring:
            self.model.follow_states()
            return
        moves = self._selection.chosen != self._hypothesis(self.view.currentIndex())
        self._reset(self.model.follow_states, scroll=moves and self._selection.picked)

    def _reset(self, change: Callable[[], object], scroll: bool) -> None:
        """Do what may reset the model, which forgets what is selected and how far it was scrolled."""
        bar = self.view.verticalScrollBar()
        place = bar.value()
        self._mirroring = True
        change()
        self._mirroring = False
        bar.setValue(place)
        self._mirror_selection(scroll)

    def _sort(self, section: int) -> None:
        self._reset(lambda: self.model.sort_by(section), scroll=self._selection.picked)
        self._show_order()

    def _show_order(self) -> None:
        table = self.model.table
        names = [column.name for column in table.columns]
        if table.sorted_by in names:
            order = Qt.SortOrder.DescendingOrder if table.high_first else Qt.SortOrder.AscendingOrder
            self.view.horizontalHeader().setSortIndicator(names.index(table.sorted_by), order)

    def _mirror_selection(self, scroll: bool) -> None:
        """Select the rows of the shared selection; with scroll bring the chosen one into sight."""
        table, chosen = self.model.table, self._selection.chosen
        if chosen is None or len(table) != len(self._selection.scores):
            return
        wanted = QItemSelection()
        last = self.model.columnCount() - 1
        for hypothesis in self._selection.selected:
            row = table.row_of(hypothesis)
            wanted.select(self.model.index(row, 0), self.model.index(row, last))
        self._mirroring = True
        rows = self.view.selectionModel()
        rows.select(wanted, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        current = self.model.index(table.row_of(chosen), 0)
        rows.setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._mirroring = False
        if scroll:
            self.view.scrollTo(current)

    def _rows_selected(self, *_: object) -> None:
        if self._mirroring:
            return
        rows = self.view.selectionModel()
        hypotheses = [int(self.model.table.rows[index.row()]) for index in rows.selectedRows()]
        self._mirroring = True
        self._selection.select(hypotheses, self._hypothesis(rows.currentIndex()))
        self._mirroring = False

    def _hypothesis(self, index: QModelIndex) -> int | None:
        return int(self.model.table.rows[index.row()]) if index.isValid() else None

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self._actions)
        menu.popup(self.view.viewport().mapToGlobal(place))

    def set_theme(self, theme: Theme) -> None:
        """Colour what the style sheet does not reach."""
        self.model.set_theme(theme)
        self.close_button.setIcon(icon("close", theme.text))
