"""The briefing: a deck as one HTML file that needs no network, no server and no PlanMap.

It shows the same map as the browse page with other things around it; `layers/browser/src/presentation.js` walks
through the views. Everything is inside the file, and its content policy forbids any request. See docs/decisions/0012.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from layers import style
from layers.browser.own_payload import asked_payload
from layers.browser.payload import arguments, letters, plan_payload
from layers.draw.content import moved_sites, site_numbers
from layers.escape import html, script_json, template_environment
from layers.ground.files import ground_of, picture_of
from layers.plan.deck import Deck
from layers.plan.layer_question import LayerQuestion
from layers.plan.plan import Plan, Task
from layers.plan.scene import BASEMAPS, FROM_FILE, Scene
from layers.plan.terms import Status
from layers.present.evidence import evidence_payload, task_sites
from layers.present.frame import around
from layers.present.ground_cut import ground_cut
from layers.present.inline import font_faces
from layers.present.service_cut import Missing, service_cut
from layers.present.taken_along import absent_words, large_questions, layers_along, pictures_along, services_along
from layers.present.view import (
    LISTED,
    View,
    became_words,
    by_theme,
    coverage_words,
    day_words,
    task_lines,
    views,
)
from layers.selection.comparison import Comparison
from layers.selection.status import Counts
from layers.selection.wording import sources, target_words
from layers.translation import Translation, translation
from layers.words import BREAK, keeping_names, marked

MOST_NUMBERS = 4
"""Most numbers of sites beside the title of a task."""

FAMILY = "PlanMap"
"""Name of the typeface in the file. It goes before those of the machine, so that lines break alike everywhere."""

_TEXTS = (
    "map.",
    "legend.",
    "category.",
    "precision.",
    "status.",
    "mark.",
    "present.",
    "sheet.backed",
    "sheet.only-stated",
    "column.result",
)
_TEMPLATES = template_environment(Path(__file__).with_name("templates"))

_ACTIONS = (
    ("list", "present.list", "T", "M4 5H5M8 5H16M4 10H5M8 10H16M4 15H5M8 15H16"),
    (
        "overview",
        "present.overview",
        "O",
        "M3.5 4H8.5V8.5H3.5ZM11.5 4H16.5V8.5H11.5ZM3.5 11.5H8.5V16H3.5ZM11.5 11.5H16.5V16H11.5Z",
    ),
    ("notes", "present.notes", "N", "M4 4H16V13H10L6.5 16.5V13H4Z"),
    ("presenter", "present.presenter", "P", "M3 4H17V13H3ZM10 13V16.5M6.5 16.5H13.5M6 7H10M6 10H8.5M12.5 7V10"),
    ("pen", "present.pen", "D", "M4 16L4.8 12.6L13.6 3.8L16.2 6.4L7.4 15.2ZM11.8 5.6L14.4 8.2"),
    (
        "full-screen",
        "present.full-screen",
        "F",
        "M3.5 7.5V3.5H7.5M12.5 3.5H16.5V7.5M16.5 12.5V16.5H12.5M7.5 16.5H3.5V12.5",
    ),
    ("keys", "present.keys", "H", "M7.5 7.5A2.5 2.5 0 1 1 10 10.3V12M10 15V15.1"),
)
"""The buttons: action, key of the words in the translations, key on the keyboard, and SVG path in a box of 20 by 20."""


@keeping_names
def briefing(plan: Plan, deck: Deck, *, language: str, today: date) -> str:
    """Return `deck` as one HTML document; `today` is the day of Scenes that name none.

    The same plan, deck, language and day give the same document, but for what map services answer.

    Raises
    ------
    PlanMapError
        PlanMap's own files are missing.
    """
    text = translation(language)
    shown = views(plan, deck, language=language, today=today)
    words = _words(plan, deck, shown, text)
    payload = _payload(plan, shown, text)
    characters = frozenset(str(words)) | frozenset(str(payload)) | frozenset(deck.title.get(language))
    head = "".join(
        (
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html(deck.title.get(language))}</title>",
            f"<style>{font_faces(FAMILY, characters)}{style.custom_properties((FAMILY, *style.FONT_FAMILIES))}</style>",
        )
    )
    opening, top, middle, end = around()
    return f"{opening}{head}{top}{words}{middle}{script_json(payload)}{end}"


def _payload(plan: Plan, shown: Sequence[View], text: Translation) -> dict[str, Any]:
    boxes = [view.bounds for view in shown]
    wests, souths, easts, norths = zip(*boxes, strict=True)
    # As much again on each side: a flight between views backs away, and people drag.
    wide, high = max(easts) - min(wests), max(norths) - min(souths)
    within = (min(wests) - wide, min(souths) - high, max(easts) + wide, max(norths) + high)
    payload = plan_payload(plan, within=within)
    ground = ground_of(plan, BASEMAPS[0])
    if ground is not None:
        cut = ground_cut(ground, boxes)
        own = next(each for each in payload["grounds"] if each["id"] == FROM_FILE + ground.id)
        payload["grounds"] = [{**own, "url": "", "tiles": cut.tiles}]
        payload["ways"] = {**payload["ways"], "lines": [], "spots": []}
        # Tiles are packed: whoever looks for the characters of the document does not find those in them.
        payload["characters"] = "".join(sorted(cut.characters))
    payload["pictures"] = pictures_along(plan, shown, payload["pictures"])
    payload["services"] = services_along(plan, shown, payload["services"])
    payload["own"] = layers_along(plan, shown, payload["own"])
    payload["style"] = {**payload["style"], "fonts": [FAMILY, *style.FONT_FAMILIES]}
    words = {key: value for key, value in text.texts.items() if key.startswith(_TEXTS)}
    payload["texts"] = {text.language: words}
    payload["tasks"] = [
        {**titles, "target": target_words(task, text)}
        for titles, task in zip(payload["tasks"], plan.tasks.values(), strict=True)
    ]
    numbers = site_numbers(plan)
    payload["sites"] = [{**site, "number": numbers.get(site["id"])} for site in payload["sites"]]
    payload["evidence"] = evidence_payload(plan, shown, text)
    asked = {layer.scene_id: questions for layer, questions in large_questions(plan, shown).items()}
    return {**payload, "language": text.language, "views": [_view_payload(plan, view, asked) for view in shown]}


def _answer_number(large: Sequence[LayerQuestion], question: LayerQuestion) -> dict[str, int]:
    """Return the place among the layer's large answers, if it is one that a view shows."""
    return {"answer": large.index(question)} if question in large else {}


def _view_payload(plan: Plan, view: View, asked: Mapping[str, Sequence[LayerQuestion]]) -> dict[str, Any]:
    """Return a view; `asked` has the questions whose answers come in tiles, by the ids of layers."""
    found = arguments(plan, view.scene, view.selection)
    west, south, east, north = view.bounds
    passing = {task.id for task in view.selection.tasks}
    about = {task.id for task in view.tasks}
    compared = view.before
    return {
        "asked": {
            layer: {**each, "url": "", **_answer_number(asked.get(layer, ()), view.scene.questions[layer])}
            for layer, each in asked_payload(plan, view.scene).items()
        },
        **{key: found[key] for key in ("sites", "tasks", "overdue", "changes", "layers", "order", "near")},
        "day": view.selection.as_of.isoformat(),
        "counts": _count_payload(view.counts),
        "before": None
        if compared is None
        else {
            **letters(plan, compared.selection),
            "day": compared.day.isoformat(),
            "counts": _count_payload(compared.counts),
            "moved": list(moved_sites(plan, compared)),
        },
        "lit": list(view.selection.lit),
        # Numbers of the tasks that the words are about, if those are not all that the map shows.
        "about": None if about == passing else [number for number, task in enumerate(plan.tasks) if task in about],
        "bounds": [[south, west], [north, east]],
        "picture": view.scene.basemap if picture_of(plan, view.scene.basemap) else None,
    }


def _count_payload(counts: Counts) -> list[tuple[str, int, bool]]:
    """Return each status that occurs with the number of its tasks, and whether evidence backs any of them."""
    return [(status.value, number, counts.backed[status] > 0) for status, number in counts.by_status.items() if number]


def _words(plan: Plan, deck: Deck, shown: Sequence[View], text: Translation) -> Markup:
    return Markup(  # noqa: S704 - the template escapes every value
        _TEMPLATES.get_template("briefing.html").render(
            text=text,
            deck=deck.title.get(text.language),
            plan=plan.info.title.get(text.language),
            views=[_view_words(plan, view, service_cut(plan, shown).missing, text) for view in shown],
            source=f"{sources(plan, text, *_scenes(plan, shown))} | {plan.info.disclaimer.get(text.language)}",
            actions=_ACTIONS,
            keys=_keys(text),
            badge=_badge,
            broken=_broken,
        )
    )


def _scenes(plan: Plan, shown: Sequence[View]) -> list[Scene]:
    """Return the Scenes of views as a briefing draws them: on the usual ground, or on a picture that was added."""
    scenes = (view.scene for view in shown)
    return [
        Scene(),
        *(
            scene if picture_of(plan, scene.basemap) is not None else replace(scene, basemap=BASEMAPS[0])
            for scene in scenes
        ),
    ]


def _view_words(plan: Plan, view: View, missing: Sequence[Missing], text: Translation) -> Mapping[str, Any]:
    # Where nothing has moved the tasks are listed as in any view.
    moved = view.before if view.before is not None and view.before.moves else None
    themes = by_theme(plan, view) if not (view.listed or moved) else []
    most = max((counts.tasks for _, counts in themes), default=1)
    return {
        "number": view.number,
        "day": day_words(view, text),
        "coverage": coverage_words(view, text),
        "missing": [absent_words(each, text) for each in missing if each.number == view.number],
        "title": view.title,
        "lines": view.lines,
        "notes": view.notes,
        "listed": view.listed,
        "changes": bool(view.selection.changes),
        "rows": [(line, _place_words(plan, line.task, text)) for line in task_lines(view) if view.listed and not moved],
        "compared": _compared_words(plan, moved, text) if moved else None,
        "counts": view.counts,
        "statuses": [
            (status, number, view.counts.backed[status]) for status, number in view.counts.by_status.items() if number
        ],
        # With a filter by evidence the column would say nothing new.
        "evidence": view.scene.evidence is None,
        "themes": [
            {
                "title": theme.title.get(text.language),
                "tasks": counts.tasks,
                "with_evidence": counts.with_evidence,
                "share": round(100 * counts.tasks / most, 1),
                "parts": _parts(counts),
            }
            for theme, counts in themes
        ],
    }


def _place_words(plan: Plan, task: Task, text: Translation) -> Mapping[str, Any]:
    """Return what a row needs besides its words: the number of its task in the plan and those of its sites."""
    numbered = [(number, name) for number, name in task_sites(plan, task, text.language) if number is not None]
    return {
        "task": list(plan.tasks).index(task.id),
        "sites": numbered[:MOST_NUMBERS],
        "more": len(numbered) > MOST_NUMBERS,
        "named": text("sheet.comma").join(name for _, name in numbered),
    }


def _compared_words(plan: Plan, found: Comparison, text: Translation) -> Mapping[str, Any]:
    """Return what moved between two days, task by task where they are few enough to be read."""
    few = len(found.moves) <= LISTED
    head = text("present.moved", count=len(found.moves))
    return {
        "head": head + (text("present.moved-ringed") if moved_sites(plan, found) else ""),
        "moves": [
            {
                "title": move.task.title.get(text.language),
                "before": move.before,
                "after": move.after,
                "words": became_words(move.before.status, move.after.status, text),
                "place": _place_words(plan, move.task, text),
            }
            for move in found.moves
            if few
        ],
        "pairs": []
        if few
        else [(became_words(before, after, text), number) for before, after, number in found.by_pair],
    }


def _parts(counts: Counts) -> list[dict[str, object]]:
    """Return the pieces of a theme's bar: for each status the tasks that evidence backs, then the others."""
    parts: list[dict[str, object]] = []
    for status, number in counts.by_status.items():
        look = style.STATUS[status]
        backed = counts.backed[status]
        parts += [
            {"number": count, "fill": fill, "edge": look.colour}
            for count, fill in ((backed, look.colour), (number - backed, look.pale))
            if count
        ]
    return parts


def _badge(status: Status | None, backed: bool) -> Markup:
    if status is None:
        return Markup('<svg class="badge" aria-hidden="true"></svg>')
    name = f"pm-status-{status.value}" + ("" if backed else "-pale")
    return Markup('<svg class="badge" viewBox="0 0 16 16" aria-hidden="true"><use href="#{}"/></svg>').format(name)


def _broken(words: str) -> Markup:
    """Return words as HTML in which lines end between Chinese words; `word-break: keep-all` forbids all other ends."""
    return Markup("<wbr>").join(html(part) for part in marked(words).split(BREAK))


def _keys(text: Translation) -> list[tuple[str, str]]:
    rows = [
        ("→ ↓ PgDn Space", "present.next"),
        ("← ↑ PgUp", "present.previous"),
        ("Home", "present.first"),
        ("End", "present.last"),
        *((key, words) for action, words, key, _ in _ACTIONS if action != "keys"),
        ("B", "present.black"),
        ("R", "present.again"),
        ("L", "present.pointer"),
        ("X", "present.wipe"),
        ("[ ]", "present.swipe"),
        ("Esc", "present.close"),
    ]
    return [(key, text(words)) for key, words in rows]
