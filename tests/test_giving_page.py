"""Own layers and the plan given as files from the Data page, without a browser."""

from __future__ import annotations

import asyncio
import io
import re
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from app import job as jobs
from app.data.given_files import GIVEN, given_answer
from app.data.giving import KINDS, NAME, OTHER, systems_of
from tests.app_page import AppPage, data, layers
from tests.own_files import added, plan_in, write_parcels

pytestmark = pytest.mark.slow

DEADLINE_S = 60


@pytest.fixture
def page(plan_folder: Path, serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppPage:
    """Return the page of a plan with a layer of parcels, whose browser never leaves."""
    added(plan_folder, write_parcels(tmp_path))
    serve(plan_folder)
    monkeypatch.setattr(jobs, "session_check", lambda: lambda: True)
    return AppPage(data)


def fetch(address: str) -> httpx.Response:
    """Ask the server for an address."""
    app = Starlette(routes=[Route(f"{GIVEN}{{token}}", given_answer)])

    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8501") as client:
            return await client.get(address)

    # In a thread of its own: the browser of other tests has a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, answer()).result()


def select(page: AppPage, key: str, value: str) -> AppPage:
    page.at.selectbox(key=key).set_value(value)
    return page.run()


def wait(page: AppPage) -> AppPage:
    """Wait until the file is made, or is not."""
    until = time.monotonic() + DEADLINE_S
    while not page.at.session_state[NAME].over and time.monotonic() < until:
        time.sleep(0.01)
    return page.run()


def made(page: AppPage) -> str:
    """Press the button, wait for the file, and return its address."""
    wait(page.press("give-make"))
    [address] = re.findall(rf"href='({GIVEN}[^']+)'", " ".join(page.markup))
    return address


def test_a_layer_is_made_when_somebody_asks_and_what_the_file_cannot_hold_is_said(page):
    assert GIVEN not in " ".join(page.markup)
    page.press("give-地块")
    select(page, "give-kind", "zip")
    select(page, "give-system-zip", "EPSG:4548")
    answer = fetch(made(page))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].endswith(".zip")
    assert gpd.read_file(io.BytesIO(answer.content)).crs.to_epsg() == 4548
    assert "1 个字段名改短：地块编号 → 地块编" in page.words
    # A Chinese character takes two bytes there, and not three.
    answer = fetch(made(select(page, "give-encoding", "gb18030")))
    assert "改短" not in page.words
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert packed.read("地块.cpg") == b"GB18030"
        assert "地块编号".encode("gb18030") in packed.read("地块.dbf")
    # What was chosen is still chosen.
    assert page.at.selectbox(key="give-kind").value == "zip"


def test_another_system_is_given_by_its_code_and_a_wrong_one_says_so(page, tmp_path):
    page.press("give-地块")
    select(page, "give-system-gpkg", OTHER).fill("give-code", "4549")
    path = tmp_path / "given.gpkg"
    path.write_bytes(fetch(made(page)).content)
    assert gpd.read_file(path, layer="地块").crs.to_epsg() == 4549
    wait(page.fill("give-code", "多少").press("give-make"))
    assert any("多少" in alert for alert in page.alerts)


def test_the_plan_is_given_for_qgis_and_a_file_goes_when_another_is_made(page):
    page.press("give-plan")
    first = made(page)
    assert fetch(first).content.startswith(b"SQLite format 3")
    assert "不要给文件改名" in page.words
    second = made(page)
    assert fetch(first).status_code == 404
    assert fetch(second).status_code == 200
    assert fetch(GIVEN + "nothing").status_code == 404


def test_an_answer_is_given_from_the_layers_page(page, tmp_path):
    page = AppPage(layers, "ask=own-地块~用地:is:商业&show=own-地块")
    page.press("give-地块")
    assert "地块 7 / 20：用地 是 商业" in page.words
    path = tmp_path / "given.gpkg"
    answer = fetch(made(page))
    assert quote("地块_选出.gpkg") in answer.headers["content-disposition"]
    path.write_bytes(answer.content)
    assert list(gpd.read_file(path, layer="地块")["地块编号"]) == [f"JLC-{n:02}" for n in range(1, 20, 3)]
    assert "7 个要素，坐标系" in page.words
    # To another question that is no answer.
    page.at.button(key="ask-clear").click()
    page.run()
    page.press("give-地块")
    assert GIVEN not in " ".join(page.markup)
    path.write_bytes(fetch(made(page)).content)
    assert len(gpd.read_file(path, layer="地块")) == 20


def test_only_systems_that_a_format_can_be_in_are_offered(plan_folder):
    plan = plan_in(plan_folder)
    offered = {kind: systems_of(kind, plan) for kind in KINDS}
    assert offered["kml"] == ["EPSG:4326"]
    assert offered["geojson"] == ["EPSG:4326", "gcj02", "bd09"]
    assert offered["gpkg"] == ["EPSG:4326", "EPSG:4548", "EPSG:4490", "gcj02", "bd09", OTHER]
