"""A drawing as a Matplotlib figure, and as the bytes of a PNG, PDF or SVG file.

Only this module uses Matplotlib's figures. The map has axes of its own whose data are metres of the grid, so that
Matplotlib's own transform can be asked whether the scale came out true.
"""

from __future__ import annotations

import base64
import itertools
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from numpy.typing import NDArray

from geo.errors import PlanMapError
from layers import font
from layers.draw import geopdf
from layers.draw.artists import Picture, Shapes, Turned, Words
from layers.draw.drawing import Box, Drawing, Shape, TextLine
from layers.draw.pdf_layer import PdfLayer
from layers.font import Weight

if TYPE_CHECKING:
    from PIL.Image import Image

MAXIMUM_PIXELS = 150_000_000
"""Most pixels of a picture. One takes about nine bytes per pixel while it is drawn; A2 at 600 dpi has 139 million."""

_DRAWING = threading.RLock()
"""Held while drawing: Matplotlib's settings belong to the process, and its text engine is not thread-safe."""

_SETTINGS: dict[Any, Any] = {
    # Embed TrueType, so that text can be selected and searched.
    "pdf.fonttype": 42,
    # The PDF writer of Matplotlib 3.11 looks here for how many characters a font may hold. With the 256 of
    # Type 3, a word is split where its characters are in two fonts, and can no longer be searched for.
    "ps.fonttype": 42,
    "svg.fonttype": "none",
    # Ids in SVG are hashes, which differ from run to run without a fixed salt.
    "svg.hashsalt": "planmap",
    "text.hinting": "none",
    "text.parse_math": False,
}


@contextmanager
def _settings() -> Iterator[None]:
    """Hold the lock, with our settings in place of Matplotlib's."""
    with _DRAWING, matplotlib.rc_context(_SETTINGS):
        # Matplotlib takes a PDF's date from this variable, and fails if it is not a number. Sheets carry no date.
        epoch = os.environ.pop("SOURCE_DATE_EPOCH", None)
        try:
            yield
        finally:
            if epoch is not None:
                os.environ["SOURCE_DATE_EPOCH"] = epoch


@dataclass(frozen=True, slots=True)
class Properties:
    """The metadata of a file. There is no time in it, so that the same map gives the same bytes."""

    title: str
    subject: str
    keywords: str
    language: str


Fonts = Mapping[Weight, FontProperties]


def figure_of(drawing: Drawing, *, fonts: Fonts | None = None, dpi: float = 72, anchored: bool = False) -> Figure:
    """Return `drawing` as a figure; with `fonts` text stays text, without them it becomes outlines.

    `anchored` tells that the file format itself aligns text to its middle or end.
    """
    figure = Figure(figsize=(drawing.width / 25.4, drawing.height / 25.4), dpi=dpi)
    FigureCanvasAgg(figure)
    if drawing.frame is not None:
        axes = _map_axes(figure, drawing, drawing.frame)
        below: list[Shape] = []
        for order, part in enumerate([*drawing.ground, None]):
            if isinstance(part, Shape):
                below.append(part)
                continue
            axes.add_artist(Shapes(below)).set_zorder(1 + order / 1e6)
            below = []
            if part is not None:
                _add_picture(axes, part.pixels, part.extent, 1 + (order + 0.5) / 1e6, part.layer)
    paper = figure.add_axes((0, 0, 1, 1), facecolor="none")
    paper.set(xlim=(0, drawing.width), ylim=(0, drawing.height))
    paper.axis("off")
    for one in drawing.pictures:
        left, bottom, right, top = one.box
        _add_picture(paper, one.pixels, (left, bottom, right, top), 0.5, PdfLayer.FURNITURE)
    shapes: list[Shape] = []
    lines: list[TextLine] = []
    for item in drawing.items:
        if isinstance(item, Shape):
            shapes.append(item)
        else:
            shapes += _outlines(item, whole=fonts is None)
            lines.append(item)
    paper.add_artist(Shapes(shapes))
    if fonts is not None:
        for turned, together in itertools.groupby(lines, key=lambda line: line.turn != 0):
            if turned:
                for line in together:
                    paper.add_artist(_turned(line, fonts))
            else:
                paper.add_artist(Words(list(together), fonts, anchored=anchored))
    return figure


def _map_axes(figure: Figure, drawing: Drawing, frame: Box) -> Axes:
    if drawing.extent is None:
        raise ValueError("a map frame needs an extent")
    west, south, east, north = drawing.extent
    axes = figure.add_axes(
        (
            frame.left / drawing.width,
            frame.bottom / drawing.height,
            frame.width / drawing.width,
            frame.height / drawing.height,
        ),
        facecolor="none",
        label="map",
    )
    axes.set(xlim=(west, east), ylim=(south, north))
    axes.axis("off")
    return axes


def _add_picture(
    axes: Axes, pixels: NDArray[np.uint8], extent: tuple[float, float, float, float], order: float, layer: str
) -> None:
    west, south, east, north = extent
    # Not `imshow`, which would fit the axes to the picture.
    image = Picture(axes, extent=(west, east, south, north), origin="upper", interpolation="bilinear")
    image.set_data(pixels)
    image.set_zorder(order)
    image.layer = layer
    axes.add_image(image)
    image.set_clip_path(axes.patch)


def _outlines(label: TextLine, *, whole: bool) -> list[Shape]:
    """Return the halo of a text as a shape, and with `whole` the letters, too."""
    outline = label.outline() if label.halo or whole else None
    if outline is None:
        return []
    halo = Shape(
        outline, stroke=label.halo_colour, line_width=2 * label.halo, opacity=0.9, round_ends=True, layer=label.layer
    )
    return [halo] * bool(label.halo) + [Shape(outline, fill=label.colour, layer=label.layer)] * whole


def _turned(label: TextLine, fonts: Fonts) -> Turned:
    """Return a text that is not level."""
    # The typeface is the one that the layout measured, so the text has the same width everywhere.
    text = Turned(
        label.x,
        label.y,
        label.text,
        color=label.colour,
        fontsize=label.size,
        fontproperties=fonts[label.weight],
        rotation=label.turn,
        rotation_mode="anchor",
        ha=label.align,
        va="baseline",
        parse_math=False,
    )
    text.set_fontsize(label.size)
    text.set_clip_on(False)
    text.layer = label.layer
    return text


def fonts_for(drawings: Sequence[Drawing]) -> dict[Weight, FontProperties]:
    """Return fonts for both weights with exactly the characters of `drawings`."""
    needed: dict[Weight, frozenset[str]] = {
        weight: frozenset().union(*(drawing.characters()[weight] for drawing in drawings)) for weight in Weight
    }
    return {
        weight: FontProperties(
            family=font.FAMILY, weight=font.CSS_WEIGHTS[weight], fname=str(font.subset_file(weight, characters))
        )
        for weight, characters in needed.items()
    }


def check_scale(figure: Figure, drawing: Drawing, scale: float) -> float:
    """Return by what share the scale of the figure is off `scale`; 0.001 is a tenth of a percent.

    Matplotlib's own transform from metres of the grid to the paper is measured along both sides of the map's frame.

    Raises
    ------
    PlanMapError
        The scale is off by more than `TOLERANCE`.
    """
    axes = next(axes for axes in figure.axes if axes.get_label() == "map")
    if drawing.extent is None:
        raise ValueError("a sheet without a map has no scale")
    west, south, east, north = drawing.extent
    corners = axes.transData.transform([(west, south), (east, south), (west, north)]) / figure.dpi * 25.4
    across, up = corners[1][0] - corners[0][0], corners[2][1] - corners[0][1]
    measured = [(east - west) * 1000 / across, (north - south) * 1000 / up]
    worst = max(measured, key=lambda found: abs(found / scale - 1))
    off = float(worst / scale - 1)
    if abs(off) > TOLERANCE:
        raise PlanMapError("scale-untrue", asked=f"1:{scale:.0f}", measured=f"1:{worst:.0f}")
    return off


TOLERANCE = 0.001
"""Share by which the drawn scale may be off the one that the sheet states: 0.1 %."""


def picture(drawing: Drawing, *, dpi: float, scale: float | None) -> Image:
    """Return `drawing` as an RGB picture of `dpi` dots per inch; with a `scale` its map is checked.

    Raises
    ------
    PlanMapError
        There would be more pixels than `MAXIMUM_PIXELS`, or the scale is not true.
    """
    from PIL import Image

    check_pixels(drawing.width, drawing.height, dpi)
    with _settings():
        figure = figure_of(drawing, dpi=dpi)
        canvas: Any = figure.canvas
        canvas.draw()
        if scale is not None:
            check_scale(figure, drawing, scale)
        return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def png(drawing: Drawing, *, dpi: float, scale: float | None, properties: Properties) -> bytes:
    """Return `drawing` as a PNG of `dpi` dots per inch; raises as `picture` does."""
    from PIL.PngImagePlugin import PngInfo

    drawn = picture(drawing, dpi=dpi, scale=scale)
    notes = PngInfo()
    for key, value in (("Title", properties.title), ("Description", properties.subject)):
        notes.add_itxt(key, value, lang=properties.language)
    buffer = BytesIO()
    drawn.save(buffer, "PNG", dpi=(dpi, dpi), compress_level=3, pnginfo=notes)
    return buffer.getvalue()


def geotiff(drawing: Drawing, *, dpi: float, scale: float | None, properties: Properties) -> bytes:
    """Return `drawing` as a GeoTIFF of `dpi` dots per inch, in the coordinates of its map; raises as `picture` does.

    The whole page is in it: its margin has coordinates as if the map went on there.
    """
    from geo.geotiff import geotiff as written

    if drawing.frame is None or drawing.extent is None or drawing.grid is None:
        raise ValueError("a page without a map lies nowhere")
    pixels = np.asarray(picture(drawing, dpi=dpi, scale=scale))
    west, south, east, _ = drawing.extent
    metres = (east - west) / drawing.frame.width
    pixel_m = metres * 25.4 / dpi
    return written(
        pixels,
        west=west - drawing.frame.left * metres,
        # Matplotlib counts from the lower edge, and cuts what is less than a pixel off the upper and the right one.
        north=south - drawing.frame.bottom * metres + pixels.shape[0] * pixel_m,
        pixel_m=pixel_m,
        crs=drawing.grid.crs,
        dpi=dpi,
        tags={
            "TIFFTAG_DOCUMENTNAME": properties.title,
            "TIFFTAG_IMAGEDESCRIPTION": properties.subject,
            "TIFFTAG_SOFTWARE": "PlanMap",
        },
    )


def check_pixels(width: float, height: float, dpi: float) -> None:
    """Raise `PlanMapError` if `width` by `height` millimetres at `dpi` are more than `MAXIMUM_PIXELS`."""
    pixels = (width / 25.4 * dpi) * (height / 25.4 * dpi)
    if pixels > MAXIMUM_PIXELS:
        fits = int(dpi * (MAXIMUM_PIXELS / pixels) ** 0.5)
        raise PlanMapError(
            "too-many-pixels", dpi=f"{dpi:g}", pixels=round(pixels / 1e6), limit=MAXIMUM_PIXELS // 10**6, fits=fits
        )


def svg(drawing: Drawing, *, scale: float | None, properties: Properties) -> bytes:
    """Return `drawing` as SVG with text as text and the typeface's characters in the file.

    Raises
    ------
    PlanMapError
        The scale is not true.
    """
    fonts = fonts_for([drawing])
    buffer = BytesIO()
    with _settings():
        figure = figure_of(drawing, fonts=fonts, anchored=True)
        if scale is not None:
            check_scale(figure, drawing, scale)
        metadata = {
            "Title": properties.title,
            "Description": properties.subject,
            "Keywords": [properties.keywords],
            "Language": properties.language,
            "Creator": "PlanMap",
            "Date": None,
        }
        figure.savefig(buffer, format="svg", metadata=metadata)
    return _with_fonts(buffer.getvalue(), drawing)


def _with_fonts(document: bytes, drawing: Drawing) -> bytes:
    """Put the characters that are used into an SVG document, which so far only names its typeface."""
    faces = ""
    for weight, characters in drawing.characters().items():
        if not characters:
            continue
        data = base64.b64encode(font.web_font(weight, characters)).decode()
        faces += (
            f"@font-face{{font-family:'{font.FAMILY}';font-weight:{font.CSS_WEIGHTS[weight]};"
            f"src:url(data:font/woff;base64,{data}) format('woff')}}"
        )
    # All programs agree on a millimetre, but not on a point.
    sized = re.sub(
        rb'width="[\d.]+pt" height="[\d.]+pt"',
        f'width="{drawing.width:g}mm" height="{drawing.height:g}mm"'.encode(),
        document,
        count=1,
    )
    before, mark, after = sized.partition(b'<style type="text/css">')
    return before + mark + faces.encode() + after


def pdf(
    pages: Sequence[tuple[Drawing, float | None]],
    *,
    properties: Properties,
    progress: Callable[[int], None] = lambda done: None,
) -> bytes:
    """Return drawings, each with the scale that it states, as one PDF with text as text and each font embedded once.

    Its layers can be switched off, and its maps know where they lie; see `layers.draw.geopdf`.

    `progress` is told how many pages are done; whatever it raises ends the work.

    Raises
    ------
    PlanMapError
        A scale is not true.
    """
    from matplotlib.backends.backend_pdf import PdfPages

    fonts = fonts_for([drawing for drawing, _ in pages])
    buffer = BytesIO()
    metadata = {
        "Title": properties.title,
        "Subject": properties.subject,
        "Keywords": properties.keywords,
        "Creator": "PlanMap",
        "Producer": "PlanMap",
        "CreationDate": None,
        "ModDate": None,
    }
    # The lock is taken for each page anew, so that other sessions wait for a page and not for an atlas.
    with _settings():
        document: Any = PdfPages(buffer, metadata=metadata)
    for index, (drawing, scale) in enumerate(pages):
        progress(index)
        with _settings():
            figure = figure_of(drawing, fonts=fonts)
            if scale is not None:
                check_scale(figure, drawing, scale)
            document.savefig(figure)
    with _settings():
        document.close()
    return geopdf.finished(buffer.getvalue(), [drawing for drawing, _ in pages], language=properties.language)
