"""Linking features that stay elsewhere: from an address or a path to a source that can be fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from geo.errors import PlanMapError
from geo.feature_service.ogc_api import parted
from geo.foreign.parquet_folder import SUFFIXES
from geo.grid import BBox
from geo.remote.address import parse
from layers.ground.files import around
from layers.own.linked.known_paths import make_known, whole_path
from layers.own.linked.source import SourceKind, SourceRow, checked_box
from layers.plan.plan import Plan

PLAN, ALL = "plan", "all"
"""Frames that have a name: the plan with its surroundings, and everything."""

_OGC_API = re.compile(r"(?:^|/)(?:ogc|ogcapi|ogc-api|oapif|api|features|collections)(?:/|\?|$)")
_ROOM = re.compile(r"\{-?[a-zA-Z:,]+\}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to link."""

    address: str
    kind: SourceKind
    layer: str = ""
    box: BBox | None = None
    epsg: int = 0
    datum: str = ""


def kind_of(address: str) -> SourceKind | None:
    """Return what features would be fetched from, as an address or a path looks; None if from nothing known here."""
    text = address.strip()
    if "://" not in text:
        path = Path(text).expanduser()
        return SourceKind.PARQUET if path.is_dir() or text.lower().endswith(SUFFIXES) else None
    if _ROOM.search(text):
        return None
    target = parse(text).target.lower()
    if "service=wfs" in target:
        return SourceKind.WFS
    if "wms" in target or "wmts" in target:
        return None
    if "wfs" in target:
        return SourceKind.WFS
    return SourceKind.OGC_API if _OGC_API.search(target) else None


def named_in(address: str) -> str:
    """Return the collection that an address of OGC API Features names; empty for none."""
    return parted(parse(address))[1]


def frame_of(plan: Plan, text: str) -> BBox | None:
    """Return the box that `plan`, `all` or four figures stand for; None for everything.

    Raises
    ------
    PlanMapError
        It is none.
    """
    wanted = text.strip().lower()
    if wanted in (ALL, PLAN):
        return around(plan) if wanted == PLAN else None
    try:
        west, south, east, north = (float(part) for part in wanted.replace("，", ",").split(","))
        return checked_box((west, south, east, north))
    except ValueError as error:
        raise PlanMapError("source-box", value=text[:80]) from error


def source_row(wish: Wish) -> SourceRow:
    """Return the source that somebody wants, before anything is fetched.

    A path is noted on this machine, so that it can be looked at again.

    Raises
    ------
    PlanMapError
        It cannot be one.
    """
    address = wish.address.strip()
    if wish.kind is SourceKind.PARQUET:
        path = whole_path(address)
        if not path.exists():
            raise PlanMapError("foreign-missing", file=path)
        if wish.box is not None:
            raise PlanMapError("source-box-of-file")
        make_known(path)
        address = str(path)
    else:
        found = parse(address)
        if found.secrets:
            raise PlanMapError("service-secret", name="、".join(found.secrets), host=found.authority)
        address = found.text
    try:
        return SourceRow.model_validate(
            {
                "kind": wish.kind,
                "address": address,
                "layer": wish.layer,
                "bbox": wish.box,
                "epsg": wish.epsg,
                "datum": wish.datum,
            }
        )
    except ValidationError as error:
        raise PlanMapError("remote-address", address=address[:200]) from error
