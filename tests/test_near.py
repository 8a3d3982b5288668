"""What lies near: the question in an address, the answer against brute force, the same on screen and paper."""

from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.browse.near import near_panel
from geo.errors import PlanMapError
from geo.surroundings import surroundings
from layers.browser.payload import arguments
from layers.draw.drawing import Shape
from layers.plan.deck import Slide
from layers.plan.near import LEAST_M, MOST_M, Near, read_near, read_position, read_radius
from layers.plan.scene import Scene
from layers.plan.scene_text import checked, scene_of
from layers.plan.terms import Precision, Text
from layers.present.view import view
from layers.selection.address import fitted, flight
from layers.selection.extent import wanted_extent
from layers.selection.select import select
from layers.selection.site_names import with_near, with_sites
from layers.selection.vicinity import far_words, near_notes, vicinity
from layers.selection.wording import titles
from layers.sheet.sheet import Order, compose
from layers.translation import translation

DAY = date(2026, 11, 22)
STATION = "junliangcheng-north"
GEOD = pyproj.Geod(ellps="GRS80")

given_plan = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
with_time = settings(given_plan, max_examples=25)

POSITIONS = st.tuples(st.floats(-85, 85), st.floats(-180, 180)).map(
    lambda at: (round(at[0], 5) + 0.0, round(at[1], 5) + 0.0)
)
NEARS = st.one_of(
    st.builds(Near, site=st.sampled_from([STATION, "tsn-airport"]), radius_m=st.integers(LEAST_M, MOST_M)),
    st.builds(Near, point=POSITIONS, radius_m=st.integers(LEAST_M, MOST_M)),
    st.lists(POSITIONS, min_size=3, max_size=8, unique=True)
    .map(lambda corners: Near(area=tuple(corners)))
    .filter(lambda near: shapely.Polygon(near.area).convex_hull.area > 1e-6),
)


@given_plan
@given(near=NEARS)
def test_the_question_comes_back_from_an_address(plan, near):
    scene = Scene(near=near)
    assert Scene.from_query(scene.to_query()) == scene
    assert checked(plan, scene_of(scene.to_query())) == scene


@given(text=st.text(max_size=40) | st.text("0123456789.,:-+e ", max_size=40))
def test_any_text_is_a_question_or_none(text):
    near = read_near(text)
    assert near is None or read_near(str(near)) == near
    assert Scene.from_query(urlencode({"near": text}, errors="replace")).near in (near, None)


@pytest.mark.parametrize(
    "text",
    [
        "2000",
        "9:x",
        "0:x",
        "999999:x",
        "2000:",
        "2000:95,0",
        "2000:1,2,3",
        "1,2,3,4",
        "1,2,3,4,5",
        "x:1,2",
        "1,1,2,2,3,3",
    ],
)
def test_what_is_not_understood_is_an_error_on_a_sheet_and_nothing_on_the_page(text):
    assert Scene.from_query(urlencode({"near": text})).near is None
    with pytest.raises(PlanMapError, match="scene-part"):
        scene_of(urlencode({"near": text}))


def test_a_site_that_is_not_there_is_an_error_on_a_sheet_and_nothing_on_the_page(plan):
    scene = Scene(near=Near(site="nowhere", radius_m=500))
    assert fitted(plan, scene, DAY).near is None
    with pytest.raises(PlanMapError, match="no-such-site"):
        checked(plan, scene)


@pytest.mark.parametrize(
    ("text", "metres"), [("2km", 2000), ("500 m", 500), ("2公里", 2000), ("1.5 KM", 1500), ("１０００", 1000)]
)
def test_radii_are_read_as_people_write_them(text, metres):
    assert read_radius(text) == metres


@pytest.mark.parametrize("text", ["", "2 miles", "9m", "201km", "-1km", "nan", "1e3", "2km2", "²"])
def test_a_radius_that_is_none_says_how_to_write_one(text):
    with pytest.raises(PlanMapError, match="radius-unknown"):
        read_radius(text)


@with_time
@given(latitude=st.floats(38.95, 39.25), longitude=st.floats(117.15, 117.65), radius=st.integers(500, 12_000))
def test_inside_is_what_distances_point_by_point_say(plan, latitude, longitude, radius):
    found = vicinity(plan, Near(point=(latitude, longitude), radius_m=radius)).by_site
    here = shapely.Point(longitude, latitude)
    best: dict[str, float] = {}
    for site in plan.sites.values():
        if site.geometry is None or site.category == "district":
            continue
        # A vertex at least every 12 m.
        at = shapely.get_coordinates(shapely.segmentize(site.geometry, 0.0001))
        far = GEOD.inv([longitude] * len(at), [latitude] * len(at), at[:, 0], at[:, 1])[2].min()
        far = 0.0 if site.geometry.intersects(here) else float(far)
        best[plan.whole(site.id)] = min(best.get(plan.whole(site.id), far), far)
    slack = 7.0 if min(best.values()) < 200 else 1.0
    assert {site_id for site_id, far in best.items() if far < radius - slack} <= set(found)
    assert {site_id for site_id, far in best.items() if far > radius + slack}.isdisjoint(found)
    for site_id, nearby in found.items():
        assert nearby.metres >= best[site_id] - slack
        if not plan.parts.get(site_id):
            assert nearby.metres <= best[site_id] + slack


@with_time
@given(latitude=st.floats(-70, 70), longitude=st.floats(-170, 170), radius=st.floats(10, 50_000))
def test_the_circle_is_a_circle_on_the_ground(latitude, longitude, radius):
    at = shapely.get_coordinates(surroundings(shapely.Point(longitude, latitude), radius))
    metres = GEOD.inv([longitude] * len(at), [latitude] * len(at), at[:, 0], at[:, 1])[2]
    assert metres == pytest.approx(radius, abs=0.01)


def test_around_a_line_every_point_of_the_edge_is_as_far(plan):
    line = plan.sites["haihe-dongli"].geometry
    along = shapely.get_coordinates(shapely.segmentize(line, 0.0001))
    edge = shapely.get_coordinates(surroundings(line, 2000.0))
    for x, y in edge[::17]:
        metres = GEOD.inv([x] * len(along), [y] * len(along), along[:, 0], along[:, 1])[2].min()
        assert metres == pytest.approx(2000, rel=1e-3)


def test_a_place_around_the_centre_is_no_distance_away_and_districts_are_left_out(plan):
    lake = plan.sites["li-lake"]
    inside = lake.geometry.representative_point()
    near = Near(point=(inside.y, inside.x), radius_m=500)
    area = replace(lake, geometry=inside.buffer(0.02))
    found = vicinity(replace(plan, sites={**plan.sites, lake.id: area}), near).by_site
    assert found["li-lake"].metres == 0.0
    assert not any(plan.sites[site_id].category == "district" for site_id in found)


def test_a_stand_in_gives_the_distance_only_where_there_is_nothing_better(plan):
    text = translation("zh")
    near = Near(site=STATION, radius_m=5000)
    found = vicinity(plan, near)
    assert found.places[0].centre
    assert far_words(found.places[0], near, text) == "中心"
    # The true circle: nominal surroundings of the station do not make it wider.
    west, south, east, north = found.area.bounds
    assert GEOD.inv(west, (south + north) / 2, east, (south + north) / 2)[2] == pytest.approx(10_000, rel=1e-3)
    assert not found.places[0].nominal
    nominal = next(nearby for nearby in found.places if nearby.site.precision is Precision.NOMINAL)
    assert far_words(nominal, near, text).endswith(f"（名义位置±{nominal.accuracy_m:.0f} m）")
    exact = next(nearby for nearby in found.places[1:] if nearby.accuracy_m > 50 and not nearby.nominal)
    assert f"±{exact.accuracy_m:.0f} m" in far_words(exact, near, text)


def test_places_without_a_position_are_counted_and_not_guessed(plan):
    found = vicinity(plan, Near(site=STATION, radius_m=200_000))
    unplaced = {site.id for site in found.unplaced}
    assert "hightech-zone" in unplaced
    assert unplaced.isdisjoint(found.by_site)
    lines = near_notes(plan, Scene(near=found.near), tuple(plan.tasks.values()), translation("zh"))
    assert str(len(unplaced)) in lines[-1]
    nowhere = Scene.from_query("near=500:hightech-zone&at=39.1,117.4,11")
    assert vicinity(plan, nowhere.near) is None
    with pytest.raises(PlanMapError, match="nothing-placed"):
        compose(plan, nowhere, Order(), today=DAY)


@given_plan
@given(corners=st.lists(st.tuples(st.floats(38.9, 39.3), st.floats(117.1, 117.7)), min_size=3, max_size=7))
def test_any_drawn_area_holds_the_points_that_lie_in_it(plan, corners):
    found = vicinity(plan, Near(area=tuple(corners)))
    if found is None:
        return
    for site in plan.places:
        if site.geometry is not None and site.geometry.geom_type == "Point" and not plan.parts.get(site.id):
            inside = found.area.intersects(site.geometry) and site.category != "district"
            assert (site.id in found.by_site) is inside


def test_a_sheet_shows_circle_legend_distances_and_says_what_cannot_be_known(plan):
    scene = with_near(plan, Scene(), "军粮城北站", 5000)
    sheet = compose(plan, scene, Order(), today=DAY)
    assert [shape for shape in sheet.drawing.ground if isinstance(shape, Shape) and shape.name == "near"]
    words = [item.text for item in sheet.drawing.items if hasattr(item, "text")]
    assert {"军粮城北站周边 5 km", "5 km 范围", "中心"} <= set(words)
    assert any(line.startswith("≈ 3.") or line.startswith("≈ 4.") or line.startswith("≈ 3 ") for line in words), words
    assert any("无法判断" in line for line in words)
    inside = vicinity(plan, scene.near).tasks(plan)
    assert sheet.listed == inside
    # All of the circle is on it.
    assert shapely.box(*sheet.drawing.extent).contains(plan.grid.project(vicinity(plan, scene.near).area))
    plain = compose(plan, with_sites(plan, Scene(), ["军粮城北站"]).scene, Order(), today=DAY)
    assert not [shape for shape in plain.drawing.ground if isinstance(shape, Shape) and shape.name == "near"]


def test_slide_briefing_and_page_speak_of_the_same_surroundings(plan):
    near = Near(point=(39.12, 117.35), radius_m=3000)
    slide = Slide(Text("", ""), Text("", ""), Text("", ""), Scene(near=near))
    shown = view(plan, slide, 1, language="zh", today=DAY)
    assert {task.id for task in shown.tasks} == vicinity(plan, near).tasks(plan)
    sent = arguments(plan, shown.scene, shown.selection)["near"]
    assert (sent["radius"], sent["words"]) == (3000, "3 km 范围")
    [[ring]] = sent["polygons"]
    assert GEOD.inv(117.35, 39.12, ring[0][1], ring[0][0])[2] == pytest.approx(3000, abs=0.2)
    panel = near_panel(plan, shown.scene, shown.selection, translation("zh"))
    assert "39.1200°N 117.3500°E周边 3 km" in panel
    assert "天津滨海国际机场" in panel
    assert titles(plan, shown.scene, translation("zh"))[0] == "39.1200°N 117.3500°E周边 3 km"
    assert flight(plan, shown.scene) == vicinity(plan, near).area.bounds
    assert arguments(plan, Scene(), select(plan, Scene(), today=DAY))["near"] is None


def test_filters_hold_for_surroundings_too(plan):
    scene = Scene(near=Near(site="tsn-airport", radius_m=5000), search="军粮城")
    panel = near_panel(plan, scene, select(plan, scene, today=DAY), translation("zh"))
    assert "范围内没有任务地点" in panel


@pytest.mark.parametrize(
    ("wanted", "code"), [("高新区", "nothing-placed"), ("没有这样的", "no-such-site"), ("南开区", "no-such-site")]
)
def test_what_has_no_position_has_no_surroundings(plan, wanted, code):
    with pytest.raises(PlanMapError, match=code):
        with_near(plan, Scene(), wanted, 2000)


def test_a_position_can_be_the_centre(plan):
    assert read_position("39.12，117.35") == (39.12, 117.35)
    scene = with_near(plan, Scene(), "39.12, 117.35", 2000)
    assert scene == Scene(near=Near(point=(39.12, 117.35), radius_m=2000))
    west, south, east, north = wanted_extent(plan, scene, select(plan, scene, today=DAY))
    assert 4000 < east - west < 4600
    assert 4000 < north - south < 4600
