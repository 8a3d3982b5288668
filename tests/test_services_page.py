"""The section of linked data on the Data page: what the form asks for, linking, allowing hosts, and who may not."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app import context
from app.context import Context
from app.settings import Settings
from layers.allowed_hosts import allow, allowed_hosts
from layers.own.files import own_layers
from layers.resources import default_plan_folder
from layers.service.files import service_layers
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from tests.app_page import AppPage, data
from tests.feature_services import NAME, ground, ogc_api
from tests.map_services import own_settings, wms, xyz
from tests.own_files import plan_in
from tests.remote_server import Served, served
from tests.test_roles import SIGN_IN

__all__ = ["own_settings"]

pytestmark = pytest.mark.usefixtures("own_settings")

EVIL = "<img src=x onerror=alert(1)>**b**"


@pytest.fixture
def where(tmp_path: Path, serve: Callable[[Path], Context]) -> Path:
    folder = Path(shutil.copytree(default_plan_folder(), tmp_path / "plan"))
    serve(folder)
    return folder


@pytest.fixture
def tiles() -> Iterator[Served]:
    with served(xyz) as server:
        yield server


def fill(page: AppPage, address: str, name: str = "") -> AppPage:
    page.fill("link_address", address)
    page.at.text_input(key="link_name").set_value(name)
    return page.press("link-go")


def fields(page: AppPage) -> list[str]:
    """Return the keys of what the form asks for."""
    drawn = [*page.at.text_input, *page.at.selectbox]
    return [field.key for field in drawn if field.key.startswith("link_")]


def test_the_address_says_what_else_is_asked(where: Path) -> None:
    page = AppPage(data)
    assert fields(page) == ["link_address"]
    page.press("link-next")
    assert "先填地址。" in page.alerts
    of_pictures = ["link_address", "link_name", "link_kind", "link_system_pictures"]
    asked = {
        "https://a.cn/{z}/{x}/{y}.png": of_pictures,
        "https://a.cn/wms": of_pictures,
        "https://a.cn/wfs": ["link_address", "link_kind", "link_system_features", "link_frame"],
        "https://a.cn/x": ["link_address", "link_kind"],
        "postgresql://me@db.example.cn/land": ["link_address", "link_name", "link_system_table"],
        "/data/parcels": ["link_address", "link_name", "link_system_path"],
    }
    for address, keys in asked.items():
        page.fill("link_address", address)
        assert fields(page) == keys, address
        # What was said of one address is not said of the next.
        assert "先填地址。" not in page.alerts
    page.fill("link_address", "https://a.cn/x")
    page.at.selectbox(key="link_kind").set_value("wms").run()
    assert fields(page) == of_pictures


@pytest.mark.parametrize("address", ["地块", "maps.example.cn/wms", "ftp://a.cn/x"])
def test_what_is_no_address_is_said_before_anything_is_pressed(where: Path, address: str) -> None:
    page = AppPage(data).fill("link_address", address)
    assert any(address in line and "https://" in line for line in page.alerts)
    assert fields(page) == ["link_address"]


def test_a_path_is_linked_by_a_command_and_not_by_the_page(where: Path) -> None:
    page = AppPage(data).fill("link_address", "/data/it's here")
    page.fill("link_name", "地块").at.selectbox(key="link_system_path").set_value("gcj02").run()
    assert "link-go" not in page.labels
    command = page.at.code[0].value
    assert shlex.split(command)[3:] == ["/data/it's here", "--name", "地块", "--datum", "gcj02"]
    page.at.selectbox(key="link_system_path").set_value("crs").run()
    page.fill("link_crs", "EPSG:4549")
    assert page.at.code[0].value.endswith("--crs EPSG:4549")


def test_a_host_is_to_be_allowed_before_its_service_is_linked(where: Path) -> None:
    page = AppPage(data)
    assert "还没有链接地图服务" in page.words
    fill(page, "https://tiles.example.cn/{z}/{x}/{y}.png", EVIL)
    assert any("tiles.example.cn 尚未允许" in line for line in page.alerts)
    assert service_layers(plan_in(where)) == ()
    page.press("allow-wanted")
    assert [str(host) for host in allowed_hosts().all] == ["tiles.example.cn"]
    page.press("link-go")
    [layer] = service_layers(plan_in(where))
    assert layer.row.address == "https://tiles.example.cn/{z}/{x}/{y}.png"
    assert any(EVIL in heading for heading in page.headings(3))
    assert "<img" not in "".join(page.markup)
    page.press("forbid-tiles.example.cn")
    assert allowed_hosts().all == ()
    assert "尚未允许" in page.words
    page.press(f"allow-{layer.id}")
    assert [str(host) for host in allowed_hosts().all] == ["tiles.example.cn"]
    page.press(f"remove-service-{layer.id}")
    assert service_layers(plan_in(where)) == ()


def test_a_private_host_is_not_allowed_from_a_page(where: Path, tiles: Served) -> None:
    page = AppPage(data)
    fill(page, tiles.at("/{z}/{x}/{y}.png"))
    page.press("allow-wanted")
    assert any("--private" in line for line in page.alerts)
    assert allowed_hosts().all == ()
    assert tiles.asked == []


def test_the_layers_of_a_service_are_offered(where: Path) -> None:
    with served(wms("1.3.0", "EPSG:3857")) as server:
        allow(server.host, private=True)
        page = fill(AppPage(data), server.at("/wms"))
        assert service_layers(plan_in(where)) == ()
        page.at.selectbox(key="link_layer").set_value("landuse")
        page.press("link-go")
    [layer] = service_layers(plan_in(where))
    assert (layer.row.layer, layer.row.name) == ("landuse", "用地")


def test_features_are_offered_once_their_host_is_allowed(where: Path) -> None:
    page = AppPage(data).fill("link_address", "https://features.example.cn/wfs")
    page.press("link-go")
    assert any("features.example.cn 尚未允许" in line for line in page.alerts)
    page = AppPage(data, "lang=en").fill("link_address", "https://a.cn/wfs?token=1").press("link-go")
    assert any("key" in line for line in page.alerts)


@pytest.mark.slow
def test_titles_of_a_service_are_words_only(where: Path) -> None:
    page = AppPage(data)
    with served(ogc_api(ground())) as server:
        allow(server.host, private=True)
        page.fill("link_address", server.at("/api"))
        page.press("link-go")
    assert page.at.selectbox(key="link_layer").options == [f"地块 ({NAME})", "<b>其他</b> (other)"]
    assert own_layers(plan_in(where)) == ()


def test_whoever_may_not_change_the_plan_allows_no_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "plan.gpkg"
    copy_plan(read_plan(FolderStore(default_plan_folder())), str(home))
    monkeypatch.setattr(context, "_current", Context(Settings(plan=str(home))))
    page = AppPage(data)
    fill(page, "https://tiles.example.cn/{z}/{x}/{y}.png")
    assert not page.at.button(key="allow-wanted").disabled
    # From now on people sign in here, and nobody has, so that whoever looks at the page is a viewer.
    monkeypatch.setattr(context, "_current", Context(Settings(plan=str(home)), sign_in=SIGN_IN))
    page.press("allow-wanted")
    assert page.alerts != []
    assert allowed_hosts().all == ()
    for key in ("allow-wanted", "link-go"):
        assert page.at.button(key=key).disabled
    assert service_layers(read_plan(open_store(str(home)))) == ()
