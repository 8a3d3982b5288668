"""What Matplotlib cannot write into a PDF: the names of its layers, and where on the earth its maps lie.

A map gets a viewport with a measure dictionary of subtype GEO (ISO 32000-2, 12.9 and 12.10), which Acrobat, QGIS and
GDAL read. The corners of its frame stand there in degrees, with the plan's grid as coordinate system, so that between
the corners positions are exact, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from geo.grid import Grid
from layers.draw.artists import POINT
from layers.draw.drawing import Drawing
from layers.draw.pdf_layer import PdfLayer
from layers.translation import translation

if TYPE_CHECKING:
    from pypdf import PdfWriter
    from pypdf.generic import DictionaryObject, IndirectObject

CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))
"""The corners of a map's frame in the order of the measure dictionary, as shares of its width and height."""


def finished(document: bytes, drawings: Sequence[Drawing], *, language: str) -> bytes:
    """Return a PDF, one page for each of `drawings`, with its layers named and its maps georeferenced."""
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    writer = PdfWriter(clone_from=BytesIO(document))
    # Layers are of version 1.5; viewports are an extension of 1.7 by Adobe, which became part of 2.0.
    writer.pdf_header = "%PDF-1.7"
    groups = _add_layers(writer, _used(drawings), language)
    for page, drawing in zip(writer.pages, drawings, strict=True):
        if groups:
            resources: Any = page["/Resources"].get_object()
            resources[NameObject("/Properties")] = _dictionary(**{layer.tag: group for layer, group in groups.items()})
        if drawing.frame is not None and drawing.extent is not None and drawing.grid is not None:
            page[NameObject("/VP")] = _viewport(drawing, drawing.grid, translation(language)("pdf-layer.map"))
    writer.add_metadata({"/Producer": TextStringObject("PlanMap")})
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _used(drawings: Sequence[Drawing]) -> list[PdfLayer]:
    used = {item.layer for drawing in drawings for item in (*drawing.ground, *drawing.items)}
    return [layer for layer in PdfLayer if layer.value in used]


def _add_layers(writer: PdfWriter, layers: Sequence[PdfLayer], language: str) -> dict[PdfLayer, IndirectObject]:
    """Add an optional content group for each layer to the catalogue (ISO 32000-2, 8.11); return them."""
    from pypdf.generic import ArrayObject, NameObject, TextStringObject

    text = translation(language)
    groups = {
        layer: writer._add_object(
            _dictionary(Type=NameObject("/OCG"), Name=TextStringObject(text(f"pdf-layer.{layer.value}")))
        )
        for layer in layers
    }
    if groups:
        listed = [*groups.values()]
        shown = _dictionary(
            Name=TextStringObject(text("pdf-layer.all")),
            BaseState=NameObject("/ON"),
            # Programs list them from the top, as they lie over each other.
            Order=ArrayObject(reversed(listed)),
        )
        writer.root_object[NameObject("/OCProperties")] = _dictionary(OCGs=ArrayObject(listed), D=shown)
    return groups


def _viewport(drawing: Drawing, grid: Grid, name: str) -> Any:
    from pypdf.generic import ArrayObject, NameObject, NumberObject, TextStringObject

    if drawing.frame is None or drawing.extent is None:
        raise ValueError("a viewport needs a map")
    west, south, east, north = drawing.extent
    degrees: list[float] = []
    for across, up in CORNERS:
        longitude, latitude = grid.geographic(west + across * (east - west), south + up * (north - south))
        degrees += [latitude, longitude]
    shares = [NumberObject(share) for corner in CORNERS for share in corner]
    code, words = _crs(grid.crs)
    system = _dictionary(Type=NameObject("/PROJCS"), EPSG=NumberObject(code), WKT=TextStringObject(words))
    measure = _dictionary(
        Type=NameObject("/Measure"),
        Subtype=NameObject("/GEO"),
        Bounds=ArrayObject(shares),
        GPTS=ArrayObject(_real(value) for value in degrees),
        LPTS=ArrayObject(shares),
        GCS=system,
    )
    box = [edge * POINT for edge in drawing.frame]
    viewport = _dictionary(
        Type=NameObject("/Viewport"),
        Name=TextStringObject(name),
        BBox=ArrayObject(_real(edge) for edge in box),
        Measure=measure,
    )
    return ArrayObject([viewport])


@lru_cache(maxsize=16)
def _crs(crs: str) -> tuple[int, str]:
    """Return the EPSG code of a coordinate system such as `EPSG:4548`, and its WKT in the dialect of Acrobat."""
    import pyproj

    return int(crs.removeprefix("EPSG:")), pyproj.CRS.from_user_input(crs).to_wkt("WKT1_ESRI")


def _real(value: float) -> Any:
    from pypdf.generic import FloatObject

    class Real(FloatObject):
        """A number with ten decimals; pypdf writes degrees with six, a tenth of a metre."""

        def myrepr(self) -> str:
            return f"{self:.10f}".rstrip("0").rstrip(".")

    return Real(value)


def _dictionary(**entries: Any) -> DictionaryObject:
    from pypdf.generic import DictionaryObject, NameObject

    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})
