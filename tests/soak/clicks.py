"""Many people who click: what a browser sends once is sent by many sessions at a time.

A real browser is listened to while it opens the browse page and clicks on filters. The same messages, byte for byte,
are then sent by as many sessions as wanted, each over a socket of its own, and timed until the page's script has ended.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import websockets
from playwright.sync_api import sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.conftest import CHROMIUM_FLAGS, chromium_path, ready_map, wait_until_calm

PILLS = ("in_progress", "in_progress", "planned", "planned", "without", "without")
"""Filters that are clicked, each once to choose it and once more to drop it."""


@dataclass(frozen=True)
class Recording:
    """What one browser sent: while the page opened, and for each click."""

    opening: tuple[bytes, ...]
    clicks: tuple[bytes, ...]


def recorded(url: str) -> Recording:
    """Listen to a real browser on the browse page at `url`."""
    sent: list[bytes] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(bytes(frame))))
        page.goto(url)
        ready_map(page)
        wait_until_calm(page)
        opening = tuple(sent)
        clicks = []
        for pill in PILLS:
            sent.clear()
            page.locator(f'.pm-pill[data-value="{pill}"]').click()
            wait_until_calm(page)
            clicks += sent[:1]
        browser.close()
    return Recording(opening, tuple(clicks))


@dataclass
class Answers:
    """Seconds that clicks took, from the message to the end of the script."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def figures(self) -> str:
        """Return median and 99th percentile as words."""
        cuts = statistics.quantiles(self.seconds, n=100)
        return f"median {cuts[49]:.2f} s, 99th percentile {cuts[98]:.2f} s"


async def _until_finished(socket: websockets.ClientConnection) -> bool:
    """Read answers until the script has ended; return whether it ended well."""
    while True:
        answer = await socket.recv()
        # A message that ends a run is short; reading the others would cost more than the server does.
        if len(answer) < 200:
            message = ForwardMsg.FromString(answer)
            if message.WhichOneof("type") == "script_finished":
                # A run that a newer click has replaced ends early.
                if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return True
                if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    return False


async def session(url: str, recording: Recording, answers: Answers, *, clicks: int, pause_s: float) -> None:
    """Open the page as the browser did and click `clicks` times, `pause_s` apart."""
    host = urlsplit(url).netloc
    address = f"ws://{host}/_stcore/stream"
    async with websockets.connect(
        address, origin=url, subprotocols=["streamlit"], max_size=None, compression=None
    ) as socket:
        for message in recording.opening:
            await socket.send(message)
            await asyncio.wait_for(_until_finished(socket), 120)
        await asyncio.sleep(random.uniform(0, pause_s))  # noqa: S311
        for number in range(clicks):
            began = time.monotonic()
            await socket.send(recording.clicks[number % len(recording.clicks)])
            try:
                if not await asyncio.wait_for(_until_finished(socket), 60):
                    answers.failed += 1
            except TimeoutError:
                answers.failed += 1
            took = time.monotonic() - began
            answers.seconds.append(took)
            await asyncio.sleep(max(0.0, pause_s - took))


async def many(url: str, recording: Recording, *, sessions: int, clicks: int, pause_s: float = 1.0) -> Answers:
    """Let `sessions` people click at the same time."""
    answers = Answers()
    people = [session(url, recording, answers, clicks=clicks, pause_s=pause_s) for _ in range(sessions)]
    await asyncio.gather(*people)
    return answers
