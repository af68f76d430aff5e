"""What blur estimate and suspicions are worth, and how fast triage is: python tests/benchmarks/triage.py [WEIGHTS]

On 400 rendered crops whose skins and backgrounds no training sample shows, made once into the cache: the rank
correlation of each blur estimate with the true blur; how well each suspicion tells the cases in which no kept
hypothesis is near the truth (AUC: 0.5 is chance, 1 is certainty); the counts of outcomes; and the time triage takes.
"""

import sys
import time
from pathlib import Path

import numpy as np
from scipy.stats import rankdata, spearmanr

from handviz import Prediction, Predictor
from handviz.casework.building import case_figures
from handviz.datasets.generation import generate
from handviz.datasets.shards import ShardDataset
from handviz.geometry.cameras import CROP_SCALE, pinhole_intrinsics
from handviz.hypotheses.case_figures import CaseFigures
from handviz.hypotheses.triage import OUTCOMES, TriageSettings, TriageTable
from handviz.resources import cache_dir
from handviz.synthesis.config import TEST_V1_SEED, SynthesisConfig

COUNT, SIZE = 400, 192
TOLERANCES_MM = (20.0, 30.0, 40.0)


def samples() -> ShardDataset:
    folder = cache_dir() / "benchmark-triage"
    generate(folder, SynthesisConfig(size=SIZE, split="test-v1"), TEST_V1_SEED, COUNT, 1, lambda progress: None)
    return ShardDataset(folder)


def predict(predictor: Predictor, image: np.ndarray, crop_focal: float) -> Prediction:
    """Hypotheses of a whole crop, as if it were a photo with the box in its middle."""
    side = SIZE / CROP_SCALE
    box = ((SIZE - side) / 2, (SIZE - side) / 2, side, side)
    return predictor.predict(image, box, "right", intrinsics=pinhole_intrinsics(crop_focal * SIZE, SIZE, SIZE))


def auc(values: np.ndarray, bad: np.ndarray) -> float:
    """How often a bad case has the larger value than a good one; 0.5 where one kind is missing."""
    if bad.all() or not bad.any():
        return 0.5
    ranks = rankdata(values)
    return float((ranks[bad].sum() - bad.sum() * (bad.sum() + 1) / 2) / (bad.sum() * (~bad).sum()))


def main() -> None:
    dataset = samples()
    truth = dataset.arrays()
    predictor = Predictor.load("cpu", Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    found: list[CaseFigures] = []
    for index in range(len(truth["blur_px"])):
        prediction = predict(predictor, np.asarray(dataset.image(index)), float(truth["crop_focal"][index]))
        found.append(case_figures(prediction, truth["joints"][index]))
    blur = truth["blur_px"].astype(float)
    print("blur, px of a 256 px crop")
    for name, field in (("told from the photo", "blur_crop_px"), ("path of the hypotheses", "path_crop_px")):
        told = np.array([getattr(case, field) for case in found])
        print(
            f"  {name:24} Spearman {spearmanr(told, blur).statistic:5.2f}, mean error {np.abs(told - blur).mean():4.1f}"
        )
    settings = TriageSettings()
    table = TriageTable(found)
    outcomes = table.outcomes(settings)
    bad = outcomes != [reason.name for reason in OUTCOMES].index("handled")
    print(f"not handled at {settings.tolerance_mm:g} mm: {bad.mean():.0%}; AUC of each suspicion, and its upper fifth")
    for name, values in (
        ("large_spread", [case.spread_mm for case in found]),
        ("off_joints", [case.off_joints_px for case in found]),
        ("several_motions", [case.motions for case in found]),
        ("low_score", [-case.score.max() for case in found]),
    ):
        numbers = np.array(values, float)
        print(f"  {name:24} {auc(numbers, bad):.2f}, {abs(np.quantile(numbers, 0.8)):.2f}")
    for tolerance in TOLERANCES_MM:
        counts = table.counts(TriageSettings(tolerance_mm=tolerance))
        print(f"  {tolerance:g} mm: " + ", ".join(f"{counts[reason.name]} {reason.name}" for reason in OUTCOMES))
    thousand = (found * 3)[:1000]
    texts = [case.to_json() for case in thousand]
    start = time.perf_counter()
    table = TriageTable([CaseFigures.from_json(text) for text in texts])
    read = time.perf_counter()
    for threshold in np.linspace(0, 1, 20):
        table.counts(TriageSettings(keep="threshold", threshold=float(threshold)))
    counted = time.perf_counter()
    table.reasons(settings)
    told = time.perf_counter()
    print(
        f"1,000 cases: figures read in {1e3 * (read - start):.0f} ms once, "
        f"counts {1e3 * (counted - read) / 20:.1f} ms, reasons {1e3 * (told - counted):.1f} ms a change"
    )


if __name__ == "__main__":
    main()
