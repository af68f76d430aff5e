"""`handviz evaluate`: the metrics of a pair of weights on test-v1 or any folder of samples, as a table and as JSON.

With --real: against hand-labelled frames and held-out crops of real photos, beside the MediaPipe landmark network.
"""

import argparse
import sys
from pathlib import Path


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser("evaluate", help="measure weights on the test set", description=__doc__)
    parser.add_argument("--weights", type=Path, help="folder of generator and selector (default: those shipped)")
    parser.add_argument("--data", type=Path, help="folder written by handviz synthesize (default: test-v1, made once)")
    parser.add_argument("--real", type=Path, metavar="DIR", help="real photos instead: the folder of recordings")
    parser.add_argument("--limit", type=int, help="only the first LIMIT samples")
    parser.add_argument(
        "--hypotheses",
        type=int,
        nargs="+",
        help="numbers of hypotheses K (default: 1 4 16 64; the last one counts with --real, default 16)",
    )
    parser.add_argument("--n", type=int, default=4, help="how many are selected (default 4)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the hypotheses")
    parser.add_argument("--device", default="auto", help="cpu, cuda or auto")
    parser.add_argument("--json", type=Path, help="also write the report to this file")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate and print."""
    import json

    from handviz.errors import InputError
    from handviz.files import atomic_write

    if args.limit is not None and args.limit < 1:
        raise InputError("--limit must be at least 1.")
    if args.real is not None and args.data is not None:
        raise InputError("--real and --data are two tests; name one of them.")
    text, report = _real(args) if args.real is not None else _rendered(args)
    print(text)
    if args.json is not None:
        with atomic_write(args.json) as file:
            file.write((json.dumps(report, indent=2) + "\n").encode())
    return 0


def _rendered(args: argparse.Namespace) -> tuple[str, dict]:
    from handviz.evaluation.report import format_report
    from handviz.evaluation.run import evaluate

    report = evaluate(
        weights=args.weights,
        data=args.data,
        limit=args.limit,
        counts=tuple(sorted(set(args.hypotheses or (1, 4, 16, 64)))),
        n=args.n,
        seed=args.seed,
        device=args.device,
        progress=_progress,
    )
    return format_report(report), report


def _real(args: argparse.Namespace) -> tuple[str, dict]:
    from handviz.evaluation.real import RealSettings, evaluate_real
    from handviz.evaluation.real_report import format_real_report

    settings = RealSettings((args.hypotheses or [16])[-1], args.n, args.seed, args.limit)
    report = evaluate_real(args.real, args.weights, settings, args.device, _progress)
    return format_real_report(report), report


def _progress(text: str, done: int, total: int) -> None:
    print(f"\r{text} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
