"""`handviz train generator|selector|trust`: train a network; every setting is an option, --help lists them."""

import argparse
import sys


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser("train", help="train a network", description=__doc__)
    parser.add_argument("network", nargs="?", choices=("generator", "selector", "trust"), help="which network to train")
    parser.add_argument("settings", nargs=argparse.REMAINDER, help="settings; see handviz train generator --help")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train; Ctrl+C keeps the last checkpoint, and the same command resumes."""
    import tyro

    from handviz.training.config import TrainGeneratorConfig, TrainSelectorConfig, TrainTrustConfig

    if args.network is None:
        print(
            "usage: handviz train {generator,selector,trust} --data DIR --out RUN [settings]   (--help lists them)",
            file=sys.stderr,
        )
        return 2
    program = f"handviz train {args.network}"
    if args.network == "generator":
        config = tyro.cli(TrainGeneratorConfig, args=args.settings, prog=program)
        from handviz.training.generator_task import train_generator

        train_generator(config, _report)
    elif args.network == "trust":
        config = tyro.cli(TrainTrustConfig, args=args.settings, prog=program)
        from handviz.training.trust_task import train_trust

        train_trust(config, _report)
    else:
        config = tyro.cli(TrainSelectorConfig, args=args.settings, prog=program)
        from handviz.training.selector_task import train_selector

        train_selector(config, _report)
    return 0


def _report(line: str) -> None:
    print(line, flush=True)
