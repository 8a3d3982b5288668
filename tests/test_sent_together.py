"""What a page sends is taken whole, whatever else it sends at the same moment."""

import asyncio
import sqlite3
from contextlib import closing

import httpx
import pytest

from app.waiting import TELL_AFTER_S
from layers.plan.event_id import new_id
from layers.resources import default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from tests.browser.server import serving
from tests.test_record_form import TASK, message
from tests.wire_page import TURNS, WirePage

ROUNDS = 40

pytestmark = pytest.mark.slow


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(read_plan(FolderStore(default_plan_folder())), str(path))
    return path


async def _on_a_page(url, act):
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        page = WirePage(client, "", f"task={TASK}")
        await page.open()
        await act(page)
        await page.close()


def test_a_statement_is_answered_though_the_page_asks_for_the_newest_plan_meanwhile(tmp_path, plan):
    sent = []

    async def record(page):
        for number in range(1, ROUNDS + 1):
            statement = {**message(page.data("record")["tasks"][0]["known"], sent=number), "id": new_id()}
            await page.trigger("record", "sent", {**statement, "files": [], "times": 0})
            # Each time a little later in the run of the page's script that the statement begins.
            await asyncio.sleep(number % 20 / 2000)
            await page.trigger("live", "changed", "another")
            # This page sends nothing twice: what is lost is never answered.
            await page.until(lambda number=number: number in page.answers)
            assert page.answers[number][1]["done"]
            sent.append(statement["id"])
            # The form knows of it.
            await page.until(lambda: page.data("record")["tasks"][0]["known"] == sent[-1])

    with serving(tmp_path, str(plan)) as url:
        asyncio.run(_on_a_page(url, record))
    assert [event.id for event in read_plan(open_store(str(plan))).events if event.id in sent] == sent


def test_a_statement_that_waits_for_another_program_is_answered_though_the_page_asks_meanwhile(tmp_path, plan):
    async def record(page):
        known = page.data("record")["tasks"][0]["known"]
        with closing(sqlite3.connect(plan, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await page.trigger("record", "sent", {**message(known), "files": [], "times": 0})
            await page.until(lambda: page.busy)
            await page.trigger("live", "changed", "another")
            # Longer than the page goes without saying why it waits.
            await asyncio.sleep(1.5 * TELL_AFTER_S)
            other.execute("ROLLBACK")
        await page.until(lambda: 1 in page.answers)
        assert page.answers[1][1]["done"]

    with serving(tmp_path, str(plan)) as url:
        asyncio.run(_on_a_page(url, record))


def test_a_filter_is_taken_though_the_page_asks_for_the_newest_plan_meanwhile(tmp_path, plan):
    async def click(page):
        for number in range(1, ROUNDS + 1):
            chosen = {"statuses": ["planned"] if number % 2 else [], "evidence": None, "waits": []}
            clicking = asyncio.create_task(page.choose("status_filter", chosen))
            await asyncio.sleep(number % 20 / 2000)
            await page.trigger("live", "changed", "another")
            await clicking
            assert page.data("status_filter")[TURNS["status_filter"]]["statuses"] == chosen["statuses"]
            await page.until(lambda: not page.busy)

    with serving(tmp_path, str(plan)) as url:
        asyncio.run(_on_a_page(url, click))
