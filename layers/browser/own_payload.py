"""Own layers as data for the scripts in the browser."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import PlanMapError
from geo.feature_package import Features
from geo.grid import BBox
from geo.measure import label_point
from layers.browser.detail import shown_geometries
from layers.own.asking import answer_state, selected
from layers.own.files import own_layers
from layers.own.label_text import label_texts, read_fields
from layers.own.look import column_of, look_numbers, looks_of, style_of
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.own.tiles import LARGE, LayerTiles, is_large
from layers.own.words import credit_words, look_words
from layers.plan.catalogue import Heading, LayerEntry
from layers.plan.layer_question import LayerQuestion, questions_text
from layers.plan.plan import Plan
from layers.plan.scene import OWN_VISIBLE, Scene
from layers.plan.terms import Text
from layers.translation import LANGUAGES, translation

if TYPE_CHECKING:
    # It takes a while to import, and few maps have such an answer.
    from layers.own.answer_tiles import AnswerTiles
    from layers.own.live_answer import LiveAnswer
    from layers.own.table.tiles import LiveTiles

MOST_LABELLED = 800
"""Most features of a large layer whose labels a map gets at a time; where there are more it gets none."""

GROUP = "own"
"""Id of the heading of own layers that have none of their own; those that have, have it after a colon."""


def own_groups(plan: Plan) -> list[Heading]:
    """Return the headings of the own layers of `plan`."""
    names = dict.fromkeys(layer.group for layer in own_layers(plan))
    return [Heading(group_of(name), Text(name, name) if name else own_title()) for name in names]


def own_title() -> Text:
    """Return the usual heading."""
    return Text(*(translation(language)("own.title") for language in LANGUAGES))


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
        "url": tiles_address(layer) if is_large(layer) else features_address(layer),
        "large": is_large(layer),
        # Where it is said why they do not come.
        "state": f"layer/{quote(layer.id, safe='')}/state" if layer.is_live else "",
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


def answer_source(
    layer: OwnLayer, found: AnswerTiles | LiveAnswer, *, url: str = "", question: LayerQuestion | None = None
) -> dict[str, Any]:
    """Return the same of an answer; `question` is what the server is asked for each tile at `url`."""
    query = f"?ask={_asked_text(layer, question)}" if question else ""
    return {**tile_source(layer, found, url=url), "query": query, "count": found.count}


def answer_address(layer: OwnLayer, state: str) -> str:
    """Return where the tiles of an answer are; it changes with the layer's file and with what is selected."""
    return f"layer-answer/{quote(layer.id, safe='')}/{layer.version}/{state}/"


def _asked_text(layer: OwnLayer, question: LayerQuestion) -> str:
    return quote(questions_text({layer.scene_id: question}), safe="")


def tile_source(
    layer: OwnLayer, tiles: LayerTiles | LiveTiles | AnswerTiles | LiveAnswer, *, url: str = ""
) -> dict[str, Any]:
    """Return the tiles of a layer as a map needs them; `url` is where they are."""
    # Styles take a while to import, and few maps have such a layer.
    from layers.own.suggestion import rest_symbol

    texts = (translation(language) for language in LANGUAGES)
    return {
        "url": url,
        "zooms": list(tiles.zooms),
        "bounds": list(tiles.bounds),
        "looks": list(tiles.looks),
        "rest": {
            "symbol": rest_symbol(layer.shape.value).plain(),
            **dict(zip(LANGUAGES, (text("own-style.other") for text in texts), strict=True)),
        },
    }


def tiles_address(layer: OwnLayer) -> str:
    """Return what tells where the tiles of a large layer are; it changes with its file."""
    return f"layer/{quote(layer.id, safe='')}/{layer.version}/tiles.json"


def features_address(layer: OwnLayer) -> str:
    """Return where the features of a layer are; it changes with its file."""
    return f"layer/{quote(layer.id, safe='')}/{layer.version}/features.json"


def asked_payload(plan: Plan, scene: Scene) -> dict[str, dict[str, Any]]:
    """Return of each own layer of which `scene` shows only a part where that is, and what it is in words.

    Without an address where it cannot be told; its words say why. What is `large` comes in tiles.
    """
    if not scene.questions:
        return {}
    from layers.own.question_words import asked_words

    text, found = translation(scene.language), {}
    for layer in own_layers(plan):
        question = scene.questions.get(layer.scene_id)
        if not question:
            continue
        words = asked_words(plan, layer, question, text)
        try:
            ids = selected(layer, question, plan)
        except PlanMapError as error:
            found[layer.scene_id] = {"url": "", "ids": [], "words": f"{words} ({text.explain(error)})", "large": False}
            continue
        large = len(ids) > LARGE
        # What is selected around a site changes with the plan, too.
        asked = f"ask={_asked_text(layer, question)}&state={answer_state(layer, question, plan)}"
        url = f"layer/{quote(layer.id, safe='')}/{layer.version}/{'answer' if large else 'features'}.json?{asked}"
        found[layer.scene_id] = {"url": url, "ids": [] if large else ids.tolist(), "words": words, "large": large}
    return found


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
def features_json(layer: OwnLayer, plan: Plan | None = None, question: LayerQuestion | None = None) -> str:
    """Return the features of a layer as GeoJSON with no more detail than a browser can draw at once.

    With a `question` about them and places of the `plan`, only those that it selects.

    Raises
    ------
    PlanMapError
        There are too many of them, or the file is damaged.
    """
    if plan is not None and question:
        ids = selected(layer, question, plan)
        if len(ids) > LARGE:
            raise PlanMapError("own-too-many", name=layer.name, count=len(ids), limit=LARGE)
        with opened(layer) as package:
            return _collection(layer, package.numbered(ids.tolist(), read_fields(layer)))
    if layer.count > LARGE:
        raise PlanMapError("own-too-many", name=layer.name, count=layer.count, limit=LARGE)
    with opened(layer) as package:
        return _collection(layer, package.all(read_fields(layer), most=LARGE))


def is_many(layer: OwnLayer, bounds: BBox) -> bool:
    """Whether so many features of a layer reach into `bounds` (WGS 84, degrees) that they go as tiles.

    Raises
    ------
    PlanMapError
        The file is damaged.
    """
    if not is_large(layer):
        return False
    with opened(layer) as package:
        return package.count_within(bounds) > LARGE


def features_within(layer: OwnLayer, bounds: BBox, ids: NDArray[np.int64] | None = None) -> dict[str, Any]:
    """Return the same of the features that reach into `bounds` (WGS 84, degrees), for a document that has them itself.

    With `ids`, only those that have one of these numbers.

    Raises
    ------
    PlanMapError
        There are too many of them, or the file is damaged.
    """
    with opened(layer) as package:
        found = package.within(bounds, read_fields(layer), most=LARGE + 1 if ids is None else None, ids=ids)
    if ids is None and len(found) > LARGE:
        raise PlanMapError("own-too-many", name=layer.name, count=layer.count, limit=LARGE)
    made: dict[str, Any] = json.loads(_collection(layer, found))
    return made


def labels_within(layer: OwnLayer, bounds: BBox, ids: NDArray[np.int64] | None = None) -> dict[str, Any]:
    """Return the features of a layer that reach into `bounds` (WGS 84, degrees) and have labels, without their areas.

    With `ids`, only those that have one of these numbers. None are returned, but `more`, if there are too many.

    Raises
    ------
    PlanMapError
        The file is damaged.
    """
    with opened(layer) as package:
        found = package.within(bounds, read_fields(layer), most=MOST_LABELLED + 1, ids=ids)
    if len(found) > MOST_LABELLED:
        return {"type": "FeatureCollection", "features": [], "more": True}
    made: dict[str, Any] = json.loads(_collection(layer, found))
    made["features"] = [feature for feature in made["features"] if feature["properties"].get("label")]
    for feature in made["features"]:
        # The tiles have the shape, and its label a place of its own.
        if "at" in feature["properties"]:
            feature["geometry"] = {"type": "GeometryCollection", "geometries": []}
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
