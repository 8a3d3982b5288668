"""What changed since a day: which tasks and sites, how it is marked, and which days an address may ask for."""

import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest

from app.browse.panel import task_panel
from geo.errors import PlanMapError
from layers.draw.paper import SIZES, Paper
from layers.plan.amend import amend
from layers.plan.deck import Slide
from layers.plan.plan import Amendment
from layers.plan.scene import Scene
from layers.plan.scene_text import scene_of
from layers.plan.terms import Basis, Moment, Status, Subject, Text
from layers.present.view import day_words, task_lines, view
from layers.report.report import report
from layers.resources import default_plan_folder
from layers.selection.address import fitted
from layers.selection.changes import Change, Direction, Known, Mark, by_mark, changes, site_marks
from layers.selection.event_words import change_lines, change_words, since_line, told_words
from layers.selection.select import select
from layers.selection.status import task_state
from layers.sheet.cover import IndexEntry, compose_cover
from layers.sheet.sheet import Order, compose
from layers.translation import translation
from tests.command import call, one_line
from tests.test_recording import statement

TODAY = date(2026, 11, 26)
YEAR = Scene(since=date(2024, 3, 31), as_of=date(2024, 12, 31))


def found_in(plan, scene):
    return select(plan, scene, today=TODAY).changes


def test_a_scene_without_an_earlier_day_shows_no_changes(plan):
    assert found_in(plan, Scene()) == ()
    assert found_in(plan, Scene(since=TODAY)) == ()
    assert len(found_in(plan, YEAR)) == 18


def test_only_tasks_that_pass_the_filters_are_among_the_changes(plan):
    everything = found_in(plan, YEAR)
    theme = everything[0].task.theme
    filtered = found_in(plan, Scene(since=YEAR.since, as_of=YEAR.as_of, themes=frozenset({theme})))
    assert filtered == tuple(change for change in everything if change.task.theme == theme)
    assert 0 < len(filtered) < len(everything)


@pytest.mark.parametrize(
    ("before", "new", "mark"),
    [
        (["planned"], {"status": "done"}, Mark.FORWARD),
        (["done"], {"status": "delayed"}, Mark.BACK),
        ([], {"status": "planned"}, Mark.FIRST),
        (["planned"], {}, Mark.EVIDENCE),
        (["planned"], {"status": "planned"}, Mark.EVIDENCE),
        (["planned", "planned"], {"withdraws": 1}, Mark.WITHDRAWN),
        (["planned"], {"basis": Basis.STATED}, Mark.SAID),
    ],
)
def test_a_change_is_marked_by_its_status_or_else_by_what_became_known(plan, before, new, mark):
    events = [statement("2024-01-05", Status(status)) for status in before]
    status = Status(new["status"]) if "status" in new else None
    withdraws = events[new["withdraws"]].id if "withdraws" in new else ""
    added = replace(statement("2024-05-05", status), withdraws=withdraws, basis=new.get("basis", Basis.EVIDENCE))
    task = next(iter(plan.tasks.values()))
    states = [task_state(known, date(2024, 6, 1)) for known in (events, [*events, added])]
    assert Change(task, *states, (added,)).mark is mark


def test_a_site_takes_the_mark_that_needs_a_look_first(plan):
    found = found_in(plan, YEAR)
    marks = site_marks(plan, found)
    order = list(Mark)
    for site_id, mark in marks.items():
        whole = plan.whole(site_id)
        own = [change.mark for change in found if whole in plan.places_of(change.task)]
        assert mark is min(own, key=order.index), site_id
    assert set(marks) < set(plan.sites)
    assert marks


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_line_counts_every_change_once(plan, language):
    found = found_in(plan, YEAR)
    counts = by_mark(found)
    assert sum(counts.values()) == len(found)
    line = since_line(found, translation(language))
    assert str(len(found)) in line
    for mark, count in counts.items():
        text = translation(language)
        assert text("since.counted", count=count, mark=text(f"mark.{mark.value}")) in line
    assert since_line((), translation(language)) == translation(language)("since.none")


def test_an_address_keeps_the_earlier_day_and_a_deck_reads_it_strictly():
    assert scene_of("date=2024-12-31&since=2024-03-31") == YEAR
    for wrong, code in (
        ("since=yesterday", "scene-part"),
        ("since=2024-02-31", "scene-part"),
        ("since=2024-12-31&date=2024-12-31", "since-not-before"),
    ):
        with pytest.raises(PlanMapError) as caught:
            scene_of(wrong)
        assert caught.value.code == code


def test_only_what_changed_is_a_filter(plan):
    scene = replace(YEAR, only_changed=True)
    selection = select(plan, scene, today=TODAY)
    assert [change.task for change in selection.changes] == list(selection.tasks)
    assert selection.candidates == set(selection.changed)
    assert scene.filtered
    # Where no changes are shown there is nothing to filter by.
    alone = fitted(plan, Scene(only_changed=True), TODAY)
    assert alone == Scene()
    assert scene_of(scene.to_query()) == scene


def test_the_earlier_day_is_fitted_to_the_plan(plan):
    assert fitted(plan, YEAR, TODAY) == YEAR
    assert fitted(plan, Scene(since=date(1990, 1, 1)), TODAY).since == date(2023, 12, 31)
    assert fitted(plan, Scene(since=TODAY), TODAY).since is None
    assert fitted(plan, Scene(since=YEAR.as_of, as_of=YEAR.since), TODAY).since is None


def test_directions_are_marks():
    assert {way.value for way in Direction} - {"none"} < {mark.value for mark in Mark}


def test_a_sheet_of_changes_says_so_and_lists_each_with_its_evidence(plan):
    sheet = compose(plan, YEAR, Order(), today=TODAY)
    plain = compose(plan, replace(YEAR, since=None), Order(), today=TODAY)
    assert sheet.digest != plain.digest
    words = [said for page in sheet.pages for said in page.texts()]
    assert "自 2024-03-31 至 2024-12-31 的变化" in words
    assert any("18 项有变化" in line for line in words)
    assert {change.task.id for change in found_in(plan, YEAR)} <= sheet.listed
    told = "".join(words)
    assert "已列入 → 推进中" in told
    assert "2024-08-28" in told
    assert "没有变化（浅色）" in words
    assert not any("变化" in said for page in plain.pages for said in page.texts())


def test_the_commands_take_the_earlier_day(tmp_path):
    target = tmp_path / "sheet.pdf"
    asked = ["export", "--scene", "date=2024-12-31", "-o", str(target), "--plan", str(default_plan_folder())]
    done = call(*asked, "--since", "2024-03-31", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert target.read_bytes()[:4] == b"%PDF"
    assert one_line(call(*asked, "--since", "2024-12-31", folder=tmp_path)).startswith("2024-12-31")


def slide_of(scene):
    return Slide(Text("变化", ""), scene=scene)


def test_a_slide_of_changes_lists_what_changed_and_on_what_evidence(plan):
    shown = view(plan, slide_of(YEAR), 1, language="zh", today=TODAY)
    changed = {change.task.id: change for change in found_in(plan, YEAR)}
    assert len(shown.tasks) == 12
    assert {task.id for task in shown.tasks} >= {key for key, one in changed.items() if one.mark is Mark.FORWARD}
    assert "另有 6 项变化未列出" in shown.lines
    assert shown.listed
    rows = task_lines(shown)
    assert any("前进 · 已列入 → 推进中" in row.status_words for row in rows)
    assert all("2024-" in row.evidence and "PlanMap" in row.evidence for row in rows)
    assert any("18 项有变化" in line for line in shown.lines)
    assert day_words(shown, translation("zh")).startswith("自 2024-03-31 至 2024-12-31 的变化")
    # Of a day since which nothing has changed, the tasks are shown as on any slide.
    still = view(plan, slide_of(replace(YEAR, since=date(2024, 12, 30))), 1, language="zh", today=TODAY)
    assert still.tasks == view(plan, slide_of(Scene(as_of=YEAR.as_of)), 1, language="zh", today=TODAY).tasks
    assert "没有变化" in still.lines


def set_on(day, values, task_id, number):
    moment = Moment.parse(f"{day}T09:30:00+08:00")
    return Amendment(f"a-{number}", Subject.TASK, task_id, values, "区长办公会决定", None, "督查室", moment)


def amended_plan(plan):
    """A due date that is set after the plan's last statement, and a task that is retired on the day after."""
    found = amend(plan, set_on("2026-11-20", {"due_date": "2024-Q4"}, "gdp-growth", 1))
    return amend(found, set_on("2026-11-21", {"retired": "yes"}, "two-mountains-base", 2))


def test_what_was_set_of_a_task_is_a_change_by_the_day_of_recording(plan):
    changed, text = amended_plan(plan), translation("zh")
    scene = Scene(since=date(2026, 11, 19))
    selection = select(changed, scene, today=TODAY)
    (change,) = selection.changes
    assert (change.task.id, change.mark, change.new) == ("gdp-growth", Mark.AMENDED, ())
    # What is retired is in no list; the text that is copied has it.
    assert [one.task.id for one in selection.gone] == ["two-mountains-base"]
    assert select(changed, replace(scene, only_changed=True), today=TODAY).tasks == (change.task,)
    assert found_in(changed, Scene(since=date(2026, 11, 21))) == ()
    assert found_in(changed, Scene(since=date(2026, 11, 1), as_of=date(2026, 11, 19))) == ()
    assert "期限：2024年第4季度" in change_words(changed, change, text)
    assert told_words(change, text) == "2026-11-20、督查室"
    panel = task_panel(changed, change.task, selection, text)
    assert "任务信息或位置有改动" in panel
    assert "期限：2024年第4季度" in panel.split("</section>")[0]


@pytest.mark.parametrize("known", Known)
def test_the_lines_say_by_which_day_they_count_and_what_was_set(plan, known):
    changed, span = amended_plan(plan), (date(2026, 11, 19), TODAY)
    lines = list(change_lines(changed, changes(changed, *span, known=known), *span, translation("zh"), known=known))
    assert "改动 2 处" in lines[0]
    assert lines[1] == {
        Known.PUBLISHED: "陈述按公开的日子计，改动按记录的日子计。",
        Known.RECORDED: "陈述和改动都按记录的日子计。",
    }.get(known)
    assert any("任务撤下" in line and "督查室" in line for line in lines)
    assert any("期限：2024年第4季度" in line for line in lines)


def test_a_report_and_the_cover_of_an_atlas_name_both_days(plan):
    both = "自 2024-03-31 至 2024-12-31 的变化"
    order = Order(Paper("A4", *SIZES["A4"]))
    cover = compose_cover(plan, YEAR, order, [IndexEntry("东丽湖", 1, None, 1)], today=TODAY)
    assert any(both in words for words in cover.pages[0].texts())
    made = report(plan, replace(YEAR, themes=frozenset({"overall"})), today=TODAY)
    with zipfile.ZipFile(io.BytesIO(made.document)) as archive:
        assert both in archive.read("word/document.xml").decode()
