"""Own layers as data for the scripts in the browser."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import PlanMapError
from geo.feature_package import Features, opened
from geo.grid import BBox
from geo.measure import label_point
from layers.browser.detail import shown_geometries
from layers.own.files import own_layers
from layers.own.label_text import label_texts, read_fields
from layers.own.look import column_of, look_numbers, looks_of, style_of
from layers.own.own_layer import OwnLayer
from layers.own.words import credit_words, look_words
from layers.plan.catalogue import Heading, LayerEntry
from layers.plan.plan import Plan
from layers.plan.scene import OWN_VISIBLE
from layers.plan.terms import Text
from layers.translation import LANGUAGES, translation

MOST_FEATURES = 5_000
"""Most features of a layer that go to the browser one by one."""

GROUP = "own"
"""Id of the heading of own layers that have none of their own; those that have, have it after a colon."""


def own_groups(plan: Plan) -> list[Heading]:
    """Return the headings of the own layers of `plan`."""
    usual = Text(*(translation(language)("own.title") for language in LANGUAGES))
    names = dict.fromkeys(layer.group for layer in own_layers(plan))
    return [Heading(group_of(name), Text(name, name) if name else usual) for name in names]


def group_of(name: str) -> str:
    """Return the id of the heading called `name`."""
    return f"{GROUP}:{name}" if name else GROUP


def own_entries(plan: Plan) -> tuple[LayerEntry, ...]:
    """Return the own layers of `plan` as entries of its catalogue."""
    return tuple(
        LayerEntry(
            layer.scene_id,
            group_of(layer.group),
            Text(layer.name, layer.name),
            (),
            visible=OWN_VISIBLE,
            opacity=1.0,
            ground=False,
        )
        for layer in own_layers(plan)
    )


def own_payload(layer: OwnLayer) -> dict[str, Any]:
    """Return what a map needs to know of a layer before anybody shows it."""
    texts = [translation(language) for language in LANGUAGES]
    return {
        "id": layer.scene_id,
        "zh": layer.name,
        "en": layer.name,
        "url": f"layer/{quote(layer.id, safe='')}/{layer.version}/features.json",
        "form": layer.shape.value,
        "looks": [
            None
            if look is None
            else {
                "symbol": look.symbol.plain(),
                **dict(zip(LANGUAGES, (look_words(layer, look, text) for text in texts), strict=True)),
            }
            for look in looks_of(layer)
        ],
        "opacity": style_of(layer).opacity,
        "zooms": list(style_of(layer).zooms),
        "labels": _labels(layer),
        "credit": dict(zip(LANGUAGES, (credit_words(layer, text) for text in texts), strict=True)),
    }


def _labels(layer: OwnLayer) -> dict[str, Any] | None:
    """Return how labels look, and at which zooms they are written; None if the layer has none."""
    labels = style_of(layer).labels
    if labels is None:
        return None
    return {
        "size": labels.size,
        "colour": labels.colour,
        "halo": labels.halo,
        "haloWidth": labels.halo_width,
        "zooms": list(labels.zooms),
    }


@lru_cache(maxsize=8)
def features_json(layer: OwnLayer) -> str:
    """Return the features of a layer as GeoJSON with no more detail than a browser can draw at once.

    Raises
    ------
    PlanMapError
        There are too many of them, or the file is damaged.
    """
    if layer.count > MOST_FEATURES:
        raise PlanMapError("own-too-many", name=layer.name, count=layer.count, limit=MOST_FEATURES)
    with opened(layer.path) as package:
        return _collection(layer, package.all(read_fields(layer), most=MOST_FEATURES))


def features_within(layer: OwnLayer, bounds: BBox) -> dict[str, Any]:
    """Return the same of the features that reach into `bounds` (WGS 84, degrees), for a document that has them itself.

    Raises
    ------
    PlanMapError
        There are too many of them, or the file is damaged.
    """
    with opened(layer.path) as package:
        found = package.within(bounds, read_fields(layer), most=MOST_FEATURES + 1)
    if len(found) > MOST_FEATURES:
        raise PlanMapError("own-too-many", name=layer.name, count=layer.count, limit=MOST_FEATURES)
    made: dict[str, Any] = json.loads(_collection(layer, found))
    return made


def _collection(layer: OwnLayer, features: Features) -> str:
    looks = look_numbers(layer, column_of(layer, features.values, len(features)))
    there = ~shapely.is_missing(features.geometries) & (looks >= 0)
    numbers = dict(zip(features.ids[there].tolist(), looks[there].tolist(), strict=True))
    placed = dict(zip(features.ids[there].tolist(), features.geometries[there].tolist(), strict=True))
    texts = dict(zip(features.ids.tolist(), label_texts(layer, features.values, len(features)), strict=True))
    shown = shown_geometries(placed)
    geometries = shapely.set_precision(list(shown.values()), 1e-6, mode="pointwise")
    written = shapely.to_geojson(geometries).tolist() if placed else []
    boxes = shapely.bounds(geometries).round(6).tolist() if placed else []
    properties = [
        json.dumps({"look": numbers[fid], **_named(texts[fid], placed[fid])}, ensure_ascii=False) for fid in shown
    ]
    found = (
        f'{{"type":"Feature","id":{fid},"bbox":{json.dumps(box)},"properties":{about},"geometry":{geometry}}}'
        for fid, box, about, geometry in zip(shown, boxes, properties, written, strict=True)
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(found)}]}}'


def _named(words: str, geometry: BaseGeometry) -> dict[str, Any]:
    """Return the label of a feature, and of one with areas the place in it that has the most room."""
    if not words:
        return {}
    areas = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon" and not part.is_empty]
    if not areas:
        return {"label": words}
    # In degrees as long as they are on the ground.
    shrink = math.cos(math.radians(geometry.bounds[1]))
    largest = shapely.transform(max(areas, key=lambda part: part.area), lambda at: at * (shrink, 1.0))
    spot = label_point(largest)
    return {"label": words, "at": [round(spot.y, 6), round(spot.x / shrink, 6)]}
