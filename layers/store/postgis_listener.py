"""Being told by the database when the plan has changed, instead of asking it again and again."""

from __future__ import annotations

import contextlib
import threading
import time

import psycopg

CHANNEL = "planmap_changed"
"""What the triggers of `postgis_schema` notify at the end of each transaction that has changed the plan."""

PROBE_S = 5.0
"""Seconds in which a connection must hear what it says itself; one through a pool of connections hears nothing."""

QUIET_S = 30.0
"""Seconds without a word after which the connection is tried."""

LONGEST_PAUSE_S = 30.0
"""Most seconds between two attempts to connect."""


class Listener:
    """One connection for the whole process, which hears of each change from the moment at which it can be seen."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._lock = threading.Lock()
        self._hears_since: float | None = None
        """Since when, on the monotonic clock, nothing can have been missed; None while there is no connection."""
        self._told = 0.0
        self._stopped = False
        self._connection: psycopg.Connection | None = None
        threading.Thread(target=self._run, name="planmap-listener", daemon=True).start()

    def quiet_since(self, moment: float) -> bool:
        """Whether the plan has certainly not changed since `moment`, on the monotonic clock."""
        with self._lock:
            return self._hears_since is not None and self._hears_since <= moment and self._told < moment

    def stop(self) -> None:
        """End the connection; nothing is heard any more."""
        self._stopped = True
        with self._lock:
            self._hears_since = None
            connection = self._connection
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                connection.close()

    def _run(self) -> None:
        pause = 0.5
        while not self._stopped:
            try:
                with psycopg.connect(self._conninfo, autocommit=True) as connection:
                    self._connection = connection
                    if self._listen(connection):
                        pause = 0.5
                    self._hear(connection)
            except (psycopg.Error, OSError):
                # Whoever needs the plan asks the database again, and is told there what is wrong.
                pass
            with self._lock:
                self._hears_since = None
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    def _listen(self, connection: psycopg.Connection) -> bool:
        """Listen; tell whether what is said is heard."""
        connection.execute(f"LISTEN {CHANNEL}")
        began = time.monotonic()
        connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, "probe"))
        heard = any(True for _ in connection.notifies(timeout=PROBE_S, stop_after=1))
        with self._lock:
            self._told = time.monotonic()
            self._hears_since = began if heard else None
        return heard

    def _hear(self, connection: psycopg.Connection) -> None:
        while not self._stopped:
            for _ in connection.notifies(timeout=QUIET_S):
                with self._lock:
                    self._told = time.monotonic()
            # A connection that the network has lost without a word is found out.
            connection.execute("SELECT 1")
