"""A slide while it is being filled: its placeholders, its picture, its links."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from io import BytesIO

from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.presentation import Presentation
from pptx.slide import Slide

from layers.draw.drawing import Box
from layers.draw.paper import scale_text
from layers.escape import safe_address
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.present.pptx import layouts
from layers.present.pptx.layouts import AS_OF, CONTENT, COVER, MAP, MARGIN, SOURCE, TITLE, Role
from layers.present.pptx.shapes import frame_of, named
from layers.present.pptx.text import Run, cut, emu, fitted, paragraph, text_box, width_of
from layers.present.pptx.view_map import SlideMap
from layers.present.pptx.xml import Xml, elements, make, worded
from layers.present.view import View
from layers.selection.wording import sources
from layers.translation import Translation


@dataclass(slots=True)
class SlidePage:
    """A slide while it is being filled."""

    slide: Slide
    text: Translation
    identities: itertools.count[int]
    """Ids for shapes, each unique on the slide."""
    shapes: list[Xml] = field(default_factory=list)
    """What `finish` puts onto the slide, the lowest first."""
    relations: dict[str, str] = field(default_factory=dict)
    """Ids of the slide's relationships by web address."""

    def add(self, *shapes: Xml) -> None:
        """Add shapes on top."""
        self.shapes += shapes

    def finish(self) -> None:
        """Put everything that was added onto the slide, at once, because that is faster."""
        self.slide.shapes._spTree.extend(elements(*self.shapes))
        self.shapes.clear()

    def link(self, words: str, address: str) -> Run:
        """Return words with a link to a web address, or without one if the address is not safe."""
        found = safe_address(address)
        return Run(words, link=self.relation(found), tooltip=found) if found else Run(words)

    def relation(self, address: str) -> str:
        """Return the id of the slide's relationship to a web address."""
        # python-pptx looks through all relationships of a slide for each new one.
        if address not in self.relations:
            relation = self.slide.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            self.relations[address] = relation
        return self.relations[address]

    def write(
        self, role: Role, texts: Sequence[str], points: float, box: Box | None = None, after: float = 0.0
    ) -> None:
        """Fill a placeholder with a paragraph in `points` for each text.

        `box`, in millimetres with y pointing down, overrides the layout's; `after` is the space below each paragraph in
        points.
        """
        room = box or role.box
        seat = make("p:ph", type=role.kind, **({"idx": role.index} if role.index else {}))
        shape = make("p:spPr", *([] if box is None else [frame_of(*layouts.on_slide(box))]))
        lines = [
            paragraph(
                [Run(words, role.colour, role.bold)],
                points,
                self.text.language,
                align=role.align,
                after=after,
                width=room.width,
            )
            for words in texts
        ]
        self.add(
            make(
                "p:sp",
                make(
                    "p:nvSpPr",
                    make("p:cNvPr", id=next(self.identities), name=self.text(_PARTS[role.name])),
                    make("p:cNvSpPr", make("a:spLocks", noGrp=1)),
                    make("p:nvPr", seat),
                ),
                shape,
                make("p:txBody", text_box(anchor=role.anchor), make("a:lstStyle"), *lines),
            )
        )


_PARTS = {
    "Title": "slides.part-title",
    "Subtitle": "slides.part-subtitle",
    "Lines": "slides.part-lines",
    "As of": "slides.part-as-of",
    "Source": "slides.part-source",
}
COVER_ROLES = {role.name: role for role in COVER}
ROLES = {role.name: role for role in MAP}


def new_page(made: Presentation, layout: int, text: Translation) -> SlidePage:
    """Add an empty slide with the layout of that index."""
    slide = made.slides.add_slide(made.slide_layouts[layout])
    for shape in list(slide.shapes):
        shape._element.getparent().remove(shape._element)
    # A slide that names its master's colours would not get those that its layout puts in their place.
    own, mapping = slide.element.find(qn("p:clrMapOvr")), slide.slide_layout.element.find(qn("p:clrMapOvr"))
    if own is not None and mapping is not None:
        slide.element.replace(own, deepcopy(mapping))
    # Id 1 belongs to the shape tree itself.
    return SlidePage(slide, text, itertools.count(2))


def write_head(page: SlidePage, title: str, aside: str) -> None:
    """Write the title, as large as fits, and the words at its right."""
    sizes = (28, 26, 24, 22, 20, 18)
    points, lines = fitted([title], TITLE.width, TITLE[3] - TITLE[1], sizes, bold=True)
    page.write(ROLES["Title"], lines, points)
    points = next((size for size in (12.0, 11.0, 10.0) if width_of(aside, size) <= AS_OF.width), 10.0)
    page.write(ROLES["As of"], [cut(aside, AS_OF.width, points, 1)], points)


def write_source(
    page: SlidePage, plan: Plan, role: Role, notes: Sequence[str] = (), *, scene: Scene | None = None
) -> None:
    """Write disclaimer, notes and sources at the foot of the slide, of a map of `scene`, as large as fits."""
    disclaimer = plan.info.disclaimer.get(page.text.language)
    sizes, height = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5), SOURCE[3] - SOURCE[1]
    named = sources(plan, page.text, *([scene] if scene is not None else []))
    for said in (notes, ()):
        # Licences must not be cut off, so the notes are left out first; the presenter's notes have them too.
        words = " · ".join(part for part in (disclaimer, *said, named) if part)
        points, lines = fitted([words], SOURCE.width, height, sizes)
        if lines == [words]:
            break
    page.write(role, lines, points)


def add_number(page: SlidePage) -> None:
    """Add the slide's number, as a field that PowerPoint keeps up to date."""
    role = ROLES["Slide Number"]
    place = page.slide.part.package.presentation_part.presentation.slides.index(page.slide) + 1
    look = make("a:rPr", lang="zh-CN", sz=round(role.points * 100))
    number = make("a:fld", look, worded("a:t", str(place)), type="slidenum", id=layouts.SLIDE_NUMBER)
    head = make(
        "p:nvSpPr",
        make("p:cNvPr", id=next(page.identities), name=page.text("slides.part-number")),
        make("p:cNvSpPr", make("a:spLocks", noGrp=1)),
        make("p:nvPr", make("p:ph", type=role.kind, idx=role.index)),
    )
    body = make("p:txBody", text_box(anchor=role.anchor), make("a:lstStyle"), make("a:p", number))
    page.add(make("p:sp", head, make("p:spPr"), body))


def add_picture(
    page: SlidePage,
    plan: Plan,
    view: View,
    drawn: SlideMap,
    picture: bytes,
    *,
    at: tuple[float, float] = (MARGIN, CONTENT[1]),
    seated: bool = True,
) -> None:
    """Add the picture of the map, a PNG, with an alternative text.

    `at` is its upper left corner in millimetres; `seated` puts it into the place that the layout has for one.
    """
    text = page.text
    _, relation = page.slide.part.get_or_add_image_part(BytesIO(picture))
    description = text(
        "slides.map",
        title=view.title,
        scale=scale_text(drawn.scale),
        date=view.selection.as_of,
        sites=len(drawn.standing),
        disclaimer=plan.info.disclaimer.get(text.language),
    )
    identity = named(next(page.identities), text("slides.part-map"), description=description)
    head = make(
        "p:nvPicPr",
        identity,
        make("p:cNvPicPr", make("a:picLocks", noGrp=1, noChangeAspect=1)),
        make("p:nvPr", *([make("p:ph", type="pic", idx=ROLES["Map"].index)] if seated else [])),
    )
    fill = make("p:blipFill", make("a:blip", r_embed=relation), make("a:stretch", make("a:fillRect")))
    frame = frame_of(emu(at[0]), emu(at[1]), emu(drawn.width), emu(drawn.height))
    look = make("p:spPr", frame, make("a:prstGeom", make("a:avLst"), prst="rect"))
    page.add(make("p:pic", head, fill, look))
