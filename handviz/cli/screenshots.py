"""`handviz screenshots`: every picture of the README, made anew by one command, without anyone at the screen."""

import argparse
import sys
from pathlib import Path


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `screenshots`."""
    parser = subparsers.add_parser(
        "screenshots", help="make all pictures of the README anew", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="some of them, by the name of their file (all)")
    parser.add_argument(
        "--out", type=Path, default=Path("assets/pictures"), metavar="DIR", help="folder (assets/pictures)"
    )
    parser.add_argument("--list", action="store_true", help="list them and what each shows")
    parser.add_argument("--commands", action="store_true", help="list the names that handviz --screenshot --do takes")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make the pictures one after the other, each by a window of its own. Raises HandvizError."""
    from handviz.app.showcase import PICTURES, make_picture
    from handviz.errors import HandvizError, InputError

    if args.commands:
        _list_commands()
        return 0
    if args.list:
        for name, picture in PICTURES.items():
            print(f"{name:24s} {picture.caption}")
        return 0
    unknown = [name for name in args.names if name.removesuffix(".png") not in PICTURES]
    if unknown:
        raise InputError(f"There is no picture {unknown[0]}; handviz screenshots --list names them.")
    failed = 0
    for name in [name.removesuffix(".png") for name in args.names] or PICTURES:
        target = args.out / f"{name}.png"
        try:
            make_picture(PICTURES[name], target)
            print(target)
        except HandvizError as error:
            failed += 1
            print(f"handviz: {name}: {error}", file=sys.stderr)
    return 1 if failed else 0


def _list_commands() -> None:
    from handviz.app.main import prepare_environment

    prepare_environment(need_display=False)
    from handviz.app.pages import PAGES
    from handviz.app.shortcuts import make_keymap

    for binding in make_keymap(PAGES, {}).bindings.values():
        print(f"{binding.name:28s} {binding.section}: {binding.text}")
