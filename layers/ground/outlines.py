"""True outlines that have been taken from a ground in place of nominal extents, in a file beside the plan.

The plan itself keeps what its author wrote: an outline lies over it when the plan is read, and can be given back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from geo import output
from geo.errors import PlanMapError
from geo.geojson import read_features
from geo.measure import inner_point
from layers.plan.plan import Plan, Site
from layers.plan.terms import Precision, Text
from layers.translation import translation

FILE = "outlines.geojson"
"""Name of the file in the plan's ground folder."""

MOST = 500
MOST_BYTES = 32 * 1024 * 1024

OPENSTREETMAP_LICENCE = "ODbL-1.0"

_NOMINAL = re.compile(r"\s*[(（][^()（）]*(名义|nominal)[^()（）]*[)）]\s*", re.IGNORECASE)

_TEXTS = ("name", "source")


@dataclass(frozen=True, slots=True)
class Outline:
    """The true outline of a site, as a ground from a file has it."""

    site_id: str
    name: Text
    geometry: BaseGeometry
    """Polygon or MultiPolygon, WGS 84 in degrees."""
    source: Text
    licence: str
    """Licence of the position; empty where the ground does not tell."""
    ground: str
    """Name of the ground that it comes from."""
    taken: str = ""
    """Day on which somebody took it, as in 2026-11-25; empty while it is only offered."""


def read_outlines(folder: Path | None) -> dict[str, Outline]:
    """Return the outlines that have been taken, by the id of their sites.

    Raises
    ------
    PlanMapError
        The file cannot be read, or is not what PlanMap wrote.
    """
    if folder is None or not (folder / FILE).exists():
        return {}
    found = {}
    for feature in read_features(folder / FILE, limit=MOST_BYTES, most=MOST):
        if feature.geometry is None or not feature.geometry.geom_type.endswith("Polygon") or not feature.id:
            raise PlanMapError("outlines-damaged", file=FILE, row=feature.number)
        found[feature.id] = _outline(feature.id, feature.geometry, feature.properties)
    return found


def _outline(site_id: str, geometry: BaseGeometry, properties: Mapping[str, object]) -> Outline:
    def text(name: str) -> str:
        return " ".join(str(properties.get(name) or "").split())[:300]

    name, source = (Text(text(f"{each}_zh"), text(f"{each}_en")) for each in _TEXTS)
    return Outline(site_id, name, geometry, source, text("licence"), text("ground"), text("taken"))


def write_outlines(folder: Path, outlines: Mapping[str, Outline]) -> None:
    """Write all outlines that are taken, in place of those in the file.

    Raises
    ------
    PlanMapError
        The folder cannot be written.
    """
    features = [
        {
            "type": "Feature",
            "id": site_id,
            "properties": {
                "name_zh": outline.name.zh,
                "name_en": outline.name.en,
                "source_zh": outline.source.zh,
                "source_en": outline.source.en,
                "licence": outline.licence,
                "ground": outline.ground,
                "taken": outline.taken,
            },
            "geometry": json.loads(shapely.to_geojson(outline.geometry)),
        }
        for site_id, outline in sorted(outlines.items())
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlanMapError("folder-not-writable", folder=folder, reason=error.strerror or "") from error
    output.write(folder / FILE, text.encode())


def with_outlines(plan: Plan) -> Plan:
    """Return `plan` with the outlines that have been taken, in place of the nominal extents of their sites.

    What is no nominal extent any more, because the plan has changed, stays as it is. A file of outlines that is
    damaged changes nothing; `read_outlines` tells what is wrong with it.
    """
    taken: dict[str, Outline] = {}
    with suppress(PlanMapError):
        taken = read_outlines(plan.beside.ground)
    changed: dict[str, Site] = {}
    for site_id, outline in taken.items():
        site = plan.sites.get(site_id)
        if site is None or not is_nominal_extent(site) or is_set_by_hand(plan, site_id):
            continue
        changed[site_id] = _drawn(site, outline)
        whole = plan.sites[plan.whole(site_id)]
        if whole.id != site_id and _is_off(whole, outline.geometry) and not is_set_by_hand(plan, whole.id):
            changed[whole.id] = _moved(whole, outline)
    return replace(plan, sites={**plan.sites, **changed}) if changed else plan


def is_nominal_extent(site: Site) -> bool:
    """Whether a site is an area that stands for one whose outline nobody has published."""
    return site.precision is Precision.NOMINAL and site.geometry is not None and site.geometry.area > 0


def is_set_by_hand(plan: Plan, site_id: str) -> bool:
    """Whether somebody has placed a site since the plan was written; what they have drawn is not drawn over."""
    return any("geometry" in amendment.values for amendment in plan.amendments_by_site.get(site_id, ()))


def plain_name(name: Text) -> Text:
    """Return a name without words in brackets that call it nominal."""
    return Text(*(_NOMINAL.sub(" ", each).strip() or each for each in (name.zh, name.en)))


def _drawn(site: Site, outline: Outline) -> Site:
    return replace(
        site,
        name=plain_name(site.name),
        geometry=outline.geometry,
        precision=Precision.MAPPED,
        accuracy_m=None,
        source=outline.source,
        licence=outline.licence or site.licence,
        note=_note("outline.note", outline, site),
    )


def _is_off(whole: Site, outline: BaseGeometry) -> bool:
    """Whether a place's point is an uncertain one that lies outside its outline."""
    return (
        whole.precision in (Precision.APPROXIMATE, Precision.NOMINAL)
        and whole.geometry is not None
        and whole.geometry.geom_type == "Point"
        and not outline.contains(whole.geometry)
    )


def _moved(whole: Site, outline: Outline) -> Site:
    return replace(
        whole,
        geometry=inner_point(outline.geometry),
        precision=Precision.MAPPED,
        accuracy_m=None,
        source=outline.source,
        licence=outline.licence or whole.licence,
        note=_note("outline.point-note", outline, whole),
    )


def _note(key: str, outline: Outline, site: Site) -> Text:
    """Return what is said of a changed site, with the note that it had."""
    zh, en = (
        translation(language)(key, ground=outline.ground, day=outline.taken, note=site.note.get(language))
        for language in ("zh", "en")
    )
    return Text(zh, en)
