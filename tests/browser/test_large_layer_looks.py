"""Hatches and labels of layers with very many features in a real browser: as those of small layers."""

from __future__ import annotations

import base64
import io
import shutil
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image
from playwright.sync_api import Frame, Page

from layers.own.files import restyle
from layers.own.layer_style import LayerStyle
from layers.own.own_layer import OwnLayer
from layers.own.style_change import with_labels
from layers.own.style_json import to_json
from layers.own.symbol_value import Hatch, Pattern, Symbol
from layers.own.tiles import forget_tiles, is_large
from layers.resources import default_plan_folder
from tests.browser.conftest import Watched, look_at, open_map, wait_until
from tests.browser.server import serving
from tests.browser.test_layer_style import PLACED
from tests.browser.test_own_layers import drawn
from tests.own_files import GRID_CODE, STATION, added, parcels

pytestmark = pytest.mark.slow

HATCH = Hatch("#C2136B", Pattern.GRID, 30.0, 9.0, 1.5)
AREA = shapely.box(STATION[0] - 6000, STATION[1] + 2000, STATION[0] - 2500, STATION[1] + 4500)
MIDDLE = (39.0939, 117.3733)
"""The middle of that area."""
PARCELS = (39.0750, 117.4400)
"""A place among the parcels."""


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, OwnLayer, OwnLayer]]:
    """A plan with the same hatched area in a small layer and in a large one, whose parcels have labels too."""
    folder = tmp_path_factory.mktemp("looks")
    plan = Path(shutil.copytree(default_plan_folder(), folder / "plan"))
    area = gpd.GeoDataFrame({"地块编号": [""], "用地": ["居住"]}, geometry=[AREA], crs=GRID_CODE)
    many = pd.concat([area, parcels(rows=60, columns=100, side=80.0)], ignore_index=True)
    area.to_file(folder / "small.gpkg", layer="x")
    many.to_file(folder / "large.gpkg", layer="x")
    made = [added(plan, folder / f"{name}.gpkg", name=name) for name in ("small", "large")]
    style = LayerStyle(Symbol(stroke="#445566", hatch=HATCH))
    small = restyle(made[0], to_json(style))
    large = restyle(made[1], to_json(with_labels(style, made[1], "{地块编号}")))
    assert is_large(large)
    yield plan, small, large
    forget_tiles(large)


@pytest.fixture(scope="module")
def address(layers: tuple[Path, OwnLayer, OwnLayer]) -> Iterator[str]:
    plan = layers[0]
    with serving(plan.parent, str(plan)) as url:
        yield url


@pytest.fixture
def page(standing: Watched) -> Page:
    return standing.page


def picture(page: Page, address: str, layer: OwnLayer, zoom: float) -> np.ndarray:
    """Return the middle of the map as soon as the layer is drawn there: no control and no name is over it."""
    frame = open_map(page, f"{address}/?show={quote(layer.scene_id)}&at={MIDDLE[0]},{MIDDLE[1]},{zoom}")
    drawn(frame, layer.scene_id)
    wait_until(frame, "PlanMap.current.labels.placed.length > 0")
    canvas = frame.locator(f"[data-own='{layer.scene_id}'] canvas")
    taken = canvas.evaluate(
        """(canvas) => {
          const { map } = PlanMap.current;
          const home = canvas.getBoundingClientRect(), frame = map.getContainer().getBoundingClientRect();
          const made = document.createElement("canvas");
          [made.width, made.height] = [400, 400];
          const size = map.getSize();
          made.getContext("2d").drawImage(canvas, home.left - frame.left - (size.x / 2 - 200),
            home.top - frame.top - (size.y / 2 - 200), home.width, home.height);
          return made.toDataURL();
        }"""
    )
    found = np.asarray(Image.open(io.BytesIO(base64.b64decode(taken.partition(",")[2]))).convert("RGBA")).astype(float)
    # Where next to nothing is painted its colour is as good as any.
    return found * np.concatenate([np.repeat(found[..., 3:] / 255, 3, axis=2), np.ones((400, 400, 1))], axis=2)


@pytest.mark.parametrize("zoom", [13, 15])
def test_a_large_layer_is_hatched_as_a_small_one_where_tiles_meet_too(
    page: Page, address: str, layers: tuple[Path, OwnLayer, OwnLayer], zoom: int
) -> None:
    _, small, large = layers
    one, other = (picture(page, address, layer, zoom) for layer in (small, large))
    hatched = one[..., 3] > 128
    assert 0.05 < hatched.mean() < 0.9
    # A step between two tiles, or lines that begin elsewhere, would leave a large part of them off by some pixels.
    assert (np.abs(one - other).max(axis=2) > 96).mean() < 0.01


def labels_of(frame: Frame, count: int) -> list[dict[str, object]]:
    wait_until(frame, f"({PLACED})().filter(({{ text }}) => text.startsWith('JLC')).length >= {count}")
    found: list[dict[str, object]] = frame.evaluate(PLACED)
    return found


def test_labels_come_from_near_and_none_lies_over_another(
    page: Page, address: str, layers: tuple[Path, OwnLayer, OwnLayer]
) -> None:
    large = layers[2]
    frame = open_map(page, f"{address}/?show={quote(large.scene_id)}&at={PARCELS[0]},{PARCELS[1]},17")
    drawn(frame, large.scene_id)
    found = labels_of(frame, 10)
    own = [str(label["text"]) for label in found if str(label["text"]).startswith("JLC")]
    assert len(set(own)) == len(own)
    boxes = [label["boxes"][0] for label in found if len(label["boxes"]) == 1]  # type: ignore[index, arg-type]
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)
    # Somewhere else there are others, and the names of sites come before them.
    look_at(frame, 39.0655, 117.4226, 16.5)
    found = labels_of(frame, 3)
    site = next(label for label in found if "军粮城北站" in str(label["text"]))
    priorities = [float(str(label["priority"])) for label in found if str(label["text"]).startswith("JLC")]
    assert float(str(site["priority"])) > max(priorities)
    assert own[0] not in {label["text"] for label in found}
    # From afar, where far more features are in view than could be named, none is.
    look_at(frame, *PARCELS, 13)
    wait_until(frame, f"!({PLACED})().some(({{ text }}) => text.startsWith('JLC'))")
