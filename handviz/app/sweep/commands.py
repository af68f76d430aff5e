"""The commands of the page "Blur sweep", light to import."""

from handviz.app.actions import Command

MENU = "&Sweep"

SWEEP_COMMANDS = (
    Command("sweep_run", MENU, "&Run the sweep", ("Ctrl+Return", "F5")),
    Command("sweep_cancel", MENU, "&Cancel", ("Esc",)),
    Command("sweep_line", MENU, "Blur by a straight &line", separator=True),
    Command("sweep_motion", MENU, "Blur by the &hand's own motion"),
    Command("sweep_frames", MENU, "Blur by neighbouring &frames"),
    Command("sweep_export", MENU, "&Export figures and curve…", ("Ctrl+S",), separator=True),
    Command("sweep_compare", MENU, "Open the step &side by side with the sharp one", ("O",)),
    Command("sweep_next", MENU, "&Next step", ("Right",), scope="panes", separator=True),
    Command("sweep_previous", MENU, "&Previous step", ("Left",), scope="panes"),
    Command("sweep_view_front", "&View", "&Front", ("Ctrl+2",), separator=True),
    Command("sweep_view_side", "&View", "&Side", ("Ctrl+3",)),
    Command("sweep_view_top", "&View", "&Top", ("Ctrl+4",)),
)
