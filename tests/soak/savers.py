"""Processes that save until they are killed, and what the plan holds afterwards."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from geo.errors import PlanMapError
from layers.store.base import open_store, read_plan
from tests.soak import saving

_processes = multiprocessing.get_context("forkserver")
# What a process imports takes a second, and a thousand are started.
_processes.set_forkserver_preload(["tests.soak.saving"])


@dataclass
class Tally:
    """What came of a trial."""

    tried: int = 0
    survived: int = 0
    lost: int = 0
    notes: str = ""

    def row(self, name: str) -> str:
        """Return a row of the table in docs/reliability.md."""
        return f"| {name} | {self.tried} | {self.survived} | {self.lost} | {self.notes} |"


class Saver:
    """One process that saves."""

    def __init__(self, kind: str, where: str, name: str) -> None:
        self._said, theirs = _processes.Pipe(duplex=False)
        self._process = _processes.Process(target=saving.save, args=(kind, where, name, theirs))
        self._process.start()
        theirs.close()

    def wait_for_a_save(self) -> None:
        """Wait until at least one save has been stored."""
        if not self._said.poll(60):
            raise RuntimeError("nothing could be saved for a minute")

    def kill(self) -> set[str]:
        """Kill the process at once, and return the ids of the events that it had said were stored."""
        self._process.kill()
        self._process.join()
        found = set()
        try:
            while True:
                found.add(self._said.recv_bytes().decode())
        except (EOFError, OSError):
            # A message that was cut off by the kill acknowledges nothing.
            self._said.close()
        return found


def kills(kind: str, where: str, *, times: int, seed: int) -> Tally:
    """Kill a saving process at a random moment, many times; each time everything acknowledged must be there."""
    chance = random.Random(seed)  # noqa: S311
    tally, journals = Tally(), 0
    expected: set[str] = set()
    for number in range(times):
        saver = Saver(kind, where, f"k{number}")
        saver.wait_for_a_save()
        time.sleep(chance.uniform(0, 0.05))
        expected |= saver.kill()
        journals += Path(f"{where}-journal").exists()
        tally.tried += 1
        try:
            found = {event.id for event in read_plan(saving.opened(kind, where)).events}
        except PlanMapError as error:
            tally.lost += 1
            tally.notes = f"not readable: {error.code}"
        else:
            tally.lost += len(expected - found)
            tally.survived += not expected - found
    tally.notes = tally.notes or f"{len(expected)} acknowledged saves"
    if journals:
        tally.notes += f", {journals} times a journal was left"
    return tally


def writers(where: str, *, processes: int, seconds: float) -> Tally:
    """Let several processes save into one plan at the same time."""
    savers = [Saver("shared", where, f"w{number}") for number in range(processes)]
    for saver in savers:
        saver.wait_for_a_save()
    time.sleep(seconds)
    said: set[str] = set().union(*(saver.kill() for saver in savers))
    found = {event.id for event in read_plan(open_store(where)).events}
    return Tally(len(said), len(said & found), len(said - found), f"{processes} processes")


@contextmanager
def locked(path: Path, seconds: float):
    """Another program that holds the file for a while."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        timer = threading.Timer(seconds, lambda: other.execute("COMMIT"))
        timer.start()
        yield
        timer.join()


def locks(path: Path, save: Callable[[int], None], *, times: int, seconds: float) -> Tally:
    """Save while another program writes; each save must be stored once the other has ended."""
    tally = Tally(notes=f"another program's write of {seconds:g} s each")
    for number in range(times):
        tally.tried += 1
        try:
            with locked(path, seconds):
                save(number)
            tally.survived += 1
        except PlanMapError as error:
            tally.lost += 1
            tally.notes = error.code
    return tally
