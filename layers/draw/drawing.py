"""A drawing: everything on a page, in millimetres, before it becomes a file of some format.

Whatever decides where things go works on these values; `layers.draw.figure` hands them to Matplotlib. The origin is
the lower left corner of the paper, and y points up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import matplotlib
import numpy as np
import shapely
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.grid import Grid
from layers import style
from layers.draw import typeface
from layers.font import Weight

# A path keeps how it may be simplified from when it is made, while a sheet is put together. That is said once for the
# process: sheets are put together in several threads, also while `layers.draw.figure` draws one with its own settings.
matplotlib.rcParams["path.simplify"] = True
matplotlib.rcParams["path.simplify_threshold"] = 0.1

PIXEL = 0.17
"""Millimetres on paper for one pixel in a style of the screen; print can show finer lines than a screen."""


Positions = NDArray[np.float64]
"""Of shape (n, 2)."""


class Box(NamedTuple):
    """A rectangle in millimetres."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Width in millimetres."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in millimetres."""
        return self.top - self.bottom

    @property
    def centre(self) -> tuple[float, float]:
        """The x and y of the middle, in millimetres."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def grown(self, by: float) -> Box:
        """Return the box with `by` millimetres more on every side, or less if negative."""
        return Box(self.left - by, self.bottom - by, self.right + by, self.top + by)

    def overlaps(self, other: Box) -> bool:
        """Whether the two boxes share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )

    def holds(self, other: Box) -> bool:
        """Whether `other` is inside, edges included."""
        return (
            self.left <= other.left
            and self.bottom <= other.bottom
            and self.right >= other.right
            and self.top >= other.top
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled or stroked outline."""

    path: Path
    """In millimetres, or in metres of the grid for shapes in `Drawing.ground`."""
    fill: str = ""
    """Colour, as in `layers.style`; empty for none, as for `stroke`."""
    stroke: str = ""
    line_width: float = 0.2
    """Millimetres."""
    dash: tuple[float, ...] = ()
    """Lengths of strokes and gaps in millimetres; empty for a solid line."""
    fill_opacity: float = 1.0
    stroke_opacity: float = 1.0
    opacity: float = 1.0
    """Of the whole shape, over those of fill and stroke."""
    round_ends: bool = False
    clip: Box | None = None
    """Box outside which the shape is cut off."""
    name: str = ""
    """What the shape is; the element's id in SVG."""
    layer: str = ""
    """A `PdfLayer`, as for text and pictures; empty for what no reader of a PDF can switch off."""


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture in the map."""

    pixels: NDArray[np.uint8]
    """Of shape (rows, columns, 4): red, green, blue and opacity, from the north-west corner."""
    extent: tuple[float, float, float, float]
    """What it covers, as west, south, east, north in metres of the grid."""
    name: str = ""
    layer: str = ""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text."""

    text: str
    x: float
    y: float
    """x and y, in millimetres, are the start, middle or end of the baseline, depending on `align`."""
    size: float
    """Points."""
    weight: Weight = Weight.REGULAR
    colour: str = style.BLACK
    align: str = "left"
    """left, center or right."""
    turn: float = 0.0
    """Rotation around x, y in degrees, counter-clockwise."""
    halo: float = 0.0
    """Width in millimetres of the edge that keeps the text readable over lines."""
    layer: str = ""
    halo_colour: str = style.WHITE

    @property
    def start(self) -> float:
        """Distance along the baseline from x to the start of the text, in millimetres; 0 or negative."""
        share = {"left": 0.0, "center": 0.5, "right": 1.0}[self.align]
        return -share * typeface.width(self.text, self.size, self.weight)

    def outline(self) -> Path | None:
        """Return the outline of the letters in their place, in millimetres; None if they are all spaces."""
        path = typeface.outline(self.text, self.size, self.weight)
        if path is None:
            return None
        return Affine2D().translate(self.start, 0).rotate_deg(self.turn).translate(self.x, self.y).transform_path(path)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture beside the map, such as a logo."""

    pixels: NDArray[np.uint8]
    """Of shape (rows, columns, 4): red, green, blue and opacity, from the upper left corner."""
    box: Box
    """Where it stands, in millimetres."""


Item = Shape | TextLine


@dataclass(slots=True)
class Drawing:
    """A page: its size, the map's ground in metres, and everything over it in millimetres."""

    width: float
    """Millimetres."""
    height: float
    """Millimetres."""
    frame: Box | None = None
    """The map's frame; None for a page without a map."""
    extent: tuple[float, float, float, float] | None = None
    """What the frame shows, as west, south, east, north in metres of `grid`."""
    grid: Grid | None = None
    """The grid of `extent` and `ground`."""
    ground: list[Shape | Raster] = field(default_factory=list)
    """Shapes and pictures in metres of the grid, drawn first and cut off at the frame."""
    items: list[Item] = field(default_factory=list)
    """Shapes and text in millimetres, drawn over the ground in this order."""
    pictures: list[Picture] = field(default_factory=list)
    """Pictures beside the map, drawn before `items`."""
    layer: str = ""
    """The `PdfLayer` of what is added now, see `on`; that of an item that has one stays."""

    @contextmanager
    def on(self, layer: str) -> Iterator[None]:
        """Put what is added meanwhile on a `PdfLayer`."""
        before, self.layer = self.layer, layer
        yield
        self.layer = before

    def add(self, *items: Item | Iterable[Item]) -> None:
        """Add items on top, in order."""
        for item in items:
            if isinstance(item, Shape | TextLine):
                self.items.append(self._laid(item))
            else:
                self.items.extend(self._laid(part) for part in item)

    def _laid(self, item: Item) -> Item:
        return replace(item, layer=self.layer) if self.layer and not item.layer else item

    def write(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        *,
        weight: Weight = Weight.REGULAR,
        colour: str = style.BLACK,
        align: str = "left",
        turn: float = 0.0,
        halo: float = 0.0,
        halo_colour: str = style.WHITE,
    ) -> float:
        """Add one line of text on top, and return its width in millimetres.

        The arguments are those of `TextLine`.

        Raises
        ------
        PlanMapError
            The typeface lacks a character of the text.
        """
        typeface.check(text, weight)
        if text.strip():
            line = TextLine(text, x, y, size, weight, colour, align, turn, halo, self.layer, halo_colour)
            self.items.append(line)
        return typeface.width(text, size, weight)

    def texts(self) -> list[str]:
        """Return every text on the page, in drawing order."""
        return [item.text for item in self.items if isinstance(item, TextLine)]

    def characters(self) -> dict[Weight, frozenset[str]]:
        """Return the characters that are used in each weight."""
        used: dict[Weight, set[str]] = {weight: set() for weight in Weight}
        for item in self.items:
            if isinstance(item, TextLine):
                used[item.weight].update(item.text)
        return {weight: frozenset(characters) for weight, characters in used.items()}


def rectangle(box: Box, **look: object) -> Shape:
    """Return `box` as a shape."""
    corners = [(box.left, box.bottom), (box.right, box.bottom), (box.right, box.top), (box.left, box.top)]
    return polygon(corners, **look)


def polygon(points: Sequence[tuple[float, float]], **look: object) -> Shape:
    """Return a closed shape through `points`."""
    return Shape(Path([*points, points[0]], closed=True), **look)  # type: ignore[arg-type]


def line(points: Sequence[tuple[float, float]], **look: object) -> Shape:
    """Return an open line through `points`."""
    return Shape(Path(points), **look)  # type: ignore[arg-type]


def rounded(box: Box, radius: float, **look: object) -> Shape:
    """Return `box` with round corners of `radius` millimetres."""
    left, bottom, right, top = box
    r = min(radius, box.width / 2, box.height / 2)
    # 0.5523 is the share of the radius at which a cubic Bézier curve is closest to a quarter of a circle.
    k = r * (1 - 0.5523)
    move, to, curve = int(Path.MOVETO), int(Path.LINETO), int(Path.CURVE4)
    steps: list[tuple[float, float, int]] = [
        (left + r, bottom, move), (right - r, bottom, to),
        (right - k, bottom, curve), (right, bottom + k, curve), (right, bottom + r, curve),
        (right, top - r, to),
        (right, top - k, curve), (right - k, top, curve), (right - r, top, curve),
        (left + r, top, to),
        (left + k, top, curve), (left, top - k, curve), (left, top - r, curve),
        (left, bottom + r, to),
        (left, bottom + k, curve), (left + k, bottom, curve), (left + r, bottom, curve),
        (left + r, bottom, int(Path.CLOSEPOLY)),
    ]  # fmt: skip
    return Shape(Path([step[:2] for step in steps], [step[2] for step in steps]), **look)  # type: ignore[arg-type]


def circle(x: float, y: float, radius: float, **look: object) -> Shape:
    """Return a circle around x, y."""
    return Shape(Path.circle((x, y), radius), **look)  # type: ignore[arg-type]


def moved(shape: Shape, *, scale: float = 1.0, x: float = 0.0, y: float = 0.0) -> Shape:
    """Return `shape` scaled around 0, 0 and then moved by x, y; its line width and dashes are scaled too."""
    path = Affine2D().scale(scale).translate(x, y).transform_path(shape.path)
    dash = tuple(length * scale for length in shape.dash)
    return replace(shape, path=path, line_width=shape.line_width * scale, dash=dash)


def rings_path(rings: Sequence[Positions]) -> Path:
    """Return closed rings, each of shape (n, 2), as one path: holes are those that run the other way round."""
    codes = []
    for ring in rings:
        kinds = np.full(len(ring), Path.LINETO, dtype=np.uint8)
        kinds[0], kinds[-1] = Path.MOVETO, Path.CLOSEPOLY
        codes.append(kinds)
    return Path(np.concatenate(rings), np.concatenate(codes))


def geometry_path(geometry: BaseGeometry) -> Path | None:
    """Return the outline of lines or polygons, simple or multi, in their own units; None if there is none."""
    if geometry.is_empty:
        return None
    rings: list[np.ndarray] = []
    closed: list[bool] = []
    for part in getattr(geometry, "geoms", [geometry]):
        if isinstance(part, shapely.Polygon):
            for ring in (part.exterior, *part.interiors):
                rings.append(shapely.get_coordinates(ring))
                closed.append(True)
        elif isinstance(part, shapely.LineString):
            rings.append(shapely.get_coordinates(part))
            closed.append(False)
    if not rings:
        return None
    codes = []
    for ring, shut in zip(rings, closed, strict=True):
        kinds = np.full(len(ring), Path.LINETO, dtype=np.uint8)
        kinds[0] = Path.MOVETO
        if shut:
            kinds[-1] = Path.CLOSEPOLY
        codes.append(kinds)
    return Path(np.concatenate(rings), np.concatenate(codes))
