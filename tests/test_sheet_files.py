"""The files of a sheet: text that stays text, pictures that agree, bytes that repeat."""

import os
import re
import subprocess
import sys
from datetime import date
from io import BytesIO

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader

from geo import output
from geo.errors import PlanMapError
from layers import cache, font
from layers.draw import figure
from layers.draw.paper import Paper
from layers.font import Weight
from layers.plan.scene import Scene
from layers.sheet import render
from layers.sheet.sheet import Order, compose

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def sheet(plan):
    return compose(plan, Scene(), Order(Paper.parse("A4")), today=DAY)


@pytest.fixture(scope="module")
def document(sheet):
    return render.render(sheet, "pdf")


@pytest.fixture(scope="module")
def page(document):
    return pypdfium2.PdfDocument(document)[0]


def test_the_pdf_can_be_searched(page):
    text = page.get_textpage().get_text_bounded()
    for words in ("军粮城北站", "天津滨海国际机场", "示意图，不作为划界依据", "1:200 000", "截至 2026-11-22"):
        assert words in text, words


def test_the_pdf_is_as_large_as_the_paper(page):
    width, height = page.get_size()
    assert width / 72 * 25.4 == pytest.approx(297, abs=0.01)
    assert height / 72 * 25.4 == pytest.approx(210, abs=0.01)


def test_fonts_are_embedded_as_subsets_and_only_ours(document):
    reader = PdfReader(BytesIO(document))
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    assert fonts
    for found in fonts:
        inner = found.get_object()
        assert re.fullmatch(r"/[A-Z]{6}\+NotoSansSC-\w+", inner["/BaseFont"])
        below = inner["/DescendantFonts"][0].get_object()
        assert "/FontFile2" in below["/FontDescriptor"].get_object()
    # A whole face has ten million bytes.
    assert len(document) < 1_500_000


def test_the_pdf_says_what_it_is_and_no_time(document):
    found = PdfReader(BytesIO(document)).metadata
    assert found["/Title"] == "东丽区2024年政府工作报告 1:200 000"
    assert found["/Producer"] == "PlanMap"
    assert not {"/CreationDate", "/ModDate"} & set(found)


def test_the_svg_brings_its_letters_and_keeps_its_text(sheet):
    svg = render.render(sheet, "svg").decode()
    assert 'width="297mm" height="210mm"' in svg
    assert svg.count("@font-face") == 2
    assert re.search(r"<text[^>]*Noto Sans SC[^>]*>军粮城北站</text>", svg)
    assert "DejaVu" not in svg
    assert "http" not in re.sub(r'(xmlns(:\w+)?|rdf:resource|PUBLIC)="?[^>]*"', "", svg.split("</metadata>")[1])


def test_pdf_and_png_are_the_same_picture(sheet, page):
    # Fine enough that a hairline is not a matter of rounding.
    dpi = 200
    png = Image.open(BytesIO(render.render(sheet, "png", dpi=dpi))).convert("L")
    pdf = page.render(scale=dpi / 72).to_pil().convert("L").resize(png.size)
    blurred = [np.asarray(picture.reduce(6), dtype=float) for picture in (png, pdf)]
    assert np.abs(blurred[0] - blurred[1]).mean() < 2.0
    assert blurred[0].std() > 10


def test_the_png_says_how_large_it_prints(sheet):
    picture = Image.open(BytesIO(render.render(sheet, "png", dpi=200)))
    assert picture.size == pytest.approx((297 / 25.4 * 200, 210 / 25.4 * 200), abs=1)
    assert picture.info["dpi"] == pytest.approx((200, 200), abs=0.01)
    assert picture.info["Title"].startswith("东丽区")


SCRIPT = """
import sys, hashlib, datetime
from layers.resources import default_plan_folder
from layers.plan.scene import Scene
from layers.sheet import render
from layers.sheet.atlas import By, atlas
from layers.draw.paper import Paper
from layers.sheet.sheet import Order, compose
from layers.store.base import FolderStore, read_plan
plan, day = read_plan(FolderStore(default_plan_folder())), datetime.date(2026, 11, 22)
order = Order(Paper.parse("A4"))
sheet = compose(plan, Scene.from_query("site=junliangcheng-north"), order, today=day)
for kind in ("png", "pdf", "svg"):
    print(kind, hashlib.sha256(render.render(sheet, kind, dpi=60)).hexdigest())
made = atlas(plan, Scene.from_query("theme=airport-economy"), order, By.SECTION, today=day)
print("atlas", hashlib.sha256(made.document).hexdigest())
"""


@pytest.mark.slow
def test_the_same_sheet_is_the_same_bytes_in_every_process(tmp_path):
    def run(seed, home):
        # A home of its own, so that not even a font kept from before can make a difference.
        environment = {"PYTHONHASHSEED": seed, "XDG_CACHE_HOME": str(tmp_path / home), "HOME": str(tmp_path / home)}
        command = [sys.executable, "-c", SCRIPT]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=True).stdout

    assert run("1", "one") == run("2", "two")


def test_a_sheet_put_together_while_another_is_drawn_is_the_same(plan, sheet):
    """A path keeps the settings that Matplotlib had when it was made, and those belong to the whole process."""
    with figure._settings():
        meanwhile = compose(plan, Scene(), Order(Paper.parse("A4")), today=DAY)
    assert render.render(meanwhile, "svg") == render.render(sheet, "svg")


def test_a_picture_too_large_says_what_would_fit(sheet):
    with pytest.raises(PlanMapError, match="too-many-pixels") as caught:
        render.check_size(Paper.parse("A1"), 600)
    render.check_size(Paper.parse("A1"), caught.value.details["fits"])


def test_writing_is_whole_or_not_at_all(tmp_path):
    target = tmp_path / "图.png"
    output.write(target, b"one")
    output.write(target, b"two")
    assert target.read_bytes() == b"two"
    folder = tmp_path / "folder.png"
    folder.mkdir()
    for refused in (folder, tmp_path / "no" / "x.png"):
        with pytest.raises(PlanMapError, match="output-"):
            output.check_target(refused)
        with pytest.raises(PlanMapError, match="output-refused"):
            output.write(refused, b"three")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.png", "图.png"]


def test_a_link_is_followed_and_a_pipe_refused(tmp_path):
    (tmp_path / "real.png").write_bytes(b"old")
    link = tmp_path / "link.png"
    link.symlink_to(tmp_path / "real.png")
    output.write(output.target_of(str(link)), b"new")
    assert link.is_symlink()
    assert (tmp_path / "real.png").read_bytes() == b"new"
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(PlanMapError, match="output-refused"):
        output.check_target(tmp_path / "pipe.png")
    with pytest.raises(PlanMapError, match="output-refused"):
        output.target_of("~nobody-here/x.png")


def test_a_damaged_font_of_the_cache_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(cache.platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    font.subset_file.cache_clear()
    wanted = Weight.REGULAR, frozenset("东丽区")
    path = font.subset_file(*wanted)
    good = path.read_bytes()
    for damage in (b"", good[:100], b"x" * 1000):
        path.write_bytes(damage)
        font.subset_file.cache_clear()
        assert font.subset_file(*wanted).read_bytes() == good
    font.subset_file.cache_clear()


def test_without_a_cache_folder_sheets_are_drawn_all_the_same(tmp_path, monkeypatch, sheet):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(cache.platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "file" / "cache"))
    font.subset_file.cache_clear()
    assert render.render(sheet, "pdf").startswith(b"%PDF")
    font.subset_file.cache_clear()


def test_a_date_of_the_build_changes_nothing(monkeypatch, sheet, document):
    for epoch in ("abc", "1700000000"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        assert render.render(sheet, "pdf") == document
        assert os.environ["SOURCE_DATE_EPOCH"] == epoch
