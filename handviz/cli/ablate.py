"""`handviz ablate selection`: put the selection losses to the test on the same frozen hypotheses."""

import argparse
import sys


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser("ablate", help="compare the losses of the selection network", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("selection",), help="what to compare")
    parser.add_argument("settings", nargs=argparse.REMAINDER, help="settings; see handviz ablate selection --help")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train, test, print the table and write it to OUT/table.md; run again to go on after an interruption."""
    import tyro

    from handviz.ablation.config import REFERENCE, AblateSelectionConfig
    from handviz.errors import InputError

    if args.what is None:
        print("usage: handviz ablate selection --data DIR --out RUN [settings]   (--help lists them)", file=sys.stderr)
        return 2
    config = tyro.cli(AblateSelectionConfig, args=args.settings, prog="handviz ablate selection")
    if not 1 <= config.n < config.hypotheses or min(config.seeds, config.steps, config.bootstrap) < 1:
        raise InputError("--n must be less than --hypotheses, --seeds, --steps and --bootstrap at least 1.")
    from handviz.ablation.compare import compare
    from handviz.ablation.selection import ablate
    from handviz.ablation.table import format_table
    from handviz.files import atomic_write

    tested = ablate(config, lambda line: print(line, flush=True))
    text = format_table(compare(tested, config.n, REFERENCE, config.bootstrap), config.n)
    with atomic_write(config.out / "table.md", "w") as file:
        file.write(text + "\n")
    print(text)
    return 0
