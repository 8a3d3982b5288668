import socket
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import sqlalchemy

from tests.postgis_server import postgis_server


def scalar(url: str, statement: str) -> object:
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        return connection.execute(sqlalchemy.text(statement)).scalar_one()


def test_a_database_measures_with_postgis(empty_database_url: str) -> None:
    # One degree of longitude on the equator, on the WGS 84 ellipsoid.
    metres = scalar(empty_database_url, "SELECT ST_Length('LINESTRING(0 0, 1 0)'::geography)")
    assert metres == pytest.approx(111_319.49, abs=0.01)


@pytest.mark.parametrize("run", [1, 2])
def test_each_test_gets_an_empty_database(empty_database_url: str, run: int) -> None:
    engine = sqlalchemy.create_engine(empty_database_url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        # Fails in the second run if both got the same database.
        connection.execute(sqlalchemy.text("CREATE TABLE site (id text)"))
    assert scalar(empty_database_url, "SELECT count(*) FROM site") == 0


@pytest.mark.slow
def test_a_failure_leaves_nothing_behind() -> None:
    seen: list[tuple[Path, psycopg.Connection]] = []

    def fail() -> None:
        with postgis_server() as url:
            folder = Path(parse_qs(urlsplit(url).query)["host"][0])
            # Not to the database of the URL: that one is dropped, and its connections cut, before the stop.
            seen.append((folder, psycopg.connect(host=str(folder), user="postgres", dbname="postgres")))
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    [(folder, connection)] = seen
    assert not folder.exists()
    with connection, pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_the_network_is_blocked() -> None:
    with socket.socket() as connection, pytest.raises(RuntimeError, match="must not use the network"):
        connection.connect(("192.0.2.1", 80))  # An address reserved for documentation.
