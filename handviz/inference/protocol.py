"""Predictors that are not ours: what they must offer, how they are found by name, and what their answers may be."""

import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from handviz.errors import HandvizError, InputError
from handviz.hypotheses.foreign import as_prediction, for_photo
from handviz.hypotheses.prediction import Prediction


@runtime_checkable
class PredictorLike(Protocol):
    """What the window asks of a network: handviz.Predictor is one, and so is any object with this method.

    A predictor may take fewer arguments: only those that its signature names are handed over. It may return a dict of
    arrays in place of a Prediction: vertices (K, T, V, 3) in metres, camera coordinates, faces (F, 3), and whatever
    else handviz.prediction_from_meshes takes.
    """

    def predict(
        self,
        image: np.ndarray,
        box: Sequence[float] | None = None,
        hand: str | None = None,
        hypotheses: int = 16,
        seed: int = 0,
        *,
        intrinsics: np.ndarray | None = None,
        progress: Callable[[float, str], None] | None = None,
    ) -> Prediction | Mapping[str, Any]:
        """Hypotheses of the hand in image (H, W, 3) uint8 RGB.

        box (x, y, w, h) px, drawn by hand, None where the predictor is to find the hand. hand "left", "right" or None
        where nobody chose. hypotheses K. intrinsics (3, 3) px where the photo tells them. progress(fraction, message)
        may be called on the way; it raises when the prediction was cancelled.
        """
        ...


class ForeignPredictor:
    """Any PredictorLike, or a function like its method, called as handviz.Predictor is, with all it raises made a
    sentence."""

    def __init__(self, predictor: object, name: str) -> None:
        """Raises InputError when predictor cannot predict."""
        method = getattr(predictor, "predict", predictor)
        if not callable(method):
            raise InputError(f"{name} gave a {type(predictor).__name__}, which has no method predict(image, ...).")
        self.name = name
        self.device = str(getattr(predictor, "device", "") or "own device")
        self._method = method
        try:
            parameters = inspect.signature(method).parameters.values()
        except (TypeError, ValueError):
            self._accepts: set[str] | None = set()
        else:
            self._accepts = {parameter.name for parameter in parameters}
            if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
                self._accepts = None

    def predict(self, image: np.ndarray, **arguments: Any) -> Prediction:
        """The Prediction that its answer stands for. Raises HandvizError."""
        height, width = image.shape[:2]
        if self._accepts is not None:
            given = {name: value for name, value in arguments.items() if name in self._accepts}
        else:
            given = arguments
        try:
            answer = self._method(image, **given)
        except HandvizError:
            raise
        except Exception as error:
            raise InputError(told(error, f"{self.name} failed on this picture")) from error
        return for_photo(as_prediction(answer, (width, height)), width, height, arguments.get("intrinsics"))


def load_predictor(name: str) -> ForeignPredictor:
    """The predictor that "package.module:factory" or "file.py:factory" names.

    factory is called without arguments and returns the predictor; it may also be the predictor itself. Raises
    InputError with a sentence for whatever goes wrong.
    """
    where, colon, what = name.rpartition(":")
    if not colon or not where or not what:
        raise InputError(f"{name} names no predictor; write package.module:factory or file.py:factory.")
    try:
        module = _module_of_file(Path(where)) if where.endswith(".py") else importlib.import_module(where)
    except ModuleNotFoundError as error:
        if error.name and where.startswith(error.name):
            raise InputError(
                f"There is no module {where}; start handviz in its folder, or install it beside handviz."
            ) from error
        raise InputError(told(error, f"{where} cannot be imported")) from error
    except (Exception, SystemExit) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(told(error, f"{where} cannot be imported")) from error
    # A path is long; whoever gave it knows where the file lies.
    short = f"{Path(where).name}:{what}" if where.endswith(".py") else name
    factory: object = module
    for part in what.split("."):
        factory = getattr(factory, part, None)
        if factory is None:
            raise InputError(f"{where} has no {what}; check the name behind the colon.")
    if hasattr(factory, "predict") and not isinstance(factory, type):
        return ForeignPredictor(factory, short)
    if not callable(factory):
        raise InputError(f"{short} is a {type(factory).__name__}; name a function or class that makes the predictor.")
    try:
        predictor = factory()
    except HandvizError:
        raise
    except (Exception, SystemExit) as error:
        raise InputError(told(error, f"{short} could not be made")) from error
    return ForeignPredictor(predictor, short)


def told(error: BaseException, what: str) -> str:
    """A sentence about an error in another person's code, with its place; the traceback goes to the terminal."""
    traceback.print_exception(error)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_file()]
    place = f", {Path(frames[-1].filename).name} line {frames[-1].lineno}" if frames else ""
    message = " ".join(str(error).split())[:300]
    return f"{what} ({type(error).__name__}{': ' if message else ''}{message}{place}); details are in the terminal."


def _module_of_file(path: Path) -> Any:
    if not path.is_file():
        raise InputError(f"There is no file {path}; check the name in front of the colon.")
    specification = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(specification)
    # What lies beside the file can be imported by it, as if it had been started.
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules.setdefault(path.stem, module)
    specification.loader.exec_module(module)
    return module
