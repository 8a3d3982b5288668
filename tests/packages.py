"""GeoPackages of the town of tests.extracts, in each form that ground can be made from."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from tests.extracts import Extract

AREAS = {"building", "natural", "leisure", "landuse"}
"""Tags whose closed ways are areas."""

Feature = tuple[BaseGeometry, dict[str, str]]


def features_of(made: Extract) -> dict[str, list[Feature]]:
    """Return points, lines and areas of an extract with their tags."""
    places = {node.id: node.location for node in made.nodes}
    found: dict[str, list[Feature]] = {"points": [], "lines": [], "multipolygons": []}
    for node in made.nodes:
        if node.tags:
            found["points"].append((shapely.Point(node.location), dict(node.tags)))
    for way in made.ways:
        path = [places[number] for number in way.nodes]
        closed = way.nodes[0] == way.nodes[-1] and AREAS & set(way.tags)
        shape = shapely.Polygon(path) if closed else shapely.LineString(path)
        found["multipolygons" if closed else "lines"].append((shape, dict(way.tags)))
    return found


def write_layer(path: Path, layer: str, features: list[Feature], crs: str = "EPSG:4326", **options: Any) -> Path:
    """Add a layer to a package, whose columns are the keys of the features."""
    frame = gpd.GeoDataFrame(
        [values for _, values in features], geometry=[shape for shape, _ in features], crs="EPSG:4326"
    )
    pyogrio.write_dataframe(frame.to_crs(crs), path, layer=layer, driver="GPKG", **options)
    return path


def write_tagged(path: Path, made: Extract, crs: str = "EPSG:4326") -> Path:
    """Write the layers that ogr2ogr makes of an extract, with names of columns as it launders them."""
    for layer, features in features_of(made).items():
        laundered = [(shape, {key.replace(":", "_"): value for key, value in tags.items()}) for shape, tags in features]
        write_layer(path, layer, laundered, crs)
    return path


SHAPES = {
    "gis_osm_roads_free_1": ("lines", "highway", {}),
    "gis_osm_railways_free_1": ("lines", "railway", {}),
    "gis_osm_waterways_free_1": ("lines", "waterway", {}),
    "gis_osm_water_a_free_1": ("multipolygons", "natural", {"water": "water"}),
    "gis_osm_landuse_a_free_1": ("multipolygons", ("leisure", "landuse"), {}),
    "gis_osm_buildings_a_free_1": ("multipolygons", "building", {"yes": "building"}),
    "gis_osm_places_free_1": ("points", "place", {}),
}


def write_shapes(path: Path, made: Extract) -> Path:
    """Write the layers of Geofabrik's free shapes."""
    features = features_of(made)
    for layer, (group, keys, classes) in SHAPES.items():
        rows = []
        for shape, tags in features[group]:
            value = next((tags[key] for key in ([keys] if isinstance(keys, str) else keys) if key in tags), None)
            if value is not None:
                row = {"osm_id": "1", "code": 1, "fclass": classes.get(value, value), "name": tags.get("name")}
                if layer.startswith("gis_osm_roads"):
                    row |= {"ref": tags.get("ref"), "bridge": "T" if "bridge" in tags else "F", "tunnel": "F"}
                rows.append((shape, row))
        write_layer(path, layer, rows)
    return path


OWN = {
    "roads": ("lines", "highway", {"residential": "minor"}),
    "rails": ("lines", "railway", {}),
    "waterways": ("lines", "waterway", {}),
    "water": ("multipolygons", "natural", {"water": "lake"}),
    "green": ("multipolygons", "leisure", {}),
    "buildings": ("multipolygons", "building", {"yes": "building"}),
    "places": ("points", "place", {}),
    "aeroways": ("lines", "aeroway", {}),
}


def write_own(path: Path, made: Extract) -> Path:
    """Write the layers that PlanMap's tiles have."""
    features = features_of(made)
    for layer, (group, key, kinds) in OWN.items():
        rows = []
        for shape, tags in features[group]:
            if key in tags:
                row = {"kind": kinds.get(tags[key], tags[key]), "zh": tags.get("name"), "en": tags.get("name:en")}
                if layer == "roads":
                    row |= {"ref": tags.get("ref"), "level": 1 if "bridge" in tags else 0}
                rows.append((shape, row))
        write_layer(path, layer, rows)
    return path


def change(path: Path, *statements: str, values: tuple[object, ...] = ()) -> Path:
    """Run SQL on a package, without the triggers that need functions of GDAL."""
    with closing(sqlite3.connect(path)) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        for statement in statements:
            connection.execute(statement, values)
        connection.commit()
    return path
