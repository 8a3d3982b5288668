"""A GeoPackage from outside, read by SQLite alone: its layers, their reference systems and their rows.

Views, triggers and computed columns of the file never run: only ordinary tables are read, from a connection that can
neither write nor call what a schema brings along. Format: OGC 12-128r19.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import pyproj.network
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from geo.crs import WGS84
from geo.errors import GeometryError, PlanMapError
from geo.geopackage import Blob, geometries_from_wkb, read_blob
from geo.grid import BBox

MOST_ROWS = 10_000
MOST_BYTES = 64 * 2**20
"""Rows, and bytes of their geometries, that are read at a time."""

MOST_LAYERS = 1_000

TEXT_LENGTH = 20_000
"""Characters of a value that are read; a name has far fewer, and all the tags of a feature hardly more."""

SLACK = 0.01
"""By what share of their size bounds grow in another reference system, where their sides are curved."""

_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 256 * 2**20,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 200_000,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 250_000,
}

_FUNCTIONS = frozenset({"count", "length", "lower", "substr", "sum", "typeof"})
"""All that our own statements call, and SQLite's R-tree its `length`."""

_RTREE = re.compile(r"\s*CREATE\s+VIRTUAL\s+TABLE\s.*\sUSING\s+rtree\s*\(", re.IGNORECASE | re.DOTALL)

_PLAIN = re.compile(r"\s*CREATE\s+TABLE\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layer:
    """A table of features."""

    table: str
    geometry: str
    """Name of the column of its geometry."""
    columns: tuple[str, ...]
    """Names of its other columns."""
    srs: str
    """The number of its reference system in the file."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a layer that may reach into the bounds."""

    values: list[tuple[str, ...]]
    """The columns that were asked for, as text, which is empty where there is none."""
    geometries: NDArray[np.object_]
    """In two dimensions, WGS 84 in degrees; None where there is none that can be read."""


class Package:
    """A GeoPackage that is open."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._tables = {
            name.lower(): (name, sql)
            for name, sql in map(_texts, connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        }

    def layers(self) -> list[Layer]:
        """Return the layers whose tables are ordinary ones, in the order of the file."""
        found = []
        for table, geometry, srs in self.rows("gpkg_geometry_columns", "table_name", "column_name", "srs_id"):
            name = self._plain(table)
            columns = self._columns(name) if name else ()
            own = [column for column in columns if column.lower() == geometry.lower()]
            if own:
                found.append(Layer(name, own[0], tuple(column for column in columns if column != own[0]), srs))
        return found

    def names(self) -> list[str]:
        """Return the names of all layers, also of those that are not read because they are views."""
        return [name for (name,) in self.rows("gpkg_geometry_columns", "table_name")]

    def holds(self, name: str) -> bool:
        """Whether there is a table or a view of that name."""
        found = self._connection.execute("SELECT count(*) FROM sqlite_master WHERE lower(name) = ?", (name,))
        return bool(found.fetchone()[0])

    def rows(self, table: str, *columns: str, length: int = TEXT_LENGTH) -> list[tuple[str, ...]]:
        """Return up to `MOST_LAYERS` rows of one of the format's own tables, as text; none if it is missing.

        Of each value up to `length` characters are read.
        """
        name = self._plain(table)
        if not name or not {column.lower() for column in self._columns(name)}.issuperset(columns):
            return []
        # The columns are asked for in our own words, the table in the file's.
        wanted = ", ".join(f"substr({column}, 1, {length})" for column in columns)
        return [_texts(row) for row in self._select(wanted, name, f" LIMIT {MOST_LAYERS}")]

    def transformer(self, layer: Layer) -> pyproj.Transformer:
        """Return what takes positions of `layer` to WGS 84, longitude first.

        Raises
        ------
        PlanMapError
            Its reference system is not known.
        """
        for number, organization, code, definition in self.rows(
            "gpkg_spatial_ref_sys", "srs_id", "organization", "organization_coordsys_id", "definition"
        ):
            if number == layer.srs:
                crs = _crs(organization, code, definition)
                if crs is not None:
                    with suppress(ProjError):
                        return pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
                break
        raise PlanMapError("ground-package-crs", file=self.path.name, layer=layer.table, crs=f"srs_id {layer.srs}")

    def columns(self, layer: Layer) -> list[tuple[str, str, bool]]:
        """Return the name and the declared type of each column but the geometry, and whether it is the row's number."""
        rows = self._connection.execute(f"PRAGMA table_xinfo({_quoted(layer.table)})").fetchall()
        keys = [row[1] for row in rows if row[5]]
        return [
            (row[1], row[2] or "", keys == [row[1]] and str(row[2]).upper() == "INTEGER")
            for row in rows
            if row[1] in layer.columns
        ]

    def count(self, layer: Layer) -> int:
        """Return how many rows a layer has."""
        (count,) = self._select("count(*)", layer.table).fetchone()
        return int(count)

    def whole(self, layer: Layer, columns: Sequence[str]) -> sqlite3.Cursor:
        """Return every row of a layer in the order of the table: its geometry as it is there, and then `columns`."""
        return self._select(", ".join(map(_quoted, [layer.geometry, *columns])), layer.table)

    def system(self, layer: Layer) -> tuple[pyproj.CRS | None, str]:
        """Return the reference system of a layer, None if it is not known, and the name that the file gives it."""
        for number, name, organization, code, definition in self.rows(
            "gpkg_spatial_ref_sys", "srs_id", "srs_name", "organization", "organization_coordsys_id", "definition"
        ):
            if number == layer.srs:
                return _crs(organization, code, definition), name or f"{organization}:{code}"
        return None, f"srs_id {layer.srs}"

    def read(
        self, layer: Layer, columns: Sequence[str], bounds: BBox, progress: Callable[[float], None]
    ) -> Iterator[Rows]:
        """Yield the rows of `layer` that reach into `bounds` (WGS 84, degrees), not too many at a time.

        Raises
        ------
        PlanMapError
            The reference system of the layer is not known.
        """
        transformer = self.transformer(layer)
        near = _in_system(bounds, transformer)
        where, values = self._condition(layer, near)
        (count,) = self._select("count(*)", layer.table, where, values).fetchone()
        wanted = "".join(f", substr({_quoted(column)}, 1, {TEXT_LENGTH})" for column in columns)
        cursor = self._select(_quoted(layer.geometry) + wanted, layer.table, where, values)
        for number, size, rows in _batches(cursor, near):
            if rows:
                shapes = geometries_from_wkb([blob.wkb for blob, _ in rows])
                shapes = _moved(shapes, transformer)
                inside = _reaching(shapes, bounds)
                if inside.any():
                    yield Rows([texts for (_, texts), keep in zip(rows, inside, strict=True) if keep], shapes[inside])
            progress(min(1.0, (number + size) / max(count, 1)))

    def _plain(self, table: str) -> str:
        """Return the name of an ordinary table as the file writes it; empty if there is none of that name."""
        name, sql = self._tables.get(table.lower(), ("", ""))
        return name if _PLAIN.match(sql) and "\0" not in name else ""

    def _columns(self, table: str) -> tuple[str, ...]:
        """Return the names of the columns that hold values and compute none."""
        rows = self._connection.execute(f"PRAGMA table_xinfo({_quoted(table)})").fetchall()
        return tuple(row[1] for row in rows if row[6] == 0 and "\0" not in row[1])

    def _condition(self, layer: Layer, near: BBox | None) -> tuple[str, tuple[float, ...]]:
        """Return the condition for rows `near` by the index of positions, if the file has a whole one."""
        name, sql = self._tables.get(f"rtree_{layer.table}_{layer.geometry}".lower(), ("", ""))
        if near is None or not _RTREE.match(sql) or "\0" in name:
            return "", ()
        try:
            (entries,) = self._select("count(*)", name).fetchone()
            (rows,) = self._select(f"sum(typeof({_quoted(layer.geometry)}) = 'blob')", layer.table).fetchone()
            if entries < (rows or 0):
                return "", ()
            number, west, east, south, north = map(_quoted, self._columns(name))
            self._select("rowid", layer.table, " LIMIT 1").fetchone()
        except (sqlite3.Error, ValueError):
            # A damaged index, or a table without row numbers: every row is looked at instead.
            return "", ()
        inside = f"{east} >= ? AND {west} <= ? AND {north} >= ? AND {south} <= ?"
        index = f"SELECT {number} FROM {_quoted(name)} WHERE {inside}"  # noqa: S608 - all names are quoted
        return f" WHERE rowid IN ({index})", (near[0], near[2], near[1], near[3])

    def _select(self, what: str, table: str, rest: str = "", values: Sequence[float] = ()) -> sqlite3.Cursor:
        return self._connection.execute(f"SELECT {what} FROM {_quoted(table)}{rest}", values)  # noqa: S608 - the same


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """Yield the GeoPackage at `path`, and close it.

    Raises
    ------
    PlanMapError
        It is damaged, which may also become clear while it is read.
    """
    connection = None
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        for limit, value in _LIMITS.items():
            connection.setlimit(limit, value)
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        connection.set_authorizer(_allowed)
        yield Package(path, connection)
    except (sqlite3.Error, UnicodeError) as error:
        # Names of columns, and SQLite's messages, with bytes that are no text make Python raise a UnicodeError.
        raise PlanMapError("foreign-damaged", file=path.name, reason=str(error)[:200]) from error
    finally:
        if connection is not None:
            connection.close()


def _allowed(action: int, one: str | None, two: str | None, _database: str | None, _source: str | None) -> int:
    if action in (sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_ATTACH):
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and str(two).lower() not in _FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(value if isinstance(value, str) else "" for value in values)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _crs(organization: str, code: str, definition: str) -> pyproj.CRS | None:
    """Return a reference system of positions on the earth by its code, else by its definition (WKT)."""
    # A definition can name files of shifts, and they are not to be fetched.
    pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined]  # documented, and not in its types
    crs = None
    with suppress(ProjError):
        crs = pyproj.CRS.from_authority(organization, code)
    if crs is None:
        with suppress(ProjError):
            crs = pyproj.CRS.from_wkt(definition)
    return crs if crs is not None and (crs.is_geographic or crs.is_projected) else None


def _in_system(bounds: BBox, transformer: pyproj.Transformer) -> BBox | None:
    """Return the bounds around `bounds` in the system that `transformer` begins with; None if it has no such place."""
    try:
        west, south, east, north = transformer.transform_bounds(*bounds, direction="INVERSE")
    except ProjError:
        return None
    if not np.isfinite([west, south, east, north]).all() or west > east or south > north:
        return None
    x, y = SLACK * (east - west), SLACK * (north - south)
    return west - x, south - y, east + x, north + y


def _batches(
    cursor: sqlite3.Cursor, near: BBox | None
) -> Iterator[tuple[int, int, list[tuple[Blob, tuple[str, ...]]]]]:
    """Yield how many rows came before, how many are looked at, and those of them whose header allows to be `near`."""
    before = looked = size = 0
    rows: list[tuple[Blob, tuple[str, ...]]] = []
    for value, *texts in cursor:
        looked += 1
        with suppress(GeometryError):
            blob = read_blob(value)
            if near is None or blob.envelope is None or _touch(blob.envelope, near):
                rows.append((blob, _texts(texts)))
                size += len(blob.wkb)
        if looked >= MOST_ROWS or size >= MOST_BYTES:
            yield before, looked, rows
            before, looked, size, rows = before + looked, 0, 0, []
    yield before, looked, rows


def _touch(one: BBox, other: BBox) -> bool:
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]


def _moved(shapes: NDArray[np.object_], transformer: pyproj.Transformer) -> NDArray[np.object_]:
    """Return `shapes` in WGS 84; None for what has a position that is no number, or that the system does not have."""

    def degrees(positions: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(positions[:, 0], positions[:, 1]))

    with np.errstate(all="ignore"):
        positions, owners = shapely.get_coordinates(shapes, return_index=True)
        moved = degrees(positions) if len(positions) else positions
        found = shapes.copy()
        found[owners[~np.isfinite(moved).all(axis=1)]] = None
        result: NDArray[np.object_] = shapely.transform(found, degrees)
    return result


def _reaching(shapes: NDArray[np.object_], bounds: BBox) -> NDArray[np.bool_]:
    """Whether the own bounds of each of `shapes` touch `bounds`."""
    west, south, east, north = shapely.bounds(shapes).T
    # A comparison with what is not a number is false, so None does not.
    inside: NDArray[np.bool_] = (west <= bounds[2]) & (east >= bounds[0]) & (south <= bounds[3]) & (north >= bounds[1])
    return inside
