"""Ground from a GeoTIFF: where its pixels come to lie, their colours, and what becomes of files that cannot be used."""

import io
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from math import atan, degrees, exp, pi
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import rasterio
from numpy.typing import NDArray
from PIL import Image
from pyproj import Transformer
from rasterio.enums import ColorInterp
from rasterio.transform import Affine, from_origin

from geo.errors import PlanMapError
from geo.foreign import child
from geo.measure import ellipsoid
from geo.tiles.archive import Archive, tile_at, tiles_in
from layers.ground.files import GroundFile, add_ground, around, ground_files
from layers.plan.plan import Plan
from layers.store.base import open_store, read_plan
from layers.translation import LANGUAGES, translation
from tests.plan_anywhere import write_plan_at

# rasterio multiplies matrices as affine will not have it some day.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")]

LONGITUDE, LATITUDE = 126.64, 45.76
TODAY = date(2026, 3, 1)
SIZE, PIXEL_M = 600, 2.0
PIXEL_DEG = (PIXEL_M / 111_320 / 0.698, PIXEL_M / 111_150)
"""Two metres there, in degrees of longitude and latitude."""

RED, GREEN, BLUE, CLEAR = (220, 30, 30), (30, 160, 60), (40, 60, 200), None
CORNERS = {"north-west": (-1, 1), "north-east": (1, 1), "south-west": (-1, -1), "south-east": (1, -1)}

Values = NDArray[Any]


def plan_of(folder: Path) -> Plan:
    return read_plan(open_store(str(folder)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_plan_at(tmp_path / "plan", LONGITUDE, LATITUDE)


def placed(longitude: float = LONGITUDE, latitude: float = LATITUDE, size: int = SIZE, pixels: float = 1.0) -> Affine:
    """Return the place of a picture in EPSG:4326 around a position."""
    wide, high = PIXEL_DEG[0] * pixels, PIXEL_DEG[1] * pixels
    return from_origin(longitude - size / 2 * wide, latitude + size / 2 * high, wide, high)


def write(path: Path, values: Values, *, tags: dict[str, str] | None = None, **options: Any) -> Path:
    bands, rows, columns = values.shape
    profile = {"driver": "GTiff", "crs": "EPSG:4326", "transform": placed(), **options}
    colours, meanings = profile.pop("colormap", None), profile.pop("meanings", None)
    with rasterio.open(path, "w", dtype=values.dtype, count=bands, height=rows, width=columns, **profile) as file:
        if meanings is not None:
            file.colorinterp = meanings
        file.write(values)
        if colours is not None:
            file.write_colormap(1, colours)
        file.update_tags(**(tags or {}))
    return path


def plain(colour: tuple[int, int, int] = RED, size: int = SIZE) -> Values:
    return np.repeat(np.array(colour, np.uint8), size * size).reshape(3, size, size)


def quarters(*values: tuple[float, ...], kind: str = "uint8") -> Values:
    """Return a picture of four squares: north-west, north-east, south-west, south-east."""
    found = np.empty((len(values[0]), SIZE, SIZE), kind)
    for number, value in enumerate(values):
        rows, columns = (slice(half * SIZE // 2, (half + 1) * SIZE // 2) for half in divmod(number, 2))
        found[:, rows, columns] = np.array(value, kind)[:, None, None]
    return found


def seen(ground: GroundFile, zoom: int) -> tuple[Values, int, int]:
    """Return all tiles of a zoom as one picture, RGBA, with the column and the row of the first tile."""
    with Archive(ground.path) as archive:
        tiles = {(x, y): archive.tile(z, x, y) for z, x, y in archive.places() if z == zoom}
    left, top = min(x for x, _ in tiles), min(y for _, y in tiles)
    wide, high = max(x for x, _ in tiles) - left + 1, max(y for _, y in tiles) - top + 1
    found = np.zeros((high * 512, wide * 512, 4), np.uint8)
    for (x, y), tile in tiles.items():
        assert tile is not None
        image = Image.open(io.BytesIO(tile))
        assert (image.format, image.size) == ("WEBP", (512, 512))
        right, down = (x - left) * 512, (y - top) * 512
        found[down : down + 512, right : right + 512] = np.asarray(image.convert("RGBA"))
    return found, left, top


def position(zoom: int, x: float, y: float) -> tuple[float, float]:
    """Return degrees for columns and rows of tiles, with fractions."""
    side = 2**zoom
    return (x / side - 0.5) * 360, degrees(2 * atan(exp(pi * (1 - 2 * y / side))) - pi / 2)


def corners(ground: GroundFile, zoom: int | None = None) -> dict[str, tuple[int, ...]]:
    """Return the colour in the middle of each quarter of a picture around the place of the plan."""
    zoom = ground.zooms[1] if zoom is None else zoom
    picture, left, top = seen(ground, zoom)
    found = {}
    for name, (right, up) in CORNERS.items():
        longitude = LONGITUDE + right * SIZE / 4 * PIXEL_DEG[0]
        latitude = LATITUDE + up * SIZE / 4 * PIXEL_DEG[1]
        x, y = tile_at(longitude, latitude, zoom + 9)
        found[name] = tuple(int(value) for value in picture[y - top * 512, x - left * 512])
    return found


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4548", "EPSG:32652"])
def test_a_cross_comes_out_where_it_is(crs: str, folder: Path, tmp_path: Path) -> None:
    values = np.full((3, SIZE, SIZE), 255, np.uint8)
    row, column = 250, 340
    for rows, columns in (
        (slice(row - 2, row + 3), slice(column - 60, column + 61)),
        (slice(row - 60, row + 61), slice(column - 2, column + 3)),
    ):
        values[:, rows, columns] = np.array((255, 0, 0))[:, None, None]
    to = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = to.transform(LONGITUDE, LATITUDE)
    pixel = PIXEL_DEG if crs == "EPSG:4326" else (PIXEL_M, PIXEL_M)
    transform = from_origin(x - SIZE / 2 * pixel[0], y + SIZE / 2 * pixel[1], *pixel)
    true = to.transform(*(transform * (column + 0.5, row + 0.5)), direction="INVERSE")
    ground = add_ground(
        plan_of(folder), write(tmp_path / "cross.tif", values, crs=crs, transform=transform), today=TODAY
    )
    assert ground.is_picture
    assert ground.zooms == (12, 15)
    for zoom, off in ((15, 1.5 * PIXEL_M), (13, 4 * PIXEL_M)):
        picture, left, top = seen(ground, zoom)
        red = (picture[..., 3] > 0) & (picture[..., 0] > 150) & (picture[..., 1] < 130)
        assert red.sum() > 20
        rows, columns = np.nonzero(red)
        found = position(zoom, left + (columns.mean() + 0.5) / 512, top + (rows.mean() + 0.5) / 512)
        assert ellipsoid().inv(*found, *true)[2] < off


A, N = 255, 0
CASES: dict[str, tuple[Callable[[], Values], dict[str, Any]]] = {
    "nodata": (lambda: quarters(RED, GREEN, BLUE, (0, 0, 0)), {"nodata": 0}),
    "alpha": (
        lambda: quarters((*RED, A), (*GREEN, A), (*BLUE, A), (9, 9, 9, N)),
        {"photometric": "RGB", "alpha": "YES"},
    ),
    "palette": (
        lambda: quarters((1,), (2,), (3,), (7,)),
        {"colormap": {1: (*RED, A), 2: (*GREEN, A), 3: (*BLUE, A), 7: (8, 8, 8, A)}, "nodata": 7},
    ),
    "16 bit alpha": (
        lambda: quarters((60000, 0, 0, 65535), (0, 60000, 0, 65535), (0, 0, 60000, 65535), (0, 0, 0, 0), kind="uint16"),
        {"photometric": "RGB", "alpha": "YES"},
    ),
    "JPEG and mask by tiles": (
        lambda: quarters((*RED, A), (*GREEN, A), (*BLUE, A), (9, 9, 9, N)),
        {"photometric": "RGB", "alpha": "YES", "compress": "jpeg", "tiled": True, "jpeg_quality": 95},
    ),
    "infrared": (
        lambda: quarters((*RED, 5), (*GREEN, 6), (*BLUE, 7), (0, 0, 0, 0)),
        {"nodata": 0, "meanings": [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.undefined]},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_colours_stay_and_what_has_none_is_clear(case: str, folder: Path, tmp_path: Path) -> None:
    values, options = CASES[case]
    ground = add_ground(plan_of(folder), write(tmp_path / "picture.tif", values(), **options), today=TODAY)
    for zoom in range(ground.zooms[0], ground.zooms[1] + 1):
        found = corners(ground, zoom)
        assert found.pop("south-east")[3] == 0
        assert {name: colour[3] for name, colour in found.items()} == dict.fromkeys(found, 255)
        for (red, green, blue, _), most in zip(found.values(), (0, 1, 2), strict=True):
            assert max(red, green, blue) == (red, green, blue)[most]
            assert sorted((red, green, blue))[2] - sorted((red, green, blue))[1] > 60


@pytest.mark.parametrize(
    ("values", "options", "expected"),
    [
        (quarters((10,), (90,), (170,), (250,)), {}, (10, 90, 170, 250)),
        (quarters((0,), (1,), (0,), (1,)), {"nbits": 1}, (0, 255, 0, 255)),
        (quarters((0,), (1,), (0,), (1,)), {"nbits": 1, "photometric": "MINISWHITE"}, (255, 0, 255, 0)),
        (quarters((300,), (1200,), (2100,), (3000,), kind="uint16"), {}, (0, 85, 170, 255)),
        (quarters((-1.0,), (0.0,), (0.0,), (1.0,), kind="float32"), {}, (0, 128, 128, 255)),
        (quarters((-300,), (0,), (0,), (300,), kind="int16"), {"nodata": 0}, (0, None, None, 255)),
        (quarters((0.0,), (np.nan,), (1.0,), (np.nan,), kind="float32"), {}, (0, None, 255, None)),
        (quarters(*[(0, 0, 0, ink) for ink in (0, 85, 170, 255)]), {"photometric": "CMYK"}, (255, 170, 85, 0)),
        (
            quarters((10,) * 3, (90,) * 3, (170,) * 3, (250,) * 3),
            {"photometric": "YCBCR", "compress": "jpeg", "tiled": True},
            (10, 90, 170, 250),
        ),
        (
            quarters(*[(0, 0, 0, ink) for ink in (0, 85, 170, 255)]),
            {"photometric": "CMYK", "compress": "jpeg"},
            (255, 170, 85, 0),
        ),
    ],
    ids=[
        "grey",
        "bits",
        "bits of white",
        "16 bit",
        "float",
        "16 bit nodata",
        "not a number",
        "CMYK",
        "YCbCr",
        "CMYK JPEG",
    ],
)
def test_greys(values: Values, options: Any, expected: tuple[int | None, ...], folder: Path, tmp_path: Path) -> None:
    ground = add_ground(plan_of(folder), write(tmp_path / "picture.tif", values, **options), today=TODAY)
    for (red, green, blue, alpha), grey in zip(corners(ground).values(), expected, strict=True):
        assert alpha == (0 if grey is None else 255)
        if grey is not None:
            assert max(abs(value - grey) for value in (red, green, blue)) <= 4


def test_ink_becomes_light(folder: Path, tmp_path: Path) -> None:
    inks = quarters((0, 255, 255, 0), (255, 0, 255, 0), (255, 255, 0, 0), (0, 0, 0, 0))
    ground = add_ground(plan_of(folder), write(tmp_path / "p.tif", inks, photometric="CMYK"), today=TODAY)
    for colour, pure in zip(corners(ground).values(), [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255,) * 3], strict=True):
        assert np.abs(np.array(colour[:3], int) - pure).max() < 40


def test_a_picture_far_finer_than_the_deepest_zoom_is_mixed(folder: Path, tmp_path: Path) -> None:
    """Of lines with a width of 2 cm there is grey at 20 cm, whether or not their colours come from a palette."""
    lines = np.indices((1, 2000, 2000), np.uint8)[2] % 2
    for name, values, options in (
        ("grey", lines * 200, {}),
        ("palette", lines, {"colormap": {0: (0, 0, 0, 255), 1: (200, 200, 200, 255)}}),
    ):
        path = write(tmp_path / f"{name}.tif", values, transform=placed(size=2000, pixels=0.01), **options)
        ground = add_ground(plan_of(folder), path, today=TODAY)
        assert ground.zooms[1] == 18
        picture, _, _ = seen(ground, 18)
        full = picture[picture[..., 3] == 255]
        assert len(full) > 10_000
        assert full[:, 0].std() < 6
        assert full[:, 0].mean() == pytest.approx(100, abs=4)


def test_a_turned_picture_is_clear_beside_its_edges(folder: Path, tmp_path: Path) -> None:
    turned = Affine.translation(LONGITUDE, LATITUDE) * Affine.scale(PIXEL_DEG[0], -PIXEL_DEG[1])
    turned = turned * Affine.rotation(45) * Affine.translation(-SIZE / 2, -SIZE / 2)
    ground = add_ground(plan_of(folder), write(tmp_path / "t.tif", plain(), transform=turned), today=TODAY)
    picture, _, _ = seen(ground, ground.zooms[1])
    rows, columns = np.nonzero(picture[..., 3] > 127)
    across = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
    assert len(rows) / across == pytest.approx(0.5, abs=0.02)
    assert np.abs(picture[rows, columns, :3].astype(int) - RED).mean() < 10


def test_a_picture_of_a_corner_and_one_of_far_more_than_the_plan(folder: Path, tmp_path: Path) -> None:
    plan = plan_of(folder)
    west, south, east, north = around(plan)
    corner = write(tmp_path / "corner.tif", plain(), transform=placed(east, north))
    ground = add_ground(plan, corner, today=TODAY)
    half = SIZE / 2 * PIXEL_DEG[0], SIZE / 2 * PIXEL_DEG[1]
    assert ground.bounds == pytest.approx((east - half[0], north - half[1], east, north), abs=1e-6)
    with Archive(ground.path) as archive:
        assert set(archive.places()) <= {
            at for zoom in range(19) for at in tiles_in((east - half[0], north - half[1], east, north), zoom)
        }
    wide = write(tmp_path / "wide.tif", plain(), transform=placed(pixels=400.0))
    ground = add_ground(plan, wide, today=TODAY)
    assert ground.bounds == pytest.approx((west, south, east, north), abs=1e-6)
    with Archive(ground.path) as archive:
        deepest = ground.zooms[1]
        assert {at for at in archive.places() if at[0] == deepest} == set(tiles_in(ground.bounds, deepest))


def test_tiles_without_anything_are_not_kept(folder: Path, tmp_path: Path) -> None:
    values = np.zeros((3, 3000, 3000), np.uint8)
    values[:, :100, :100] = values[:, -100:, -100:] = 200
    path = write(tmp_path / "p.tif", values, nodata=0, transform=placed(size=3000))
    ground = add_ground(plan_of(folder), path, today=TODAY)
    with Archive(ground.path) as archive:
        deepest = [at for at in archive.places() if at[0] == ground.zooms[1]]
        assert 2 <= len(deepest) <= 8 < len(tiles_in(ground.bounds, ground.zooms[1]))
        assert archive.metadata["planmap"]["tile_pixels"] == 512
        assert list(archive.places()) == sorted(archive.places(), key=lambda at: at[0])


@pytest.mark.parametrize(
    ("tags", "source"),
    [
        ({"TIFFTAG_COPYRIGHT": "© <b>测绘院</b>\n2025", "TIFFTAG_ARTIST": "x"}, ("© <b>测绘院</b> 2025",) * 2),
        ({"TIFFTAG_ARTIST": "Surveyor"}, ("Surveyor", "Surveyor")),
        ({}, ("来源未注明", "source not stated")),
    ],
)
def test_the_source_is_what_the_file_states(
    tags: dict[str, str], source: tuple[str, str], folder: Path, tmp_path: Path
) -> None:
    ground = add_ground(plan_of(folder), write(tmp_path / "p.tif", plain(), tags=tags), today=TODAY)
    assert (ground.source.zh, ground.source.en) == source
    with Archive(ground.path) as archive:
        assert "OpenStreetMap" not in str(archive.metadata)


def test_files_beside_the_picture_are_not_read(folder: Path, tmp_path: Path) -> None:
    """With them a file's name would decide what else of the machine is read."""
    path = write(tmp_path / "p.tif", plain(BLUE, 2000), transform=placed(size=2000, pixels=0.1))
    other = write(tmp_path / "other.tif", plain(RED, 1000), transform=placed(size=1000, pixels=0.2))
    (tmp_path / "p.tif.ovr").write_bytes(other.read_bytes())
    (tmp_path / "p.tif.msk").write_bytes(other.read_bytes())
    (tmp_path / "p.tif.aux.xml").write_text(
        f'<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{other}</MDI></Metadata></PAMDataset>'
    )
    ground = add_ground(plan_of(folder), path, today=TODAY)
    for zoom in range(ground.zooms[0], ground.zooms[1] + 1):
        picture, _, _ = seen(ground, zoom)
        assert picture[picture[..., 3] == 255][:, 0].max() < 80


def test_rasterio_in_the_child_knows_only_what_it_needs(tmp_path: Path) -> None:
    listing = "from rasterio.env import Env\nwith Env() as env: print(*env.drivers(), sep=',')"
    environment = child.environment(tmp_path)
    found = subprocess.run([sys.executable, "-c", listing], env=environment, capture_output=True, text=True, check=True)
    assert "GTiff" in found.stdout
    assert set(found.stdout.strip().split(",")) <= child.PICTURE_DRIVERS
    assert (environment["GDAL_DISABLE_READDIR_ON_OPEN"], environment["PROJ_NETWORK"]) == ("EMPTY_DIR", "OFF")


class Stopped(Exception):  # noqa: N818 - not an error: the test wants it
    pass


def test_progress_goes_on_and_who_cancels_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", plain(size=3000), transform=placed(size=3000))
    running = {process.pid for process in psutil.Process().children(recursive=True)}
    shares: list[float] = []

    def stop(share: float) -> None:
        shares.append(share)
        if share > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        add_ground(plan_of(folder), path, today=TODAY, progress=stop)
    assert len(set(shares)) > 5
    assert shares == sorted(shares)
    assert list((folder / "ground").iterdir()) == []
    assert {process.pid for process in psutil.Process().children(recursive=True)} <= running


def _cut_off(path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (3, SIZE, SIZE), np.uint8)
    data = write(path, noise, compress="deflate", tiled=True).read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])


def _cut_off_plain(path: Path) -> None:
    data = write(path, plain()).read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _cut_off_in_the_header(path: Path) -> None:
    path.write_bytes(write(path, plain()).read_bytes()[:100])


def _sparse(size: int, block: int, pixels: float) -> Callable[[Path], object]:
    def made(path: Path) -> None:
        options = {"tiled": True, "blockxsize": block, "blockysize": block, "sparse_ok": True, "bigtiff": "YES"}
        transform = placed(size=size, pixels=pixels)
        profile = {"driver": "GTiff", "crs": "EPSG:4326", "transform": transform, "dtype": "uint8", "count": 1}
        with rasterio.open(path, "w", width=size, height=size, **profile, **options):
            pass

    return made


def _beside_a_world_file(path: Path) -> None:
    write(path, plain(), transform=None)
    path.with_suffix(".tfw").write_text("\n".join(map(str, (PIXEL_DEG[0], 0, 0, -PIXEL_DEG[1], LONGITUDE, LATITUDE))))


def _of_another_file(path: Path) -> None:
    other = write(path.with_name("other.tif"), plain(RED, 300), transform=placed(size=300, pixels=2))
    write(path, plain(BLUE))
    with rasterio.open(path, "r+") as file:
        file.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=str(other))


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "no system": (lambda path: write(path, plain(), crs=None), "raster-no-crs"),
    "a system of its own": (lambda path: write(path, plain(), crs='LOCAL_CS["x",UNIT["m",1]]'), "raster-no-crs"),
    "no position": (_beside_a_world_file, "raster-no-position"),
    "no size": (lambda path: write(path, plain(), transform=Affine(0, 0, 126, 0, 0, 45)), "raster-no-position"),
    "elsewhere": (lambda path: write(path, plain(), transform=placed(24.9, 60.2)), "ground-nothing-there"),
    "nothing in it": (lambda path: write(path, plain((0, 0, 0)), nodata=0), "ground-nothing-there"),
    "cut off": (_cut_off, "foreign-damaged"),
    "cut off, not packed": (_cut_off_plain, "foreign-damaged"),
    "cut off in the header": (_cut_off_in_the_header, "foreign-damaged"),
    "text": (lambda path: path.write_text("no picture"), "foreign-kind"),
    "VRT": (lambda path: path.write_text("<VRTDataset></VRTDataset>"), "foreign-kind"),
    "zeros": (lambda path: path.write_bytes(b"II*\0" + bytes(10_000)), "foreign-damaged"),
    "huge": (_sparse(2_000_000, 16_384, 0.001), "raster-too-large"),
    "too many tiles": (_sparse(140_000, 4096, 0.1), "raster-too-many-tiles"),
    "complex": (lambda path: write(path, plain().astype("complex64")), "foreign-damaged"),
    "another file": (_of_another_file, "foreign-damaged"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a ground called "bad", which a bad file of that name must not harm."""
    home = tmp_path_factory.mktemp("made")
    plan = plan_of(write_plan_at(home / "plan", LONGITUDE, LATITUDE))
    return add_ground(plan, write(home / "good.tif", plain()), name="bad", today=TODAY).path


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_ends_in_a_line_and_costs_nothing(case: str, folder: Path, made: Path, tmp_path: Path) -> None:
    (folder / "ground").mkdir()
    good = Path(shutil.copy(made, folder / "ground"))
    before = ground_files(plan_of(folder)), good.read_bytes()
    prepare, code = BAD[case]
    path = tmp_path / "bad.tif"
    prepare(path)
    with pytest.raises(PlanMapError) as caught:
        add_ground(plan_of(folder), path, today=TODAY)
    assert caught.value.code == code
    for language in LANGUAGES:
        assert "\n" not in translation(language).explain(caught.value)
    assert (ground_files(plan_of(folder)), good.read_bytes()) == before
    assert [one.name for one in (folder / "ground").iterdir()] == ["bad.pmtiles"]
