"""The empty presentation: 16:9, our colours and fonts, and two layouts with real placeholders.

It is made in code from python-pptx's own template, so that there is no template file to maintain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pptx
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part, XmlPart
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import BaseOxmlElement
from pptx.presentation import Presentation
from pptx.slide import SlideLayout

from layers import style
from layers.draw.drawing import Box
from layers.plan.terms import Status
from layers.present.pptx.shapes import frame_of
from layers.present.pptx.text import LEADING, emu, solid, text_box
from layers.present.pptx.xml import Xml, elements, make, worded

WIDTH, HEIGHT = 338.667, 190.5
"""Size of a slide in millimetres: 13.333 by 7.5 inches."""

MARGIN = 13.0
"""Margin of a slide in millimetres."""
FONT = "Microsoft YaHei"
LATIN_FONT = "Arial"
"""For Latin letters: every system has it, or one of the same widths. Without one, programs fall back to serifs."""
THEME = "PlanMap"

# Here y points down: a Box is left, top, right, bottom in millimetres from the slide's upper left corner.
TITLE = Box(MARGIN, 8.5, 222.0, 24.5)
AS_OF = Box(224.0, 8.5, WIDTH - MARGIN, 24.5)
CONTENT = Box(MARGIN, 31.0, WIDTH - MARGIN, 175.0)
SOURCE = Box(MARGIN, 177.2, WIDTH - MARGIN - 18.0, 187.2)
NUMBER = Box(WIDTH - MARGIN - 16.0, 177.2, WIDTH - MARGIN, 187.2)
MAP_WIDTH = 172.0
GAP = 8.0
LINES_HEIGHT = 24.0
COVER_TITLE = Box(MARGIN + 7.0, 44.0, 188.0, 96.0)
COVER_WORDS = Box(MARGIN + 7.0, 101.0, 188.0, 150.0)


@dataclass(frozen=True, slots=True)
class Role:
    """A placeholder of a layout, which a slide fills in."""

    kind: str
    """PowerPoint's type of placeholder, such as `title`."""
    index: int
    """Number that links a slide's placeholder to the layout's; 0 for the title."""
    name: str
    box: Box
    """Millimetres, y pointing down."""
    points: float
    bold: bool = False
    colour: str = "tx1"
    align: str = "l"
    anchor: str = "t"


COVER = (
    Role("ctrTitle", 0, "Title", COVER_TITLE, 40, bold=True, anchor="b"),
    Role("subTitle", 1, "Subtitle", COVER_WORDS, 18, colour="tx2"),
    Role("body", 12, "Source", SOURCE, 8, colour="tx2", anchor="b"),
)
_SIDE = MARGIN + MAP_WIDTH + GAP
MAP = (
    Role("title", 0, "Title", TITLE, 28, bold=True, anchor="b"),
    Role("body", 14, "As of", AS_OF, 12, colour="tx2", align="r", anchor="b"),
    Role("pic", 10, "Map", Box(MARGIN, CONTENT[1], MARGIN + MAP_WIDTH, 150.0), 14),
    Role("body", 1, "Lines", Box(_SIDE, CONTENT[1], CONTENT[2], CONTENT[1] + LINES_HEIGHT), 16),
    Role("tbl", 11, "Table", Box(_SIDE, CONTENT[1] + LINES_HEIGHT + 4.0, CONTENT[2], CONTENT[3]), 14),
    Role("body", 12, "Source", SOURCE, 8, colour="tx2", anchor="b"),
    Role("sldNum", 13, "Slide Number", NUMBER, 10, colour="tx2", align="r", anchor="b"),
)


def empty_presentation() -> Presentation:
    """Return a presentation without slides whose layouts are `COVER` and `MAP`, in this order."""
    deck = pptx.Presentation()
    deck.slide_width, deck.slide_height = emu(WIDTH), emu(HEIGHT)  # type: ignore[assignment]
    size = deck.element.find(qn("p:sldSz"))
    del size.attrib["type"]
    _drop(deck.part, RELATIONSHIP_TYPE.PRINTER_SETTINGS)
    _drop(deck.part.package, RELATIONSHIP_TYPE.THUMBNAIL)
    for layout in list(deck.slide_layouts)[2:]:
        deck.slide_layouts.remove(layout)
    master = deck.slide_master
    _dress_theme(master.part)
    _refill(master.element, [role for role in MAP if role.kind in ("title", "sldNum")] + [_BODY])
    _dress_styles(master.element)
    for layout, name, kind, roles in zip(
        deck.slide_layouts, ("Title", "Map"), ("title", ""), (COVER, MAP), strict=True
    ):
        dress_layout(layout, name, kind, roles)
    return deck


_BODY = Role("body", 1, "Text", CONTENT, 16)


def _drop(owner: object, kind: str) -> None:
    """Remove the template's parts of the relationship type `kind`, which are not ours."""
    relationships = owner._rels  # type: ignore[attr-defined]
    for key in [key for key, found in relationships.items() if found.reltype == kind]:
        relationships.pop(key)


def dress_layout(layout: SlideLayout, name: str, kind: str, roles: Sequence[Role]) -> None:
    """Give a layout of our own master its name, its placeholders, and its bar or rule."""
    bar = plate(99, "Bar", Box(0, 0, 7.0, HEIGHT), "accent1") if kind else plate(99, "Rule", _RULE, "tx1")
    fill_layout(layout, name, kind, roles, [bar])


def fill_layout(layout: SlideLayout, name: str, kind: str, roles: Sequence[Role], ornaments: Sequence[Xml]) -> None:
    """Give a layout its name, its placeholders, and what stands below them."""
    element = layout.element
    for attribute in ("type", "preserve", "userDrawn"):
        element.attrib.pop(attribute, None)
    if kind:
        element.set("type", kind)
    element.set("preserve", "1")
    element.find(qn("p:cSld")).set("name", name)
    _refill(element, roles, ornaments=ornaments)


def plate(identity: int, name: str, box: Box, colour: str) -> Xml:
    """Return a plain rectangle, in a colour as `text.solid` takes it."""
    form = make("a:prstGeom", make("a:avLst"), prst="rect")
    shape = make("p:spPr", frame_of(*on_slide(box)), form, solid(colour), make("a:ln", make("a:noFill")))
    head = make("p:nvSpPr", make("p:cNvPr", id=identity, name=name), make("p:cNvSpPr"), make("p:nvPr", userDrawn=1))
    return make("p:sp", head, shape)


_RULE = Box(MARGIN, 26.6, WIDTH - MARGIN, 26.85)


def on_slide(box: Box) -> tuple[int, int, int, int]:
    """Return a box in millimetres, y pointing down, as x, y, width and height in EMU."""
    return emu(box[0]), emu(box[1]), emu(box[2]) - emu(box[0]), emu(box[3]) - emu(box[1])


def _refill(
    element: BaseOxmlElement,
    roles: Sequence[Role],
    *,
    ornaments: Sequence[Xml] = (),
) -> None:
    tree = element.find(qn("p:cSld")).find(qn("p:spTree"))
    for child in list(tree)[2:]:
        tree.remove(child)
    placeholders = (_placeholder(identity, role) for identity, role in enumerate(roles, start=2))
    tree.extend(elements(*ornaments, *placeholders))


def _placeholder(identity: int, role: Role) -> Xml:
    seat = make("p:ph", type=role.kind, **({"idx": role.index} if role.index else {}))
    look = make(
        "a:lvl1pPr",
        make("a:lnSpc", make("a:spcPct", val=100_000)),
        make("a:spcBef", make("a:spcPts", val=0)),
        make("a:buNone"),
        make("a:defRPr", solid(role.colour), sz=round(role.points * 100), b=int(role.bold)),
        marL=0,
        indent=0,
        algn=role.align,
    )
    if role.kind == "sldNum":
        look_of_number = make("a:rPr", lang="zh-CN")
        said = make("a:fld", look_of_number, worded("a:t", "‹#›"), id=SLIDE_NUMBER, type="slidenum")
    else:
        said = make("a:r", make("a:rPr", lang="en-US"), worded("a:t", role.name))
    return make(
        "p:sp",
        make(
            "p:nvSpPr",
            make("p:cNvPr", id=identity, name=f"{role.name} Placeholder"),
            make("p:cNvSpPr", make("a:spLocks", noGrp=1)),
            make("p:nvPr", seat),
        ),
        make("p:spPr", frame_of(*on_slide(role.box)), make("a:prstGeom", make("a:avLst"), prst="rect")),
        make("p:txBody", text_box(anchor=role.anchor), make("a:lstStyle", look), make("a:p", said)),
    )


SLIDE_NUMBER = "{C1FF6DA9-008F-8B48-92A6-B652298478BF}"


def _dress_styles(master: BaseOxmlElement) -> None:
    """Give the master's text styles the look of the layouts, for text that people add themselves."""
    for name, points, bold in (("p:titleStyle", 28, "1"), ("p:bodyStyle", 16, "0")):
        for level in master.find(qn("p:txStyles")).find(qn(name)):
            level.set("algn", "l")
            words = level.find(qn("a:defRPr"))
            words.set("sz", str(points * 100))
            words.set("b", bold)
            (distance,) = elements(make("a:lnSpc", make("a:spcPct", val=round((LEADING - 0.14) * 100_000))))
            level.insert(0, distance)


def _dress_theme(master: Part) -> None:
    """Put our colours, fonts and name into the theme."""
    part = master.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme = parse_xml(part.blob)
    theme.set("name", THEME)
    colours = theme.find(f".//{qn('a:clrScheme')}")
    colours.set("name", THEME)
    status = {key: look.colour for key, look in style.STATUS.items()}
    palette = {
        "dk1": style.INK,
        "lt1": style.WHITE,
        "dk2": style.MUTED,
        "lt2": style.LAND,
        "accent1": style.ACCENT,
        "accent2": status[Status.IN_PROGRESS],
        "accent3": status[Status.DONE],
        "accent4": status[Status.DELAYED],
        "accent5": status[Status.SEEKING],
        "accent6": status[Status.PLANNED],
        "hlink": style.ACCENT,
        "folHlink": style.MUTED,
    }
    for child in list(colours):
        colours.remove(child)
    for name, colour in palette.items():
        colours.extend(elements(make(f"a:{name}", make("a:srgbClr", val=colour[1:]))))
    fonts = theme.find(f".//{qn('a:fontScheme')}")
    fonts.set("name", THEME)
    for kind in ("a:majorFont", "a:minorFont"):
        family = fonts.find(qn(kind))
        for child in list(family):
            family.remove(child)
        for tag, face in (("a:latin", LATIN_FONT), ("a:ea", FONT), ("a:cs", "")):
            family.extend(elements(make(tag, typeface=face)))
    if isinstance(part, XmlPart):
        part._element = theme
    else:
        part._blob = _serialized(theme)


def _serialized(element: BaseOxmlElement) -> bytes:
    from pptx.opc.oxml import serialize_part_xml

    return bytes(serialize_part_xml(element))
