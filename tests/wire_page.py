"""A page of PlanMap without a browser: it says to the server what the page's scripts say, over the same socket.

Twenty browsers would need more than the machine that is measured. This asks for the documents, opens Streamlit's
socket, sends what the components send, holds what the browser would hold, and asks for the version as `app/live.js`
does. It draws nothing.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from app.streamlit_app import KEPT_RUNS

PATIENCE_S = 120.0
"""Nothing takes as long; what does has failed."""

LOOK_S, AGAIN_S = 0.7, 3.0
"""As in `app/live.js`."""

STATEMENT = re.compile(r"e-[0-9a-f]{16}")
"""The id of a statement, which the people of the benchmark write into its words."""

TURNS = {"status_filter": "filter", "day_field": "choice"}
"""Components that number what is chosen in them, each with the name under which it has the choice."""

_TRIGGER = "$$STREAMLIT_INTERNAL_KEY_{id}__events"


@dataclass
class WirePage:
    """One open page at `path`, such as `tasks`, with the address's `query`."""

    client: httpx.AsyncClient
    """With the server's address as its base."""
    path: str
    query: str
    on_shown: Callable[[str, float], None] = lambda _id, _at: None
    """Called with the id of each statement in the panel, and when it came there."""
    runs: int = 0
    """Runs of the script that have ended well."""
    answers: dict[int, tuple[float, dict[str, Any]]] = field(default_factory=dict)
    """What the form for statements was answered, by the number of what was sent, and when that came."""
    broken_off: int = 0
    """Runs that a newer wish has ended early."""
    _components: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """By key: the id of each component, and the data that it was given last."""
    _widgets: dict[str, WidgetState] = field(default_factory=dict)
    """By id: what the browser sends of Streamlit's own fields."""
    _chosen: dict[str, str] = field(default_factory=dict)
    """By id of a component: what it has set, as JSON."""
    _kept: dict[str, tuple[int, Element]] = field(default_factory=dict)
    """By hash: large parts that the server need not send again, each with the run that last had it."""
    _asked: float = -math.inf
    """When the run was asked for that has not brought another version yet."""
    _script: str = ""
    _running: bool = False
    _seen: set[tuple[str, int]] = field(default_factory=set)
    """Choices, as component and number, that a run has which has not ended yet."""
    _done: dict[tuple[str, int], float] = field(default_factory=dict)
    """Choices that a run has had which has ended, and when it has."""
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def open(self) -> float:
        """Open the page and return the seconds until its script has ended; the slow parts come after it."""
        began = time.monotonic()
        documents = [f"/{self.path}?{self.query}", *(["/map"] if not self.path else [])]
        for answer in await asyncio.gather(*map(self.client.get, documents)):
            answer.raise_for_status()
        base = str(self.client.base_url).rstrip("/")
        self._socket = await websockets.connect(
            f"ws://{urlsplit(base).netloc}/_stcore/stream",
            origin=base,  # type: ignore[arg-type]
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            compression=None,
        )
        self._tasks = [asyncio.create_task(self._listen())]
        await self._send(first=True)
        await self.until(lambda: self.runs > 0)
        taken = time.monotonic() - began
        if "later" in self._components:
            await self.trigger("later", "idle", True)
            await self.until(lambda: self.runs > 1)
        self._tasks.append(asyncio.create_task(self._watch()))
        return taken

    async def close(self) -> None:
        """Leave the page, as a browser does that goes on to another."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._socket.close()

    async def until(self, there: Callable[[], bool], patience: float = PATIENCE_S) -> None:
        """Wait until something is `there`; raise `TimeoutError` if it does not come."""

        async def wait() -> None:
            async with self._news:
                await self._news.wait_for(lambda: there() or any(task.done() for task in self._tasks))
            for task in self._tasks:
                if task.done():
                    task.result()

        await asyncio.wait_for(wait(), patience)

    @property
    def busy(self) -> bool:
        """Whether the page's script runs."""
        return self._running

    def data(self, key: str) -> Any:
        """Return what the component `key` was given last; None if the page has none."""
        return self._components.get(key, ("", None))[1]

    async def trigger(self, key: str, event: str, value: Any) -> None:
        """Send what the component `key` says once."""
        words = json.dumps([{"event": event, "value": value}], ensure_ascii=False)
        name = _TRIGGER.format(id=self._components[key][0])
        await self._send(WidgetState(id=name, json_trigger_value=words))

    async def choose(self, key: str, value: dict[str, Any]) -> float:
        """Choose `value` in the component `key`, one of `TURNS`; return the seconds to the end of the run with it."""
        name = TURNS[key]
        turn = self.data(key)[name]["turn"] + 1
        began = time.monotonic()
        self._chosen[self._components[key][0]] = json.dumps({name: {**value, "turn": turn}})
        await self._send()
        await self.until(lambda: (key, turn) in self._done)
        return self._done[key, turn] - began

    async def _send(self, *more: WidgetState, first: bool = False) -> None:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string = self.query
        rerun.widget_states.SetInParent()
        if first:
            rerun.page_name = self.path
        else:
            rerun.page_script_hash = self._script
            rerun.cached_message_hashes.extend(self._kept)
            chosen = [WidgetState(id=name, json_value=words) for name, words in self._chosen.items()]
            rerun.widget_states.widgets.extend([*self._widgets.values(), *chosen, *more])
        rerun.context_info.timezone = "Asia/Shanghai"
        rerun.context_info.locale = "zh-CN"
        rerun.context_info.url = f"{self.client.base_url}{self.path}"
        rerun.context_info.color_scheme = "light"
        await self._socket.send(message.SerializeToString())

    async def _listen(self) -> None:
        async for answer in self._socket:
            self._hear(ForwardMsg.FromString(answer))  # type: ignore[arg-type]
            async with self._news:
                self._news.notify_all()

    def _hear(self, message: ForwardMsg) -> None:
        what = message.WhichOneof("type")
        if what == "new_session":
            self._running = True
            self._script = message.new_session.page_script_hash or self._script
        elif what == "navigation":
            self._script = message.navigation.page_script_hash or self._script
        elif what == "ref_hash":
            # Without it the browser would stand still ("Cached ForwardMsg MISS").
            self._keep(message.ref_hash, self._kept[message.ref_hash][1])
        elif what == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if message.metadata.cacheable:
                self._keep(message.hash, element)
            self._take(element)
        elif what == "script_finished":
            self._finish(message.script_finished)

    def _finish(self, how: int) -> None:
        self._running = False
        if how == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.runs += 1
            now = time.monotonic()
            self._done |= {choice: now for choice in self._seen if choice not in self._done}
            self._seen.clear()
        elif how == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self.broken_off += 1
        else:
            raise RuntimeError(f"the script of /{self.path} ended with {how}")
        self._kept = {name: kept for name, kept in self._kept.items() if self.runs - kept[0] <= KEPT_RUNS}

    def _keep(self, name: str, element: Element) -> None:
        self._kept[name] = self.runs, element

    def _take(self, element: Element) -> None:
        kind = element.WhichOneof("type")
        if kind == "bidi_component":
            found = element.bidi_component
            self._give(_key(found.id), found.id, json.loads(found.json or "null"))
        elif kind == "html" and element.html.body.startswith("<article"):
            now = time.time()
            for name in STATEMENT.findall(element.html.body):
                self.on_shown(name, now)
        elif kind in ("text_input", "multiselect", "button_group"):
            self._fill(getattr(element, kind))

    def _give(self, key: str, name: str, data: Any) -> None:
        before = self.data(key)
        self._components[key] = name, data
        if key in TURNS:
            self._seen.add((key, data[TURNS[key]]["turn"]))
        elif key == "live" and data != before:
            self._asked = -math.inf
        elif key == "record" and data["answer"]:
            self.answers.setdefault(data["answer"]["sent"], (time.monotonic(), data["answer"]))

    def _fill(self, wanted: Any) -> None:
        """Hold what one of Streamlit's own fields holds: what the server sets, and else what is in it already."""
        if wanted.id in self._widgets and not wanted.set_value:
            return
        held = WidgetState(id=wanted.id)
        if hasattr(wanted, "value"):
            held.string_value = wanted.value if wanted.set_value else wanted.default
        elif wanted.set_value:
            held.string_array_value.data.extend(wanted.raw_values)
        else:
            options = [getattr(option, "content", option) for option in wanted.options]
            held.string_array_value.data.extend(options[number] for number in wanted.default)
        self._widgets[wanted.id] = held

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            now = (await self.client.get("/version")).json()["version"]
            if now and now != self.data("live")["version"] and time.monotonic() - self._asked >= AGAIN_S:
                self._asked = time.monotonic()
                await self.trigger("live", "changed", now)


def _key(name: str) -> str:
    """Return the key that the page's script has given to what Streamlit calls `name`: `$$ID-`, a digest, the key."""
    return name.split("-", 2)[2]
