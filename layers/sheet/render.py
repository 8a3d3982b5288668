"""Sheets as the bytes of a file."""

from __future__ import annotations

from layers.draw import figure
from layers.draw.paper import Paper
from layers.sheet.sheet import Sheet

DPI = 300.0

MEDIA_TYPES = {"png": "image/png", "pdf": "application/pdf", "svg": "image/svg+xml"}


def render(sheet: Sheet, kind: str, *, dpi: float = DPI) -> bytes:
    """Return a sheet as the bytes of a file; `kind` is `png`, `pdf` or `svg`, and `dpi` counts for `png` only.

    Raises
    ------
    PlanMapError
        The drawn scale is not true, or the picture would have too many pixels.
    """
    if kind == "png":
        return figure.png(sheet.drawing, dpi=dpi, scale=sheet.scale, properties=sheet.properties)
    if kind == "svg":
        return figure.svg(sheet.drawing, scale=sheet.scale, properties=sheet.properties)
    return figure.pdf([(sheet.drawing, sheet.scale)], properties=sheet.properties)


def check_size(paper: Paper, dpi: float) -> None:
    """Raise `PlanMapError` if a picture of the paper at `dpi` would have too many pixels."""
    figure.check_pixels(paper.width, paper.height, dpi)
