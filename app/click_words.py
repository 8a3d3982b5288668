"""The words that Click itself says in help and errors, from our translations.

Each module of Click takes them from the gettext of Python, which knows only files of its own form in folders named
after the language of the system. Here every module gets functions that look them up among our texts instead.
"""

from __future__ import annotations

from collections.abc import Callable

import click.core
import click.decorators
import click.exceptions
import click.parser
import click.types

from layers.translation import Translation

WORDS = {
    "Options": "console.options",
    "Commands": "console.commands",
    "Positional arguments": "console.arguments",
    "Show this message and exit.": "console.show-help",
    "Show the version and exit.": "console.show-version",
    "%(prog)s, version %(version)s": "console.version",
    "default: {default}": "console.default",
    "required": "console.required",
    "Error: {message}": "console.error",
    "Aborted!": "console.aborted",
    "Try '{command} {option}' for help.": "console.try-help",
    "Invalid value: {message}": "console.invalid-value",
    "Invalid value for {param_hint}: {message}": "console.invalid-value-for",
    "Missing argument": "console.missing-argument",
    "Missing option": "console.missing-option",
    "Missing parameter": "console.missing-parameter",
    "Missing command.": "console.missing-command",
    "No such option {name!r}.": "console.no-option",
    "No such command {name!r}.": "console.no-command",
    "Did you mean {possibility}?": "console.did-you-mean",
    "(Did you mean one of: {possibilities}?)": "console.did-you-mean-one",
    "Got unexpected extra argument ({args})": "console.extra-argument",
    "Got unexpected extra arguments ({args})": "console.extra-arguments",
    "Option {name!r} does not take a value.": "console.takes-no-value",
    "Option {name!r} requires an argument.": "console.needs-value",
    "Option {name!r} requires {nargs} arguments.": "console.needs-values",
    "{value!r} is not {choice}.": "console.not-choice",
    "{value!r} is not one of {choices}.": "console.not-one-of",
    "Choose from:\n\t{choices}": "console.choose-from",
    "{value!r} is not a valid {number_type}.": "console.no-number",
    "{value} is not in the range {range}.": "console.not-in-range",
}
"""What Click says, and the keys of our texts for it. What is not here stays as it is."""

_MODULES = (click.core, click.decorators, click.exceptions, click.parser, click.types)


def use(text: Translation) -> None:
    """Have Click say its words in the language of `text` from now on."""
    word = word_in(text)

    def plural(one: str, many: str, count: int) -> str:
        return word(one if count == 1 else many)

    for module in _MODULES:
        for name, function in (("_", word), ("ngettext", plural)):
            if hasattr(module, name):
                setattr(module, name, function)


def word_in(text: Translation) -> Callable[[str], str]:
    """Return the function that gives what Click says in the language of `text`."""
    return lambda said: text(WORDS[said]) if said in WORDS else said
