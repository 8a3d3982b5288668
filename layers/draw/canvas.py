"""The map while it is being filled: what has been placed where, and what found no room."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.measure import anchors
from layers import style
from layers.draw import typeface
from layers.draw.content import Content, ShownSite
from layers.draw.drawing import Box, Drawing, Item, Shape, line
from layers.draw.label import Label
from layers.draw.placement import Space, place_label
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight


@dataclass
class SiteSymbols:
    """What has been placed on a map, and how much found no room."""

    boxes: list[tuple[str, Box]] = field(default_factory=list)
    """Every symbol and label in millimetres, by a name such as `symbol <site id>`; no two overlap."""
    drawn: set[str] = field(default_factory=set)
    """Ids of the sites whose symbol is on the map, numbered or grey."""
    moved: bool = False
    """Whether any symbol was moved aside from its true place."""
    unnamed: int = 0
    """How many numbered sites have their number on the map, but no room for the name."""
    unnumbered: int = 0
    """How many numbered sites have only their symbol on the map."""
    unmarked: int = 0
    """How many numbered sites have no room even for the symbol."""
    own_unnamed: int = 0
    """How many labels of features of own layers found no room."""
    items: dict[str, list[Item]] = field(default_factory=dict)
    """Items of the drawing for each numbered site, by id: leader lines, symbol and label, the lowest first."""


class Canvas:
    """The map of `drawing` while it is being filled; `size` is the factor by which symbols are larger than on A3.

    `border`, lines in metres of the grid, is the boundary that names must not break.
    """

    def __init__(
        self, drawing: Drawing, content: Content, language: str, size: float, *, border: BaseGeometry | None = None
    ) -> None:
        if drawing.frame is None:
            raise ValueError("site symbols need a map")
        self.drawing = drawing
        self.content = content
        self.language = language
        self.size = size
        self.frame = drawing.frame
        self.site_symbols = SiteSymbols()
        self.room = self.frame.grown(-1.0)
        self.over: list[Shape] = []
        """Symbols of numbered sites, which are drawn later, over all leader lines."""
        to_paper = self.to_paper
        lines = [to_paper(shown.geometry) for shown in content.sites if shown.linear]
        self.space = Space(self.room, lines, borders=[] if border is None else [to_paper(border)])

    def to_paper(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry in metres of the grid as one in millimetres on the paper."""
        west, south = self.content.extent[:2]
        factor = 1000 / self.content.scale
        left, bottom = self.frame.left, self.frame.bottom
        return shapely.transform(geometry, lambda at: (at - (west, south)) * factor + (left, bottom))

    def keep(self, name: str, *boxes: Box) -> None:
        """Take the room of `boxes`, and note that `name` stands there."""
        self.space.take(*boxes)
        self.site_symbols.boxes += [(name, box) for box in boxes]

    def write_turned(
        self,
        text: str,
        x: float,
        y: float,
        turn: float,
        points: float,
        *,
        colour: str,
        halo: float,
        halo_colour: str = style.WHITE,
    ) -> None:
        """Write `text` with its middle at x, y in millimetres, turned by `turn` degrees, counter-clockwise."""
        down = typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
        angle = math.radians(turn)
        at = x + down * math.sin(angle), y - down * math.cos(angle)
        self.drawing.write(
            text, *at, points, colour=colour, align="center", turn=turn, halo=halo, halo_colour=halo_colour
        )

    @contextmanager
    def owned(self, shown: ShownSite) -> Iterator[None]:
        """Note that whatever is drawn inside the `with` belongs to `shown`; slides take it out of the picture."""
        on_map, over = len(self.drawing.items), len(self.over)
        yield
        drawn: list[Item] = [*self.drawing.items[on_map:], *self.over[over:]]
        if drawn:
            self.site_symbols.items.setdefault(shown.site.id, []).extend(drawn)

    def label(self, shown: ShownSite, points: float, *, number: bool, name: bool, colour: str) -> Label:
        """Return the label of a site in `points`; the part of its name in brackets goes into a smaller second line."""
        text = shown.site.name.get(self.language)
        lines: list[tuple[str, float, Weight]] = []
        if name:
            weight = Weight.BOLD if shown.number is not None else Weight.REGULAR
            head, bracket, tail = text.partition("（") if "（" in text else text.partition(" (")
            limit = 34.0 * self.size
            if bracket and (shown.number is not None or typeface.width(text, points, weight) > limit):
                lines = [
                    (head, points, weight),
                    (bracket.strip() + tail, typeface.readable(points * 0.82), Weight.REGULAR),
                ]
            else:
                # Long English names break into two lines.
                parts = typeface.wrap(text, limit, points, weight)
                lines = [(part, points, weight) for part in parts]
        return Label(tuple(lines), str(shown.number) if number and shown.number is not None else "", colour)


def anchor_points(shown: ShownSite) -> list[tuple[float, float]]:
    """Return the positions of a site's symbol, in metres of the grid; see `geo.measure.anchors`."""
    geometry = shown.geometry
    if shown.linear:
        # The frame may have cut a line into parts that can be joined again.
        geometry = shapely.line_merge(geometry)
    return [(point.x, point.y) for point in anchors(geometry)]


def into(room: Box, x: float, y: float, reach: tuple[float, float, float, float]) -> tuple[float, float]:
    """Return the position nearest to x, y at which a symbol is wholly inside `room`; see `place_symbol` for `reach`."""
    return (
        min(max(x, room.left + reach[0] + 0.1), room.right - reach[2] - 0.1),
        min(max(y, room.bottom + reach[1] + 0.1), room.top - reach[3] - 0.1),
    )


def is_free(canvas: Canvas, box: Box) -> bool:
    """Whether `box` is inside the frame, nothing has been placed in it, and no border goes through it."""
    boxes = np.array([box], dtype=float)
    return bool(canvas.space.free(boxes)[0] and not canvas.space.breaks(boxes)[0])


def put(canvas: Canvas, shown: ShownSite, label: Label, own: Box, *, reach: float = 0.0) -> bool:
    """Draw a label beside its symbol `own`, or up to `reach` millimetres away; return whether there was room."""
    margin = 0.35 * canvas.size
    place = place_label(
        canvas.space,
        own,
        label.width,
        label.height,
        gap=margin * 1.4,
        reach=reach,
        margin=margin,
        # What helps to find the way may stay without a name; a site with tasks may not.
        over_border=shown.number is not None or shown.lit,
    )
    if place is None:
        return False
    if place.leader is not None:
        canvas.drawing.add(
            line(place.leader, stroke=style.WHITE, line_width=0.6 * canvas.size, opacity=0.8),
            line(place.leader, stroke=style.LEADER, line_width=0.2 * canvas.size),
        )
        canvas.space.take_leader(place.leader)
    label.draw(canvas.drawing, place)
    canvas.keep(f"label {shown.site.id}", place.box)
    return True


def priority(shown: ShownSite) -> int:
    """Return a site's priority: the higher, the earlier its symbol and name are placed."""
    return style.CATEGORIES[shown.site.category].priority
