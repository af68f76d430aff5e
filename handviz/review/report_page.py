"""The page of a report as HTML text: all that people wrote is escaped, nothing is loaded from elsewhere."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote

from handviz.geometry.skeleton import JOINT_NAMES, TIMESTEPS
from handviz.hypotheses.triage import OUTCOMES, SUSPICIONS
from handviz.review.cases import Case
from handviz.review.pictures import TIMESTEP_COLORS

SEVERITY_NAMES = {1: "slight", 2: "plain", 3: "severe"}
_TITLES = {reason.name: reason.title for reason in (*OUTCOMES, *SUSPICIONS)}

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #5c6470; --paper: #f4f5f7; --card: #ffffff; --line: #d9dce1;
  --accept: #1a7f4b; --reject: #b3261e; --unsure: #8a6100; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a3abb6; --paper: #17191c; --card: #22262b;
  --line: #3a4048; --accept: #5fd39b; --reject: #ff8a80; --unsure: #f2c14e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1500px; padding: 32px 24px 64px; color: var(--ink); background: var(--paper);
  font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 0; overflow-wrap: anywhere; }
p { margin: 4px 0; } .soft { color: var(--soft); }
.counts { display: flex; flex-wrap: wrap; gap: 8px 40px; margin: 20px 0 28px; }
.counts table { border-collapse: collapse; align-self: flex-start; }
.counts caption { text-align: left; font-weight: 600; padding-bottom: 2px; white-space: nowrap; }
.counts td { padding: 1px 16px 1px 0; } .counts td + td { text-align: right; font-variant-numeric: tabular-nums; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 20px; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden;
  break-inside: avoid; display: flex; flex-direction: column; }
figure { margin: 0; height: 300px; background: #0d0e10; display: flex; align-items: center; justify-content: center; }
figure img { max-width: 100%; max-height: 100%; } figure p { color: #c8ccd2; padding: 24px; text-align: center; }
.text { padding: 14px 16px 16px; } .row { display: flex; justify-content: space-between; gap: 12px; }
.verdict { font-weight: 600; white-space: nowrap; } .accept { color: var(--accept); } .reject { color: var(--reject); }
.unsure { color: var(--unsure); }
dl { display: grid; grid-template-columns: auto 1fr; gap: 1px 14px; margin: 8px 0; } dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
ul { margin: 8px 0; padding: 0; list-style: none; } li { border-left: 4px solid var(--line); padding: 2px 0 2px 10px;
  margin: 6px 0; overflow-wrap: anywhere; white-space: pre-line; } li.severity3 { border-color: var(--reject); }
li.severity2 { border-color: var(--unsure); }
summary { cursor: pointer; color: var(--soft); }
.swatch { display: inline-block; width: 22px; height: 5px; border-radius: 3px; margin: 0 6px 3px 16px;
  outline: 1px solid #10101080; } .swatch:first-child { margin-left: 0; }
"""


@dataclass(frozen=True)
class CaseView:
    """A case as the page shows it."""

    case: Case
    record: dict[str, Any]
    """As exported, with flags and verdicts."""
    picture: str
    """Relative address, empty where there is none."""
    problem: str
    """Why there is none."""


def page(library: str, annotator: str, everybody: bool, views: list[CaseView]) -> str:
    """The whole page."""
    whose = "all annotators" if everybody else annotator or "one annotator"
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    legend = "".join(
        f'<span class="swatch" style="background:{color}"></span>{name}'
        for color, name in zip(TIMESTEP_COLORS, TIMESTEPS, strict=True)
    )
    cases = "\n".join(_case(view) for view in views)
    nothing = "" if views else '<p class="soft">No case matches the filter.</p>'
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="handviz">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'">
<title>{escape(library)}: {len(views)} cases</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>{len(views)} {"case" if len(views) == 1 else "cases"} of {escape(library)}</h1>
<p class="soft">Judged by {escape(whose)}; written {moment}. The same as a table: <a href="cases.csv">cases.csv</a>, to
import again: <a href="cases.json">cases.json</a>.</p>
<p>Joints are the mean of the kept hypotheses: {legend}</p>
</header>
<section class="counts">{_counts(views)}</section>
{nothing}<main>
{cases}
</main>
</body>
</html>
"""


def _counts(views: list[CaseView]) -> str:
    judged = [word for view in views for word in view.record["verdicts"]]
    flags = [flag for view in views for flag in view.record["flags"]]
    tables = (
        ("Verdicts", Counter(word["verdict"] for word in judged)),
        ("Flags", Counter(flag["kind"] for flag in flags)),
        ("Triage", Counter(_TITLES.get(name, name) for view in views for name in view.case.triage)),
    )
    return "".join(_table(title, counts) for title, counts in tables if counts)


def _table(title: str, counts: Counter) -> str:
    lines = "".join(f"<tr><td>{escape(name)}</td><td>{count}</td></tr>" for name, count in counts.most_common())
    return f"<table><caption>{title}</caption><tbody>{lines}</tbody></table>"


def _case(view: CaseView) -> str:
    case, record = view.case, view.record
    name = escape(case.path.name) + (f" <span class='soft'>frame {case.frame}</span>" if case.frame is not None else "")
    picture = f'<img src="{quote(view.picture)}" alt="The hand with the mean of the kept hypotheses" loading="lazy">'
    figure = picture if view.picture else f"<p>{escape(view.problem)}</p>"
    own = {word["annotator"]: word["verdict"] for word in record["verdicts"]}
    verdict = "<br>".join(
        f'<span class="verdict {escape(word)}">{escape(word)}</span>'
        + (f" <span class='soft'>{escape(name_)}</span>" if len(own) > 1 else "")
        for name_, word in own.items()
    )
    triage = ", ".join(escape(_TITLES.get(name_, name_)) for name_ in case.triage)
    facts = [("Hand", case.hand and escape(case.hand)), ("Blur", _unit(case.blur_px, "px")),
             ("Spread", _unit(case.spread_mm, "mm")), ("Best score", _unit(case.best_score, "", 2)),
             ("Error", _unit(case.error_mm, "mm")), ("Triage", triage)]  # fmt: skip
    lines = "".join(f"<dt>{title}</dt><dd>{text}</dd>" for title, text in facts if text)
    flags = "".join(_flag(flag, len({other["annotator"] for other in record["flags"]}) > 1)
                    for flag in record["flags"])  # fmt: skip
    origin = {"photo": case.photo_sha256, **case.provenance}
    made_from = "".join(f"<dt>{escape(key)}</dt><dd>{escape(value)}</dd>" for key, value in origin.items())
    return f"""<article id="case{case.id}">
<figure>{figure}</figure>
<div class="text">
<div class="row"><h2>{name}</h2><div>{verdict or '<span class="soft">no verdict</span>'}</div></div>
<dl>{lines}</dl>
{f"<ul>{flags}</ul>" if flags else ""}
<details><summary>Case {case.id}: hashes and settings</summary><dl>{made_from}</dl></details>
</div>
</article>"""


def _flag(flag: dict[str, Any], named: bool) -> str:
    severity = SEVERITY_NAMES.get(flag["severity"], "")
    meant = []
    if flag["hypotheses"]:
        meant.append("hypotheses " + ", ".join(str(k) for k in flag["hypotheses"]))
    if flag["joints"]:
        meant.append("joints " + ", ".join(JOINT_NAMES[j] for j in flag["joints"] if 0 <= j < len(JOINT_NAMES)))
    parts = [severity, *meant, *([flag["annotator"]] if named else [])]
    note = f"\n{escape(flag['note'])}" if flag["note"] else ""
    return (
        f'<li class="severity{flag["severity"]:d}"><strong>{escape(flag["kind"])}</strong> '
        f'<span class="soft">{escape("; ".join(part for part in parts if part))}</span>{note}</li>'
    )


def _unit(value: float | None, unit: str, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f} {unit}".strip()
