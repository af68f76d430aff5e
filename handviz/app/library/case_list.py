"""The cases of the model as rows for Qt's views."""

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from handviz.app.library.thumbnail_files import thumbnail_key
from handviz.app.library.thumbnails import Thumbnails
from handviz.app.models.case_text import case_title, figures_text, spoken_text
from handviz.app.models.library import LibraryModel
from handviz.review.cases import Case

CASE_ROLE = int(Qt.ItemDataRole.UserRole)
Index = QModelIndex | QPersistentModelIndex


class CaseList(QAbstractListModel):
    """Rows of LibraryModel.cases. Rows that merely changed are told apart from another list, so that scroll stays."""

    def __init__(self, model: LibraryModel, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._model = model
        self._thumbnails = thumbnails
        self._cases: tuple[Case, ...] = ()
        self._rows_of_key: dict[str, list[int]] | None = None
        model.cases_changed.connect(self.refresh)
        model.triage_changed.connect(self._triage_changed)
        thumbnails.ready.connect(self._thumbnail_ready)

    def refresh(self) -> None:
        """Take over the model's cases."""
        before, after = self._cases, self._model.cases
        if before is after:
            return
        ids, old_ids = [case.id for case in after], [case.id for case in before]
        if old_ids and len(ids) > len(old_ids) and ids[: len(old_ids)] == old_ids:
            # A batch adds at the end, again and again.
            self.beginInsertRows(QModelIndex(), len(old_ids), len(ids) - 1)
            self._cases, self._rows_of_key = (*before, *after[len(before) :]), None
            self.endInsertRows()
            before = self._cases
        elif ids != old_ids:
            self.beginResetModel()
            self._cases, self._rows_of_key = after, None
            self.endResetModel()
            return
        self._cases, self._rows_of_key = after, None
        for row, (old, new) in enumerate(zip(before, after, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008
        return 0 if parent.isValid() else len(self._cases)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._cases):
            return None
        case = self._cases[index.row()]
        if role == CASE_ROLE:
            return case
        if role == Qt.ItemDataRole.DisplayRole:
            return case_title(case)
        if role == Qt.ItemDataRole.ToolTipRole:
            trouble = self._thumbnails.trouble(case)
            return "\n".join(line for line in (str(case.path), figures_text(case), trouble) if line)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken_text(case, self._model.reason_titles(case))
        return None

    def _triage_changed(self) -> None:
        if self._cases:
            self.dataChanged.emit(self.index(0), self.index(len(self._cases) - 1))

    def _thumbnail_ready(self, key: str) -> None:
        if self._rows_of_key is None:
            self._rows_of_key = {}
            for row, case in enumerate(self._cases):
                self._rows_of_key.setdefault(thumbnail_key(case), []).append(row)
        for row in self._rows_of_key.get(key, ()):
            self.dataChanged.emit(self.index(row), self.index(row), [Qt.ItemDataRole.DecorationRole])
