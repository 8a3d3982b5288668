"""Vector files from outside: what is found in them, and the GeoPackage that is made of a layer."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geo.errors import PlanMapError
from geo.foreign.package import opened
from geo.foreign.vector_kind import VectorKind, kind_of_vector
from tests.vector_files import GRID, NAMES, bring, changed, geojson, look, parcels, repairs, rows, siblings, zipped

pytestmark = pytest.mark.slow

WRITERS = {
    VectorKind.GEOPACKAGE: {"driver": "GPKG", "layer": "地块"},
    VectorKind.GEOJSON: {"driver": "GeoJSON"},
    VectorKind.SEQUENCE: {"driver": "GeoJSONSeq"},
    VectorKind.SHAPEFILE: {"driver": "ESRI Shapefile", "encoding": "UTF-8"},
    VectorKind.FLATGEOBUF: {"driver": "FlatGeobuf"},
}


def written(kind: VectorKind, folder: Path, frame: gpd.GeoDataFrame | None = None) -> Path:
    path = folder / f"parcels.{kind}"
    crs = 4326 if kind in (VectorKind.GEOJSON, VectorKind.SEQUENCE) else GRID
    (parcels(crs) if frame is None else frame).to_file(path, **WRITERS[kind])
    return path


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_comes_in_whole(kind: VectorKind, tmp_path: Path) -> None:
    path = written(kind, tmp_path)
    # The name says nothing, but for the siblings of a Shapefile.
    source = path if kind is VectorKind.SHAPEFILE else path.rename(tmp_path / "some file.dat")
    found = look(source)
    assert found["kind"] == kind
    (layer,) = found["layers"]
    assert (layer["count"], layer["types"], layer["repairs"]) == (3, {"Polygon": 3}, [])
    assert [(field["name"], field["type"]) for field in layer["fields"]] == [
        ("名称", "text"),
        ("count", "integer"),
        ("area", "real"),
        ("built", "boolean"),
    ]
    assert [row[0] for row in sorted(layer["rows"], key=lambda row: int(row[1]))] == list(NAMES)
    stated = 4326 if kind in (VectorKind.GEOJSON, VectorKind.SEQUENCE) else GRID
    assert layer["crs"]["epsg"] == stated
    expected = parcels(stated)
    assert layer["bounds"] == pytest.approx(expected.total_bounds, abs=1e-6)

    target = tmp_path / "target.gpkg"
    report = bring(source, target, crs={"epsg": stated})
    assert (report["read"], report["written"], report["left_out"], report["repaired"]) == (3, 3, {}, {})
    made = gpd.read_file(target, layer="features").sort_values("count")
    assert made.crs.to_epsg() == 4326
    assert made["名称"].tolist() == list(NAMES)
    assert (
        made[["count", "area", "built"]].to_numpy().tolist()
        == parcels()[["count", "area", "built"]].to_numpy().tolist()
    )
    exact = parcels(4326).geometry
    assert shapely.hausdorff_distance(made.geometry.array, exact.array).max() < 1e-7
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("SELECT count(*) FROM rtree_features_geom").fetchone() == (3,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT rtreecheck('rtree_features_geom')").fetchone() == ("ok",)


def test_the_result_is_a_geopackage_that_others_can_change(tmp_path: Path) -> None:
    target = tmp_path / "target.gpkg"
    bring(written(VectorKind.GEOPACKAGE, tmp_path), target, crs={"epsg": GRID})
    more = parcels(4326)
    more.insert(0, "source_fid", 9)
    # GDAL runs the triggers that keep the index right.
    pyogrio.write_dataframe(more, target, layer="features", append=True)
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("SELECT count(*) FROM rtree_features_geom").fetchone() == (6,)
    with opened(target) as package:
        assert [layer.table for layer in package.layers()] == ["features"]


@pytest.mark.parametrize(
    ("code", "cpg", "name", "how"),
    [
        ("gbk", None, "gb18030", "tried"),
        ("gb18030", "GB18030", "gb18030", "cpg"),
        ("gbk", "936", "gb18030", "cpg"),
        ("utf-8", None, "utf-8", "tried"),
        ("utf-8", "UTF-8", "utf-8", "cpg"),
        ("gbk", "UTF-8", "gb18030", "tried"),
    ],
)
def test_the_encoding_of_a_table_is_found(code: str, cpg: str | None, name: str, how: str, tmp_path: Path) -> None:
    path = tmp_path / "地块.shp"
    frame = parcels().assign(名称=["军粮城", "㐀𠀀" if code == "gb18030" else "东丽湖", "津" * 84])
    frame.to_file(path, encoding=code.upper() if code != "gbk" else "CP936")
    path.with_suffix(".cpg").unlink()
    path.with_suffix(".prj").unlink()
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    (layer,) = look(path)["layers"]
    assert (layer["encoding"]["name"], layer["encoding"]["found"]) == (name, how)
    assert layer["encoding"]["undecodable"] == {"count": 0, "numbers": []}
    assert [row[0] for row in layer["rows"]][:2] == frame["名称"].tolist()[:2]
    assert layer["name"] == "地块"
    # Nothing states it, so nothing is said of it.
    assert layer["crs"] is None
    assert layer["transformation"] is None


def test_a_zip_holds_several_shapefiles_in_folders(tmp_path: Path) -> None:
    files = {}
    for name in ("道路", "地块"):
        path = tmp_path / f"{name}.shp"
        parcels().head(1 if name == "道路" else 3).to_file(path, encoding="CP936")
        files |= {f"规划/{name}{part.suffix.upper()}": part for part in siblings(path).values()}
    source = zipped(tmp_path / "all.zip", files)
    found = look(source)
    assert found["kind"] == "shp.zip"
    assert {layer["name"]: layer["count"] for layer in found["layers"]} == {"道路": 1, "地块": 3}
    report = bring(source, tmp_path / "target.gpkg", layer="地块", crs={"epsg": GRID})
    assert report["written"] == 3
    assert [row["名称"] for row in rows(tmp_path / "target.gpkg")] == list(NAMES)


def test_a_shapefile_without_index_or_table_is_read(tmp_path: Path) -> None:
    path = written(VectorKind.SHAPEFILE, tmp_path)
    path.with_suffix(".shx").unlink()
    assert look(path)["layers"][0]["count"] == 3
    path.with_suffix(".dbf").unlink()
    (layer,) = look(path)["layers"]
    assert (layer["count"], layer["types"]) == (3, {"Polygon": 3})
    assert {each.suffix for each in tmp_path.iterdir()} == {".shp", ".prj", ".cpg"}


def test_geojson_in_other_encodings_and_with_an_old_crs(tmp_path: Path) -> None:
    text = (
        '{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4548"}},'
        '"features":[{"type":"Feature","properties":{"名称":"东丽"},"geometry":{"type":"Point",'
        '"coordinates":[530000,4325000]}}]}'
    )
    for code, name in (("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16")):
        path = tmp_path / "x.geojson"
        path.write_text(text, encoding=code)
        (layer,) = look(path)["layers"]
        assert (layer["encoding"]["name"], layer["rows"], layer["crs"]["epsg"]) == (name, [["东丽"]], 4548)
    plain = geojson(tmp_path / "plain.geojson", [shapely.Point(117, 39)])
    # That is what the standard says and not the file.
    assert look(plain)["layers"][0]["crs"]["origin"] == "format"


def test_everything_odd_is_named_and_repaired_or_kept(tmp_path: Path) -> None:
    bow = shapely.Polygon([(117, 39), (117.1, 39.1), (117.1, 39), (117, 39.1)])
    square = shapely.box(117.2, 39, 117.3, 39.1)
    path = geojson(
        tmp_path / "odd.geojson",
        [
            bow,
            square,
            None,
            '{"type":"Polygon","coordinates":[]}',
            shapely.Point(117, 39, 5),
            shapely.Point(39.1, 117.1),
            shapely.Point(-100, 40),
            '{"type":"Polygon","coordinates":[[[117,39],[117.1,39],[117.1,39.1],[117,39.1]]]}',
        ],
    )
    (layer,) = look(path)["layers"]
    assert layer["types"] == {"Polygon": 3, "Point": 3}
    assert repairs(layer) == {
        "empty": [2, 3],
        "unclosed": [7],
        "invalid": [0],
        "mixed": [0, 1, 4, 5, 6, 7],
        "z": [4],
        "axes": [5],
        "outside": [6],
    }
    target = tmp_path / "t.gpkg"
    report = bring(path, target, repairs={"axes": True, "outside": True})
    counts = {kind: each["count"] for kind, each in report["left_out"].items()}
    assert counts == {"empty": 2, "outside": 1}
    assert report["read"] == report["written"] + sum(counts.values()) == 8
    made = gpd.read_file(target).set_index("source_fid").geometry
    assert made.is_valid.all()
    assert made[0].area == pytest.approx(0.005)
    assert made[1].equals(square)
    assert not made[4].has_z
    assert made[5].equals(shapely.MultiPoint([(117.1, 39.1)]))
    assert made[7].area == pytest.approx(0.01)

    refused = dict.fromkeys(("empty", "invalid", "mixed", "z", "axes", "outside"), False)
    report = bring(path, target, repairs=refused)
    assert set(report["refused"]) == set(refused)
    assert set(report["left_out"]) == {"unplaced"}
    made = gpd.read_file(target).set_index("source_fid").geometry
    assert made[0].equals_exact(bow, 0)
    assert made[2] is None
    assert (made[4].z, made[1].geom_type) == (5, "Polygon")


def test_doubles_are_kept_until_somebody_says_otherwise(tmp_path: Path) -> None:
    frame = parcels()
    path = written(VectorKind.GEOPACKAGE, tmp_path, gpd.GeoDataFrame(frame.iloc[[0, 1, 0, 0]], crs=GRID))
    assert repairs(look(path)["layers"][0]) == {"double": [3, 4]}
    assert bring(path, tmp_path / "t.gpkg", crs={"epsg": GRID})["written"] == 4
    report = bring(path, tmp_path / "t.gpkg", crs={"epsg": GRID}, repairs={"double": True})
    assert report["left_out"] == {"double": {"count": 2, "numbers": [3, 4]}}


def test_dates_long_names_and_names_that_are_taken(tmp_path: Path) -> None:
    long = "规划用地性质及其兼容性说明" * 4
    path = tmp_path / "x.gpkg"
    frame = gpd.GeoDataFrame(
        {
            long: ["R2"],
            "Geom": [1],
            "SOURCE_FID": ["own"],
            "day": np.array(["2024-06-30"], dtype="datetime64[D]").astype("datetime64[s]"),
        },
        geometry=[shapely.Point(117, 39)],
        crs=4326,
    )
    frame.to_file(path, geometry_name="shape")
    changed(
        path,
        "ALTER TABLE x ADD COLUMN due DATE; ALTER TABLE x ADD COLUMN raw BLOB;"
        "UPDATE x SET due = '2025-01-31', raw = x'00ff'",
    )
    report = bring(path, tmp_path / "t.gpkg")
    assert report["renamed"] == [["Geom", "Geom_2"], ["SOURCE_FID", "SOURCE_FID_2"]]
    types = {field["name"]: field["type"] for field in report["fields"]}
    assert types == {
        long: "text",
        "Geom_2": "integer",
        "SOURCE_FID_2": "text",
        "day": "datetime",
        "due": "date",
        "raw": "binary",
    }
    (row,) = rows(tmp_path / "t.gpkg")
    assert (row[long], row["source_fid"], row["SOURCE_FID_2"], row["due"], row["raw"]) == (
        "R2",
        1,
        "own",
        "2025-01-31",
        b"\x00\xff",
    )
    assert row["day"].startswith("2024-06-30T00:00:00")
    assert pyogrio.read_info(tmp_path / "t.gpkg")["ogr_types"][-2:] == ["OFTDate", "OFTBinary"]


def test_datums_without_a_code(tmp_path: Path) -> None:
    # One pair that the map services give: 军粮城北站.
    shifted = geojson(tmp_path / "x.geojson", [shapely.Point(117.428441, 39.065927)])
    report = bring(shifted, tmp_path / "t.gpkg", crs={"datum": "gcj02"})
    (point,) = gpd.read_file(tmp_path / "t.gpkg").geometry
    assert (point.x, point.y) == pytest.approx((117.421897, 39.064801), abs=2e-5)
    assert report["transformation"]["accuracy_m"] == 2.0
    for wrong in ({"datum": "mars"}, {"epsg": 999999}, {"wkt": "nonsense"}, {"epsg": 4978}):
        with pytest.raises(PlanMapError, match="vector-crs"):
            bring(shifted, tmp_path / "t.gpkg", crs=wrong)


def test_curves_of_a_geopackage_are_made_straight(tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(0, 0)], crs=GRID).to_file(path)
    ring = struct.pack(
        "<BII10d", 1, 8, 5, 530010, 4325000, 530000, 4325010, 529990, 4325000, 530000, 4324990, 530010, 4325000
    )
    blob = b"GP\0\1" + struct.pack("<i", GRID) + struct.pack("<BII", 1, 10, 1) + ring
    changed(path, "UPDATE x SET geom = ?", (blob,))
    assert repairs(look(path)["layers"][0]) == {"curves": [1]}
    report = bring(path, tmp_path / "t.gpkg", crs={"epsg": GRID})
    assert report["repaired"]["curves"]["count"] == 1
    (circle,) = gpd.read_file(tmp_path / "t.gpkg").to_crs(GRID).geometry
    assert circle.area == pytest.approx(np.pi * 100, rel=1e-3)


def test_progress_grows_and_who_cancels_leaves_nothing(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"n": range(20_000)}, geometry=gpd.points_from_xy([117.0] * 20_000, [39.0] * 20_000), crs=4326
    )
    path = written(VectorKind.GEOPACKAGE, tmp_path, frame)
    shares: list[float] = []
    bring(path, tmp_path / "t.gpkg", progress=shares.append)
    assert shares == sorted(shares)
    assert len(set(shares)) > 4

    class Stopped(Exception):  # noqa: N818
        pass

    def stop(share: float) -> None:
        if share > 0.3:
            raise Stopped

    before = (tmp_path / "t.gpkg").read_bytes()
    with pytest.raises(Stopped):
        bring(path, tmp_path / "t.gpkg", progress=stop)
    assert (tmp_path / "t.gpkg").read_bytes() == before


def test_positions_that_are_no_numbers_are_left_out(tmp_path: Path) -> None:
    with np.errstate(invalid="ignore"):
        shapes = [shapely.LineString([(117, 39), (end, 39)]) for end in (117.1, np.inf, np.nan, -np.inf)]
    path = tmp_path / "x.gpkg"
    gpd.GeoDataFrame({"n": range(4)}, geometry=shapes, crs=4326).to_file(path, SPATIAL_INDEX="NO")
    (layer,) = look(path)["layers"]
    assert repairs(layer)["nonfinite"] == [2, 3, 4]
    assert layer["bounds"] == pytest.approx((117, 39, 117.1, 39))
    # There is no way to write them, so that this cannot be refused.
    report = bring(path, tmp_path / "t.gpkg", repairs={"nonfinite": False})
    assert (report["written"], report["left_out"]["nonfinite"]["numbers"]) == (1, [2, 3, 4])


def test_a_view_is_named_and_not_run(tmp_path: Path) -> None:
    path = written(VectorKind.GEOPACKAGE, tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE VIEW 视图 AS SELECT * FROM 地块;"
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('视图', 'features', '视图');"
            "INSERT INTO gpkg_geometry_columns SELECT '视图', column_name, geometry_type_name, srs_id, z, m"
            " FROM gpkg_geometry_columns;"
        )
        connection.commit()
    (layer,) = look(path)["layers"]
    assert layer["notes"] == [{"note": "views", "names": ["视图"]}]


def test_the_answer_is_plain_json_with_the_first_rows_only(tmp_path: Path) -> None:
    path = geojson(tmp_path / "x.geojson", [shapely.Point(117 + n / 1000, 39) for n in range(50)])
    found = look(path)
    assert json.loads(json.dumps(found)) == found
    assert len(found["layers"][0]["rows"]) == 10
    assert kind_of_vector(path) is VectorKind.GEOJSON
