"""What `template.toml` may hold, and the conversion between that and a template, in both directions."""

from __future__ import annotations

import base64
import binascii
from io import BytesIO
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from layers.plan.row import Row
from layers.plan.template import LINES, USUAL_PARTS, Part, Side, Template

LONGEST = 60
"""Most characters of a line of the title block."""

LOGO_BYTES = 2**20
"""Largest logo."""

LOGO_PIXELS = 4_000
"""Most pixels on each side of a logo: a picture of few bytes may unpack to gigabytes."""


def _legible(words: str) -> str:
    if not words.isprintable():
        raise ValueError("has characters that cannot be printed")
    return words.strip()


def _logo(text: str) -> str:
    if text:
        logo_of(text)
    return text


def logo_of(text: str) -> bytes:
    """Return the picture that stands in a row as base64 `text`.

    Raises
    ------
    ValueError
        It is no PNG or JPEG picture, or is too large.
    """
    # Most plans have no logo.
    from PIL import Image

    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("is not base64") from error
    if len(data) > LOGO_BYTES:
        raise ValueError("is too large")
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if max(picture.size) > LOGO_PIXELS:
                raise ValueError("has too many pixels")
            picture.load()
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("is no PNG or JPEG picture") from error
    return data


def _unique(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    if len(set(parts)) != len(parts) or Part.LEGEND not in parts:
        raise ValueError("names a part twice, or lacks the legend")
    return parts


Line = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_legible)]


class TemplateRow(Row):
    """`template.toml`; there, the logo is the name of a file beside it."""

    issuer: Line | None = None
    drawn_by: Line | None = None
    checked_by: Line | None = None
    approval_number: Line | None = None
    secrecy: Line | None = None
    date: Line | None = None
    logo: Annotated[str, StringConstraints(max_length=LOGO_BYTES * 2), AfterValidator(_logo)] = ""
    """The picture as base64."""
    side: Side = Side.RIGHT
    parts: Annotated[tuple[Part, ...], Field(max_length=len(Part)), AfterValidator(_unique)] = USUAL_PARTS

    def template(self) -> Template:
        """Return the template."""
        lines = {name: getattr(self, name) for name in LINES}
        return Template(**lines, logo=logo_of(self.logo) if self.logo else b"", side=self.side, parts=self.parts)


def template_row(template: Template) -> dict[str, Any]:
    """Return the row of a template, leaving out what is as usual."""
    row: dict[str, Any] = dict(template.lines)
    if template.logo:
        row["logo"] = base64.b64encode(template.logo).decode("ascii")
    if template.side is not Side.RIGHT:
        row["side"] = template.side.value
    if template.parts != USUAL_PARTS:
        row["parts"] = [part.value for part in template.parts]
    return row
