"""Papers of any shape: parts never lie over each other, sources are whole, and nothing is too small to read."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.draw.drawing import Box, Drawing
from layers.draw.paper import Paper
from layers.plan.deck import Deck, Slide
from layers.plan.scene import Scene
from layers.plan.template import NO_TEMPLATE, Part, Side, Template
from layers.plan.terms import Precision, Text
from layers.present.pptx.view_map import slide_map
from layers.present.view import views
from layers.selection.select import select
from layers.selection.wording import sources
from layers.sheet.cover import IndexEntry, compose_cover
from layers.sheet.foot import Foot, FootWords
from layers.sheet.gaps import compose_elsewhere, compose_gaps
from layers.sheet.layout import SHARES, Parts, lay_out, size_factor
from layers.sheet.sheet import Order, compose
from layers.sheet.title_block import block_height
from layers.translation import translation
from tests.test_sheet import exactly, roughly, smallest

DAY = date(2026, 11, 22)
LONG = "Map data and licences: OpenStreetMap contributors (ODbL 1.0); land: Natural Earth (public domain); " * 5
SIDES = st.floats(100, 1200)


PARTS = st.permutations(list(Part)).flatmap(
    lambda parts: st.integers(1, len(parts)).map(lambda count: tuple(parts[:count]))
)
TEMPLATES = st.just(NO_TEMPLATE) | st.builds(
    Template,
    issuer=st.none() | st.just("规划科"),
    drawn_by=st.none() | st.just(""),
    checked_by=st.none() | st.just(""),
    approval_number=st.none() | st.just("000"),
    side=st.sampled_from(Side),
    parts=PARTS.filter(lambda parts: Part.LEGEND in parts),
)


@given(width=SIDES, height=SIDES, share=st.sampled_from(SHARES), parts=st.sampled_from(Parts), template=TEMPLATES)
def test_no_two_parts_of_a_sheet_overlap(width, height, share, parts, template):
    paper = Paper("any", width, height)
    foot = Foot((FootWords("Schematic map"), FootWords(LONG)), size_factor(paper))
    layout = lay_out(paper, share, foot=foot.height, parts=parts, template=template)
    if layout is None:
        # The map alone fits every paper.
        assert parts < Parts.MAP
        return
    boxes = {**layout.boxes(), "frame": layout.frame.grown(layout.gutter - 0.01)}
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        assert not a.grown(-0.01).overlaps(b), (one, other)
    for name, box in boxes.items():
        assert box.width > 0, name
        assert box.height > 0, name
        assert layout.margin - 0.01 <= box.left < box.right <= width - layout.margin + 0.01, name
        assert layout.margin - 0.01 <= box.bottom < box.top <= height - layout.margin + 0.01, name
    named = set(layout.boxes())
    assert ("inset" not in named) or Part.INSET in template.parts
    assert ("code" not in named) or Part.CODE in template.parts
    assert ("title block" not in named) or template.has_title_block
    if "title block" in named:
        assert layout.title_block.height == pytest.approx(block_height(template, size=layout.size))
    assert layout.foot.height >= foot.height(layout.foot.width) - 0.01
    assert layout.frame.width * layout.frame.height >= 0.1 * width * height


@pytest.mark.parametrize(
    ("paper", "query"),
    [
        ("160x120mm", "lang=en"),
        ("100x100mm", ""),
        ("110x400mm", "lang=en"),
        ("420x110mm", "site=tsn-airport"),
        ("150x150mm", "lang=en&theme=overall"),
    ],
)
def test_a_small_or_odd_paper_has_fewer_parts_but_whole_sources(plan, paper, query):
    scene = Scene.from_query(query)
    sheet = compose(plan, scene, Order(Paper.parse(paper)), today=DAY)
    assert smallest(sheet.pages) >= 6
    text = translation(scene.language)
    for number, page in enumerate(sheet.pages):
        labels = [item for item in page.items if hasattr(item, "text")]
        frame = sheet.drawing.frame.grown(0.5)
        outside = [(item, rough) for item in labels if not frame.overlaps(rough := roughly(item)) or number]
        inner = Box(5, 5, page.width - 5, page.height - 5)
        for label, rough in outside:
            # The rough box holds the exact one.
            assert inner.holds(rough) or inner.holds(exactly(label)), label.text
        for (one, a), (other, b) in combinations(outside, 2):
            assert not a.overlaps(b) or not exactly(one).overlaps(exactly(other)), (one.text, other.text)
    flat = "".join("".join(sheet.drawing.texts()).split())
    assert "".join(sources(plan, text, scene).split()) in flat
    # Nothing that a larger paper says is lost, it stands on another page.
    everything = [line for page in sheet.pages for line in page.texts()]
    assert text("map.legend") in everything
    assert text("sheet.digest", digest=sheet.digest) in "\n".join(everything)


def test_a_map_alone_has_scale_credits_and_disclaimer_and_nothing_else(plan):
    assert any(site.precision is Precision.NOMINAL for site in plan.sites.values())
    sheet = compose(plan, Scene(), Order(Paper.parse("A4"), bare=True), today=DAY)
    texts = sheet.drawing.texts()
    assert not sheet.more
    flat = "".join(texts)
    for words in (
        "1:200 000",
        "北",
        plan.info.disclaimer.zh,
        "2026-11-22",
        sources(plan, translation("zh"), Scene()),
    ):
        assert words in flat, words
    for words in ("图例", "点位与任务", "图幅位置", plan.info.title.zh):
        assert words not in texts, words
    other = compose(plan, Scene(), Order(Paper.parse("A4")), today=DAY)
    assert sheet.digest != other.digest
    assert sheet.drawing.frame.width > other.drawing.frame.width


def test_where_the_table_only_counts_its_head_says_so_and_the_next_page_has_the_tasks(plan):
    sheet = compose(plan, Scene(), Order(Paper.parse("A4")), today=DAY)
    assert "位置精度 / 各状态任务数" in sheet.drawing.texts()
    assert not any("最新佐证" in text for text in sheet.drawing.texts())
    (second,) = sheet.more
    linked = {task.id for found in plan.tasks_by_site.values() for task in found} & sheet.listed
    assert linked
    words = "".join(second.texts())
    assert all(plan.tasks[task_id].title.zh in words for task_id in linked)


@pytest.mark.parametrize(
    ("paper", "orientation"), [("A4", "portrait"), ("A4", ""), ("110x400mm", ""), ("100x100mm", "")]
)
def test_cover_and_last_pages_stay_inside_the_margins(plan, paper, orientation):
    order = Order(Paper.parse(paper, orientation))
    text = translation("en")
    scene = Scene.from_query("lang=en")
    selection = select(plan, scene, today=DAY)
    entries = [IndexEntry(f"A place with quite a long name {n}", n, None, 3) for n in range(1, 40)]
    cover = compose_cover(plan, scene, order, entries, today=DAY)
    last = compose_gaps(plan, selection, order.paper, text)
    last += compose_elsewhere(plan, selection, selection.tasks, order.paper, text)
    pages = [*cover.pages, *(page.drawing for page in last)]
    assert smallest(pages) >= 6
    for page in pages:
        for item in page.items:
            if hasattr(item, "text"):
                box = roughly(item)
                assert box.left > 4, item.text
                assert box.bottom > 4, item.text
                assert box.right < page.width - 4, item.text
                assert box.top < page.height - 4, item.text


def test_names_in_a_picture_on_a_slide_are_large_enough_too(plan, monkeypatch):
    sizes = []
    write = Drawing.write

    def recorded(drawing, text, x, y, size, **look):
        sizes.append(size)
        return write(drawing, text, x, y, size, **look)

    monkeypatch.setattr(Drawing, "write", recorded)
    deck = Deck("any", Text("稿", "deck"), (Slide(Text("题", "title")),))
    [view] = views(plan, deck, language="en", today=DAY)
    slide_map(plan, view, 160, 110, translation("en"))
    assert len(sizes) > 40
    assert min(sizes) >= 6
