"""Items of a drawing as native shapes of a slide, which can be moved, coloured and typed over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.path import Path
from pptx.oxml.xmlchemy import BaseOxmlElement

from layers import style
from layers.draw import typeface
from layers.draw.drawing import Item, Shape, TextLine
from layers.draw.label import LINE_HEIGHT
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.present.pptx.text import Run, click, emu, legible, make, paragraph, solid, text_box

HALO_OPACITY = 0.7
"""Opacity of the white background of a native label, which on paper has a halo instead."""

_CIRCLE = Path.unit_circle().codes


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

    def element(self) -> BaseOxmlElement:
        """Return the link as the element that goes into the clickable shape."""
        return click(self.relationship, self.tooltip, jump=self.jump)


def frame_of(x: int, y: int, width: int, height: int, tag: str = "a:xfrm") -> BaseOxmlElement:
    """Return position and size, given in EMU, as an element."""
    return make(tag, make("a:off", x=x, y=y), make("a:ext", cx=width, cy=height))


def named(identity: int, name: str, *, description: str = "", link: Link | None = None) -> BaseOxmlElement:
    """Return the element that every shape has: its id, name, alternative text and link."""
    found = make("p:cNvPr", id=identity, name=legible(name))
    if description:
        found.set("descr", legible(description))
    if link is not None:
        found.append(link.element())
    return found


def group(
    items: Sequence[Item],
    place: SlidePosition,
    identities: Iterator[int],
    *,
    name: str,
    description: str,
    language: str,
    link: Link | None = None,
) -> BaseOxmlElement:
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


def grouped(children: Sequence[BaseOxmlElement], identity: int, *, name: str, description: str) -> BaseOxmlElement:
    """Return shapes as a group whose coordinates are those of the slide."""
    x, y, right, bottom = _bounds(children)
    frame = make(
        "a:xfrm",
        make("a:off", x=x, y=y),
        make("a:ext", cx=right - x, cy=bottom - y),
        make("a:chOff", x=x, y=y),
        make("a:chExt", cx=right - x, cy=bottom - y),
    )
    head = make("p:nvGrpSpPr", named(identity, name, description=description), make("p:cNvGrpSpPr"), make("p:nvPr"))
    return make("p:grpSp", head, make("p:grpSpPr", frame), *children)


def _bounds(shapes: Sequence[BaseOxmlElement]) -> tuple[int, int, int, int]:
    boxes = []
    for shape in shapes:
        (off,), (ext,) = shape.xpath("./*/a:xfrm/a:off"), shape.xpath("./*/a:xfrm/a:ext")
        x, y = int(off.get("x")), int(off.get("y"))
        boxes.append((x, y, x + int(ext.get("cx")), y + int(ext.get("cy"))))
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def native_shape(
    shape: Shape, place: SlidePosition, identity: int, *, name: str, link: Link | None = None
) -> BaseOxmlElement:
    """Return an outline as a shape: a circle as an ellipse, a straight line as a line, anything else as a path."""
    # Control points of curves may lie outside the outline; a box around them serves as well.
    points = np.asarray(shape.path.vertices)
    codes = shape.path.codes
    if codes is not None:
        points = points[codes != Path.CLOSEPOLY]
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    x, y, width, height = place.box(west, south, east, north)
    frame = frame_of(x, y, width, height)
    if codes is not None and _CIRCLE is not None and np.array_equal(np.asarray(codes), np.asarray(_CIRCLE)):
        form = make("a:prstGeom", make("a:avLst"), prst="ellipse")
    elif len(points) == 2:
        form = make("a:prstGeom", make("a:avLst"), prst="line")
        if (points[1][0] - points[0][0]) * (points[1][1] - points[0][1]) > 0:
            frame.set("flipV", "1")
    else:
        form = _outline(shape, place, x, y, width, height)
    look = make("p:spPr", frame, form)
    look.append(solid(shape.fill, shape.fill_opacity * shape.opacity) if shape.fill else make("a:noFill"))
    look.append(_stroke(shape))
    head = make("p:nvSpPr", named(identity, name, link=link), make("p:cNvSpPr"), make("p:nvPr"))
    return make("p:sp", head, look)


def _outline(shape: Shape, place: SlidePosition, x: int, y: int, width: int, height: int) -> BaseOxmlElement:
    """Return a path in EMU, relative to the upper left corner of its box."""
    path = make("a:path", w=width, h=height)
    if not shape.fill:
        path.set("fill", "none")

    def point(at: np.ndarray) -> BaseOxmlElement:
        across, down = place.left + float(at[0]), place.top + place.height - float(at[1])
        return make("a:pt", x=emu(across) - x, y=emu(down) - y)

    # The DrawingML element for each step of a Matplotlib path, and its number of points.
    steps = {Path.MOVETO: ("a:moveTo", 1), Path.LINETO: ("a:lnTo", 1)}
    steps |= {Path.CURVE3: ("a:quadBezTo", 2), Path.CURVE4: ("a:cubicBezTo", 3)}
    vertices = np.asarray(shape.path.vertices)
    codes = shape.path.codes
    straight = [Path.MOVETO] + [Path.LINETO] * (len(vertices) - 1)
    kinds = straight if codes is None else [np.uint8(code) for code in np.asarray(codes)]
    index = 0
    while index < len(vertices):
        kind = kinds[index]
        if kind == Path.CLOSEPOLY:
            path.append(make("a:close"))
            index += 1
            continue
        tag, count = steps[kind]
        path.append(make(tag, *(point(at) for at in vertices[index : index + count])))
        index += count
    return make(
        "a:custGeom",
        make("a:avLst"),
        make("a:gdLst"),
        make("a:ahLst"),
        make("a:cxnLst"),
        make("a:rect", l="0", t="0", r="r", b="b"),
        make("a:pathLst", path),
    )


def _stroke(shape: Shape) -> BaseOxmlElement:
    if not shape.stroke or shape.line_width <= 0:
        return make("a:ln", make("a:noFill"))
    line = make("a:ln", solid(shape.stroke, shape.opacity), w=max(1, emu(shape.line_width)))
    line.set("cap", "rnd" if shape.round_ends else "flat")
    if shape.dash:
        dashes = make("a:custDash")
        for stroke, gap in zip(shape.dash[::2], shape.dash[1::2], strict=True):
            share = 100_000 / shape.line_width
            dashes.append(make("a:ds", d=round(stroke * share), sp=round(gap * share)))
        line.append(dashes)
    line.append(make("a:round"))
    return line


def native_label(
    label: TextLine, place: SlidePosition, identity: int, *, language: str, link: Link | None = None
) -> BaseOxmlElement:
    """Return one horizontal line of text as a text box of the size of the words."""
    wide = typeface.width(label.text, label.size, label.weight)
    left = label.x + label.start
    middle = label.y + typeface.IDEOGRAPH_MIDDLE * label.size * MM_PER_POINT
    half = label.size * MM_PER_POINT * LINE_HEIGHT / 2
    box = place.box(left, middle - half, left + wide, middle + half)
    look = make("p:spPr", frame_of(*box), make("a:prstGeom", make("a:avLst"), prst="rect"))
    look.append(solid(style.WHITE, HALO_OPACITY) if label.halo else make("a:noFill"))
    look.append(make("a:ln", make("a:noFill")))
    align = {"left": "l", "center": "ctr", "right": "r"}[label.align]
    run = Run(label.text, label.colour, label.weight is Weight.BOLD)
    words = paragraph([run], label.size, language, align=align, exact=False)
    body = make("p:txBody", text_box(wrap="none", anchor="ctr"), make("a:lstStyle"), words)
    head = make("p:nvSpPr", named(identity, label.text, link=link), make("p:cNvSpPr", txBox=1), make("p:nvPr"))
    return make("p:sp", head, look, body)
