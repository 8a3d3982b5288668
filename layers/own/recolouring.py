"""Other colours for classes, of which everything else stays that somebody has changed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from layers.own.layer_style import Categories, Graduated
from layers.own.ramps import RAMPS, ramp
from layers.own.symbol_value import Symbol


def recoloured(symbols: Graduated, name: str) -> Graduated:
    """Return classes in the colours of the ramp `name`; words, limits, hatches and what is not drawn stay."""
    classes = [
        each if each.symbol is None else replace(each, symbol=in_ramp_colour(each.symbol, colour))
        for each, colour in zip(symbols.classes, ramp(name, len(symbols.classes)), strict=True)
    ]
    return replace(symbols, classes=tuple(classes))


def in_ramp_colour(symbol: Symbol, colour: str) -> Symbol:
    """Return a symbol with another colour of what tells its class: its fill, or of lines its stroke."""
    if symbol.fill:
        return replace(symbol, fill=colour)
    # An area or point whose fill somebody has taken away keeps its edge or hatch as they are.
    return replace(symbol, stroke=colour) if symbol.stroke and symbol.hatch is None else symbol


def telling_colour(symbol: Symbol | None) -> str:
    """Return the colour that tells the class of a symbol; empty if it has none."""
    if symbol is None or (not symbol.fill and symbol.hatch is not None):
        return ""
    return symbol.fill or symbol.stroke


def ramp_and_strays(symbols: Graduated) -> tuple[str, Sequence[int]]:
    """Return the ramp that the classes are in, and which of them have another colour, counted from 0.

    Classes without a colour are in any ramp. The ramp is empty if it is that of fewer than half of the others, so that
    all of their colours were chosen by hand.
    """
    colours = {number: colour for number, each in enumerate(symbols.classes) if (colour := telling_colour(each.symbol))}
    best: tuple[str, Sequence[int]] = "", list(colours)
    for name in RAMPS:
        wanted = ramp(name, len(symbols.classes))
        strays = [number for number, colour in colours.items() if colour != wanted[number]]
        if len(strays) < len(best[1]) and 2 * len(strays) <= len(colours):
            best = name, strays
    return best


def same_classes(one: Symbol | Categories | Graduated, other: Symbol | Categories | Graduated) -> bool:
    """Whether both are the same classes of the same field, so that they differ in their looks alone."""
    if not (isinstance(one, Graduated) and isinstance(other, Graduated)):
        return False
    return one.field == other.field and [each.limit for each in one.classes] == [each.limit for each in other.classes]


def replaced(before: Symbol | Categories | Graduated, after: Symbol | Categories | Graduated) -> list[int]:
    """Return of which classes, counted from 0, a colour that was chosen by hand is another one now."""
    if not (isinstance(before, Graduated) and isinstance(after, Graduated) and same_classes(before, after)):
        return []
    colours = [[telling_colour(each.symbol) for each in one.classes] for one in (before, after)]
    return [number for number in ramp_and_strays(before)[1] if colours[0][number] != colours[1][number]]
