"""The texts of the interface in Chinese and English, from `data/translations/`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache

from geo.errors import PlanMapError
from layers.plan.fault import Fault, printable
from layers.resources import data_folder

LANGUAGES = ("zh", "en")
"""The languages of the interface; the first is the default."""


_PLACE = re.compile(r"\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}")
"""`{count}`, or `{count|task|tasks}`: the first word for one, the second for any other number."""


class Translation:
    """The texts of one language."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self.texts = texts

    def __call__(self, key: str, **details: object) -> str:
        """Return the text for `key` with each `{name}` replaced by the detail of that name.

        `{name|one|many}` becomes the first word if that detail is 1, and the second otherwise.

        Raises
        ------
        KeyError
            There is no such text. That is a mistake in the code, for tests to find.
        """
        words = self.texts[key]
        if "{" not in words:
            return words
        # Not str.format, which would let a plan's text reach attributes through {x.__class__}. One pass, so
        # that a site's name which itself holds {distance} stays as it is.
        return _PLACE.sub(lambda found: _filled(found, details), words)

    def explain(self, error: PlanMapError | Fault) -> str:
        """Return one line that says what is wrong and what to do, after the place of a fault."""
        details = dict(error.details)
        expected = details.get("expected")
        if isinstance(expected, tuple):
            details["expected"] = " / ".join(expected)
        shown = {name: value if name == "expected" else printable(value) for name, value in details.items()}
        message = self(f"error.{error.code}", **shown)
        line = f"{message} → {self(f'hint.{error.code}', **shown)}"
        return f"{error.place}: {line}" if isinstance(error, Fault) else line


def _filled(found: re.Match[str], details: Mapping[str, object]) -> str:
    if found[1] not in details:
        return found[0]
    value = str(details[found[1]])
    if found[2] is None:
        return value
    return found[2] if value == "1" else found[3]


@lru_cache(maxsize=len(LANGUAGES))
def translation(language: str) -> Translation:
    """Return the texts of `language`, or those in Chinese if there is no such language."""
    chosen = language if language in LANGUAGES else LANGUAGES[0]
    with (data_folder() / "translations" / f"{chosen}.toml").open("rb") as file:
        return Translation(chosen, dict(_flat(tomllib.load(file))))


def _flat(table: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        rows += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, str(value))]
    return rows
