"""Shards come back as they were written, and nothing damaged or hostile is taken for one."""

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handviz.datasets.sample import TRUTH_SHAPES, Sample
from handviz.datasets.shards import ShardDataset, read_shard, shard_path, write_description, write_shard
from handviz.errors import HandvizError


def _sample(seed: int, size: int = 24) -> Sample:
    rng = np.random.default_rng(seed)
    truth = {
        name: (rng.random(shape) > 0.5) if dtype is np.bool_ else rng.normal(size=shape).astype(dtype)
        for name, (shape, dtype) in TRUTH_SHAPES.items()
        if name != "motion_kind"
    }
    smooth = np.broadcast_to(np.linspace(0, 200, size)[:, None, None] + seed, (size, size, 3))
    return Sample(image=smooth.astype(np.uint8), motion_kind=seed % 6, **truth)


@pytest.fixture
def folder(tmp_path):
    write_description(tmp_path, {"kind": "test"})
    write_shard(shard_path(tmp_path, 0), [_sample(i) for i in range(5)])
    write_shard(shard_path(tmp_path, 1), [_sample(i) for i in range(5, 8)])
    return tmp_path


def test_samples_come_back(folder):
    dataset = ShardDataset(folder)
    assert len(dataset) == 8
    for index in range(8):
        written, read = _sample(index), dataset[index]
        for name, values in written.truth().items():
            np.testing.assert_array_equal(getattr(read, name), values, err_msg=name)
        assert np.abs(read.image.astype(int) - written.image).max() <= 3
        np.testing.assert_array_equal(read.image, dataset.image(index))
    arrays = dataset.arrays()
    assert {name: values.shape[1:] for name, values in arrays.items()} == {n: s for n, (s, _) in TRUTH_SHAPES.items()}
    with pytest.raises(IndexError):
        dataset[8]


def test_threads_read_the_same_pictures(folder):
    dataset = ShardDataset(folder)
    alone = [dataset.image(index) for index in range(8)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(dataset.image, list(range(8)) * 20))
    for index, picture in enumerate(together):
        np.testing.assert_array_equal(picture, alone[index % 8])


@pytest.mark.parametrize("keep", [0, 1, 30, 200, 0.5, 0.9, 0.999])
def test_truncated_shards_are_refused(folder, keep):
    path = shard_path(folder, 1)
    whole = path.read_bytes()
    path.write_bytes(whole[: keep if isinstance(keep, int) else int(len(whole) * keep)])
    with pytest.raises(HandvizError, match="shard-00001"):
        ShardDataset(folder)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_flipped_bytes_never_escape_as_other_errors(folder, data):
    whole = bytearray(shard_path(folder, 0).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    path = folder / "damaged.npz"
    path.write_bytes(whole)
    try:
        shard = read_shard(path)
        for index in range(len(shard)):
            assert shard.picture(index).ndim == 3
    except HandvizError as error:
        assert "damaged.npz" in str(error)


def _rewritten(folder, **changed):
    path = shard_path(folder, 0)
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files} | changed
    np.savez(path, **{name: values for name, values in arrays.items() if values is not None})
    return path


@pytest.mark.parametrize(
    "changed",
    [
        {"joints": None},
        {"joints": np.zeros((5, 3, 21, 3))},
        {"betas": np.full((5, 10), np.nan, np.float32)},
        {"offsets": np.array([0, 5, 4, 9, 12, 20], np.int64)},
        {"offsets": np.zeros(0, np.int64)},
        {"images_jpeg": np.zeros((4, 4), np.uint8)},
        {"visible": np.zeros((5, 20), bool)},
    ],
)
def test_malformed_arrays_are_refused(folder, changed):
    with pytest.raises(HandvizError, match="whole shard"):
        read_shard(_rewritten(folder, **changed))


def test_pickles_are_not_opened(folder):
    path = shard_path(folder, 0)
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive.files}
    arrays["betas"] = np.array([{"a": 1}] * 5, object)
    np.savez(path, **arrays)
    with pytest.raises(HandvizError):
        read_shard(path)


def test_a_picture_that_is_no_jpeg_is_refused(folder):
    png = b"\x89PNG\r\n\x1a\n" + bytes(50)
    offsets = np.linspace(0, 50, 6).astype(np.int64)
    path = _rewritten(folder, images_jpeg=np.frombuffer(png[:50], np.uint8), offsets=offsets)
    with pytest.raises(HandvizError, match="damaged"):
        read_shard(path).picture(0)


def test_compressed_shards_are_refused(folder):
    path = shard_path(folder, 0)
    with np.load(path) as archive:
        np.savez_compressed(path, **{name: archive[name] for name in archive.files})
    with pytest.raises(HandvizError, match="compressed"):
        read_shard(path)


@pytest.mark.parametrize("text", ["", "[]", '{"format": 99}', "{" * 5000, None])
def test_bad_descriptions_are_refused(folder, text):
    path = folder / "dataset.json"
    path.unlink()
    if text is not None:
        path.write_text(text)
    with pytest.raises(HandvizError, match=r"dataset\.json"):
        ShardDataset(folder)


def test_an_empty_dataset_says_what_to_do(tmp_path):
    write_description(tmp_path, {})
    with pytest.raises(HandvizError, match="handviz synthesize"):
        ShardDataset(tmp_path)


def test_shards_are_zip_files_without_compression(folder):
    with zipfile.ZipFile(shard_path(folder, 0)) as archive:
        assert all(member.compress_type == zipfile.ZIP_STORED for member in archive.infolist())
    assert json.loads((folder / "dataset.json").read_text())["format"] == 1
