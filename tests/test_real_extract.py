"""A real extract of a city that is not in China: what of it is on the map, and where."""

import subprocess
from datetime import date
from math import hypot
from pathlib import Path

import pytest

from geo.tiles.archive import Archive
from geo.tiles.schema import MOST_BYTES
from layers.draw.paper import Paper
from layers.ground.files import GroundFile, ground_files
from layers.ground.tiles import TileGround, tile_ground
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.sheet.sheet import Order, compose
from layers.store.base import open_store, read_plan
from tests.command import call
from tests.plan_anywhere import write_plan_at
from tests.real_extract import EXTRACT, LATITUDE, LONGITUDE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_plan_at(tmp_path_factory.mktemp("helsinki") / "plan", LONGITUDE, LATITUDE)


@pytest.fixture(scope="module")
def added(folder: Path) -> subprocess.CompletedProcess[str]:
    return call("ground", "add", str(EXTRACT), "--lang", "en", "--plan", str(folder), folder=folder.parent)


@pytest.fixture(scope="module")
def plan(folder: Path, added: subprocess.CompletedProcess[str]) -> Plan:
    assert added.returncode == 0, added.stderr
    return read_plan(open_store(str(folder)))


@pytest.fixture(scope="module")
def ground(plan: Plan) -> GroundFile:
    [found] = ground_files(plan)
    return found


@pytest.fixture(scope="module")
def shown(plan: Plan, ground: GroundFile) -> TileGround:
    """What is within two kilometres of the station, for a map of zoom 16."""
    x, y = plan.grid.position(LONGITUDE, LATITUDE)
    return tile_ground(ground, plan.grid, (x - 2000, y - 2000, x + 2000, y + 2000), 16.0)


def test_it_is_added_by_its_command(added, ground):
    assert "Helsinki" in added.stdout
    assert (ground.id, ground.file, ground.zooms) == ("helsinki", "Helsinki.osm.pbf", (6, 15))
    assert ground.source.en == "© OpenStreetMap contributors (ODbL)"
    assert ground.thinned == ()
    with Archive(ground.path) as archive:
        assert max(len(archive.stored(*place) or b"") for place in archive.places()) < MOST_BYTES


def test_streets_are_where_they_are_in_the_world(plan, shown):
    names = {line.name.zh for line in shown.lines}
    assert {"Mannerheimintie", "Aleksanterinkatu", "Kaivokatu"} <= names
    # The corner of Mannerheimintie and Aleksanterinkatu, by the Stockmann store, to 50 m.
    x, y = plan.grid.position(24.9418, 60.1687)
    for street in ("Mannerheimintie", "Aleksanterinkatu"):
        points = [at for line in shown.lines if line.name.zh == street for at in line.geometry.coords]
        assert min(hypot(east - x, north - y) for east, north in points) < 100


def test_a_city_has_all_that_belongs_to_one(shown):
    kinds = {line.kind for line in shown.lines} | set(shown.rings) | {spot.kind for spot in shown.spots}
    assert {"secondary", "minor", "path", "tram", "building", "park", "station"} <= kinds
    assert len(shown.rings["building"]) > 300


def test_its_names_are_on_a_sheet(plan):
    scene = Scene.from_query("site=station&lang=en")
    made = compose(plan, scene, Order(Paper.parse("A3"), 10_000), today=date(2026, 3, 1))
    texts = " ".join(made.drawing.texts())
    assert "Mannerheim" in texts
    assert "OpenStreetMap contributors" in texts
