"""Two days side by side, counted here once more from the plan, in a view and on a slide; and what evidence is told."""

from collections import Counter
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation

from layers import style
from layers.draw.content import site_numbers
from layers.plan.deck import Deck, Slide
from layers.plan.scene import Scene
from layers.plan.terms import Basis, Source, Status, Text
from layers.present import evidence
from layers.present.evidence import evidence_payload, task_sites
from layers.present.pptx.slides import slides
from layers.present.view import view
from layers.selection.statements import statements
from layers.selection.status import task_state
from layers.translation import translation

TODAY, MARCH = date(2026, 11, 22), date(2024, 3, 31)
ZH = translation("zh")


def of(plan, query="", before=MARCH, language="zh"):
    slide = Slide(Text("两天", "Two days"), scene=Scene.from_query(query), before=before)
    return view(plan, slide, 1, language=language, today=TODAY)


def statuses(plan, day):
    return {task_id: task_state(plan.events_by_task.get(task_id, ()), day).status for task_id in plan.tasks}


@given(st.tuples(*[st.dates(date(2023, 12, 1), date(2026, 6, 30))] * 2).filter(lambda days: days[0] < days[1]))
@settings(max_examples=30, deadline=None)
def test_each_day_is_counted_by_itself_and_the_moves_are_the_difference(plan, days):
    earlier, later = days
    shown = of(plan, f"date={later}", earlier)
    before, after = statuses(plan, earlier), statuses(plan, later)
    found = shown.before
    assert {status: number for status, number in found.counts.by_status.items() if number} == Counter(
        status for status in before.values() if status
    )
    assert {move.task.id: (move.before.status, move.after.status) for move in found.moves} == {
        task_id: (before[task_id], after[task_id]) for task_id in plan.tasks if before[task_id] is not after[task_id]
    }
    assert sum(number for *_, number in found.by_pair) == len(found.moves)
    for status in Status:
        gained = sum(move.after.status is status for move in found.moves)
        lost = sum(move.before.status is status for move in found.moves)
        assert shown.counts.by_status[status] - found.counts.by_status[status] == gained - lost


def test_filters_choose_the_tasks_by_the_later_day(plan):
    shown = of(plan, "status=done")
    assert [task.id for task in shown.tasks] == [key for key, s in statuses(plan, TODAY).items() if s is Status.DONE]
    assert [move.task for move in shown.before.moves] == list(shown.tasks)
    assert shown.before.selection.tasks == shown.tasks
    assert set(shown.before.selection.sites) == set(shown.selection.sites)
    assert shown.before.counts.by_status[Status.PLANNED] == len(shown.tasks)


def test_a_site_stands_as_it_stood(plan):
    found = of(plan).before
    states = {task_id: task_state(plan.events_by_task.get(task_id, ()), MARCH) for task_id in plan.tasks}
    for site_id, state in found.selection.sites.items():
        own = {states[task.id].status for task in plan.tasks_by_site.get(site_id, ())}
        assert (state.status if state else None) in (own or {None})
    later = of(plan).selection.sites
    assert any(state and not state.backed and later[key].backed for key, state in found.selection.sites.items())


def test_a_day_that_is_not_earlier_is_said_and_not_compared(plan):
    shown = of(plan, before=TODAY)
    assert shown.before is None
    assert shown.lines[-1] == ZH("present.not-before", before=TODAY, date=TODAY)
    nothing = of(plan, "theme=manufacturing&date=2024-12-31")
    assert ZH("present.nothing-moved") in nothing.lines


@pytest.fixture(scope="module")
def pages(plan):
    """Slides of two days: with what moved, with nothing that moved, with more than can be listed."""
    first = plan.events[0]
    late = [
        replace(
            first,
            id=f"test-{number}",
            task_id=task_id,
            date=type(first.date).parse("2026-10-01"),
            status=Status.DONE,
            basis=Basis.EVIDENCE,
        )
        for number, task_id in enumerate(list(plan.tasks)[:30])
    ]
    crowded = replace(plan, events=(*plan.events, *late))
    deck = Deck(
        "d",
        Text("两天", "Two days"),
        tuple(
            Slide(Text("页", "page"), scene=Scene.from_query(query), before=MARCH)
            for query in ("", "theme=manufacturing&date=2024-12-31")
        ),
    )
    made = [
        slides(plan, deck, language="zh", today=TODAY),
        slides(crowded, replace(deck, slides=deck.slides[:1]), language="zh", today=TODAY),
    ]
    opened = [Presentation(BytesIO(data)) for data in made]
    return plan, crowded, [opened[0].slides[1], opened[0].slides[2], opened[1].slides[1]]


def table_of(slide):
    [table] = [shape.table for shape in slide.shapes if shape.has_table]
    # Lines end between words, with a break that is no new paragraph.
    return [[cell.text.strip("\xa0").replace("\v", "") for cell in row.cells] for row in table.rows]


def test_a_slide_has_a_map_of_each_day_with_its_counts(pages):
    plan, _, shown = pages
    for slide, query in zip(shown[:2], ("", "theme=manufacturing&date=2024-12-31"), strict=True):
        wanted = of(plan, query)
        pictures = [shape for shape in slide.shapes if shape._element.tag.endswith("}pic")]
        assert len(pictures) == 2
        left, right = sorted(pictures, key=lambda picture: picture.left)
        assert left.left + left.width < right.left
        assert (left.width, left.height, left.top) == (right.width, right.height, right.top)
        for picture, day in ((left, wanted.before.day), (right, wanted.selection.as_of)):
            assert str(day) in picture._element.nvPicPr.cNvPr.get("descr")
        heads = {shape.name for shape in slide.shapes if shape.name[:4].isdigit()}
        for day, counts in ((wanted.before.day, wanted.before.counts), (wanted.selection.as_of, wanted.counts)):
            words = [
                f"{ZH(f'status.{status.value}')} {number}" for status, number in counts.by_status.items() if number
            ]
            assert "; ".join([str(day), *words]) in heads
        for shape in slide.shapes:
            assert shape.top + shape.height <= 190.5 * 36_000


def test_a_slide_lists_what_moved_or_counts_it(pages):
    plan, crowded, shown = pages
    head, *rows = table_of(shown[0])
    assert rows == [
        [
            style.MARKS[move.before.status],
            style.MARKS[move.after.status],
            move.task.title.zh,
            f"{ZH(f'status.{move.before.status.value}')} → {ZH(f'status.{move.after.status.value}')}",
        ]
        for move in of(plan).before.moves
    ]
    assert head[2] == ZH("present.moved", count=len(rows))
    # Nothing has moved: the tasks by theme, as on any slide.
    assert table_of(shown[1])[-1][:2] == ["合计", "20"]
    found = of(crowded).before
    assert len(found.moves) > 12
    assert table_of(shown[2])[1:] == [
        [f"{ZH(f'status.{before.value}')} → {ZH(f'status.{after.value}')}", str(number)]
        for before, after, number in found.by_pair
    ]


def test_the_evidence_told_is_that_of_the_statements(plan):
    shown = of(plan, before=None)
    found = evidence_payload(plan, [shown], ZH)
    told = found["days"][str(TODAY)]
    assert set(told) == set(range(len(plan.tasks)))
    tags = {
        "rests_on": "panel.settled-by",
        "newest": "panel.evidence",
        "later": "panel.later",
        "result": "column.result",
    }
    for number, task in enumerate(plan.tasks.values()):
        state = shown.selection.states[task.id]
        wanted = statements(task, state, plan.info.year)
        said = [(found["statements"][index], tag) for index, tag in told[number]["said"]]
        assert sorted((one["day"], one.get("title", "")) for one, _ in said) == sorted(
            (str(event.date), event.source.title) for event in state.evidence
        )
        for name, key in tags.items():
            event = getattr(wanted, name)
            tagged = [one for one, tag in said if ZH(key) in tag.split(" · ")]
            assert [(one["day"], one.get("summary", "")) for one in tagged] == (
                [(str(event.date), event.summary.zh)] if event else []
            )
        assert (ZH("panel.no-evidence") in told[number]["notes"]) is not bool(state.evidence)
    numbers = site_numbers(plan)
    for task in plan.tasks.values():
        assert [number for number, _ in task_sites(plan, task, "zh")] == [
            numbers.get(key) for key in plan.places_of(task)
        ]


def test_an_address_that_is_no_web_address_is_text_and_no_link(plan, monkeypatch):
    told = next(event for event in plan.events if event.basis is Basis.EVIDENCE)
    bad = replace(told, source=Source("题", "部门", "javascript:alert(1)"))
    changed = replace(plan, events=tuple(bad if event is told else event for event in plan.events))
    found = evidence_payload(changed, [of(changed, before=None)], ZH)
    [one] = [one for one in found["statements"] if one.get("address", "").startswith("java")]
    assert "link" not in one
    assert all(
        one.get("link") == one.get("address")
        for one in found["statements"]
        if one.get("address", "").startswith("http")
    )
    # What has no room is counted; a task without any is not there, and those beside the map come first.
    number = list(plan.tasks).index(told.task_id)
    monkeypatch.setattr(evidence, "MOST_STATEMENTS", 0)
    [told_of] = evidence_payload(plan, [of(plan, before=None)], ZH)["days"].values()
    assert told_of[number]["said"] == []
    assert told_of[number]["more"].startswith("另有 ")
    monkeypatch.setattr(evidence, "MOST_CHARACTERS", 200)
    [few] = evidence_payload(plan, [of(plan, before=None)], ZH)["days"].values()
    assert 0 < len(few) < len(plan.tasks)
