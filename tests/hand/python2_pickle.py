"""Writes pickles as Python 2 with chumpy and old numpy and scipy did, to make up files of MANO's exact layout."""

import io
import pickle
import struct
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import numpy as np
import scipy.sparse

_OLD_NAMES = {
    "numpy._core.multiarray": "numpy.core.multiarray",
    "scipy.sparse._csc": "scipy.sparse.csc",
}


class _Python2Pickler(pickle._Pickler):
    """Protocol 2 with byte strings for text and array data, and the module names of that time."""

    dispatch: ClassVar[dict] = dict(pickle._Pickler.dispatch)

    def _save_string(self, text: str | bytes) -> None:
        data = text if isinstance(text, bytes) else text.encode("latin-1")
        self.write(b"T" + struct.pack("<i", len(data)) + data)
        self.memoize(text)

    dispatch[str] = dispatch[bytes] = _save_string

    def save_global(self, obj: object, name: str | None = None) -> None:
        module = _OLD_NAMES.get(getattr(obj, "__module__", ""), "")
        if module:
            self.write(b"c" + f"{module}\n{name or obj.__name__}\n".encode())
            self.memoize(obj)
        else:
            super().save_global(obj, name)

    dispatch[type] = save_global
    dispatch[types.FunctionType] = save_global


def dumps(content: object) -> bytes:
    buffer = io.BytesIO()
    _Python2Pickler(buffer, protocol=2).dump(content)
    return buffer.getvalue()


@contextmanager
def chumpy() -> Iterator[tuple[type, type]]:
    """Classes that pickle under the names chumpy.ch.Ch and chumpy.reordering.Select, for as long as they are needed."""

    class Ch:
        def __init__(self, x: np.ndarray) -> None:
            self.x = x
            self._dirty_vars = {"x"}

    class Select(Ch):
        def __init__(self, a: Ch, idxs: np.ndarray, preferred_shape: tuple[int, ...]) -> None:
            self.a, self.idxs, self.preferred_shape = a, idxs, preferred_shape

    modules = {name: types.ModuleType(name) for name in ("chumpy", "chumpy.ch", "chumpy.reordering")}
    for cls, module in ((Ch, "chumpy.ch"), (Select, "chumpy.reordering")):
        cls.__module__, cls.__qualname__ = module, cls.__name__
        setattr(modules[module], cls.__name__, cls)
    sys.modules.update(modules)
    try:
        yield Ch, Select
    finally:
        for name in modules:
            del sys.modules[name]


def made_up_mano(seed: int = 0) -> tuple[bytes, dict[str, np.ndarray]]:
    """A file of MANO's exact layout with made-up numbers, and the arrays it should give."""
    rng = np.random.default_rng(seed)
    count = 778
    weights = rng.random((count, 16)) ** 8
    regressor = rng.random((16, count)) * (rng.random((16, count)) < 0.05)
    regressor /= regressor.sum(1, keepdims=True)
    parents = [4294967295, 0, 1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0, 13, 14]
    arrays = {
        "v_template": rng.normal((0.09, 0.0, 0.0), 0.05, (count, 3)),
        "shapedirs": rng.normal(0.0, 0.002, (count, 3, 10)),
        "posedirs": rng.normal(0.0, 0.0005, (count, 3, 135)),
        "J_regressor": regressor,
        "weights": weights / weights.sum(1, keepdims=True),
        "kintree_table": np.array([parents, list(range(16))], np.uint32),
        "f": rng.integers(0, count, (1538, 3)).astype(np.uint32),
        "hands_mean": rng.normal(0.0, 0.3, 45),
        "hands_components": np.linalg.qr(rng.normal(size=(45, 45)))[0],
    }
    with chumpy() as (ch, select):
        content: dict[str, object] = dict(arrays)
        # MANO keeps the first ten of more shape components through a chumpy selection.
        wide = rng.normal(size=(count, 3, 16))
        wide[..., :10] = arrays["shapedirs"]
        chosen = np.arange(wide.size).reshape(wide.shape)[..., :10].ravel()
        content["shapedirs"] = select(ch(wide), chosen, (count, 3, 10))
        content["v_template"] = ch(arrays["v_template"])
        content["posedirs"] = np.asfortranarray(arrays["posedirs"])
        content["J_regressor"] = scipy.sparse.csc_matrix(regressor)
        content["bs_style"], content["bs_type"] = "lbs", "lrotmin"
        content["J"] = regressor @ arrays["v_template"]
        content["hands_coeffs"] = rng.normal(size=(1554, 45))
        return dumps(content), arrays
