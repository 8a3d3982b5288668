"""From the layers and kinds of widely used vector tiles to those of PlanMap's own, see `geo.tiles.schema`.

Protomaps basemap: docs.protomaps.com/basemaps/layers, version 4. OpenMapTiles: openmaptiles.org/schema, version 3.
Shortbread: shortbread-tiles.org/schema, version 1. What is in no table is not drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from geo.tiles.schema import LAYERS, LOCAL_LEVELS, MORE_FIELDS, RUNWAY_M, Shape

Table = dict[str, dict[str, str]]
"""Kinds by layer and by value; an empty kind is left out, and the value "*" stands for all others."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What vector tiles of one kind hold."""

    name: str
    marks: frozenset[str]
    """Layers that only these tiles have, of those told apart here."""
    keys: tuple[str, ...]
    """The attributes whose values are looked up, the most telling first."""
    tables: dict[Shape, Table]
    """By the shape of what is in the tile."""
    labels: frozenset[str] = field(default_factory=frozenset)
    """Layers of lines that repeat lines of another layer, with their names."""

    @property
    def layers(self) -> set[str]:
        """All layers that are read."""
        return {layer for table in self.tables.values() for layer in table}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a feature becomes."""

    layer: str
    kind: str
    widened: bool = False
    """Whether it is a line and becomes an area, as runways do."""


def _all(kind: str, *values: str) -> dict[str, str]:
    return dict.fromkeys(values, kind)


_ROADS = {
    **{name: name for name in ("motorway", "trunk", "primary", "secondary", "tertiary")},
    **_all("link", "motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link"),
    **_all("minor", "unclassified", "residential", "living_street", "service", "road", "pedestrian", "minor"),
    **_all("minor", "busway", "bus_guideway"),
    **_all("path", "track", "footway", "cycleway", "path", "steps", "bridleway"),
}
_RAILS = {
    **_all("rail", "rail", "narrow_gauge", "preserved"),
    **_all("metro", "subway", "light_rail", "monorail"),
    "tram": "tram",
}
_RUNWAYS = {"runway": "runway", "taxiway": "taxiway"}
_WATERWAYS = {"river": "river", "canal": "canal", "stream": "stream", **_all("drain", "drain", "ditch")}
_WATERS = {
    **_all("lake", "water", "lake", "lagoon", "oxbow", "pond", "ocean", "sea", "bay", "strait", "fjord"),
    **_all("riverbed", "river", "riverbank", "canal", "stream"),
    "reservoir": "reservoir",
    **_all("basin", "basin", "wastewater"),
    "dock": "dock",
    **_all("", "swimming_pool", "glacier", "playa"),
}
_WATER_NAMES = {**_all("", "ocean", "glacier", "swimming_pool"), "*": "water"}
_GREEN = {
    **_all("wood", "forest", "wood"),
    **_all("wetland", "wetland", "swamp", "bog", "marsh", "string_bog", "wet_meadow"),
    **_all("grass", "grass", "meadow", "village_green", "grassland", "scrub", "heath"),
    **_all("farmland", "farmland", "orchard", "vineyard", "plant_nursery", "allotments", "greenhouse_horticulture"),
    **_all("park", "park", "garden", "nature_reserve", "national_park", "golf_course", "recreation_ground", "common"),
    **_all("park", "zoo", "theme_park"),
    **_all("sports", "pitch", "stadium", "sports_centre"),
    **_all("cemetery", "cemetery", "grave_yard"),
}
_BUILT = {
    **_all("residential", "residential", "urban_area", "suburb", "quarter", "neighbourhood"),
    **_all("commercial", "commercial", "retail"),
    **_all("industrial", "industrial", "port", "railway"),
    **_all("institution", "school", "university", "college", "hospital", "education", "institutional"),
    **_all("airport", "aerodrome", "airfield"),
}
_AEROWAYS = {**_RUNWAYS, "apron": "apron"}
_PLACES = {
    **_all("city", "city", "capital", "state_capital"),
    "town": "town",
    **_all("suburb", "suburb", "borough", "quarter"),
    "village": "village",
    **_all("hamlet", "hamlet", "neighbourhood"),
}
_POIS = {
    **_all("station", "station", "halt"),
    **_all("airport", "aerodrome"),
    **_all("school", "school", "university", "college"),
    "hospital": "hospital",
    **_all("park", "park", "garden", "nature_reserve", "national_park"),
}
# Boundaries of states and provinces are left out, whatever else is said of them: see `schema`.
_LEVELS = {**LOCAL_LEVELS, **_all("", "1", "2", "3", "4")}

PROTOMAPS = Schema(
    "Protomaps",
    marks=frozenset({"earth", "roads", "pois", "places"}),
    keys=("kind_detail", "kind"),
    tables={
        "area": {
            "water": _WATERS,
            "landuse": {**_GREEN, **_BUILT, **_AEROWAYS},
            "landcover": {**_GREEN, "urban_area": "residential"},
            "buildings": _all("building", "building", "building_part"),
            "roads": _AEROWAYS,
        },
        "line": {
            "roads": {
                **_ROADS,
                **_RAILS,
                **_RUNWAYS,
                # What the tiles of low zooms say no more of.
                "highway": "motorway",
                "major_road": "primary",
                "medium_road": "secondary",
                "minor_road": "minor",
            },
            "water": _WATERWAYS,
            "boundaries": {**_LEVELS, **_all("", "country", "region"), "county": "county", "locality": "township"},
            "transit": _RAILS,
        },
        "point": {"places": {**_PLACES, **_all("", "country", "region")}, "pois": _POIS, "water": _WATER_NAMES},
    },
)

OPENMAPTILES = Schema(
    "OpenMapTiles",
    marks=frozenset(
        {
            *("transportation", "transportation_name", "waterway", "water_name", "building", "place", "poi"),
            *("aeroway", "aerodrome_label", "boundary", "park", "housenumber", "mountain_peak"),
        }
    ),
    keys=("subclass", "class", "admin_level"),
    tables={
        "area": {
            "water": _WATERS,
            "landcover": _GREEN,
            "landuse": {**_BUILT, **_GREEN, "railway": "industrial"},
            "park": _all("park", "park", "national_park", "nature_reserve"),
            "aeroway": {**_AEROWAYS, "aerodrome": "airport"},
            "building": {"*": "building"},
        },
        "line": {
            "transportation": {
                **_ROADS,
                **_RAILS,
                "transit": "metro",
                **{
                    f"{name}_construction": "construction"
                    for name in ("motorway", "trunk", "primary", "secondary", "tertiary", "minor")
                },
            },
            "transportation_name": _ROADS,
            "waterway": _WATERWAYS,
            "aeroway": _RUNWAYS,
            "boundary": _LEVELS,
        },
        "point": {
            "place": {**_PLACES, **_all("", "country", "state", "province", "continent")},
            "poi": {**_POIS, **_all("", "clinic", "doctors", "nursing_home", "kindergarten", "subway", "tram_stop")},
            "aerodrome_label": {"*": "airport"},
            "water_name": _WATER_NAMES,
            "park": _all("park", "park", "national_park", "nature_reserve"),
        },
    },
    labels=frozenset({"transportation_name"}),
)

SHORTBREAD = Schema(
    "Shortbread",
    marks=frozenset(
        {
            *("ocean", "water_polygons", "water_polygons_labels", "water_lines", "water_lines_labels", "dam_lines"),
            *("land", "sites", "streets", "street_polygons", "street_labels", "place_labels", "public_transport"),
            *("boundary_labels", "addresses", "bridges", "dam_polygons", "pier_lines", "pier_polygons", "ferries"),
        }
    ),
    keys=("kind", "admin_level", "amenity", "leisure"),
    tables={
        "area": {
            "ocean": {"*": "lake"},
            "water_polygons": _WATERS,
            "land": {**_GREEN, **_BUILT},
            "sites": {**_BUILT, **_GREEN},
            "buildings": {"*": "building"},
            "street_polygons": _AEROWAYS,
        },
        "line": {
            "streets": {**_ROADS, **_RAILS, **_RUNWAYS},
            "street_labels": _ROADS,
            "water_lines": _WATERWAYS,
            "water_lines_labels": _WATERWAYS,
            "boundaries": _LEVELS,
        },
        "point": {
            "place_labels": _PLACES,
            "water_polygons_labels": _WATER_NAMES,
            "public_transport": {**_all("station", "station", "halt"), "aerodrome": "airport"},
            "pois": _POIS,
        },
    },
    labels=frozenset({"street_labels", "water_lines_labels"}),
)

OWN = Schema(
    "PlanMap",
    marks=frozenset(),
    keys=("kind",),
    tables={
        shape: {name: {kind: kind for kind in layer.kinds} for name, layer in LAYERS.items() if layer.shape == shape}
        for shape in ("area", "line", "point")
    },
)

SCHEMAS = (PROTOMAPS, OPENMAPTILES, SHORTBREAD)


def schema_of(layers: Collection[str]) -> Schema | None:
    """Return the schema of tiles that have `layers`; None if these are not those of any."""
    found = set(layers)
    counts = {schema.name: len(found & schema.marks) for schema in SCHEMAS}
    best = max(SCHEMAS, key=lambda schema: counts[schema.name])
    # One layer of a name such as "roads" or "land" anybody's tiles may have.
    return best if counts[best.name] and len(found & (best.marks | best.layers)) >= 2 else None


_LAYER_OF: dict[tuple[Shape, str], str] = {
    (layer.shape, kind): name for name, layer in LAYERS.items() for kind in layer.kinds
}


def meaning(schema: Schema, layer: str, shape: Shape, tags: Mapping[str, object]) -> Meaning | None:
    """Return what a feature of tiles becomes in PlanMap's own; None if it is left out."""
    table = schema.tables[shape].get(layer)
    if table is None:
        return None
    kind = next((table[str(tags[key])] for key in schema.keys if str(tags.get(key)) in table), table.get("*", ""))
    if not kind or _is_left_out(tags, kind):
        return None
    if shape == "line" and kind in RUNWAY_M:
        return Meaning(_LAYER_OF["area", kind], kind, widened=True)
    found = _LAYER_OF[shape, kind]
    if found == "roads" and schema is not OWN:
        kind = _road(tags, kind, is_label=layer in schema.labels)
    return Meaning(found, kind) if kind else None


def _road(tags: Mapping[str, object], kind: str, *, is_label: bool) -> str:
    if str(tags.get("service")) in ("driveway", "parking_aisle"):
        kind = "path"
    if is_label:
        # Dashed lines over each other would no longer be dashed, and paths show no names.
        return "" if kind in ("path", "construction") else kind
    is_link = any(is_yes(tags.get(key)) for key in ("is_link", "ramp", "link"))
    return "link" if is_link and kind not in ("path", "construction", "minor") else kind


def _is_left_out(tags: Mapping[str, object], kind: str) -> bool:
    layer = _LAYER_OF.get(("line", kind))
    if layer == "rails":
        return str(tags.get("service")) in ("yard", "siding", "crossover")
    return layer == "boundaries" and any(is_yes(tags.get(key)) for key in ("disputed", "maritime"))


def is_yes(value: object) -> bool:
    """Whether an attribute of a tile says yes; there are tiles with booleans, numbers and words."""
    return str(value).lower() in ("1", "true", "yes")


def level_of(tags: Mapping[str, object]) -> int:
    """Return -1 for a road in a tunnel, 1 for one on a bridge, and 0 for any other."""
    brunnel = tags.get("brunnel")
    if brunnel == "tunnel" or any(is_yes(tags.get(key)) for key in ("is_tunnel", "tunnel")):
        return -1
    return int(brunnel == "bridge" or any(is_yes(tags.get(key)) for key in ("is_bridge", "bridge")))


def fields_of(layer: str) -> tuple[str, ...]:
    """Return the attributes that features of one of PlanMap's own layers have."""
    return ("kind", "zh", "en", *MORE_FIELDS.get(layer, ()))
