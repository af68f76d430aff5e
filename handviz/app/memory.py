"""How the C library hands out memory, where it can be told."""

import ctypes
import sys

_M_ARENA_MAX = -8
_ARENAS = 2


def keep_heaps_few() -> bool:
    """Let threads share heaps: glibc gives each its own, which keeps what its thread has freed. Whether it was told so.

    To be called before threads start; other C libraries are left alone.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS))
    except AttributeError:
        return False
