"""The shapes and words of a drawing as two artists of Matplotlib, whatever their number.

An artist for each shape, each with transforms and a clip path of its own, takes Matplotlib several times as long as
the drawing itself. These two hand each shape and each line of text to the renderer as `PathPatch` and `Text` do, so
that the files are the same to the byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from matplotlib.artist import Artist
from matplotlib.colors import to_rgba
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox, TransformedBbox

from layers.draw.drawing import Box, Shape, TextLine
from layers.draw.pdf_layer import marked
from layers.font import Weight

if TYPE_CHECKING:
    from matplotlib.backend_bases import RendererBase
    from matplotlib.font_manager import FontProperties

POINT = 72 / 25.4
"""Typographic points in one millimetre."""

_CLEAR = (0.0, 0.0, 0.0, 0.0)


class Shapes(Artist):
    """Shapes in the units of the axes, cut off at the axes."""

    zorder = 1

    def __init__(self, shapes: Sequence[Shape]) -> None:
        super().__init__()
        self._shapes = shapes

    def draw(self, renderer: RendererBase) -> None:
        """Draw the shapes, the first lowest."""
        axes: Any = self.axes
        affine = axes.transData.get_affine()
        around = Bbox(self.get_clip_box().get_points())  # type: ignore[union-attr]  # the axes have set it
        for layer, together in groupby(self._shapes, key=lambda shape: shape.layer):
            with marked(renderer, layer):
                for shape in together:
                    _draw_shape(renderer, shape, affine, _clip_of(axes, shape.clip) if shape.clip else around)


def _clip_of(axes: Any, clip: Box) -> Bbox:
    rectangle = Rectangle((clip.left, clip.bottom), clip.width, clip.height, transform=axes.transData)
    return Bbox(TransformedBbox(Bbox.unit(), rectangle.get_transform()).get_points())


@lru_cache(maxsize=1024)
def _colour(colour: str, opacity: float) -> tuple[float, float, float, float]:
    return to_rgba((colour, opacity)) if colour else _CLEAR


def _draw_shape(renderer: RendererBase, shape: Shape, affine: Any, clip: Bbox) -> None:
    edge = _colour(shape.stroke, shape.stroke_opacity * shape.opacity)
    face = _colour(shape.fill, shape.fill_opacity * shape.opacity)
    width = shape.line_width * POINT if edge[3] else 0.0
    renderer.open_group("patch", shape.name or None)
    context = renderer.new_gc()
    context.set_linewidth(width)
    context.set_capstyle("round" if shape.round_ends else "butt")
    context.set_joinstyle("round")
    # One for each: a PDF opens its clip anew for every shape, and is to stay as it was.
    context.set_clip_rectangle(Bbox(clip.get_points()))
    context.set_foreground(edge, isRGBA=True)
    if shape.dash and width > 0:
        context.set_dashes(0.0, [length * POINT / width * width for length in shape.dash])
    renderer.draw_path(context, shape.path, affine, face if face[3] else None)
    context.restore()
    renderer.close_group("patch")


class Picture(AxesImage):
    """A picture in the map."""

    layer = ""

    def draw(self, renderer: RendererBase) -> None:
        """Draw the picture."""
        with marked(renderer, self.layer):
            super().draw(renderer)


class Turned(Text):
    """A line of text that is not level; only Matplotlib's own artist knows where its letters go."""

    layer = ""

    def draw(self, renderer: RendererBase) -> None:
        """Draw the line."""
        with marked(renderer, self.layer):
            super().draw(renderer)


class Words(Artist):
    """Level lines of text in the units of the axes."""

    zorder = 3

    def __init__(self, lines: Sequence[TextLine], fonts: Mapping[Weight, FontProperties], *, anchored: bool) -> None:
        super().__init__()
        self._lines = lines
        self._fonts = fonts
        self._anchored = anchored
        """Whether the format itself sets text by its middle or end, so that nobody needs to know its width here."""
        self._sized: dict[tuple[Weight, float], FontProperties] = {}

    def draw(self, renderer: RendererBase) -> None:
        """Draw the lines in order."""
        axes: Any = self.axes
        affine = axes.transData.get_affine()
        _, height = renderer.get_canvas_width_height()
        flipped = renderer.flipy()
        # What a renderer asks for the anchor of a text, moved along from line to line.
        anchor = Text(rotation_mode="anchor", va="baseline", parse_math=False)
        anchor.set_transform(affine)
        for layer, together in groupby(self._lines, key=lambda line: line.layer):
            with marked(renderer, layer):
                self._draw_lines(renderer, [*together], affine, height if flipped else None, anchor)

    def _draw_lines(
        self, renderer: RendererBase, lines: Sequence[TextLine], affine: Any, height: float | None, anchor: Text
    ) -> None:
        """Draw lines of one layer; `height` is that of the page if the renderer counts from its top."""
        for line in lines:
            x, y = affine.transform((line.x, line.y))
            font = self._font(line)
            renderer.open_group("text", None)
            context = renderer.new_gc()
            context.set_foreground(_colour(line.colour, 1.0), isRGBA=True)
            if line.align != "left" and not self._anchored:
                wide, _, _ = renderer.get_text_width_height_descent(line.text, font, ismath=False)
                x = (0.0 - (wide / 2 if line.align == "center" else wide)) + x
            anchor.set_position((line.x, line.y))
            anchor.set_horizontalalignment(line.align)  # type: ignore[arg-type]
            renderer.draw_text(context, x, y if height is None else height - y, line.text, font, 0.0, False, anchor)
            context.restore()
            renderer.close_group("text")

    def _font(self, line: TextLine) -> FontProperties:
        key = line.weight, line.size
        if key not in self._sized:
            self._sized[key] = self._fonts[line.weight].copy()
            self._sized[key].set_size(line.size)
        return self._sized[key]
