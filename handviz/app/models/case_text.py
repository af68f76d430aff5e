"""Cases and flags in words."""

from datetime import timedelta

from handviz.review.cases import Case, Flag

SEVERITY_WORDS = {1: "slight", 2: "plain", 3: "severe"}
VERDICT_WORDS = {"accept": "accepted", "reject": "rejected", "unsure": "unsure"}


def case_title(case: Case) -> str:
    """The file's name, with the frame of a video."""
    return case.path.name if case.frame is None else f"{case.path.name} · frame {case.frame}"


def figure_parts(case: Case) -> list[str]:
    """The known figures, each with its unit."""
    figures = (("blur", case.blur_px, "{:.0f} px"), ("spread", case.spread_mm, "{:.0f} mm"),
               ("best", case.best_score, "{:.2f}"), ("error", case.error_mm, "{:.0f} mm"))  # fmt: skip
    return [f"{name} {pattern.format(value)}" for name, value, pattern in figures if value is not None]


def figures_text(case: Case) -> str:
    """The known figures in one line."""
    return " · ".join(figure_parts(case)) or ("not predicted yet" if not case.prediction_key else "no figures")


def flags_text(count: int) -> str:
    """How many flags."""
    return f"{count} flag" if count == 1 else f"{count} flags"


def spoken_text(case: Case, reasons: list[str]) -> str:
    """What a screen reader says of a case and the reasons of its triage."""
    parts = [case_title(case), VERDICT_WORDS.get(case.verdict or "", "flagged" if case.flags_count else "new")]
    if case.flags_count:
        parts.append(flags_text(case.flags_count))
    return ", ".join([*parts, *reasons, *figure_parts(case)])


def flag_line(flag: Flag, with_annotator: bool) -> str:
    """A flag in one line."""
    parts = [f"{flag.kind}, {SEVERITY_WORDS.get(flag.severity, str(flag.severity))}"]
    if flag.hypotheses:
        parts.append("hypotheses " + ", ".join(str(k + 1) for k in flag.hypotheses))
    if flag.joints:
        parts.append(f"{len(flag.joints)} joints" if len(flag.joints) > 1 else "1 joint")
    if with_annotator:
        parts.append(f"by {flag.annotator or 'nobody named'}")
    return " · ".join(parts)


def duration_text(seconds: float) -> str:
    """How long something still takes, as a person would say it."""
    if seconds < 5:
        return "a few seconds"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} seconds"
    if seconds < 90 * 60:
        minutes = round(seconds / 60)
        return f"{minutes} minutes"
    whole = timedelta(seconds=round(seconds / 60) * 60)
    hours, minutes = divmod(int(whole.total_seconds()) // 60, 60)
    return f"{hours} h {minutes:02d} min"
