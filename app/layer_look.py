"""What the command line says of a layer in a file before it is brought in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from app.command import note
from geo.errors import PlanMapError
from layers.plan.fault import printable
from layers.translation import Translation

if TYPE_CHECKING:
    from geo.ranking import Ranking
    from layers.plan.plan import Plan


def look_lines(looked: Mapping[str, Any], repairs: Mapping[str, bool], file: str, text: Translation) -> Iterator[str]:
    """Yield what there is to say of a layer in a file before it is brought in."""
    from layers.own import words

    what = words.count_words(looked["types"], text)
    yield text("own.preview", layer=printable(looked["name"]), file=printable(file), what=what)
    yield text("own.crs", crs=words.crs_words(looked, text))
    yield words.extent_words(looked["bounds"], text)
    names = text("data.list-comma").join(printable(field["name"], limit=40) for field in looked["fields"])
    yield text("own.fields", count=len(looked["fields"]), names=names or "-")
    yield words.encoding_words(looked, text)
    for finding in looked["repairs"]:
        accepted = finding["must"] or repairs.get(finding["kind"], finding["accepted"])
        yield "  " + words.finding_words(finding, accepted, text)
    for line in words.note_lines(looked["notes"], text):
        yield "  " + line


def option_of(system: Mapping[str, Any]) -> str:
    """Return the option that decides on a system."""
    return f"--datum {system['datum']}" if "datum" in system else f"--crs EPSG:{system['epsg']}"


def say_candidates(plan: Plan, looked: Mapping[str, Any], text: Translation) -> None:
    """Say in which systems a layer may be that states none."""
    from layers.own.system import ranking, shown_standings, system_of_candidate
    from layers.own.words import candidate_words, ranking_words, standing_words

    found: Ranking = ranking(plan, looked)
    click.echo(text("own.candidates"))
    for standing in shown_standings(found):
        option = option_of(system_of_candidate(standing.candidate))
        name = candidate_words(standing.candidate, text)
        click.echo(f"  {option:18} {name}{text('own.comma')}{standing_words(standing, text)}")
    click.echo(ranking_words(found, text))


@contextmanager
def kept_said(plan: Plan, name: str, text: Translation) -> Iterator[None]:
    """Say of the own layer called `name`, if there is one, that it is as it was when something in the block fails."""
    from layers.own.files import own_layers

    try:
        yield
    except PlanMapError:
        if name in {each.name for each in own_layers(plan)}:
            note([text("own.as-it-was", name=printable(name))])
        raise
