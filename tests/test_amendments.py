"""What is set of a task after the plan was written: kept apart from it, never over what is unseen, never lost."""

import csv
import datetime as dt
import json
import shutil
import sqlite3
from dataclasses import replace

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.browse.panel import task_panel
from geo.errors import PlanMapError
from layers.plan.amend import amend, amended
from layers.plan.amendment_row import AmendmentRow, amendment_row
from layers.plan.digest import content_digest, whole_digest
from layers.plan.event_id import new_id
from layers.plan.plan import Amendment
from layers.plan.rows import TaskRow, task_row
from layers.plan.scene import Scene, Wait
from layers.plan.terms import DueDate, Moment, Source, Status, Subject, Text
from layers.resources import default_plan_folder
from layers.selection.due import (
    DueCounts,
    Watch,
    count_due,
    due_line,
    overdue_days,
    silence_words,
    stale_days,
    status_due_words,
    year_words,
)
from layers.selection.event_words import history_lines
from layers.selection.find import find
from layers.selection.select import select
from layers.selection.status import task_state
from layers.selection.wording import titles
from layers.store.backup import back_up, restore
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.check_amendments import check_amendment
from layers.store.folder import FolderStore
from layers.translation import translation
from tests.command import call
from tests.old_schemas import write_version_2
from tests.test_constraints import run_elsewhere
from tests.test_recording import statement
from tests.test_store import EVENT

TASK = "gdp-growth"
SITES = "cauc,dongli-lake-centre"
NEW = {
    "id": "new-school",
    "section": "1-3",
    "title_zh": "新建一所学校",
    "kind": "project",
    "theme": "economy",
}


def amendment(values, *, subject=TASK, **more):
    given = {
        "id": new_id("a"),
        "about": Subject.TASK,
        "subject_id": subject,
        "values": values,
        "reason": "区长办公会决定",
        "source": None,
        "recorded_by": "督查室",
        "recorded_at": Moment.parse("2026-11-25T09:30:00+08:00"),
    }
    return Amendment(**{**given, **more})


@pytest.fixture
def new(plan):
    """All fields of a task that the plan does not have yet."""
    return {**NEW, "section": plan.info.sections[0].id, "theme": plan.info.themes[0].id}


# Due dates


@given(st.dates(dt.date(1000, 1, 1), dt.date(9999, 12, 31)), st.sampled_from(["day", "month", "quarter"]))
def test_a_due_date_is_read_as_it_is_written_and_covers_its_day(day, kind):
    quarter = (day.month + 2) // 3
    due = {
        "day": DueDate(day.year, day.month, day.day),
        "month": DueDate(day.year, day.month),
        "quarter": DueDate(day.year, quarter=quarter),
    }[kind]
    assert DueDate.parse(str(due)) == due
    assert due.last_day >= day
    assert (due.last_day - day).days < {"day": 1, "month": 31, "quarter": 92}[kind]


@pytest.mark.parametrize(
    ("words", "last"),
    [("2024-Q1", "2024-03-31"), ("2024-02", "2024-02-29"), ("2024-Q4", "2024-12-31")],
)
def test_of_a_month_or_a_quarter_the_last_day_is_still_in_time(words, last):
    assert DueDate.parse(words).last_day == dt.date.fromisoformat(last)


@pytest.mark.parametrize(
    "words", ["", "2024", "2024-Q5", "2024-q1", "Q1", "2024-13", "2024-02-30", "2024-1", "0000-Q1", "２０２４-Q1"]
)
def test_what_is_no_due_date_is_refused(words):
    with pytest.raises(ValueError):  # noqa: PT011 - the one that Pydantic turns into a fault
        DueDate.parse(words)


# The fold


def test_a_later_one_wins_and_an_empty_text_takes_away(plan):
    steps = [{"due_date": "2024-Q2", "lead_unit": "发改委"}, {"due_date": "2024-Q4"}, {"lead_unit": ""}]
    found = amended(plan.tasks, [amendment(values) for values in steps])[TASK]
    assert (found.due, found.lead_unit) == (DueDate(2024, quarter=4), "")
    assert replace(found, due=None, lead_unit=plan.tasks[TASK].lead_unit) == plan.tasks[TASK]


def test_a_new_task_stands_last_and_can_be_retired(plan, new):
    found = amended(plan.tasks, [amendment(new, subject=new["id"]), amendment({"retired": "yes"}, subject=new["id"])])
    assert list(found)[-1] == new["id"]
    assert (found[new["id"]].title, found[new["id"]].retired) == (Text(new["title_zh"], ""), True)


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30).map(str.strip)


@given(WORDS, WORDS, st.sampled_from(["", "2024-12", "2024-Q1", "2025-01-05"]), st.sampled_from(["", "yes"]))
def test_a_row_comes_back_as_it_was_written(unit, note, due, retired):
    values = {"lead_unit": unit, "note_zh": note, "due_date": due, "retired": retired}
    one = amendment(values, source=Source("纪要", "政府办", "https://example.org/1"))
    assert AmendmentRow.model_validate(amendment_row(one)).value() == one
    row = {"id": "x", "section": "1", "title_zh": "题", "kind": "plan", "theme": "t", **values}
    task = TaskRow.model_validate(row).value()
    assert TaskRow.model_validate(task_row(task)).value() == task


# Checked before it is written


SAID = {"about": "task", "subject_id": TASK, "reason": "原因", "recorded_by": "某人", "recorded_at": "2026-11-25"}


@pytest.mark.parametrize(
    ("change", "values", "field", "code"),
    [
        ({}, {"due_date": "next week"}, "due_date", "field-due-date"),
        ({}, {"colour": "red"}, "colour", "field-unknown"),
        ({}, {"title_zh": ""}, "title_zh", "field-missing"),
        ({}, {"retired": "perhaps"}, "retired", "field-choice"),
        ({}, {"sites": "cauc;nowhere"}, "sites", "unknown-site"),
        ({}, {"theme": "nothing"}, "theme", "unknown-theme"),
        ({}, {"id": "other"}, "values", "amended-id"),
        ({}, {"id": TASK}, "subject_id", "task-exists"),
        ({}, {"retired": ""}, "values", "amends-nothing"),
        ({}, {"note_zh": "\u0007"}, "note_zh", "field-invalid"),
        ({"subject_id": "nothing"}, {"due_date": "2024-12"}, "subject_id", "unknown-task"),
        (
            {"subject_id": "new"},
            {"id": "new", "title_zh": "新", "kind": "plan", "theme": "economy"},
            "section",
            "field-missing",
        ),
        ({"about": "site"}, {"note_zh": "x"}, "subject_id", "unknown-site"),
        ({"reason": ""}, {"due_date": "2024-12"}, "reason", "field-empty"),
        ({"source_url": "javascript:alert(1)"}, {"due_date": "2024-12"}, "source_url", "field-address"),
    ],
)
def test_what_cannot_be_set_is_refused_by_field(plan, change, values, field, code):
    if "theme" in values and code != "unknown-theme":
        values = {**values, "theme": plan.info.themes[0].id}
    found, faults = check_amendment(plan, {**SAID, **change, "values": json.dumps(values)})
    assert found is None
    assert [(fault.field, fault.code) for fault in faults] == [(field, code)]


@pytest.mark.parametrize("words", ["", "{}", "[]", '{"due_date": 3}', '{"a": "1", "a": "2"}', "[" * 100_000, "x"])
def test_what_is_no_object_of_texts_is_refused(plan, words):
    _, faults = check_amendment(plan, {**SAID, "values": words})
    assert [(fault.field, fault.code) for fault in faults] == [("values", "field-amended")]


def folder_with(tmp_path, rows):
    folder = tmp_path / "plan"
    shutil.copytree(default_plan_folder(), folder)
    with (folder / "amendments.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(AmendmentRow.model_fields))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_a_folder_may_hold_them_and_faults_name_file_row_and_field(tmp_path):
    good, bad = amendment({"due_date": "2024-12"}), amendment({"due_date": "soon"})
    plan = read_plan(open_store(str(folder_with(tmp_path, [amendment_row(good)]))))
    assert plan.tasks[TASK].due == DueDate(2024, 12)
    assert plan.tasks_as_written[TASK].due is None
    shutil.rmtree(tmp_path / "plan")
    _, faults = FolderStore(folder_with(tmp_path, map(amendment_row, (good, bad)))).check()
    assert [fault.place for fault in faults] == ["amendments.csv, 3, due_date"]
    with pytest.raises(PlanMapError, match="events-by-hand"):
        FolderStore(tmp_path / "plan").add_amendment(good)


# Into the store


def test_it_is_kept_apart_from_what_was_written_and_the_plan_changes_with_it(plan, home):
    store = copy_plan(plan, home)
    before, version = read_plan(store), store.version()
    one = amendment({"due_date": "2024-Q4", "note_zh": "要快"}, source=Source("纪要", "", ""))
    store.add_amendment(one, known="")
    after = read_plan(open_store(home))
    assert after.amendments == (one,)
    assert after.tasks[TASK] == replace(plan.tasks[TASK], due=DueDate(2024, quarter=4), note=Text("要快", ""))
    assert after.tasks_as_written == before.tasks == plan.tasks
    assert store.version() != version
    assert content_digest(after) != content_digest(before)
    assert whole_digest(before) == whole_digest(plan)


def test_nobody_sets_over_what_they_have_not_seen(plan, home):
    store = copy_plan(plan, home)
    theirs, mine = amendment({"due_date": "2024-11"}), amendment({"due_date": "2024-12"})
    store.add_amendment(theirs, known="")
    with pytest.raises(PlanMapError) as caught:
        store.add_amendment(mine, known="")
    assert (caught.value.code, caught.value.details["by"]) == ("task-recorded", "督查室")
    store.add_amendment(mine, known=theirs.id)
    assert read_plan(store).tasks[TASK].due == DueDate(2024, 12)


def test_a_task_is_added_once_and_events_about_it_can_be_recorded(plan, home, new, tmp_path):
    store = copy_plan(plan, home)
    with pytest.raises(PlanMapError, match="unknown-task"):
        store.add_amendment(amendment({"due_date": "2024-12"}, subject=new["id"]))
    store.add_amendment(amendment(new, subject=new["id"]))
    for again in (amendment(new, subject=new["id"]), amendment({**new, "id": TASK})):
        with pytest.raises(PlanMapError, match="task-exists"):
            store.add_amendment(again)
    store.add_event(replace(EVENT, task_id=new["id"]))
    with pytest.raises(PlanMapError, match="unknown-task"):
        store.add_event(replace(EVENT, id="other", task_id="none"))
    found = read_plan(store)
    assert list(found.tasks)[-1] == new["id"]
    # A copy and a backup hold both, apart.
    copied = read_plan(copy_plan(read_plan(store, as_written=True), str(tmp_path / "copy.gpkg")))
    assert whole_digest(copied) == whole_digest(found)
    assert copied.tasks_as_written == plan.tasks
    assert copied.amendments == found.amendments


def test_a_backup_brings_back_the_amendments_that_were_there(plan, home, tmp_path):
    store = copy_plan(plan, home)
    kept, later = amendment({"due_date": "2024-11"}), amendment({"due_date": "2024-12"})
    store.add_amendment(kept)
    back_up(store, tmp_path / "backup.gpkg")
    store.add_amendment(later)
    aside = restore(store, tmp_path / "backup.gpkg")
    assert read_plan(open_store(home)).amendments == (kept,)
    assert read_plan(open_store(str(aside))).amendments == (kept, later)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE planmap_amendments SET reason = 'x'",
        "DELETE FROM planmap_amendments",
        "DELETE FROM planmap_tasks WHERE id = 'gdp-growth'",
        "INSERT INTO planmap_amendments (id, about, subject_id) VALUES ('x', 'task', 'gdp-growth')",
    ],
)
def test_no_program_changes_or_removes_one(plan, home, statement):
    store = copy_plan(replace(plan, events=()), home)
    store.add_amendment(amendment({"due_date": "2024-11"}))
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.IntegrityError)):
        run_elsewhere(home, statement)
    assert len(read_plan(open_store(home)).amendments) == 1


def test_a_plan_of_an_older_release_takes_them_and_events_of_new_tasks(plan, home, new):
    write_version_2(plan, home)
    store = open_store(home)
    store.add_amendment(amendment(new, subject=new["id"]))
    store.add_event(replace(EVENT, task_id=new["id"]))
    found = read_plan(open_store(home))
    assert new["id"] in found.tasks
    assert len(found.events) == len(plan.events) + 1


# Retired


def test_a_retired_task_counts_nowhere_and_keeps_its_history(plan):
    site = plan.tasks["dongli-lake-integration-plan"].linked_sites[0]
    retired = amend(plan, amendment({"retired": "yes"}, subject="dongli-lake-integration-plan"))
    task = retired.tasks["dongli-lake-integration-plan"]
    assert task.retired
    assert task.id not in {other.id for other in retired.tasks_by_site.get(site, ())}
    selection = select(retired, Scene(), today=dt.date(2026, 11, 25))
    assert len(selection.tasks) == len(plan.tasks) - 1
    assert task.id not in selection.candidates
    assert not find(retired, task.title.zh).exact or task.id not in find(retired, task.title.zh).tasks
    text = translation("zh")
    assert len(list(history_lines(retired, task.id, text))) == len(plan.events_by_task[task.id]) + 1
    again = amend(retired, amendment({"retired": ""}, subject=task.id))
    assert again.current_tasks == plan.tasks


# On the command line


def test_the_command_sets_adds_and_retires_and_history_tells(plan, tmp_path, new):
    path = str(tmp_path / "plan.gpkg")
    copy_plan(plan, path)
    why = ("--reason", "区长办公会", "--by", "督查室", "--plan", path)
    call("amend", TASK, "--due", "2024-Q4", "--unit", "发改委", "--sites", SITES, *why, folder=tmp_path)
    call("amend", TASK, "--unit", "", *why, folder=tmp_path)
    given = [part for name in ("kind", "theme", "section") for part in (f"--{name}", new[name])]
    call("amend", "--new", new["id"], *given, "--title", new["title_zh"], *why, folder=tmp_path)
    call("amend", new["id"], "--retire", *why, folder=tmp_path)
    found = read_plan(open_store(path))
    task = found.tasks[TASK]
    assert (task.due, task.lead_unit, task.sites) == (DueDate(2024, quarter=4), "", ("cauc", "dongli-lake-centre"))
    assert found.tasks[new["id"]].retired
    said = call("history", TASK, "--plan", path, folder=tmp_path).stdout.splitlines()
    assert len(said) == 1 + len(plan.events_by_task[TASK]) + 2
    assert "牵头单位：发改委 · 期限：2024年第4季度" in said[-2]
    assert "牵头单位：删去 · 理由：区长办公会 · 督查室 记录于" in said[-1]
    latest = call("log", "--limit", "1", "--plan", path, folder=tmp_path).stdout.splitlines()[0]
    assert latest.split("  ")[2] == new["id"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--due", "soon"), "--due"),
        (("--sites", "nowhere"), "--sites"),
        (("--due", "2024-12", "--reason", ""), "--reason"),
        ((), "--due"),
        (("--new", "x", "--due", "2024-12"), "--section"),
    ],
)
def test_the_command_names_the_option_that_is_wrong_and_writes_nothing(plan, tmp_path, options, said):
    path = str(tmp_path / "plan.gpkg")
    copy_plan(plan, path)
    why = () if "--reason" in options else ("--reason", "原因")
    given = options if "--new" in options else (TASK, *options)
    result = call("amend", *given, *why, "--plan", path, folder=tmp_path)
    assert result.returncode == 2
    assert said in result.stderr
    assert read_plan(open_store(path)).amendments == ()


def test_hostile_words_cannot_move_the_cursor(plan, tmp_path):
    path = str(tmp_path / "plan.gpkg")
    copy_plan(plan, path)
    call("amend", TASK, "--note", "a\u202eb\u0085c", "--reason", "{title}", "--plan", path, folder=tmp_path)
    said = call("history", TASK, "--plan", path, folder=tmp_path).stdout
    assert "\u202e" not in said
    assert "理由：{title}" in said


# Overdue and stale


def due_task(plan, due):
    return amended(plan.tasks, [amendment({"due_date": due})])[TASK]


def state_of(status, day):
    return task_state([statement(day, status)], dt.date(2999, 1, 1))


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.sampled_from([*Status, None]))
def test_a_task_is_overdue_from_the_day_after_its_last_one_until_it_is_done(plan, day, status):
    task, state = due_task(plan, "2024-Q4"), state_of(status, "2020-01-01")
    expected = 0 if status in (Status.DONE, Status.STOPPED) else max(0, (day - dt.date(2024, 12, 31)).days)
    assert overdue_days(task, state, day) == expected


def test_a_task_without_a_due_date_or_retired_is_never_overdue(plan):
    day, state = dt.date(2999, 1, 1), state_of(Status.PLANNED, "2020-01-01")
    assert overdue_days(plan.tasks[TASK], state, day) == 0
    assert overdue_days(replace(due_task(plan, "2024-12"), retired=True), state, day) == 0


@pytest.mark.parametrize(
    ("day", "status", "days"),
    [
        ("2024-06-29", Status.PLANNED, 0),
        ("2024-06-30", Status.PLANNED, 181),
        ("2024-06-30", None, 181),
        ("2024-06-30", Status.DONE, 0),
        ("2024-06-30", Status.STOPPED, 0),
    ],
)
def test_a_task_is_stale_once_nothing_new_was_said_for_long(day, status, days):
    assert stale_days(state_of(status, "2024-01-01"), dt.date.fromisoformat(day), 180) == days


def test_what_is_overdue_and_stale_is_counted_and_said(plan):
    text, day = translation("zh"), dt.date(2025, 1, 1)
    dated = amend(plan, amendment({"due_date": "2024-12-31"}))
    selection = select(dated, Scene(as_of=day), today=day)
    newest = max(state.newest.date.last_day for state in selection.states.values() if state.newest)
    assert count_due(selection.current, selection.states, Watch(day, 100_000)) == DueCounts(1, 0, newest)
    assert count_due(selection.current, selection.states, Watch(day, 1)).stale > 50
    assert due_line(dated.tasks[TASK], selection.states[TASK], day, text) == "2024-12-31 · 逾期 1 天"
    assert "逾期 1 天" in task_panel(dated, dated.tasks[TASK], selection, text)
    asked = select(dated, Scene(as_of=day, waits=frozenset({Wait.OVERDUE})), today=day)
    assert [task.id for task in asked.tasks] == [TASK]
    # The title of everything printed says what it is filtered by.
    asked_stale = Scene(waits=frozenset(Wait), stale_days=90)
    assert titles(plan, asked_stale, text)[1].endswith("逾期、超过 90 天无新陈述")
    assert year_words(plan, day, text) == "2024年计划年度已过"
    assert year_words(plan, dt.date(2024, 12, 31), text) == ""
    assert "1 day overdue" in due_line(dated.tasks[TASK], selection.states[TASK], day, translation("en"))


def test_hostile_words_stay_words_on_the_page(plan):
    text, day = translation("zh"), dt.date(2025, 1, 1)
    bad = "<img src=x onerror=alert(1)>`${alert(1)}"
    hostile = amend(plan, amendment({"note_zh": bad, "lead_unit": bad}, reason=bad, source=Source(bad, bad, "")))
    panel = task_panel(hostile, hostile.tasks[TASK], select(hostile, Scene(), today=day), text)
    assert "<img src=x" not in panel
    assert panel.count("&lt;img src=x onerror") >= 4


def test_once_the_year_is_over_what_is_stale_is_counted_but_not_marked_on_each_task(plan):
    text, task = translation("zh"), plan.tasks[TASK]
    for day, over in ((dt.date(2024, 12, 31), False), (dt.date(2025, 1, 1), True)):
        selection = select(plan, Scene(as_of=day, waits=frozenset({Wait.STALE}), stale_days=30), today=day)
        found = count_due(selection.current, selection.states, selection.watch)
        state = selection.states[TASK]
        assert found.stale == len(selection.tasks) > 10
        assert task in selection.tasks
        assert ("天无新进展" in status_due_words(task, state, selection.watch, text)) is not over
        assert ("天无新进展" in task_panel(plan, task, selection, text)) is not over
        assert ("2024年计划年度已过" in silence_words(plan, found, selection.watch, text)) is over
    later = select(plan, Scene(), today=dt.date(2030, 1, 1))
    found = count_due(later.current, later.states, later.watch)
    assert found.newest is not None
    assert f"{found.newest}以来无新陈述" in silence_words(plan, found, later.watch, text)
