"""The process in which a file from outside is read: it takes a job as a line of JSON, and tells of it in such lines."""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import traceback
from contextlib import suppress
from typing import Any

from geo.errors import PlanMapError

MEMORY = 16 * 2**30
"""Bytes of addresses, far more than the watching process allows of memory: this ends what grows between two looks."""


def main(work: str) -> None:
    """Do the work that `geo.foreign.child.run` asks for."""
    _limit()
    job = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_wait_for_the_end, daemon=True).start()
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # A library that prints would break the lines of JSON.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def tell(**told: object) -> None:
        out.write(json.dumps(told) + "\n")
        out.flush()

    module, _, name = work.partition(":")
    try:
        function = getattr(importlib.import_module(f"geo.{module}"), name)
        tell(result=function(job, lambda share: tell(share=round(share, 4))))
    except PlanMapError as error:
        tell(error=error.code, details={key: _plain(value) for key, value in error.details.items()})
    except MemoryError:
        tell(error="foreign-memory", details={"limit": "?"})
    except Exception as error:
        traceback.print_exception(error)
        sys.stderr.flush()
        tell(unforeseen=f"{type(error).__name__}: {error}"[:200])


def _plain(value: object) -> Any:
    return value if isinstance(value, str | int | float | list | tuple) else str(value)


def _limit() -> None:
    if os.name != "posix":
        return
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _wait_for_the_end() -> None:
    """End the process when the one that started it has gone: then its pipe ends."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
