"""`handviz ablate selection|sources|witness`: put selection losses, hypothesis sources, or a witness to the test.

selection trains every loss on the same frozen hypotheses; sources trains every hypothesis source, and a regressor, on
the same frozen features; witness asks which hypotheses explain the photo's own smear.
"""

import argparse
import sys


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "ablate", help="compare selection losses, hypothesis sources, or a witness", description=__doc__
    )
    parser.add_argument("what", nargs="?", choices=("selection", "sources", "witness"), help="what to compare")
    parser.add_argument("settings", nargs=argparse.REMAINDER, help="settings; --help lists them")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train, test, print the table and write it to OUT/table.md; run again to go on after an interruption."""
    if args.what is None:
        print(
            "usage: handviz ablate {selection,sources,witness} --data DIR --out RUN   (--help lists settings)",
            file=sys.stderr,
        )
        return 2
    return {"selection": _selection, "sources": _sources, "witness": _witness}[args.what](args)


def _selection(args: argparse.Namespace) -> int:
    import tyro

    from handviz.ablation.config import REFERENCE, AblateSelectionConfig
    from handviz.errors import InputError

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


def _sources(args: argparse.Namespace) -> int:
    import tyro

    from handviz.ablation.config import AblateSourcesConfig
    from handviz.errors import InputError

    config = tyro.cli(AblateSourcesConfig, args=args.settings, prog="handviz ablate sources")
    if min(config.crops, config.steps, config.batch_size, config.test_limit) < 1 or config.hypotheses < 2:
        raise InputError("--crops, --steps, --batch-size and --test-limit must be at least 1, --hypotheses at least 2.")
    from handviz.ablation.sources import ablate_sources
    from handviz.ablation.sources_table import format_sources, load_rows, save_rows
    from handviz.files import atomic_write

    save_rows(ablate_sources(config, lambda line: print(line, flush=True), _progress), config)
    text = format_sources(*load_rows(config.out))
    with atomic_write(config.out / "table.md", "w") as file:
        file.write(text + "\n")
    print(text)
    return 0


def _witness(args: argparse.Namespace) -> int:
    import tyro

    from handviz.ablation.config import AblateWitnessConfig
    from handviz.errors import InputError

    config = tyro.cli(AblateWitnessConfig, args=args.settings, prog="handviz ablate witness")
    if not 1 <= config.n < config.hypotheses or min(config.validation, config.steps, config.bootstrap) < 1:
        raise InputError("--n must be less than --hypotheses; --validation, --steps and --bootstrap at least 1.")
    from handviz.ablation.witness_result import format_result
    from handviz.ablation.witness_run import ablate_witness
    from handviz.files import atomic_write

    result = ablate_witness(config, lambda line: print(line, flush=True), _progress)
    text = format_result(result)
    with atomic_write(config.out / "table.md", "w") as file:
        file.write(text + "\n")
    print(text)
    return 0


def _progress(text: str, done: int, total: int) -> None:
    print(f"\r{text} {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
