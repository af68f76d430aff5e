"""Datasets of rendered photographs, written shard by shard by several processes; a killed run goes on where it was."""

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from handviz.datasets.sample import TRUTH_SHAPES, Sample
from handviz.datasets.shards import read_description, read_shard, shard_path, write_description, write_shard
from handviz.errors import InputError
from handviz.synthesis.config import GENERATOR_VERSION, MOTION_KINDS, SynthesisConfig

SHARD_SAMPLES = 500


@dataclass(frozen=True)
class Progress:
    """How far a run has come: samples on disk, samples wanted, samples made per second by this run."""

    done: int
    wanted: int
    per_second: float

    @property
    def seconds_left(self) -> float:
        """Estimate; infinite before the first shard."""
        return (self.wanted - self.done) / self.per_second if self.per_second else float("inf")


def generate(
    folder: Path,
    config: SynthesisConfig,
    seed: int,
    count: int,
    workers: int = 1,
    report: Callable[[Progress], None] | None = None,
) -> None:
    """Write samples 0..count-1 of `seed` to folder; shards that are there and whole are kept.

    Sample i lies in shard i // SHARD_SAMPLES, so the same call with a larger count extends a dataset. Raises InputError
    when the folder holds a dataset of another seed or configuration.
    """
    folder = Path(folder)
    _describe(folder, config, seed)
    shards = [
        (order, first, min(first + SHARD_SAMPLES, count)) for order, first in enumerate(range(0, count, SHARD_SAMPLES))
    ]
    missing = [shard for shard in shards if not _whole(shard_path(folder, shard[0]), shard[2] - shard[1])]
    done = count - sum(last - first for _, first, last in missing)
    made, start = 0, time.monotonic()
    if report:
        report(Progress(done, count, 0.0))
    jobs = [(str(folder), config, seed, *shard) for shard in missing]
    for length in _run(jobs, min(workers, len(jobs))):
        made += length
        if report:
            report(Progress(done + made, count, made / (time.monotonic() - start)))


def _run(jobs: list[tuple], workers: int):
    if workers <= 1:
        _single_thread()
        yield from map(_write_one, jobs)
        return
    # Workers start afresh: a GL context and torch's threads do not survive a fork.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_single_thread) as pool:
        waiting = [pool.submit(_write_one, job) for job in jobs]
        try:
            for finished in as_completed(waiting):
                yield finished.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _single_thread() -> None:
    """One core per worker; it must be said before the driver and torch start."""
    os.environ["LP_NUM_THREADS"] = "0"
    os.environ["OMP_NUM_THREADS"] = "1"


_synthesizers: dict[SynthesisConfig, object] = {}


def _write_one(job: tuple) -> int:
    """Make and write one shard; its number of samples."""
    from handviz.synthesis.synthesizer import Synthesizer

    folder, config, seed, order, first, last = job
    if config not in _synthesizers:
        _synthesizers[config] = Synthesizer(config)
    synthesizer = _synthesizers[config]
    samples = [as_sample(synthesizer.sample(seed, index)) for index in range(first, last)]
    write_shard(shard_path(Path(folder), order), samples)
    return len(samples)


def as_sample(drawn) -> Sample:
    """A SynthSample as the datasets' Sample."""
    values = {name: getattr(drawn, name) for name in ("image", *TRUTH_SHAPES)}
    return Sample(**values | {"motion_kind": MOTION_KINDS.index(drawn.motion_kind)})


def _describe(folder: Path, config: SynthesisConfig, seed: int) -> None:
    from handviz.hand.model import HandModel

    # What a sample depends on: where the recordings lie does not matter, whether they were there does.
    settings = {**asdict(replace(config, enrich=None)), "enriched": config.enrich is not None}
    settings.pop("enrich")
    wanted = {
        "kind": "synthesis",
        "generator": GENERATOR_VERSION,
        "seed": seed,
        "config": settings,
        "hand_sha256": HandModel.load().sha256,
        "samples_per_shard": SHARD_SAMPLES,
        "motion_kinds": list(MOTION_KINDS),
    }
    if (folder / "dataset.json").exists():
        found = read_description(folder)
        differing = sorted(key for key in wanted if found.get(key) != wanted[key])
        if differing:
            raise InputError(f"{folder} holds another dataset ({', '.join(differing)} differ); choose another folder.")
        return
    write_description(folder, wanted)


def _whole(path: Path, length: int) -> bool:
    if not path.exists():
        return False
    try:
        return len(read_shard(path)) == length
    except InputError:
        return False
