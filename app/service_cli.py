"""The commands `planmap layer link` and `planmap host …`: map services as layers, and which hosts may be asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import click

from app.command import ends_in_a_line, language_option, note, plan_option, refuse_with
from app.console import HELP, Group, table_lines
from app.settings import read_settings
from app.source_cli import KINDS as SOURCE_KINDS
from app.source_cli import LinkOptions, kind_named, link_features
from app.table_cli import link_table
from geo.database.address import is_database
from geo.errors import PlanMapError
from layers.plan.fault import printable
from layers.translation import Translation

if TYPE_CHECKING:
    from layers.own.own_layer import System
    from layers.plan.plan import Plan

KINDS = ("xyz", "wmts", "wms", *SOURCE_KINDS)
"""Those of `layers.service.service_layer.ServiceKind`, and of `layers.own.linked.source.SourceKind`."""

DATUMS = ("wgs84", "gcj02", "bd09")


@click.command("link", help=HELP("service.link-help"))
@click.argument("address", metavar="ADDRESS")
@click.option("--name", default="", help=HELP("own.name-option"))
@click.option("--group", default="", help=HELP("own.group-option"))
@click.option("--kind", type=click.Choice(KINDS), default=None, help=HELP("service.kind-option"))
@click.option("--layer", "wanted", metavar="NAME", default="", help=HELP("service.layer-option"))
@click.option("--datum", type=click.Choice(DATUMS), default=None, help=HELP("service.datum-option"))
@click.option("--crs", metavar="EPSG:CODE", default="", help=HELP("source.crs-option"))
@click.option("--bbox", metavar="plan|all|W,S,E,N", default="", help=HELP("source.bbox-option"))
@click.option("--credit", default="", help=HELP("service.credit-option"))
@click.option("--zooms", metavar="FIRST-LAST", default="", help=HELP("service.zooms-option"))
@click.option("--table", metavar="TABLE", default="", help=HELP("table.table-option"))
@click.option("--geometry", metavar="COLUMN", default="", help=HELP("table.geometry-option"))
@click.option("--key", metavar="COLUMN", default="", help=HELP("table.key-option"))
@plan_option
@language_option
@ends_in_a_line
def layer_link(
    *,
    text: Translation,
    address: str,
    name: str,
    group: str,
    kind: str | None,
    wanted: str,
    datum: str | None,
    crs: str,
    bbox: str,
    credit: str,
    zooms: str,
    table: str,
    geometry: str,
    key: str,
    plan: str,
) -> None:
    """Link a map service, a table, or features that stay elsewhere, to a plan as a layer."""
    of_pictures = {"--credit": credit, "--zooms": zooms}
    of_tables = {"--table": table, "--geometry": geometry, "--key": key}
    if is_database(address):
        refuse_with("postgresql://", {**of_pictures, "--kind": kind, "--layer": wanted, "--bbox": bbox})
        system = _system(crs, datum)
        wanted_table = {"table": table, "geometry": geometry, "key": key}
        link_table(_plan(plan), text, address=address, name=name, group=group, system=system, **wanted_table)
        return
    source = kind_named(address, kind)
    if source is not None:
        refuse_with(source.value, {**of_pictures, **of_tables})
        options = LinkOptions(address, source.value, wanted, name, group, crs, datum or "", bbox)
        link_features(_plan(plan), options, text)
        return
    refuse_with(kind or "XYZ, WMTS, WMS", {**of_tables, "--crs": crs, "--bbox": bbox})
    if "://" not in address:
        # A folder or file, of which there is none, or an address that is not whole: the one is said with the other.
        raise PlanMapError("link-nowhere", address=printable(address))
    from layers.service.files import add_service, service_layers
    from layers.service.linking import Wish, asked_for, kind_of, offered, service_of, zooms_of
    from layers.service.service_layer import ServiceKind
    from layers.service.words import datum_words, kind_words

    wish = Wish(
        address,
        ServiceKind(kind) if kind else None,
        layer=wanted,
        name=name,
        group=group,
        datum=datum or DATUMS[0],
        credit=credit,
        zooms=zooms_of(zooms),
    )
    found = _plan(plan)
    if (wish.kind or kind_of(address)) is not ServiceKind.XYZ and not wanted:
        there = [layer for layer in offered(wish).layers if layer.address]
        if len(there) != 1:
            click.echo(text("service.offers", address=asked_for(wish).shown, count=len(there)))
            for layer in there:
                click.echo(f"  --layer {printable(layer.name)}  {printable(layer.title)}")
            return
    before = {each.id for each in service_layers(found)}
    made = add_service(found, service_of(wish, added=date.today().isoformat()))
    click.echo(text("service.linked", name=printable(made.row.name), id=made.id, kind=kind_words(made, text)))
    if made.id in before:
        click.echo(text("own.replaced"))
    click.echo(datum_words(made, text))


def service_lines(plan: Plan, text: Translation) -> Iterator[str]:
    """Yield a table of the services of a plan, and say on stderr which files are none and which hosts not allowed."""
    from layers.service.files import damaged_services, service_layers
    from layers.service.words import kind_words, trouble_words

    services = service_layers(plan)
    rows = [
        [
            each.id,
            each.row.name,
            kind_words(each, text),
            text(f"datum.{each.row.datum}"),
            each.row.added or "-",
            each.host.shown,
        ]
        for each in services
    ]
    if rows:
        yield from table_lines(text("service.heading"), rows)
    waits = [(each.row.name, trouble_words(each, text)) for each in services]
    note([text("service.waits", name=name, why=why) for name, why in waits if why])
    note([text("own.damaged", file=printable(name)) for name in damaged_services(plan)])


@click.group("host", cls=Group, help=HELP("host.group-help"))
def host() -> None:
    """Manage the hosts that map services may be fetched from."""


@host.command("allow", help=HELP("host.allow-help"))
@click.argument("host", metavar="HOST")
@click.option("--private", is_flag=True, help=HELP("host.private-option"))
@click.option("--key", metavar="PARAMETER=VARIABLE", default="", help=HELP("host.key-option"))
@language_option
@ends_in_a_line
def host_allow(*, text: Translation, host: str, private: bool, key: str) -> None:
    """Allow a host."""
    from layers.allowed_hosts import allow, hosts_file, is_key_set

    made = allow(host, private=private, key=key)
    click.echo(text("host.allowed-private" if private else "host.allowed", host=str(made), file=hosts_file()))
    if key and not is_key_set(key):
        note([text("host.key-unset", variable=key.partition("=")[2], host=str(made))])


@host.command("list", help=HELP("host.list-help"))
@language_option
@ends_in_a_line
def host_list(*, text: Translation) -> None:
    """List the hosts that are allowed."""
    from layers.allowed_hosts import allowed_hosts, host_keys

    found, keys = allowed_hosts().all, host_keys()
    for each in found:
        key = text("host.with-key", needs=keys[each]) if each in keys else ""
        click.echo(f"{each}{text('host.private') if each.private else ''}{key}")
    if not found:
        click.echo(text("host.none"))


@host.command("remove", help=HELP("host.remove-help"))
@click.argument("host", metavar="HOST")
@language_option
@ends_in_a_line
def host_remove(*, text: Translation, host: str) -> None:
    """Allow a host no longer."""
    from layers.allowed_hosts import forbid

    click.echo(text("host.removed", host=str(forbid(host))))


def _system(crs: str, datum: str | None) -> System | None:
    """Return the system that the options decide on for a table; None if they leave it to the table."""
    shifted = None if datum == DATUMS[0] else datum
    if shifted and crs:
        raise PlanMapError("layer-crs-option")
    if not crs:
        return {"datum": shifted} if shifted else None
    from layers.own.system import system_of_code

    return system_of_code(crs)


def _plan(plan: str) -> Plan:
    from app.context import store_at
    from layers.store.base import read_plan

    return read_plan(store_at(read_settings(plan=plan)))
