"""`planmap init-db`: an empty database gets a plan, one of an older version is brought up to date, none is replaced."""

import psycopg
import pytest

from layers.store.base import copy_plan, open_store, read_plan
from layers.store.tables import SCHEMA_VERSION
from tests.command import call, one_line
from tests.old_schemas import write_version_2
from tests.postgis_server import fresh_database
from tests.test_store import same

pytestmark = pytest.mark.slow


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


def run(url: str, words: str) -> None:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute(words)


def test_an_empty_database_gets_extension_tables_and_a_plan_once(plan, empty_database_url, tmp_path):
    run(empty_database_url, "DROP EXTENSION postgis")
    path = str(tmp_path / "plan.gpkg")
    copy_plan(plan, path)
    done = call("init-db", empty_database_url, "--plan", path, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "78 项任务" in done.stdout
    assert same(read_plan(open_store(empty_database_url)), plan)
    # Again, it says what is there; a plan that is named never takes its place.
    again = call("init-db", empty_database_url, folder=tmp_path)
    assert again.returncode == 0
    assert f"已是当前版本（{SCHEMA_VERSION}）" in again.stdout
    assert "→" in one_line(call("init-db", empty_database_url, "--plan", path, folder=tmp_path))


def test_an_older_database_is_brought_up_to_date(plan, empty_database_url, tmp_path):
    write_version_2(plan, empty_database_url)
    done = call("init-db", empty_database_url, "--lang", "en", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"from version 2 to {SCHEMA_VERSION}" in done.stdout
    assert len(read_plan(open_store(empty_database_url)).events) == len(plan.events)
    run(empty_database_url, "UPDATE planmap_info SET value = '99' WHERE key = 'schema_version'")
    assert "99" in one_line(call("init-db", empty_database_url, folder=tmp_path))


def test_what_a_role_may_not_do_is_said_and_nothing_is_half_made(postgis_url, tmp_path):
    with fresh_database(postgis_url) as url:
        run(url, "DROP EXTENSION postgis")
        run(url, "DROP ROLE IF EXISTS planmap_guest")
        run(url, "CREATE ROLE planmap_guest LOGIN")
        guest = url.replace("postgres@", "planmap_guest@").replace("user=postgres", "user=planmap_guest")
        assert guest != url
        assert "CREATE EXTENSION" in one_line(call("init-db", guest, folder=tmp_path))
        run(url, "CREATE EXTENSION postgis")
        assert "GRANT CREATE" in one_line(call("init-db", guest, folder=tmp_path))
        with psycopg.connect(plain(url)) as connection:
            made = connection.execute("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'planmap%'").fetchone()
        assert made == (0,)
        run(url, "DROP ROLE planmap_guest")


@pytest.mark.parametrize("address", ["plan.gpkg", "mysql://localhost/x", "postgresql://nobody@127.0.0.1:1/none"])
def test_what_is_no_database_is_refused_in_a_line(address, tmp_path):
    one_line(call("init-db", address, folder=tmp_path))
