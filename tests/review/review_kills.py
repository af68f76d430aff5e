"""A process that changes a library and is killed, and what the library must hold afterwards."""

import multiprocessing
import random
import sqlite3
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from review_cases import new_case

from handviz.review.merging import merge
from handviz.review.store import Library

CASES = 12
OTHERS = 4
CASES_OF_OTHERS = 60
CONTEXT = multiprocessing.get_context("forkserver")
# Killed processes are forked from one that has everything loaded.
CONTEXT.set_forkserver_preload(["handviz.review.merging"])


@dataclass(frozen=True)
class State:
    """What a library holds: Ada's notes and verdicts, and which of the others' files were merged."""

    notes: frozenset[tuple[int, str]] = frozenset()
    verdicts: frozenset[tuple[int, str]] = frozenset()
    merged: frozenset[int] = frozenset()


class Model:
    """The states a library goes through, told from the actions alone."""

    def __init__(self) -> None:
        self.state, self.past, self.future = State(), [], []

    def act(self, action: tuple) -> None:
        """What the action leads to."""
        kind, *values = action
        if kind == "undo" and self.past:
            self.future.append(self.state)
            self.state = self.past.pop()
        elif kind == "redo" and self.future:
            self.past.append(self.state)
            self.state = self.future.pop()
        elif kind == "flag":
            self._go(State(self.state.notes | {(values[0], values[1])}, self.state.verdicts, self.state.merged))
        elif kind == "verdict":
            others = {(case, verdict) for case, verdict in self.state.verdicts if case != values[0]}
            self._go(State(self.state.notes, frozenset(others | {(values[0], values[1])}), self.state.merged))
        elif kind == "merge":
            self._go(State(self.state.notes, self.state.verdicts, self.state.merged | {values[0]}))

    def _go(self, state: State) -> None:
        if state != self.state:
            self.past.append(self.state)
            self.state, self.future = state, []


def actions(seed: int):
    """Endlessly many, the same for the same seed."""
    random_ = random.Random(seed)
    for number in range(1_000_000):
        kind = random_.choices(["flag", "verdict", "undo", "redo", "merge"], [4, 3, 4, 2, 2])[0]
        if kind == "flag":
            yield kind, random_.randrange(CASES), f"{seed}/{number}"
        elif kind == "verdict":
            yield kind, random_.randrange(CASES), random_.choice(["accept", "reject", "unsure"])
        elif kind == "merge":
            yield kind, random_.randrange(OTHERS)
        else:
            yield (kind,)


def make(folder: Path) -> Path:
    """Ada's library, and beside it those of others to merge; its path."""
    path = folder / "hands.handviz"
    with Library.open(path, "ada") as library:
        library.add_cases([new_case(number) for number in range(CASES)])
    for other in range(OTHERS):
        with Library.open(folder / f"other{other}.handviz", "grace") as library:
            ids = library.add_cases([new_case(1000 * (other + 1) + number) for number in range(CASES_OF_OTHERS)])
            library.add_flags(ids, "wrong pose", note=f"other {other}")
            library.set_verdicts(ids, "reject")
    # The step that added the cases is not to be undone.
    file = sqlite3.connect(path)
    file.execute("DELETE FROM journal")
    file.commit()
    file.close()
    return path


def work(path: Path, seed: int, confirm: Connection) -> None:
    """Change the library until killed, confirming each change once it is made."""
    with Library.open(path, "ada") as library:
        ids = library.case_ids()[:CASES]
        confirm.send("open")
        for number, (kind, *values) in enumerate(actions(seed)):
            if kind == "flag":
                library.add_flag(ids[values[0]], "wrong pose", note=values[1])
            elif kind == "verdict":
                library.set_verdict(ids[values[0]], values[1])
            elif kind == "merge":
                merge(library, path.parent / f"other{values[0]}.handviz")
            elif kind == "undo":
                library.undo()
            else:
                library.redo()
            confirm.send(number)


def read(path: Path) -> State:
    """What a library holds; it must be whole."""
    file = sqlite3.connect(path)
    assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert file.execute("PRAGMA foreign_key_check").fetchall() == []
    file.close()
    with Library.open(path, "ada", create=False) as library:
        assert library.trouble == ""
        place = {case_id: number for number, case_id in enumerate(library.case_ids()[:CASES])}
        flags, verdicts = library.flags(everybody=True), library.verdicts()
        merged = {int(flag.note.split()[1]) for flag in flags if flag.annotator == "grace"}
        # Merged wholly or not at all.
        assert len(verdicts.get("grace", ())) == CASES_OF_OTHERS * len(merged)
        assert sum(flag.annotator == "grace" for flag in flags) == CASES_OF_OTHERS * len(merged)
        assert library.count() == CASES + CASES_OF_OTHERS * len(merged)
        return State(
            frozenset((place[flag.case_id], flag.note) for flag in flags if flag.annotator == "ada"),
            frozenset((place[case], verdict) for case, verdict in verdicts.get("ada", {}).items()),
            frozenset(merged),
        )


def kill_once(path: Path, model: Model, seed: int, seconds: float) -> int:
    """Let a process work and kill it after some seconds: how many changes it had confirmed.

    The model goes along. Asserts that no confirmed change is lost: the library holds what they lead to, or what the
    one after them leads to, which was made but not confirmed any more.
    """
    receive, send = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=work, args=(path, seed, send), daemon=True)
    child.start()
    send.close()
    assert receive.recv() == "open"
    child.join(seconds)
    child.kill()
    child.join()
    confirmed = 0
    try:
        while True:
            confirmed = receive.recv() + 1
    except EOFError:
        receive.close()
    steps = actions(seed)
    for _ in range(confirmed):
        model.act(next(steps))
    found = read(path)
    if found != model.state:
        model.act(next(steps))
        assert found == model.state, f"after {confirmed} confirmed changes of seed {seed}"
    return confirmed
