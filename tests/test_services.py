"""Map services as layers: what is kept of them, what they are asked, and where their pictures come to lie."""

from __future__ import annotations

import asyncio
import base64
import shutil
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

import httpx
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from starlette.applications import Starlette

from app.cli import main
from app.context import Context
from app.routes import routes
from geo.datum import gcj02_to_bd09, wgs84_to_gcj02
from geo.errors import PlanMapError
from geo.remote.xml import read_xml
from geo.tiles.archive import tiles_in
from layers.allowed_hosts import allow, allowed_hosts, forbid, hosts_file
from layers.browser.face import screen_characters
from layers.browser.payload import plan_payload
from layers.draw.drawing import Raster, TextLine
from layers.draw.paper import Paper
from layers.plan.deck import Deck, Slide
from layers.plan.plan import Plan
from layers.plan.scene import Scene, ViewState
from layers.plan.terms import Text
from layers.present.briefing import briefing
from layers.present.pptx.view_map import slide_map
from layers.present.service_cut import MOST_BYTES
from layers.present.taken_along import cut_words, services_along
from layers.present.view import view, views
from layers.resources import default_plan_folder
from layers.service.files import add_service, service_layers
from layers.service.linking import Wish, offered, service_of
from layers.service.service_layer import ServiceKind, ServiceLayer, read_layer
from layers.service.tile_cache import clear_out, folder, keep_tile, kept_tile
from layers.service.tiles import tile, tile_address
from layers.sheet.sheet import Order, Sheet, compose
from layers.translation import translation
from tests.command import call, one_line
from tests.map_services import apart, colours, own_settings, tile_picture, wms, wmts, wmts_in_degrees, xyz
from tests.own_files import plan_in
from tests.remote_server import Reply, Served, png, served
from tests.test_sheet import DAY

__all__ = ["own_settings"]

pytestmark = pytest.mark.usefixtures("own_settings")

ZH, EN = translation("zh"), translation("en")
DAY_ADDED = "2026-11-27"


@pytest.fixture
def where(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_plan_folder(), tmp_path / "plan"))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(PlanMapError) as found:
        act()
    # Both languages have words for it.
    for text in (ZH, EN):
        text.explain(found.value)
    return found.value.code


def linked(where: Path, server: Served, target: str, **wish: object) -> ServiceLayer:
    allow(server.host, private=True)
    row = service_of(Wish(server.at(target), **wish), added=DAY_ADDED)  # type: ignore[arg-type]
    return add_service(plan_in(where), row)


def shown(layer: ServiceLayer, **more: object) -> Scene:
    view = ViewState(39.08, 117.35, 14.0)
    return Scene(view=view, visible=MappingProxyType({layer.scene_id: True}), **more)  # type: ignore[arg-type]


def sheet(where: Path, scene: Scene) -> Sheet:
    return compose(plan_in(where), scene, Order(Paper.parse("A4")), today=DAY)


def raster(made: Sheet) -> Raster:
    [found] = [part for part in made.drawing.ground if isinstance(part, Raster)]
    return found


def lies_right(plan: Plan, found: Raster, datum: str = "wgs84") -> None:
    """Assert that a picture has each colour where it belongs."""
    rows, columns = found.pixels.shape[:2]
    row, column = np.meshgrid(np.arange(20, rows - 20, 37), np.arange(20, columns - 20, 37), indexing="ij")
    west, south, east, north = found.extent
    x = west + (column.ravel() + 0.5) / columns * (east - west)
    y = north - (row.ravel() + 0.5) / rows * (north - south)
    longitude, latitude = plan.grid.degrees(np.column_stack([x, y])).T
    if datum != "wgs84":
        longitude, latitude = wgs84_to_gcj02(longitude, latitude)
    if datum == "bd09":
        longitude, latitude = gcj02_to_bd09(longitude, latitude)
    seen = found.pixels[row.ravel(), column.ravel()]
    assert (seen[:, 3] == 255).all()
    off = apart(seen[:, :2].astype(float), colours(longitude, latitude))
    # Where a colour goes around, neighbours are mixed.
    assert np.quantile(off, 0.95) < 3


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_tiles_lie_right_on_a_sheet(where: Path, datum: str) -> None:
    with served(xyz) as server:
        layer = linked(where, server, "/t/{z}/{x}/{y}.png", name="影像", datum=datum, credit="测绘院")
        made = sheet(where, shown(layer))
    lies_right(plan_in(where), raster(made), datum)
    assert made.unfetched == ()


@pytest.mark.parametrize(
    ("version", "systems"),
    [
        ("1.3.0", ("EPSG:4490", "EPSG:3857")),
        ("1.3.0", ("EPSG:4326",)),
        ("1.3.0", ("CRS:84",)),
        ("1.1.1", ("EPSG:4326", "EPSG:3857")),
        ("1.1.1", ("EPSG:4490",)),
    ],
)
def test_a_wms_lies_right_on_a_sheet(where: Path, version: str, systems: tuple[str, ...]) -> None:
    with served(wms(version, *systems)) as server:
        layer = linked(where, server, "/wms", layer="landuse")
        assert (layer.row.name, layer.row.credit, layer.bounds) == ("用地", "规划局", (116, 38, 119, 40.5))
        made = sheet(where, shown(layer))
    lies_right(plan_in(where), raster(made))


@pytest.mark.parametrize("rest", [False, True])
def test_a_wmts_lies_right_on_a_sheet(where: Path, rest: bool) -> None:
    with served(wmts(rest=rest)) as server:
        layer = linked(where, server, "/wmts")
        assert (layer.row.name, layer.row.credit, layer.row.zooms) == ("正射影像", "测绘院", (3, 15))
        made = sheet(where, shown(layer))
    lies_right(plan_in(where), raster(made))


@pytest.mark.parametrize(
    ("system", "corner", "scale_0"),
    [
        ("urn:ogc:def:crs:EPSG::4490", "90.0 -180.0", 2 * 2.958293554545656e8),
        ("urn:ogc:def:crs:EPSG::4326", "90 -180", 559_082_264.0287178),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "-180 90", 559_082_264.0287178),
    ],
    ids=["as 天地图 has it", "latitude first", "longitude first"],
)
def test_a_wmts_in_degrees_lies_right_on_a_sheet(where: Path, system: str, corner: str, scale_0: float) -> None:
    with served(wmts_in_degrees(system, corner, scale_0)) as server:
        layer = linked(where, server, "/wmts")
        assert (layer.row.rows, layer.row.zooms) == ("degrees", (1, 15))
        made = sheet(where, shown(layer))
    lies_right(plan_in(where), raster(made))


@pytest.mark.parametrize("zoom", [1, 3, 9, 14])
def test_a_tile_that_is_put_together_from_degrees_lies_where_one_of_web_maps_does(where: Path, zoom: int) -> None:
    x, y = int((117.4 / 360 + 0.5) * 2**zoom), 0 if zoom == 1 else tile_row(39.08, zoom)
    with served(wmts_in_degrees("urn:ogc:def:crs:EPSG::4490", "90.0 -180.0", 2 * 2.958293554545656e8)) as server:
        layer = linked(where, server, "/wmts")
        content, form = tile(layer, zoom, x, y)
    assert form == "image/png"
    if zoom < 9:
        # The colours go around many times in a pixel.
        return
    found, wanted = (
        np.asarray(Image.open(BytesIO(each)).convert("RGB"))[..., :2].astype(float)
        for each in (content, tile_picture(zoom, x, y))
    )
    step = 360 / 2**zoom / 256 / 0.05 * 256
    assert np.quantile(apart(found, wanted), 0.9) <= step + 1.5


def tile_row(latitude: float, zoom: int) -> int:
    return int((1 - np.arcsinh(np.tan(np.radians(latitude))) / np.pi) / 2 * 2**zoom)


def test_a_wmts_that_counts_with_other_pixels_lies_right_too(where: Path) -> None:
    # 天地图's own figure for its first zoom.
    with served(wmts(rest=False, scale_0=2 * 2.958293554545656e8)) as server:
        layer = linked(where, server, "/wmts")
        made = sheet(where, shown(layer))
    assert layer.row.zooms == (3, 15)
    lies_right(plan_in(where), raster(made))


def test_a_set_of_web_maps_comes_before_one_in_degrees(where: Path) -> None:
    with served(wmts(rest=False)) as server:
        assert linked(where, server, "/wmts").row.rows == "mercator"


def test_a_layer_is_as_faint_as_the_scene_has_it(where: Path) -> None:
    with served(xyz) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像")
        made = sheet(where, shown(layer, opacity=MappingProxyType({layer.scene_id: 0.5})))
    assert set(np.unique(raster(made).pixels[..., 3])) == {127}


def words_of(made: Sheet) -> str:
    return "".join(line.text for page in made.pages for line in page.items if isinstance(line, TextLine))


def test_a_sheet_says_what_could_not_be_fetched_and_why(where: Path) -> None:
    with served(xyz) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像")
    made = sheet(where, shown(layer))
    assert not [part for part in made.drawing.ground if isinstance(part, Raster)]
    [line] = made.unfetched
    assert "影像" in line
    assert "未能取得" in words_of(made)


def test_a_layer_whose_host_is_no_longer_allowed_is_listed_and_not_asked(where: Path) -> None:
    with served(xyz) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像")
        tile(layer, 10, 845, 390)
        asked = len(server.asked)
        forbid(server.host)
        assert refusal(lambda: tile(layer, 10, 845, 390)) == "remote-not-allowed"
        made = sheet(where, shown(layer))
        assert len(server.asked) == asked
    assert "尚未允许" in made.unfetched[0]
    listed = call("layer", "list", "--plan", str(where), folder=where)
    assert [line.split()[:2] for line in listed.stdout.splitlines()] == [["编号", "名称"], ["service-影像", "影像"]]
    assert "planmap host allow" in listed.stderr


def test_tiles_that_are_missing_are_counted(where: Path) -> None:
    def answer(path: str, query: dict[str, str]) -> Reply:
        # Every other one is no picture; those in the last column are not there, which is no fault.
        x, y = (int(part) for part in path.removesuffix(".png").split("/")[-2:])
        return Reply(b"<html>busy</html>", "text/html") if (x + y) % 2 else xyz(path, query)

    with served(answer) as server:
        made = sheet(where, shown(linked(where, server, "/{z}/{x}/{y}.png", name="影像")))
    [line] = made.unfetched
    assert "块未能取得" in line
    assert "busy" in line
    assert raster(made)


def test_where_a_service_has_nothing_the_sheet_says_so(where: Path) -> None:
    with served(lambda path, query: Reply(status=404)) as server:
        made = sheet(where, shown(linked(where, server, "/{z}/{x}/{y}.png", name="影像")))
    assert made.unfetched == ("地图服务“影像”在本图幅内没有内容。",)


# Linking


def test_a_wms_with_several_layers_lists_them(where: Path) -> None:
    with served(wms("1.3.0", "EPSG:3857")) as server:
        refused = one_line(call("layer", "link", server.at("/wms"), "--plan", str(where), folder=where))
        assert "planmap host allow" in refused
        call("host", "allow", server.host, "--private", folder=where)
        listed = call("layer", "link", server.at("/wms"), "--plan", str(where), folder=where)
        assert "--layer landuse  用地" in listed.stdout
        assert "<b>管线</b>" in listed.stdout
        assert service_layers(plan_in(where)) == ()
        made = call(
            "layer", "link", server.at("/wms"), "--plan", str(where), "--layer", "landuse", "--name", "甲", folder=where
        )
        assert made.returncode == 0
    assert [layer.row.name for layer in service_layers(plan_in(where))] == ["甲"]
    removed = call("layer", "remove", "甲", "--plan", str(where), folder=where)
    assert "甲" in removed.stdout
    assert service_layers(plan_in(where)) == ()


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (("nofolder",), "没有“nofolder”这个文件或文件夹"),
        (("http://a.cn/{z}/{x}/{y}.png", "--crs", "EPSG:4549", "--table", "x"), "--table, --crs 不能与"),
        (("http://a.cn/ogc", "--kind", "ogcapi", "--credit", "某局"), "--credit 不能与 ogcapi 一起用"),
        (("postgresql://me@a.cn/land", "--layer", "x", "--zooms", "0-9"), "--zooms, --layer 不能与 postgresql://"),
    ],
)
def test_options_that_mean_nothing_for_what_is_linked_are_refused(
    where: Path, link: tuple[str, ...], words: str
) -> None:
    result = CliRunner().invoke(main, ["layer", "link", *link, "--plan", str(where)])
    assert (result.exit_code, words in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://a.cn/{z}/{x}.png", "service-places"),
        ("http://{s}.a.cn/{z}/{x}/{y}.png", "remote-host-name"),
        ("http://a.cn/{s}/{z}/{x}/{y}.png", "service-subdomain"),
        ("http://a.cn/{z}/{x}/{y}.png?token=abc", "service-secret"),
        ("http://me:pw@a.cn/{z}/{x}/{y}.png", "remote-user"),
        ("http://a.cn/{z}/{x}/{y}.png", "remote-not-allowed"),
        ("http://a.cn/tiles", "service-kind"),
        ("file:///etc/{z}/{x}/{y}", "remote-address"),
        ("http://a.cn/wms", "remote-not-allowed"),
    ],
)
def test_an_address_that_cannot_be_linked_says_why(address: str, code: str) -> None:
    assert refusal(lambda: service_of(Wish(address), added=DAY_ADDED)) == code


ENTITIES = (
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><WMS_Capabilities version="1.3.0">&x;</WMS_Capabilities>'
)
BOMB = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;">]><WMS_Capabilities>&y;</WMS_Capabilities>'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (ENTITIES, "service-entities"),
        (BOMB, "service-entities"),
        (b"<a>" * 100, "service-xml-large"),
        (b"<html><body>busy</body></html>", "service-not-that"),
        (b"not XML", "service-xml"),
        (b"", "service-xml"),
    ],
)
def test_what_a_service_says_of_itself_is_read_as_untrusted(body: bytes, code: str) -> None:
    with served(lambda path, query: Reply(body, "text/xml")) as server:
        allow(server.host, private=True)
        assert refusal(lambda: offered(Wish(server.at("/wms")))) == code
        assert refusal(lambda: offered(Wish(server.at("/wmts")))) in (code, "service-not-that")


@given(st.binary(max_size=200))
def test_any_bytes_are_xml_or_refused(data: bytes) -> None:
    with suppress(PlanMapError):
        read_xml(data, "x")


def test_a_capabilities_document_cannot_lead_to_a_host_that_is_not_allowed(where: Path) -> None:
    good = wms("1.3.0", "EPSG:3857")

    def answer(path: str, query: dict[str, str]) -> Reply:
        found = good(path, query)
        assert isinstance(found.body, bytes)
        return Reply(found.body.replace(b"/wms?map=a.map&amp;", b"http://169.254.169.254/latest?"), found.media_type)

    with served(answer) as server:
        assert refusal(lambda: linked(where, server, "/wms", layer="landuse")) == "remote-not-allowed"


def test_the_typeface_of_the_screen_has_the_characters_of_a_service(where: Path) -> None:
    with served(xyz) as server:
        linked(where, server, "/{z}/{x}/{y}.png", name="龘", credit="靐")
    assert {"龘", "靐"} <= screen_characters(plan_in(where))


# Files beside the plan, which may be anybody's


def test_a_plan_with_the_file_of_a_layer_asks_nobody(where: Path) -> None:
    with served(xyz) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像")
        forbid(server.host)
        # Whatever the file says: the right to ask is none of the plan's.
        text = layer.path.read_text(encoding="utf-8")
        layer.path.write_text(f"{text}private = true\n", encoding="utf-8")
        assert service_layers(plan_in(where)) == ()
        layer.path.write_text(text, encoding="utf-8")
        plan_payload(plan_in(where))
        assert server.asked == []


SOUND = {"form": "1", "kind": '"xyz"', "name": '"n"', "address": '"http://a.cn/{z}/{x}/{y}"'}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("form", "2"),
        ("kind", '"gopher"'),
        ("name", '""'),
        ("name", f'"{"x" * 61}"'),
        ("name", '"a\\u0000b"'),
        ("address", '"http://a.cn/{z}/{x}"'),
        ("address", '"http://a.cn/{z}/{x}/{y}/{evil}"'),
        ("address", '"file:///{z}/{x}/{y}"'),
        ("address", '"http://me@a.cn/{z}/{x}/{y}"'),
        ("address", '"http://a.cn/{z}/{x}/{y}?key=1"'),
        ("zooms", "[5, 2]"),
        ("zooms", "[0, 99]"),
        ("bounds", "[1.0, 1.0, 0.0, 2.0]"),
        ("bounds", "[nan, 1.0, 2.0, 2.0]"),
        ("pixels", "100000"),
        ("datum", '"mars"'),
        ("surprise", '"x"'),
        ("matrices", '["a"]'),
    ],
)
def test_a_file_that_says_what_no_layer_can_be_is_named(where: Path, field: str, value: str) -> None:
    layers = plan_in(where).beside.layers
    assert layers is not None
    layers.mkdir(parents=True, exist_ok=True)
    path = layers / "service-x.toml"
    said = {**SOUND, field: value}
    if field == "matrices":
        said |= {"kind": '"wmts"', "address": '"http://a.cn/{matrix}/{x}/{y}"'}
    path.write_text("".join(f"{name} = {text}\n" for name, text in said.items()), encoding="utf-8")
    assert refusal(lambda: read_layer(path)) == "service-damaged"
    assert "service-x.toml" in call("layer", "list", "--plan", str(where), folder=where).stderr
    path.write_text("".join(f"{name} = {text}\n" for name, text in SOUND.items()), encoding="utf-8")
    assert read_layer(path).row.kind is ServiceKind.XYZ


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a = [" * 5000, b"x = 1\n" * 20000, b"= = ="])
def test_a_file_that_is_none_is_named(where: Path, content: bytes) -> None:
    layers = plan_in(where).beside.layers
    assert layers is not None
    layers.mkdir(parents=True, exist_ok=True)
    (layers / "service-x.toml").write_bytes(content)
    assert refusal(lambda: read_layer(layers / "service-x.toml")) == "service-damaged"


# Hosts


def test_the_list_of_hosts_is_the_users_own(where: Path) -> None:
    call("host", "allow", "Tiles.Example.cn", "--key", "tk=SOME_VARIABLE", folder=where)
    call("host", "allow", "10.0.0.7:8080", "--private", folder=where)
    key = ("host", "allow", "Tiles.Example.cn", "--key", "tk=SOME_VARIABLE")
    for value, warned in (("", True), ("a key", True), ("abc123", False)):
        said = call(*key, folder=where, SOME_VARIABLE=value)
        assert said.returncode == 0
        assert ("环境变量 SOME_VARIABLE 现在没有设置" in said.stderr) is warned
    assert hosts_file().parent.stat().st_mode & 0o77 == 0
    listed = call("host", "list", folder=where).stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["10.0.0.7:8080", "tiles.example.cn"]
    assert "SOME_VARIABLE" in listed[1]
    call("host", "remove", "tiles.example.cn", folder=where)
    assert [str(host) for host in allowed_hosts().all] == ["10.0.0.7:8080"]
    assert "10.0.0.7:8080" in one_line(call("host", "remove", "tiles.example.cn", folder=where))
    one_line(call("host", "allow", "192.168.0.1", folder=where))
    one_line(call("host", "allow", "localhost", folder=where))
    one_line(call("host", "allow", "a.cn", "--key", "no key", folder=where))


@pytest.mark.parametrize("content", ["hosts = 1", "[[hosts]]\nhost = 'a b'", "[[hosts]]\nhost='a.cn'\nall=true", "x"])
def test_a_damaged_list_of_hosts_allows_nothing(content: str) -> None:
    allow("a.cn")
    hosts_file().write_text(content, encoding="utf-8")
    assert refusal(allowed_hosts) == "hosts-damaged"


def test_a_key_comes_from_this_machine_and_goes_to_its_host_alone(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(xyz) as server:
        allow(server.host, private=True, key="tk=MAP_KEY")
        row = service_of(Wish(server.at("/{z}/{x}/{y}.png"), name="影像"), added=DAY_ADDED)
        layer = add_service(plan_in(where), row)
        assert refusal(lambda: tile(layer, 3, 6, 3)) == "host-key-missing"
        monkeypatch.setenv("MAP_KEY", "abc123")
        tile(layer, 3, 6, 3)
        assert server.asked == ["/3/6/3.png?tk=abc123"]
    assert "abc123" not in layer.path.read_text(encoding="utf-8") + hosts_file().read_text(encoding="utf-8")
    assert all(b"abc123" not in path.read_bytes() for path in folder().rglob("*") if path.is_file())


# Tiles


def test_a_tile_is_a_picture_whatever_the_server_calls_it(where: Path) -> None:
    bodies = {
        "1": Reply(png((1, 2, 3)), "text/html"),
        "2": Reply(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/png"),
        "3": Reply(png((1, 2, 3), side=4000), "image/png"),
        "4": Reply(b"", "image/png"),
        "5": Reply(png((1, 2, 3))[:60], "image/png"),
    }
    with served(lambda path, query: bodies[path.split("/")[1]]) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像")
        assert tile(layer, 1, 0, 0)[1] == "image/png"
        for zoom in (2, 3, 4):
            assert refusal(lambda zoom=zoom: tile(layer, zoom, 0, 0)) == "service-answer"


def test_tiles_are_kept_within_a_limit(where: Path) -> None:
    with served(xyz) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像")
        assert tile(layer, 5, 1, 1) == tile(layer, 5, 1, 1)
        assert len(server.asked) == 1
    for number in range(20):
        keep_tile(f"http://a.cn/{number}", bytes(1000))
    clear_out(10_000)
    left = [path for path in folder().rglob("*") if path.is_file()]
    assert 0 < sum(path.stat().st_size for path in left) <= 8_000
    assert kept_tile("http://a.cn/none") is None


def test_the_row_of_a_tile_can_be_counted_from_the_south(where: Path) -> None:
    with served(xyz) as server:
        layer = linked(where, server, "/{z}/{x}/{-y}.png", name="影像")
    assert tile_address(layer, 3, 6, 2, 256).target == "/3/6/5.png"


# The server


Get = Callable[[str], httpx.Response]


@pytest.fixture
def get(serve: Callable[[Path], Context], where: Path) -> Get:
    """A function that asks the server for a path."""
    serve(where)
    transport = httpx.ASGITransport(Starlette(routes=routes(Starlette())))

    async def answer(path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(path)

    return lambda path: asyncio.run(answer(path))


def test_the_server_hands_out_tiles_and_says_why_not(get: Get, where: Path) -> None:
    with served(xyz) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="<b>影像</b>")
        [payload] = plan_payload(plan_in(where))["services"]
        assert server.host not in payload["url"]
        answer = get(f"/{payload['url']}3/6/3")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert get(f"/{payload['url']}state").json() == {"words": ""}
        for path in ("3/8/0", "25/0/0", "3/-1/0"):
            assert get(f"/{payload['url']}{path}").status_code == 404
        assert get(f"/service/{layer.id}/0000/3/6/3").status_code == 404
        forbid(server.host)
        assert get(f"/{payload['url']}3/6/4").status_code == 403
        assert "planmap host allow" in get(f"/{payload['url']}state?lang=en").json()["words"]
        allow(server.host, private=True)
    assert get(f"/{payload['url']}3/6/5").status_code == 502
    assert "could not" not in get(f"/{payload['url']}state?lang=en").json()["words"]
    assert "cannot be reached" in get(f"/{payload['url']}state?lang=en").json()["words"]


def test_what_a_service_lacks_is_an_empty_picture(get: Get, where: Path) -> None:
    with served(lambda path, query: Reply(status=404)) as server:
        linked(where, server, "/{z}/{x}/{y}.png", name="影像")
        [payload] = plan_payload(plan_in(where))["services"]
        answer = get(f"/{payload['url']}3/6/3")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
        assert get(f"/{payload['url']}state").json() == {"words": ""}


def deck_with(layer: ServiceLayer) -> Deck:
    scene = Scene(site="junliangcheng-north", visible=MappingProxyType({layer.scene_id: True}))
    return Deck("d", Text("册", "Deck"), (Slide(Text("一", "One")), Slide(Text("二", "Two"), scene=scene)))


def test_a_briefing_takes_the_pictures_of_its_views_along(where: Path) -> None:
    with served(xyz) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像", credit="测绘院")
        plan, deck = plan_in(where), deck_with(layer)
        made = briefing(plan, deck, language="zh", today=DAY)
        assert cut_words(plan, deck, ZH, today=DAY) == []
        [along] = services_along(plan, views(plan, deck, language="zh", today=DAY), plan_payload(plan)["services"])
    assert "测绘院" in made
    assert next(iter(along["tiles"].values())).partition(",")[2] in made
    assert along["url"] == ""
    # What the largest screen shows of the view, and all of it.
    west, south, east, north = views(plan, deck, language="zh", today=DAY)[1].bounds
    zooms = {int(key.partition("/")[0]) for key in along["tiles"]}
    assert len(zooms) == 1
    wanted = {"/".join(map(str, place)) for place in tiles_in((west, south, east, north), zooms.pop())}
    assert wanted <= along["tiles"].keys()
    place = next(iter(along["tiles"]))
    content = base64.b64decode(along["tiles"][place].partition(",")[2])
    assert content == tile(layer, *(int(part) for part in place.split("/")))[0]


def test_a_briefing_says_on_the_page_which_service_is_not_in_it_and_why(where: Path) -> None:
    with served(lambda path, query: Reply(status=500)) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像")
        plan, deck = plan_in(where), deck_with(layer)
        [line] = cut_words(plan, deck, ZH, today=DAY)
        made = briefing(plan, deck, language="zh", today=DAY)
        [along] = services_along(plan, views(plan, deck, language="zh", today=DAY), plan_payload(plan)["services"])
    assert "2" in line
    assert "影像" in line
    assert made.count('<p class="missing">') == 1
    assert along["tiles"] == {}


def test_a_briefing_asks_no_host_that_is_not_allowed(where: Path) -> None:
    with served(xyz) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像")
        forbid(server.host)
        before = len(server.asked)
        [line] = cut_words(plan_in(where), deck_with(layer), EN, today=DAY)
        assert len(server.asked) == before
    assert "allow" in line


def test_a_briefing_has_coarser_pictures_where_the_fine_ones_have_no_room(where: Path) -> None:
    def heavy(path: str, query: dict[str, str]) -> Reply:
        noise = np.random.default_rng(len(path)).integers(0, 255, (256, 256, 3), dtype=np.uint8)
        file = BytesIO()
        Image.fromarray(noise).save(file, "PNG")
        return Reply(file.getvalue(), "image/png")

    with served(heavy) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像")
        plan, deck = plan_in(where), deck_with(layer)
        [line] = cut_words(plan, deck, ZH, today=DAY)
        [along] = services_along(plan, views(plan, deck, language="zh", today=DAY), plan_payload(plan)["services"])
    assert "较粗" in line
    assert 0 < sum(map(len, along["tiles"].values())) <= MOST_BYTES


def test_a_legend_names_the_service_and_its_source_where_it_came(where: Path) -> None:
    with served(xyz) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像", credit="测绘院")
        made = sheet(where, shown(layer))
    words = [part.text for part in made.drawing.items if isinstance(part, TextLine)]
    assert "影像（测绘院）" in words
    assert "地图服务" in words
    # In the line of sources, too.
    assert any("测绘院" in each for each in words if each != "影像（测绘院）")


def test_a_legend_does_not_list_a_service_that_did_not_come(where: Path) -> None:
    with served(lambda path, query: Reply(status=500)) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像", credit="测绘院")
        made = sheet(where, shown(layer))
    assert "影像（测绘院）" not in [part.text for part in made.drawing.items if isinstance(part, TextLine)]


def test_a_slide_names_the_service_in_its_legend(where: Path) -> None:
    with served(xyz) as server:
        layer = linked(where, server, "/{z}/{x}/{y}.png", name="影像", credit="测绘院")
        plan = plan_in(where)
        slide = view(plan, Slide(Text("", ""), scene=shown(layer)), 1, language="zh", today=DAY)
        made, _ = slide_map(plan, slide, 200, 120, ZH)
    assert "影像（测绘院）" in [entry.text for entry in made.entries]
