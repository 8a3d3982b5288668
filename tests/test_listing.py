"""The list of tasks as a file: exactly the tasks as filtered, figures as figures, and nothing that runs."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.routes import listed
from layers.escape import spreadsheet
from layers.listing.files import MEDIA_TYPES, listing_file
from layers.listing.listing import Listing, listing
from layers.plan.scene import Scene, Wait
from layers.plan.terms import DueDate, Measurement, PartialDate, Status, Text
from layers.resources import default_plan_folder
from layers.selection.select import select
from tests.command import call, one_line

TODAY = date(2026, 11, 25)
FILTERED = Scene(statuses=frozenset({Status.PLANNED, Status.SEEKING}), as_of=date(2024, 10, 1), site="tsn-airport")
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =cmd|' /C calc'!A0", "＝1", '=HYPERLINK("http://e.example")')
X = {"": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def made(plan, kind: str, scene: Scene = FILTERED) -> bytes:
    return listing_file(listing(plan, scene, today=TODAY), kind)


def passing(plan, scene: Scene = FILTERED) -> list[str]:
    return [task.id for task in select(plan, scene, today=TODAY).tasks]


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        (Scene(), "未筛选，为全部任务"),
        (Scene(themes=frozenset({"airport-economy"}), statuses=frozenset({Status.IN_PROGRESS})), "临空经济、推进中"),
        (Scene(themes=frozenset({"airport-economy"}), search="机场", site="tsn-airport"), "临空经济、“机场”"),
    ],
)
def test_a_workbook_names_the_plan_and_every_filter(plan, scene, words):
    book = Book(made(plan, "xlsx", scene))
    (about,) = [book.pairs(number + 1) for number, name in enumerate(book.names) if name == "说明"]
    assert about["计划"] == "东丽区2024年政府工作报告"
    assert about["筛选"] == words


def csv_rows(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")  # Or Excel takes it for another encoding.
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def parsed(xml: str) -> ElementTree.Element:
    return ElementTree.fromstring(xml)  # noqa: S314 - what we have written ourselves


class Book:
    """A workbook as its XML says it, so that nothing takes the word of the library that has written it."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name).decode() for name in archive.namelist()}
        strings = parsed(self.parts["xl/sharedStrings.xml"])
        self.strings = ["".join(node.itertext()) for node in strings.findall("si", X)]
        book = parsed(self.parts["xl/workbook.xml"])
        self.names = [sheet.get("name") for sheet in book.findall("sheets/sheet", X)]

    def rows(self, number: int) -> list[dict[str, str | float]]:
        """Return the rows of a sheet by the words of its first: text as text, figures and days as figures."""
        tree = parsed(self.parts[f"xl/worksheets/sheet{number}.xml"])
        found = []
        for row in tree.findall("sheetData/row", X):
            cells = {}
            for cell in row.findall("c", X):
                value = cell.findtext("v", None, X)
                if value is not None:
                    column = "".join(letter for letter in cell.get("r", "") if letter.isalpha())
                    cells[column] = self.strings[int(value)] if cell.get("t") == "s" else float(value)
            found.append(cells)
        return [{found[0][column]: value for column, value in row.items()} for row in found[1:]]

    def pairs(self, number: int) -> dict[str, str]:
        """Return the rows of a sheet of two columns as labels and words."""
        tree = parsed(self.parts[f"xl/worksheets/sheet{number}.xml"])
        texts = [
            [
                self.strings[int(value)]
                for cell in row.findall("c", X)
                if cell.get("t") == "s" and (value := cell.findtext("v", None, X)) is not None
            ]
            for row in tree.findall("sheetData/row", X)
        ]
        return {row[0]: row[1] for row in texts if len(row) == 2}


def excel_day(number: float) -> date:
    return date(1899, 12, 30) + timedelta(days=number)


@pytest.mark.parametrize("scene", [FILTERED, Scene(search="军粮城"), Scene(language="en")])
def test_every_file_has_exactly_the_tasks_as_filtered(plan, scene):
    wanted = passing(plan, scene)
    assert [
        row["任务编号" if scene.language == "zh" else "Task id"] for row in Book(made(plan, "xlsx", scene)).rows(1)
    ] == wanted
    first = [row for row in csv_rows(made(plan, "csv", scene)) if row["site_no"] in ("0", "1")]
    assert [row["task"] for row in first] == wanted
    document = json.loads(made(plan, "geojson", scene))
    assert list(dict.fromkeys(one["properties"]["task"] for one in document["features"])) == wanted
    assert document["tasks"] == len(wanted)


def test_a_workbook_has_target_result_evidence_and_places_with_numbers_and_days(plan):
    scene = Scene(themes=frozenset({"overall"}))
    book = Book(made(plan, "xlsx", scene))
    assert book.names == ["任务", "地点", "佐证", "说明"]
    row = next(row for row in book.rows(1) if row["任务编号"] == "gdp-growth")
    assert (row["目标符号"], row["目标"], row["目标单位"]) == ("=", 4.5, "%")
    assert (row["实绩"], row["所述时段"], row["状态来自"]) == (4.7, "2024-01–06", "佐证")
    assert excel_day(row["状态依据 · 公布日期"]) == date(2024, 8, 28)
    assert (row["章节名称"], row["条款开头（报告原文）"]) == ("全年主要目标", plan.tasks["gdp-growth"].anchor)
    events = [
        event for task in passing(plan, scene) for event in select(plan, scene, today=TODAY).states[task].evidence
    ]
    assert len(book.rows(3)) == len(events) > 0
    about = {words for words in book.strings if "OpenStreetMap" in words or words == "示意图，不作为划界依据"}
    assert len(about) == 2


def test_a_task_has_its_due_date_how_late_it_is_and_its_note_in_every_file(plan):
    def dated(due: str) -> list[dict[str, object]]:
        task = replace(plan.tasks["gdp-growth"], due=DueDate.parse(due), note=Text("备注", "note"))
        changed = replace(plan, tasks={**plan.tasks, task.id: task})
        scene = Scene(waits=frozenset({Wait.OVERDUE}), stale_days=30, as_of=date(2025, 1, 9))
        (row,) = Book(made(changed, "xlsx", scene)).rows(1)
        flat = csv_rows(made(changed, "csv", scene))[0]
        return [row, flat, json.loads(made(changed, "geojson", scene))["features"][0]["properties"]]

    silent = (date(2025, 1, 9) - date(2024, 8, 28)).days
    row, flat, properties = dated("2024-Q4")
    assert (row["期限"], row["逾期天数"], row["无新陈述天数"], row["备注"]) == ("2024年第4季度", 9, silent, "备注")
    assert (flat["due"], flat["due_last_day"], flat["overdue_days"]) == ("2024-Q4", "2024-12-31", "9")
    assert (properties["overdue_days"], properties["stale_days"], properties["note"]) == (9, silent, "备注")
    assert excel_day(dated("2025-01-08")[0]["期限"]) == date(2025, 1, 8)


def test_addresses_are_links_and_nothing_else_is_one(plan):
    book = Book(made(plan, "xlsx", Scene()))
    shown = {row["状态依据 · 链接"] for row in book.rows(1) if "状态依据 · 链接" in row}
    assert shown == {
        state.settled_by.source.url for state in select(plan, Scene(), today=TODAY).states.values() if state.backed
    } - {""}
    links = [node.get("Target") for node in parsed(book.parts["xl/worksheets/_rels/sheet1.xml.rels"])]
    assert shown <= set(links) <= {event.source.url for event in plan.events}


def test_a_month_without_a_day_stays_a_month(plan):
    first = next(event for event in plan.events if event.basis.value == "evidence")
    month = replace(first, date=PartialDate(2024, 3), measured=Measurement(-3.5, "%"))
    changed = replace(plan, events=(month,))
    row = next(row for row in Book(made(changed, "xlsx", Scene())).rows(3))
    assert (row["公布日期"], row["公布数值"]) == ("2024-03", -3.5)


def test_sites_have_their_coordinates_precision_and_parts(plan):
    scene = Scene(search="打造海河下游绿色钢谷")
    document = json.loads(made(plan, "geojson", scene))
    task = plan.tasks["haihe-green-steel-valley"]
    features = {one["properties"]["site"]: one for one in document["features"]}
    assert set(features) == {site for whole in plan.places_of(task) for site in plan.place(whole)}
    for site_id, feature in features.items():
        site, said = plan.sites[site_id], feature["properties"]
        assert said["precision"] == site.precision.value
        assert said["accuracy_m"] == site.accuracy_m
        if site.geometry is None:
            assert (feature["geometry"], said["longitude"]) == (None, None)
        else:
            assert shape(feature["geometry"]).equals(site.geometry)
            assert (
                shape(feature["geometry"]).distance(
                    shape({"type": "Point", "coordinates": (said["longitude"], said["latitude"])})
                )
                < 0.001
            )
    assert "crs" not in document  # WGS 84 it is by RFC 7946.
    assert document["as_of"] == "2026-11-25"
    assert "OpenStreetMap" in document["description"]
    assert document["description"].endswith("示意图，不作为划界依据")


def test_a_task_without_a_site_has_one_row_and_no_geometry(plan):
    task = next(task for task in plan.tasks.values() if not task.linked_sites)
    [row] = [row for row in csv_rows(made(plan, "csv", Scene())) if row["task"] == task.id]
    assert (row["site_no"], row["site"], row["longitude"]) == ("0", "", "")
    [feature] = [
        f for f in json.loads(made(plan, "geojson", Scene()))["features"] if f["properties"]["task"] == task.id
    ]
    assert (feature["geometry"], feature["properties"]["site"]) == (None, None)


def hostile(plan, words: str) -> Listing:
    """Return a list of one task of which everything that a plan can say is `words`."""
    task = plan.tasks["gdp-growth"]
    site = replace(
        plan.sites[plan.places_of(task)[0]],
        name=Text(words, words),
        note=Text(words, words),
        source=Text(words, words),
        licence=words,
    )
    task = replace(task, title=Text(words, words), anchor=words, lead_unit=words, partners=(words,))
    events = tuple(
        replace(event, summary=Text(words, words), source=replace(event.source, title=words, publisher=words))
        for event in plan.events_by_task[task.id]
    )
    return listing(replace(plan, tasks={task.id: task}, sites={site.id: site}, events=events), Scene(), today=TODAY)


@pytest.mark.parametrize("words", FORMULAS)
def test_hostile_text_is_never_a_formula(plan, words):
    made = hostile(plan, words)
    book = Book(listing_file(made, "xlsx"))
    for name, part in book.parts.items():
        if name.startswith("xl/worksheets/sheet"):
            assert "<f" not in part.replace("<formatCode", "").replace("<fonts", "")
    assert words in book.strings
    for row in csv_rows(listing_file(made, "csv")):
        assert (row["title"], row["site_name"], row["newest_publisher"]) == (f"'{words}",) * 3


@given(st.text())
def test_what_a_spreadsheet_reads_never_begins_like_a_formula(words):
    safe = spreadsheet(words)
    assert safe in (words, f"'{words}")
    assert not safe.lstrip().startswith(tuple("=+-@＝＋－＠"))


def test_the_same_list_gives_the_same_bytes(plan):
    for kind in MEDIA_TYPES:
        assert made(plan, kind) == made(plan, kind), kind


def ask(kind: str, query: str = "") -> Response:
    """Return the server's answer, without a server."""
    scope = {"type": "http", "method": "GET", "path": f"/list/{kind}", "headers": [], "path_params": {"kind": kind}}
    return listed(Request({**scope, "query_string": query.encode()}))


def test_the_route_gives_what_the_command_writes(serve, tmp_path):
    serve(default_plan_folder())
    query = "status=planned&date=2024-10-01"
    for kind, media_type in MEDIA_TYPES.items():
        answer = ask(kind, query)
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
        assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
        target = tmp_path / f"list.{kind}"
        done = call("list", "-o", str(target), "--scene", query, "--plan", str(default_plan_folder()), folder=tmp_path)
        assert done.returncode == 0, done.stderr
        assert target.read_bytes() == answer.body
        if kind == "csv":
            assert {row["status"] for row in csv_rows(answer.body)} == {"planned"}
    with pytest.raises(HTTPException, match="404"):
        ask("exe")
    assert ".xlsx" in one_line(call("list", "-o", str(tmp_path / "list.pdf"), folder=tmp_path))


def test_the_route_says_what_is_wrong_with_the_plan(serve, plan_folder):
    serve(plan_folder)
    (plan_folder / "plan.toml").unlink()
    answer = ask("csv")
    assert answer.status_code == 503
    assert "→" in answer.body.decode()
