"""The commands that write a deck to a file: `planmap brief` and `planmap slides`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from app.command import ends_in_a_line, language_option, note, plan_option, shown_progress, target_file
from app.console import HELP
from app.settings import read_settings
from geo.files import read_bytes
from geo.output import target_of, write
from layers.plan.fault import printable
from layers.translation import Translation

if TYPE_CHECKING:
    from layers.plan.deck import Deck
    from layers.plan.plan import Plan

_deck_option = click.option("--deck", default="", help=HELP("cli.deck-option"))


@click.command(help=HELP("cli.brief-help"))
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("cli.brief-output-option"))
@_deck_option
@plan_option
@language_option
@ends_in_a_line
def brief(*, text: Translation, output: str, **asked: str) -> None:
    """Write a deck as one HTML file."""
    from layers.present.briefing import briefing
    from layers.present.taken_along import cut_words
    from layers.selection.gone_layers import deck_layers
    from layers.selection.own_ground import deck_ground

    target = target_file(output, "html")
    found, deck = _deck(**asked)
    document = briefing(found, deck, language=text.language, today=date.today()).encode()
    write(target, document)
    size = f"{len(document) / 1e6:.1f} MB"
    click.echo(text("cli.brief-written", target=printable(target), views=len(deck.slides), size=size))
    note([*deck_ground(deck, text), *deck_layers(found, deck, text), *cut_words(found, deck, text, today=date.today())])


@click.command(help=HELP("cli.slides-help"))
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("cli.slides-output-option"))
@click.option("--master", default="", metavar="FILE", help=HELP("cli.master-option"))
@_deck_option
@plan_option
@language_option
@ends_in_a_line
def slides(*, text: Translation, output: str, master: str, **asked: str) -> None:
    """Write a deck as a PowerPoint file."""
    from layers.present.pptx import slides as presentations
    from layers.present.pptx.file import slide_count
    from layers.selection.gone_layers import deck_layers
    from layers.selection.own_ground import deck_ground

    target = target_file(output, "pptx")
    found, deck = _deck(**asked)
    look, said = _master(master, text)
    with shown_progress(text) as progress:
        document = presentations.slides(
            found, deck, language=text.language, today=date.today(), master=look, progress=progress
        )
    write(target, document)
    size = f"{len(document) / 1e6:.1f} MB"
    click.echo(text("cli.slides-written", target=printable(target), slides=slide_count(document), size=size))
    note([*deck_ground(deck, text), *deck_layers(found, deck, text), *said])


def _master(file: str, text: Translation) -> tuple[bytes, list[str]]:
    """Return the master in a file, and what is to be known of it; nothing where no file is named."""
    if not file:
        return b"", []
    from layers.present.pptx.master import LARGEST, master_words, office_master

    path = target_of(file)
    found = office_master(read_bytes(path, limit=LARGEST), path.name)
    return found, master_words(found, text)


def _deck(*, deck: str, plan: str) -> tuple[Plan, Deck]:
    """Return the plan and the deck that the options ask for."""
    from app.context import store_at
    from layers.present.deck_choice import chosen_deck
    from layers.store.base import read_plan

    found = read_plan(store_at(read_settings(plan=plan)))
    return found, chosen_deck(found, deck)
