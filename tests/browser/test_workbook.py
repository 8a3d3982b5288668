"""A workbook goes out from the Data page and comes back, with a preview before anything is written."""

import datetime as dt
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from layers.resources import default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from tests.browser.conftest import wait_until_calm
from tests.browser.server import serving
from tests.hostile_plan import ATTACK
from tests.test_exchange import NEW
from tests.test_recording import statement
from tests.workbook_edit import Edited


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """A plan that the tests of this file write into, one after the other: none needs it as it was."""
    path = tmp_path_factory.mktemp("plan") / "plan.gpkg"
    copy_plan(read_plan(FolderStore(default_plan_folder())), str(path))
    return path


@pytest.fixture(scope="module")
def url(tmp_path_factory, plan):
    with serving(tmp_path_factory.mktemp("serve"), str(plan)) as url:
        yield url


def events(plan):
    return read_plan(open_store(str(plan))).events


def section(page: Page):
    return page.locator(".st-key-workbook")


def exported(page: Page, url: str, folder) -> Edited:
    page.goto(f"{url}/data")
    with page.expect_download() as found:
        section(page).get_by_role("link", name="导出工作簿").click()
    target = folder / found.value.suggested_filename
    found.value.save_as(target)
    assert target.suffix == ".xlsx"
    return Edited(target)


def choose(page: Page, path) -> None:
    wait_until_calm(page)
    section(page).locator("input[type=file]").set_input_files(path)


def test_a_workbook_is_filled_in_and_read_back_after_a_look(page, url, plan, tmp_path):
    before = len(events(plan))
    book = exported(page, url, tmp_path)
    number = book.add("记录", {**NEW, "概括": ATTACK})
    wrong = book.put("记录", "公开的日子", number, "去年")
    choose(page, book.save())
    expect(section(page)).to_contain_text("新增 0 条，改任务 0 项，被拒 1 处")
    expect(section(page).locator("li")).to_contain_text(f"记录!{wrong}")
    assert section(page).get_by_role("button", name="写入").count() == 1  # That is "do not record".
    section(page).get_by_role("button", name="不写入").click()
    book.put("记录", "公开的日子", number, dt.date(2026, 11, 20))
    choose(page, book.save())
    expect(section(page)).to_contain_text("新增 1 条，改任务 0 项，被拒 0 处")
    expect(section(page).locator("li")).to_contain_text(ATTACK)
    assert page.locator("img[src=x], img[onerror]").count() == 0
    assert len(events(plan)) == before
    section(page).get_by_role("button", name="写入 1 条").click()
    expect(section(page)).to_contain_text("已记录 1 条")
    assert [event.summary.zh for event in events(plan)[before:]] == [ATTACK]
    # Once more, and there is nothing new.
    choose(page, book.save())
    expect(section(page)).to_contain_text("新增 0 条，改任务 0 项，被拒 0 处")
    assert len(events(plan)) == before + 1


def test_what_others_have_recorded_meanwhile_is_shown_also_between_look_and_writing(page, url, plan, tmp_path):
    before = len(events(plan))
    book = exported(page, url, tmp_path)
    open_store(str(plan)).add_event(statement("2026-10", task="gdp-growth"))
    book.add("记录", NEW)
    choose(page, book.save())
    expect(section(page)).to_contain_text("与他人新记录相遇 1 条")
    open_store(str(plan)).add_event(statement("2026-11", task="gdp-growth"))
    section(page).get_by_role("button", name="看过了，仍然写入 1 条").click()
    # Not over what nobody has seen.
    expect(section(page).get_by_role("alert")).to_contain_text("刚刚也给任务")
    assert len(events(plan)) == before + 2
    choose(page, book.path)
    section(page).get_by_role("button", name="看过了，仍然写入 1 条").click()
    expect(section(page)).to_contain_text("已记录 1 条")
    assert len(events(plan)) == before + 3


def test_what_is_no_workbook_is_refused_in_a_line(page, url, tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"\x00\x01")
    page.goto(f"{url}/data")
    choose(page, path)
    expect(section(page).get_by_role("alert")).to_contain_text("“x.xlsx”不是工作簿")


def test_a_plan_of_text_files_is_exported_only(page, tmp_path):
    with serving(tmp_path, str(default_plan_folder())) as url:
        exported(page, url, tmp_path)
        assert section(page).locator("input[type=file]").count() == 0


def test_a_backup_is_downloaded_and_brought_back_after_a_look(page, url, plan, tmp_path):
    safe = page.locator(".st-key-safekeeping")
    page.goto(f"{url}/data")
    with page.expect_download() as found:
        safe.get_by_role("button", name="下载备份").click()
    backup = tmp_path / found.value.suggested_filename
    found.value.save_as(backup)
    assert backup.suffix == ".gpkg"
    before = events(plan)
    open_store(str(plan)).add_event(replace(before[-1], id="later"))
    (tmp_path / "no-backup.gpkg").write_bytes(b"SQLite format 3\0 and nothing else")
    wait_until_calm(page)
    safe.locator("input[type=file]").set_input_files(tmp_path / "no-backup.gpkg")
    expect(safe.get_by_role("alert")).to_contain_text("no-backup.gpkg")
    wait_until_calm(page)
    safe.locator("input[type=file]").set_input_files(backup)
    expect(safe).to_contain_text(f"{len(before)} 条记录")
    assert len(events(plan)) == len(before) + 1
    safe.get_by_role("button", name="恢复成这份备份").click()
    expect(safe.get_by_role("status")).to_contain_text("before restore")
    assert events(plan) == before
    [aside] = plan.parent.glob("*before restore*")
    assert len(events(aside)) == len(before) + 1
