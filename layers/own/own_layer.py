"""An own layer: what there is to know of a file of features that lies beside a plan."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError
from geo.feature_package import FeaturePackage, opened
from geo.grid import BBox
from layers.plan.scene import OWN

CONTROL = "control"
"""What stands for a system where a layer was fitted on control points."""

LONGEST_NAME = 60
"""Characters of a layer's name, and of that of its group."""

FORM = 1
"""The form of what a file says of itself; one of a later form is not read."""


Source = Mapping[str, Any]
"""Where features stay that are in no file of ours: its `kind`, and what that kind needs to find them."""

OWN_LOOKS = 127
"""Most looks of a layer that are categories of their own; features with rarer ones are one category together."""

REST = -1
"""What stands for those among the looks that the categories of tiles have."""

TABLE = "postgis"
"""The kind of a source that is asked each time; of the others there is a working copy in the layer's own file."""

System = Mapping[str, Any]
"""A reference system that was decided on, see `geo.foreign.features.place.Place`."""


class Shape(StrEnum):
    """What the features of a layer are."""

    POINT = "point"
    LINE = "line"
    AREA = "area"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class LayerField:
    """A field of the features."""

    name: str
    type: str
    """text, integer, real, date, datetime, boolean or binary."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where the positions of a layer come from, and how good they are."""

    system: str
    """What was decided: `EPSG:4548`, `gcj02`, `bd09`, `CONTROL`, or the name of a system without a code."""
    stated: bool
    """Whether the file says so itself, and nobody had to decide."""
    way: str
    """How they came to WGS 84, in PROJ's words."""
    accuracy_m: float | None
    """How far they may be off by that, in metres; None where nobody states it."""
    ballpark: bool
    """Whether no way is known and the figures were taken as they are, which may be off by more than 100 m."""


@dataclass(frozen=True)
class OwnLayer:
    """An own layer of a plan. Two are equal only if they are of the same file in the same state."""

    id: str
    """Stem of its file's name: small letters, digits and hyphens."""
    path: Path
    version: str
    """Changes with the file."""
    size: int
    """Bytes."""
    name: str
    group: str
    """The heading under which it stands; empty for the usual one."""
    file: str
    """Name of the file that it was made from."""
    source_layer: str
    """Name of the layer in that file."""
    added: str
    """Day on which it was added, as in 2026-11-25."""
    moment: int
    """Which layer of a day was added last: a count of nanoseconds, which a change of its style leaves as it is."""
    count: int
    """How many features it has."""
    shape: Shape
    fields: tuple[LayerField, ...]
    bounds: BBox
    """What it covers, in degrees (WGS 84)."""
    position: Position
    style: str
    """How it is drawn, as JSON (`layers.own.style_json`); empty for the usual look."""
    style_from: str
    """Name of the file that its style comes from; empty for none."""
    style_lost: tuple[tuple[str, str], ...]
    """What of that style was not taken: kind (`layers.own.style_element.Lost`) and detail."""
    report: Mapping[str, Any]
    """What was done to the features when it was brought in, see `geo.foreign.vector.bring_in`."""
    source: Source
    """Where its features stay; empty for those that were brought in once."""
    is_estimate: bool = False
    """Whether `count` is only what the server of a table says about how many there are."""

    @property
    def scene_id(self) -> str:
        """Its id in a Scene."""
        return OWN + self.id

    @property
    def is_live(self) -> bool:
        """Whether its features stay in a table that is asked for them each time."""
        return self.source.get("kind") == TABLE

    @property
    def field_names(self) -> frozenset[str]:
        """The names of its fields."""
        return frozenset(field.name for field in self.fields)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OwnLayer):
            return NotImplemented
        return (self.path, self.version) == (other.path, other.version)

    def __hash__(self) -> int:
        return hash((self.path, self.version))


def about(
    report: Mapping[str, Any],
    *,
    name: str,
    group: str,
    file: str,
    source_layer: str,
    stated: bool,
    added: str,
    source: Source | None = None,
) -> dict[str, Any]:
    """Return what the file of a layer says of itself, from the report of how it was brought in."""
    return {
        "form": FORM,
        "name": name,
        "group": group,
        "file": file,
        "layer": source_layer,
        "added": added,
        "stated": stated,
        "report": dict(report),
        **({"source": dict(source)} if source else {}),
    }


def with_style(said: Mapping[str, Any], style: str, style_from: str = "", lost: Sequence[Any] = ()) -> dict[str, Any]:
    """Return what a file says of itself, with a style as JSON (empty for the usual look) in place of its own.

    `style_from` is the file that the style comes from, `lost` what of it was not taken.
    """
    return {**said, "style": style, "style_from": style_from, "style_lost": [list(each) for each in lost]}


def described(path: Path) -> OwnLayer:
    """Return the layer in the file at `path`.

    Raises
    ------
    PlanMapError
        It is damaged, or of a form that this version does not know.
    """
    with opened(path) as package:
        said = package.about
        if said.get("form") != FORM or not isinstance(said.get("report"), dict):
            raise PlanMapError("layer-damaged", file=path.name)
        state = path.stat()
        try:
            known = {"moment": state.st_mtime_ns, **said}
            return _layer(path, f"{state.st_mtime_ns:x}-{state.st_size:x}", state.st_size, known, package)
        except (KeyError, TypeError, ValueError) as error:
            raise PlanMapError("layer-damaged", file=path.name) from error


def _layer(path: Path, version: str, size: int, said: Mapping[str, Any], package: FeaturePackage) -> OwnLayer:
    report = said["report"]
    way = report["transformation"]
    west, south, east, north = (float(value) for value in report["bounds"])
    if not all(map(math.isfinite, (west, south, east, north))):
        raise ValueError("bounds")
    there = set(package.fields)
    return OwnLayer(
        id=path.stem,
        path=path,
        version=version,
        size=size,
        name=str(said["name"] or path.stem)[:LONGEST_NAME],
        group=str(said["group"])[:LONGEST_NAME],
        file=str(said["file"]),
        source_layer=str(said["layer"]),
        added=str(said["added"]),
        moment=int(said["moment"]),
        # Other programs may have added features since.
        count=package.count,
        shape=_shape(report["types"]),
        fields=tuple(
            LayerField(str(field["name"]), str(field["type"])) for field in report["fields"] if field["name"] in there
        ),
        bounds=(west, south, east, north),
        position=Position(
            system=system_of(way["decided"]),
            stated=bool(said["stated"]),
            way=str(way["description"]),
            accuracy_m=None if way["accuracy_m"] is None else float(way["accuracy_m"]),
            ballpark=bool(way["ballpark"]),
        ),
        style=str(said.get("style") or ""),
        style_from=str(said.get("style_from") or ""),
        style_lost=tuple((str(what), str(detail)) for what, detail in said.get("style_lost", ())),
        report=report,
        source=dict(said.get("source") or {}),
    )


def system_of(decided: Mapping[str, Any]) -> str:
    """Return what was decided on as a short text: a code, an offset frame, or the name in a definition."""
    if decided.get("fit"):
        return CONTROL
    if decided.get("datum"):
        return str(decided["datum"])
    if decided.get("epsg"):
        return f"EPSG:{decided['epsg']}"
    # The name stands first in a definition, in quotes.
    return str(decided.get("wkt", "")).partition('"')[2].partition('"')[0][:LONGEST_NAME] or "?"


def _shape(types: Mapping[str, int]) -> Shape:
    found = {name.removeprefix("Multi") for name in types}
    known = {"Point": Shape.POINT, "LineString": Shape.LINE, "Polygon": Shape.AREA}
    return known.get(found.pop(), Shape.MIXED) if len(found) == 1 else Shape.MIXED


def text_fields(fields: Sequence[LayerField]) -> list[str]:
    """Return the names of the fields with words, those that may hold a name first."""
    words = [field.name for field in fields if field.type == "text"]
    return sorted(words, key=lambda name: not any(word in name.lower() for word in ("名", "name", "title", "标题")))
