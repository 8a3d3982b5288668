"""XML from outside, read without entities and without anything that it names."""

from __future__ import annotations

import codecs
import re
from typing import Protocol
from xml.parsers import expat

_DECLARED = re.compile(rb"""^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_CHINESE = frozenset({"gb2312", "gbk", "gb18030", "cp936", "x-gbk"})
"""Encodings that the parser does not know; the last of the standards has all of them in it."""


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


def parse(data: bytes, builder: Builder, encoding: str | None = None, *, document_type: bool = True) -> None:
    """Tell `builder` what is in a document, in an `encoding` or in the one that it declares.

    What declares UTF-8, or nothing, and is none, is taken for Chinese too. Without `document_type` a document that
    declares its type is refused like one with entities.

    Raises
    ------
    DamagedXmlError
        It cannot be read. Whatever the builder raises passes through.
    """
    if encoding is None:
        data, encoding = _known(data)
    parser = expat.ParserCreate(encoding, namespace_separator=" ")
    parser.buffer_text = True
    # Text of megabytes comes in few parts.
    parser.buffer_size = 2**18
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.EntityDeclHandler = builder.refuse
    parser.ExternalEntityRefHandler = builder.refuse
    parser.SkippedEntityHandler = builder.refuse
    if not document_type:
        parser.StartDoctypeDeclHandler = builder.refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise DamagedXmlError(str(error)[:100]) from error


def local_name(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition(" ")[2]


def _known(data: bytes) -> tuple[bytes, str | None]:
    """Return a document in an encoding that the parser knows, and its name where the document's own is not to count."""
    found = _DECLARED.match(data[:200])
    declared = found[1].decode().lower() if found else "utf-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data, None
    if declared == "utf-8":
        try:
            data.decode()
        except UnicodeDecodeError:
            declared = "gb18030"
    if declared not in _CHINESE:
        return data, None
    try:
        return data.decode("gb18030").encode(), "utf-8"
    except UnicodeDecodeError:
        # The parser says where it is damaged.
        return data, "utf-8"
