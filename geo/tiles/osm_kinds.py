"""From the tags of OpenStreetMap to the layers and kinds of ground tiles.

The meaning of each tag is that of the OpenStreetMap wiki, "Map features". What is in no table is not drawn.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import EARTH_M
from geo.tiles.names import names
from geo.tiles.schema import LOCAL_LEVELS, RANKS, RUNWAY_M

Frames = dict[str, gpd.GeoDataFrame]
"""Frames (WGS 84) by layer of the tiles, with the layer's attributes; `from_zoom` can put off a kind's zoom."""

ROADS = {
    **dict.fromkeys(("motorway", "trunk", "primary", "secondary", "tertiary", "construction"), ""),
    **dict.fromkeys(("motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link"), "link"),
    **dict.fromkeys(("unclassified", "residential", "living_street", "service", "road", "pedestrian"), "minor"),
    **dict.fromkeys(("track", "footway", "cycleway", "path", "steps", "bridleway"), "path"),
}
"""By `highway`; an empty kind is the value itself, here and in the other tables."""

RAILS = {
    **dict.fromkeys(("rail", "narrow_gauge", "preserved"), "rail"),
    **dict.fromkeys(("subway", "light_rail", "monorail"), "metro"),
    "tram": "",
}
WATERWAYS = {"river": "", "canal": "", "stream": "", "drain": "", "ditch": "drain"}

WATER = {
    ("natural", "water"): "lake",
    ("waterway", "riverbank"): "riverbed",
    ("waterway", "dock"): "dock",
    ("landuse", "reservoir"): "reservoir",
    ("landuse", "basin"): "basin",
    ("landuse", "aquaculture"): "basin",
}
WATER_KINDS = {
    **dict.fromkeys(("river", "canal", "stream"), "riverbed"),
    "reservoir": "",
    "basin": "",
    "wastewater": "basin",
}
"""What `water` says more of `natural=water`."""

GREEN = {
    ("landuse", "forest"): "wood",
    ("natural", "wood"): "wood",
    ("natural", "wetland"): "wetland",
    ("landuse", "grass"): "grass",
    ("landuse", "meadow"): "grass",
    ("landuse", "village_green"): "grass",
    ("natural", "grassland"): "grass",
    ("natural", "scrub"): "grass",
    ("natural", "heath"): "grass",
    ("landuse", "farmland"): "farmland",
    ("landuse", "orchard"): "farmland",
    ("landuse", "vineyard"): "farmland",
    ("landuse", "plant_nursery"): "farmland",
    ("landuse", "recreation_ground"): "park",
    ("leisure", "park"): "park",
    ("leisure", "garden"): "park",
    ("leisure", "nature_reserve"): "park",
    ("leisure", "golf_course"): "park",
    ("leisure", "common"): "park",
    ("leisure", "pitch"): "sports",
    ("leisure", "stadium"): "sports",
    ("leisure", "sports_centre"): "sports",
    ("leisure", "track"): "sports",
    ("landuse", "cemetery"): "cemetery",
    ("amenity", "grave_yard"): "cemetery",
}
BUILT = {
    ("landuse", "residential"): "residential",
    ("landuse", "commercial"): "commercial",
    ("landuse", "retail"): "commercial",
    ("landuse", "industrial"): "industrial",
    ("landuse", "port"): "industrial",
    ("landuse", "railway"): "industrial",
    ("landuse", "education"): "institution",
    ("landuse", "institutional"): "institution",
    ("amenity", "school"): "institution",
    ("amenity", "university"): "institution",
    ("amenity", "college"): "institution",
    ("amenity", "hospital"): "institution",
    ("aeroway", "aerodrome"): "airport",
}
AEROWAYS = {("aeroway", "apron"): "apron", ("aeroway", "runway"): "runway", ("aeroway", "taxiway"): "taxiway"}
PLACES = {
    ("place", "city"): "city",
    ("place", "town"): "town",
    ("place", "borough"): "suburb",
    ("place", "suburb"): "suburb",
    ("place", "quarter"): "suburb",
    ("place", "village"): "village",
    ("place", "hamlet"): "hamlet",
    ("place", "neighbourhood"): "hamlet",
    ("railway", "station"): "station",
    ("railway", "halt"): "station",
    ("aeroway", "aerodrome"): "airport",
    ("amenity", "school"): "school",
    ("amenity", "university"): "school",
    ("amenity", "college"): "school",
    ("amenity", "hospital"): "hospital",
    ("leisure", "park"): "park",
    ("leisure", "garden"): "park",
    ("leisure", "nature_reserve"): "park",
}
"""Names of points and of areas; waters and buildings have theirs besides."""

ROOM_PIXELS = 26.0
"""How wide in pixels an area is from whose zoom on its name can be shown."""


def of_lines(lines: gpd.GeoDataFrame) -> Frames:
    """Return the roads, railways, waterways, boundaries and runways among the `lines` of an extract."""
    roads = _with_kind(lines, _mapped(_column(lines, "highway"), ROADS))
    roads.loc[_column(roads, "service").isin(["driveway", "parking_aisle"]), "kind"] = "path"
    roads["level"] = np.where(_is_yes(roads, "tunnel"), -1, np.where(_is_yes(roads, "bridge"), 1, 0))
    # Beside or across a street a path only doubles its edge, and below the ground it is not to be seen.
    beside = _column(roads, "footway").isin(["sidewalk", "crossing"]) | (roads["level"] < 0)
    roads = roads[(roads["kind"] != "path") | ~beside]
    roads["ref"] = _column(roads, "ref").str.replace(";", " ", regex=False).str.slice(0, 20)
    rails = _with_kind(lines, _mapped(_column(lines, "railway"), RAILS))
    rails = rails[~_column(rails, "service").isin(["yard", "siding", "crossover"])]
    waterways = _with_kind(lines, _mapped(_column(lines, "waterway"), WATERWAYS))
    levels = _column(lines, "admin_level").where(_column(lines, "boundary") == "administrative", "")
    boundaries = _with_kind(lines, _mapped(levels, LOCAL_LEVELS))
    runways = _with_kind(lines, _mapped(_column(lines, "aeroway"), dict.fromkeys(RUNWAY_M, "")))
    return {
        "roads": _named(roads, "level", "ref"),
        "rails": _named(rails),
        "waterways": _named(waterways),
        "boundaries": _plain(boundaries),
        "aeroways": _plain(_widened(runways)),
    }


def of_areas(areas: gpd.GeoDataFrame) -> Frames:
    """Return the areas of each layer among those of an extract, with the names of the larger ones as places."""
    building = ~_column(areas, "building").isin(["", "no"])
    buildings = _with_kind(areas, pd.Series(np.where(building, "building", ""), index=areas.index))
    rest = areas[~building]
    waters = _with_kind(rest, _tagged(rest, WATER))
    more = _mapped(_column(waters, "water"), WATER_KINDS)
    waters["kind"] = more.where((waters["kind"] == "lake") & (more != ""), waters["kind"])
    levels = _column(rest, "admin_level").where(_column(rest, "boundary") == "administrative", "")
    outlines = _with_kind(rest, _mapped(levels, LOCAL_LEVELS))
    outlines = outlines.set_geometry(outlines.boundary, crs=outlines.crs)
    found = {
        "built": _named(_with_kind(rest, _tagged(rest, BUILT))),
        "green": _named(_with_kind(rest, _tagged(rest, GREEN))),
        "water": _named(waters),
        "aeroways": _plain(_with_kind(rest, _tagged(rest, AEROWAYS))),
        "buildings": _named(buildings),
        "boundaries": _plain(outlines),
    }
    places = [
        _labels(found["water"], pd.Series("water", index=found["water"].index)),
        _labels(found["buildings"], pd.Series("building", index=found["buildings"].index)),
        _labels(_named(_with_kind(areas, _tagged(areas, PLACES))), None),
    ]
    return {**found, "places": together(places)}


def of_points(points: gpd.GeoDataFrame) -> Frames:
    """Return the named places among the points of an extract."""
    places = _named(_with_kind(points, _tagged(points, PLACES)))
    places = places[places["zh"] != ""]
    return {"places": places.assign(rank=places["kind"].map(RANKS), from_zoom=np.nan)}


def together(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return the rows of all `frames`, which have the same columns and CRS."""
    filled = [frame for frame in frames if len(frame)]
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True)) if filled else frames[0]


def sound(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows of `frame` whose geometry is inside the world, areas made valid."""
    shapes = frame.geometry.to_numpy()
    bounds = shapely.bounds(shapes)
    # A comparison with what is not a number is false, so missing and empty geometries go, too.
    inside = (bounds[:, 0] >= -180) & (bounds[:, 2] <= 180) & (bounds[:, 1] >= -89) & (bounds[:, 3] <= 89)
    frame, shapes = frame[inside], shapes[inside]
    crossing = ~shapely.is_valid(shapes)
    if not crossing.any():
        return frame
    shapes[crossing] = [_solid(mended) for mended in shapely.make_valid(shapes[crossing])]
    return frame.set_geometry(shapes, crs=frame.crs)[~shapely.is_empty(shapes)]


def _solid(geometry: BaseGeometry) -> BaseGeometry:
    """Return the areas of what a mended area has become, without the lines and points beside them."""
    if geometry.geom_type != "GeometryCollection":
        return geometry
    return shapely.union_all([part for part in shapely.get_parts(geometry) if part.geom_type.endswith("Polygon")])


def _column(frame: gpd.GeoDataFrame, name: str) -> pd.Series:
    if name not in frame:
        return pd.Series("", index=frame.index, dtype=object)
    return pd.Series(frame[name].fillna("").astype(str))


def _mapped(values: pd.Series, kinds: Mapping[str, str]) -> pd.Series:
    whole = {value: kind or value for value, kind in kinds.items()}
    return values.map(whole).fillna("")


def _tagged(frame: gpd.GeoDataFrame, kinds: Mapping[tuple[str, str], str]) -> pd.Series:
    """Return the kind of each row by the first of its tags that is in `kinds`; empty without one."""
    found = pd.Series("", index=frame.index, dtype=object)
    for key in reversed(list(dict.fromkeys(key for key, _ in kinds))):
        kind = _mapped(_column(frame, key), {value: name for (of, value), name in kinds.items() if of == key})
        found = kind.where(kind != "", found)
    return found


def _with_kind(frame: gpd.GeoDataFrame, kind: pd.Series) -> gpd.GeoDataFrame:
    return frame.assign(kind=kind)[kind.to_numpy() != ""]


def _is_yes(frame: gpd.GeoDataFrame, key: str) -> pd.Series:
    return ~_column(frame, key).isin(["", "no"])


def _named(frame: gpd.GeoDataFrame, *more: str) -> gpd.GeoDataFrame:
    """Return the columns kind, zh, en, osm_id and geometry, and `more`."""
    keys = ["name", "name:zh", "name:zh-Hans", "name:en"]
    columns = [_column(frame, key).tolist() for key in keys]
    known: dict[tuple[str, ...], tuple[str, str]] = {}
    pairs = []
    for row in zip(*columns, strict=True):
        if row not in known:
            known[row] = names(dict(zip(keys, row, strict=True))) if any(row) else ("", "")
        pairs.append(known[row])
    zh, en = ([pair[at] for pair in pairs] for at in (0, 1))
    named = frame.assign(zh=pd.Series(zh, frame.index, dtype=object), en=pd.Series(en, frame.index, dtype=object))
    return named.assign(osm_id=_column(frame, "osm_id"))[["kind", "zh", "en", "osm_id", *more, "geometry"]]


def _plain(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame.assign(zh="", en="", osm_id="")[["kind", "zh", "en", "osm_id", "geometry"]]


def _widened(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return runways and taxiways that are lines as areas of their width."""
    if lines.empty:
        return lines
    given = pd.to_numeric(_column(lines, "width"), errors="coerce")
    metres = given.where((given > 3) & (given < 120), lines["kind"].map(RUNWAY_M))
    flat = lines.to_crs("EPSG:3857")
    # Web Mercator is larger than the ground by the secant of the latitude.
    stretch = 1 / np.cos(np.radians(shapely.get_y(shapely.centroid(lines.geometry.to_numpy()))))
    wide = flat.buffer(metres.to_numpy() / 2 * stretch, cap_style="flat", join_style="mitre")
    return lines.set_geometry(wide.to_crs(lines.crs), crs=lines.crs)


def _labels(areas: gpd.GeoDataFrame, kind: pd.Series | None) -> gpd.GeoDataFrame:
    """Return the named ones of `areas` as points inside them, from the zoom at which their names have room."""
    named = (areas["zh"] != "").to_numpy()
    found = areas[named]
    found = found.assign(kind=found["kind"] if kind is None else kind[named])
    if found.empty:
        return found.assign(rank=0, from_zoom=0.0)
    flat = found.geometry.to_crs("EPSG:3857")
    side = np.sqrt(flat.area.to_numpy()).clip(1.0)
    world_pixels = 2 * np.pi * EARTH_M / 512
    zoom = np.log2(ROOM_PIXELS * world_pixels / side)
    inside = found.set_geometry(found.representative_point(), crs=found.crs)
    return inside.assign(rank=inside["kind"].map(RANKS), from_zoom=zoom)
