"""Slides on an office's own master: it is kept as it is, nothing else of its file is, and bad files are named."""

import zipfile
from datetime import date
from io import BytesIO

import pytest
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches

from geo.errors import PlanMapError
from layers.present.deck_choice import made_deck
from layers.present.pptx.layouts import HEIGHT, WIDTH
from layers.present.pptx.master import in_the_way, office_master, presentation_on
from layers.present.pptx.slides import slides
from layers.present.pptx.text import emu
from tests.command import call
from tests.office_file import logo, office_file, saved

pytestmark = pytest.mark.slow

DAY = date(2026, 9, 17)


def changed(file, change):
    """Return a package with `change` done to each part, given its name and content; None leaves it out."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(file)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = change(name, source.read(name))
            if data is not None:
                target.writestr(name, data)
    return buffer.getvalue()


def as_template(name, data):
    return data.replace(b"presentation.main+xml", b"template.main+xml") if name == "[Content_Types].xml" else data


@pytest.fixture(scope="module")
def small_deck(plan):
    deck = made_deck(plan)
    return type(deck)(deck.id, deck.title, deck.slides[:1])


def parts(file):
    with zipfile.ZipFile(BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_template_is_as_good_as_a_presentation():
    file = office_file()
    assert parts(office_master(file, "office.pptx")) == parts(office_master(changed(file, as_template), "office.potx"))


def test_slides_stand_on_the_office_s_master_and_nothing_else_of_its_file_is_in_them(plan, small_deck):
    master = office_master(office_file(), "office.pptx")
    document = slides(plan, small_deck, language="zh", today=DAY, master=master)
    assert document == slides(plan, small_deck, language="zh", today=DAY, master=master)
    made = Presentation(BytesIO(document))
    (found,) = [shape for shape in made.slide_master.shapes if shape.name == "Office logo"]
    assert found.image.blob == logo()
    assert str(made.slide_master.background.fill.fore_color.rgb) == "FDF6E3"
    assert [layout.name for layout in made.slide_layouts][:2] == ["PlanMap Title", "PlanMap Map"]
    assert {slide.slide_layout.name for slide in made.slides} == {"PlanMap Title", "PlanMap Map"}
    assert made.slides[0].shapes.title.text_frame.text
    assert not any(b"SECRET" in content for content in parts(document).values())
    # Each layout's number is its own, which PowerPoint insists on.
    numbers = [entry.get("id") for entry in made.slide_master.element.iter(qn("p:sldLayoutId"))]
    assert len(set(numbers)) == len(numbers) == len(made.slide_layouts)


def test_a_smaller_master_is_made_as_wide_as_our_slides(plan, small_deck):
    master = office_master(office_file(wide=10, high=5.625, where=(9, 5.2)), "office.pptx")
    made = Presentation(BytesIO(slides(plan, small_deck, language="en", today=DAY, master=master)))
    assert (made.slide_width, made.slide_height) == (emu(WIDTH), emu(HEIGHT))
    (found,) = [shape for shape in made.slide_master.shapes if shape.name == "Office logo"]
    assert Emu(found.left).inches == pytest.approx(9 * 4 / 3, abs=0.01)
    assert Emu(found.top).inches == pytest.approx(5.2 * 4 / 3, abs=0.01)


def card(master):
    layouts = presentation_on(master).slide_layouts
    return ["PlanMap Card" in [shape.name for shape in layouts[at].shapes] for at in (0, 1)]


def covered(where):
    """Return an office's file whose master has its logo as a picture that covers the whole slide, or a part of it."""
    made = Presentation(BytesIO(office_file()))
    (picture,) = [shape for shape in made.slide_master.shapes if shape.name == "Office logo"]
    picture.left, picture.top, picture.width, picture.height = where
    return saved(made)


def test_a_dark_or_pictured_master_gets_a_white_card_with_dark_text_and_a_light_one_none(plan, small_deck):
    whole = (0, 0, Inches(13.333), Inches(7.5))
    assert card(office_master(office_file(), "office.pptx")) == [False, False]
    assert card(office_master(covered(whole), "office.pptx")) == [True, True]
    assert card(office_master(covered((0, 0, Inches(13.333), Inches(1))), "office.pptx")) == [False, False]
    dark = office_master(office_file(dark=True), "office.pptx")
    assert card(dark) == [True, True]
    made = Presentation(BytesIO(slides(plan, small_deck, language="en", today=DAY, master=dark)))
    for slide in made.slides:
        (mapping,) = slide.element.iter(qn("a:overrideClrMapping"))
        assert (mapping.get("bg1"), mapping.get("tx1"), mapping.get("tx2")) == ("lt1", "dk1", "dk2")


def test_what_lies_under_title_map_or_table_is_named():
    assert in_the_way(office_master(office_file(), "office.pptx")) == []
    assert in_the_way(office_master(office_file(where=(5, 3)), "office.pptx")) == ["Office logo"]


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'


def linked(name, data):
    if name != "ppt/slideMasters/_rels/slideMaster1.xml.rels":
        return data
    image = b'/image" Target="../media/image1.png"'
    assert image in data
    return data.replace(image, b'/image" Target="http://e.example/a.png" TargetMode="External"')


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (lambda: b"", "master-unreadable"),
        (lambda: b"PK\x03\x04" + b"x" * 500, "master-unreadable"),
        (lambda: office_file()[:9_000], "master-unreadable"),
        (lambda: office_file(wide=10, high=7.5), "master-shape"),
        (lambda: changed(office_file(), lambda name, data: data.replace(
            b"presentation.main+xml", b"macroEnabled.main+xml")), "master-macros"),
        (lambda: changed(office_file(), lambda name, data: (
            BOMB + data.partition(b"?>")[2] if name == "ppt/slideMasters/slideMaster1.xml" else data)),
         "master-unreadable"),
        (lambda: changed(office_file(), lambda name, data: (
            None if name == "ppt/slideMasters/slideMaster1.xml" else data)), "master-unreadable"),
        (lambda: changed(office_file(), lambda name, data: (
            b" " * (300 * 2**20) if name == "docProps/thumbnail.jpeg" else data)), "master-too-large"),
        (lambda: changed(office_file(), linked), "master-linked"),
    ],
    ids=["empty", "no archive", "cut off", "4:3", "macros", "entities", "no master", "bomb", "linked picture"],
)  # fmt: skip
def test_a_file_that_is_no_master_is_named_and_nothing_is_written(file, code, tmp_path):
    path, target = tmp_path / "单位.pptx", tmp_path / "out.pptx"
    path.write_bytes(file())
    with pytest.raises(PlanMapError) as caught:
        office_master(path.read_bytes(), path.name)
    assert caught.value.code == code
    result = call("slides", "-o", str(target), "--master", str(path), folder=tmp_path / "data")
    assert result.returncode == 2
    assert "单位.pptx" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not target.exists()
