"""Ground from an extract of OpenStreetMap: what is in its tiles, and what becomes of files that are none."""

import gzip
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from math import atan, degrees, exp, pi
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import psutil
import pytest

from geo.errors import PlanMapError
from geo.foreign import child
from geo.measure import ellipsoid
from geo.tiles.archive import Archive, ArchiveWriter, tile_at
from geo.tiles.schema import LAYERS, MAX_ZOOM, MIN_ZOOM, MOST_BYTES
from layers.ground.files import GroundFile, add_ground, around, find_ground, ground_files, remove_ground
from layers.plan.plan import Plan
from layers.store.base import open_store, read_plan
from layers.translation import LANGUAGES, translation
from tests.extracts import KM, LAKE, Extract, town
from tests.plan_anywhere import write_plan_at

pytestmark = pytest.mark.slow

LONGITUDE, LATITUDE = 126.64, 45.76
TODAY = date(2026, 3, 1)


def plan_of(folder: Path) -> Plan:
    return read_plan(open_store(str(folder)))


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town(LONGITUDE, LATITUDE).write(tmp_path_factory.mktemp("extract") / "harbin.osm.pbf")


@pytest.fixture(scope="module")
def road(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An extract with a single road, for tests of what becomes of the file and not of what is in it."""
    made = Extract(LONGITUDE, LATITUDE)
    made.way([(-1, 0), (1, 0)], highway="primary", name="路")
    return made.write(tmp_path_factory.mktemp("road") / "harbin.osm.pbf")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_plan_at(tmp_path / "plan", LONGITUDE, LATITUDE)


@pytest.fixture(scope="module")
def made(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> GroundFile:
    folder = write_plan_at(tmp_path_factory.mktemp("plan"), LONGITUDE, LATITUDE)
    return add_ground(plan_of(folder), extract, today=TODAY)


@pytest.fixture
def added(folder: Path, made: GroundFile) -> GroundFile:
    """The ground `made`, beside the plan in `folder`."""
    (folder / "ground").mkdir()
    shutil.copy(made.path, folder / "ground")
    return find_ground(plan_of(folder), made.id)


def features(ground: GroundFile, zoom: int, layer: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Yield column, row and feature for each feature of a layer in the tiles of a zoom."""
    with Archive(ground.path) as archive:
        for (z, x, y), tile in archive.tiles():
            if z == zoom:
                found = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
                for feature in found.get(layer, {"features": []})["features"]:
                    yield x, y, feature


def test_a_ground_has_tiles_of_all_zooms_and_none_is_too_large(made: GroundFile) -> None:
    with Archive(made.path) as archive:
        assert {zoom for zoom, _, _ in archive.places()} == set(range(MIN_ZOOM, MAX_ZOOM + 1))
        for at in archive.places():
            stored = archive.stored(*at)
            assert stored is not None
            assert len(stored) <= MOST_BYTES
            assert gzip.decompress(stored) == archive.tile(*at)
    assert (made.name, made.id, made.added) == ("harbin", "harbin", "2026-03-01")
    assert "OpenStreetMap" in made.source.zh
    assert not made.is_picture


def test_positions_are_true_to_two_metres(made: GroundFile) -> None:
    """The bridge runs along a parallel, 400 m from end to end."""
    x, y = tile_at(LONGITUDE, LATITUDE + 0.05 * KM, MAX_ZOOM)
    bridges = [
        feature
        for column, row, feature in features(made, MAX_ZOOM, "roads")
        if (column, row) == (x, y)
        and feature["properties"]["kind"] == "motorway"
        and feature["properties"]["level"] == 1
    ]
    assert bridges
    side = 2**MAX_ZOOM
    for feature in bridges:
        for px, py in feature["geometry"]["coordinates"]:
            longitude = ((x + px / 4096) / side - 0.5) * 360
            latitude = degrees(2 * atan(exp(pi * (1 - 2 * (y + py / 4096) / side))) - pi / 2)
            off = ellipsoid().inv(longitude, latitude, longitude, LATITUDE + 0.05 * KM)[2]
            assert off < 2


def test_kinds_and_names(made: GroundFile) -> None:
    seen = {
        layer: {
            (f["properties"]["kind"], f["properties"].get("zh", ""), f["properties"].get("en", ""))
            for _, _, f in features(made, 15, layer)
        }
        for layer in LAYERS
    }
    assert ("motorway", "京津高速", "Jingjin Expressway") in seen["roads"]
    assert ("lake", "湖", "Lake") in seen["water"]
    assert ("river", "东河", "") in seen["waterways"]
    assert ("park", "人民公园", "") in seen["green"]
    assert ("runway", "", "") in seen["aeroways"]
    assert ("rail", "", "") in seen["rails"]
    assert ("town", "城关镇", "Chengguan") in seen["places"]
    assert ("water", "湖", "Lake") in seen["places"]
    # The boundary of a state is in the extract, and in no tile.
    assert {kind for kind, _, _ in seen["boundaries"]} == {"county"}


def test_each_kind_begins_at_its_zoom(made: GroundFile) -> None:
    for layer, form in LAYERS.items():
        for zoom in range(MIN_ZOOM, MAX_ZOOM + 1):
            kinds = {feature["properties"]["kind"] for _, _, feature in features(made, zoom, layer)}
            assert all(form.kinds[kind] <= zoom for kind in kinds)
    assert any(True for _ in features(made, LAYERS["buildings"].kinds["building"], "buildings"))


def test_the_lake_has_its_shore(made: GroundFile) -> None:
    x, y = tile_at(LONGITUDE + 2 * KM / 0.698, LATITUDE + 2 * KM, 11)
    found = [f for column, row, f in features(made, 11, "water") if (column, row) == (x, y)]
    assert found
    assert sum(len(ring) for ring in found[0]["geometry"]["coordinates"]) > len(LAKE) / 4


def test_a_ground_is_listed_replaced_and_removed(folder: Path, road: Path) -> None:
    assert ground_files(plan_of(folder)) == ()
    add_ground(plan_of(folder), road, name="甲", today=TODAY)
    add_ground(plan_of(folder), road, name="乙", today=date(2026, 3, 2))
    assert [ground.name for ground in ground_files(plan_of(folder))] == ["乙", "甲"]
    again = add_ground(plan_of(folder), road, name="甲", today=date(2026, 3, 3))
    assert [ground.name for ground in ground_files(plan_of(folder))] == ["甲", "乙"]
    assert find_ground(plan_of(folder), "甲").added == again.added == "2026-03-03"
    remove_ground(plan_of(folder), "甲")
    assert [ground.name for ground in ground_files(plan_of(folder))] == ["乙"]
    with pytest.raises(PlanMapError, match="no-such-ground"):
        remove_ground(plan_of(folder), "甲")


class Stopped(Exception):  # noqa: N818 - not an error: the test wants it
    pass


def test_who_cancels_keeps_what_there_was(folder: Path, extract: Path, added: GroundFile) -> None:
    before = ground_files(plan_of(folder))
    assert before == (added,)
    running = {process.pid for process in psutil.Process().children(recursive=True)}

    def stop(share: float) -> None:
        if share > 0:
            raise Stopped

    with pytest.raises(Stopped):
        add_ground(plan_of(folder), extract, today=date(2026, 4, 1), progress=stop)
    assert ground_files(plan_of(folder)) == before
    assert [path.name for path in (folder / "ground").iterdir()] == ["harbin.pmtiles"]
    assert {process.pid for process in psutil.Process().children(recursive=True)} <= running


def test_markup_in_names_stays_text_in_one_line(folder: Path, tmp_path: Path) -> None:
    made = Extract(LONGITUDE, LATITUDE)
    name = "<script>`${alert(1)}`</script>\n\u202e路"
    made.way([(-1, 0), (1, 0)], highway="primary", name=name)
    ground = add_ground(plan_of(folder), made.write(tmp_path / "odd.osm.pbf"), today=TODAY)
    names = {feature["properties"]["zh"] for _, _, feature in features(ground, 12, "roads")}
    assert names == {"<script>`${alert(1)}`</script> 路"}


def _truncated(path: Path, extract: Path) -> None:
    path.write_bytes(extract.read_bytes()[:2000])


def _zeros(path: Path, extract: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)


def _noise(path: Path, extract: Path) -> None:
    far = Extract(LONGITUDE, LATITUDE)
    far.way([(0, 0), (1, 0)], highway="primary")
    data = bytearray(far.write(path).read_bytes())
    path.write_bytes(data[:-40] + os.urandom(40))


def _outside(path: Path, extract: Path) -> None:
    made = town(LONGITUDE, LATITUDE)
    # A place 20,000 km east of the middle, and one 10,000 km north of it.
    made.way([(0, 0), (20_000, 0), (0, 10_000)], highway="primary", name="外路")
    made.write(path)


def _elsewhere(path: Path, extract: Path) -> None:
    town(24.9, 60.2).write(path)


def _without_nodes(path: Path, extract: Path) -> None:
    made = Extract(LONGITUDE, LATITUDE)
    made.way([(0, 0), (1, 0)], highway="primary")
    made.nodes = []
    made.write(path)


HOSTILE = {
    "truncated": (_truncated, "foreign-damaged"),
    "zeros": (_zeros, "foreign-kind"),
    "noise": (_noise, "foreign-damaged"),
    "outside the world": (_outside, "foreign-damaged"),
    "empty": (lambda path, extract: path.write_bytes(b""), "foreign-empty"),
    "zip": (lambda path, extract: path.write_bytes(b"PK\x03\x04" + bytes(100)), "foreign-packed"),
    "text": (lambda path, extract: path.write_text("<osm></osm>"), "foreign-kind"),
    "vrt": (lambda path, extract: path.write_text("<OGRVRTDataSource></OGRVRTDataSource>"), "foreign-kind"),
    "database": (lambda path, extract: path.write_bytes(b"SQLite format 3\0" + bytes(200)), "foreign-damaged"),
    "folder": (lambda path, extract: path.mkdir(), "foreign-"),
    "missing": (lambda path, extract: None, "foreign-missing"),
    "elsewhere": (_elsewhere, "ground-nothing-there"),
    "without nodes": (_without_nodes, "ground-nothing-there"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_bad_file_ends_in_a_line_and_costs_nothing(
    case: str, folder: Path, extract: Path, made: GroundFile, tmp_path: Path
) -> None:
    (folder / "ground").mkdir()
    shutil.copy(made.path, folder / "ground")
    before = ground_files(plan_of(folder))
    write, code = HOSTILE[case]
    path = tmp_path / "bad.osm.pbf"
    write(path, extract)
    with pytest.raises(PlanMapError) as caught:
        add_ground(plan_of(folder), path, today=TODAY)
    assert caught.value.code.startswith(code)
    for language in LANGUAGES:
        assert "\n" not in translation(language).explain(caught.value)
    assert ground_files(plan_of(folder)) == before
    assert [one.name for one in (folder / "ground").iterdir()] == ["harbin.pmtiles"]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (child.Limits(seconds=0.0), "foreign-too-slow"),
        (child.Limits(memory=2**20), "foreign-memory"),
        (child.Limits(disk=-1), "foreign-disk"),
    ],
)
def test_a_limit_ends_the_work(limits: child.Limits, code: str, folder: Path, extract: Path) -> None:
    with pytest.raises(PlanMapError, match=code):
        add_ground(plan_of(folder), extract, today=TODAY, limits=limits)
    assert list((folder / "ground").iterdir()) == []


def test_gdal_in_the_child_knows_only_what_it_needs(tmp_path: Path) -> None:
    """A file that passes for one of another driver could name other files of the machine."""
    found = subprocess.run(
        [sys.executable, "-c", "import pyogrio; print(' '.join(pyogrio.list_drivers(read=True)))"],
        env=child.environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(found.stdout.split()) <= child.DRIVERS


def test_a_damaged_ground_is_left_out(folder: Path, added: GroundFile) -> None:
    data = added.path.read_bytes()
    for bad in (b"", data[:50], b"PMTiles\x03" + bytes(200), data[:127] + bytes(len(data) - 127)):
        added.path.write_bytes(bad)
        assert ground_files(plan_of(folder)) == ()


@pytest.mark.parametrize(
    "name", ["../../outside", "/etc/passwd", "..", "con\0trol\n", "<b>&\"'`${x}", "   ", "名" * 300]
)
def test_a_name_of_any_kind_stays_in_the_folder(folder: Path, road: Path, name: str) -> None:
    ground = add_ground(plan_of(folder), road, name=name, today=TODAY)
    assert [path.name for path in (folder / "ground").iterdir()] == [ground.path.name]
    assert ground.path.parent == folder / "ground"
    assert ground.name == ground.name.strip()
    assert 0 < len(ground.name) <= 60
    assert "\n" not in ground.name
    assert [listed.id for listed in ground_files(plan_of(folder))] == [ground.id]


def test_what_a_process_that_died_has_left_is_no_ground_and_is_taken_away(folder: Path, road: Path) -> None:
    left = folder / "ground" / ".draft-999999999-abcd"
    left.mkdir(parents=True)
    (left / "made.pmtiles").write_bytes(b"PMTiles")
    assert ground_files(plan_of(folder)) == ()
    add_ground(plan_of(folder), road, today=TODAY)
    assert [path.name for path in (folder / "ground").iterdir()] == ["harbin.pmtiles"]


def test_a_copy_of_a_ground_is_another_one(folder: Path, added: GroundFile) -> None:
    """Its file says the same name; what is removed by an id is the one with that id."""
    copy = added.path.with_name("harbin-old.pmtiles")
    copy.write_bytes(added.path.read_bytes())
    assert find_ground(plan_of(folder), "harbin").path == added.path
    assert find_ground(plan_of(folder), "harbin-old").path == copy
    assert remove_ground(plan_of(folder), "harbin").path == added.path
    assert [path.name for path in (folder / "ground").iterdir()] == ["harbin-old.pmtiles"]


def test_names_that_are_alike_do_not_replace_each_other(folder: Path, road: Path) -> None:
    names = ["C++", "C#", "con", "长" * 45 + "2024", "长" * 45 + "2025"]
    for name in names:
        add_ground(plan_of(folder), road, name=name, today=TODAY)
    assert sorted(ground.name for ground in ground_files(plan_of(folder))) == sorted(names)
    assert not (folder / "ground" / "con.pmtiles").exists()
    again = add_ground(plan_of(folder), road, name="C#", today=TODAY)
    assert len(ground_files(plan_of(folder))) == len(names)
    assert find_ground(plan_of(folder), "C#") == again


@pytest.mark.parametrize(
    "own", [{"thinned": None}, {"thinned": 5}, {"thinned": ["x"]}, {"source": {"zh": 1}}, {"source": 7}, {"source": []}]
)
def test_an_odd_ground_does_not_close_the_plan(folder: Path, added: GroundFile, own: dict[str, Any]) -> None:
    with Archive(added.path) as archive:
        metadata = archive.metadata
        tiles = list(archive.tiles())[:1]
    planmap = {**metadata["planmap"], "name": "odd", **own}
    with ArchiveWriter(
        added.path.with_name("odd.pmtiles"), bounds=added.bounds, metadata={**metadata, "planmap": planmap}
    ) as writer:
        for at, tile in tiles:
            writer.add(*at, gzip.compress(tile))
    known = {ground.id for ground in ground_files(plan_of(folder))}
    assert known in ({added.id}, {added.id, "odd"})


def test_an_archive_that_shrinks_while_it_is_read_is_damaged(added: GroundFile) -> None:
    with Archive(added.path) as archive:
        os.truncate(added.path, 300)
        with pytest.raises(PlanMapError, match="tiles-damaged"):
            list(archive.tiles())


def test_what_reaches_far_beyond_the_plan_is_cut(folder: Path, tmp_path: Path) -> None:
    made = town(LONGITUDE, LATITUDE)
    made.box(-300, -300, 300, 300, natural="wood")
    ground = add_ground(plan_of(folder), made.write(tmp_path / "wide.osm.pbf"), today=TODAY)
    with Archive(ground.path) as archive:
        counts = Counter(zoom for zoom, _, _ in archive.places())
    assert counts[12] < 60
    west, south, east, north = around(plan_of(folder))
    assert ground.bounds == pytest.approx((west, south, east, north), abs=1e-6)


def test_the_limit_of_disk_holds_for_drafts_of_tiles(folder: Path, extract: Path, tmp_path: Path) -> None:
    seen: list[int] = []

    def look(share: float) -> None:
        drafts = list((folder / "ground").glob(".draft-*/*"))
        seen.append(sum(path.stat().st_size for path in drafts if path.suffix == ".tiles"))

    add_ground(plan_of(folder), extract, today=TODAY, progress=look)
    assert max(seen) > 1000
    assert [path.name for path in (folder / "ground").iterdir()] == ["harbin.pmtiles"]
