"""The pictures by which somebody sees whether a layer lies where it should."""

from datetime import date
from io import BytesIO

import numpy as np
import pytest
import shapely
from PIL import Image, ImageColor

from geo.errors import PlanMapError
from layers.draw.own_picture import COLOUR, own_pictures
from layers.plan.scene import BASEMAPS
from layers.resources import default_plan_folder
from layers.store.base import read_plan
from layers.store.folder import FolderStore
from tests.ground_lines import ground_lines

TODAY = date(2026, 11, 26)
HOME = shapely.box(117.28, 39.06, 117.42, 39.14)
PARCELS = [shapely.box(117.3 + n / 500, 39.1, 117.301 + n / 500, 39.101) for n in range(4)]


@pytest.fixture(scope="module")
def plan():
    return read_plan(FolderStore(default_plan_folder()))


def drawn(plan, geometries) -> list[np.ndarray]:
    """Return which pixels of each picture are of the layer."""
    pictures = own_pictures(plan, geometries, language="zh", basemap=BASEMAPS[0], today=TODAY)
    pixels = [np.asarray(Image.open(BytesIO(picture)).convert("RGB")).astype(int) for picture in pictures]
    return [(np.abs(each - ImageColor.getrgb(COLOUR)).sum(axis=2) < 30) for each in pixels]


def test_what_is_small_is_one_picture_and_what_is_large_is_two(plan):
    [near] = drawn(plan, PARCELS)
    assert 0.001 < near.mean() < 0.1
    whole, close = drawn(plan, [line for line in ground_lines() if line.within(HOME)])
    assert whole.mean() > 0.001
    assert close.mean() > 0.001


def test_a_stray_feature_does_not_leave_the_others_a_speck(plan):
    expected = drawn(plan, PARCELS)
    # One lies in the same city, one nowhere on this grid, and one at no place at all.
    strays = [shapely.Point(117.9, 38.8), shapely.box(2, 48, 3, 49), shapely.Point(0, 0)]
    found = drawn(plan, [*PARCELS, *strays])
    assert len(found) == len(expected)
    assert (found[0] == expected[0]).all()


@pytest.mark.parametrize("shapes", [[], [shapely.Point(2, 48)]])
def test_what_lies_on_no_map_is_refused(plan, shapes):
    with pytest.raises(PlanMapError) as refusal:
        own_pictures(plan, shapes, language="zh", basemap=BASEMAPS[0], today=TODAY)
    assert refusal.value.code == "extent-off-grid"
