"""Writing features as a GeoPackage with one table, by SQLite alone. Format: OGC 12-128r19."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from geo.errors import PlanMapError
from geo.feature_table import DECLARED
from geo.foreign.features.shapes import NAMES
from geo.foreign.features.source import Field
from geo.output import drafted

TABLE = "features"
NUMBER = "source_fid"
"""The column with the number of a feature in the file that it comes from."""

_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER, FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  PRIMARY KEY (table_name, column_name),
  FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, UNIQUE (table_name, column_name, extension_name));
INSERT INTO gpkg_extensions VALUES ('features', 'geom', 'gpkg_rtree_index',
  'http://www.geopackage.org/spec120/#extension_rtree', 'write-only');
CREATE VIRTUAL TABLE rtree_features_geom USING rtree(id, minx, maxx, miny, maxy);
"""

_INDEX = "rtree_features_geom"

_TRIGGERS = """
CREATE TRIGGER rtree_features_geom_insert AFTER INSERT ON features WHEN (HAS) BEGIN PUT END;
CREATE TRIGGER rtree_features_geom_update1 AFTER UPDATE OF geom ON features WHEN OLD.fid = NEW.fid AND (HAS)
  BEGIN PUT END;
CREATE TRIGGER rtree_features_geom_update2 AFTER UPDATE OF geom ON features WHEN OLD.fid = NEW.fid AND NOT (HAS)
  BEGIN DELETE FROM rtree_features_geom WHERE id = OLD.fid; END;
CREATE TRIGGER rtree_features_geom_update3 AFTER UPDATE ON features WHEN OLD.fid != NEW.fid AND (HAS)
  BEGIN DELETE FROM rtree_features_geom WHERE id = OLD.fid; PUT END;
CREATE TRIGGER rtree_features_geom_update4 AFTER UPDATE ON features WHEN OLD.fid != NEW.fid AND NOT (HAS)
  BEGIN DELETE FROM rtree_features_geom WHERE id IN (OLD.fid, NEW.fid); END;
CREATE TRIGGER rtree_features_geom_delete AFTER DELETE ON features WHEN OLD.geom NOT NULL
  BEGIN DELETE FROM rtree_features_geom WHERE id = OLD.fid; END;
""".replace("HAS", "NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom)").replace(
    "PUT",
    "INSERT OR REPLACE INTO rtree_features_geom VALUES (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), "
    "ST_MinY(NEW.geom), ST_MaxY(NEW.geom));",
)
"""Other programs that change a feature keep the index right with these; they have the functions."""


class Target:
    """A GeoPackage that is being written."""

    def __init__(self, connection: sqlite3.Connection, fields: Sequence[Field]) -> None:
        self._connection = connection
        self.columns = named(fields)
        own = "".join(
            f", {_quoted(name)} {DECLARED[field.type]}" for name, field in zip(self.columns, fields, strict=True)
        )
        connection.executescript(_TABLES)
        connection.execute(
            f"CREATE TABLE {TABLE} "
            f"(fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom GEOMETRY, {NUMBER} INTEGER{own})"
        )
        marks = ", ".join("?" * (3 + len(fields)))
        self._insert = f"INSERT INTO {TABLE} VALUES ({marks})"  # noqa: S608 - all of it is our own
        self.written = 0
        self._types: set[int] = set()
        self._bounds = np.array([np.inf, np.inf, -np.inf, -np.inf])
        self._z = self._m = False

    def add(self, numbers: Sequence[int], geometries: NDArray[np.object_], columns: Sequence[Sequence[Any]]) -> None:
        """Write features: their numbers, geometries in WGS 84 and the values of each field."""
        if not len(numbers):
            return
        bounds = shapely.bounds(geometries)
        blobs = _blobs(geometries, bounds)
        ids = range(self.written + 1, self.written + 1 + len(numbers))
        self._connection.executemany(self._insert, zip(ids, blobs, numbers, *columns, strict=True))
        index = (
            (number, each[0], each[2], each[1], each[3])
            for number, each, blob in zip(ids, bounds.tolist(), blobs, strict=True)
            if blob is not None
        )
        self._connection.executemany(f"INSERT INTO {_INDEX} VALUES (?, ?, ?, ?, ?)", index)  # noqa: S608 - the same
        self.written += len(numbers)
        there = np.array([blob is not None for blob in blobs], dtype=bool)
        if there.any():
            self._types |= set(shapely.get_type_id(geometries[there]).tolist())
            low, high = bounds[there, :2].min(axis=0), bounds[there, 2:].max(axis=0)
            self._bounds = np.concatenate([np.minimum(self._bounds[:2], low), np.maximum(self._bounds[2:], high)])
            self._z |= bool(shapely.has_z(geometries[there]).any())
            self._m |= bool(shapely.has_m(geometries[there]).any())

    def finish(self, title: str) -> dict[str, Any]:
        """Write what the file says of itself; return `bounds` and `geometry_type`."""
        connection = self._connection
        wgs84 = pyproj.CRS.from_epsg(4326).to_wkt("WKT1_GDAL")
        systems = [
            ("Undefined Cartesian", -1, "NONE", -1, "undefined", None),
            ("Undefined geographic", 0, "NONE", 0, "undefined", None),
            ("WGS 84", 4326, "EPSG", 4326, wgs84, None),
        ]
        connection.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", systems)
        bounds = self._bounds.tolist() if np.isfinite(self._bounds).all() else [None] * 4
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        connection.execute(
            "INSERT INTO gpkg_contents VALUES (?, 'features', ?, '', ?, ?, ?, ?, ?, 4326)", (TABLE, title, now, *bounds)
        )
        kind = NAMES[next(iter(self._types))].upper() if len(self._types) == 1 else "GEOMETRY"
        z, m = 2 * self._z, 2 * self._m
        connection.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, 4326, ?, ?)", (TABLE, kind, z, m))
        connection.executescript(_TRIGGERS)
        connection.commit()
        return {"bounds": bounds if bounds[0] is not None else None, "geometry_type": kind}


@contextmanager
def written(path: Path, fields: Sequence[Field]) -> Iterator[Target]:
    """Yield the GeoPackage that is at `path` afterwards if nothing raises; if something does, nothing has changed."""
    with drafted(path) as draft:
        connection = sqlite3.connect(draft)
        try:
            connection.execute("PRAGMA application_id = 1196444487")
            connection.execute("PRAGMA user_version = 10300")
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            yield Target(connection, fields)
        except sqlite3.Error as error:
            raise PlanMapError("vector-write", file=path.name, reason=str(error)[:100]) from error
        finally:
            connection.close()


def named(fields: Sequence[Field]) -> list[str]:
    """Return a name for the column of each field: its own, but for names that are taken or that SQLite has not."""
    taken, names = {"fid", "geom", NUMBER}, []
    for number, field in enumerate(fields, 1):
        own = "".join(letter for letter in field.name if letter.isprintable()).strip() or f"field_{number}"
        name, again = own, 1
        # SQLite takes names for the same that differ by the case of Latin letters.
        while name.lower() in taken:
            again += 1
            name = f"{own}_{again}"
        taken.add(name.lower())
        names.append(name)
    return names


def _blobs(geometries: NDArray[np.object_], bounds: NDArray[np.float64]) -> list[bytes | None]:
    wkb = shapely.to_wkb(geometries, byte_order=1, flavor="iso", output_dimension=4)
    absent = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    return [
        None if gone else struct.pack("<2sBBi4d", b"GP", 0, 0b11, 4326, west, east, south, north) + data
        for gone, data, (west, south, east, north) in zip(absent.tolist(), wkb, bounds.tolist(), strict=True)
    ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
