"""XML from outside, read without entities and without anything that it names."""

from __future__ import annotations

from typing import Protocol
from xml.parsers import expat


class DamagedXmlError(Exception):
    """It is no XML that can be read; the message is the parser's."""


class Builder(Protocol):
    """What is told of a document, in its order; names have their namespace before a space."""

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        """Take an element that begins."""

    def end(self, tag: str, /) -> None:
        """Take its end."""

    def text(self, words: str, /) -> None:
        """Take text in the element that is open."""

    def refuse(self, *about: object) -> int:
        """Refuse a document that declares or names an entity, by an error of the builder's own."""


def parse(data: bytes, builder: Builder, encoding: str | None = None) -> None:
    """Tell `builder` what is in a document, in an `encoding` or in the one that it declares.

    Raises
    ------
    DamagedXmlError
        It cannot be read. Whatever the builder raises passes through.
    """
    parser = expat.ParserCreate(encoding, namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.EntityDeclHandler = builder.refuse
    parser.ExternalEntityRefHandler = builder.refuse
    parser.SkippedEntityHandler = builder.refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise DamagedXmlError(str(error)[:100]) from error


def local_name(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition(" ")[2]
