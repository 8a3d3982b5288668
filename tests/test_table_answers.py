"""Large answers about a table: every selected feature is drawn or counted once, by a database that changes and goes."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
import shapely
from starlette.requests import Request
from starlette.responses import Response

from app.answer_route import answer_tile, source_answer
from app.layer_route import own_state_answer
from geo.errors import PlanMapError
from geo.tiles.archive import tile_at
from geo.tiles.thinned.zoom import MOST_BYTES, MOST_SHAPES
from layers.allowed_hosts import allow
from layers.browser.own_payload import asked_payload
from layers.own.asking import selected
from layers.own.files import find_layer
from layers.own.look import look_numbers
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.own.table import tiles
from layers.plan.deck import Deck, Slide
from layers.plan.layer_question import FieldCondition, LayerQuestion, PlaceCondition, questions_text
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.present.briefing import briefing
from layers.present.taken_along import cut_words
from layers.translation import translation
from tests.own_files import plan_in
from tests.table_server import TableServer, make_parcels, table_server
from tests.test_table_tiles import TODAY, USES, Zoom, by_field, linked, put, read, shapes, world, zoom_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tables_anew")]

STATION = "junliangcheng-north"


@pytest.fixture
def server(empty_database_url: str) -> Iterator[TableServer]:
    with table_server(empty_database_url) as made:
        allow(made.host, private=True)
        yield made


def asked(route: Callable[[Request], Response], path: dict[str, Any], query: str) -> Response:
    return route(Request({"type": "http", "path_params": path, "headers": [], "query_string": query.encode()}))


class Asked:
    """A large answer, as a browser asks for it."""

    def __init__(self, folder: Path, layer: OwnLayer, question: LayerQuestion) -> None:
        scene = Scene(questions={layer.scene_id: question}, visible={layer.scene_id: True})
        self.sent = asked_payload(plan_in(folder), scene)[layer.scene_id]
        assert self.sent["large"]
        path, _, self.query = self.sent["url"].partition("?")
        self.place = {"layer": layer.id, "version": path.split("/")[2]}

    def source(self) -> Response:
        return asked(source_answer, self.place, self.query)

    def tile(self, source: dict[str, Any], zoom: int, x: int, y: int) -> Response:
        _, _, version, state_of, _ = source["url"].split("/")
        path = {**self.place, "version": version, "state": state_of, "zoom": zoom, "x": x, "y": y}
        return asked(answer_tile, path, source["query"][1:])


def all_of(answer: Asked, source: dict[str, Any], zoom: int) -> Zoom:
    """Return what all tiles of an answer have at a zoom."""
    found = Zoom()
    west, south, east, north = source["bounds"]
    (left, top), (right, bottom) = tile_at(west, north, zoom), tile_at(east, south, zoom)
    for x in range(left, right + 1):
        for y in range(top, bottom + 1):
            tile = answer.tile(source, zoom, x, y)
            assert tile.status_code in (200, 204)
            found.largest = max(found.largest, len(tile.body))
            if tile.status_code == 200:
                assert tile.headers["Content-Encoding"] == "gzip"
                read(gzip.decompress(bytes(tile.body)), zoom, x, y, found)
    return found


def of_use(*values: str) -> LayerQuestion:
    return LayerQuestion((FieldCondition("use", values=values),))


def check(answer: Asked, layer: OwnLayer, wanted: Sequence[int], zooms: Sequence[int]) -> None:
    """Hold the tiles of an answer against the features with the numbers `wanted`, one by one."""
    answered = answer.source()
    assert answered.status_code == 200
    source = json.loads(answered.body)
    assert source["count"] == len(wanted)
    with opened(layer) as table:
        features = table.numbered(wanted, ["use"])
    numbers = {look: category for category, look in enumerate(source["looks"])}
    looks = look_numbers(layer, features.values["use"]).tolist()
    category = dict(zip(features.ids.tolist(), [numbers[look] for look in looks], strict=True))
    bounds = shapely.bounds(features.geometries)
    middle = np.array([world((a + c) / 2, (b + d) / 2) for a, b, c, d in bounds.tolist()])
    for zoom in zooms:
        found = all_of(answer, source, zoom)
        assert set(found.drawn) <= set(wanted)
        assert all(category[fid] == number for fid, number in found.drawn.items())
        assert Counter(found.drawn.values()) + found.counted == Counter(category.values()), zoom
        assert found.largest <= MOST_BYTES
        assert found.most <= MOST_SHAPES * 1.2
        # Each cell counts what stands in it, and nothing else.
        left = middle[~np.isin(features.ids, list(found.drawn))]
        assert sum(count for *_, count, _ in found.cells) == len(left)
        slack = 0.6 / 512 / 2**zoom + 4e-8
        for x, y, count, side in found.cells[:: max(1, len(found.cells) // 200)]:
            off = np.abs(left - (x, y)).max(axis=1)
            assert (off <= side / 2 - slack).sum() <= count <= (off <= side / 2 + slack).sum()


@pytest.mark.parametrize(("srid", "stated", "system"), [(4326, 4326, None), (4549, 4549, None)])
def test_each_selected_feature_is_drawn_or_counted_once_at_each_zoom(
    plan_folder: Path, server: TableServer, serve: Any, srid: int, stated: int, system: Any
) -> None:
    both = [*shapes(np.random.default_rng(7)), *shapes(np.random.default_rng(8))]
    put(server, both, srid, stated)
    layer = by_field(linked(plan_folder, server, system=system), "use")
    serve(plan_folder)
    values = ("居住", "商业", "工业")
    wanted = [n for n in range(len(both)) if USES[n % len(USES)] in values and n % 100 / 10 >= 1]
    assert len(wanted) > 5_000
    question = LayerQuestion((FieldCondition("use", values=values), FieldCondition("far", least=1.0)))
    check(Asked(plan_folder, layer, question), layer, wanted, (8, 10, 12))


def test_of_what_lies_around_a_place_each_is_drawn_or_counted_once(
    plan_folder: Path, server: TableServer, serve: Any
) -> None:
    make_parcels(server, rows=100, columns=120)
    layer = by_field(linked(plan_folder, server, "parcels"), "use")
    serve(plan_folder)
    question = LayerQuestion(of_use("居住", "工业").where, PlaceCondition((STATION,), 11_000))
    ids = selected(layer, question, plan_in(plan_folder)).tolist()
    everywhere = [n + 1 for n in range(12_000) if n % 3 != 1]
    assert 5_000 < len(ids) < len(everywhere)
    assert set(ids) < set(everywhere)
    check(Asked(plan_folder, layer, question), layer, ids, (9, 12, 14))


def test_columns_may_be_called_as_anything_in_a_query_is(plan_folder: Path, server: TableServer, serve: Any) -> None:
    make_parcels(server, rows=80, columns=80)
    names = ("size", "class", "n", "g", "c", "x0", "cx", "fid", "is_point")
    server.run(*(f'ALTER TABLE parcels ADD "{name}" int DEFAULT 1' for name in names))
    server.run("ALTER TABLE parcels RENAME use TO v", "UPDATE parcels SET v = '居住' WHERE v = '工业'")
    layer = by_field(linked(plan_folder, server, "parcels"), "v")
    serve(plan_folder)
    numbers = [each.name for each in layer.fields if each.type in ("integer", "real") and each.name != "gid"]
    assert len(numbers) == len(names) + 1
    question = LayerQuestion(tuple(FieldCondition(name, most=9.0) for name in numbers))
    answer = Asked(plan_folder, layer, question)
    source = json.loads(answer.source().body)
    found = all_of(answer, source, 12)
    counts = Counter(found.drawn.values()) + found.counted
    assert counts.total() == source["count"] > 5_000
    assert len(counts) == 2
    whole = zoom_of(layer, 12)
    assert len(whole.drawn) + whole.counted.total() == 6_400
    around = LayerQuestion((), PlaceCondition((STATION,), 50_000))
    assert json.loads(Asked(plan_folder, layer, around).source().body)["count"] == 6_400


def test_an_answer_follows_its_table_and_is_kept_only_as_long_as_it_is_true(
    plan_folder: Path, server: TableServer, serve: Any
) -> None:
    make_parcels(server, rows=100, columns=120)
    layer = by_field(linked(plan_folder, server, "parcels"), "use")
    serve(plan_folder)
    answer = Asked(plan_folder, layer, of_use("居住", "工业"))
    answered = answer.source()
    assert "immutable" in answered.headers["Cache-Control"]
    source = json.loads(answered.body)
    assert source["count"] == 8_000
    west, south, east, north = source["bounds"]
    at = 9, *tile_at((west + east) / 2, (south + north) / 2, 9)
    first = answer.tile(source, *at)
    assert first.status_code == 200
    assert "immutable" in first.headers["Cache-Control"]
    server.run("DELETE FROM parcels WHERE gid <= 600", "UPDATE parcels SET use = '商业' WHERE gid <= 1200")
    # What a page of before asks for is told as it is now, and not kept for ever.
    later = answer.tile(source, *at)
    assert later.status_code == 200
    assert later.headers["Cache-Control"] == "no-store"
    assert later.body != first.body
    again = answer.source()
    assert again.headers["Cache-Control"] == "no-store"
    now = json.loads(again.body)
    assert now["url"] != source["url"]
    wanted = [n + 1 for n in range(1_200, 12_000) if n % 3 != 1]
    check(answer, find_layer(plan_in(plan_folder), layer.id), wanted, (9, 12, 14))
    # With a page of now its address is another one.
    assert Asked(plan_folder, layer, of_use("居住", "工业")).sent["url"] != answer.sent["url"]


def test_a_question_and_a_layer_that_there_are_not_have_no_tiles(
    plan_folder: Path, server: TableServer, serve: Any
) -> None:
    make_parcels(server, rows=80, columns=80)
    layer = by_field(linked(plan_folder, server, "parcels"), "use")
    serve(plan_folder)
    answer = Asked(plan_folder, layer, LayerQuestion((FieldCondition("far", least=0.0),)))
    source = json.loads(answer.source().body)
    _, _, version, state_of, _ = source["url"].split("/")
    path = {"layer": layer.id, "version": version, "state": state_of, "zoom": 9, "x": 0, "y": 0}
    query = source["query"][1:]
    assert asked(answer_tile, path, query).status_code == 204
    assert asked(answer_tile, {**path, "version": "0-0"}, query).status_code == 404
    assert asked(answer_tile, {**path, "layer": "own-x"}, query).status_code == 404
    assert asked(answer_tile, {**path, "zoom": 40}, query).status_code == 204
    assert asked(answer_tile, {**path, "x": 2**9}, query).status_code == 204
    assert asked(answer_tile, path, "").status_code == 404
    nowhere = quote(questions_text({layer.scene_id: LayerQuestion((FieldCondition("没有", empty=True),))}), safe="")
    assert asked(answer_tile, path, f"ask={nowhere}").status_code == 404
    # Nothing of that is a fault of the database.
    assert json.loads(asked(own_state_answer, {"layer": layer.id}, "").body) == {"zh": "", "en": ""}


def test_it_is_said_why_an_answer_does_not_come(
    plan_folder: Path, server: TableServer, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_parcels(server, rows=100, columns=100)
    layer = by_field(linked(plan_folder, server, "parcels"), "use")
    serve(plan_folder)
    answer = Asked(plan_folder, layer, of_use("居住", "工业"))
    source = json.loads(answer.source().body)
    west, south, east, north = source["bounds"]
    at = 10, *tile_at((west + east) / 2, (south + north) / 2, 10)

    def said() -> str:
        return str(json.loads(asked(own_state_answer, {"layer": layer.id}, "").body)["en"])

    monkeypatch.setattr(tiles, "SECONDS", 0.001)
    slow = answer.tile(source, *at)
    assert slow.status_code == 503
    assert slow.headers["Cache-Control"] == "no-store"
    assert "has not answered within" in said()
    monkeypatch.setattr(tiles, "SECONDS", 20.0)
    assert answer.tile(source, *at).status_code == 200
    assert said() == ""
    server.door.shut()
    assert answer.tile(source, *at).status_code == 503
    assert answer.source().status_code == 503
    assert "cannot be reached" in said()
    server.door.open()
    assert answer.tile(source, *at).status_code == 200
    assert said() == ""


def test_a_briefing_takes_a_large_answer_along_or_is_refused(plan_folder: Path, server: TableServer) -> None:
    make_parcels(server, rows=100, columns=100)
    layer = by_field(linked(plan_folder, server, "parcels"), "use")
    plan = plan_in(plan_folder)
    west, south, east, north = layer.bounds
    view = {"show": layer.scene_id, "at": f"{(south + north) / 2:.4f},{(west + east) / 2:.4f},13"}
    question = LayerQuestion((FieldCondition("use", values=("居住", "工业")), FieldCondition("far", least=0.5)))
    view["ask"] = questions_text({layer.scene_id: question})
    deck = Deck("x", Text("x", "x"), (Slide(Text("x", "x"), scene=Scene.from_query(view)),))
    document = briefing(plan, deck, language="zh", today=TODAY).replace(" ", "")
    assert '"answer":0' in document
    assert f'"count":{len(selected(layer, question, plan))}' in document
    assert '"tiles":{"' in document
    assert cut_words(plan, deck, translation("zh"), today=TODAY) == []
    server.door.shut()
    with pytest.raises(PlanMapError) as caught:
        briefing(plan_in(plan_folder), deck, language="zh", today=TODAY)
    assert caught.value.code == "postgis-unreachable"
