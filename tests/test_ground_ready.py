"""Ground from ready-made tiles: what is in its tiles, and what becomes of files that are none."""

import gzip
import io
import shutil
import sqlite3
import struct
import zlib
from collections.abc import Callable
from datetime import date
from functools import cache
from math import atan, degrees, exp, pi
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pmtiles.tile import Entry as PmEntry
from pmtiles.tile import TileType, serialize_directory

from geo.errors import PlanMapError
from geo.measure import ellipsoid
from geo.tiles import mbtiles
from geo.tiles.archive import Archive, tile_at, tiles_in
from geo.tiles.decode import decoded
from geo.tiles.encode import Feature, encoded, layers_of
from geo.tiles.mbtiles import Mbtiles
from geo.tiles.ready import attribution_of
from geo.tiles.retile import packed, retiled
from geo.tiles.schema import LAYERS, MAX_ZOOM, MIN_ZOOM, MOST_BYTES
from geo.tiles.tile_kinds import OWN, SCHEMAS, meaning, schema_of
from layers.ground.files import GroundFile, add_ground, around, ground_files
from layers.plan.plan import Plan
from layers.store.base import open_store, read_plan
from layers.translation import LANGUAGES, translation
from tests import ready_tiles
from tests.extracts import town
from tests.plan_anywhere import write_plan_at
from tests.ready_tiles import FIELD, SPOT, STREET, in_tile, vector, write_mbtiles, write_pmtiles

pytestmark = pytest.mark.slow

LONGITUDE, LATITUDE = 126.64, 45.76
TODAY = date(2026, 3, 1)

SCHEMAS_DRAWN = {
    "protomaps": ready_tiles.PROTOMAPS,
    "openmaptiles": ready_tiles.OPENMAPTILES,
    "shortbread": ready_tiles.SHORTBREAD,
}


def here(tile: bytes, zooms: range = range(0, 17)) -> ready_tiles.Tiles:
    return ready_tiles.around(LONGITUDE, LATITUDE, tile, zooms)


def plan_of(folder: Path) -> Plan:
    return read_plan(open_store(str(folder)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_plan_at(tmp_path / "plan", LONGITUDE, LATITUDE)


def features(ground: GroundFile, zoom: int, layer: str) -> list[dict[str, Any]]:
    with Archive(ground.path) as archive:
        tile = archive.tile(zoom, *tile_at(LONGITUDE, LATITUDE, zoom))
    assert tile is not None
    found = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return list(found.get(layer, {"features": []})["features"])


def seen(ground: GroundFile, zoom: int, layer: str) -> set[tuple[str, str, str]]:
    return {
        (one["properties"]["kind"], one["properties"]["zh"], one["properties"]["en"])
        for one in features(ground, zoom, layer)
    }


@pytest.mark.parametrize("schema", SCHEMAS_DRAWN)
@pytest.mark.parametrize("write", [write_pmtiles, write_mbtiles])
def test_each_schema_becomes_our_own(schema: str, write: Callable[..., Path], folder: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "tiles.any", here(vector(SCHEMAS_DRAWN[schema])), attribution="<a href='x'>某 &amp; 某</a>")
    made = add_ground(plan_of(folder), path, name="甲", today=TODAY)
    assert (made.source.zh, made.source.en) == ("某 & 某", "某 & 某")
    assert made.zooms == (MIN_ZOOM, MAX_ZOOM)
    assert {"motorway", "link", "minor"} <= {kind for kind, _, _ in seen(made, 14, "roads")}
    assert ("motorway", "京津高速", "Jingjin") in seen(made, 14, "roads")
    assert ("minor", "大街", "Main") in seen(made, 14, "roads")
    assert [
        one["properties"]["ref"] for one in features(made, 14, "roads") if one["properties"]["zh"] == "京津高速"
    ] == ["S30"]
    assert 1 in {one["properties"]["level"] for one in features(made, 14, "roads")}
    assert seen(made, 14, "rails") == {("metro", "", "")}
    assert "lake" in {kind for kind, _, _ in seen(made, 14, "water")}
    assert ("river", "东河", "") in seen(made, 14, "waterways")
    assert "park" in {kind for kind, _, _ in seen(made, 14, "green")}
    assert "residential" in {kind for kind, _, _ in seen(made, 14, "built")}
    assert {kind for kind, _, _ in seen(made, 14, "aeroways")} == {"runway"}
    assert {kind for kind, _, _ in seen(made, 14, "buildings")} == {"building"}
    assert {("town", "城关镇", "Chengguan"), ("station", "北站", ""), ("water", "湖", "")} <= seen(made, 14, "places")
    # Of three or four boundaries, those of a state, a province and what is in dispute are left out.
    assert [one["properties"]["kind"] for one in features(made, 14, "boundaries")] == ["county"]
    assert set("京津高速城关镇北站大街") <= set(made.characters)
    for layer, form in LAYERS.items():
        for one in features(made, 10, layer):
            assert form.kinds[one["properties"]["kind"]] <= 10
            assert form.shape == {"Polygon": "area", "LineString": "line", "Point": "point"}[one["geometry"]["type"]]


def test_what_is_left_out_stays_out() -> None:
    for schema in SCHEMAS:
        for level in (1, 2, 3, 4):
            tags = {"admin_level": level, "kind_detail": level, "kind": "county"}
            layer = next(name for name in ("boundaries", "boundary") if name in schema.tables["line"])
            found = meaning(schema, layer, "line", {key: tags[key] for key in tags if key in schema.keys})
            assert found is None or (schema.name == "Shortbread" and found.kind != "county")
    assert schema_of({"roads"}) is None
    assert schema_of({"layer0", "layer1"}) is None


def test_all_kinds_of_the_tables_are_ours() -> None:
    own = {kind for layer in LAYERS.values() for kind in layer.kinds}
    for schema in (*SCHEMAS, OWN):
        for shape, table in schema.tables.items():
            for layer, kinds in table.items():
                assert set(kinds.values()) <= own | {""}
                for value in kinds:
                    for key in schema.keys:
                        meaning(schema, layer, shape, {key: value})


@pytest.mark.parametrize("extent", [512, 4096, 8192])
@pytest.mark.parametrize("write", [write_pmtiles, write_mbtiles])
def test_positions_are_true_to_two_metres(
    write: Callable[..., Path], extent: int, folder: Path, tmp_path: Path
) -> None:
    """And so are the rows of a database, which counts them from the south."""
    zoom, (x, y) = 14, tile_at(LONGITUDE, LATITUDE, 14)
    px, py = (round(value * extent / 4096) for value in in_tile(LONGITUDE, LATITUDE, zoom))
    drawn: ready_tiles.Drawn = {
        "earth": [(FIELD, {"kind": "earth"})],
        "places": [(f"POINT({px} {py})", {"kind": "locality", "kind_detail": "town", "name": "镇"})],
    }
    made = add_ground(
        plan_of(folder), write(tmp_path / "tiles.any", here(vector(drawn, extent), range(14, 15))), today=TODAY
    )
    (place,) = features(made, zoom, "places")
    at_x, at_y = place["geometry"]["coordinates"]
    side = 2**zoom
    longitude = ((x + at_x / 4096) / side - 0.5) * 360
    latitude = degrees(2 * atan(exp(pi * (1 - 2 * (y + at_y / 4096) / side))) - pi / 2)
    assert ellipsoid().inv(longitude, latitude, LONGITUDE, LATITUDE)[2] < (2 if extent > 512 else 4)


def test_geometry_is_that_of_the_tile() -> None:
    drawn: ready_tiles.Drawn = {
        "earth": [],
        "landuse": [
            (
                "MULTIPOLYGON(((100 100,100 900,900 900,900 100,100 100),(200 200,300 200,300 300,200 300,200 200)),"
                "((2000 100,2000 900,2900 900,2900 100,2000 100)))",
                {"kind": "park"},
            )
        ],
        "roads": [("MULTILINESTRING((0 0,10 10),(20 20,30 5))", {"kind_detail": "primary"})],
    }
    tile = vector(drawn)
    made, _ = packed(retiled(tile, SCHEMAS[0], (14, 0, 0), is_deepest=True), 14)
    options = {"y_coord_down": True}
    before = mapbox_vector_tile.decode(tile, default_options=options)
    after = mapbox_vector_tile.decode(gzip.decompress(made), default_options=options)
    assert after["green"]["features"][0]["geometry"] == before["landuse"]["features"][0]["geometry"]
    assert after["roads"]["features"][0]["geometry"] == before["roads"]["features"][0]["geometry"]


def test_what_is_far_outside_its_tile_is_cut_off_and_holes_stay_holes() -> None:
    far = (
        "POLYGON((-90000 -90000,-90000 90000,90000 90000,90000 -90000,-90000 -90000),"
        "(1000 1000,2000 1000,2000 2000,1000 2000,1000 1000))"
    )
    drawn: ready_tiles.Drawn = {
        "landuse": [(far, {"kind": "park"})],
        "roads": [("LINESTRING(-90000 100, 90000 100)", {"kind_detail": "primary"})],
        "places": [("POINT(90000 1)", {"kind_detail": "town", "name": "远"})],
    }
    made, _ = packed(retiled(vector(drawn), SCHEMAS[0], (14, 0, 0), is_deepest=True), 14)
    found = mapbox_vector_tile.decode(gzip.decompress(made), default_options={"y_coord_down": True})
    assert set(found) == {"green", "roads"}
    green = found["green"]["features"][0]["geometry"]
    assert green["type"] == "Polygon"
    assert len(green["coordinates"]) == 2
    assert {abs(value - 2048) for place in green["coordinates"][0] for value in place} == {6144}
    assert sorted(found["roads"]["features"][0]["geometry"]["coordinates"]) == [[-4096, 100], [8192, 100]]


def test_a_runway_that_is_a_line_has_its_width() -> None:
    at = (14, *tile_at(LONGITUDE, LATITUDE, 14))
    tile = vector({"aeroway": [(STREET, {"class": "runway"})], "place": []})
    (runway,) = retiled(tile, SCHEMAS[1], at, is_deepest=True)["aeroways"]
    ring = runway.parts[0]
    metres = (ring[:, 1].max() - ring[:, 1].min()) * 40075016.7 * 0.6977 / 2**14 / 4096
    assert abs(metres - 45) < 1
    # An outline, not a hole.
    assert len(
        mapbox_vector_tile.decode(gzip.decompress(packed({"aeroways": [runway]}, 14)[0]))["aeroways"]["features"]
    )


def test_our_own_ground_added_again_is_the_same(folder: Path, tmp_path: Path) -> None:
    extract = town(LONGITUDE, LATITUDE).write(tmp_path / "harbin.osm.pbf")
    made = add_ground(plan_of(folder), extract, name="甲", today=TODAY)
    again = add_ground(plan_of(folder), shutil.copy(made.path, tmp_path / "own.pmtiles"), name="乙", today=TODAY)
    bounds = around(plan_of(folder))
    with Archive(made.path) as one, Archive(again.path) as other:
        for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
            for at in tiles_in(bounds, zoom):
                assert one.stored(*at) == other.stored(*at)
        assert set(other.places()) <= {at for zoom in range(MIN_ZOOM, MAX_ZOOM + 1) for at in tiles_in(bounds, zoom)}
    assert again.source == made.source
    assert set(again.characters) == set(made.characters)


def test_what_only_claims_to_be_our_own_is_cleaned(folder: Path, tmp_path: Path) -> None:
    drawn: ready_tiles.Drawn = {
        "roads": [(STREET, {"kind": "primary", "zh": "甲\u202e路\n", "en": "", "ref": "", "level": 7})],
        "places": [(SPOT, {"kind": "<b>", "zh": "乙", "en": "", "rank": 10**9})],
        "other": [(SPOT, {"kind": "town"})],
    }
    path = write_pmtiles(tmp_path / "own.pmtiles", here(vector(drawn)), planmap={"schema": 1, "source": "x"})
    made = add_ground(plan_of(folder), path, today=TODAY)
    with Archive(made.path) as archive:
        tile = archive.tile(14, *tile_at(LONGITUDE, LATITUDE, 14))
    assert tile is not None
    found = decoded(tile)
    assert set(found) == {"roads"}
    assert found["roads"].zh == ["甲 路"]
    assert (made.source.zh, made.source.en) == ("来源未注明", "source not stated")


def picture(kind: str, side: int = 256, color: int = 100) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (side, side), (color, 120, 80)).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("side", [256, 512])
@pytest.mark.parametrize(
    ("kind", "told", "tile_type"),
    [("PNG", "png", TileType.PNG), ("JPEG", "jpg", TileType.JPEG), ("WEBP", "webp", TileType.WEBP)],
)
def test_pictures_are_copied_as_they_are(
    kind: str, told: str, tile_type: TileType, side: int, folder: Path, tmp_path: Path
) -> None:
    tiles = here(picture(kind, side), range(5, 18))
    for path in (
        write_pmtiles(tmp_path / "tiles.pmtiles", tiles, tile_type),
        write_mbtiles(tmp_path / "tiles.mbtiles", tiles, told),
    ):
        made = add_ground(plan_of(folder), path, today=TODAY)
        assert made.is_picture
        assert made.image_type == f"image/{kind.lower()}"
        assert made.tile_pixels == side
        # Deeper ones than of features: a picture that is drawn larger is blurred.
        assert made.zooms == (MIN_ZOOM, 17)
        with Archive(made.path) as archive:
            assert dict(archive.tiles()) == {at: tile for at, tile in tiles.items() if at[0] >= MIN_ZOOM}
        assert made.source.en == "source not stated"


def test_a_tile_that_is_too_large_loses_its_houses_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def lines(kind: str) -> list[tuple[str, dict[str, Any]]]:
        return [
            (f"LINESTRING({n * n % 4001} {n * 7}, {n * 3} {n**3 % 3989})", {"kind_detail": kind}) for n in range(300)
        ]

    drawn: ready_tiles.Drawn = {
        "buildings": [(FIELD.replace("1000", str(n)), {"kind": "building"}) for n in range(900)],
        "roads": [*lines("footway"), *lines("residential"), (STREET, {"kind_detail": "primary"})],
    }
    layers = retiled(vector(drawn), SCHEMAS[0], (14, 0, 0), is_deepest=True)
    whole, left_out = packed(layers, 14)
    assert not left_out
    kept = [{"path", "minor", "primary"}, {"minor", "primary"}, {"primary"}]
    for kinds in kept:
        monkeypatch.setattr("geo.tiles.retile.MOST_BYTES", len(whole) - 1)
        whole, left_out = packed(layers, 14)
        assert left_out
        found = decoded(gzip.decompress(whole))
        assert set(found) == {"roads"}
        assert set(found["roads"].kinds) == kinds
    for limit in ("MOST_FEATURES", "MOST_UNPACKED_BYTES"):
        # A tile that packs well can still be more than a map can decode in good time.
        with monkeypatch.context() as patch:
            patch.setattr("geo.tiles.retile.MOST_BYTES", 10**9)
            patch.setattr(f"geo.tiles.retile.{limit}", 601 if limit == "MOST_FEATURES" else 30_000)
            assert set(decoded(gzip.decompress(packed(layers, 14)[0]))) == {"roads"}
    monkeypatch.setattr("geo.tiles.retile.MOST_BYTES", 10)
    with pytest.raises(PlanMapError, match="ground-too-dense"):
        packed(layers, 14)


def test_zooms_with_less_than_there_was_are_named(folder: Path, tmp_path: Path) -> None:
    places = np.random.default_rng(1).integers(0, 4096, (16_000, 13, 2))
    places[:, 12] = places[:, 0]
    layers = {
        "buildings": [Feature("area", {"kind": "building"}, [ring]) for ring in places],
        "roads": [Feature("line", {"kind_detail": "primary"}, [np.array([[0, 0], [4000, 9]])])],
    }
    path = write_pmtiles(tmp_path / "dense.pmtiles", here(encoded(layers), range(13, 15)))
    made = add_ground(plan_of(folder), path, today=TODAY)
    assert made.thinned == (13, 14)
    assert seen(made, 14, "roads") == {("primary", "", "")}
    assert features(made, 14, "buildings") == []
    with Archive(made.path) as archive:
        assert all(len(archive.stored(*at) or b"") <= MOST_BYTES for at in archive.places())


def test_names_with_markup_stay_text_in_one_line(folder: Path, tmp_path: Path) -> None:
    name = "<script>`${alert(1)}`</script>\n\u202e路"
    tile = vector(
        {"earth": [], "roads": [(STREET, {"kind_detail": "primary", "name": name, "ref": "\0;G1"})], "places": []}
    )
    made = add_ground(
        plan_of(folder),
        write_pmtiles(tmp_path / "odd.pmtiles", here(tile), vector_layers=[{"id": "earth"}]),
        today=TODAY,
    )
    (road,) = features(made, 12, "roads")
    assert road["properties"]["zh"] == "<script>`${alert(1)}`</script> 路"
    assert road["properties"]["ref"] == "G1"


@pytest.mark.parametrize(
    ("stated", "plain"),
    [
        ('<a href="https://x.org">© OpenStreetMap</a> contributors', "© OpenStreetMap contributors"),
        ("&copy; 甲<script>alert(1)</script>\n\u202e乙", "© 甲 乙"),
        ("1 < 2 <b", "1 < 2 <b"),
        ("x" * 900, "x" * 80),
        ("甲 " * 900, ("甲 " * 100).strip()),
        ("", ""),
        (7, ""),
    ],
)
def test_an_attribution_is_plain_text(stated: Any, plain: str, tmp_path: Path) -> None:
    tiles = here(vector(ready_tiles.PROTOMAPS))
    assert attribution_of(write_pmtiles(tmp_path / "a.pmtiles", tiles, attribution=stated), "pmtiles") == plain
    if isinstance(stated, str):
        assert attribution_of(write_mbtiles(tmp_path / "a.mbtiles", tiles, attribution=stated), "mbtiles") == plain


def test_a_database_has_the_face_of_an_archive(tmp_path: Path) -> None:
    tile = vector(ready_tiles.PROTOMAPS)
    tiles = here(tile, range(3, 9))
    for is_packed in (True, False):
        path = tmp_path / f"{is_packed}.mbtiles"
        write_mbtiles(path, tiles, packed=is_packed, bounds="126,45,127,46", json={"vector_layers": [{"id": "earth"}]})
        with Mbtiles(path) as archive:
            assert dict(archive.tiles()) == tiles
            assert set(archive.places()) == set(tiles)
            assert archive.tile(*next(iter(tiles))) == tile
            assert archive.tile(8, 0, 0) is None
            assert archive.tile(99, 0, 0) is None
            assert archive.zooms == (3, 8)
            assert archive.bounds == (126.0, 45.0, 127.0, 46.0)
            assert archive.metadata["vector_layers"] == [{"id": "earth"}]
            assert archive.image_type == ""


Make = Callable[[Path], None]


def _good(path: Path, **more: Any) -> Path:
    return write_pmtiles(path, here(vector(ready_tiles.PROTOMAPS)), **more)


def _cut_short(path: Path) -> None:
    path.write_bytes(_good(path).read_bytes()[:400])


def _loop(path: Path) -> None:
    """The first directory leads to a leaf that leads to itself."""
    data = bytearray(_good(path).read_bytes())
    leaf = serialize_directory([PmEntry(0, 0, 60, 0)])
    for length in range(20, 60):
        leaf = serialize_directory([PmEntry(0, 0, length, 0)])
        if len(leaf) == length:
            break
    start = len(data)
    data += leaf
    struct.pack_into("<QQ", data, 8, start, len(leaf))
    struct.pack_into("<QQ", data, 40, start, len(leaf))
    path.write_bytes(data)


@cache
def _packed_gigabyte() -> bytes:
    packer = zlib.compressobj(1, wbits=31)
    return b"".join([packer.compress(bytes(1 << 24)) for _ in range(64)] + [packer.flush()])


def _bomb(path: Path) -> None:
    write_mbtiles(path, here(_packed_gigabyte()), packed=False)


def _bomb_in_pmtiles(path: Path) -> None:
    # As pictures they are not packed again; then they are said to be vector tiles.
    write_pmtiles(path, here(_packed_gigabyte()), TileType.PNG)
    made = bytearray(path.read_bytes())
    made[98], made[99] = 2, 1
    path.write_bytes(made)


def _view(query: str) -> Make:
    def write(path: Path) -> None:
        write_mbtiles(path, here(vector(ready_tiles.PROTOMAPS)))
        database = sqlite3.connect(path)
        database.executescript(f"DROP VIEW tiles; CREATE VIEW tiles AS {query};")
        database.close()

    return write


_ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT {zoom} AS zoom_level, {x} AS tile_column, {row} AS tile_row, x'00' AS tile_data FROM n"
)
_X, _Y = tile_at(LONGITUDE, LATITUDE, 14)
_COLUMNS = "AS zoom_level, 1 AS tile_column, 1 AS tile_row"


def _text_for_a_picture(path: Path) -> None:
    write_mbtiles(path, here(b"<html>404</html>"), "png")


def _cut_picture(path: Path) -> None:
    write_pmtiles(path, here(picture("PNG")[:20]), TileType.PNG)


def _huge_picture(path: Path) -> None:
    data = bytearray(picture("PNG"))
    struct.pack_into(">II", data, 16, 60_000, 60_000)
    struct.pack_into(">I", data, 29, zlib.crc32(data[12:29]))
    write_pmtiles(path, here(bytes(data)), TileType.PNG)


def _odd_pictures(path: Path) -> None:
    tiles = here(picture("PNG"))
    tiles[14, _X, _Y] = picture("PNG", 512)
    write_pmtiles(path, tiles, TileType.PNG)


def _noise(path: Path) -> None:
    write_mbtiles(path, here(bytes(range(256)) * 9), packed=False)


def _no_tables(path: Path) -> None:
    database = sqlite3.connect(path)
    database.executescript("CREATE TABLE tiles (a);")
    database.close()


def _other_layers(path: Path) -> None:
    write_pmtiles(path, here(vector({"plots": [(FIELD, {"kind": "park"})], "<b>": [(SPOT, {})]})))


def _unheard_of(path: Path) -> None:
    write_pmtiles(path, here(vector({"roads": [(STREET, {"fclass": "primary"})], "places": [(SPOT, {"t": 1})]})))


def _elsewhere(path: Path) -> None:
    write_pmtiles(path, ready_tiles.around(24.9, 60.2, vector(ready_tiles.PROTOMAPS), range(8, 15)))


def _pictures_elsewhere(path: Path) -> None:
    write_mbtiles(path, ready_tiles.around(24.9, 60.2, picture("PNG"), range(8, 15)), "png")


def _table_of_text(path: Path) -> None:
    write_mbtiles(path, here(b""))
    database = sqlite3.connect(path)
    database.execute("UPDATE images SET tile_data = '文'")
    database.commit()
    database.close()


HOSTILE: dict[str, tuple[Make, str]] = {
    "cut short": (_cut_short, "tiles-damaged"),
    "header only": (lambda path: path.write_bytes(b"PMTiles\x03" + bytes(200)) and None, "tiles-"),
    "loop of directories": (_loop, "tiles-damaged"),
    "1 GB in a tile": (_bomb, "tiles-damaged"),
    "1 GB in a tile of PMTiles": (_bomb_in_pmtiles, "tiles-damaged"),
    "view without end": (_view(_ENDLESS.format(zoom=14, x=_X, row=2**14 - 1 - _Y)), "tiles-damaged"),
    "view that never yields": (_view(_ENDLESS.format(zoom="-i", x=1, row=1) + " WHERE i < 0"), "tiles-damaged"),
    "view with a huge tile": (_view(f"SELECT 14 {_COLUMNS}, zeroblob(2000000000) AS tile_data"), "tiles-damaged"),
    "view that reads a file": (_view(f"SELECT 14 {_COLUMNS}, readfile('/etc/passwd') AS tile_data"), "tiles-damaged"),
    "view that loads code": (_view(f"SELECT load_extension('x') {_COLUMNS}, x'00' AS tile_data"), "tiles-damaged"),
    "text for a picture": (_text_for_a_picture, "tiles-no-picture"),
    "half a picture": (_cut_picture, "tiles-no-picture"),
    "huge picture": (_huge_picture, "tiles-no-picture"),
    "pictures of two sizes": (_odd_pictures, "tiles-picture-size"),
    "pictures of 300 pixels": (
        lambda path: write_mbtiles(path, here(picture("PNG", 300)), "png") and None,
        "tiles-picture-size",
    ),
    "noise": (_noise, "tiles-damaged"),
    "text": (_table_of_text, "tiles-damaged"),
    "no columns": (_no_tables, "tiles-damaged"),
    "no tiles": (lambda path: write_mbtiles(path, {}) and None, "tiles-damaged"),
    "unknown format": (lambda path: write_mbtiles(path, here(b"x"), "tiff") and None, "tiles-kind"),
    "other layers": (_other_layers, "tiles-unknown-schema"),
    "layers with other attributes": (_unheard_of, "tiles-unknown-schema"),
    "empty tiles": (lambda path: write_mbtiles(path, here(b"")) and None, "tiles-unknown-schema"),
    "too deep": (lambda path: write_mbtiles(path, here(b"x", range(16, 18))) and None, "tiles-zooms"),
    "elsewhere": (_elsewhere, "ground-nothing-there"),
    "pictures elsewhere": (_pictures_elsewhere, "ground-nothing-there"),
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a ground that a plan has already."""
    home = tmp_path_factory.mktemp("good")
    plan = plan_of(write_plan_at(home / "plan", LONGITUDE, LATITUDE))
    return add_ground(plan, _good(home / "good.pmtiles"), today=TODAY).path


@pytest.mark.parametrize("case", HOSTILE)
def test_a_bad_file_ends_in_a_line_and_costs_nothing(case: str, folder: Path, good: Path, tmp_path: Path) -> None:
    (folder / "ground").mkdir()
    shutil.copy(good, folder / "ground")
    before = ground_files(plan_of(folder))
    write, code = HOSTILE[case]
    path = tmp_path / "bad.any"
    write(path)
    with pytest.raises(PlanMapError) as caught:
        add_ground(plan_of(folder), path, today=TODAY)
    assert caught.value.code.startswith(code)
    for language in LANGUAGES:
        told = translation(language).explain(caught.value)
        assert "\n" not in told
        assert "bad.any" in told
    assert ground_files(plan_of(folder)) == before
    assert [one.name for one in (folder / "ground").iterdir()] == ["good.pmtiles"]


def test_a_question_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mbtiles, "MOST_STEPS", 1_000_000)
    path = tmp_path / "endless.mbtiles"
    HOSTILE["view that never yields"][0](path)
    with Mbtiles(path) as archive:
        for ask in (lambda: archive.zooms, lambda: list(archive.places()), lambda: archive.tile(14, 1, 2**14 - 2)):
            with pytest.raises(PlanMapError, match="tiles-damaged"):
                ask()


def _only_our_errors(tile: bytes) -> None:
    for schema in (*SCHEMAS, OWN):
        try:
            layers = retiled(tile, schema, (14, 0, 0), is_deepest=True)
        except PlanMapError:
            continue
        decoded(gzip.decompress(packed(layers, 14)[0]))


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_raise_only_our_errors(tile: bytes) -> None:
    _only_our_errors(tile)


_TILES = [vector(drawn) for drawn in SCHEMAS_DRAWN.values()]


@given(st.sampled_from(_TILES), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6), st.data())
def test_a_damaged_tile_raises_only_our_errors(
    tile: bytes, changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    damaged = bytearray(tile)
    for at, value in changes:
        damaged[at % len(damaged)] = value
    _only_our_errors(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))


def test_a_tile_that_claims_too_many_features_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.tiles.encode.MOST_FEATURES", 3)
    with pytest.raises(PlanMapError, match="tiles-damaged"):
        layers_of(_TILES[0])
