"""The title block of an office: who has issued, drawn and checked a sheet, and the number of its approval."""

from __future__ import annotations

import math
from io import BytesIO

import numpy as np

from geo.errors import PlanMapError
from layers import style
from layers.draw import typeface
from layers.draw.drawing import Box, Drawing, Picture, line, rectangle
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.plan.template import Template
from layers.translation import Translation

ROW_MM = 6.4
"""Height in millimetres of a row on A3."""

LOGO_INCH = 300
"""Pixels to the inch that a logo gets at most."""


def block_height(template: Template, *, size: float) -> float:
    """Return the height in millimetres of the title block of a template; 0 for one without any."""
    if not template.has_title_block:
        return 0.0
    return _rows(template) * ROW_MM * size


def _rows(template: Template) -> int:
    """Return the number of rows: one for the office, and one for each two of the other lines."""
    others = [name for name, _ in template.lines if name != "issuer"]
    rows = (template.issuer is not None) + math.ceil(len(others) / 2)
    return max(rows, 2) if template.logo else rows


def draw_title_block(drawing: Drawing, template: Template, box: Box, *, size: float, text: Translation) -> None:
    """Draw the title block into `box`, which is as high as `block_height` says.

    Raises
    ------
    PlanMapError
        The typeface lacks a character of a line, or a line is too long for its place.
    """
    thin = {"stroke": style.INK, "line_width": 0.18 * size}
    drawing.add(rectangle(box, stroke=style.INK, line_width=0.35 * size))
    left = box.left
    if template.logo:
        side = min(box.height, box.width * 0.25)
        _draw_logo(drawing, template.logo, Box(left, box.bottom, left + side, box.top).grown(-1.0 * size))
        left += side
        drawing.add(line([(left, box.bottom), (left, box.top)], **thin))
    row = box.height / _rows(template)
    top = box.top
    lines = dict(template.lines)
    issuer = lines.pop("issuer", None)
    if issuer is not None:
        _write_cell(drawing, "issuer", issuer, Box(left, top - row, box.right, top), size=size, text=text)
        top -= row
    cells = list(lines.items())
    middle = (left + box.right) / 2
    for number in range(0, len(cells), 2):
        pair = cells[number : number + 2]
        drawing.add(line([(left, top), (box.right, top)], **thin)) if top < box.top else None
        edges = (left, middle, box.right) if len(pair) == 2 else (left, box.right)
        for at, (name, content) in enumerate(pair):
            if at:
                drawing.add(line([(edges[at], top - row), (edges[at], top)], **thin))
            _write_cell(drawing, name, content, Box(edges[at], top - row, edges[at + 1], top), size=size, text=text)
        top -= row


def _write_cell(drawing: Drawing, name: str, content: str, box: Box, *, size: float, text: Translation) -> None:
    """Write what a line is, and beside it what it says, as large as fits."""
    small = typeface.readable(6.4 * size)
    label = text(f"template.{name.replace('_', '-')}")
    pad = 1.4 * size
    baseline = (box.bottom + box.top) / 2 - typeface.IDEOGRAPH_MIDDLE * small * MM_PER_POINT
    used = drawing.write(label, box.left + pad, baseline, small, colour=style.MUTED)
    if not content.strip():
        return
    room = box.width - used - 3 * pad
    points = typeface.readable(8.0 * size)
    typeface.check(content, Weight.BOLD)
    while points > typeface.SMALLEST and typeface.width(content, points, Weight.BOLD) > room:
        points = typeface.readable(points - 0.25)
    lines = typeface.wrap(content, room, points, Weight.BOLD)
    step = points * MM_PER_POINT * 1.2
    # What an office has to say of its sheet is never cut off.
    if len(lines) * step > box.height or max(typeface.width(part, points, Weight.BOLD) for part in lines) > room:
        raise PlanMapError("template-line-too-long", line=label, value=content)
    middle = (box.bottom + box.top) / 2 - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
    for number, part in enumerate(lines):
        y = middle + ((len(lines) - 1) / 2 - number) * step
        drawing.write(part, box.left + used + 2 * pad, y, points, weight=Weight.BOLD, colour=style.INK)


def _draw_logo(drawing: Drawing, logo: bytes, box: Box) -> None:
    """Put a logo into the middle of `box`, as large as its shape allows."""
    from PIL import Image

    with Image.open(BytesIO(logo), formats=("PNG", "JPEG")) as opened:
        picture = opened.convert("RGBA")
    share = min(box.width / picture.width, box.height / picture.height)
    wide, high = picture.width * share, picture.height * share
    most = (math.ceil(wide / 25.4 * LOGO_INCH), math.ceil(high / 25.4 * LOGO_INCH))
    picture.thumbnail(most)
    x, y = box.centre
    place = Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    drawing.pictures.append(Picture(np.asarray(picture, dtype=np.uint8), place))
