"""`handviz cases export|import|merge|find|recover`: libraries and other files."""

import argparse
import sys
from pathlib import Path

from handviz.cli.cases_arguments import add_filter, command, open_library, wanted_cases
from handviz.cli.terminal import plain


def register(subparsers: argparse._SubParsersAction) -> None:
    """Add these commands to `handviz cases`."""
    summary = "write cases as .csv, .json, or into a folder with a page that opens in any browser"
    parser = command(subparsers, "export", summary, _export)
    parser.add_argument("out", type=Path, metavar="OUT", help="a file ending in .csv or .json, or a new folder")
    parser.add_argument("--everybody", action="store_true", help="flags and verdicts of all annotators")
    add_filter(parser)
    parser = command(subparsers, "import", "add the cases of exported .json files, or of reports' folders", _import)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser = command(subparsers, "merge", "add what other libraries hold, without duplicates", _merge)
    parser.add_argument("others", type=Path, nargs="+", metavar="OTHER", help="libraries, which stay as they are")
    parser = command(subparsers, "find", "find moved photos again, by size and hash", _find)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="where to look, and in all below")
    parser = command(subparsers, "recover", "save what can still be read of a damaged library as a new one", _recover)
    parser.add_argument("new", type=Path, metavar="NEW", help="the library to make")


def _export(args: argparse.Namespace) -> int:
    from handviz.review.export import export_csv, export_json

    with open_library(args) as library:
        wanted = wanted_cases(args, library)
        writers = {".csv": export_csv, ".json": export_json}
        writer = writers.get(args.out.suffix.lower())
        if writer is not None:
            print(f"{writer(library, args.out, wanted, args.everybody)} cases in {args.out}")
            return 0
        from handviz.review.report import export_report

        report = export_report(library, args.out, wanted, args.everybody, progress=_progress)
    print(f"{report.cases} cases in {report.page}")
    if report.without_picture:
        print(f"{report.without_picture} of them without picture; `handviz cases find` looks for moved photos")
    return 0


def _import(args: argparse.Namespace) -> int:
    from handviz.review.merging import import_json

    with open_library(args, create=True) as library:
        for file in args.files:
            print(plain(f"{file}: {import_json(library, file)} added"))
    return 0


def _merge(args: argparse.Namespace) -> int:
    from handviz.review.merging import merge

    with open_library(args, create=True) as library:
        for other in args.others:
            print(plain(f"{other}: {merge(library, other)} added"))
    return 0


def _find(args: argparse.Namespace) -> int:
    from handviz.errors import InputError
    from handviz.review.photos import find_photos

    for folder in args.folders:
        if not folder.is_dir():
            raise InputError(f"{folder} is no folder; name one to look in.")
    with open_library(args) as library:
        found = find_photos(library, args.folders)
    print(f"{found.cases} cases found again, {found.missing} still missing")
    return 1 if found.missing else 0


def _recover(args: argparse.Namespace) -> int:
    from handviz.review.recovery import recover

    recovered = recover(args.library, args.new)
    print(f"{recovered.saved} saved in {args.new}; {recovered.lost} rows could not be read")
    return 0


def _progress(done: int, total: int) -> bool:
    if sys.stderr.isatty() and total:
        print(f"\r\033[K[{done}/{total}]", end="\r", file=sys.stderr, flush=True)
    return True
