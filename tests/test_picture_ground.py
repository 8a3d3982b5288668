"""A picture as ground: over roads and areas on sheets, on slides and in briefings, where the Scene asks for it."""

import io
import json
import math
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pmtiles.tile import TileType
from pptx import Presentation

from geo.tiles.archive import ArchiveWriter, tile_at, tiles_in
from geo.tiles.schema import SCHEMA
from layers.browser.payload import plan_payload
from layers.draw.drawing import Raster
from layers.draw.figure import picture
from layers.draw.paper import Paper
from layers.ground.files import ground_files, ground_of, picture_of
from layers.ground.pictures import picture_in
from layers.plan.deck import Deck, Slide
from layers.plan.plan import Plan
from layers.plan.scene import FROM_FILE, Scene
from layers.plan.terms import Text
from layers.present.briefing import briefing
from layers.present.pptx.slides import slides
from layers.present.taken_along import cut_words
from layers.selection.wording import map_sources
from layers.sheet.sheet import Order, Sheet, compose
from layers.store.base import open_store, read_plan
from layers.translation import translation
from tests.plan_anywhere import write_plan_at

pytestmark = pytest.mark.slow

LONGITUDE, LATITUDE = 126.64, 45.76
TODAY = date(2026, 6, 1)
SIDE, ZOOM = 512, 15
RED = (200, 30, 30)


def write_picture(folder: Path, *, at: tuple[float, float] = (LONGITUDE, LATITUDE), half: float = 0.02) -> None:
    """Write a grey picture around a place, with a red square of thirteen pixels in its very middle."""
    name = "photo"
    longitude, latitude = at
    bounds = longitude - half, latitude - half, longitude + half, latitude + half
    own = {"schema": SCHEMA, "name": name, "source": ["航拍：甲局", "Photo: Office A"], "tile_pixels": SIDE}
    folder.mkdir(exist_ok=True)
    with ArchiveWriter(
        folder / f"{name}.pmtiles", bounds=bounds, metadata={"planmap": own}, kind=TileType.PNG
    ) as writer:
        for zoom in range(11, ZOOM + 1):
            for _, x, y in tiles_in(bounds, zoom):
                tile = Image.new("RGB", (SIDE, SIDE), (128, 128, 128))
                column, row = in_tiles(longitude, latitude, zoom)
                for across in range(-6, 7):
                    for down in range(-6, 7):
                        dot = math.floor((column - x) * SIDE) + across, math.floor((row - y) * SIDE) + down
                        if 0 <= dot[0] < SIDE and 0 <= dot[1] < SIDE:
                            tile.putpixel(dot, RED)
                buffer = io.BytesIO()
                tile.save(buffer, "PNG")
                writer.add(zoom, x, y, buffer.getvalue())


def in_tiles(longitude: float, latitude: float, zoom: int) -> tuple[float, float]:
    """Return column and row of a place in tiles of a zoom."""
    sine = math.sin(math.radians(latitude))
    row = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return (longitude / 360 + 0.5) * 2**zoom, row * 2**zoom


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = write_plan_at(tmp_path_factory.mktemp("picture") / "plan", LONGITUDE, LATITUDE)
    write_picture(folder / "ground")
    return read_plan(open_store(str(folder)))


def sheet(plan: Plan, scale: int, query: str) -> Sheet:
    return compose(plan, Scene.from_query(query), Order(Paper.parse("A4"), scale), today=TODAY)


def rasters(made: Sheet) -> list[Raster]:
    return [shape for shape in made.drawing.ground if isinstance(shape, Raster)]


def test_a_picture_is_shown_only_where_a_scene_asks_for_it(plan):
    [known] = ground_files(plan)
    assert known.is_picture
    assert ground_of(plan, "offline") is None
    assert picture_of(plan, "offline") is None
    assert picture_of(plan, f"{FROM_FILE}photo") == known
    assert rasters(sheet(plan, 10_000, "site=station")) == []
    assert len(rasters(sheet(plan, 10_000, "site=station&base=file-photo"))) == 1
    assert "甲局" not in map_sources(plan, translation("zh"))
    assert map_sources(plan, translation("en"), Scene(basemap=f"{FROM_FILE}photo")).count("Photo: Office A") == 1


@pytest.mark.parametrize("pixel_m", [1.0, 3.0, 10.0])
def test_a_place_in_the_picture_is_where_it_is_on_the_ground(plan, pixel_m):
    [photo] = ground_files(plan)
    x, y = plan.grid.position(LONGITUDE, LATITUDE)
    # Not in the middle of the map, nor on whole pixels.
    extent = (x - 1234.5, y - 777.7, x + 600.3, y + 911.1)
    pixels = picture_in(photo, plan.grid, extent, pixel_m)
    red = (pixels[:, :, 0].astype(int) - pixels[:, :, 1]) > 40
    rows, columns = np.nonzero(red)
    height, width = red.shape
    east = extent[0] + (columns.mean() + 0.5) / width * (extent[2] - extent[0])
    north = extent[3] - (rows.mean() + 0.5) / height * (extent[3] - extent[1])
    # The square is drawn on whole pixels of a tile, of which the coarsest taken are as large as those of the map.
    assert math.hypot(east - x, north - y) < 2.0 + 0.6 * pixel_m


def test_the_sheet_shows_the_picture_over_the_ground_and_under_the_sites(plan):
    made = sheet(plan, 10_000, "site=station&base=file-photo")
    kinds = [isinstance(shape, Raster) for shape in made.drawing.ground]
    assert 0 < kinds.index(True) < len(kinds) - 1
    drawn = np.asarray(picture(made.drawing, dpi=60, scale=10_000)).astype(int)
    grey = (np.abs(drawn - 128).max(axis=2) < 12).mean()
    assert grey > 0.3
    without = np.asarray(picture(sheet(plan, 10_000, "site=station").drawing, dpi=60, scale=10_000)).astype(int)
    assert (np.abs(without - 128).max(axis=2) < 12).mean() < 0.05
    assert "甲局" in " ".join(made.drawing.texts())


def test_beyond_the_picture_the_map_goes_on(plan):
    made = sheet(plan, 50_000, "site=station&base=file-photo")
    [raster] = rasters(made)
    shown = raster.pixels[:, :, 3] > 0
    assert 0.02 < shown.mean() < 0.9


def test_a_picture_elsewhere_draws_nothing(plan):
    [photo] = ground_files(plan)
    x, y = plan.grid.position(LONGITUDE + 0.5, LATITUDE)
    assert picture_in(photo, plan.grid, (x, y, x + 1000, y + 1000), 2.0) is None


def payload_of(document: str) -> dict:
    return json.loads(re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', document, re.DOTALL)[-1])


def deck_of(*queries: str) -> Deck:
    slides = tuple(Slide(Text("图", "Map"), scene=Scene.from_query(query)) for query in queries)
    return Deck("deck", Text("册", "Deck"), slides)


def test_a_briefing_takes_the_tiles_for_the_views_that_show_it(plan):
    deck = deck_of("site=station&base=file-photo", "site=station")
    found = payload_of(briefing(plan, deck, language="zh", today=TODAY))
    assert [view["picture"] for view in found["views"]] == ["file-photo", None]
    [photo] = found["pictures"]
    column, row = tile_at(LONGITUDE, LATITUDE, 11)
    assert photo["tiles"][f"11/{column}/{row}"]
    assert photo["type"] == "image/png"
    assert cut_words(plan, deck, translation("zh"), today=TODAY) == []
    plain = deck_of("site=station")
    assert payload_of(briefing(plan, plain, language="zh", today=TODAY))["pictures"] == []


def test_the_browser_is_told_of_pictures(plan):
    [photo] = plan_payload(plan)["pictures"]
    assert (photo["id"], photo["pixels"], photo["zooms"]) == ("file-photo", 512, [11, 15])
    assert photo["url"].startswith("ground/photo/")


def test_a_briefing_and_slides_name_the_sources_of_pictures(plan):
    deck = deck_of("site=station&base=file-photo", "site=station")
    assert "航拍：甲局" in briefing(plan, deck, language="zh", today=TODAY)
    assert "航拍" not in briefing(plan, deck_of("site=station"), language="zh", today=TODAY)
    document = Presentation(io.BytesIO(slides(plan, deck, language="en", today=TODAY)))
    said = [
        " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame) for slide in document.slides
    ]
    assert ["Photo: Office A" in words for words in said[1:3]] == [True, False]
