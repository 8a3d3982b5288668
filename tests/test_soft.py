"""Soft patches: nested bands that grow stronger inwards, by the rule that the browser follows too."""

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.soft import soft_bands
from layers.draw.content import content, grid_geometries
from layers.draw.ground import draw_ground, halos_in
from layers.draw.legend import entries
from layers.draw.soft import soft_patch
from layers.plan.scene import Scene
from layers.selection.extent import wanted_extent
from layers.selection.select import select
from layers.translation import translation

CASES = json.loads((Path(__file__).with_name("cases") / "softness.json").read_text(encoding="utf-8"))["cases"]
COUNT = 24

points = st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000))


@st.composite
def areas(draw):
    outline = shapely.MultiPoint(draw(st.lists(points, min_size=3, max_size=12))).convex_hull.buffer(
        draw(st.floats(5, 800))
    )
    hole = shapely.Point(draw(points)).buffer(draw(st.floats(1, 2000)))
    left = outline.difference(hole)
    return left if left.area > 100 else outline


@given(areas(), st.integers(2, 12))
@settings(max_examples=30)
def test_bands_lie_inside_each_other_and_the_area_and_grow_stronger_evenly(area, count):
    bands = soft_bands(area, count)
    # What outlines and bands may be off after they were generalised.
    slack = 0.02 * shapely.maximum_inscribed_circle(area).length
    around, last = area, 0.0
    for band, strength in bands:
        assert band.is_valid
        assert band.area > 0
        assert around.buffer(slack).contains(band)
        assert strength > last
        around, last = band, strength
    assert last == pytest.approx(1.0)
    assert len(bands) == count


def test_an_area_of_few_long_edges_keeps_its_innermost_bands():
    """GEOS 3.14 shrinks this one to nothing at 777 metres, though a circle of 1,013 lies in it."""
    area = shapely.Polygon(
        [
            (2612.2657281097427, -2140.3777723427957),
            (2609.0620635343416, -2166.0336327951286),
            (2583.6739466451827, -2170.9254793875357),
            (-2392.3260533548173, 158.07452061246448),
            (-2402.9577936064693, 187.25669889115866),
            (-11.4760417219869, 1653.7696687875737),
            (9.84428518617295, 1654.6746041681477),
        ]
    )
    assert [strength for _, strength in soft_bands(area, 5)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_strength_at_a_point_is_that_of_the_table(case):
    area = shapely.from_wkt(case["area"])
    bands = soft_bands(area, 100)
    for x, y, wanted in case["strengths"]:
        found = max((strength for band, strength in bands if band.contains(shapely.Point(x, y))), default=0.0)
        assert found == pytest.approx(wanted, abs=0.03), (x, y)


def test_there_is_no_edge_where_the_area_ends():
    area = shapely.box(0, 0, 3000, 2000)
    outermost, strength = soft_bands(area, COUNT)[0]
    assert strength == pytest.approx(1 / COUNT)
    assert outermost.boundary.distance(area.boundary) > 20


def test_what_has_no_area_has_no_bands():
    assert soft_bands(shapely.Polygon(), 8) == ()


def darkness_at(shapes, x, y):
    """What a white ground loses of its light where shapes of one colour lie over each other."""
    light = 1.0
    for shape in shapes:
        rings = [shapely.Polygon(ring) for ring in shape.path.to_polygons()]
        # Within a hole there are two rings around the point.
        if sum(ring.contains(shapely.Point(x, y)) for ring in rings) % 2:
            light *= 1 - shape.fill_opacity
    return 1 - light


def test_on_paper_a_patch_grows_stronger_inwards_without_a_line():
    area = shapely.Point(0, 0).buffer(1600, quad_segs=32)
    shapes = soft_patch(area, "#6FA8D0", 0.5, (-5000, -5000, 5000, 5000))
    assert not any(shape.stroke for shape in shapes)
    found = [darkness_at(shapes, x, 3.3) for x in range(1700, 0, -20)]
    assert found[0] == 0
    assert found[-1] == pytest.approx(0.5, abs=0.01)
    # No step that the eye would take for a line, and never lighter than further out.
    assert all(-0.002 <= inner - outer < 0.04 for outer, inner in pairwise(found))


def test_nothing_fades_where_the_frame_cuts_a_patch():
    area = shapely.Point(0, 0).buffer(1600)
    cut = soft_patch(area, "#6FA8D0", 0.5, (-5000, -5000, 10, 5000))
    assert darkness_at(cut, 5, 0) == pytest.approx(0.5, abs=0.01)
    assert darkness_at(cut, 15, 0) == 0


def ground(plan, query, scale=50_000):
    scene = Scene.from_query(query)
    selection = select(plan, scene, today=date(2026, 11, 22))
    extent = wanted_extent(plan, scene, selection)
    shown = content(plan, scene, selection, extent, scale)
    return shown, draw_ground(plan, scene, shown, size=1.0)


def test_the_lake_is_a_patch_and_no_circle(plan):
    shown, shapes = ground(plan, "site=dongli-lake-centre")
    soft = [shape for shape in shapes if shape.name == "soft"]
    assert soft
    assert not any(shape.stroke or shape.dash for shape in soft)
    x, y = shapely.get_coordinates(grid_geometries(plan)["dongli-lake-centre"])[0]
    # No circle of accuracy runs around or in it, and no other line.
    for shape in shapes:
        if shape.name == "accuracy":
            west, south, east, north = shape.path.get_extents().extents
            assert not (west < x < east and south < y < north)
    assert any(one.site.id == "dongli-lake-centre" for one in shown.sites)


def test_without_its_patch_a_place_has_the_circle_of_its_accuracy(plan):
    alone = replace(plan, sites={**plan.sites, "dongli-lake-nominal-extent": plan.sites["happy-valley-tianjin"]})
    _, shapes = ground(alone, "site=dongli-lake-centre")
    assert "accuracy" in {shape.name for shape in shapes}
    x, y = shapely.get_coordinates(grid_geometries(plan)["dongli-lake-centre"])[0]
    assert any(shape.name == "accuracy" and shape.path.contains_point((x, y)) for shape in shapes)


def test_both_sides_of_the_station_and_stand_ins_are_patches_too(plan):
    _, shapes = ground(plan, "site=junliangcheng-north")
    assert sum(shape.name == "soft" for shape in shapes) > 10
    _, shapes = ground(plan, "")
    assert sum(shape.name == "soft-point" for shape in shapes) > 10
    for shape in shapes:
        assert not (shape.name.startswith("soft") and shape.stroke)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_legend_shows_a_patch_as_one_and_says_that_nobody_has_published_it(plan, language):
    text = translation(language)
    shown, shapes = ground(plan, "")
    found = {entry.text: entry for entry in entries(plan, Scene(), shown, text, halos=halos_in(shapes))}
    lake = found[text("category.lake") + text("legend.nominal-area")]
    samples = lake.picture(0, 0, 3.3)
    assert len(samples) == 6
    assert not any(shape.stroke for shape in samples)
    assert lake.count == 1
    assert found[text("legend.proxy")]
    # The three nominal planning areas are of two places.
    assert found[text("category.plan-area") + text("legend.nominal-area")].count == 2
    none = entries(plan, Scene(), shown, text, halos=frozenset())
    assert text("legend.proxy") not in {entry.text for entry in none}
