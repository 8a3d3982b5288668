"""Plans that hold too much: each ends in one clear line, in little time and memory."""

import json
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.detail import MAXIMUM_PAIRS, Detail, edge_pairs
from geo.errors import GeometryError, PlanMapError
from geo.generalise import generalised
from layers.browser import detail as browser_detail
from layers.plan.digest import whole_digest
from layers.plan.scene import Scene
from layers.sheet import render
from layers.sheet.sheet import Order, compose
from layers.store import check as check_module
from layers.store import event_table, limits
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import check_folder
from layers.store.limits import check_toml
from layers.translation import translation
from tests.command import PLANMAP, environment
from tests.examples import DECK
from tests.test_store import EVENT

LAUNCH = Path(__file__).parent / "benchmarks" / "launch.py"

MEGABYTES = 500
"""What `planmap check` may take of the memory."""

SECONDS = 60
"""Of the processor's time, on a machine ten times as slow as one of today; each of these takes about one second."""


def with_geometry(folder: Path, text: str, category: str = "road") -> None:
    path = folder / "sites.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    words = {"name_zh": "长线", "category": category, "precision": "mapped", "source_zh": "x", "licence": "x"}
    document["features"].append({"type": "Feature", "id": "big", "properties": words, "geometry": "@@"})
    path.write_text(json.dumps(document, ensure_ascii=False).replace('"@@"', text), encoding="utf-8")


def geometry(kind: str, positions: np.ndarray) -> str:
    inner = ",".join(f"[{x:.7f},{y:.7f}]" for x, y in positions.tolist())
    return f'{{"type": "{kind}", "coordinates": {f"[[{inner}]]" if kind == "Polygon" else f"[{inner}]"}}}'


def wave(count: int) -> np.ndarray:
    """A line through the district, as a receiver in a car writes it down: too often, and never twice the same."""
    along = np.linspace(0, 1, count)
    noise = np.random.default_rng(1).normal(0, 2e-5, (count, 2))
    return np.column_stack([117.2 + 0.4 * along, 39.1 + 0.05 * np.sin(40 * along)]) + noise


def comb(count: int) -> np.ndarray:
    """A valid outline of long thin teeth, each edge of which lies beside all others."""
    at = np.arange(count // 2) / count * 0.002
    teeth = np.stack([np.column_stack([117.2 + at, 39.0 - at]), np.column_stack([117.3 + at, 39.1 - at])], axis=1)
    around = [(117.31, 39.09), (117.31, 38.5), (117.19, 38.5), (117.19, 39.0), (117.2, 39.0)]
    return np.concatenate([teeth.reshape(-1, 2), around])


def falling_zigzag(count: int) -> np.ndarray:
    """A line for which the method of Douglas and Peucker takes the square of its vertices."""
    at = np.arange(count)
    return np.column_stack([at * 1.0, np.where(at % 2, 1, -1) * (count - at) * 1e-3])


def first_lines(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text(encoding="utf-8").splitlines()


def many_columns(folder: Path) -> None:
    head, *rows = first_lines(folder, "tasks.csv")
    more = ",".join(f"c{number}" for number in range(100_000))
    lines = [f"{head},{more}", *(row + "," * 100_000 for row in rows[:20])]
    (folder / "tasks.csv").write_text("\n".join(lines), encoding="utf-8")


def text_file(name: str, text: str, size: int):
    def write(folder: Path) -> None:
        head = "" if name.endswith("json") else first_lines(folder, name)[0] + "\n"
        (folder / name).write_text(head + text * (size // len(text.encode())), encoding="utf-8")

    return write


def shaped(text: Callable[[], str]):
    """Return what writes a shape into a plan; the text of the shape is made only then."""
    return lambda folder: with_geometry(folder, text())


def repeated(start: str, middle: str, end: str, size: int) -> str:
    return start + middle * (size // len(middle.encode())) + end


LINE = '{"type": "LineString", "coordinates": ['
FOLDERS = {
    "columns": (many_columns, "too-many-columns"),
    "toml": (text_file("plan.toml", '[[themes]]\nid = "a"\n', 45_000_000), "file-too-large"),
    "tables": (text_file("layers.toml", "[[a.b.c.d]]\n", limits.SIZES["catalogue"] - 1000), None),
    "dots": (text_file("layers.toml", "a.", limits.SIZES["catalogue"] - 1000), "key-too-long"),
    "entries": (text_file("plan.toml", "a=[" + "[]," * 60_000 + "]\n", limits.SIZES["info"] - 1000), None),
    "rows": (text_file("events.csv", "," * 14 + "\n", 60_000_000), "file-too-large"),
    "lines": (text_file("tasks.csv", "\n", limits.SIZES["tasks"] - 1000), "too-many-rows"),
    "short rows": (text_file("tasks.csv", "," * 15 + "x\n", 2_000_000), "too-many-rows"),
    "field": (text_file("tasks.csv", "x" * 1000, limits.SIZES["tasks"] - 1000), "not-csv"),
    "ids": (text_file("tasks.csv", "a,b,c,d,plan,f" + "," * 6 + "aa;" * 40_000 + ",,,,\n", 7_900_000), None),
    "depth": (shaped(lambda: repeated('{"type": "Point", "coordinates": ', "[", "", 39_000_000)), "file-too-full"),
    "lists": (shaped(lambda: repeated(LINE, "[],", "[]]}", 39_000_000)), "file-too-full"),
    "emoji": (shaped(lambda: repeated(f'{LINE}"😀",', "[],", "[]]}", 7_000_000)), None),
    "objects": (text_file("sites.geojson", "{},", 39_000_000), "file-too-full"),
    "points": (shaped(lambda: geometry("MultiPoint", wave(500_000))), "too-many-points"),
    "comb": (shaped(lambda: geometry("Polygon", comb(400_000))), "geometry-tangled"),
    "vertices": (shaped(lambda: geometry("LineString", wave(1_200_001))), "too-many-vertices"),
    "a million": (shaped(lambda: geometry("LineString", wave(1_000_000))), ""),
}
"""What makes the plan, and the code of its fault: None for any, an empty text for a plan without faults."""


def emptied(connection: sqlite3.Connection, table: str, more: str = "") -> None:
    connection.execute(f"DROP TABLE {table}")
    connection.execute(f"CREATE TABLE {table} (fid INTEGER PRIMARY KEY, id TEXT{more})")


COUNT = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {}) "


def many_rows(connection: sqlite3.Connection) -> None:
    emptied(connection, "planmap_events")
    connection.execute(COUNT.format(2_500_000) + "INSERT INTO planmap_events (fid) SELECT n FROM r")  # noqa: S608


def large_default(connection: sqlite3.Connection) -> None:
    emptied(connection, "planmap_tasks")
    connection.execute(COUNT.format(300_000) + "INSERT INTO planmap_tasks SELECT n, 'a' FROM r")  # noqa: S608
    connection.execute(f"ALTER TABLE planmap_tasks ADD COLUMN title_zh TEXT DEFAULT '{'x' * 10_000_000}'")


def wide_table(connection: sqlite3.Connection) -> None:
    emptied(connection, "planmap_tasks", "".join(f", c{number}" for number in range(1900)))
    connection.execute("INSERT INTO planmap_tasks (id) VALUES ('a')")


def large_entry(connection: sqlite3.Connection) -> None:
    value = repeated('{"groups": [', "[],", "[]]}", 50_000_000)
    connection.execute("UPDATE planmap_info SET value = ? WHERE key = 'catalogue'", (value,))


def full_entry(connection: sqlite3.Connection) -> None:
    value = repeated('{"groups": [', "[],", "[]]}", 4_000_000)
    connection.execute("UPDATE planmap_info SET value = ? WHERE key = 'catalogue'", (value,))


def large_blobs(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE planmap_tasks SET title_zh = zeroblob(5000000) WHERE fid <= 12")


def large_schema(connection: sqlite3.Connection) -> None:
    def statement(name: str) -> str:
        return f"CREATE TABLE {name} (a DEFAULT '{'x' * 5_000}')"

    connection.execute(statement("t0"))
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 't0'").fetchone()
    # Written into the schema itself: SQLite reads the whole schema again for each table that it creates.
    connection.execute("PRAGMA writable_schema = ON")
    names = [f"t{number}" for number in range(1, 6_000)]
    rows = [("table", name, name, page, statement(name)) for name in names]
    connection.executemany("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", rows)


DATABASES = [many_rows, large_default, wide_table, large_entry, full_entry, large_blobs, large_schema]


def check(where: Path, data: Path) -> tuple[int, str, float, float]:
    """Run `planmap check` on a plan; return its exit code, its output, its seconds and its peak of megabytes."""
    # Through a small process of its own: Linux counts the memory of whatever starts a process to that one's peak.
    command = [sys.executable, "-I", "-S", str(LAUNCH), str(PLANMAP), "check", str(where), "--lang", "en"]
    done = subprocess.run(
        command,
        env=environment(data),
        capture_output=True,
        encoding="utf-8",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS)),
        check=True,
    )
    output, _, last = done.stdout.rstrip().rpartition("\n")
    found = json.loads(last)
    return found["code"], output + done.stderr, found["cpu"], found["peak_mb"]


def said(code: str) -> str:
    """Return a pattern for what is said of a fault in English, whatever its details are."""
    words = re.split(r"\{[^}]*\}", translation("en").texts[f"error.{code}"])
    return ".*".join(map(re.escape, words)) + " → "


@pytest.mark.slow
@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_that_holds_too_much(plan_folder, tmp_path, name):
    write, code = FOLDERS[name]
    write(plan_folder)
    exit_code, output, _, megabytes = check(plan_folder, tmp_path / "data")
    assert megabytes < MEGABYTES
    assert exit_code == (0 if code == "" else 1), output[:500]
    assert "Traceback" not in output
    if code:
        assert re.search(said(code), output), output[:500]


@pytest.mark.slow
@pytest.mark.parametrize("attack", DATABASES, ids=lambda attack: attack.__name__)
def test_a_database_that_holds_too_much(plan, tmp_path, attack):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    with closing(sqlite3.connect(path)) as connection:
        attack(connection)
        connection.commit()
    exit_code, output, _, megabytes = check(path, tmp_path / "data")
    assert megabytes < MEGABYTES
    assert exit_code in (1, 2), output[:500]
    assert "Traceback" not in output


def test_a_row_too_many_is_a_fault_and_not_cut(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    with closing(sqlite3.connect(path)) as connection:
        emptied(connection, "planmap_tasks")
        count = limits.ROWS["tasks"] + 1
        connection.execute(COUNT.format(count) + "INSERT INTO planmap_tasks SELECT n, 'a' FROM r")  # noqa: S608
        connection.commit()
    plan, faults = open_store(str(path)).check()
    assert plan is None
    assert [(fault.file, fault.code) for fault in faults] == [("planmap_tasks", "too-many-rows")]


@pytest.mark.parametrize("code", ["too-many-rows", "table-too-large", "too-many-odd-events"])
def test_more_events_than_there_may_be_are_a_fault_and_not_cut(plan, home, monkeypatch, code):
    store = copy_plan(plan, home)
    monkeypatch.setitem(limits.ROWS, "events", len(plan.events) - (code == "too-many-rows"))
    monkeypatch.setattr(event_table, "EVENT_BYTES", 1000 if code == "table-too-large" else limits.EVENT_BYTES)
    monkeypatch.setattr(check_module, "ODD_EVENTS", -1 if code == "too-many-odd-events" else limits.ODD_EVENTS)
    found, faults = store.check()
    assert found is None
    assert [(fault.file, fault.code) for fault in faults] == [("planmap_events", code)]


ENDLESS = "INSERT INTO sink WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r WHERE n < 0"
CROSSED = "INSERT INTO sink SELECT count(*) FROM planmap_events a, planmap_events b, planmap_events c, planmap_sites d"
SLOW = "INSERT INTO sink SELECT instr(hex(zeroblob(8000000)), hex(zeroblob(4000000)) || 'x')"
LARGE = "INSERT INTO sink SELECT printf('%999999999d', 1)"


@pytest.mark.parametrize("body", [ENDLESS, CROSSED, SLOW, LARGE])
def test_a_trigger_without_end_ends_in_a_clear_line(plan, tmp_path, body):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE sink (x)")
        for table, change in (("planmap_info", "UPDATE"), ("planmap_info", "INSERT"), ("planmap_events", "INSERT")):
            connection.execute(f"CREATE TRIGGER {table}_{change} AFTER {change} ON {table} BEGIN {body}; END")
        connection.commit()
    store = open_store(str(path))
    for write in (lambda: store.save_decks([DECK], known=plan.decks), lambda: store.add_event(EVENT)):
        with pytest.raises(PlanMapError) as caught:
            write()
        assert caught.value.code == "plan-runs-on"
    assert whole_digest(read_plan(store)) == whole_digest(plan)


def test_the_triggers_of_a_gis_still_count(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    store = copy_plan(plan, str(path))
    counted = "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = 'planmap_events'"
    with closing(sqlite3.connect(path)) as connection:
        # As GDAL makes one for each table that it writes.
        connection.execute("INSERT INTO gpkg_ogr_contents VALUES ('planmap_events', ?)", (len(plan.events),))
        connection.execute(
            "CREATE TRIGGER trigger_insert_feature_count_planmap_events AFTER INSERT ON planmap_events "
            "BEGIN UPDATE gpkg_ogr_contents SET feature_count = feature_count + 1 "
            "WHERE lower(table_name) = lower('planmap_events'); END"
        )
        connection.commit()
    store.add_event(EVENT)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(counted).fetchone() == (len(plan.events) + 1,)


SAVES = """
import sys
from layers.store.base import open_store, read_plan
from tests.examples import DECK
store = open_store(sys.argv[1])
plan = read_plan(store)
print("saves", flush=True)
store.save_decks([DECK], known=plan.decks)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_process_that_saves_can_be_stopped(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE sink (x)")
        connection.execute(f"CREATE TRIGGER t AFTER UPDATE ON planmap_info BEGIN {CROSSED}; END")
        connection.commit()
    with subprocess.Popen(
        [sys.executable, "-c", SAVES, str(path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout.readline() == b"saves\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) != 0


@pytest.mark.parametrize(
    "text",
    [
        'a = "a.b.c.d.e.f.g"',
        "a = 'a.b.c.d.e.f'",
        '# a.b.c.d.e.f\na = "x"',
        'a = """\na.b.c.d.e.f = 1\n"""',
        "a.b.c = 1.5",
    ],
)
def test_dots_in_texts_and_comments_are_no_keys(text):
    check_toml(text, "plan.toml")


@pytest.mark.parametrize(
    "text", ["a.b.c.d.e = 1", "[a . b.c.d.e]", 'x = { "a"."b".c.d.e = 1 }', 'a = "\\""\nb.c.d.e.f = 1']
)
def test_a_key_of_many_parts_is_refused(text):
    with pytest.raises(GeometryError, match="key-too-long"):
        check_toml(text, "plan.toml")


@pytest.mark.slow
def test_a_comb_is_tangled_and_a_coast_is_not():
    with pytest.raises(GeometryError, match="geometry-tangled"):
        Detail().count(shapely.Polygon(comb(40_000)))
    angle = np.linspace(0, 2 * np.pi, 300_000, endpoint=False)
    radius = 0.2 * (1 + 0.05 * np.sin(300 * angle))
    assert (
        edge_pairs(shapely.Polygon(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]))) < MAXIMUM_PAIRS
    )
    ponds = [shapely.Point(x, y).buffer(0.3) for x in range(100) for y in range(100)]
    assert edge_pairs(shapely.MultiPolygon(ponds)) < MAXIMUM_PAIRS


ring = st.lists(st.tuples(st.floats(0, 6.28), st.floats(1, 5)), min_size=3, max_size=60, unique_by=lambda at: at[0])
course = st.lists(
    st.tuples(*[st.integers(-10_000, 10_000).map(lambda step: step / 100)] * 2), min_size=2, max_size=60, unique=True
)


@settings(max_examples=60)
@given(course, st.floats(0.001, 20))
def test_a_line_moves_by_no_more_than_the_tolerance(positions, tolerance):
    line = shapely.LineString(positions)
    less = generalised(line, tolerance)
    assert less.geom_type == "LineString"
    assert shapely.get_num_coordinates(less) <= len(positions)
    assert {tuple(at) for at in less.coords} <= set(positions)
    assert (less.coords[0], less.coords[-1]) == (line.coords[0], line.coords[-1])
    assert shapely.hausdorff_distance(line, less, densify=0.05) <= tolerance * 1.0001 + 1e-9


@settings(max_examples=60)
@given(ring, st.floats(0.001, 3))
def test_an_area_stays_valid_and_there(polar, tolerance):
    area = shapely.Polygon([(r * np.cos(a), r * np.sin(a)) for a, r in sorted(polar)])
    if not area.is_valid or area.area < 1e-6:
        return
    less = generalised(area, tolerance)
    assert less.is_valid
    assert less.geom_type == "Polygon"
    assert not less.is_empty
    assert shapely.hausdorff_distance(area.exterior, less.exterior, densify=0.05) <= tolerance * 1.0001 + 1e-9


def test_a_line_made_for_the_method_takes_no_longer():
    zigzag = shapely.LineString(falling_zigzag(200_000))
    assert generalised(zigzag, 1e-9).equals_exact(zigzag, 0)


@pytest.mark.slow
def test_a_long_line_is_drawn_with_what_can_be_seen(plan_folder):
    with_geometry(plan_folder, geometry("LineString", wave(200_000)))
    plan, faults = check_folder(plan_folder)
    assert faults == []
    sheet = compose(plan, Scene(), Order(), today=date(2026, 11, 22))
    drawn = sum(len(shape.path.vertices) for shape in sheet.drawing.ground)
    assert drawn < 100_000
    assert render.render(sheet, "pdf", dpi=100).startswith(b"%PDF")


@pytest.mark.slow
def test_a_line_that_fills_the_sheet_is_named(plan_folder):
    scribble = np.column_stack([117.2 + 0.4 * at for at in np.random.default_rng(2).random((2, 100_000))])
    with_geometry(plan_folder, geometry("LineString", scribble - (0, 78.2)))
    plan, _ = check_folder(plan_folder)
    with pytest.raises(PlanMapError, match="too-dense-to-draw"):
        compose(plan, Scene(), Order(), today=date(2026, 11, 22))


@pytest.mark.slow
def test_the_browser_gets_no_more_than_it_can_draw(plan, plan_folder):
    ordinary = {site.id: site.geometry for site in plan.sites.values() if site.geometry is not None}
    assert browser_detail.shown_geometries(ordinary) == ordinary
    with_geometry(plan_folder, geometry("LineString", wave(300_000)))
    large, _ = check_folder(plan_folder)
    placed = {site.id: site.geometry for site in large.sites.values() if site.geometry is not None}
    shown = browser_detail.shown_geometries(placed)
    assert list(shown) == list(placed)
    assert sum(map(shapely.get_num_coordinates, shown.values())) <= browser_detail.MAXIMUM_VERTICES
    assert shapely.get_num_coordinates(large.sites["big"].geometry) == 300_000
