"""`handviz report`: what blur does to the hypotheses, and which of the supplement's claims hold, as REPORT.md."""

import argparse
import sys
from pathlib import Path


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser("report", help="write tables and plots of what was measured", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="REPORT.md and report/ are written here")
    parser.add_argument("--ablation", type=Path, metavar="RUN", help="folder of handviz ablate selection, to be told")
    parser.add_argument("--sources", type=Path, metavar="RUN", help="folder of handviz ablate sources, to be told")
    parser.add_argument("--witness", type=Path, metavar="RUN", help="folder of handviz ablate witness, to be told")
    parser.add_argument("--weights", type=Path, help="folder of generator and selector (default: those shipped)")
    parser.add_argument("--data", type=Path, help="folder written by handviz synthesize (default: test-v1)")
    parser.add_argument("--limit", type=int, help="only the first LIMIT samples")
    parser.add_argument("--hypotheses", type=int, default=16, help="hypotheses K (default: %(default)s)")
    parser.add_argument("--device", default="auto", help="cpu, cuda or auto")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and write."""
    from handviz.errors import InputError

    if args.hypotheses < 2 or (args.limit is not None and args.limit < 1):
        raise InputError("--hypotheses must be at least 2, for a spread, and --limit at least 1.")
    from handviz.ablation.document import write_report
    from handviz.ablation.sources_table import load_rows
    from handviz.ablation.witness_result import WitnessResult

    path = write_report(
        args.out, args.weights, args.data, args.limit, args.hypotheses, args.device, _command(args),
        None if args.ablation is None else _ablation(args.ablation), _progress,
        None if args.witness is None else WitnessResult.load(args.witness),
        None if args.sources is None else load_rows(args.sources),
    )  # fmt: skip
    print(f"wrote {path}")
    return 0


def _ablation(folder: Path):
    import json

    from handviz.ablation.compare import compare
    from handviz.ablation.config import REFERENCE
    from handviz.ablation.outcome import SelectionOutcome
    from handviz.errors import InputError

    try:
        config = json.loads((folder / "config.json").read_text())
        n, resamplings, steps, batch = (config[name] for name in ("n", "bootstrap", "steps", "batch_size"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder} is no folder of handviz ablate selection; correct --ablation.") from error
    outcomes = {number: SelectionOutcome.load(path) for number, path in enumerate(sorted(folder.glob("seed-*.npz")))}
    if not outcomes:
        raise InputError(f"{folder} has no finished seed yet; run handviz ablate selection again until it has.")
    first = outcomes[0]
    line = (
        f"{len(outcomes)} seeds, {steps} steps of {batch} photos each, tested on {len(first.mpjpe)} photos with "
        f"{first.mpjpe.shape[1]} hypotheses; intervals from {resamplings} resamplings of the photos."
    )
    return compare(outcomes, n, REFERENCE, resamplings), n, line


def _command(args: argparse.Namespace) -> str:
    parts = ["handviz report", f"--out {args.out}"]
    for name in ("ablation", "sources", "witness", "weights", "data", "limit"):
        if getattr(args, name) is not None:
            parts.append(f"--{name} {getattr(args, name)}")
    if args.hypotheses != 16:
        parts.append(f"--hypotheses {args.hypotheses}")
    return " ".join(parts)


def _progress(text: str, done: int, total: int) -> None:
    print(f"\r{text} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
