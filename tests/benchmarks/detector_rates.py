"""How often the detector errs: python tests/benchmarks/detector_rates.py [VIDEO FIRST LAST left|right]

Hands seen in the bundled backgrounds, which show none; and, in frames FIRST to LAST of a video of one hand, how often a
hand is found and its side told right.
"""

import sys
from pathlib import Path

from handviz.errors import HandNotFoundError
from handviz.inference.detector import HandDetector
from handviz.media.photos import load_photo
from handviz.media.video import Video
from handviz.resources import assets_dir


def main() -> None:
    detector = HandDetector.load()
    photos = sorted((assets_dir() / "backgrounds").glob("*.jpg"))
    false_hits = [photo.stem for photo in photos if detector.detect(load_photo(photo).image)]
    print(f"hands seen in {len(false_hits)} of {len(photos)} photos without one: {', '.join(false_hits)}")
    if len(sys.argv) != 5:
        return
    video, side = Video(Path(sys.argv[1])), sys.argv[4]
    frames = range(int(sys.argv[2]), int(sys.argv[3]) + 1)
    found = right = 0
    for frame in frames:
        try:
            probability = detector.detect_one(video.frame(frame)).right_probability
        except HandNotFoundError:
            continue
        found += 1
        right += (probability >= 0.5) == (side == "right")
    print(f"hand found in {found} of {len(frames)} frames, its side told right in {right}")
    video.close()


if __name__ == "__main__":
    main()
