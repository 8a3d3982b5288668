"""The section of map services on the Data page: linking, allowing hosts, and who may not."""

from __future__ import annotations

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
    page.at.text_input(key="service_address").set_value(address)
    page.at.text_input(key="service_name").set_value(name)
    return page.press("service-link")


def test_a_host_is_to_be_allowed_before_its_service_is_linked(where: Path) -> None:
    page = AppPage(data)
    assert "还没有地图服务" in page.words
    fill(page, "https://tiles.example.cn/{z}/{x}/{y}.png", EVIL)
    assert any("tiles.example.cn 尚未允许" in line for line in page.alerts)
    assert service_layers(plan_in(where)) == ()
    page.press("allow-wanted")
    assert [str(host) for host in allowed_hosts().all] == ["tiles.example.cn"]
    page.press("service-link")
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
        page.at.selectbox(key="service_layer").set_value("landuse")
        page.press("service-link")
    [layer] = service_layers(plan_in(where))
    assert (layer.row.layer, layer.row.name) == ("landuse", "用地")


def test_what_is_wrong_with_an_address_is_said(where: Path) -> None:
    page = AppPage(data, "lang=en")
    for address, words in (("", "no address"), ("https://a.cn/x", "--kind"), ("https://a.cn/wms?token=1", "key")):
        fill(page, address)
        assert any(words in line for line in page.alerts), address


def test_features_are_offered_once_their_host_is_allowed(where: Path) -> None:
    page = AppPage(data)
    assert "service_frame" not in [box.key for box in page.at.selectbox]
    page.at.text_input(key="service_address").set_value("https://features.example.cn/wfs").run()
    assert "service_frame" in [box.key for box in page.at.selectbox]
    page.press("service-link")
    assert any("features.example.cn 尚未允许" in line for line in page.alerts)
    # Files of the machine that runs the server are for the command line.
    wrong = (str(where), "", "不是可用的网址"), ("/etc/passwd", "wfs", "不是可用的网址")
    for address, kind, words in (*wrong, ("https://a.cn/wfs?token=1", "", "像是密钥")):
        page.at.selectbox(key="service_kind").set_value(kind)
        page.at.text_input(key="service_address").set_value(address)
        page.press("service-link")
        assert any(words in line for line in page.alerts), address


@pytest.mark.slow
def test_titles_of_a_service_are_words_only(where: Path) -> None:
    page = AppPage(data)
    with served(ogc_api(ground())) as server:
        allow(server.host, private=True)
        page.at.text_input(key="service_address").set_value(server.at("/api")).run()
        page.press("service-link")
    assert page.at.selectbox(key="service_layer").options == [f"地块 ({NAME})", "<b>其他</b> (other)"]
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
    for key in ("allow-wanted", "service-link"):
        assert page.at.button(key=key).disabled
    assert service_layers(read_plan(open_store(str(home)))) == ()
