"""A prediction survives its file, and nothing else is taken for one."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handviz.errors import InputError
from handviz.hypotheses.prediction import Prediction


def make_prediction(k: int = 4, v: int = 12) -> Prediction:
    rng = np.random.default_rng(0)

    def draw(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(np.float32)

    return Prediction(
        vertices=draw(k, 3, v, 3), joints=draw(k, 3, 21, 3), joints_2d=draw(k, 3, 21, 2), mu=draw(k), nu=draw(k),
        score=rng.random(k).astype(np.float32), global_orient=draw(k, 3, 3), hand_pose=draw(k, 3, 45),
        betas=draw(k, 10), translation=draw(k, 3, 3), faces=np.array([[0, 1, 2], [2, 3, 4]]), intrinsics=np.eye(3),
        box=np.array([1, 2, 3, 4]), hand="left", provenance={"weights": "test", "seed": "7"},
    )  # fmt: skip


def test_save_and_load_give_the_same(tmp_path: Path) -> None:
    prediction = make_prediction()
    path = tmp_path / "photo.npz"
    prediction.save(path)
    again = Prediction.load(path)
    for name in (
        "vertices",
        "joints",
        "joints_2d",
        "mu",
        "nu",
        "score",
        "global_orient",
        "hand_pose",
        "betas",
        "faces",
    ):
        np.testing.assert_array_equal(getattr(again, name), getattr(prediction, name))
    assert (again.hand, again.timesteps, again.provenance) == (
        prediction.hand,
        prediction.timesteps,
        prediction.provenance,
    )
    assert list(tmp_path.iterdir()) == [path]


def test_subset_by_mask_keeps_the_rest_of_the_fields() -> None:
    prediction = make_prediction()
    kept = prediction.subset(np.array([True, False, True, False]))
    assert kept.num_hypotheses == 2
    np.testing.assert_array_equal(kept.score, prediction.score[[0, 2]])
    np.testing.assert_array_equal(kept.faces, prediction.faces)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"vertices": np.zeros((4, 3, 12, 2))}, "vertices"),
        ({"joints": np.zeros((3, 3, 21, 3))}, "joints"),
        ({"faces": np.array([[0, 1, 99]])}, "faces"),
        ({"faces": np.array([[0, 1, -1]])}, "faces"),
        ({"score": np.array([0, 1, np.nan, 1])}, "score"),
        ({"mu": np.array(["a", "b", "c", "d"])}, "mu"),
        ({"hand": "both"}, "hand"),
        ({"timesteps": ("past",)}, "timestep"),
    ],
)
def test_ill_shaped_fields_are_refused_by_name(change: dict, word: str) -> None:
    prediction = make_prediction()
    fields = {name: getattr(prediction, name) for name in prediction.__dataclass_fields__}
    with pytest.raises(InputError, match=word):
        Prediction(**{**fields, **change})


def test_a_pickle_inside_is_never_opened(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple:
            return (Path.touch, (tmp_path / "sprung",))

    path = tmp_path / "trap.npz"
    np.savez(path, vertices=np.array([Trap()], dtype=object), format=np.frombuffer(b"handviz-prediction", np.uint8))
    with pytest.raises(InputError, match=r"trap\.npz"):
        Prediction.load(path)
    assert not (tmp_path / "sprung").exists()


def test_a_small_file_that_unpacks_to_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, vertices=np.zeros(100_000_000, np.uint8))
    assert path.stat().st_size < 200_000
    with pytest.raises(InputError, match="unpacks to far more"):
        Prediction.load(path)


def test_a_newer_format_says_update(tmp_path: Path) -> None:
    path = tmp_path / "new.npz"
    np.savez(path, format=np.frombuffer(b"handviz-prediction", np.uint8), format_version=np.int32(99))
    with pytest.raises(InputError, match="newer"):
        Prediction.load(path)


@pytest.fixture(scope="module")
def saved_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("prediction") / "p.npz"
    make_prediction(k=1, v=5).save(path)
    return path.read_bytes()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 1), where=st.floats(0, 1), value=st.integers(0, 255), junk=st.binary(max_size=64))
def test_damaged_files_raise_input_error_only(
    tmp_path: Path, saved_bytes: bytes, cut: float, where: float, value: int, junk: bytes
) -> None:
    damaged = bytearray(saved_bytes[: int(cut * len(saved_bytes))])
    if damaged:
        damaged[int(where * (len(damaged) - 1))] = value
    path = tmp_path / "damaged.npz"
    for content in (bytes(damaged), junk):
        path.write_bytes(content)
        try:
            Prediction.load(path)
        except InputError as error:
            assert "damaged.npz" in str(error)


def test_a_failed_save_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.npz"
    make_prediction().save(path)
    before = path.read_bytes()

    def full(file: io.IOBase, **_: np.ndarray) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(InputError, match="disk is full"):
        make_prediction().save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
