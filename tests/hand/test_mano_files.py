import importlib
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch

from handviz.errors import ModelFileError
from handviz.hand.hand_files import MANO_FINGERTIPS, read_hand_file
from handviz.hand.mano_files import read_mano_pickle
from handviz.hand.model import HandModel

from . import python2_pickle


@pytest.fixture
def mano_file(tmp_path):
    content, arrays = python2_pickle.made_up_mano()
    path = tmp_path / "MANO_RIGHT.pkl"
    path.write_bytes(content)
    return path, arrays


def test_the_made_up_file_really_is_a_chumpy_pickle(mano_file):
    """Otherwise the other tests would prove nothing."""
    content = mano_file[0].read_bytes()
    for name in (
        b"chumpy.ch\nCh",
        b"chumpy.reordering\nSelect",
        b"scipy.sparse.csc\ncsc_matrix",
        b"numpy.core.multiarray",
    ):
        assert name in content
    with pytest.raises(ModuleNotFoundError):
        pickle.loads(content, encoding="latin1")


def test_all_arrays_of_manos_layout_come_back(mano_file):
    path, arrays = mano_file
    read = read_mano_pickle(path)
    assert set(read) == set(arrays)
    for key, expected in arrays.items():
        np.testing.assert_allclose(read[key], expected, rtol=1e-12, err_msg=key)


def test_a_users_mano_poses(mano_file):
    path, arrays = mano_file
    model = HandModel.load(path)
    assert model.num_vertices == 778
    assert tuple(model.fingertip_vertices) == MANO_FINGERTIPS
    out = model(torch.eye(3).expand(2, 16, 3, 3), torch.zeros(2, 10))
    wrist = arrays["J_regressor"][0] @ arrays["v_template"]
    np.testing.assert_allclose(out.vertices[1].numpy(), arrays["v_template"] - wrist, atol=1e-6)
    np.testing.assert_allclose(out.joints[0, 0].numpy(), 0.0, atol=1e-7)
    np.testing.assert_allclose(out.joints[0, 4].numpy(), arrays["v_template"][744] - wrist, atol=1e-6)


def test_a_pickle_of_todays_python_is_read_as_well(tmp_path, mano_file):
    _, arrays = mano_file
    path = tmp_path / "mine.pkl"
    for protocol in range(6):
        path.write_bytes(pickle.dumps(arrays, protocol=protocol))
        read = read_mano_pickle(path)
        np.testing.assert_array_equal(read["posedirs"], arrays["posedirs"])


class _Call:
    """Pickles into a call of a function."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def _hostile(marker: str):
    array = np.zeros(3)
    yield "os.system", _Call(os.system, f"touch {marker}")
    yield "eval", _Call(eval, f"open({marker!r}, 'w')")
    yield "exec", _Call(exec, f"open({marker!r}, 'w')")
    yield "subprocess", _Call(subprocess.check_call, ["touch", marker])
    yield "open", _Call(open, marker, "w")
    yield "import", _Call(importlib.import_module, "antigravity")
    yield "getattr", _Call(getattr, "text", "format")
    yield "nested", {"v_template": [array, {"deep": _Call(_Call, _Call(os.system, f"touch {marker}"))}]}
    yield "as a key", {_Call(os.system, f"touch {marker}"): array}
    yield "numpy's own file reader", _Call(np.load, marker)
    yield "numpy's text writer", _Call(np.savetxt, marker, array)
    yield "another numpy function", _Call(np.fromfile, marker)


@pytest.mark.parametrize("index", range(12))
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_a_hostile_file_is_refused_and_runs_nothing(tmp_path, index, protocol):
    marker = tmp_path / "it_ran"
    _, payload = list(_hostile(str(marker)))[index]
    path = tmp_path / "MANO_RIGHT.pkl"
    path.write_bytes(pickle.dumps(payload, protocol=protocol))
    modules = set(sys.modules)
    with pytest.raises(ModelFileError, match=r"refused|cannot be read"):
        read_hand_file(path)
    assert not marker.exists()
    assert "antigravity" not in set(sys.modules) - modules


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'touch it_ran'\ntR.",
        b"c__builtin__\neval\n(S'1+1'\ntR.",
        b"\x80\x04\x8c\x0enumpy.core.multiarray\x8c\x10_reconstruct.__globals__\x93.",
        b"\x80\x04\x8c\x08builtins\x8c\x0fobject.__subclasses__\x93)R.",
        b"\x80\x02\x82\x01.",  # a code of copyreg's extension registry
        b"P0\n.",  # a persistent id
        b"\x80\x02cnumpy\ndtype\n(cos\nsystem\nX\x04\x00\x00\x00trueo.",
        b"",
        b"not a pickle",
        b"\x80\x02]" + b"]" * 100_000 + b".",
        b"\x80\x04" + b"\x8e" + (1 << 62).to_bytes(8, "little") + b".",
    ],
)
def test_handmade_bytes_end_in_one_sentence(tmp_path, content, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "MANO_RIGHT.pkl"
    path.write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        read_hand_file(path)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)
    assert not (tmp_path / "it_ran").exists()


def test_one_file_cannot_change_how_the_next_is_read(tmp_path, mano_file):
    """BUILD with a slot state sets attributes on the class it was given."""
    poison = b"\x80\x02cchumpy.ch\nCh\n(N}X\x0b\x00\x00\x00__setstate__cnumpy\ndtype\nstb."
    path = tmp_path / "poison.pkl"
    path.write_bytes(poison)
    with pytest.raises(ModelFileError):
        read_hand_file(path)
    np.testing.assert_allclose(read_mano_pickle(mano_file[0])["v_template"], mano_file[1]["v_template"])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"v_template": np.zeros((778, 2))}, "shape"),
        ({"weights": np.zeros((778, 16))}, "add up"),
        ({"posedirs": np.full((778, 3, 135), np.nan)}, "finite"),
        ({"f": np.full((10, 3), 778)}, "do not exist"),
        ({"kintree_table": np.zeros((2, 16), np.uint32)}, "order"),
        ({"J_regressor": np.zeros((16, 777))}, "shape"),
        ({"shapedirs": np.zeros((778, 3, 4))}, "shape"),
        ({"shapedirs": "text"}, "belongs"),
        ({"v_template": np.array([object()] * 3)}, "type|asks"),
    ],
)
def test_malformed_arrays_are_named(tmp_path, mano_file, damage, words):
    path = tmp_path / "MANO_RIGHT.pkl"
    path.write_bytes(pickle.dumps(mano_file[1] | damage))
    with pytest.raises(ModelFileError, match=words):
        read_hand_file(path)


def test_a_missing_key_is_named(tmp_path, mano_file):
    arrays = {key: value for key, value in mano_file[1].items() if key != "posedirs"}
    path = tmp_path / "MANO_RIGHT.pkl"
    path.write_bytes(pickle.dumps(arrays))
    with pytest.raises(ModelFileError, match="posedirs"):
        read_hand_file(path)


def test_an_npz_of_the_same_keys_is_read_and_pickles_inside_are_not(tmp_path, mano_file):
    arrays = mano_file[1]
    np.savez(tmp_path / "mine.npz", **arrays)
    np.testing.assert_allclose(read_hand_file(tmp_path / "mine.npz").arrays["posedirs"], arrays["posedirs"], rtol=1e-6)
    hostile = np.array([_Call(os.system, f"touch {tmp_path / 'it_ran'}")], dtype=object)
    np.savez(tmp_path / "hostile.npz", **(arrays | {"v_template": hostile}))
    with pytest.raises(ModelFileError):
        read_hand_file(tmp_path / "hostile.npz")
    assert not (tmp_path / "it_ran").exists()


@pytest.mark.parametrize("name", ["MANO_LEFT.pkl", "MANO_RIGHT.txt", "absent.npz"])
def test_other_files_are_refused_in_one_sentence(tmp_path, name):
    if name != "absent.npz":
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(ModelFileError, match=name.split(".")[0]):
        read_hand_file(tmp_path / name)
