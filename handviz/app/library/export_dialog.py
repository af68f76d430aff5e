"""What to write, in which form."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QRadioButton, QVBoxLayout, QWidget

from handviz.app.controls import label, rule
from handviz.app.models.library import LibraryModel

FORMS = {
    "csv": ("CSV table", "A line a case, for spreadsheets and statistics"),
    "json": ("JSON", "Everything, to be read by programs and merged into other libraries"),
    "html": ("Report with pictures", "A folder that opens in any browser, without handviz"),
}


class ExportDialog(QDialog):
    """chosen carries the form, which cases ("matching", "selected" or "all"), and whether everybody's judgements."""

    chosen = Signal(str, str, bool)

    def __init__(self, parent: QWidget, model: LibraryModel) -> None:
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle("Export")
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(label("Form", "heading"))
        self.forms: dict[str, QRadioButton] = {}
        forms = QWidget()
        inner = QVBoxLayout(forms)
        inner.setContentsMargins(0, 0, 0, 0)
        for key, (name, what) in FORMS.items():
            button = QRadioButton(name)
            button.setAccessibleDescription(what)
            inner.addWidget(button)
            hint = label(what, "muted")
            hint.setContentsMargins(26, 0, 0, 4)
            inner.addWidget(hint)
            self.forms[key] = button
        self.forms["csv"].setChecked(True)
        column.addWidget(forms)
        column.addWidget(rule())
        column.addWidget(label("Cases", "heading"))
        selected = len(model.selected)
        texts = {"matching": f"Those that match the filter ({len(model.cases):,})",
                 "selected": f"Those selected ({selected:,})", "all": f"All ({model.counts.total:,})"}  # fmt: skip
        self.which: dict[str, QRadioButton] = {}
        cases = QWidget()
        inner = QVBoxLayout(cases)
        inner.setContentsMargins(0, 0, 0, 0)
        for key, text in texts.items():
            self.which[key] = QRadioButton(text)
            inner.addWidget(self.which[key])
        self.which["selected"].setEnabled(selected > 1)
        self.which["matching"].setChecked(True)
        column.addWidget(cases)
        column.addWidget(rule())
        self.everybody = QCheckBox("Flags and verdicts of all annotators")
        self.everybody.setChecked(not model.blind)
        self.everybody.setEnabled(not model.blind)
        column.addWidget(self.everybody)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.go = buttons.addButton("Export…", QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setObjectName("primary")
        self.go.setDefault(True)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _accept(self) -> None:
        form = next(key for key, button in self.forms.items() if button.isChecked())
        which = next(key for key, button in self.which.items() if button.isChecked())
        self.accept()
        self.chosen.emit(form, which, self.everybody.isChecked())
