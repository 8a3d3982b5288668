"""The features of a table in PostGIS, as `geo.feature_table.FeatureTable` asks for them: the database does the work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from psycopg import sql

from geo.database.catalogue import Relation, columns_of, extent_of, relation_of
from geo.database.columns import Column
from geo.database.connection import Session, name
from geo.database.frame import TableFrame
from geo.errors import PlanMapError
from geo.feature_package import BATCH, Features
from geo.feature_table import Ids
from geo.geopackage import geometries_from_wkb
from geo.grid import BBox
from geo.value_test import ValueTest


@dataclass(frozen=True, slots=True)
class TableWanted:
    """Which table is to be read, and how."""

    schema: str
    table: str
    geometry: str
    key: str
    columns: tuple[Column, ...]


class DatabaseTable:
    """A table within one transaction. See `geo.feature_table.FeatureTable`."""

    def __init__(self, session: Session, wanted: TableWanted, frame: TableFrame) -> None:
        """Take a table.

        Raises
        ------
        PlanMapError
            It is not there, or has no longer the columns that it had.
        """
        self.session, self.frame = session, frame
        self.relation: Relation = relation_of(session, wanted.schema, wanted.table, wanted.geometry)
        there = columns_of(session, self.relation)
        gone = [each.column for each in wanted.columns if there.get(each.column) != each.type]
        gone += [wanted.key] if wanted.key not in there else []
        if gone:
            raise PlanMapError("postgis-changed", address=self.relation.shown, reason=gone[0])
        self._columns = {each.field: each for each in wanted.columns}
        self.fields = list(self._columns)
        self.key = name(wanted.key)
        self.raw = name(wanted.geometry)
        self.geometry = frame.in_degrees(self.raw)
        """In degrees of the table's datum."""

    @property
    def count(self) -> int:
        """How many features there are."""
        return int(self._rows(sql.SQL("SELECT count(*) FROM {}").format(self.relation.sql))[0][0])

    def summary(self) -> tuple[int, BBox | None]:
        """Return how many features there are, and what they cover, in degrees (WGS 84)."""
        count, *box = extent_of(self.session, self.relation)
        west, south, east, north = box
        return int(count), None if west is None else self.frame.from_figures((west, south, east, north))

    def estimated_count(self) -> int:
        """Return about how many features there are, as the server planned for when it looked last."""
        query = sql.SQL(
            # A divided table may have the sum of its parts, or nothing yet.
            "SELECT greatest(max(c.reltuples), sum(c.reltuples) FILTER (WHERE c.relkind <> 'p'), 0)::int8 "
            "FROM pg_class c WHERE c.oid = %s::oid OR c.oid IN (SELECT relid FROM pg_partition_tree(%s::oid::regclass))"
        )
        return int(self._rows(query, [self.relation.oid, self.relation.oid])[0][0] or 0)

    @property
    def state(self) -> str:
        """A text that changes with the features, see `geo.database.changes`."""
        from geo.database.changes import state_of

        return state_of(self.session, self.relation)

    def types(self) -> dict[str, str]:
        """Return the type of each field as a GeoPackage would declare it."""
        return {field: column.declared for field, column in self._columns.items()}

    def column_of(self, field: str) -> Column:
        """Return the column of a field."""
        if field not in self._columns:
            raise PlanMapError("layer-field", file=self.relation.shown, field=field)
        return self._columns[field]

    def within(
        self, bounds: BBox, fields: Sequence[str] = (), *, most: int | None = None, ids: Ids | None = None
    ) -> Features:
        """Return the features whose bbox meets `bounds`."""
        met, values = self.meets(bounds)
        if ids is not None:
            met, values = sql.SQL("{} AND {} = ANY(%s::int8[])").format(met, self.key), [*values, ids.tolist()]
        # What is beyond the edge goes before it is counted.
        found = self._features(fields, met, values, most if self.frame.is_plain else None)
        if self.frame.is_plain or not len(found):
            return found
        there = _meet(shapely.bounds(found.geometries), bounds)
        return _taken(found, np.flatnonzero(there)[:most])

    def count_within(self, bounds: BBox) -> int:
        """Return how many features have a bbox that meets `bounds`."""
        if not self.frame.is_plain:
            return len(self.boxes(bounds)[0])
        met, values = self.meets(bounds)
        query = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(self.relation.sql, met)
        return int(self._rows(query, values)[0][0])

    def numbered(self, ids: Sequence[int], fields: Sequence[str] = ()) -> Features:
        """Return the features with these numbers."""
        chosen = [int(each) for each in ids]
        return self._features(fields, sql.SQL("{} = ANY(%s::int8[])").format(self.key), [chosen], None)

    def all(self, fields: Sequence[str] = (), *, most: int | None = None) -> Features:
        """Return all features, at most `most`."""
        return self._features(fields, sql.SQL("true"), [], most)

    def batches(self, fields: Sequence[str] = (), *, ids: Ids | None = None, flat: bool = True) -> Iterator[Features]:
        """Yield all features, or some of them, some at a time."""
        if ids is not None:
            chosen = sql.SQL("{} = ANY(%s::int8[])").format(self.key)
            for begin in range(0, len(ids), BATCH):
                part = ids[begin : begin + BATCH].tolist()
                if len(found := self._features(fields, chosen, [part], None, flat=flat)):
                    yield found
            return
        after = -(2**63)
        beyond = sql.SQL("{} > %s::int8").format(self.key)
        while len(found := self._features(fields, beyond, [after], BATCH, flat=flat)):
            yield found
            after = int(found.ids[-1])

    def passing(self, tests: Sequence[ValueTest]) -> Ids:
        """Return the numbers of the features that pass all `tests`."""
        where, values = self.tested(tests)
        query = sql.SQL("SELECT {0}::int8 FROM {1} WHERE {2} ORDER BY {0}").format(self.key, self.relation.sql, where)
        return _numbers(self._rows(query, values))

    def boxes(self, bounds: BBox, tests: Sequence[ValueTest] = ()) -> tuple[Ids, NDArray[np.float64]]:
        """Return the numbers and boxes of the features whose bbox meets `bounds` and that pass all `tests`."""
        where, values = self.tested(tests)
        met, edges = self.meets(bounds)
        ids, boxes = self._boxes(sql.SQL("{} AND {}").format(where, met), [*values, *edges])
        if self.frame.is_plain:
            return ids, boxes
        there = _meet(boxes, bounds)
        return ids[there], boxes[there]

    def boxes_of(self, ids: Ids) -> tuple[Ids, NDArray[np.float64]]:
        """Return the same of the features with these numbers."""
        return self._boxes(sql.SQL("{} = ANY(%s::int8[])").format(self.key), [ids.tolist()])

    def column(self, field: str, ids: Ids) -> list[Any]:
        """Return the values of a field of the features with these numbers."""
        query = sql.SQL("SELECT {0}::int8, {1} FROM {2} WHERE {0} = ANY(%s::int8[])").format(
            self.key, self.column_of(field).value, self.relation.sql
        )
        found = dict(self._rows(query, [ids.tolist()]))
        return [found.get(fid) for fid in ids.tolist()]

    def whole_column(self, field: str) -> Iterator[list[Any]]:
        """Yield the values of a field by rising number of their features, some at a time."""
        after = -(2**63)
        query = sql.SQL("SELECT {0}::int8, {1} FROM {2} WHERE {0} > %s::int8 ORDER BY {0} LIMIT {3}").format(
            self.key, self.column_of(field).value, self.relation.sql, sql.Literal(BATCH * 4)
        )
        while rows := self._rows(query, [after]):
            yield [value for _, value in rows]
            after = rows[-1][0]

    def distinct(self, field: str, most: int, tests: Sequence[ValueTest] = ()) -> list[tuple[Any, int]]:
        """Return the values of a field with how many features have each, the most frequent first."""
        column = self.column_of(field)
        where, values = self.tested(tests)
        order = ' COLLATE "C"' if column.declared in ("TEXT", "DATE", "DATETIME") else ""
        query = sql.SQL(
            "SELECT v, count(*) FROM (SELECT {} AS v FROM {} WHERE {}) AS t GROUP BY v "  # noqa: S608
            "ORDER BY 2 DESC, v" + order + " NULLS FIRST LIMIT {}"
        ).format(column.value, self.relation.sql, where, sql.Literal(int(most)))
        return [(row[0], int(row[1])) for row in self._rows(query, values)]

    def chosen(self, ids: Ids, fields: Sequence[str] = ()) -> Iterator[Features]:
        """Yield the features with these numbers, some at a time."""
        for begin in range(0, len(ids), BATCH):
            yield self.numbered(ids[begin : begin + BATCH].tolist(), fields)

    def meets(self, bounds: BBox) -> tuple[sql.Composable, list[Any]]:
        """Return the condition that a feature's bbox meets `bounds`, or nearly so where datums differ."""
        degrees = self.frame.around(bounds)
        if degrees is None:
            return sql.SQL("false"), []
        return self.meets_degrees(degrees)

    def meets_degrees(self, degrees: BBox) -> tuple[sql.Composable, list[Any]]:
        """Return the same for a box in degrees of the table's datum; the table's own index finds what may meet it."""
        box = sql.SQL("ST_MakeEnvelope(%s, %s, %s, %s, {})")
        # The code that the figures have in the table, whatever they are taken for.
        figures = self.frame.in_figures(degrees)
        of_index = sql.SQL("{0} && ST_SetSRID({1}, {2})")
        srid = sql.Literal(self.srid)
        met = sql.SQL("{} && {}").format(self.geometry, box.format(sql.Literal(self.frame.degrees)))
        if not self.frame.is_grid:
            return of_index.format(self.raw, box.format(sql.Literal(0)), srid), list(degrees)
        if figures is None:
            return met, list(degrees)
        coarse = of_index.format(self.raw, box.format(sql.Literal(0)), srid)
        return sql.SQL("{} AND {}").format(coarse, met), [*figures, *degrees]

    @property
    def srid(self) -> int:
        """The code that the geometries have in the table, which may be none or a wrong one."""
        if self._srid is None:
            query = sql.SQL("SELECT ST_SRID({0}) FROM {1} WHERE {0} IS NOT NULL LIMIT 1").format(
                self.raw, self.relation.sql
            )
            rows = self._rows(query)
            self._srid = int(rows[0][0]) if rows else self.frame.srid
        return self._srid

    _srid: int | None = None

    def tested(self, tests: Sequence[ValueTest]) -> tuple[sql.Composable, list[Any]]:
        """Return the condition that a feature passes all `tests`, and its values."""
        parts = [self.column_of(test.field).condition(test) for test in tests]
        where = sql.SQL(" AND ").join([part for part, _ in parts]) if parts else sql.SQL("true")
        return where, [value for _, values in parts for value in values]

    def _boxes(self, where: sql.Composable, values: Sequence[Any]) -> tuple[Ids, NDArray[np.float64]]:
        query = sql.SQL(
            # No table is called so, whatever its columns are called.
            "SELECT {0}::int8, ST_XMin(planmap.g), ST_YMin(planmap.g), ST_XMax(planmap.g), ST_YMax(planmap.g) "
            "FROM {1}, LATERAL (SELECT {2} AS g) AS planmap WHERE {3} AND NOT ST_IsEmpty(planmap.g) ORDER BY {0}"
        ).format(self.key, self.relation.sql, self.geometry, where)
        rows = self._rows(query, values)
        ids = _numbers(rows)
        boxes = self.frame.moved_boxes(np.array([row[1:] for row in rows], dtype=np.float64).reshape(-1, 4))
        there = np.isfinite(boxes).all(axis=1)
        return ids[there], boxes[there]

    def _features(
        self,
        fields: Sequence[str],
        where: sql.Composable,
        values: Sequence[Any],
        most: int | None,
        *,
        flat: bool = True,
    ) -> Features:
        columns = sql.SQL("").join([sql.SQL(", {}").format(self.column_of(field).value) for field in fields])
        limit = sql.SQL(" LIMIT {}").format(sql.Literal(int(most))) if most is not None else sql.SQL("")
        query = sql.SQL("SELECT {0}::int8, ST_AsBinary(ST_CurveToLine({1})){2} FROM {3} WHERE {4} ORDER BY {0}{5}")
        rows = self._rows(query.format(self.key, self.geometry, columns, self.relation.sql, where, limit), values)
        geometries = geometries_from_wkb([bytes(row[1] or b"") for row in rows], flat=flat)
        return Features(
            _numbers(rows),
            self.frame.moved(geometries),
            {field: [row[number] for row in rows] for number, field in enumerate(fields, 2)},
        )

    def _rows(self, query: sql.SQL | sql.Composed, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self.session.rows(query, values)


def _numbers(rows: Sequence[tuple[Any, ...]]) -> Ids:
    return np.array([row[0] for row in rows], dtype=np.int64)


def _meet(boxes: NDArray[np.float64], bounds: BBox) -> NDArray[np.bool_]:
    west, south, east, north = bounds
    met: NDArray[np.bool_] = (
        (boxes[:, 2] >= west) & (boxes[:, 0] <= east) & (boxes[:, 3] >= south) & (boxes[:, 1] <= north)
    )
    return met


def _taken(features: Features, chosen: NDArray[np.intp]) -> Features:
    return Features(
        features.ids[chosen],
        features.geometries[chosen],
        {field: [values[index] for index in chosen.tolist()] for field, values in features.values.items()},
    )
