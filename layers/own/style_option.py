"""What is written after an option of `planmap layer style`: read by the limits of styles, or refused by its name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from geo.errors import PlanMapError
from layers.own.layer_style import LAST_ZOOM, LONGEST_TITLE, LabelSize, Title, Zooms
from layers.own.symbol_value import DASHES, Direction, Marker, Pattern, Share, Size, Spacing, Thickness, Width
from layers.plan.terms import Text

NONE = "none"
"""What stands for no fill, edge or hatch."""

_NUMBERS: dict[str, Any] = {
    "fill_opacity": Share,
    "stroke_opacity": Share,
    "width": Width,
    "size": Size,
    "label_size": LabelSize,
    "halo_width": Width,
    "opacity": Share,
}
_HATCH: dict[str, Any] = {"angle": Direction, "spacing": Spacing, "width": Thickness}
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def option_of(name: str) -> str:
    """Return an option as people write it."""
    return f"--{name.replace('_', '-')}"


def number_of(name: str, value: str) -> float:
    """Return the number that is written after the option `name`.

    Raises
    ------
    PlanMapError
        It is none, or not within the limits.
    """
    found = _number(_NUMBERS[name], value)
    if found is None:
        least, most = _limits(_NUMBERS[name])
        raise PlanMapError(
            "style-option-number", option=option_of(name), value=value[:40], least=f"{least:g}", most=f"{most:g}"
        )
    return found


def colour_of(name: str, value: str) -> str:
    """Return the colour that is written after the option `name`: six hexadecimal digits after a `#`.

    Raises
    ------
    PlanMapError
        It is none.
    """
    if not _COLOUR.fullmatch(value):
        raise PlanMapError("style-option-colour", option=option_of(name), value=value[:40])
    return value.upper()


def marker_of(value: str) -> Marker:
    """Return the shape of a point that is written after `--marker`.

    Raises
    ------
    PlanMapError
        It is none.
    """
    if value not in set(Marker):
        raise PlanMapError("style-option-choice", option="--marker", value=value[:40], expected="、".join(Marker))
    return Marker(value)


def dash_of(value: str) -> tuple[float, ...]:
    """Return the dashes that are written by their name after `--dash`.

    Raises
    ------
    PlanMapError
        It is none of `layers.own.symbol_value.DASHES`.
    """
    if value not in DASHES:
        raise PlanMapError("style-option-choice", option="--dash", value=value[:40], expected="、".join(DASHES))
    return DASHES[value]


def zooms_of(name: str, value: str) -> tuple[float, float]:
    """Return the first and the last zoom that are written after `name` as `10-16`, or as one number for both.

    Raises
    ------
    PlanMapError
        They are none, or the wrong way round.
    """
    first, _, last = value.replace("–", "-").partition("-")
    try:
        found: tuple[float, float] = _adapter(Zooms).validate_python((float(first), float(last or first)))
    except ValueError as error:
        raise PlanMapError(
            "style-option-zooms", option=option_of(name), value=value[:40], last=f"{LAST_ZOOM:g}"
        ) from error
    return found


def words_of(value: str) -> str:
    """Return the words for the legend that are written after `--words`.

    Raises
    ------
    PlanMapError
        They are too long, or not legible.
    """
    words = " ".join(value.split())
    try:
        _adapter(Title).validate_python(Text(words, words))
    except ValidationError as error:
        raise PlanMapError("style-option-text", option="--words", value=value[:40], limit=LONGEST_TITLE) from error
    return words


def hatch_parts(value: str) -> dict[str, Any]:
    """Return the parts of a hatch that are written as `lines`, `grid:45:6` or the like; empty for none.

    After the pattern come angle, spacing, width and colour.

    Raises
    ------
    PlanMapError
        It is no hatch.
    """
    if value.lower() == NONE:
        return {}
    pattern, *parts = value.replace("：", ":").split(":")
    found: dict[str, Any] = {"pattern": pattern}
    for part, name in zip(parts, (*_HATCH, "colour"), strict=False):
        if part and name == "colour":
            found[name] = part.upper() if _COLOUR.fullmatch(part) else None
        elif part:
            found[name] = _number(_HATCH[name], part)
    if pattern not in set(Pattern) or len(parts) > len(_HATCH) + 1 or None in found.values():
        limits = {name: "–".join(f"{limit:g}" for limit in _limits(kind)) for name, kind in _HATCH.items()}
        raise PlanMapError("style-option-hatch", value=value[:40], expected="、".join(Pattern), **limits)
    return {**found, "pattern": Pattern(pattern)}


def _number(kind: Any, value: str) -> float | None:
    try:
        found: float = _adapter(kind).validate_python(float(value))
    except ValueError:
        return None
    return found


def _limits(kind: Any) -> tuple[float, float]:
    schema = _adapter(kind).json_schema()
    return float(schema["minimum"]), float(schema["maximum"])


@lru_cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
