"""The bar above the cases: which ones, in which order, how many."""

import math
from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from handviz.app.controls import header, label, padded
from handviz.app.icons import icon
from handviz.app.models.library import LibraryModel
from handviz.app.theme import Theme
from handviz.app.tips import set_tip
from handviz.review.cases import FIGURES, SORTS, VERDICTS
from handviz.review.filters import CaseFilter

_TYPING_MS = 180
_MOST = 9999.0
FIGURE_WORDS = {"blur": ("Blur", "px"), "spread": ("Spread", "mm"), "score": ("Score", ""), "error": ("Error", "mm")}
assert set(FIGURE_WORDS) == set(FIGURES)

SORT_WORDS = {
    "added": "When added", "blur": "Most blur", "spread": "Largest spread", "score": "Best score",
    "error": "Largest error", "flags": "Most flags", "state": "New first", "annotator": "Annotator", "name": "Name",
}  # fmt: skip
assert set(SORT_WORDS) == set(SORTS)


class Choice(QComboBox):
    """A drop-down of keys with words, the first of which lets everything through."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(7)

    def fill(self, choices: Iterable[tuple[str, str]], chosen: str) -> None:
        """Offer (key, words) and choose one, without telling anybody."""
        wanted = list(choices)
        with QSignalBlocker(self):
            if wanted != [(self.itemData(row), self.itemText(row)) for row in range(self.count())]:
                self.clear()
                for key, words in wanted:
                    self.addItem(words, key)
            row = self.findData(chosen)
            if row < 0:
                # A saved filter may name a kind that is in the list no more.
                self.addItem(chosen, chosen)
                row = self.count() - 1
            self.setCurrentIndex(row)
        self.setProperty("narrowing", bool(chosen) and bool(wanted) and wanted[0][0] == "")
        self.style().unpolish(self)
        self.style().polish(self)

    @property
    def key(self) -> str:
        """What is chosen."""
        return self.currentData() or ""


class FilterBar(QWidget):
    """Mirrors the model's filter both ways. save_wanted: keep it under a name; forget_wanted carries such a name."""

    save_wanted = Signal()
    forget_wanted = Signal(str)

    def __init__(self, model: LibraryModel) -> None:
        super().__init__()
        self._model = model
        self._build()
        self._connect()
        model.filter_changed.connect(self.refresh)
        model.lists_changed.connect(self.refresh)
        model.cases_changed.connect(self.refresh_counts)
        self.refresh()
        self.refresh_counts()

    def _build(self) -> None:
        self.text = QLineEdit()
        self.text.setPlaceholderText("Name or note")
        self.text.setAccessibleName("Text in name or note")
        set_tip(self.text, "Part of a file's name or of a note", "library_search")
        self.text.setClearButtonEnabled(True)
        self.text.setMinimumWidth(100)
        self.text.setMaximumWidth(220)
        self.state, self.verdict = Choice("State"), Choice("Verdict")
        self.kind, self.annotator = Choice("Flag"), Choice("Annotator")
        self.order = Choice("Order")
        self.figure = Choice("Figure whose range is set")
        self.figure.setMinimumContentsLength(5)
        self._figure = "blur"
        self.least, self.most = QDoubleSpinBox(), QDoubleSpinBox()
        for field in (self.least, self.most):
            field.setRange(0.0, _MOST)
            field.setKeyboardTracking(False)
            field.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
            field.setFixedWidth(52)
            padded(field)
        self.most.setSpecialValueText("")
        self.reverse = QToolButton()
        self.reverse.setCheckable(True)
        self.reverse.setAccessibleName("The other way round")
        self.reverse.setToolTip("The other way round")
        self.saved = QToolButton()
        self.saved.setText("Filters")
        self.saved.setAccessibleName("Saved filters")
        self.saved.setToolTip("Saved filters")
        self.saved.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.saved_menu = QMenu(self.saved)
        self.saved.setMenu(self.saved_menu)
        self.clear = QToolButton()
        self.clear.setText("Clear")
        self.clear.setAccessibleName("Clear the filter")
        set_tip(self.clear, "Show all cases", "library_clear_filter")
        self.counts = label("", "figure")
        self.counts.setAccessibleName("Number of cases")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        bar = header(self.text, self.state, self.verdict, self.kind, self.annotator, self.figure, self.least,
                     label("–", "muted"), self.most, self.order, self.reverse, self.saved, self.clear, None,
                     self.counts)  # fmt: skip
        bar.layout().setSpacing(6)
        column.addWidget(bar)

    def _connect(self) -> None:
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(lambda: self._model.set_filter(text=self.text.text().strip()))
        self.text.textEdited.connect(lambda _: self._typing.start())
        self.text.returnPressed.connect(lambda: self._model.set_filter(text=self.text.text().strip()))
        for name in ("state", "verdict", "kind", "annotator"):
            choice: Choice = getattr(self, name)
            choice.activated.connect(lambda _, field=name, of=choice: self._model.set_filter(**{field: of.key}))
        self.order.activated.connect(lambda _: self._model.set_filter(sort=self.order.key))
        self.reverse.clicked.connect(lambda on: self._model.set_filter(reverse=on))
        self.figure.activated.connect(lambda _: self._choose_figure(self.figure.key))
        self.least.valueChanged.connect(self._range_chosen)
        self.most.valueChanged.connect(self._range_chosen)
        self.clear.clicked.connect(self.clear_filter)
        self.saved_menu.aboutToShow.connect(self._fill_saved)

    def clear_filter(self) -> None:
        """Let every case through, in the order chosen."""
        wanted = self._model.wanted
        self._model.use_filter(CaseFilter(sort=wanted.sort, reverse=wanted.reverse))

    def _choose_figure(self, figure: str) -> None:
        self._figure = figure
        self.refresh()

    def _range_chosen(self) -> None:
        least, most = self.least.value(), self.most.value()
        chosen = None if least <= 0.0 and most <= 0.0 else (least, most if most > 0.0 else math.inf)
        self._model.set_filter(**{FIGURES[self._figure]: chosen})

    def refresh(self) -> None:
        """Mirror the filter."""
        model, wanted = self._model, self._model.wanted
        if self.text.text().strip() != wanted.text and not self._typing.isActive():
            self.text.setText(wanted.text)
        self.state.fill((("", "Any state"), ("new", "New"), ("reviewed", "Reviewed")), wanted.state)
        verdicts = {"accept": "Accepted", "reject": "Rejected", "unsure": "Unsure"}
        self.verdict.fill([("", "Any verdict"), *((key, verdicts[key]) for key in VERDICTS)], wanted.verdict)
        self.kind.fill([("", "Any flag"), *((kind.name, kind.name) for kind in model.kinds)], wanted.kind)
        names = [(name, name) for name in model.annotators if name]
        self.annotator.fill([("", "Anybody"), *names], wanted.annotator)
        self.annotator.setVisible(not model.blind and len(names) > 1)
        self.order.fill(SORT_WORDS.items(), wanted.sort)
        self.reverse.setChecked(wanted.reverse)
        self._show_range()
        self.clear.setEnabled(wanted != CaseFilter(sort=wanted.sort, reverse=wanted.reverse))

    def _show_range(self) -> None:
        """Mirror the range of the figure that is chosen; figures with a range are marked."""
        wanted, (word, unit) = self._model.wanted, FIGURE_WORDS[self._figure]
        choices = []
        for key, (name, _) in FIGURE_WORDS.items():
            limited = getattr(wanted, FIGURES[key]) is not None
            choices.append((key, f"{name} •" if limited else name))
        self.figure.fill(choices, self._figure)
        least, most = getattr(wanted, FIGURES[self._figure]) or (0.0, math.inf)
        values = ((self.least, "Least", least), (self.most, "Most", 0.0 if math.isinf(most) else most))
        for field, end, value in values:
            with QSignalBlocker(field):
                field.setDecimals(2 if self._figure == "score" else 0)
                field.setValue(0.0 if math.isinf(value) else value)
            name = f"{end} {word.lower()}" + (f", {unit}" if unit else "")
            field.setAccessibleName(name)
            field.setToolTip(name)

    def refresh_counts(self) -> None:
        """Mirror how many cases there are."""
        shown, counts = len(self._model.cases), self._model.counts
        total = f"{counts.total:,} cases" if counts.total != 1 else "1 case"
        number = total if shown == counts.total else f"{shown:,} of {total}"
        self.counts.setText(f"{number} · {counts.reviewed:,} reviewed")

    def _fill_saved(self) -> None:
        menu = self.saved_menu
        menu.clear()
        for name, wanted in self._model.saved.items():
            menu.addAction(name, lambda chosen=wanted: self._model.use_filter(chosen))
        if self._model.saved:
            menu.addSeparator()
        keep = QAction("&Save this filter…", menu)
        keep.triggered.connect(lambda _=False: self.save_wanted.emit())
        keep.setEnabled(self._model.path is not None)
        menu.addAction(keep)
        if self._model.saved:
            forget = menu.addMenu("&Forget")
            for name in self._model.saved:
                forget.addAction(name, lambda chosen=name: self.forget_wanted.emit(chosen))

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        self.reverse.setIcon(icon("turn", theme.text))
