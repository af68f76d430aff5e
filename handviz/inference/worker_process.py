"""The inside of the prediction worker: loads a Predictor, then answers one request after another.

Messages are tuples. From the client: ("predict", id, shape, arguments) followed by the image's bytes, ("cancel", id),
("close",). To the client: ("ready", device, weights, hand model), ("refused", message), ("progress", id, fraction,
message), ("done", id, prediction, seconds), ("failed", id, message, hand_not_found), ("cancelled", id).
"""

import os
import signal
import time
from contextlib import suppress
from multiprocessing.connection import Connection

import numpy as np

from handviz.errors import HandNotFoundError, HandvizError


class _CancelledError(Exception):
    pass


def serve(connection: Connection, device: str, weights: str | None, hand_model: str | None) -> None:
    """Run until the client closes or vanishes."""
    # Ctrl+C in a terminal reaches every process; it is the client that decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError, AttributeError):
        os.nice(5)  # the window comes first
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            from handviz.inference.predictor import Predictor

            predictor = Predictor.load(device, weights, hand_model)
        except HandvizError as error:
            connection.send(("refused", str(error)))
            return
        except (ImportError, OSError, RuntimeError) as error:
            connection.send(("refused", f"The networks cannot run here ({error}); see handviz doctor."))
            return
        known = predictor.provenance
        connection.send(("ready", known["device"], known["weights"], known["hand_model"]))
        while True:
            message = connection.recv()
            if message[0] == "close":
                return
            if message[0] == "predict":
                _answer(connection, predictor, *message[1:])


def _answer(connection: Connection, predictor: object, request: int, shape: tuple[int, ...], arguments: dict) -> None:
    image = np.frombuffer(connection.recv_bytes(), np.uint8).reshape(shape)
    start = time.perf_counter()

    def progress(fraction: float, message: str) -> None:
        while connection.poll():
            order = connection.recv()
            if order[0] == "close":
                raise EOFError
            if order[:2] == ("cancel", request):
                raise _CancelledError
        connection.send(("progress", request, fraction, message))

    try:
        prediction = predictor.predict(image, **arguments, progress=progress)
        connection.send(("done", request, prediction, time.perf_counter() - start))
    except _CancelledError:
        connection.send(("cancelled", request))
    except HandvizError as error:
        connection.send(("failed", request, str(error), isinstance(error, HandNotFoundError)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:  # one photo's trouble must not take the worker from the others
        connection.send(("failed", request, f"The prediction failed ({type(error).__name__}: {error}).", False))
