"""A GeoPackage with one table of features, as `geo.foreign.vector_files.bring_in` writes it: read by SQLite alone.

What the file says of itself beyond the format stands in it as a text of JSON, in the tables that the format has for
such texts (OGC 12-128r19, annex F.8, metadata), so that one file is the whole layer.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import GeometryError, PlanMapError
from geo.geopackage import geometries_from_wkb, read_blob
from geo.grid import BBox
from geo.value_test import NUMBER_FUNCTION, ValueTest, number_of, quoted

TABLE = "features"
GEOMETRY = "geom"
INDEX = "rtree_features_geom"
URI = "https://planmap/own-layer"
"""By this name the text of ours is known among others; nothing is there to be fetched."""

BATCH = 5_000
"""Features that are read at once."""

MANY = 50_000
"""Features of which it is faster to read the whole table than them alone."""

_METADATA = """
CREATE TABLE IF NOT EXISTS gpkg_metadata (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT,
  row_id_value INTEGER, timestamp DATETIME NOT NULL, md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
"""
_EXTENSIONS = tuple(
    (table, None, "gpkg_metadata", "http://www.geopackage.org/spec120/#extension_metadata", "read-write")
    for table in ("gpkg_metadata", "gpkg_metadata_reference")
)


@dataclass(frozen=True, slots=True)
class Features:
    """Some features of a layer, in the order of their numbers."""

    ids: NDArray[np.int64]
    """The numbers in the file (`fid`)."""
    geometries: NDArray[np.object_]
    """WGS 84, degrees, in two dimensions unless more were asked for; None for a feature without one."""
    values: dict[str, list[Any]]
    """The values of each field that was asked for."""

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ids)


_MEETS = "maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?"


class FeaturePackage:
    """An open file. Its geometries are checked before GEOS sees them: other programs may have written in it."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        columns = {row[1]: str(row[2]) for row in self._rows(f"PRAGMA table_info({TABLE})")}
        self._declared = columns
        self.fields = [column for column in columns if column not in ("fid", GEOMETRY)]
        """Names of the columns that are neither number nor geometry."""
        if not columns:
            raise PlanMapError("layer-damaged", file=name)

    @property
    def about(self) -> dict[str, Any]:
        """What the file says of itself; empty if it says nothing of ours."""
        try:
            rows = self._rows("SELECT metadata FROM gpkg_metadata WHERE md_standard_uri = ? ORDER BY id DESC", (URI,))
            found = json.loads(rows[0][0]) if rows else {}
        except (PlanMapError, ValueError, TypeError):
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def count(self) -> int:
        """How many features there are."""
        return int(self._rows(f"SELECT count(*) FROM {TABLE}")[0][0])  # noqa: S608 - a name of our own

    @property
    def state(self) -> str:
        """A text that changes with the features, as far as programs that change them keep the standard."""
        changed = self._rows("SELECT last_change FROM gpkg_contents WHERE table_name = ?", (TABLE,))
        last = self._rows(f"SELECT max(fid) FROM {TABLE}")  # noqa: S608 - a name of our own
        return f"{self.count} {last[0][0]} {changed[0][0] if changed else ''}"

    def whole_column(self, field: str) -> Iterator[list[Any]]:
        """Yield the values of a field by rising number of their features, some at a time, without the geometries.

        Raises
        ------
        PlanMapError
            The file is damaged, or has no such field.
        """
        if field not in self.fields:
            raise PlanMapError("layer-field", file=self._name, field=field)
        after = -(2**63)
        query = f"SELECT fid, {quoted(field)} FROM {TABLE} WHERE fid > ? ORDER BY fid LIMIT {BATCH}"  # noqa: S608
        while rows := self._rows(query, (after,)):
            yield [value for _, value in rows]
            after = rows[-1][0]

    def within(
        self,
        bounds: BBox,
        fields: Sequence[str] = (),
        *,
        most: int | None = None,
        ids: NDArray[np.int64] | None = None,
    ) -> Features:
        """Return the features whose bbox meets `bounds` (WGS 84, degrees), at most `most` of them.

        With `ids`, only those that have one of these numbers.

        Raises
        ------
        PlanMapError
            The file is damaged, or has no such field.
        """
        if ids is not None:
            there = np.intersect1d(ids, self.boxes(bounds)[0], assume_unique=True)[:most]
            return _joined(list(self.chosen(there, fields)), fields)
        west, south, east, north = bounds
        where = f"WHERE fid IN (SELECT id FROM {INDEX} WHERE {_MEETS})"  # noqa: S608 - names of our own
        return self._features(fields, where, (west, east, south, north), most)

    def count_within(self, bounds: BBox) -> int:
        """Return how many features have a bbox that meets `bounds`; likewise."""
        west, south, east, north = bounds
        query = f"SELECT count(*) FROM {INDEX} WHERE {_MEETS}"  # noqa: S608 - names of our own
        return int(self._rows(query, (west, east, south, north))[0][0])

    def numbered(self, ids: Sequence[int], fields: Sequence[str] = ()) -> Features:
        """Return the features with these numbers, as far as they are there; likewise."""
        marks = ", ".join("?" * len(ids))
        return self._features(fields, f"WHERE fid IN ({marks})", tuple(int(each) for each in ids), None)

    def all(self, fields: Sequence[str] = (), *, most: int | None = None) -> Features:
        """Return all features, at most `most`; likewise."""
        return self._features(fields, "", (), most)

    def batches(
        self, fields: Sequence[str] = (), *, ids: NDArray[np.int64] | None = None, flat: bool = True
    ) -> Iterator[Features]:
        """Yield all features, or those with the ascending numbers `ids`, some at a time; likewise.

        With `flat` false geometries have the heights and measures that they have in the file.
        """
        if ids is not None:
            for begin in range(0, len(ids), BATCH):
                some = ids[begin : begin + BATCH].tolist()
                marks = ", ".join("?" * len(some))
                if len(found := self._features(fields, f"WHERE fid IN ({marks})", some, None, flat=flat)):
                    yield found
            return
        after = -(2**63)
        while len(found := self._features(fields, "WHERE fid > ?", (after,), BATCH, flat=flat)):
            yield found
            after = int(found.ids[-1])

    def types(self) -> dict[str, str]:
        """Return the type of each field as the file declares it, in capital letters."""
        return {row[1]: str(row[2]).upper() for row in self._rows(f"PRAGMA table_info({TABLE})")}

    def passing(self, tests: Sequence[ValueTest]) -> NDArray[np.int64]:
        """Return the numbers of the features that pass all `tests`, rising; likewise."""
        where, values = self._tested(tests)
        rows = self._rows(f"SELECT fid FROM {TABLE} AS f{where} ORDER BY fid", values)  # noqa: S608
        return np.array([row[0] for row in rows], dtype=np.int64)

    def boxes(self, bounds: BBox, tests: Sequence[ValueTest] = ()) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the numbers of the features whose bbox meets `bounds` and that pass all `tests`, and their boxes.

        The boxes are rows of west, south, east, north, at most 10⁻⁷ of a degree's value too large; likewise.
        """
        west, south, east, north = bounds
        where, values = self._tested(tests)
        join = f" JOIN {TABLE} AS f ON f.fid = r.id" if tests else ""
        box = "r.maxx >= ? AND r.minx <= ? AND r.maxy >= ? AND r.miny <= ?"
        query = (
            f"SELECT r.id, r.minx, r.miny, r.maxx, r.maxy FROM {INDEX} AS r{join} "  # noqa: S608
            f"{where} {'AND' if tests else 'WHERE'} {box} ORDER BY r.id"
        )
        rows = np.array(self._rows(query, (*values, west, east, south, north)), dtype=np.float64).reshape(-1, 5)
        return rows[:, 0].astype(np.int64), rows[:, 1:]

    def boxes_of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the same of the features with these numbers, which rise, without those that have no geometry."""
        if len(ids) > MANY:
            found, boxes = self.boxes((-180.0, -90.0, 180.0, 90.0))
            there = np.isin(found, ids)
            return (found, boxes) if there.all() else (found[there], boxes[there])
        rows: list[tuple[Any, ...]] = []
        for part in _parts(ids):
            marks = ", ".join("?" * len(part))
            query = f"SELECT id, minx, miny, maxx, maxy FROM {INDEX} WHERE id IN ({marks}) ORDER BY id"  # noqa: S608
            rows += self._rows(query, part)
        table = np.array(rows, dtype=np.float64).reshape(-1, 5)
        return table[:, 0].astype(np.int64), table[:, 1:]

    def column(self, field: str, ids: NDArray[np.int64]) -> list[Any]:
        """Return the values of a field of the features with these numbers, which rise; likewise."""
        self._check_fields([field])
        name = quoted(field)
        if len(ids) > MANY:
            rows = self._rows(f"SELECT fid, {name} FROM {TABLE} ORDER BY fid")  # noqa: S608
            there = np.isin(np.array([row[0] for row in rows], dtype=np.int64), ids)
            return [rows[index][1] for index in np.flatnonzero(there).tolist()]
        found: dict[int, Any] = {}
        for part in _parts(ids):
            marks = ", ".join("?" * len(part))
            found |= dict(self._rows(f"SELECT fid, {name} FROM {TABLE} WHERE fid IN ({marks})", part))  # noqa: S608
        return [found.get(fid) for fid in ids.tolist()]

    def distinct(self, field: str, most: int, tests: Sequence[ValueTest] = ()) -> list[tuple[Any, int]]:
        """Return the values of a field with how many features have each, the most frequent first, at most `most`.

        With `tests`, only of the features that pass all of them; likewise.
        """
        self._check_fields([field])
        where, values = self._tested(tests)
        query = (
            f"SELECT {quoted(field)}, count(*) FROM {TABLE} AS f{where} "  # noqa: S608
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {int(most)}"
        )
        return [(row[0], int(row[1])) for row in self._rows(query, values)]

    def chosen(self, ids: NDArray[np.int64], fields: Sequence[str] = ()) -> Iterator[Features]:
        """Yield the features with these numbers, which rise, some at a time; likewise."""
        for part in _parts(ids):
            yield self.numbered(part, fields)

    def _tested(self, tests: Sequence[ValueTest]) -> tuple[str, list[Any]]:
        """Return the part of a query that asks for `tests` of the table `f`, and its values."""
        self._check_fields([test.field for test in tests])
        parts = [test.sql(self._declared[test.field]) for test in tests]
        where = " WHERE " + " AND ".join(part for part, _ in parts) if parts else ""
        return where, [value for _, values in parts for value in values]

    def _check_fields(self, fields: Sequence[str]) -> None:
        unknown = [field for field in fields if field not in self.fields]
        if unknown:
            raise PlanMapError("layer-field", file=self._name, field=unknown[0])

    def _features(
        self, fields: Sequence[str], where: str, values: Sequence[Any], most: int | None, *, flat: bool = True
    ) -> Features:
        self._check_fields(fields)
        columns = "".join(f", {quoted(field)}" for field in fields)
        limit = f" LIMIT {int(most)}" if most is not None else ""
        query = f"SELECT fid, {GEOMETRY}{columns} FROM {TABLE} {where} ORDER BY fid{limit}"  # noqa: S608
        rows = self._rows(query, values)
        geometries = geometries_from_wkb([_wkb(row[1]) for row in rows], flat=flat)
        return Features(
            np.array([row[0] for row in rows], dtype=np.int64),
            geometries,
            {field: [row[number] for row in rows] for number, field in enumerate(fields, 2)},
        )

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(query, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise PlanMapError("layer-damaged", file=self._name) from error


@contextmanager
def opened(path: Path) -> Iterator[FeaturePackage]:
    """Yield the file at `path`, which is not changed.

    Raises
    ------
    PlanMapError
        It is missing, or no such file.
    """
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise PlanMapError("layer-damaged", file=path.name) from error
    try:
        # What other programs have put into a text column need not be text.
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.create_function(NUMBER_FUNCTION, 1, number_of, deterministic=True)
        yield FeaturePackage(connection, path.name)
    finally:
        connection.close()


def describe(path: Path, about: Mapping[str, Any]) -> None:
    """Have the file at `path` say `about` of itself, in place of what it said before.

    Raises
    ------
    PlanMapError
        It cannot be written.
    """
    try:
        connection = sqlite3.connect(path)
        try:
            with connection:
                connection.executescript(_METADATA)
                # Without a column the rows are never the same to SQLite, so they would be added again each time.
                connection.execute("DELETE FROM gpkg_extensions WHERE extension_name = 'gpkg_metadata'")
                connection.executemany("INSERT INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)", _EXTENSIONS)
                connection.execute(
                    "DELETE FROM gpkg_metadata_reference WHERE md_file_id IN "
                    "(SELECT id FROM gpkg_metadata WHERE md_standard_uri = ?)",
                    (URI,),
                )
                connection.execute("DELETE FROM gpkg_metadata WHERE md_standard_uri = ?", (URI,))
                text = json.dumps(about, ensure_ascii=False)
                made = connection.execute(
                    "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) "
                    "VALUES ('dataset', ?, 'application/json', ?)",
                    (URI, text),
                )
                now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
                connection.execute(
                    "INSERT INTO gpkg_metadata_reference VALUES ('table', ?, NULL, NULL, ?, ?, NULL)",
                    (TABLE, now, made.lastrowid),
                )
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise PlanMapError("output-refused", path=path, reason=str(error)[:100]) from error


def _joined(parts: Sequence[Features], fields: Sequence[str]) -> Features:
    return Features(
        np.concatenate([np.empty(0, dtype=np.int64), *(part.ids for part in parts)]),
        np.concatenate([np.empty(0, dtype=object), *(part.geometries for part in parts)]),
        {field: [value for part in parts for value in part.values[field]] for field in fields},
    )


def _parts(ids: NDArray[np.int64]) -> Iterator[list[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH].tolist()


def _wkb(blob: object) -> bytes:
    try:
        return read_blob(blob).wkb
    except GeometryError:
        return b""
