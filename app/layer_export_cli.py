"""The commands that write data for other programs: `planmap layer export` an own layer, `planmap qgis` all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import click
from click.core import ParameterSource

from app.command import ends_in_a_line, language_option, note, plan_option, shown_progress, target_file
from app.console import HELP
from app.layer_cli import DATUMS, plan_of, system_of_options
from app.question_options import Asked, question_of, question_options
from layers.plan.fault import printable
from layers.translation import Translation

ENCODINGS = ("utf-8", "gb18030")
"""Those of `layers.own.giving`, which is too slow to import for a help text."""


@click.command("export", help=HELP("give.help"))
@click.argument("name")
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("give.output-option"))
@click.option("--crs", metavar="EPSG:CODE", default="", help=HELP("give.crs-option"))
@click.option("--datum", type=click.Choice(DATUMS), default=None, help=HELP("give.datum-option"))
@click.option("--encoding", type=click.Choice(ENCODINGS), default=ENCODINGS[0], help=HELP("give.encoding-option"))
@question_options
@plan_option
@language_option
@ends_in_a_line
def layer_export(
    *, text: Translation, name: str, output: str, crs: str, datum: str | None, encoding: str, asked: Asked, plan: str
) -> None:
    """Write an own layer, or those of its features that are asked for, as a file of another format."""
    from layers.own.answer import answer
    from layers.own.files import find_layer
    from layers.own.giving import MEDIA_TYPES, give_back
    from layers.own.giving_words import about_words, given_words, lost_lines
    from layers.own.question_words import shown_words

    target = target_file(output, *MEDIA_TYPES)
    system = system_of_options(crs, datum)
    found_plan = plan_of(plan)
    found = find_layer(found_plan, name)
    question = question_of(found_plan, found, asked)
    part = answer(found_plan, found, question) if question else None
    with shown_progress(text, label="give.writing") as progress:
        given = give_back(
            found,
            target,
            system=system,
            ids=part.ids if part is not None else None,
            about=about_words(part, text, made=datetime.now()) if part is not None else "",
            encoding=encoding,
            progress=lambda share: progress(round(share * 1000), 1000),
        )
    if part is not None:
        click.echo(shown_words(part, text))
    click.echo(given_words(given, text))
    note(list(lost_lines(given.lost, text)))


@click.command("qgis", help=HELP("qgis.help"))
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("qgis.output-option"))
@click.option("--scene", default="", help=HELP("cli.scene-option"))
@plan_option
@language_option
@ends_in_a_line
def qgis(*, text: Translation, output: str, scene: str, plan: str) -> None:
    """Write the plan and its own layers as a GeoPackage with a project of QGIS."""
    from layers.listing.qgis_package import write_qgis_package
    from layers.own.giving_words import lost_lines
    from layers.plan.scene_text import checked, read_scene

    target = target_file(output, "gpkg")
    wanted = read_scene(scene)
    # An address may hold a language; one given on the command line goes before it.
    language = click.get_current_context().get_parameter_source("lang")
    if not scene or language is ParameterSource.COMMANDLINE:
        wanted = replace(wanted, language=text.language)
    found = plan_of(plan)
    wanted = checked(found, wanted)
    with shown_progress(text, label="qgis.writing") as progress:
        made = write_qgis_package(
            found,
            wanted,
            target,
            today=date.today(),
            made=datetime.now(),
            progress=lambda share: progress(round(share * 1000), 1000),
        )
    words = {"places": made.places, "tasks": made.tasks, "own": len(made.own), "project": printable(made.project)}
    click.echo(text("qgis.written", target=printable(target.name), **words))
    note([text("qgis.keep-name"), *lost_lines(made.lost, text)])
