"""A table of PostGIS in a real browser: cells and shapes that the database makes, and words when it is away."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from layers.allowed_hosts import allow
from layers.own.files import restyle
from layers.own.own_layer import OwnLayer
from layers.own.restyling import field_style
from layers.own.style_json import to_json
from layers.own.table.linking import TableWish, add_table
from layers.resources import default_plan_folder
from tests.browser.conftest import Lend, look_at, open_layers, open_map
from tests.browser.server import serving
from tests.own_files import TODAY, plan_in
from tests.table_server import TableServer, make_parcels, table_server

pytestmark = pytest.mark.slow

NAME = "<img src=x onerror=window.taken=1>"


@pytest.fixture
def server(empty_database_url: str) -> Iterator[TableServer]:
    with table_server(empty_database_url) as made:
        make_parcels(made, rows=75, columns=80)
        yield made


@pytest.fixture
def linked(tmp_path: Path, server: TableServer, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, OwnLayer]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = Path(shutil.copytree(default_plan_folder(), tmp_path / "plan"))
    allow(server.host, private=True)
    made = add_table(plan_in(folder), TableWish(server.address, "parcels", name=NAME), today=TODAY)
    return folder, restyle(made, to_json(field_style(made, "use")))


def test_a_table_is_counted_from_afar_drawn_from_near_and_told_of_when_it_is_away(
    lend: Lend, linked: tuple[Path, OwnLayer], server: TableServer, tmp_path: Path
) -> None:
    folder, layer = linked
    # The browser complains of each tile that does not come.
    page = lend(tolerant=True).page
    with serving(tmp_path, str(folder)) as url:
        frame = open_map(page, f"{url}/?hide=grid")
        west, south, east, north = layer.bounds
        middle = ((south + north) / 2, (west + east) / 2)
        look_at(frame, *middle, 11)
        open_layers(frame)
        frame.get_by_label(NAME, exact=True).check()
        pane = frame.locator(f"[data-own='{layer.scene_id}']")
        expect(pane).to_have_attribute("data-state", "drawn")
        open_layers(frame, "图例")
        legend = frame.locator(".pm-legend")
        expect(legend).to_contain_text("6,000 个要素")
        expect(legend).to_contain_text("商业")
        look_at(frame, *middle, 16)
        expect(legend).not_to_contain_text("个要素")
        expect(legend).to_contain_text("居住")
        server.door.shut()
        look_at(frame, middle[0] + 0.02, middle[1] + 0.02, 15)
        expect(pane).to_have_attribute("data-state", "failed")
        expect(legend).to_contain_text("连不上数据库")
        assert frame.evaluate("window.taken") is None
        server.door.open()


def test_a_large_answer_about_a_table_is_counted_drawn_and_told_of_when_the_table_is_away(
    lend: Lend, linked: tuple[Path, OwnLayer], server: TableServer, tmp_path: Path
) -> None:
    folder, layer = linked
    page = lend(tolerant=True).page
    west, south, east, north = layer.bounds
    middle = ((south + north) / 2, (west + east) / 2)
    asked = f"show={quote(layer.scene_id)}&ask={quote(f'{layer.scene_id}~far:from:0.75..')}"
    with serving(tmp_path, str(folder)) as url:
        frame = open_map(page, f"{url}/?hide=grid&{asked}&at={middle[0]:.4f},{middle[1]:.4f},11")
        pane = frame.locator(f"[data-own='{layer.scene_id}']")
        expect(pane).to_have_attribute("data-state", "drawn")
        open_layers(frame, "图例")
        legend = frame.locator(".pm-legend")
        # One of forty has less than that.
        expect(legend).to_contain_text(re.compile(r"[\d,]+ 个方格代表选出的 5,850 个要素中的 5,850 个"))
        expect(legend).to_contain_text("5,850 / 6,000")
        look_at(frame, *middle, 16)
        expect(legend).not_to_contain_text("方格")
        expect(legend).to_contain_text("居住")
        server.door.shut()
        look_at(frame, middle[0] + 0.02, middle[1] + 0.02, 15)
        expect(pane).to_have_attribute("data-state", "failed")
        expect(legend).to_contain_text("连不上数据库")
        server.door.open()
        look_at(frame, *middle, 11)
        expect(pane).to_have_attribute("data-state", "drawn")
        expect(legend).to_contain_text("选出的 5,850 个要素中的 5,850 个")
