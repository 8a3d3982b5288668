"""A table of PostGIS as an own layer: linked, asked, drawn and told of, while its features stay where they are."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urlencode, urlsplit

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from starlette.requests import Request
from starlette.responses import Response

from app.cli import main
from app.layer_route import features_answer, own_state_answer, place_answer
from geo.database import connection
from geo.database.address import parse_database
from geo.database.table import DatabaseTable
from geo.errors import PlanMapError
from geo.feature_package import describe
from geo.feature_package import opened as opened_file
from layers.allowed_hosts import allow
from layers.own import at
from layers.own.answer import answer
from layers.own.files import damaged_layers, find_layer, own_layers, remove_layer, trouble
from layers.own.giving import give_back
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.own.table import state
from layers.own.table.linking import TableWish, add_table, offered_tables
from layers.own.words import layer_words
from layers.plan.deck import Deck, Slide
from layers.plan.layer_question import FieldCondition, LayerQuestion, PlaceCondition
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.present.briefing import briefing
from layers.translation import translation
from tests.own_files import added, plan_in, write_parcels
from tests.table_server import TableServer, make_parcels, table_server

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tables_anew")]

TODAY = date(2026, 3, 1)


@pytest.fixture
def server(empty_database_url: str) -> Iterator[TableServer]:
    with table_server(empty_database_url) as made:
        yield made


@pytest.fixture
def allowed(server: TableServer) -> TableServer:
    allow(server.host, private=True)
    make_parcels(server)
    return server


def linked(folder: Path, server: TableServer, table: str = "parcels", **options: object) -> OwnLayer:
    wish = TableWish(server.address, table, **options)  # type: ignore[arg-type]
    return add_table(plan_in(folder), wish, today=TODAY)


def refusal(call: object, *arguments: object, **options: object) -> str:
    with pytest.raises(PlanMapError) as caught:
        call(*arguments, **options)  # type: ignore[operator]
    return caught.value.code


def test_a_linked_table_is_a_layer_without_rows_of_its_own(plan_folder: Path, allowed: TableServer) -> None:
    made = linked(plan_folder, allowed, name="地块", group="规划局")
    plan = plan_in(plan_folder)
    assert own_layers(plan) == (made,)
    assert (made.name, made.group, made.count, made.shape.value) == ("地块", "规划局", 48, "area")
    assert [(field.name, field.type) for field in made.fields] == [
        ("gid", "integer"), ("use", "text"), ("far", "real"), ("built", "date"),
    ]  # fmt: skip
    assert made.position.system == "EPSG:4326"
    assert made.position.accuracy_m == 0
    with opened_file(made.path) as file:
        assert file.count == 0
        assert file.about["source"]["table"] == "parcels"
    assert b"password" not in made.path.read_bytes()
    assert find_layer(plan, "地块") == made
    assert remove_layer(plan, "地块").id == made.id
    assert own_layers(plan_in(plan_folder)) == ()


def test_nothing_is_asked_of_a_host_that_is_not_allowed(plan_folder: Path, server: TableServer) -> None:
    assert refusal(linked, plan_folder, server) == "remote-not-allowed"
    assert refusal(allow, server.host) == "host-private"
    # Even a file that somebody else has made does not open the door.
    allow(server.host, private=True)
    make_parcels(server)
    made = linked(plan_folder, server)
    from layers.allowed_hosts import forbid

    forbid(server.host)
    assert refusal(_count, made) == "remote-not-allowed"
    fault = trouble(own_layers(plan_in(plan_folder))[0])
    assert fault is not None
    assert fault.code == "remote-not-allowed"


def test_a_host_that_may_not_be_private_is_not_asked_at_a_private_address(server: TableServer) -> None:
    allow(f"db.example.cn:{server.door.port}")
    from geo.database.connection import Access, session
    from layers.allowed_hosts import allowed_hosts

    address = parse_database(f"postgresql://postgres@db.example.cn:{server.door.port}/x")

    def ask() -> None:
        with session(Access(address), allowed_hosts(), resolver=lambda host, port: ["127.0.0.1"]):
            pass

    assert refusal(ask) == "remote-private"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("postgresql://me:secret@db.example.cn/land", "postgis-secret"),
        ("postgresql://me:@db.example.cn/land", "postgis-secret"),
        ("postgresql://db.example.cn/land", "postgis-address"),
        ("postgresql://me@db.example.cn", "postgis-address"),
        ("postgresql://me@/land?host=/tmp", "postgis-address"),
        ("postgresql://me@db.example.cn/land?sslmode=disable", "postgis-address"),
        ("postgresql://me@db.example.cn/host=evil", "postgis-address"),
        ("postgresql://me@127.1/land", "remote-host-name"),
        ("http://me@db.example.cn/land", "postgis-address"),
    ],
)
def test_an_address_says_whom_and_where_and_nothing_else(address: str, code: str) -> None:
    assert refusal(parse_database, address) == code
    with pytest.raises(PlanMapError) as caught:
        parse_database(address)
    assert "secret" not in str(caught.value.details)


def _count(layer: OwnLayer) -> int:
    with opened(layer) as table:
        return table.count


def test_tables_are_offered_and_refused_with_a_way_out(plan_folder: Path, allowed: TableServer) -> None:
    allowed.run(
        "CREATE TABLE plain (id int PRIMARY KEY)",
        "CREATE TABLE keyless (n int, geom geometry(Point, 4326))",
        "CREATE TABLE twice (id int PRIMARY KEY, a geometry(Point, 4326), b geometry(Point, 4326))",
        "CREATE TABLE systemless (id int PRIMARY KEY, geom geometry)",
        "INSERT INTO systemless VALUES (1, 'POINT(117.4 39.1)')",
        "CREATE TABLE empty (id int PRIMARY KEY, geom geometry(Point, 4326))",
        "CREATE SCHEMA other",
        "CREATE TABLE other.parcels (id int PRIMARY KEY, geom geometry(Point, 4326))",
    )
    names = {each.shown for each in offered_tables(allowed.address)}
    assert {"public.parcels", "other.parcels", "public.keyless"} <= names
    assert "public.plain" not in names
    assert refusal(linked, plan_folder, allowed, "plain") == "postgis-missing"
    assert refusal(linked, plan_folder, allowed, "parcels") == "postgis-missing"
    assert refusal(linked, plan_folder, allowed, "keyless") == "postgis-key"
    assert refusal(linked, plan_folder, allowed, "twice") == "postgis-geometry"
    assert refusal(linked, plan_folder, allowed, "systemless") == "postgis-no-system"
    assert refusal(linked, plan_folder, allowed, "empty") == "postgis-bare"
    assert refusal(linked, plan_folder, allowed, "public.parcels", key="far") == "postgis-key"
    assert linked(plan_folder, allowed, "public.parcels").count == 48
    assert linked(plan_folder, allowed, "systemless", system={"epsg": 4326}).count == 1


def test_a_view_is_a_layer_once_its_numbers_are_named(plan_folder: Path, allowed: TableServer) -> None:
    allowed.run("CREATE VIEW homes AS SELECT gid, far, geom FROM parcels WHERE use = '居住'")
    assert refusal(linked, plan_folder, allowed, "homes") == "postgis-key"
    made = linked(plan_folder, allowed, "homes", key="gid")
    assert made.count == 16
    allowed.run("DELETE FROM parcels WHERE gid = 1")
    after = own_layers(plan_in(plan_folder))[0]
    assert after.count == 15
    assert after != made


SYSTEMS = [
    (4326, None), (4490, None), (4548, None), (4549, None), (3857, None), (0, {"epsg": 4326}), (0, {"datum": "gcj02"}),
    (0, {"datum": "bd09"}),
]  # fmt: skip


@pytest.mark.parametrize(("srid", "system"), SYSTEMS)
def test_positions_come_to_wgs84_as_those_of_files_do(
    plan_folder: Path, server: TableServer, srid: int, system: dict[str, object] | None
) -> None:
    allow(server.host, private=True)
    make_parcels(server, srid=srid)
    made = linked(plan_folder, server, system=system)
    file = write_parcels(plan_folder.parent, rows=6, columns=8)
    beside = added(plan_folder, file, name="file")
    with opened(made) as table, opened(beside) as package:
        there, here = table.all(), package.all()
        expected = here.geometries
        if system and "datum" in system:
            # The figures were WGS 84: taken for shifted ones they lie where those are shifted back to.
            back = shapely.transform(expected, lambda at: np.column_stack(_shift_back(str(system["datum"]), *at.T)))
            expected = back
        assert float(shapely.hausdorff_distance(there.geometries, expected).max()) < 2e-8
        assert made.position.stated == (system is None)
        west, south, east, north = shapely.total_bounds(expected).tolist()
        whole = (west, south, east, north)
        middle = (west, south, (west + east) / 2, (south + north) / 2)
        for bounds in (whole, middle, (west - 1, south - 1, west - 0.5, south - 0.5), (-180.0, -90.0, 180.0, 90.0)):
            box = shapely.box(*bounds)
            met = there.ids[shapely.intersects(shapely.box(*shapely.bounds(expected).T), box)]
            # Edges are as sharp as the boxes of an index.
            found = table.within(bounds).ids
            assert set(found) ^ set(met) <= set(there.ids[~_clear(expected, box)])
            assert table.count_within(bounds) == len(table.boxes(bounds)[0])
            assert set(table.boxes(bounds)[0]) >= set(met[_clear(expected[np.isin(there.ids, met)], box)])
        ids, boxes = table.boxes_of(there.ids)
        assert ids.tolist() == there.ids.tolist()
        real = shapely.bounds(expected)
        assert (boxes[:, :2] <= real[:, :2] + 1e-9).all()
        assert (boxes[:, 2:] >= real[:, 2:] - 1e-9).all()
        assert float(np.abs(boxes - real).max()) < 1e-5


def _clear(geometries: np.ndarray, box: object) -> np.ndarray:
    """Whether it is clear on which side of the edge of a box each lies."""
    return shapely.distance(shapely.boundary(box), shapely.boundary(shapely.box(*shapely.bounds(geometries).T))) > 1e-5


def _shift_back(datum: str, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    from geo.datum import bd09_to_gcj02, gcj02_to_wgs84

    return gcj02_to_wgs84(*(bd09_to_gcj02(x, y) if datum == "bd09" else (x, y)))


def test_questions_are_answered_by_the_database_as_of_a_file(plan_folder: Path, allowed: TableServer) -> None:
    made = linked(plan_folder, allowed)
    beside = added(plan_folder, write_parcels(plan_folder.parent, rows=6, columns=8), name="file")
    plan = plan_in(plan_folder)
    near = PlaceCondition(("station-jlcb",), 300) if "station-jlcb" in plan.sites else None
    place = near or PlaceCondition((next(site.id for site in plan.places if site.category != "district"),), 20_000)
    for where, in_file in (
        ((FieldCondition("use", values=("居住", "工业")),), (FieldCondition("用地", values=("居住", "工业")),)),
        ((FieldCondition("far", least=1.0, most=5.0),), (FieldCondition("容积率", least=1.0, most=5.0),)),
        ((), ()),
    ):
        for each in (None, place):
            one = answer(plan, made, LayerQuestion(where, each))
            other = answer(plan, beside, LayerQuestion(in_file, each))
            if not where or where[0].field == "use":
                assert one.ids.tolist() == other.ids.tolist()
                assert one.size == pytest.approx(other.size, rel=1e-6)
    found = answer(plan, made, LayerQuestion((FieldCondition("use", values=("居住",)),)))
    figures = found.figures("far")
    assert found.count == 16
    assert figures is not None
    numbers = [0.5 + n % 40 * 0.25 for n in range(0, 48, 3)]
    assert figures.total == pytest.approx(sum(numbers))
    groups = answer(plan, made, LayerQuestion()).by_value("use")
    assert {group.key: group.count for group in groups} == {"居住": 16, "商业": 16, "工业": 16}


def test_a_change_in_the_table_is_seen(plan_folder: Path, allowed: TableServer) -> None:
    made = linked(plan_folder, allowed)
    states = [made.version]
    for statement in (
        "UPDATE parcels SET use = '绿地' WHERE gid = 3",
        "DELETE FROM parcels WHERE gid = 4",
        "INSERT INTO parcels (use, geom) SELECT use, ST_Translate(geom, 1, 1) FROM parcels WHERE gid = 5",
        "ALTER TABLE parcels ADD COLUMN note text",
    ):
        allowed.run(statement)
        states.append(own_layers(plan_in(plan_folder))[0].version)
    assert len(set(states)) == len(states)
    after = own_layers(plan_in(plan_folder))[0]
    assert after.count == 48
    assert after.bounds[2] > made.bounds[2] + 0.9
    assert own_layers(plan_in(plan_folder))[0].version == states[-1]


def asked(
    route: Callable[[Request], Response], query: Mapping[str, str] = MappingProxyType({}), **place: object
) -> Response:
    """Return what a route of the server answers."""
    scope = {"type": "http", "path_params": place, "query_string": urlencode(query).encode(), "headers": []}
    return route(Request(scope))


def test_a_database_that_is_away_takes_no_other_layer_with_it(
    plan_folder: Path, allowed: TableServer, serve: Callable[[Path], object]
) -> None:
    made = linked(plan_folder, allowed)
    beside = added(plan_folder, write_parcels(plan_folder.parent), name="file")
    serve(plan_folder)
    west, south, east, north = beside.bounds
    place = {"at": f"{(west + east) / 2},{(south + north) / 2}", "reach": "0.0003,0.0003"}
    place["layers"] = f"{made.scene_id},{beside.scene_id}"

    def features() -> int:
        return asked(features_answer, layer=made.id, version=made.version).status_code

    def found() -> set[str]:
        return {each["layer"] for each in json.loads(asked(place_answer, place).body)["found"]}

    def told() -> dict[str, str]:
        said: dict[str, str] = json.loads(asked(own_state_answer, layer=made.id).body)
        return said

    assert features() == 200
    assert found() == {made.scene_id, beside.scene_id}
    allowed.door.shut()
    begin = time.monotonic()
    assert features() == 404
    assert "连不上" in told()["zh"]
    assert "cannot be reached" in told()["en"]
    assert found() == {beside.scene_id}
    # One that takes the call and says nothing.
    allowed.door.shut(silent=True)
    assert features() == 404
    assert time.monotonic() - begin < 40
    allowed.door.open()
    assert features() == 200
    assert told() == {"zh": "", "en": ""}


def test_a_table_that_is_gone_or_other_than_it_was_is_told(plan_folder: Path, allowed: TableServer) -> None:
    made = linked(plan_folder, allowed)
    allowed.run("ALTER TABLE parcels RENAME COLUMN far TO ratio")
    assert refusal(_count, made) == "postgis-changed"
    allowed.run("DROP TABLE parcels")
    assert refusal(_count, made) == "postgis-missing"
    fault = trouble(own_layers(plan_in(plan_folder))[0])
    assert fault is not None
    assert fault.code == "postgis-missing"


HOSTILE = "we\"ird %s {x} <img src=x onerror=alert(1)> '; DROP TABLE parcels; --"


def test_hostile_names_are_names(plan_folder: Path, allowed: TableServer) -> None:
    quoted = '"' + HOSTILE.replace('"', '""')[:60].rstrip('"') + '"'
    name = quoted[1:-1].replace('""', '"')
    allowed.run(
        f"CREATE SCHEMA {quoted}",
        f"CREATE TABLE {quoted}.{quoted} "
        f'({quoted} serial PRIMARY KEY, "a%" text, "%s" float8, "g%""" geometry(Point, 4326))',
        f"INSERT INTO {quoted}.{quoted} VALUES (1, '<img src=x onerror=alert(1)>', 2.5, ST_Point(117.4, 39.1, 4326))",  # noqa: S608
    )
    made = linked(plan_folder, allowed, f"{name}.{name}")
    assert made.count == 1
    with opened(made) as table:
        found = table.all(["a%", "%s"])
        assert found.values == {"a%": ["<img src=x onerror=alert(1)>"], "%s": [2.5]}
        assert table.distinct("a%", 5) == [("<img src=x onerror=alert(1)>", 1)]
    plan = plan_in(plan_folder)
    condition = FieldCondition("a%", contains="<IMG")
    assert answer(plan, made, LayerQuestion((condition,))).count == 1
    assert own_layers(plan)[0].count == 1


@pytest.mark.parametrize(
    "change",
    [
        {"address": "postgresql://me:secret@127.0.0.1/x"},
        {"address": "http://127.0.0.1/x"},
        {"schema": ""},
        {"table": "x" * 64},
        {"table": "a\0b"},
        {"columns": [["use", "use"]]},
        {"epsg": 0},
        {"datum": "gcj02"},
        {"datum": "mine", "epsg": 0},
        {"sql": "SELECT 1"},
    ],
)
def test_a_file_that_says_what_cannot_be_is_no_layer(
    plan_folder: Path, allowed: TableServer, change: dict[str, object]
) -> None:
    made = linked(plan_folder, allowed)
    with opened_file(made.path) as file:
        said = file.about
    describe(made.path, {**said, "source": {**said["source"], **change}})
    plan = plan_in(plan_folder)
    assert own_layers(plan) == ()
    assert damaged_layers(plan) == [made.path.name]


@pytest.mark.parametrize("table", ["pg_catalog.pg_authid", "information_schema.tables", "spatial_ref_sys"])
def test_a_file_cannot_have_what_is_no_layer_of_features_read(
    plan_folder: Path, allowed: TableServer, table: str
) -> None:
    made = linked(plan_folder, allowed)
    with opened_file(made.path) as file:
        said = file.about
    schema, _, name = table.rpartition(".")
    describe(made.path, {**said, "source": {**said["source"], "schema": schema or "public", "table": name}})
    assert refusal(_count, own_layers(plan_in(plan_folder))[0]) == "postgis-missing"


def test_nothing_can_be_written_and_nothing_takes_for_ever(plan_folder: Path, allowed: TableServer) -> None:
    from layers.own.table.source import opened_table

    allowed.run(
        "CREATE VIEW evil AS SELECT gid, geom, (SELECT nextval('parcels_gid_seq')) AS n FROM parcels",
        "CREATE VIEW slow AS SELECT gid, geom, pg_sleep(5)::text AS n FROM parcels",
    )
    assert refusal(linked, plan_folder, allowed, "evil", key="gid") in ("postgis-refused", "postgis-key")
    made = linked(plan_folder, allowed)
    begin = time.monotonic()

    def ask() -> None:
        with opened_table(made, seconds=0.5) as table:
            from psycopg import sql

            table.session.rows(sql.SQL("SELECT count(n) FROM slow"))

    state.look_again()
    code = refusal(ask)
    assert code in ("postgis-slow", "postgis-changed")
    assert time.monotonic() - begin < 5


def test_a_table_that_cannot_be_counted_in_time_is_estimated(plan_folder: Path, allowed: TableServer) -> None:
    from layers.own.table.source import opened_table

    made = linked(plan_folder, allowed)
    with opened_table(made) as table:
        assert table.estimated_count() == 48
    allowed.run(
        "CREATE TABLE parts (id bigint PRIMARY KEY, geom geometry(Point, 4326)) PARTITION BY RANGE (id)",
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100)",
        "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (100) TO (200)",
        "INSERT INTO parts SELECT n, ST_Point(117 + n / 1000.0, 39, 4326) FROM generate_series(50, 149) AS n",
        "ANALYZE parts",
    )
    parts = linked(plan_folder, allowed, "parts")
    assert parts.count == 100
    with opened_table(parts) as table:
        assert table.estimated_count() == 100
    allowed.run("DELETE FROM parts WHERE id = 120")
    assert find_layer(plan_in(plan_folder), "parts").count == 99


def test_a_number_that_is_an_estimate_says_so(
    plan_folder: Path, allowed: TableServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(table: DatabaseTable) -> None:
        raise PlanMapError("postgis-slow", address=allowed.address, seconds=20)

    made = linked(plan_folder, allowed)
    allowed.run("ANALYZE parcels")
    # No table of a test is so large that counting takes too long.
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseTable, "summary", slow)
        state.look_again()
        state._told.clear()
        found = find_layer(plan_in(plan_folder), made.id)
        assert trouble(found) is None
    assert (found.count, found.is_estimate) == (48, True)
    assert "约 48" in layer_words(found, translation("zh"))
    assert "about 48" in layer_words(found, translation("en"))
    state.look_again()
    state._told.clear()
    assert layer_words(find_layer(plan_in(plan_folder), made.id), translation("en")).startswith("48 ")


def test_a_password_comes_from_this_machine(
    plan_folder: Path, allowed: TableServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layers.own.table.source import access_to

    address = parse_database(allowed.address)
    assert access_to(address).password == ""
    allow(allowed.host, private=True, key="password=LAND_PASSWORD")
    assert refusal(linked, plan_folder, allowed) == "host-key-missing"
    monkeypatch.setenv("LAND_PASSWORD", "it's a \\ secret")
    assert access_to(address).password == "it's a \\ secret"  # noqa: S105 - no password of anybody
    made = linked(plan_folder, allowed)
    assert b"LAND_PASSWORD" not in made.path.read_bytes()
    assert b"secret" not in made.path.read_bytes()


def test_a_real_server_is_told_the_password(
    plan_folder: Path, allowed: TableServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = Path(unquote(urlsplit(allowed.url).query.removeprefix("host="))) / "cluster"
    role = f"reader_{uuid.uuid4().hex[:8]}"
    allowed.run(
        f"CREATE ROLE {role} LOGIN PASSWORD 'hunter2'",
        f"COPY (SELECT 'local all {role} scram-sha-256' UNION ALL SELECT 'local all all trust' ORDER BY 1 DESC) "
        f"TO '{cluster / 'pg_hba.conf'}'",
        "SELECT pg_reload_conf()",
    )
    wish = TableWish(allowed.address.replace("//postgres@", f"//{role}@"), "parcels")

    def link() -> OwnLayer:
        return add_table(plan_in(plan_folder), wish, today=TODAY)

    # The server takes a moment to read what has changed.
    until = time.monotonic() + 10
    while time.monotonic() < until and refusal(link) != "postgis-unreachable":
        connection.close_all()
    assert refusal(link) == "postgis-unreachable"
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"127.0.0.1:*:*:{role}:hunter2\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    # It may come in, and still not read what nobody has granted.
    assert refusal(link) == "postgis-refused"
    allowed.run(f"GRANT SELECT ON parcels TO {role}")
    assert link().count == 48
    monkeypatch.delenv("PGPASSFILE")
    connection.close_all()
    assert refusal(link) == "postgis-unreachable"
    allow(allowed.host, private=True, key="password=LAND_PASSWORD")
    monkeypatch.setenv("LAND_PASSWORD", "hunter2")
    assert link().count == 48
    allowed.run(f"REVOKE ALL ON parcels FROM {role}", f"DROP ROLE {role}")


def test_features_are_given_back_and_clicked(plan_folder: Path, allowed: TableServer, tmp_path: Path) -> None:
    made = linked(plan_folder, allowed)
    given = give_back(made, tmp_path / "out.geojson")
    assert given.count == 48
    written = json.loads((tmp_path / "out.geojson").read_text())
    assert written["features"][1]["properties"]["use"] == "商业"
    west, south, _, _ = made.bounds
    found, count = at.at_place([made], west + 0.0004, south + 0.0004, 1e-5, 1e-5)
    assert count == 1
    assert dict(found[0].rows)["use"] == "居住"


def test_it_is_on_paper_or_the_sheet_is_refused(plan_folder: Path, allowed: TableServer, tmp_path: Path) -> None:
    made = linked(plan_folder, allowed, name="地块")
    runner = CliRunner()
    west, south, east, north = made.bounds
    scene = (
        Scene(visible={made.scene_id: True}).to_query() + f"&at={(south + north) / 2:.4f},{(west + east) / 2:.4f},15"
    )

    def sheet(name: str) -> tuple[int, str]:
        command = ["export", "--scene", scene, "--output", str(tmp_path / name), "--plan", str(plan_folder)]
        done = runner.invoke(main, [*command, "--lang", "en"])
        return done.exit_code, done.output

    code, said = sheet("there.svg")
    assert code == 0, said
    drawing = (tmp_path / "there.svg").read_text()
    assert made.scene_id in drawing
    assert "public.parcels" in drawing
    allowed.door.shut()
    code, said = sheet("away.svg")
    assert code != 0
    assert "cannot be reached" in said
    assert "Traceback" not in said
    assert not (tmp_path / "away.svg").exists()


def test_a_briefing_takes_its_features_along_or_is_refused(plan_folder: Path, allowed: TableServer) -> None:
    made = linked(plan_folder, allowed, name="地块")
    plan = plan_in(plan_folder)
    west, south, east, north = made.bounds
    view = {"show": made.scene_id, "at": f"{(south + north) / 2:.4f},{(west + east) / 2:.4f},15"}
    deck = Deck("x", Text("x", "x"), (Slide(Text("x", "x"), scene=Scene.from_query(view)),))
    assert "public.parcels" in briefing(plan, deck, language="zh", today=TODAY)
    allowed.door.shut()
    assert refusal(briefing, plan_in(plan_folder), deck, language="zh", today=TODAY) == "postgis-unreachable"


def test_the_command_links_lists_and_says_what_is_wrong(plan_folder: Path, allowed: TableServer) -> None:
    runner = CliRunner()

    def call(*arguments: str) -> tuple[int, str]:
        done = runner.invoke(main, [*arguments, "--plan", str(plan_folder), "--lang", "en"])
        return done.exit_code, done.output

    code, said = call("layer", "link", allowed.address)
    assert code == 0
    assert "--table public.parcels" in said
    again = ["layer", "link", allowed.address, "--table", "parcels", "--name", "Parcels"]
    code, said = call(*again)
    assert code == 0, said
    assert "48" in said
    assert "secret" not in call("layer", "link", "postgresql://a:secret@b.cn/c", "--table", "x")[1]
    code, said = call(*again, "--crs", "EPSG:32617")
    assert code == 2
    assert 'The layer "Parcels" is as it was.' in said
    assert "lies outside China" in said
    code, said = call("layer", "list")
    assert "Parcels" in said
    assert "EPSG:4326" in said
    allowed.door.shut()
    code, said = call("layer", "list")
    assert code == 0
    assert "cannot be reached" in said
