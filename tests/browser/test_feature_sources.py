"""Features that stay with a service, on the Data page: chosen, fetched, looked at, added, and fetched anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from playwright.sync_api import Page, expect

from layers.allowed_hosts import allow
from layers.own.files import own_layers
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.resources import default_plan_folder
from tests.browser.conftest import wait_until_calm
from tests.browser.server import serving
from tests.feature_services import NAME, Ground, ground, ogc_api, wfs
from tests.own_files import plan_in
from tests.remote_server import Reply, Served, served

pytestmark = pytest.mark.slow


@dataclass
class Speaks:
    """What the server of this file answers."""

    held: Ground = field(default_factory=ground)

    def __call__(self, path: str, query: dict[str, str]) -> Reply:
        if path.startswith("/wfs"):
            return wfs(self.held, epsg=4326, datum="gcj02")(path, query)
        return ogc_api(self.held)(path, query)


@pytest.fixture(scope="module")
def speaks() -> Speaks:
    return Speaks()


@pytest.fixture(scope="module")
def service(speaks: Speaks) -> Iterator[Served]:
    with served(speaks) as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, service: Served) -> Iterator[Path]:
    """A plan, with settings and a cache for this file, in this process and in the server's."""
    machine = tmp_path_factory.mktemp("machine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(machine / "config"))
        patch.setenv("XDG_CACHE_HOME", str(machine / "cache"))
        allow(service.host, private=True)
        yield Path(shutil.copytree(default_plan_folder(), machine / "plan"))


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(folder.parent, str(folder)) as url:
        yield url


@pytest.fixture
def page(standing: Any) -> Page:
    return standing.page


def layers(folder: Path) -> dict[str, OwnLayer]:
    return {layer.name: layer for layer in own_layers(plan_in(folder))}


def fetch(page: Page, address: str, where: str, datum: str = "") -> None:
    """Fill in the form, choose the collection, and wait until its features can be looked at."""
    page.goto(f"{address}/data")
    form = page.locator(".st-key-new-link")
    expect(form).to_be_visible()
    wait_until_calm(page)
    form.locator(".st-key-link_address input").fill(where)
    form.locator(".st-key-link_address input").press("Enter")
    button = form.get_by_role("button", name="取来看看")
    expect(button).to_be_visible()
    if datum:
        form.locator(".st-key-link_system_features input").click()
        page.get_by_role("option", name=datum).click()
        wait_until_calm(page)
    button.click()
    expect(form.locator(".st-key-link_layer")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("2 个图层，选一个")).to_be_visible()
    wait_until_calm(page)
    button.click()
    expect(page.locator(".st-key-asking-file")).to_be_visible(timeout=60_000)


def test_features_are_looked_at_added_and_fetched_anew(
    page: Page, address: str, folder: Path, service: Served, speaks: Speaks
) -> None:
    fetch(page, address, service.at("/api"))
    expect(page.locator(".st-key-asking-file")).to_contain_text("取来 20 个要素")
    expect(page.get_by_role("heading", name=f"{service.host} {NAME}")).to_be_visible()
    page.locator(".st-key-layer-add button").click()
    row = page.locator("[class*='st-key-row-layer-']").filter(has_text="地块")
    expect(row).to_contain_text(f"{service.host} {NAME}，截至", timeout=60_000)
    assert layers(folder)["地块"].count == 20
    speaks.held = ground(6)
    row.get_by_role("button", name="重新取").click()
    expect(page.locator(".st-key-layers .pm-said")).to_contain_text("原有 20 个要素，现有 30 个", timeout=60_000)
    assert layers(folder)["地块"].count == 30
    # Fewer fields are taken only if somebody says so.
    speaks.held = Ground(ground(2).frame.drop(columns="用地"))
    wait_until_calm(page)
    row.get_by_role("button", name="重新取").click()
    expect(page.locator(".st-key-layers [role=alert]")).to_contain_text("用地", timeout=60_000)
    assert layers(folder)["地块"].count == 30
    page.get_by_role("button", name="仍然替换").click()
    expect(page.locator(".st-key-layers .pm-said")).to_contain_text("现有 10 个", timeout=60_000)
    assert "用地" not in layers(folder)["地块"].field_names
    speaks.held = ground()


def test_a_datum_that_was_named_is_chosen_in_the_preview(
    page: Page, address: str, folder: Path, service: Served
) -> None:
    fetch(page, address, service.at("/wfs"), datum="GCJ-02")
    page.locator(".st-key-asking-name input").first.fill("偏移的地块")
    page.locator(".st-key-asking-name input").first.press("Enter")
    wait_until_calm(page)
    page.locator(".st-key-layer-add button").click()
    row = page.locator("[class*='st-key-row-layer-']").filter(has_text="偏移的地块")
    expect(row).to_be_visible(timeout=60_000)
    layer = layers(folder)["偏移的地块"]
    assert layer.position.system == "gcj02"
    with opened(layer) as package:
        found = package.all().geometries
    there = np.asarray(ground().frame.geometry)
    assert len(found) == len(there)
    assert max(map(shapely.hausdorff_distance, found, there)) < 1e-6


def test_features_that_are_not_wanted_go(page: Page, address: str, service: Served) -> None:
    page.goto(f"{address}/data")
    wait_until_calm(page)
    # Nothing is added by looking, and what is not wanted goes.
    fetch(page, address, service.at("/api"))
    page.get_by_role("button", name="不要这些").click()
    expect(page.locator(".st-key-asking-file")).to_have_count(0)
    expect(page.locator(".st-key-new-layer")).to_be_visible()
