"""The same plan in a GeoPackage and in PostGIS: the same tests on both."""

import sqlite3
from dataclasses import replace
from datetime import date

import geopandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import PlanMapError
from layers.plan.event import Event
from layers.plan.event_row import EventRow, event_row
from layers.plan.rows import SiteRow, TaskRow, site_row, task_row
from layers.plan.terms import Basis, Confidence, Measurement, Moment, PartialDate, Period, Source, Status, Text
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.folder import FolderStore
from layers.store.tables import TABLE_NAMES as TABLES

EVENT = Event(
    id="from-a-test",
    task_id="gdp-growth",
    date=PartialDate.parse("2026-11-20"),
    basis=Basis.EVIDENCE,
    status=Status.DELAYED,
    measured=Measurement(4.25, "%"),
    period=Period.parse("2026-01/2026-09"),
    summary=Text("摘要 '; DROP TABLE x; --", "summary"),
    source=Source("标题", "发布者", "https://example.org/a"),
    confidence=Confidence.LOW,
    recorded_by="测试",
    recorded_at=Moment(date(2026, 11, 22)),
)


def same(one, other):
    return (one.info, one.catalogue, one.sites, one.tasks, one.events) == (
        other.info,
        other.catalogue,
        other.sites,
        other.tasks,
        other.events,
    )


def test_a_plan_comes_back_as_it_was(plan, home):
    copy_plan(plan, home)
    assert same(read_plan(open_store(home)), plan)


def test_an_event_is_added_and_the_version_changes(plan, home):
    store = copy_plan(plan, home)
    before = store.version()
    assert store.version() == before
    store.add_event(EVENT)
    assert store.version() != before
    assert read_plan(open_store(home)).events == (*plan.events, EVENT)


def test_two_writers_lose_nothing(plan, home):
    copy_plan(plan, home)
    one, other = open_store(home), open_store(home)
    for number in range(4):
        (one if number % 2 else other).add_event(replace(EVENT, id=f"n{number}", recorded_by=str(number)))
    assert [event.recorded_by for event in read_plan(one).events[-4:]] == ["0", "1", "2", "3"]


def test_a_second_plan_is_not_written_over_the_first(plan, home):
    copy_plan(plan, home)
    with pytest.raises(PlanMapError) as caught:
        copy_plan(plan, home)
    assert caught.value.code == "target-exists"
    assert same(read_plan(open_store(home)), plan)


def test_geopandas_reads_the_sites(plan, home):
    copy_plan(plan, home)
    if home.endswith(".gpkg"):
        frame = geopandas.read_file(home, layer=TABLES["sites"])
    else:
        with open_store(home).engine.connect() as connection:
            frame = geopandas.read_postgis(f"SELECT * FROM {TABLES['sites']}", connection, "geom")  # noqa: S608
    assert frame.crs.to_epsg() == 4326
    station = frame.set_index("site_id").loc["junliangcheng-north"]
    assert station[frame.geometry.name].equals(plan.sites["junliangcheng-north"].geometry)
    assert station["name_zh"] == "军粮城北站"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql://user:secret@127.0.0.1:1/none", "database-unreachable"),
        ("postgresql://user:secret@127.0.0.1:port/none", "address-unreadable"),
        ("postgresql://user:sec@ret:secret@127.0.0.1/none", "address-at"),
        (" POSTGIS://user:secret@127.0.0.1/none", "address-kind"),
        ("postgresql://127.0.0.1:1/none?user=u&password=secret", "database-unreachable"),
    ],
)
def test_an_unreachable_database_is_explained_without_its_password(url, code):
    with pytest.raises(PlanMapError) as caught:
        read_plan(open_store(url))
    assert caught.value.code == code
    assert "secret" not in str(caught.value)


def test_an_empty_database_is_explained(empty_database_url):
    with pytest.raises(PlanMapError) as caught:
        read_plan(open_store(empty_database_url))
    assert caught.value.code == "database-empty"


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "plan.gpkg"
    path.write_bytes(b"PK\x03\x04 not a database")
    with pytest.raises(PlanMapError) as caught:
        open_store(str(path))
    assert caught.value.code == "plan-not-a-database"


def test_a_truncated_file(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    path.write_bytes(path.read_bytes()[:40_000])
    with pytest.raises(PlanMapError) as caught:
        read_plan(open_store(str(path)))
    assert caught.value.code == "plan-not-a-database"


def test_an_endless_view_in_the_place_of_a_table_is_refused(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    with sqlite3.connect(path) as connection:
        connection.execute(f"DROP TABLE {TABLES['events']}")
        connection.execute(
            f"CREATE VIEW {TABLES['events']} AS "  # noqa: S608
            "WITH RECURSIVE endless(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM endless) SELECT fid FROM endless"
        )
    connection.close()
    with pytest.raises(PlanMapError) as caught:
        read_plan(open_store(str(path)))
    assert caught.value.code == "plan-not-a-database"


def test_a_newer_schema_is_not_guessed_at(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE {TABLES['info']} SET value = '99' WHERE key = 'schema_version'")  # noqa: S608
    connection.close()
    with pytest.raises(PlanMapError) as caught:
        read_plan(open_store(str(path)))
    assert caught.value.code == "plan-newer"


@pytest.mark.parametrize("target", ["plan.shp", "plan", "postgres"])
def test_a_target_of_another_kind_is_refused(plan, tmp_path, target):
    with pytest.raises(PlanMapError) as caught:
        copy_plan(plan, str(tmp_path / target))
    assert caught.value.code == "target-kind"


def test_a_folder_is_read_only(plan, plan_folder):
    with pytest.raises(PlanMapError):
        FolderStore(plan_folder).add_event(EVENT)


words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30).map(str.strip)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.builds(lambda a, b: replace(EVENT, summary=Text("x" + a, b), recorded_by=b), words, words), max_size=4)
)
def test_any_words_come_back_from_the_database(plan, tmp_path_factory, events):
    path = tmp_path_factory.mktemp("words") / "plan.gpkg"
    store = copy_plan(plan, str(path))
    events = [replace(event, id=f"n{number}") for number, event in enumerate(events)]
    for event in events:
        store.add_event(event)
    assert read_plan(store).events[len(plan.events) :] == tuple(events)


def test_rows_and_values_are_each_others_inverse(plan):
    for task in plan.tasks.values():
        assert TaskRow.model_validate(task_row(task)).value() == task
    for site in plan.sites.values():
        assert SiteRow.model_validate(site_row(site)).value(site.id, site.geometry) == site
    for event in plan.events:
        assert EventRow.model_validate(event_row(event)).value() == event
