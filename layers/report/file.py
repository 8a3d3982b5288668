"""The .docx file of a report: page, styles, typefaces, properties, and the same bytes for the same report."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import docx
from docx.document import Document
from docx.opc.part import Part
from docx.oxml import parse_xml

from layers import style
from layers.escape import legible
from layers.report.xml import Xml, make, rooted

PAGE_MM = (210.0, 297.0)
"""A4 upright."""

MARGINS_MM = (24.0, 25.0, 22.0, 25.0)
"""Top, right, bottom, left."""

FONT, LATIN_FONT = "Microsoft YaHei", "Arial"
FALLBACK = "Noto Sans CJK SC"
"""Other name under which a program without `FONT` finds a Chinese typeface."""

LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
"""Language of a file by that of its Scene."""

LATIN_LANGUAGES = {"zh": "en-US", "en": "en-GB"}
"""Language of the Latin words in it."""

_APPLICATION = b"""<?xml version='1.0' encoding='UTF-8' standalone='yes'?>
<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">\
<Application>PlanMap</Application></Properties>"""

_UNUSED = ("stylesWithEffects", "customXml", "thumbnail", "numbering", "webSettings")
"""Endings of the types of python-docx's parts that a report does without."""


def twips(millimetres: float) -> int:
    """Return a length in twentieths of a point, as Word measures paper."""
    return round(millimetres / 25.4 * 1440)


def colour(value: str) -> str:
    """Return `#RRGGBB` as Word writes it."""
    return value[1:].upper() if len(value) == 7 else "".join(letter * 2 for letter in value[1:]).upper()


def empty_document(language: str) -> Document:
    """Return a document without content, in our styles."""
    made = docx.Document()
    package = made.part.package
    for owner in (made.part, package):
        for key, found in list(owner.rels.items()):
            if found.reltype.endswith(_UNUSED):
                owner.rels.pop(key)
    made.part._styles_part._element = parse_xml(_styles(language))
    for part in package.iter_parts():
        if str(part.partname) == "/docProps/app.xml":
            _fill(part, _APPLICATION)
        elif str(part.partname) == "/word/fontTable.xml":
            _fill(part, _fonts())
    made.settings.element[:] = parse_xml(_settings(language))[:]
    for child in list(made.element.body):
        made.element.body.remove(child)
    return made


def _fill(part: Part, blob: bytes) -> None:
    part._blob = blob


def section(relation: str) -> Xml:
    """Return the properties of the page; `relation` is that of the footer."""
    top, right, bottom, left = map(twips, MARGINS_MM)
    width, height = map(twips, PAGE_MM)
    return make(
        "sectPr",
        make("footerReference", type="default", r__id=relation),
        make("pgSz", w=width, h=height),
        make("pgMar", top=top, right=right, bottom=bottom, left=left, header=twips(12), footer=twips(11), gutter=0),
    )


def _fonts() -> bytes:
    faces = (
        make("font", make("altName", val=FALLBACK), make("charset", val="86"), make("family", val="swiss"), name=FONT),
        make("font", make("charset", val="00"), make("family", val="swiss"), name=LATIN_FONT),
    )
    return rooted("fonts", *faces)


def _settings(language: str) -> bytes:
    return rooted(
        "settings",
        make("zoom", percent=100),
        make("defaultTabStop", val=420),
        make("characterSpacingControl", val="doNotCompress"),
        make(
            "compat",
            make("compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val=15),
        ),
        make("themeFontLang", val="en-GB", eastAsia="zh-CN"),
    )


def _look(points: float, *, bold: bool = False, ink: str = style.INK) -> Xml:
    half = round(points * 2)
    weight = (make("b"), make("bCs")) if bold else ()
    return make("rPr", *weight, make("color", val=colour(ink)), make("sz", val=half), make("szCs", val=half))


def _style(
    key: str, name: str, look: Xml, *, before: float = 0, after: float = 0, based: str = "Normal", **more: Xml
) -> Xml:
    """Return a style of paragraphs with space `before` and `after` in points."""
    keep = more.get("keep", Xml(""))
    outline = more.get("outline", Xml(""))
    tabs = more.get("tabs", Xml(""))
    indent = more.get("indent", Xml(""))
    space = make("spacing", before=round(before * 20), after=round(after * 20), line=288, lineRule="auto")
    return make(
        "style",
        make("name", val=name),
        make("basedOn", val=based) if key != "Normal" else Xml(""),
        make("next", val="Normal") if key.startswith(("Heading", "Title")) else Xml(""),
        make("qFormat"),
        make("pPr", keep, tabs, space, indent, outline),
        look,
        type="paragraph",
        styleId=key,
        **({"default": 1} if key == "Normal" else {}),
    )


def _styles(language: str) -> bytes:
    """Return our styles. Their names are Word's own, which it shows in its own language, such as 标题 1."""
    fonts = make("rFonts", ascii=LATIN_FONT, hAnsi=LATIN_FONT, eastAsia=FONT, cs=LATIN_FONT)
    # Latin words are never Chinese: called so, LibreOffice breaks them anywhere, as in "contri-butors".
    lang = make("lang", val=LATIN_LANGUAGES[language], eastAsia="zh-CN", bidi="ar-SA")
    # With `eastAsia` the quotation marks that both scripts share come out Chinese.
    hint = make("rFonts", ascii=LATIN_FONT, hAnsi=LATIN_FONT, eastAsia=FONT, cs=LATIN_FONT, hint="eastAsia")
    keep = Xml(make("keepNext") + make("keepLines"))
    right = twips(PAGE_MM[0] - MARGINS_MM[1] - MARGINS_MM[3])
    headings = [
        _style(
            f"Heading{level}",
            f"heading {level}",
            _look(points, bold=True),
            before=before,
            after=after,
            keep=keep,
            outline=make("outlineLvl", val=level - 1),
        )
        for level, points, before, after in ((1, 17.0, 22, 8), (2, 13.0, 16, 5), (3, 11.0, 11, 4))
    ]
    defaults = make(
        "docDefaults",
        make(
            "rPrDefault",
            make("rPr", hint if language == "zh" else fonts, make("sz", val=20), make("szCs", val=20), lang),
        ),
        make("pPrDefault", make("pPr")),
    )
    table = make(
        "style",
        make("name", val="Normal Table"),
        make("tblPr", make("tblInd", w=0, type="dxa")),
        type="table",
        styleId="TableNormal",
        default=1,
    )
    link = make(
        "style",
        make("name", val="Hyperlink"),
        make("rPr", make("color", val=colour(style.ACCENT)), make("u", val="single")),
        type="character",
        styleId="Hyperlink",
    )
    tabs = make("tabs", make("tab", val="right", pos=right))
    return rooted(
        "styles",
        defaults,
        _style("Normal", "Normal", _look(10), after=4),
        *headings,
        _style("Title", "Title", _look(25, bold=True), before=12, after=4),
        _style("Subtitle", "Subtitle", _look(12, ink=style.MUTED), after=2),
        _style("Caption", "caption", _look(9, ink=style.MUTED), before=3, after=9),
        _style(
            "TableCaption",
            "Table Caption",
            _look(9, ink=style.MUTED),
            before=8,
            after=3,
            based="Caption",
            keep=make("keepNext"),
        ),
        _style("Figure", "Figure", _look(9), before=4, keep=make("keepNext")),
        _style("TableText", "Table Text", _look(8.5)),
        _style("Lead", "Lead", _look(10), after=4, keep=make("keepNext")),
        _style("Small", "Small", _look(8.5, ink=style.MUTED), after=3),
        _style("SmallLead", "Small Lead", _look(8.5, ink=style.MUTED), after=3, keep=make("keepNext")),
        _style("Label", "Label", _look(10, bold=True), before=10, after=3, keep=make("keepNext")),
        _style("TOC1", "toc 1", _look(10, bold=True), before=3, tabs=tabs),
        _style("TOC2", "toc 2", _look(10), tabs=tabs, indent=make("ind", left=twips(6))),
        _style("Footer", "footer", _look(8, ink=style.MUTED), tabs=tabs),
        table,
        link,
    )


def describe(made: Document, title: str, subject: str, digest: str, language: str) -> None:
    """Set the properties of the file. No time and no person is among them."""
    core = made.core_properties
    for child in list(core._element):
        core._element.remove(child)
    core.title = legible(title)[:255]
    core.subject = legible(subject)[:255]
    core.keywords = digest
    core.language = LANGUAGES[language]


def packed(made: Document) -> bytes:
    """Return the file with the same date on every part, so that the same report gives the same bytes."""
    first, second = BytesIO(), BytesIO()
    made.save(first)
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(second, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry: Any = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, source.read(name))
    return second.getvalue()
