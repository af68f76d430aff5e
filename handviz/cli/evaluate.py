"""`handviz evaluate`: the metrics of a pair of weights on test-v1 or any folder of samples, as a table and as JSON."""

import argparse
import sys
from pathlib import Path


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser("evaluate", help="measure weights on the test set", description=__doc__)
    parser.add_argument("--weights", type=Path, help="folder of generator and selector (default: those shipped)")
    parser.add_argument("--data", type=Path, help="folder written by handviz synthesize (default: test-v1, made once)")
    parser.add_argument("--limit", type=int, help="only the first LIMIT samples")
    parser.add_argument("--hypotheses", type=int, nargs="+", default=[1, 4, 16, 64], help="numbers of hypotheses K")
    parser.add_argument("--n", type=int, default=4, help="how many are selected (default 4)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the hypotheses")
    parser.add_argument("--device", default="auto", help="cpu, cuda or auto")
    parser.add_argument("--json", type=Path, help="also write the report to this file")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Evaluate and print."""
    import json

    from handviz.evaluation.report import format_report
    from handviz.evaluation.run import evaluate
    from handviz.files import atomic_write

    report = evaluate(
        weights=args.weights,
        data=args.data,
        limit=args.limit,
        counts=tuple(sorted(set(args.hypotheses))),
        n=args.n,
        seed=args.seed,
        device=args.device,
        progress=_progress,
    )
    print(format_report(report))
    if args.json is not None:
        with atomic_write(args.json) as file:
            file.write((json.dumps(report, indent=2) + "\n").encode())
    return 0


def _progress(text: str, done: int, total: int) -> None:
    print(f"\r{text} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
