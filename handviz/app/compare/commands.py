"""The commands of the page "Side by side", light to import."""

from handviz.app.actions import Command
from handviz.app.models.comparison import PRESETS

MENU = "&Compare"

COMPARE_COMMANDS = (
    *(Command(f"compare_preset_{name}", MENU, preset.title) for name, preset in PRESETS.items()),
    Command("compare_take", MENU, "&Take the photo of the page One photo", ("G",), separator=True),
    Command("compare_add", MENU, "&Add a pane", ("Ctrl+N",)),
    Command("compare_close", MENU, "&Close this pane", ("Ctrl+W",)),
    Command("compare_next", MENU, "&Next pane", ("Ctrl+Tab",)),
    Command("compare_subset", MENU, "Next c&hoice of hypotheses", ("H",)),
    Command("compare_link", MENU, "&Link this pane, or let it go its own way", ("L",)),
    Command("compare_difference", MENU, "Colour by &difference to pane 1", ("D",), separator=True),
    Command("compare_photos", MENU, "Show or hide the &photos", ("T",)),
    Command("compare_predict", "&Prediction", "&Predict this pane", ("Ctrl+Return", "F5")),
    Command("compare_cancel", "&Prediction", "&Cancel", ("Esc",)),
    Command("compare_view_camera", "&View", "As &photographed", ("Ctrl+1",), separator=True),
    Command("compare_view_front", "&View", "&Front", ("Ctrl+2",)),
    Command("compare_view_side", "&View", "&Side", ("Ctrl+3",)),
    Command("compare_view_top", "&View", "&Top", ("Ctrl+4",)),
    Command("compare_fit", "&View", "&Whole hand", ("Home",), scope="panes"),
    Command("compare_zoom_in", "&View", "Zoom &in", ("Ctrl++", "Ctrl+=")),
    Command("compare_zoom_out", "&View", "Zoom &out", ("Ctrl+-",)),
    Command("compare_past", "&View", "Show the pas&t", ("P",), separator=True),
    Command("compare_middle", "&View", "Show the &middle", ("M",)),
    Command("compare_future", "&View", "Show the f&uture", ("F",)),
    Command("compare_play", "&Motion", "&Play or rest", ("Space",), scope="panes"),
    Command("compare_all_timesteps", "&Motion", "&Every timestep again", ("Shift+Space",), scope="panes"),
    Command("compare_fewer", "&Hypothesis", "Keep &fewer: raise the threshold", ("+",), scope="panes"),
    Command("compare_more", "&Hypothesis", "Keep &more: lower the threshold", ("-",), scope="panes"),
    Command("compare_keep_by", "&Hypothesis", "Keep by threshold, top or varied &n", ("N",)),
    Command("compare_next_frame", "V&ideo", "&Next frame", ("Right",), scope="panes"),
    Command("compare_previous_frame", "V&ideo", "&Previous frame", ("Left",), scope="panes"),
    Command("compare_frames_ahead", "V&ideo", "10 frames &ahead", ("Shift+Right",), scope="panes"),
    Command("compare_frames_back", "V&ideo", "10 frames &back", ("Shift+Left",), scope="panes"),
)
