"""A plan goes into a workbook and comes back: what is new is added, what is wrong is named, nothing is undone."""

import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import replace

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import PlanMapError
from layers.exchange.book import HIDDEN, SPARE_ROWS, write_book
from layers.exchange.columns import COLUMNS, Holds, Part, choices, heading
from layers.exchange.proposal import propose
from layers.exchange.tables import opened
from layers.plan.event_id import new_id
from layers.plan.event_row import event_row
from layers.plan.terms import Text
from layers.resources import default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from layers.translation import LANGUAGES, translation
from tests.command import call
from tests.hostile_plan import ATTACK
from tests.test_recording import statement
from tests.workbook_edit import Edited

# Files from outside are read in a process of its own.
pytestmark = pytest.mark.slow

TODAY = dt.date(2026, 11, 25)
ZH = translation("zh")
COLUMN = {column.field: column for column in COLUMNS[Part.TASKS]}
NEW = {
    "任务编号": "gdp-growth",
    "公开的日子": dt.date(2026, 11, 20),
    "状态": "已完成",
    "数值": 4.9,
    "单位": "%",
    "数值所说的月份": "2024-01/2024-12",
    "概括": "全年增长。",
    "来源标题": "公报",
    "发布者": "统计局",
    "依据": "佐证",
    "可信度": "可信度高",
    "记录人": "规划科",
}


@pytest.fixture(scope="module")
def plan():
    return read_plan(FolderStore(default_plan_folder()))


@pytest.fixture(scope="module")
def made(plan, tmp_path_factory):
    """The workbook of the built-in plan."""
    target = tmp_path_factory.mktemp("made") / "plan.xlsx"
    write_book(plan, target, ZH, made=dt.datetime(2026, 11, 25, 9, 30))
    return target


@pytest.fixture
def book(made, tmp_path):
    edited = Edited(made)
    edited.path = tmp_path / "plan.xlsx"
    return edited


def read(plan, path, **options):
    with opened(path) as tables:
        return propose(plan, tables, file=path.name, by="某人", today=TODAY, **options)


def codes(proposal):
    return {fault.row: fault.code for fault in proposal.faults}


def command(action, path, *options):
    """Return the exit code of `planmap excel`, and all that it says."""
    result = call("excel", action, str(path), *options, folder=path.parent)
    return result.returncode, result.stdout + result.stderr


# Out and back


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_that_nobody_has_changed_changes_nothing(plan, tmp_path, language):
    target = tmp_path / "plan.xlsx"
    write_book(plan, target, translation(language), made=dt.datetime(2026, 11, 25, 9, 30))
    proposal = read(plan, target)
    assert (proposal.added, proposal.faults, proposal.conflicts, proposal.notes) == ((), (), (), ())
    assert proposal.unchanged == len(plan.tasks) + len(plan.sites) + len(plan.events)
    # Also as another program writes it.
    assert read(plan, Edited(target).save()).unchanged == proposal.unchanged


def test_ids_are_locked_and_what_can_be_chosen_is_a_list_on_a_hidden_sheet(made, plan):
    with zipfile.ZipFile(made) as archive:
        sheets = {name: archive.read(name).decode() for name in archive.namelist() if "sheets/sheet" in name}
        names = archive.read("xl/workbook.xml").decode()
    events = sheets["xl/worksheets/sheet4.xml"]
    assert "<sheetProtection" in events
    assert 'state="frozen"' in events
    rules = events.count("<dataValidation ")
    assert rules == sum(column.holds is Holds.CHOICE for column in COLUMNS[Part.EVENTS])
    # A list in the rule itself may have 255 characters.
    assert events.count("_lists!$") == rules
    assert f'sqref="B2:B{len(plan.events) + 1 + SPARE_ROWS}"' in events
    assert names.count('state="veryHidden"') == 2


def test_dates_are_dates_and_text_is_text(plan, tmp_path):
    event = replace(statement("2024-03-05"), summary=Text("=1+1", "@x"))
    month = statement("2024-04")
    target = tmp_path / "plan.xlsx"
    write_book(replace(plan, events=(event, month)), target, ZH, made=dt.datetime(2026, 1, 1))
    rows = Edited(target).sheets["记录"]
    first = dict(zip(rows[0], rows[1], strict=False))
    assert first["公开的日子"] == dt.date(2024, 3, 5)
    assert dict(zip(rows[0], rows[2], strict=False))["公开的日子"] == "2024-04"
    assert (first["概括"], first["英文概括"]) == ("=1+1", "@x")
    with zipfile.ZipFile(target) as archive:
        assert not any("<f>" in archive.read(name).decode() for name in archive.namelist() if "sheets/" in name)


def test_new_rows_are_added_in_any_language_and_the_file_once_only(plan, book, home):
    copy_plan(plan, home)
    book.add("记录", NEW)
    book.add("记录", {**NEW, "状态": "in_progress", "依据": "Evidence", "公开的日子": "2026-11", "记录人": ""})
    path = book.save()
    result = command("import", path, "--plan", home, "--by", "经济科", "--dry-run")
    assert result[0] == 0, result[1]
    assert "新增 2 条" in result[1]
    assert len(read_plan(open_store(home)).events) == len(plan.events)
    result = command("import", path, "--plan", home, "--by", "经济科")
    assert "已记录 2 条" in result[1]
    added = read_plan(open_store(home)).events[len(plan.events) :]
    assert [(event.status, event.recorded_by, str(event.date)) for event in added] == [
        ("done", "规划科", "2026-11-20"),
        ("in_progress", "经济科", "2026-11"),
    ]
    assert added[0].measured.value == 4.9
    assert str(added[0].period) == "2024-01/2024-12"
    again = command("import", path, "--plan", home)
    assert "没有新的记录" in again[1]
    assert len(read_plan(open_store(home)).events) == len(plan.events) + 2


def test_what_others_have_recorded_since_is_a_conflict_and_is_not_undone(plan, book, home):
    copy_plan(plan, home)
    open_store(home).add_event(replace(statement("2026-10", task="gdp-growth"), recorded_by="乙"))
    book.add("记录", NEW)
    book.add("记录", {**NEW, "任务编号": "budget-revenue-growth"})
    path = book.save()
    result = command("import", path, "--plan", home)
    assert result[0] == 2
    assert "乙 记录于" in result[1]
    assert "--over-newer" in result[1]
    assert len(read_plan(open_store(home)).events) == len(plan.events) + 1
    result = command("import", path, "--plan", home, "--over-newer")
    assert "已记录 2 条" in result[1]
    assert [event.recorded_by for event in read_plan(open_store(home)).events[-3:]] == ["乙", "规划科", "规划科"]


def test_a_statement_is_corrected_by_a_row_that_names_it(plan, book):
    wrong = next(event for event in plan.events if event.task_id == "gdp-growth" and event.measured)
    book.add("记录", {**NEW, "更正（编号）": wrong.id})
    (addition,) = read(plan, book.save()).added
    assert addition.event.corrects == wrong.id


# What is wrong


WRONG = {
    "no task": ({"任务编号": ""}, "任务编号", "field-missing"),
    "a task that is none": ({"任务编号": "no-such"}, "任务编号", "cell-choice"),
    "a title in place of an id": ({"任务编号": "GDP增速目标4.5%"}, "任务编号", "cell-choice"),
    "no date": ({"公开的日子": ""}, "公开的日子", "field-missing"),
    "a date in words": ({"公开的日子": "去年年底"}, "公开的日子", "field-date"),
    "a year": ({"公开的日子": 2024}, "公开的日子", "field-date"),
    "a day that is none": ({"公开的日子": "2024-02-30"}, "公开的日子", "field-date"),
    "another order": ({"公开的日子": "30.06.2024"}, "公开的日子", "field-date"),
    "a date to come": ({"公开的日子": dt.date(2027, 1, 1)}, "公开的日子", "date-to-come"),
    "a truth as date": ({"公开的日子": True}, "公开的日子", "cell-truth"),
    "a time": ({"公开的日子": dt.datetime(2024, 6, 30, 12, 30)}, "公开的日子", "field-date"),
    "a status that is none": ({"状态": "很好"}, "状态", "cell-choice"),
    "a number as status": ({"状态": 3}, "状态", "field-choice"),
    "words as figure": ({"数值": "约四"}, "数值", "field-number"),
    "a figure with its unit": ({"数值": "4.9%"}, "数值", "field-number"),
    "a figure with a comma": ({"数值": "4,9"}, "数值", "field-number"),
    "not a number": ({"数值": "nan"}, "数值", "field-number"),
    "without end": ({"数值": "inf"}, "数值", "field-number"),
    "a truth as figure": ({"数值": False}, "数值", "cell-truth"),
    "months backwards": ({"数值所说的月份": "2024-06/2024-01"}, "数值所说的月份", "field-period"),
    "one month": ({"数值所说的月份": "2024-06"}, "数值所说的月份", "field-period"),
    "a quarter": ({"数值所说的月份": "2024年一季度"}, "数值所说的月份", "field-period"),
    "no summary": ({"概括": ""}, "概括", "field-missing"),
    "blanks as summary": ({"概括": "   "}, "概括", "field-missing"),
    "a summary without end": ({"概括": "长" * 600}, "概括", "field-too-long"),
    "a unit without end": ({"单位": "长" * 5000}, "单位", "field-too-long"),
    "no source": ({"来源标题": ""}, "来源标题", "field-missing"),
    "evidence without a publisher": ({"发布者": ""}, "发布者", "evidence-without-source"),
    "an address of another kind": ({"网址": "ftp://x.example"}, "网址", "field-address"),
    "an address that runs": ({"网址": "javascript:alert(1)"}, "网址", "field-address"),
    "an address with a blank": ({"网址": "https://x.example/a b"}, "网址", "field-address"),
    "no basis": ({"依据": ""}, "依据", "field-missing"),
    "a basis that is none": ({"依据": "听说"}, "依据", "cell-choice"),
    "no confidence": ({"可信度": ""}, "可信度", "field-missing"),
    "a confidence that is none": ({"可信度": "100%"}, "可信度", "cell-choice"),
    "an id for a new row": ({"编号": "e-0123456789abcdef"}, "编号", "row-unknown"),
    "an id with a blank": ({"编号": "e 1"}, "编号", "row-unknown"),
    "a correction of nothing": ({"更正（编号）": "e-0"}, "更正（编号）", "unknown-event"),
    "a withdrawal of nothing": ({"撤回（编号）": "e-0"}, "撤回（编号）", "unknown-event"),
    "no id at all": ({"更正（编号）": "the last one"}, "更正（编号）", "field-identifier"),
}


def test_forty_kinds_of_wrong_cells_are_each_named_and_nothing_is_written(plan, book, tmp_path):
    assert len(WRONG) == 40
    expected = {}
    for changed, column, code in WRONG.values():
        number = book.add("记录", {**NEW, **changed, "英文概括": f"row {len(expected)}"})
        cell = f"记录!{book.put('记录', column, number, {**NEW, **changed}.get(column, ''))}"
        expected[cell] = code
    target = str(tmp_path / "plan.gpkg")
    copy_plan(plan, target)
    path = book.save()
    found = codes(read(plan, path))
    assert {cell: found.get(cell) for cell in expected} == expected
    result = command("import", path, "--plan", target)
    assert result[0] == 2
    for cell in expected:
        assert cell in result[1]
    assert "什么也没有写入" in result[1]
    assert len(read_plan(open_store(target)).events) == len(plan.events)


def test_what_there_was_cannot_be_changed_by_a_workbook(plan, book):
    summary = book.put("记录", "概括", 5, "换了说法。")
    title = book.put("任务", "标题", 3, "另一个标题")
    note = book.put("地点", "备注", 4, "另一个备注")
    task = book.add("任务", {"编号": "new-task", "标题": "新任务"})
    found = codes(read(plan, book.save()))
    assert found[f"记录!{summary}"] == "statement-changed"
    assert found[f"地点!{note}"] == "row-changed"
    # A task can be changed, but not without a reason.
    reason = title.replace("B", "U")
    assert found[f"任务!{reason}"] == "field-empty"
    assert {found[place] for place in found if place.startswith("任务!") and place.endswith(str(task))} == {
        "field-empty"
    }
    assert len(found) == 4


def test_tasks_are_changed_and_added_with_a_reason_and_a_second_time_nothing_is(plan, book, home):
    copy_plan(plan, home)
    heads = list(plan.tasks)
    row = heads.index("gdp-growth") + 2
    for heading_, value in {"期限": "2024-Q4", "牵头单位": "区发改委", "改动理由": "附件写明。"}.items():
        book.put("任务", heading_, row, value)
    first = plan.tasks["gdp-growth"]
    new = {"编号": "new-task", "标题": "新任务", "类型": "指标", "改动理由": "追加。"}
    new |= {
        "领域": choices(plan, COLUMN["theme"], ZH)[first.theme],
        "章节": choices(plan, COLUMN["section"], ZH)[first.section],
    }
    book.add("任务", {**new, "期限": dt.date(2025, 3, 31)})
    # Also a statement about the new one.
    book.add("记录", {**NEW, "任务编号": "gdp-growth"})
    path = book.save()
    result = command("import", path, "--plan", home, "--by", "规划科")
    assert result[0] == 0, result
    assert "已记录 3 条" in result[1]
    after = read_plan(open_store(home))
    assert (str(after.tasks["gdp-growth"].due), after.tasks["gdp-growth"].lead_unit) == ("2024-Q4", "区发改委")
    assert str(after.tasks["new-task"].due) == "2025-03-31"
    assert dict(after.amendments[0].values) == {"due_date": "2024-Q4", "lead_unit": "区发改委"}
    assert [amendment.recorded_by for amendment in after.amendments] == ["规划科"] * 2
    again = read(after, path)
    assert (again.count, again.faults, again.conflicts) == (0, (), ())


def test_what_others_have_set_of_a_task_since_is_not_undone(plan, book, tmp_path):
    target = str(tmp_path / "plan.gpkg")
    copy_plan(plan, target)
    result = call(
        "amend", "gdp-growth", "--due", "2024-12", "--reason", "会议", "--by", "乙", "--plan", target, folder=tmp_path
    )
    assert result.returncode == 0
    row = list(plan.tasks).index("gdp-growth") + 2
    # The row still says what was there when the file was made: nothing is set back.
    assert read(read_plan(open_store(target)), book.save()).count == 0
    book.put("任务", "牵头单位", row, "区发改委")
    book.put("任务", "改动理由", row, "附件")
    result = command("import", book.save(), "--plan", target)
    assert result[0] == 2
    assert "乙 记录于" in result[1]
    assert command("import", book.path, "--plan", target, "--over-newer")[0] == 0
    task = read_plan(open_store(target)).tasks["gdp-growth"]
    assert (str(task.due), task.lead_unit) == ("2024-12", "区发改委")


def test_formulas_are_not_read_and_hidden_rows_and_merged_cells_are_named(plan, book):
    number = book.add("记录", NEW)
    cell = book.put("记录", "数值", number, "")
    book.formulas["记录", cell] = "=HYPERLINK(1)"
    book.hidden.append(("记录", 7))
    book.merged.append(("任务", "P3:P5"))
    proposal = read(plan, book.save())
    assert codes(proposal) == {f"记录!{cell}": "cell-formula"}
    assert {(note.row, note.code) for note in proposal.notes} == {
        ("记录 7", "hidden-row"),
        ("任务!P3:P5", "merged-cells"),
    }


def test_a_workbook_of_another_plan_is_refused(plan, book):
    rows = book.sheets[HIDDEN]
    next(row for row in rows if row[0] == "plan")[1] = "elsewhere"
    book.add("记录", NEW)
    assert "table-other-plan" in codes(read(plan, book.save())).values()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_with_commas_is_taken_too(plan, tmp_path, encoding, delimiter):
    path = tmp_path / "events.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([*NEW, "随手的一列"])
        writer.writerow([*NEW.values(), "=cmd()"])
    (addition,) = read(plan, path).added
    assert addition.event.summary.zh == "全年增长。"


def test_hostile_words_stay_words_through_a_workbook(plan, book, tmp_path):
    words = [ATTACK, "=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(1)"]
    for number, word in enumerate(words):
        book.add("记录", {**NEW, "概括": word, "来源标题": word, "记录人": word, "英文概括": str(number)})
    added = [addition.event for addition in read(plan, book.save()).added]
    assert [event.summary.zh for event in added] == words
    more = replace(plan, events=(*plan.events, *(replace(event, id=new_id()) for event in added)))
    target = tmp_path / "again.xlsx"
    write_book(more, target, ZH, made=dt.datetime(2026, 1, 1))
    assert read(more, target).unchanged == len(more.tasks) + len(more.sites) + len(more.events)


def test_a_hundred_thousand_rows_are_read_in_bounded_memory_and_refused_whole(plan, tmp_path):
    one, path = tmp_path / "one.xlsx", tmp_path / "many.xlsx"
    with xlsxwriter.Workbook(str(one), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("记录")
        sheet.write_row(0, 0, list(NEW))
        sheet.write_row(1, 0, list({**NEW, "公开的日子": "2026-11-20", "概括": "第 NUMBER 条。"}.values()))
    # The library would take long to write as many; the row that it has written is repeated.
    with zipfile.ZipFile(one) as model, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as many:
        for name in model.namelist():
            part = model.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                head, mark, rest = part.partition('<row r="2"')
                row, end, tail = rest.partition("</row>")
                row = re.sub(r'(?<= r="[A-Z])2(?=")', "ROW", f"{mark.replace('2', 'ROW')}{row}{end}")
                assert row.count("ROW") == 1 + len(NEW)
                rows = (row.replace("ROW", str(n + 2)).replace("NUMBER", str(n)) for n in range(100_000))
                part = "".join([head, *rows, tail])
            many.writestr(name, part)
    proposal = read(plan, path)
    assert [fault.code for fault in proposal.faults] == ["too-many-rows"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "table-none"),
        ("a.xlsx", b"\x00\x01\x02", "table-kind"),
        ("a.xlsx", b"PK\x03\x04 broken", "table-none"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "table-kind"),
        ("a.csv", b"a,b\n1,2\n", "table-none"),
        ("a.csv", b'"id,task_id,date,summary_zh\n', "table-unreadable"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(plan, tmp_path, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(PlanMapError) as caught:
        read(plan, path)
    assert caught.value.code == code


def packed(**parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            # What is large is made only now: all that parameters hold stays in memory for the whole run.
            archive.writestr(name, content() if callable(content) else content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"xl/vbaProject.bin": b"x"}, "table-macros"),
        ({"xl/workbook.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}, "table-unreadable"),
        (
            {"xl/workbook.xml": b"<!-- " + b"x" * 9000 + b" --><!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"},
            "table-unreadable",
        ),
        ({"xl/big.xml": lambda: bytes(600 * 2**20)}, "table-too-large"),
    ],
)
def test_a_workbook_that_attacks_is_refused(plan, made, tmp_path, change, code):
    with zipfile.ZipFile(made) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    path = tmp_path / "attack.xlsx"
    path.write_bytes(packed(**{**parts, **change}))
    with pytest.raises(PlanMapError) as caught:
        read(plan, path)
    assert caught.value.code == code


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_in_one_line(plan, made, tmp_path_factory, data):
    whole = made.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    flips = data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=5))
    content = bytearray(whole[:cut] if data.draw(st.booleans()) else whole)
    for at in flips:
        if at < len(content):
            content[at] ^= 0xFF
    path = tmp_path_factory.mktemp("damaged") / "plan.xlsx"
    path.write_bytes(bytes(content))
    try:
        read(plan, path)
    except PlanMapError as error:
        ZH.explain(error)


# What the workbook offers


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_differ_and_every_value_of_the_plan_can_be_chosen(plan, language):
    text = translation(language)
    for part, columns in COLUMNS.items():
        headings = [heading(column, text) for column in columns]
        assert len(set(headings)) == len(headings), part
    statuses = next(column for column in COLUMNS[Part.EVENTS] if column.field == "status")
    assert {event_row(event)["status"] for event in plan.events} - {None} <= set(choices(plan, statuses, text))
