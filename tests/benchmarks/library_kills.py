"""Kill a process at 200 random moments of flagging, undo and merging; no confirmed change may be lost.

python tests/benchmarks/library_kills.py [--kills N]
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "review"))

from review_kills import Model, kill_once, make


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    moments = random.Random(args.seed)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path, model = make(Path(folder)), Model()
        confirmed = 0
        for number in range(args.kills):
            confirmed += kill_once(path, model, args.seed + number, moments.uniform(0.0, 0.2))
    seconds = time.perf_counter() - start
    print(f"{args.kills} kills, {confirmed} confirmed changes, none lost, every file clean; {seconds:.0f} s")


if __name__ == "__main__":
    main()
