"""Which reference systems figures may be in, against PROJ's own registry."""

from functools import cache

import numpy as np
import pyproj
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj.transformer import TransformerGroup

from geo.candidate import candidates, usual_bounds
from geo.datum import gcj02_to_bd09, wgs84_to_gcj02
from geo.measure import ellipsoid
from geo.position import Datum
from geo.reference_frame import GEOGRAPHIC, UNKNOWN_SHIFT_M, Known, ReferenceFrame, conversion_of
from tests.ground_lines import REGION

TARIM = (80.0, 39.0, 81.0, 40.0)
ORDOS = (108.0, 37.0, 109.0, 38.0)
STATION = (117.421897, 39.064801)
"""军粮城北站, WGS 84."""


def codes(place):
    """Return the code of a system for each form that figures at `place` may have: degrees, and metres of four kinds."""
    middle = (place[0] + place[2]) / 2
    meridian, six = round(middle / 3), int(middle // 6) + 1
    zones = (4534 + meridian - 25, 4513 + meridian - 25, 4491 + six - 13)
    return "EPSG:4326", "EPSG:3857", *(f"EPSG:{zone}" for zone in zones)


def every(place=REGION):
    """Return all candidates of figures at `place`, by their key, in all forms that figures may have."""
    return {key: one for code in codes(place) for key, one in forms(code, place).items()}


def forms(code, place):
    """Return the candidates of the middle of `place` as the system `code` has it, in both orders."""
    middle = (place[0] + place[2]) / 2, (place[1] + place[3]) / 2
    x, y = pyproj.Transformer.from_crs("EPSG:4326", code, always_xy=True).transform(*middle)
    return {one.key: one for each in ((x, y, x, y), (y, x, y, x)) for one in candidates(each, place)}


@cache
def theirs(code: int) -> pyproj.Transformer:
    """Return PROJ's own way from WGS 84 to the system with this code; longitude and easting first.

    Of several ways that is the ballpark.
    """
    found = TransformerGroup("EPSG:4326", f"EPSG:{code}", always_xy=True).transformers
    return next((one for one in found if "Ballpark" in one.description), found[0])


def test_figures_near_the_region_have_all_their_systems():
    found = every()
    assert len(found) == len({(one.epsg, one.frame, one.swapped) for one in found.values()}) == 40
    plain = {key for key in found if not key.endswith("-swapped")}
    assert {f"{key}-swapped" for key in plain} == found.keys() - plain
    assert plain == {
        *("wgs84", "cgcs2000", "xian80", "beijing54", "gcj02", "bd09", "web-mercator", "utm-50n"),
        *(f"{frame}-{width}-117" for frame in ("cgcs2000", "xian80", "beijing54") for width in (3, 6)),
        *(f"{frame}-3-zone39" for frame in ("cgcs2000", "xian80", "beijing54")),
        *(f"{frame}-6-zone20" for frame in ("cgcs2000", "xian80", "beijing54")),
    }


@pytest.mark.parametrize(
    "place", [REGION, (104.0, 30.5, 104.2, 30.7), (126.5, 45.6, 126.7, 45.8), (87.5, 43.7, 87.7, 43.9)]
)
def test_the_codes_are_those_of_the_registry(place):
    grid = np.column_stack([side.ravel() for side in np.meshgrid([place[0], place[2]], [place[1], place[3]])])
    for one in every(place).values():
        if one.epsg is None:
            continue
        crs = pyproj.CRS.from_epsg(one.epsg)
        if one.meridian is not None:
            names = {"cgcs2000": "CGCS2000", "xian80": "Xian 1980", "beijing54": "Beijing 1954", "wgs84": "WGS 84"}
            zone = f"zone {one.zone}" if one.prefixed else f"CM {one.meridian}E"
            width = "3-degree " if one.zone_width == 3 else ""
            kind = f"UTM zone {one.zone}N" if one.frame is ReferenceFrame.WGS84 else f"{width}Gauss-Kruger {zone}"
            assert crs.name == f"{names[one.frame]} / {kind}"
        ours = one.from_wgs84(grid)
        if one.ballpark or one.frame in (ReferenceFrame.WGS84, ReferenceFrame.CGCS2000):
            there = np.column_stack(theirs(one.epsg).transform(*grid.T))
            assert np.abs(ours - (there[:, ::-1] if one.swapped else there)).max() < 1e-5, one.key
        assert np.abs(one.to_wgs84(ours) - grid).max() < 1e-9


def test_a_station_listed_in_both_frames_is_found_from_either():
    # The list rounds to 0.1 m, and the formula is good to a metre or so.
    found = every()
    given_as = {"wgs84": STATION, "gcj02": (117.428441, 39.065927)}
    for key, figures in given_as.items():
        [there] = found[key].to_wgs84(np.array([figures]))
        assert ellipsoid().inv(*there, *STATION)[2] < found[key].accuracy_m + 0.1
        [swapped] = found[f"{key}-swapped"].to_wgs84(np.array([figures[::-1]]))
        assert swapped == pytest.approx(there, abs=1e-12)


def test_the_same_station_in_another_list_is_in_the_third_frame():
    # That list has another point of the station, some 85 m away; in any other frame it would be farther than 500 m.
    found = every()
    off = {
        key: ellipsoid().inv(*found[key].to_wgs84(np.array([(117.434072, 39.071578)]))[0], *STATION)[2]
        for key in ("bd09", "gcj02", "wgs84")
    }
    assert off["bd09"] < 100
    assert min(off["gcj02"], off["wgs84"]) > 500


def test_accuracies_say_no_more_than_is_known():
    found = every()
    accuracies = {one.frame: one.accuracy_m for one in found.values()}
    assert accuracies == {
        ReferenceFrame.WGS84: 0.0,
        ReferenceFrame.CGCS2000: 1.0,
        ReferenceFrame.XIAN80: None,
        ReferenceFrame.BEIJING54: None,
        ReferenceFrame.GCJ02: 2.0,
        ReferenceFrame.BD09: 2.0,
    }
    assert {one.frame for one in found.values() if one.ballpark} == {ReferenceFrame.XIAN80, ReferenceFrame.BEIJING54}


@pytest.mark.parametrize(
    ("place", "operation"), [(TARIM, "Beijing 1954 to WGS 84 (4)"), (ORDOS, "Beijing 1954 to WGS 84 (6)")]
)
def test_beijing_54_has_a_way_only_where_one_was_published(place, operation):
    there = conversion_of(ReferenceFrame.BEIJING54, place)
    assert (there.known, there.accuracy_m, there.operation) == (Known.REGISTRY, 1.0, operation)
    # Partly outside of where it is used, in 东丽, and beside the Yellow Sea, whose operation is for the sea.
    for other in ((place[0] - 9, *place[1:]), REGION, (120.3, 36.0, 120.4, 36.1)):
        nothing = conversion_of(ReferenceFrame.BEIJING54, other)
        assert (nothing.known, nothing.accuracy_m, nothing.ballpark) == (Known.NONE, None, True)
    [published] = [
        one
        for one in TransformerGroup("EPSG:4214", "EPSG:4326", always_xy=True).transformers
        if operation in one.description
    ]
    for one in every(place).values():
        if one.frame is ReferenceFrame.BEIJING54:
            assert (one.accuracy_m, one.ballpark) == (1.0, False)
    figures = np.array([(place[0] + 0.5, place[1] + 0.5)])
    [ours] = every(place)["beijing54"].to_wgs84(figures)
    assert ours == pytest.approx(published.transform(*figures[0]), abs=1e-12)


def test_xian_80_has_no_way_anywhere():
    for place in (TARIM, ORDOS, REGION):
        assert conversion_of(ReferenceFrame.XIAN80, place).accuracy_m is None


def test_an_unknown_shift_is_no_larger_than_is_said():
    x, y = (side.ravel() for side in np.meshgrid(np.arange(74, 135.0), np.arange(18, 54.0)))
    largest = max(
        ellipsoid().inv(x, y, *one.transform(x, y))[2].max()
        for one in TransformerGroup("EPSG:4214", "EPSG:4326", always_xy=True).transformers
    )
    assert 100 < largest < 112 < UNKNOWN_SHIFT_M


def test_a_position_can_be_written_in_the_same_datum():
    found = every()
    assert {key: one.datum for key, one in found.items() if one.datum and not one.swapped} == {
        "wgs84": Datum.WGS84,
        "cgcs2000": Datum.CGCS2000,
        "gcj02": Datum.GCJ02,
        "bd09": Datum.BD09,
        **{f"cgcs2000-{zone}": Datum.CGCS2000_GRID for zone in ("3-117", "6-117", "3-zone39", "6-zone20")},
    }
    assert {one.frame for one in found.values()} == set(ReferenceFrame)


def test_without_a_region_figures_may_lie_all_over_china():
    found = candidates((500_000, 4_320_000, 530_000, 4_340_000))
    assert {one.meridian for one in found if one.frame is ReferenceFrame.CGCS2000} == set(range(75, 136, 3))
    assert len(found) > 100
    # A region that they do not lie near is no reason to say that they lie nowhere.
    far = candidates((13_500_000, 2_700_000, 13_510_000, 2_710_000), REGION)
    assert "web-mercator" in {one.key for one in far}
    assert candidates((121.3, 25.0, 121.4, 25.1), REGION)[0].key == "wgs84"


def test_a_plan_elsewhere_has_the_systems_of_its_place():
    helsinki = (24.5, 60.0, 25.5, 60.5)
    [plain] = candidates((24.9, 60.1, 25.0, 60.2), helsinki)
    assert plain.key == "wgs84"
    x, y = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32635", always_xy=True).transform(24.94, 60.17)
    assert {one.key: one.epsg for one in candidates((x, y, x, y), helsinki)} == {"utm-35n": 32635}
    x, y = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32723", always_xy=True).transform(-46.6, -23.5)
    assert {one.key for one in candidates((x, y, x, y), (-47, -24, -46, -23))} == {"utm-23s"}


@pytest.mark.parametrize(
    "bounds",
    [
        (np.nan, 39, 117, 39),
        (-np.inf, 39, np.inf, 39),
        (1e300, 1e300, 1e300, 1e300),
        (0, 0, 100, 100),
        (39_900_000, 4_320_000, 40_100_000, 4_330_000),
    ],
    ids=["no number", "infinite", "huge", "a drawing", "two zones"],
)
def test_figures_of_nowhere_have_no_system(bounds):
    assert candidates(bounds, REGION) == ()


def test_a_stray_vertex_rules_nothing_out():
    figures = np.column_stack((np.linspace(520_000, 530_000, 500), np.linspace(4_320_000, 4_330_000, 500)))
    keys = [one.key for one in candidates(usual_bounds(figures), REGION)]
    figures[7] = 0
    figures[90] = np.nan
    assert [one.key for one in candidates(usual_bounds(figures), REGION)] == keys
    assert usual_bounds(figures[:1]) == (520_000, 4_320_000, 520_000, 4_320_000)
    assert candidates(usual_bounds(figures[:0]), REGION) == ()


def test_an_offset_frame_says_nothing_of_what_lies_elsewhere():
    for key in ("gcj02", "bd09"):
        one = every()[key]
        there = one.to_wgs84(np.array([STATION, (0.0, 0.0), (117.0, 90.0)]))
        assert np.isfinite(there).all(axis=1).tolist() == [True, False, False]


places = st.tuples(st.floats(76, 132), st.floats(22, 48))


@given(places, st.data())
def test_figures_of_every_system_come_back(at, data):
    place = (at[0], at[1], at[0] + 0.01, at[1] + 0.01)
    found = forms(data.draw(st.sampled_from(codes(place))), place)
    assume(found)
    one = found[data.draw(st.sampled_from(sorted(found)))]
    there = one.from_wgs84(np.array([at]))
    # A ten-millionth of a degree is a centimetre; the offset frames and Beijing 54 are as good both ways.
    assert one.to_wgs84(there) == pytest.approx(np.array([at]), abs=1e-7)
    assert one.is_possible((there[0, 0], there[0, 1], there[0, 0], there[0, 1]))


@given(places)
def test_the_offset_frames_are_those_of_positions(at):
    found = forms("EPSG:4326", (at[0], at[1], at[0], at[1]))
    gcj = wgs84_to_gcj02(*at)
    assert found["gcj02"].from_wgs84(np.array([at]))[0] == pytest.approx(gcj, abs=1e-12)
    assert found["bd09"].from_wgs84(np.array([at]))[0] == pytest.approx(gcj02_to_bd09(*gcj), abs=1e-12)


def test_the_registry_has_the_codes_of_frames():
    for frame, code in GEOGRAPHIC.items():
        names = {"cgcs2000": "China Geodetic Coordinate System 2000", "xian80": "Xian 1980", "wgs84": "WGS 84"}
        assert pyproj.CRS.from_epsg(code).name == names.get(frame, "Beijing 1954")
