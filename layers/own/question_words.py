"""What is asked of own layers, and what the answer comes to, in words."""

from __future__ import annotations

from collections.abc import Iterator

from geo.errors import PlanMapError
from layers.own.answer import Answer, Figures, Group, answer
from layers.own.asking import inexact_sites
from layers.own.files import shown_layers
from layers.own.own_layer import OwnLayer, Shape
from layers.own.words import accuracy_words, how_many
from layers.plan.fault import printable
from layers.plan.layer_question import FieldCondition, LayerQuestion, PlaceCondition
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene
from layers.plan.terms import Precision
from layers.translation import Translation

MOST_NAMED = 6
"""Values of a condition that words name."""

_HECTARE_M2 = 1e4


def question_words(plan: Plan, question: LayerQuestion, text: Translation) -> str:
    """Return the conditions of a question, in one line of harmless text."""
    parts = [condition_words(condition, text) for condition in question.where]
    parts += [place_words(plan, question.place, text)] if question.place else []
    return text("ask.and").join(parts) or text("ask.all")


def condition_words(condition: FieldCondition, text: Translation) -> str:
    """Return a condition on the values of a field."""
    field = printable(condition.field, limit=40)
    if condition.empty:
        return text("ask.empty", field=field)
    if condition.contains:
        return text("ask.has", field=field, words=printable(condition.contains, limit=40))
    if condition.values:
        shown = text("data.list-comma").join(printable(value, limit=40) for value in condition.values[:MOST_NAMED])
        more = len(condition.values) > MOST_NAMED
        return text("ask.is-some" if more else "ask.is", field=field, values=shown, count=len(condition.values))
    if condition.since and condition.until:
        return text("ask.between", field=field, least=str(condition.since), most=str(condition.until))
    if condition.since or condition.until:
        day = str(condition.since or condition.until)
        return text("ask.since" if condition.since else "ask.until", field=field, day=day)
    least, most = (None if limit is None else f"{limit:.12g}" for limit in (condition.least, condition.most))
    if least is None or most is None:
        return text("ask.least" if most is None else "ask.most", field=field, limit=most or least)
    return text("ask.between", field=field, least=least, most=most)


def place_words(plan: Plan, place: PlaceCondition, text: Translation) -> str:
    """Return a condition on where features lie; positions that are not exact are called so."""
    names = [site_words(plan, site_id, text) for site_id in place.sites if site_id in plan.sites]
    sites = text("ask.or").join(names[:MOST_NAMED]) + ("…" if len(names) > MOST_NAMED else "")
    if place.inside:
        return text("ask.inside", sites=sites)
    return text("ask.within", sites=sites, far=far_words(place.metres)) if place.metres else text("ask.at", sites=sites)


def site_words(plan: Plan, site_id: str, text: Translation) -> str:
    """Return the name of a place, and that its position is not exact where that is so."""
    whole = plan.sites[plan.whole(site_id)]
    name = printable(whole.name.get(text.language))
    loose = inexact_sites(plan, (whole.id,))
    return text("ask.inexact", name=name, how=_precision_words(loose, text)) if loose else name


def far_words(metres: int) -> str:
    """Return a distance such as `2 km` or `500 m`."""
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres} m"


def size_words(layer: OwnLayer, size: float) -> str:
    """Return an area in m², hectares or km², or a length in m or km."""
    if layer.shape is Shape.LINE:
        return f"{size:,.0f} m" if size < 10_000 else f"{size / 1000:,.2f} km"
    if size < _HECTARE_M2:
        return f"{size:,.0f} m²"
    return f"{size / _HECTARE_M2:,.2f} ha" if size < 1000 * _HECTARE_M2 else f"{size / 1e6:,.2f} km²"


def counted_words(found: Answer, text: Translation) -> str:
    """Return how many features of a layer a question selects, of how many."""
    return text("ask.counted", count=f"{found.count:,}", all=how_many(found.layer, text))


def answer_lines(found: Answer, text: Translation) -> Iterator[str]:
    """Yield what an answer comes to: number, size, and how sure both are."""
    share = share_words(found.share)
    yield text("ask.found", count=f"{found.count:,}", all=how_many(found.layer, text), share=share)
    if found.has_size:
        size = size_words(found.layer, found.size or 0.0)
        line = "ask.length" if found.layer.shape is Shape.LINE else "ask.area"
        part = found.size_share
        yield text(line, size=size) + ("" if part is None else text("ask.of-layer", share=share_words(part)))
    elif not found.measured and found.layer.shape is not Shape.POINT:
        yield text("ask.unmeasured")
    yield from caution_lines(found, text)


def caution_lines(found: Answer, text: Translation) -> Iterator[str]:
    """Yield how far positions may be off, of the layer and of the sites that are asked about."""
    yield text("ask.accuracy", accuracy=accuracy_words(found.layer.position, text))
    loose = inexact_sites(found.plan, found.question.place.sites) if found.question.place else []
    for site in dict.fromkeys(found.plan.sites[found.plan.whole(site.id)] for site in loose):
        name = printable(site.name.get(text.language))
        parts = [each for each in loose if found.plan.whole(each.id) == site.id]
        metres = [each.accuracy_m for each in parts if each.accuracy_m is not None]
        off = text("ask.off", metres=f"{max(metres):.0f}") if metres else ""
        yield text("ask.caution", name=name, how=_precision_words(parts, text), off=off)


def share_words(share: float) -> str:
    """Return a share as a percentage, which is not nothing where there is something."""
    return "< 0.1%" if 0 < share < 0.0005 else f"{100 * share:.1f}%"


def figures_words(field: str, figures: Figures | None, text: Translation) -> str:
    """Return what the numbers of a field come to."""
    name = printable(field, limit=40)
    if figures is None:
        return text("ask.no-numbers", field=name)
    return text(
        "ask.figures",
        field=name,
        count=f"{figures.count:,}",
        total=number_words(figures.total),
        mean=number_words(figures.mean),
        least=number_words(figures.least),
        most=number_words(figures.most),
    )


def number_words(value: float) -> str:
    """Return a number to six digits behind the point at most."""
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def grouped_words(found: Answer, by: str, text: Translation) -> str:
    """Return by what features are grouped; `by` as in `group_words`."""
    if by not in ("site", "task"):
        return text("ask.by-field", field=printable(by))
    at = text("ask.by-within", far=far_words(found.metres)) if found.metres else text("ask.by-touching")
    return text("ask.by-site" if by == "site" else "ask.by-task", at=at)


def group_words(found: Answer, group: Group, by: str, text: Translation) -> str:
    """Return what a group is called; `by` is `site`, `task`, or anything else for values of a field."""
    if by == "site":
        return text("ask.no-site") if group.rest else site_words(found.plan, group.key, text)
    if by == "task":
        return text("ask.no-task") if group.rest else printable(found.plan.tasks[group.key].title.get(text.language))
    if group.rest:
        return text("ask.other-values")
    return printable(group.key, limit=80) if group.key else text("ask.no-value")


def asked_layers(plan: Plan, scene: Scene) -> list[tuple[OwnLayer, LayerQuestion]]:
    """Return the own layers that `scene` shows in part, each with its question."""
    shown = ((layer, scene.questions.get(layer.scene_id)) for layer in shown_layers(plan, scene))
    return [(layer, question) for layer, question in shown if question]


def asked_lines(plan: Plan, scene: Scene, text: Translation) -> list[str]:
    """Return a line for each own layer of which `scene` shows only a part: how much of it, and which."""
    return [asked_words(plan, layer, question, text) for layer, question in asked_layers(plan, scene)]


def asked_words(plan: Plan, layer: OwnLayer, question: LayerQuestion, text: Translation) -> str:
    """Return how many of the features of a layer are shown, and which."""
    try:
        return shown_words(answer(plan, layer, question), text)
    except PlanMapError as error:
        # What is drawn says so by failing; words need not.
        counted = text(f"error.{error.code}", **error.details)
    words = question_words(plan, question, text)
    return text("ask.shown", name=printable(layer.name), counted=counted, words=words)


def shown_words(found: Answer, text: Translation) -> str:
    """Return the same of an answer."""
    words = question_words(found.plan, found.question, text)
    return text("ask.shown", name=printable(found.layer.name), counted=counted_words(found, text), words=words)


def _precision_words(sites: list[Site], text: Translation) -> str:
    nominal = any(site.precision is Precision.NOMINAL for site in sites)
    return text("ask.nominal" if nominal else "ask.approximate")
