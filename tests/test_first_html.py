"""The first HTML of a page: what is in it before Streamlit is up."""

import dataclasses
import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from app.opening import page_html
from app.pages import PAGES
from app.static_files import streamlit_folder
from layers.browser.payload import arguments
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.selection.address import fitted
from layers.selection.select import select

DAY = date(2026, 11, 22)
BROWSE, *OTHERS = PAGES
ATTACK = "</script><img src=x onerror=alert(1)>`${alert(2)}` {{ 7 * 7 }} & <b>"


class Elements(HTMLParser):
    """Every element of a document with its attributes, and the text of its scripts that hold JSON."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scene = ""
        self._in_scene = False
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._in_scene = dict(attrs).get("id") == "planmap-scene"

    def handle_data(self, data: str) -> None:
        if self._in_scene:
            self.scene += data

    def handle_endtag(self, tag: str) -> None:
        self._in_scene = False


def test_the_map_is_asked_for_and_streamlit_waits(plan):
    elements = Elements(page_html(BROWSE, plan, "", today=DAY))
    assert ("iframe", {"id": "planmap-map", "src": "/map", "title": "地图"}) in elements.found
    modules = [values for tag, values in elements.found if tag == "script" and values.get("type") == "module"]
    assert modules == []
    (entry,) = [values["data-entry"] for tag, values in elements.found if "data-entry" in values]
    assert (streamlit_folder() / entry.removeprefix("/")).is_file()


@pytest.mark.parametrize("page", OTHERS, ids=lambda page: page.path)
def test_pages_without_a_map_start_streamlit_at_once(plan, page):
    elements = Elements(page_html(page, plan, "", today=DAY))
    assert not any(values.get("id") == "planmap-map" for _, values in elements.found)
    (entry,) = [values["src"] for tag, values in elements.found if values.get("type") == "module"]
    # Whole addresses: below the root a relative one would be looked for there.
    assert entry.startswith("/static/js/")


def test_without_a_plan_streamlit_says_what_is_wrong():
    elements = Elements(page_html(BROWSE, None, "", today=DAY))
    assert not any(values.get("id") == "planmap-opening" for _, values in elements.found)
    assert any(values.get("type") == "module" for _, values in elements.found)


def test_nothing_comes_from_another_host(plan):
    for page in PAGES:
        for tag, values in Elements(page_html(page, plan, "", today=DAY)).found:
            if tag in ("script", "link", "img", "iframe"):
                for address in (values.get("src"), values.get("href")):
                    assert address is None or re.match(r"/(?!/)", address), address


@pytest.mark.parametrize(
    "query",
    [
        "",
        "lang=en&status=done,delayed",
        "evidence=with&theme=airport-economy&date=2024-12-31",
        "task=haihe-green-steel-valley",
        "site=nowhere&theme=none&show=mars",
        "at=39.1,117.4,12.5&hide=metro-lines&opacity=roads:40",
        "date=1900-01-01",
    ],
)
def test_the_map_is_told_the_scene_of_the_address(plan, query):
    told = json.loads(Elements(page_html(BROWSE, plan, query, today=DAY)).scene)
    scene = fitted(plan, Scene.from_query(query), DAY)
    expected = json.loads(json.dumps(arguments(plan, scene, select(plan, scene, today=DAY))))
    assert {key: told[key] for key in expected} == expected
    assert told["turn"] == 0


def test_the_map_flies_to_what_the_address_selects_unless_it_says_where_to_look(plan):
    flights = {
        query: json.loads(Elements(page_html(BROWSE, plan, query, today=DAY)).scene)["fly"]
        for query in ("", "site=tsn-airport", "site=tsn-airport&at=39.1,117.4,12")
    }
    assert flights[""] is None
    assert flights["site=tsn-airport&at=39.1,117.4,12"] is None
    (south, west), (north, east) = flights["site=tsn-airport"]["bounds"]
    airport = plan.sites["tsn-airport"].geometry
    assert (west, south) < airport.bounds[:2]
    assert (east, north) > airport.bounds[2:]


def test_the_counts_are_those_of_the_plan(plan):
    document = page_html(BROWSE, plan, "", today=DAY)
    pills = re.findall(r'<span class="pm-pill">(.*?)</span>', document, re.DOTALL)
    words = [re.sub(r"<[^>]+>", "", pill).strip() for pill in pills]
    assert words == [
        "已列入 17",
        "争取中 2",
        "推进中 58 佐证 19",
        "已完成 1",
        "滞后 0",
        "已终止 0",
        "有佐证 24",
        "尚无佐证 54",
    ]


def test_hostile_words_stay_words(plan):
    info = dataclasses.replace(plan.info, title=Text(ATTACK, ATTACK))
    task = next(iter(plan.tasks.values()))
    tasks = {**plan.tasks, task.id: dataclasses.replace(task, title=Text(ATTACK, ATTACK))}
    hostile = dataclasses.replace(plan, info=info, tasks=tasks)
    usual = Elements(page_html(BROWSE, plan, f"q={ATTACK}", today=DAY)).found
    attacked = Elements(page_html(BROWSE, hostile, f"q={ATTACK}&site={ATTACK}", today=DAY)).found
    assert [tag for tag, _ in attacked] == [tag for tag, _ in usual]
    assert not any("onerror" in values for _, values in attacked)
    links = [values["href"].partition("?") for tag, values in attacked if tag == "a"]
    assert [path for path, _, query in links if query] == [f"/{page.path}" for page in PAGES]
