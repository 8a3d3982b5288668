"""What goes wrong in a database, as errors that a user can act on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from geo.errors import PlanMapError

_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_LOCK_TIMEOUT, _CANCELLED = "55P03", "57014"
"""PostgreSQL's codes for a lock that was not had in time, and for a statement that took too long."""


@contextmanager
def explained(name: str, code: str) -> Iterator[None]:
    """Turn any error of the driver into a `PlanMapError`, without the address in it.

    A lock that another program holds is `plan-locked`, an interrupted write of another program `plan-has-journal`,
    and all else has the given `code`.
    """
    try:
        yield
    except MemoryError as error:
        raise PlanMapError("plan-runs-on", plan=name) from error
    except UnicodeError as error:
        raise PlanMapError(code, plan=name, reason="UTF-8") from error
    except (DBAPIError, sqlite3.Error) as error:
        cause: BaseException = getattr(error, "orig", None) or error
        if _is_lock(cause):
            raise PlanMapError("plan-locked", plan=name) from error
        if getattr(cause, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_ROLLBACK:
            raise PlanMapError("plan-has-journal", plan=name) from error
        if str(cause).startswith(("interrupted", "not authorized", "string or blob too big")):
            raise PlanMapError("plan-runs-on", plan=name) from error
        lines = str(cause).strip().splitlines()
        raise PlanMapError(code, plan=name, reason=lines[0][:200] if lines else "?") from error
    except ValidationError as error:
        # Rows that an older version could hold and this one cannot.
        raise PlanMapError(code, plan=name, reason=str(error).splitlines()[0]) from error
    except OSError as error:
        raise PlanMapError(code, plan=name, reason=error.strerror) from error


def _is_lock(cause: BaseException) -> bool:
    # The lowest byte is the kind of error, the others say more about it.
    kind = (getattr(cause, "sqlite_errorcode", 0) or 0) & 0xFF
    return kind in _LOCKED or getattr(cause, "sqlstate", "") in (_LOCK_TIMEOUT, _CANCELLED)
