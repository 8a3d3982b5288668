"""Digests of a plan, equal for equal content whether the plan lives in a folder, a file or a database."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from layers.plan.amendment_row import amendment_row
from layers.plan.deck import Deck
from layers.plan.event_digest import digest_of
from layers.plan.plan import Plan, Site, Task
from layers.plan.rows import catalogue_row, decks_row, info_row, site_row, task_row
from layers.plan.template_row import template_row


def whole_digest(plan: Plan) -> str:
    """Return the SHA-256, in hexadecimal, of everything in `plan`, its decks and its template included."""
    more = [json.dumps(decks_row(plan.decks), sort_keys=True)] if plan.decks else []
    more += [json.dumps(template_row(plan.template), sort_keys=True)] if plan.template is not None else []
    if not more:
        return content_digest(plan)
    return hashlib.sha256(" ".join([content_digest(plan), *more]).encode()).hexdigest()


def deck_digest(plan: Plan, deck: Deck) -> str:
    """Return the SHA-256, in hexadecimal, of all that showing `deck` depends on: the plan without its other decks."""
    row = json.dumps(decks_row([deck]), sort_keys=True)
    return hashlib.sha256(f"{content_digest(plan)} {row}".encode()).hexdigest()


@lru_cache(maxsize=8)
def map_digest(plan: Plan) -> str:
    """Return the SHA-256, in hexadecimal, of what a standing map is made of: sites, layers, tasks by number, files.

    Events and decks are no part of it: what they change is sent to a map that is open already.
    """
    beside = [version for version in (plan.beside.ground_version, plan.beside.layers_version) if version]
    return _digest([*_standing(plan), *beside])


@lru_cache(maxsize=8)
def content_digest(plan: Plan) -> str:
    """Return the SHA-256, in hexadecimal, of everything in `plan` except its decks and its template.

    They say how the plan is shown; no map changes with them.
    """
    # A plan that nobody has amended keeps the digest that it had before there were amendments.
    amendments = [[amendment_row(amendment) for amendment in plan.amendments]] if plan.amendments else []
    # As the JSON of one list, of which the events are the fifth entry.
    before = json.dumps(_standing(plan), sort_keys=True)[:-1] + ", "
    after = json.dumps(amendments, sort_keys=True)[1:]
    return digest_of(before, plan.events, f", {after}" if amendments else after)


def _standing(plan: Plan) -> list[Any]:
    return [
        info_row(plan.info),
        catalogue_row(plan.catalogue),
        [[site.id, _shown(site), site.geometry and site.geometry.wkb_hex] for site in plan.sites.values()],
        [_written(task) for task in plan.tasks.values()],
    ]


def _written(task: Task) -> dict[str, Any]:
    """Return the row of `task`; plans in which these fields are empty keep the digests they had."""
    later = ("due_date", "note_zh", "note_en", "retired")
    return {name: value for name, value in task_row(task).items() if value or name not in later}


def _shown(site: Site) -> dict[str, Any]:
    """Return the properties of `site`; most sites are no part, and plans without parts keep the digests they had."""
    return {name: value for name, value in site_row(site).items() if value or name != "part_of"}


def _digest(content: list[Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
