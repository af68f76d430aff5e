"""`handviz cases`: list, judge, export, merge the cases of a library; each command is in a cases_*.py beside this."""

import argparse

from handviz.cli import cases_add, cases_files, cases_judging, cases_listing, cases_lists, cases_triage
from handviz.cli.terminal import plain

_DESCRIPTION = """\
Work with a library of cases, a file ending in .handviz, which the window's library page opens too. Every change is
committed as it is made, seen by open windows at once, and can be undone, also later."""

_EPILOG = """\
handviz cases add hands.handviz photos/                    predict a folder into a library
handviz cases list hands.handviz --state new --sort blur   what is left to judge, the most blurred first
handviz cases flag hands.handviz 12 13 --kind "wrong depth" --severity 3
handviz cases export hands.handviz report --verdict reject a folder that opens in any browser
handviz cases merge all.handviz ada.handviz grace.handviz  and then: handviz cases agreement all.handviz"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `cases` to the command line."""
    parser = subparsers.add_parser(
        "cases",
        help="list, judge, export and merge cases of a library",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="cases_command", metavar="COMMAND", required=True)
    for module in (cases_add, cases_triage, cases_listing, cases_judging, cases_lists, cases_files):
        module.register(commands)


def run(args: argparse.Namespace) -> int:
    """Run the command asked for; what a library's file refuses is one sentence."""
    from handviz.errors import InputError
    from handviz.review.faults import StorageError

    try:
        return args.run_cases(args)
    except StorageError as error:
        # The window keeps such changes; a command ends here, and with it what it had in memory.
        raise InputError(plain(str(error)).replace(StorageError.KEPT, "; nothing was changed")) from error
