"""Rules that exist twice, in Python and in the browser, by the tables of cases that tests/js/ runs too."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyproj
import pytest
import shapely

from geo.datum import gcj02_to_bd09, wgs84_to_gcj02
from geo.grid import grid_of
from layers import style
from layers.browser.payload import arguments, plan_payload
from layers.draw.content import content
from layers.draw.legend import entries
from layers.ground import look
from layers.plan.catalogue import Catalogue, LayerEntry
from layers.plan.event import Event
from layers.plan.plan import Plan, Site, Task
from layers.plan.scene import Evidence, Scene, Wait
from layers.plan.terms import Basis, Confidence, DueDate, Kind, Moment, PartialDate, Precision, Source, Status, Text
from layers.selection.select import select
from layers.selection.status import task_state
from layers.translation import translation

CASES = Path(__file__).with_name("cases")
TODAY = date(2026, 11, 22)
LETTERS = {"p": "planned", "s": "seeking", "i": "in_progress", "d": "done", "l": "delayed", "x": "stopped"}
HERE = shapely.Point(117.42, 39.06)
AWAY = shapely.Point(117.9, 39.9)
GRID = grid_of("EPSG:4548")
FRAME = GRID.project(HERE.buffer(0.05)).bounds


def cases(name: str) -> list[Any]:
    table = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in table["cases"]]


def event(task_id: str, *, status: Status | None, basis: Basis) -> Event:
    return Event(
        task_id=task_id,
        date=PartialDate.parse("2024-02" if basis is Basis.STATED else "2024-06"),
        basis=basis,
        status=status,
        measured=None,
        period=None,
        summary=Text("摘要", "summary"),
        source=Source("标题", "发布者", ""),
        confidence=Confidence.HIGH,
        recorded_by="test",
        recorded_at=Moment(date(2026, 1, 1)),
    )


def events(task_id: str, letter: str, *, evidence: bool) -> list[Event]:
    """What gives a task this letter, and evidence or none."""
    status = Status(LETTERS[letter.lower()]) if letter != "-" else None
    stated = Status.PLANNED if letter.isupper() else status
    found = [event(task_id, status=stated, basis=Basis.STATED)] if stated else []
    if evidence:
        found.append(event(task_id, status=status if letter.isupper() else None, basis=Basis.EVIDENCE))
    return found


def task(task_id: str, sites: Sequence[str], theme: str) -> Task:
    return Task(
        id=task_id,
        section="section",
        title=Text(f"任务 {task_id}", f"Task {task_id}"),
        kind=Kind.PROJECT,
        theme=theme,
        verb="",
        lead_unit="",
        target=None,
        sites=tuple(sites),
        context_sites=(),
        partners=(),
        anchor="",
        clause=task_id,
    )


def site(site_id: str, name: str, category: str, geometry: Any = HERE) -> Site:
    source, nothing = Text("试验", "test"), Text("", "")
    return Site(site_id, Text(name, name), category, geometry, Precision.MAPPED, None, source, "facts-only", nothing)


def plan_of(plan: Plan, tasks: list[Task], sites: list[Site], known: list[Event], ground: Sequence[str] = ()) -> Plan:
    """Return `plan` with these tasks, sites and events alone, in one layer of the ground and one that is not."""
    low, high = [one.id for one in sites if one.id in ground], [one.id for one in sites if one.id not in ground]
    some = replace(plan.catalogue.layers[0], visible=True)
    layers = (
        replace(some, id="ground", sites=tuple(low), ground=True),
        replace(some, id="sites", sites=tuple(high), ground=False),
    )
    return Plan(
        info=replace(plan.info, district_site=""),
        sites={one.id: one for one in sites},
        tasks={one.id: one for one in tasks},
        events=tuple(known),
        catalogue=replace(plan.catalogue, layers=layers),
    )


@pytest.mark.parametrize("case", cases("filter"))
def test_the_filter(plan, case):
    letters, evidence = case["tasks"], case["evidence"]
    numbers = range(len(letters))
    linked = [[one["name"] for one in case["sites"] if number in one["tasks"]] for number in numbers]
    wanted = case.get("theme", [])
    tasks = [task(str(n), linked[n], "asked" if n in wanted else "other") for n in numbers]
    sites = [site(one["name"], one["name"], one.get("category", "place")) for one in case["sites"]]
    known = [item for n in numbers for item in events(str(n), letters[n], evidence=evidence[n] == "1")]
    if "waits" in case:
        waits = [int(digit) for digit in case["waits"]]
        tasks = [replace(one, due=DueDate.parse("2025-12")) if waits[n] & 1 else one for n, one in enumerate(tasks)]
        recent = PartialDate.parse("2026-10")
        known = [one if waits[int(one.task_id)] & 2 else replace(one, date=recent) for one in known]
    tiny = plan_of(plan, tasks, sites, known)
    scene = Scene(
        statuses=frozenset(Status(status) for status in case.get("statuses", [])),
        evidence=Evidence(case["evidence_is"]) if "evidence_is" in case else None,
        waits=frozenset(Wait(wait) for wait in case.get("waits_for", [])),
        themes=frozenset({"asked"} if wanted else ()),
        search=case.get("search", ""),
    )
    sent = arguments(tiny, scene, select(tiny, scene, today=TODAY))
    expected = {"overdue": "0" * len(case["sites"]), **case["shown"]}
    assert {key: sent[key] for key in ("tasks", "sites", "overdue")} == expected
    # What the browser filters by until then, which the other half of this test is given.
    assert sent["all"] == letters
    assert sent["evidence"] == evidence
    assert sent["waits"] == case.get("waits", sent["waits"])
    assert sent["candidates"] == case.get("candidates", "1" * len(letters))
    assert [one["tasks"] for one in plan_payload(tiny)["sites"]] == [one["tasks"] for one in case["sites"]]


def shape(kind: str, at: shapely.Point) -> Any:
    if kind == "line":
        return shapely.LineString([(at.x - 0.01, at.y), (at.x + 0.01, at.y)])
    return at.buffer(0.01) if kind == "area" else at


@pytest.mark.parametrize("case", cases("legend"))
def test_the_legend(plan, case):
    listed = case["sites"]
    sites = [
        replace(
            site(str(n), f"点位{n}", one["category"], shape(one["shape"], AWAY if one.get("away") else HERE)),
            precision=Precision(one.get("precision", "mapped")),
        )
        for n, one in enumerate(listed)
    ]
    with_task = [n for n, one in enumerate(listed) if "task" in one]
    tasks = [task(str(n), [str(n)], "other" if listed[n].get("filtered") else "asked") for n in with_task]
    known = [
        item for n in with_task for item in events(str(n), listed[n]["task"], evidence=listed[n]["task"].isupper())
    ]
    ground = [str(n) for n, one in enumerate(listed) if one.get("ground")]
    tiny = plan_of(plan, tasks, sites, known, ground)
    text = translation("zh")
    filters = any(one.get("filtered") for one in listed)
    scene = Scene(themes=frozenset({"asked"} if filters else ()))
    shown = content(tiny, scene, select(tiny, scene, today=TODAY), FRAME, 50_000)
    in_table = [task_state(events("", letter, evidence=letter.isupper()), TODAY) for letter in case.get("listed", "")]
    found = [(entry.group, entry.text) for entry in entries(tiny, scene, shown, text, listed=in_table)]
    statuses = [
        text(f"status.{status}") + text("sheet.backed" if backed else "sheet.only-stated")
        for status, backed in case["statuses"]
    ]
    categories = {text(f"category.{category}") for category in style.CATEGORIES}
    assert [words for group, words in found if group == "legend.site-status"] == statuses
    # Sheets also list what they alone have, such as symbols that were moved.
    of_symbols = [words for group, words in found if group == "legend.category"]
    assert [words for words in of_symbols if words in categories] == [
        text(f"category.{one}") for one in case["symbols"]
    ]
    discs = {text(f"legend.{key}"): key for key in ("no-task", "filtered-out", "no-status")}
    assert [discs[words] for words in of_symbols if words in discs] == case.get("grey", [])
    of_lines = [words for group, words in found if group == "legend.lines"]
    rough = "".join(text(f"legend.{key}")[0] for key in ("approximate", "nominal-line", "nominal-area"))
    named = [words for words in of_lines if re.split(f"[{rough}]", words)[0] in categories]
    parts = [one.partition(":") for one in case["lines"]]
    assert named == [
        text(f"category.{category}") + (text(f"legend.{words}") if words else "") for category, _, words in parts
    ]


def positions() -> dict[str, Any]:
    return json.loads((CASES / "positions.json").read_text(encoding="utf-8"))


def test_gcj02():
    for case in positions()["gcj02"]:
        assert wgs84_to_gcj02(*case["wgs84"]) == pytest.approx(case["is"], abs=1e-9)
        if "listed" in case:
            assert wgs84_to_gcj02(*case["wgs84"]) == pytest.approx(case["listed"], abs=1e-5)


def test_bd09():
    for case in positions()["bd09"]:
        assert gcj02_to_bd09(*case["gcj02"]) == pytest.approx(case["is"], abs=1e-9)


def test_the_grid():
    by_code = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:4548", always_xy=True)
    by_definition = pyproj.Transformer.from_crs("EPSG:4326", GRID.proj, always_xy=True)
    for case in positions()["grid"]:
        assert by_code.transform(*case["wgs84"]) == pytest.approx(case["is"], abs=1e-3)
        assert by_definition.transform(*case["wgs84"]) == pytest.approx(case["is"], abs=1e-3)
        assert GRID.position(*case["wgs84"]) == pytest.approx(case["is"], abs=1e-3)


@pytest.mark.parametrize("case", positions()["grids"], ids=lambda case: case["crs"])
def test_a_grid_elsewhere(case):
    # In the very letters that the browser's half is tested with: it reads no exponents.
    assert grid_of(case["crs"]).proj == case["proj"]
    assert grid_of(case["crs"]).position(*case["wgs84"]) == pytest.approx(case["is"], abs=1e-2)


def test_lengths_and_areas():
    ellipsoid = pyproj.Geod(a=6378137, rf=298.257222101)
    for case in positions()["lines"]:
        longitudes, latitudes = zip(*case["wgs84"], strict=True)
        assert ellipsoid.line_length(longitudes, latitudes) == pytest.approx(case["length"], abs=1e-3)
        if case["area"]:
            area, _ = ellipsoid.polygon_area_perimeter(longitudes, latitudes)
            assert abs(area) == pytest.approx(case["area"], abs=0.1)


def test_the_browser_is_given_what_its_half_assumes(plan):
    payload = plan_payload(plan)
    assert payload["letters"] == {status: letter for letter, status in LETTERS.items()}
    # tests/js/filter.test.js and legend.test.js write these down.
    assert payload["waits"] == {"overdue": 1, "stale": 2}
    assert payload["attention"] == ["l", "x", "s", "p", "i", "d"]
    assert payload["grid"] == GRID.proj
    order = ["lake", "airport", "road", "river", "university", "development-zone", "industry", "place"]
    assert [category for category in payload["style"]["categories"] if category in order] == order
    assert list(payload["style"]["status"]) == [status.value for status in Status]


@pytest.mark.parametrize("case", cases("way_width"))
def test_the_width_of_a_way(case):
    assert look.width_at(case["stops"], case["zoom"]) == pytest.approx(case["width"])


@pytest.mark.parametrize("case", cases("order"))
def test_layers_that_were_moved_take_each_others_places(case):
    layers = tuple(
        LayerEntry(name, "group", Text(name, name), (), visible=True, opacity=1.0, ground=False) for name in case["own"]
    )
    assert [layer.id for layer in Catalogue((), layers).ordered(case["wanted"])] == case["is"]


def test_paper_draws_layers_over_each_other_as_the_scene_has_them(plan):
    def lowest_first(scene: Scene) -> list[str]:
        extent = GRID.project(shapely.box(*plan.home)).bounds
        sites = content(plan, scene, select(plan, scene, today=TODAY), extent, 125_000).sites
        return list(dict.fromkeys(shown.layer.id for shown in sites))

    usual = lowest_first(Scene())
    assert usual.index("airport") < usual.index("dongli-lake")
    swapped = {"airport": "dongli-lake", "dongli-lake": "airport"}
    assert lowest_first(Scene(order=("airport", "dongli-lake"))) == [swapped.get(name, name) for name in usual]
