"""Values in QGIS's own format, QML: lengths, colours and the layers of symbols, read and written."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement

from layers.escape import legible
from layers.own.style_element import Element, Lost, Reading, number_in, within

POINT_PX = 96 / 72
"""Pixels of the screen in a point."""

_UNITS = {"MM": 96 / 25.4, "Point": POINT_PX, "Points": POINT_PX, "Pixel": 1.0, "Pixels": 1.0, "Inch": 96.0}


def values_of(layer: Element) -> dict[str, str]:
    """Return the values of a layer of a symbol: those of newer versions, or of older ones where it has no others."""
    found = {each.get("k"): each.get("v") for each in layer.all("prop")}
    found |= {each.get("name"): each.get("value") for each in layer.all("Option", "Option")}
    return found


def pixels(values: Mapping[str, str], name: str, unit: str, default: float, reading: Reading) -> float:
    """Return a length in pixels of the screen; the default, which is in pixels, if it is in units of the map."""
    number = number_in(values.get(name, ""))
    if number is None:
        return default
    factor = _UNITS.get(values.get(unit, "MM"))
    if factor is None:
        reading.lost(Lost.UNITS, values.get(unit))
        return default
    return number * factor


def colour_of(words: str) -> tuple[str, float]:
    """Return colour and opacity of `r,g,b,a`, which newer versions write more after; empty if it is something else."""
    parts = [number_in(part) for part in words.split(",")[:4]]
    if len(parts) < 3:
        return "", 1.0
    levels = [min(255, max(0, round(part))) for part in parts if part is not None]
    if len(levels) < len(parts):
        return "", 1.0
    opacity = levels[3] / 255 if len(levels) == 4 else 1.0
    return "#" + "".join(f"{level:02X}" for level in levels[:3]), within(opacity, 0, 1)


def colour_words(colour: str, opacity: float = 1.0) -> str:
    """Return a colour as QGIS writes it."""
    return ",".join(map(str, [*bytes.fromhex(colour[1:]), round(opacity * 255)]))


def in_points(length: float) -> str:
    """Return a length in pixels as one in points, which are the same on every screen and on paper."""
    return f"{length / POINT_PX:.6g}"


def write_layer(parent: Node, name: str, values: Mapping[str, str]) -> Node:
    """Write a layer of a symbol, and return it."""
    layer = SubElement(parent, "layer", {"class": name, "enabled": "1", "locked": "0", "pass": "0"})
    options = SubElement(layer, "Option", {"type": "Map"})
    for key, value in values.items():
        SubElement(options, "Option", {"type": "QString", "name": key, "value": legible(value)})
    # Versions before 3.18 read these.
    for key, value in values.items():
        SubElement(layer, "prop", {"k": key, "v": legible(value)})
    return layer
