"""True outlines from a ground from a file in place of nominal extents: offered, taken, drawn, given back."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
import shapely

from geo.errors import PlanMapError
from geo.measure import area_km2, distance_m
from layers.ground.files import GroundFile, add_ground, find_ground
from layers.ground.outline_offers import give_back_outline, offered, take_outline, taken
from layers.plan.plan import Plan
from layers.plan.terms import Precision
from layers.store.base import copy_plan, open_store, read_plan
from tests.app_page import AppPage, data
from tests.command import call, one_line
from tests.extracts import LAKE, town
from tests.plan_anywhere import write_plan_at

pytestmark = pytest.mark.slow

LONGITUDE, LATITUDE = 126.64, 45.76
TODAY = date(2026, 3, 1)
EXTENT, CENTRE = "town-lake-extent", "town-lake"


def plan_of(folder: Path) -> Plan:
    return read_plan(open_store(str(folder)))


def feature(site_id: str, geometry: shapely.Geometry, **more: str) -> dict[str, object]:
    properties = {
        "name_zh": "湖",
        "name_en": "Lake",
        "category": "lake",
        "precision": "nominal",
        "accuracy_m": 800,
        "source_zh": "测试",
        "source_en": "test",
        "licence": "CC0-1.0",
        "note_zh": "名义范围。",
        "note_en": "Nominal.",
        **more,
    }
    return {
        "type": "Feature",
        "id": site_id,
        "properties": properties,
        "geometry": json.loads(shapely.to_geojson(geometry)),
    }


@pytest.fixture(scope="module")
def shore() -> shapely.Polygon:
    made = town(LONGITUDE, LATITUDE)
    return shapely.Polygon([made.at(at) for at in LAKE])


def written(path: Path, shore: shapely.Polygon) -> Path:
    """Write a plan whose lake has a point 1.3 km west of the true one and a circle around it."""
    write_plan_at(path, LONGITUDE, LATITUDE)
    sites = json.loads((path / "sites.geojson").read_text(encoding="utf-8"))
    centre = shapely.Point(shore.centroid.x - 0.017, shore.centroid.y)
    sites["features"] += [
        feature(CENTRE, centre, precision="approximate"),
        feature(
            EXTENT,
            centre.buffer(0.01),
            name_zh="湖（名义范围）",
            name_en="Lake (nominal)",
            part_of=CENTRE,
        ),
        # Of the same name, but ten kilometres away.
        feature("other-lake", shapely.Point(LONGITUDE - 0.13, LATITUDE).buffer(0.01), name_zh="湖（名义范围）"),
    ]
    (path / "sites.geojson").write_text(json.dumps(sites, ensure_ascii=False), encoding="utf-8")
    layers = (path / "layers.toml").read_text(encoding="utf-8")
    shown = '[[layers]]\nid = "lakes"\ngroup = "report"\ntitle_zh = "湖"\ncategories = ["lake"]\n'
    (path / "layers.toml").write_text(f"{layers}\n{shown}", encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path, shore: shapely.Polygon) -> Path:
    return written(tmp_path / "plan", shore)


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town(LONGITUDE, LATITUDE).write(tmp_path_factory.mktemp("extract") / "harbin.osm.pbf")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, extract: Path, shore: shapely.Polygon) -> GroundFile:
    folder = written(tmp_path_factory.mktemp("made") / "plan", shore)
    return add_ground(plan_of(folder), extract, today=TODAY)


@pytest.fixture
def ground(folder: Path, made: GroundFile) -> GroundFile:
    """The ground of the extract, beside the plan."""
    (folder / "ground").mkdir()
    shutil.copy(made.path, folder / "ground")
    return find_ground(plan_of(folder), made.id)


def test_an_outline_is_offered_by_name_and_place_and_changes_nothing(folder, ground, shore):
    before = plan_of(folder)
    [outline] = offered(before)
    assert (outline.site_id, outline.name.zh, outline.ground) == (EXTENT, "湖", "harbin")
    assert outline.geometry.symmetric_difference(shore).area < 0.01 * shore.area
    assert outline.geometry.hausdorff_distance(shore) * 111_320 < 4
    assert "OpenStreetMap" in outline.source.zh
    assert outline.licence == "ODbL-1.0"
    assert before.sites[EXTENT].precision is Precision.NOMINAL
    assert taken(before) == {}


def test_a_taken_outline_is_drawn_and_says_where_it_comes_from(folder, ground, shore):
    take_outline(plan_of(folder), EXTENT, today=TODAY)
    plan = plan_of(folder)
    site = plan.sites[EXTENT]
    assert site.precision is Precision.MAPPED
    assert site.geometry.symmetric_difference(shore).area < 0.01 * shore.area
    assert area_km2(site.geometry) == pytest.approx(area_km2(shore), rel=0.01)
    assert (site.name.zh, site.name.en) == ("湖", "Lake")
    assert "harbin" in site.note.zh
    assert "2026-03-01" in site.note.en
    assert site.note.zh.endswith("名义范围。")
    assert "OpenStreetMap" in site.source.en
    assert site.accuracy_m is None
    assert offered(plan) == ()
    # The published point lies outside the true shore, so the symbol moves into it, and says so.
    assert site.geometry.contains(plan.sites[CENTRE].geometry)
    assert "harbin" in plan.sites[CENTRE].note.zh
    assert distance_m(plan.sites[CENTRE].geometry, site.geometry.boundary) > 300


def test_an_outline_that_is_given_back_leaves_the_plan_as_it_was(folder, ground):
    before = plan_of(folder)
    take_outline(before, EXTENT, today=TODAY)
    give_back_outline(plan_of(folder), EXTENT)
    after = plan_of(folder)
    assert {site_id: (site.geometry.wkb, site) for site_id, site in before.sites.items()} == {
        site_id: (site.geometry.wkb, site) for site_id, site in after.sites.items()
    }
    assert [outline.site_id for outline in offered(after)] == [EXTENT]


def test_a_copy_of_the_plan_is_what_its_author_wrote(folder, ground, tmp_path):
    take_outline(plan_of(folder), EXTENT, today=TODAY)
    store = copy_plan(read_plan(open_store(str(folder)), as_written=True), str(tmp_path / "copy.gpkg"))
    assert read_plan(store).sites[EXTENT].precision is Precision.NOMINAL
    assert call("copy", str(tmp_path / "copied.gpkg"), "--plan", str(folder), folder=tmp_path).returncode == 0
    assert plan_of(tmp_path / "copied.gpkg").sites[EXTENT].precision is Precision.NOMINAL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        '{"type":"FeatureCollection","features":[{"type":"Feature","id":"town-lake-extent","geometry":null}]}',
        '{"type":"FeatureCollection","features":[{"type":"Feature","id":"town-lake-extent","properties":{},'
        '"geometry":{"type":"Point","coordinates":[1,2]}}]}',
        "\0" * 100,
    ],
    ids=["empty", "no collection", "no area", "a point", "zeros"],
)
def test_a_damaged_file_of_outlines_is_told_and_the_plan_stands(folder, text, tmp_path):
    (folder / "ground").mkdir()
    (folder / "ground" / "outlines.geojson").write_text(text)
    plan = plan_of(folder)
    assert plan.sites[EXTENT].precision is Precision.NOMINAL
    with pytest.raises(PlanMapError):
        taken(plan)
    one_line(call("ground", "outlines", "--plan", str(folder), folder=tmp_path))


def test_the_commands(folder, extract, tmp_path):
    def ground(*arguments: str) -> subprocess.CompletedProcess[str]:
        return call("ground", *arguments, "--lang", "en", "--plan", str(folder), folder=tmp_path)

    assert f"planmap ground outlines --take {EXTENT}" in ground("add", str(extract)).stderr
    told = ground("outlines").stdout
    assert f"{EXTENT}  Lake (nominal) → “Lake” in the ground “harbin”" in told
    assert "other-lake" not in told
    assert EXTENT in one_line(ground("outlines", "--take", "other-lake"))
    assert ground("outlines", "--take", EXTENT).returncode == 0
    assert "taken (" in ground("outlines").stdout
    assert ground("outlines", "--give-back", EXTENT).returncode == 0
    assert plan_of(folder).sites[EXTENT].precision is Precision.NOMINAL
    one_line(ground("outlines", "--give-back", EXTENT))


def test_the_page_offers_takes_and_gives_back(folder, ground, serve):
    serve(folder)
    page = AppPage(data)
    assert "真实轮廓" in page.headings(2)
    assert "未采用" in page.words
    page.press(f"check-{EXTENT}")
    assert plan_of(folder).sites[EXTENT].precision is Precision.MAPPED
    assert "“湖”现在按真实轮廓画出。" in page.words
    assert "已采用" in page.words
    page.press(f"undo-{EXTENT}")
    assert plan_of(folder).sites[EXTENT].precision is Precision.NOMINAL
    assert "未采用" in page.words


def test_the_page_says_nothing_of_outlines_where_there_are_none(tmp_path, serve):
    serve(write_plan_at(tmp_path / "plan", LONGITUDE, LATITUDE))
    assert AppPage(data).headings(2) == ["自有图层", "链接的数据", "底图", "Excel"]
