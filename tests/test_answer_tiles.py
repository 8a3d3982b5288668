"""Tiles of an answer: at every zoom each selected feature is drawn or counted once, as plain Python works it out."""

from __future__ import annotations

import gzip
import json
import math
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from shapely.geometry.base import BaseGeometry
from starlette.requests import Request
from starlette.responses import Response

from app.answer_route import answer_tile, source_answer
from geo.tiles.archive import mercator_row
from geo.tiles.thinned import chosen
from geo.tiles.thinned import zoom as zoom_module
from geo.tiles.thinned.cells import read_cells, unmorton
from geo.tiles.thinned.chosen import ChosenTiles
from geo.tiles.thinned.places import COLUMNS, read_places
from layers.browser.payload import arguments
from layers.own import answer_tiles as answers
from layers.own.answer_tiles import AnswerTiles, answer_tiles
from layers.own.asking import answer_state
from layers.own.files import remove_layer, restyle
from layers.own.look import looks_of
from layers.own.own_layer import OwnLayer, described
from layers.own.restyling import field_style
from layers.own.style_json import to_json
from layers.own.tiles import categories_of, kept_path
from layers.plan.layer_question import FieldCondition, LayerQuestion
from layers.plan.scene import Scene
from layers.selection.select import select
from tests.layer_tiles import boxes, write_layer
from tests.own_files import TODAY, USES, added, plan_in, write_parcels


@dataclass
class Shown:
    """What all tiles of a zoom have."""

    counted: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    """By category, and by column and row of cells of 4 pixels (of the smallest)."""
    drawn: dict[int, int] = field(default_factory=dict)
    """The category of each feature, by its id."""
    left_out: int = 0
    pixels: set[int] = field(default_factory=set)
    largest: int = 0


def tiles_of(
    path: Path, shapes: Sequence[BaseGeometry | None], of: Sequence[int], ids: Iterable[int], most: int = 3_000
) -> ChosenTiles:
    """Return the tiles of some features of a new layer."""
    write_layer(path, shapes)
    places = read_places(path, np.array(of, dtype=np.uint8), max([each for each in of if each < 255], default=0) + 1)
    return ChosenTiles(path, places.taken(np.array(sorted(ids), dtype=np.int64)), most_drawn=most)


def shown(tile_of: Callable[[int, int, int], bytes | None], bounds: Sequence[float], zoom: int) -> Shown:
    """Return what the tiles of a zoom have, which `tile_of` returns as they are stored."""
    west, south, east, north = bounds
    side = 2**zoom
    found = Shown()
    columns = range(max(0, int((west / 360 + 0.5) * side) - 1), min(side, int((east / 360 + 0.5) * side) + 2))
    rows = range(max(0, int(mercator_row(north) * side) - 1), min(side, int(mercator_row(south) * side) + 2))
    for x in columns:
        for y in rows:
            stored = tile_of(zoom, x, y)
            if stored is None:
                continue
            tile = gzip.decompress(stored)
            found.largest = max(found.largest, len(stored))
            cells = read_cells(tile)
            found.left_out += cells.left_out
            assert (cells.by_category.sum(axis=0) == cells.counts).all()
            finest = cells.pixels // 4
            found.pixels.add(cells.pixels)
            for column, row, counts in zip(*unmorton(cells.places), cells.by_category.T, strict=True):
                at = int(x * 128 // finest + column), int(y * 128 // finest + row)
                for category, count in zip(cells.listed.tolist(), counts.tolist(), strict=True):
                    found.counted[category, *at] += count
            read = vector_tile_pb2.tile()
            read.ParseFromString(tile)
            for layer in read.layers:
                for feature in layer.features:
                    category = layer.values[feature.tags[1]].uint_value if feature.tags else 0
                    assert found.drawn.setdefault(feature.id, category) == category
    found.counted = +found.counted
    return found


def cell_of(shape: BaseGeometry, zoom: int) -> tuple[int, int]:
    """Return the column and row of the cell in which the middle of a shape's extent is, in plain Python."""
    west, south, east, north = shape.bounds
    x = ((west + 180) / 360 + (east + 180) / 360) / 2
    rows = []
    for latitude in (south, north):
        sine = math.sin(math.radians(latitude))
        rows.append(0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi))
    return math.floor(x * 2 ** (zoom + 7)), math.floor(sum(rows) / 2 * 2 ** (zoom + 7))


AT = st.tuples(st.floats(-0.3, 0.3), st.floats(-0.2, 0.2))
SHAPES = st.one_of(
    AT.map(shapely.Point),
    st.builds(lambda at, size: shapely.box(*at, at[0] + size, at[1] + size), AT, st.floats(1e-5, 0.1)),
    st.builds(lambda *ends: shapely.LineString(ends), AT, AT),
    st.builds(lambda *points: shapely.MultiPoint(points), AT, AT),
    st.builds(
        lambda at, size: shapely.GeometryCollection([shapely.Point(at), shapely.Point(at).buffer(size)]),
        AT,
        st.floats(1e-4, 0.02),
    ),
    st.none(),
)
FEATURES = st.lists(st.tuples(SHAPES, st.sampled_from([0, 1, 2, 255]), st.booleans()), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(features=FEATURES, most=st.sampled_from([3, 3_000]), scale=st.sampled_from([1.0, 0.04]))
def test_every_selected_feature_is_drawn_or_counted_once_at_every_zoom(features, most, scale) -> None:
    shapes, of, is_selected = zip(*features, strict=True)
    shapes = [shape and shapely.transform(shape, lambda at: at * scale + (117.3, 39.2)) for shape in shapes]
    ids = [fid for fid, here in enumerate(is_selected, 1) if here]
    expected = {fid: of[fid - 1] for fid in ids if of[fid - 1] < 255 and shapes[fid - 1] is not None}
    with tempfile.TemporaryDirectory() as folder:
        tiles = tiles_of(Path(folder) / "layer.gpkg", shapes, of, ids, most)
        first, last = tiles.zooms
        # At the deepest zooms the wider ones have very many tiles.
        for zoom in range(first, min(last, 17 if scale < 1 else first + 3) + 1):
            checked(shown(tiles.tile, tiles.bounds, zoom), zoom, shapes, expected)
        if most > len(ids):
            # In the last zoom all are drawn: there is room.
            assert scale == 1 or shown(tiles.tile, tiles.bounds, last).drawn == expected


def checked(found: Shown, zoom: int, shapes: Sequence[BaseGeometry], expected: dict[int, int]) -> None:
    """Hold what the tiles of a zoom have against what plain Python counts; `expected` has the category of each."""
    assert found.left_out == 0
    assert found.drawn.items() <= expected.items()
    rest = {fid: category for fid, category in expected.items() if fid not in found.drawn}
    by_category: Counter[int] = Counter()
    for (category, *_), count in found.counted.items():
        by_category[category] += count
    assert by_category == Counter(rest.values())
    if found.pixels <= {4}:
        cells = Counter((category, *cell_of(shapes[fid - 1], zoom)) for fid, category in rest.items())
        # Positions are whole numbers: a middle on the edge of two cells may be in either.
        on_edges = sum(is_near_an_edge(shapes[fid - 1], zoom) for fid in rest)
        assert (cells - found.counted).total() <= on_edges


def is_near_an_edge(shape: BaseGeometry, zoom: int) -> bool:
    steps = ((1e-6, 0), (-1e-6, 0), (0, 1e-6), (0, -1e-6))
    moved = (shapely.transform(shape, lambda at, step=step: at + step) for step in steps)
    return any(cell_of(each, zoom) != cell_of(shape, zoom) for each in moved)


def test_a_large_answer_is_cells_from_afar_and_all_of_it_drawn_from_near(tmp_path: Path) -> None:
    shapes = boxes(5_000, 0.0001, 0.05)
    of = [n % 3 for n in range(5_000)]
    ids = list(range(1, 5_001, 2))
    tiles = tiles_of(tmp_path / "layer.gpkg", shapes, of, ids)
    far, near = shown(tiles.tile, tiles.bounds, tiles.zooms[0]), shown(tiles.tile, tiles.bounds, tiles.zooms[1])
    assert (far.counted.total(), far.drawn) == (2_500, {})
    assert len(far.counted) < 2_500
    assert near.drawn == {fid: of[fid - 1] for fid in ids}
    assert not near.counted
    west, south, east, north = shapely.total_bounds([shapes[fid - 1] for fid in ids])
    assert tiles.bounds == pytest.approx((west, south, east, north), abs=1e-6)


def test_a_crowded_tile_counts_larger_features_until_few_are_drawn_and_none_is_too_large(tmp_path: Path) -> None:
    # Circles of 60 corners, side by side and over each other.
    shapes = [shapely.Point(box.centroid).buffer(0.0004) for box in boxes(9_000, 0.001, 0.004)]
    tiles = tiles_of(tmp_path / "layer.gpkg", shapes, [0] * 9_000, range(1, 9_001))
    for zoom in range(tiles.zooms[0], tiles.zooms[1] + 1):
        found = shown(tiles.tile, tiles.bounds, zoom)
        assert found.counted.total() + len(found.drawn) == 9_000
        assert found.largest <= zoom_module.MOST_BYTES
    assert tiles.zooms[1] == 16


def test_what_reaches_far_is_drawn_in_every_tile_it_reaches_and_the_rest_is_said(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(chosen, "MOST_FROM_ELSEWHERE", 5)
    lines = [shapely.LineString([(117.0, 39.0 + n / 1000), (117.2 + n / 100, 39.0 + n / 1000)]) for n in range(8)]
    tiles = tiles_of(tmp_path / "layer.gpkg", lines, [0] * 8, range(1, 9))
    zoom = tiles.zooms[1]
    found = shown(tiles.tile, tiles.bounds, zoom)
    # At home each is drawn wherever else it is not.
    assert set(found.drawn) == set(range(1, 9))
    assert found.left_out > 0
    x, y = (int(part) for part in (2**zoom * (117.001 / 360 + 0.5), 2**zoom * mercator_row(39.0035)))
    tile = gzip.decompress(tiles.tile(zoom, x, y))
    assert read_cells(tile).left_out == 3
    read = vector_tile_pb2.tile()
    read.ParseFromString(tile)
    # The longest stay.
    assert {feature.id for feature in read.layers[0].features} == {4, 5, 6, 7, 8}


def test_what_goes_over_the_antimeridian_is_on_both_sides(tmp_path: Path) -> None:
    shapes = [shapely.box(179.9, 10, 180.1, 10.1), shapely.box(-180.05, 10.2, -179.95, 10.3)]
    tiles = tiles_of(tmp_path / "layer.gpkg", shapes, [0, 0], [1, 2])
    zoom = 11
    y = int(2**zoom * mercator_row(10.05))
    for x in (0, 2**zoom - 1):
        read = vector_tile_pb2.tile()
        read.ParseFromString(gzip.decompress(tiles.tile(zoom, x, y)))
        assert 1 in {feature.id for feature in read.layers[0].features}


def test_nothing_selected_and_a_tile_that_there_is_not(tmp_path: Path) -> None:
    tiles = tiles_of(tmp_path / "layer.gpkg", boxes(3, 0.001, 0.01), [0, 0, 255], [3])
    assert len(tiles.places) == 0
    assert tiles.tile(tiles.zooms[0], 0, 0) is None
    for zoom, x, y in ((99, 0, 0), (tiles.zooms[1], -1, 0), (tiles.zooms[1], 0, 2**30)):
        assert tiles.tile(zoom, x, y) is None


USED = ("居住", "商业")


@pytest.fixture
def layer(plan_folder: Path, tmp_path: Path) -> OwnLayer:
    made = added(plan_folder, write_parcels(tmp_path, rows=60, columns=150), name="地块")
    return restyle(made, to_json(field_style(made, "用地")))


def ask(*values: str) -> LayerQuestion:
    return LayerQuestion((FieldCondition("用地", values=values),))


def asked(route: Callable[[Request], Response], path: dict[str, Any], query: str) -> Response:
    """Return what a route answers."""
    return route(Request({"type": "http", "path_params": path, "headers": [], "query_string": query.encode()}))


@pytest.mark.slow
def test_the_server_gives_the_tiles_of_a_large_answer_at_an_address_of_their_own(layer, plan_folder, serve) -> None:
    serve(plan_folder)
    plan = plan_in(plan_folder)
    scene = Scene(questions={layer.scene_id: ask(*USED)}, visible={layer.scene_id: True})
    sent = arguments(plan, scene, select(plan, scene, today=TODAY))["asked"][layer.scene_id]
    assert sent["large"]
    path, _, query = sent["url"].partition("?")
    assert path.endswith(f"/{layer.version}/answer.json")
    place = {"layer": layer.id, "version": layer.version}
    answered = asked(source_answer, place, query)
    assert "immutable" in answered.headers["cache-control"]
    source = json.loads(answered.body)
    assert (source["count"], source["zooms"][0]) == (6_000, 11)
    # The looks of the style by category: what nobody asks for has one too.
    names = [look.title.zh for number in source["looks"] if (look := looks_of(layer)[number]) is not None]
    assert sorted(names) == sorted(USES)
    state = source["url"].rstrip("/").rpartition("/")[2]
    assert parse_qs(query)["state"] == [state]
    assert source["url"].startswith("layer-answer/")
    assert parse_qs(source["query"][1:])["ask"] == [f"{layer.scene_id}~用地:is:居住,商业"]
    zoom = source["zooms"][0]

    def tile(zoom: int, x: int, y: int) -> bytes | None:
        path = {**place, "state": state, "zoom": zoom, "x": x, "y": y}
        found = asked(answer_tile, path, source["query"][1:])
        assert "immutable" in found.headers["cache-control"]
        assert found.status_code == 204 or found.headers["content-encoding"] == "gzip"
        return found.body if found.status_code == 200 else None

    found = shown(tile, source["bounds"], zoom)
    categories = Counter(found.drawn.values())
    for (category, *_), count in found.counted.items():
        categories[category] += count
    assert {names[category]: count for category, count in categories.items()} == {"居住": 3_000, "商业": 3_000}
    # Another state, another version, another question, and an answer that goes feature by feature: there is none.
    at = {"zoom": zoom, "x": 0, "y": 0}
    assert asked(answer_tile, {**place, **at, "state": "x"}, source["query"][1:]).status_code == 404
    assert asked(answer_tile, {**place, **at, "version": "x", "state": state}, source["query"][1:]).status_code == 404
    assert asked(answer_tile, {**place, **at, "state": state}, "ask=own-地块~没有:none").status_code == 404
    assert asked(answer_tile, {**place, **at, "state": state}, "").status_code == 404
    few = answer_state(layer, ask("居住"), plan)
    assert asked(source_answer, place, f"ask={quote('own-地块~用地:is:居住')}&state={few}").status_code == 404


@pytest.mark.slow
def test_where_the_features_are_is_kept_for_the_next_server_and_made_anew_when_it_is_damaged(
    layer, plan_folder, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(answers, "MANY", 5_000)
    plan = plan_in(plan_folder)

    def anew() -> AnswerTiles:
        answers._made.cache_clear()
        answers._places.cache_clear()
        return answer_tiles(layer, ask(*USED), plan)

    def same(one: AnswerTiles, other: AnswerTiles) -> bool:
        both = one.tiles.places, other.tiles.places
        return one.looks == other.looks and all(
            np.array_equal(*(getattr(places, name) for places in both)) for name in COLUMNS
        )

    first = anew()
    path = kept_path(layer, answers.PLACES)
    whole = path.read_bytes()
    assert path.parent.is_relative_to(tmp_path)
    assert same(anew(), first)
    # It is this file that was read.
    with np.load(path) as held:
        np.savez(path, **{name: held[name] for name in held.files if name != "size"}, size=held["size"] + 1)
    assert (anew().tiles.places.size == first.tiles.places.size + 1).all()
    for broken in (b"", b"PK", whole[: len(whole) // 2], whole[:5_000] + bytes(5_000) + whole[10_000:]):
        path.write_bytes(broken)
        assert same(anew(), first)
        assert same(anew(), first)
    # Another look is another file; the layer takes all of them along.
    other = restyle(layer, to_json(field_style(layer, "容积率")))
    answer_tiles(other, ask(*USED), plan_in(plan_folder))
    assert len(list(path.parent.glob("layer-*.npz"))) == 2
    remove_layer(plan_in(plan_folder), layer.id)
    assert not list(path.parent.glob("layer-*"))


@pytest.mark.slow
def test_few_answers_are_kept_and_the_same_features_are_the_same_answer(layer, plan_folder) -> None:
    plan = plan_in(plan_folder)
    one = answer_tiles(layer, ask(*USED), plan)
    assert one.looks == tuple(categories_of(layer)[1])
    assert answer_tiles(layer, ask(*reversed(USED)), replace(plan)) is one
    assert answer_tiles(layer, ask("工业"), plan) is not one
    for use in ("居住", "商业", "工业"):
        answer_tiles(layer, LayerQuestion((FieldCondition("容积率", least=2.0), *ask(use).where)), plan)
    assert answer_tiles(layer, ask(*USED), plan) is not one
    # What is added to a file by another program is another layer.
    with closing(sqlite3.connect(layer.path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("DELETE FROM features WHERE fid = 1")
        connection.commit()
    assert answer_tiles(described(layer.path), ask(*USED), plan).count == 5_999
