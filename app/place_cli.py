"""The command `planmap place`: where a site lies, how exactly that is known, and from what source."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import click

from app.command import ends_in_a_line, language_option, plan_option
from app.console import HELP
from app.record_cli import opened, say, user
from layers.plan.fault import printable
from layers.plan.terms import Moment, Precision, Subject
from layers.translation import Translation

DATUMS = ("wgs84", "cgcs2000", "cgcs2000-grid", "gcj02", "bd09")
"""The values of `geo.position.Datum`, whose module is too slow to import for a help text."""

LARGEST = 4 * 2**20
"""Most bytes of the file with a shape."""

FIELDS = {
    "precision": "--precision",
    "accuracy_m": "--accuracy",
    "source_zh": "--from",
    "source_en": "--from-en",
    "licence": "--licence",
    "note_zh": "--note",
    "note_en": "--note-en",
}
"""The option for each field of a site that can be set besides its shape."""

ABOUT = {
    "reason": "--reason",
    "source_title": "--source",
    "source_publisher": "--publisher",
    "source_url": "--url",
    "recorded_by": "--by",
}
"""The option for each field of the amendment itself."""


@click.command(help=HELP("place.help"))
@click.argument("site", metavar="SITE")
@click.option("--at", "at", default="", metavar="X,Y", help=HELP("place.at-option"))
@click.option("--datum", type=click.Choice(DATUMS), default="wgs84", show_default=True, help=HELP("place.datum-option"))
@click.option("--zone", default="", help=HELP("place.zone-option"))
@click.option("--shape", default="", metavar="FILE", help=HELP("place.shape-option"))
@click.option("--unplace", is_flag=True, help=HELP("place.unplace-option"))
@click.option(
    "--precision",
    type=click.Choice([one.value for one in Precision if one is not Precision.UNPLACED]),
    help=HELP("place.precision-option"),
)
@click.option("--accuracy", "accuracy_m", metavar="METRES", help=HELP("place.accuracy-option"))
@click.option("--from", "source_zh", help=HELP("place.from-option"))
@click.option("--from-en", "source_en", help=HELP("place.from-en-option"))
@click.option("--licence", help=HELP("place.licence-option"))
@click.option("--note", "note_zh", help=HELP("amendment.note-option"))
@click.option("--note-en", help=HELP("amendment.note-en-option"))
@click.option("--reason", default="", help=HELP("amendment.reason-option"))
@click.option("--source", "source_title", default="", help=HELP("amendment.source-option"))
@click.option("--publisher", "source_publisher", default="", help=HELP("amendment.publisher-option"))
@click.option("--url", "source_url", default="", help=HELP("amendment.url-option"))
@click.option("--by", "recorded_by", default="", help=HELP("record.by-option"))
@plan_option
@language_option
@ends_in_a_line
def place(
    *,
    text: Translation,
    site: str,
    at: str,
    datum: str,
    zone: str,
    shape: str,
    unplace: bool,
    plan: str,
    **given: str | None,
) -> None:
    """Set where one site lies."""
    from geo.geojson import read_shape
    from geo.position import Datum, home_meridian, read_position
    from geo.wkt import write_wkt
    from layers.plan.amend import amend as amended_plan
    from layers.plan.site_amend import given_of
    from layers.selection.amendment_words import amendment_line
    from layers.selection.position_words import read_words
    from layers.selection.site_names import site_named
    from layers.store.check_amendments import check_amendment

    if sum((bool(at), bool(shape), unplace)) > 1:
        raise click.UsageError(text("place.which"))
    store, found = opened(plan)
    site_id = site_named(found, site)
    values = {field: str(given[field]).strip() for field in FIELDS if given[field] is not None}
    if at:
        position = read_position(at, Datum(datum), zone=zone, meridian=home_meridian(found.grid))
        click.echo(read_words(found, position, text))
        values = {"geometry": f"POINT ({position.longitude:.7f} {position.latitude:.7f})", **values}
    elif shape:
        values = {"geometry": write_wkt(read_shape(Path(shape), limit=LARGEST)), **values}
    elif unplace:
        values |= {"geometry": "", "precision": Precision.UNPLACED.value, "accuracy_m": ""}
    if not values:
        raise click.UsageError(text("place.nothing"))
    if values.get("geometry") and not ("precision" in values and "source_zh" in values):
        # Neither is known of a new position, whatever was known of the one before.
        raise click.UsageError(text("place.say-how"))
    if values.get("geometry"):
        # What was said of the position before does not hold for this one.
        before = given_of(found.sites[site_id])
        values |= {name: "" for name in ("accuracy_m", "source_en") if before[name] and name not in values}
    raw = {
        **{field: given[field] for field in ABOUT},
        "about": Subject.SITE.value,
        "subject_id": site_id,
        "values": json.dumps(values, ensure_ascii=False),
        "recorded_by": given["recorded_by"] or user(),
        "recorded_at": str(Moment.now()),
    }
    amendment, faults = check_amendment(found, raw)
    if amendment is None:
        names = {**FIELDS, **ABOUT, "geometry": "--shape" if shape else "--at", "subject_id": "SITE"}
        for fault in faults:
            click.echo(text.explain(replace(fault, field=names.get(fault.field, fault.field))), err=True)
        sys.exit(2)
    earlier = found.amendments_by_site.get(site_id, ())
    store.add_amendment(amendment, known=earlier[-1].id if earlier else "")
    click.echo(text("amendment.done", id=amendment.id, title=printable(found.sites[site_id].name.get(text.language))))
    say([amendment_line(amended_plan(found, amendment), amendment, text)])
