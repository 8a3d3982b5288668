"""What a briefing takes along of pictures and own layers, and what of its views has no room or cannot go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import PlanMapError
from geo.grid import BBox
from layers.browser.own_payload import answer_source, features_within, is_many, labels_within, tile_source
from layers.ground.files import GroundFile, ground_of, picture_of
from layers.own.asking import asked_ids
from layers.own.files import shown_layers
from layers.own.look import style_of
from layers.own.own_layer import OwnLayer
from layers.own.tiles import LARGE, make_tiles
from layers.plan.deck import Deck
from layers.plan.fault import printable
from layers.plan.layer_question import LayerQuestion
from layers.plan.plan import Plan
from layers.plan.scene import BASEMAPS, FROM_FILE
from layers.present.ground_cut import MOST_BYTES, GroundCut, ground_cut, tiles_cut
from layers.present.service_cut import Missing, service_cut
from layers.present.view import View, views
from layers.selection.own_ground import MOST_SLIDES
from layers.selection.wording import listed_words
from layers.translation import Translation

if TYPE_CHECKING:
    from layers.own.answer_tiles import AnswerTiles
    from layers.own.live_answer import LiveAnswer

MOST_OWN_BYTES = 2_000_000
"""Most bytes of tiles of own layers and of answers about them, besides those of the ground."""


def cut_words(plan: Plan, deck: Deck, text: Translation, *, today: date) -> list[str]:
    """Return the lines that a briefing of `deck` needs if not all that its slides show has room in it, or can go."""
    shown = views(plan, deck, language=text.language, today=today)
    ground = ground_of(plan, BASEMAPS[0])
    cuts = [cut for _, cut in _picture_cuts(plan, shown)]
    cuts += [cut for _, cut in _own_cuts(plan, shown)]
    cuts += [cut for answers in _answer_cuts(plan, shown).values() for _, cut in answers]
    cuts += [ground_cut(ground, [view.bounds for view in shown])] if ground is not None else []
    thinned = sorted({number for cut in cuts for number in cut.thinned})
    numbers = listed_words([str(number) for number in thinned], MOST_SLIDES, text)
    lines = [text("ground.cut", slides=numbers)] if thinned else []
    services = service_cut(plan, shown)
    if services.coarser:
        slides = listed_words([str(number) for number in services.coarser], MOST_SLIDES, text)
        lines.append(text("service.coarser", slides=slides))
    by_reason: dict[str, list[int]] = {}
    for each in services.missing:
        by_reason.setdefault(missing_words(each, text), []).append(each.number)
    for words, numbered in by_reason.items():
        slides = listed_words([str(number) for number in dict.fromkeys(numbered)], MOST_SLIDES, text)
        lines.append(text("service.not-taken", slides=slides, words=words))
    return lines


def missing_words(missing: Missing, text: Translation) -> str:
    """Return which service is missing in a view, and why."""
    name = printable(missing.layer.row.name)
    why = text("service.no-room") if missing.error is None else text.explain(missing.error)
    return text("service.partly-along" if missing.partly else "service.not-along", name=name, why=why)


def absent_words(missing: Missing, text: Translation) -> str:
    """Return the same for the people in the room, whom the reason does not help."""
    return text("service.partly-absent" if missing.partly else "service.absent", name=printable(missing.layer.row.name))


def services_along(plan: Plan, shown: Sequence[View], known: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the map services that views show, with the pictures that they need."""
    by_id = {layer.scene_id: tiles for layer, tiles in service_cut(plan, shown).tiles.items()}
    return [{**own, "url": "", "tiles": by_id[own["id"]]} for own in known if own["id"] in by_id]


def pictures_along(plan: Plan, shown: Sequence[View], known: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the pictures that views have as ground, with the tiles for those."""
    found = []
    for picture, cut in _picture_cuts(plan, shown):
        own = next(each for each in known if each["id"] == FROM_FILE + picture.id)
        found.append({**own, "url": "", "tiles": cut.tiles})
    return found


def layers_along(plan: Plan, shown: Sequence[View], known: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the own layers that views show: their features in what these views show and around it, or their tiles.

    Of what a view asks for, too: as `answers` the tiles of what is too much to go one by one, see `large_questions`.
    """
    cuts, answers = dict(_own_cuts(plan, shown)), _answer_cuts(plan, shown)
    found = []
    for layer, over in _own_views(plan, shown).items():
        own = next(each for each in known if each["id"] == layer.scene_id)
        around = _around([view.bounds for view in over])
        parts = [ids for view in over if (ids := asked_ids(plan, view.scene, layer)) is not None]
        # What is too much to go one by one goes as tiles.
        ids = np.unique(np.concatenate([ids[: LARGE * (len(ids) <= LARGE)] for ids in parts])) if parts else None
        made = {**own, "url": ""}
        if layer in cuts:
            made["labelled"] = _labelled(layer, over)
            made["tiles"] = {**tile_source(layer, make_tiles(layer)), "tiles": cuts[layer].tiles}
        # A view that shows all of a layer needs more than any question selects.
        if layer not in cuts or ids is not None:
            made["features"] = features_within(layer, around, ids if layer in cuts or len(parts) == len(over) else None)
        if layer in answers:
            made["answers"] = [{**answer_source(layer, each), "tiles": cut.tiles} for each, cut in answers[layer]]
        found.append(made)
    return found


def large_questions(plan: Plan, shown: Sequence[View]) -> dict[OwnLayer, list[LayerQuestion]]:
    """Return of each own layer the questions of views whose answers are too large to go one by one, each once."""
    found: dict[OwnLayer, list[LayerQuestion]] = {}
    for layer, over in _own_views(plan, shown).items():
        asked = [(view, view.scene.questions.get(layer.scene_id)) for view in over]
        large = [question for view, question in asked if question and _is_large(plan, view, layer)]
        if large:
            found[layer] = list(dict.fromkeys(large))
    return found


def _is_large(plan: Plan, view: View, layer: OwnLayer) -> bool:
    try:
        return len(ids) > LARGE if (ids := asked_ids(plan, view.scene, layer)) is not None else False
    except PlanMapError:
        # Its words say why nothing of it is shown.
        return False


def _answer_cuts(plan: Plan, shown: Sequence[View]) -> dict[OwnLayer, list[tuple[AnswerTiles | LiveAnswer, GroundCut]]]:
    """Return the tiles of large answers, in the order of `large_questions`, with those that views need."""
    asked = large_questions(plan, shown)
    if not asked:
        return {}
    # Imported here, for few briefings have such an answer.
    from layers.own.answer_tiles import tiles_of_answer

    room = MOST_OWN_BYTES // (len(_large_views(plan, shown)) + sum(map(len, asked.values())))
    found: dict[OwnLayer, list[tuple[AnswerTiles | LiveAnswer, GroundCut]]] = {}
    for layer, questions in asked.items():
        for question in questions:
            made = tiles_of_answer(layer, question, plan)
            over = [view for view in shown if view.scene.questions.get(layer.scene_id) == question]
            cut = tiles_cut(
                made,
                made.tile,
                [view.bounds for view in over],
                numbers=[view.number for view in over],
                limit=room,
            )
            found.setdefault(layer, []).append((made, cut))
    return found


def _labelled(layer: OwnLayer, over: Sequence[View]) -> dict[str, Any]:
    """Return what is written of a large layer in the views that show few enough of its features."""
    by_id: dict[int, dict[str, Any]] = {}
    for view in over:
        if style_of(layer).labels is not None:
            by_id.update({each["id"]: each for each in labels_within(layer, view.bounds)["features"]})
    return {"type": "FeatureCollection", "features": list(by_id.values())}


def _large_views(plan: Plan, shown: Sequence[View]) -> dict[OwnLayer, list[View]]:
    """Return each own layer with more features in views that show all of it than go one by one, with those views."""
    views_of = {
        layer: whole
        for layer, over in _own_views(plan, shown).items()
        if (whole := [view for view in over if not view.scene.questions.get(layer.scene_id)])
    }
    return {layer: over for layer, over in views_of.items() if is_many(layer, _around([view.bounds for view in over]))}


def _own_cuts(plan: Plan, shown: Sequence[View]) -> list[tuple[OwnLayer, GroundCut]]:
    """Return each own layer that goes as tiles as a whole, with those that its views need."""
    large = _large_views(plan, shown)
    parts = len(large) + sum(map(len, large_questions(plan, shown).values()))
    return [
        (
            layer,
            ground_cut(
                make_tiles(layer),
                [view.bounds for view in over],
                numbers=[view.number for view in over],
                limit=MOST_OWN_BYTES // parts,
            ),
        )
        for layer, over in large.items()
    ]


def _own_views(plan: Plan, shown: Sequence[View]) -> dict[OwnLayer, list[View]]:
    found: dict[OwnLayer, list[View]] = {}
    for view in shown:
        for layer in shown_layers(plan, view.scene):
            found.setdefault(layer, []).append(view)
    return found


def _around(boxes: Sequence[BBox]) -> BBox:
    """Return what is in any of the boxes, and half as much again on each side."""
    wests, souths, easts, norths = zip(*boxes, strict=True)
    wide, high = (max(easts) - min(wests)) / 2, (max(norths) - min(souths)) / 2
    return min(wests) - wide, min(souths) - high, max(easts) + wide, max(norths) + high


def _picture_cuts(plan: Plan, shown: Sequence[View]) -> list[tuple[GroundFile, GroundCut]]:
    """Return each picture with its tiles; all together have as much room as drawn ground has."""
    views_of: dict[GroundFile, list[View]] = {}
    for view in shown:
        picture = picture_of(plan, view.scene.basemap)
        if picture is not None:
            views_of.setdefault(picture, []).append(view)
    return [
        (
            picture,
            ground_cut(
                picture,
                [view.bounds for view in over],
                numbers=[view.number for view in over],
                limit=MOST_BYTES * len(over) // sum(map(len, views_of.values())),
            ),
        )
        for picture, over in views_of.items()
    ]
