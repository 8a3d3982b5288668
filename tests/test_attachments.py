"""Files that go with statements: taken by what they hold, kept with the plan, given back byte by byte."""

import asyncio
import csv
import datetime as dt
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from functools import partial
from urllib.parse import unquote, urlencode

import docx
import psycopg
import pyogrio
import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from starlette.requests import Request

from app import upload_route
from app.attachment_route import attachment_answer
from app.upload_route import upload_answer
from app.uploads import Uploads
from geo.errors import PlanMapError
from layers.draw import figure
from layers.exchange.book import rows_of
from layers.exchange.columns import Part
from layers.plan.attachment import FILE_BYTES, PER_EVENT
from layers.plan.attachment_row import AttachmentRow, attachment_row
from layers.plan.digest import whole_digest
from layers.plan.file_kind import ENDINGS, LONGEST_NAME, media_type_of, safe_name
from layers.plan.scene import Scene
from layers.present.evidence import evidence_payload
from layers.present.view import views
from layers.report.report import report
from layers.selection.attachments import attachment_named
from layers.store import attachments as stored
from layers.store.attached_files import with_files
from layers.store.backup import back_up, restore
from layers.store.base import copy_plan, open_store, read_plan
from layers.translation import translation
from tests.app_page import AppPage, browse
from tests.command import call
from tests.old_schemas import write_version_4
from tests.test_constraints import run_elsewhere
from tests.test_record_form import message, said
from tests.test_recording import TASK, statement

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
PNG = b"\x89PNG\r\n\x1a\n" + os.urandom(5000)


def office(*parts: str) -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as archive:
            for part in parts:
                archive.writestr(part, "<x/>")
        return file.getvalue()


def open_document(kind: str) -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        return file.getvalue()


# What is taken


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (PDF, ".pdf"),
        (PNG, ".png"),
        (b"\xff\xd8\xff\xe0rest", ".jpg"),
        (office("[Content_Types].xml", "word/document.xml"), ".docx"),
        (office("[Content_Types].xml", "xl/workbook.xml"), ".xlsx"),
        (office("[Content_Types].xml", "ppt/presentation.xml"), ".pptx"),
        (open_document("spreadsheet"), ".ods"),
        ("一行字".encode("gb18030"), ".txt"),
        ("\ufeff一行字\n".encode(), ".txt"),
        (b"MZ\x90\x00", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"\xef\xbb\xbf \n<html><script>", None),
        (office("notes.txt"), None),
        (office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), None),
        (open_document("base"), None),
        (b"\r\n ", None),
        (b"", None),
    ],
)
def test_what_is_taken_is_told_by_the_content(content, ending):
    kind = media_type_of(content)
    assert (ENDINGS[kind][0] if kind else None) == ending


@pytest.mark.parametrize(
    ("name", "kind", "safe"),
    [
        ("../../etc/公报（终稿）.PDF", "application/pdf", "公报（终稿）.pdf"),
        ("C:\\Users\\me\\run.bat", "text/plain", "run.bat.txt"),
        ("公报\u202efdp.exe", "application/pdf", "公报fdp.exe.pdf"),
        ("CON.pdf", "application/pdf", "_CON.pdf"),
        ('a<b>:"c"|?*.png', "image/png", "a-b-c-.png"),
        ("...", "image/jpeg", "-.jpg"),
        ("照片.jpeg", "image/jpeg", "照片.jpeg"),
    ],
)
def test_a_name_is_made_safe(name, kind, safe):
    assert safe_name(name, kind) == safe


@given(st.text(max_size=300), st.sampled_from(list(ENDINGS)))
def test_no_name_is_a_path_or_too_long_and_making_it_safe_twice_changes_nothing(name, kind):
    safe = safe_name(name, kind)
    assert len(safe.encode()) <= LONGEST_NAME
    assert not set(safe) & set('/\\<>:"|?*\0\n')
    assert safe.endswith(ENDINGS[kind])
    assert safe_name(safe, kind) == safe


def test_too_many_and_too_large_files_are_refused():
    for files, code in (
        ([("a.pdf", PDF)] * (PER_EVENT + 1), "attachments-too-many"),
        ([("a.pdf", PDF + bytes(FILE_BYTES))], "attachment-too-large"),
        ([("a.pdf", b"")], "attachment-empty"),
    ):
        with pytest.raises(PlanMapError) as refused:
            with_files(statement("2024-05"), files)
        assert refused.value.code == code


# In the store


def attached(store, *files):
    """Add a statement with files, and return it as the store then has it."""
    event, contents = with_files(statement("2024-05"), files)
    store.add_event(event, contents=contents)
    found = read_plan(store).events_by_task[TASK][-1]
    assert found.id == event.id
    return found


def test_they_are_kept_with_the_statement_and_reading_the_plan_fetches_none(plan, home):
    store = copy_plan(plan, home)
    before = whole_digest(read_plan(store))
    assert before == whole_digest(plan)
    asked = []
    with sqlalchemy_statements(store, asked):
        event = attached(store, ("公报.pdf", PDF), ("照片.png", PNG))
        assert not [words for words in asked if "content" in words and words.startswith("SELECT")]
    assert [(one.name, one.size) for one in event.attachments] == [("公报.pdf", len(PDF)), ("照片.png", len(PNG))]
    assert [store.content(one) for one in event.attachments] == [PDF, PNG]
    found = read_plan(store)
    without = replace(found, events=tuple(replace(one, attachments=()) for one in found.events))
    assert len({whole_digest(found), whole_digest(without), before}) == 3
    row = attachment_row(event.attachments[0], event.id)
    assert AttachmentRow.model_validate(row).value() == event.attachments[0]


class sqlalchemy_statements:  # noqa: N801 - reads as a function where it is used
    """Notes the statements that a store sends."""

    def __init__(self, store, asked):
        self.engine, self.note = store.engine, lambda *given: asked.append(given[2])

    def __enter__(self):
        sqlalchemy.event.listen(self.engine, "before_cursor_execute", self.note)

    def __exit__(self, *_):
        sqlalchemy.event.remove(self.engine, "before_cursor_execute", self.note)


def test_all_or_nothing_is_added(plan, home, monkeypatch):
    store = copy_plan(plan, home)
    event, contents = with_files(statement("2024-05"), [("a.pdf", PDF), ("b.pdf", PDF)])
    spoilt = lambda one: contents(one) if one.name == "a.pdf" else b"other"  # noqa: E731
    with pytest.raises(PlanMapError, match="attachment-damaged"):
        store.add_event(event, contents=spoilt)
    monkeypatch.setattr(stored, "ALL_BYTES", 2 * len(PDF) - 1)
    with pytest.raises(PlanMapError, match="attachments-full"):
        store.add_event(event, contents=contents)
    assert whole_digest(read_plan(store)) == whole_digest(plan)
    monkeypatch.undo()
    store.add_event(event, contents=contents)
    # The same once more is refused whole.
    with pytest.raises(PlanMapError, match="event-exists"):
        store.add_event(event, contents=contents)
    assert len(read_plan(store).events_by_task[TASK][-1].attachments) == 2


def test_nobody_changes_or_removes_one(plan, home):
    store = copy_plan(plan, home)
    event = attached(store, ("a.pdf", PDF))
    for words in (
        "UPDATE planmap_attachments SET name = 'b.pdf'",
        "DELETE FROM planmap_attachments",
        f"DELETE FROM planmap_events WHERE id = '{event.id}'",  # noqa: S608 - our own id
        f"UPDATE planmap_events SET id = 'other' WHERE id = '{event.id}'",  # noqa: S608 - as above
        "INSERT INTO planmap_attachments (id, event_id, name, media_type, sha256, size, recorded_by, recorded_at,"
        " content) VALUES ('f-1', 'none', 'a', 'text/plain', '', 1, '', '', 'a')",
    ):
        with pytest.raises((sqlite3.Error, psycopg.Error)):
            run_elsewhere(home, words)
    assert store.content(read_plan(store).events_by_task[TASK][-1].attachments[0]) == PDF


def test_a_copy_a_backup_and_what_is_restored_have_them(plan, home, tmp_path):
    store = copy_plan(plan, home)
    event = attached(store, ("公报.pdf", PDF))
    copied = copy_plan(read_plan(store, as_written=True), str(tmp_path / "copy.gpkg"), contents=store.content)
    back_up(store, tmp_path / "backup.gpkg")
    attached(store, ("later.png", PNG))
    aside = restore(store, tmp_path / "backup.gpkg")
    for one in (copied, open_store(str(tmp_path / "backup.gpkg")), store, open_store(str(aside))):
        found = attachment_named(read_plan(one), event.attachments[0].id)
        assert (found, one.content(found)) == (event.attachments[0], PDF)
    assert read_plan(store).events_by_task[TASK][-1].id == event.id


def test_a_plan_of_the_version_before_gets_the_table(plan, home):
    write_version_4(plan, home)
    if not home.endswith(".gpkg"):
        run_elsewhere(home, "GRANT SELECT, INSERT ON planmap_events TO PUBLIC")
    store = open_store(home)
    if not home.endswith(".gpkg"):
        # Whoever could read the statements can read what goes with them.
        can = (
            "SELECT 1 WHERE has_table_privilege('public', 'planmap_attachments', 'INSERT')"
            " AND has_sequence_privilege('public', 'planmap_attachments_fid_seq', 'USAGE')"
        )
        assert run_elsewhere(home, can) == 1
    assert whole_digest(read_plan(store)) == whole_digest(plan)
    event = attached(store, ("公报.pdf", PDF))
    assert store.content(event.attachments[0]) == PDF
    with pytest.raises((sqlite3.Error, psycopg.Error)):
        run_elsewhere(home, "DELETE FROM planmap_attachments")


def test_other_programs_open_the_file_with_them(plan, tmp_path):
    store = copy_plan(plan, str(tmp_path / "plan.gpkg"))
    attached(store, ("公报.pdf", PDF))
    frame = pyogrio.read_dataframe(tmp_path / "plan.gpkg", layer="planmap_attachments")
    assert (frame["name"][0], bytes(frame["content"][0])) == ("公报.pdf", PDF)


def test_rows_from_elsewhere_are_checked_and_their_contents_too(plan, tmp_path):
    path = str(tmp_path / "plan.gpkg")
    event = attached(copy_plan(plan, path), ("a.pdf", PDF))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER planmap_attachments_UPDATE_never")
        connection.execute("UPDATE planmap_attachments SET name = '../../evil.exe', content = 'x'")
    store = open_store(path)
    found = attachment_named(read_plan(store), event.attachments[0].id)
    assert found.name == "evil.exe.pdf"
    with pytest.raises(PlanMapError, match="attachment-damaged"):
        store.content(found)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE planmap_attachments SET media_type = 'text/html', size = -1, sha256 = '', id = 'a/b'"
        )
    _, faults = store.check()
    assert {fault.field for fault in faults} == {"media_type", "size", "sha256", "id"}


def test_a_folder_has_them_in_a_folder_of_its_own(plan_folder):
    event = read_plan(open_store(str(plan_folder))).events[0]
    made, _ = with_files(event, [("公报.pdf", PDF)])
    one = made.attachments[0]
    with (plan_folder / "attachments.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(AttachmentRow.model_fields))
        writer.writeheader()
        writer.writerow(attachment_row(one, event.id))
    store = open_store(str(plan_folder))
    (found,) = read_plan(store).events[0].attachments
    assert found == one
    with pytest.raises(PlanMapError, match="attachment-damaged"):
        store.content(found)
    (plan_folder / "attachments").mkdir()
    (plan_folder / "attachments" / f"{one.id}_公报.pdf").write_bytes(PDF)
    assert store.content(found) == PDF
    copied = copy_plan(read_plan(store), str(plan_folder / "copy.gpkg"), contents=store.content)
    assert copied.content(found) == PDF


WRITER = """
import os, signal, sys
from layers.store import sql
from layers.store.attached_files import with_files
from layers.store.base import open_store
from tests.test_attachments import PDF
from tests.test_recording import statement
added = sql.add_files
def add_files(*given):
    added(*given)
    os.kill(os.getpid(), signal.SIGKILL)
sql.add_files = add_files
event, contents = with_files(statement("2024-05"), [("a.pdf", PDF)])
open_store(sys.argv[1]).add_event(event, contents=contents)
"""


@pytest.mark.slow
def test_a_process_that_dies_between_leaves_neither_statement_nor_file(plan, home):
    copy_plan(plan, home)
    ended = subprocess.run([sys.executable, "-c", WRITER, home], check=False, timeout=120)
    assert ended.returncode == -signal.SIGKILL
    store = open_store(home)
    assert whole_digest(read_plan(store)) == whole_digest(plan)
    assert store.content(attached(store, ("a.pdf", PDF)).attachments[0]) == PDF


# On the command line


def test_the_command_attaches_names_and_gives_back(plan, tmp_path):
    target = str(tmp_path / "plan.gpkg")
    copy_plan(plan, target)
    run = partial(call, folder=tmp_path / "data")
    (tmp_path / "公报.pdf").write_bytes(PDF)
    given = ("--summary", "摘要", "--source", "公报", "--publisher", "统计局", "--plan", target)
    result = run("record", TASK, "--attach", str(tmp_path / "公报.pdf"), *given)
    assert result.returncode == 0, result.stderr
    (one,) = read_plan(open_store(target)).events_by_task[TASK][-1].attachments
    listed = run("history", TASK, "--plan", target).stdout
    assert "附件：公报.pdf" in listed
    assert f"{one.id}  公报.pdf · 10 KB" in listed
    out = tmp_path / "out.pdf"
    assert run("attachment", one.id, "--out", str(out), "--plan", target).returncode == 0
    assert out.read_bytes() == PDF
    out.write_bytes(b"mine")
    assert run("attachment", one.id, "--out", str(out), "--plan", target).returncode == 2
    assert out.read_bytes() == b"mine"
    assert run("attachment", one.id, "--out", str(out), "--force", "--plan", target).returncode == 0
    assert out.read_bytes() == PDF
    for name in ("none.pdf", "plan.gpkg"):
        assert run("record", TASK, "--attach", str(tmp_path / name), *given).returncode == 2
    assert len(read_plan(open_store(target)).events_by_task[TASK]) == len(plan.events_by_task[TASK]) + 1


# By the server


@pytest.fixture
def context(serve, plan, tmp_path):
    copy_plan(plan, str(tmp_path / "plan.gpkg"))
    return serve(tmp_path / "plan.gpkg")


def given(attachment_id):
    scope = {"type": "http", "path_params": {"id": attachment_id}, "query_string": b"", "headers": []}
    return attachment_answer(Request(scope))


def sent(key, name, content, language="zh"):
    """Return the answer to a file that a browser sends in two pieces."""
    half = len(content) // 2
    pieces = [
        {"type": "http.request", "body": part, "more_body": more}
        for part, more in ((content[:half], True), (content[half:], False))
    ]

    async def receive():
        return pieces.pop(0)

    query = urlencode({"name": name, "lang": language}).encode()
    scope = {"type": "http", "method": "POST", "path_params": {"key": key}, "query_string": query, "headers": []}
    answer = asyncio.run(upload_answer(Request(scope, receive)))
    return json.loads(answer.body)


def test_the_route_gives_a_file_to_be_saved_and_only_those_of_the_plan(context, tmp_path):
    event = attached(open_store(str(tmp_path / "plan.gpkg")), ("公报 终稿.pdf", PDF))
    answer = given(event.attachments[0].id)
    assert answer.body == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert unquote(answer.headers["Content-Disposition"]) == "attachment; filename*=UTF-8''公报 终稿.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    for name in ("f-0", "../plan.gpkg", ""):
        assert given(name).status_code == 404


def test_a_file_waits_for_its_statement_which_is_sent_twice_and_recorded_once(context):
    key = context.uploads.key()
    waiting = sent(key, "../公报.pdf", PDF)
    assert (waiting["name"], waiting["size"]) == ("公报.pdf", len(PDF))
    known = context.plan()[1].events_by_task[TASK][-1].id
    filled = {**message(known), "files": [waiting["id"]]}
    for _ in range(2):
        assert said(context, filled, upload=key).done
    events = context.plan()[1].events_by_task[TASK]
    assert [one.name for one in events[-1].attachments] == ["公报.pdf"]
    assert events[-2].id == known
    # A server that has been started anew has none of the files, and says so.
    answer = said(context, {**message(events[-1].id), "files": [waiting["id"]]}, upload=key)
    assert (answer.done, list(answer.faults)) == (False, ["files"])


def test_what_is_not_taken_is_refused_at_once(context, monkeypatch):
    key = context.uploads.key()
    monkeypatch.setattr(upload_route, "FILE_BYTES", 1000)
    for arguments, words in (
        ((key, "a.pdf", b"MZ\0"), "不是可以附上的文件"),
        ((key, "a.pdf", PDF, "en"), "is larger than"),
        (("none", "a.pdf", PDF[:500]), "不能上传"),
    ):
        assert words in sent(*arguments)["words"]


def test_whoever_may_record_nothing_can_send_nothing(context):
    assert context.uploads.knows(AppPage(browse, f"task={TASK}").at.session_state["upload"])
    context.looking_only = True
    assert "upload" not in AppPage(browse, f"task={TASK}").at.session_state


def test_what_waits_is_bounded(monkeypatch):
    monkeypatch.setattr("app.uploads.ALL_BYTES", 3 * len(PDF))
    uploads = Uploads()
    one, other = uploads.key(), uploads.key()
    keys = (one, other, one, other)
    held = [uploads.hold(key, "a.pdf", io.BytesIO(PDF)) for key in keys]
    there = [uploads.files(key, [file.id]) is not None for key, file in zip(keys, held, strict=True)]
    assert there == [False, True, True, True]
    # Nobody gets those of somebody else.
    assert uploads.files(one, [held[1].id]) is None
    assert uploads.hold("none", "a.pdf", io.BytesIO(PDF)) is None


# Where evidence is handed on


def test_documents_name_the_files(plan, monkeypatch):
    event, _ = with_files(statement("2024-12-30", task="budget-revenue-growth"), [("公报.pdf", PDF)])
    plan = replace(plan, events=(*plan.events, event))
    text = translation("zh")
    dot = io.BytesIO()
    Image.new("RGB", (30, 30), "white").save(dot, "PNG")
    # Drawing the maps takes most of the time.
    monkeypatch.setattr(figure, "png", lambda drawing, **_: dot.getvalue())
    document = docx.Document(io.BytesIO(report(plan, Scene(), today=dt.date(2026, 11, 26)).document))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    # In the table of tasks, and among all sources.
    assert sum("附件：公报.pdf" in words for words in cells) == 2
    shown = views(plan, plan.decks[0], language="zh", today=dt.date(2026, 11, 26))
    assert "附件：公报.pdf" in json.dumps(evidence_payload(plan, shown, text), ensure_ascii=False)
    assert "公报.pdf" in [row["attachments"] for row in rows_of(plan, Part.EVENTS)]
