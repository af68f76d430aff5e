"""MANO's pickle read without trusting it.

A pickle may call anything it can name. Here it can name only records kept in this module: whatever stands in the
file as a numpy array, a scipy.sparse matrix or a chumpy object is taken down as plain data and turned into arrays
afterwards, so that neither numpy, scipy nor chumpy is ever called by the file.
"""

import io
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from handviz.errors import ModelFileError

_MAX_BYTES = 1 << 28
_ADVICE = "give the MANO_RIGHT.pkl of mano.is.tue.mpg.de."
_KEYS = (
    "v_template",
    "shapedirs",
    "posedirs",
    "J_regressor",
    "weights",
    "kintree_table",
    "f",
    "hands_mean",
    "hands_components",
)


class _RefusedError(Exception):
    """The file asks for more than plain data."""


def read_mano_pickle(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a MANO .pkl file under its own names. Raises ModelFileError; runs nothing from the file."""
    path = Path(path)
    if path.stat().st_size > _MAX_BYTES:
        raise ModelFileError(f"{path} is larger than any MANO file; {_ADVICE}")
    try:
        content = _RecordUnpickler(io.BytesIO(path.read_bytes()), encoding="latin1").load()
        if not isinstance(content, dict):
            raise _RefusedError("it holds no dictionary")
        return {key: _resolve(content[key]) for key in _KEYS if key in content}
    except _RefusedError as error:
        raise ModelFileError(f"{path} was refused as a hand model: {error}; {_ADVICE}") from error
    # A damaged pickle can raise nearly anything, RecursionError and MemoryError included.
    except Exception as error:
        raise ModelFileError(f"{path} cannot be read as a MANO file ({type(error).__name__}); {_ADVICE}") from error


class _RecordUnpickler(pickle.Unpickler):
    """Hands out records instead of the classes and functions that a pickle names."""

    def __init__(self, file: io.BytesIO, encoding: str) -> None:
        super().__init__(file, encoding=encoding)
        # Made anew for each file: a pickle can set attributes on the classes it is given.
        self._admitted = _fresh_records()

    def find_class(self, module: str, name: str) -> Any:
        """The record of an admitted name; anything else is refused."""
        try:
            return self._admitted[module, name]
        except KeyError:
            raise _RefusedError(f"it asks for {module}.{name}") from None


class _Record:
    """What a pickle says about one object: the arguments it is made with and the state it is given."""

    kind = ""

    def __new__(cls, *arguments: Any) -> "_Record":
        record = super().__new__(cls)
        record.arguments = arguments
        record.state = None
        return record

    def __init__(self, *arguments: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        self.state = state


def _fresh_records() -> dict[tuple[str, str], Any]:
    def record(kind: str) -> type[_Record]:
        return type(f"_{kind.capitalize()}Record", (_Record,), {"kind": kind})

    chumpy, selection, dtype, array, scalar, sparse = map(
        record, ("chumpy", "selection", "dtype", "array", "scalar", "sparse")
    )
    buffered, plain = record("buffered"), record("object")

    def encode(text: str, encoding: str) -> bytes:
        if encoding not in ("latin1", "latin-1"):
            raise _RefusedError(f"it asks for the encoding {encoding!r:.40}")
        return text.encode("latin-1")

    def reconstruct(kind: Any, base: Any = None, state: Any = None) -> _Record:
        if not (isinstance(kind, type) and issubclass(kind, _Record)):
            raise _RefusedError("it rebuilds something unknown")
        return kind()

    admitted: dict[tuple[str, str], Any] = {
        ("chumpy.ch", "Ch"): chumpy,
        ("chumpy.reordering", "Select"): selection,
        ("numpy", "dtype"): dtype,
        ("numpy", "ndarray"): array,
        ("_codecs", "encode"): encode,
    }
    for module in ("numpy.core", "numpy._core"):
        admitted[f"{module}.multiarray", "_reconstruct"] = reconstruct
        admitted[f"{module}.multiarray", "scalar"] = scalar
        admitted[f"{module}.numeric", "_frombuffer"] = buffered
    for form in ("csc", "csr", "coo"):
        for module in (f"scipy.sparse.{form}", f"scipy.sparse._{form}"):
            admitted[module, f"{form}_matrix"] = type(f"_{form.capitalize()}Record", (sparse,), {"kind": form})
    for module in ("copy_reg", "copyreg"):
        admitted[module, "_reconstructor"] = reconstruct
    for module in ("__builtin__", "builtins"):
        admitted[module, "object"] = plain
        admitted[module, "set"] = record("set")
    return admitted


def _resolve(value: Any, depth: int = 0) -> np.ndarray:
    """The array that a record stands for."""
    if depth > 8:
        raise _RefusedError("its arrays are nested too deeply")
    if isinstance(value, int | float):
        return np.asarray(value)
    if not isinstance(value, _Record):
        raise _RefusedError(f"it has {type(value).__name__} where an array belongs")
    state = value.state
    if value.kind == "array":
        _, shape, dtype, fortran, data = state
        return _array(shape, dtype, "F" if fortran else "C", data)
    if value.kind == "buffered":
        data, dtype, shape, order = value.arguments
        return _array(shape, dtype, order, data)
    if not isinstance(state, dict):
        raise _RefusedError(f"its {value.kind} object has no contents")
    if value.kind == "chumpy":
        return _resolve(state["x"], depth + 1)
    if value.kind == "selection":
        source, indices = _resolve(state["a"], depth + 1), _resolve(state["idxs"], depth + 1)
        shape = state.get("preferred_shape")
        picked = source.ravel()[indices.ravel().astype(np.int64)]
        return picked.reshape(shape) if shape is not None else picked.reshape(indices.shape)
    if value.kind in ("csc", "csr", "coo"):
        return _dense(value.kind, state, depth)
    raise _RefusedError(f"it has a {value.kind} where an array belongs")


def _array(shape: Any, dtype: Any, order: str, data: Any) -> np.ndarray:
    if not (isinstance(dtype, _Record) and dtype.kind == "dtype" and isinstance(dtype.arguments[0], str)):
        raise _RefusedError("an array has no element type")
    code = dtype.arguments[0]
    if len(code) < 2 or code[0] not in "fiub" or code[1:] not in ("1", "2", "4", "8"):
        raise _RefusedError(f"an array holds elements of type {code!r:.20}")
    big_endian = isinstance(dtype.state, tuple) and len(dtype.state) > 1 and dtype.state[1] == ">"
    element = np.dtype((">" if big_endian else "<") + code)
    raw = data.encode("latin-1") if isinstance(data, str) else bytes(memoryview(data))
    if not isinstance(shape, tuple) or math.prod(shape) * element.itemsize != len(raw):
        raise _RefusedError("an array's size does not fit its data")
    return (
        np.frombuffer(raw, element).reshape(shape, order="F" if order == "F" else "C").astype(element.newbyteorder("="))
    )


def _dense(form: str, state: dict, depth: int) -> np.ndarray:
    """A sparse matrix written out; the indices are checked here, scipy's compiled code trusts them."""
    rows, columns = (int(_resolve(size, depth + 1)) for size in state.get("_shape", state.get("shape")))
    if not (0 < rows <= 10_000 and 0 < columns <= 10_000):
        raise _RefusedError("a sparse matrix has no sensible size")
    data = _resolve(state["data"], depth + 1).astype(np.float64).ravel()
    if form == "coo":
        row, column = (_resolve(state[key], depth + 1).astype(np.int64).ravel() for key in ("row", "col"))
    else:
        minor = _resolve(state["indices"], depth + 1).astype(np.int64).ravel()
        starts = _resolve(state["indptr"], depth + 1).astype(np.int64).ravel()
        major = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        row, column = (minor, major) if form == "csc" else (major, minor)
    if not (len(row) == len(column) == len(data)) or (row < 0).any() or (column < 0).any():
        raise _RefusedError("a sparse matrix is damaged")
    dense = np.zeros((rows, columns))
    np.add.at(dense, (row, column), data)
    return dense
