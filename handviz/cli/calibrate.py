"""`handviz calibrate`: fit the temperature of a selector's score on photos it was not trained on, and store it."""

import argparse
import sys
from pathlib import Path


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser("calibrate", help="make scores probabilities", description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="folder of generator and selector; it is changed")
    parser.add_argument("--data", type=Path, required=True, help="validation photos of handviz synthesize")
    parser.add_argument("--limit", type=int, help="only the first LIMIT samples")
    parser.add_argument("--hypotheses", type=int, default=16, help="hypotheses K (default: %(default)s)")
    parser.add_argument("--best-share", type=float, default=0.25, help="share called good (default: %(default)s)")
    parser.add_argument("--device", default="auto", help="cpu, cuda or auto")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Fit, store and print."""
    from handviz.errors import InputError

    if args.hypotheses < 2 or not 0.0 < args.best_share < 1.0 or (args.limit is not None and args.limit < 1):
        raise InputError("--hypotheses must be at least 2, --best-share between 0 and 1, --limit at least 1.")
    from handviz.evaluation.run import calibrate_weights

    figures = calibrate_weights(
        args.weights, args.data, args.limit, args.hypotheses, args.best_share, args.device, _progress
    )
    for name, value in figures.items():
        print(f"{name:16}{value:8.4f}")
    return 0


def _progress(text: str, done: int, total: int) -> None:
    print(f"\r{text} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
