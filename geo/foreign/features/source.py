"""What a file of features looks like to whoever examines or writes it, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyproj
from pyproj.exceptions import CRSError

Progress = Callable[[float], None]

BATCH = 5_000
"""Most features of a batch."""

MOST_LAYERS = 200
MOST_FIELDS = 500
MOST_FEATURES = 2_000_000
"""Most layers of a file, and fields and features of a layer, that are read."""

LONGEST_TEXT = 16 * 2**20
"""Characters of a value that are read."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of features."""

    name: str
    type: str
    """text, integer, real, date, datetime, boolean or binary."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a file."""

    index: int
    name: str
    fields: tuple[Field, ...]
    crs: dict[str, Any] | None
    """The reference system as the file states it; None where it states none."""
    encoding: dict[str, Any]
    """`name`, and how it was `found`: format, given, cpg, dbf, header, tried or none."""
    count: int | None = None
    """How many features it has, as far as the file says so."""
    notes: tuple[dict[str, Any], ...] = ()
    """What is to be known of it, as the code of a note with details."""


@dataclass(slots=True)
class Batch:
    """Some features of a layer, in the order of the file."""

    numbers: list[int]
    wkb: list[bytes | None]
    """Geometries as the file has them; empty bytes for what cannot be read, None where there is none."""
    columns: list[list[Any]]
    """The values of each field, as SQLite takes them."""
    undecodable: list[int] = field(default_factory=list)
    """Numbers of features with text that is none in the encoding."""


class Source(Protocol):
    """A file that is open."""

    def layers(self) -> list[Layer]:
        """Return the layers in the order of the file."""
        ...

    def batches(self, layer: Layer) -> Iterator[Batch]:
        """Yield the features of a layer."""
        ...


def stated(crs: pyproj.CRS | str | None, origin: str = "file", name: str = "") -> dict[str, Any] | None:
    """Return a reference system as plain values: `epsg`, `name`, `wkt`, `origin` (file or format) and `understood`."""
    if crs is None or crs == "":
        return None
    text = crs if isinstance(crs, str) else ""
    try:
        known = pyproj.CRS.from_user_input(crs)
        code = known.to_epsg(min_confidence=70)
    except (CRSError, ValueError):
        return {"epsg": None, "name": (name or text)[:200], "wkt": text[:20_000], "origin": origin, "understood": False}
    return {"epsg": code, "name": known.name, "wkt": known.to_wkt(), "origin": origin, "understood": True}
