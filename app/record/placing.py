"""What somebody sends from the form that places a site: made an amendment, and answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from app.context import Context
from app.record.amending import amend_as_sent
from app.record.answer import Answer, words_of
from geo.errors import GeometryError
from geo.geojson import geometry_from_mapping
from geo.wkt import LONGEST, write_wkt
from layers.plan.plan import Plan
from layers.plan.site_amend import FIELDS, given_of
from layers.plan.terms import Precision, Subject
from layers.store.roles import Person
from layers.translation import Translation


def place(context: Context, sent: Mapping[str, Any], text: Translation, *, person: Person | None = None) -> Answer:
    """Set where a site lies as it was `sent`, unless something in it is wrong or somebody else was faster.

    The shape is a GeoJSON geometry, WGS 84 in degrees, as text; without one, the site has no position. What is sent
    twice is added once. Any of `sent` may be anything.
    """
    values = {name: words_of(sent.get("fields"), name) for name in FIELDS if name != "geometry"}
    try:
        values["geometry"] = _drawn(sent)
    except GeometryError as error:
        number = sent.get("sent")
        words = text.explain(error)
        return Answer(number if type(number) is int else 0, done=False, words=words, faults={"geometry": words})
    if not values["geometry"]:
        values |= {"precision": Precision.UNPLACED.value, "accuracy_m": ""}

    def changed(plan: Plan, site_id: str) -> dict[str, str]:
        before = given_of(plan.sites[site_id]) if site_id in plan.sites else {}
        # A source or a licence that is left empty stays as it is; a note that is emptied goes.
        kept = {name for name in ("source_zh", "source_en", "licence") if not values[name]}
        if values["source_zh"] and values["source_zh"] != before.get("source_zh"):
            kept.discard("source_en")
        return {name: value for name, value in values.items() if name not in kept and value != before.get(name, "")}

    return amend_as_sent(context, sent, text, about=Subject.SITE, changed=changed, person=person)


def _drawn(sent: Mapping[str, Any]) -> str:
    """Return the shape that was sent as well-known text; may raise `GeometryError`."""
    shape = sent.get("shape")
    if not isinstance(shape, str) or not shape:
        return ""
    if len(shape) > 2 * LONGEST:
        raise GeometryError("wkt-too-long", limit=LONGEST)
    try:
        mapping = json.loads(shape)
    except (ValueError, RecursionError) as error:
        raise GeometryError("geometry-unreadable", kind=shape[:40]) from error
    return write_wkt(geometry_from_mapping(mapping))
