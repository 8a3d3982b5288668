"""The white card on a layout where a master's own background is too dark, or too busy, for our tables and legends."""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING

from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.slide import SlideMaster

from layers.draw.drawing import Box
from layers.present.pptx.layouts import HEIGHT, MARGIN, WIDTH
from layers.present.pptx.text import emu

if TYPE_CHECKING:
    from pptx.oxml.xmlchemy import BaseOxmlElement
    from pptx.shapes.base import BaseShape

CARD = Box(MARGIN - 5.0, 5.0, WIDTH - MARGIN + 5.0, HEIGHT - 2.0)
"""Millimetres, y pointing down: around everything that a slide of ours holds."""

LEAST_CONTRAST = 12.0
"""Least contrast of black with a background that needs no card: then every colour of a map's legend can be told."""

WHOLE_SLIDE = 0.9
"""From which share of a slide's area on a shape is its background."""

_PLAIN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def covers_slide(shape: BaseShape) -> bool:
    """Whether a shape of a master is the background of its slides."""
    area = int(shape.width or 0) * int(shape.height or 0)
    return area > WHOLE_SLIDE * emu(WIDTH) * emu(HEIGHT)


def needs_card(master: SlideMaster) -> bool:
    """Whether the background of a master is not known to be light: what is no plain colour is not."""
    if any(not shape.is_placeholder and covers_slide(shape) for shape in master.shapes):
        return True
    colour = _background(master)
    return colour is None or _contrast_with_black(colour) < LEAST_CONTRAST


def _background(master: SlideMaster) -> tuple[float, float, float] | None:
    """Return the plain colour of a master's background, as red, green and blue from 0 to 1."""
    found = master.element.find(f"{qn('p:cSld')}/{qn('p:bg')}")
    if found is None:
        return (1.0, 1.0, 1.0)
    fill = found.find(f"{qn('p:bgPr')}/{qn('a:solidFill')}")
    if fill is None:
        fill = found.find(qn("p:bgRef"))
        # From 1001 on it is a fill of the theme, of which the first is plain (ECMA-376, part 1, 20.1.4.1.7).
        if fill is None or fill.get("idx") not in ("1001", "0"):
            return None
    return next((_colour(colour, master) for colour in fill), None)


def _colour(colour: BaseOxmlElement, master: SlideMaster) -> tuple[float, float, float] | None:
    kind, value = colour.tag.removeprefix(_PLAIN), colour.get("val") or ""
    if kind == "schemeClr":
        mapped = master.element.find(qn("p:clrMap")).get(value, value)
        theme = parse_xml(master.part.part_related_by(RELATIONSHIP_TYPE.THEME).blob)
        named = theme.find(f".//{qn('a:clrScheme')}/{qn(f'a:{mapped}')}")
        if named is None or not len(named):
            return None
        kind, value = named[0].tag.removeprefix(_PLAIN), named[0].get("lastClr") or named[0].get("val") or ""
    elif kind == "sysClr":
        value = colour.get("lastClr") or ""
    if kind not in ("srgbClr", "sysClr") or len(value) != 6:
        return None
    try:
        red, green, blue = (int(value[at : at + 2], 16) / 255 for at in (0, 2, 4))
    except ValueError:
        return None
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    for change in colour:
        share = int(change.get("val") or 0) / 100_000
        name = change.tag.removeprefix(_PLAIN)
        if name == "lumMod":
            light *= share
        elif name == "lumOff":
            light += share
        else:
            return None
    return colorsys.hls_to_rgb(hue, min(1.0, light), saturation)


def _contrast_with_black(colour: tuple[float, float, float]) -> float:
    """Return the contrast ratio of a colour with black (WCAG 2.2, relative luminance), from 1 to 21."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) / 0.05
