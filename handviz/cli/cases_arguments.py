"""Arguments that commands of `handviz cases` share: the library, who judges, and which cases."""

import argparse
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from handviz.errors import InputError

if TYPE_CHECKING:
    from handviz.review.filters import CaseFilter
    from handviz.review.store import Library

_RANGES = {"blur": "blur_px", "spread": "spread_mm", "score": "best_score", "error": "error_mm"}


def command(subparsers: argparse._SubParsersAction, name: str, summary: str, run) -> argparse.ArgumentParser:
    """A command that works on a library as some annotator."""
    description = f"{summary[0].upper()}{summary[1:]}."
    parser = subparsers.add_parser(name, help=summary, description=description)
    parser.add_argument("library", type=Path, metavar="LIBRARY", help="the library, a file ending in .handviz")
    parser.add_argument("--annotator", metavar="NAME", help="who judges (HANDVIZ_ANNOTATOR, else the login name)")
    parser.set_defaults(run_cases=run)
    return parser


def open_library(args: argparse.Namespace, create: bool = False) -> "Library":
    """The library a command names. Raises InputError."""
    from handviz.review.annotator import default_annotator
    from handviz.review.store import Library

    annotator = args.annotator if args.annotator is not None else default_annotator()
    return Library.open(args.library, annotator, create=create)


def add_filter(parser: argparse.ArgumentParser) -> None:
    """Options that say which cases, in which order."""
    group = parser.add_argument_group(
        "which cases", "All of these must hold; ranges are MIN:MAX, either may be left out."
    )
    group.add_argument("--saved", metavar="NAME", help="a saved filter; other options are added to it")
    group.add_argument("--text", help="part of the file's name or of a note")
    group.add_argument("--state", choices=("new", "reviewed"))
    group.add_argument("--verdict", choices=("accept", "reject", "unsure"))
    group.add_argument("--kind", metavar="KIND", help="flagged as this kind")
    group.add_argument("--severity", type=int, choices=(1, 2, 3), help="flagged at least so severely")
    group.add_argument("--triage", metavar="NAME", help="an outcome or suspicion, such as not_covered or large_spread")
    for name, field in _RANGES.items():
        unit = field.rpartition("_")[2]
        group.add_argument(f"--{name}", metavar="MIN:MAX", help=f"in {unit}" if unit != "score" else "of the best")
    group.add_argument("--by", metavar="ANNOTATOR", help="judged or flagged by this one, whose word is then asked for")
    group.add_argument("--disagreement", action="store_true", help="with different verdicts of different annotators")
    group.add_argument(
        "--sort", metavar="ORDER", help="added, blur, spread, score, error, flags, state, annotator, name"
    )
    group.add_argument("--reverse", action="store_true", help="the other way round")


def wanted_cases(args: argparse.Namespace, library: "Library") -> "CaseFilter":
    """The filter that the options say. Raises InputError."""
    from handviz.review.filters import CaseFilter

    wanted = CaseFilter()
    if args.saved is not None:
        saved = library.saved_filters()
        if args.saved not in saved:
            known = ", ".join(saved) or "none"
            raise InputError(f"There is no saved filter {args.saved}; those of {library.path} are: {known}.")
        wanted = saved[args.saved]
    names = {"text": "text", "state": "state", "verdict": "verdict", "kind": "kind", "severity": "severity",
             "triage": "triage", "by": "annotator"}  # fmt: skip
    given = {field: getattr(args, name) for name, field in names.items() if getattr(args, name) is not None}
    for name, field in _RANGES.items():
        if (text := getattr(args, name)) is not None:
            given[field] = _range(name, text)
    if args.disagreement:
        given["disagreement"] = True
    wanted = replace(wanted, **given, reverse=wanted.reverse != args.reverse)
    return wanted if args.sort is None else wanted.with_sort(args.sort)


def _range(name: str, text: str) -> tuple[float, float]:
    low, colon, high = text.partition(":")
    try:
        ends = float(low) if low else -math.inf, float(high) if high else math.inf
    except ValueError:
        ends = math.nan, math.nan
    if not colon or not ends[0] <= ends[1]:
        raise InputError(f"--{name} {text} is no range; write MIN:MAX, for instance 5:20, or 5: for all from 5.")
    return ends
