"""The command `planmap layer export`: an own layer as a file for other programs."""

from __future__ import annotations

import click

from app.command import HELP, ends_in_a_line, language_option, note, plan_option, shown_progress, target_file
from app.layer_cli import DATUMS, plan_of, system_of_options
from layers.translation import Translation

ENCODINGS = ("utf-8", "gb18030")
"""Those of `layers.own.giving`, which is too slow to import for a help text."""


@click.command("export", help=HELP("give.help"))
@click.argument("name")
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("give.output-option"))
@click.option("--crs", metavar="EPSG:CODE", default="", help=HELP("give.crs-option"))
@click.option("--datum", type=click.Choice(DATUMS), default=None, help=HELP("give.datum-option"))
@click.option("--encoding", type=click.Choice(ENCODINGS), default=ENCODINGS[0], help=HELP("give.encoding-option"))
@plan_option
@language_option
@ends_in_a_line
def layer_export(
    *, text: Translation, name: str, output: str, crs: str, datum: str | None, encoding: str, plan: str
) -> None:
    """Write an own layer as a file of another format."""
    from layers.own.files import find_layer
    from layers.own.giving import MEDIA_TYPES, give_back
    from layers.own.giving_words import given_lines, given_words

    target = target_file(output, *MEDIA_TYPES)
    system = system_of_options(crs, datum)
    found = find_layer(plan_of(plan), name)
    with shown_progress(text, label="give.writing") as progress:
        given = give_back(
            found,
            target,
            system=system,
            encoding=encoding,
            progress=lambda share: progress(round(share * 1000), 1000),
        )
    click.echo(given_words(given, text))
    note(list(given_lines(given, text)))
