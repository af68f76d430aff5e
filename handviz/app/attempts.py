"""Work in a thread that must end in a sentence, whatever a file makes it do."""

import traceback
from collections.abc import Callable
from typing import TypeVar

from handviz.errors import HandvizError

Result = TypeVar("Result")


def attempt(work: Callable[[], Result], no_memory: str, surprise: str) -> tuple[Result | None, str | None]:
    """What work gives, or why it gives nothing.

    no_memory is the sentence where memory runs out; surprise begins the one for errors that nobody foresaw, whose
    details go to the terminal.
    """
    try:
        return work(), None
    except HandvizError as problem:
        return None, str(problem)
    except MemoryError:
        return None, no_memory
    except Exception as problem:
        traceback.print_exc()
        return None, f"{surprise} ({problem}); details are in the terminal."
