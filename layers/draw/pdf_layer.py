"""The layers of a PDF, which its reader can switch off one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from layers.draw.drawing import Raster, Shape

    _Part = TypeVar("_Part", Shape, Shape | Raster)


class PdfLayer(StrEnum):
    """A layer of a PDF, the lowest first; its name in words is `pdf-layer.<value>` in the translations."""

    GROUND = "ground"
    """Land, sea, districts and the areas of the ground, with the veil outside the plan's district."""
    WATERS = "waters"
    ROADS = "roads"
    """Roads, railways, metro lines and runways."""
    PICTURE = "picture"
    """An aerial or satellite picture."""
    BOUNDARIES = "boundaries"
    OWN = "own"
    """Features of own layers."""
    SITES = "sites"
    """Symbols and shapes of the plan's sites."""
    SITE_NAMES = "site-names"
    NAMES = "names"
    """Names of districts, waters, roads and places."""
    GRID = "grid"
    """Ticks, crosses and degrees of the lines of longitude and latitude."""
    FRAMES = "frames"
    """Frames of the sheets of a series."""
    LEGEND = "legend"
    TABLE = "table"
    FURNITURE = "furniture"
    """Title, the map's frame, scale bar, north arrow, inset, QR code and notes."""

    @property
    def tag(self) -> str:
        """What content streams call the layer."""
        return f"layer-{self.value}"


def on_layer(layer: PdfLayer, parts: Sequence[_Part]) -> list[_Part]:
    """Return `parts` on `layer`, except those that are on one already."""
    return [part if part.layer else replace(part, layer=layer.value) for part in parts]


@contextmanager
def marked(renderer: Any, layer: str) -> Iterator[None]:
    """Mark what is drawn meanwhile as content of `layer`, if `renderer` writes a PDF (ISO 32000-2, 8.11.3.2)."""
    file = getattr(renderer, "file", None)
    if not layer or file is None or not hasattr(file, "reserveObject"):
        yield
        return
    file.write(f"/OC /{PdfLayer(layer).tag} BDC\n".encode())
    yield
    file.write(b"EMC\n")
