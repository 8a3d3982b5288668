"""The .pptx file of a deck: its properties, and the same bytes for the same deck."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.opc.serialized import PackageWriter
from pptx.oxml.ns import qn
from pptx.presentation import Presentation

from layers.escape import legible
from layers.plan.deck import Deck
from layers.plan.plan import Plan
from layers.present.pptx.xml import elements, make
from layers.translation import Translation

APPLICATION = b"""<?xml version='1.0' encoding='UTF-8' standalone='yes'?>
<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">\
<Application>PlanMap</Application></Properties>"""


def describe(made: Presentation, plan: Plan, deck: Deck, text: Translation) -> None:
    """Set the properties of the file, and remove the time and the person that come with the template."""
    package = made.part.package
    core = package.core_properties
    for child in list(core._element):
        core._element.remove(child)
    core.title = legible(deck.title.get(text.language))[:255]
    core.subject = legible(plan.info.title.get(text.language))[:255]
    core.language = "zh-CN" if text.language == "zh" else "en-GB"
    for part in package.iter_parts():
        if str(part.partname) == "/docProps/app.xml":
            _replace(part)


def _replace(part: Part) -> None:
    part._blob = APPLICATION


def name_notes_master(made: Presentation) -> None:
    """Add the notes master to the presentation's list, which python-pptx leaves out."""
    part = made.part
    found = [key for key, rel in part.rels.items() if rel.reltype == RELATIONSHIP_TYPE.NOTES_MASTER]
    if found and part._element.find(qn("p:notesMasterIdLst")) is None:
        (masters,) = elements(make("p:notesMasterIdLst", make("p:notesMasterId", r_id=found[0])))
        part._element.find(qn("p:sldMasterIdLst")).addnext(masters)


@dataclass(frozen=True, slots=True)
class _Sink:
    """Stands for the zip file of python-pptx."""

    found: list[tuple[str, bytes]]

    def write(self, name: PackURI, blob: bytes) -> None:
        """Take one part."""
        self.found.append((name.membername, blob))


def _parts(made: Presentation) -> list[tuple[str, bytes]]:
    """Return name and content of everything that python-pptx would pack into a file."""
    package = made.part.package
    sink: Any = _Sink([])
    writer = PackageWriter("", package._rels, tuple(package.iter_parts()))
    writer._write_content_types_stream(sink)
    writer._write_pkg_rels(sink)
    writer._write_parts(sink)
    return list(sink.found)


def packed(made: Presentation) -> bytes:
    """Return the file with the same date on every part, so that the same deck gives the same bytes."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, blob in _parts(made):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, blob)
    return packed.getvalue()


def slide_count(document: bytes) -> int:
    """Return how many slides a .pptx file has."""
    with zipfile.ZipFile(BytesIO(document)) as archive:
        return sum(name.startswith("ppt/slides/slide") and name.endswith(".xml") for name in archive.namelist())
