"""Styles of own layers as JSON, as they are kept and sent; reading is strict, for the text may come from anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from geo.errors import PlanMapError
from layers.own.layer_style import Graduated, LayerStyle
from layers.plan.fault import printable

LONGEST = 4 * 2**20
"""Most characters of a style."""

_FORMS = ("Symbol", "Categories", "Graduated", "constrained-str", "bool", "int", "float")
"""What Pydantic calls the forms that a value may have; they are no part of the text."""

_ADAPTER = TypeAdapter(LayerStyle)


def to_json(style: LayerStyle) -> str:
    """Return a style as JSON; `from_json` returns it again."""
    return _ADAPTER.dump_json(style).decode()


def from_json(text: str) -> LayerStyle:
    """Return the style that `text` is.

    Colours become upper case, and lengths and shares are taken to the hundredth.

    Raises
    ------
    PlanMapError
        It is no style; the error names the first field that is wrong, and what it may be.
    """
    if len(text) > LONGEST:
        raise PlanMapError("style-too-large", limit=LONGEST // 2**20)
    try:
        style = _ADAPTER.validate_json(text.encode("utf-8", "surrogatepass"), strict=True)
    except ValidationError as error:
        raise _error(error.errors(include_url=False)[0]) from error
    if isinstance(style.symbols, Graduated):
        _check_limits(style.symbols)
    return style


def _check_limits(graduated: Graduated) -> None:
    """Raise `PlanMapError` if the limits of classes do not ascend, or one but the last has none."""
    before = graduated.lowest
    for number, each in enumerate(graduated.classes):
        last = number == len(graduated.classes) - 1
        least = before is None or each.limit is None or each.limit > before
        # The first class may hold one number alone.
        if not (least or (number == 0 and each.limit == before)) or (each.limit is None and not last):
            shown = "null" if each.limit is None else f"{each.limit:g}"
            raise PlanMapError("style-limits", field=f"symbols.classes.{number}.limit", value=shown)
        before = each.limit


def _error(found: Mapping[str, Any]) -> PlanMapError:
    place = ".".join(str(part) for part in found["loc"] if part not in _FORMS) or "*"
    kind, context = found["type"], found.get("ctx", {})
    value = printable(found["input"], limit=60)
    if kind == "json_invalid":
        return PlanMapError("style-json", reason=printable(context.get("error", "")))
    if kind == "missing":
        return PlanMapError("style-missing", field=place)
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        return PlanMapError("style-unknown", field=place)
    if kind == "enum":
        return PlanMapError("style-choice", field=place, value=value, expected=context["expected"])
    if kind == "string_pattern_mismatch":
        return PlanMapError("style-colour", field=place, value=value)
    if kind in ("too_long", "string_too_long"):
        return PlanMapError("style-long", field=place, limit=context["max_length"])
    if kind in ("too_short", "string_too_short"):
        return PlanMapError("style-empty", field=place)
    if kind in ("greater_than_equal", "less_than_equal"):
        at_least = kind == "greater_than_equal"
        limit = f"≥ {context['ge']:g}" if at_least else f"≤ {context['le']:g}"
        return PlanMapError("style-range", field=place, value=value, limit=limit)
    if kind == "zooms":
        return PlanMapError("style-zooms", field=place, value=value)
    return PlanMapError("style-kind", field=place, value=value)
