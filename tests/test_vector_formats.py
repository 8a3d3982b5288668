"""Vector files of the kinds that are text or tables, and GeoParquet: what is found in them, and what comes in."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
import xlsxwriter

from geo.errors import PlanMapError
from geo.foreign.features.table import TableSource
from tests.vector_files import NAMES, bring, look, parcels, repairs, rows, zipped

pytestmark = pytest.mark.slow

KML = """<?xml version="1.0" encoding="{code}"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://127.0.0.1:1/kml.xsd http://127.0.0.1:1/kml.xsd"><Document><name>规划</name>
<Folder><name>站点</name>
<Placemark><name>军粮城北站</name><ExtendedData><Data name="等级"><value>二等</value></Data></ExtendedData>
<Point><coordinates>117.421897,39.064801,12</coordinates></Point></Placemark></Folder>
<Folder><name>道路</name><Placemark><name>津滨大道</name>
<LineString><coordinates>117.3,39.1 117.4,39.08</coordinates></LineString></Placemark>
{more}</Folder></Document></kml>"""

GPX = """<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="39.06" lon="117.42"><ele>3.5</ele><time>2024-06-30T08:00:00Z</time><name>井盖</name></wpt>
<trk><name>踏勘</name><trkseg><trkpt lat="39.06" lon="117.42"/><trkpt lat="39.07" lon="117.43"/></trkseg></trk></gpx>"""


def dxf(version: str = "AC1015", page: str = "ANSI_936") -> str:
    """Return a drawing: a closed line, an arc, a text, and a block that is inserted twice."""
    corners = [(530000, 4325000), (530100, 4325000), (530100, 4325100)]
    entities = [
        (0, "LWPOLYLINE", 8, "红线", 90, 3, 70, 1, *(code for x, y in corners for code in (10, x, 20, y))),
        (0, "ARC", 8, "道路", 10, 530000, 20, 4325000, 40, 50, 50, 0, 51, 90),
        (0, "TEXT", 8, "注记", 10, 530050, 20, 4325050, 40, 2.5, 1, "军粮城"),
        (0, "INSERT", 8, "井", 2, "WELL", 10, 530010, 20, 4325010),
        (0, "INSERT", 8, "井", 2, "WELL", 10, 530020, 20, 4325020),
    ]
    block = (0, "BLOCK", 8, "0", 2, "WELL", 70, 0, 10, 0, 20, 0, 0, "POINT", 8, "0", 10, 1, 20, 1, 0, "ENDBLK", 8, "0")
    codes: list[object] = [0, "SECTION", 2, "HEADER", 9, "$ACADVER", 1, version, 9, "$DWGCODEPAGE", 3, page]
    codes += [0, "ENDSEC"]
    codes += [0, "SECTION", 2, "BLOCKS", *block, 0, "ENDSEC", 0, "SECTION", 2, "ENTITIES"]
    codes += [code for entity in entities for code in entity] + [0, "ENDSEC", 0, "EOF"]
    return "\n".join(map(str, codes)) + "\n"


@pytest.mark.parametrize("code", ["UTF-8", "GBK"])
def test_kml_with_folders(code: str, tmp_path: Path) -> None:
    path = tmp_path / "x.kml"
    path.write_text(KML.format(code=code, more=""), encoding=code)
    found = look(path)
    assert found["kind"] == "kml"
    assert [(layer["name"], layer["types"]) for layer in found["layers"]] == [
        ("站点", {"Point": 1}),
        ("道路", {"LineString": 1}),
    ]
    first = found["layers"][0]
    assert (first["crs"]["epsg"], first["crs"]["origin"], set(repairs(first))) == (4326, "format", {"z"})
    bring(path, tmp_path / "t.gpkg", layer="站点", repairs={"z": False})
    (row,) = rows(tmp_path / "t.gpkg")
    assert (row["Name"], row["等级"]) == ("军粮城北站", "二等")
    (point,) = gpd.read_file(tmp_path / "t.gpkg").geometry
    assert (point.x, point.y, point.z) == pytest.approx((117.421897, 39.064801, 12))


def test_kmz_and_its_links(tmp_path: Path) -> None:
    more = "<NetworkLink><Link><href>http://127.0.0.1:1/more.kml</href></Link></NetworkLink>"
    path = zipped(tmp_path / "x.kmz", {"doc.kml": KML.format(code="UTF-8", more=more), "files/icon.png": b"\x89PNG"})
    found = look(path)
    assert (found["kind"], [layer["name"] for layer in found["layers"]]) == ("kmz", ["站点", "道路"])
    assert found["layers"][0]["notes"] == [{"note": "network-links", "count": 1}]
    assert bring(path, tmp_path / "t.gpkg", layer="道路")["written"] == 1


def test_gpx(tmp_path: Path) -> None:
    path = tmp_path / "x.gpx"
    path.write_text(GPX, encoding="utf-8")
    layers = {layer["name"]: layer for layer in look(path)["layers"]}
    assert {name: layer["count"] for name, layer in layers.items() if layer["count"]} == {
        "waypoints": 1,
        "tracks": 1,
        "track_points": 2,
    }
    bring(path, tmp_path / "t.gpkg", layer="waypoints")
    (row,) = rows(tmp_path / "t.gpkg")
    assert (row["name"], row["ele"]) == ("井盖", 3.5)
    assert row["time"].startswith("2024-06-30T08:00:00")


@pytest.mark.parametrize(("version", "code"), [("AC1015", "gbk"), ("AC1027", "utf-8")])
def test_dxf_with_blocks_and_arcs(version: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "x.dxf"
    path.write_text(dxf(version), encoding=code)
    (layer,) = look(path)["layers"]
    assert layer["crs"] is None
    assert sum(layer["types"].values()) == layer["count"] == 5
    report = bring(path, tmp_path / "t.gpkg", crs={"epsg": 4548}, repairs={"mixed": False})
    assert report["written"] == 5
    made = gpd.read_file(tmp_path / "t.gpkg").to_crs(4548)
    assert {"红线", "道路", "注记", "井"} <= set(made["Layer"])
    arc = made[made["Layer"] == "道路"].geometry.iloc[0]
    assert arc.length == pytest.approx(3.14159 * 25, rel=1e-3)
    assert "军粮城" in set(made["Text"])
    wells = made[made["Layer"] == "井"].geometry
    assert sorted((round(point.x), round(point.y)) for point in wells) == [(530011, 4325011), (530021, 4325021)]


def test_a_workbook_with_chinese_columns(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("站点")
        sheet.write_row(0, 0, ["2024年调查表"])
        sheet.write_row(1, 0, ["名称", "经度", "纬度", "编号", "日期"])
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(2, 0, ["军粮城北站", 117.421897, 39.064801, "007"])
        sheet.write(2, 4, 45473, day)
        sheet.write_row(3, 0, ["没有坐标", None, None, "008"])
        sheet.write_row(4, 0, ["写错了", "117度", 39.0, "009"])
        book.add_worksheet("说明").write(0, 0, "没有坐标")
    (layer,) = look(path)["layers"]
    assert (layer["name"], layer["count"], layer["crs"]) == ("站点", 3, None)
    assert repairs(layer) == {"broken": [5], "empty": [4]}
    types = {field["name"]: field["type"] for field in layer["fields"]}
    assert types == {"名称": "text", "经度": "text", "纬度": "real", "编号": "text", "日期": "date"}
    report = bring(path, tmp_path / "t.gpkg")
    assert (report["read"], report["written"]) == (3, 1)
    (row,) = rows(tmp_path / "t.gpkg")
    assert (row["source_fid"], row["编号"], row["日期"]) == (3, "007", "2024-06-30")


def test_text_with_axes_as_surveyors_write_them(tmp_path: Path) -> None:
    # X is north and Y east, with the number of the zone before it: nobody is asked, but it is said.
    path = tmp_path / "x.txt"
    path.write_text("点号,X,Y,高程\nA1,4325000,39530000,3.2\nA2,4325100,39530100,\n", encoding="gbk")
    (layer,) = look(path)["layers"]
    assert (layer["count"], set(repairs(layer)), layer["encoding"]["found"]) == (2, {"axes"}, "tried")
    bring(path, tmp_path / "t.gpkg", crs={"epsg": 4527}, repairs={"axes": True})
    made = gpd.read_file(tmp_path / "t.gpkg")
    assert made.to_crs(4548).geometry.iloc[0].distance(shapely.Point(530000, 4325000)) < 0.01
    assert made["高程"].tolist()[0] == 3.2


def test_text_with_geometries_of_any_length(tmp_path: Path) -> None:
    circle = shapely.Point(117, 39).buffer(0.1, quad_segs=4000)
    path = tmp_path / "x.csv"
    path.write_text(f'name;WKT\n大;"{circle.wkt}"\n错;"POLYGON ((1 2"\n', encoding="utf-8-sig")
    report = bring(path, tmp_path / "t.gpkg")
    assert (report["written"], report["left_out"]) == (1, {"broken": {"count": 1, "numbers": [3]}})
    (made,) = gpd.read_file(tmp_path / "t.gpkg").geometry
    assert made.equals(circle)
    with pytest.raises(PlanMapError, match="vector-column") as refused:
        look(path, columns={"wkt": "name2"})
    assert refused.value.details == {"columns": "name2", "file": "x.csv", "near": "name、WKT"}


def test_columns_that_are_not_there_are_named_with_those_that_are(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("2024 年地点表,,\n名称,东经度,北纬度\n甲,117.4,39.1\n", encoding="utf-8")
    with pytest.raises(PlanMapError, match="vector-column") as refused:
        TableSource(path, tmp_path, path.name, {"x": "东经度", "y": "北纬"}, {"name": "utf-8"})
    assert refused.value.details == {"columns": "北纬", "file": "x.csv", "near": "名称、东经度、北纬度"}
    found = TableSource(path, tmp_path, path.name, {"x": "东经度", "y": "北纬度"}, {"name": "utf-8"})
    assert [layer.count for layer in found.layers()] == [1]


def test_geoparquet(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    frame = parcels()
    frame["tags"] = [["a", "b"], [], None]
    frame.to_parquet(path, write_covering_bbox=True)
    (layer,) = look(path)["layers"]
    assert (layer["count"], layer["types"], layer["crs"]["epsg"]) == (3, {"Polygon": 3}, 4548)
    assert bring(path, tmp_path / "t.gpkg", crs={"epsg": 4548})["written"] == 3
    made = rows(tmp_path / "t.gpkg")
    assert [row["名称"] for row in made] == list(NAMES)
    assert [row["tags"] for row in made] == ['["a", "b"]', "[]", None]
    frame.drop(columns=["geometry"]).to_parquet(path)
    with pytest.raises(PlanMapError, match="vector-parquet"):
        look(path)
