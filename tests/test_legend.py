"""The legend of paper: what is drawn in the frame has an entry, and every entry has something drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import style
from layers.draw.content import Content, content
from layers.draw.drawing import Shape
from layers.draw.ground import draw_ground
from layers.draw.legend import entries
from layers.draw.seen_ground import LEAST_MM2
from layers.ground import look
from layers.plan.scene import Scene
from layers.plan.terms import DueDate, Status
from layers.region import region
from layers.selection.select import select
from layers.sheet.sheet import Order, compose
from layers.translation import translation

DAY = date(2026, 11, 22)
TEXT = translation("zh")


def lines_of(shape: Shape) -> Iterator[shapely.LineString]:
    """The outlines of a shape of the ground, in metres of the grid."""
    starts = np.flatnonzero(shape.path.codes == shape.path.MOVETO) if shape.path.codes is not None else np.array([0])
    for part in np.split(shape.path.vertices, starts[1:]):
        if len(part) > 1:
            yield shapely.LineString(part)


def framed(plan, scene: Scene, x: float, y: float, scale: int, side_mm: float = 200.0) -> Content:
    """What is in a square frame around x, y, in metres of the grid."""
    half = side_mm * scale / 2000
    return content(plan, scene, select(plan, scene, today=DAY), (x - half, y - half, x + half, y + half), scale)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    across=st.floats(0, 1),
    up=st.floats(0, 1),
    scale=st.sampled_from((10_000, 25_000, 50_000, 125_000)),
    hidden=st.sampled_from(("", "hide=districts", "hide=streets", "theme=manufacturing", "status=stopped")),
)
def test_every_line_of_the_ground_that_is_drawn_in_a_view_is_listed_and_no_other(plan, across, up, scale, hidden):
    west, south, east, north = region(plan).focus.geometry.buffer(4_000).bounds
    scene = Scene.from_query(hidden)
    shown = framed(plan, scene, west + across * (east - west), south + up * (north - south), scale, 120.0)
    inside = shapely.box(*shown.extent)
    seen = {
        shape.name.removesuffix("-edge")
        for shape in draw_ground(plan, scene, shown, size=1.0)
        if isinstance(shape, Shape) and shape.name and any(line.intersects(inside) for line in lines_of(shape))
    }
    listed = {entry.text for entry in entries(plan, scene, shown, TEXT, halos=frozenset())}
    for group, kinds in look.LEGEND.items():
        assert (TEXT(f"legend.{group}") in listed) is bool(seen.intersection(kinds)), group
    assert (TEXT("legend.boundary") in listed) is ("boundary" in seen)
    # The slivers between outlines of different origin are no sea.
    wet = inside.difference(region(plan).dry_land).area * (1000 / scale) ** 2
    assert (TEXT("legend.sea") in listed) is (wet > LEAST_MM2)
    for category in style.CATEGORIES:
        of_it = [one for one in shown.sites if one.site.category == category]
        lines = any(one.layer.ground or not one.simple for one in of_it)
        symbols = any(one.number is not None or one.quiet for one in of_it)
        # Alone or with what is said of it in brackets: 铁路 is also how 铁路车站 begins.
        name = TEXT(f"category.{category}")
        said = any(words == name or words.startswith(f"{name}（") for words in listed)
        assert said is (lines or symbols), category


def test_a_boundary_that_only_the_box_of_the_district_reaches_over_is_not_listed(plan):
    home = region(plan).focus.geometry
    inside = home.representative_point()
    shown = framed(plan, Scene(), inside.x, inside.y, 10_000)
    assert not home.boundary.intersects(shapely.box(*shown.extent))
    listed = {entry.text for entry in entries(plan, Scene(), shown, TEXT)}
    assert not {TEXT("legend.boundary"), TEXT("legend.other-boundary"), TEXT("legend.sea")} & listed


@pytest.mark.parametrize("query", ["theme=culture-tourism", "q=没有这样的地方"])
def test_on_paper_a_filter_greys_places_and_takes_none_away(plan, query):
    scene = Scene.from_query(query)
    whole, few = (compose(plan, one, Order(), today=DAY) for one in (Scene(), scene))
    names = {shown.site.id for shown in whole.content.sites}
    assert names == {shown.site.id for shown in few.content.sites}
    grey = {shown.site.id: shown for shown in few.content.sites if shown.filtered_out}
    assert {"tsn-airport", "haihe-dongli"} <= grey.keys()
    assert not any(shown.number or shown.state for shown in grey.values())
    # What is the ground itself has no symbol; each of the others has one, and stands at any scale.
    with_symbol = {site_id for site_id, shown in grey.items() if shown.quiet}
    assert "haihe-dongli" not in with_symbol
    assert {"tsn-airport"} <= with_symbol & few.site_symbols.drawn
    found = entries(plan, scene, few.content, TEXT, site_symbols=few.site_symbols)
    counted = {entry.text: entry.count for entry in found}
    assert counted[TEXT("legend.filtered-out")] == len(with_symbol & few.site_symbols.drawn)
    full = entries(plan, Scene(), whole.content, TEXT, site_symbols=whole.site_symbols)
    assert TEXT("legend.filtered-out") not in {entry.text for entry in full}
    # Nothing that is filtered out counts as a place without tasks.
    idle = {shown.site.id for shown in few.content.sites if shown.quiet and not plan.tasks_by_site.get(shown.site.id)}
    assert counted[TEXT("legend.no-task")] == len(idle & few.site_symbols.drawn)


def test_a_status_that_only_the_table_has_is_explained(plan):
    scene = Scene.from_query("status=done")
    sheet = compose(plan, scene, Order(), today=DAY)
    assert not sheet.content.numbered
    assert TEXT("status.done") + TEXT("sheet.backed") in sheet.drawing.texts()
    assert not [words for words in sheet.drawing.texts() if words.startswith(TEXT("status.planned"))]


def test_places_whose_tasks_have_no_status_yet_are_not_said_to_have_none(plan):
    early = replace(Scene(), as_of=date(2023, 1, 1))
    sheet = compose(plan, early, Order(), today=DAY)
    assert not any(state.status in Status for state in sheet.content.numbered)
    assert TEXT("legend.no-status") in sheet.drawing.texts()


def test_a_site_with_an_overdue_task_has_a_mark_that_the_legend_explains_only_where_it_is(plan):
    task = plan.tasks["cauc-cooperation"]
    late = replace(plan, tasks={**plan.tasks, task.id: replace(task, due=DueDate.parse("2024-12"))})
    sheet = compose(late, Scene(), Order(), today=DAY)
    marked = {shown.site.id for shown in sheet.content.numbered if shown.state.overdue}
    assert marked == {"cauc"}
    found = entries(late, Scene(), sheet.content, TEXT, site_symbols=sheet.site_symbols)
    assert {entry.text: entry.count for entry in found}[TEXT("legend.overdue")] == len(marked)
    # In time, done, or filtered out: no mark.
    for scene in (Scene(as_of=date(2024, 12, 31)), Scene(statuses=frozenset({Status.SEEKING}))):
        again = compose(late, scene, Order(), today=DAY)
        assert TEXT("legend.overdue") not in again.drawing.texts()
