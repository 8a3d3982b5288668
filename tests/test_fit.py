"""Layers fitted on control points: what is left over is said, and what does not hold is refused."""

import json
import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geo.errors import PlanMapError
from geo.fit import MOST, Control, Fit, FitKind, fit, fit_of
from tests.ground_lines import GRID

PLACES = np.array(
    [(530_000, 4_320_000), (541_000, 4_322_000), (538_000, 4_331_000), (529_000, 4_329_000), (533_500, 4_326_000)],
    float,
)
"""Five places in metres of `GRID`."""


def figures_of(places, *, turn=0.3, scale=1.0002, to=(5000.0, 8000.0), mirrored=False):
    """Return places as the figures of a local grid that is turned, scaled and moved."""
    cosine, sine = math.cos(turn) * scale, math.sin(turn) * scale
    found = (places - PLACES[0]) @ np.array(((cosine, sine), (-sine, cosine))) + to
    return found[:, ::-1] if mirrored else found


def control(figures, places=PLACES):
    return [Control(*one, *there) for one, there in zip(figures.tolist(), GRID.degrees(places).tolist(), strict=True)]


def off_m(found: Fit, figures, places):
    return np.hypot(*(GRID.metres(found.to_wgs84(figures)) - places).T)


@pytest.mark.parametrize("kind", FitKind)
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_local_grid_is_found(kind, mirrored):
    figures = figures_of(PLACES, mirrored=mirrored)
    found = fit(control(figures), kind)
    assert (found.kind, found.grid, found.mirrored) == (kind, "EPSG:4548", mirrored)
    assert found.scale == pytest.approx(1 / 1.0002, rel=1e-9)
    assert max(found.residuals_m) < 1e-5
    assert found.worst is None
    elsewhere = PLACES + np.array((4000, -6000))
    assert off_m(found, figures_of(elsewhere, mirrored=mirrored), elsewhere).max() < 1e-4


def test_an_affinity_takes_axes_of_different_scales():
    figures = figures_of(PLACES) * (1.01, 0.99)
    assert fit(control(figures), FitKind.AFFINE).largest_m < 1e-5
    assert fit(control(figures)).largest_m > 10


def test_as_many_points_as_it_takes_tell_nothing_of_how_well_it_fits():
    figures = figures_of(PLACES)
    figures[1] += (300, 0)
    for kind, count in ((FitKind.SIMILARITY, 2), (FitKind.AFFINE, 3)):
        found = fit(control(figures)[:count], kind)
        assert max(found.residuals_m) < 1e-5
        assert (found.rms_m, found.largest_m, found.worst) == (None, None, None)
        assert set(found.left_out_m) == {None}
        assert fit(control(figures)[: count + 1], kind).largest_m > 1


def test_two_points_are_not_turned_over():
    assert not fit(control(figures_of(PLACES))[:2]).mirrored


@pytest.mark.parametrize("kind", FitKind)
@pytest.mark.parametrize("wrong", range(5))
def test_a_wrong_point_is_named(kind, wrong):
    figures = figures_of(PLACES)
    figures[wrong] += (30, -40)
    found = fit(control(figures), kind)
    assert found.worst in ((wrong,) if kind is FitKind.SIMILARITY else (wrong, None))
    assert found.largest_m == max(found.residuals_m)
    assert found.rms_m == pytest.approx(math.sqrt(np.mean(np.square(found.residuals_m))))
    # Without it the others fit, so it is off by all of its error.
    assert found.left_out_m[wrong] == pytest.approx(50, rel=0.001)


def test_one_point_too_many_does_not_tell_which_is_wrong():
    figures = figures_of(PLACES)[:4]
    figures[2] += (30, -40)
    found = fit(control(figures, PLACES[:4]), FitKind.AFFINE)
    assert found.largest_m > 5
    assert found.worst is None


@pytest.mark.parametrize("kind", FitKind)
def test_a_point_left_out_is_missed_by_what_is_said(kind):
    rng = np.random.default_rng(1)
    figures = figures_of(PLACES) + rng.normal(0, 5, PLACES.shape)
    found = fit(control(figures), kind)
    for number in range(len(PLACES)):
        others = [one for at, one in enumerate(control(figures)) if at != number]
        without = fit(others, kind, GRID)
        [miss] = off_m(without, figures[number : number + 1], PLACES[number : number + 1])
        assert found.left_out_m[number] == pytest.approx(miss, abs=1e-4)


@pytest.mark.parametrize(
    ("change", "kind", "why", "details"),
    [
        (lambda points: points[:1], FitKind.SIMILARITY, "control-few", {"count": 1, "least": 2}),
        (lambda points: points[:2], FitKind.AFFINE, "control-few", {"count": 2, "least": 3}),
        (lambda points: points * (MOST // 5 + 1), FitKind.SIMILARITY, "control-many", {"limit": MOST}),
        (lambda points: [*points, points[1]], FitKind.SIMILARITY, "control-same", {"first": 2, "second": 6}),
        (
            lambda points: [points[0]._replace(x=points[3].x, y=points[3].y), *points[1:]],
            FitKind.AFFINE,
            "control-same",
            {"first": 1, "second": 4},
        ),
        (
            lambda points: [points[0]._replace(longitude=points[1].longitude, latitude=points[1].latitude), points[1]],
            FitKind.SIMILARITY,
            "control-same",
            {"first": 1, "second": 2},
        ),
        (lambda points: [*points, Control(math.nan, 1, 117, 39)], FitKind.AFFINE, "control-nowhere", {"number": 6}),
        (lambda points: [*points, Control(1, math.inf, 117, 39)], FitKind.AFFINE, "control-nowhere", {"number": 6}),
        (lambda points: [*points, Control(1, 1, 117, 99)], FitKind.AFFINE, "control-nowhere", {"number": 6}),
        (lambda points: [Control(1e300, 1, 117, 39), *points], FitKind.AFFINE, "control-nowhere", {"number": 1}),
    ],
)
def test_what_holds_no_fit_is_refused(change, kind, why, details):
    with pytest.raises(PlanMapError) as caught:
        fit(change(control(figures_of(PLACES))), kind)
    assert caught.value.code == why
    assert caught.value.details.items() >= details.items()


def test_points_on_a_line_hold_no_affinity():
    road = (
        PLACES[0] + np.linspace(0, 1, 5)[:, None] * (9000, 4000) + np.array([(0, 0), (2, -2), (0, 1), (-1, 1), (0, 0)])
    )
    with pytest.raises(PlanMapError) as caught:
        fit(control(figures_of(road), road), FitKind.AFFINE)
    assert caught.value.code == "control-line"
    # What only turns and scales is held by them, and is not turned over for a metre beside the line.
    found = fit(control(figures_of(road), road))
    assert not found.mirrored
    assert found.largest_m < 1e-5


def test_points_that_have_nothing_to_do_with_their_places_are_refused():
    square = np.array([(0.0, 0.0), (1000.0, 0.0), (1000.0, 1000.0), (0.0, 1000.0)])
    places = PLACES[0] + square
    with pytest.raises(PlanMapError) as caught:
        fit(control(square[[0, 2, 3, 1]] * (1, 0.3), places[[0, 1, 3, 2]]), FitKind.AFFINE)
    assert caught.value.code == "control-contrary"


@pytest.mark.parametrize("kind", FitKind)
def test_a_fit_is_stored_digit_by_digit(kind):
    rng = np.random.default_rng(2)
    for count in (3, 4, 5):
        figures = figures_of(PLACES[:count]) + rng.normal(0, 5, (count, 2))
        found = fit(control(figures, PLACES[:count]), kind)
        again = fit_of(json.loads(json.dumps(found.as_json(), allow_nan=False)))
        assert again == found
        assert (again.to_wgs84(figures) == found.to_wgs84(figures)).all()


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "conformal"},
        {"origin": [1]},
        {"matrix": ["a", 0, 0, 1]},
        {"matrix": [1.0, 0.0, 0.0, 1.0]},
        {"control": 7},
        {"control": [[1, 2, 3]]},
        {"residuals_m": [0.0] * 5},
        {"residuals_m": []},
        {"left_out_m": [None] * 5},
        {"centre": [0.0, 0.0]},
        {"worst": 9},
        {"worst": "x"},
        {"origin": [math.nan, 0.0]},
    ],
    ids=str,
)
def test_a_stored_fit_that_was_changed_is_refused(change):
    figures = figures_of(PLACES)
    figures[2] += (3, 4)
    stored = fit(control(figures)).as_json()
    with pytest.raises(PlanMapError) as caught:
        fit_of(stored | change)
    assert caught.value.code == "fit-unread"
    for lacking in stored:
        with pytest.raises(PlanMapError):
            fit_of({key: value for key, value in stored.items() if key != lacking})


offsets = st.tuples(st.floats(-20_000, 20_000), st.floats(-20_000, 20_000))


@given(
    st.lists(offsets, min_size=4, max_size=12),
    st.floats(-math.pi, math.pi),
    st.floats(0.001, 1000),
    offsets,
    st.sampled_from(FitKind),
    st.booleans(),
)
def test_what_was_turned_scaled_and_moved_comes_back(drawn, turn, scale, to, kind, mirrored):
    places = PLACES[0] + np.array(drawn)
    # Points that are too near to each other or to one line are refused, as others check.
    assume(min(math.dist(*pair) for pair in combinations(drawn, 2)) > 10)
    length, width = np.linalg.svd(places - places.mean(axis=0), compute_uv=False)
    assume(width > 0.01 * length)
    figures = figures_of(places, turn=turn, scale=scale, to=to, mirrored=mirrored)
    found = fit(control(figures, places), kind, GRID)
    # The figures are rounded to a part in 10^16 of the largest of them.
    rounding_m = 1e-5 + 1e-12 * float(np.abs(figures).max()) / scale
    assert max(found.residuals_m) < rounding_m
    assert off_m(found, figures, places).max() < rounding_m
    back = found.from_wgs84(found.to_wgs84(figures))
    assert np.abs(back - figures).max() < rounding_m * scale
    assert fit_of(json.loads(json.dumps(found.as_json()))) == found
