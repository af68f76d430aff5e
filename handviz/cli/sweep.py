"""`handviz sweep`: how the hypotheses of one picture spread as it is blurred, as a table and a curve."""

import argparse
import sys
import time
from pathlib import Path

_DESCRIPTION = """\
Blur one sharp photo, or one moment of a video, in steps, predict each, and write OUT/sweep.csv (spread in mm by step,
joint and timestep) and OUT/sweep.png (the curve). The window's page "Blur sweep" does the same live."""
KINDS = ("line", "motion", "frames")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `sweep` to the command line."""
    parser = subparsers.add_parser(
        "sweep",
        help="how hypotheses spread as a picture is blurred",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("photo", type=Path, metavar="PHOTO", help="photo or video")
    parser.add_argument("--frame", type=int, default=0, metavar="N", help="moment of a video, from 0 (0)")
    parser.add_argument(
        "--kind",
        choices=KINDS,
        default="line",
        help="line: the whole picture moves straight on; motion: the hand alone, the way its hypotheses see it move; "
        "frames: neighbouring frames of the video are averaged (line)",
    )
    parser.add_argument(
        "--degrees", type=float, default=0.0, metavar="A", help="direction of the line: 0 to the right, 90 down (0)"
    )
    parser.add_argument("--longest", type=float, default=120.0, metavar="PX", help="blur of the last step, px (120)")
    parser.add_argument("--steps", type=int, default=9, metavar="S", help="pictures, the sharp one included (9)")
    parser.add_argument("--joints", nargs="*", default=None, metavar="NAME", help="lines in the curve (3 fastest)")
    parser.add_argument("--pictures", action="store_true", help="write the blurred pictures as well")
    parser.add_argument("--hypotheses", "-k", type=int, default=32, metavar="K", help="how many, 2 to 1000 (32)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the same seed gives the same answer (0)")
    parser.add_argument(
        "--box", type=float, nargs=4, metavar=("X", "Y", "W", "H"), help="the hand in pixels (found by itself)"
    )
    parser.add_argument("--hand", choices=("left", "right"), help="which hand it is (told by itself)")
    parser.add_argument("--out", type=Path, default=Path("sweep"), metavar="DIR", help="folder for the results (sweep)")
    parser.add_argument("--device", default="auto", metavar="D", help="auto, cpu or cuda (auto)")
    parser.add_argument("--weights", type=Path, metavar="DIR", help="folder of other weights")
    parser.add_argument(
        "--hand-model", metavar="FILE", help="another hand model, .npz or MANO's .pkl, or the word mano"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Sweep and write. Raises HandvizError."""
    from handviz.errors import InputError
    from handviz.files import make_folder
    from handviz.geometry.cameras import pinhole_intrinsics
    from handviz.geometry.skeleton import JOINT_NAMES
    from handviz.hypotheses.sweep import Sweep, measure
    from handviz.inference.arguments import check_request
    from handviz.inference.sweep_pictures import SweepPlan, read_source, sweep_pictures

    # Mistakes in the command show before the seconds of loading.
    check_request(args.hand, args.hypotheses, args.seed)
    if args.hypotheses < 2:
        raise InputError("One hypothesis has no spread; ask for 2 or more.")
    unknown = [name for name in args.joints or () if name not in JOINT_NAMES[1:]]
    if unknown:
        raise InputError(f"There is no joint {unknown[0]}; they are {', '.join(JOINT_NAMES[1:])}.")
    plan = SweepPlan(args.kind, args.longest, args.steps, args.degrees % 360.0)
    source = read_source(args.photo, args.frame, plan)
    make_folder(args.out)

    from handviz.inference.predictor import Predictor

    predictor = Predictor.load(args.device, args.weights, args.hand_model)
    height, width = source.sharp.shape[:2]
    intrinsics = pinhole_intrinsics(source.focal_px, width, height) if source.focal_px else None

    def predict(image, box, hand):
        return predictor.predict(image, box, hand, args.hypotheses, args.seed, intrinsics=intrinsics)

    begun = time.monotonic()
    sharp = predict(source.sharp, args.box, args.hand)
    sweep = Sweep(float(sharp.box[2:].max()), sharp.timesteps) + measure(sharp, 0.0, source.truth)
    total = len(source.images) // 2 + 1 if plan.kind == "frames" else plan.steps
    _report(sweep, 0.0, total, begun)
    if args.pictures:
        _write_picture(source.sharp, args.out / "blur-000.png")
    for blur_px, image in sweep_pictures(plan, source.images, sharp):
        # Only the blur may differ: the same place, the same side.
        sweep = sweep + measure(predict(image, sharp.box, sharp.hand), blur_px, source.truth)
        if args.pictures:
            _write_picture(image, args.out / f"blur-{round(blur_px):03d}.png")
        _report(sweep, blur_px, total, begun)
    _write(sweep, args)
    return 0


def _report(sweep, blur_px: float, total: int, begun: float) -> None:
    done = len(sweep.steps)
    left = (time.monotonic() - begun) / done * (total - done)
    rest = f" ({int(left) // 60}:{int(left) % 60:02d} left)" if done < total else ""
    spread = sweep.curve()[list(sweep.blur_px).index(blur_px)]
    print(f"[{done}/{total}] blur {blur_px:.0f} px: spread {spread:.1f} mm{rest}", file=sys.stderr, flush=True)


def _write_picture(image, path: Path) -> None:
    from PIL import Image

    from handviz.files import atomic_write

    with atomic_write(path) as file:
        Image.fromarray(image).save(file, "PNG")


def _write(sweep, args: argparse.Namespace) -> None:
    """The table and the curve, and the answer in words."""
    from handviz.app.main import prepare_environment
    from handviz.cli.terminal import table
    from handviz.geometry.skeleton import JOINT_NAMES

    prepare_environment(need_display=False)
    from handviz.app.sweep.chart import ChartContent, export_without_window, joint_label

    growths = sweep.growths()
    fastest = [growth.joint for growth in growths[:3]]
    joints = fastest if args.joints is None else [JOINT_NAMES.index(name) for name in args.joints]
    export_without_window(ChartContent(sweep, tuple(joints)), args.out / "sweep.csv")
    rows = [("joint", "as it is, mm", "blurred, mm", "per 10 px")]
    rows += [(joint_label(growth.joint), f"{growth.sharp_mm:.1f}", f"{growth.blurred_mm:.1f}",
              f"{growth.mm_per_10_px:+.2f}") for growth in growths]  # fmt: skip
    print(table(rows, right=(1, 2, 3)))
    curve = sweep.curve()
    print(f"All joints: {curve[0]:.1f} mm as it is, {curve[-1]:.1f} mm at {sweep.blur_px[-1]:.0f} px of blur.")
    print(f"Written: {args.out / 'sweep.csv'}, {args.out / 'sweep.png'}")
