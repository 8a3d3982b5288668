"""Ground from a GeoPackage: forms of layers, reference systems, and packages that are damaged or hostile."""

import os
import re
import shutil
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from datetime import date
from math import cos, radians
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PlanMapError
from geo.geopackage import geometries_from_wkb
from geo.measure import ellipsoid
from geo.tiles.geopackage import attribution_of_package, read_package, source_of_package
from geo.tiles.osm_kinds import Frames
from geo.tiles.package_forms import hstore
from geo.tiles.schema import LAYERS
from layers.ground.files import NOT_STATED, OPENSTREETMAP, add_ground, ground_files
from layers.plan.plan import Plan
from layers.store.base import open_store, read_plan
from layers.translation import LANGUAGES, translation
from tests.extracts import KM, town
from tests.packages import change, write_layer, write_own, write_shapes, write_tagged
from tests.plan_anywhere import write_plan_at

pytestmark = pytest.mark.slow

LONGITUDE, LATITUDE = 126.64, 45.76
BOUNDS = (LONGITUDE - 0.1, LATITUDE - 0.1, LONGITUDE + 0.1, LATITUDE + 0.1)
TODAY = date(2026, 3, 1)
STREET = shapely.LineString([(LONGITUDE, LATITUDE), (LONGITUDE + 0.01, LATITUDE)])
POND = shapely.box(LONGITUDE, LATITUDE, LONGITUDE + 0.01, LATITUDE + 0.01)
SPOT = shapely.Point(LONGITUDE, LATITUDE)


def read(path: Path) -> Frames:
    return read_package(path, BOUNDS, lambda share: None)


def fails(path: Path) -> str:
    with pytest.raises(PlanMapError) as caught:
        read(path)
    for language in LANGUAGES:
        line = translation(language).explain(caught.value)
        assert "\n" not in line
        assert "{" not in line
    return caught.value.code


def plan_of(folder: Path) -> Plan:
    return read_plan(open_store(str(folder)))


def pairs(frames: Frames, layer: str) -> set[tuple[str, str, str]]:
    frame = frames[layer]
    return set(zip(frame["kind"], frame["zh"], frame["en"], strict=True))


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, made = tmp_path_factory.mktemp("packages"), town(LONGITUDE, LATITUDE)
    writers = {"tags": write_tagged, "shapes": write_shapes, "own": write_own}
    return {name: write(folder / f"{name}.gpkg", made) for name, write in writers.items()}


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4548", "EPSG:3857"])
@pytest.mark.parametrize("index", ["YES", "NO"])
def test_positions_are_true_to_two_metres(crs: str, index: str, tmp_path: Path) -> None:
    """Also those of a zone whose meridian is not near, and with or without an index of positions."""
    path = tmp_path / "town.gpkg"
    corners = [(dx, dy) for dx in (-0.09, 0.0, 0.09) for dy in (-0.09, 0.0, 0.09)]
    places = [
        (shapely.Point(LONGITUDE + dx, LATITUDE + dy), {"place": "town", "name": str(n)})
        for n, (dx, dy) in enumerate(corners)
    ]
    outside = [(shapely.Point(LONGITUDE + 0.2, LATITUDE), {"place": "town", "name": "outside"})]
    write_layer(path, "points", places + outside, crs, SPATIAL_INDEX=index)
    found = read(path)["places"]
    assert sorted(found["zh"]) == [str(n) for n in range(len(places))]
    for name, shape in zip(found["zh"], found.geometry, strict=True):
        true = places[int(name)][0]
        assert ellipsoid().inv(shape.x, shape.y, true.x, true.y)[2] < 2


def test_tags_become_kinds_and_names(packages: dict[str, Path]) -> None:
    found = read(packages["tags"])
    assert ("motorway", "京津高速", "Jingjin Expressway") in pairs(found, "roads")
    assert pairs(found, "water") == {("lake", "湖", "Lake")}
    assert pairs(found, "rails") == {("rail", "", "")}
    assert pairs(found, "waterways") == {("river", "东河", "")}
    assert pairs(found, "green") == {("park", "人民公园", "")}
    assert pairs(found, "boundaries") == {("county", "", "")}
    assert pairs(found, "aeroways") == {("runway", "", "")}
    assert {("town", "城关镇", "Chengguan"), ("water", "湖", "Lake")} <= pairs(found, "places")
    assert set(found["roads"].loc[found["roads"]["kind"] == "motorway", "ref"]) == {"S30"}
    assert sorted(set(found["roads"]["level"])) == [0, 1]
    assert source_of_package(packages["tags"], ("甲", "A"), NOT_STATED) == ("甲", "A")


def test_geofabriks_shapes_become_the_same(packages: dict[str, Path]) -> None:
    found, tagged = read(packages["shapes"]), read(packages["tags"])
    for layer in ("roads", "water", "waterways", "rails", "green", "buildings", "built"):
        assert len(found[layer]) == len(tagged[layer])
        assert {(kind, zh) for kind, zh, _ in pairs(found, layer)} == {
            (kind, zh) for kind, zh, _ in pairs(tagged, layer)
        }
    assert sorted(found["roads"]["level"]) == sorted(tagged["roads"]["level"])
    assert source_of_package(packages["shapes"], ("甲", "A"), NOT_STATED) == ("甲", "A")


CLASSES = [
    ("gis_osm_roads_free_1", STREET, "motorway_link", "roads", "link"),
    ("gis_osm_roads_free", STREET, "track_grade3", "roads", "path"),
    ("gis_osm_waterways_free", STREET, "river", "waterways", "river"),
    ("gis_osm_water_a_free_1", POND, "reservoir", "water", "reservoir"),
    ("gis_osm_water_a_free_1", POND, "river", "water", "riverbed"),
    ("gis_osm_water_a_free_1", POND, "riverbank", "water", "riverbed"),
    ("gis_osm_water_a_free_1", POND, "dock", "water", "dock"),
    ("gis_osm_water_a_free_1", POND, "wetland", "green", "wetland"),
    ("gis_osm_landuse_a_free_1", POND, "forest", "green", "wood"),
    ("gis_osm_landuse_a_free_1", POND, "park", "green", "park"),
    ("gis_osm_landuse_a_free_1", POND, "scrub", "green", "grass"),
    ("gis_osm_landuse_a_free_1", POND, "retail", "built", "commercial"),
    ("gis_osm_railways_free_1", STREET, "subway", "rails", "metro"),
    ("gis_osm_transport_a_free_1", POND, "airport", "built", "airport"),
    ("gis_osm_transport_free_1", SPOT, "railway_station", "places", "station"),
    ("gis_osm_transport_free_1", SPOT, "airfield", "places", "airport"),
    ("gis_osm_places_a_free_1", POND, "suburb", "places", "suburb"),
    ("gis_osm_places_free_1", SPOT, "national_capital", "places", "city"),
    ("gis_osm_pois_free_1", SPOT, "university", "places", "school"),
    ("gis_osm_pois_a_free_1", POND, "graveyard", "green", "cemetery"),
]


@pytest.mark.parametrize(("table", "shape", "fclass", "layer", "kind"), CLASSES)
def test_a_class_of_geofabrik_is_a_kind(
    table: str, shape: shapely.Geometry, fclass: str, layer: str, kind: str, tmp_path: Path
) -> None:
    path = write_layer(tmp_path / "one.gpkg", table, [(shape, {"fclass": fclass, "name": "名"})])
    assert (kind, "名", "") in pairs(read(path), layer)


def test_own_layers_become_the_same(packages: dict[str, Path]) -> None:
    found, tagged = read(packages["own"]), read(packages["tags"])
    for layer in ("roads", "water", "waterways", "rails", "green", "buildings", "aeroways"):
        assert pairs(found, layer) == pairs(tagged, layer)
    # Its own layer of places has none for the lake, so there is none.
    assert pairs(found, "places") == {("town", "城关镇", "Chengguan")}
    assert sorted(found["roads"]["level"]) == sorted(tagged["roads"]["level"])
    assert source_of_package(packages["own"], ("甲", "A"), NOT_STATED) == NOT_STATED


OWN_SHAPES = {"area": POND, "line": STREET, "point": SPOT}


@pytest.mark.parametrize("layer", LAYERS)
def test_every_kind_of_ones_own_layers_is_known(layer: str, tmp_path: Path) -> None:
    shape = OWN_SHAPES[LAYERS[layer].shape]
    rows = [(shape, {"kind": kind, "zh": "名"}) for kind in LAYERS[layer].kinds]
    found = read(write_layer(tmp_path / "one.gpkg", layer, [*rows, (shape, {"kind": "unheard of", "zh": "名"})]))
    assert set(found[layer]["kind"]) == set(LAYERS[layer].kinds)


@pytest.mark.parametrize(
    ("layer", "kind", "shape"), [("buildings", "building", POND), ("Water", "lake", POND), ("roads", "minor", STREET)]
)
def test_a_layer_without_kinds_has_its_ordinary_one(layer: str, kind: str, shape: object, tmp_path: Path) -> None:
    found = read(write_layer(tmp_path / "one.gpkg", layer, [(shape, {"name": "Old Mill", "note": "x"})]))
    assert pairs(found, layer.lower()) == {(kind, "Old Mill", "Old Mill")}


def test_a_feature_that_two_layers_have_is_there_once(tmp_path: Path) -> None:
    path = tmp_path / "twice.gpkg"
    for layer, table in (("gis_osm_landuse_a_free_1", "park"), ("gis_osm_pois_a_free_1", "park")):
        write_layer(path, layer, [(POND, {"fclass": table, "name": "公园", "osm_id": "7"})])
    found = read(path)
    assert len(found["green"]) == len(found["places"]) == 1


def test_tags_in_hstore_are_read(tmp_path: Path) -> None:
    bags = [r'"highway"=>"primary","name:en"=>"A \"B\" \\ road","bridge"=>"yes"', '"highway', '"=>,"x"=>"y"', ""]
    rows = [(shapely.affinity.translate(STREET, 0, n / 1000), {"other_tags": bag}) for n, bag in enumerate(bags)]
    roads = read(write_layer(tmp_path / "one.gpkg", "lines", rows))["roads"]
    assert list(zip(roads["kind"], roads["en"], roads["level"], strict=True)) == [("primary", 'A "B" \\ road', 1)]


@given(st.text())
def test_any_text_is_read_as_hstore(text: str) -> None:
    hstore(text)
    assert all(isinstance(value, str) for value in hstore(f'"a"=>"{text}').values())


@given(st.dictionaries(st.text(), st.text()))
def test_sound_hstore_comes_back(tags: dict[str, str]) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    assert hstore(", ".join(f"{quoted(key)} => {quoted(value)}" for key, value in tags.items())) == tags


def test_long_hstore_that_never_ends_takes_no_time() -> None:
    assert hstore('"\\' * 200_000) == {}
    assert hstore('"a"=>"b",' + '"' * 200_000) == {"a": "b"}


def test_markup_in_names_stays_text_in_one_line(tmp_path: Path) -> None:
    name = "<script>`${alert(1)}`</script>\n\u202e路"
    path = write_layer(tmp_path / "odd.gpkg", "roads", [(STREET, {"kind": "primary", "zh": name, "ref": name})])
    roads = read(path)["roads"]
    assert roads["zh"].tolist() == ["<script>`${alert(1)}`</script> 路"]
    assert "\n" not in roads["ref"][0]


def test_a_ground_is_made_of_each_form(packages: dict[str, Path], tmp_path: Path) -> None:
    folder = write_plan_at(tmp_path / "plan", LONGITUDE, LATITUDE)
    shares: list[float] = []
    sources = [
        add_ground(plan_of(folder), packages[form], name=form, today=TODAY, progress=shares.append).source
        for form in ("tags", "shapes", "own")
    ]
    assert sources[:2] == [OPENSTREETMAP] * 2
    assert (sources[2].zh, sources[2].en) == NOT_STATED
    assert max(shares) == 1
    assert len([ground for ground in ground_files(plan_of(folder)) if ground.zooms == (6, 15)]) == 3


METADATA = [
    ("text/plain", "测绘局 2026", "测绘局 2026"),
    (
        "text/xml",
        '<GDALMultiDomainMetadata><Metadata><MDI key="ATTRIBUTION">A &amp; B</MDI></Metadata>',
        "A & B",
    ),
    ("text/xml", "<qgis><rights>City\nSurvey</rights></qgis>", "City Survey"),
    (
        "text/xml",
        "<gmd:MD><gmd:credit><gco:CharacterString>ISO</gco:CharacterString></gmd:credit></gmd:MD>",
        "ISO",
    ),
    ("text/xml", "<" * 100_000, ""),
]


@pytest.mark.parametrize(("mime", "text", "stated"), METADATA)
def test_the_source_that_metadata_state(mime: str, text: str, stated: str, tmp_path: Path) -> None:
    path = write_layer(tmp_path / "one.gpkg", "roads", [(STREET, {"kind": "primary"})])
    change(path, "DROP TABLE IF EXISTS gpkg_metadata", "CREATE TABLE gpkg_metadata (id, mime_type TEXT, metadata TEXT)")
    change(path, "INSERT INTO gpkg_metadata VALUES (1, ?, ?)", values=(mime, text))
    assert attribution_of_package(path) == stated
    assert source_of_package(path, ("甲", "A"), NOT_STATED) == ((stated, stated) if stated else NOT_STATED)


def garbage(path: Path, blobs: list[object]) -> None:
    for blob in blobs:
        change(path, "INSERT INTO roads (geom, kind) VALUES (?, 'primary')", values=(blob,))


NAN = shapely.to_wkb(STREET).replace(struct.pack("<d", LATITUDE), struct.pack("<d", float("nan")))


@pytest.mark.parametrize(
    "blob",
    [
        None,
        5,
        "text",
        b"",
        b"GP",
        b"GP\x00\x03" + bytes(4),
        os.urandom(200),
        b"GP\x00\x01" + struct.pack("<i", 4326) + b"\x01\x02\x00\x00\x00\xff\xff\xff\xff",
        b"GP\x00\x01" + struct.pack("<i", 4326) + struct.pack("<BII", 1, 7, 1) * 100_000,
        b"GP\x00\x01" + struct.pack("<i", 4326) + NAN,
        b"GP\x00\x01" + struct.pack("<i", 4326) + struct.pack("<BII4d", 1, 2, 2, 1e300, 45, float("inf"), 45),
        b"GP\x00\x01" + struct.pack("<i", 4326) + struct.pack("<BII4d", 1, 2, 2, *(LONGITUDE, LATITUDE) * 2),
    ],
)
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4548"])
def test_a_row_without_a_sound_geometry_is_left_out(blob: object, crs: str, tmp_path: Path) -> None:
    path = write_layer(tmp_path / "one.gpkg", "roads", [(STREET, {"kind": "primary"})], crs)
    garbage(path, [blob, blob])
    assert len(read(path)["roads"]) == 1


def test_areas_that_cross_themselves_are_mended_or_left_out(tmp_path: Path) -> None:
    x, y = LONGITUDE, LATITUDE
    bow = shapely.Polygon([(x, y), (x + 0.01, y + 0.01), (x + 0.01, y), (x, y + 0.01)])
    flat = shapely.Polygon([(x, y), (x + 0.01, y), (x + 0.02, y), (x, y)])
    rows = [(shape, {"kind": "lake"}) for shape in (bow, flat)]
    found = read(write_layer(tmp_path / "one.gpkg", "water", rows))["water"]
    assert len(found) == 1
    assert found.geometry.is_valid.all()


def test_many_geometries_are_read_as_single_ones_are() -> None:
    shapes = [STREET, POND, SPOT, shapely.MultiPoint([SPOT, SPOT]), shapely.force_3d(POND, 4.0)]
    read = geometries_from_wkb([shapely.to_wkb(shape) for shape in shapes])
    assert all(one.equals_exact(shapely.force_2d(other), 0) for one, other in zip(read, shapes, strict=True))
    assert not any(shapely.has_z(read))
    assert len(geometries_from_wkb([])) == 0


def test_the_index_of_positions_is_used(tmp_path: Path) -> None:
    """One that has every row elsewhere hides them, so rows are looked up in it."""
    path = write_layer(tmp_path / "one.gpkg", "roads", [(STREET, {"kind": "primary"})])
    change(path, "UPDATE rtree_roads_geom SET minx = 1, maxx = 2")
    assert fails(path) == "ground-nothing-there"


def test_an_index_that_has_lost_rows_is_not_believed(tmp_path: Path) -> None:
    path = write_layer(tmp_path / "one.gpkg", "roads", [(STREET, {"kind": "primary"})])
    change(path, "DELETE FROM rtree_roads_geom")
    assert len(read(path)["roads"]) == 1
    change(path, "DROP TABLE rtree_roads_geom", "CREATE TABLE rtree_roads_geom (id, minx, maxx, miny, maxy)")
    assert len(read(path)["roads"]) == 1


def test_a_layer_of_a_name_full_of_quotes_is_read(tmp_path: Path) -> None:
    table = 'a"b\'c`d]; DROP TABLE x; --"" 表'
    path = write_layer(tmp_path / "one.gpkg", "lines", [(STREET, {"highway": "primary"})])
    quoted = '"' + table.replace('"', '""') + '"'
    change(path, f"ALTER TABLE lines RENAME TO {quoted}", f'ALTER TABLE {quoted} RENAME highway TO "high""way"')
    change(path, f"ALTER TABLE {quoted} ADD COLUMN other_tags TEXT")
    change(path, f"UPDATE {quoted} SET other_tags = ?", values=('"highway"=>"primary"',))  # noqa: S608 - our own file
    change(path, "UPDATE gpkg_geometry_columns SET table_name = ?", values=(table,))
    assert pairs(read(path), "roads") == {("primary", "", "")}


def test_the_view_of_a_foreign_file_never_runs(tmp_path: Path) -> None:
    """Here it would never end."""
    path = write_layer(tmp_path / "one.gpkg", "lines", [(STREET, {"highway": "primary"})])
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS fid, x AS geom, x AS kind FROM n"
    )
    change(path, f"CREATE VIEW roads AS {endless}")
    change(path, "INSERT INTO gpkg_geometry_columns SELECT 'roads', 'geom', 'LINESTRING', 4326, 0, 0")
    assert len(read(path)["roads"]) == 1
    change(path, "DELETE FROM gpkg_geometry_columns WHERE table_name = 'lines'")
    assert fails(path) == "ground-package-layers"


@pytest.mark.parametrize("table", ["gpkg_geometry_columns", "gpkg_spatial_ref_sys", "gpkg_metadata"])
def test_a_view_in_place_of_a_table_of_the_format_is_none(table: str, tmp_path: Path) -> None:
    path = write_layer(tmp_path / "one.gpkg", "lines", [(STREET, {"highway": "primary"})])
    change(path, f"DROP TABLE IF EXISTS {table}")
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT "
    columns = "table_name column_name srs_id organization organization_coordsys_id definition mime_type metadata"
    change(path, f"CREATE VIEW {table} AS {endless} {', '.join(f'x AS {each}' for each in columns.split())} FROM n")
    if table == "gpkg_metadata":
        assert attribution_of_package(path) == ""
    else:
        assert fails(path) == ("ground-package-crs" if table.endswith("sys") else "ground-package-layers")


def test_triggers_and_computed_columns_do_nothing(tmp_path: Path) -> None:
    path = write_layer(tmp_path / "one.gpkg", "roads", [(STREET, {"kind": "primary"})])
    change(
        path,
        "ALTER TABLE roads ADD COLUMN name TEXT AS (hex(zeroblob(100000000))) VIRTUAL",
        "CREATE TRIGGER mine AFTER INSERT ON roads BEGIN DELETE FROM roads; END",
    )
    before = path.read_bytes()
    assert pairs(read(path), "roads") == {("primary", "", "")}
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["one.gpkg"]


def test_a_system_that_only_its_definition_tells(tmp_path: Path) -> None:
    path = write_layer(tmp_path / "one.gpkg", "points", [(SPOT, {"place": "town", "name": "镇"})], "EPSG:4548")
    change(
        path, "UPDATE gpkg_spatial_ref_sys SET organization = 'NONE', organization_coordsys_id = 12 WHERE srs_id = 4548"
    )
    (shape,) = read(path)["places"].geometry
    assert shape.distance(SPOT) < 1e-5


@pytest.mark.parametrize(
    "change_of",
    [
        "DELETE FROM gpkg_spatial_ref_sys",
        "UPDATE gpkg_geometry_columns SET srs_id = -1",
        "UPDATE gpkg_geometry_columns SET srs_id = 0",
        "UPDATE gpkg_spatial_ref_sys SET organization = 'X', definition = 'PROJCS[' || hex(randomblob(9999))",
        "UPDATE gpkg_spatial_ref_sys SET organization = 'EPSG', organization_coordsys_id = 5773, definition = ''",
    ],
)
def test_an_unknown_system_is_named(change_of: str, tmp_path: Path) -> None:
    path = write_layer(tmp_path / "one.gpkg", "points", [(SPOT, {"place": "town", "name": "镇"})])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(change_of)
        connection.commit()
    assert fails(path) == "ground-package-crs"


def test_layers_of_no_form_are_ignored_or_named(tmp_path: Path) -> None:
    path = write_layer(tmp_path / "one.gpkg", "parcels", [(POND, {"owner": "x"})])
    with pytest.raises(PlanMapError, match=re.escape("found=parcels")):
        read(path)
    assert fails(path) == "ground-package-layers"
    write_layer(path, "buildings", [(POND, {"owner": "x"})])
    assert list(read(path)) == ["buildings"]


def test_empty_layers_have_nothing_there(tmp_path: Path) -> None:
    path = write_layer(tmp_path / "one.gpkg", "roads", [(STREET, {"kind": "primary"})])
    change(path, "DELETE FROM roads")
    assert fails(path) == "ground-nothing-there"


def _package(path: Path) -> Path:
    return write_tagged(path, town(LONGITUDE, LATITUDE))


def _truncated(path: Path) -> None:
    data = _package(path).read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _noise(path: Path) -> None:
    data = bytearray(_package(path).read_bytes())
    for at in range(8192, len(data), 512):
        data[at : at + 128] = os.urandom(128)
    path.write_bytes(data)


def _elsewhere(path: Path) -> None:
    write_tagged(path, town(24.9, 60.2))


HOSTILE: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "truncated": (_truncated, {"foreign-damaged"}),
    "noise": (_noise, {"foreign-damaged", "ground-nothing-there", "ground-package-crs", "ground-package-layers"}),
    "random after the header": (
        lambda path: path.write_bytes(b"SQLite format 3\0" + os.urandom(8192)),
        {"foreign-damaged"},
    ),
    "elsewhere": (_elsewhere, {"ground-nothing-there"}),
    "no layer": (lambda path: write_layer(path, "parcels", [(POND, {"owner": "x"})]), {"ground-package-layers"}),
}


@pytest.fixture(scope="module")
def folder_with_ground(packages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_plan_at(tmp_path_factory.mktemp("plan") / "plan", LONGITUDE, LATITUDE)
    add_ground(plan_of(folder), packages["own"], today=TODAY)
    return folder


@pytest.mark.parametrize("case", HOSTILE)
def test_a_bad_file_ends_in_a_line_and_costs_nothing(case: str, folder_with_ground: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(folder_with_ground, tmp_path / "plan"))
    before = ground_files(plan_of(folder))
    write, codes = HOSTILE[case]
    path = tmp_path / "bad.gpkg"
    write(path)
    with pytest.raises(PlanMapError) as caught:
        add_ground(plan_of(folder), path, today=TODAY)
    assert caught.value.code in codes
    for language in LANGUAGES:
        assert "\n" not in translation(language).explain(caught.value)
    assert ground_files(plan_of(folder)) == before
    assert [one.name for one in (folder / "ground").iterdir()] == ["own.pmtiles"]


def test_any_damage_ends_in_an_error_or_leaves_features_out(packages: dict[str, Path], tmp_path: Path) -> None:
    whole = packages["tags"].read_bytes()
    path = tmp_path / "bad.gpkg"
    codes = set()
    for number in range(60):
        dice = np.random.default_rng(number)
        data = bytearray(whole)
        # Half of the damage is to the schema, at the beginning.
        for place in dice.integers(0, len(data) if number % 2 else 20_000, 8 + number):
            data[place : place + 4] = dice.bytes(4)
        path.write_bytes(data)
        try:
            read(path)
        except PlanMapError as error:
            codes.add(error.code)
    assert "foreign-damaged" in codes
    assert codes <= {"foreign-damaged", "ground-nothing-there", "ground-package-crs", "ground-package-layers"}


def test_bounds_are_kept(packages: dict[str, Path]) -> None:
    side = 0.2 * KM
    bounds = (LONGITUDE, LATITUDE, LONGITUDE + side / cos(radians(LATITUDE)), LATITUDE + side)
    shares: list[float] = []
    near = read_package(packages["tags"], bounds, shares.append)
    assert 0 < len(near["buildings"]) < 10
    assert shares == sorted(shares)
    assert shares[-1] == 1
