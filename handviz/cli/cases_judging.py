"""`handviz cases flag|unflag|verdict|box|remove|undo|redo`: what one says about cases."""

import argparse

from handviz.cli.cases_arguments import command, open_library
from handviz.cli.terminal import plain
from handviz.errors import InputError


def register(subparsers: argparse._SubParsersAction) -> None:
    """Add these commands to `handviz cases`."""
    parser = command(subparsers, "flag", "flag cases", _flag)
    parser.add_argument("cases", type=int, nargs="+", metavar="CASE", help="numbers of cases, as `list` shows them")
    parser.add_argument("--kind", required=True, help="name of a kind, or its key; `kinds` lists them")
    parser.add_argument("--severity", type=int, choices=(1, 2, 3), default=2, help="slight, plain or severe (2)")
    parser.add_argument("--note", default="", help="what is wrong, in words")
    parser.add_argument("--hypotheses", default="", metavar="K,K", help="the hypotheses meant")
    parser.add_argument("--joints", default="", metavar="J,J", help="the joints meant, by number or name (index_tip)")
    parser = command(subparsers, "unflag", "take flags away", _unflag)
    parser.add_argument("flags", type=int, nargs="+", metavar="FLAG", help="numbers of flags, as `show` shows them")
    parser = command(subparsers, "verdict", "judge cases: accept, reject, unsure, or none to take it back", _verdict)
    parser.add_argument("verdict", choices=("accept", "reject", "unsure", "none"))
    parser.add_argument("cases", type=int, nargs="+", metavar="CASE")
    parser = command(subparsers, "box", "correct the box and side of a case; the window predicts it again", _box)
    parser.add_argument("case", type=int, metavar="CASE")
    parser.add_argument("box", type=float, nargs=4, metavar=("X", "Y", "W", "H"), help="the hand, pixels of the photo")
    parser.add_argument("--hand", choices=("left", "right"), help="which hand it is (as before)")
    parser = command(subparsers, "remove", "take cases away, with everybody's flags and verdicts", _remove)
    parser.add_argument("cases", type=int, nargs="+", metavar="CASE")
    for name, summary in (("undo", "undo your last changes"), ("redo", "redo what you undid last")):
        parser = command(subparsers, name, summary, _step)
        parser.add_argument("--times", type=int, default=1, metavar="N", help="that many (1)")


def _flag(args: argparse.Namespace) -> int:
    with open_library(args) as library:
        kinds = library.kinds()
        named = {kind.name.lower(): kind.name for kind in kinds} | {kind.key: kind.name for kind in kinds}
        kind = named.get(args.kind.lower())
        if kind is None:
            known = ", ".join(kind.name for kind in kinds)
            raise InputError(
                f"There is no kind {args.kind}; choose one of {known}, or add it by `handviz cases kinds`."
            )
        hypotheses, joints = _numbers("hypotheses", args.hypotheses), _joints(args.joints)
        flags = library.add_flags(args.cases, kind, args.severity, args.note, hypotheses, joints)
        _say(f"flagged “{kind}”: flag {', '.join(str(flag) for flag in flags)}")
    return 0


def _unflag(args: argparse.Namespace) -> int:
    with open_library(args) as library:
        library.remove_flags(args.flags)
        _say(f"removed {len(set(args.flags))} flags")
    return 0


def _verdict(args: argparse.Namespace) -> int:
    with open_library(args) as library:
        library.set_verdicts(args.cases, None if args.verdict == "none" else args.verdict)
        _say(f"{len(set(args.cases))} cases: {args.verdict}")
    return 0


def _box(args: argparse.Namespace) -> int:
    with open_library(args) as library:
        hand = args.hand or library.case(args.case).hand
        library.set_box(args.case, tuple(args.box), hand)
        _say(f"case {args.case}: box and side corrected")
    return 0


def _remove(args: argparse.Namespace) -> int:
    with open_library(args) as library:
        library.remove_cases(args.cases)
        _say(f"removed {len(set(args.cases))} cases")
    return 0


def _step(args: argparse.Namespace) -> int:
    with open_library(args) as library:
        for _ in range(args.times):
            sentence = library.undo() if args.cases_command == "undo" else library.redo()
            if sentence is None:
                _say(f"nothing to {args.cases_command} for {library.annotator}")
                return 0
            _say(f"{'undone' if args.cases_command == 'undo' else 'redone'}: {sentence}")
    return 0


def _numbers(name: str, text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise InputError(f"--{name} {text} are no numbers; write them as 0,3,7.") from error


def _joints(text: str) -> list[int]:
    from handviz.geometry.skeleton import JOINT_NAMES

    parts = [part.strip() for part in text.split(",") if part.strip()]
    unknown = [part for part in parts if not part.isdecimal() and part not in JOINT_NAMES]
    if unknown:
        raise InputError(f"There is no joint {unknown[0]}; choose of {', '.join(JOINT_NAMES)}.")
    return [int(part) if part.isdecimal() else JOINT_NAMES.index(part) for part in parts]


def _say(text: str) -> None:
    print(plain(text))
