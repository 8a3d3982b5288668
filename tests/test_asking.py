"""What is asked of own layers: which features, how large, at which sites and tasks; on maps and in a command."""

from __future__ import annotations

import json
import math
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation

from app.present.decks import slide_of
from app.question_options import Asked, question_of
from geo.errors import PlanMapError
from geo.feature_package import opened
from geo.measure import ellipsoid
from geo.sizes import areas_m2, lengths_m
from geo.surroundings import distances_from
from geo.value_test import NUMBER_FUNCTION, Compare, ValueTest, day_of, number_of
from layers.browser.own_payload import features_json
from layers.browser.payload import arguments
from layers.draw.own import own_content
from layers.own.answer import answer
from layers.own.asking import centre_of, selected
from layers.own.at import at_place
from layers.own.files import own_layers
from layers.own.own_layer import OwnLayer
from layers.own.question_words import answer_lines, question_words
from layers.plan.deck import Deck
from layers.plan.layer_question import FieldCondition, LayerQuestion, PlaceCondition
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.scene_text import checked, scene_of
from layers.plan.terms import Text
from layers.present.pptx.slides import slides
from layers.resources import default_plan_folder
from layers.selection.address import fitted
from layers.selection.select import select
from layers.translation import LANGUAGES, translation
from tests.command import call, one_line
from tests.own_files import GRID_CODE, STATION, added, parcels, plan_in
from tests.test_sheet import DAY, sheet_of

pytestmark = pytest.mark.slow

ZH, EN = map(translation, LANGUAGES)
SITE = "junliangcheng-north"
NOMINAL = "metro-9-1870"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built-in plan with parcels that have odd values too."""
    folder = tmp_path_factory.mktemp("ask")
    plan = Path(shutil.copytree(default_plan_folder(), folder / "plan"))
    made = parcels(6, 8)
    made["说明"] = ["=1+1", "'; DROP TABLE features; --", None, "50%_", " ", "12.5"] * 8
    made['a"b'] = ["x"] * 48
    made["地点"] = ["军粮城北站", "nowhere..at all"] * 24
    made.to_file(folder / "parcels.gpkg", layer="地块")
    added(plan, folder / "parcels.gpkg")
    return plan


@pytest.fixture(scope="module")
def plan(base: Path) -> Plan:
    return plan_in(base)


@pytest.fixture(scope="module")
def layer(plan: Plan) -> OwnLayer:
    [found] = own_layers(plan)
    return found


def where(*conditions: FieldCondition, place: PlaceCondition | None = None) -> LayerQuestion:
    return LayerQuestion(conditions, place)


def values(layer: OwnLayer, field: str, ids: np.ndarray) -> list:
    with opened(layer.path) as package:
        return package.column(field, ids)


def test_values_select_features_as_they_are_written(plan, layer):
    homes = selected(layer, where(FieldCondition("用地", values=("居住",))), plan)
    assert len(homes) == 16
    assert set(values(layer, "用地", homes)) == {"居住"}
    between = where(FieldCondition("容积率", least=1.0, most=2.5))
    assert values(layer, "容积率", selected(layer, between, plan)) == [1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5]
    assert values(layer, "容积率", selected(layer, where(FieldCondition("容积率", values=("1", "1.25"))), plan)) == [
        1,
        1.25,
    ]
    # Texts that would end a query are texts, a % stands for itself, and a number in a text is a number.
    assert len(selected(layer, where(FieldCondition("说明", values=("'; DROP TABLE features; --",))), plan)) == 8
    assert set(values(layer, "说明", selected(layer, where(FieldCondition("说明", contains="%_")), plan))) == {"50%_"}
    assert set(values(layer, "说明", selected(layer, where(FieldCondition("说明", least=12)), plan))) == {"12.5"}
    assert len(selected(layer, where(FieldCondition("说明", empty=True)), plan)) == 16
    assert len(selected(layer, where(FieldCondition('a"b', contains="X")), plan)) == 48
    both = where(FieldCondition("用地", values=("居住",)), FieldCondition("容积率", most=1))
    assert values(layer, "容积率", selected(layer, both, plan)) == [0.5]
    with pytest.raises(PlanMapError, match="layer-field"):
        selected(layer, where(FieldCondition("没有", contains="x")), plan)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 47), st.sampled_from([math.floor, math.ceil]), st.sampled_from([SITE, NOMINAL, "rail-jinqin"]))
def test_features_near_a_site_are_those_that_are_measured_to_be(plan, layer, index, whole, site):
    centre = centre_of(plan, site)
    with opened(layer.path) as package:
        features = package.all()
    far = distances_from(centre, features.geometries.tolist())
    # A metre more or less than the distance of one of them.
    metres = whole(far[index])
    expected = features.ids[shapely.intersects(features.geometries, centre) if metres == 0 else far <= metres]
    found = selected(layer, where(place=PlaceCondition((site,), metres)), plan)
    assert found.tolist() == expected.tolist()


def test_several_sites_are_any_of_them_and_inside_is_wholly_inside(plan, layer):
    near = [selected(layer, where(place=PlaceCondition((site,), 300)), plan) for site in (SITE, NOMINAL)]
    both = selected(layer, where(place=PlaceCondition((SITE, NOMINAL), 300)), plan)
    assert both.tolist() == np.union1d(*near).tolist()
    west, south, east, north = layer.bounds
    area = shapely.box(west - 0.01, south - 0.01, 0.47 * west + 0.53 * east, north + 0.01)
    halved = replace(plan, sites=plan.sites | {NOMINAL: replace(plan.sites[NOMINAL], geometry=area)})
    touching, inside = (
        selected(layer, where(place=PlaceCondition((NOMINAL,), 0, each)), halved).tolist() for each in (False, True)
    )
    with opened(layer.path) as package:
        features = package.all()
    assert inside == features.ids[shapely.covers(area, features.geometries)].tolist()
    assert touching == features.ids[shapely.intersects(area, features.geometries)].tolist()
    assert 0 < len(inside) < len(touching) < 48
    assert not len(selected(layer, where(place=PlaceCondition(("gone",), 300)), plan))


def test_areas_and_lengths_are_those_on_the_ellipsoid():
    boxes = np.array(
        [shapely.box(117.4, 39.0, 117.4 + size, 39.0 + size) for size in (0.001, 0.004, 0.02, 0.5)]
        + [shapely.Point(117, 39), None],
        dtype=object,
    )
    true = [abs(ellipsoid().geometry_area_perimeter(box)[0]) for box in boxes[:4]]
    assert np.allclose(areas_m2(boxes)[:4], true, rtol=2e-6)
    assert areas_m2(boxes)[4:].tolist() == [0, 0]
    lines = np.array([boxes[1].exterior, shapely.MultiLineString([boxes[0].exterior, boxes[2].exterior]), None])
    lines[0] = shapely.LineString(lines[0].coords)
    assert np.allclose(lengths_m(lines)[:2], [ellipsoid().geometry_length(line) for line in lines[:2]])
    assert lengths_m(lines)[2] == 0


def test_an_answer_counts_measures_and_groups(plan, layer):
    found = answer(
        plan, layer, where(FieldCondition("用地", values=("居住", "商业")), place=PlaceCondition((SITE,), 600))
    )
    assert 0 < found.count < 32
    with opened(layer.path) as package:
        shapes = package.numbered(found.ids.tolist()).geometries
    assert found.size == pytest.approx(sum(abs(ellipsoid().geometry_area_perimeter(each)[0]) for each in shapes))
    assert found.size_share == pytest.approx(found.count / 48, rel=1e-3)
    figures = found.figures("容积率")
    assert (figures.count, figures.total) == (found.count, pytest.approx(sum(values(layer, "容积率", found.ids))))
    by_use = found.by_value("用地")
    assert {group.key for group in by_use} == {"居住", "商业"}
    assert sum(group.count for group in by_use) == found.count
    assert sum(group.size for group in by_use) == pytest.approx(found.size)
    by_site = {group.key: group for group in found.by_site(1000)}
    assert by_site[SITE].count == found.count
    assert by_site[NOMINAL].nominal
    assert "dongli-district" not in by_site
    tasks = {task.id for task in plan.tasks_by_site[SITE]}
    assert tasks <= {group.key for group in found.by_task()}
    # By a field that names sites: the others have no task.
    named = {group.key: group.count for group in found.by_task(field="地点")}
    assert tasks == named.keys() - {""}
    assert named[""] == sum(value == "nowhere..at all" for value in values(layer, "地点", found.ids))


def test_what_is_not_exact_is_called_so(plan, layer):
    found = answer(plan, layer, where(place=PlaceCondition((NOMINAL,), 500)))
    assert "名义位置" in question_words(plan, found.question, ZH)
    assert any("不是确数" in line for line in answer_lines(found, ZH))
    assert any("accurate to about 1 m" in line for line in answer_lines(found, EN))


def test_maps_and_sheets_draw_and_name_what_is_selected(plan, layer):
    query = f"ask={layer.scene_id}~用地:is:居住~:near:600:{SITE}&show={layer.scene_id}"
    scene = checked(plan, scene_of(f"?{query}"))
    question = scene.questions[layer.scene_id]
    ids = selected(layer, question, plan).tolist()
    drawn = json.loads(features_json(layer, plan, question))
    assert [feature["id"] for feature in drawn["features"]] == ids
    assert len(json.loads(features_json(layer))["features"]) == 48
    sent = arguments(plan, scene, select(plan, scene, today=DAY))
    assert sent["ask"] == query.partition("&")[0].removeprefix("ask=")
    assert f"{len(ids)} / 48" in sent["asked"][layer.scene_id]["words"]
    here = shapely.Point(drawn["features"][0]["bbox"][:2])
    assert at_place([layer], here.x, here.y, 1e-4, 1e-4, {layer: np.array(ids)})[1] == 1
    assert at_place([layer], here.x, here.y, 1e-4, 1e-4, {layer: np.array([], dtype=np.int64)})[1] == 0
    sheet, whole = sheet_of(plan, query), sheet_of(plan, f"show={layer.scene_id}")
    assert any(f"{len(ids)} / 48" in words and "居住" in words for words in sheet.drawing.texts())
    assert sheet.digest != whole.digest
    own = own_content(layer, plan.grid, sheet.drawing.extent, plan, question)
    assert own.ids.tolist() == ids


def test_what_a_question_names_and_the_plan_lacks_is_refused_on_sheets_and_left_out_on_pages(plan, layer):
    scene = scene_of(f"?ask={layer.scene_id}~用地:is:居住~:near:600:gone~~own-gone~x:is:1")
    with pytest.raises(PlanMapError, match="no-such-site"):
        checked(plan, scene)
    opened_scene = fitted(plan, scene, DAY)
    assert opened_scene.questions == {layer.scene_id: where(FieldCondition("用地", values=("居住",)))}
    # A field that is not there: the map shows nothing of the layer, and says so.
    odd = Scene(questions={layer.scene_id: where(FieldCondition("没有", empty=True))}, visible={layer.scene_id: True})
    asked = arguments(plan, odd, select(plan, odd, today=DAY))["asked"][layer.scene_id]
    assert asked["url"] == ""
    assert "没有字段" in asked["words"]


def test_a_slide_is_named_after_the_question_and_its_notes_have_the_answer(plan, layer):
    query = f"ask={layer.scene_id}~用地:is:居住&show={layer.scene_id}&at=39.0660,117.4250,15"
    slide = slide_of(plan, query, DAY)
    assert slide.title == ("地块：用地 是 居住", "地块: 用地 is 居住")
    made = slides(plan, Deck("a", Text("甲", "A"), (slide,)), language="zh", today=DAY)
    notes = [
        each.notes_slide.notes_text_frame.text for each in Presentation(BytesIO(made)).slides if each.has_notes_slide
    ]
    assert any("地块 16 / 48：用地 是 居住" in each for each in notes)


VALUES = (
    st.none() | st.integers(-5, 5) | st.floats(-5, 5) | st.sampled_from(["", " ", "a", "A%", "x_y", "'", "2", "2.5"])
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(VALUES, max_size=12),
    st.integers(-5, 5),
    st.sampled_from(["a", "%", "_", "'", "2"]),
    st.sampled_from(["TEXT", "REAL"]),
)
def test_a_query_tests_values_as_they_are(column, limit, text, declared):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.create_function(NUMBER_FUNCTION, 1, number_of, deterministic=True)
        connection.execute(f'CREATE TABLE t (i INTEGER PRIMARY KEY, "a""b" {declared})')
        connection.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(column)))
        stored = dict(connection.execute("SELECT * FROM t").fetchall())

        def passing(test: ValueTest) -> set[int]:
            where, values = test.sql(declared)
            return {row[0] for row in connection.execute(f"SELECT i FROM t WHERE {where}", values)}  # noqa: S608

        numbers = {
            i: number_of(value) if declared == "TEXT" or not isinstance(value, str) else None
            for i, value in stored.items()
        }
        words = {i: "" if value is None else str(value) for i, value in stored.items()}
        assert passing(ValueTest('a"b', Compare.LEAST, (limit,))) == {
            i for i, n in numbers.items() if n is not None and n >= limit
        }
        assert passing(ValueTest('a"b', Compare.MOST, (limit,))) == {
            i for i, n in numbers.items() if n is not None and n <= limit
        }
        assert passing(ValueTest('a"b', Compare.EMPTY)) == {i for i, word in words.items() if not word.strip(" ")}
        assert passing(ValueTest('a"b', Compare.ANY, (text, "A%"))) == {
            i
            for i, value in stored.items()
            if value in (text, "A%") or (declared == "REAL" and text == "2" and value == 2)
        }
        if declared == "TEXT":
            has = {i for i, word in words.items() if text.lower() in word.lower()}
            assert passing(ValueTest('a"b', Compare.HAS, (text,))) == has


DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31)).map(str)
WRITTEN = (
    st.none()
    | st.integers()
    | DAYS
    | st.builds("{}{}".format, DAYS, st.sampled_from(["T08:00:00Z", " 23:59:59.999+08:00", "x", "Z", " ", "-01"]))
    | st.sampled_from(["", "2026-02-30", "2026-13-01", "0000-01-01", "2026-1-1", "20260101", "now", "２０２６-01-01"])
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WRITTEN, max_size=12), st.dates(), st.sampled_from(["DATE", "DATETIME", "TEXT"]))
def test_a_query_finds_the_days_that_python_does(column, limit, declared):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f'CREATE TABLE t (i INTEGER PRIMARY KEY, "a""b" {declared})')
        connection.executemany(
            "INSERT INTO t VALUES (?, ?)", [(i, value) for i, value in enumerate(column) if is_small(value)]
        )
        stored = dict(connection.execute("SELECT * FROM t").fetchall())
        days = {i: day for i, value in stored.items() if (day := day_of(value)) is not None}
        for compare, holds in ((Compare.SINCE, date.__ge__), (Compare.UNTIL, date.__le__)):
            where, values = ValueTest('a"b', compare, (limit.isoformat(),)).sql(declared)
            found = {row[0] for row in connection.execute(f"SELECT i FROM t WHERE {where}", values)}  # noqa: S608
            assert found == {i for i, day in days.items() if holds(day, limit)}


def is_small(value: object) -> bool:
    return not isinstance(value, int) or abs(value) < 2**63


def test_days_select_dates_and_times_and_are_asked_for_in_a_command(base, tmp_path):
    folder = Path(shutil.copytree(base, tmp_path / "plan"))
    made = parcels(2, 3)
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 6, 30), date(2025, 1, 1), None, date(1999, 5, 5)]
    made["批准"] = pd.array(days, dtype=pd.ArrowDtype(pa.date32()))
    made["竣工"] = pd.to_datetime([None if day is None else f"{day}T23:30:00+08:00" for day in days], utc=True)
    made["竣工"] = made["竣工"].dt.tz_convert("Asia/Shanghai")
    made.to_file(tmp_path / "dated.gpkg", layer="批地", use_arrow=True)
    layer = added(folder, tmp_path / "dated.gpkg")
    assert {field.name: field.type for field in layer.fields}["批准"] == "date"
    plan = plan_in(folder)
    for field in ("批准", "竣工"):
        written = values(layer, field, np.arange(1, 7))
        for since, until in ((date(2024, 1, 1), None), (None, date(2024, 1, 1)), (date(2024, 1, 1), date(2024, 6, 30))):
            expected = [
                number
                for number, value in enumerate(written, 1)
                if (day := day_of(value)) is not None and (since or day) <= day <= (until or day)
            ]
            assert selected(layer, where(FieldCondition(field, since=since, until=until)), plan).tolist() == expected
            assert expected
    options = ["layer", "ask", "批地", "--plan", str(folder), "--where"]
    for asked, address in (
        ("批准=2024..", "批准:from:2024-01-01.."),
        ("批准=..2024-06", "批准:from:..2024-06-30"),
        ("批准=2024-02..2024-02", "批准:from:2024-02-01..2024-02-29"),
        ("竣工=2023-12-31..2025", "竣工:from:2023-12-31..2025-12-31"),
    ):
        said = call(*options, asked, folder=tmp_path).stdout
        assert str(scene_of(said.strip().splitlines()[-1]).questions[layer.scene_id]) == address
    assert "竣工 在 2023-12-31 至 2025-12-31" in said
    refused = one_line(call(*options, "批准=2024-13..", folder=tmp_path))
    assert "“2024-13”不是日期" in refused
    assert "YYYY-MM-DD" in refused
    assert "批准=2020-01..2024" in one_line(call(*options, "批准=2024..2020-01", folder=tmp_path))
    open_end = where(FieldCondition("批准", since=date(2024, 1, 1)))
    assert question_words(plan, open_end, ZH) == "批准 自 2024-01-01 起"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("容积率=abc..def", "“abc”不是数字：字段“容积率”的范围两端应是数字 → 写成数字，例如 容积率=1..2.5"),
        ("容积率=1..2|3..4", "“2|3..4”不是数字"),
        ("容积率=1e999..", "“1e999”不是数字"),
        ("容积率=..", "“..”不是数字"),
        ("用地=甲..乙", "“用地”是文字字段，没有数字或日期，不能按范围 甲..乙 查"),
        ("用地=1..2", "有数字或日期的字段：容积率"),
        ("说明=a..b", "“a”不是数字"),
        ("容积率=2.5..1", "两端颠倒，什么也选不出 → 小的、早的写在前面：容积率=1..2.5"),
    ],
)
def test_a_range_that_finds_nothing_whatever_the_layer_has_is_refused(base, tmp_path, condition, words):
    given = ["layer", "ask", "地块", "--plan", str(base), "--where", condition]
    assert words in one_line(call(*given, folder=tmp_path))


def test_numbers_in_a_text_have_a_range_and_a_text_with_two_dots_is_a_text(base, layer, plan):
    def asked(condition: str) -> LayerQuestion:
        return question_of(plan, layer, Asked([condition], [], "", False))

    assert len(selected(layer, asked("说明=12..13"), plan)) == 8
    assert asked("地点=nowhere..at all").where == (FieldCondition("地点", values=("nowhere..at all",)),)


def test_the_command_says_the_answer_and_gives_its_address(base, layer, tmp_path):
    options = ["layer", "ask", "地块", "--plan", str(base), "--where", "用地=居住|商业", "--near", "军粮城北站"]
    said = call(*options, "--within", "600m", "--by", "site", "--by", "用地", "--sum", "容积率", folder=tmp_path).stdout
    scene = scene_of(said.strip().splitlines()[-1])
    assert scene.visible == {layer.scene_id: True}
    found = selected(layer, scene.questions[layer.scene_id], plan_in(base))
    assert f"{len(found)} 个要素，共 48 个" in said
    for words in ("按椭球面量算", "按“用地”", "军粮城北站", "合计"):
        assert words in said
    printed = call(*options, "--within", "600m", "--by", "用地", "--json", "--lang", "en", folder=tmp_path).stdout
    document = json.loads(printed)
    assert document["ids"] == found.tolist()
    assert document["count"] == sum(group["count"] for group in document["by"]["用地"]) == len(found)
    table = tmp_path / "answer.csv"
    assert str(table) in call(*options, "-o", str(table), folder=tmp_path).stdout
    assert table.read_text("utf-8-sig").startswith("fid,地块编号,用地")
    odd = (["--where", "没有=1"], "没有字段"), (["--within", "5km"], "--near"), (["--where", "x"], "无法理解")
    odd = (*odd, (["--by", "没有"], "图层“地块”没有字段"), (["--near", "火星"], "相近的有：-"))
    odd = (*odd, (["--near", "军粮城北站", "--within", "5km", "--inside"], "--within 不能与 --inside 一起用"))
    odd = (*odd, (["--sum", "用地"], "字段“用地”里没有可以合计的数字 → 换一个数字字段：容积率"))
    odd = (*odd, (["--sum", "没有"], "没有字段“没有”"))
    odd = (*odd, (["--join", "用地"], "--join 要与 --by task 一起用"))
    for wrong, words in odd:
        assert words in one_line(call("layer", "ask", "地块", "--plan", str(base), *wrong, folder=tmp_path))


def test_groups_of_nothing_say_so_instead_of_a_heading_over_nothing(base, tmp_path):
    options = ["layer", "ask", "地块", "--plan", str(base), "--where", "用地=农田", "--by", "site", "--by", "用地"]
    lines = call(*options, folder=tmp_path).stdout.splitlines()
    assert lines[-5:-1] == ["按地点（相交）：", "  没有要素符合条件", "按“用地”：", "  没有要素符合条件"]


def test_lines_are_measured_by_length(base, tmp_path):
    x, y = STATION
    roads = gpd.GeoDataFrame(
        {"名": ["甲", "乙"]},
        crs=GRID_CODE,
        geometry=[shapely.LineString([(x, y), (x + 300, y)]), shapely.LineString([(x, y + 9000), (x + 500, y + 9000)])],
    )
    roads.to_file(tmp_path / "roads.gpkg", layer="路")
    folder = Path(shutil.copytree(base, tmp_path / "plan"))
    made = added(folder, tmp_path / "roads.gpkg")
    found = answer(plan_in(folder), made, where(place=PlaceCondition((SITE,), 1000)))
    assert (found.count, round(found.size)) == (1, 300)
    assert found.size_share == pytest.approx(300 / 800, rel=1e-3)
