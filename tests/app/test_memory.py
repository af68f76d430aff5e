import subprocess
import sys

import pytest

_MANY_THREADS = """
import sys, threading
from handviz.app.memory import keep_heaps_few
told = keep_heaps_few() if sys.argv[1] == "few" else True
ready, done = threading.Barrier(9), threading.Event()
def work():
    kept = [bytearray(60_000) for _ in range(50)]
    ready.wait(); done.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
ready.wait()
# An arena of a thread is a reservation of 64 MB, mostly without access.
arenas = sum(1 for line in open("/proc/self/maps") if "---p" in line and "/" not in line
             and 60 << 20 < int(line.split()[0].split("-")[1], 16) - int(line.split("-")[0], 16) < 64 << 20)
done.set(); [thread.join() for thread in threads]
print(int(told), arenas)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's heaps")
def test_threads_share_heaps() -> None:
    def counted(how: str) -> tuple[int, int]:
        result = subprocess.run([sys.executable, "-c", _MANY_THREADS, how], capture_output=True, text=True, check=True)
        told, arenas = map(int, result.stdout.split())
        return told, arenas

    told, few = counted("few")
    _, many = counted("as it is")
    if not told or many < 2:
        pytest.skip("another C library")
    assert few < many
