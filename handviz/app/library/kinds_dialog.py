"""The list of kinds of flags, and the key of each."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from handviz.app.controls import label
from handviz.review.cases import DEFAULT_KINDS, FlagKind

KEYS = "123456789"


class KindsDialog(QDialog):
    """The first nine rows have the keys 1 to 9, in their order. chosen carries the new list."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget, kinds: tuple[FlagKind, ...]) -> None:
        super().__init__(parent)
        self.setObjectName("kindsDialog")
        self.setWindowTitle("Kinds of flags")
        self.resize(420, 440)
        column = QVBoxLayout(self)
        hint = label("The keys 1 to 9 flag with these, from the top. Flags that were set keep their names.", "muted")
        hint.setWordWrap(True)
        column.addWidget(hint)
        self.table = QTableWidget(0, 2)
        self.table.setAccessibleName("Kinds of flags")
        self.table.setHorizontalHeaderLabels(["Key", "Kind"])
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(0, 56)
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        column.addWidget(self.table, 1)
        row = QHBoxLayout()
        for text, call in (("Add", self.add), ("Remove", self.remove), ("Up", lambda: self.move_row(-1)),
                           ("Down", lambda: self.move_row(1)), ("Usual kinds", self.restore)):  # fmt: skip
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(call)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.problem = label("", "problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        column.addWidget(self.problem)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Ok)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self._fill([kind.name for kind in kinds])

    def _fill(self, names: list[str]) -> None:
        self.table.setRowCount(0)
        for row, name in enumerate(names):
            self.table.insertRow(row)
            key = QTableWidgetItem(KEYS[row] if row < len(KEYS) else "")
            key.setFlags(Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)
            key.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
            self.table.setItem(row, 0, key)
            self.table.setItem(row, 1, QTableWidgetItem(name))

    @property
    def names(self) -> list[str]:
        """The kinds, from the top."""
        return [self.table.item(row, 1).text().strip() for row in range(self.table.rowCount())]

    def add(self) -> None:
        """Add a kind and name it."""
        self._fill([*self.names, ""])
        row = self.table.rowCount() - 1
        self.table.setCurrentCell(row, 1)
        self.table.editItem(self.table.item(row, 1))

    def remove(self) -> None:
        """Take the selected kind away."""
        row = self.table.currentRow()
        if row >= 0:
            names = self.names
            del names[row]
            self._fill(names)
            self.table.setCurrentCell(min(row, len(names) - 1), 1)

    def move_row(self, places: int) -> None:
        """Move the selected kind, and with it its key."""
        row, names = self.table.currentRow(), self.names
        to = row + places
        if row >= 0 and 0 <= to < len(names):
            names[row], names[to] = names[to], names[row]
            self._fill(names)
            self.table.setCurrentCell(to, 1)

    def restore(self) -> None:
        """Take the kinds that a new library starts with."""
        self._fill([kind.name for kind in DEFAULT_KINDS])

    def _accept(self) -> None:
        names = [name for name in self.names if name]
        if not names or len(set(names)) != len(names):
            self.problem.setText("Each kind needs a name of its own, and there must be one at least.")
            self.problem.show()
            return
        # Kinds beyond the ninth have a key of their own in the file, which no keyboard has.
        keys = [KEYS[row] if row < len(KEYS) else f"#{row + 1}" for row in range(len(names))]
        self.chosen.emit([FlagKind(key, name) for key, name in zip(keys, names, strict=True)])
        self.accept()
