"""The page's commands and their keys."""

from handviz.app.actions import Command

_MENU = "&Library"
_CASES = "&Case"

LIBRARY_COMMANDS = (
    Command("library_open", _MENU, "&Open library…", ("Ctrl+Shift+O",)),
    Command("library_new", _MENU, "&New library…", ("Ctrl+N",)),
    Command("library_save_elsewhere", _MENU, "&Save elsewhere…", ("Ctrl+S",)),
    Command("library_batch", _MENU, "&Predict into the library…", ("Ctrl+B",), separator=True),
    Command("library_merge", _MENU, "&Merge another library…", ("Ctrl+M",)),
    Command("library_export", _MENU, "&Export…", ("Ctrl+E",)),
    Command("library_find_photos", _MENU, "Find moved p&hotos…"),
    Command("library_annotator", _MENU, "&Annotator…", separator=True),
    Command("library_blind", _MENU, "&Blind: hide other annotators", checkable=True),
    Command("library_agreement", _MENU, "A&greement of annotators…", ("Ctrl+G",)),
    Command("library_kinds", _MENU, "&Kinds of flags…", separator=True),
    Command("library_clear_filter", _MENU, "&Clear the filter", ("Ctrl+Backspace",)),
    Command("library_search", _MENU, "Search &text", ("/", "Ctrl+F")),
    Command("library_undo", _CASES, "&Undo", ("Ctrl+Z",)),
    Command("library_redo", _CASES, "&Redo", ("Ctrl+Shift+Z", "Ctrl+Y")),
    Command("library_accept", _CASES, "&Accept", ("A",), separator=True),
    Command("library_reject", _CASES, "Re&ject", ("R",)),
    Command("library_unsure", _CASES, "U&nsure", ("U",)),
    Command("library_auto_next", _CASES, "Next unreviewed case after a &verdict", ("Shift+N",), checkable=True),
    Command("library_next", _CASES, "Next &matching", ("Right", "."), scope="panes", separator=True),
    Command("library_previous", _CASES, "&Previous matching", ("Left",), scope="panes"),
    Command("library_next_new", _CASES, "Next unrevie&wed", ("N",)),
    Command("library_review", _CASES, "&Large, or back to the grid", ("G",)),
    Command("library_back", _CASES, "Back to the &grid", ("Esc",)),
    *(
        Command(f"library_flag_{number}", _CASES, f"Flag of key &{number}", (str(number),), separator=number == 1)
        for number in range(1, 10)
    ),
    Command("library_severity", _CASES, "Another &severity", ("V",), separator=True),
    Command("library_note", _CASES, "No&te on the flag", ("T",)),
    Command("library_meant", _CASES, "Flags mean the selected &hypotheses", ("H",), checkable=True),
    Command("library_remove_flag", _CASES, "Remove the selected &flag", ("Del",)),
    Command("library_box", _CASES, "Draw a &box around the hand", ("B",), separator=True),
    Command("library_predict", _CASES, "Predict a&gain", ("F5",)),
    Command("library_compare", _CASES, "Side b&y side", ("C",)),
    Command("library_open_photo", _CASES, "Open in “&One photo”", ("O",)),
    Command("library_remove", _CASES, "Remove from the &library", ("Ctrl+Del",)),
    Command("library_better", _CASES, "Next b&etter hypothesis", ("Up",), scope="panes", separator=True),
    Command("library_worse", _CASES, "Next &worse hypothesis", ("Down",), scope="panes"),
    Command("library_fewer", _CASES, "Keep fewer: raise the threshold", ("+",), scope="panes"),
    Command("library_more", _CASES, "Keep more: lower the threshold", ("-",), scope="panes"),
    Command("library_play", _CASES, "Play the motion, or rest", ("Space",), scope="panes"),
    Command("library_past", _CASES, "Show or hide the past", ("P",)),
    Command("library_middle", _CASES, "Show or hide the middle", ("M",)),
    Command("library_future", _CASES, "Show or hide the future", ("F",)),
    Command("library_solo", _CASES, "Show the chosen hypothesis alone", ("S",)),
    Command("library_view_camera", _CASES, "As photographed", ("Ctrl+1",)),
    Command("library_view_front", _CASES, "Front", ("Ctrl+2",)),
    Command("library_view_side", _CASES, "Side", ("Ctrl+3",)),
    Command("library_view_top", _CASES, "Top", ("Ctrl+4",)),
)
