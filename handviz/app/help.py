"""The cheat sheet and the about box."""

from html import escape

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

import handviz
from handviz.app.actions import COMMANDS, MENUS, key_text
from handviz.app.theme import Theme

MOUSE = (
    ("Viewport", "drag", "orbit"),
    ("Viewport", "middle or Shift drag", "pan"),
    ("Viewport", "wheel", "zoom"),
    ("Viewport", "click", "choose a hypothesis; again: the one behind"),
    ("Viewport", "double click", "circle that point; beside the hand: show it all"),
    ("Photo", "wheel", "zoom at the pointer"),
    ("Photo", "drag", "pan; on the box: move or resize it"),
    ("Photo", "Shift drag", "draw a new box"),
    ("Photo", "double click", "show the whole photo"),
    ("Scores", "click a bar", "choose that hypothesis"),
    ("Scores", "drag the line", "move the threshold"),
)

LICENCES = (
    ("Qt, PySide6", "LGPL-3.0"),
    ("Open3D", "MIT"),
    ("PyTorch", "BSD-3-Clause"),
    ("smplx (code)", "its own licence, see the package"),
    ("NumPy", "BSD-3-Clause"),
    ("PyAV and FFmpeg", "BSD-3-Clause, LGPL-2.1"),
    ("OpenCV", "Apache-2.0"),
    ("Pillow", "MIT-CMU"),
    ("MediaPipe hand detection models", "Apache-2.0"),
    ("Inter typeface", "OFL-1.1"),
)


def _dialog(parent: QWidget, title: str, html: str, width: int, height: int) -> QDialog:
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.resize(width, height)
    column = QVBoxLayout(dialog)
    browser = QTextBrowser()
    browser.setOpenExternalLinks(True)
    browser.setHtml(html)
    browser.setAccessibleName(title)
    column.addWidget(browser)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    column.addWidget(buttons)
    return dialog


def _rows(rows: list[tuple[str, str]], theme: Theme) -> str:
    return "".join(
        f'<tr><td style="padding:3px 18px 3px 0;color:{theme.accent};white-space:nowrap"><b>{escape(key)}</b></td>'
        f'<td style="padding:3px 0">{escape(what)}</td></tr>'
        for key, what in rows
    )


def shortcuts_dialog(parent: QWidget, theme: Theme) -> QDialog:
    """Every key and mouse gesture."""
    sections = []
    for menu in MENUS:
        commands = [command for command in COMMANDS if command.menu == menu and command.keys]
        rows = [(key_text(command.keys), command.text.replace("&", "").rstrip("…")) for command in commands]
        sections.append((menu.replace("&", ""), rows))
    for pane in dict.fromkeys(pane for pane, _, _ in MOUSE):
        rows = [(gesture, what) for where, gesture, what in MOUSE if where == pane]
        sections.append((f"Mouse: {pane.lower()}", rows))
    tables = [f"<h3>{escape(title)}</h3><table>{_rows(rows, theme)}</table>" for title, rows in sections if rows]
    half = (len(tables) + 1) // 2
    columns = "".join(
        f'<td valign="top" style="padding-right:36px">{"".join(part)}</td>' for part in (tables[:half], tables[half:])
    )
    return _dialog(parent, "Keyboard and mouse", f"<table><tr>{columns}</tr></table>", 860, 660)


def about_dialog(parent: QWidget, theme: Theme) -> QDialog:
    """Version, purpose and licences."""
    html = (
        f"<h2>handviz {escape(handviz.__version__)}</h2>"
        "<p>Recovers many 3D hand-mesh sequences from one motion-blurred photo, scores them, and shows them.</p>"
        "<p>Licence: Apache-2.0. Built on work under these licences:</p>"
        f"<table>{_rows(list(LICENCES), theme)}</table>"
        "<p>The file NOTICE names every model, texture and photograph that ships, with its source.</p>"
    )
    return _dialog(parent, "About handviz", html, 560, 520)
