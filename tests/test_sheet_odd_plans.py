"""Plans that are not like the built-in one: sheets are drawn or refused in a clear word, never broken."""

from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import PlanMapError
from layers.draw.paper import Paper
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.terms import Precision, Text
from layers.sheet.render import render
from layers.sheet.sheet import Order, compose
from tests.sheet_plans import plan_with_sites

# Each draws sheets to the last line.
pytestmark = pytest.mark.slow
DAY = date(2026, 11, 22)
A4 = Order(Paper.parse("A4"))


def with_geometry(plan, geometry, *, precision=Precision.MAPPED, category="place"):
    """Return a plan with one site of this geometry."""
    made = plan_with_sites(plan, [(117.4, 39.06)], task=next(iter(plan.tasks)))
    site = replace(made.sites["point-0"], geometry=geometry, precision=precision, category=category)
    return replace_sites(made, {**made.sites, "point-0": site})


def replace_sites(plan, sites):
    return Plan(info=plan.info, sites=sites, tasks=plan.tasks, events=plan.events, catalogue=plan.catalogue)


def drawn(plan, query="", order=A4):
    sheet = compose(plan, Scene.from_query(query), order, today=DAY)
    # A name along a line takes a chain of boxes, which overlap.
    boxes = sheet.site_symbols.boxes
    assert not any(a.overlaps(b) for (one, a), (other, b) in combinations(boxes, 2) if one != other)
    assert render(sheet, "svg").startswith(b"<?xml")
    return sheet


RING = [(117.38, 39.04), (117.42, 39.04), (117.42, 39.08), (117.38, 39.08)]


@pytest.mark.parametrize(
    "geometry",
    [
        shapely.Polygon(RING, [[(117.39, 39.05), (117.41, 39.05), (117.41, 39.07), (117.39, 39.07)]]),
        shapely.Polygon([(117.4, 39.05), (117.4000001, 39.05), (117.4, 39.0500001)]),
        shapely.Polygon([(117.3, 39.05), (117.5, 39.05), (117.5, 39.0500002)]),
        shapely.Polygon([(116.0, 38.0), (119.0, 38.0), (119.0, 40.5), (116.0, 40.5)]),
        shapely.MultiPolygon([shapely.box(117.3 + n / 50, 39.05, 117.31 + n / 50, 39.06) for n in range(9)]),
        shapely.LineString([(117.4, 39.06), (117.4, 39.06000001)]),
        shapely.LineString([(116.0, 39.06), (119.0, 39.06)]),
        shapely.LineString([(117.3 + n / 900, 39.05 + (n % 2) / 100) for n in range(200)]),
        shapely.MultiLineString([[(117.3, 39.0 + n / 50), (117.5, 39.0 + n / 50)] for n in range(9)]),
        shapely.MultiPoint([(117.3 + (n % 25) / 100, 39.0 + n // 25 / 100) for n in range(500)]),
    ],
    ids=lambda geometry: f"{geometry.geom_type}-{len(geometry.wkt)}",
)
def test_any_sound_geometry_is_drawn(plan, geometry):
    for category in ("place", "road", "lake"):
        made = with_geometry(plan, geometry, category=category)
        try:
            sheet = drawn(made, "site=point-0" if category == "road" else "")
        except PlanMapError as error:
            # A site as wide as a province, in the middle of a sheet, reaches too far from the meridian.
            assert error.code == "extent-off-grid"  # noqa: PT017 - a sheet is as good an answer
            assert geometry.bounds[2] - geometry.bounds[0] > 2
        else:
            assert sheet.content.numbered


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(117.2, 117.6), st.floats(38.95, 39.25)), min_size=3, max_size=9).map(
        lambda points: shapely.MultiPoint(points).convex_hull
    )
)
def test_areas_at_any_place_of_the_frame_are_drawn(plan, area):
    if not area.is_empty:
        drawn(with_geometry(plan, area))


def test_a_hundred_sites_on_one_spot(plan):
    sheet = drawn(plan_with_sites(plan, [(117.4, 39.06)] * 100, task=next(iter(plan.tasks))))
    symbols = sum(name.startswith("symbol") for name, _ in sheet.site_symbols.boxes)
    assert symbols + sheet.site_symbols.unmarked == 100
    assert symbols > 5


def test_a_site_with_three_hundred_tasks(plan):
    made = plan_with_sites(plan, [(117.4, 39.06)], task=next(iter(plan.tasks)))
    task = next(iter(made.tasks.values()))
    tasks = {f"t{n}": replace(task, id=f"t{n}", title=Text(f"第{n}项任务" * 9, "")) for n in range(300)}
    many = Plan(info=made.info, sites=made.sites, tasks=tasks, events=(), catalogue=made.catalogue)
    drawn(many, "site=point-0")


def test_more_sites_than_the_table_holds_are_on_further_pages(plan):
    points = [(117.3 + (n % 20) / 100, 39.02 + n // 20 / 100) for n in range(200)]
    sheet = drawn(plan_with_sites(plan, points, task=next(iter(plan.tasks))))
    assert sheet.more
    named = {text for page in sheet.more for text in page.texts()}
    assert {f"点位{number}" for number in range(200)} <= named


def test_a_very_long_name(plan):
    for name in ("很长的名称" * 60, "an endless name " * 40, "x" * 500):
        drawn(plan_with_sites(plan, [(117.4, 39.06)], task=next(iter(plan.tasks)), names=[name]), "site=point-0")


def test_a_district_without_a_shape(plan):
    made = plan_with_sites(plan, [(117.4, 39.06), (117.45, 39.1)], task=next(iter(plan.tasks)))
    district = replace(made.sites[made.info.district_site], geometry=None, precision=Precision.UNPLACED)
    sheet = drawn(replace_sites(made, {**made.sites, district.id: district}))
    assert len(sheet.content.numbered) == 2


def test_a_plan_with_nothing_on_the_map(plan):
    made = plan_with_sites(plan, [], task=next(iter(plan.tasks)))
    district = replace(made.sites[made.info.district_site], geometry=None, precision=Precision.UNPLACED)
    with pytest.raises(PlanMapError, match="nothing-placed"):
        drawn(replace_sites(made, {district.id: district}))


@pytest.mark.parametrize("place", [(121.47, 31.23), (-46.6, -23.5), (-180, 0), (-150, 39)])
def test_a_site_elsewhere_is_refused_and_does_no_harm(plan, place):
    made = plan_with_sites(plan, [place, (117.4, 39.06)], task=next(iter(plan.tasks)))
    with pytest.raises(PlanMapError, match="extent-off-grid"):
        drawn(made, "site=point-0")
    assert [shown.site.id for shown in drawn(made).content.numbered] == ["point-1"]


@pytest.mark.parametrize(("paper", "scale"), [("A3", 10_000_000), ("2000x120mm", None), ("A1", 2_000_000)])
def test_a_frame_that_reaches_too_far_is_refused(plan, paper, scale):
    # In its corners the grid would be off by more than the sheet may be.
    with pytest.raises(PlanMapError, match="extent-off-grid"):
        drawn(plan, order=Order(Paper.parse(paper), scale))
