"""Ground from a file on sheets, in briefings and on its way to the browser."""

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from math import ceil
from pathlib import Path

import pytest
import shapely
from starlette.requests import Request
from starlette.responses import Response

from app import context, routes
from app.settings import read_settings
from geo.tiles.archive import tile_at
from geo.tiles.decode import decoded
from geo.tiles.schema import LAYERS
from layers.browser.face import screen_characters
from layers.draw.paper import Paper
from layers.ground import look
from layers.ground.files import GroundFile, add_ground, ground_of
from layers.ground.tiles import tile_ground
from layers.plan.plan import Plan
from layers.plan.scene import FROM_FILE, PLAIN, Scene
from layers.present.briefing import briefing
from layers.present.deck_choice import made_deck
from layers.present.ground_cut import ground_cut
from layers.present.taken_along import cut_words
from layers.sheet import render
from layers.sheet.sheet import Order, Sheet, compose
from layers.store.base import open_store, read_plan
from layers.translation import translation
from tests.extracts import KM, LAKE, town
from tests.plan_anywhere import write_plan_at

pytestmark = pytest.mark.slow

LONGITUDE, LATITUDE = 126.64, 45.76
TODAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("file-ground")
    folder = write_plan_at(made / "plan", LONGITUDE, LATITUDE)
    extract = town(LONGITUDE, LATITUDE).write(made / "城.osm.pbf")
    add_ground(read_plan(open_store(str(folder))), extract, today=TODAY)
    return folder


@pytest.fixture(scope="module")
def plan(folder: Path) -> Plan:
    return read_plan(open_store(str(folder)))


@pytest.fixture(scope="module")
def ground(plan: Plan) -> GroundFile:
    found = ground_of(plan, "offline")
    assert found is not None
    return found


def sheet(plan: Plan, scale: int, query: str = "site=station") -> Sheet:
    return compose(plan, Scene.from_query(query), Order(Paper.parse("A3"), scale), today=TODAY)


def drawn(made: Sheet) -> set[str]:
    return {shape.name.removesuffix("-edge") for shape in made.drawing.ground if shape.name}


def test_every_kind_of_the_tiles_has_a_look() -> None:
    lines = {kind for group in look.LINE_GROUPS for kind in group}
    assert lines.isdisjoint(look.AREAS)
    for form in LAYERS.values():
        known = {"area": set(look.AREAS), "line": lines, "point": set(look.PLACES)}[form.shape]
        assert set(form.kinds) <= known
        for kind, zoom in form.kinds.items():
            if form.shape == "line":
                first = look.style_of(kind).widths[0][0]
            else:
                first = (look.AREAS if form.shape == "area" else look.PLACES)[kind].zoom
            # A map of a zoom is drawn from tiles of one less, so they must be there by then.
            assert look.tile_zoom(ceil(first), (0, 22)) >= zoom


def test_a_sheet_has_the_ground_of_its_scale(plan: Plan) -> None:
    near = drawn(sheet(plan, 10_000))
    assert {"building", "lake", "park", "residential", "motorway", "rail", "runway"} - near <= {
        "lake",
        "rail",
        "park",
        "runway",
    }
    assert {"building", "motorway"} <= near
    far = drawn(sheet(plan, 50_000))
    assert {"lake", "motorway", "rail", "river"} <= far
    assert "building" not in far


def test_a_motorway_is_on_the_sheet_where_it_is(plan: Plan, ground: GroundFile) -> None:
    west, south = plan.grid.position(LONGITUDE - 0.01, LATITUDE - 0.01)
    east, north = plan.grid.position(LONGITUDE + 0.01, LATITUDE + 0.01)
    true = plan.grid.project(
        shapely.LineString([(LONGITUDE - 1, LATITUDE + 0.05 * KM), (LONGITUDE + 1, LATITUDE + 0.05 * KM)]).segmentize(
            0.001
        )
    )
    for zoom in (13.0, 15.0, 17.0):
        found = tile_ground(ground, plan.grid, (west, south, east, north), zoom)
        lines = [line.geometry for line in found.lines if line.kind == "motorway"]
        assert lines
        assert max(line.hausdorff_distance(line.intersection(true.buffer(3))) for line in lines) < 1e-6


def test_the_lake_is_one_area_over_its_tiles(plan: Plan, ground: GroundFile) -> None:
    shore = shapely.Polygon([(LONGITUDE + x * KM / 0.69768, LATITUDE + y * KM) for x, y in LAKE])
    true = plan.grid.project(shore)
    west, south, east, north = true.buffer(500).bounds
    found = tile_ground(ground, plan.grid, (west, south, east, north), 15.5)
    pieces = [shapely.Polygon(ring) for ring in found.rings["lake"]]
    assert shapely.union_all(pieces).symmetric_difference(true).area < 0.01 * true.area


def test_names_credit_and_legend_say_what_it_is(plan: Plan) -> None:
    made = sheet(plan, 25_000)
    words = "".join(made.drawing.texts())
    assert "OpenStreetMap" in words
    assert translation("zh")("legend.ground-file") in words
    assert translation("zh")("legend.ways") not in words
    assert any("街" in text for text in made.drawing.texts())


def test_the_plain_ground_can_be_chosen_and_one_that_is_not_here_gives_way(plan: Plan, ground: GroundFile) -> None:
    assert "motorway" not in drawn(sheet(plan, 25_000, f"site=station&base={PLAIN}"))
    assert "motorway" in drawn(sheet(plan, 25_000, f"site=station&base={FROM_FILE}{ground.id}"))
    assert "motorway" in drawn(sheet(plan, 25_000, f"site=station&base={FROM_FILE}gone"))
    assert "motorway" not in drawn(sheet(plan, 25_000, "site=station&hide=streets"))
    assert Scene.from_query(f"base={FROM_FILE}x").to_query() == f"base={FROM_FILE}x"


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_the_same_sheet_has_the_same_bytes(plan: Plan, kind: str) -> None:
    one, other = (render.render(sheet(plan, 25_000), kind, dpi=60) for _ in range(2))
    assert one == other


def test_the_typeface_of_the_page_has_its_names(plan: Plan) -> None:
    assert set("京津高速横街") <= screen_characters(plan)


@pytest.fixture
def served(folder: Path) -> Iterator[None]:
    before = context._current
    context.use(context.Context(read_settings(plan=str(folder))))
    yield
    context._current = before


def answer(ground: str, version: str, zoom: int, x: int, y: int) -> Response:
    place = {"ground": ground, "version": version, "zoom": zoom, "x": x, "y": y}
    return routes._ground_tile(Request({"type": "http", "path_params": place, "headers": []}))


@pytest.mark.usefixtures("served")
def test_the_server_hands_out_tiles(ground: GroundFile) -> None:
    x, y = tile_at(LONGITUDE, LATITUDE, 14)
    found = answer(ground.id, ground.version, 14, x, y)
    assert found.status_code == 200
    assert found.headers["Content-Encoding"] == "gzip"
    assert "immutable" in found.headers["Cache-Control"]
    assert "roads" in decoded(gzip.decompress(bytes(found.body)))
    assert answer(ground.id, ground.version, 14, 0, 0).status_code == 204
    assert answer(ground.id, ground.version, 14, 10**12, 0).status_code == 204
    assert answer(ground.id, "older", 14, x, y).status_code == 404
    assert answer("none", ground.version, 14, x, y).status_code == 404


def test_a_briefing_takes_its_tiles_along(plan: Plan) -> None:
    deck = made_deck(plan)
    document = briefing(plan, deck, language="zh", today=TODAY)
    payload = json.loads(re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', document, re.DOTALL)[-1])
    (own,) = payload["grounds"]
    assert own["url"] == ""
    full = [tile for tile in own["tiles"].values() if tile]
    assert full
    assert any("roads" in decoded(gzip.decompress(base64.b64decode(tile))) for tile in full)
    assert payload["ways"]["lines"] == []
    assert len(document) < 3e6
    assert cut_words(plan, deck, translation("zh"), today=TODAY) == []


def test_a_cut_without_room_keeps_the_coarse_tiles_and_says_so(ground: GroundFile) -> None:
    view = (LONGITUDE - 0.01, LATITUDE - 0.01, LONGITUDE + 0.01, LATITUDE + 0.01)
    whole = (LONGITUDE - 0.2, LATITUDE - 0.2, LONGITUDE + 0.2, LATITUDE + 0.2)
    free = ground_cut(ground, [whole, view])
    assert free.thinned == ()
    assert set("横街") <= free.characters
    coarse = sum(len(base64.b64decode(tile)) for key, tile in free.tiles.items() if int(key.split("/")[0]) <= 10)
    tight = ground_cut(ground, [whole, view], limit=coarse + 100)
    assert tight.thinned == (2,)
    assert 0 < len(tight.tiles) < len(free.tiles)
    assert sum(len(base64.b64decode(tile)) for tile in tight.tiles.values()) <= coarse + 100


def test_the_page_has_a_briefing_anew_and_its_words_when_the_ground_changes(
    tmp_path: Path, serve: Callable[[Path], context.Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = write_plan_at(tmp_path / "plan", LONGITUDE, LATITUDE)
    here = serve(home)
    deck = made_deck(here.plan()[1])
    before = here.briefing(deck, "zh", TODAY)
    assert here.briefing_cut(deck, "zh", TODAY) == []
    add_ground(here.plan()[1], town(LONGITUDE, LATITUDE).write(tmp_path / "城.osm.pbf"), today=TODAY)
    assert here.briefing(deck, "zh", TODAY) != before
    assert here.briefing_cut(deck, "zh", TODAY) == []
    monkeypatch.setattr("layers.present.ground_cut.MOST_BYTES", 3000)
    [line] = here.briefing_cut(deck, "en", TODAY)
    assert "coarser" in line
