"""The inside of the prediction worker: loads a predictor, then answers one request after another.

Messages are tuples. From the client: ("predict", id, shape, arguments) followed by the image's bytes, ("cancel", id),
("close",). To the client: ("ready", device, weights, hand model, provenance), ("refused", message), ("progress", id,
fraction, message), ("done", id, prediction, seconds), ("failed", id, message, hand_not_found), ("cancelled", id).
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from multiprocessing.connection import Connection

import numpy as np

from handviz.errors import HandNotFoundError, HandvizError
from handviz.inference.worker_launch import WorkerSettings, connection_of


class _CancelledError(BaseException):
    """Not an Exception, which another person's predictor may well swallow."""


def main(arguments: list[str]) -> None:
    """Serve the program that started this process: arguments are its handle of a connection, and its order."""
    connection = connection_of(int(arguments[0]))
    order = json.loads(arguments[1])
    sys.path.extend(path for path in order["path"] if path not in sys.path)
    # The standard output belongs to the program, which may be writing a table to it.
    os.dup2(2, 1)
    serve(connection, WorkerSettings(**order["settings"]))


def serve(connection: Connection, settings: WorkerSettings) -> None:
    """Run until the client closes or vanishes."""
    # Ctrl+C in a terminal reaches every process; it is the client that decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError, AttributeError):
        os.nice(5)  # the window comes first
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            predictor, known = _load(settings)
        except HandvizError as error:
            connection.send(("refused", str(error)))
            return
        except (ImportError, OSError, RuntimeError) as error:
            connection.send(("refused", f"The networks cannot run here ({error}); see handviz doctor."))
            return
        connection.send(("ready", known["device"], known["weights"], known.get("hand_model", ""), known))
        while True:
            message = connection.recv()
            if message[0] == "close":
                return
            if message[0] == "predict":
                _answer(connection, predictor, *message[1:])


def _load(settings: WorkerSettings) -> tuple[object, dict[str, str]]:
    """The predictor, and the provenance of its predictions: device, weights, hand model, or what another one tells."""
    if settings.predictor is not None:
        from handviz.inference.protocol import load_predictor

        foreign = load_predictor(settings.predictor)
        return foreign, {"device": foreign.device, "weights": foreign.name, "predictor": settings.predictor}
    from handviz.inference.predictor import Predictor

    predictor = Predictor.load(settings.device, settings.weights, settings.hand_model)
    return predictor, predictor.provenance


def _answer(connection: Connection, predictor: object, request: int, shape: tuple[int, ...], arguments: dict) -> None:
    image = np.frombuffer(connection.recv_bytes(), np.uint8).reshape(shape)
    start = time.perf_counter()

    def progress(fraction: float, message: str) -> None:
        while connection.poll():
            order = connection.recv()
            if order[0] == "close":
                sys.exit()
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


if __name__ == "__main__":
    main(sys.argv[1:])
