"""What a program and its window tell each other arrives whole, and whatever else arrives does no harm."""

import io
import json
import queue
import threading
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from synthetic import make_prediction

from handviz.app.caller_predictor import ENDED, CallerPredictor
from handviz.app.prediction_server import PredictionServer
from handviz.app.wire import Lines, messages
from handviz.errors import HandNotFoundError
from handviz.inference.events import Cancelled, Done, Failed, Progress, Ready, Started
from handviz.inference.protocol import ForeignPredictor

VALUES = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=20)


@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=8), VALUES, max_size=4), max_size=6))
def test_messages_come_out_as_they_went_in(sent: list[dict]) -> None:
    stream = io.BytesIO()
    for message in sent:
        stream.write(json.dumps(message).encode() + b"\n")
    assert list(messages(io.BytesIO(stream.getvalue()))) == sent


@given(st.binary(max_size=300))
def test_noise_is_passed_over(noise: bytes) -> None:
    stream = io.BytesIO(noise + b"\n" + b'{"do": "close"}\n')
    assert list(messages(stream))[-1] == {"do": "close"}


def test_nobody_who_reads_any_more_is_told_by_the_result() -> None:
    stream = io.BytesIO()
    lines = Lines(stream)
    assert lines.send(do="close") and stream.getvalue() == b'{"do": "close"}\n'
    stream.close()
    assert not lines.send(do="close")


class Ends:
    """A window's predictor and a program's, joined by queues in place of pipes."""

    def __init__(self, folder: Path, method) -> None:
        self.events: queue.Queue = queue.Queue()
        self.window = CallerPredictor(self.events.put, _Sender(self._to_program), folder, "mine")
        self.server = PredictionServer(ForeignPredictor(method, "mine"), _Sender(self._to_window), folder)

    def _to_program(self, message: dict) -> None:
        self.server.take(message)

    def _to_window(self, message: dict) -> None:
        self.window.answered(message)

    def until(self, kind: type):
        while not isinstance(event := self.events.get(timeout=30), kind):
            pass
        return event


class _Sender:
    def __init__(self, deliver) -> None:
        self._deliver = deliver

    def send(self, **message) -> bool:
        self._deliver(json.loads(json.dumps(message)))
        return True


IMAGE = np.arange(60 * 80 * 3, dtype=np.uint8).reshape(60, 80, 3)


def test_a_question_reaches_the_predictor_and_its_answer_the_window(tmp_path: Path) -> None:
    asked = []

    def method(image, box, intrinsics, hypotheses, progress):
        asked.append((image.copy(), box, intrinsics))
        progress(0.5, "half way")
        return make_prediction(hypotheses, 80, 60)

    ends = Ends(tmp_path, method)
    ends.window.start()
    assert ends.until(Ready).weights_name == "mine"
    camera = np.array([[70.0, 0, 40], [0, 70, 30], [0, 0, 1]])
    number = ends.window.submit(IMAGE, box=np.array([1, 2, 3, 4]), hypotheses=3, intrinsics=camera)
    assert ends.until(Started).id == number
    assert ends.until(Progress).message == "half way"
    done = ends.until(Done)
    np.testing.assert_array_equal(done.prediction.vertices, make_prediction(3, 80, 60).vertices)
    np.testing.assert_array_equal(asked[0][0], IMAGE)
    assert asked[0][1] == [1, 2, 3, 4]
    np.testing.assert_array_equal(asked[0][2], camera)
    ends.server.close()
    assert not list(tmp_path.iterdir()), "nothing is left behind"


def test_failures_are_sentences_and_no_hand_is_told_apart(tmp_path: Path) -> None:
    def method(image, seed):
        raise HandNotFoundError("No hand.") if seed else ValueError("odd")

    ends = Ends(tmp_path, method)
    ends.window.submit(IMAGE, seed=1)
    failed = ends.until(Failed)
    assert failed.hand_not_found and failed.message == "No hand."
    ends.window.submit(IMAGE, seed=0)
    failed = ends.until(Failed)
    assert not failed.hand_not_found and "odd" in failed.message and "test_wire.py" in failed.message
    ends.server.close()


def test_a_cancelled_question_gets_no_answer_and_the_next_one_does(tmp_path: Path) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def method(image, seed, progress):
        begun.set()
        go_on.wait(30)
        progress(0.1, "on")
        return make_prediction(seed, 80, 60)

    ends = Ends(tmp_path, method)
    first = ends.window.submit(IMAGE, seed=1)
    begun.wait(30)
    ends.window.cancel(first)
    assert ends.until(Cancelled).id == first
    second = ends.window.submit(IMAGE, seed=2)
    go_on.set()
    done = ends.until(Done)
    assert done.id == second and done.prediction.num_hypotheses == 2
    ends.server.close()


def test_what_was_asked_of_a_program_that_ended_fails(tmp_path: Path) -> None:
    events: queue.Queue = queue.Queue()
    window = CallerPredictor(events.put, _Sender(lambda message: None), tmp_path, "mine")
    number = window.submit(IMAGE)
    window.deserted()
    assert [event for event in events.queue if isinstance(event, Failed)] == [Failed(number, ENDED)]
    closed = io.BytesIO()
    closed.close()
    window = CallerPredictor(events.put, Lines(closed), tmp_path, "mine")
    number = window.submit(IMAGE)
    assert Failed(number, ENDED) in events.queue
