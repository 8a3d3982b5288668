"""Tests of values mean the same in a database as in a file of ours, whatever the values are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.database.address import parse_database
from geo.database.columns import Column
from geo.database.connection import Access, session
from geo.database.frame import TableFrame
from geo.database.table import DatabaseTable, TableWanted
from geo.feature_package import opened
from geo.foreign.features.source import Field
from geo.foreign.features.target import written
from geo.remote.hosts import Hosts, parse_host
from geo.value_test import Compare, ValueTest
from tests.table_server import TableServer, table_server

pytestmark = pytest.mark.slow

TEXTS = (
    None, "", " ", "  x ", "a", "A", "Ä", "ä", "住宅", "住宅 用地", "1", "1.0", " 2.5 ", "-3", "1e3", ".5", "5.", "1_000", "１２",  # noqa: E501
    "nan", "inf", "-inf", "1e400", "1e-400", "0x10", "12 m", "%", "_", "\\", "'", '"', "\u3000", "\u30007", "🙂", "ß", "İ",  # noqa: E501
)  # fmt: skip
WHOLE = (None, 0, 1, -1, 7, 12, 1000, 2**53 + 1, -(2**63), 2**63 - 1)
REAL = (None, 0.0, 1.0, -1.5, 2.5, 0.1, 1000.0, 123456.75, -3.0)
BOOLEAN = (None, True, False)
DAYS = (None, "2020-01-01", "1999-12-31")

FIELDS = {
    "text": ("text", TEXTS),
    "int4": ("integer", [each for each in WHOLE if each is None or abs(each) < 2**31]),
    "int8": ("integer", WHOLE),
    "float8": ("real", REAL),
    "float4": ("real", [None, 0.0, 0.1, 2.5, -1.5, 1000.0]),
    "numeric": ("real", REAL),
    "bool": ("boolean", BOOLEAN),
    "date": ("date", DAYS),
}
ROWS = 40


@pytest.fixture
def server(empty_database_url: str) -> Iterator[TableServer]:
    with table_server(empty_database_url) as made:
        yield made


def rows() -> list[list[object]]:
    """Return rows with each value of each field."""
    return [
        [values[(n * (place + 1) + n // 7) % len(values)] for place, (_, values) in enumerate(FIELDS.values())]
        for n in range(ROWS)
    ]


def put(server: TableServer, folder: Path) -> Path:
    """Put the same rows into a table and into a file."""
    import psycopg

    columns = ", ".join(f'"{name}" {name}' for name in FIELDS)
    marks = ", ".join(["%s"] * (len(FIELDS) + 1))
    server.run(f"CREATE TABLE t (id int PRIMARY KEY, {columns}, geom geometry(Point, 4326))")
    with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
        for number, row in enumerate(rows(), 1):
            connection.execute(f"INSERT INTO t VALUES ({marks}, ST_Point(117, 39, 4326))", [number, *row])  # type: ignore[call-overload]  # noqa: S608
    path = folder / "t.gpkg"
    with written(path, [Field(name, kind) for name, (kind, _) in FIELDS.items()]) as target:
        points = np.array([shapely.Point(117, 39)] * ROWS, dtype=object)
        values = [
            [int(value) if isinstance(value, bool) else value for value in column]
            for column in zip(*rows(), strict=True)
        ]
        target.add(list(range(1, ROWS + 1)), points, values)
        target.finish("t")
    return path


texts = st.one_of(st.sampled_from([each for each in TEXTS if each]), st.text(max_size=3))
numbers = st.one_of(st.sampled_from([0.0, 1.0, -1.5, 2.5, 0.1, 12.0, 1000.0, 1e300]), st.floats(-2000, 2000))
whole = st.sampled_from(["0", "1", "12", "1000", "1.0", " 7", "-1", "9007199254740993", "true", "x", "2.5", "0.1", ""])
tests = st.one_of(
    st.builds(
        ValueTest,
        st.sampled_from(list(FIELDS)),
        st.just(Compare.ANY),
        st.lists(st.one_of(texts, whole), min_size=1, max_size=4).map(tuple),
    ),
    st.builds(ValueTest, st.sampled_from(list(FIELDS)), st.just(Compare.HAS), st.tuples(st.one_of(texts, whole))),
    st.builds(
        ValueTest, st.sampled_from(list(FIELDS)), st.sampled_from([Compare.LEAST, Compare.MOST]), st.tuples(numbers)
    ),
    st.builds(ValueTest, st.sampled_from(list(FIELDS)), st.just(Compare.EMPTY), st.just(())),
)


def test_a_database_finds_what_a_file_finds(server: TableServer, tmp_path: Path) -> None:
    path = put(server, tmp_path)
    access = Access(parse_database(server.address))
    hosts = Hosts([parse_host(server.host, private=True)])
    wanted = TableWanted("public", "t", "geom", "id", tuple(Column(name, name, name) for name in FIELDS))
    with session(access, hosts) as asked, opened(path) as package:
        table = DatabaseTable(asked, wanted, TableFrame({"epsg": 4326}, "t"))
        assert table.types() == {name: package.types()[name] for name in FIELDS}
        for name in FIELDS:
            assert table.column(name, table.all().ids) == package.column(name, package.all().ids)
            assert table.distinct(name, 50) == package.distinct(name, 50)

        @settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(st.lists(tests, min_size=1, max_size=2))
        def compare(asked_for: list[ValueTest]) -> None:
            assert table.passing(asked_for).tolist() == package.passing(asked_for).tolist()

        compare()
