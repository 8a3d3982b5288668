"""PDF and GeoTIFF of a sheet for a GIS: layers that switch off, and coordinates that come back."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import numpy as np
import pypdfium2
import pyproj
import pytest
import rasterio
import rasterio.transform
import rasterio.warp
import shapely
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject

from geo.grid import grid_of
from layers.draw import figure
from layers.draw.drawing import Box, Drawing, Shape, geometry_path
from layers.draw.figure import Properties
from layers.draw.paper import Paper
from layers.draw.pdf_layer import PdfLayer
from layers.plan.scene import Scene
from layers.sheet import render
from layers.sheet.atlas import By, atlas
from layers.sheet.sheet import Order, compose
from layers.translation import translation
from tests.sheet_plans import plan_with_sites

DAY = date(2026, 11, 22)
PLACE = (117.421897, 39.064801)
"""军粮城北站, WGS 84."""
SCALE = 10_000
PROPERTIES = Properties("", "", "", "zh")


@pytest.fixture(scope="module")
def document(plan):
    return render.render(compose(plan, Scene(), Order(Paper.parse("A4")), today=DAY), "pdf")


@pytest.fixture(scope="module")
def drawing():
    """A map at 1:10 000 with nothing but a black disc of 25 m around `PLACE`, on a page with odd margins."""
    x, y = grid_of("EPSG:4548").position(*PLACE)
    frame = Box(21.3, 17.7, 121.3, 97.7)
    west, south = x - 637.5, y - 291.25
    extent = (west, south, west + frame.width / 1000 * SCALE, south + frame.height / 1000 * SCALE)
    made = Drawing(140.9, 110.6, frame, extent, grid_of("EPSG:4548"))
    # Round, because Matplotlib moves level edges onto whole pixels.
    path = geometry_path(shapely.Point(x, y).buffer(25))
    made.ground.append(Shape(path, fill="#000000", layer=PdfLayer.SITES))
    return made


def middle_of_dark(grey):
    """Return the middle of what is dark, in pixels from the upper left corner."""
    weight = 255.0 - grey
    rows, columns = np.indices(weight.shape) + 0.5
    return (columns * weight).sum() / weight.sum(), (rows * weight).sum() / weight.sum()


def metres_off(longitude, latitude):
    return pyproj.Geod(ellps="WGS84").inv(longitude, latitude, *PLACE)[2]


def test_a_place_on_the_pdf_has_its_coordinates(drawing):
    document = figure.pdf([(drawing, SCALE)], properties=PROPERTIES)
    page = pypdfium2.PdfDocument(document)[0]
    height = page.get_size()[1]
    column, row = middle_of_dark(np.asarray(page.render(scale=4).to_pil().convert("L"), dtype=float))
    across, up = column / 4, height - row / 4
    (viewport,) = PdfReader(BytesIO(document)).pages[0]["/VP"]
    left, bottom, right, top = map(float, viewport["/BBox"])
    measure = viewport["/Measure"]
    assert (measure["/Type"], measure["/Subtype"]) == ("/Measure", "/GEO")
    # From the file alone: the corners in degrees, projected with the file's own words for its coordinate system.
    crs = pyproj.CRS.from_wkt(str(measure["/GCS"]["/WKT"]))
    assert measure["/GCS"]["/EPSG"] == 4548
    assert crs.to_epsg(min_confidence=25) == 4548
    project = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    degrees = np.array(measure["/GPTS"], dtype=float).reshape(-1, 2)
    corners = np.column_stack(project.transform(degrees[:, 1], degrees[:, 0]))
    shares = np.array(measure["/LPTS"], dtype=float).reshape(-1, 2)
    terms = np.column_stack([np.ones(4), shares])
    affine = np.linalg.lstsq(terms, corners, rcond=None)[0]
    place = np.array([1, (across - left) / (right - left), (up - bottom) / (top - bottom)]) @ affine
    assert metres_off(*project.transform(*place, direction="INVERSE")) < 1


@pytest.mark.parametrize("dpi", [96, 143.7])
def test_a_place_on_the_picture_has_its_coordinates(drawing, dpi):
    written = figure.geotiff(drawing, dpi=dpi, scale=SCALE, properties=PROPERTIES)
    assert written == figure.geotiff(drawing, dpi=dpi, scale=SCALE, properties=PROPERTIES)
    with rasterio.MemoryFile(written) as file, file.open() as picture:
        column, row = middle_of_dark(picture.read(1).astype(float))
        x, y = rasterio.transform.xy(picture.transform, row - 0.5, column - 0.5)
        (longitude,), (latitude,) = rasterio.warp.transform(picture.crs, "EPSG:4326", [x], [y])
        assert picture.crs.to_epsg() == 4548
        # Well within a pixel, which is 1.8 m and more here.
        assert metres_off(longitude, latitude) < 0.25
        assert float(picture.tags()["TIFFTAG_XRESOLUTION"]) == pytest.approx(dpi)


def names(document):
    return [group.get_object()["/Name"] for group in PdfReader(BytesIO(document)).root_object["/OCProperties"]["/OCGs"]]


def test_the_layers_have_names_in_the_language_of_the_sheet(drawing, document):
    assert {"底色与区域", "道路与轨道", "水系", "境界", "地点符号", "经纬网", "图廓与整饰"} <= {*names(document)}
    english = figure.pdf([(drawing, SCALE)], properties=replace(PROPERTIES, language="en"))
    assert names(english) == ["Symbols of sites"]


def without(document, *hidden):
    """Return the picture of the first page with some layers off."""
    writer = PdfWriter(clone_from=BytesIO(document))
    layers = writer.root_object["/OCProperties"]
    off = [group for group in layers["/OCGs"] if group.get_object()["/Name"] in hidden]
    assert len(off) == len(hidden)
    layers["/D"][NameObject("/OFF")] = ArrayObject(off)
    buffer = BytesIO()
    writer.write(buffer)
    page = pypdfium2.PdfDocument(buffer.getvalue())[0]
    return np.asarray(page.render(scale=1).to_pil().convert("L"), dtype=float)


def test_each_layer_can_be_switched_off(document):
    whole = without(document)
    for name in names(document):
        assert np.abs(without(document, name) - whole).max() > 40, name
    # Nothing is on no layer: without all of them the page is empty.
    assert without(document, *names(document)).min() == 255


def test_every_map_of_an_atlas_has_both(plan):
    small = plan_with_sites(plan, [PLACE], task=next(iter(plan.tasks)))
    made = atlas(small, Scene(), Order(Paper.parse("A4")), By.SITE, today=DAY)
    tags = {
        PdfLayer(layer).tag for layer in PdfLayer if translation("zh")(f"pdf-layer.{layer}") in names(made.document)
    }
    maps = 0
    for page in PdfReader(BytesIO(made.document)).pages:
        is_map = "1:" in page.extract_text()
        assert ("/VP" in page) == is_map
        maps += is_map
        assert {f"/{tag}" for tag in tags} == {*page["/Resources"]["/Properties"]}
    assert maps > 1
