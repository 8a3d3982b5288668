"""Tiles of a table against plain sums: every feature is drawn or counted, once, where it is and as what it is."""

from __future__ import annotations

import gzip
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from shapely.geometry.base import BaseGeometry
from starlette.requests import Request
from starlette.responses import Response

from app.layer_route import own_state_answer, tile_answer, tiles_answer
from geo.tiles.thinned.cells import read_cells, unmorton
from geo.tiles.thinned.zoom import MOST_BYTES, MOST_SHAPES
from layers.allowed_hosts import allow
from layers.own.files import find_layer, own_layers, restyle
from layers.own.layer_style import LayerStyle
from layers.own.look import look_numbers
from layers.own.own_layer import OwnLayer
from layers.own.restyling import field_style
from layers.own.style_json import to_json
from layers.own.table import tiles
from layers.own.table.linking import TableWish, add_table
from layers.own.tiles import is_large, make_tiles
from tests.layer_tiles import seen
from tests.own_files import plan_in
from tests.table_server import TableServer, make_parcels, table_server

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tables_anew")]

TODAY = date(2026, 3, 1)
WEST, SOUTH = 117.2, 39.0
COUNT = 6_000
USES = ("居住", "商业", "工业", "", " 居住 ", None)


@pytest.fixture
def server(empty_database_url: str) -> Iterator[TableServer]:
    with table_server(empty_database_url) as made:
        allow(made.host, private=True)
        yield made


@dataclass
class Zoom:
    """What all tiles of a zoom have."""

    counted: Counter[int] = field(default_factory=Counter)
    """By category."""
    cells: list[tuple[float, float, int, float]] = field(default_factory=list)
    """Column and row of the middle of each cell, as shares of the world, how many it counts, and its side."""
    drawn: dict[int, int] = field(default_factory=dict)
    """The category of each feature that is drawn, by its id."""
    parts: dict[int, list[BaseGeometry]] = field(default_factory=dict)
    most: int = 0
    largest: int = 0


def asked(route: Callable[[Request], Response], **place: object) -> Response:
    scope = {"type": "http", "path_params": place, "query_string": b"", "headers": []}
    return route(Request(scope))


def zoom_of(layer: OwnLayer, zoom: int) -> Zoom:
    """Return what all tiles of a layer have at a zoom, as the server gives them."""
    found = Zoom()
    west, south, east, north = layer.bounds
    side = 2**zoom
    (left, top), (right, bottom) = world(west, north), world(east, south)
    key = tiles.live_tiles(layer).key
    for x in range(int(left * side), int(right * side) + 1):
        for y in range(int(top * side), int(bottom * side) + 1):
            answer = asked(tile_answer, layer=layer.id, key=key, zoom=zoom, x=x, y=y)
            assert answer.status_code in (200, 204)
            found.largest = max(found.largest, len(answer.body))
            if answer.status_code == 200:
                read(gzip.decompress(bytes(answer.body)), zoom, x, y, found)
    return found


def read(data: bytes, zoom: int, x: int, y: int, found: Zoom) -> None:
    cells = read_cells(data)
    assert cells.left_out == 0
    columns, rows = unmorton(cells.places)
    step = cells.pixels / 512
    for n, (column, row) in enumerate(zip(columns.tolist(), rows.tolist(), strict=True)):
        at = ((x + (column + 0.5) * step) / 2**zoom, (y + (row + 0.5) * step) / 2**zoom)
        found.cells.append((*at, int(cells.counts[n]), step / 2**zoom))
    for category, counts in zip(cells.listed.tolist(), cells.by_category, strict=True):
        found.counted[category] += int(counts.sum())
    tile = vector_tile_pb2.tile()
    tile.ParseFromString(data)
    for layer in tile.layers:
        found.most = max(found.most, len(layer.features))
        ids = [feature.id for feature in layer.features]
        assert len(set(ids)) == len(ids)
        for feature in layer.features:
            category = layer.values[feature.tags[1]].uint_value if feature.tags else 0
            assert found.drawn.setdefault(feature.id, category) == category
            points = positions(feature.geometry)
            spread = (np.array(points) / layer.extent + (x, y)) / 2**zoom
            found.parts.setdefault(feature.id, []).append(shapely.MultiPoint(spread))


def positions(geometry: list[int]) -> list[tuple[int, int]]:
    found, at, x, y = [], 0, 0, 0
    while at < len(geometry):
        command, count = geometry[at] & 7, geometry[at] >> 3
        at += 1
        for _ in range(count if command != 7 else 0):
            x += (geometry[at] >> 1) ^ -(geometry[at] & 1)
            y += (geometry[at + 1] >> 1) ^ -(geometry[at + 1] & 1)
            found.append((x, y))
            at += 2
    return found


def world(longitude: float, latitude: float) -> tuple[float, float]:
    sine = math.sin(math.radians(latitude))
    return (longitude + 180) / 360, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def shapes(chance: np.random.Generator) -> list[BaseGeometry]:
    """Return shapes of all sizes, from points to some that are larger than tiles, many of them in one place."""
    found: list[BaseGeometry] = []
    for number in range(COUNT):
        x, y = WEST + chance.normal(0, 0.08), SOUTH + chance.normal(0, 0.06)
        size = 10 ** chance.uniform(-5.5, -0.9)
        kind = number % 6
        if kind == 0:
            # Every second one stands where others do.
            found.append(shapely.Point(WEST, SOUTH) if number % 12 else shapely.Point(x, y))
        elif kind == 1:
            found.append(shapely.LineString([(x, y), (x + size, y + size / 3), (x + size / 2, y - size / 4)]))
        elif kind == 2:
            found.append(
                shapely.MultiPolygon(
                    [shapely.box(x, y, x + size / 3, y + size / 3), shapely.box(x + size / 2, y, x + size, y + size)]
                )
            )
        elif kind == 3:
            # As thin as nothing, and yet it is there.
            found.append(shapely.box(x, y, x + size, y + size * 1e-4))
        else:
            ring = [
                (x + size * math.cos(t) / 2, y + size * math.sin(t) / 2) for t in np.linspace(0, 6.2, 5 + number % 40)
            ]
            found.append(shapely.Polygon(ring))
    return found


def put(server: TableServer, found: list[BaseGeometry], srid: int, stated: int) -> None:
    """Put shapes in WGS 84 into a table in `srid`, which states itself as `stated`."""
    server.run(f"CREATE TABLE shapes (id int PRIMARY KEY, use text, far float8, geom geometry(Geometry, {stated}))")
    with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO shapes VALUES (%s, %s, %s, ST_SetSRID(ST_Transform(ST_GeomFromWKB(%s, 4326), {srid}), {stated}))",  # noqa: E501, S608
                [(n, USES[n % len(USES)], n % 100 / 10, shapely.to_wkb(each)) for n, each in enumerate(found)],
            )
        connection.execute("CREATE INDEX ON shapes USING gist (geom)")
        connection.execute("ANALYZE shapes")


def linked(folder: Path, server: TableServer, table: str = "shapes", **options: Any) -> OwnLayer:
    return add_table(plan_in(folder), TableWish(server.address, table, **options), today=TODAY)


def by_field(layer: OwnLayer, name: str, **options: Any) -> OwnLayer:
    style: LayerStyle = field_style(layer, name, **options)
    return restyle(layer, to_json(style))


@pytest.mark.parametrize(
    ("srid", "stated", "system"),
    [(4326, 4326, None), (4490, 4490, None), (4549, 4549, None), (3857, 3857, None), (4326, 0, {"datum": "gcj02"})],
)
def test_each_feature_is_drawn_or_counted_once_at_each_zoom(
    plan_folder: Path, server: TableServer, serve: Any, srid: int, stated: int, system: Any
) -> None:
    put(server, shapes(np.random.default_rng(7)), srid, stated)
    layer = by_field(linked(plan_folder, server, system=system), "use")
    serve(plan_folder)
    assert is_large(layer)
    from layers.own.opening import opened

    with opened(layer) as table:
        features = table.all(["use"])
    looks = look_numbers(layer, features.values["use"])
    numbers = {look: category for category, look in enumerate(tiles.live_tiles(layer).looks)}
    category = dict(zip(features.ids.tolist(), [numbers.get(look) for look in looks.tolist()], strict=True))
    wanted = Counter(each for each in category.values() if each is not None)
    bounds = shapely.bounds(features.geometries)
    middle = np.array([world((a + c) / 2, (b + d) / 2) for a, b, c, d in bounds.tolist()])
    stretch = np.cos(np.radians((bounds[:, 1] + bounds[:, 3]) / 2))
    size = np.maximum(bounds[:, 2] - bounds[:, 0], (bounds[:, 3] - bounds[:, 1]) / stretch) / 360
    for zoom in (8, 10, 12):
        found = zoom_of(layer, zoom)
        drawn = Counter(found.drawn.values())
        assert drawn + found.counted == wanted, zoom
        assert all(category[fid] == number for fid, number in found.drawn.items())
        assert found.largest <= MOST_BYTES
        assert found.most <= MOST_SHAPES * 1.2
        pixel = 1 / 512 / 2**zoom
        # A shift between datums is off by less than half a pixel; cells stand on a metre.
        slack = 0.6 * pixel + 4e-8
        is_drawn = np.isin(features.ids, list(found.drawn))
        level_0 = set(tiles._levels(layer, tiles.live_tiles(layer).key).values()) == {0}
        if level_0:
            assert is_drawn[size > 3.05 * pixel].all()
            assert not is_drawn[(size < 2.95 * pixel) & (size > 0)].any()
        # Each cell counts what stands in it, and nothing else.
        left = middle[~is_drawn & np.array([each is not None for each in category.values()])]
        assert sum(count for *_, count, _ in found.cells) == len(left)
        for x, y, count, side in found.cells[:: max(1, len(found.cells) // 200)]:
            off = np.abs(left - (x, y)).max(axis=1)
            assert (off <= side / 2 - slack).sum() <= count <= (off <= side / 2 + slack).sum()
        for fid in list(found.drawn)[:: max(1, len(found.drawn) // 200)]:
            row = int(np.searchsorted(features.ids, fid))
            real = shapely.transform(
                features.geometries[row], lambda at: np.array([world(*each) for each in at.tolist()])
            )
            drawn_there = shapely.union_all(found.parts[fid])
            # A curve that follows a straight line in degrees is no straight line on the map.
            assert drawn_there.distance(real) <= 1.6 * pixel
            assert (
                shapely.hausdorff_distance(shapely.box(*drawn_there.bounds), shapely.box(*real.bounds)) <= 14 * pixel
                or size[row] > 500 * pixel
            )


def test_a_dense_town_is_counted_step_by_step(plan_folder: Path, server: TableServer, serve: Any) -> None:
    make_parcels(server, rows=150, columns=150)
    layer = by_field(linked(plan_folder, server, "parcels"), "use")
    serve(plan_folder)
    for zoom in (10, 11, 12, 13):
        found = zoom_of(layer, zoom)
        assert len(found.drawn) + found.counted.total() == 22_500
        assert found.most <= MOST_SHAPES * 1.2
        assert found.largest <= MOST_BYTES


def test_classes_and_values_that_are_not_drawn_are_in_no_tile(
    plan_folder: Path, server: TableServer, serve: Any
) -> None:
    put(server, shapes(np.random.default_rng(3)), 4326, 4326)
    layer = by_field(linked(plan_folder, server), "far", method="equal", count=4)
    serve(plan_folder)
    looks = look_numbers(layer, [n % 100 / 10 for n in range(COUNT)])
    found = zoom_of(layer, 10)
    numbers = tiles.live_tiles(layer).looks
    assert Counter(numbers[each] for each in found.drawn.values()) + Counter(
        {numbers[each]: count for each, count in found.counted.items()}
    ) == Counter(looks.tolist())


def test_the_server_says_where_tiles_are_and_why_they_do_not_come(
    plan_folder: Path, server: TableServer, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_parcels(server, rows=80, columns=80)
    layer = linked(plan_folder, server, "parcels")
    serve(plan_folder)
    source = asked(tiles_answer, layer=layer.id, version=layer.version)
    assert source.status_code == 200
    key = tiles.live_tiles(layer).key
    place = {"layer": layer.id, "zoom": 9, "x": 422, "y": 194}
    west, south, east, north = layer.bounds
    x, y = world((west + east) / 2, (south + north) / 2)
    place |= {"x": int(x * 512), "y": int(y * 512)}
    first = asked(tile_answer, key=key, **place)
    assert first.status_code == 200
    assert "immutable" in first.headers["Cache-Control"] or "max-age" in first.headers["Cache-Control"]
    # What has changed since is told as it is now, and not kept for ever.
    server.run("DELETE FROM parcels WHERE gid > 6000")
    now = find_layer(plan_in(plan_folder), layer.id)
    assert tiles.live_tiles(now).key != key
    later = asked(tile_answer, key=key, **place)
    assert later.headers["Cache-Control"] == "no-store"
    assert later.body != first.body
    # By another style a number means another look.
    assert asked(tile_answer, key="0" * 12, **place).status_code == 404
    assert asked(tile_answer, key=key, **{**place, "zoom": 40}).status_code == 404
    monkeypatch.setattr(tiles, "SECONDS", 0.001)
    server.run("UPDATE parcels SET far = 1")
    slow = asked(tile_answer, key=key, **place)
    assert slow.status_code == 503
    assert (
        "seconds" in asked(own_state_answer, layer=layer.id).body.decode()
        or "秒" in asked(own_state_answer, layer=layer.id).body.decode()
    )
    monkeypatch.setattr(tiles, "SECONDS", 20.0)
    server.door.shut()
    assert asked(tile_answer, key=key, **place).status_code == 503
    server.door.open()
    assert asked(tile_answer, key=key, **place).status_code == 200
    assert own_layers(plan_in(plan_folder))[0].count == 6000


def test_a_briefing_has_tiles_of_a_copy(plan_folder: Path, server: TableServer) -> None:
    make_parcels(server, rows=80, columns=80)
    layer = linked(plan_folder, server, "parcels")
    made = make_tiles(layer)
    for each in seen(made.path).values():
        assert each.counted + len(each.drawn) == 6400
    server.run("DELETE FROM parcels WHERE gid = 1")
    again = make_tiles(find_layer(plan_in(plan_folder), layer.id))
    assert again.path != made.path
