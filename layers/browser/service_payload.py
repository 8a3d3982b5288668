"""Map services as data for the scripts in the browser, which never learn where they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from layers.browser.own_payload import group_of, own_title
from layers.plan.catalogue import Heading, LayerEntry
from layers.plan.plan import Plan
from layers.plan.scene import OWN_VISIBLE
from layers.plan.terms import Text
from layers.service.files import service_layers
from layers.service.service_layer import ServiceLayer
from layers.service.words import credit_words, legend_words
from layers.translation import LANGUAGES, translation


def service_groups(plan: Plan, groups: Sequence[Heading]) -> list[Heading]:
    """Return the headings `groups` of own layers with those that only services of `plan` have."""
    known = {group.id for group in groups}
    names = dict.fromkeys(layer.row.group for layer in service_layers(plan))
    more = [Heading(group_of(name), Text(name, name) if name else own_title()) for name in names]
    return [*groups, *(heading for heading in more if heading.id not in known)]


def service_entries(plan: Plan) -> tuple[LayerEntry, ...]:
    """Return the services of `plan` as entries of its catalogue."""
    return tuple(
        LayerEntry(
            layer.scene_id,
            group_of(layer.row.group),
            Text(layer.row.name, layer.row.name),
            (),
            visible=OWN_VISIBLE,
            opacity=1.0,
            ground=False,
        )
        for layer in service_layers(plan)
    )


def service_payload(layer: ServiceLayer) -> dict[str, Any]:
    """Return what a map needs to know of a service."""
    row = layer.row
    texts = [translation(language) for language in LANGUAGES]
    return {
        "id": layer.scene_id,
        "zh": row.name,
        "en": row.name,
        "url": f"service/{quote(layer.id, safe='')}/{layer.version}/",
        "zooms": list(row.zooms),
        "bounds": list(row.bounds),
        "pixels": row.pixels,
        "datum": row.datum,
        "legend": dict(zip(LANGUAGES, (legend_words(layer, text) for text in texts), strict=True)),
        "credit": dict(zip(LANGUAGES, (credit_words(layer, text) for text in texts), strict=True)),
    }
