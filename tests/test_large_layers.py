"""Own layers with very many features: their tiles are made in the background, once for each way to tell them apart."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import Response

from app import layer_work
from app.layer_route import labels_answer
from geo.errors import PlanMapError
from geo.feature_package import opened
from geo.foreign.child import Cancelled
from layers.browser.own_payload import MOST_LABELLED, own_payload
from layers.own import tiles
from layers.own.files import remove_layer, restyle
from layers.own.look import looks_of, style_of
from layers.own.own_layer import REST, OwnLayer
from layers.own.restyling import field_style
from layers.own.style_change import with_labels
from layers.own.style_json import from_json, to_json
from layers.own.tiles import forget_tiles, is_large, make_tiles, tiles_of
from layers.plan.deck import Deck, Slide
from layers.plan.layer_question import FieldCondition, LayerQuestion
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.present import taken_along
from layers.present.briefing import briefing
from layers.present.taken_along import cut_words, layers_along
from layers.present.view import views
from layers.translation import translation
from tests.app_page import AppPage, data
from tests.layer_tiles import seen
from tests.own_files import STATION, USES, added, parcels, plan_in, write_parcels

pytestmark = pytest.mark.slow

DEADLINE_S = 120
ROWS, COLUMNS = 60, 90
COUNT = ROWS * COLUMNS


@pytest.fixture
def layer(plan_folder: Path, tmp_path: Path) -> OwnLayer:
    """A layer with more parcels than a browser gets one by one."""
    made = added(plan_folder, write_parcels(tmp_path, rows=ROWS, columns=COLUMNS), name="地块")
    assert is_large(made)
    return made


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def by_use(layer: OwnLayer) -> OwnLayer:
    return restyle(layer, to_json(field_style(layer, "用地")))


def counted(path: Path) -> Counter[int]:
    """Return how many features each category has in the last zoom, drawn or counted in cells."""
    found = seen(path)
    last = found[max(found)]
    return +(last.by_category + Counter(last.drawn.values()))


def test_tiles_have_the_looks_of_the_style(layer: OwnLayer) -> None:
    layer = by_use(layer)
    assert tiles_of(layer) is None
    made = make_tiles(layer)
    assert tiles_of(layer) == made
    names = [look.title.zh for number in made.looks if (look := looks_of(layer)[number]) is not None]
    assert sorted(names) == sorted(USES)
    assert (made.undrawn, made.odd, made.left_out) == (0, 0, 0)
    total = counted(made.path)
    assert total.total() == COUNT
    with opened(layer.path) as package:
        uses = Counter(value for values in package.whole_column("用地") for value in values)
    assert {names[category]: count for category, count in total.items()} == uses


def test_other_colours_need_no_other_tiles_and_another_field_does(layer: OwnLayer) -> None:
    layer = by_use(layer)
    before = make_tiles(layer)
    shown = layer.style
    layer = restyle(layer, shown.replace(looks_of(layer)[0].symbol.fill, "#123456"))  # type: ignore[union-attr]
    assert layer.style != shown
    assert tiles_of(layer) == before
    # One use less is drawn: other features are in the tiles.
    first, *_ = from_json(shown).symbols.categories  # type: ignore[union-attr]
    hidden = shown.replace(to_json_of(first.symbol), "null", 1)
    layer = restyle(layer, hidden)
    assert tiles_of(layer) is None
    made = make_tiles(layer)
    assert made.undrawn == COUNT // 3
    assert counted(made.path).total() == COUNT - made.undrawn
    assert 0 not in made.looks
    layer = restyle(layer, to_json(field_style(layer, "容积率")))
    assert tiles_of(layer) is None
    # Those of before are there still for whoever goes back.
    assert tiles_of(restyle(layer, shown)) == before


def to_json_of(symbol: object) -> str:
    from pydantic import TypeAdapter

    from layers.own.symbol_value import Symbol

    return TypeAdapter(Symbol).dump_json(symbol).decode()  # type: ignore[arg-type]


def test_features_that_change_need_other_tiles(layer: OwnLayer) -> None:
    make_tiles(layer)
    with closing(sqlite3.connect(layer.path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("DELETE FROM features WHERE fid = 7")
        connection.commit()
    from layers.own.own_layer import described

    assert tiles_of(described(layer.path)) is None


def test_rare_looks_are_one_category_together(layer: OwnLayer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "OWN_LOOKS", 2)
    made = make_tiles(by_use(layer))
    assert len(made.looks) == 3
    assert made.looks[-1] == REST
    assert counted(made.path).total() == COUNT


def test_cancelling_leaves_nothing_and_removing_takes_the_tiles_along(layer: OwnLayer, plan_folder: Path) -> None:
    def progress(share: float) -> None:
        if share > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        make_tiles(layer, progress=progress)
    assert tiles_of(layer) is None
    made = make_tiles(layer)
    assert [path for path in made.path.parent.glob(".draft-*") if path.is_dir()] == []
    remove_layer(plan_in(plan_folder), layer.id)
    assert not made.path.exists()
    forget_tiles(layer)


def test_what_is_in_the_cache_and_is_no_archive_is_made_anew(layer: OwnLayer) -> None:
    made = make_tiles(layer)
    whole = made.path.read_bytes()
    for broken in (b"", b"PMTiles", whole[:100], b"\0" * len(whole)):
        made.path.write_bytes(broken)
        # Two files can have the same time.
        tiles._read.cache_clear()
        assert tiles_of(layer) is None
        assert counted(make_tiles(layer).path).total() == COUNT


def over(work: layer_work.TileWork | None) -> layer_work.TileWork:
    """Return work when it is over."""
    assert work is not None
    until = time.monotonic() + DEADLINE_S
    while not work.over and time.monotonic() < until:
        time.sleep(0.01)
    assert work.over
    return work


def test_work_in_the_background_is_begun_once_cancelled_and_begun_again(layer: OwnLayer) -> None:
    with layer_work._turn:
        work = layer_work.begin(layer)
        assert work is not None
        assert layer_work.begin(layer) is work
        work.cancel()
    assert over(work).cancelled
    assert tiles_of(layer) is None
    # Somebody has cancelled it: only if somebody asks for it, it begins anew.
    assert layer_work.begin(layer) is work
    again = layer_work.begin(layer, again=True)
    assert again is not work
    assert over(again).share == 1.0
    assert tiles_of(layer) is not None
    assert layer_work.begin(layer) is None


def test_work_on_a_layer_that_is_damaged_says_so(layer: OwnLayer) -> None:
    with layer_work._turn:
        work = layer_work.begin(layer)
        layer.path.write_bytes(layer.path.read_bytes()[:50_000])
    assert over(work).fault is not None
    assert isinstance(work.fault if work else None, PlanMapError)


def test_another_style_ends_the_work_on_the_one_before(layer: OwnLayer) -> None:
    with layer_work._turn:
        before = layer_work.begin(layer)
        work = layer_work.begin(by_use(layer))
    assert over(before).cancelled
    assert over(work).share == 1.0


def test_the_data_page_shows_cancels_and_begins_the_work(layer: OwnLayer, plan_folder: Path, serve) -> None:
    serve(plan_folder)
    page = AppPage(data)
    assert "第一次显示时会自动开始" in page.words
    with layer_work._turn:
        page.press(f"tile-{layer.id}")
        assert [bar.proto.text for bar in page.at.get("progress")] == ["正在制作瓦片：0%"]
        page.press(f"cancel-tiles-{layer.id}")
        assert [bar.proto.text for bar in page.at.get("progress")] == ["正在取消……"]
        work = layer_work.work_of(layer)
    over(work)
    assert "已取消制作瓦片。" in page.run().words
    page.press(f"tile-{layer.id}")
    over(layer_work.work_of(layer))
    assert "远看以方格计数，近看画出原形" in page.run().words


def test_a_briefing_has_the_tiles_that_its_views_need(layer: OwnLayer, plan_folder: Path) -> None:
    plan = plan_in(plan_folder)
    scene = Scene(visible={layer.scene_id: True})
    deck = Deck("x", Text("x", "x"), (Slide(Text("", ""), scene=scene),))
    document = briefing(plan, deck, language="zh", today=date(2026, 3, 1))
    assert '"large":true' in document.replace(" ", "")
    assert '"tiles":{"' in document.replace(" ", "")
    assert len(document) < 8_000_000
    assert cut_words(plan, deck, translation("zh"), today=date(2026, 3, 1)) == []


def test_labels_of_what_is_in_view_come_from_the_file_and_none_where_there_are_too_many(
    layer: OwnLayer, plan_folder: Path, serve
) -> None:
    layer = restyle(layer, to_json(with_labels(style_of(layer), layer, "{地块编号}")))
    serve(plan_folder)

    def asked(box: str, ask: str = "") -> Response:
        url = {"type": "http", "path_params": {"layer": layer.id, "version": layer.version}}
        query = urlencode({"box": box, "ask": ask})
        return labels_answer(Request({**url, "query_string": query.encode(), "headers": []}))

    with opened(layer.path) as package:
        west, south, east, north = package.numbered([1]).geometries[0].bounds
    box = f"{west},{south},{east},{north}"
    found = json.loads(bytes(asked(box).body))
    [feature] = found["features"]
    assert feature["properties"]["label"] == "JLC-00"
    latitude, longitude = feature["properties"]["at"]
    assert south < latitude < north
    assert west < longitude < east
    # The tiles have its shape.
    assert feature["geometry"]["geometries"] == []
    everything = json.loads(bytes(asked("117,38,118,40").body))
    assert (everything["features"], everything["more"]) == ([], True)
    part = json.loads(bytes(asked("117,38,118,40", f"{layer.scene_id}~地块编号:is:JLC-07").body))
    assert [each["properties"]["label"] for each in part["features"]] == ["JLC-07"]
    assert asked("1,2,3").status_code == 400
    assert asked("nan,2,3,4").status_code == 400


def test_a_briefing_has_the_labels_of_a_large_layer_where_a_view_is_near(plan_folder: Path, tmp_path: Path) -> None:
    frame = parcels(rows=ROWS, columns=COLUMNS)
    # 200 m from each to the next, so that a view of a station has a few hundred of them.
    frame.geometry = frame.geometry.affine_transform([2, 0, 0, 2, -STATION[0], -STATION[1]])
    frame.to_file(tmp_path / "wide.gpkg", layer="x")
    layer = added(plan_folder, tmp_path / "wide.gpkg", name="地块")
    layer = restyle(layer, to_json(with_labels(style_of(layer), layer, "{地块编号}")))
    plan = plan_in(plan_folder)
    near = Scene.from_query(f"site=junliangcheng-north&show={layer.scene_id}")
    slides = (Slide(Text("", ""), scene=Scene(visible={layer.scene_id: True})), Slide(Text("", ""), scene=near))
    shown = views(plan, Deck("x", Text("x", "x"), slides), language="zh", today=date(2026, 3, 1))
    [along] = layers_along(plan, shown, [own_payload(layer)])
    labels = {feature["properties"]["label"] for feature in along["labelled"]["features"]}
    assert "JLC-00" in labels
    assert len(labels) < MOST_LABELLED


def test_a_briefing_says_which_slides_have_no_room_for_a_large_answer(
    layer: OwnLayer, plan_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_in(plan_folder)
    question = LayerQuestion((FieldCondition("容积率", least=1.0),))
    scene = Scene(visible={layer.scene_id: True}, questions={layer.scene_id: question})
    slides = (Slide(Text("", ""), scene=Scene()), Slide(Text("", ""), scene=scene))
    deck = Deck("x", Text("x", "x"), slides)
    day = date(2026, 3, 1)
    assert cut_words(plan, deck, translation("zh"), today=day) == []
    document = briefing(plan, deck, language="zh", today=day).replace(" ", "")
    assert '"answer":0' in document
    # Of the whole layer, which no slide shows, no tiles were made.
    assert tiles_of(layer) is None
    monkeypatch.setattr(taken_along, "MOST_OWN_BYTES", 10)
    [words] = cut_words(plan, deck, translation("zh"), today=day)
    assert "2" in words
