"""Own layers given back as files of other formats, read by the programs that others read them with."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import python_calamine
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import gcj02_to_bd09, wgs84_to_gcj02
from geo.errors import PlanMapError
from layers.own.adding import add_layer, chosen, look_at
from layers.own.files import find_layer
from layers.own.given import table_file
from layers.own.given.loss import Loss
from layers.own.given.names import DBF_BYTES, short_names
from layers.own.giving import ENCODINGS, MEDIA_TYPES, GivenBack, give_back
from layers.own.giving_words import lost_lines
from layers.own.own_layer import OwnLayer
from layers.resources import default_plan_folder
from layers.translation import LANGUAGES, translation
from tests.command import call, one_line
from tests.own_files import TODAY, added, parcels, plan_in, write_parcels

pytestmark = pytest.mark.slow

CELL = '=cmd|"/c calc"!A1'
TAG = "<img src=x onerror=alert(1)>"
LONG_NAME = "自有图层" * 15
HOSTILE = {
    "名称": CELL,
    "geom": TAG,
    "fid": "7",
    "说明🏗️": "一" * 300,
    "太长的字段名称甲": "甲",
    "太长的字段名称乙": "乙\u0007",
}
MILLIMETRE = 0.001
DEGREES_MM = 1e-8
"""A millimetre, in degrees."""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a plan with parcels, and with a layer of hostile names and values."""
    folder = tmp_path_factory.mktemp("giving")
    home = Path(shutil.copytree(default_plan_folder(), folder / "plan"))
    added(home, write_parcels(folder))
    shapes = [shapely.Point(117.4, 39.1), shapely.Point(117.41, 39.11)]
    path = folder / "hostile.geojson"
    added(home, write_geojson(path, shapes, [HOSTILE, {}]), name=LONG_NAME)
    return home


@pytest.fixture
def layer(plan: Path) -> OwnLayer:
    return find_layer(plan_in(plan), "地块")


@pytest.fixture
def hostile(plan: Path) -> OwnLayer:
    return find_layer(plan_in(plan), LONG_NAME)


def write_geojson(path: Path, shapes: Sequence[Any], records: Sequence[dict[str, Any]]) -> Path:
    """Write features with any properties."""
    features = [
        {"type": "Feature", "geometry": shapely.geometry.mapping(shape), "properties": record}
        for shape, record in zip(shapes, records, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def read(path: Path) -> gpd.GeoDataFrame:
    """Return the features of a file; a GeoPackage has its style in a table beside them."""
    return gpd.read_file(path, layer=pyogrio.list_layers(path)[0][0])


def lost(given: GivenBack) -> dict[Loss, int]:
    return {each.loss: each.count for each in given.lost}


def table_of(path: Path) -> list[list[Any]]:
    """Return the rows of a table as they are read."""
    if path.suffix == ".xlsx":
        return python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [list(row) for row in csv.reader(file)]


@pytest.mark.parametrize("kind", ["gpkg", "zip", "shp", "csv", "xlsx"])
def test_in_the_plans_grid_every_corner_is_where_it_came_from(layer, tmp_path, kind):
    target = tmp_path / f"地块.{kind}"
    given = give_back(layer, target, system={"epsg": 4548})
    assert (given.count, given.system) == (20, "EPSG:4548")
    if kind in ("csv", "xlsx"):
        heading, *rows = table_of(target)
        assert heading == ["地块编号", "用地", "容积率", "crs", "WKT"]
        assert rows[0][:2] == ["JLC-00", "居住"]
        assert float(rows[1][2]) == 0.75
        assert {row[3] for row in rows} == {"EPSG:4548"}
        found = [shapely.from_wkt(row[4]) for row in rows]
    else:
        frame = read(target)
        assert frame.crs.to_epsg() == 4548
        assert list(frame["用地"])[:3] == ["居住", "商业", "工业"]
        found = list(frame.geometry)
    distances = [a.hausdorff_distance(b) for a, b in zip(found, parcels().geometry, strict=True)]
    assert max(distances) < MILLIMETRE


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_what_is_given_is_taken_again(layer, plan, tmp_path, kind):
    system = None if kind in ("geojson", "kml") else {"epsg": 4548}
    target = tmp_path / f"again.{kind}"
    give_back(layer, target, system=system)
    # A table has no place for a system but a column, which people read.
    stated = {"epsg": 4548} if kind in ("csv", "xlsx") else None
    looked = chosen(look_at(target, crs=stated), "", target.name)
    assert looked["count"] == 20
    again = Path(shutil.copytree(plan, tmp_path / "plan"))
    made = add_layer(plan_in(again), target, looked, system=stated, name="again", today=TODAY)
    before, after = (read(each.path) for each in (layer, made))
    metres = zip(before.to_crs(4548).geometry, after.to_crs(4548).geometry, strict=True)
    assert max(a.hausdorff_distance(b) for a, b in metres) < MILLIMETRE
    assert list(before["用地"]) == list(after["用地"])


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@pytest.mark.parametrize("kind", ["gpkg", "geojson", "zip", "csv", "xlsx"])
def test_an_offset_frame_is_ours_and_the_file_says_so(layer, tmp_path, kind, datum):
    target = tmp_path / f"parcels.{kind}"
    given = give_back(layer, target, system={"datum": datum})
    name = {"gcj02": "GCJ-02", "bd09": "BD-09"}[datum]
    assert given.system == name
    assert lost(given)[Loss.OFFSET] == 1
    if kind in ("csv", "xlsx"):
        rows = table_of(target)[1:]
        found, said = [shapely.from_wkt(row[4]) for row in rows], {row[3] for row in rows}
    else:
        frame = read(target)
        found, said = list(frame.geometry), set(frame["crs"])
    assert said == {name}
    if kind == "gpkg":
        assert frame.crs is None or frame.crs.to_epsg() is None
        assert pyogrio.list_layers(target)[0][0] == f"地块_{name.replace('-', '')}"
    if kind == "zip":
        assert not any(each.endswith(".prj") for each in given.files)
        assert f"parcels_{name.replace('-', '')}.shp" in given.files
    if kind == "geojson":
        assert json.loads(target.read_text(encoding="utf-8"))["description"] == name
    # The millimetre is that of the frame: the figures of the layer, shifted as everywhere else.
    figures = shapely.get_coordinates(read(layer.path).geometry.array)
    x, y = wgs84_to_gcj02(*figures.T)
    wanted = np.column_stack((x, y) if datum == "gcj02" else gcj02_to_bd09(x, y))
    centre = shapely.union_all(found).centroid
    assert centre.x == pytest.approx((wanted[:, 0].min() + wanted[:, 0].max()) / 2, abs=1e-4)
    corners = shapely.get_coordinates(found)
    assert {tuple(row) for row in np.round(corners, 7)} <= {
        (round(a + dx, 7), round(b + dy, 7))
        for a, b in np.round(wanted, 7)
        for dx in (-1e-7, 0, 1e-7)
        for dy in (-1e-7, 0, 1e-7)
    }


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_hostile_names_and_values_stay_text(hostile, tmp_path, kind):
    target = tmp_path / f"hostile.{kind}"
    given = give_back(hostile, target)
    assert given.count == 2
    if kind in ("csv", "xlsx"):
        heading, row, empty = table_of(target)
        assert heading[:3] == ["名称", "geom_2", "fid_2"]
        assert row[0] == (f"'{CELL}" if kind == "csv" else CELL)
        assert row[1] == TAG
        assert [str(cell) for cell in empty[:6]] == [""] * 6
        assert heading[-4:] == ["crs", "x", "y", "WKT"]
        assert [float(cell) for cell in row[-3:-1]] == [117.4, 39.1]
        assert (Loss.GUARDED in lost(given)) == (kind == "csv")
        return
    frame = read(target)
    names = {"zip": ["名称", "geom_2", "fid_2"], "shp": ["名称", "geom_2", "fid_2"]}.get(kind)
    assert [name for name in frame.columns if name in ("名称", "geom_2", "fid_2")] == (
        names or ["名称", "geom_2", "fid_2"]
    )
    assert frame["名称"][0] == CELL
    assert frame["geom_2"][0] == TAG
    assert frame.geometry[0].distance(shapely.Point(117.4, 39.1)) < DEGREES_MM
    assert frame["名称"].isna()[1]
    # A bell is no character of XML, and a sign that ends a text would end it in a Shapefile.
    assert lost(given)[Loss.ILLEGIBLE] == 1
    assert "乙\\x07" in frame.iloc[0].tolist()
    if kind in ("zip", "shp"):
        assert lost(given)[Loss.TEXTS] == 1
        assert lost(given)[Loss.NAMES] == 3
        assert max(len(name.encode()) for name in frame.columns if name != "geometry") <= DBF_BYTES
        assert frame.iloc[0, 3] == "一" * (254 // 3)
    for text in map(translation, LANGUAGES):
        assert len(list(lost_lines(given.lost, text))) == len(given.lost)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_shapefile_says_its_encoding_and_another_program_reads_it(layer, tmp_path, encoding):
    target = tmp_path / "out.zip"
    give_back(layer, target, encoding=encoding)
    with zipfile.ZipFile(target) as packed:
        assert sorted(packed.namelist()) == ["out.cpg", "out.dbf", "out.prj", "out.shp", "out.shx"]
        assert packed.read("out.cpg").decode().lower() == encoding
        raw = packed.read("out.dbf")
    assert "居住".encode(encoding) in raw
    assert set(read(target)["用地"]) == {"居住", "商业", "工业"}


def test_points_lines_and_areas_are_shapefiles_of_their_own_and_one_layer_elsewhere(plan, tmp_path):
    home = Path(shutil.copytree(plan, tmp_path / "plan"))
    shapes: list[Any] = [
        shapely.Point(117.4, 39.1, 5.0),
        shapely.LineString([(117.4, 39.1), (117.5, 39.2)]),
        shapely.box(117.4, 39.1, 117.5, 39.2),
        shapely.MultiPolygon([shapely.box(117.6, 39.1, 117.7, 39.2)]),
    ]
    source = tmp_path / "mixed.geojson"
    write_geojson(source, shapes, [{"n": number} for number in range(len(shapes))])
    mixed = added(home, source, repairs={"z": False, "mixed": False})
    given = give_back(mixed, tmp_path / "m.zip", system={"epsg": 4548})
    assert lost(given)[Loss.SPLIT] == 3
    frames = {kind: gpd.read_file(f"/vsizip/{tmp_path / 'm.zip'}/m_{kind}.shp") for kind in ("point", "line", "area")}
    assert {kind: list(frame["n"]) for kind, frame in frames.items()} == {"point": [0], "line": [1], "area": [2, 3]}
    assert frames["point"].geometry[0].z == 5.0
    give_back(mixed, tmp_path / "m.gpkg")
    assert list(read(tmp_path / "m.gpkg").geometry.geom_type) == [each.geom_type for each in shapes]


ANSWERS = pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--where", "用地=商业", "--where", "容积率=1..3"], ["JLC-04", "JLC-07", "JLC-10"]),
        (["--where", "用地=农田"], []),
    ],
)


def numbers_in(path: Path) -> list[str]:
    """Return the numbers of the parcels in a file of any kind."""
    if path.suffix in (".csv", ".xlsx"):
        heading, *rows = table_of(path)
        return [row[heading.index("地块编号")] for row in rows]
    # GDAL leaves out of KML what has no features.
    frame = read(path)
    return list(frame["地块编" if path.suffix in (".zip", ".shp") else "地块编号"]) if len(frame) else []


@ANSWERS
@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_exactly_the_features_that_are_asked_for_are_given(plan, tmp_path, kind, options, names):
    target = tmp_path / f"some.{kind}"
    said = call("layer", "export", "地块", "-o", str(target), "--plan", str(plan), *options, folder=tmp_path).stdout
    assert f"{len(names)} 个要素" in said
    assert f"地块 {len(names)} / 20：用地 是" in said
    assert numbers_in(target) == names


def test_a_file_says_which_question_it_answers_and_when(plan, tmp_path):
    about = "地块, 7 of 20: 用地 is 商业 (selected "
    options = ["--plan", str(plan), "--where", "用地=商业", "--lang", "en"]
    for kind, datum in (("gpkg", "wgs84"), ("geojson", "gcj02"), ("xlsx", "wgs84")):
        target = tmp_path / f"some.{kind}"
        call("layer", "export", "地块", "-o", str(target), "--datum", datum, *options, folder=tmp_path)
    with closing(sqlite3.connect(tmp_path / "some.gpkg")) as connection:
        [(said,)] = connection.execute("SELECT description FROM gpkg_contents WHERE data_type = 'features'").fetchall()
    assert re.fullmatch(re.escape(about) + r"\d{4}-\d\d-\d\d \d\d:\d\d\)", said)
    assert json.loads((tmp_path / "some.geojson").read_text())["description"].startswith(f"GCJ-02; {about}")
    with zipfile.ZipFile(tmp_path / "some.xlsx") as packed:
        assert about in packed.read("docProps/core.xml").decode()


def test_a_command_that_exports_refuses_a_question_as_one_that_asks_does(plan, tmp_path):
    for wrong, words in ((["--where", "没有=1"], "没有字段"), (["--within", "5km"], "--near")):
        options = ["-o", str(tmp_path / "x.csv"), "--plan", str(plan), *wrong]
        assert words in one_line(call("layer", "export", "地块", *options, folder=tmp_path))
    assert not (tmp_path / "x.csv").exists()


def test_values_that_are_not_of_their_fields_type_are_counted_and_bytes_and_times_become_text(plan, tmp_path):
    source = tmp_path / "typed.gpkg"
    frame = gpd.GeoDataFrame(
        {"大": [2**60, 1], "日": [date(2026, 1, 2), None], "比": [0.1, 2.5]},
        geometry=[shapely.Point(117.4, 39.1)] * 2,
        crs=4326,
    )
    frame.to_file(source)
    home = Path(shutil.copytree(plan, tmp_path / "plan"))
    typed = added(home, source)
    with closing(sqlite3.connect(typed.path)) as connection, connection:
        # As other programs may do, whose triggers need functions that SQLite alone has not.
        for number in range(1, 5):
            connection.execute(f"DROP TRIGGER rtree_features_geom_update{number}")
        connection.execute("ALTER TABLE features ADD COLUMN 字节 BLOB")
        connection.execute("ALTER TABLE features ADD COLUMN 时 DATETIME")
        connection.execute("UPDATE features SET 字节 = x'0aff', 时 = '2026-01-02T03:04:05Z', 大 = 'many' WHERE fid = 2")
    typed = find_layer(plan_in(home), typed.id)
    given = give_back(typed, tmp_path / "t.zip")
    assert lost(given) == {Loss.INTEGERS: 1, Loss.TIMES: 1, Loss.BINARY: 1, Loss.ODD: 1}
    found = read(tmp_path / "t.zip")
    assert found["字节"][1] == "0aff"
    assert found["比"][0] == 0.1
    given = give_back(typed, tmp_path / "t.gpkg")
    assert lost(given) == {Loss.ODD: 1}
    info = pyogrio.read_info(tmp_path / "t.gpkg", layer=0)
    assert list(info["ogr_types"]) == ["OFTInteger64", "OFTString", "OFTReal", "OFTBinary", "OFTDateTime"]
    assert read(tmp_path / "t.gpkg")["大"][0] == 2**60
    give_back(typed, tmp_path / "t.xlsx")
    rows = table_of(tmp_path / "t.xlsx")
    assert rows[1][:3] == [str(2**60), "2026-01-02", 0.1]


def test_a_workbook_goes_on_in_further_sheets_and_half_a_geometry_is_none(layer, tmp_path, monkeypatch):
    monkeypatch.setattr(table_file, "MOST_ROWS", 8)
    target = tmp_path / "many.xlsx"
    given = give_back(layer, target)
    assert lost(given)[Loss.SHEETS] == 2
    book = python_calamine.load_workbook(str(target))
    sheets = [book.get_sheet_by_index(number).to_python() for number in range(3)]
    assert [len(rows) - 1 for rows in sheets] == [8, 8, 4]
    assert {tuple(rows[0]) for rows in sheets} == {("地块编号", "用地", "容积率", "crs", "WKT")}
    monkeypatch.setattr(table_file, "LONGEST_CELL", 100)
    given = give_back(layer, target)
    assert lost(given)[Loss.LONG] == 20
    assert {row[4] for row in python_calamine.load_workbook(str(target)).get_sheet_by_index(0).to_python()[1:]} == {""}


def test_what_lies_where_the_system_does_not_reach_is_said_and_stays_a_record(plan, tmp_path):
    home = Path(shutil.copytree(plan, tmp_path / "plan"))
    source = tmp_path / "far.geojson"
    shapes = [shapely.Point(117.4, 39.1), shapely.Point(2.35, 48.85)]
    write_geojson(source, shapes, [{"n": 1}, {"n": 2}])
    given = give_back(added(home, source), tmp_path / "far.gpkg", system={"datum": "gcj02"})
    [unplaced] = [each for each in given.lost if each.loss is Loss.UNPLACED]
    assert (unplaced.count, unplaced.names) == (1, ("2",))
    frame = read(tmp_path / "far.gpkg")
    assert list(frame["n"]) == [1, 2]
    assert list(frame.geometry.isna()) == [False, True]


@pytest.mark.parametrize(
    ("kind", "system"), [("kml", {"epsg": 4548}), ("kml", {"datum": "gcj02"}), ("geojson", {"epsg": 4490})]
)
def test_a_format_that_knows_wgs_84_alone_is_given_in_no_other_system(layer, tmp_path, kind, system):
    target = tmp_path / f"out.{kind}"
    target.write_text("before")
    with pytest.raises(PlanMapError, match="give-system"):
        give_back(layer, target, system=system)
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_work_that_is_stopped_leaves_what_was_there(layer, tmp_path, kind):
    target = tmp_path / f"out.{kind}"
    target.write_text("before")

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        give_back(layer, target, progress=stop)
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_the_command_writes_a_file_and_says_what_it_cannot_hold(plan, tmp_path):
    target = tmp_path / "地块.zip"
    asked = ["layer", "export", "地块", "--plan", str(plan), "--lang", "en"]
    done = call(*asked, "-o", str(target), "--crs", "EPSG:4548", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Wrote 地块.zip: 20 features, in EPSG:4548." in done.stdout
    assert "1 field has a shorter name: 地块编号 → 地块编" in done.stderr
    done = call(*asked, "-o", str(tmp_path / "x.kml"), "--datum", "gcj02", folder=tmp_path)
    assert done.returncode == 2
    assert "WGS 84" in done.stderr


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=40),
    st.sampled_from(ENCODINGS),
)
def test_short_names_fit_and_differ(names, encoding):
    found = short_names(names, encoding)
    assert len(found) == len(names)
    assert len({name.casefold() for name in found}) == len(found)
    for name in found:
        assert name.strip() == name != ""
        assert len(name.encode(encoding)) <= DBF_BYTES
        assert name.isprintable()
