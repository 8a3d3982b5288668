"""Where a site lies, set after the plan was written: kept apart from it, checked, with a history, and over outlines."""

import datetime as dt
import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from app import context
from app.context import Context
from app.position_route import position_answer
from app.record.placing import place
from app.settings import Settings
from geo.errors import GeometryError, PlanMapError
from geo.wkt import LONGEST, read_wkt, write_wkt
from layers.draw.paper import SIZES, Paper
from layers.ground.outlines import FILE, with_outlines
from layers.plan.amend import amend
from layers.plan.beside import Beside
from layers.plan.digest import map_digest, whole_digest
from layers.plan.event_id import new_id
from layers.plan.plan import Amendment
from layers.plan.scene import Scene
from layers.plan.site_amend import given_of
from layers.plan.terms import Moment, Precision, Subject, Text
from layers.resources import default_plan_folder
from layers.selection.changes import Mark, site_marks
from layers.selection.event_words import change_lines
from layers.selection.select import select
from layers.selection.site_history import stand_words, stands
from layers.sheet.sheet import Order, compose
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.check_amendments import check_amendment
from layers.store.folder import FolderStore
from layers.translation import translation
from tests.command import call, one_line
from tests.hostile_plan import ATTACK
from tests.test_amendments import folder_with

ZH = translation("zh")
TODAY = dt.date(2026, 11, 26)
UNPLACED, PLACED, WHOLE = "donghu-scenic", "cauc", "dongli-lake-centre"
POINT = {
    "geometry": "POINT (117.4635 39.1889)",
    "precision": "approximate",
    "accuracy_m": "300",
    "source_zh": "科室核对",
    "licence": "CC0-1.0",
}
SAID = {"about": "site", "reason": "原因", "recorded_by": "某人", "recorded_at": "2026-11-25"}


def placing(values, site=UNPLACED, **more):
    moment = Moment.parse("2026-11-25T09:30:00+08:00")
    made = Amendment(new_id("a"), Subject.SITE, site, values, "现场核对", None, "规划科", moment)
    return replace(made, **more)


def square(side=0.01):
    return write_wkt(shapely.box(117.46, 39.18, 117.46 + side, 39.18 + side))


# Well-known text


@given(
    st.lists(st.tuples(st.floats(-179, 179), st.floats(-89, 89)), min_size=3, max_size=30, unique=True),
    st.sampled_from([shapely.MultiPoint, shapely.LineString]),
)
def test_a_shape_comes_back_to_a_centimetre(corners, kind):
    shape = kind(corners)
    back = read_wkt(write_wkt(shape))
    assert back.geom_type == shape.geom_type
    assert shapely.get_coordinates(back) == pytest.approx(shapely.get_coordinates(shape), abs=1e-7)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("POINT (217 39)", "geometry-not-degrees"),
        ("POINT (NaN 39)", "geometry-not-finite"),
        ("POINT EMPTY", "geometry-type"),
        ("GEOMETRYCOLLECTION (POINT (1 1))", "geometry-type"),
        ("CIRCULARSTRING (0 0, 1 1, 2 0)", "geometry-type"),
        ("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))", "geometry-invalid"),
        ("LINESTRING (1 1", "geometry-unreadable"),
        ("POINT (1 1); DROP TABLE", "geometry-unreadable"),
        ("<img onerror>", "geometry-type"),
        ("LINESTRING (" + "1 1, " * (LONGEST // 5) + "2 2)", "wkt-too-long"),
    ],
)
def test_what_is_no_shape_is_refused(text, code):
    with pytest.raises(GeometryError, match=code):
        read_wkt(text)


# Checked before it is written


@pytest.mark.parametrize(
    ("site", "values", "field", "code"),
    [
        ("nowhere", POINT, "subject_id", "unknown-site"),
        (UNPLACED, {**POINT, "precision": "unplaced"}, "precision", "precision-mismatch"),
        (UNPLACED, {"geometry": POINT["geometry"]}, "precision", "precision-mismatch"),
        (UNPLACED, {**POINT, "precision": "sure"}, "precision", "field-choice"),
        (UNPLACED, {**POINT, "accuracy_m": "-1"}, "accuracy_m", "field-range"),
        (UNPLACED, {**POINT, "source_zh": ""}, "source_zh", "field-missing"),
        (UNPLACED, {**POINT, "geometry": "POINT (1 "}, "geometry", "geometry-unreadable"),
        (UNPLACED, {**POINT, "name_zh": "x"}, "name_zh", "field-unknown"),
        (UNPLACED, {**POINT, "id": "x"}, "id", "field-unknown"),
        (PLACED, {"geometry": ""}, "precision", "precision-mismatch"),
    ],
)
def test_what_cannot_be_set_of_a_site_is_refused_by_field(plan, site, values, field, code):
    found, faults = check_amendment(plan, {**SAID, "subject_id": site, "values": json.dumps(values)})
    assert found is None
    assert (field, code) in [(fault.field, fault.code) for fault in faults]


def test_a_whole_keeps_its_position_while_a_part_has_one(plan):
    values = {"geometry": "", "precision": "unplaced", "accuracy_m": ""}
    whole = next(site.part_of for site in plan.sites.values() if site.part_of and site.placed)
    _, faults = check_amendment(plan, {**SAID, "subject_id": whole, "values": json.dumps(values)})
    assert [fault.code for fault in faults] == ["parts-placed"]


def test_a_folder_may_hold_them_and_faults_name_file_row_and_field(tmp_path):
    row = {**SAID, "id": "a-1", "subject_id": UNPLACED, "values": json.dumps(POINT)}
    found = read_plan(open_store(str(folder_with(tmp_path / "good", [row]))))
    assert found.sites[UNPLACED].geometry.equals(shapely.Point(117.4635, 39.1889))
    bad = {**row, "id": "a-2", "values": json.dumps({"geometry": "POINT (1"})}
    _, faults = FolderStore(folder_with(tmp_path / "bad", [row, bad])).check()
    assert [fault.place for fault in faults] == ["amendments.csv, 3, geometry"]


# Into the store


def test_a_site_is_placed_beside_what_was_written_and_copies_keep_both(plan, home, tmp_path):
    store = copy_plan(plan, home)
    version = store.version()
    one = placing(POINT)
    store.add_amendment(one, known="")
    after = read_plan(open_store(home))
    site = after.sites[UNPLACED]
    assert (site.precision, site.accuracy_m, site.source.zh) == (Precision.APPROXIMATE, 300.0, "科室核对")
    assert after.sites_as_written == plan.sites
    assert after.tasks == plan.tasks
    assert store.version() != version
    assert map_digest(after) != map_digest(plan)
    copied = read_plan(copy_plan(read_plan(store, as_written=True), str(tmp_path / "copy.gpkg")))
    assert whole_digest(copied) == whole_digest(after)
    assert not copied.sites_as_written[UNPLACED].placed


def test_nobody_places_over_what_they_have_not_seen_and_tasks_of_that_name_do_not_count(plan, home):
    # A site and a task may have one id.
    tasks = {**plan.tasks, UNPLACED: replace(plan.tasks["gdp-growth"], id=UNPLACED)}
    store = copy_plan(replace(plan, tasks=tasks), home)
    store.add_amendment(placing({"note_zh": "任务的备注"}, about=Subject.TASK), known="")
    first = placing(POINT)
    store.add_amendment(first, known="")
    with pytest.raises(PlanMapError) as caught:
        store.add_amendment(placing({**POINT, "accuracy_m": "50"}), known="")
    assert (caught.value.code, caught.value.details["by"]) == ("task-recorded", "规划科")
    store.add_amendment(placing({**POINT, "accuracy_m": "50"}), known=first.id)
    assert read_plan(store).sites[UNPLACED].accuracy_m == 50
    with pytest.raises(PlanMapError, match="unknown-site"):
        store.add_amendment(placing(POINT, site="nowhere"))


def test_the_history_has_each_position_with_who_and_why(plan):
    moved = placing({"geometry": square(), "precision": "mapped", "accuracy_m": ""})
    noted = placing({"note_zh": "只是备注"})
    after = amend(amend(amend(plan, placing(POINT)), moved), noted)
    found = stands(after, UNPLACED)
    assert [stand.site.geometry and stand.site.geometry.geom_type for stand in found] == [None, "Point", "Polygon"]
    assert found[-1].site == replace(after.sites[UNPLACED], note=found[-1].site.note)
    lines = [stand_words(after, stand, ZH) for stand in found]
    assert lines[0] == "无坐标 · 计划原来的位置"
    assert "117.46350°E 39.18890°N" in lines[1]
    assert "规划科 记录于 2026-11-25 09:30" in lines[2]
    assert given_of(found[1].site)["accuracy_m"] == "300"


def test_a_place_that_was_put_somewhere_is_a_change_of_its_tasks(plan):
    after = amend(plan, placing(POINT))
    scene = Scene(since=dt.date(2026, 11, 24))
    selection = select(after, scene, today=TODAY)
    assert {change.task.id for change in selection.changes} == {task.id for task in plan.tasks_by_site[UNPLACED]}
    assert site_marks(after, selection.changes)[UNPLACED] is Mark.AMENDED
    lines = "\n".join(change_lines(after, selection.changes, scene.since, TODAY, ZH))
    assert "改动 1 处" in lines
    assert "东湖风景区 · 定位" in lines
    assert select(after, replace(scene, since=dt.date(2026, 11, 25)), today=TODAY).changes == ()


def test_what_is_drawn_by_hand_lies_over_an_outline_that_was_taken(plan, tmp_path):
    extent = next(site for site in plan.sites.values() if site.precision is Precision.NOMINAL and site.geometry.area)
    outline = shapely.box(*extent.geometry.bounds)
    feature = {
        "type": "Feature",
        "id": extent.id,
        "properties": {},
        "geometry": json.loads(shapely.to_geojson(outline)),
    }
    (tmp_path / FILE).write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    here = replace(plan, beside=Beside(tmp_path))
    assert with_outlines(here).sites[extent.id].geometry.equals(outline)
    noted = amend(here, placing({"note_zh": "备注"}, site=extent.id))
    assert with_outlines(noted).sites[extent.id].geometry.equals(outline)
    # Still nominal, but somebody has drawn it: it is theirs.
    drawn = amend(here, placing({"geometry": square()}, site=extent.id))
    assert with_outlines(drawn).sites[extent.id].geometry.equals(read_wkt(square()))


def test_a_placed_site_is_on_sheets_and_says_how_sure_it_is(plan):
    after = amend(plan, placing({**POINT, "source_zh": ATTACK}))
    selection = select(after, Scene(site=UNPLACED), today=TODAY)
    assert selection.sites[UNPLACED] is not None
    sheet = compose(after, Scene(site=UNPLACED), Order(Paper("A4", *SIZES["A4"])), today=TODAY)
    assert any("东湖风景区" in text for text in sheet.drawing.texts())


# What the form sends


def written(home):
    copy_plan(read_plan(FolderStore(default_plan_folder())), home)
    return Context(Settings(plan=home)), open_store(home)


def message(known="", shape=None, **fields):
    point = {"type": "Point", "coordinates": [117.4635, 39.1889]}
    said = {**POINT, "note_zh": "", "summary_zh": "现场核对", "recorded_by": "规划科", **fields}
    del said["geometry"]
    sent = point if shape is None else shape
    return {
        "id": new_id("a"),
        "site": UNPLACED,
        "known": known,
        "sent": 3,
        "shape": json.dumps(sent) if sent else "",
        "fields": said,
    }


def test_what_is_drawn_is_recorded_once_and_seen_at_once(home):
    served, store = written(home)
    sent = message()
    answer = place(served, sent, ZH)
    assert (answer.sent, answer.done, answer.faults) == (3, True, {})
    assert "定位" in answer.words
    assert place(served, sent, ZH).done
    assert len(read_plan(store).amendments) == 1
    assert served.plan()[1].sites[UNPLACED].placed
    # The next one sets only what is new; an empty licence stays what it was.
    moved = message(sent["id"], {"type": "Point", "coordinates": [117.5, 39.2]}, licence="", accuracy_m="")
    assert place(served, moved, ZH).done
    assert set(read_plan(store).amendments[-1].values) == {"geometry", "accuracy_m"}
    late = place(Context(Settings(plan=home)), message(sent["id"]), ZH)
    assert not late.done
    assert (late.known, len(late.newer)) == (moved["id"], 1)
    gone = place(served, message(moved["id"], {}), ZH)
    assert gone.done
    site = read_plan(store).sites[UNPLACED]
    assert (site.geometry, site.precision, site.accuracy_m) == (None, Precision.UNPLACED, None)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    return written(str(tmp_path_factory.mktemp("plan") / "plan.gpkg"))[0]


@given(
    st.fixed_dictionaries(
        {}, optional={"site": ANYTHING, "known": ANYTHING, "shape": ANYTHING, "fields": ANYTHING, "sent": ANYTHING}
    )
)
def test_whatever_a_browser_sends_is_answered_and_nothing_is_written(served, sent):
    answer = place(served, sent, ZH)
    assert not answer.done
    assert answer.words
    assert served.plan()[1].amendments == ()


@pytest.mark.parametrize(
    "shape",
    [
        "no json",
        "[" * 100_000,
        '{"type": "Point", "coordinates": [1e999, 2]}',
        '{"type": "Polygon", "coordinates": [[[0,0],[1,1],[1,0],[0,1],[0,0]]]}',
        '{"type": "Point", "coordinates": ["117", "39"]}',
        " " * (2 * LONGEST + 1),
    ],
)
def test_a_broken_shape_is_refused_with_words(served, shape):
    answer = place(served, {**message(), "shape": shape}, ZH)
    assert not answer.done
    assert "→" in answer.words


# Coordinates that are typed


def asked(served, monkeypatch, query):
    monkeypatch.setattr(context, "_current", served)
    scope = {"type": "http", "query_string": query.encode(), "headers": []}
    return json.loads(position_answer(Request(scope)).body)


def test_the_route_says_where_it_is_and_how_that_follows(served, monkeypatch):
    found = asked(served, monkeypatch, "text=117.47,39.19&datum=gcj02")
    assert found["at"] == pytest.approx([117.46352, 39.18886], abs=1e-5)
    assert "向西 560 m" in found["words"]
    # The plan's own zone is that of its sheets.
    assert "117°E" in asked(served, monkeypatch, "text=536514 4325782&datum=cgcs2000-grid&lang=en")["words"]
    assert "请核对" in asked(served, monkeypatch, "text=91,29&datum=wgs84")["words"]
    for query in ("", "text=x&datum=<b>", "text=117,39&datum=cgcs2000-grid"):
        refused = asked(served, monkeypatch, query)
        assert refused["at"] == []
        assert "→" in refused["words"]


# On the command line


def test_the_command_places_by_coordinates_and_by_a_file_and_takes_away(plan, tmp_path):
    path = str(tmp_path / "plan.gpkg")
    copy_plan(plan, path)
    why = ("--reason", "现场核对", "--by", "规划科", "--plan", path)
    how = ("--precision", "approximate", "--accuracy", "300", "--from", "高德检索", "--licence", "facts-only")
    done = call("place", "东湖风景区", "--at", "117.47, 39.19", "--datum", "gcj02", *how, *why, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "向西 560 m" in done.stdout
    shape = {"type": "Feature", "geometry": json.loads(shapely.to_geojson(read_wkt(square())))}
    (tmp_path / "shape.geojson").write_text(json.dumps(shape), encoding="utf-8")
    again = ("--shape", str(tmp_path / "shape.geojson"), "--precision", "mapped", "--from", "规划图")
    assert call("place", UNPLACED, *again, *why, folder=tmp_path).returncode == 0
    site = read_plan(open_store(path)).sites[UNPLACED]
    # What was said of the position before does not hold for this one.
    assert (site.geometry.geom_type, site.accuracy_m, site.source) == ("Polygon", None, Text("规划图", ""))
    told = call("history", "东湖风景区", "--plan", path, folder=tmp_path).stdout
    assert told.count("定位") == 2
    assert "规划科 记录于" in told
    # The translation of what was said before goes with it, and need not be told.
    assert "位置来源（英文）" not in told
    assert call("place", UNPLACED, "--unplace", *why, folder=tmp_path).returncode == 0
    assert not read_plan(open_store(path)).sites[UNPLACED].placed


def test_the_command_refuses_in_one_line(plan, tmp_path):
    path = str(tmp_path / "plan.gpkg")
    copy_plan(plan, path)
    why = ("--precision", "mapped", "--from", "x", "--reason", "x", "--plan", path)
    (tmp_path / "two.geojson").write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    grid = ("--at", "39536512 4325787", "--datum", "cgcs2000-grid", "--zone", "40")
    for site, at, word in (
        (UNPLACED, ("--at", "117,39x"), "117,39x"),
        (UNPLACED, grid, "带号"),
        (UNPLACED, ("--shape", str(tmp_path / "two.geojson")), "two.geojson"),
        ("nowhere", ("--at", "117,39"), "nowhere"),
    ):
        assert word in one_line(call("place", site, *at, *why, folder=tmp_path))
    for wrong in (("--at", "117,39", "--unplace"), (), ("--at", "117,39")):
        given = ("--reason", "x", "--plan", path)
        assert call("place", UNPLACED, *wrong, *given, folder=tmp_path).returncode == 2
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT count(*) FROM planmap_amendments").fetchone() == (0,)
