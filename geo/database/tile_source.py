"""What meets a tile of a table, as a part of a query: each feature with its home, its cell and its size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from psycopg import sql

from geo.database.places import centre, on_the_world, world_units
from geo.database.table import DatabaseTable
from geo.grid import BBox
from geo.tiles.archive import mercator_latitude
from geo.tiles.thinned.cells import CELL_PIXELS, TILE_PIXELS
from geo.tiles.thinned.counting import LEVELS
from geo.tiles.thinned.pieces import MARGIN_BITS
from geo.tiles.thinned.world import TOP

CELL_BITS = (TILE_PIXELS // CELL_PIXELS).bit_length() - 1
"""A tile has so many bits of cells along its side."""

_LIMITS = [float(pixels) for pixels, _ in LEVELS[:-1]]


class At(NamedTuple):
    """A tile."""

    zoom: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """Which category each feature has: an expression, and what it is joined with."""

    count: int
    expression: sql.Composable
    """NULL for what is not drawn."""
    join: sql.Composable = field(default_factory=lambda: sql.SQL(""))
    values: tuple[Any, ...] = ()
    """What stands for the marks in `join`."""
    chosen: sql.Composable = field(default_factory=lambda: sql.SQL("true"))
    """The condition that a feature fulfils to be in the tiles at all."""
    chosen_values: tuple[Any, ...] = ()
    """What stands for the marks in `chosen`."""
    has_areas: bool = True
    """Whether there are areas among the features; only spares work."""
    has_lines: bool = True


def features_of(
    table: DatabaseTable, rule: CategoryRule, at: At, *, with_others: bool
) -> tuple[sql.Composable, list[Any]]:
    """Return the features that meet a tile, with where they are and how large, as a part of a query."""
    frame = table.frame
    met, values = table.meets(around(at, 1 / 2**MARGIN_BITS if with_others else 0.0))
    across, up = world_units(frame)
    cells = 2.0 ** (at.zoom + CELL_BITS)
    side = float(TILE_PIXELS * 2**at.zoom)
    # What a table calls its columns says nothing beyond the innermost part, where no other names are.
    rows = sql.SQL(
        "(SELECT {key}::int8 AS fid, {raw} AS g, ({category})::int AS c FROM {relation} AS planmap_table {join} "
        "WHERE {met} AND {chosen})"
    ).format(
        key=table.key,
        raw=table.raw,
        category=rule.expression,
        relation=table.relation.sql,
        join=rule.join,
        met=met,
        chosen=rule.chosen,
    )
    source = sql.SQL(
        # What is worked out once for a row stands before an OFFSET, or it would be worked out whenever it is named.
        "(SELECT fid, g, c, wx, wy, ux, uy, cx, cy, "
        "cx >> {bits} AS hx, cy >> {bits} AS hy, size, class, is_point "
        "FROM {rows} AS t CROSS JOIN LATERAL "
        "(SELECT ST_XMin(g) AS x0, ST_YMin(g) AS y0, ST_XMax(g) AS x1, ST_YMax(g) AS y1 OFFSET 0) AS b "
        "CROSS JOIN LATERAL (SELECT wx, wy, {across} AS ux, {up} AS uy FROM {centre} AS d, LATERAL {world} AS w "
        "OFFSET 0) AS v CROSS JOIN LATERAL ("
        "SELECT floor(wx * {cells})::int8 AS cx, floor(wy * {cells})::int8 AS cy, "
        "greatest((x1 - x0) / ux, (y1 - y0) / uy) * {side} AS size, x0 = x1 AND y0 = y1 AS is_point OFFSET 0) AS e "
        "CROSS JOIN LATERAL ("
        "SELECT CASE WHEN size < {least} THEN 0 ELSE width_bucket(size, {limits}::float8[]) END AS class "
        "OFFSET 0) AS k "
        "WHERE x0 IS NOT NULL AND c IS NOT NULL)"
    ).format(
        bits=sql.Literal(CELL_BITS),
        limits=sql.Literal(_LIMITS),
        least=_sql(repr(_LIMITS[0])),
        rows=rows,
        across=across,
        up=up,
        cells=_sql(repr(cells)),
        side=_sql(repr(side)),
        centre=centre(frame),
        world=on_the_world(),
    )
    return source, [*rule.values, *values, *rule.chosen_values]


def cover(rule: CategoryRule, zoom: int) -> sql.Composable:
    """Return the expression of how many square pixels a feature covers; a line is a pixel wide."""
    side = float(TILE_PIXELS * 2**zoom)
    parts = [f"ST_Area(g) / (ux * uy) * {side * side!r}"] if rule.has_areas else []
    parts += [f"ST_Length(g) / uy * {side!r}"] if rule.has_lines else []
    return _sql(" + ".join(parts) or "0.0")


def degrees_of(at: At, margin: float) -> BBox:
    """Return a tile in degrees (WGS 84) with what is around it, as far as the web map goes."""
    side = 2.0**-at.zoom
    west, east = ((at.x - margin) * side * 360 - 180, (at.x + 1 + margin) * side * 360 - 180)
    north, south = (mercator_latitude(min(max(each * side, 0.0), 1.0)) for each in (at.y - margin, at.y + 1 + margin))
    return max(west, -180.0), max(south, -TOP), min(east, 180.0), min(north, TOP)


def around(at: At, margin: float) -> BBox:
    """Return the same, with what is beyond the edges of the world in the tiles there."""
    # What lies on an edge must be seen from both of its sides.
    west, south, east, north = degrees_of(at, margin + 1e-9)
    last = 2**at.zoom - 1
    return (
        -540.0 if at.x == 0 else west,
        -90.0 if at.y == last else south,
        540.0 if at.x == last else east,
        90.0 if at.y == 0 else north,
    )


def _sql(text: str) -> sql.SQL:
    """Return a text of our own as SQL."""
    return sql.SQL(text)
