"""Small archives of ready-made tiles in the schemas of others, around any place."""

import gzip
import json
import sqlite3
from math import asinh, pi, radians, tan
from pathlib import Path
from typing import Any

import mapbox_vector_tile
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.tiles.archive import tile_at

Tiles = dict[tuple[int, int, int], bytes]
Drawn = dict[str, list[tuple[str, dict[str, Any]]]]
"""By layer, features as WKT (units of a tile from its north-west corner, y to the south) and attributes."""

STREET = "LINESTRING(100 2000, 4000 2000)"
FIELD = "POLYGON((1000 1000, 1000 3000, 3000 3000, 3000 1000, 1000 1000))"
SPOT = "POINT(2000 1500)"

PROTOMAPS: Drawn = {
    "earth": [(FIELD, {"kind": "earth"})],
    "roads": [
        (
            STREET,
            {"kind": "highway", "kind_detail": "motorway", "name": "京津高速", "name:en": "Jingjin", "ref": "S30"},
        ),
        (STREET, {"kind": "highway", "kind_detail": "motorway", "is_link": True}),
        (
            STREET,
            {"kind": "minor_road", "kind_detail": "residential", "is_bridge": True, "name": "Main", "name:zh": "大街"},
        ),
        (STREET, {"kind": "rail", "kind_detail": "subway"}),
        (STREET, {"kind": "rail", "kind_detail": "rail", "service": "yard"}),
        (STREET, {"kind": "aeroway", "kind_detail": "runway"}),
        (SPOT, {"kind": "highway"}),
    ],
    "water": [
        (FIELD, {"kind": "lake", "name": "湖"}),
        (FIELD, {"kind": "water", "kind_detail": "reservoir"}),
        (STREET, {"kind": "river", "name": "东河"}),
        (SPOT, {"kind": "lake", "name": "湖"}),
    ],
    "landuse": [(FIELD, {"kind": "park"}), (FIELD, {"kind": "residential"}), (FIELD, {"kind": "unheard_of"})],
    "buildings": [(FIELD, {"kind": "building"}), (SPOT, {"kind": "address"})],
    "places": [(SPOT, {"kind": "locality", "kind_detail": "town", "name": "城关镇", "name:en": "Chengguan"})],
    "pois": [(SPOT, {"kind": "station", "name": "北站"}), (SPOT, {"kind": "school"})],
    "boundaries": [
        (STREET, {"kind": "county", "kind_detail": 6}),
        (STREET, {"kind": "region", "kind_detail": 4}),
        (STREET, {"kind": "country", "kind_detail": 2}),
    ],
}
OPENMAPTILES: Drawn = {
    "transportation": [
        (STREET, {"class": "motorway"}),
        (STREET, {"class": "motorway", "ramp": 1}),
        (STREET, {"class": "minor", "brunnel": "bridge"}),
        (STREET, {"class": "primary_construction"}),
        (STREET, {"class": "path", "subclass": "footway"}),
        (STREET, {"class": "transit", "subclass": "subway"}),
    ],
    "transportation_name": [
        (STREET, {"class": "motorway", "name": "京津高速", "name:en": "Jingjin", "ref": "S30"}),
        (STREET, {"class": "minor", "name": "Main", "name:zh": "大街"}),
        (STREET, {"class": "path", "name": "小路"}),
        (STREET, {"class": "primary"}),
    ],
    "water": [(FIELD, {"class": "lake"}), (FIELD, {"class": "river"})],
    "waterway": [(STREET, {"class": "river", "name": "东河"})],
    "landcover": [(FIELD, {"class": "grass", "subclass": "park"}), (FIELD, {"class": "wood"})],
    "landuse": [(FIELD, {"class": "residential"}), (FIELD, {"class": "school"})],
    "building": [(FIELD, {"render_height": 10})],
    "aeroway": [(STREET, {"class": "runway"})],
    "aerodrome_label": [(SPOT, {"class": "international", "name": "机场"})],
    "place": [
        (SPOT, {"class": "town", "rank": 9, "name": "城关镇", "name_en": "Chengguan"}),
        (SPOT, {"class": "country", "name": "国"}),
    ],
    "poi": [(SPOT, {"class": "railway", "subclass": "station", "name": "北站"})],
    "water_name": [(SPOT, {"class": "lake", "name": "湖"})],
    "boundary": [
        (STREET, {"admin_level": 6, "disputed": 0, "maritime": 0}),
        (STREET, {"admin_level": 6, "disputed": 1}),
        (STREET, {"admin_level": 4}),
        (STREET, {"admin_level": 2}),
    ],
}
SHORTBREAD: Drawn = {
    "ocean": [(FIELD, {"x": 0})],
    "streets": [
        (STREET, {"kind": "motorway", "link": False, "bridge": False}),
        (STREET, {"kind": "motorway", "link": True}),
        (STREET, {"kind": "residential", "link": False, "bridge": True}),
        (STREET, {"kind": "subway", "rail": True}),
    ],
    "street_labels": [
        (STREET, {"kind": "motorway", "name": "京津高速", "name_en": "Jingjin", "ref": "S30"}),
        (STREET, {"kind": "residential", "name": "Main", "name_zh": "大街"}),
    ],
    "water_polygons": [(FIELD, {"kind": "water"}), (FIELD, {"kind": "glacier"})],
    "water_polygons_labels": [(SPOT, {"kind": "water", "name": "湖"})],
    "water_lines": [(STREET, {"kind": "river"})],
    "water_lines_labels": [(STREET, {"kind": "river", "name": "东河"})],
    "dam_lines": [(STREET, {"kind": "dam"})],
    "land": [(FIELD, {"kind": "park"}), (FIELD, {"kind": "residential"})],
    "sites": [(FIELD, {"kind": "school"})],
    "buildings": [(FIELD, {"dummy": 1})],
    "place_labels": [(SPOT, {"kind": "town", "name": "城关镇", "name_en": "Chengguan"})],
    "public_transport": [(SPOT, {"kind": "station", "name": "北站"})],
    "boundaries": [(STREET, {"admin_level": 2}), (STREET, {"admin_level": 4}), (STREET, {"admin_level": 6})],
    "street_polygons": [(FIELD, {"kind": "runway"})],
}


def vector(drawn: Drawn, extent: int = 4096) -> bytes:
    """Return a tile, not packed."""
    layers = [
        {"name": name, "features": [{"geometry": geometry, "properties": tags} for geometry, tags in features]}
        for name, features in drawn.items()
    ]
    made: bytes = mapbox_vector_tile.encode(layers, default_options={"y_coord_down": True, "extents": extent})
    return made


def around(longitude: float, latitude: float, tile: bytes, zooms: range = range(0, 17)) -> Tiles:
    """Return the same tile at the place for each of `zooms`."""
    return {(zoom, *tile_at(longitude, latitude, zoom)): tile for zoom in zooms}


def write_pmtiles(path: Path, tiles: Tiles, kind: TileType = TileType.MVT, **metadata: Any) -> Path:
    """Write tiles, vector ones gzipped."""
    packed = kind is TileType.MVT
    with path.open("wb") as file:
        writer: Any = Writer(file)
        for at in sorted(tiles, key=lambda at: zxy_to_tileid(*at)):
            writer.write_tile(zxy_to_tileid(*at), gzip.compress(tiles[at]) if packed else tiles[at])
        writer.finalize(
            {
                "tile_type": kind,
                "tile_compression": Compression.GZIP if packed else Compression.NONE,
                "center_zoom": 0,
                **{f"{end}_{way}_e7": 0 for end in ("min", "max", "center") for way in ("lon", "lat")},
            },
            metadata,
        )
    return path


def write_mbtiles(path: Path, tiles: Tiles, kind: str = "pbf", *, packed: bool = True, **metadata: Any) -> Path:
    """Write tiles as most programs do: images by what they hold, and a view over them."""
    facts = {"name": "试验", "format": kind, **metadata}
    database = sqlite3.connect(path)
    database.executescript(
        "CREATE TABLE metadata (name TEXT, value TEXT);"
        "CREATE TABLE map (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_id TEXT);"
        "CREATE TABLE images (tile_id TEXT PRIMARY KEY, tile_data BLOB);"
        "CREATE UNIQUE INDEX map_index ON map (zoom_level, tile_column, tile_row);"
        "CREATE VIEW tiles AS SELECT zoom_level, tile_column, tile_row, tile_data FROM map JOIN images USING (tile_id);"
    )
    for name, value in facts.items():
        told = value if isinstance(value, str) else json.dumps(value)
        database.execute("INSERT INTO metadata VALUES (?, ?)", (name, told))
    for number, ((zoom, x, y), tile) in enumerate(tiles.items()):
        data = gzip.compress(tile) if packed and kind == "pbf" else tile
        database.execute("INSERT INTO map VALUES (?, ?, ?, ?)", (zoom, x, 2**zoom - 1 - y, str(number)))
        database.execute("INSERT INTO images VALUES (?, ?)", (str(number), data))
    database.commit()
    database.close()
    return path


def in_tile(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    """Return where in its tile a place is, in units of 4096 a side."""
    side = 2**zoom
    x = (longitude + 180) / 360 * side
    y = (1 - asinh(tan(radians(latitude))) / pi) / 2 * side
    return round(x % 1 * 4096), round(y % 1 * 4096)
