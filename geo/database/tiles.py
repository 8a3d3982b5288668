"""Tiles of a table, made when they are asked for: the database counts, cuts and encodes, and nothing is kept there.

They follow the same rule as those of files (decision 38, `geo.tiles.thinned`): each feature is at home in one tile,
which alone decides whether it is drawn or counted in a cell. As each tile is made by itself, what a tile decides must
follow from what is at home in it alone; so the others can ask for it.
"""

from __future__ import annotations

import gzip
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from geo.database.places import CIRCUMFERENCE_M
from geo.database.table import DatabaseTable
from geo.database.tile_source import CELL_BITS, At, CategoryRule, cover, degrees_of, features_of
from geo.tiles.thinned.cells import CELL_PIXELS, TILE_PIXELS, Cells, message, morton
from geo.tiles.thinned.counting import LEVELS
from geo.tiles.thinned.encode import CATEGORY, LAYER
from geo.tiles.thinned.pieces import MARGIN_BITS
from geo.tiles.thinned.zoom import (
    COARSEST,
    GZIPPED,
    MOST_BYTES,
    MOST_SHAPES,
    PER_FEATURE,
    PER_POINT,
    SHAPES_EXTENT_BITS,
    SURE_POINTS,
)

LAST_ZOOM = 16
"""There all is drawn where there is room; maps draw it larger for further zooms."""

LAST_EXTENT_BITS = 12

_COARSEST_PIXELS = 8.0

_HALF_M = CIRCUMFERENCE_M / 2
"""Metres of the web map from its middle to its edges."""


@dataclass(frozen=True, slots=True)
class MadeTile:
    """A tile, and what is in it."""

    stored: bytes
    """Gzipped; empty if there is nothing."""
    counted: int = 0
    drawn: int = 0
    """With those that are at home elsewhere."""
    left_out: int = 0


@dataclass(slots=True)
class _Home:
    """What is at home in a tile, by classes of size: how many shapes and positions, and how many points stand alone."""

    counts: NDArray[np.float64]
    points: NDArray[np.float64]
    alone: int = 0
    together: int = 0

    def level(self, *, is_last: bool) -> int:
        """Return how much has to be done about the tile, see `geo.tiles.thinned.zoom.LEVELS`."""
        for level in range(len(LEVELS)):
            first = 0 if is_last and level == 0 else level + 1
            shapes, points = self.counts[first:].sum(), self.points[first:].sum()
            if level == 0:
                dots = self.alone + (self.together if is_last else 0)
                shapes, points = shapes + dots, points + dots
            size = (PER_FEATURE * shapes + PER_POINT * points) * GZIPPED
            if shapes <= MOST_SHAPES and size <= MOST_BYTES * 1.15:
                return level
        return len(LEVELS) - 1


class TableTiles:
    """Makes tiles of a table within one transaction."""

    def __init__(self, table: DatabaseTable, rule: CategoryRule, levels: MutableMapping[At, int]) -> None:
        """Take a table; `levels` keeps from tile to tile what was decided about each, in this state of the table."""
        self._table, self._rule, self._levels = table, rule, levels

    def tile(self, at: At) -> MadeTile:
        """Return a tile.

        Raises
        ------
        PlanMapError
            It takes too long, or the database has gone.
        """
        is_last = at.zoom >= LAST_ZOOM
        rows = self._grouped(at, with_others=True)
        own, homes = self._sorted(rows, at)
        level = self._levels[at] = _home(own).level(is_last=is_last)
        levels = {at: level, **{home: self._level(home) for home in homes}}
        cells, counted = self._cells(at, own, level)
        # Of tiles in which all is counted nothing has to be cut.
        any_drawn = bool(homes) or counted < sum(int(row[6]) for row in own)
        if not any_drawn:
            return MadeTile(_packed(b"", cells), counted)
        has_points = any(row[4] for row in rows)
        tolerance = LEVELS[level][1]
        shapes, drawn = self._shapes(at, levels, tolerance, has_points=has_points)
        stored = _packed(shapes, cells)
        room, left_out = drawn, 0
        while len(stored) > MOST_BYTES and room > 1:
            if tolerance < _COARSEST_PIXELS:
                tolerance *= 2
            else:
                room //= 2
            shapes, there = self._shapes(at, levels, tolerance, has_points=has_points, most=room)
            left_out = drawn - there
            stored = _packed(shapes, cells, left_out)
        return MadeTile(stored, counted, drawn - left_out, left_out)

    def _level(self, at: At) -> int:
        """Return what the tile `at` decides about what is at home in it."""
        if at not in self._levels:
            own, _ = self._sorted(self._grouped(at, with_others=False), at)
            self._levels[at] = _home(own).level(is_last=at.zoom >= LAST_ZOOM)
        return self._levels[at]

    def _sorted(self, rows: Sequence[tuple[Any, ...]], at: At) -> tuple[list[tuple[Any, ...]], list[At]]:
        """Return the groups at home in a tile, and where the others are at home."""
        mine = [row for row in rows if (row[0], row[1]) == (at.x, at.y)]
        others = {(row[0], row[1]) for row in rows} - {(at.x, at.y)}
        return mine, [At(at.zoom, int(x), int(y)) for x, y in sorted(others)]

    def _grouped(self, at: At, *, with_others: bool) -> list[tuple[Any, ...]]:
        """Return what meets a tile in groups: x, y of home and of cell, whether points, class, count, cover, category.

        Shapes that are large enough to be drawn are not told by cell, and of those of others only these are told.
        Without others it is only about sizes, and no shape is told by cell.
        """
        is_last = at.zoom >= LAST_ZOOM
        source, values = features_of(self._table, self._rule, at, with_others=with_others)
        of_cell = "is_point OR class = 0" if with_others else "is_point"
        wanted = f"hx = {at.x} AND hy = {at.y}"
        if with_others:
            wanted = f"({wanted}) OR class > 0 OR is_point" + (" OR true" if is_last else "")
        query = sql.SQL(
            "SELECT hx, hy, CASE WHEN {cell} THEN cx END, CASE WHEN {cell} THEN cy END, is_point, class, count(*), "
            "sum(CASE WHEN {cell} THEN {cover} ELSE 0 END), c, "
            "sum(CASE WHEN class > 0 OR {last} THEN least(ST_NPoints(g), {sure}) ELSE 0 END) "
            "FROM {source} AS f WHERE {wanted} GROUP BY 1, 2, 3, 4, 5, 6, 9"
        ).format(
            cell=_sql(of_cell),
            cover=cover(self._rule, at.zoom),
            last=sql.Literal(is_last),
            sure=sql.Literal(SURE_POINTS),
            source=source,
            wanted=_sql(wanted),
        )
        return self._table.session.rows(query, values)

    def _cells(self, at: At, own: Sequence[tuple[Any, ...]], level: int) -> tuple[Cells | None, int]:
        """Return the cells of a tile, and how many features are counted in them."""
        is_last = at.zoom >= LAST_ZOOM
        if level == 0:
            crowd = _crowd(own)
            counted = [
                row
                for row in own
                if (not row[4] and row[5] == 0 and not is_last)
                or (row[4] and not is_last and crowd[(row[2], row[3])] > 1)
            ]
            rows = [(row[2], row[3], row[8], row[6], 0.0 if row[4] else row[7], row[4]) for row in counted]
        else:
            source, values = features_of(self._table, self._rule, at, with_others=False)
            query = sql.SQL(
                "SELECT cx, cy, c, count(*), sum({}), bool_and(is_point) FROM {} AS f "
                "WHERE hx = {} AND hy = {} AND (is_point OR class <= {}) GROUP BY 1, 2, 3"
            ).format(cover(self._rule, at.zoom), source, *map(sql.Literal, (at.x, at.y, level)))
            rows = self._table.session.rows(query, values)
        if not rows:
            return None, 0
        x, y, category, counts = (np.array(column, dtype=np.int64) for column in list(zip(*rows, strict=True))[:4])
        covered = np.array([row[4] for row in rows], dtype=np.float64)
        place = morton(x & (2**CELL_BITS - 1), y & (2**CELL_BITS - 1))
        only_points = all(row[5] for row in rows)
        for coarser in range(COARSEST + 1):
            made = self._joined(place >> (2 * coarser), category, counts, covered, CELL_PIXELS << coarser, only_points)
            if coarser == COARSEST or len(gzip.compress(message(made), 1)) <= MOST_BYTES * 0.6:
                break
        return made, int(counts.sum())

    def _joined(
        self,
        place: NDArray[np.int64],
        category: NDArray[np.int64],
        counts: NDArray[np.int64],
        cover: NDArray[np.float64],
        side: int,
        only_points: bool,
    ) -> Cells:
        places, number = np.unique(place, return_inverse=True)
        total = np.bincount(number, counts, minlength=len(places)).astype(np.int64)
        covered = np.ceil(100 * np.bincount(number, cover, minlength=len(places)) / side**2)
        listed, kind = np.unique(category, return_inverse=True)
        by_category = np.zeros((len(listed), len(places)), dtype=np.int64)
        np.add.at(by_category, (kind, number), counts)
        hundredths = np.clip(covered, 1, 100).astype(np.int64)
        return Cells(side, places, total, hundredths[: 0 if only_points else None], listed, by_category)

    def _shapes(
        self,
        at: At,
        levels: MutableMapping[At, int] | dict[At, int],
        tolerance: float,
        *,
        has_points: bool,
        most: int | None = None,
    ) -> tuple[bytes, int]:
        """Return the shapes of a tile as a layer of its format, and how many there are; the largest of many."""
        is_last = at.zoom >= LAST_ZOOM
        frame = self._table.frame
        source, values = features_of(self._table, self._rule, at, with_others=True)
        extent = 2 ** (LAST_EXTENT_BITS if is_last else SHAPES_EXTENT_BITS)
        margin = extent >> MARGIN_BITS
        # What is drawn of each home: classes from this one on, and points.
        homes = sql.SQL(", ").join(
            sql.SQL("({}, {}, {}, {})").format(
                *map(sql.Literal, (home.x, home.y, 0 if is_last and level == 0 else level + 1, level == 0))
            )
            for home, level in levels.items()
        )
        alone = "true" if is_last else "count(*) OVER (PARTITION BY is_point, cx, cy) = 1"
        degrees = degrees_of(at, 1 / 2**MARGIN_BITS)
        box = frame.around(degrees) or degrees
        cut = sql.SQL(
            "ST_ClipByBox2D(ST_Force2D(ST_CurveToLine({})), ST_MakeEnvelope({}, {}, {}, {}, {})::box2d)"
        ).format(frame.in_degrees(sql.SQL("g")), *map(sql.Literal, (*box, frame.degrees)))
        moves = frame.affine(box)
        if moves is not None:
            marks = sql.SQL(", ").join(map(_real, moves))
            cut = sql.SQL("ST_Affine({}, {})").format(cut, marks)
        metres = sql.SQL("ST_Transform(ST_SetSRID({}, 4326), 3857)").format(cut)
        pixel = 2 * _HALF_M / 2**at.zoom / TILE_PIXELS
        if not is_last or tolerance > LEVELS[0][1]:
            metres = sql.SQL("ST_Simplify({}, {}, true)").format(metres, _real(tolerance * pixel))
        reach = 2**CELL_BITS >> MARGIN_BITS
        dot = max(1, extent // TILE_PIXELS)
        column, row = (
            f"floor(({axis} * {2.0**at.zoom!r} - {place}) * {extent})" for axis, place in (("wx", at.x), ("wy", at.y))
        )
        # An area so thin that nothing is left of it in whole units still has an edge, and if not, a dot.
        scale, half = extent * 2**at.zoom / (2 * _HALF_M), _HALF_M
        edge = sql.SQL("ST_Affine({}, {}, 0, 0, {}, {}, {})").format(
            metres, *map(_real, (scale, -scale, half * scale - at.x * extent, half * scale - at.y * extent))
        )
        blown = sql.SQL("CASE WHEN NOT ST_IsEmpty({metres}) THEN {edge} WHEN {home} THEN {dot} END").format(
            home=_sql(f"hx = {at.x} AND hy = {at.y}"),
            metres=metres,
            dot=_sql(f"ST_MakeEnvelope({column}, {row}, {column} + {dot}, {row} + {dot})"),
            edge=edge,
        )
        query = sql.SQL(
            "SELECT ST_AsMVT(q, {name}, {extent}, 'geom', 'fid'), count(geom) FROM ("
            "SELECT fid, {category} "
            "coalesce(ST_AsMVTGeom({metres}, ST_TileEnvelope({z}, {x}, {y}), {extent}, {margin}, true), {blown}) "
            "AS geom FROM ("
            "SELECT f.*, h.first, h.dots, {alone} AS alone FROM {source} AS f "
            "JOIN (VALUES {homes}) AS h(x, y, first, dots) ON h.x = f.hx AND h.y = f.hy) AS s "
            "WHERE CASE WHEN is_point THEN dots AND alone AND {near} ELSE class >= first END "
            "ORDER BY size DESC, fid {limit}) AS q"
        ).format(
            name=sql.Literal(LAYER),
            extent=sql.Literal(extent),
            category=_sql(f"c AS {CATEGORY}," if self._rule.count > 1 else ""),
            metres=metres,
            z=sql.Literal(at.zoom),
            x=sql.Literal(at.x),
            y=sql.Literal(at.y),
            margin=sql.Literal(margin),
            blown=blown,
            alone=_sql(alone if has_points else "true"),
            # Of cells further away only a part may be here.
            near=_sql(
                " AND ".join(
                    f"{axis} BETWEEN {(place << CELL_BITS) - reach} AND {(place + 1 << CELL_BITS) + reach - 1}"
                    for axis, place in (("cx", at.x), ("cy", at.y))
                )
            ),
            source=source,
            homes=homes,
            limit=_sql("" if most is None else f"LIMIT {int(most)}"),
        )
        shapes, drawn = self._table.session.rows(query, values)[0]
        return (bytes(shapes or b"") if drawn else b""), int(drawn)


def _home(own: Sequence[tuple[Any, ...]]) -> _Home:
    """Return what is at home in a tile, from its groups."""
    counts, points = np.zeros(len(LEVELS)), np.zeros(len(LEVELS))
    for row in own:
        if not row[4]:
            counts[row[5]] += row[6]
            points[row[5]] += float(row[9] or 0)
    crowd = _crowd(own)
    alone = sum(1 for count in crowd.values() if count == 1)
    return _Home(counts, points, alone, sum(crowd.values()) - alone)


def _crowd(own: Sequence[tuple[Any, ...]]) -> dict[tuple[int, int], int]:
    """Return how many points stand in each cell."""
    found: dict[tuple[int, int], int] = {}
    for row in own:
        if row[4]:
            found[(row[2], row[3])] = found.get((row[2], row[3]), 0) + int(row[6])
    return found


def _packed(shapes: bytes, cells: Cells | None, left_out: int = 0) -> bytes:
    if left_out:
        none = np.zeros(0, dtype=np.int64)
        cells = cells or Cells(CELL_PIXELS, none, none, none, np.zeros(1, dtype=np.int64), none.reshape(1, 0))
        cells = Cells(cells.pixels, cells.places, cells.counts, cells.cover, cells.listed, cells.by_category, left_out)
    told = message(cells) if cells is not None else b""
    return gzip.compress(shapes + told, 6, mtime=0) if shapes or told else b""


def _real(number: float) -> sql.Composable:
    return sql.SQL("{}::float8").format(_sql(repr(float(number))))


def _sql(text: str) -> sql.SQL:
    """Return a text of our own as SQL."""
    return sql.SQL(text)
