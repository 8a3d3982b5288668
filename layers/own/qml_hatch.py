"""Hatches in QGIS's own format, QML: patterns of lines and points, and the hatched brushes of Qt."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement

from layers.own.qml_values import colour_of, colour_words, in_points, pixels, values_of, write_layer
from layers.own.style_element import Element, Lost, Reading, number_in, within
from layers.own.symbol_value import Hatch, Pattern, Symbol, half_turn

PATTERN_LAYERS = ("LinePatternFill", "PointPatternFill")

_TILE = 8.0
"""Side in pixels of the tile that a brush of Qt repeats."""


def _brush(pattern: Pattern, angle: float) -> Callable[[str, float], Hatch]:
    # On a slant the lines of a tile are nearer to each other.
    spacing = within(_TILE * (1.0 if angle % 90 == 0 else math.sqrt(0.5)), 1, 200)
    return lambda colour, opacity: Hatch(colour, pattern, angle, spacing, 1.0, opacity)


BRUSHES = {
    "horizontal": _brush(Pattern.LINES, 0.0),
    "vertical": _brush(Pattern.LINES, 90.0),
    "cross": _brush(Pattern.GRID, 0.0),
    "b_diagonal": _brush(Pattern.LINES, 45.0),
    "f_diagonal": _brush(Pattern.LINES, 135.0),
    "diagonal_x": _brush(Pattern.GRID, 45.0),
}
"""By their names in QGIS: what makes a hatch of a colour and an opacity."""


def read_hatch(layer: Element, reading: Reading) -> Hatch | None:
    """Return the hatch that a layer of a symbol is; None if it cannot be said as one."""
    values = values_of(layer)
    angle = half_turn(number_in(values.get("angle", values.get("lineangle", "")), 0.0) or 0.0)
    inner = layer.at("symbol")
    marks = [each for each in inner.all("layer") if each.get("enabled", "1") != "0"]
    if len(marks) != 1:
        return None
    if layer.get("class") == "LinePatternFill":
        return _lines(values, marks[0], angle, _opacity(inner), reading)
    return _dots(values, marks[0], angle, _opacity(inner), reading)


def _lines(values: Mapping[str, str], mark: Element, angle: float, share: float, reading: Reading) -> Hatch | None:
    own = values_of(mark)
    colour, opacity = colour_of(own.get("line_color", ""))
    if mark.get("class") != "SimpleLine" or not colour or own.get("line_style", "solid") == "no":
        return None
    return Hatch(
        colour,
        Pattern.LINES,
        angle,
        within(pixels(values, "distance", "distance_unit", 6.0, reading), 1, 200),
        within(pixels(own, "line_width", "line_width_unit", 1.0, reading), 0.1, 50),
        within(opacity * share, 0, 1),
    )


def _dots(values: Mapping[str, str], mark: Element, angle: float, share: float, reading: Reading) -> Hatch | None:
    own = values_of(mark)
    colour, opacity = colour_of(own.get("color", ""))
    across, down = (pixels(values, f"distance_{axis}", f"distance_{axis}_unit", 6.0, reading) for axis in "xy")
    shifted = any(number_in(values.get(f"displacement_{axis}", ""), 0.0) for axis in "xy")
    if mark.get("class") != "SimpleMarker" or not colour or shifted or not math.isclose(across, down, rel_tol=0.01):
        return None
    size = within(pixels(own, "size", "size_unit", 2.0, reading), 0.1, 50)
    return Hatch(colour, Pattern.DOTS, angle, within(across, 1, 200), size, within(opacity * share, 0, 1))


def _opacity(symbol: Element) -> float:
    share = number_in(symbol.get("alpha"), 1.0)
    return 1.0 if share is None else share


def with_hatch(symbol: Symbol, hatch: Hatch, name: str, reading: Reading) -> Symbol:
    """Return a symbol with one more hatch; two that cross become a grid, and of others the second is noted."""
    known = symbol.hatch
    if known is None:
        return replace(symbol, hatch=hatch)
    same = replace(known, angle=0.0) == replace(hatch, angle=0.0) and hatch.pattern is Pattern.LINES
    if same and math.isclose(abs(known.angle - hatch.angle), 90.0, abs_tol=0.01):
        return replace(symbol, hatch=replace(known, pattern=Pattern.GRID))
    reading.lost(Lost.SYMBOL_LAYER, name)
    return symbol


def faded(hatch: Hatch | None, share: float) -> Hatch | None:
    """Return a hatch with less of its opacity."""
    return None if hatch is None else replace(hatch, opacity=within(hatch.opacity * share, 0, 1))


def write_hatch(symbol: Node, hatch: Hatch, name: str) -> None:
    """Write a hatch as layers of the symbol called `name`: one, or for a grid two that cross."""
    for angle in directions(hatch):
        if hatch.pattern is Pattern.DOTS:
            _write_dots(symbol, hatch, name)
        else:
            _write_lines(symbol, hatch, angle, name)


def directions(hatch: Hatch) -> list[float]:
    """Return the angles of the lines of a hatch, or of its rows of dots."""
    return [hatch.angle, (hatch.angle + 90) % 180] if hatch.pattern is Pattern.GRID else [hatch.angle]


def _write_lines(symbol: Node, hatch: Hatch, angle: float, name: str) -> None:
    colour, width = colour_words(hatch.colour, hatch.opacity), in_points(hatch.width)
    values = {"angle": f"{angle:g}", "distance": in_points(hatch.spacing), "distance_unit": "Point"}
    values |= {"line_width": width, "line_width_unit": "Point", "color": colour, "offset": "0"}
    layer = write_layer(symbol, "LinePatternFill", values)
    line = {"line_color": colour, "line_style": "solid", "line_width": width, "line_width_unit": "Point"}
    write_layer(_inner(layer, "line", name), "SimpleLine", {**line, "capstyle": "flat", "joinstyle": "round"})


def _write_dots(symbol: Node, hatch: Hatch, name: str) -> None:
    spacing = in_points(hatch.spacing)
    values = {"angle": f"{hatch.angle:g}", "displacement_x": "0", "displacement_y": "0"}
    for axis in "xy":
        values |= {f"distance_{axis}": spacing, f"distance_{axis}_unit": "Point"}
    layer = write_layer(symbol, "PointPatternFill", values)
    colour = colour_words(hatch.colour, hatch.opacity)
    mark = {"name": "circle", "size": in_points(hatch.width), "size_unit": "Point", "color": colour}
    write_layer(_inner(layer, "marker", name), "SimpleMarker", {**mark, "outline_style": "no"})


def _inner(layer: Node, kind: str, name: str) -> Node:
    about = {"type": kind, "name": f"@{name}@1", "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"}
    return SubElement(layer, "symbol", about)
