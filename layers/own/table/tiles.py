"""Large tables as tiles for a browser: asked of the database when a map needs them, and kept for a while.

A category of these tiles is a place in `layers.own.look.looks_of`, whatever values the table has, so that tiles of two
states of a table can stand side by side.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar

from psycopg import sql

from geo.database.table import DatabaseTable
from geo.database.tile_source import At, CategoryRule
from geo.database.tiles import LAST_ZOOM, TableTiles
from geo.errors import PlanMapError
from geo.grid import BBox
from geo.tiles.archive import tile_at
from geo.value_test import ValueTest
from layers.own.layer_style import Categories, Graduated
from layers.own.look import look_numbers, looks_of, style_of
from layers.own.own_layer import OWN_LOOKS, REST, OwnLayer, Shape
from layers.own.table.source import opened_table

SECONDS = 20.0
"""Seconds that each question for a tile may take."""

AT_ONCE = 4
"""Tiles that are asked of databases at a time: the others wait, and the office goes on with its work."""

MOST_KEPT_BYTES = 64 * 2**20

MOST_VALUES = 10_000
"""Most values of a field that are told apart, besides those that the style names."""

FIRST_ZOOM = 11
"""The deepest zoom at which tiles begin."""

_FORM = 1


@dataclass(frozen=True, slots=True)
class LiveTiles:
    """The tiles of a table: where `layers.own.tiles.LayerTiles` has an archive, the database makes them."""

    key: str
    """Changes with what is in them: the style, a hyphen, and the state of the table."""
    zooms: tuple[int, int]
    bounds: BBox
    looks: tuple[int, ...]
    """The place in `layers.own.look.looks_of` of each category, or `REST`."""
    tile_pixels: ClassVar[int] = 512
    has_names: ClassVar[bool] = False

    @property
    def style_key(self) -> str:
        """The part of `key` that says what the numbers of categories mean."""
        return self.key.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which features of a table are meant."""

    state: str
    """Changes with which these are."""
    tests: tuple[ValueTest, ...] = ()
    numbers: str | None = None
    """Their numbers as PostgreSQL writes a list; None if `tests` says all."""

    def condition(self, table: DatabaseTable) -> tuple[sql.Composable, list[Any]]:
        """Return the condition that a feature is one of them, and its values."""
        if self.numbers is None:
            return table.tested(self.tests)
        # Only where both sides have one type is the list hashed; otherwise each row is compared with all of it.
        return sql.SQL("{}::int8 = ANY(%s::int8[])").format(table.key), [self.numbers]


def live_tiles(layer: OwnLayer) -> LiveTiles:
    """Return where the tiles of a layer are, and what their categories mean."""
    west, south, east, north = layer.bounds
    first = FIRST_ZOOM
    while first and tile_at(west, _on_map(north), first) != tile_at(east, _on_map(south), first):
        first -= 1
    return LiveTiles(f"{_style_key(layer)}-{layer.version}", (first, LAST_ZOOM), layer.bounds, _categories(layer))


def live_tile(layer: OwnLayer, zoom: int, x: int, y: int, chosen: Chosen | None = None) -> bytes:
    """Return a tile of a layer, or of some of its features, gzipped; empty where there is nothing.

    Raises
    ------
    PlanMapError
        The table cannot be read now, or not in time.
    """
    state = f"{live_tiles(layer).key}/{chosen.state if chosen else ''}"
    key = (state, layer.path, At(zoom, x, y))
    found = _kept.get(key)
    if found is None:
        with _turn:
            found = _kept.get(key)
            if found is None:
                with opened_table(layer, seconds=SECONDS) as table:
                    rule = _rule(layer, table)
                    if chosen is not None:
                        condition, values = chosen.condition(table)
                        rule = replace(rule, chosen=condition, chosen_values=tuple(values))
                    made = TableTiles(table, rule, _levels(layer, state)).tile(At(zoom, x, y))
                found = made.stored
                _kept.put(key, found)
    return found


class _Kept:
    """The tiles that were asked for last, as long as there is room."""

    def __init__(self, room: int) -> None:
        self._room, self._size = room, 0
        self._tiles: OrderedDict[Any, bytes] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: Any) -> bytes | None:
        with self._guard:
            found = self._tiles.get(key)
            if found is not None:
                self._tiles.move_to_end(key)
            return found

    def put(self, key: Any, tile: bytes) -> None:
        with self._guard:
            before = self._tiles.pop(key, None)
            self._size += len(tile) + 200 - (len(before) + 200 if before is not None else 0)
            self._tiles[key] = tile
            while self._size > self._room:
                _, oldest = self._tiles.popitem(last=False)
                self._size -= len(oldest) + 200


_kept = _Kept(MOST_KEPT_BYTES)
_turn = threading.BoundedSemaphore(AT_ONCE)


@lru_cache(maxsize=32)
def _levels(layer: OwnLayer, key: str) -> dict[At, int]:
    """Return what was decided about each tile of a layer in one state."""
    return {}


@lru_cache(maxsize=64)
def _style_key(layer: OwnLayer) -> str:
    symbols = style_of(layer).symbols
    by: list[Any] = []
    if isinstance(symbols, Categories):
        by = [symbols.field, [[each.values, each.symbol is None] for each in symbols.categories], symbols.other is None]
    elif isinstance(symbols, Graduated):
        limits = [[each.limit, each.symbol is None] for each in symbols.classes]
        by = [symbols.field, symbols.lowest, limits, symbols.no_value is None]
    return hashlib.sha256(json.dumps([_FORM, by], ensure_ascii=False, default=str).encode()).hexdigest()[:12]


def _categories(layer: OwnLayer) -> tuple[int, ...]:
    drawn = [number for number, look in enumerate(looks_of(layer)) if look is not None]
    return tuple(drawn) if len(drawn) <= OWN_LOOKS else (*drawn[:OWN_LOOKS], REST)


def _rule(layer: OwnLayer, table: DatabaseTable) -> CategoryRule:
    """Return which category the features of a layer have, by its style."""
    categories = _categories(layer)
    number = {look: category for category, look in enumerate(categories)}
    drawn = [look is not None for look in looks_of(layer)]

    def category(look: int) -> int | None:
        if look < 0 or not drawn[look]:
            return None
        return number.get(look, len(categories) - 1)

    areas, lines = layer.shape in (Shape.AREA, Shape.MIXED), layer.shape in (Shape.LINE, Shape.MIXED)
    style = style_of(layer)
    if not style.field:
        return CategoryRule(max(1, len(categories)), sql.Literal(category(0)), has_areas=areas, has_lines=lines)
    column = table.column_of(style.field)
    value = column.value
    none = category(int(look_numbers(layer, [None])[0]))
    if isinstance(style.symbols, Graduated):
        value = column.number
        cases = [sql.SQL("WHEN {} IS NULL THEN {}").format(value, sql.Literal(none))]
        if style.symbols.lowest is not None:
            cases.append(sql.SQL("WHEN {} < {}::float8 THEN NULL").format(value, _number(style.symbols.lowest)))
        for look, each in enumerate(style.symbols.classes):
            to = sql.Literal(category(look))
            if each.limit is None:
                cases.append(sql.SQL("WHEN true THEN {}").format(to))
            else:
                cases.append(sql.SQL("WHEN {} <= {}::float8 THEN {}").format(value, _number(each.limit), to))
        expression = sql.SQL("(CASE {} END)").format(sql.SQL(" ").join(cases))
        return CategoryRule(len(categories), expression, has_areas=areas, has_lines=lines)
    values, found = _values_of(layer, table, style.field)
    known = [(text, category(look)) for text, look in zip(values, found, strict=True)]
    # A value that is not in the list is none of those that the style names.
    other = category(int(look_numbers(layer, ["\ue000 none of them"])[0]))
    return CategoryRule(
        len(categories),
        sql.SQL(
            "(CASE WHEN {} IS NULL THEN {} WHEN planmap_look.planmap_value IS NULL THEN {} "
            "ELSE planmap_look.planmap_number END)"
        ).format(value, sql.Literal(none), sql.Literal(other)),
        # No column of a table is called so.
        sql.SQL(
            "LEFT JOIN unnest(%s::text[], %s::int[]) AS planmap_look(planmap_value, planmap_number) "
            "ON planmap_look.planmap_value = ({})::text"
        ).format(value),
        ([text for text, _ in known], [number for _, number in known]),
        has_areas=areas,
        has_lines=lines,
    )


def _number(number: float) -> sql.Composable:
    return sql.SQL("'{}'").format(sql.SQL(repr(float(number))))


@lru_cache(maxsize=64)
def _known_values(layer: OwnLayer, field: str) -> list[tuple[str, list[str], list[int]]]:
    return []


def _values_of(layer: OwnLayer, table: DatabaseTable, field: str) -> tuple[list[str], list[int]]:
    """Return values of a field as the database writes them, each with the place of its look: those of the style first.

    The same function tells looks apart that draws sheets.
    """
    kept = _known_values(layer, field)
    if not kept:
        column = table.column_of(field)
        symbols = style_of(layer).symbols
        named = (
            [str(value).strip() for each in symbols.categories for value in each.values]
            if isinstance(symbols, Categories)
            else []
        )
        query = sql.SQL(
            "SELECT v, v::text FROM (SELECT {} AS v FROM {}) AS t WHERE v IS NOT NULL GROUP BY 1 "
            "ORDER BY btrim(v::text) = ANY(%s::text[]) DESC, count(*) DESC LIMIT {}"
        ).format(column.value, table.relation.sql, sql.Literal(MOST_VALUES))
        rows = table.session.rows(query, [[each for each in named if "\0" not in each]])
        looks = look_numbers(layer, [row[0] for row in rows]).tolist() if rows else []
        kept.append((field, [row[1] for row in rows], looks))
    return kept[0][1], kept[0][2]


def _on_map(latitude: float) -> float:
    return min(max(latitude, -85.0), 85.0)


def tile_fault(layer: OwnLayer) -> PlanMapError | None:
    """Return why the last tile of a layer that was asked for has not come."""
    return _faults.get((layer.path, layer.version))


_faults: dict[Any, PlanMapError] = {}


def remember(layer: OwnLayer, error: PlanMapError | None) -> None:
    """Keep why a tile of a layer has not come; None once one does."""
    if error is None:
        _faults.pop((layer.path, layer.version), None)
    else:
        _faults[(layer.path, layer.version)] = error
        while len(_faults) > 200:
            _faults.pop(next(iter(_faults)))
