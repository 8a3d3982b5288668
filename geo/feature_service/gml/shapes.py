"""Geometries of GML 2, 3.1 and 3.2 as those of GeoJSON: points, straight lines, areas, and several of these.

The axes stay in the order in which they come. What is curved, a body, or elsewhere is refused by its name: a chord in
place of an arc, or a line without one of its parts, would be another shape. After OGC 02-069, 03-105r1, 07-036.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from geo.errors import PlanMapError
from geo.feature_service.gml.node import Node

Position = list[float]
Shape = dict[str, Any]

_LINES = frozenset({"LineString", "LinearRing", "LineStringSegment"})
_CURVES = frozenset({*_LINES, "Curve", "CompositeCurve", "OrientableCurve", "Ring"})
_PATCHES = frozenset({"PolygonPatch", "Triangle", "Rectangle"})
_PATCHED = frozenset({"Surface", "PolyhedralSurface", "TriangulatedSurface", "Tin"})
_SURFACES = frozenset({"Polygon", *_PATCHES, *_PATCHED, "CompositeSurface", "OrientableSurface"})
_MANY = {
    "MultiPoint": "MultiPoint",
    "MultiLineString": "MultiLineString",
    "MultiCurve": "MultiLineString",
    "MultiPolygon": "MultiPolygon",
    "MultiSurface": "MultiPolygon",
    "MultiGeometry": "GeometryCollection",
    "GeometryCollection": "GeometryCollection",
}
_OTHERS = frozenset({"Solid", "MultiSolid", "CompositeSolid", "GeometricComplex", "Grid", "RectifiedGrid"})

SHAPES = frozenset({"Point", *_CURVES, *_SURFACES, *_MANY, *_OTHERS, "Circle", "SimplePolygon", "SimpleMultiPoint"})
"""Names of elements that are geometries, also those that cannot be read."""

_REVERSED = "-"


def shape_of(node: Node, dimension: int = 0) -> Shape:
    """Return the geometry of an element; `dimension` is how many figures make a position where it does not say so.

    Raises
    ------
    PlanMapError
        It cannot be read, see `refused`.
    """
    dimension = _dimension(node, dimension)
    name = node.name
    if name == "Point":
        return {"type": "Point", "coordinates": next(iter(_positions(node, dimension)), [])}
    if name in _CURVES:
        return {"type": "LineString", "coordinates": _curve(node, dimension)}
    if name in _SURFACES:
        areas = _areas(node, dimension)
        if len(areas) == 1:
            return {"type": "Polygon", "coordinates": areas[0]}
        return {"type": "MultiPolygon", "coordinates": areas}
    if name in _MANY:
        return _many(node, dimension)
    raise refused(name)


def refused(shape: str) -> PlanMapError:
    """Return the error that a geometry of this name cannot be read."""
    return PlanMapError("source-gml-shape", shape=shape[:60], name="-", feature="-")


def _many(node: Node, dimension: int) -> Shape:
    kind = _MANY[node.name]
    parts = [shape_of(each, dimension) for each in _members(node)]
    if kind == "GeometryCollection":
        kinds = {part["type"] for part in parts}
        if len(kinds) == 1 and (one := kinds.pop()) in ("Point", "LineString", "Polygon"):
            return {"type": f"Multi{one}", "coordinates": [part["coordinates"] for part in parts]}
        return {"type": kind, "geometries": parts}
    single = kind.removeprefix("Multi")
    found: list[Any] = []
    for part in parts:
        if part["type"] not in (single, kind):
            raise refused(f"{node.name}/{part['type']}")
        # A surface of several patches is several areas.
        found += [part["coordinates"]] if part["type"] == single else part["coordinates"]
    return {"type": kind, "coordinates": found}


def _members(node: Node) -> Iterator[Node]:
    for each in node.children:
        if each.name.endswith(("Member", "Members")):
            yield from _inside(each)


def _inside(node: Node) -> list[Node]:
    """Return what is in an element that holds geometries, or says where one is."""
    if not node.children and "href" in node.attributes:
        # Nothing that a document names is fetched, and a shape without one of its parts is another.
        raise refused("xlink:href")
    return node.children


def _curve(node: Node, dimension: int) -> list[Position]:
    dimension = _dimension(node, dimension)
    if node.name in _LINES:
        if node.attributes.get("interpolation", "linear") != "linear":
            raise refused(f"{node.name} {node.attributes['interpolation']}")
        return _positions(node, dimension)
    if node.name == "OrientableCurve":
        base = [_curve(each, dimension) for part in node.all("baseCurve") for each in _inside(part)]
        found = base[0] if base else []
        return found[::-1] if node.attributes.get("orientation") == _REVERSED else found
    if node.name not in _CURVES:
        raise refused(node.name)
    holders = ("segments",) if node.name == "Curve" else ("curveMember", "curveMembers")
    whole: list[Position] = []
    for part in node.all(*holders):
        for each in _inside(part):
            line = _curve(each, dimension)
            whole += line[1:] if whole and line and line[0] == whole[-1] else line
    return whole


def _areas(node: Node, dimension: int) -> list[list[list[Position]]]:
    dimension = _dimension(node, dimension)
    if node.name == "Polygon" or node.name in _PATCHES:
        if node.attributes.get("interpolation", "planar") != "planar":
            raise refused(f"{node.name} {node.attributes['interpolation']}")
        outer = _rings(node, ("exterior", "outerBoundaryIs"), dimension)
        return [[*outer, *_rings(node, ("interior", "innerBoundaryIs"), dimension)]] if outer else []
    if node.name in _PATCHED:
        holders: tuple[str, ...] = ("patches", "polygonPatches", "trianglePatches")
    elif node.name == "CompositeSurface":
        holders = ("surfaceMember", "surfaceMembers")
    elif node.name == "OrientableSurface":
        holders = ("baseSurface",)
    else:
        raise refused(node.name)
    return [area for part in node.all(*holders) for each in _inside(part) for area in _areas(each, dimension)]


def _rings(node: Node, holders: tuple[str, ...], dimension: int) -> list[list[Position]]:
    return [_curve(each, dimension) for part in node.all(*holders) for each in _inside(part)]


def _dimension(node: Node, usual: int) -> int:
    said = node.attributes.get("srsDimension") or node.attributes.get("dimension") or ""
    return int(said) if said in ("2", "3", "4") else usual


def _positions(node: Node, dimension: int) -> list[Position]:
    found: list[Position] = []
    for each in node.children:
        if each.name == "pos":
            found.append(_figures(each.text.split()))
        elif each.name == "posList":
            found += _listed(each, _dimension(each, dimension))
        elif each.name == "coordinates":
            found += _written(each)
        elif each.name == "coord":
            found.append(_figures([axis.text.strip() for axis in each.all("X", "Y", "Z")]))
        elif each.name in ("pointProperty", "pointRep", "pointMember"):
            for point in _inside(each):
                found += _positions(point, _dimension(point, dimension))
    return found


def _listed(node: Node, dimension: int) -> list[Position]:
    found = _numbers(node.text.split())
    if not dimension:
        # By the standard it is that of the system; only what cannot be pairs is taken for something else.
        dimension = 2 if len(found) % 2 == 0 else 3
    if len(found) % dimension:
        raise _no_figures(node.text)
    # A fourth figure is a measure along a line, which there is no use for.
    kept = min(dimension, 3)
    return [found[at : at + kept] for at in range(0, len(found), dimension)]


def _written(node: Node) -> list[Position]:
    """Return positions as GML 2 writes them: figures with commas between, positions with spaces, unless it says so."""
    point = node.attributes.get("decimal") or "."
    comma, space = node.attributes.get("cs") or ",", node.attributes.get("ts") or " "
    text = node.text.strip()
    if comma.strip() and not space.strip():
        # Some write a space behind the comma too.
        text = comma.join(part.strip() for part in text.split(comma))
    parts = text.split() if not space.strip() else [part for part in text.split(space) if part.strip()]
    return [
        _figures([word.strip().replace(point, ".") for word in (part.split(comma) if comma.strip() else part.split())])
        for part in parts
    ]


def _figures(words: list[str]) -> Position:
    found = _numbers(words)
    if not 2 <= len(found) <= 4:
        raise _no_figures(" ".join(words))
    return found[:3]


def _numbers(words: list[str]) -> list[float]:
    try:
        found = list(map(float, words))
    except ValueError as error:
        raise _no_figures(" ".join(words)) from error
    # Python reads more than the standard writes.
    if not all(map(math.isfinite, found)) or any("_" in word for word in words):
        raise _no_figures(" ".join(words))
    return found


def _no_figures(text: str) -> PlanMapError:
    return PlanMapError("source-gml-figures", name="-", feature="-", value=_start(text))


def _start(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text.strip())[:60]
