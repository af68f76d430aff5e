"""`handviz predict`: hypotheses for photos, videos and folders, as .npz files with a table of what was found."""

import argparse
import csv
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from handviz.errors import HandvizError

if TYPE_CHECKING:
    from handviz.hypotheses.prediction import Prediction
    from handviz.inference.predictor import Predictor
    from handviz.media.sources import Picture, PictureReader

_DESCRIPTION = """\
Predict hypotheses for photos, videos and folders of them. Each picture gives OUT/NAME.npz (each frame of a video
OUT/NAME-frameNNNN.npz), and all of them summary.csv, summary.json and manifest.jsonl, from which `handviz cases add`
makes cases of a library. Files that cannot be used are listed at the end; the exit status is then 1."""


@dataclass
class Row:
    """One line of the summary; empty where the picture failed."""

    source: str
    frame: int | None = None
    prediction: str | None = None
    hand: str | None = None
    hand_probability: float | None = None
    box_x: float | None = None
    box_y: float | None = None
    box_width: float | None = None
    box_height: float | None = None
    hypotheses: int | None = None
    best_hypothesis: int | None = None
    best_score: float | None = None
    mean_score: float | None = None
    spread_mm: float | None = None
    seconds: float | None = None
    error: str | None = None


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `predict` to the command line."""
    parser = subparsers.add_parser(
        "predict",
        help="predict hypotheses for photos, videos and folders",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE", help="photo, video, or folder of them")
    parser.add_argument("--hypotheses", "-k", type=int, default=16, metavar="K", help="how many, 1 to 1000 (16)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the same seed gives the same answer (0)")
    parser.add_argument("--device", default="auto", metavar="D", help="auto, cpu or cuda (auto)")
    parser.add_argument(
        "--box", type=float, nargs=4, metavar=("X", "Y", "W", "H"), help="the hand in pixels (found by itself)"
    )
    parser.add_argument("--hand", choices=("left", "right"), help="which hand it is (told by itself)")
    parser.add_argument("--frames", default=":", metavar="A:B:STEP", help="frames of videos, from A to before B (all)")
    parser.add_argument(
        "--out", type=Path, default=Path("predictions"), metavar="DIR", help="folder for the results (predictions)"
    )
    parser.add_argument("--weights", type=Path, metavar="DIR", help="folder of other weights")
    parser.add_argument(
        "--hand-model", metavar="FILE", help="another hand model, .npz or MANO's .pkl, or the word mano"
    )


def run(args: argparse.Namespace) -> int:
    """Predict all sources and write the summary. Returns 1 when any failed."""
    from handviz.inference.arguments import check_request
    from handviz.media.sources import PictureReader, files_in, parse_frames, unique_names

    # Mistakes in the command show before the seconds of loading.
    check_request(args.hand, args.hypotheses, args.seed)
    frames = parse_frames(args.frames)
    reader = PictureReader()
    pictures: list[Picture] = []
    rows: list[Row] = []
    hashes: dict[Path, str] = {}
    for source in args.sources:
        try:
            files = files_in(source)
        except HandvizError as error:
            rows.append(Row(str(source), error=str(error)))
            continue
        for file in files:
            try:
                pictures += reader.pictures(file, frames)
            except HandvizError as error:
                rows.append(Row(str(file), error=str(error)))
    for row in rows:
        print(f"handviz: {row.error}", file=sys.stderr)
    try:
        if pictures:
            from handviz.inference.predictor import Predictor

            predictor = Predictor.load(args.device, args.weights, args.hand_model)
            names = unique_names(picture.name for picture in pictures)
            progress = _Progress(len(pictures))
            for picture, name in zip(pictures, names, strict=True):
                row = _predict(args, predictor, reader, picture, args.out / f"{name}.npz", hashes)
                rows.append(row)
                progress.step(picture, row)
    finally:
        reader.close()
        done = sum(row.error is None for row in rows)
        if done:
            _write_summary(args.out, rows)
            _write_manifest(args, rows, hashes)
    failed = [row for row in rows if row.error is not None]
    print(f"{done} predicted into {args.out}" if done else "nothing predicted", end="", file=sys.stderr)
    print(f", {len(failed)} failed:" if failed else "", file=sys.stderr)
    for row in failed:
        print(f"  {_label(row.source, row.frame)}: {row.error}", file=sys.stderr)
    return 1 if failed else 0


def _predict(
    args: argparse.Namespace, predictor: "Predictor", reader: "PictureReader", picture: "Picture", path: Path,
    hashes: dict[Path, str],
) -> Row:  # fmt: skip
    """Predict and save one picture; what goes wrong with it is noted in its row, its file's SHA-256 in hashes."""
    from handviz.casework.asking import Question
    from handviz.files import make_folder
    from handviz.geometry.cameras import pinhole_intrinsics
    from handviz.hypotheses.photo_source import PhotoSource

    row = Row(str(picture.path), picture.frame)
    start = time.perf_counter()
    try:
        opened = reader.read(picture)
        height, width = opened.image.shape[:2]
        intrinsics = pinhole_intrinsics(opened.focal_px, width, height) if opened.focal_px else None
        prediction = predictor.predict(
            opened.image, args.box, args.hand, args.hypotheses, args.seed, intrinsics=intrinsics
        )
        source = PhotoSource(picture.path, opened.sha256, picture.frame, (width, height))
        question = Question(tuple(args.box) if args.box else None, args.hand, args.hypotheses, args.seed)
        make_folder(path.parent)
        notes = source.provenance() | question.to_provenance()
        replace(prediction, provenance=prediction.provenance | notes).save(path)
        hashes[picture.path] = opened.sha256
    except HandvizError as error:
        row.error = str(error)
        return row
    _describe(row, prediction)
    row.prediction = path.name
    row.seconds = round(time.perf_counter() - start, 3)
    return row


def _describe(row: Row, prediction: "Prediction") -> None:
    from handviz.hypotheses.diversity import spread_mm

    probability = prediction.provenance.get("hand_probability")
    row.hand = prediction.hand
    row.hand_probability = float(probability) if probability is not None else None
    row.box_x, row.box_y, row.box_width, row.box_height = (round(float(value), 1) for value in prediction.box)
    row.hypotheses = prediction.num_hypotheses
    row.best_hypothesis = int(prediction.score.argmax())
    row.best_score = round(float(prediction.score.max()), 4)
    row.mean_score = round(float(prediction.score.mean()), 4)
    row.spread_mm = round(spread_mm(prediction.joints), 2)


def _write_summary(folder: Path, rows: list[Row]) -> None:
    from handviz.files import atomic_write

    with atomic_write(folder / "summary.json", "w") as file:
        json.dump([asdict(row) for row in rows], file, indent=1)
    with atomic_write(folder / "summary.csv", "w") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def _write_manifest(args: argparse.Namespace, rows: list[Row], hashes: dict[Path, str]) -> None:
    from handviz.casework.manifest import Entry, common_folder, write_manifest

    photos = common_folder(args.sources)
    entries = [
        Entry(Path(os.path.abspath(row.source)).relative_to(photos).as_posix(), hashes[Path(row.source)], row.frame,
              row.prediction)
        for row in rows if row.prediction is not None
    ]  # fmt: skip
    write_manifest(args.out / "manifest.jsonl", entries)


def _label(source: str, frame: int | None) -> str:
    return source if frame is None else f"{source} frame {frame}"


class _Progress:
    """Lines on stderr: one that renews itself in a terminal, else one every few seconds."""

    def __init__(self, total: int):
        self._total = total
        self._done = 0
        self._start = self._last = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def step(self, picture: "Picture", row: Row) -> None:
        """Report that a picture is done."""
        self._done += 1
        now = time.monotonic()
        if row.error is not None or self._terminal or now - self._last > 5 or self._done == self._total:
            left = (now - self._start) / self._done * (self._total - self._done)
            text = " ".join(self._parts(picture, row, left))
            print(f"\r\033[K{text}" if self._terminal else text, end=self._end(row), file=sys.stderr, flush=True)
            self._last = now

    def _parts(self, picture: "Picture", row: Row, left: float) -> Iterator[str]:
        yield f"[{self._done}/{self._total}]"
        yield _label(picture.path.name, picture.frame)
        yield f"failed: {row.error}" if row.error else f"{row.hand} hand, best score {row.best_score:.2f}"
        if self._done < self._total:
            yield f"({int(left) // 60}:{int(left) % 60:02d} left)"

    def _end(self, row: Row) -> str:
        return "" if self._terminal and row.error is None and self._done < self._total else "\n"
