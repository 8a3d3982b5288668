"""The Layers page, and the browse page of a Scene that asks something: what their scripts come to."""

import csv
import gzip
import io
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pyarrow as pa
import pytest
from starlette.requests import Request
from starlette.responses import Response

from app.layer_route import answer_table, features_answer, place_answer
from layers.own.answer import answer
from layers.own.files import own_layers
from layers.plan.layer_question import FieldCondition, LayerQuestion, PlaceCondition
from layers.plan.scene import Scene
from layers.resources import default_plan_folder
from tests.app_page import AppPage, browse, layers
from tests.own_files import added, parcels, plan_in

pytestmark = pytest.mark.slow

ATTACK = "<img src=x onerror=alert(1)>"
SITE = "junliangcheng-north"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("asking")
    plan = Path(shutil.copytree(default_plan_folder(), made / "plan"))
    many = parcels(12, 10)
    many["说明"] = [ATTACK, "=1+1", None] * 40
    many["地点"] = ["军粮城北站", "nowhere"] * 60
    many.to_file(made / "parcels.gpkg", layer="地块")
    added(plan, made / "parcels.gpkg")
    return plan


@pytest.fixture
def served(folder: Path, serve: Any) -> Any:
    return serve(folder)


def asked_of(page: AppPage) -> str | None:
    """Return what the page writes to the address as the question."""
    return page.sent("layers_address")["ask"]


def query_of(folder: Path, question: LayerQuestion) -> str:
    [layer] = own_layers(plan_in(folder))
    return Scene(questions={layer.scene_id: question}, visible={layer.scene_id: True}).to_query()


def asked(route: Callable[[Request], Response], path: dict[str, str], **query: str) -> Response:
    """Return what a route answers."""
    scope = {"type": "http", "path_params": path, "headers": [], "path": "/", "query_string": urlencode(query).encode()}
    return route(Request(scope))


def test_the_page_takes_a_question_from_the_address_and_changes_it(folder, served):
    question = LayerQuestion((FieldCondition("用地", values=("居住",)),), PlaceCondition((SITE,), 600))
    page = AppPage(layers, query_of(folder, question))
    expected = answer(plan_in(folder), own_layers(plan_in(folder))[0], question)
    assert f"{expected.count} 个要素，共 120 个" in page.words
    assert "用地 是 居住；距军粮城北站 600 m 以内" in page.words
    sent = page.sent("layers_address")
    assert sent["ask"] == f"own-地块~{question}"
    assert sent["layer"] == "地块"
    assert sent["at"]
    page.at.multiselect(key="ask_sites").set_value([])
    page.run()
    assert asked_of(page) == "own-地块~用地:is:居住"
    assert "40 个要素" in page.words
    page.press("ask-clear")
    assert asked_of(page) is None
    assert "120 个要素" in page.words
    # A page of rows, and the next one.
    assert "第 1–50 行，共 120 行" in page.words
    page.at.number_input(key="ask_page").set_value(3)
    page.run()
    assert "第 101–120 行" in page.words


def test_values_of_a_file_are_text_and_rows_are_sorted(folder, served):
    page = AppPage(layers)
    tables = [block for block in page.markup if "pm-rows" in block]
    assert ATTACK not in tables[0]
    assert "&lt;img src=x onerror=alert" in tables[0]
    page.at.selectbox(key="ask_sort").set_value("=容积率")
    page.at.checkbox(key="ask_down").check()
    page.run()
    [table] = [block for block in page.markup if "pm-rows" in block]
    assert table.index("JLC-119") < table.index("JLC-118")
    page.at.selectbox(key="ask_by").set_value("=说明")
    page.run()
    [groups] = [block for block in page.markup if "pm-groups" in block]
    assert groups.count("<li") == 3
    assert ATTACK not in groups
    assert "（无值）" in groups


def test_tasks_are_found_by_place_or_by_what_a_field_names(folder, served):
    page = AppPage(layers)
    page.at.selectbox(key="ask_by").set_value(":task")
    page.run()
    [before] = [block for block in page.markup if "pm-rows" in block]
    page.at.selectbox(key="ask_join").set_value("地点")
    page.run()
    [groups] = [block for block in page.markup if "pm-groups" in block]
    assert ">60</em>" in groups
    assert "没有对应任务" in groups
    [table] = [block for block in page.markup if "pm-rows" in block]
    # 50 rows, of which every other names the station.
    assert table.count("用好站区存量土地") == 25
    assert table.count("用好站区存量土地") != before.count("用好站区存量土地")


def test_a_condition_is_added_filled_and_removed(folder, served):
    page = AppPage(layers)
    page.press("ask-add")
    page.at.selectbox(key="ask-field-1").set_value("容积率")
    page.choose("ask-how-1", "from")
    page.at.number_input(key="ask-most-1").set_value(1.0)
    page.run()
    assert asked_of(page) == "own-地块~容积率:from:..1"
    assert "3 个要素" in page.words
    page.press("ask-drop-1")
    assert asked_of(page) is None


def test_a_field_of_days_is_asked_by_days(folder, tmp_path, serve):
    plan = Path(shutil.copytree(folder, tmp_path / "plan"))
    many = parcels(2, 3)
    many["批准"] = pd.array([date(2020 + n, 6, 1) for n in range(6)], dtype=pd.ArrowDtype(pa.date32()))
    many.to_file(tmp_path / "dated.gpkg", layer="批地", use_arrow=True)
    added(plan, tmp_path / "dated.gpkg")
    serve(plan)
    page = AppPage(layers, "layer=批地&ask=own-批地~批准:from:1850-01-01..2022-06-01")
    assert "3 个要素，共 6 个" in page.words
    assert "批准 在 1850-01-01 至 2022-06-01" in page.words
    page.at.date_input(key="ask-until-1").set_value(None)
    page.at.date_input(key="ask-since-1").set_value(date(2023, 6, 1))
    page.run()
    assert asked_of(page) == "own-批地~批准:from:2023-06-01.."
    assert "批准 自 2023-06-01 起" in page.words
    # Another field has numbers where this one has days.
    page.at.selectbox(key="ask-field-1").set_value("容积率")
    page.run()
    assert asked_of(page) is None
    page.choose("ask-how-1", "from")
    page.at.number_input(key="ask-most-1").set_value(0.5)
    page.run()
    assert "1 个要素" in page.words


def test_without_layers_the_page_says_where_they_come_from(plan_folder, serve):
    serve(plan_folder)
    page = AppPage(layers, "lang=en")
    assert "No own layers yet" in page.words
    assert "/data?lang=en" in " ".join(page.markup)


def test_the_browse_page_says_what_is_asked_and_shows_all_again(folder, served):
    question = LayerQuestion((FieldCondition("用地", values=("居住",)),))
    page = AppPage(browse, query_of(folder, question))
    assert "地块 40 / 120：用地 是 居住" in page.words
    sent = page.map
    assert sent["asked"]["own-地块"]["url"].startswith("layer/%E5%9C%B0%E5%9D%97/")
    page.press("ask-all-地块")
    assert page.map["asked"] == {}
    assert "ask=" not in page.map["query"]


def test_a_file_of_the_answer_holds_no_formula(folder, served):
    question = LayerQuestion((FieldCondition("说明", values=("=1+1", ATTACK)),))
    found = asked(answer_table, {"layer": "地块"}, ask=f"own-地块~{question}")
    rows = list(csv.DictReader(io.StringIO(found.body.decode("utf-8-sig"))))
    assert len(rows) == 80
    assert {row["说明"] for row in rows} == {"'=1+1", ATTACK}
    assert float(rows[0]["面积（m²）"]) == pytest.approx(8100, rel=1e-3)
    assert "80 / 120" in rows[0]["选取条件"]
    assert "parcels.gpkg" in rows[0]["来源"]
    assert asked(answer_table, {"layer": "gone"}).status_code == 404


def test_features_and_what_is_at_a_place_are_those_that_are_asked_for(folder, served):
    [layer] = own_layers(plan_in(folder))
    homes, shops = (f"own-地块~用地:is:{use}" for use in ("居住", "商业"))
    path = {"layer": layer.id, "version": layer.version}
    drawn = json.loads(gzip.decompress(asked(features_answer, path, ask=homes).body))["features"]
    assert len(drawn) == 40
    assert len(json.loads(gzip.decompress(asked(features_answer, path).body))["features"]) == 120
    west, south, east, north = drawn[0]["bbox"]
    place = {"at": f"{(west + east) / 2},{(south + north) / 2}", "reach": "0.00001,0.00001", "layers": layer.scene_id}
    assert len(json.loads(asked(place_answer, {}, ask=homes, **place).body)["found"]) == 1
    assert json.loads(asked(place_answer, {}, ask=shops, **place).body)["found"] == []
