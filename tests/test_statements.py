"""What evidence says: one definition, and the same words in list, panel, sheet, briefing and slides."""

import datetime as dt
import html
import io
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pptx import Presentation

from app.browse.lists import CELLS, _all_task_rows
from app.browse.panel import task_panel
from layers.draw.paper import Paper
from layers.plan.deck import Deck, Slide
from layers.plan.event import Event
from layers.plan.scene import Scene
from layers.plan.terms import Basis, Confidence, Measurement, Moment, PartialDate, Period, Source, Status, Text
from layers.present.briefing import briefing
from layers.present.pptx.slides import slides
from layers.present.view import task_lines, view
from layers.selection.due import Watch
from layers.selection.select import select
from layers.selection.statements import day_words, result_value, result_words, share, statements
from layers.selection.status import task_state
from layers.sheet.sheet import Order, compose
from layers.translation import translation

TODAY = dt.date(2026, 11, 22)
YEAR = 2024


def event(day: str, **more: object) -> Event:
    made = Event(
        task_id="t",
        date=PartialDate.parse(day),
        basis=Basis.EVIDENCE,
        status=None,
        measured=None,
        period=None,
        summary=Text(day, day),
        source=Source("", "局", ""),
        confidence=Confidence.HIGH,
        recorded_by="test",
        recorded_at=Moment(dt.date(2026, 1, 1)),
    )
    return replace(made, **more)


def sorted_out(task, *events: Event):
    return statements(task, task_state(events, TODAY), YEAR)


@pytest.fixture
def task(plan):
    """A task with the target of 160 projects."""
    return plan.tasks["jingji-projects-160"]


def test_what_a_later_year_says_never_takes_the_place_of_the_own_year(task):
    old = event("2024-03-01")
    own = event("2025-01-15", period=Period.parse("2024-01/2024-12"))
    later = event("2025-08-27", period=Period.parse("2025-01/2025-06"), status=Status.DONE)
    found = sorted_out(task, old, own, later)
    assert (found.newest, found.later, found.shown) == (own, later, own)
    assert found.rests_on == later
    assert not found.is_late
    alone = sorted_out(task, later)
    assert (alone.newest, alone.shown, alone.is_late) == (None, later, True)
    assert day_words(alone, translation("zh")) == "2025-08-27 后续"
    assert day_words(sorted_out(task), translation("en")) == "No evidence yet"


def test_the_result_is_the_latest_value_of_the_own_year_in_the_unit_of_the_target(task):
    half = event("2024-08-01", measured=Measurement(89, "个"), period=Period.parse("2024-01/2024-06"))
    early = event("2024-09-01", measured=Measurement(50, "个"), period=Period.parse("2024-01/2024-03"))
    other = event("2024-12-01", measured=Measurement(3, "亿元"))
    later = event("2025-08-01", measured=Measurement(200, "个"), period=Period.parse("2025-01/2025-06"))
    stated = event("2024-10-01", measured=Measurement(120, "个"), basis=Basis.STATED)
    found = sorted_out(task, half, early, other, later, stated)
    assert found.result == half
    assert result_words(found, translation("zh")) == "89 个（2024-01–06）"
    assert share(task, found) == pytest.approx(89 / 160)
    assert sorted_out(replace(task, target=None), half).result is None
    assert sorted_out(task, later).result is None


days = st.dates(dt.date(2022, 1, 1), dt.date(2026, 11, 1))


@given(st.lists(st.builds(lambda day: event(day.isoformat()), days), max_size=8))
def test_each_statement_is_of_its_own_time(events):
    state = task_state(events, TODAY)
    found = statements(_TASK, state, YEAR)
    own = [each for each in events if each.effective_day.year <= YEAR]
    assert (found.newest is None) == (not own)
    assert all(found.newest.date.last_day >= each.date.last_day for each in own)
    assert found.later is None or found.later.effective_day.year > YEAR
    assert (found.shown is None) == (not events)


class _Bare:
    target = None


_TASK = _Bare()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_list_panel_sheet_and_deck_say_the_same(plan, language):
    """For every task: the day of its newest statement, its target and its result."""
    text = translation(language)
    selection = select(plan, Scene(language=language), today=TODAY)
    rows = _all_task_rows(plan, Watch(TODAY), language)
    with_result = 0
    for task in plan.tasks.values():
        found = statements(task, selection.states[task.id], plan.info.year)
        day, result = day_words(found, text), result_words(found, text)
        with_result += bool(result)
        scene = Scene(task=task.id, language=language)
        row = dict(zip(CELLS, json.loads(rows[task.id])["cells"], strict=True))
        assert row["latest"].startswith(day)
        assert row["result"] == result
        panel = plain(task_panel(plan, task, select(plan, scene, today=TODAY), text))
        if found.shown is not None:
            assert str(found.shown.date) in panel
        assert not result or result in panel
        [line] = [
            line
            for line in task_lines(view(plan, Slide(Text("a", "a"), scene=scene), 1, language=language, today=TODAY))
            if line.task.id == task.id
        ]
        assert line.evidence == day
        assert line.result == result_value(found, text)
        assert (line.link or "") == (found.shown.source.url if found.shown else "")
    assert with_result >= 4


@pytest.mark.slow
def test_paper_and_slides_have_target_and_result(plan):
    scene = Scene.from_query("section=headline")
    made = " ".join(compose(plan, scene, Order(Paper.parse("A3"), None), today=TODAY).drawing.texts())
    assert "目标 4.5% · 实绩 4.7%（2024-01–06）" in made
    deck = Deck("d", Text("册", "Deck"), (Slide(Text("指标", "Targets"), scene=scene),))
    document = plain(briefing(plan, deck, language="zh", today=TODAY))
    assert re.search(r"目标\s*4\.5%\s*实绩\s*4\.7%\s*2024-01–06", document)
    read = Presentation(io.BytesIO(slides(plan, deck, language="zh", today=TODAY)))
    cells = [
        cell.text
        for slide in read.slides
        for shape in slide.shapes
        if shape.has_table
        for row in shape.table.rows
        for cell in row.cells
    ]
    assert "4.5% / 4.7% (2024-01–06)" in cells


def plain(document: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", document)))
