"""`handviz cases triage`: sort the cases of a library by what went wrong, with other settings."""

import argparse
from dataclasses import fields, replace

from handviz.cli.cases_arguments import add_filter, command, open_library, wanted_cases
from handviz.cli.terminal import table

_LIMITS = {
    "tolerance_mm": "a hypothesis with a smaller error is near the truth",
    "low_score": "a best score below this is low",
    "large_spread_mm": "a spread above this is large",
    "off_joints_px": "more px of a 256 px crop beside the photo's joints disagree with them",
    "unsure_palm": "a palm less probable is an unsure detection",
    "unsure_side": "a side less probable is an unsure detection",
}


def register(subparsers: argparse._SubParsersAction) -> None:
    """Add `triage` to the commands of `handviz cases`."""
    parser = command(
        subparsers, "triage", "count what went wrong, with other settings than the cases were added with", _triage
    )
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--top", type=int, metavar="N", help="the N best-scored hypotheses are kept (4)")
    kept.add_argument("--threshold", type=float, metavar="S", help="hypotheses that score S or more are kept")
    parser.add_argument("--any-order", action="store_true", help="past and future may be exchanged")
    for name, meaning in _LIMITS.items():
        option = f"--{name.replace('_', '-').removesuffix('-mm').removesuffix('-px')}"
        parser.add_argument(option, type=float, dest=name, metavar="X", help=meaning)
    parser.add_argument("--save", action="store_true", help="keep the reasons, which filters then go by")
    add_filter(parser)


def _triage(args: argparse.Namespace) -> int:
    from handviz.hypotheses.case_figures import CaseFigures
    from handviz.hypotheses.triage import OUTCOMES, SUSPICIONS, TriageSettings, TriageTable

    given = {field.name: getattr(args, field.name, None) for field in fields(TriageSettings)}
    settings = replace(TriageSettings(), **{name: value for name, value in given.items() if value is not None})
    if args.top is not None:
        settings = replace(settings, keep="top", top_n=args.top)
    elif args.threshold is not None:
        settings = replace(settings, keep="threshold")
    with open_library(args) as library:
        cases = library.cases(wanted_cases(args, library))
        told = TriageTable([CaseFigures.from_json(case.figures) for case in cases])
        counts = told.counts(settings)
        if args.save:
            library.set_triage({case.id: names for case, names in zip(cases, told.reasons(settings), strict=True)})
    print(
        table([(reason.name, counts[reason.name], reason.sentence) for reason in (*OUTCOMES, *SUSPICIONS)], right=(1,))
    )
    print(f"{len(cases)} cases, {int(told.has_truth.sum())} with truth")
    return 0
