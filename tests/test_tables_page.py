"""Tables of PostGIS on the pages: linked by the form of the Data page, asked on the Layers page, told of when away."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.context import Context
from layers.allowed_hosts import allow, allowed_hosts
from layers.own.files import own_layers
from layers.own.table import state
from layers.resources import default_plan_folder
from tests.app_page import AppPage, data
from tests.map_services import own_settings
from tests.own_files import plan_in
from tests.table_server import TableServer, make_parcels, table_server

__all__ = ["own_settings"]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("own_settings")]


@pytest.fixture
def where(tmp_path: Path, serve: Callable[[Path], Context], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state, "FRESH_S", 0.0)
    monkeypatch.setattr(state, "AWAY_S", 0.0)
    folder = Path(shutil.copytree(default_plan_folder(), tmp_path / "plan"))
    serve(folder)
    return folder


@pytest.fixture
def server(empty_database_url: str) -> Iterator[TableServer]:
    with table_server(empty_database_url) as made:
        make_parcels(made)
        yield made


def test_a_table_is_chosen_and_linked(where: Path, server: TableServer) -> None:
    page = AppPage(data)
    page.fill("link_address", server.address)
    page.press("link-go")
    assert any("尚未允许" in line for line in page.alerts)
    # A private host is for the command line.
    page.press("allow-wanted")
    assert any("--private" in line for line in page.alerts)
    assert allowed_hosts().all == ()
    allow(server.host, private=True)
    page.press("link-go")
    assert "public.parcels" in page.at.selectbox(key="link_layer").options
    page.at.text_input(key="link_name").set_value("<img src=x>")
    page.press("link-go")
    [layer] = own_layers(plan_in(where))
    assert (layer.name, layer.count) == ("<img src=x>", 48)
    assert "<img" not in "".join(page.markup)
    page.press(f"remove-layer-{layer.id}")


def test_a_password_is_refused_and_not_repeated(where: Path) -> None:
    page = AppPage(data)
    page.fill("link_address", "postgresql://me:hunter2@db.example.cn/land")
    page.press("link-go")
    assert any("密码" in line for line in page.alerts)
    assert not any("hunter2" in line for line in page.alerts)
    assert own_layers(plan_in(where)) == ()


def test_pages_say_that_a_database_is_away(where: Path, server: TableServer) -> None:
    from layers.own.table.linking import TableWish, add_table
    from tests.app_page import layers
    from tests.test_tables import TODAY

    allow(server.host, private=True)
    layer = add_table(plan_in(where), TableWish(server.address, "parcels"), today=TODAY)
    page = AppPage(layers)
    assert "48" in page.words
    server.door.shut()
    assert any("连不上" in line for line in AppPage(layers).alerts)
    away = AppPage(data)
    assert any("连不上" in line for line in away.alerts)
    assert any(layer.name in heading for heading in away.headings(3))
    # Its style can be looked at all the same, or says why not.
    away.press(f"style-layer-{layer.id}")
    assert not away.at.exception
