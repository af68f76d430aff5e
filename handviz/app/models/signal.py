"""A minimal signal, so that models can be watched without Qt."""

from collections.abc import Callable


class Signal:
    """Calls its listeners, in the order they connected, in the thread that emits."""

    def __init__(self) -> None:
        self._listeners: list[Callable[..., None]] = []

    def connect(self, listener: Callable[..., None]) -> Callable[[], None]:
        """Call listener on every emit; the returned function disconnects it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def emit(self, *values: object) -> None:
        """Call every listener with values."""
        for listener in tuple(self._listeners):
            listener(*values)
