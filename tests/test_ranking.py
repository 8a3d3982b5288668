"""Layers of the real ground, in each system and without saying so, are found again; what cannot be told is said."""

import time
from dataclasses import replace

import numpy as np
import pytest
import shapely
from pyproj.transformer import TransformerGroup

from geo.candidate import candidates, usual_bounds
from geo.line_index import LineIndex
from geo.ranking import FAR_M, SAMPLE, Ranking, TieReason, Verdict, rank, sample
from geo.reference_frame import Conversion, Known, ReferenceFrame
from tests.ground_lines import GRID, REGION, bounds_of, ground_lines, layer_along, site_lines

EXTENTS = {
    "district": (117.1, 38.9, 117.85, 39.33),
    "town": (117.25, 39.05, 117.4, 39.15),
    "quarter": (117.3, 39.08, 117.34, 39.11),
}


@pytest.fixture(scope="module")
def lines():
    return LineIndex(ground_lines())


def systems():
    """Return all systems in which a layer of the region may be, in both orders of axes."""
    x, y = GRID.position(117.4, 39.1)
    mercator = (13_068_000.0, 4_738_000.0)
    forms = [(117.4, 39.1), (x, y), (39e6 + x, y), (20e6 + x, y), mercator]
    both = [(a, b, a, b) for one in forms for a, b in (one, one[::-1])]
    return {one.key: one for bounds in both for one in candidates(bounds, REGION)}


SYSTEMS = systems()


def ranking_of(figures, lines) -> Ranking:
    return rank(figures, candidates(usual_bounds(figures), REGION), lines, REGION)


def test_there_are_as_many_trials_as_systems_and_extents():
    assert len(SYSTEMS) * len(EXTENTS) == 120


@pytest.mark.parametrize("key", SYSTEMS)
def test_every_system_is_found_again(key, lines):
    for number, (name, extent) in enumerate(EXTENTS.items()):
        seed = sum(key.encode()) + number
        layer = layer_along(ground_lines(), extent, seed, share=0.4 if name != "quarter" else 1, noise_m=5)
        found = ranking_of(SYSTEMS[key].from_wgs84(layer), lines)
        assert found.verdict is Verdict.FIRST, name
        assert key in {one.candidate.key for one in found.first}, name
        # What ties lies within two metres, and what does not is many times farther from the lines.
        assert all(one.apart_m < 2.5 for one in found.first)
        assert found.runner_up is None or found.runner_up.median_m > 8 * found.standings[0].median_m
        assert (found.needs_control, found.open) == (False, ())
        medians = [round(one.median_m, 3) for one in found.standings]
        assert medians == sorted(medians)


@pytest.mark.parametrize("key", ["wgs84", "gcj02", "bd09", "cgcs2000-3-117", "utm-50n"])
def test_the_roads_and_outlines_of_the_plan_are_found_beside_other_lines(key, lines):
    # Half of them are outlines and railways that follow no road of the basemap.
    layer = layer_along(site_lines(), EXTENTS["district"], 1, noise_m=5)
    found = ranking_of(SYSTEMS[key].from_wgs84(layer), lines)
    assert key in {one.candidate.key for one in found.first}
    assert 50 < found.standings[0].median_m < 120
    # So far from any line a datum without a known way is possible as well.
    assert found.needs_control


def test_ties_have_their_reasons(lines):
    layer = layer_along(ground_lines(), EXTENTS["town"], 3)
    degrees = {one.candidate.key: one for one in ranking_of(layer, lines).standings}
    assert degrees["wgs84"].ties == ()
    assert degrees["cgcs2000"].ties == (TieReason.SAME_DATUM,)
    # PROJ passes their figures on unchanged, which is no finding that they are the same.
    assert degrees["xian80"].ties == degrees["beijing54"].ties == (TieReason.NO_WAY,)
    assert degrees["gcj02"].ties == degrees["bd09"].ties == ()
    assert 500 < degrees["gcj02"].apart_m < 650
    grid = ranking_of(SYSTEMS["cgcs2000-3-117"].from_wgs84(layer), lines)
    one, other = grid.standings[:2]
    assert other.ties == (TieReason.SAME_MERIDIAN,)
    assert {one.candidate.zone_width, other.candidate.zone_width} == {3, 6}
    near = [each for each in grid.first if each.candidate.frame is not one.candidate.frame]
    assert near
    assert all(each.ties == (TieReason.INDISTINCT, TieReason.NO_WAY) for each in near)


def test_figures_of_a_numbered_zone_have_no_other_width(lines):
    layer = layer_along(ground_lines(), EXTENTS["town"], 4)
    found = ranking_of(SYSTEMS["cgcs2000-6-zone20"].from_wgs84(layer), lines)
    assert {one.candidate.zone for one in found.standings} == {20}


@pytest.mark.parametrize("key", ["beijing54", "beijing54-3-117", "beijing54-3-zone39-swapped"])
def test_a_true_layer_in_beijing_54_is_not_taken_for_found(key, lines):
    # The shift of the Ordos Basin stands in for that of 天津, which nobody has published: 68 m.
    [ordos, *_] = [
        one
        for one in TransformerGroup("EPSG:4214", "EPSG:4326", always_xy=True).transformers
        if "WGS 84 (6)" in one.description
    ]
    true = replace(
        SYSTEMS[key], conversion=Conversion(ReferenceFrame.BEIJING54, Known.REGISTRY, 1.0, "", ordos.definition)
    )
    for seed, extent in enumerate(EXTENTS.values()):
        layer = layer_along(ground_lines(), extent, seed, share=0.5)
        found = ranking_of(true.from_wgs84(layer), lines)
        possible = {one.candidate.key for one in (*found.first, *found.open)}
        assert found.verdict in (Verdict.FIRST, Verdict.CHANCE)
        if found.verdict is Verdict.FIRST:
            assert key in possible
            assert found.needs_control


def test_a_layer_in_the_middle_of_a_lake_has_no_winner(lines):
    rng = np.random.default_rng(6)
    middle = np.array(GRID.position(117.48667, 39.16556))
    for radius_m in (50, 300, 1000):
        layer = GRID.degrees(middle + rng.uniform(-radius_m, radius_m, (200, 2)))
        for key in ("wgs84", "gcj02", "cgcs2000-3-117"):
            found = ranking_of(SYSTEMS[key].from_wgs84(layer), lines)
            assert found.verdict in (Verdict.FAR, Verdict.CHANCE)
            assert (found.first, found.runner_up, found.open) == ((), None, ())
            assert len(found.standings) > 1
            assert all(one.median_m > 0 for one in found.standings)
    assert found.verdict is Verdict.FAR or found.standings[0].median_m <= FAR_M


def test_points_that_follow_no_line_have_no_winner(lines):
    rng = np.random.default_rng(7)
    west, south, east, north = EXTENTS["town"]
    layer = rng.uniform((west, south), (east, north), (2000, 2))
    assert ranking_of(layer, lines).verdict is Verdict.CHANCE


def test_without_lines_the_extent_alone_decides_nothing():
    layer = layer_along(ground_lines(), EXTENTS["town"], 8)
    figures = SYSTEMS["cgcs2000-3-117"].from_wgs84(layer)
    for nothing in ([], [shapely.Point(117.4, 39.1)], [shapely.LineString()]):
        found = rank(figures, candidates(usual_bounds(figures)), nothing, REGION)
        assert (found.verdict, found.first, found.chance_m) == (Verdict.EXTENT, (), None)
        assert {(one.median_m, one.ninety_m, one.near, one.apart_m) for one in found.standings} == {(None,) * 4}
        # Those in the region come first, and those at the other end of China are not left out.
        shares = [one.inside for one in found.standings]
        assert shares == sorted(shares, reverse=True)
        assert shares[0] > 0.9
        assert shares[-1] == 0


def test_nothing_is_ranked_where_nothing_is_possible(lines):
    layer = layer_along(ground_lines(), EXTENTS["town"], 9)
    assert rank(layer, (), lines).verdict is Verdict.NONE
    assert rank(layer[:0], candidates(bounds_of(layer)), lines).verdict is Verdict.NONE
    assert rank(np.full((3, 2), np.nan), candidates(bounds_of(layer)), lines).standings == ()


def test_a_stray_vertex_changes_nothing(lines):
    layer = layer_along(ground_lines(), EXTENTS["town"], 10)
    for key in ("gcj02", "cgcs2000-3-zone39"):
        figures = SYSTEMS[key].from_wgs84(layer)
        figures[5] = 0
        figures[9] = np.inf
        assert key in {one.candidate.key for one in ranking_of(figures, lines).first}


def test_the_sample_is_even_and_the_same_each_time():
    many = np.column_stack((np.arange(100_000.0), np.arange(100_000.0)))
    chosen = sample(many)[:, 0]
    assert len(chosen) == SAMPLE
    assert set(np.diff(chosen)) == {50}
    assert (sample(many) == sample(many)).all()
    assert len(sample(many[: SAMPLE - 1])) == SAMPLE - 1
    many[::2, 0] = np.nan
    assert len(sample(many)) == SAMPLE
    assert (sample(many)[:, 1] % 2 == 1).all()


def test_a_file_in_any_order_of_features_ranks_alike(lines):
    layer = layer_along(ground_lines(), EXTENTS["district"], 11)
    assert len(layer) > SAMPLE
    figures = SYSTEMS["gcj02"].from_wgs84(layer)
    one, other = ranking_of(figures, lines), ranking_of(figures[::-1], lines)
    assert one.points == other.points == SAMPLE
    assert [each.candidate.key for each in one.standings] == [each.candidate.key for each in other.standings]
    assert one == ranking_of(figures, lines)


def test_outlines_count_as_lines_and_distances_are_those_on_the_ground():
    square = shapely.box(117.4, 39.1, 117.41, 39.11)
    points = np.array([(117.405, 39.105), (117.4, 39.1), (117.42, 39.105)])
    index = LineIndex([shapely.MultiPolygon([square]), shapely.Point(117.42, 39.105)])
    assert len(index) == 4
    east_m, north_m = 864.7, 1110.2
    expected = [east_m / 2, 0, east_m]
    assert index.distances_m(index.metres(points)) == pytest.approx(expected, abs=1.0)
    assert index.distances_m(np.array([(np.nan, 0.0)])) == np.inf
    assert shapely.Point(*index.metres(points)[1]).distance(
        shapely.Point(*index.metres(np.array([(117.4, 39.11)]))[0])
    ) == pytest.approx(north_m, abs=1.0)


def test_forty_candidates_are_ranked_while_somebody_waits(lines):
    layer = sample(layer_along(ground_lines(), EXTENTS["district"], 12))
    figures = SYSTEMS["cgcs2000-3-117"].from_wgs84(layer)
    possible = candidates(bounds_of(figures))[:40]
    assert (len(layer), len(possible)) == (SAMPLE, 40)
    rank(figures, possible, lines)
    # Time of this process alone, since others share the machine.
    began = time.process_time()
    rank(figures, possible, ground_lines())
    assert time.process_time() - began < 2
