"""The commands `planmap ground …`."""

from __future__ import annotations

from datetime import date

import click

from app.command import ends_in_a_line, language_option, note, plan_option, shown_progress
from app.console import HELP, Group
from app.data.wording import size_words
from app.settings import read_settings
from geo.errors import PlanMapError
from geo.measure import area_km2
from geo.output import target_of
from layers.plan.fault import printable
from layers.translation import Translation


@click.group("ground", cls=Group, help=HELP("cli.ground-help"))
def ground() -> None:
    """Make ground for a plan."""


@ground.command("district", help=HELP("cli.ground-district-help"))
@click.argument("name")
@plan_option
@language_option
@ends_in_a_line
def ground_district(*, text: Translation, name: str, plan: str) -> None:
    """Make the districts around the place `name`, and the land around them."""
    from app.context import store_at
    from layers.ground.districts import make_districts

    folder = store_at(read_settings(plan=plan)).beside.ground
    if folder is None:
        raise PlanMapError("ground-homeless", plan=plan)
    unit, count = make_districts(name, folder)
    click.echo(text("cli.ground-made", name=unit, count=count, folder=printable(folder)))


@ground.command("add", help=HELP("cli.ground-add-help"))
@click.argument("file", metavar="FILE")
@click.option("--name", default="", help=HELP("cli.ground-name-option"))
@plan_option
@language_option
@ends_in_a_line
def ground_add(*, text: Translation, file: str, name: str, plan: str) -> None:
    """Make ground for a plan of a file."""
    from app.context import store_at
    from layers.ground.files import add_ground
    from layers.ground.outline_offers import offered
    from layers.store.base import read_plan

    store = store_at(read_settings(plan=plan))
    found = read_plan(store)
    with shown_progress(text, label="cli.ground-making") as progress:
        made = add_ground(
            found,
            target_of(file),
            name=name,
            today=date.today(),
            progress=lambda share: progress(round(share * 1000), 1000),
        )
    added = "cli.picture-added" if made.is_picture else "cli.ground-added"
    click.echo(text(added, name=printable(made.name), id=made.id, size=size_words(made.size)))
    if made.thinned:
        note([text("cli.ground-thinned", zooms="、".join(map(str, made.thinned)))])
    outlines = [outline for outline in offered(read_plan(store)) if outline.ground == made.name]
    note(
        [
            text("cli.outline-offered", site=outline.site_id, name=printable(outline.name.get(text.language)))
            for outline in outlines
        ]
    )


@ground.command("list", help=HELP("cli.ground-list-help"))
@plan_option
@language_option
@ends_in_a_line
def ground_list(*, text: Translation, plan: str) -> None:
    """List the grounds of a plan."""
    from app.context import store_at
    from layers.ground.files import damaged_files, ground_files
    from layers.store.base import read_plan

    found = read_plan(store_at(read_settings(plan=plan)))
    grounds = ground_files(found)
    for made in grounds:
        line = text(
            "cli.ground-line",
            id=made.id,
            name=made.name,
            file=made.file,
            added=made.added,
            size=size_words(made.size),
            source=made.source.get(text.language),
        )
        click.echo(printable(line, limit=len(line)))
    if not grounds:
        click.echo(text("cli.ground-none"))
    note([text("cli.ground-damaged", file=name) for name in damaged_files(found)])


@ground.command("remove", help=HELP("cli.ground-remove-help"))
@click.argument("name")
@plan_option
@language_option
@ends_in_a_line
def ground_remove(*, text: Translation, name: str, plan: str) -> None:
    """Remove a ground of a plan."""
    from app.context import store_at
    from layers.ground.files import remove_ground
    from layers.store.base import read_plan

    removed = remove_ground(read_plan(store_at(read_settings(plan=plan))), name)
    click.echo(text("cli.ground-removed", name=printable(removed.name)))


@ground.command("outlines", help=HELP("cli.ground-outlines-help"))
@click.option("--take", metavar="SITE", default="", help=HELP("cli.outline-take-option"))
@click.option("--give-back", metavar="SITE", default="", help=HELP("cli.outline-back-option"))
@plan_option
@language_option
@ends_in_a_line
def ground_outlines(*, text: Translation, take: str, give_back: str, plan: str) -> None:
    """List the true outlines for nominal extents, take one or give it back."""
    from app.context import store_at
    from layers.ground.outline_offers import difference_m, give_back_outline, offered, take_outline, taken
    from layers.store.base import read_plan

    found = read_plan(store_at(read_settings(plan=plan)))
    if take:
        outline = take_outline(found, take, today=date.today())
        click.echo(
            text(
                "cli.outline-taken",
                site=take,
                name=printable(outline.name.get(text.language)),
                ground=printable(outline.ground),
            )
        )
    if give_back:
        give_back_outline(found, give_back)
        click.echo(text("cli.outline-given-back", site=give_back))
    if take or give_back:
        return
    known, new = taken(found), offered(found)
    for site_id, outline in known.items():
        line = text("cli.outline-line-taken", site=site_id, ground=outline.ground, day=outline.taken)
        click.echo(printable(line, limit=len(line)))
    for outline in new:
        site = found.sites[outline.site_id]
        line = text(
            "cli.outline-line",
            site=outline.site_id,
            name=site.name.get(text.language),
            found=outline.name.get(text.language),
            ground=outline.ground,
            area=f"{area_km2(outline.geometry):.2f}",
            metres=round(difference_m(found.grid, site, outline)),
        )
        click.echo(printable(line, limit=len(line)))
    if not known and not new:
        click.echo(text("cli.outlines-none"))
