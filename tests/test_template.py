"""A template: read from a file or a plan, the same in every home, and on the sheet as the office wrote it."""

import base64
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from geo.errors import PlanMapError
from layers.draw.drawing import Box, Drawing, TextLine
from layers.draw.paper import Paper
from layers.plan.digest import content_digest, whole_digest
from layers.plan.fault import Fault, PlanFaultsError
from layers.plan.scene import Scene
from layers.plan.template import LINES, NO_TEMPLATE, Part, Side, Template
from layers.plan.template_row import LOGO_BYTES, template_row
from layers.sheet.sheet import Order, compose
from layers.sheet.title_block import block_height, draw_title_block
from layers.store.base import copy_plan, read_plan
from layers.store.check import check_template
from layers.store.folder import FolderStore
from layers.store.template_file import template_at
from layers.translation import translation
from tests.command import call

ZH = translation("zh")


def picture(width=40, height=20, kind="PNG", mode="RGBA"):
    buffer = BytesIO()
    Image.new(mode, (width, height), "#aa2222").save(buffer, kind)
    return buffer.getvalue()


OFFICE = Template(
    issuer="天津市东丽区发展和改革委员会",
    drawn_by="",
    approval_number="津S（2026）000号",
    secrecy="内部",
    logo=picture(),
    side=Side.LEFT,
    parts=(Part.TABLE, Part.LEGEND, Part.TITLE_BLOCK),
)

LINE = st.none() | st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" 　"), max_size=60).filter(
    lambda words: words.isprintable()
).map(str.strip)
PARTS = st.permutations(list(Part)).flatmap(
    lambda parts: st.integers(1, len(parts)).map(lambda count: tuple(parts[:count]))
)


@given(
    st.fixed_dictionaries(dict.fromkeys(LINES, LINE)),
    st.sampled_from(Side),
    PARTS.filter(lambda parts: Part.LEGEND in parts),
)
def test_any_template_comes_back_from_its_row(lines, side, parts):
    template = Template(**lines, side=side, parts=parts)
    faults: list[Fault] = []
    assert check_template(template_row(template), "template.toml", faults) == template
    assert faults == []


def folder_with(folder, row, **files):
    (folder / "template.toml").write_text(tomli_w.dumps(row), encoding="utf-8")
    for name, data in files.items():
        (folder / name.replace("_", ".")).write_bytes(data)
    return folder / "template.toml"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_logo_is_a_file_beside_the_template(tmp_path, kind):
    logo = picture(kind=kind, mode="RGB")
    path = folder_with(tmp_path, {"issuer": "规划科", "logo": "logo.png"}, logo_png=logo)
    assert template_at(path) == Template(issuer="规划科", logo=logo)


@pytest.mark.parametrize(
    ("row", "logo", "field", "code"),
    [
        ({"logo": "../logo.png"}, picture(), "logo", "logo-elsewhere"),
        ({"logo": "/etc/passwd"}, picture(), "logo", "logo-elsewhere"),
        ({"logo": "absent.png"}, picture(), "logo", "file-missing"),
        ({"logo": "logo.png"}, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo", "field-invalid"),
        ({"logo": "logo.png"}, picture(kind="GIF"), "logo", "field-invalid"),
        ({"logo": "logo.png"}, picture()[:50], "logo", "field-invalid"),
        ({"logo": "logo.png"}, picture(4001, 1), "logo", "field-invalid"),
        ({"logo": "logo.png"}, bytes(LOGO_BYTES + 1), "logo", "file-too-large"),
        ({"issuer": "x" * 61}, b"", "issuer", "field-too-long"),
        ({"issuer": "a\x07b"}, b"", "issuer", "field-invalid"),
        ({"issuer": "a\nb"}, b"", "issuer", "field-invalid"),
        ({"issuer": 7}, b"", "issuer", "field-invalid"),
        ({"side": "top"}, b"", "side", "field-choice"),
        ({"parts": ["table"]}, b"", "parts", "field-invalid"),
        ({"parts": ["legend", "legend"]}, b"", "parts", "field-invalid"),
        ({"colour": "red"}, b"", "colour", "field-unknown"),
    ],
)
def test_what_is_wrong_with_a_template_is_named(tmp_path, row, logo, field, code):
    path = folder_with(tmp_path, row, logo_png=logo)
    with pytest.raises(PlanFaultsError) as refused:
        template_at(path)
    [fault] = refused.value.faults
    assert (fault.file, fault.field, fault.code) == ("template.toml", field, code)
    assert ZH.explain(fault)


def test_a_template_that_is_no_toml_or_no_file_is_named(tmp_path):
    for content, code in ((b"issuer = ", "not-toml"), (b"\xff\xfe", "not-utf8")):
        (tmp_path / "template.toml").write_bytes(content)
        with pytest.raises(PlanFaultsError) as refused:
            template_at(tmp_path / "template.toml")
        assert [fault.code for fault in refused.value.faults] == [code]
    with pytest.raises(PlanFaultsError):
        template_at(tmp_path)


def test_a_plan_keeps_its_template_in_every_home(plan_folder, tmp_path):
    row = template_row(replace(OFFICE, logo=b""))
    folder_with(plan_folder, {**row, "logo": "logo.png"}, logo_png=OFFICE.logo)
    store = FolderStore(plan_folder)
    plan = read_plan(store)
    assert plan.template == OFFICE
    copied = read_plan(copy_plan(plan, str(tmp_path / "plan.gpkg")))
    assert copied.template == OFFICE
    assert whole_digest(copied) == whole_digest(plan)
    # A template says how sheets look and nothing of the plan.
    without = replace(plan, template=None)
    assert whole_digest(without) != whole_digest(plan)
    assert content_digest(without) == content_digest(plan)
    before = store.version()
    (plan_folder / "template.toml").unlink()
    assert store.version() != before
    assert read_plan(store).template is None


def test_a_fault_in_the_template_of_a_plan_is_a_fault_of_the_plan(plan_folder):
    folder_with(plan_folder, {"side": "top"})
    with pytest.raises(PlanFaultsError) as refused:
        read_plan(FolderStore(plan_folder))
    assert [(fault.file, fault.field) for fault in refused.value.faults] == [("template.toml", "side")]


def block(template, width=90.0, size=1.0):
    drawing = Drawing(297, 210)
    box = Box(10, 10, 10 + width, 10 + block_height(template, size=size))
    draw_title_block(drawing, template, box, size=size, text=ZH)
    return drawing


def test_the_title_block_says_what_the_office_wrote():
    drawing = block(OFFICE)
    said = drawing.texts()
    assert said == ["编制单位", OFFICE.issuer, "制图", "审图号", OFFICE.approval_number, "密级", "内部"]
    # The picture is not stretched.
    [logo] = drawing.pictures
    assert logo.box.width / logo.box.height == pytest.approx(2)
    assert block_height(Template(), size=1.0) == 0
    assert block_height(replace(OFFICE, parts=(Part.LEGEND,)), size=1.0) == 0
    assert block_height(NO_TEMPLATE, size=1.0) == 0


WORDS = st.none() | st.text(st.sampled_from("天津规划局ABab12 -"), max_size=30)


@given(
    st.fixed_dictionaries(dict.fromkeys(LINES, WORDS)),
    st.booleans(),
    st.floats(60, 200),
    st.floats(0.78, 1.7),
)
def test_nothing_of_a_title_block_is_cut_or_leaves_it(lines, with_logo, width, size):
    template = Template(**lines, logo=OFFICE.logo if with_logo else b"")
    if not template.has_title_block:
        return
    height = block_height(template, size=size)
    try:
        drawing = block(template, width, size)
    except PlanMapError:
        # Where it does not fit, it is refused and never shortened.
        assert any(len(words) > 8 for _, words in template.lines if words)
        return
    written = [item for item in drawing.items if isinstance(item, TextLine)]
    assert all(item.size >= 6 for item in written)
    for item in written:
        assert item.x >= 10
        assert item.y >= 10
        assert item.y <= 10 + height
    said = "".join(item.text for item in written).replace(" ", "")
    for name, words in template.lines:
        assert ZH(f"template.{name.replace('_', '-')}").replace(" ", "") in said
        assert all(part in said for part in words.split()), (words, said)


def test_a_logo_in_a_database_is_checked_too():
    faults: list[Fault] = []
    assert check_template({"logo": base64.b64encode(b"no picture").decode()}, "planmap_info", faults) is None
    assert [fault.code for fault in faults] == ["field-invalid"]


def test_the_template_of_a_plan_is_on_its_sheets_and_another_can_be_named(plan_folder, tmp_path):
    folder_with(plan_folder, {"issuer": "规划科", "side": "left"})
    other = tmp_path / "other"
    other.mkdir()
    path = folder_with(other, {"issuer": "测绘院", "approval_number": ""})

    def words(*more):
        target = tmp_path / "map.svg"
        done = call("export", "-o", str(target), "--plan", str(plan_folder), *more, folder=tmp_path / "data")
        assert done.returncode == 0, done.stderr
        return target.read_text(encoding="utf-8")

    assert "规划科" in words()
    assert "编制单位" not in words("--template", "none")
    named = words("--template", str(path))
    assert "测绘院" in named
    assert "审图号" in named
    assert "规划科" not in named
    (other / "template.toml").write_text("side = 'up'\nissuer = 7\n", encoding="utf-8")
    refused = call("export", "-o", str(tmp_path / "x.svg"), "--template", str(path), folder=tmp_path / "data")
    assert refused.returncode == 2
    assert len(refused.stderr.strip().splitlines()) == 2
    assert not (tmp_path / "x.svg").exists()


@pytest.mark.parametrize("side", Side)
def test_a_sheet_has_its_parts_where_the_template_says(plan, side):
    parts = (Part.TITLE_BLOCK, Part.TABLE, Part.LEGEND, Part.CODE)
    template = replace(OFFICE, side=side, parts=parts)
    sheet = compose(plan, Scene(), Order(Paper.parse("A3"), template=template), today=date(2026, 11, 25))
    at = {item.text: item for item in sheet.drawing.items if isinstance(item, TextLine)}
    assert OFFICE.issuer in at
    assert at[ZH("sheet.table")].y > at[ZH("map.legend")].y
    assert ZH("sheet.inset") not in at
    assert (at[ZH("map.legend")].x < sheet.drawing.width / 2) is (side is Side.LEFT)
    assert sheet.digest != compose(plan, Scene(), Order(Paper.parse("A3")), today=date(2026, 11, 25)).digest
