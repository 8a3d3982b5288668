"""An office's own presentation as the master of our slides: its colours, typefaces, background and logo."""

from __future__ import annotations

import tempfile
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pptx
from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from pptx.opc.packuri import PackURI
from pptx.oxml.ns import qn
from pptx.parts.slide import SlideLayoutPart
from pptx.presentation import Presentation
from pptx.slide import SlideLayout, SlideMaster

from geo.errors import PlanMapError
from geo.foreign import child
from layers import style
from layers.present.pptx.backing import CARD, covers_slide, needs_card
from layers.present.pptx.layouts import (
    AS_OF,
    CONTENT,
    COVER,
    HEIGHT,
    MAP,
    NUMBER,
    SOURCE,
    TITLE,
    WIDTH,
    fill_layout,
    on_slide,
    plate,
)
from layers.present.pptx.text import emu
from layers.present.pptx.xml import elements, make
from layers.selection.wording import MOST_NAMED, listed_words
from layers.translation import Translation

if TYPE_CHECKING:
    from pptx.oxml.xmlchemy import BaseOxmlElement

LARGEST = 100 * 2**20
"""Most bytes of a file that is taken as master."""

LIMITS = child.Limits(memory=2 * 2**30, seconds=120.0, disk=3 * LARGEST)

KINDS = ("pptx", "potx")

SHAPE_TOLERANCE = 0.01
"""How far, as a share, the shape of a master's slides may be from 16:9."""

_LAYOUT = (
    b'<p:sldLayout xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    b' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    b' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:cSld name=""><p:spTree><p:nvGrpSpPr>'
    b'<p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/></p:spTree></p:cSld><p:clrMapOvr>'
    b"<a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
)


def office_master(content: bytes, name: str) -> bytes:
    """Return the master of an office's .pptx or .potx file as a presentation without slides.

    The file, whose `name` is said in errors, is read in a process of its own.

    Raises
    ------
    PlanMapError
        It is no such file, too large, damaged, holds macros, shows what is in other files, or its slides are not 16:9.
    """
    if len(content) > LARGEST:
        raise PlanMapError("master-too-large", file=name, limit=f"{LARGEST / 2**20:g}")
    with tempfile.TemporaryDirectory(prefix="planmap-") as folder:
        # Its own name could be any.
        source, target = Path(folder) / "source.pptx", Path(folder) / "master.pptx"
        source.write_bytes(content)
        job = {"source": str(source), "target": str(target), "name": name}
        child.run("foreign.presentation:cut_down", job, Path(folder), limits=LIMITS)
        master = target.read_bytes()
    width, height = _size(pptx.Presentation(BytesIO(master)))
    if not height or abs(width / height / (WIDTH / HEIGHT) - 1) > SHAPE_TOLERANCE:
        size = f"{width / 36_000:.0f} × {height / 36_000:.0f} mm"
        raise PlanMapError("master-shape", file=name, size=size)
    return master


def presentation_on(master: bytes) -> Presentation:
    """Return a presentation without slides on what `office_master` returns; its first layouts are `COVER` and `MAP`.

    A master of another width than ours is made as wide, with all that stands on it. On one that is not plainly light
    our layouts have a white card.
    """
    deck = pptx.Presentation(BytesIO(master))
    _widen(deck, emu(WIDTH) / _size(deck)[0])
    card = needs_card(deck.slide_master)
    for at, (name, kind, roles) in enumerate((("PlanMap Title", "title", COVER), ("PlanMap Map", "", MAP))):
        layout = _new_layout(deck.slide_master, at)
        fill_layout(layout, name, kind, roles, [plate(99, "PlanMap Card", CARD, style.WHITE)] if card else [])
        if card:
            _on_light_ground(layout)
    return deck


def master_words(master: bytes, text: Translation) -> list[str]:
    """Return what has to be known of slides on `master`: what of it stands in their way."""
    found = in_the_way(master)
    return (
        [text("slides.master-in-the-way", count=len(found), names=listed_words(found, MOST_NAMED, text))]
        if found
        else []
    )


def in_the_way(master: bytes) -> list[str]:
    """Return the names of what stands on the master where slides have their title, map, table or sources.

    What covers the whole slide is its background.
    """
    deck = presentation_on(master)
    ours = [_corners(*on_slide(box)) for box in (TITLE, AS_OF, CONTENT, SOURCE, NUMBER)]
    found = []
    for shape in deck.slide_master.shapes:
        if shape.is_placeholder or covers_slide(shape) or None in (shape.left, shape.top, shape.width, shape.height):
            continue
        left, top, right, bottom = _corners(shape.left, shape.top, shape.width, shape.height)
        if any(left < r and right > x and top < b and bottom > y for x, y, r, b in ours):
            found.append(shape.name)
    return found


def _corners(x: int, y: int, width: int, height: int) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom."""
    return x, y, x + width, y + height


def _size(deck: Presentation) -> tuple[int, int]:
    """Return width and height of the slides in EMU; 0 where the file does not say them."""
    return int(deck.slide_width or 0), int(deck.slide_height or 0)


def _widen(deck: Presentation, factor: float) -> None:
    """Make slides as wide as ours, with all that stands on the master and its layouts."""
    deck.element.find(qn("p:sldSz")).attrib.pop("type", None)
    deck.slide_width, deck.slide_height = emu(WIDTH), emu(HEIGHT)  # type: ignore[assignment]
    if abs(factor - 1) < 0.001:
        return
    for master in deck.slide_masters:
        for owner in (master, *master.slide_layouts):
            for name, attributes in (("off", "xy"), ("ext", ("cx", "cy")), ("chOff", "xy"), ("chExt", ("cx", "cy"))):
                for found in owner.element.iter(qn(f"a:{name}")):
                    _multiply(found, attributes, factor)
            for name in ("a:rPr", "a:defRPr", "a:endParaRPr"):
                for found in owner.element.iter(qn(name)):
                    _multiply(found, ("sz",), factor)


def _multiply(element: BaseOxmlElement, attributes: tuple[str, ...] | str, factor: float) -> None:
    for attribute in attributes:
        if attribute in element.attrib:
            element.set(attribute, str(round(int(element.get(attribute)) * factor)))


def _on_light_ground(layout: SlideLayout) -> None:
    """Make a layout take the theme's dark colours for text, whatever its master takes."""
    (mapping,) = elements(
        make(
            "p:clrMapOvr",
            make(
                "a:overrideClrMapping",
                **{"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"},
                **{f"accent{number}": f"accent{number}" for number in range(1, 7)},
                **{"hlink": "hlink", "folHlink": "folHlink"},
            ),
        )
    )
    old = layout.element.find(qn("p:clrMapOvr"))
    layout.element.replace(old, mapping)


def _new_layout(master: SlideMaster, at: int) -> SlideLayout:
    """Add an empty layout to a master, at a place of its list."""
    package = master.part.package
    taken = {str(part.partname) for part in package.iter_parts()}
    name = next(name for n in count(1) if (name := f"/ppt/slideLayouts/slideLayout{n}.xml") not in taken)
    part = SlideLayoutPart.load(PackURI(name), CONTENT_TYPE.PML_SLIDE_LAYOUT, package, _LAYOUT)
    part.relate_to(master.part, RELATIONSHIP_TYPE.SLIDE_MASTER)
    relation = master.part.relate_to(part, RELATIONSHIP_TYPE.SLIDE_LAYOUT)
    listed = master.element.get_or_add_sldLayoutIdLst()
    # Ids of masters and layouts are one series, and begin at 2^31 (ECMA-376, part 1, 19.7.1 and 19.7.14).
    presentation = package.presentation_part.presentation
    used = [int(found.get("id")) for found in presentation.element.iter(qn("p:sldMasterId")) if found.get("id")]
    for other in presentation.slide_masters:
        used += [int(found.get("id")) for found in other.element.iter(qn("p:sldLayoutId")) if found.get("id")]
    entry = listed.makeelement(qn("p:sldLayoutId"), {"id": str(max([2**31, *used]) + 1), qn("r:id"): relation})
    listed.insert(at, entry)
    layout: SlideLayout = part.slide_layout
    return layout
