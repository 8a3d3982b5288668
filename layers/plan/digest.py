"""From a Plan back to rows: the inverse of `layers.plan.rows`, for every home a plan can have."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from geo.crs import WGS84
from layers.plan.deck import Deck
from layers.plan.plan import Catalogue, Event, Heading, Plan, PlanInfo, Site, Task


def _heading(heading: Heading) -> dict[str, str]:
    return {"id": heading.id, "title_zh": heading.title.zh, "title_en": heading.title.en}


def info_row(info: PlanInfo) -> dict[str, Any]:
    """Return what `plan.toml` holds."""
    return {
        "id": info.id,
        "title_zh": info.title.zh,
        "title_en": info.title.en,
        "subtitle_zh": info.subtitle.zh,
        "subtitle_en": info.subtitle.en,
        "year": info.year,
        "report_date": info.report_date,
        "crs": WGS84,
        "district_site": info.district_site,
        "attribution_zh": info.attribution.zh,
        "attribution_en": info.attribution.en,
        "disclaimer_zh": info.disclaimer.zh,
        "disclaimer_en": info.disclaimer.en,
        "report": {
            "title_zh": info.report.title,
            "title_en": info.report_title_en,
            "publisher": info.report.publisher,
            "url": info.report.url,
        },
        "themes": [_heading(theme) for theme in info.themes],
        "sections": [_heading(section) for section in info.sections],
    }


def catalogue_row(catalogue: Catalogue) -> dict[str, Any]:
    """Return what `layers.toml` holds, every site named."""
    return {
        "groups": [_heading(group) for group in catalogue.groups],
        "layers": [
            {
                "id": layer.id,
                "group": layer.group,
                "title_zh": layer.title.zh,
                "title_en": layer.title.en,
                "sites": list(layer.sites),
                "visible": layer.visible,
                "opacity": layer.opacity,
                "ground": layer.ground,
            }
            for layer in catalogue.layers
        ],
    }


def site_row(site: Site) -> dict[str, Any]:
    """Return the properties of a site, without id and geometry."""
    return {
        "name_zh": site.name.zh,
        "name_en": site.name.en,
        "category": site.category,
        "precision": site.precision.value,
        "accuracy_m": site.accuracy_m,
        "source_zh": site.source.zh,
        "source_en": site.source.en,
        "licence": site.licence,
        "note_zh": site.note.zh,
        "note_en": site.note.en,
    }


def task_row(task: Task) -> dict[str, Any]:
    """Return a row of `tasks.csv`."""
    return {
        "id": task.id,
        "section": task.section,
        "title_zh": task.title.zh,
        "title_en": task.title.en,
        "kind": task.kind.value,
        "theme": task.theme,
        "verb": task.verb,
        "lead_unit": task.lead_unit,
        "target_value": task.target.value if task.target else None,
        "target_unit": task.target.unit if task.target else "",
        "target_comparator": task.target.comparator if task.target else "",
        "sites": ";".join(task.sites),
        "context_sites": ";".join(task.context_sites),
        "partners": ";".join(task.partners),
        "anchor": task.anchor,
        "clause": task.clause,
    }


def event_row(event: Event) -> dict[str, Any]:
    """Return a row of `events.csv`."""
    return {
        "task_id": event.task_id,
        "date": str(event.date),
        "basis": event.basis.value,
        "status": event.status.value if event.status else None,
        "measured_value": event.measured[0] if event.measured else None,
        "measured_unit": event.measured[1] if event.measured else "",
        "period": str(event.period) if event.period else "",
        "summary_zh": event.summary.zh,
        "summary_en": event.summary.en,
        "source_title": event.source.title,
        "source_publisher": event.source.publisher,
        "source_url": event.source.url,
        "confidence": event.confidence.value,
        "recorded_by": event.recorded_by,
        "recorded_at": event.recorded_at.isoformat(),
    }


def decks_row(decks: Sequence[Deck]) -> dict[str, Any]:
    """Return what `decks.toml` holds, without fields that are empty."""
    return {
        "decks": [
            {
                "id": deck.id,
                "title_zh": deck.title.zh,
                **_filled({"title_en": deck.title.en}),
                "slides": [
                    {
                        "title_zh": slide.title.zh,
                        **_filled(
                            {
                                "title_en": slide.title.en,
                                "text_zh": slide.text.zh,
                                "text_en": slide.text.en,
                                "notes_zh": slide.notes.zh,
                                "notes_en": slide.notes.en,
                                "scene": slide.scene.to_query(),
                            }
                        ),
                    }
                    for slide in deck.slides
                ],
            }
            for deck in decks
        ]
    }


def _filled(row: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in row.items() if value}


def decks_toml(decks: Sequence[Deck]) -> str:
    """Return `decks.toml`, to be edited by hand."""
    import tomli_w

    return tomli_w.dumps(decks_row(decks), multiline_strings=True)


def whole_digest(plan: Plan) -> str:
    """Return a digest of everything in `plan`, its decks included."""
    if not plan.decks:
        return content_digest(plan)
    decks = json.dumps(decks_row(plan.decks), sort_keys=True)
    return hashlib.sha256(f"{content_digest(plan)} {decks}".encode()).hexdigest()


def deck_digest(plan: Plan, deck: Deck) -> str:
    """Return a digest of all that showing `deck` depends on: the plan without its other decks."""
    row = json.dumps(decks_row([deck]), sort_keys=True)
    return hashlib.sha256(f"{content_digest(plan)} {row}".encode()).hexdigest()


@lru_cache(maxsize=8)
def content_digest(plan: Plan) -> str:
    """Return a digest of everything that `plan` says, the same for the same plan in every home.

    Decks are left out: they say how the plan is shown, and no map or sheet changes with them.
    """
    content = [
        info_row(plan.info),
        catalogue_row(plan.catalogue),
        [[site.id, site_row(site), site.geometry and site.geometry.wkb_hex] for site in plan.sites.values()],
        [task_row(task) for task in plan.tasks.values()],
        [event_row(event) for event in plan.events],
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
