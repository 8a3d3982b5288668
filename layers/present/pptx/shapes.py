"""Items of a drawing as native shapes of a slide, which can be moved, coloured and typed over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from matplotlib.path import Path

from layers import style
from layers.draw import typeface
from layers.draw.drawing import Item, Shape, TextLine
from layers.draw.label import LINE_HEIGHT
from layers.draw.typeface import MM_PER_POINT
from layers.escape import legible
from layers.font import Weight
from layers.present.pptx.text import EMU_PER_MM, Run, click, emu, paragraph, solid, text_box
from layers.present.pptx.xml import Xml, make

HALO_OPACITY = 0.7
"""Opacity of the white background of a native label, which on paper has a halo instead."""

_NO_SHAPE_PROPERTIES, _NO_PROPERTIES = make("p:cNvSpPr"), make("p:nvPr")
_CIRCLE = np.asarray(Path.unit_circle().codes)


@dataclass(frozen=True, slots=True)
class SlidePosition:
    """Where a drawing is on a slide."""

    left: float
    """Millimetres from the left edge of the slide to that of the drawing."""
    top: float
    """Millimetres from the upper edge of the slide to that of the drawing."""
    height: float
    """Height of the drawing in millimetres; needed because its y points up, and a slide's down."""

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[int, int, int, int]:
        """Return a rectangle of the drawing, in millimetres, as x, y, width and height on the slide, in EMU."""
        x, y = emu(self.left + left), emu(self.top + self.height - top)
        return x, y, emu(self.left + right) - x, emu(self.top + self.height - bottom) - y


@dataclass(frozen=True, slots=True)
class Link:
    """Where a click leads."""

    relationship: str
    """Id of the slide's relationship to the target."""
    tooltip: str
    jump: bool
    """Whether the target is a slide of the same deck."""

    def element(self) -> Xml:
        """Return the link as the element that goes into the clickable shape."""
        return click(self.relationship, self.tooltip, jump=self.jump)


def frame_of(x: int, y: int, width: int, height: int, tag: str = "a:xfrm", *, turned: bool = False) -> Xml:
    """Return position and size, given in EMU, as an element; `turned` flips it upside down."""
    said = {"flipV": 1} if turned else {}
    return make(tag, make("a:off", x=x, y=y), make("a:ext", cx=width, cy=height), **said)


def named(identity: int, name: str, *, description: str = "", link: Link | None = None) -> Xml:
    """Return the element that every shape has: its id, name, alternative text and link."""
    said = {"descr": legible(description)} if description else {}
    return make("p:cNvPr", *([] if link is None else [link.element()]), id=identity, name=legible(name), **said)


class Native(NamedTuple):
    """A shape of a slide, with its box in EMU."""

    markup: Xml
    x: int
    y: int
    width: int
    height: int


def group(
    items: Sequence[Item],
    place: SlidePosition,
    identities: Iterator[int],
    *,
    name: str,
    description: str,
    language: str,
    link: Link | None = None,
) -> Xml:
    """Return items of one drawing as a group named `name`.

    PowerPoint ignores a link on a group, so each of its shapes gets the `link`.
    """
    identity = next(identities)
    children = [
        native_label(item, place, next(identities), language=language, link=link)
        if isinstance(item, TextLine)
        else native_shape(item, place, next(identities), name=item.name or name, link=link)
        for item in items
    ]
    return grouped(children, identity, name=name, description=description)


def grouped(children: Sequence[Native], identity: int, *, name: str, description: str) -> Xml:
    """Return shapes as a group whose coordinates are those of the slide."""
    x, y = min(child.x for child in children), min(child.y for child in children)
    right = max(child.x + child.width for child in children)
    bottom = max(child.y + child.height for child in children)
    frame = make(
        "a:xfrm",
        make("a:off", x=x, y=y),
        make("a:ext", cx=right - x, cy=bottom - y),
        make("a:chOff", x=x, y=y),
        make("a:chExt", cx=right - x, cy=bottom - y),
    )
    head = make("p:nvGrpSpPr", named(identity, name, description=description), make("p:cNvGrpSpPr"), make("p:nvPr"))
    return make("p:grpSp", head, make("p:grpSpPr", frame), *(child.markup for child in children))


@lru_cache(maxsize=8)
def _preset(name: str) -> Xml:
    """Return the geometry of one of PowerPoint's own shapes."""
    return make("a:prstGeom", make("a:avLst"), prst=name)


def native_shape(shape: Shape, place: SlidePosition, identity: int, *, name: str, link: Link | None = None) -> Native:
    """Return an outline as a shape: a circle as an ellipse, a straight line as a line, anything else as a path."""
    # Control points of curves may lie outside the outline; a box around them serves as well.
    points = np.asarray(shape.path.vertices)
    codes = shape.path.codes
    if codes is not None:
        points = points[codes != Path.CLOSEPOLY]
    (west, south), (east, north) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    box = place.box(west, south, east, north)
    turned = False
    if codes is not None and np.array_equal(np.asarray(codes), _CIRCLE):
        form = _preset("ellipse")
    elif len(points) == 2:
        form = _preset("line")
        turned = bool((points[1][0] - points[0][0]) * (points[1][1] - points[0][1]) > 0)
    else:
        form = _outline(shape, place, *box)
    fill = solid(shape.fill, shape.fill_opacity * shape.opacity) if shape.fill else make("a:noFill")
    look = make("p:spPr", frame_of(*box, turned=turned), form, fill, _stroke(shape))
    head = make("p:nvSpPr", named(identity, name, link=link), _NO_SHAPE_PROPERTIES, _NO_PROPERTIES)
    return Native(make("p:sp", head, look), *box)


def _outline(shape: Shape, place: SlidePosition, x: int, y: int, width: int, height: int) -> Xml:
    """Return a path in EMU, relative to the upper left corner of its box."""
    vertices = np.asarray(shape.path.vertices)
    across, down = place.left + vertices[:, 0], place.top + place.height - vertices[:, 1]
    points = [
        f'<a:pt x="{at_x}" y="{at_y}"/>' for at_x, at_y in zip(_emu_from(x, across), _emu_from(y, down), strict=True)
    ]
    codes = shape.path.codes
    straight = [int(Path.MOVETO)] + [int(Path.LINETO)] * (len(vertices) - 1)
    kinds = straight if codes is None else np.asarray(codes).tolist()
    steps: list[Xml] = []
    index = 0
    while index < len(points):
        kind = kinds[index]
        if kind == Path.CLOSEPOLY:
            steps.append(make("a:close"))
            index += 1
            continue
        tag, count = _STEPS[kind]
        steps.append(Xml(f"<{tag}>{''.join(points[index : index + count])}</{tag}>"))
        index += count
    said = {} if shape.fill else {"fill": "none"}
    return make(
        "a:custGeom",
        make("a:avLst"),
        make("a:gdLst"),
        make("a:ahLst"),
        make("a:cxnLst"),
        make("a:rect", l="0", t="0", r="r", b="b"),
        make("a:pathLst", make("a:path", *steps, w=width, h=height, **said)),
    )


_STEPS = {
    int(Path.MOVETO): ("a:moveTo", 1),
    int(Path.LINETO): ("a:lnTo", 1),
    int(Path.CURVE3): ("a:quadBezTo", 2),
    int(Path.CURVE4): ("a:cubicBezTo", 3),
}
"""The DrawingML element for each step of a Matplotlib path, and its number of points."""


def _emu_from(start: int, millimetres: np.ndarray) -> list[int]:
    """Return lengths in EMU, counted from `start` and rounded as `emu` does."""
    found: list[int] = (np.rint(millimetres * EMU_PER_MM).astype(int) - start).tolist()
    return found


def _stroke(shape: Shape) -> Xml:
    if not shape.stroke or shape.line_width <= 0:
        return make("a:ln", make("a:noFill"))
    parts = [solid(shape.stroke, shape.stroke_opacity * shape.opacity)]
    if shape.dash:
        share = 100_000 / shape.line_width
        pairs = zip(shape.dash[::2], shape.dash[1::2], strict=True)
        dashes = [make("a:ds", d=round(stroke * share), sp=round(gap * share)) for stroke, gap in pairs]
        parts.append(make("a:custDash", *dashes))
    parts.append(make("a:round"))
    return make("a:ln", *parts, w=max(1, emu(shape.line_width)), cap="rnd" if shape.round_ends else "flat")


def native_label(
    label: TextLine, place: SlidePosition, identity: int, *, language: str, link: Link | None = None
) -> Native:
    """Return one horizontal line of text as a text box of the size of the words."""
    wide = typeface.width(label.text, label.size, label.weight)
    left = label.x + label.start
    middle = label.y + typeface.IDEOGRAPH_MIDDLE * label.size * MM_PER_POINT
    half = label.size * MM_PER_POINT * LINE_HEIGHT / 2
    box = place.box(left, middle - half, left + wide, middle + half)
    fill = solid(style.WHITE, HALO_OPACITY) if label.halo else make("a:noFill")
    form = _preset("rect")
    look = make("p:spPr", frame_of(*box), form, fill, make("a:ln", make("a:noFill")))
    align = {"left": "l", "center": "ctr", "right": "r"}[label.align]
    run = Run(label.text, label.colour, label.weight is Weight.BOLD)
    words = paragraph([run], label.size, language, align=align, exact=False)
    body = make("p:txBody", text_box(wrap="none", anchor="ctr"), make("a:lstStyle"), words)
    head = make("p:nvSpPr", named(identity, label.text, link=link), make("p:cNvSpPr", txBox=1), make("p:nvPr"))
    return Native(make("p:sp", head, look, body), *box)
