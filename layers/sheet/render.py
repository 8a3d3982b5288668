"""Sheets as the bytes of a file."""

from __future__ import annotations

from layers.draw import figure
from layers.draw.paper import Paper
from layers.sheet.sheet import Sheet

DPI = 300.0

MEDIA_TYPES = {"png": "image/png", "pdf": "application/pdf", "svg": "image/svg+xml", "tif": "image/tiff"}

PICTURES = ("png", "tif")
"""Those that are pictures of pixels, in dots per inch."""

ONE_FILE = ("pdf", "tif")
"""Those of which one file is all there is: a PDF has every page, and only the first page is a map with coordinates."""


def render(sheet: Sheet, kind: str, *, dpi: float = DPI, page: int = 0) -> bytes:
    """Return a sheet as the bytes of a file; `kind` is one of `MEDIA_TYPES`, and `dpi` counts for `PICTURES`.

    A PDF has all pages of the sheet; the others have one `page`, counted from 0.

    Raises
    ------
    PlanMapError
        The drawn scale is not true, or the picture would have too many pixels.
    """
    # Only the first page has a map.
    pages = [(drawing, sheet.scale if number == 0 else None) for number, drawing in enumerate(sheet.pages)]
    scale = pages[page][1]
    if kind == "png":
        return figure.png(sheet.pages[page], dpi=dpi, scale=scale, properties=sheet.properties)
    if kind == "tif":
        return figure.geotiff(sheet.drawing, dpi=dpi, scale=sheet.scale, properties=sheet.properties)
    if kind == "svg":
        return figure.svg(sheet.pages[page], scale=scale, properties=sheet.properties)
    return figure.pdf(pages, properties=sheet.properties)


def check_size(paper: Paper, dpi: float) -> None:
    """Raise `PlanMapError` if a picture of the paper at `dpi` would have too many pixels."""
    figure.check_pixels(paper.width, paper.height, dpi)
