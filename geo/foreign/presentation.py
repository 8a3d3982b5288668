"""A presentation from outside, cut down to its master. Called in a child process only."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pptx
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.presentation import Presentation

from geo.errors import PlanMapError

MOST_PARTS = 3_000
"""Most parts of a file."""

MOST_UNPACKED = 256 * 2**20
"""Most bytes that the parts of a file unpack to."""

_TYPES = "[Content_Types].xml"
_AS_TEMPLATE = b"application/vnd.openxmlformats-officedocument.presentationml.template.main+xml"
_AS_PRESENTATION = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"

_KEPT = frozenset(
    {
        RELATIONSHIP_TYPE.SLIDE_MASTER,
        RELATIONSHIP_TYPE.NOTES_MASTER,
        RELATIONSHIP_TYPE.THEME,
        RELATIONSHIP_TYPE.TABLE_STYLES,
        RELATIONSHIP_TYPE.FONT,
    }
)
"""What a presentation leads to that belongs to its look. All else is of its slides, its authors or their office."""

_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_RELATIONSHIPS = qn("r:id").removesuffix("id")
"""What the attributes begin with that name a relationship."""


def cut_down(job: Mapping[str, Any], progress: Callable[[float], None]) -> dict[str, Any]:
    """Write the presentation or template `source` without its slides, notes, properties and authors to `target`.

    Both are paths in the job; `name` is what errors call the file.

    Raises
    ------
    PlanMapError
        It is no such file, is damaged, unpacks to too much, holds macros, or shows what is in other files.
    """
    name = job["name"]
    try:
        deck = pptx.Presentation(BytesIO(_checked(Path(job["source"]), name)))
        _without_slides(deck)
        linked = _linked(deck)
        if linked:
            raise PlanMapError("master-linked", file=name, address=linked[:200])
        if not len(deck.slide_master.slide_layouts):
            raise ValueError
        deck.save(job["target"])
    except (PlanMapError, MemoryError):
        raise
    except Exception as error:
        # python-pptx takes the order and the parts of a file for granted, and fails in every way where they lack.
        raise PlanMapError("master-unreadable", file=name) from error
    progress(1.0)
    return {}


def _checked(source: Path, name: str) -> bytes:
    """Return the file with a template made a presentation, once it is known to be bearable."""
    packed = BytesIO()
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(packed, "w") as target:
        entries = archive.infolist()
        if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise PlanMapError("master-too-large", file=name, limit=f"{MOST_UNPACKED / 2**20:g}")
        for entry in entries:
            # No more than it says of itself: zipfile stops there.
            data = archive.read(entry)
            if entry.filename == _TYPES:
                data = data.replace(_AS_TEMPLATE, _AS_PRESENTATION)
                if b"macroEnabled" in data or b"vbaProject" in data:
                    raise PlanMapError("master-macros", file=name)
            if entry.filename.endswith((".xml", ".rels")) and any(mark in data for mark in _DOCTYPES):
                # Nothing of Office writes one; entities can unpack to gigabytes, or name other files.
                raise PlanMapError("master-unreadable", file=name)
            target.writestr(entry.filename, data)
    return packed.getvalue()


def _without_slides(deck: Presentation) -> None:
    part, package = deck.part, deck.part.package
    relationships = part._rels
    dropped = {key for key, found in relationships.items() if found.reltype not in _KEPT}
    for key in dropped:
        relationships.pop(key)
    for child in list(deck.element):
        names = {
            value for found in child.iter() for name, value in found.attrib.items() if name.startswith(_RELATIONSHIPS)
        }
        # Sections and shows name slides by other numbers.
        if names & dropped or child.tag in (qn("p:custShowLst"), qn("p:extLst")):
            deck.element.remove(child)
    for key in [key for key, found in package._rels.items() if found.reltype != RELATIONSHIP_TYPE.OFFICE_DOCUMENT]:
        package._rels.pop(key)


def _linked(deck: Presentation) -> str:
    """Return the address of a picture or an object that is not in the file; links to be clicked are none."""
    for part in deck.part.package.iter_parts():
        for relationship in part.rels.values():
            if relationship.is_external and relationship.reltype != RELATIONSHIP_TYPE.HYPERLINK:
                return str(relationship.target_ref)
    return ""
