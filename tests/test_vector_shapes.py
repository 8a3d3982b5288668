"""Geometries from files: what is repaired is valid and on the same ground, and no bytes do harm."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.foreign.features.encoding import cut, known
from geo.foreign.features.findings import swapped
from geo.foreign.features.place import Place
from geo.foreign.features.shapes import leaves, made_valid, moved, read_shapes, without_m
from geo.foreign.features.source import Field
from geo.foreign.features.target import named

numbers = st.integers(-20, 20).map(float)
rings = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=12)


@given(rings)
def test_what_is_mended_is_valid_and_covers_what_was_around(ring: list[tuple[float, float]]) -> None:
    polygon = shapely.Polygon(ring)
    mended = made_valid(polygon)
    if mended is None:
        assert shapely.make_valid(polygon).area == 0
        return
    assert mended.is_valid
    assert {part.geom_type for part in leaves(mended)} == {"Polygon"}
    if polygon.is_valid:
        assert mended.equals_exact(polygon, 0)
        assert mended.area == polygon.area
    assert shapely.box(*polygon.bounds).buffer(1e-9).covers(mended)
    assert made_valid(mended).equals_exact(mended, 0)


@given(rings)
def test_an_open_ring_is_closed(ring: list[tuple[float, float]]) -> None:
    if ring[0] == ring[-1] or len(ring) < 4:
        return
    wkb = struct.pack("<BIII", 1, 3, 1, len(ring)) + b"".join(struct.pack("<2d", *each) for each in ring)
    shapes = read_shapes([wkb])
    assert shapes.unclosed.tolist() == [True]
    assert shapes.geometries[0].equals_exact(shapely.Polygon(ring), 0)


@given(st.binary(max_size=200), st.integers(0, 20), st.sampled_from([0, 1000, 2000, 3000, 0x80000000]))
def test_bytes_of_any_kind_are_a_geometry_or_broken(data: bytes, kind: int, dimensions: int) -> None:
    for wkb in (data, struct.pack("<BI", 1, kind + dimensions) + data):
        shapes = read_shapes([wkb, None])
        assert shapes.broken[0] == (shapes.geometries[0] is None)
        assert not shapes.broken[1]


def test_geometries_nested_without_end_are_broken() -> None:
    deep = struct.pack("<BII", 1, 7, 1) * 50_000 + shapely.Point(1, 2).wkb
    assert read_shapes([deep]).broken.tolist() == [True]


@given(st.floats(0.1, 6.2), st.floats(1, 1000), st.floats(-math.pi, math.pi))
def test_an_arc_keeps_its_length(sweep: float, radius: float, start: float) -> None:
    angles = (start, start + sweep / 2, start + sweep)
    places = [(radius * math.cos(angle), radius * math.sin(angle)) for angle in angles]
    wkb = struct.pack("<BII", 1, 8, 3) + b"".join(struct.pack("<2d", *each) for each in places)
    shapes = read_shapes([wkb])
    assert shapes.curves.tolist() == [True]
    assert shapes.geometries[0].length == pytest.approx(radius * sweep, rel=1e-3)


def test_compound_curves_and_surfaces() -> None:
    arc = struct.pack("<BII6d", 1, 8, 3, 0, 0, 1, 1, 2, 0)
    line = struct.pack("<BII4d", 1, 2, 2, 2, 0, 0, 0)
    compound = struct.pack("<BII", 1, 9, 2) + arc + line
    surface = struct.pack("<BII", 1, 12, 1) + struct.pack("<BII", 1, 10, 1) + compound
    shapes = read_shapes([surface])
    assert shapes.curves.tolist() == [True]
    assert shapes.geometries[0].geom_type == "MultiPolygon"
    assert shapes.geometries[0].area == pytest.approx(math.pi / 2, rel=1e-3)


def test_heights_stay_where_measures_go() -> None:
    shapes = np.array([shapely.from_wkt(text) for text in ("POINT ZM (1 2 3 4)", "POINT M (1 2 4)", "POINT (1 2)")])
    without_m(shapes)
    moved(shapes, lambda positions: positions + np.array([1, 1, 0])[: positions.shape[1]])
    assert [shape.wkt for shape in shapes] == ["POINT Z (2 3 3)", "POINT (2 3)", "POINT (2 3)"]


@pytest.mark.parametrize(
    ("bounds", "crs", "expected"),
    [
        ((39, 117, 39, 117), 4326, True),
        ((117, 39, 117, 39), 4326, False),
        ((4325000, 530000, 4325000, 530000), 4548, True),
        ((530000, 4325000, 530000, 4325000), 4548, False),
        ((4325000, 39530000, 4325000, 39530000), None, True),
        ((13100000, 4700000, 13100000, 4700000), 3857, False),
    ],
)
def test_axes_that_have_changed_places(bounds: tuple[float, ...], crs: int | None, expected: bool) -> None:
    place = Place({"epsg": crs}, "x") if crs else None
    assert swapped(np.array([bounds], dtype=float), place).tolist() == [expected]


def test_the_way_to_wgs84_says_how_exact_it_is() -> None:
    assert Place(None, "x").plain()["accuracy_m"] == 0
    beijing = Place({"epsg": 4214}, "x")
    beijing.choose((117.0, 39.0, 117.5, 39.5))
    about = beijing.plain()
    # Its ways are for basins far from here: there is none that is known to be right in Tianjin.
    assert about["accuracy_m"] is None or about["accuracy_m"] >= 1
    assert set(about) == {"decided", "description", "accuracy_m", "ballpark", "missing_grids"}


@given(st.lists(st.text(max_size=6), max_size=8))
def test_names_of_columns_are_never_the_same(names: list[str]) -> None:
    made = named([Field(name, "text") for name in names])
    assert len({name.lower() for name in made} | {"fid", "geom", "source_fid"}) == len(names) + 3


@pytest.mark.parametrize(
    ("text", "code"),
    [("936", "gb18030"), ("GBK", "gb18030"), ("65001", "utf-8"), ("8859-1", "iso8859-1"), ("zip", ""), ("x", "")],
)
def test_names_of_encodings(text: str, code: str) -> None:
    assert known(text) == code


def test_text_that_is_cut_in_a_letter() -> None:
    assert cut("东丽".encode("gb18030")[:-1], "gb18030") == ("东", True)
    assert cut(b"\xff\xff", "utf-8")[1] is False
