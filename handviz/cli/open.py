"""`handviz [FILE...]`: the window; with --screenshot, a picture of it."""

import argparse
from pathlib import Path

VIEWS = ("camera", "front", "side", "top")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `open`, which is what `handviz` does without a command."""
    parser = subparsers.add_parser("open", help="open the window (the default)", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="photo, video or saved prediction (.npz)")
    parser.add_argument("--frame", type=int, default=0, metavar="N", help="frame of a video to open, from 0")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--weights", metavar="PATH", help="other weights than those that ship")
    parser.add_argument("--hand-model", metavar="PATH", help="other hand model, such as MANO_RIGHT.pkl")
    parser.add_argument(
        "--predictor",
        metavar="WHERE:WHAT",
        help="another network in place of ours: package.module:factory or file.py:factory",
    )
    parser.add_argument("--theme", choices=("dark", "light"), help="look, for this window only")
    shot = parser.add_argument_group("picture of the window, without anyone at the screen")
    shot.add_argument("--screenshot", type=Path, metavar="PNG", help="write a picture of the window and leave")
    shot.add_argument("--size", type=_size, default=(1366, 768), metavar="WxH", help="window size (1366x768)")
    shot.add_argument("--hypotheses", type=int, default=16, metavar="K", help="how many to predict, 1 to 200 (16)")
    shot.add_argument("--seed", type=int, default=0, metavar="S")
    shot.add_argument(
        "--box", type=float, nargs=4, metavar=("X", "Y", "W", "H"), help="hand box in pixels of the source"
    )
    shot.add_argument("--hand", choices=("auto", "left", "right"), default="auto")
    shot.add_argument(
        "--threshold", type=float, default=0.0, metavar="T", help="score from which hypotheses are kept (0)"
    )
    shot.add_argument("--top", type=int, metavar="N", help="keep the N best by score, whatever the threshold")
    shot.add_argument("--view", choices=VIEWS, default="front")
    shot.add_argument(
        "--turn", type=float, nargs=2, default=(0.0, 0.0), metavar=("YAW", "PITCH"), help="degrees away from the view"
    )
    shot.add_argument("--choose", type=int, metavar="NUMBER", help="hypothesis to highlight, from 1")
    shot.add_argument(
        "--do",
        nargs="*",
        default=(),
        metavar="COMMAND",
        help="commands to start before, by name (see handviz screenshots --commands)",
    )
    shot.add_argument("--hide", nargs="*", default=(), choices=("past", "middle", "future"), metavar="TIMESTEP")
    parser.set_defaults(run=run)


def _size(text: str) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; write for instance 1366x768") from None
    if not (400 <= width <= 8000 and 300 <= height <= 8000):
        raise argparse.ArgumentTypeError(f"{text} is outside 400x300 to 8000x8000")
    return width, height


def run(args: argparse.Namespace) -> int:
    """Open the window, or take its picture. Raises HandvizError."""
    from handviz.app.main import run as run_app
    from handviz.app.screenshot import ScreenshotOptions
    from handviz.errors import InputError
    from handviz.inference.worker_launch import WorkerSettings

    if not 1 <= args.hypotheses <= 200:
        raise InputError(f"{args.hypotheses} hypotheses were asked for; choose 1 to 200.")
    screenshot = None
    if args.screenshot is not None:
        screenshot = ScreenshotOptions(
            path=args.screenshot,
            size=args.size,
            hypotheses=args.hypotheses,
            seed=args.seed,
            box=tuple(args.box) if args.box else None,
            hand=args.hand,
            threshold=args.threshold,
            view=args.view,
            turn_degrees=tuple(args.turn),
            choose=args.choose,
            hide=tuple(args.hide),
            commands=tuple(args.do),
            top=args.top,
        )
    return run_app(
        args.files,
        screenshot,
        args.frame,
        WorkerSettings(args.device, args.weights, args.hand_model, args.predictor),
        args.theme,
    )
