"""The worker answers in order, stays killable, and comes back with its queue."""

import os
import queue
import signal
import time

import numpy as np
import pytest

from handviz.errors import InputError
from handviz.inference.events import Cancelled, Done, Failed, Progress, Ready, Started, WorkerDied
from handviz.inference.worker import PredictionClient

BOX = (40.0, 30.0, 60.0, 60.0)


class Listener:
    """Collects events and waits for the one that is wanted; raises on some, which must do no harm."""

    def __init__(self):
        self.queue = queue.Queue()
        self.seen = []

    def __call__(self, event):
        self.queue.put(event)
        if isinstance(event, Progress):
            raise RuntimeError("a listener's own trouble")

    def until(self, kind, timeout=90.0, **values):
        deadline = time.monotonic() + timeout
        while True:
            event = self.queue.get(timeout=max(0.01, deadline - time.monotonic()))
            self.seen.append(event)
            if isinstance(event, kind) and all(getattr(event, name) == value for name, value in values.items()):
                return event


@pytest.fixture(scope="module")
def listener():
    return Listener()


@pytest.fixture(scope="module")
def client(tiny_weights, listener):
    client = PredictionClient(listener, device="cpu", weights=tiny_weights)
    client.start()
    yield client
    client.close()


def alive(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def kill(client):
    os.kill(client._process.pid, signal.SIGKILL)


def test_answers_like_the_predictor_and_in_order(client, listener, predictor, noise_image):
    ids = [client.submit(noise_image, box=BOX, hand="left", hypotheses=3, seed=seed) for seed in (4, 5)]
    ready = listener.until(Ready)  # this is the first test to use the client
    assert (ready.device, ready.hand_model_name) == ("cpu", predictor.provenance["hand_model"])
    for request, seed in zip(ids, (4, 5), strict=True):
        listener.until(Started, id=request)
        done = listener.until(Done, id=request)
        expected = predictor.predict(noise_image, box=BOX, hand="left", hypotheses=3, seed=seed)
        np.testing.assert_allclose(done.prediction.vertices, expected.vertices, atol=1e-5)
        assert done.seconds > 0
    fractions = [event.fraction for event in listener.seen if isinstance(event, Progress) and event.id == ids[0]]
    assert len(fractions) >= 2 and fractions == sorted(fractions) and 0 <= fractions[0] <= fractions[-1] <= 1


def test_failures_are_sentences_and_the_next_request_works(client, listener, noise_image):
    blank = np.full((120, 160, 3), 128, np.uint8)
    no_hand = client.submit(blank)
    bad_box = client.submit(noise_image, box=(0, 0, -5, 5))
    unsendable = client.submit(noise_image, box=lambda: None)
    good = client.submit(noise_image, box=BOX, hypotheses=1)
    failed = listener.until(Failed, id=no_hand)
    assert failed.hand_not_found and "draw a box" in failed.message
    failed = listener.until(Failed, id=bad_box)
    assert not failed.hand_not_found and "no width" in failed.message
    assert "cannot be passed on" in listener.until(Failed, id=unsendable).message
    listener.until(Done, id=good)


def test_only_images_are_accepted(client):
    for image in (None, np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)):
        with pytest.raises(InputError):
            client.submit(image)


def test_cancelling_queued_running_and_unknown(client, listener, noise_image):
    running = client.submit(noise_image, box=BOX, hypotheses=1000)
    queued = client.submit(noise_image, box=BOX, hypotheses=1)
    kept = client.submit(noise_image, box=BOX, hypotheses=1)
    client.cancel(10**6)
    client.cancel(queued)
    listener.until(Cancelled, id=queued)
    # A loaded worker may have started on the first before the second was cancelled.
    if not any(isinstance(event, Started) and event.id == running for event in listener.seen):
        listener.until(Started, id=running)
    client.cancel(running)
    listener.until(Cancelled, id=running)
    listener.until(Done, id=kept)
    ends = [event for event in listener.seen if isinstance(event, Done | Failed | Cancelled) and event.id >= running]
    assert [(type(end), end.id) for end in ends] == [(Cancelled, queued), (Cancelled, running), (Done, kept)]
    assert not any(isinstance(event, WorkerDied) for event in listener.seen)


def test_killed_while_idle_and_twice_while_working(client, listener, noise_image):
    listener.until(Done, id=client.submit(noise_image, box=BOX, hypotheses=1))
    kill(client)
    assert listener.until(WorkerDied).restarting
    fatal = client.submit(noise_image, box=BOX, hypotheses=1000)
    after = client.submit(noise_image, box=BOX, hypotheses=1)
    for _ in range(2):  # tried anew before what waits behind it, then given up
        listener.until(Started, id=fatal)
        kill(client)
        assert listener.until(WorkerDied).restarting
    assert "twice" in listener.until(Failed, id=fatal).message
    listener.until(Done, id=after)


def test_a_worker_that_hangs_is_killed_on_cancel(client, listener, noise_image):
    listener.until(Done, id=client.submit(noise_image, box=BOX, hypotheses=1))
    stopped = client._process.pid
    request = client.submit(noise_image, box=BOX, hypotheses=1000)
    after = client.submit(noise_image, box=BOX, hypotheses=1)
    listener.until(Started, id=request)
    os.kill(stopped, signal.SIGSTOP)
    client.cancel(request)
    listener.until(Cancelled, id=request, timeout=10)
    assert not alive(stopped)
    listener.until(Done, id=after)


def test_missing_weights_fail_requests_and_later_ones_try_again(noise_image, tmp_path, tiny_weights):
    listener = Listener()
    client = PredictionClient(listener, device="cpu", weights=tmp_path)
    client.start()
    try:
        request = client.submit(noise_image)
        died = listener.until(WorkerDied)
        assert not died.restarting and "missing" in died.message
        assert listener.until(Failed, id=request).message == died.message
        for file in tiny_weights.iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes())
        listener.until(Done, id=client.submit(noise_image, box=BOX, hypotheses=1))
    finally:
        client.close()


def test_close_ends_the_process_and_is_silent(tiny_weights, noise_image):
    listener = Listener()
    client = PredictionClient(listener, device="cpu", weights=tiny_weights)
    client.start()
    client.submit(noise_image, box=BOX, hypotheses=1000)
    while client._process is None or client._process.pid is None:
        time.sleep(0.01)
    process = client._process.pid
    start = time.monotonic()
    client.close()
    assert time.monotonic() - start < 5
    assert not alive(process)
    client.submit(noise_image)
    client.close()
    assert listener.queue.empty()
    PredictionClient(listener).close()  # never started


def test_importing_the_client_loads_no_torch():
    import subprocess
    import sys

    code = "import sys, handviz.inference.worker; print('torch' in sys.modules, 'cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split() == ["False"] * 2


def test_another_persons_predictor_runs_in_the_worker(noise_image, tmp_path):
    (tmp_path / "theirs.py").write_text(
        "import numpy as np\n"
        "print('loading')\n"
        "class Net:\n"
        "    name = 'theirs'\n"
        "    def predict(self, image, box, hypotheses, seed):\n"
        "        if seed == 13:\n"
        "            raise ValueError('unlucky')\n"
        "        vertices = np.full((hypotheses, 3, 4, 3), 0.5) + np.arange(4)[:, None] * 0.01\n"
        "        return {'vertices': vertices, 'faces': [[0, 1, 2], [1, 2, 3]], 'box': box}\n"
    )
    listener = Listener()
    client = PredictionClient(listener, predictor=f"{tmp_path / 'theirs.py'}:Net")
    client.start()
    try:
        done = listener.until(Done, id=client.submit(noise_image, box=BOX, hypotheses=3))
        assert done.prediction.vertices.shape == (3, 3, 4, 3) and tuple(done.prediction.box) == BOX
        failed = listener.until(Failed, id=client.submit(noise_image, box=BOX, seed=13))
        assert "unlucky" in failed.message and "theirs.py line 7" in failed.message
        listener.until(Done, id=client.submit(noise_image, box=BOX, hypotheses=1))
    finally:
        client.close()
    client = PredictionClient(listener, predictor=f"{tmp_path / 'theirs.py'}:Nowhere")
    client.start()
    try:
        assert "Nowhere" in listener.until(WorkerDied).message
    finally:
        client.close()


def test_a_script_needs_no_guard_around_its_main_part(tmp_path, tiny_weights):
    import subprocess
    import sys

    script = tmp_path / "script.py"
    script.write_text(
        "import queue\n"
        "from handviz.inference.events import Ready\n"
        "from handviz.inference.worker import PredictionClient\n"
        "print('started')\n"
        "events = queue.Queue()\n"
        f"client = PredictionClient(events.put, 'cpu', {str(tiny_weights)!r})\n"
        "client.start()\n"
        "print(type(events.get(timeout=90)).__name__)\n"
        "client.close()\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["started", "Ready"], done.stderr
