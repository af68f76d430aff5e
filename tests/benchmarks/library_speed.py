"""Time a library of many cases: opening with its list, filters, the next case with its prediction, flags, merging.

python tests/benchmarks/library_speed.py [--cases N]
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "review"))

from made_hands import make_prediction, moving_hand
from review_cases import new_case

from handviz.hypotheses.case_figures import CaseFigures
from handviz.review.export import export_csv, export_json
from handviz.review.filters import CaseFilter
from handviz.review.merging import merge
from handviz.review.prediction_cache import PredictionCache
from handviz.review.store import Library


def milliseconds(act: Callable[[], object], times: int = 5) -> tuple[float, float]:
    """(median, longest) of a few runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken), max(taken)


def report(what: str, taken: tuple[float, float]) -> None:
    """One line of figures."""
    print(f"{what:58} {taken[0]:8.1f} ms, at most {taken[1]:.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1000)
    count = parser.parse_args().cases
    rng = np.random.default_rng(0)
    errors = [rng.uniform(5, 90, (3, 16)).round(1) for _ in range(count)]
    figures = [CaseFigures(rng.uniform(0, 1, 16).round(4), *values, spread_mm=20.0).to_json() for values in errors]
    prediction = make_prediction(np.stack([moving_hand(0.01 * k) for k in range(16)]))
    with tempfile.TemporaryDirectory() as folder:
        path, cache = Path(folder) / "hands.handviz", PredictionCache(Path(folder) / "cache")
        with Library.open(path, "ada") as library:
            keys = [f"{number:064x}" for number in range(count)]
            ids = library.add_cases(
                [new_case(number, figures=figures[number], prediction_key=keys[number]) for number in range(count)]
            )
            for key in keys[:50]:
                cache.put(key, prediction)
            library.add_flags(ids[::3], "wrong pose", note="too far away")
            library.set_verdicts(ids[::2], "reject")
        with Library.open(path, "grace") as other:
            other.set_verdicts(ids[::5], "accept")
        print(f"{count} cases, {path.stat().st_size / 1e6:.1f} MB")
        report("open the file and list all cases", milliseconds(lambda: opened(path)))
        with Library.open(path, "ada") as library:
            busy = CaseFilter(text="away", triage="large spread", kind="wrong pose", blur_px=(5, 40), sort="error")
            report("list with a filter of five conditions, sorted", milliseconds(lambda: library.cases(busy)))
            report("list sorted by annotator", milliseconds(lambda: library.cases(CaseFilter(sort="annotator"))))
            place = iter(range(1, 50))
            report(
                "next case and its prediction from the cache",
                milliseconds(lambda: cache.get(following(library, ids[next(place)])), 20),
            )
            report(
                "next unreviewed", milliseconds(lambda: library.next_unreviewed(CaseFilter(sort="blur"), ids[3]), 20)
            )
            report("flag a case, committed", milliseconds(lambda: library.add_flag(ids[5], "bad crop"), 50))
            report("undo, committed", milliseconds(library.undo, 50))
            report("see whether others changed something", milliseconds(library.change_stamp, 50))
            report("the same after they did", milliseconds(lambda: changed_elsewhere(path, library), 5))
            with Library.open(Path(folder) / "merged.handviz") as merged:
                report("merge all of it into a new library", milliseconds(lambda: merge(merged, path), 1))
                report("merge it once more", milliseconds(lambda: merge(merged, path), 1))
            report("export CSV", milliseconds(lambda: export_csv(library, Path(folder) / "out.csv"), 1))
            report("export JSON", milliseconds(lambda: export_json(library, Path(folder) / "out.json"), 1))


def opened(path: Path) -> None:
    """Open a library and list its cases."""
    with Library.open(path, "ada") as library:
        assert library.cases()


def following(library: Library, case_id: int) -> str:
    """The key of the next case's prediction."""
    case = library.next_matching(CaseFilter(), case_id)
    assert case is not None
    return case.prediction_key


def changed_elsewhere(path: Path, library: Library) -> None:
    """Change something in another window and notice it."""
    with Library.open(path, "grace") as other:
        other.add_flag(1, "ambiguous")
    library.change_stamp()


if __name__ == "__main__":
    main()
