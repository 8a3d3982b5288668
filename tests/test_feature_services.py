"""Features that stay with a service: fetched as a working copy, exactly, and whatever the service answers."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import httpx
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import PlanMapError
from geo.feature_service.asker import Asker
from geo.feature_service.offer import code_of
from geo.feature_service.ogc_api import offer_of
from geo.feature_service.work import collect
from geo.foreign.child import Cancelled
from geo.remote.address import parse
from layers.allowed_hosts import allow
from layers.browser.face import screen_characters
from layers.browser.payload import plan_payload
from layers.draw.drawing import TextLine
from layers.draw.paper import Paper
from layers.own.files import find_layer, own_layers, remove_layer, restyle
from layers.own.linked.fetching import box_in
from layers.own.linked.refreshing import refresh as refresh_layer
from layers.own.linked.source import source_of
from layers.own.look import style_of
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.own.style_json import to_json
from layers.own.words import credit_words
from layers.plan.plan import Plan
from layers.plan.scene import Scene, ViewState
from layers.resources import default_plan_folder
from layers.sheet.sheet import Order, compose
from layers.translation import translation
from tests.browser.server import serving
from tests.command import call, one_line
from tests.feature_services import NAME, Ground, ground, ogc_api, reply, wfs
from tests.map_services import own_settings
from tests.own_files import plan_in
from tests.remote_server import Reply, Served, served
from tests.test_sheet import DAY

__all__ = ["own_settings"]

pytestmark = pytest.mark.usefixtures("own_settings")

ZH, EN = translation("zh"), translation("en")


@pytest.fixture
def where(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_plan_folder(), tmp_path / "plan"))


def link(where: Path, server: Served, target: str, *options: str, lang: str = "en") -> str:
    allow(server.host, private=True)
    result = call(
        "layer",
        "link",
        server.at(target),
        "--layer",
        NAME,
        *options,
        "--plan",
        str(where),
        "--lang",
        lang,
        folder=where,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def last_line(result: Any) -> str:
    """Return the line in which a command refuses after it has shown how far it was."""
    assert result.returncode == 2, result
    line = result.stderr.strip().splitlines()[-1]
    assert " → " in line
    return str(line)


def only_layer(where: Path) -> OwnLayer:
    [layer] = own_layers(plan_in(where))
    return layer


def lies_right(layer: OwnLayer, held: Ground, within_m: float = 0.01) -> None:
    """Assert that a layer has the features of the ground, each with its values where it is."""
    with opened(layer) as package:
        found = package.all(["地块编号", "容积率"])
    by_name = dict(
        zip(found.values["地块编号"], zip(found.geometries, found.values["容积率"], strict=True), strict=True)
    )
    assert len(found) == len(by_name) == len(held.frame)
    for _, row in held.frame.iterrows():
        shape, ratio = by_name[row["地块编号"]]
        assert ratio == row["容积率"]
        # Corners may begin elsewhere.
        corners = [np.sort(shapely.get_coordinates(each)[:-1], axis=0) for each in (shape, row.geometry)]
        assert np.abs(corners[0] - corners[1]).max() * 111_000 < within_m


# What comes is exact


SLOW = pytest.mark.slow


@SLOW
@pytest.mark.parametrize(
    ("options", "given", "within_m"),
    [
        ((), {}, 0.01),
        (("--datum", "gcj02"), {"datum": "gcj02"}, 0.1),
        (("--datum", "bd09"), {"datum": "bd09"}, 0.5),
        (("--crs", "EPSG:4490"), {"systems": [4490]}, 0.01),
        (("--crs", "EPSG:4549"), {"systems": [4490, 4549]}, 0.01),
    ],
)
def test_a_collection_comes_whole_and_to_its_place(
    where: Path, options: tuple[str, ...], given: dict[str, Any], within_m: float
) -> None:
    held = ground()
    with served(ogc_api(held, **given)) as server:
        said = link(where, server, "/api", *options)
        # A landing page, a list, three pages, and how many there are elsewhere.
        assert sum("items" in path for path in server.asked) == 4
    layer = only_layer(where)
    lies_right(layer, held, within_m)
    assert "20 features came from" in said
    assert f"as of {source_of(layer).fetched[:10]}" in credit_words(layer, EN)
    assert server.host in credit_words(layer, ZH)
    assert layer.name == "地块"
    assert "outside" not in said


@SLOW
@pytest.mark.parametrize("version", ["2.0.0", "1.1.0"])
@pytest.mark.parametrize("paging", [True, False])
@pytest.mark.parametrize(("options", "epsg"), [((), 4490), ((), 4549), (("--crs", "4549"), 4326)])
def test_a_feature_type_comes_whole_and_to_its_place(
    where: Path, version: str, paging: bool, options: tuple[str, ...], epsg: int
) -> None:
    held = ground()
    with served(wfs(held, version=version, paging=paging, epsg=epsg, others=[4549, 3857])) as server:
        said = link(where, server, "/wfs?service=WFS", *options)
        asked = [path for path in server.asked if "GetFeature" in path and "hits" not in path]
    assert len(asked) == (3 if paging and version == "2.0.0" else 1)
    layer = only_layer(where)
    lies_right(layer, held)
    assert layer.position.stated
    assert layer.position.system == f"EPSG:{4549 if options else epsg}"
    assert "20 features came from" in said


@SLOW
@pytest.mark.parametrize("epsg", [4326, 4490, 4549])
@pytest.mark.parametrize("says_system", [True, False])
def test_a_server_with_its_axes_the_other_way_round_is_seen_through(where: Path, epsg: int, says_system: bool) -> None:
    held = ground()
    turned = wfs(held, epsg=epsg, latitude_first=lambda system: True, says_system=says_system)
    with served(turned) as server:
        said = link(where, server, "/wfs")
    lies_right(only_layer(where), held)
    assert "the axes came the other way round" in said


@SLOW
def test_a_server_in_gcj02_is_asked_for_its_own_box(where: Path) -> None:
    held = ground()
    with served(wfs(held, epsg=4326, datum="gcj02")) as server:
        west, south, east, north = held.box
        middle = (west + east) / 2
        said = link(where, server, "/wfs", "--datum", "gcj02", "--bbox", f"{middle},{south - 1},{east + 1},{north + 1}")
    layer = only_layer(where)
    with opened(layer) as package:
        bounds = shapely.bounds(package.all().geometries)
    # The middle runs through the third of five columns.
    assert len(bounds) == 12
    assert "20 in all; 8 of them lie outside of the frame" in said
    assert bounds[:, 2].min() > middle - 1e-6
    assert layer.position.system == "gcj02"


@SLOW
def test_the_frame_is_the_plan_with_its_surroundings_unless_somebody_says_otherwise(where: Path) -> None:
    held = ground()
    far = held.frame.copy()
    far["geometry"] = far.geometry.translate(10, 5)
    both = Ground(gpd.GeoDataFrame(pd.concat([held.frame, far], ignore_index=True), crs=4326))
    with served(ogc_api(both)) as server:
        assert "40 in all; 20 of them lie outside" in link(where, server, "/api", "--name", "near")
        assert find_layer(plan_in(where), "near").count == 20
        link(where, server, "/api", "--name", "all", "--bbox", "all")
        assert find_layer(plan_in(where), "all").count == 40
        assert not any("bbox" in path for path in server.asked[-7:])


@SLOW
@pytest.mark.parametrize("speaks", [ogc_api, wfs])
def test_a_service_with_nothing_in_the_frame_says_how_to_take_everything(
    where: Path, speaks: Callable[[Ground], Any]
) -> None:
    held = ground()
    with served(speaks(Ground(held.frame.assign(geometry=held.frame.geometry.translate(10, 5))))) as server:
        allow(server.host, private=True)
        address = server.at("/api" if speaks is ogc_api else "/wfs?service=WFS")
        asked = ["layer", "link", address, "--layer", NAME, "--plan", str(where), "--lang", "en"]
        refused = last_line(call(*asked, folder=where))
        assert "has no features in the frame" in refused
        assert "--bbox all" in refused
        assert not own_layers(plan_in(where))


@SLOW
def test_a_service_with_several_collections_lists_them(where: Path) -> None:
    with served(ogc_api(ground())) as server:
        allow(server.host, private=True)
        listed = call("layer", "link", server.at("/api"), "--plan", str(where), folder=where)
        assert listed.returncode == 0
        assert f"--layer {NAME}" in listed.stdout
        assert "map" not in listed.stdout
        assert own_layers(plan_in(where)) == ()
        wrong = call("layer", "link", server.at("/api"), "--layer", "x", "--plan", str(where), folder=where)
        assert NAME in last_line(wrong)
    with served(wfs(ground())) as server:
        allow(server.host, private=True)
        listed = call("layer", "link", server.at("/wfs"), "--plan", str(where), folder=where)
        assert f"--layer {NAME}" in listed.stdout


@SLOW
def test_the_address_of_a_collection_names_it(where: Path) -> None:
    with served(ogc_api(replace(ground()))) as server:
        allow(server.host, private=True)
        target = f"/api/collections/{NAME}/items?limit=3&f=json"
        result = call("layer", "link", server.at(target), "--plan", str(where), folder=where)
        assert result.returncode == 0, result.stderr
    assert only_layer(where).count == 20


@SLOW
def test_fewer_than_promised_and_repeated_ones_are_said(where: Path) -> None:
    def twice(data: dict[str, Any], offset: int) -> dict[str, Any]:
        return {**data, "features": [*data["features"], *data["features"][:1]]}

    with served(ogc_api(ground(), promised=25, change=twice)) as server:
        said = link(where, server, "/api")
    assert only_layer(where).count == 20
    assert "there are 25: 2 fewer came" in said
    assert "3 came twice and were taken once" in said


@SLOW
def test_planmap_reads_what_planmap_serves(where: Path, tmp_path: Path, plan: Plan) -> None:
    with serving(tmp_path, options=["--ogc"]) as url:
        allow(url.removeprefix("http://"), private=True)
        listed = call("layer", "link", f"{url}/ogc", "--plan", str(where), folder=where)
        assert "--layer places-points" in listed.stdout
        command = ("layer", "link", f"{url}/ogc?lang=en", "--layer", "places", "--bbox", "all", "--name", "places")
        result = call(*command, "--plan", str(where), folder=where)
        assert result.returncode == 0, result.stderr
        given = httpx.get(f"{url}/ogc/collections/places/items?limit=1000").json()["features"]
    with opened(only_layer(where)) as package:
        found = package.all(["id", "site_name"])
    placed = {each["id"]: each for each in given if each["geometry"] is not None}
    assert len(found) == len(placed) == sum(site.placed for site in plan.sites.values())
    for shape, name, words in zip(found.geometries, found.values["id"], found.values["site_name"], strict=True):
        assert words == plan.sites[name].name.en
        assert shapely.hausdorff_distance(shape, shapely.geometry.shape(placed[name]["geometry"])) < 1e-9


# What comes is not trusted


def collected(server: Served, kind: str, tmp_path: Path, *, host: str = "", **more: Any) -> dict[str, Any]:
    job = {
        "kind": kind,
        "address": server.at("/wfs" if kind == "wfs" else "/api"),
        "layer": NAME,
        "box": None,
        "epsg": 0,
        "degrees": False,
        "target": str(tmp_path / "out.geojson"),
        "hosts": [("127.0.0.1", server.port, True)],
        "keys": [],
        **more,
    }
    return collect(job, lambda share: None)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(PlanMapError) as found:
        act()
    for text in (ZH, EN):
        text.explain(found.value)
    return found.value.code


def third(reply_: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any], int], Any]:
    return lambda data, offset: reply_(data) if offset >= 14 else data


def endless() -> Iterator[bytes]:
    while True:
        yield b" " * 2**20


SPOILED: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("source-answer", lambda data: Reply(b'{"type": "FeatureCollection", "features": [', "application/geo+json")),
    ("source-answer", lambda data: Reply(b"[" * 100_000, "application/geo+json")),
    ("source-answer", lambda data: Reply(b"\xff\xfe\x00", "application/geo+json")),
    ("source-answer", lambda data: [1, 2]),
    ("source-answer", lambda data: {**data, "features": "many"}),
    ("source-answer", lambda data: {**data, "features": [{"type": "Point", "coordinates": [1, 2]}]}),
    ("source-answer", lambda data: {**data, "type": "Feature"}),
    ("remote-status", lambda data: Reply(b"no", status=500)),
    ("remote-not-allowed", lambda data: Reply(status=302, headers={"Location": "http://169.254.169.254/latest"})),
    ("remote-not-allowed", lambda data: Reply(status=302, headers={"Location": "http://localhost:1/"})),
    ("remote-large", lambda data: Reply(endless(), "application/geo+json")),
    (
        "remote-large",
        lambda data: Reply(gzip.compress(bytes(200 * 2**20)), "application/json", headers={"Content-Encoding": "gzip"}),
    ),
    (
        "source-said",
        lambda data: Reply(b"<E><ExceptionText>out of memory</ExceptionText></E>", "text/xml"),
    ),
    (
        "source-answer",
        lambda data: Reply(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "text/xml"),
    ),
]


@pytest.mark.parametrize(("code", "spoil"), SPOILED)
@pytest.mark.parametrize("kind", ["ogcapi", "wfs"])
def test_a_third_page_that_is_none_ends_it(
    tmp_path: Path, kind: str, code: str, spoil: Callable[[dict[str, Any]], Any]
) -> None:
    speaks: Callable[..., Any] = wfs if kind == "wfs" else ogc_api
    with served(speaks(ground(), change=third(spoil))) as server:
        assert refusal(lambda: collected(server, kind, tmp_path)) == code


def with_next(href: str) -> Callable[[dict[str, Any], int], Any]:
    return lambda data, offset: {**data, "links": [{"rel": "next", "href": href}]}


@pytest.mark.parametrize(
    ("href", "code"),
    [
        ("http://127.0.0.1:1/api/collections/plots/items?offset=7", "source-elsewhere"),
        ("http://example.cn/items", "source-elsewhere"),
        ("file:///etc/passwd", "remote-address"),
        ("?offset=7", "source-loop"),
        ("?", "source-loop"),
        ("http://u:p@127.0.0.1/", "remote-user"),
    ],
)
def test_a_next_page_is_at_the_same_host_and_another_one(tmp_path: Path, href: str, code: str) -> None:
    with served(ogc_api(ground(), change=with_next(href))) as server:
        assert refusal(lambda: collected(server, "ogcapi", tmp_path)) == code


def test_pages_without_features_do_not_go_on_for_ever(tmp_path: Path) -> None:
    def empty(data: dict[str, Any], offset: int) -> dict[str, Any]:
        return {**data, "features": [], "links": [{"rel": "next", "href": f"?offset={offset + 1}"}]}

    with served(ogc_api(ground(), change=empty)) as server:
        assert refusal(lambda: collected(server, "ogcapi", tmp_path)) == "source-loop"
        assert len(server.asked) < 40


def test_a_next_page_by_http_is_asked_by_https_where_the_first_was() -> None:
    from geo.feature_service.page import next_page

    here = parse("https://a.cn/items")
    assert next_page(here, "http://a.cn/items?offset=7").text == "https://a.cn/items?offset=7"
    assert refusal(lambda: next_page(here, "http://a.cn:8080/items")) == "source-elsewhere"


def test_a_host_that_is_not_allowed_is_not_asked(where: Path, tmp_path: Path) -> None:
    with served(ogc_api(ground())) as server:
        line = one_line(call("layer", "link", server.at("/api"), "--plan", str(where), "--lang", "en", folder=where))
        assert "planmap host allow" in line
        # Nor one that is allowed as a host of the internet and lies here.
        assert refusal(lambda: collected(server, "ogcapi", tmp_path, hosts=[("127.0.0.1", server.port, False)])) == (
            "remote-private"
        )
        assert server.asked == []


def test_a_key_goes_to_its_host_alone_and_into_no_file(
    where: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_line(call("layer", "link", "http://a.cn/wfs?token=1", "--plan", str(where), folder=where))
    with served(ogc_api(ground())) as server:
        key = [(("127.0.0.1", server.port, True), "tk", "abc123")]
        collected(server, "ogcapi", tmp_path, keys=key)
        assert all(path.count("tk=abc123") == 1 for path in server.asked)
        allow(server.host, private=True, key="tk=NO_SUCH_VARIABLE")
        result = call("layer", "link", server.at("/api"), "--plan", str(where), folder=where)
        assert "NO_SUCH_VARIABLE" in one_line(result)
    assert b"abc123" not in (tmp_path / "out.geojson").read_bytes()


def test_geojson_comes_before_gml_and_neither_is_refused_by_name(tmp_path: Path) -> None:
    with served(wfs(ground(), forms=["csv", "SHAPE-ZIP", "GML2-GZIP"])) as server:
        assert refusal(lambda: collected(server, "wfs", tmp_path)) == "source-form"
    forms = ["application/gml+xml; version=3.2", "text/xml; subtype=gml/3.1.1"]
    for form in ("application/json; subtype=geojson", "geojson", "application/geo+json"):
        with served(wfs(ground(), forms=[*forms, "text/javascript", "ESRIGEOJSON", form])) as server:
            assert collected(server, "wfs", tmp_path)["count"] == 20
            assert "json" in server.asked[1]


def test_an_old_version_and_other_things_are_no_wfs(tmp_path: Path) -> None:
    with served(wfs(ground(), version="1.0.0")) as server:
        assert refusal(lambda: collected(server, "wfs", tmp_path)) == "source-version"
    bodies = {
        b"<html/>": "service-not-that",
        b"no": "service-xml",
        b"<a>" * 100: "service-xml-large",
        b'<!DOCTYPE a [<!ENTITY x "ha">]><WFS_Capabilities version="2.0.0">&x;</WFS_Capabilities>': "service-entities",
    }
    for body, code in bodies.items():
        with served(lambda path, query, body=body: Reply(body, "text/xml")) as server:
            assert refusal(lambda: collected(server, "wfs", tmp_path)) == code
    with served(lambda path, query: reply({"hello": 1})) as server:
        assert refusal(lambda: collected(server, "ogcapi", tmp_path)) == "service-not-that"


def test_a_type_without_pages_is_asked_for_at_once(tmp_path: Path) -> None:
    def no_order(data: dict[str, Any], start: int) -> Any:
        return data

    good = wfs(ground(), change=no_order)
    plain = wfs(ground(), paging=False)

    def answer(path: str, query: dict[str, str]) -> Reply:
        if "startindex" in query:
            said = b"<ExceptionReport><ExceptionText>Cannot do natural order</ExceptionText></ExceptionReport>"
            return Reply(said, "text/xml")
        return (good if query.get("request") == "GetCapabilities" else plain)(path, query)

    with served(answer) as server:
        assert collected(server, "wfs", tmp_path)["count"] == 20


def test_a_server_that_begins_anew_with_each_page_comes_to_an_end(tmp_path: Path) -> None:
    held = ground()

    def same(data: dict[str, Any], start: int) -> dict[str, Any]:
        return {"type": "FeatureCollection", "features": held.features(4490)[:7]}

    with served(wfs(held, change=same)) as server:
        found = collected(server, "wfs", tmp_path)
    # That there are more is known from its count.
    assert (found["count"], found["matched"]) == (7, 20)

    def again(data: dict[str, Any], offset: int) -> dict[str, Any]:
        return {**same(data, 0), "links": [{"rel": "next", "href": f"?offset={offset + 1}"}]}

    with served(ogc_api(held, change=again)) as server:
        assert refusal(lambda: collected(server, "ogcapi", tmp_path)) == "source-loop"


def test_a_server_that_cannot_count_is_no_reason_to_do_without_features(tmp_path: Path) -> None:
    good = wfs(ground(), version="1.1.0")

    def answer(path: str, query: dict[str, str]) -> Reply:
        return Reply(b"no", status=500) if query.get("resulttype") == "hits" else good(path, query)

    with served(answer) as server:
        found = collected(server, "wfs", tmp_path, box=[116.0, 38.0, 119.0, 41.0])
    assert (found["count"], found["matched"], found["total"]) == (20, None, None)


def test_a_server_that_reads_the_box_the_other_way_round_is_asked_again(tmp_path: Path) -> None:
    held = ground()
    # It has the latitude first in whatever form a system is named, but in what it gives.
    backwards = wfs(held, epsg=4326, latitude_first=lambda system: True)
    with served(backwards) as server:
        found = collected(server, "wfs", tmp_path, box=[116.0, 38.0, 119.0, 41.0])
    assert (found["count"], found["total"], found["turned"]) == (20, 20, True)


def test_a_server_that_gives_another_system_than_asked_says_so(tmp_path: Path) -> None:
    held = ground()

    def in_metres(data: dict[str, Any], start: int) -> dict[str, Any]:
        name = {"type": "name", "properties": {"name": "EPSG:3857"}}
        return {**data, "features": held.features(3857)[start : start + 7], "crs": name}

    with served(wfs(held, change=in_metres)) as server:
        found = collected(server, "wfs", tmp_path)
    assert (found["epsg"], found["count"], found["turned"]) == (3857, 20, False)

    def at_last(data: dict[str, Any], start: int) -> dict[str, Any]:
        return in_metres(data, start) if start >= 14 else data

    with served(wfs(held, change=at_last)) as server:
        assert refusal(lambda: collected(server, "wfs", tmp_path)) == "source-systems"


def test_a_page_for_people_is_asked_for_again_as_json(tmp_path: Path) -> None:
    good = ogc_api(ground())

    def answer(path: str, query: dict[str, str]) -> Reply:
        return good(path, query) if query.get("f") == "json" else Reply(b"<html></html>", "text/html")

    with served(answer) as server:
        assert collected(server, "ogcapi", tmp_path)["count"] == 20


def test_texts_in_gb18030_and_odd_values_come_through(tmp_path: Path) -> None:
    def odd(data: dict[str, Any], offset: int) -> Reply:
        text = json.dumps(data, ensure_ascii=False).replace('"容积率": 0.5,', '"容积率": NaN,')
        return Reply(text.encode("gb18030"), "application/json")

    with served(ogc_api(ground(), change=odd)) as server:
        assert collected(server, "ogcapi", tmp_path)["count"] == 20
    written = json.loads((tmp_path / "out.geojson").read_text())
    assert written["features"][0]["properties"]["地块编号"] == "JLC-00"


def test_names_of_a_service_are_words_only() -> None:
    evil = "<img src=x onerror=alert(1)>\x1b[31m"
    data = {"collections": [{"id": evil, "title": evil}, {"id": 5}, "x", {"id": ""}]}
    with served(lambda path, query: reply(data)) as server:
        asker = Asker({"hosts": [("127.0.0.1", server.port, True)], "keys": []})
        [layer] = offer_of(asker, parse(server.at("/api"))).layers
    assert "\x1b" not in layer.title
    assert layer.items.startswith(server.at("/"))


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("urn:ogc:def:crs:EPSG::4490", 4490),
        ("urn:ogc:def:crs:EPSG:6.9:4549", 4549),
        ("EPSG:4326", 4326),
        ("http://www.opengis.net/def/crs/EPSG/0/4549", 4549),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", 4326),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 84),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 84),
        ("IGNF:LAMB93", 0),
        ("", 0),
    ],
)
def test_the_names_of_systems_are_understood(system: str, code: int) -> None:
    assert code_of(system) == code


def test_a_box_in_an_offset_frame_is_around_the_same_ground() -> None:
    west, south, east, north = box_in((117.0, 39.0, 118.0, 40.0), "gcj02")
    assert 0.004 < west - 117.0 < 0.008
    assert 0 < south - 39.0 < 0.003
    assert box_in((117.0, 39.0, 118.0, 40.0), "") == (117.0, 39.0, 118.0, 40.0)
    assert box_in((117.0, 39.0, 118.0, 40.0), "bd09")[0] > west
    assert east > west
    assert north > south


# Refreshing


def refresh(where: Path, *options: str) -> Any:
    return call("layer", "refresh", *options, "--plan", str(where), "--lang", "en", folder=where)


@SLOW
def test_a_layer_is_fetched_anew_and_stays_itself(where: Path) -> None:
    held, state = ground(), {"rows": 4}
    with served(lambda path, query: ogc_api(ground(state["rows"]))(path, query)) as server:
        link(where, server, "/api", "--name", "地块一", "--group", "规划")
        before = only_layer(where)
        styled = restyle(before, to_json(style_of(before)), "a.qml")
        assert "has not changed: 20 features" in refresh(where, "地块一").stdout
        lies_right(only_layer(where), held)
        state["rows"] = 6
        done = refresh(where, "--all")
        assert "20 features before, 30 now" in done.stdout, done.stderr
    after = only_layer(where)
    lies_right(after, ground(6))
    kept = ("id", "path", "name", "group", "added", "moment", "style", "style_from")
    assert [getattr(after, name) for name in kept] == [getattr(styled, name) for name in kept]
    assert source_of(after).fetched >= source_of(before).fetched


@SLOW
@pytest.mark.parametrize("share", [0.0, 0.6, 0.8])
def test_whoever_cancels_keeps_what_there_was(where: Path, share: float) -> None:
    state = {"rows": 4}
    with served(lambda path, query: ogc_api(ground(state["rows"]))(path, query)) as server:
        link(where, server, "/api")
        layer = only_layer(where)
        before, state["rows"] = layer.path.read_bytes(), 6

        def progress(done: float) -> None:
            if done >= share:
                raise Cancelled

        with pytest.raises(Cancelled):
            refresh_layer(plan_in(where), layer, progress=progress)
        assert layer.path.read_bytes() == before
        assert [path.name for path in layer.path.parent.iterdir()] == [layer.path.name]
        # Nor does one come back that somebody has removed in the meantime.
        remove_layer(plan_in(where), layer.id)
        with pytest.raises(PlanMapError):
            refresh_layer(plan_in(where), layer)
        assert own_layers(plan_in(where)) == ()


@SLOW
def test_everything_that_draws_says_as_of_when(where: Path) -> None:
    with served(ogc_api(ground())) as server:
        link(where, server, "/api")
    layer = only_layer(where)
    row = source_of(layer)
    assert row is not None
    words = f"{server.host} {NAME}，截至 {row.fetched[:10]} {row.fetched[11:16]}（UTC）"
    plan = plan_in(where)
    [payload] = plan_payload(plan)["own"]
    assert words in payload["credit"]["zh"]
    assert set(words) <= screen_characters(plan)
    view = ViewState(layer.bounds[1], layer.bounds[0], 15.0)
    scene = Scene(view=view, visible=MappingProxyType({layer.scene_id: True}))
    made = compose(plan, scene, Order(Paper.parse("A4")), today=DAY)
    drawn = "".join(line.text for line in made.drawing.items if isinstance(line, TextLine))
    assert words.replace(" ", "") in drawn.replace(" ", "")


@SLOW
def test_a_source_that_is_away_or_broken_costs_nothing(where: Path) -> None:
    state: dict[str, Any] = {"speak": ogc_api(ground())}
    with served(lambda path, query: state["speak"](path, query)) as server:
        link(where, server, "/api")
        before = only_layer(where).path.read_bytes()
        broken = Reply(b"{", "application/json")
        for speak in (
            ogc_api(ground(), change=third(lambda data: broken)),
            ogc_api(ground(), change=lambda data, offset: {**data, "features": [], "links": []}),
            lambda path, query: Reply(b"", status=503),
        ):
            state["speak"] = speak
            last_line(refresh(where, "地块"))
            assert only_layer(where).path.read_bytes() == before
        smaller = Ground(ground().frame.drop(columns="用地"))
        state["speak"] = ogc_api(smaller)
        assert "用地" in last_line(refresh(where, "地块"))
        assert only_layer(where).path.read_bytes() == before
        assert "20 now" in refresh(where, "地块", "--accept-fields").stdout
        assert "用地" not in only_layer(where).field_names
    # The server is gone now; another layer would still have its turn.
    result = refresh(where, "--all")
    assert result.returncode == 2
    assert "stays as it was" in result.stderr
    assert only_layer(where).count == 20


def test_only_what_stays_elsewhere_can_be_refreshed(where: Path) -> None:
    assert "no layer whose features stay elsewhere" in refresh(where, "--all").stdout
    one_line(refresh(where))
    one_line(refresh(where, "x"))
