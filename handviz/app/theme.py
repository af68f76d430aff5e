"""Colours, fonts and the style sheet of the window, dark and light."""

from dataclasses import dataclass, fields
from string import Template

from PySide6.QtCore import QDir, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from handviz.errors import ModelFileError
from handviz.resources import assets_dir


@dataclass(frozen=True)
class Theme:
    """Colours by their role, "#rrggbb"."""

    name: str
    window: str
    """Behind everything."""
    panel: str
    """Side panel, pane headers, menus."""
    raised: str
    """Buttons and fields."""
    hover: str
    border: str
    text: str
    muted: str
    """Secondary text; at least 4.5 : 1 on panel."""
    accent: str
    """Primary button, focus, slider; far in hue from the timestep colours."""
    accent_text: str
    stage: str
    """Background of the photo and the viewport."""
    ghost: str
    """What the colours of meshes tend to while another one is highlighted."""
    pale: str
    """What the colours of ghosts tend to."""
    warning: str
    warning_text: str


DARK = Theme(
    "dark", window="#101216", panel="#181b21", raised="#262a33", hover="#313742", border="#333944", text="#eceef2",
    muted="#a3abb8", accent="#8f83ff", accent_text="#100d26", stage="#0b0d10", ghost="#474d5a", pale="#c3cad6",
    warning="#4a2f12", warning_text="#ffd9a8",
)  # fmt: skip
LIGHT = Theme(
    "light", window="#e9ebef", panel="#f7f8fa", raised="#ffffff", hover="#e8eaf0", border="#c9ced8", text="#16181d",
    muted="#59616e", accent="#5546d6", accent_text="#ffffff", stage="#dfe2e8", ghost="#e6e8ed", pale="#6d7684",
    warning="#fff0d6", warning_text="#6b3d00",
)  # fmt: skip
THEMES = {"dark": DARK, "light": LIGHT}

_SHEET = Template("""
* { outline: 0; }
QMainWindow, QDialog { background: $window; }
QWidget { color: $text; }
QMenuBar { background: $panel; border-bottom: 1px solid $border; padding: 2px 6px; }
QMenuBar::item { padding: 4px 10px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $panel; border: 1px solid $border; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 14px; border-radius: 5px; }
QMenu::item:selected { background: $accent; color: $accent_text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }
QFrame#header { background: $panel; border: none; border-bottom: 1px solid $border; }
QFrame#footer { background: $panel; border: none; border-top: 1px solid $border; }
QScrollArea#inspector, QWidget#inspectorBody, QWidget#plots { background: $panel; border: none; }
QLabel#heading { font-weight: 600; color: $text; }
QLabel#paneTitle { font-weight: 600; color: $text; }
QLabel#muted, QLabel#statusText { color: $muted; }
QLabel#caption { background: $panel; color: $text; border: 1px solid $border; border-radius: 11px; padding: 3px 11px; }
QLabel#key { background: $raised; border: 1px solid $border; border-radius: 5px; padding: 1px 7px; font-weight: 600; }
QLabel#key[active="true"] { background: $accent; color: $accent_text; border-color: $accent; }
QLabel#figure { font-weight: 600; }
QFrame#panes { background: $border; border: none; }
QToolButton#paneTitle { background: transparent; border-color: transparent; font-weight: 600; }
QToolButton#paneTitle:hover { background: $hover; }
QFrame#rule { background: $border; max-height: 1px; min-height: 1px; border: none; }
QPushButton, QToolButton { background: $raised; border: 1px solid $border; border-radius: 6px; padding: 5px 11px; }
QToolButton { padding: 4px 8px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $border; }
QPushButton:focus, QToolButton:focus, QSpinBox:focus, QDoubleSpinBox:focus { border: 1px solid $accent; }
QPushButton:disabled, QToolButton:disabled { color: $muted; background: transparent; }
QToolButton:checked { background: $accent; color: $accent_text; border-color: $accent; }
QToolButton::menu-indicator { image: none; }
QPushButton#primary { background: $accent; color: $accent_text; border-color: $accent; font-weight: 600; }
QPushButton#primary:hover { background: $accent; border-color: $text; }
QPushButton#primary:disabled { background: $raised; color: $muted; border-color: $border; }
QToolButton#segment { border-radius: 0; margin: 0; padding: 4px 9px; }
QToolButton#segment[place="first"] { border-top-left-radius: 6px; border-bottom-left-radius: 6px; }
QToolButton#segment[place="last"] { border-top-right-radius: 6px; border-bottom-right-radius: 6px; }
QToolButton#segment[place="middle"], QToolButton#segment[place="last"] { border-left: none; }
QSpinBox, QDoubleSpinBox { background: $raised; border: 1px solid $border; border-radius: 6px; padding: 4px 6px;
    selection-background-color: $accent; selection-color: $accent_text; }
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-origin: border; subcontrol-position: top right; width: 20px;
    border: none; }
QSpinBox::down-button, QDoubleSpinBox::down-button { subcontrol-origin: border; subcontrol-position: bottom right;
    width: 20px; border: none; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(handviz-icons:up-$name.svg); width: 11px; height: 11px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(handviz-icons:down-$name.svg); width: 11px;
    height: 11px; }
QSpinBox:disabled, QDoubleSpinBox:disabled { color: $muted; background: transparent; }
QCheckBox { spacing: 8px; }
QCheckBox::indicator { width: 15px; height: 15px; border: 1px solid $muted; border-radius: 4px; background: $raised; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url(handviz-icons:check-$name.svg); }
QCheckBox::indicator:focus { border: 2px solid $accent; }
QLineEdit, QComboBox { background: $raised; border: 1px solid $border; border-radius: 6px; padding: 4px 7px;
    selection-background-color: $accent; selection-color: $accent_text; }
QLineEdit:focus, QComboBox:focus { border: 1px solid $accent; }
QLineEdit:disabled, QComboBox:disabled { color: $muted; background: transparent; }
QComboBox::drop-down { border: none; width: 18px; }
QComboBox::down-arrow { image: url(handviz-icons:down-$name.svg); width: 11px; height: 11px; }
QComboBox[narrowing="true"] { border: 1px solid $accent; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $border; selection-background-color: $accent;
    selection-color: $accent_text; }
QListView#caseGrid { background: $window; border: none; }
QListWidget { background: $raised; border: 1px solid $border; border-radius: 6px; }
QListWidget::item { padding: 4px 6px; }
QListWidget::item:selected { background: $accent; color: $accent_text; }
QToolButton#chip { border-radius: 11px; padding: 2px 10px; }
QPushButton#kind { text-align: left; padding: 2px 9px; border-color: transparent; background: transparent; }
QPushButton#kind:hover { background: $hover; }
QPushButton#kind:focus { border-color: $accent; }
QPushButton#kind:checked { background: $accent; color: $accent_text; }
QToolButton#libraryName { font-weight: 600; }
QLabel#unsaved, QLabel#problem { background: $warning; color: $warning_text; border-radius: 6px; padding: 3px 9px; }
QRadioButton { spacing: 8px; }
QRadioButton::indicator { width: 15px; height: 15px; border: 1px solid $muted; border-radius: 8px;
    background: $raised; }
QRadioButton::indicator:checked { border: 5px solid $accent; width: 7px; height: 7px; background: $accent_text; }
QRadioButton::indicator:focus { border-color: $accent; }
QRadioButton:disabled { color: $muted; }
QDialog#palette { border: 1px solid $border; }
QTreeWidget { background: $panel; border: 1px solid $border; border-radius: 6px; outline: 0; }
QTreeWidget::item { padding: 4px 6px; border: none; }
QTreeWidget::item:selected { background: $accent; color: $accent_text; }
QTableWidget { background: $raised; border: 1px solid $border; gridline-color: $border; }
QTableWidget::item:selected { background: $accent; color: $accent_text; }
QHeaderView::section { background: $panel; border: none; border-bottom: 1px solid $border; padding: 5px 8px; }
QSlider { background: transparent; min-height: 24px; }
QSlider::groove:horizontal { height: 5px; background: $border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $border; border-radius: 2px; }
QSlider::add-page:horizontal { background: $accent; border-radius: 2px; }
QSlider#frames::sub-page:horizontal { background: $accent; }
QSlider#frames::add-page:horizontal { background: $border; }
QSlider::add-page:horizontal:disabled, QSlider::sub-page:horizontal:disabled { background: $border; }
QSlider::handle:horizontal { width: 16px; height: 16px; margin: -6px 0; border-radius: 8px; background: $text; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: $accent; border: 2px solid $text;
    width: 12px; height: 12px; }
QSlider::handle:horizontal:disabled { background: $muted; }
QProgressBar { background: $border; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QStatusBar { background: $panel; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QSplitter::handle { background: $border; }
QSplitter::handle:hover { background: $accent; }
QFrame#banner { background: $warning; border: none; border-bottom: 1px solid $border; }
QFrame#banner QLabel { color: $warning_text; }
QFrame#legend { background: transparent; border: none; }
QTableView { background: $panel; border: none; selection-background-color: $accent;
    selection-color: $accent_text; }
QTableView::item { padding: 0 14px 0 7px; border: none; }
QHeaderView { background: $panel; border: none; }
QHeaderView::section { background: $panel; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: 4px 14px 4px 7px; }
QHeaderView::section:hover { color: $text; }
QHeaderView::up-arrow { image: url(handviz-icons:up-$name.svg); width: 9px; height: 9px; right: 3px; }
QHeaderView::down-arrow { image: url(handviz-icons:down-$name.svg); width: 9px; height: 9px; right: 3px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar::handle:vertical { background: $border; border-radius: 4px; min-height: 30px; margin: 1px; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle:horizontal { background: $border; border-radius: 4px; min-width: 30px; margin: 1px; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")


def sheet(theme: Theme) -> str:
    """The style sheet of a theme."""
    return _SHEET.substitute({field.name: getattr(theme, field.name) for field in fields(theme)})


def palette(theme: Theme) -> QPalette:
    """Qt's palette for what the style sheet does not reach."""
    roles = {
        QPalette.ColorRole.Window: theme.window,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.raised,
        QPalette.ColorRole.AlternateBase: theme.panel,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.muted,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.accent_text,
        QPalette.ColorRole.Link: theme.accent,
    }
    result = QPalette()
    for role, color in roles.items():
        result.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.muted))
    return result


def system_theme(application: QApplication) -> Theme:
    """Light where the desktop asks for it, else dark."""
    return LIGHT if application.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK


def load_assets(application: QApplication) -> None:
    """Register the fonts and icons that ship with handviz; without them the desktop's own fonts are used."""
    try:
        folder = assets_dir() / "fonts"
        QDir.addSearchPath("handviz-icons", str(assets_dir() / "icons"))
    except ModelFileError:
        return
    families: list[str] = []
    for file in sorted(folder.glob("*.ttf")):
        families += QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(file)))
    if families:
        font = QFont(families[0])
        font.setPointSizeF(max(application.font().pointSizeF(), 10.0))
        application.setFont(font)


def apply(application: QApplication, theme: Theme) -> None:
    """Dress the whole application."""
    # Changing the style anew would polish every widget once more.
    if not application.property("dressed"):
        application.setStyle("Fusion")
        application.setProperty("dressed", True)
    # From one sheet to another Qt takes four times as long as from none to one.
    application.setStyleSheet("")
    application.setPalette(palette(theme))
    application.setStyleSheet(sheet(theme))
