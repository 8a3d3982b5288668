"""Linking a table: from an address and a name to the file of a layer that has its columns and none of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from geo.database.address import parse_database
from geo.database.catalogue import Contents, Relation, columns_of, contents_of, key_of, relation_of, relations
from geo.database.columns import kind_of
from geo.database.frame import TableFrame
from geo.errors import PlanMapError
from geo.feature_package import describe
from geo.foreign.features.source import Field
from geo.foreign.features.target import named, written
from geo.grid import BBox
from layers.own.own_layer import LONGEST_NAME, TABLE, OwnLayer, System, about, described
from layers.own.replacing import check_replaced
from layers.own.table.source import asked, read_source
from layers.own.table.state import live
from layers.plan.beside import LAYER_SUFFIX
from layers.plan.beside_file import draft_folder, place_for, put
from layers.plan.fault import printable
from layers.plan.plan import Plan

PATIENCE_S = 300.0
"""Seconds that a question may take while a table is linked, when all of it is looked at once."""


@dataclass(frozen=True, slots=True)
class TableWish:
    """What somebody wants to link."""

    address: str
    table: str = ""
    """With its schema before a dot, or without one."""
    geometry: str = ""
    key: str = ""
    name: str = ""
    group: str = ""
    system: System | None = None
    """None for the one that the table states."""


def offered_tables(address: str) -> list[Relation]:
    """Return the tables and views of a database that have a geometry.

    Raises
    ------
    PlanMapError
        It may not be asked, cannot be reached, or refuses.
    """
    with asked(parse_database(address)) as session:
        return relations(session)


def add_table(plan: Plan, wish: TableWish, *, today: date) -> OwnLayer:
    """Put the file of a layer beside the plan whose features stay in the table that is wished for.

    Raises
    ------
    PlanMapError
        As with `offered_tables`; or there is no such table, it has no numbers or no known system, it would take the
        place of another layer though it lies outside China, or the folder cannot be written.
    """
    folder = plan.beside.layers
    if folder is None:
        raise PlanMapError("layer-homeless", plan=plan.info.title.zh)
    database = parse_database(wish.address)
    with asked(database, seconds=PATIENCE_S) as session:
        relation = _relation(session, wish)
        key = key_of(session, relation, wish.key)
        types = columns_of(session, relation)
        columns = list(types)
        fields = [Field(column, kind_of(types[column])) for column in columns]
        contents = contents_of(session, relation, key, dict(zip(columns, named(fields), strict=True)))
    if contents.extent is None:
        raise PlanMapError("postgis-bare", table=relation.shown)
    system = wish.system or ({"epsg": contents.srid} if contents.srid else None)
    if system is None:
        raise PlanMapError("postgis-no-system", table=relation.shown)
    frame = TableFrame(system, relation.shown)
    bounds = frame.from_figures(contents.extent)
    if bounds is None:
        raise PlanMapError("postgis-nowhere", table=relation.shown)
    frame = TableFrame(system, relation.shown, bounds)
    shown = _short(wish.name) or _short(relation.table)
    source: dict[str, Any] = {
        "kind": TABLE,
        "address": database.text,
        "schema": relation.schema,
        "table": relation.table,
        "geometry": relation.geometry,
        "key": key,
        "columns": [[each.field, each.column, each.type] for each in contents.columns],
        **({"datum": system["datum"]} if system.get("datum") else {"epsg": int(system["epsg"])}),
    }
    # What is written is what can be read.
    read_source(source, relation.shown)
    said = about(
        _report(contents, frame, bounds),
        name=shown,
        group=_short(wish.group),
        # On paper nobody needs to read on which machine of the office it is.
        file=f"{database.database}: {relation.shown}",
        source_layer=relation.shown,
        stated=wish.system is None,
        added=today.isoformat(),
        source=source,
    )
    with draft_folder(folder) as draft:
        made = draft / f"made{LAYER_SUFFIX}"
        with written(made, fields) as target:
            target.finish(shown)
        describe(made, said)
        path = place_for(shown, folder, LAYER_SUFFIX, default="layer", is_same=lambda path: _is_called(path, shown))
        check_replaced(path, described(made))
        return live(described(put(made, path)))


def _relation(session: Any, wish: TableWish) -> Relation:
    table = wish.table.strip()
    if not table:
        there = relations(session)
        if len(there) == 1:
            return there[0]
        near = "、".join(each.shown for each in there[:10]) or "-"
        raise PlanMapError("postgis-which", count=len(there), near=near)
    # A name may have dots in it; the first one that makes a table of it counts.
    parts: Sequence[tuple[str, str]] = [("", table)]
    parts = [*((table[:at], table[at + 1 :]) for at, letter in enumerate(table) if letter == "."), *parts]
    for schema, name in parts[:-1]:
        if schema and name:
            try:
                return relation_of(session, schema, name, wish.geometry)
            except PlanMapError as error:
                if error.code != "postgis-missing":
                    raise
    return relation_of(session, "", table, wish.geometry)


def _report(contents: Contents, frame: TableFrame, bounds: BBox) -> dict[str, Any]:
    """Return what a report of bringing features in says, of such as were not brought in."""
    fields = [{"name": each.field, "type": each.kind} for each in contents.columns]
    renamed = [[each.column, each.field] for each in contents.columns if each.column != each.field]
    return {
        "read": contents.count,
        "written": contents.count,
        "left_out": {},
        "repaired": {},
        "refused": {},
        "undecodable": {"count": 0, "numbers": []},
        "renamed": renamed,
        "notes": [],
        "types": contents.types,
        "fields": fields,
        "bounds": list(bounds),
        "transformation": frame.about,
    }


def _is_called(path: Any, name: str) -> bool:
    try:
        return described(path).name == name
    except (PlanMapError, OSError):
        # A file that is no layer of ours may be somebody's all the same.
        return False


def _short(text: str) -> str:
    return " ".join(printable(text, limit=len(text) + 1).split())[:LONGEST_NAME]
