"""The typeface of the screen: one file for each weight with just the characters of a plan and the interface.

A machine with a Chinese typeface of its own never loads it. The whole typeface in slices, as it comes from its
package, is loaded only for a character that somebody types and the plan does not have.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from layers.font import CSS_WEIGHTS, Weight, web_font
from layers.ground.files import ground_files
from layers.ground.ways import ways
from layers.own.files import own_layers
from layers.plan.plan import Plan
from layers.plan.rows import catalogue_row, decks_row, info_row, site_row, task_row
from layers.region import region
from layers.service.files import service_layers
from layers.style import SCREEN_FAMILY
from layers.translation import LANGUAGES, translation

_KEPT = 16
"""Number of sets of characters to remember: a plan may change while a page of the previous one is still open."""

_given: dict[str, tuple[Weight, frozenset[str]]] = {}
"""The weight and characters of each file that `face_css` has named, the oldest first."""


@lru_cache(maxsize=8)
def screen_characters(plan: Plan) -> frozenset[str]:
    """Return every character of `plan` and of the interface that a page can show."""
    place = region(plan)
    rows = [
        info_row(plan.info),
        catalogue_row(plan.catalogue),
        [site_row(site) for site in plan.sites.values()],
        [task_row(task) for task in plan.tasks.values()],
        decks_row(plan.decks),
        [feature["properties"] for name in ("districts", "land") for feature in place.collection(name)["features"]],
        [(ground.name, ground.characters, ground.source.zh, ground.source.en) for ground in ground_files(plan)],
        [(layer.name, layer.group, layer.file, str(layer.source.get("layer", ""))) for layer in own_layers(plan)],
        [(layer.row.name, layer.row.group, layer.row.credit) for layer in service_layers(plan)],
        [name for found in (ways(plan).lines, ways(plan).spots) for name in {each.name for each in found}],
    ]
    texts = "".join(text for language in LANGUAGES for text in translation(language).texts.values())
    # Hundreds of thousands of letters, but few thousand characters: only these are looked at one by one.
    found = set(json.dumps(rows, ensure_ascii=False) + texts) | plan.events.characters
    return frozenset(character for character in found if character.isprintable())


def face_name(weight: Weight, characters: frozenset[str]) -> str:
    """Return the name of the file of one weight, which is different for other characters."""
    digest = hashlib.sha256("".join(sorted(characters)).encode()).hexdigest()[:16]
    return f"{weight.value}-{digest}.woff"


def face_bytes(name: str) -> bytes | None:
    """Return the WOFF file with a `name` from `face_css`, made when first asked for; None for any other name."""
    return web_font(*_given[name]) if name in _given else None


def face_css(characters: frozenset[str]) -> str:
    """Return CSS that defines `SCREEN_FAMILY` in both weights."""
    for weight in Weight:
        name = face_name(weight, characters)
        # At the end again, for the oldest goes first.
        _given.pop(name, None)
        _given[name] = weight, characters
        while len(_given) > 2 * _KEPT:
            del _given[next(iter(_given))]
    return "".join(
        f'@font-face{{font-family:"{SCREEN_FAMILY}";font-weight:{number};font-display:swap;'
        f'src:url(/faces/{face_name(weight, characters)}) format("woff")}}'
        for weight, number in CSS_WEIGHTS.items()
    )
