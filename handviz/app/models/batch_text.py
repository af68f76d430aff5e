"""A batch's progress in words."""

from handviz.app.models.case_text import duration_text
from handviz.casework.batch_events import BatchProgress


def batch_lines(progress: BatchProgress) -> str:
    """State, counts and time left in one line."""
    counts = f"{progress.done:,} of {progress.total:,} pictures"
    if progress.already:
        counts += f", {progress.already:,} known already"
    if progress.failed:
        counts += f", {progress.failed:,} failed"
    if progress.state == "listing":
        return f"Looking for pictures: {progress.total:,} so far"
    if progress.state == "loading":
        return f"{counts} · loading the networks"
    if progress.state == "paused":
        return f"Paused · {counts}"
    if progress.state == "running":
        left = "" if progress.seconds_left is None else f" · {duration_text(progress.seconds_left)} left"
        current = f" · {progress.current}" if progress.current else ""
        return f"{counts}{left}{current}"
    done = "Finished" if progress.state == "finished" else "Cancelled"
    return f"{done}: {progress.predicted:,} predicted, {progress.already:,} known already, {progress.failed:,} failed"
