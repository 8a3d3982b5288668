"""A large layer as tiles: every feature is drawn or counted at every zoom, and no tile is too large."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from geo.errors import PlanMapError
from geo.foreign import child
from geo.tiles.archive import Archive
from geo.tiles.thinned.cells import morton, unmorton
from geo.tiles.thinned.make import write_layer_tiles
from geo.tiles.thinned.rings import AREA, LINE, Rings, clipped
from tests.layer_tiles import Seen, boxes, categories, degrees, seen, shared_case, tiled, write_layer


def checked(told: dict, found: dict[int, Seen], categories: Counter[int], fids: set[int]) -> None:
    """At each zoom every feature of `fids` is either drawn or counted, and so are those of each category."""
    assert sorted(map(str, found)) == sorted(told["zooms"])
    for zoom, here in found.items():
        said = told["zooms"][str(zoom)]
        assert here.counted + len(here.drawn) == len(fids)
        assert set(here.drawn) <= fids
        assert here.by_category + Counter(here.drawn.values()) == categories
        assert (said["cells"], said["features"], said["drawn"]) == (here.cells, here.counted, len(here.drawn))
        assert (said["largest"], said["tiles"], said["left_out"]) == (here.largest, here.tiles, here.left_out)
        assert here.largest <= 200_000


at = st.tuples(st.floats(117, 117.5), st.floats(38.9, 39.2))
size = st.sampled_from([0.00001, 0.0005, 0.01, 0.1])
square = st.builds(lambda at, half: shapely.box(at[0] - half, at[1] - half, at[0] + half, at[1] + half), at, size)
line = st.builds(
    lambda at, step, turns: shapely.LineString([(at[0] + step * n, at[1] + step * n * t) for n, t in enumerate(turns)]),
    at,
    size,
    st.lists(st.sampled_from([-1, 0, 0.5, 1]), min_size=2, max_size=6),
)
point = st.builds(shapely.Point, at)
one = st.one_of(square, line, point)
many = st.one_of(
    one,
    st.builds(shapely.MultiPoint, st.lists(at, min_size=1, max_size=4)),
    st.builds(shapely.GeometryCollection, st.lists(one, min_size=1, max_size=3)),
    st.builds(lambda shape: shape.buffer(0.002).difference(shape.buffer(0.001)), point),
    # A bow tie, which no other program would take either.
    st.builds(
        lambda at: shapely.Polygon([at, (at[0] + 0.01, at[1] + 0.01), (at[0] + 0.01, at[1]), (at[0], at[1] + 0.01)]), at
    ),
)


@settings(max_examples=30)
@given(st.lists(st.tuples(many, st.sampled_from([0, 1, 5, 127])), min_size=1, max_size=25))
def test_every_feature_is_drawn_or_counted_at_every_zoom(features: list) -> None:
    shapes, of = zip(*features, strict=True)
    with tempfile.TemporaryDirectory() as folder:
        told, found = tiled(Path(folder), shapes, of)
    categories = Counter(of)
    assert told["categories"] == [categories[n] for n in range(max(of) + 1)]
    checked(told, found, categories, set(range(1, len(shapes) + 1)))
    last = found[max(found)]
    # In the last zoom all are drawn: there is room.
    assert set(last.drawn) == set(range(1, len(shapes) + 1))
    for number, shape in enumerate(shapes, 1):
        drawn = [part for piece in last.shapes[number] for part in degrees(piece)]
        west, south, east, north = shape.bounds
        (left, bottom), (right, top) = (end([end(part, axis=0) for part in drawn], axis=0) for end in (np.min, np.max))
        assert (left, bottom, right, top) == pytest.approx((west, south, east, north), abs=2e-4)


def test_small_features_are_cells_from_afar_and_shapes_from_near(tmp_path: Path) -> None:
    shapes = boxes(5_000, 0.0001, 0.1)
    told, found = tiled(tmp_path, shapes)
    checked(told, found, Counter({0: 5_000}), set(range(1, 5_001)))
    far, near = found[min(found)], found[max(found)]
    assert (far.counted, len(far.drawn)) == (5_000, 0)
    assert far.cells < 5_000
    assert (near.counted, len(near.drawn)) == (0, 5_000)
    # One category needs no numbers.
    assert told["categories"] == [5_000]
    with Archive(tmp_path / "layer.pmtiles") as archive:
        assert archive.metadata["planmap"] == told
        assert archive.bounds == pytest.approx(shapely.total_bounds(shapes), abs=1e-3)


def test_points_are_drawn_where_they_stand_alone(tmp_path: Path) -> None:
    at = [(117.4, 39.1), (117.4, 39.1), (117.5, 39.1), (117.4002, 39.1), (117.4, 39.2)]
    told, found = tiled(tmp_path, [shapely.Point(*each) for each in at])
    checked(told, found, Counter({0: 5}), {1, 2, 3, 4, 5})
    assert (found[min(found)].cells, set(found[min(found)].drawn)) == (1, {3, 5})
    # In the last zoom even those are there that stand in one place.
    assert set(found[max(found)].drawn) == {1, 2, 3, 4, 5}


def test_shapes_are_where_they_belong(tmp_path: Path) -> None:
    hole = shapely.box(116.9, 38.9, 117.9, 39.4).difference(shapely.box(117.2, 39.05, 117.6, 39.25))
    _, found = tiled(tmp_path, [hole, *boxes(300, 0.001, 0.2)])
    pieces = found[max(found)].shapes[1]
    assert len(pieces) > 20
    whole = []
    for zoom, x, y, extent, _, parts in pieces:
        # As a map draws it: by the way round of its rings, and within the tile.
        rings = [shapely.Polygon(part) for part in parts]
        turned = [np.sign(shapely.Polygon(part).exterior.is_ccw - 0.5) for part in parts]
        shape = shapely.union_all([r for r, t in zip(rings, turned, strict=True) if t > 0])
        shape = shape.difference(shapely.union_all([r for r, t in zip(rings, turned, strict=True) if t < 0]))
        shape = shape.intersection(shapely.box(0, 0, extent, extent))
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon":
                outline, *holes = (
                    degrees((zoom, x, y, extent, 3, [np.array(r.coords)]))[0] for r in [part.exterior, *part.interiors]
                )
                whole.append(shapely.Polygon(outline, holes))
    drawn = shapely.union_all(whole, grid_size=1e-7)
    assert drawn.symmetric_difference(hole).area < 1e-4 * hole.area


# Each makes tiles of thousands of shapes several times.
@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    ["points in one place", "points", "large areas over one another", "jagged shapes", "long lines", "one outline"],
)
def test_no_tile_is_too_large(kind: str, tmp_path: Path) -> None:
    chance = np.random.default_rng(7)
    middle = np.array([117.4, 39.1])
    if kind == "points in one place":
        shapes = list(shapely.points(np.repeat([middle], 60_000, axis=0)))
    elif kind == "points":
        shapes = list(shapely.points(middle + chance.normal(0, 0.002, (60_000, 2))))
    elif kind == "large areas over one another":
        at = middle + chance.uniform(-0.02, 0.02, (3_000, 2))
        shapes = list(shapely.buffer(shapely.points(at), chance.uniform(0.02, 0.06, 3_000), quad_segs=16))
    elif kind == "jagged shapes":
        # More bytes than anybody would guess, and in several tiles each.
        angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        far = chance.uniform(0.0003, 0.0012, (7_000, 60, 1))
        at = middle + chance.uniform(-0.03, 0.03, (7_000, 1, 2))
        shapes = list(shapely.polygons(at + far * np.column_stack([np.cos(angle), np.sin(angle)])))
    elif kind == "long lines":
        at = middle + chance.uniform(-0.5, 0.5, (4_000, 2, 2))
        shapes = list(shapely.linestrings(at))
    else:
        angle = np.linspace(0, 2 * np.pi, 200_000, endpoint=False)
        far = 0.05 * (1 + chance.uniform(-0.2, 0.2, len(angle)))
        shapes = [shapely.Polygon(middle + np.column_stack([far * np.cos(angle), far * np.sin(angle)]))]
    told, found = tiled(tmp_path, shapes)
    checked(told, found, Counter({0: len(shapes)}), set(range(1, len(shapes) + 1)))


def test_what_has_no_category_is_not_in_the_tiles(tmp_path: Path) -> None:
    told, found = tiled(tmp_path, boxes(6, 0.001, 0.05), [0, 255, 2, 2, 255, 0])
    assert (told["features"], told["undrawn"], told["categories"]) == (6, 2, [2, 0, 2])
    checked(told, found, Counter([0, 2, 2, 0]), {1, 3, 4, 6})
    assert found[max(found)].drawn == {1: 0, 3: 2, 4: 2, 6: 0}


def test_categories_must_be_those_of_the_features(tmp_path: Path) -> None:
    source = write_layer(tmp_path / "layer.gpkg", boxes(6, 0.001, 0.05))
    # Somebody has added or deleted features since they were read.
    for count in (5, 7, 0):
        with pytest.raises(PlanMapError, match="vector-damaged"):
            write_layer_tiles(source, tmp_path / "layer.pmtiles", **categories([0] * count))
    assert [path.name for path in tmp_path.iterdir()] == ["layer.gpkg"]


def test_the_browser_reads_what_is_written_here(tmp_path: Path) -> None:
    # tests/js/own_tile.test.js has the other half.
    table = Path(__file__).with_name("cases") / "own_tile.json"
    assert json.loads(table.read_text(encoding="utf-8")) == shared_case(tmp_path)


def test_nothing_and_one_point(tmp_path: Path) -> None:
    told, found = tiled(tmp_path, [])
    assert (told["features"], told["zooms"], list(found)) == (0, {}, [0])
    told, found = tiled(tmp_path, [shapely.Point(117.4, 39.1)])
    checked(told, found, Counter({0: 1}), {1})
    assert degrees(found[max(found)].shapes[1][0])[0] == pytest.approx(np.array([[117.4, 39.1]]), abs=1e-5)


def test_what_cannot_be_shown_as_it_is_is_named(tmp_path: Path) -> None:
    shapes = [
        shapely.box(117, 39, 117.1, 39.1),
        None,
        shapely.Polygon(),
        shapely.Point(0, 89),
        shapely.box(10, 80, 12, 88),
        shapely.box(179.9, 50, 180.1, 50.2),
        shapely.Point(200, 10),
        shapely.LineString([(-170, -10), (170, 10)]),
    ]
    told, found = tiled(tmp_path, shapes)
    assert told["odd"] == {
        "empty": {"count": 2, "fids": [2, 3]},
        "outside": {"count": 1, "fids": [4]},
        "cut": {"count": 1, "fids": [5]},
        "antimeridian": {"count": 1, "fids": [6]},
        "wide": {"count": 1, "fids": [8]},
    }
    assert told["features"] == 8
    checked(told, found, Counter({0: 5}), {1, 5, 6, 7, 8})
    sides = {piece[1] == 0 for piece in found[max(found)].shapes[6]}
    assert sides == {True, False}
    assert degrees(found[max(found)].shapes[7][0])[0][0] == pytest.approx([-160, 10], abs=1e-4)


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"GP",
        b"nothing",
        b"GP\x00\x03" + bytes(36) + b"\x01\x03\x00\x00\x00\xff\xff\xff\xff",
        b"GP\x00\x03" + bytes(36) + shapely.to_wkb(shapely.Point(float("nan"), 3)),
        b"GP\x00\x03" + bytes(36) + shapely.to_wkb(shapely.LineString([(0, 0), (float("inf"), 3)])),
        b"GP\x00\x03" + bytes(36) + shapely.to_wkb(shapely.Point(1e300, 3)),
        12,
        "text",
    ],
)
def test_a_broken_geometry_is_named_and_the_others_are_there(blob: object, tmp_path: Path) -> None:
    source = write_layer(tmp_path / "layer.gpkg", boxes(3, 0.001, 0.05))
    with closing(connect(source)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE features SET geom = ? WHERE fid = 2", (blob,))
        connection.commit()
    told = write_layer_tiles(source, tmp_path / "layer.pmtiles")
    found = seen(tmp_path / "layer.pmtiles")
    assert sum(odd["count"] for odd in told["odd"].values()) == 1
    checked(told, found, Counter({0: 2}), {1, 3})


def test_nothing_is_left_when_it_is_ended(tmp_path: Path) -> None:
    source = write_layer(tmp_path / "layer.gpkg", boxes(500, 0.001, 0.2))
    target = tmp_path / "layer.pmtiles"
    told: list[float] = []
    write_layer_tiles(source, target, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    before = target.read_bytes()
    for end in range(len(told)):
        left = iter(range(end))

        def progress(share: float, left=left) -> None:
            if next(left, None) is None:
                raise child.Cancelled

        with pytest.raises(child.Cancelled):
            write_layer_tiles(source, target, progress=progress)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["layer.gpkg", "layer.pmtiles"]
        assert target.read_bytes() == before


@pytest.mark.slow
def test_it_runs_in_the_child_process(tmp_path: Path) -> None:
    source = write_layer(tmp_path / "layer.gpkg", boxes(500, 0.001, 0.2))
    folder = tmp_path / "work"
    folder.mkdir()
    np.save(folder / "numbers.npy", np.arange(500, dtype=np.uint8) % 2)
    job = {"source": str(source), "target": str(folder / "layer.pmtiles"), "numbers": str(folder / "numbers.npy")}
    told = child.run("tiles.thinned.make:work", {**job, "categories": 2}, folder)
    assert told["categories"] == [250, 250]
    (folder / "numbers.npy").unlink()
    assert told["features"] == 500
    assert [path.name for path in folder.iterdir()] == ["layer.pmtiles"]
    source.write_bytes(source.read_bytes()[:20_000])
    with pytest.raises(PlanMapError, match="vector-damaged"):
        child.run("tiles.thinned.make:work", {"source": str(source), "target": str(folder / "other.pmtiles")}, folder)
    assert [path.name for path in folder.iterdir()] == ["layer.pmtiles"]


grid = st.integers(-30, 30)


@given(
    st.lists(st.tuples(grid, grid), min_size=3, max_size=12),
    st.integers(-20, 20),
    st.booleans(),
    st.sampled_from([0, 1]),
)
def test_a_ring_is_cut_as_by_geos(corners: list, limit: int, below: bool, axis: int) -> None:
    scale = 1_000_000
    ring = shapely.Polygon(corners)
    positions = np.array(corners, dtype=np.int64) * scale
    rings = Rings(positions, np.array([0, len(corners)]), np.zeros(1, dtype=np.int64), np.array([AREA]))
    cut = clipped(rings, axis, np.array([limit * scale]), below=below)
    low, high = [-100, -100], [100, 100]
    (high if below else low)[axis] = limit
    if ring.is_valid:
        area = shapely.Polygon(cut.points / scale).area if len(cut) and len(cut.points) > 2 else 0
        assert area == pytest.approx(ring.intersection(shapely.box(*low, *high)).area, abs=1e-3)
    open_line = Rings(positions, np.array([0, len(corners)]), np.zeros(1, dtype=np.int64), np.array([LINE]))
    parts = clipped(open_line, axis, np.array([limit * scale]), below=below)
    length = sum(
        shapely.LineString(parts.points[a:b] / scale).length
        for a, b in zip(parts.starts[:-1], parts.starts[1:], strict=True)
        if b - a > 1
    )
    expected = shapely.LineString(corners).intersection(shapely.box(*low, *high))
    whole = sum(
        shapely.LineString(corners[n : n + 2]).intersection(shapely.box(*low, *high)).length
        for n in range(len(corners) - 1)
    )
    assert length == pytest.approx(whole, abs=1e-3)
    assert whole >= expected.length - 1e-6


@given(arrays.arrays(np.int64, (2, 5), elements=st.integers(0, 2**30 - 1)))
def test_column_and_row_come_out_of_their_number(places: np.ndarray) -> None:
    x, y = places
    assert [part.tolist() for part in unmorton(morton(x, y))] == [x.tolist(), y.tolist()]
