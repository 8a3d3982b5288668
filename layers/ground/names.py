"""Which names of the ground a map writes: those in its own language, and others only where there are none."""

from __future__ import annotations

from collections.abc import Iterable

from geo.tiles.names import has_ideograph
from layers.plan.terms import Text, printed_name


class GroundNames:
    """The names of one map's ground, as the map writes them.

    On a Chinese map of ground whose names are mostly Chinese, one in other letters alone is no official name, only
    what somebody has entered, and is left off. Abroad, where most names are in other letters, they stay.
    """

    def __init__(self, names: Iterable[Text], language: str) -> None:
        """Take all `names` of the ground that the map shows."""
        self.language = language
        written = [name.get(language) for name in names]
        written = [name for name in written if name]
        self._chinese_only = language == "zh" and 2 * sum(map(has_ideograph, written)) > len(written)

    def written(self, name: Text) -> str:
        """Return a name as the map writes it; empty if it leaves it off."""
        words = printed_name(name.get(self.language))
        return "" if self._chinese_only and not has_ideograph(words) else words
