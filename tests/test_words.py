"""Where lines of Chinese end: between words, in sheets, slides and briefings."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pptx import Presentation
from pptx.oxml.ns import qn

from layers import style, words
from layers.draw import figure, typeface
from layers.plan.deck import Deck, Slide
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.present.briefing import briefing
from layers.present.deck_choice import chosen_deck
from layers.present.pptx import layouts
from layers.present.pptx.slides import slides
from layers.present.pptx.text import MM_PER_POINT, lines_of, width_of
from layers.present.view import task_lines, views

DAY = date(2026, 11, 22)
TERMS = (
    *("军粮城北站", "东丽湖", "天津欢乐谷", "科技创新片区", "金钟河大街", "创意产业园", "中国民航大学"),
    *("预算", "收入", "固定资产", "居民收入", "示范镇", "粮食安全", "高标准", "生产总值", "经济", "任务", "目标"),
    *("佐证", "状态", "推进中", "已列入", "公开", "坐标", "项目", "产业链", "智能网联", "规划", "报告", "范围"),
)
TEXTS = (
    *("推动军粮城北站建设", "一般公共预算收入增6%", "完成160个项目"),
    *("有佐证的 24 项", "确保粮食安全", "扩大智能网联车测试场景"),
)


def broken_terms(lines):
    """Return those of TERMS that are whole in the words but not in their lines."""
    whole = "".join(lines)
    return [term for term in TERMS if whole.count(term) > sum(line.count(term) for line in lines)]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("limit", [16, 18, 24, 32, 40])
def test_no_line_ends_inside_a_word(plan, text, limit):
    with words.kept_whole(plan):
        for lines in (typeface.wrap(text, limit, 8), lines_of(text, limit, 8)):
            assert broken_terms(lines) == []


def test_names_of_the_plan_are_kept_only_while_it_is_drawn(plan):
    name = "军粮城北站"
    with words.kept_whole(plan):
        assert words.inside(name) == {1, 2, 3, 4}
    assert words.inside(name) != {1, 2, 3, 4}


def test_a_figure_stays_with_its_unit():
    assert typeface.pieces("完成160个项目")[1] == "160个"
    assert typeface.pieces("有佐证的 24 项")[-1] == "24 项"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x9FFF, exclude_categories=("Cs",)), max_size=40))
def test_a_text_marked_or_cut_into_lines_is_the_same_text(text):
    assert words.marked(text).replace(words.BREAK, "") == text.replace(words.BREAK, "")
    assert all(0 < index < len(text) for index in words.inside(text))
    lines = lines_of(text, 22.0, 9.0)
    assert "".join(lines) == text
    assert len(lines) == 1 or all(width_of(line.rstrip(), 9.0) <= 22.0 or len(line.rstrip()) == 1 for line in lines)


def test_a_briefing_may_break_only_between_words(plan):
    document = briefing(plan, chosen_deck(plan), language="zh", today=DAY)
    titles = re.findall(r'<b class="task"><button type="button" class="ask">(.*?)</button></b>', document)
    assert any("<wbr>" in title for title in titles)
    shown = {title.replace("<wbr>", "") for title in titles}
    assert shown <= {task.title.zh for task in plan.tasks.values()}
    for title in titles:
        assert broken_terms(title.split("<wbr>")) == []


@pytest.fixture
def without_pictures(monkeypatch):
    """Draw no picture of a map: it takes most of the time of a deck, and no table depends on it."""
    monkeypatch.setattr(figure, "picture", lambda drawing, **_: Image.new("RGB", (30, 30), "white"))


def paragraphs(slide):
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield from shape.text_frame.paragraphs
        if shape.has_table:
            for row in shape.table.rows:
                for cell in row.cells:
                    yield from cell.text_frame.paragraphs


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_deck_breaks_no_word_and_no_table_reaches_the_footer(plan, language, without_pictures):
    opened = Presentation(BytesIO(slides(plan, chosen_deck(plan), language=language, today=DAY)))
    found = 0
    for slide in opened.slides:
        for paragraph in paragraphs(slide):
            lines = paragraph.text.split("\v")
            found += len(lines) > 1
            assert broken_terms(lines) == [], lines
    # Or the search has gone blind.
    assert (found > 10) is (language == "zh")
    rows_are_as_high_as_their_words(opened)


def row_need(row, columns, points):
    """Return the height in millimetres that a row of a table needs, whatever it was given."""
    lines = 1
    for cell, column in zip(row.cells, columns, strict=True):
        bold = any(run.font.bold for paragraph in cell.text_frame.paragraphs for run in paragraph.runs)
        room = (column.width - cell.margin_left - cell.margin_right) / 36_000
        given = cell.text.split("\v")
        # Breaks are where our own measure has put them, but another program breaks again what is too wide for it.
        lines = max(lines, sum(len(lines_of(line.rstrip(), room + 0.01, points, bold=bold)) for line in given))
        for word in re.findall(r"[A-Za-z]+", cell.text):
            assert width_of(word, points, bold=bold) <= room + 0.01, (word, cell.text)
    return lines * points * 1.24 * MM_PER_POINT + (row.cells[0].margin_top + row.cells[0].margin_bottom) / 36_000


def rows_are_as_high_as_their_words(opened):
    tables = 0
    for slide in opened.slides:
        for shape in slide.shapes:
            if not shape.has_table:
                continue
            tables += 1
            need = 0.0
            for row in shape.table.rows:
                sizes = [run.font.size.pt for c in row.cells for p in c.text_frame.paragraphs for run in p.runs]
                own = row_need(row, shape.table.columns, max(sizes))
                assert own <= row.height / 36_000 + 0.05
                need += own
            assert shape.top / 36_000 + need <= layouts.SOURCE[1]
    assert tables > 8


def test_a_mark_is_text_in_its_cell_and_shows_what_backs_the_status(plan, without_pictures):
    title = Text("全部", "All")
    deck = Deck("one", title, (Slide(title, scene=Scene(sections=frozenset({plan.info.sections[0].id}))),))
    [view] = views(plan, deck, language="zh", today=DAY)
    seen = set()
    made = Presentation(BytesIO(slides(plan, deck, language="zh", today=DAY))).slides[1]
    [table] = [shape.table for shape in made.shapes if shape.has_table]
    for row, line in zip(list(table.rows)[1:], task_lines(view), strict=True):
        mark, *said = row.cells[0].text_frame.paragraphs[0].runs
        colour = style.STATUS[line.status].colour
        assert mark.text == f"{style.MARKS[line.status]}\xa0"
        assert bool(mark.font.bold) is line.backed
        assert all(bool(run.font.bold) is line.backed for run in said)
        # In grey print a mark without evidence is lighter.
        wanted = colour if line.backed else style.lighter(colour)
        assert f"#{mark.font.color.rgb}" == wanted
        edge = mark._r.rPr.find(qn("a:ln"))
        assert (edge is None) is line.backed
        seen.add(line.backed)
    assert not [shape for shape in made.shapes if shape.name in {"推进中", "已列入", "已完成"}]
    assert seen == {True, False}
    assert len(set(style.MARKS.values())) == len(style.MARKS) == len(style.STATUS)


def test_words_of_another_plan_break_as_ever(plan):
    one = next(iter(plan.sites.values()))
    other = replace(plan, sites={one.id: replace(one, name=Text("欢乐谷甲乙丙丁", ""))})
    with words.kept_whole(other):
        assert words.inside("欢乐谷甲乙丙丁") == set(range(1, 7))
    with words.kept_whole(plan):
        assert words.inside("欢乐谷甲乙丙丁") != set(range(1, 7))
