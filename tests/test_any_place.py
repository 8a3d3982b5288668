"""The same small plan in 成都, 哈尔滨, Helsinki and São Paulo: measured, printed true to scale, and presented."""

from datetime import date
from io import BytesIO
from itertools import pairwise

import pytest
import shapely
from pptx import Presentation

from geo.grid import GridKind
from geo.measure import distance_m, ellipsoid
from layers.browser.payload import plan_payload
from layers.draw.paper import Paper
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.present.briefing import briefing
from layers.present.deck_choice import chosen_deck
from layers.present.pptx.slides import slides
from layers.region import region
from layers.sheet.render import render
from layers.sheet.sheet import Order, Sheet, compose
from layers.store.base import read_plan
from layers.store.folder import FolderStore
from tests.command import call, one_line
from tests.plan_anywhere import PLACES, write_plan_at

TODAY = date(2026, 11, 25)
GRIDS = {
    "chengdu": ("EPSG:4544", "中央经线 105°E（EPSG:4544）"),
    "harbin": ("EPSG:4551", "中央经线 126°E（EPSG:4551）"),
    "helsinki": ("EPSG:32635", "UTM 投影 35N 带（EPSG:32635）"),
    "sao-paulo": ("EPSG:32723", "UTM 投影 23S 带（EPSG:32723）"),
}


@pytest.fixture(scope="module", params=PLACES)
def place(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def elsewhere(place, tmp_path_factory) -> Plan:
    folder = tmp_path_factory.mktemp(place)
    return read_plan(FolderStore(write_plan_at(folder, *PLACES[place])))


@pytest.fixture(scope="module")
def sheet(elsewhere) -> Sheet:
    return compose(elsewhere, Scene(), Order(Paper.parse("A3"), 75_000), today=TODAY)


def test_the_grid_and_its_words_are_those_of_the_place(place, elsewhere, sheet):
    crs, words = GRIDS[place]
    assert elsewhere.grid.crs == crs
    printed = "".join(sheet.drawing.texts())
    assert words in printed
    assert "4548" not in printed
    assert "117°" not in printed


def test_a_sheet_is_as_long_on_the_ground_as_its_scale_says(elsewhere, sheet):
    west, south, east, north = sheet.drawing.extent
    frame = sheet.drawing.frame
    grid = elsewhere.grid
    for (x0, y0), (x1, y1), millimetres in (
        ((west, (south + north) / 2), (east, (south + north) / 2), frame.width),
        (((west + east) / 2, south), ((west + east) / 2, north), frame.height),
    ):
        metres = ellipsoid().inv(*grid.geographic(x0, y0), *grid.geographic(x1, y1))[2]
        assert metres * 1000 / millimetres == pytest.approx(75_000, rel=0.001)


def test_the_graticule_counts_up_eastwards_and_northwards(place, sheet):
    longitude, latitude = PLACES[place]
    degrees = [text for text in sheet.drawing.texts() if text.endswith(("E", "W", "N", "S")) and "°" in text]
    assert {text[-1] for text in degrees} == {"W" if longitude < 0 else "E", "S" if latitude < 0 else "N"}
    assert any(text.startswith(f"{int(abs(longitude))}°") for text in degrees)


def test_the_sheet_is_drawn_by_matplotlib_at_its_scale(sheet):
    # Raises if Matplotlib's own transform is off by more than 0.1 %.
    assert render(sheet, "pdf").startswith(b"%PDF")


def test_distances_need_no_grid(elsewhere):
    station, tower = (elsewhere.sites[site_id].geometry for site_id in ("station", "tower"))
    assert distance_m(station, tower) == pytest.approx(1414, rel=0.01)
    assert distance_m(station, elsewhere.sites["road"].geometry) == pytest.approx(490, rel=0.03)


def test_there_is_land_under_it_and_sea_only_where_the_world_has_it(place, elsewhere):
    where = region(elsewhere)
    assert where.folder is None
    x, y = elsewhere.grid.position(*PLACES[place])
    assert where.dry_land.contains(shapely.Point(x, y))
    [land] = where.collection("land")["features"]
    shown = shapely.geometry.shape(land["geometry"])
    inland = {"chengdu": (105, 31.5), "harbin": (127.5, 46.5), "helsinki": (25.5, 61), "sao-paulo": (-47.5, -22.5)}
    wet = {"helsinki": (24.9, 59.8), "sao-paulo": (-45.5, -24.8)}
    assert shown.contains(shapely.Point(inland[place]))
    if place in wet:
        assert not shown.intersects(shapely.Point(wet[place]))


def test_the_map_moves_around_the_place_and_knows_its_district(place, elsewhere):
    payload = plan_payload(elsewhere)
    (south, west), (north, east) = payload["reach"]
    longitude, latitude = PLACES[place]
    assert west < longitude - 1.5 < longitude + 1.5 < east
    assert south < latitude - 1.5 < latitude + 1.5 < north
    assert payload["focus"] == "district"
    assert [feature["properties"]["name_zh"] for feature in payload["districts"]["features"]] == ["本区"]
    assert ("amap" in payload["basemaps"]) == (elsewhere.grid.kind is GridKind.GAUSS_KRUGER)
    assert "Natural Earth" in payload["texts"]["zh"]["map.attribution"]
    assert "Natural Earth" in payload["texts"]["en"]["map.attribution"]


def test_nothing_drawn_from_the_world_is_a_boundary(elsewhere):
    for feature in region(elsewhere).collection("land")["features"]:
        assert feature["properties"]["name_zh"] == ""
    # One area for all land: where two countries meet there is no edge.
    land = region(elsewhere).land
    assert len(land) == 1
    for one, other in pairwise(shapely.get_parts(land[0].geometry)):
        assert not one.touches(other) or one.intersection(other).length == 0


def test_a_briefing_and_slides_are_made(elsewhere):
    deck = chosen_deck(elsewhere)
    document = briefing(elsewhere, deck, language="zh", today=TODAY)
    assert "小规划" in document
    made = Presentation(BytesIO(slides(elsewhere, deck, language="zh", today=TODAY)))
    words = [shape.text_frame.text for slide in made.slides for shape in slide.shapes if shape.has_text_frame]
    assert any("小规划" in text for text in words)


@pytest.mark.parametrize("place", ["helsinki", "sao-paulo"])
def test_the_commands_work_there(place, tmp_path):
    plan = write_plan_at(tmp_path / "plan", *PLACES[place])
    assert call("check", str(plan), folder=tmp_path).returncode == 0
    for command, name in (("export", "a.pdf"), ("brief", "a.html"), ("slides", "a.pptx"), ("atlas", "b.pdf")):
        done = call(command, "--plan", str(plan), "-o", str(tmp_path / name), folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / name).stat().st_size > 10_000


def with_grid(folder, grid: str):
    return write_plan_at(folder, *PLACES["helsinki"], more=f'grid = "{grid}"\n')


def test_a_plan_may_name_its_grid(tmp_path):
    plan = read_plan(FolderStore(with_grid(tmp_path / "plan", "EPSG:3067")))
    printed = "".join(compose(plan, Scene(), Order(Paper.parse("A3"), 75_000), today=TODAY).drawing.texts())
    assert "ETRS89 / TM35FIN(E,N)（EPSG:3067）" in printed
    copied = tmp_path / "plan.gpkg"
    assert call("copy", str(copied), "--plan", str(tmp_path / "plan"), folder=tmp_path).returncode == 0
    done = call("export", "--plan", str(copied), "-o", str(tmp_path / "a.svg"), "--lang", "en", folder=tmp_path)
    assert done.returncode == 0
    assert "EPSG:3067" in (tmp_path / "a.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("grid", "words"),
    [
        ("EPSG:2436", "基准与 WGS 84 不一致"),
        ("EPSG:3857", "不能用作图纸的坐标网"),
        ("EPSG:99999", "没有坐标系“EPSG:99999”"),
        ("EPSG:4548", "超出坐标网 EPSG:4548"),
        ("Gauss", "不能用作编号"),
    ],
)
def test_a_grid_that_does_not_fit_is_a_fault_of_that_line(tmp_path, grid, words):
    plan = with_grid(tmp_path / "plan", grid)
    done = call("check", str(plan), folder=tmp_path)
    assert done.returncode == 1
    assert words in done.stdout
    assert "plan.toml" in done.stdout
    refused = call("export", "--plan", str(plan), "-o", str(tmp_path / "a.pdf"), folder=tmp_path)
    assert refused.returncode in (1, 2)
    assert not (tmp_path / "a.pdf").exists()


def test_a_sheet_far_from_its_plan_says_which_grid_it_leaves(tmp_path):
    plan = write_plan_at(tmp_path / "plan", *PLACES["chengdu"])
    target = str(tmp_path / "a.pdf")
    done = call("export", "--plan", str(plan), "--scene", "at=45,80,9", "-o", target, folder=tmp_path)
    assert "EPSG:4544" in one_line(done)
