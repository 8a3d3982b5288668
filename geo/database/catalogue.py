"""What a database has to offer: its tables with geometries, their columns, systems and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from geo.database.columns import Column
from geo.database.connection import Session, name
from geo.errors import PlanMapError

MOST_OFFERED = 500
MOST_COLUMNS = 400

SAMPLED = 2_000
"""Rows at which it is looked where a column does not say what is in it."""

KINDS = ("r", "v", "m", "p", "f")
"""Tables, views, views that are kept, divided tables and those of other servers."""

_RELATIONS = """
SELECT n.nspname, c.relname, c.oid::int8, c.relkind::text, a.attname, format_type(a.atttypid, NULL), a.atttypmod
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind::text = ANY(%s::text[]) AND t.typname = 'geometry' AND a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%%'
  AND NOT c.relispartition
"""

_COLUMNS = """
SELECT a.attname, CASE WHEN t.typtype = 'd' THEN b.typname ELSE t.typname END, a.attnotnull, a.attnum::int8
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = t.typbasetype
WHERE a.attrelid = %s::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""

_NUMBERS = """
SELECT a.attname, i.indisprimary FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] JOIN pg_type t ON t.oid = a.atttypid
WHERE i.indrelid = %s::oid AND i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL AND i.indexprs IS NULL
  AND i.indisvalid AND (i.indisprimary OR a.attnotnull) AND t.typname IN ('int2', 'int4', 'int8')
ORDER BY i.indisprimary DESC, a.attnum
"""

_WHOLE = ("int2", "int4", "int8")
_UNREAD = ("geometry", "geography", "raster", "topogeometry", "box2d", "box3d")


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or a view with a geometry."""

    schema: str
    table: str
    geometry: str
    oid: int
    kind: str

    @property
    def shown(self) -> str:
        """Its name as it may be written behind `--table`."""
        return f"{self.schema}.{self.table}"

    @property
    def sql(self) -> sql.Composable:
        """Its name in a query."""
        return name(self.schema, self.table)


@dataclass(frozen=True, slots=True)
class Contents:
    """What there is to know of a relation."""

    relation: Relation
    key: str
    columns: tuple[Column, ...]
    srid: int
    """The code of its system; 0 for none."""
    types: dict[str, int]
    """How many features there are of each type, of those that were looked at."""
    count: int
    extent: tuple[float, float, float, float] | None
    """In its own figures."""


def relations(session: Session) -> list[Relation]:
    """Return what a database has to offer, by name.

    Raises
    ------
    PlanMapError
        It cannot be asked.
    """
    query = sql.SQL(_RELATIONS + " ORDER BY 1, 2, a.attnum LIMIT %s")
    rows = session.rows(query, (list(KINDS), MOST_OFFERED))
    return [Relation(schema, table, column, oid, kind) for schema, table, oid, kind, column, *_ in rows]


def relation_of(session: Session, schema: str, table: str, geometry: str = "") -> Relation:
    """Return a table by its name; without `schema`, the only one of that name, and without `geometry` its only one.

    Raises
    ------
    PlanMapError
        There is none, or there are several.
    """
    query = sql.SQL(_RELATIONS + " AND c.relname = %s AND (%s = '' OR n.nspname = %s) ORDER BY 1, a.attnum LIMIT 50")
    rows = session.rows(query, (list(KINDS), table, schema, schema))
    found = [Relation(row[0], row[1], row[4], row[2], row[3]) for row in rows]
    shown = f"{schema}.{table}" if schema else table
    if not found:
        near = "、".join(dict.fromkeys(each.shown for each in relations(session)[:10])) or "-"
        raise PlanMapError("postgis-missing", table=shown, near=near)
    if geometry:
        found = [each for each in found if each.geometry == geometry]
        if not found:
            raise PlanMapError("postgis-geometry", table=shown, near="、".join(row[4] for row in rows))
    if len({each.shown for each in found}) > 1:
        raise PlanMapError("postgis-missing", table=shown, near="、".join(dict.fromkeys(each.shown for each in found)))
    if len(found) > 1:
        raise PlanMapError("postgis-geometry", table=shown, near="、".join(each.geometry for each in found))
    return found[0]


def columns_of(session: Session, relation: Relation) -> dict[str, str]:
    """Return the columns of a relation that can be fields, with the names of their types."""
    rows = session.rows(_COLUMNS, (relation.oid,))
    found = {column: kind for column, kind, *_ in rows if column != relation.geometry and kind not in _UNREAD}
    return dict(list(found.items())[:MOST_COLUMNS])


def key_of(session: Session, relation: Relation, wanted: str = "") -> str:
    """Return the column that numbers the features of a relation: whole numbers, each once.

    A view cannot say so of its columns; there `wanted` names one, and it is looked at.

    Raises
    ------
    PlanMapError
        There is none.
    """
    there = [row[0] for row in session.rows(_NUMBERS, (relation.oid,))]
    types = columns_of(session, relation)
    whole = [column for column, kind in types.items() if kind in _WHOLE]
    if not wanted and there:
        return str(there[0])
    if wanted in there:
        return wanted
    if wanted in whole:
        query = sql.SQL("SELECT count(*), count({0}), count(DISTINCT {0}) FROM {1}").format(name(wanted), relation.sql)
        if len(set(session.rows(query)[0])) == 1:
            return wanted
    raise PlanMapError("postgis-key", table=relation.shown, near="、".join(whole) or "-")


def contents_of(session: Session, relation: Relation, key: str, fields: dict[str, str]) -> Contents:
    """Return what is in a relation; `fields` has the name of the field that each of its columns is to be.

    Raises
    ------
    PlanMapError
        It cannot be read.
    """
    types = columns_of(session, relation)
    geometry, table = name(relation.geometry), relation.sql
    sample = sql.SQL("(SELECT {0} AS g FROM {1} WHERE {0} IS NOT NULL LIMIT {2}) AS sample").format(
        geometry, table, sql.Literal(SAMPLED)
    )
    kinds = session.rows(sql.SQL("SELECT GeometryType(g), ST_SRID(g), count(*) FROM {} GROUP BY 1, 2").format(sample))
    systems = sorted({int(srid) for _, srid, _ in kinds})
    if len(systems) > 1:
        raise PlanMapError("postgis-systems", table=relation.shown, near="、".join(map(str, systems)))
    count, *extent = extent_of(session, relation)
    found: dict[str, int] = {}
    for kind, _, number in kinds:
        found[_TYPE_NAMES.get(str(kind), "GeometryCollection")] = int(number)
    return Contents(
        relation,
        key,
        tuple(Column(fields[column], column, types[column]) for column in types if column in fields),
        systems[0] if systems else 0,
        found,
        int(count),
        None if extent[0] is None else (extent[0], extent[1], extent[2], extent[3]),
    )


def extent_of(session: Session, relation: Relation) -> tuple[Any, ...]:
    """Return how many rows there are, and left, bottom, right and top of their geometries, all None if there are none.

    Raises
    ------
    PlanMapError
        It cannot be read.
    """
    query = sql.SQL(
        "SELECT n, ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) "
        "FROM (SELECT count(*) AS n, ST_Extent({}) AS e FROM {}) AS t"
    )
    return session.rows(query.format(name(relation.geometry), relation.sql))[0]


_TYPE_NAMES = {
    each.upper(): each
    for each in (
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
    )
}
