"""WordprocessingML as text, which is parsed once for a whole document.

To make the elements of long tables one by one takes python-docx many times as long. What comes from a plan goes
through `layers.escape`, so that it stays text.
"""

from __future__ import annotations

from typing import NewType

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from layers.escape import legible, xml

Xml = NewType("Xml", str)
"""Well-formed elements with the prefixes that `_NAMES` declares."""

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_NAMES = nsdecls("w", "r", "wp", "a", "pic")


def make(tag: str, *children: Xml, **attributes: object) -> Xml:
    """Return an element of `w:` with `children`; attributes are of `w:` too, but for those such as `r__id` of `r:`."""
    said = "".join(
        f' {name.replace("__", ":") if "__" in name else f"w:{name}"}="{xml(legible(str(value)))}"'
        for name, value in attributes.items()
    )
    return Xml(f"<w:{tag}{said}>{''.join(children)}</w:{tag}>" if children else f"<w:{tag}{said}/>")


def worded(words: str) -> Xml:
    """Return the text of a run; line breaks in it become spaces."""
    return Xml(f'<w:t xml:space="preserve">{xml(" ".join(legible(words).splitlines()))}</w:t>')


def rooted(tag: str, *children: Xml) -> bytes:
    """Return a whole XML part with the root `w:tag`."""
    return f"{_HEAD}<w:{tag} {_NAMES}>{''.join(children)}</w:{tag}>".encode()


def elements(*markup: Xml) -> list[object]:
    """Return `markup` as elements, ready to be put into a document."""
    return list(parse_xml(f"<w:body {_NAMES}>{''.join(markup)}</w:body>"))
