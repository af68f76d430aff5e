"""The grid of cases: only what is in sight is painted; many can be selected."""

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from handviz.app.library.card import CARD, GAP, PICTURE, CardDelegate
from handviz.app.library.case_list import CaseList
from handviz.app.library.thumbnails import Thumbnails
from handviz.app.models.library import LibraryModel
from handviz.app.theme import Theme


class CaseGrid(QListView):
    """Mirrors the model's cases, current one and selection both ways. review_wanted: a double click or Enter."""

    review_wanted = Signal()

    def __init__(self, model: LibraryModel, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._model = model
        self._thumbnails = thumbnails
        self._mirroring = False
        self.setObjectName("caseGrid")
        self.setAccessibleName("Cases")
        self.setAccessibleDescription("The cases that the filter lets through. Enter opens one large.")
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionRectVisible(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.cases = CaseList(model, thumbnails)
        self.delegate = CardDelegate(model, thumbnails)
        self.setItemDelegate(self.delegate)
        self.setModel(self.cases)
        self.setGridSize(QSize(CARD.width() + GAP, CARD.height() + GAP))
        self.verticalScrollBar().setSingleStep(48)
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        self.selectionModel().currentChanged.connect(self._selection_changed)
        self.doubleClicked.connect(lambda _: self.review_wanted.emit())
        model.cases_changed.connect(self._mirror)
        model.picked_changed.connect(self._mirror)
        self._measure()

    def _measure(self) -> None:
        ratio = self.devicePixelRatioF()
        self._thumbnails.set_size(round(PICTURE.width() * ratio), round(PICTURE.height() * ratio))

    def _mirror(self) -> None:
        """Select in the view what is selected in the model."""
        # The list itself listens to the same signal and may be asked later than this.
        self.cases.refresh()
        row = self._model.row
        wanted = [at for at, case in enumerate(self._model.cases) if case.id in self._model.selected]
        chosen = self.selectionModel()
        if wanted == sorted(index.row() for index in chosen.selectedIndexes()) and row == self._current_row():
            return
        self._mirroring = True
        selection = QItemSelection()
        for first, last in _runs(wanted):
            selection.select(self.cases.index(first), self.cases.index(last))
        chosen.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if row is not None and row != self._current_row():
            chosen.setCurrentIndex(self.cases.index(row), QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(self.cases.index(row))
        self._mirroring = False

    def _current_row(self) -> int | None:
        index = self.currentIndex()
        return index.row() if index.isValid() else None

    def _selection_changed(self) -> None:
        if self._mirroring or len(self._model.cases) != self.cases.rowCount():
            return
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        current = self.currentIndex().row()
        if not 0 <= current < len(self._model.cases):
            return
        cases = self._model.cases
        self._model.pick(cases[current].id, [cases[row].id for row in rows])

    def step(self, key: Qt.Key) -> None:
        """Move as the arrow key of that name does."""
        super().keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cases.rowCount():
            self.review_wanted.emit()
            return
        if event.text().isprintable() and event.text() and not event.modifiers():
            # Letters are commands here, not a search for a name.
            event.ignore()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        self._measure()
        width = self.viewport().width()
        # The columns share what is left over.
        columns = max((width - 1) // (CARD.width() + GAP), 1)
        self.setGridSize(QSize((width - 1) // columns, CARD.height() + GAP))
        super().resizeEvent(event)

    def set_theme(self, theme: Theme) -> None:
        """Colour the cards."""
        self.delegate.theme = theme
        self.viewport().update()


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """Ascending numbers as runs of neighbours (first, last)."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = runs[-1][0], row
        else:
            runs.append((row, row))
    return runs
