"""The first HTML of every page: Streamlit's own, with our styles, and on the browse page with the map already in it.

Streamlit takes a second to start in the browser, and at the first start in Python too. The map needs neither: the
first HTML loads it, and the same document stays when Streamlit is up (`app/browse/map_frame.js`).
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markupsafe import Markup

from app.browse.pills import due_pills, evidence_pills, status_pills, time_words
from app.pages import PAGES, Page
from app.static_files import streamlit_folder
from app.streamlit_words import page_words
from layers import style
from layers.browser.document import bundle_address, script_hashes
from layers.browser.face import face_css, screen_characters
from layers.browser.payload import arguments
from layers.cache import kept_bytes
from layers.escape import html, script_json, template_environment
from layers.plan.plan import Plan
from layers.plan.scene import STALE_DAYS, Scene
from layers.selection.address import fitted, flight, own_query
from layers.selection.due import count_due
from layers.selection.select import select
from layers.selection.status import count
from layers.translation import LANGUAGES, translation

_FOLDER = Path(__file__).parent
_TEMPLATES = template_environment(_FOLDER / "templates")
_ENTRY = re.compile(r'<script type="module" crossorigin src="([^"]+)"></script>')
_FACE = re.compile(r"<link\s+rel=\"preload\"[^>]*\bas=\"font\"[^>]*/>")
_PARTS = ("Html", "BidiComponent", "TextInput", "Multiselect", "Button", "ButtonGroup")
"""Elements that the browse page begins with."""

_IMPORTED = re.compile(r'(?:from|import)"\./([\w.-]+\.js)"')
_ENTRY_PLACE = "<!--entry-->"
_SAYING = ("words.js", "connection.js")
"""Scripts that see to it that a page says what Streamlit says by itself in the page's language."""

_TITLE = re.compile(r"<title>[^<]*</title>")
_WITHOUT_SCRIPTS = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
_ICON = '<link rel="shortcut icon" href="./favicon.png" />'

ALL_SLICES = "/assets/vendor/noto-sans-sc/index.css"
"""Style sheet of the whole typeface in slices, for characters that the plan does not have."""

FILTER_WIDTHS = (210, 160, 130, 332, 118, 136, 118)
"""Widths in pixels of the controls in the row of filters, which `app/browse/page.py` draws."""


def standing_scene(plan: Plan, query: str, today: date, stale_days: int = STALE_DAYS) -> Scene:
    """Return the Scene that an address opens in `plan`, see `layers.selection.address.fitted`.

    `stale_days` is how many days without a new statement make a task stale here, whatever the address says.
    """
    return replace(fitted(plan, Scene.from_query(query), today), stale_days=stale_days)


def page_html(page: Page, plan: Plan | None, query: str, *, today: date, stale_days: int = STALE_DAYS) -> str:
    """Return the first HTML of `page` for an address with `query`; `plan` is None if it cannot be read.

    `stale_days` is how many days without a new statement make a task stale.
    """
    document, entry = _streamlit_page()
    language = "en" if Scene.from_query(query).language == "en" else "zh-CN"
    head, body, start, tail = "", "", f'<script type="module" crossorigin src="{entry}"></script>', ""
    if plan is not None:
        head = f"<style>{face_css(screen_characters(plan))}</style>"
    if plan is not None and not page.path and entry:
        head += f"<style>{_file('opening.css')}</style>{_map_ahead()}"
        body = str(_opening(plan, query, today, stale_days))
        data = f'data-entry="{html(entry)}" data-slices="{ALL_SLICES}"'
        body += f"<script {data}>{_file('opening.js')}</script>"
        start = ""
    else:
        tail = f'<link rel="stylesheet" href="{ALL_SLICES}">'
        head += f"<script>{_file('address.js')}</script>"
    said = script_json(page_words())
    tail += f'<script type="application/json" id="planmap-words">{said}</script>'
    tail += "".join(f"<script>{_file(name)}</script>" for name in _SAYING)
    for place, words in (
        ('<html lang="en">', f'<html lang="{language}">'),
        (_ENTRY_PLACE, start),
        ("</head>", f"{head}</head>"),
        ('<div id="root">', f'{body}<div id="root">'),
        ("</body>", f"{tail}</body>"),
    ):
        document = document.replace(place, words, 1)
    return document


@lru_cache(maxsize=1)
def page_scripts() -> tuple[str, ...]:
    """Return the sources of a content policy that let the scripts inside the first HTML of pages run."""
    own = "".join(f"<script>{_file(name)}</script>" for name in ("opening.js", "address.js", *_SAYING))
    return script_hashes(_streamlit_page()[0] + own)


def _opening(plan: Plan, query: str, today: date, stale_days: int) -> Markup:
    scene = standing_scene(plan, query, today, stale_days)
    selection = select(plan, scene, today=today)
    text = translation(scene.language)
    counts = count(selection.current_states)
    due = count_due(selection.current, selection.states, selection.watch)
    return Markup(  # noqa: S704 - the template escapes every value
        _TEMPLATES.get_template("opening.html").render(
            text=text,
            title=plan.info.title.get(text.language),
            line=text("page.tasks", count=counts.tasks),
            pages=[
                {"href": f"/{page.path}?{query}", "label": text(page.label), "current": not page.path} for page in PAGES
            ],
            due=due_pills(due, selection.watch, text, chosen=scene.waits),
            newest=time_words(plan, selection, due, text),
            pills=(status_pills(counts, text), evidence_pills(counts, text)),
            widths=FILTER_WIDTHS,
            scene=script_json(_arguments(plan, scene, today)),
        )
    )


def _arguments(plan: Plan, scene: Scene, today: date) -> dict[str, Any]:
    """Return what the map shows before the page's script has run for the first time."""
    box = flight(plan, scene) if scene.view is None else None
    fly = {"count": 1, "bounds": [[box[1], box[0]], [box[3], box[2]]]} if box else None
    return {
        **arguments(plan, scene, select(plan, scene, today=today)),
        "fly": fly,
        "turn": 0,
        "query": own_query(scene),
    }


@lru_cache(maxsize=8)
def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _map_ahead() -> str:
    """Return links that fetch what the map's document needs while that document itself is still on its way."""
    kinds = {"browse.js": "script", "browse.css": "style"}
    return "".join(f'<link rel="preload" as="{kind}" href="/{bundle_address(name)}">' for name, kind in kinds.items())


def _parts_ahead() -> list[str]:
    """Return the scripts of the elements that the browse page begins with, which Streamlit fetches one by one later.

    What a later version of Streamlit calls otherwise is left out.
    """
    name = f"streamlit-parts-{version('streamlit')}-{'-'.join(_PARTS)}.json"
    names: list[str] = json.loads(kept_bytes(name, lambda: json.dumps(_find_parts()).encode()))
    return names


def _find_parts() -> list[str]:
    folder = streamlit_folder() / "static" / "js"
    found: dict[str, None] = {}
    waiting = [path.name for part in _PARTS for path in folder.glob(f"{part}.*.js")]
    while waiting:
        name = waiting.pop()
        if name not in found and (folder / name).is_file():
            found[name] = None
            waiting += _IMPORTED.findall((folder / name).read_text(encoding="utf-8"))
    document = (streamlit_folder() / "index.html").read_text(encoding="utf-8")
    return sorted(name for name in found if name not in document)


@lru_cache(maxsize=1)
def _streamlit_page() -> tuple[str, str]:
    """Return Streamlit's page with our head and a placeholder for its entry script, and the address of that script.

    If a later version of Streamlit writes its page differently, nothing is replaced, and the page is only slower.
    """
    document = (streamlit_folder() / "index.html").read_text(encoding="utf-8")
    # With relative addresses a page below the root would look there for its server and its files.
    document = document.replace('"./', '"/')
    found = _ENTRY.search(document)
    entry = found[1] if found else ""
    document = _ENTRY.sub(_ENTRY_PLACE, document, count=1)
    # Leave out a typeface of Streamlit's that our pages do not use, and load the map's files before others.
    document = _FACE.sub("", document)
    ahead = "".join(f'<link rel="modulepreload" crossorigin href="/static/js/{name}">' for name in _parts_ahead())
    document = document.replace("</head>", f"{ahead}</head>", 1)
    # Fetched but not yet compiled, which would keep the map's scripts from running.
    document = document.replace('<link rel="modulepreload"', '<link rel="preload" as="script" fetchpriority="low"')
    # Until Streamlit sets another, and for a browser without scripts.
    document = _TITLE.sub(f"<title>{html(translation('zh')('app.name'))}</title>", document, count=1)
    notes = "".join(f"<p>{html(translation(language)('page.without-scripts'))}</p>" for language in LANGUAGES)
    document = _WITHOUT_SCRIPTS.sub(f"<noscript>{notes}</noscript>", document)
    document = document.replace(_ICON.replace("./", "/"), '<link rel="icon" href="/icon.svg" type="image/svg+xml">')
    own = (
        "<script>window.__streamlit = { BACKEND_BASE_URL: window.location.origin }</script>"
        f"<style>{style.custom_properties()}{_file('page.css')}</style>"
    )
    return document.replace("<head>", f"<head>{own}", 1), entry
