"""What the file of a layer says of the table in which its features stay, read strictly: it may be anybody's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from geo.database.address import LONGEST_ADDRESS, LONGEST_NAME, DatabaseAddress, parse_database
from geo.database.columns import Column
from geo.database.connection import STATEMENT_S, Access, Session, session
from geo.database.frame import TableFrame
from geo.database.table import DatabaseTable, TableWanted
from geo.errors import PlanMapError
from layers.allowed_hosts import allowed_hosts, host_keys
from layers.own.own_layer import OwnLayer, Source
from layers.plan.row import Row

PASSWORD = "password"  # noqa: S105 - what the key of a host is for
"""What stands for the parameter in the key of a host that is a database."""


def _address(text: str) -> str:
    # Whatever is wrong with it is said of the file.
    try:
        return parse_database(text).text
    except PlanMapError as error:
        raise ValueError(error.code) from error


def _plain(text: str) -> str:
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("letters")
    return text


Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_plain)]
FieldName = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]


class TableSource(Row):
    """Where the features of a layer stay."""

    kind: Literal["postgis"]
    address: Annotated[str, Field(max_length=LONGEST_ADDRESS), AfterValidator(_address)]
    in_schema: Annotated[Name, Field(alias="schema")]
    table: Name
    geometry: Name
    key: Name
    """The column that numbers the features."""
    columns: Annotated[tuple[tuple[FieldName, Name, Name], ...], Field(max_length=500)] = ()
    """Of each field its name, that of its column, and that of the column's type."""
    epsg: Annotated[int, Field(ge=0, le=999_999)] = 0
    datum: Literal["", "gcj02", "bd09"] = ""

    @model_validator(mode="after")
    def _fits(self) -> TableSource:
        if bool(self.epsg) == bool(self.datum):
            raise ValueError("epsg")
        return self

    @property
    def database(self) -> DatabaseAddress:
        """The database."""
        return parse_database(self.address)

    @property
    def decided(self) -> dict[str, Any]:
        """The system of the figures."""
        return {"datum": self.datum} if self.datum else {"epsg": self.epsg}

    @property
    def shown(self) -> str:
        """Where the features stay, as it may be shown to anybody."""
        return f"{self.address} {self.in_schema}.{self.table}"

    @property
    def wanted(self) -> TableWanted:
        """The table, as a query asks for it."""
        columns = tuple(Column(*each) for each in self.columns)
        return TableWanted(self.in_schema, self.table, self.geometry, self.key, columns)


@lru_cache(maxsize=128)
def source_of(layer: OwnLayer) -> TableSource:
    """Return where the features of a layer stay.

    Raises
    ------
    PlanMapError
        Its file says what cannot be.
    """
    return read_source(layer.source, layer.path.name)


def read_source(said: Source, file: str) -> TableSource:
    """Return what `file` says of a table, checked; likewise."""
    try:
        return TableSource(**said)
    except (ValidationError, TypeError) as error:
        raise PlanMapError("layer-damaged", file=file) from error


@lru_cache(maxsize=128)
def frame_of(layer: OwnLayer) -> TableFrame:
    """Return the reference system of a layer's table; likewise."""
    return TableFrame(source_of(layer).decided, layer.file, layer.bounds)


def access_to(address: DatabaseAddress) -> Access:
    """Return a database with the password that this machine has for its host, if somebody has said where.

    Raises
    ------
    PlanMapError
        The variable that should have it is not set.
    """
    for host, key in host_keys().items():
        parameter, _, variable = key.partition("=")
        if parameter == PASSWORD and host.covers(address.server):
            value = os.environ.get(variable, "")
            if not value or "\0" in value:
                raise PlanMapError("host-key-missing", host=str(host), variable=variable)
            return Access(address, value)
    return Access(address)


@contextmanager
def asked(address: DatabaseAddress, *, seconds: float = STATEMENT_S) -> Iterator[Session]:
    """Yield a transaction in a database whose host is allowed.

    Raises
    ------
    PlanMapError
        It may not be asked, cannot be reached, or refuses.
    """
    hosts = allowed_hosts()
    hosts.allowed(address.server)
    with session(access_to(address), hosts, seconds=seconds) as found:
        yield found


@contextmanager
def opened_table(layer: OwnLayer, *, seconds: float = STATEMENT_S) -> Iterator[DatabaseTable]:
    """Yield the features of a layer that stay in a table; likewise, or the table is not there as it was."""
    source = source_of(layer)
    with asked(source.database, seconds=seconds) as found:
        yield DatabaseTable(found, source.wanted, frame_of(layer))
