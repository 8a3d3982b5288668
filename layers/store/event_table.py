"""The events in a database, read a few thousand rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import sqlalchemy

from geo.errors import GeometryError
from layers.plan.event_columns import TEXTS
from layers.store.event_rows import BATCH, EventRows
from layers.store.limits import EVENT_BYTES, MIB, ROWS, check_columns
from layers.store.tables import EVENTS


def event_rows(connection: sqlalchemy.Connection) -> Iterator[EventRows]:
    """Yield all rows in their order, with all columns, also those that somebody else has added.

    Raises
    ------
    GeometryError
        There are too many, or their values take too much room. A damaged file can give far more than its own size.
    """
    table = str(EVENTS.name)
    everything: sqlalchemy.Select[Any] = sqlalchemy.select(sqlalchemy.literal_column("*")).select_from(EVENTS)
    with closing(connection.execute(everything.limit(0))) as nothing:
        present = list(nothing.keys())
    check_columns(present, table)
    texts = [name for name in TEXTS if name in present]
    others = [name for name in present if name not in (*texts, "fid")]
    columns: list[sqlalchemy.ColumnClause[Any]] = [sqlalchemy.column(name) for name in (*texts, *others, "fid")]
    # One row more than there may be tells that there are more.
    query = sqlalchemy.select(*columns).select_from(EVENTS).order_by(EVENTS.c.fid).limit(ROWS["events"] + 1)
    size, seen = 0, 0
    with closing(connection.execute(query, execution_options={"yield_per": BATCH})) as result:
        for rows in result.partitions():
            *values, places = zip(*rows, strict=True)
            seen += len(places)
            size += sum(map(_size, values))
            if seen > ROWS["events"]:
                raise GeometryError("too-many-rows", file=table, limit=ROWS["events"])
            if size > EVENT_BYTES:
                raise GeometryError("table-too-large", file=table, limit=EVENT_BYTES // MIB)
            yield EventRows(places, dict(zip((*texts, *others), values, strict=True)))


def _size(values: Sequence[Any]) -> int:
    """Return the length of the texts in a column, in which there is nothing else as a rule."""
    try:
        return sum(map(len, filter(None, values)))
    except TypeError:
        return sum(len(value) for value in values if isinstance(value, str | bytes | memoryview))
