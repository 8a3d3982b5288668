"""Features of GeoJSON written as GML 2, 3.1 or 3.2, as servers do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

SPACES = {
    "2": "http://www.opengis.net/gml",
    "3.1": "http://www.opengis.net/gml",
    "3.2": "http://www.opengis.net/gml/3.2",
}


def gml(features: Sequence[Mapping[str, Any]], form: str, system: str, *, matched: int | None = None) -> str:
    """Return a document of features whose system has this name, which stands nowhere if it is empty."""
    counts = "" if matched is None else f' numberMatched="{matched}" numberReturned="{len(features)}"'
    wfs = "http://www.opengis.net/wfs/2.0" if form == "3.2" else "http://www.opengis.net/wfs"
    member = "wfs:member" if form == "3.2" else "gml:featureMember"
    inside = "".join(f"<{member}>{_feature(each, form, system)}</{member}>" for each in features)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<wfs:FeatureCollection xmlns:wfs="{wfs}" xmlns:gml="{SPACES[form]}" xmlns:plan="http://plan.example.cn" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"{counts}>{inside}</wfs:FeatureCollection>'
    )


def _feature(feature: Mapping[str, Any], form: str, system: str) -> str:
    number = "" if "id" not in feature else f" {'fid' if form == '2' else 'gml:id'}={quoteattr(str(feature['id']))}"
    values = "".join(
        f'<plan:{name} xsi:nil="true"/>' if value is None else f"<plan:{name}>{escape(str(value))}</plan:{name}>"
        for name, value in feature["properties"].items()
    )
    shape = geometry(feature["geometry"], form, system)
    return f"<plan:地块{number}>{values}<plan:geom>{shape}</plan:geom></plan:地块>"


def geometry(shape: Mapping[str, Any], form: str, system: str = "") -> str:
    """Return a geometry as an element with the prefix gml."""
    write = _Second(form) if form == "2" else _Third(form)
    said = f" srsName={quoteattr(system)}" if system else ""
    flat = _first(shape)
    if form != "2" and len(flat) == 3:
        said += ' srsDimension="3"'
    return write.element(shape, said)


def _first(shape: Mapping[str, Any]) -> Sequence[Any]:
    while shape["type"] == "GeometryCollection":
        shape = shape["geometries"][0]
    found = shape["coordinates"]
    while found and isinstance(found[0], list | tuple):
        found = found[0]
    return found


class _Third:
    """Writes the third version."""

    lines, areas = "MultiCurve", "MultiSurface"
    line, area = "curveMember", "surfaceMember"
    outer, inner = "exterior", "interior"

    def __init__(self, form: str) -> None:
        self._form = form

    def positions(self, found: Sequence[Any]) -> str:
        return f"<gml:posList>{' '.join(repr(float(axis)) for each in found for axis in each)}</gml:posList>"

    def point(self, found: Sequence[Any]) -> str:
        return f"<gml:pos>{' '.join(repr(float(axis)) for axis in found)}</gml:pos>"

    def element(self, shape: Mapping[str, Any], said: str = "") -> str:
        kind, found = shape["type"], shape.get("coordinates", [])
        single = kind.removeprefix("Multi")
        parts = [self.element({"type": single, "coordinates": each}) for each in found] if kind != single else []
        if kind == "Point":
            return f"<gml:Point{said}>{self.point(found)}</gml:Point>"
        if kind == "LineString":
            return f"<gml:LineString{said}>{self.positions(found)}</gml:LineString>"
        if kind == "Polygon":
            rings = [f"<gml:LinearRing>{self.positions(ring)}</gml:LinearRing>" for ring in found]
            inside = "".join(
                f"<gml:{self.inner if number else self.outer}>{ring}</gml:{self.inner if number else self.outer}>"
                for number, ring in enumerate(rings)
            )
            return f"<gml:Polygon{said}>{inside}</gml:Polygon>"
        name, member = {
            "MultiPoint": ("MultiPoint", "pointMember"),
            "MultiLineString": (self.lines, self.line),
            "MultiPolygon": (self.areas, self.area),
            "GeometryCollection": ("MultiGeometry", "geometryMember"),
        }[kind]
        parts = parts or [self.element(each) for each in shape.get("geometries", [])]
        return f"<gml:{name}{said}>{''.join(f'<gml:{member}>{each}</gml:{member}>' for each in parts)}</gml:{name}>"


class _Second(_Third):
    """Writes the second version."""

    lines, areas = "MultiLineString", "MultiPolygon"
    line, area = "lineStringMember", "polygonMember"
    outer, inner = "outerBoundaryIs", "innerBoundaryIs"

    def positions(self, found: Sequence[Any]) -> str:
        written = " ".join(",".join(repr(float(axis)) for axis in each) for each in found)
        return f"<gml:coordinates>{written}</gml:coordinates>"

    def point(self, found: Sequence[Any]) -> str:
        return self.positions([found])
