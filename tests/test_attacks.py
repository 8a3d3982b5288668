"""Files made to do harm. Each of these once did, or does to programs that read plans more trustingly."""

import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import urllib.request
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import GeometryError, PlanMapError
from geo.geopackage import geometry_from_blob, geometry_from_wkb
from layers.map.document import map_document
from layers.plan.scene import Scene
from layers.resources import default_plan_folder
from layers.selection.select import select
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import check_folder
from layers.translation import translation
from tests.browser.server import serving
from tests.test_plan_folder import edit_csv, edit_sites, only_fault

TEMPLATES = [
    "{{ 7 * 7 }}",
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "{% for x in y %}",
    "{# hidden #}",
    "{{",
    "{% raw %}",
    "${7*7}",
    "</script><script>alert(1)</script>",
]


def plan_in(document: str) -> dict:
    """Return the plan that a map document holds as data."""
    _, _, rest = document.partition('id="planmap-plan">')
    return json.loads(rest.partition("</script>")[0])


@pytest.mark.parametrize("attack", TEMPLATES)
def test_a_name_is_no_template(plan_folder, attack):
    def rename(features):
        for feature in features:
            feature["properties"]["name_zh"] = attack

    edit_sites(plan_folder, rename)
    plan, faults = check_folder(plan_folder)
    assert faults == []
    selection = select(plan, Scene(), today=date(2026, 11, 22))
    document = map_document(plan, Scene(), selection)
    assert {site["zh"] for site in plan_in(document)["sites"]} == {attack}


@settings(max_examples=15)
@given(st.text(st.characters(codec="utf-8"), max_size=40).map(lambda text: "x" + text + "{{ 1 }}"))
def test_any_words_reach_the_browser_unchanged(plan, words):
    title = plan.catalogue.groups[0].title._replace(zh=words)
    group = type(plan.catalogue.groups[0])("report", title)
    catalogue = type(plan.catalogue)((group, *plan.catalogue.groups[1:]), plan.catalogue.layers)
    changed = type(plan)(plan.info, plan.sites, plan.tasks, plan.events, catalogue)
    document = map_document(changed, Scene(), select(changed, Scene(), today=date(2026, 11, 22)))
    assert plan_in(document)["groups"][0]["zh"] == words


def hot_journal(path: Path, victim: Path) -> None:
    """Lay a journal beside a database that names `victim` as the file to delete after the rollback."""
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    magic = bytes.fromhex("d9d505f920a163d7")
    header = magic + struct.pack(">IIIII", 0, 0, pages, 512, size)
    name = os.fsencode(victim)
    tail = struct.pack(">I", 0x40000000 // size + 1) + name
    tail += struct.pack(">II", len(name), sum(struct.unpack(f"{len(name)}b", name)) & 0xFFFFFFFF) + magic
    path.with_name(path.name + "-journal").write_bytes(header.ljust(512, b"\0") + tail)


def test_a_journal_beside_a_foreign_file_deletes_nothing(plan, tmp_path):
    path, victim = tmp_path / "foreign.gpkg", tmp_path / "victim.txt"
    copy_plan(plan, str(path))
    victim.write_text("mine", encoding="utf-8")
    hot_journal(path, victim)
    with suppress(PlanMapError):
        read_plan(open_store(str(path)))
    assert victim.read_text(encoding="utf-8") == "mine"


def blob(wkb: bytes) -> bytes:
    return b"GP\x00\x01" + struct.pack("<i", 4326) + wkb


def test_geometries_nested_without_end_do_not_end_the_process():
    for kind in (7, 6, 4):
        nested = struct.pack("<BII", 1, kind, 1) * 200_000 + struct.pack("<BIdd", 1, 1, 117.0, 39.0)
        with pytest.raises(GeometryError):
            geometry_from_blob(blob(nested))


positions = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
shapes = st.one_of(
    st.builds(shapely.Point, positions),
    st.builds(shapely.LineString, st.lists(positions, min_size=2, max_size=5, unique=True)),
    st.builds(shapely.MultiPoint, st.lists(positions, min_size=1, max_size=4)),
    st.builds(
        lambda a, b: shapely.MultiPolygon([shapely.Point(a).buffer(1), shapely.Point(b).buffer(1)]),
        positions,
        positions,
    ),
)


@given(shapes, st.sampled_from(["iso", "extended"]), st.booleans(), st.integers(0, 1))
def test_sound_wkb_of_every_flavour_is_read(geometry, flavor, with_z, byte_order):
    given_geometry = shapely.force_3d(geometry, 5.0) if with_z else geometry
    wkb = shapely.to_wkb(given_geometry, flavor=flavor, byte_order=byte_order)
    assert geometry_from_wkb(wkb).equals_exact(geometry, 0)


@given(shapes, st.integers(1, 60))
def test_cut_off_wkb_is_a_geometry_error(geometry, cut):
    with pytest.raises(GeometryError):
        geometry_from_wkb(shapely.to_wkb(geometry)[:-cut] or b"\x01")


@pytest.mark.parametrize("value", [5, 5.5, "text", b"", b"GP", b"GP\x00\xff" + b"\0" * 40])
def test_what_is_no_geometry_in_a_geometry_column(value):
    with pytest.raises(GeometryError):
        geometry_from_blob(value)


def test_a_geometry_of_another_system_is_named(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    wkb = struct.pack("<BIdd", 1, 1, 13000000.0, 4700000.0)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER IF EXISTS rtree_planmap_sites_geom_update1")
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        connection.execute(
            "UPDATE planmap_sites SET geom = ? WHERE site_id = 'cauc'", (b"GP\x00\x01" + struct.pack("<i", 3857) + wkb,)
        )
        connection.commit()
    _, faults = open_store(str(path)).check()
    assert [(fault.row, fault.code) for fault in faults] == [("cauc", "geometry-crs")]


EACH_CHECKED = """
import json, sys
from click.testing import CliRunner
from app.cli import main
for where in sys.argv[1:]:
    result = CliRunner().invoke(main, ["check", where])
    print(json.dumps([where, result.exit_code, result.stdout, result.stderr]), flush=True)
"""

FILES_ATTACKED = ["plan.toml", "tasks.csv", "sites.geojson"]
KINDS = ["pipe", "endless", "link", "folder"]


def disguised(path: Path, kind: str, secret: Path) -> None:
    """Put something in the place of a file that only looks like one."""
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "endless":
        path.symlink_to("/dev/zero")
    elif kind == "link":
        path.symlink_to(secret)
    else:
        path.mkdir()


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """What `planmap check` says of each, in a process where a hang or a flood of memory ends in an error of the test.

    One process for all of them, since its start takes longer than what it is for.
    """
    folder = tmp_path_factory.mktemp("attacks")
    secret = folder / "secret"
    secret.write_text("password,other\n", encoding="utf-8")
    places = {"database": folder / "plan.gpkg"}
    disguised(places["database"], "pipe", secret)
    for kind in KINDS:
        for name in FILES_ATTACKED:
            places[kind, name] = shutil.copytree(default_plan_folder(), folder / f"{kind} {name}")
            disguised(places[kind, name] / name, kind, secret)
    with subprocess.Popen(
        [sys.executable, "-c", EACH_CHECKED, *map(str, places.values())],
        env={**os.environ, "PLANMAP_DATA_DIR": str(folder / "data")},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            lines = process.communicate(timeout=120)[0].splitlines()
        finally:
            process.kill()
    found = {where: answer for where, *answer in map(json.loads, lines)}
    assert list(found) == [str(place) for place in places.values()], "it ended or hung at what comes next"
    return {key: found[str(place)] for key, place in places.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES_ATTACKED)
@pytest.mark.parametrize("kind", KINDS)
def test_what_only_looks_like_a_file(checked, name, kind):
    code, out, err = checked[kind, name]
    assert code == 1, (out, err)
    assert out.startswith(f"{name}: ")
    assert "password" not in out
    assert err == ""


@pytest.mark.slow
def test_a_pipe_with_the_name_of_a_database(checked):
    code, out, err = checked["database"]
    assert code == 2, (out, err)


BIG = "9" * 5000


@pytest.mark.parametrize(
    "geometry",
    [
        f'{{"type": "Point", "coordinates": [1{"0" * 400}, 39]}}',
        f'{{"type": "Point", "coordinates": [{BIG}, 39]}}',
        f'{{"type": "Point", "coordinates": {"[" * 800}{"]" * 800}}}',
        '{"type": ["Point"], "coordinates": [117, 39]}',
        '{"type": "Point", "coordinates": ["117", "39"]}',
        '{"type": "Point", "coordinates": [true, 39]}',
        '{"type": "Point", "coordinates": {"x": 117}}',
    ],
)
def test_strange_coordinates_are_a_fault(plan_folder, geometry):
    path = plan_folder / "sites.geojson"
    lines = path.read_text(encoding="utf-8").splitlines()
    start = lines[1].index('"geometry":') + len('"geometry":')
    lines[1] = lines[1][:start] + geometry + "},"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert only_fault(plan_folder).file == "sites.geojson"


@pytest.mark.parametrize("line", [f"year = {BIG}", f"year = 0x{'f' * 6000}", f"{'a.' * 2000}a = 1", "themes = 5"])
def test_strange_toml_is_a_fault(plan_folder, line):
    path = plan_folder / "plan.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("year = 2024", line) if "year" in line else f"{line}\n{text}", encoding="utf-8")
    plan, faults = check_folder(plan_folder)
    assert plan is None
    for fault in faults:
        assert translation("zh").explain(fault)


@pytest.mark.parametrize("site_id", ["\ud800", "a\nb", "\x1b[31m", "a,b", "a;b", "", True, {"a": 1}, "x" * 1000])
def test_a_site_id_that_is_none_is_a_fault_that_can_be_printed(plan_folder, site_id):
    edit_sites(plan_folder, lambda features: features[-1].update(id=site_id))
    _, faults = check_folder(plan_folder)
    assert faults
    for fault in faults:
        line = translation("zh").explain(fault)
        assert line.isprintable()
        line.encode("utf-8")


@pytest.mark.parametrize("value", ["ta\nr\x1b[31mget", "a\x1b]0;pwn\x07", "长" * 5000])
def test_a_fault_is_one_short_line(plan_folder, value):
    edit_csv(plan_folder / "tasks.csv", lambda rows: rows[0].update(kind=value))
    line = translation("en").explain(only_fault(plan_folder))
    assert line.isprintable()
    assert len(line) < 500


def test_a_table_of_nothing_but_faults_is_given_up(plan_folder):
    edit_csv(plan_folder / "tasks.csv", lambda rows: rows.extend([{**rows[0], "kind": "wish"}] * 15_000))
    _, faults = check_folder(plan_folder)
    assert len(faults) == 1001
    assert faults[-1].code == "more-faults"


@pytest.mark.parametrize("header", ["id,section,id", "id,,section"])
def test_a_header_with_a_doubtful_column_is_a_fault(plan_folder, header):
    path = plan_folder / "tasks.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("id,section", header, 1), encoding="utf-8")
    assert "column-name" in {fault.code for fault in check_folder(plan_folder)[1]}


def test_a_plan_without_events_can_be_copied(plan_folder, tmp_path):
    edit_csv(plan_folder / "events.csv", lambda rows: rows.clear())
    plan, faults = check_folder(plan_folder)
    assert faults == []
    assert read_plan(copy_plan(plan, str(tmp_path / "plan.gpkg"))).events == ()


@pytest.mark.parametrize("column", ["a TEXT AS (hex(zeroblob(400000000)))", "b TEXT AS ('x') STORED"])
def test_a_computed_column_is_refused(plan, tmp_path, column):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE planmap_tasks RENAME TO old")
        connection.execute(f"CREATE TABLE planmap_tasks (fid INTEGER PRIMARY KEY, id TEXT, {column})")
        connection.commit()
    with pytest.raises(PlanMapError) as caught:
        read_plan(open_store(str(path)))
    assert caught.value.code == "plan-not-a-database"


@pytest.mark.slow
def test_a_settings_file_in_the_folder_of_a_plan_is_not_obeyed(plan_folder, tmp_path):
    (plan_folder / ".streamlit").mkdir()
    (plan_folder / ".streamlit" / "config.toml").write_text('[server]\nbaseUrlPath = "evil"\n', encoding="utf-8")
    before = Path.cwd()
    os.chdir(plan_folder)
    try:
        with serving(tmp_path, ".") as url, urllib.request.urlopen(f"{url}/map") as answer:  # noqa: S310
            assert answer.status == 200
    finally:
        os.chdir(before)
