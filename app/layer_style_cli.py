"""The command `planmap layer style`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from app.command import ends_in_a_line, language_option, plan_option, target_file
from app.console import HELP
from app.layer_cli import field_names, plan_of
from geo.errors import PlanMapError
from geo.output import target_of, write
from layers.plan.fault import printable
from layers.translation import Translation

if TYPE_CHECKING:
    from layers.own.own_layer import OwnLayer

METHODS = ("equal", "quantiles", "natural", "pretty", "deviation")
"""Those of `layers.own.classes.Method` that find limits by themselves."""

SYMBOL = {
    "fill": "COLOUR",
    "fill_opacity": "0-1",
    "stroke": "COLOUR",
    "stroke_opacity": "0-1",
    "width": "PIXELS",
    "dash": "PATTERN",
    "marker": "SHAPE",
    "size": "PIXELS",
    "hatch": "PATTERN",
}
"""The options about one symbol, each with what it takes."""
ENTRY = {"words": "TEXT"}
LABELS = {
    "label_size": "PIXELS",
    "label_colour": "COLOUR",
    "label_halo": "COLOUR",
    "halo_width": "PIXELS",
    "label_zooms": "FIRST-LAST",
}
WHOLE = {"opacity": "0-1", "zooms": "FIRST-LAST"}


def look_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options about how things look."""
    for name, takes in reversed({**SYMBOL, **ENTRY, **LABELS, **WHOLE}.items()):
        option = name.replace("_", "-")
        function = click.option(f"--{option}", metavar=takes, default=None, help=HELP(f"style-option.{option}"))(
            function
        )
    return function


@click.command("style", help=HELP("own.style-help"))
@click.argument("name")
@click.option("--file", metavar="FILE", default="", help=HELP("own.style-file-option"))
@click.option("--field", metavar="FIELD", default="", help=HELP("own.style-field-option"))
@click.option("--method", type=click.Choice(METHODS), default=None, help=HELP("own.style-method-option"))
@click.option("--classes", type=click.IntRange(2, 12), default=None, help=HELP("own.style-classes-option"))
@click.option("--ramp", default="", help=HELP("own.style-ramp-option"))
@click.option("--single", is_flag=True, help=HELP("own.style-single-option"))
@click.option("--of", "entry", metavar="WORDS", default=None, help=HELP("own.style-of-option"))
@click.option("--show/--hide", default=None, help=HELP("own.style-show-option"))
@look_options
@click.option("--label", metavar="TEMPLATE", default="", help=HELP("own.style-label-option"))
@click.option("--no-label", is_flag=True, help=HELP("own.style-no-label-option"))
@click.option("--fields", metavar="FIELDS", default=None, help=HELP("own.style-fields-option"))
@click.option("--title", "heading", metavar="FIELD", default=None, help=HELP("own.style-title-option"))
@click.option("--reset", is_flag=True, help=HELP("own.style-reset-option"))
@click.option("-o", "--output", metavar="FILE", default="", help=HELP("own.style-output-option"))
@plan_option
@language_option
@ends_in_a_line
def layer_style(
    *,
    text: Translation,
    name: str,
    file: str,
    field: str,
    method: str | None,
    classes: int | None,
    ramp: str,
    single: bool,
    entry: str | None,
    show: bool | None,
    label: str,
    no_label: bool,
    fields: str | None,
    heading: str | None,
    reset: bool,
    output: str,
    plan: str,
    **look: str | None,
) -> None:
    """Say how an own layer is drawn, have it drawn otherwise, or write its style for other programs."""
    from layers.own.files import find_layer, restyle
    from layers.own.look import style_of
    from layers.own.restyling import field_style, style_from_file, written_style
    from layers.own.style_change import with_heading, with_labels, with_popup
    from layers.own.style_json import from_json, to_json
    from layers.own.style_look import changed_entry, changed_labels, changed_whole, one_symbol
    from layers.own.words import style_lines

    together = sum(map(bool, (file, field, reset, single))) > 1 or (not field and (method or ramp))
    if (label and no_label) or together:
        raise PlanMapError("layer-style-options")
    found = find_layer(plan_of(plan), name)
    if file:
        path = target_of(file)
        found = style_from_file(found, path, path.name)
    elif field:
        by_field = field_style(found, field, method=method, count=classes, ramp=ramp)
        _say_replaced(style_of(found).symbols, by_field.symbols, text)
        # What is written and shown has nothing to do with the colours.
        found = restyle(found, to_json(replace(style_of(found), symbols=by_field.symbols, title=by_field.title)))
    elif reset:
        found = restyle(found, "")
    elif single:
        found = restyle(found, to_json(one_symbol(style_of(found), found)))
    style = style_of(found)
    if label:
        style = with_labels(style, found, label)
    elif no_label:
        style = replace(style, labels=None)
    if fields is not None:
        style = with_popup(style, found, field_names(fields))
    if heading is not None:
        style = with_heading(style, found, heading)
    asked = {key: value for key, value in look.items() if value is not None}
    about = {key: value for key, value in asked.items() if key in (*SYMBOL, *ENTRY)}
    style = changed_entry(style, found, about, entry=entry, show=show, language=text.language)
    style = changed_labels(style, {key: value for key, value in asked.items() if key in LABELS})
    style = changed_whole(style, {key: value for key, value in asked.items() if key in WHOLE})
    changed = style != style_of(found)
    if changed:
        # As it will be read, or not at all.
        found = _kept(found, to_json(from_json(to_json(style))), same=style.symbols == style_of(found).symbols)
    if not style_of(found).field:
        click.echo(text("own.style-single"))
    for line in style_lines(found, text):
        click.echo(line)
    if output:
        target = target_file(output, "qml", "sld")
        write(target, written_style(style_of(found), found, target.suffix.lower().lstrip(".")).encode())
        click.echo(text("own.style-written", target=printable(target)))
    elif changed or file or field or reset or single:
        click.echo(text("own.styled", name=printable(found.name)))


def _say_replaced(before: Any, after: Any, text: Translation) -> None:
    """Say of which classes a colour that was chosen by hand gives way to that of a ramp."""
    from layers.own.recolouring import replaced
    from layers.own.style_entry import entries_of, usual_titles

    if numbers := replaced(before, after):
        usual, entries = usual_titles(before), entries_of(before)
        names = (entries[n].called(usual[n]).get(text.language) for n in numbers)
        words = text("data.list-comma").join(map(printable, names))
        click.echo(text("own-style-page.replaced", entries=words))


def _kept(layer: OwnLayer, style: str, *, same: bool) -> Any:
    """Keep a style; where it came from stays said as long as the symbols are those."""
    from layers.own.files import restyle

    return restyle(layer, style, layer.style_from, layer.style_lost) if same else restyle(layer, style)
