"""Hatches in SLD: a mark that fills an area again and again, by the names that QGIS and GeoServer have for them."""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement

from layers.own.style_element import Element, colour_in, number_in, within
from layers.own.symbol_value import Hatch, Pattern, half_turn

_MARKS = {
    "horline": (Pattern.LINES, 0.0),
    "shape://horline": (Pattern.LINES, 0.0),
    "line": (Pattern.LINES, 90.0),
    "shape://vertline": (Pattern.LINES, 90.0),
    "slash": (Pattern.LINES, 45.0),
    "shape://slash": (Pattern.LINES, 45.0),
    "backslash": (Pattern.LINES, 135.0),
    "shape://backslash": (Pattern.LINES, 135.0),
    "cross": (Pattern.GRID, 0.0),
    "shape://plus": (Pattern.GRID, 0.0),
    "x": (Pattern.GRID, 45.0),
    "shape://times": (Pattern.GRID, 45.0),
    "circle": (Pattern.DOTS, 0.0),
    "shape://dot": (Pattern.DOTS, 0.0),
}
"""Pattern and angle of marks by their names; those of GeoServer begin with `shape`."""

_NAMES = {Pattern.LINES: "horline", Pattern.GRID: "cross", Pattern.DOTS: "circle"}

_USUAL_SIZE = 8.0
_MARGIN = "graphic-margin"
"""What GeoServer calls the room between the marks of a fill; the standard has no word for it."""


def parameters(element: Element) -> dict[str, str]:
    """Return the parameters by name; SLD 1.0 calls them after CSS, and Symbology Encoding after SVG."""
    return {
        each.get("name"): each.text.strip() or each.words("Literal")
        for each in element.children
        if each.tag in ("CssParameter", "SvgParameter")
    }


def hatch_in(symbolizer: Element) -> Hatch | None:
    """Return the hatch that areas are filled with; None if it is none, or of a mark that has no name here."""
    graphic = symbolizer.at("Fill", "GraphicFill", "Graphic")
    mark = graphic.at("Mark")
    known = _MARKS.get(mark.words("WellKnownName"))
    if known is None:
        return None
    pattern, angle = known
    stroke, inside = parameters(mark.at("Stroke")), parameters(mark.at("Fill"))
    dots = pattern is Pattern.DOTS
    colour = colour_in(inside.get("fill", "")) if dots else colour_in(stroke.get("stroke", ""))
    opacity = number_in((inside if dots else stroke).get("fill-opacity" if dots else "stroke-opacity", ""), 1.0)
    size = number_in(graphic.words("Size"), _USUAL_SIZE) or _USUAL_SIZE
    # The tile of a slanted mark repeats along the axes, so that its lines are nearer to each other.
    if angle % 90 and mark.words("WellKnownName").startswith("shape:"):
        size *= math.sqrt(0.5)
    width = number_in(stroke.get("stroke-width", ""), 1.0) or 1.0
    if dots:
        # What is said is the size of a dot, and how much is left free around it.
        margin = next((each.text for each in symbolizer.all("VendorOption") if each.get("name") == _MARGIN), "")
        width, size = size, size + (number_in(margin.strip(), size) or 0.0)
    if not colour:
        return None
    return Hatch(
        colour,
        pattern,
        half_turn(angle - (number_in(graphic.words("Rotation"), 0.0) or 0.0)),
        within(size, 1, 200),
        within(width, 0.1, 50),
        within(1.0 if opacity is None else opacity, 0, 1),
    )


def write_hatch(rule: Node, hatch: Hatch, share: float) -> None:
    """Write a hatch as a symbolizer of its own, over the one with fill and edge; `share` is the layer's opacity."""
    symbolizer = SubElement(rule, "se:PolygonSymbolizer")
    fill = SubElement(symbolizer, "se:Fill")
    graphic = SubElement(SubElement(fill, "se:GraphicFill"), "se:Graphic")
    mark = SubElement(graphic, "se:Mark")
    _text(mark, "se:WellKnownName", _NAMES[hatch.pattern])
    opacity = f"{hatch.opacity * share:.4g}"
    dots = hatch.pattern is Pattern.DOTS
    look = {"fill": hatch.colour, "fill-opacity": opacity} if dots else _line(hatch, opacity)
    parent = SubElement(mark, "se:Fill" if dots else "se:Stroke")
    for name, value in look.items():
        SubElement(parent, "se:SvgParameter", {"name": name}).text = value
    _text(graphic, "se:Size", f"{hatch.width if dots else hatch.spacing:g}")
    # The standard turns clockwise.
    _text(graphic, "se:Rotation", f"{-hatch.angle:g}")
    if dots:
        option = SubElement(symbolizer, "se:VendorOption", {"name": _MARGIN})
        option.text = f"{hatch.spacing - hatch.width:.6g}"


def _line(hatch: Hatch, opacity: str) -> dict[str, str]:
    return {"stroke": hatch.colour, "stroke-opacity": opacity, "stroke-width": f"{hatch.width:g}"}


def _text(parent: Node, tag: str, words: str) -> None:
    SubElement(parent, tag).text = words
