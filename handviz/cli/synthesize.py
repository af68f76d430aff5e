"""`handviz synthesize`: render blurry photographs of hands with known truth, for training and testing.

The same seed, size and split give the same samples on every run; --workers only sets how many processes share the work.
"""

import argparse
import sys
from pathlib import Path


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "synthesize", help="render blurry hand photos with known truth", description=__doc__.split("\n\n")[1]
    )
    what = parser.add_argument_group("what to make, one or more")
    what.add_argument("--out", type=Path, metavar="DIR", help="write samples as shards to DIR; run again to go on")
    what.add_argument("--contact-sheet", type=Path, metavar="PNG", help="write a page of samples to look at")
    what.add_argument("--demo", type=Path, metavar="DIR", help="write demo photos and clip with their truth to DIR")
    parser.add_argument("--count", type=int, help="samples (default: 10000; 2000 for test-v1; 48 on a contact sheet)")
    parser.add_argument("--seed", type=int, default=1, help="seed (default: %(default)s; test-v1 has its own)")
    parser.add_argument("--size", type=int, help="side of a crop in pixels (default: 160; 256 for test-v1)")
    parser.add_argument("--split", choices=("train", "test-v1"), default="train", help="default: %(default)s")
    parser.add_argument("--workers", type=int, default=1, help="processes, one core each (default: %(default)s)")
    parser.add_argument(
        "--enrich", type=Path, metavar="DIR", help="folder of recordings whose full-size skins join training samples"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make what was asked for."""
    from handviz.errors import InputError
    from handviz.synthesis.config import TEST_V1_COUNT, TEST_V1_SEED, TEST_V1_SIZE, SynthesisConfig

    if args.out is None and args.contact_sheet is None and args.demo is None:
        raise InputError("Say what to make: --out DIR, --contact-sheet PNG or --demo DIR.")
    test = args.split == "test-v1"
    if test and args.enrich is not None:
        raise InputError("test-v1 is made from shipped assets alone; leave out --enrich.")
    if args.enrich is not None and not (args.enrich / "skins").is_dir():
        raise InputError(f"{args.enrich} has no folder skins/; correct --enrich.")
    size = args.size or (TEST_V1_SIZE if test else 160)
    if not 32 <= size <= 1024 or args.workers < 1 or (args.count is not None and args.count < 1):
        raise InputError("--size must be 32 to 1024, --workers and --count at least 1.")
    config = SynthesisConfig(size=size, split=args.split, enrich=args.enrich)
    seed = TEST_V1_SEED if test else args.seed
    if args.contact_sheet is not None:
        from handviz.synthesis.contact_sheet import write_contact_sheet

        write_contact_sheet(args.contact_sheet, config, seed, args.count if args.out is None and args.count else 48)
        print(f"wrote {args.contact_sheet}")
    if args.demo is not None:
        from handviz.synthesis.demo import write_demo
        from handviz.synthesis.demo_clip import write_demo_clip

        for path in (*write_demo(args.demo), *write_demo_clip(args.demo)):
            print(f"wrote {path}")
    if args.out is not None:
        from handviz.datasets.generation import generate

        count = args.count or (TEST_V1_COUNT if test else 10_000)
        generate(args.out, config, seed, count, args.workers, _report)
        print(file=sys.stderr)
        if test and count == TEST_V1_COUNT:
            from handviz.datasets.shards import ShardDataset
            from handviz.datasets.test_set import truth_sha256

            print(f"truth sha256 {truth_sha256(ShardDataset(args.out))}")
        print(f"{args.out}: {count} samples")
    return 0


def _report(progress) -> None:
    left = progress.seconds_left
    time_left = "" if left == float("inf") else f", {left / 60:.0f} min left"
    print(
        f"\r{progress.done} of {progress.wanted} samples, {progress.per_second:.1f} a second{time_left}   ",
        end="", file=sys.stderr, flush=True,
    )  # fmt: skip
