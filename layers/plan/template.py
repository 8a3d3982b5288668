"""A template: what an office has on each of its sheets besides the map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """The side of the map on which legend and table stand, on sheets in landscape."""

    LEFT = "left"
    RIGHT = "right"


class Part(StrEnum):
    """What stands beside or below the map. A sheet without a legend would not be understood, so that one stays."""

    LEGEND = "legend"
    TABLE = "table"
    INSET = "inset"
    CODE = "code"
    TITLE_BLOCK = "title-block"


USUAL_PARTS = (Part.LEGEND, Part.TABLE, Part.INSET, Part.CODE, Part.TITLE_BLOCK)
"""From the top down, and where two stand beside each other from left to right."""

LINES = ("issuer", "drawn_by", "checked_by", "approval_number", "secrecy", "date")
"""The fields of `Template` that are lines of the title block, in their order."""


@dataclass(frozen=True, slots=True)
class Template:
    """The title block of an office, and where the parts of a sheet stand.

    A line that is None is not on the sheet; an empty one is left free, to be filled in by hand.
    """

    issuer: str | None = None
    """The office that issues the sheet."""
    drawn_by: str | None = None
    checked_by: str | None = None
    approval_number: str | None = None
    """The number under which the map was approved for publication (审图号)."""
    secrecy: str | None = None
    """Its classification (密级)."""
    date: str | None = None
    """The date of the sheet, as the office writes it."""
    logo: bytes = b""
    """A PNG or JPEG picture; empty for none."""
    side: Side = Side.RIGHT
    parts: tuple[Part, ...] = USUAL_PARTS
    """The parts that are on the sheet, in their order."""

    @property
    def lines(self) -> Iterator[tuple[str, str]]:
        """Name and content of each line of the title block."""
        for name in LINES:
            content = getattr(self, name)
            if content is not None:
                yield name, content

    @property
    def has_title_block(self) -> bool:
        """Whether there is anything to put into a title block, and it is on the sheet."""
        return Part.TITLE_BLOCK in self.parts and (bool(self.logo) or any(True for _ in self.lines))


NO_TEMPLATE = Template()
"""That of a sheet without one."""
