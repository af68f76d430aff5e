"""`handviz cases kinds|filters|blind`: what a library keeps beside its cases."""

import argparse
import json

from handviz.cli.cases_arguments import add_filter, command, open_library, wanted_cases
from handviz.cli.terminal import plain, table
from handviz.errors import InputError


def register(subparsers: argparse._SubParsersAction) -> None:
    """Add these commands to `handviz cases`."""
    parser = command(subparsers, "kinds", "list the kinds of flags and their keys, or replace the list", _kinds)
    parser.add_argument("--set", nargs="+", metavar="KEY=NAME", dest="kinds", help='the new list, as "1=wrong pose"')
    parser = command(subparsers, "filters", "list saved filters, save one, or forget one", _filters)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--save", metavar="NAME", help="save the filter that the options below say")
    which.add_argument("--forget", metavar="NAME", help="forget the filter of that name")
    add_filter(parser)
    parser = command(subparsers, "blind", "hide annotators from each other, or show them", _blind)
    parser.add_argument("state", choices=("on", "off"), nargs="?", help="left out: tell which it is")


def _kinds(args: argparse.Namespace) -> int:
    from handviz.review.cases import FlagKind

    with open_library(args) as library:
        if args.kinds:
            pairs = [text.partition("=") for text in args.kinds]
            wrong = [text for text, (_, sign, _name) in zip(args.kinds, pairs, strict=True) if not sign]
            if wrong:
                raise InputError(f"{wrong[0]} is no kind of flag; write KEY=NAME, for instance 1=wrong pose.")
            library.set_kinds([FlagKind(key.strip(), name.strip()) for key, _, name in pairs])
        print(table((kind.key, kind.name) for kind in library.kinds()))
    return 0


def _filters(args: argparse.Namespace) -> int:
    with open_library(args) as library:
        if args.save is not None:
            library.save_filter(args.save, wanted_cases(args, library))
        elif args.forget is not None:
            if args.forget not in library.saved_filters():
                raise InputError(f"There is no saved filter {args.forget} in {library.path}.")
            library.save_filter(args.forget, None)
        for name, wanted in library.saved_filters().items():
            given = {key: value for key, value in json.loads(wanted.to_json()).items()
                     if value not in (None, "", False, 0) and (key, value) != ("sort", "added")}  # fmt: skip
            print(plain(f"{name} ({library.count(wanted)} cases): {json.dumps(given, ensure_ascii=False)}"))
    return 0


def _blind(args: argparse.Namespace) -> int:
    with open_library(args) as library:
        if args.state is not None:
            library.set_blind(args.state == "on")
        print("annotators are hidden from each other" if library.blind() else "annotators see each other's word")
    return 0
