"""Map services in a real browser: pictures that the server fetches, in their place, and words where there are none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Frame, Page, expect

from geo.datum import wgs84_to_gcj02
from layers.allowed_hosts import allow, forbid
from layers.plan.scene import OWN
from layers.resources import default_plan_folder
from layers.service.files import add_service
from layers.service.linking import Wish, service_of
from tests.browser.conftest import MAP_FRAME, Lend, look_at, open_layers, open_map, wait_until
from tests.browser.server import serving
from tests.map_services import apart, colours, wmts_in_degrees, xyz
from tests.own_files import plan_in
from tests.remote_server import Reply, Served, served

pytestmark = pytest.mark.slow

EVIL = "<img src=x onerror=window.taken=1>"


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    degrees = wmts_in_degrees("urn:ogc:def:crs:EPSG::4490", "90.0 -180.0", 2 * 2.958293554545656e8)

    def answer(path: str, query: dict[str, str]) -> Reply:
        return degrees(path, query) if "wmts" in path else xyz(path, query)

    with served(answer) as server:
        yield server


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Settings and a cache for this file, in this process and in the server's."""
    folder = tmp_path_factory.mktemp("machine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        yield folder


@pytest.fixture(scope="module")
def address(machine: Path, service: Served) -> Iterator[str]:
    folder = Path(shutil.copytree(default_plan_folder(), machine / "plan"))
    allow(service.host, private=True)
    for name, datum in (("影像", "wgs84"), ("火星影像", "gcj02"), (EVIL, "wgs84")):
        wish = Wish(service.at("/{z}/{x}/{y}.png"), name=name, datum=datum, credit=f"{name}的来源")
        add_service(plan_in(folder), service_of(wish, added="2026-11-27"))
    wish = Wish(service.at("/wmts"), name="经纬度影像", credit="经纬度影像的来源")
    add_service(plan_in(folder), service_of(wish, added="2026-11-27"))
    with serving(machine, str(folder)) as url:
        yield url


@pytest.fixture
def page(standing) -> Page:
    return standing.page


def colour_at(page: Page, frame: Frame, latitude: float, longitude: float) -> np.ndarray:
    """Return red and green of the map where a place is drawn."""
    x, y = frame.evaluate(
        "([lat, lon]) => { const at = PlanMap.current.map.latLngToContainerPoint([lat, lon]); return [at.x, at.y]; }",
        [latitude, longitude],
    )
    box = page.locator(MAP_FRAME).bounding_box()
    assert box is not None
    seen = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB"))
    return seen[round(box["y"] + y), round(box["x"] + x), :2].astype(float)


# Where there is nothing but the ground.
PLACES = [(39.216, 117.52), (39.2175, 117.512), (39.2125, 117.515)]


@pytest.mark.parametrize("name", ["影像", "火星影像", "经纬度影像"])
def test_a_service_lies_in_its_place(page: Page, address: str, name: str) -> None:
    frame = open_map(page, f"{address}/?hide=grid")
    look_at(frame, 39.215, 117.525, 15)
    open_layers(frame)
    frame.get_by_label(name, exact=True).check()
    expect(frame.locator(f"[data-service='{OWN}service-{name}']")).to_have_attribute("data-state", "drawn")
    # Tiles fade in.
    tiles = "[...document.querySelectorAll('[data-service] img')]"
    wait_until(frame, f"{tiles}.every((tile) => tile.style.opacity === '1')")
    expect(frame.locator(".leaflet-control-attribution")).to_contain_text(f"{name}的来源")
    open_layers(frame, "图例")
    expect(frame.get_by_role("list", name="地图服务")).to_have_text(f"{name}（{name}的来源）")
    for latitude, longitude in PLACES:
        x, y = (longitude, latitude) if name != "火星影像" else wgs84_to_gcj02(longitude, latitude)
        off = apart(colour_at(page, frame, latitude, longitude), colours(np.array(x), np.array(y)))
        assert (off < 4).all(), (latitude, longitude, off)
    open_layers(frame)
    frame.get_by_label(name, exact=True).uncheck()


def test_a_service_that_is_not_allowed_says_what_to_do(lend: Lend, address: str, service: Served) -> None:
    # The browser complains of each tile that is refused.
    page = lend(tolerant=True).page
    frame = open_map(page, f"{address}/")
    forbid(service.host)
    open_layers(frame)
    frame.get_by_label(EVIL, exact=True).check()
    expect(frame.get_by_role("alert")).to_contain_text(f"planmap host allow {service.host}")
    assert page.evaluate("window.taken") is None
    assert frame.evaluate("window.taken") is None
    allow(service.host, private=True)
