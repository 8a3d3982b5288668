"""DrawingML as text, which is parsed once for all that goes onto a slide together.

A slide has thousands of elements, and to make them one by one with lxml takes ten times as long as to write them.
What comes from a plan goes into attributes and text through `layers.escape.xml`, so that it stays attribute and text.
"""

from __future__ import annotations

from typing import NewType

from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.oxml.xmlchemy import BaseOxmlElement

from layers.escape import xml

Xml = NewType("Xml", str)
"""Well-formed elements with the prefixes that `_OPENING` declares."""

_OPENING = f"<all {nsdecls('a', 'p', 'r')}>"


def make(tag: str, *children: Xml, **attributes: object) -> Xml:
    """Return an element such as `a:off` with `children`; attributes are plain or, as `r_id`, of a namespace."""
    if not attributes:
        return Xml(f"<{tag}>{''.join(children)}</{tag}>" if children else f"<{tag}/>")
    said = "".join(
        f' {name.replace("_", ":")}="{xml(value) if isinstance(value, str) else value}"'
        for name, value in attributes.items()
    )
    return Xml(f"<{tag}{said}>{''.join(children)}</{tag}>" if children else f"<{tag}{said}/>")


def worded(tag: str, words: str) -> Xml:
    """Return an element that holds `words`."""
    return Xml(f"<{tag}>{xml(words)}</{tag}>")


def elements(*markup: Xml) -> list[BaseOxmlElement]:
    """Return `markup` as elements, ready to be put into a slide."""
    return list(parse_xml(f"{_OPENING}{''.join(markup)}</all>"))
