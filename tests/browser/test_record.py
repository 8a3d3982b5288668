"""Recording what becomes of a task, in a real browser: nothing that is typed is lost, nothing is recorded unseen."""

import re

import pytest
from playwright.sync_api import Page, expect

from layers.resources import default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from tests.browser.conftest import MAP_FRAME, Watched, open_map, ready_map
from tests.browser.server import free_port, serving
from tests.hostile_plan import ATTACK
from tests.outage import gone

TASK = "gdp-growth"
AMENDED = "budget-revenue-growth"
"""Another one, of which nobody has said that it is done, in whatever order the tests run."""
FILLED = {"summary_zh": "全年增长。", "source_title": "公报", "source_publisher": "统计局", "recorded_by": "规划科"}
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 41


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
    return read_plan(open_store(str(plan))).events_by_task[TASK]


@pytest.fixture
def page_at_task(standing: Watched, url: str) -> Page:
    """The page that stands for many tests, with TASK chosen and no draft; opened anew if that is not so."""
    page = standing.page
    as_it_was = (
        page.url.startswith(f"{url}/?")
        and f"task={TASK}" in page.url
        and dialog(page).is_hidden()
        and page.locator(".pm-record-open").all_text_contents() == ["＋ 记录进展"]
    )
    if as_it_was:
        ready_map(page)
    else:
        open_map(page, f"{url}/?task={TASK}")
    return page


def dialog(page: Page):
    return page.locator(".pm-record-dialog")


def field(page: Page, name: str):
    return dialog(page).locator(f"[name={name}]")


def open_form(page: Page) -> None:
    page.locator(".pm-record-open").click()
    expect(dialog(page)).to_be_visible()


def fill(page: Page, status: str = "done", **words: str) -> None:
    if status:
        field(page, "status").select_option(status)
    for name, value in {**FILLED, **words}.items():
        field(page, name).fill(value)


def send(page: Page) -> None:
    dialog(page).locator("[type=submit]").click()


def recorded(page: Page) -> None:
    expect(page.locator(".pm-record-said")).to_contain_text("已记录")
    expect(dialog(page)).to_be_hidden()


def test_what_is_recorded_is_seen_at_once_on_other_pages_whose_map_stays(page_at_task, lend, url, plan):
    page = page_at_task
    other = lend().page
    frame = open_map(other, f"{url}/?task={TASK}")
    frame.evaluate("void (window.untouched = true)")
    open_form(page)
    fill(page)
    send(page)
    recorded(page)
    expect(page.locator(".st-key-panel .pm-status").first).to_have_text("已完成")
    # Without a click or a reload.
    expect(other.locator(".st-key-panel .pm-status").first).to_have_text("已完成")
    expect(other.locator(".pm-status-filter")).to_contain_text("已完成 2")
    assert other.wait_for_selector(MAP_FRAME).content_frame().evaluate("window.untouched")
    last = events(plan)[-1]
    assert (last.status, last.recorded_by, last.summary.zh) == ("done", "规划科", "全年增长。")
    # The next form knows who records here.
    open_form(page)
    expect(field(page, "recorded_by")).to_have_value("规划科")
    expect(field(page, "summary_zh")).to_have_value("")
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()


def test_what_is_typed_survives_a_refusal_and_a_reload(page_at_task, plan):
    before = events(plan)
    page = page_at_task
    open_form(page)
    fill(page, source_title="", source_publisher="")
    send(page)
    expect(dialog(page).locator(".pm-record-fault")).to_have_text("必填")
    field(page, "source_title").fill("公报")
    send(page)
    expect(dialog(page).locator(".pm-record-fault")).to_contain_text("填写发布者或网址")
    expect(field(page, "source_publisher")).to_be_focused()
    page.reload()
    ready_map(page)
    expect(page.locator(".pm-record-open")).to_have_text("● 继续未提交的记录")
    open_form(page)
    for name, words in FILLED.items():
        expect(field(page, name)).to_have_value("" if name == "source_publisher" else words)
    expect(field(page, "status")).to_have_value("done")
    field(page, "source_publisher").fill("统计局")
    assert events(plan) == before
    send(page)
    recorded(page)
    assert len(events(plan)) == len(before) + 1
    page.reload()
    ready_map(page)
    expect(page.locator(".pm-record-open")).to_have_text("＋ 记录进展")


def test_two_people_at_one_task_are_told_and_choose(page_at_task, lend, url, plan):
    before = len(events(plan))
    page = page_at_task
    open_form(page)
    fill(page, recorded_by="甲")
    other = lend().page
    open_map(other, f"{url}/?task={TASK}")
    open_form(other)
    fill(other, "delayed", recorded_by="乙", summary_zh="推迟了。")
    send(page)
    recorded(page)
    send(other)
    answer = dialog(other).locator(".pm-record-answer")
    expect(answer).to_contain_text("别人已经为这项任务记了")
    expect(answer.locator("li")).to_contain_text("甲 记录于")
    assert len(events(plan)) == before + 1
    answer.get_by_role("button", name="仍然记录我的").click()
    recorded(other)
    assert [event.recorded_by for event in events(plan)[before:]] == ["甲", "乙"]
    # The one who was first sees it too.
    expect(page.locator(".st-key-panel .pm-status").first).to_have_text("滞后")


def test_a_server_that_goes_away_in_between_costs_nothing(lend, tmp_path):
    plan = tmp_path / "plan.gpkg"
    copy_plan(read_plan(FolderStore(default_plan_folder())), str(plan))
    before, port = len(events(plan)), free_port()
    page = lend(tolerant=True).page
    with serving(tmp_path, str(plan), port=port) as url:
        open_map(page, f"{url}/?task={TASK}")
        open_form(page)
        fill(page)
        field(page, "files").set_input_files({"name": "公报.pdf", "mimeType": "application/pdf", "buffer": PDF})
        expect(dialog(page).locator(".pm-record-chosen li")).to_contain_text("11 KB")
    send(page)
    expect(dialog(page).locator("[type=submit]")).to_be_disabled()
    with serving(tmp_path, str(plan), port=port):
        recorded(page)
    assert len(events(plan)) == before + 1
    # The server that took the file is no more; the browser has sent it to the new one.
    assert [one.size for one in events(plan)[-1].attachments] == [len(PDF)]


def test_an_outage_of_the_plan_closes_the_form_and_keeps_what_is_in_it(page_at_task, plan):
    page = page_at_task
    open_form(page)
    fill(page)
    with gone(plan):
        send(page)
        expect(dialog(page).locator(".pm-record-answer")).to_be_visible()
        expect(field(page, "summary_zh")).to_have_value("全年增长。")
    expect(dialog(page).locator("[type=submit]")).to_be_enabled()
    send(page)
    recorded(page)


def test_one_is_corrected_another_withdrawn_and_all_stay_visible(page_at_task, plan):
    known = [event.id for event in events(plan)]
    page = page_at_task
    open_form(page)
    dialog(page).get_by_text("更正一条").click()
    send(page)
    expect(dialog(page).locator(".pm-record-which .pm-record-fault")).to_be_visible()
    half_year = [event for event in events(plan) if event.measured and event.measured.value == 4.7][-1]
    field(page, "which").select_option(half_year.id)
    # As it was said, for whoever corrects it.
    expect(field(page, "measured_value")).to_have_value("4.7")
    expect(field(page, "source_title")).to_have_value(half_year.source.title)
    field(page, "measured_value").fill("4.8")
    field(page, "summary_zh").fill("修订了数字。")
    field(page, "recorded_by").fill("规划科")
    send(page)
    recorded(page)
    expect(page.locator(".st-key-panel .pm-aim")).to_contain_text("4.8%")
    open_form(page)
    dialog(page).get_by_text("撤回一条").click()
    expect(field(page, "status")).to_be_hidden()
    field(page, "which").select_option(events(plan)[-1].id)
    field(page, "summary_zh").fill("修订有误。")
    send(page)
    recorded(page)
    expect(page.locator(".st-key-panel .pm-aim")).to_contain_text("4.7%")
    history = page.locator(".pm-history")
    history.locator("summary").click()
    expect(history.locator("> div")).to_have_count(len(known) + 2)
    expect(history.locator(".pm-void")).to_have_count(1)
    expect(history.locator(".pm-void")).to_contain_text("修订了数字。")
    expect(history.locator("> div").first).to_contain_text("撤回 e-")
    assert [event.id for event in events(plan)][: len(known)] == known


def test_hostile_words_stay_words(page_at_task):
    page = page_at_task
    open_form(page)
    fill(page, **dict.fromkeys(FILLED, ATTACK))
    send(page)
    recorded(page)
    panel = page.locator(".st-key-panel")
    expect(panel.locator(".pm-event").first).to_contain_text(ATTACK)
    open_form(page)
    dialog(page).get_by_text("更正一条").click()
    expect(field(page, "which").locator("option").nth(1)).to_contain_text(ATTACK)
    assert page.locator("img[src=x], img[onerror]").count() == 0
    page.keyboard.press("Escape")


def test_what_is_given_of_a_task_is_changed_with_a_reason_and_history(standing, page, lend, url, plan):
    # Every page of the plan loads its map anew when a task is changed, which no later test is to wait for.
    standing.leave()
    open_map(page, f"{url}/?task={AMENDED}")
    open_form(page)
    dialog(page).get_by_text("改任务信息").click()
    expect(field(page, "status")).to_be_hidden()
    field(page, "due_date").fill("2024年底")
    field(page, "lead_unit").fill("区发改委")
    send(page)
    # Why, and who, is asked for.
    expect(dialog(page).locator(".pm-record-fault")).to_have_count(2)
    field(page, "summary_zh").fill("报告附件写明。")
    field(page, "recorded_by").fill("规划科")
    send(page)
    expect(dialog(page).locator(".pm-record-due_date .pm-record-fault")).to_contain_text("2024年底")
    field(page, "due_date").fill("2024-Q4")
    other = lend().page
    open_map(other, f"{url}/?task={AMENDED}")
    send(page)
    recorded(page)
    # Others see it without a click, and that the task is overdue.
    expect(other.locator(".st-key-panel")).to_contain_text("逾期")
    expect(other.locator(".st-key-panel")).to_contain_text("区发改委")
    after = read_plan(open_store(str(plan)))
    assert (str(after.tasks[AMENDED].due), after.tasks[AMENDED].lead_unit) == ("2024-Q4", "区发改委")
    (amendment,) = after.amendments
    assert dict(amendment.values) == {"due_date": "2024-Q4", "lead_unit": "区发改委"}
    # What it now is stands in the form, and nothing is set that is the same.
    open_form(page)
    dialog(page).get_by_text("改任务信息").click()
    expect(field(page, "due_date")).to_have_value("2024-Q4")
    field(page, "summary_zh").fill("再看一遍。")
    send(page)
    expect(dialog(page).locator(".pm-record-answer")).to_have_text("什么也没有改。")


def test_the_form_is_for_keys_and_phones_and_in_english(phone, url):
    open_map(phone, f"{url}/?task={TASK}&lang=en")
    phone.locator(".pm-record-open").focus()
    phone.keyboard.press("Enter")
    expect(dialog(phone)).to_be_visible()
    expect(field(phone, "status")).to_be_focused()
    assert not re.search(r"[\u4e00-\u9fff]", dialog(phone).inner_text())
    assert phone.evaluate("document.querySelector('.pm-record-dialog').scrollWidth") <= 390
    field(phone, "summary_en").fill("x")
    phone.keyboard.press("Escape")
    expect(dialog(phone)).to_be_hidden()
    # The page's own Escape, which would clear the selection, is not meant.
    expect(phone.locator(".pm-record-open")).to_have_text("● Go on with your draft")


def test_a_folder_that_is_edited_by_hand_has_no_form(page, tmp_path):
    with serving(tmp_path, str(default_plan_folder())) as url:
        open_map(page, f"{url}/?task={TASK}")
        expect(page.locator(".st-key-panel article")).to_be_visible()
        assert page.locator(".pm-record-open").count() == 0


def test_a_file_goes_with_a_statement_and_comes_back_as_it_was(page, url, plan, tmp_path):
    (tmp_path / "公报.pdf").write_bytes(PDF)
    (tmp_path / "程序.pdf").write_bytes(b"MZ\x90\x00")
    open_map(page, f"{url}/?task={TASK}")
    open_form(page)
    fill(page, summary_zh="有扫描件。")
    files = dialog(page).locator(".pm-record-chosen li")
    field(page, "files").set_input_files([tmp_path / "公报.pdf", tmp_path / "程序.pdf"])
    expect(files.first).to_contain_text("11 KB")
    expect(files.last).to_contain_text("不是可以附上的文件")
    # Not without what has been refused, unless it is taken out.
    send(page)
    expect(dialog(page).locator("label > .pm-record-fault")).to_contain_text("不是可以附上的文件")
    page.reload()
    ready_map(page)
    open_form(page)
    expect(field(page, "summary_zh")).to_have_value("有扫描件。")
    expect(files).to_have_text(["浏览器不保留选过的文件，请重新选择： 公报.pdf, 程序.pdf"])
    field(page, "files").set_input_files([tmp_path / "公报.pdf", tmp_path / "程序.pdf"])
    expect(files.last).to_contain_text("不是可以附上的文件")
    files.last.get_by_role("button").click()
    expect(files).to_have_count(1)
    expect(files).to_contain_text("11 KB")
    send(page)
    recorded(page)
    (one,) = events(plan)[-1].attachments
    assert (one.name, one.size) == ("公报.pdf", len(PDF))
    history = page.locator(".st-key-panel .pm-history")
    history.locator("summary").click()
    with page.expect_download() as started:
        history.get_by_role("link", name="公报.pdf").click()
    assert started.value.suggested_filename == "公报.pdf"
    assert started.value.path().read_bytes() == PDF
