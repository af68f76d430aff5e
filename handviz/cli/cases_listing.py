"""`handviz cases list|show|stats|agreement`: what a library holds."""

import argparse
import json
import math
from collections import Counter
from pathlib import Path

from handviz.cli.cases_arguments import add_filter, command, open_library, wanted_cases
from handviz.cli.terminal import plain, table


def register(subparsers: argparse._SubParsersAction) -> None:
    """Add these commands to `handviz cases`."""
    parser = command(subparsers, "list", "list the cases that a filter lets through", _list)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="everything about them, as JSON")
    form.add_argument("--ids", action="store_true", help="their numbers alone, for other commands")
    parser.add_argument("--everybody", action="store_true", help="with --json: flags and verdicts of all annotators")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N alone")
    add_filter(parser)
    parser = command(subparsers, "show", "show one case, its figures, flags and verdicts", _show)
    parser.add_argument("case", type=int, metavar="CASE")
    parser = command(subparsers, "stats", "count cases by state, verdict, flag, triage and annotator", _stats)
    parser.add_argument("--json", action="store_true", help="as JSON")
    add_filter(parser)
    parser = command(subparsers, "history", "list the last changes, the newest first", _history)
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="that many (20)")
    parser = command(
        subparsers, "agreement", "tell how far annotators agree, and on which cases they do not", _agreement
    )
    parser.add_argument("--json", action="store_true", help="as JSON")


def _list(args: argparse.Namespace) -> int:
    from handviz.review.export import records

    with open_library(args) as library:
        wanted = wanted_cases(args, library)
        if args.ids:
            print("\n".join(str(number) for number in library.case_ids(wanted)[: args.limit]))
            return 0
        if args.json:
            found = records(library, wanted, args.everybody, Path.cwd())[: args.limit]
            print(json.dumps(found, indent=1))
            return 0
        cases = library.cases(wanted)[: args.limit]
        lines: list[tuple] = [("case", "photo", "state", "blur", "spread", "score", "error", "flags", "triage")]
        for case in cases:
            name = case.path.name if case.frame is None else f"{case.path.name} frame {case.frame}"
            figures = (
                _figure(case.blur_px),
                _figure(case.spread_mm),
                _figure(case.best_score, 2),
                _figure(case.error_mm),
            )
            lines.append(
                (case.id, name, case.verdict or case.state, *figures, ", ".join(case.kinds), ", ".join(case.triage))
            )
        if cases:
            print(table(lines, right=(0, 3, 4, 5, 6)))
        total = library.count()
    print(f"{len(cases)} of {total} cases" if len(cases) != total else f"{total} cases")
    return 0


def _show(args: argparse.Namespace) -> int:
    from handviz.review.photos import photo_path

    with open_library(args) as library:
        case = library.case(args.case)
        where = photo_path(library, case)
        facts = [
            ("photo", where or f"{case.path} (not there)"), ("frame", case.frame), ("hand", case.hand),
            ("box", None if case.box is None else " ".join(f"{value:g}" for value in case.box)),
            ("state", case.state), ("verdict", case.verdict), ("blur", _figure(case.blur_px, unit=" px")),
            ("spread", _figure(case.spread_mm, unit=" mm")), ("best score", _figure(case.best_score, 2)),
            ("error", _figure(case.error_mm, unit=" mm")), ("triage", ", ".join(case.triage)),
            ("photo sha256", case.photo_sha256), ("truth", case.truth), *case.provenance.items(),
        ]  # fmt: skip
        print(table((name, value) for name, value in facts if value not in (None, "")))
        for flag in library.flags(case.id, everybody=True):
            note = f": {flag.note}" if flag.note else ""
            print(plain(f"flag {flag.id} of {flag.annotator}: {flag.kind}, severity {flag.severity}{note}"))
        for case_id, word in library.judged():
            if case_id == case.id:
                print(plain(f"verdict of {word.annotator}: {word.verdict}"))
    return 0


def _stats(args: argparse.Namespace) -> int:
    with open_library(args) as library:
        wanted = wanted_cases(args, library)
        cases = library.cases(wanted)
        ids = {case.id for case in cases}
        flags = [flag for flag in library.flags(everybody=True) if flag.case_id in ids]
        words = [word for case_id, word in library.judged() if case_id in ids]
    counts = {
        "states": Counter(case.state for case in cases),
        "verdicts": Counter(word.verdict for word in words),
        "flags": Counter(flag.kind for flag in flags),
        "triage": Counter(name for case in cases for name in case.triage),
        "verdicts by annotator": Counter(word.annotator for word in words),
        "flags by annotator": Counter(flag.annotator for flag in flags),
    }
    medians = {name: _median([getattr(case, name) for case in cases])
               for name in ("blur_px", "spread_mm", "best_score", "error_mm")}  # fmt: skip
    if args.json:
        print(json.dumps({"cases": len(cases), **counts, "medians": medians}, indent=1))
        return 0
    print(f"{len(cases)} cases")
    for title, counter in counts.items():
        if counter:
            print(f"\n{title}")
            print(table(((f"  {plain(name)}", number) for name, number in counter.most_common()), right=(1,)))
    known = [(f"  {name}", f"{value:.2f}") for name, value in medians.items() if value is not None]
    if known:
        print("\nmedians")
        print(table(known, right=(1,)))
    return 0


def _history(args: argparse.Namespace) -> int:
    with open_library(args) as library:
        entries = library.history(args.limit)
    moments = [entry.created[:19].replace("T", " ") for entry in entries]
    marks = ["undone" if entry.undone else "" for entry in entries]
    lines = zip(
        moments, (entry.annotator for entry in entries), (entry.sentence for entry in entries), marks, strict=True
    )
    print(table(lines))
    return 0


def _agreement(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from handviz.review.agreement import agreements, disagreements, kind_agreements

    with open_library(args) as library:
        verdicts, kinds, cases = agreements(library), kind_agreements(library), disagreements(library)
        blind = library.blind()
    if args.json:
        document = {"verdicts": verdicts, "kinds": kinds, "disagreements": cases}
        print(
            json.dumps({name: [_without_nan(asdict(row)) for row in rows] for name, rows in document.items()}, indent=1)
        )
        return 0
    if blind:
        print("annotators are hidden from each other here; `handviz cases blind LIBRARY off` shows them")
    elif not verdicts and not kinds:
        print("no two annotators have judged a case in common")
    if verdicts:
        lines = [("verdicts of", "and", "cases", "same", "kappa")]
        lines += [(a.first, a.second, str(a.cases), f"{a.same:.0%}", f"{a.kappa:.2f}") for a in verdicts]
        print(table(lines, right=(2, 3, 4)))
    if kinds:
        lines = [("flags of", "and", "kind", "cases", "kappa")]
        lines += [(k.first, k.second, k.kind, str(k.cases), f"{k.kappa:.2f}") for k in kinds]
        print("\n" + table(lines, right=(3, 4)))
    if cases:
        print(f"\n{len(cases)} cases seen differently")
    for case in cases:
        said = "; ".join(
            f"{name}: {', '.join(filter(None, (case.verdicts.get(name, ''), *case.kinds[name]))) or 'nothing'}"
            for name in case.kinds
        )
        print(plain(f"case {case.case_id} {case.name}: {said}"))
    return 0


def _without_nan(row: dict) -> dict:
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}


def _figure(value: float | None, digits: int = 1, unit: str = "") -> str:
    return "" if value is None else f"{value:.{digits}f}{unit}"


def _median(values: list[float | None]) -> float | None:
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    return (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
