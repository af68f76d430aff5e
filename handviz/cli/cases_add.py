"""`handviz cases add`: predict photos, folders, videos or the manifest of a distributed run into a library."""

import argparse
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from handviz.cli.terminal import plain

if TYPE_CHECKING:
    from handviz.casework.batch_events import BatchEvent, BatchProgress

_DESCRIPTION = """\
Predict photos, folders of them, frames of videos, or what a manifest (.jsonl) lists, and add each as a case to a
library, which is made where there is none. Ctrl+C ends it, and so may anything else: the same command again goes on,
passing over what the library holds already. A truth NAME.json (photo) or NAME.npz (video) beside a picture, or in the
folder --truth, gives its case errors and an outcome. The exit status is 1 when a picture failed."""


def register(subparsers: argparse._SubParsersAction) -> None:
    """Add `add` to the commands of `handviz cases`."""
    parser = subparsers.add_parser(
        "add",
        help="predict pictures into a library; may be ended and gone on with any time",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("library", type=Path, metavar="LIBRARY", help="the library, a file ending in .handviz")
    parser.add_argument(
        "sources", nargs="+", type=Path, metavar="PATH", help="photo, video, folder of them, or manifest (.jsonl)"
    )
    parser.add_argument("--frames", default=":", metavar="A:B:STEP", help="frames of videos, from A to before B (all)")
    parser.add_argument("--hypotheses", "-k", type=int, default=16, metavar="K", help="how many, 1 to 1000 (16)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the same seed gives the same answer (0)")
    parser.add_argument(
        "--box", type=float, nargs=4, metavar=("X", "Y", "W", "H"), help="the hand in pixels (found by itself)"
    )
    parser.add_argument("--hand", choices=("left", "right"), help="which hand it is (told by itself)")
    parser.add_argument("--truth", type=Path, metavar="DIR", help="folder of truths (beside the pictures)")
    parser.add_argument(
        "--photos", type=Path, metavar="DIR", help="where the pictures of manifests lie (beside the manifest)"
    )
    parser.add_argument("--device", default="auto", metavar="D", help="auto, cpu or cuda (auto)")
    parser.add_argument("--weights", type=Path, metavar="DIR", help="folder of other weights")
    parser.add_argument(
        "--hand-model", metavar="FILE", help="another hand model, .npz or MANO's .pkl, or the word mano"
    )
    parser.set_defaults(run_cases=run)


def run(args: argparse.Namespace) -> int:
    """Run the batch to its end. Returns 1 when a picture failed, or what stopped it was not the user's doing."""
    from handviz.casework.asking import Question
    from handviz.casework.batch import BatchRun, BatchSettings
    from handviz.casework.batch_items import BatchSources
    from handviz.media.sources import parse_frames

    question = Question(tuple(args.box) if args.box else None, args.hand, args.hypotheses, args.seed)
    sources = BatchSources(tuple(args.sources), parse_frames(args.frames), args.photos, question)
    settings = BatchSettings(args.device, args.weights, args.hand_model, truths=args.truth)
    reporter = _Reporter()
    batch = BatchRun(args.library, sources, settings, on_event=reporter)
    reporter.stop = batch.cancel
    with _Interruption() as interruption:
        batch.start()
        while not batch.join(0.2):
            if interruption.asked:
                batch.cancel()
    reporter.end(batch.progress)
    if interruption.asked:
        raise KeyboardInterrupt
    return 1 if batch.progress.failed or batch.progress.state != "finished" else 0


class _Interruption:
    """While it lasts, Ctrl+C is noted and not raised: raised, it can land where Python has to ignore exceptions."""

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> "_Interruption":
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._before)

    def _note(self, *_: object) -> None:
        self.asked = True


class _Reporter:
    """Lines on stderr: one that renews itself in a terminal; else failures, and every tenth of the way."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._tenths = 0
        self._trouble = ""
        self.stop = lambda: None

    def __call__(self, event: "BatchEvent") -> None:
        from handviz.casework.batch_events import BatchChanged, ItemDone, WorkerRestarted

        progress = event.progress
        if isinstance(event, WorkerRestarted):
            self._line(event.message)
        elif isinstance(event, ItemDone):
            if event.outcome == "failed":
                self._line(f"{event.label}: {event.message}")
            self._advance(progress)
        elif isinstance(event, BatchChanged) and progress.state == "paused" and progress.message:
            # Nobody can press a button here: what stops a batch in the window ends it on the command line.
            self._trouble = progress.message
            self.stop()

    def _advance(self, progress: "BatchProgress") -> None:
        if progress.state == "listing":
            return
        text = f"[{progress.done}/{progress.total}]"
        if progress.seconds_left is not None and progress.done < progress.total:
            text += f" {int(progress.seconds_left) // 60}:{int(progress.seconds_left) % 60:02d} left"
        tenths = 10 * progress.done // max(progress.total, 1)
        if self._terminal:
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
        elif tenths > self._tenths:
            print(text, file=sys.stderr, flush=True)
        self._tenths = tenths

    def _line(self, text: str) -> None:
        print(f"\r\033[K{plain(text)}" if self._terminal else plain(text), file=sys.stderr, flush=True)

    def end(self, progress: "BatchProgress") -> None:
        """The last lines."""
        message = self._trouble or progress.message
        if message:
            self._line(f"handviz: {message}")
        again = "; the same command again goes on" if progress.state == "cancelled" else ""
        self._line(f"{progress.predicted} predicted, {progress.already} already there, {progress.failed} failed{again}")
