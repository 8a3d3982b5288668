"""The address of a database: whose it is and where, without a password, read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from geo.errors import PlanMapError
from geo.remote.address import DATABASE, PORTS, Address, host_of

LONGEST_ADDRESS = 500
LONGEST_NAME = 63
"""Bytes of a name in PostgreSQL."""

SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """A database, and as whom it is asked."""

    server: Address
    user: str
    database: str

    @property
    def text(self) -> str:
        """The address as it may be written anywhere."""
        return f"{DATABASE}://{quote(self.user)}@{self.server.authority}/{quote(self.database)}"

    @property
    def shown(self) -> str:
        """Where it is, without as whom it is asked: for those who only look."""
        return f"{self.server.authority}/{self.database}"


def is_database(text: str) -> bool:
    """Whether a text is meant to be the address of a database."""
    return text.strip().partition("://")[0].lower() in SCHEMES


def parse_database(text: str) -> DatabaseAddress:
    """Return the database that `text` names, such as `postgresql://reader@db.example.cn:5432/land`.

    Raises
    ------
    PlanMapError
        It names none, or it says more than user, host, port and database; a password above all.
    """
    wanted = text.strip()
    try:
        found = urlsplit(wanted)
        port, name, password = found.port, found.hostname or "", found.password
        user, database = (unquote(part or "", errors="strict") for part in (found.username, found.path[1:]))
    except (ValueError, UnicodeError) as error:
        raise PlanMapError("postgis-address") from error
    if password is not None or wanted.count("@") > 1:
        raise PlanMapError("postgis-secret")
    if (
        not is_database(wanted)
        or len(wanted) > LONGEST_ADDRESS
        or not (_is_name(user) and _is_name(database))
        or not name
        or port == 0
        # Whatever else can be said there, such as another host, is not to be said by a plan.
        or any(mark in wanted for mark in "?#\\")
    ):
        raise PlanMapError("postgis-address")
    return DatabaseAddress(Address(DATABASE, host_of(name), port or PORTS[DATABASE], "/"), user, database)


def _is_name(text: str) -> bool:
    return 0 < len(text.encode()) <= LONGEST_NAME and text.isprintable() and not any(mark in text for mark in "=/")
