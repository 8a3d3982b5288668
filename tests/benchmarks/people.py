"""Twenty people on one server for five minutes, half of them recording, on both homes; beside a plain rewrite.

Nineteen speak to the server as the page's scripts do (`tests/wire_page.py`), and one sits at a real browser. Each pair
has a task: one records about it, the other looks at it. `PEOPLE_SECONDS` shortens a trial. Server, people and browser
share one machine, so what is said of the server is at most as good as it would be alone.
"""

from __future__ import annotations

import asyncio
import math
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import httpx
from playwright.async_api import Page, async_playwright

from layers.plan.event_id import new_id
from layers.plan.plan import Plan
from layers.resources import default_plan_folder
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import check_folder
from tests.benchmarks.page import PAGE_USABLE, WATCH_PLANMAP
from tests.benchmarks.recording import rewrites
from tests.browser.conftest import CHROMIUM_FLAGS, chromium_path
from tests.browser.server import pid_of, serving
from tests.postgis_server import fresh_database, postgis_server
from tests.wire_page import STATEMENT, WirePage

SECONDS = int(os.environ.get("PEOPLE_SECONDS", "300"))
PAIRS = 10
THINK_S = 3.0, 9.0
"""Seconds between what one person does and does next: the shortest and the longest."""

AGAIN_S = 8.0
"""As in `app/record/record.js`: seconds after which a statement that nobody has answered is sent once more."""

AIM_S = 2.0
"""Seconds in which a statement should be on the page of another person."""

SETTLED_S = 5.0
"""Seconds for which everybody is still before the memory is read."""

LEFT_S = 120.0
"""Seconds for which Streamlit keeps the session of a page that somebody has left."""

STATUSES = ("in_progress", "planned", "delayed", "done", "without")

# Notes when each statement has been painted in the panel, and no more often than the screen is.
WATCH_PANEL = f"""() => {{
    window.seen = {{}};
    const stamp = () => {{
        const words = document.querySelector('.st-key-panel')?.textContent ?? '';
        for (const [id] of words.matchAll(/{STATEMENT.pattern}/g)) window.seen[id] ??= Date.now() / 1000;
    }};
    new MutationObserver(() => requestAnimationFrame(() => setTimeout(stamp)))
        .observe(document.body, {{ subtree: true, childList: true, characterData: true }});
}}"""


@dataclass
class Found:
    """What the people of one home have met with."""

    opened: list[float] = field(default_factory=list)
    """Seconds for each page that somebody went to, and for a rerun; both to the end of the script."""
    reruns: list[float] = field(default_factory=list)
    stored: list[float] = field(default_factory=list)
    """Seconds from sending a statement to its answer."""
    acknowledged: dict[str, float] = field(default_factory=dict)
    """When each statement was answered as stored."""
    shown: dict[str, float] = field(default_factory=dict)
    """When each came to the page of the person who looks at its task."""
    painted: dict[str, float] = field(default_factory=dict)
    """The same in the real browser, where it has been painted."""
    clicks: list[float] = field(default_factory=list)
    """Seconds from a click in the real browser to the painted change of the map."""
    again: int = 0
    """Statements that were sent once more."""
    left: list[float] = field(default_factory=list)
    """When pages were left for another."""
    runs: int = 0
    broken_off: int = 0


def run() -> None:
    """Measure both homes and print the figures."""
    with tempfile.TemporaryDirectory(prefix="planmap-bench-") as name:
        folder = Path(name)
        plan, faults = check_folder(default_plan_folder())
        if plan is None:
            raise RuntimeError(faults)
        path = folder / "plan.gpkg"
        copy_plan(plan, str(path))
        print(
            f"\nPeople: {2 * PAIRS} on one server for {SECONDS} s, {PAIRS} of them recording, everybody doing something"
            f" every {THINK_S[0]:.0f} to {THINK_S[1]:.0f} s; one at a browser, the others over the socket alone"
        )
        print(f"  load of the machine before it (its cores: {os.cpu_count()}): {os.getloadavg()[0]:.1f}")
        rewrite = rewrites(path, folder)
        print(f"  GeoPandas reads the table and writes it with a row more, alone: {rewrite * 1000:.0f} ms", flush=True)
        _measure("GeoPackage", str(path), plan, folder, rewrite)
        with postgis_server() as url, fresh_database(url) as database:
            copy_plan(plan, database)
            _measure("PostGIS (no syncing to disk)", database, plan, folder, rewrite)


def _measure(name: str, home: str, plan: Plan, folder: Path, rewrite: float) -> None:
    print(f"  {name}", flush=True)
    with serving(folder, home) as url:
        found = asyncio.run(_Office(url, plan).day())
    _print("rerun for a looker (filter, day)", found.reruns)
    _print("map or Tasks page opened by a looker", found.opened)
    _print("statement, from sending to its answer", found.stored, rewrite)
    late = [found.shown[one] - at for one, at in found.acknowledged.items() if one in found.shown]
    _print("from that to the open page of another", late)
    print(f"      within {AIM_S:.0f} s: {sum(seconds <= AIM_S for seconds in late)} of {len(late)}")
    _print("the same, to be painted in a browser", [at - found.acknowledged[one] for one, at in found.painted.items()])
    _print("click on a filter in a browser, to the painted map", found.clicks)
    print(f"    {found.runs} runs of the script, {found.broken_off} broken off by a newer wish;", end=" ")
    print(f"{found.again} statements sent once more")
    _check(home, plan, found)


def _check(home: str, before: Plan, found: Found) -> None:
    """Raise `RuntimeError` unless each statement that was acknowledged is stored once, and shown; the log is looked at
    when the server is stopped.
    """
    there = Counter(event.id for event in read_plan(open_store(home)).events)
    wrong = {one: there[one] for one in found.acknowledged if there[one] != 1}
    unknown = set(there) - {event.id for event in before.events} - set(found.acknowledged)
    unseen = set(found.acknowledged) - set(found.shown)
    if wrong or unknown or unseen or not found.acknowledged:
        raise RuntimeError(f"not stored once: {wrong}; never acknowledged: {unknown}; never shown: {unseen}")
    print(f"    all {len(found.acknowledged)} acknowledged statements are stored, each once, and no others", flush=True)


class _Office:
    """The people on the server at `url`, whose plan was `plan` at first."""

    def __init__(self, url: str, plan: Plan) -> None:
        self._url = url
        self._pid = pid_of(url)
        # From all over the plan, and those with a site, so that symbols change as well.
        placed = [task.id for task in plan.tasks.values() if task.sites]
        self._tasks = placed[:: len(placed) // PAIRS][:PAIRS]
        self.found = Found()

    async def day(self) -> Found:
        """Let everybody in, let them work, and return what they met with."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=4)
        async with httpx.AsyncClient(base_url=self._url, timeout=60, limits=limits) as self._client:
            await self._up()
            empty = self._megabytes()
            async with self._browser(self._tasks[0]) as browser:
                await asyncio.sleep(SETTLED_S)
                first = self._megabytes()
                recorders = [await self._opened(f"task={task}") for task in self._tasks]
                lookers = [await self._opened(f"task={task}", self._shown) for task in self._tasks[1:]]
                await asyncio.sleep(SETTLED_S)
                everybody = self._megabytes()
                print(
                    f"    memory: {empty:.0f} MB before the first session, {first:.0f} MB with it (modules and the"
                    f" drawn map), {everybody:.0f} MB with {2 * PAIRS},"
                    f" {(everybody - first) / (2 * PAIRS - 1):.1f} MB a session",
                    flush=True,
                )
                await self._work(recorders, lookers, browser, first)
        return self.found

    async def _up(self) -> None:
        while (await self._client.get("/_stcore/health")).status_code != 200:
            await asyncio.sleep(0.1)
        (await self._client.get("/version")).raise_for_status()
        await asyncio.sleep(SETTLED_S)

    async def _opened(self, query: str, on_shown=lambda _id, _at: None) -> WirePage:  # type: ignore[no-untyped-def]
        page = WirePage(self._client, "", query, on_shown)
        await page.open()
        return page

    def _shown(self, statement: str, at: float) -> None:
        self.found.shown.setdefault(statement, at)

    async def _work(
        self, recorders: Sequence[WirePage], lookers: Sequence[WirePage], browser: Page, first: float
    ) -> None:
        began, busy = time.monotonic(), self._cpu()
        ends = began + SECONDS
        memory = asyncio.create_task(self._watch_memory())
        people: list[Coroutine[None, None, None]] = [self._at_browser(browser, ends)]
        people += [self._record(page, number, ends) for number, page in enumerate(recorders)]
        holders = [_Looker(self, page, number) for number, page in enumerate(lookers)]
        people += [holder.look(ends) for holder in holders]
        await asyncio.gather(*people)
        busy = (self._cpu() - busy) / (time.monotonic() - began)
        await self._all_seen(browser)
        memory.cancel()
        everywhere = [*recorders, *(holder.page for holder in holders)]
        self.found.runs += sum(page.runs for page in everywhere)
        self.found.broken_off += sum(page.broken_off for page in everywhere)
        for page in everywhere:
            await page.close()
        ago = time.time() - LEFT_S
        self._print_memory(sum(at > ago for at in self.found.left), first)
        print(f"    the server used {busy:.2f} of a core; load of the machine at the end {os.getloadavg()[0]:.1f}")

    async def _all_seen(self, browser: Page) -> None:
        """Wait until those who look have seen what was recorded last."""
        deadline = time.monotonic() + 30
        while set(self.found.acknowledged) - set(self.found.shown) and time.monotonic() < deadline:
            self._take_over(await browser.evaluate("window.seen"))
            await asyncio.sleep(0.2)
        self._take_over(await browser.evaluate("window.seen"))

    def _take_over(self, seen: dict[str, float]) -> None:
        for statement, at in seen.items():
            if statement in self.found.acknowledged:
                self.found.painted.setdefault(statement, at)
                self._shown(statement, at)

    # People

    async def _record(self, page: WirePage, number: int, ends: float) -> None:
        """Record one statement after the other about the page's task, as its form does."""
        dice = random.Random(number)  # noqa: S311
        sent = 0
        while await _thought(dice, ends):
            form, statement = page.data("record"), new_id()
            task = form["tasks"][0]
            fields = {
                "date": form["today"],
                "basis": "evidence",
                "status": dice.choice(STATUSES[:4]),
                "summary_zh": f"实地看过，记录 {statement}。",
                "source_title": "现场检查",
                "source_publisher": "规划科",
                "confidence": "medium",
                "recorded_by": f"第{number + 1}位",
            }
            sent += 1
            message = {"id": statement, "task": task["id"], "known": task["known"], "fields": fields, "files": []}
            began = time.monotonic()
            for times in range(10):
                # Only a page that has nothing else to do sends it once more.
                if times == 0 or not page.busy:
                    self.found.again += times > 0
                    await page.trigger("record", "sent", {**message, "sent": sent, "times": times})
                try:
                    await page.until(lambda sent=sent: sent in page.answers, AGAIN_S)  # type: ignore[misc]
                    break
                except TimeoutError:
                    continue
            at, answer = page.answers[sent]
            if not answer["done"]:
                raise RuntimeError(f"not recorded: {answer}")
            self.found.stored.append(at - began)
            self.found.acknowledged[statement] = time.time() - (time.monotonic() - at)

    async def _at_browser(self, page: Page, ends: float) -> None:
        """Click on filters in a real browser."""
        dice = random.Random(100)  # noqa: S311
        await page.evaluate(WATCH_PANEL)
        await page.evaluate(WATCH_PLANMAP)
        while await _thought(dice, ends):
            pills = page.locator(".pm-pill[data-value]")
            await pills.nth(dice.randrange(await pills.count())).click(no_wait_after=True)
            await _until(page, "Boolean(window.painted)")
            self.found.clicks.append(await page.evaluate("window.painted - window.clicked") / 1000)

    @asynccontextmanager
    async def _browser(self, task: str) -> AsyncIterator[Page]:
        """A page of a real browser that looks at `task`."""
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
            page = await chromium.new_page(viewport={"width": 1400, "height": 900})
            await page.goto(f"{self._url}/?task={task}")
            await _until(page, PAGE_USABLE)
            yield page
            await chromium.close()

    # The server's process

    def _megabytes(self) -> float:
        words = Path(f"/proc/{self._pid}/status").read_text(encoding="utf-8").split("VmRSS:")[1]
        return int(words.split()[0]) / 1024

    def _cpu(self) -> float:
        """Return the seconds that the server has kept a core busy."""
        fields = Path(f"/proc/{self._pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def _watch_memory(self) -> None:
        self._memory: list[float] = []
        while True:
            self._memory.append(self._megabytes())
            await asyncio.sleep(1)

    def _print_memory(self, left: int, first: float) -> None:
        fifth = max(len(self._memory) // 5, 1)
        fifths = [
            statistics.median(self._memory[n * fifth : (n + 1) * fifth]) for n in range(len(self._memory) // fifth)
        ]
        print(
            f"    memory while they work, by fifths of the time: {', '.join(f'{one:.0f}' for one in fifths[:5])} MB;"
            f" {self._memory[-1]:.0f} MB at the end, when it also keeps the sessions of {left} pages that were left"
            f" in the last {LEFT_S:.0f} s: {(self._memory[-1] - first) / (2 * PAIRS - 1 + left):.1f} MB a session"
        )


class _Looker:
    """Somebody who looks at the plan: chooses filters and days, and goes from the map to the tasks and back."""

    def __init__(self, office: _Office, page: WirePage, number: int) -> None:
        self.page = page
        self._office = office
        self._dice = random.Random(1000 + number)  # noqa: S311

    async def look(self, ends: float) -> None:
        """Do one thing after the other until it `ends`."""
        while await _thought(self._dice, ends):
            doing = self._dice.choices((self._filter, self._day, self._go), (5, 3, 2))[0]
            await doing()

    async def _filter(self) -> None:
        chosen = self.page.data("status_filter")["filter"]["statuses"]
        statuses = [] if chosen else [self._dice.choice(STATUSES[:4])]
        value = {"statuses": statuses, "evidence": None, "waits": []}
        self._office.found.reruns.append(await self.page.choose("status_filter", value))

    async def _day(self) -> None:
        last = date.fromisoformat(self.page.data("day_field")["last"])
        day = last - timedelta(days=self._dice.randrange(0, 365))
        self._office.found.reruns.append(await self.page.choose("day_field", {"day": day.isoformat()}))

    async def _go(self) -> None:
        found, old = self._office.found, self.page
        await old.close()
        found.left.append(time.time())
        found.runs += old.runs
        found.broken_off += old.broken_off
        self.page = WirePage(old.client, "" if old.path else "tasks", old.query, old.on_shown)
        found.opened.append(await self.page.open())


async def _thought(dice: random.Random, ends: float) -> bool:
    """Think for a while; return whether there is time left to do something."""
    await asyncio.sleep(dice.uniform(*THINK_S))
    return time.monotonic() < ends


async def _until(page: Page, expression: str) -> None:
    for _ in range(6000):
        if await page.evaluate(expression):
            return
        await asyncio.sleep(0.02)
    raise TimeoutError(expression)


def _print(what: str, seconds: list[float], rewrite: float = 0) -> None:
    if not seconds:
        print(f"    {what}: none")
        return
    ordered = sorted(seconds)
    middle, worst = statistics.median(ordered), ordered[math.ceil(0.99 * len(ordered)) - 1]
    ratio = f"; rewrite to it {rewrite / middle:.2g} : 1" if rewrite else ""
    figures = f"median {middle * 1000:.0f} ms, 99th percentile {worst * 1000:.0f} ms, {len(ordered)} times"
    print(f"    {what}: {figures}{ratio}", flush=True)
