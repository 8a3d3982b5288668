"""How much a plan may hold, so that reading one ends in seconds and within the memory of any computer.

A plan may come from anybody. Each limit is far above what a report needs and far below what takes long, and each is
asked before the work that it bounds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from geo.errors import GeometryError

MIB = 2**20

SIZES = {
    "info": MIB // 4,
    "catalogue": MIB,
    "decks": MIB,
    "template": MIB // 16,
    "sites": 40 * MIB,
    "tasks": 8 * MIB,
    "events": 16 * MIB,
    "amendments": 16 * MIB,
    "attachments": 8 * MIB,
}
"""Largest size of each file of a plan folder, in bytes."""

ROWS = {"sites": 20_000, "tasks": 20_000, "events": 1_000_000, "amendments": 50_000, "attachments": 20_000}
"""Largest number of rows, or features."""

ODD_EVENTS = 50_000
"""Largest number of events without an id, and of those that take back another: each is looked at by itself."""

COLUMNS = 64
"""Largest number of columns of a table; no table of a plan has half as many."""

LINES = 250_000
"""Largest number of lines of a CSV file; empty ones are not rows, but are read."""

ENTRY_BYTES = 2 * MIB
"""Largest size of an entry of a database's info table, such as the layers as JSON."""

TABLE_BYTES = 64 * MIB
"""Largest size of all values of a database table, in bytes."""

EVENT_BYTES = 256 * MIB
"""The same for the table of the events, of which there may be far more."""

KEY_PARTS = 4
"""Largest number of parts of a dotted TOML key: the parser's work grows with their square. A plan needs two."""

_TOML_TEXT = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)|"(?:\\.|[^"\\\n])*"?|\'[^\'\n]*\'?|#[^\n]*', re.DOTALL
)
_TOML_LONG_KEY = re.compile(rf'(?<![\w"-])(?:[\w"-]+[ \t]*\.[ \t]*){{{KEY_PARTS}}}')


def check_toml(text: str, file: str) -> None:
    """Raise `GeometryError` if a key in the TOML `text` has too many parts.

    Texts and comments, which may hold any number of dots, are taken out first, by the same rules as the parser's.
    """
    if _TOML_LONG_KEY.search(_TOML_TEXT.sub('"', text)):
        raise GeometryError("key-too-long", file=file, limit=KEY_PARTS)


def check_lines(text: str, part: str, file: str) -> None:
    """Raise `GeometryError` if the CSV `text` has too many lines to be looked at one by one."""
    if max(text.count("\n"), text.count("\r")) > LINES:
        raise GeometryError("too-many-rows", file=file, limit=ROWS[part])


def check_columns(columns: Sequence[object], file: str) -> None:
    """Raise `GeometryError` if a table has too many columns."""
    if len(columns) > COLUMNS:
        raise GeometryError("too-many-columns", file=file, count=len(columns), limit=COLUMNS)


def counted(rows: Iterable[Mapping[Any, Any]], part: str, file: str) -> Iterator[Mapping[Any, Any]]:
    """Yield `rows` of a database.

    Raises
    ------
    GeometryError
        There are too many, or their values take too much room. A damaged file can give far more than its own size.
    """
    size = 0
    for number, row in enumerate(rows, start=1):
        if number > ROWS[part]:
            raise GeometryError("too-many-rows", file=file, limit=ROWS[part])
        size += sum(len(value) for value in row.values() if isinstance(value, str | bytes | memoryview))
        if size > TABLE_BYTES:
            raise GeometryError("table-too-large", file=file, limit=TABLE_BYTES // MIB)
        yield row
