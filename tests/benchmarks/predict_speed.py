"""Seconds of a whole prediction, detection included: python tests/benchmarks/predict_speed.py [--weights DIR] [PHOTO]

Without a photo it predicts a grey noise picture in a given box, so that the figures for detection are missing then.
"""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", nargs="?", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, help="CPU threads (all)")
    parser.add_argument("--repeats", type=int, default=7)
    args = parser.parse_args()

    start = time.perf_counter()
    import cv2
    import torch

    from handviz import Predictor
    from handviz.media.photos import load_photo

    print(f"import              {time.perf_counter() - start:6.2f} s")
    if args.threads:
        torch.set_num_threads(args.threads)
        cv2.setNumThreads(args.threads)
    start = time.perf_counter()
    predictor = Predictor.load(args.device, args.weights)
    seconds = time.perf_counter() - start
    print(f"load                {seconds:6.2f} s   on {predictor.device}, {torch.get_num_threads()} CPU threads")
    image = load_photo(args.photo).image if args.photo else np.full((960, 1280, 3), 128, np.uint8)
    box = None if args.photo else (500, 300, 200, 220)
    if args.photo:
        report("detection", args.repeats, lambda: predictor.detector.detect_one(image))
    for hypotheses in (1, 16, 100):
        name = f"predict K={hypotheses}"
        report(name, args.repeats, lambda k=hypotheses: predictor.predict(image, box=box, hypotheses=k))


def report(name: str, repeats: int, action) -> None:
    """Print the median and the least of some repeats, the first of which is not counted."""
    seconds = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    print(f"{name:<18}{statistics.median(seconds[1:]):8.3f} s   least {min(seconds[1:]):.3f} s")


if __name__ == "__main__":
    main()
