"""A report as a Word document: opened again and counted anew, and turned into pages by another program."""

import os
import re
import subprocess
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from lxml import etree
from PIL import Image

from geo.errors import PlanMapError
from layers import style
from layers.draw import figure
from layers.draw.content import site_numbers
from layers.plan.scene import Evidence, Scene
from layers.plan.terms import Source, Status, Text
from layers.report.maps import WIDTH_MM, report_map
from layers.report.report import By, report
from layers.selection.select import select
from layers.selection.statements import result_value, statements, status_words
from layers.selection.status import count
from layers.selection.unplaced import Placing, placing, sites_without_position
from layers.selection.wording import target_words
from layers.translation import translation
from tests.command import call, one_line

DAY = date(2026, 11, 22)
FONTS = Path(__file__).parents[1] / "layers/browser/vendor/noto-sans-sc"
WRITER = Path("/usr/lib/libreoffice/program/libswlo.so")
HOSTILE = "<w:b/>粗&\x07\u2028]]>\x00\ud800{{ 7*7 }}</w:t>"


@pytest.fixture(scope="module")
def made(plan):
    return report(plan, Scene(), today=DAY)


@pytest.fixture(scope="module")
def opened(made):
    return docx.Document(BytesIO(made.document))


@pytest.fixture(scope="module")
def states(plan):
    return select(plan, Scene(), today=DAY).states


@pytest.fixture
def without_pictures(monkeypatch):
    """Draw no picture of a map: it takes most of the time."""
    buffer = BytesIO()
    Image.new("RGB", (30, 30), "white").save(buffer, "PNG")
    monkeypatch.setattr(figure, "png", lambda drawing, **_: buffer.getvalue())


def headings(opened, level):
    return [line.text for line in opened.paragraphs if line.style.style_id == f"Heading{level}"]


def said(element):
    return "".join(words.text or "" for words in element.iter(qn("w:t")))


def tables(opened):
    """Return the rows of each table, below the words of its caption."""
    found, caption = [], ""
    for element in opened.element.body:
        if element.tag == qn("w:p"):
            caption = said(element) or caption
        elif element.tag == qn("w:tbl"):
            rows = [["\n".join(said(p) for p in c.iter(qn("w:p"))) for c in r] for r in rows_of(element)]
            found.append((caption, rows))
    return found


def rows_of(table):
    return [row.findall(qn("w:tc")) for row in table.findall(qn("w:tr"))]


def test_every_task_stands_with_target_result_status_and_evidence(opened, plan, states, made):
    text = translation("zh")
    listed = {}
    for caption, (head, *rows) in tables(opened):
        if head[:3] == ["任务", "目标", "实绩"]:
            assert f"{len(rows)} 项任务" in caption
            listed |= {row[0].split("\n")[0]: row for row in rows}
    assert len(listed) == len(plan.tasks) == made.tasks
    results = 0
    for task in plan.tasks.values():
        state = states[task.id]
        found = statements(task, state, plan.info.year)
        _, target, result, status, evidence = listed[task.title.zh]
        assert target == target_words(task, text)
        assert result.split("\n")[0] == result_value(found, text)
        assert status == f"{style.MARKS[state.status]}\xa0{status_words(state, text)}"
        results += bool(result)
        if found.shown is None:
            assert evidence == "尚无佐证"
        else:
            assert str(found.shown.date) in evidence
            assert found.shown.source.title in evidence.split("\n")
            assert found.shown.source.publisher in ("", *evidence.split("\n"))
            assert found.rests_on is None or str(found.rests_on.date) in evidence
    assert results >= 3


def test_counts_are_those_of_the_plan(opened, plan, states):
    counts = count(states.values())
    head, *rows, total = tables(opened)[0][1]
    assert head == ["状态", "任务", "状态以佐证为据", "仅据报告"]
    found = {row[0].split("\xa0")[1]: [int(cell) for cell in row[1:]] for row in rows}
    text = translation("zh")
    wanted = {
        text(f"status.{status.value}"): [number, counts.backed[status], number - counts.backed[status]]
        for status, number in counts.by_status.items()
        if number
    }
    assert found == wanted
    assert [int(cell) for cell in total[1:]] == [sum(column) for column in zip(*wanted.values(), strict=True)]
    # With the figure of the table, which is another.
    backed = (
        f"{counts.with_evidence} 项有佐证（其中 {total[2]} 项的状态以佐证为据），{counts.without_evidence} 项尚无佐证"
    )
    assert backed in "\n".join(line.text for line in opened.paragraphs)


def test_gaps_and_sources_are_those_of_the_plan(opened, plan, states):
    by_caption = {re.sub(r"^表 \d+\s+", "", caption): rows for caption, rows in tables(opened)}
    unproven = [task.title.zh for task in plan.tasks.values() if not states[task.id].has_evidence]
    assert [row[1] for row in by_caption[f"尚无佐证的任务（{len(unproven)}/{len(plan.tasks)}）"][1:]] == unproven
    text = translation("zh")
    for how, number in Counter(placing(plan, task) for task in plan.tasks.values()).items():
        if how is not Placing.PLACED:
            assert len(by_caption[f"{text(f'placing.{how.value}')} {number}"]) == number + 1
    unplaced = [site.name.zh for site in sites_without_position(plan)]
    assert [row[0] for row in by_caption[f"无坐标的点名地点（{len(unplaced)}）"][1:]] == unplaced
    evidence = {(str(event.date), event.source) for state in states.values() for event in state.evidence}
    rows = by_caption[f"佐证材料（{len(evidence)}）"][1:]
    assert {(row[0], row[1]) for row in rows} == {(day, source.title) for day, source in evidence}
    [positions] = [rows for caption, rows in by_caption.items() if caption.startswith("点位的位置")]
    for row in positions[1:]:
        if row[0]:
            [site] = [key for key, number in site_numbers(plan).items() if str(number) == row[0]]
            assert row[1] == plan.sites[site].name.zh
            assert row[4] == plan.sites[site].licence


def test_headings_tables_and_captions_are_words_own(opened, plan, made):
    assert headings(opened, 1) == ["总览", "任务与进展", "缺口", "来源", "资料与许可"]
    assert headings(opened, 2)[: len(plan.info.sections)] == [section.title.zh for section in plan.info.sections]
    assert headings(opened, 3)
    names = {found.style_id: found.name for found in opened.styles}
    assert [names[f"Heading{level}"].lower() for level in (1, 2, 3)] == ["heading 1", "heading 2", "heading 3"]
    body = opened.element.body
    for table in body.iter(qn("w:tbl")):
        head, *rows = table.findall(qn("w:tr"))
        assert head.trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in (head, *rows))
        assert all(row.trPr.find(qn("w:tblHeader")) is None for row in rows)
        assert table.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
    fields = [field.get(qn("w:instr")).split()[:2] for field in body.iter(qn("w:fldSimple"))]
    assert fields.count(["SEQ", "图"]) == made.maps
    assert fields.count(["SEQ", "表"]) == len(tables(opened))
    entries = [line.text for line in opened.paragraphs if line.style.style_id in ("TOC1", "TOC2")]
    assert Counter(entries) == Counter(headings(opened, 1) + headings(opened, 2))
    anchors = {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))} - {None}
    assert anchors <= {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    footer = said(opened.sections[0].footer._element)
    assert "第 1 页" in footer
    assert "截至 2026-11-22" in footer


def test_no_row_and_no_heading_is_left_alone_on_a_page(opened):
    kept = {"Heading1", "Heading2", "Heading3", "Lead", "SmallLead", "TableCaption"}
    styles = {found.style_id: found for found in opened.styles}
    assert all(styles[key].element.pPr.find(qn("w:keepNext")) is not None for key in kept)
    sizes = set()
    for table in opened.element.body.iter(qn("w:tbl")):
        assert table.getprevious().pPr.pStyle.val == "TableCaption"
        assert table.getprevious().getprevious().pPr.pStyle.val != "Small" or "图" in said_before(table)
        rows = table.findall(qn("w:tr"))
        stays = [all(p.pPr.find(qn("w:keepNext")) is not None for p in row.iter(qn("w:p"))) for row in rows]
        sizes.add(len(rows) > 9)
        assert not stays[-1]
        assert stays[0]
        assert stays[1] or len(rows) == 2
        assert stays[-2]
        assert len(rows) > 9 or all(stays[:-1])
    assert sizes == {True, False}


def said_before(table):
    """Return the words of the third and fourth paragraph before a table: above a map's notes is its caption."""
    notes = [table.getprevious().getprevious()]
    while notes[-1].pPr is not None and notes[-1].pPr.pStyle is not None and notes[-1].pPr.pStyle.val == "Small":
        notes.append(notes[-1].getprevious())
    return said(notes[-1])


def test_maps_are_300_dpi_true_to_scale_described_and_each_only_once(opened, made, plan):
    pictures = list(opened.inline_shapes)
    assert len(pictures) == made.maps == len({opened.part.related_parts[blip_of(each)].sha1 for each in pictures})
    for each in pictures:
        assert each.width.mm == pytest.approx(WIDTH_MM, abs=0.01)
        drawn = Image.open(BytesIO(opened.part.related_parts[blip_of(each)].blob))
        assert drawn.width / (each.width.inches) == pytest.approx(300, rel=0.002)
        assert drawn.height / (each.height.inches) == pytest.approx(300, rel=0.002)
        assert re.search(r"比例尺 1:\d", each._inline.docPr.get("descr"))
        assert plan.info.disclaimer.zh in each._inline.docPr.get("descr")
    section = opened.sections[0]
    assert section.page_width.mm - section.left_margin.mm - section.right_margin.mm == pytest.approx(WIDTH_MM, abs=0.1)


def test_no_map_is_drawn_that_shows_no_more_than_another(opened, made):
    captions = [line.text for line in opened.paragraphs if line.style.style_id == "Caption"]
    scales = [int(re.sub(r"\D", "", re.search(r"1:[\d\s]+", caption)[0][2:])) for caption in captions]
    assert len(scales) == made.maps > 2
    assert max(scales[1:]) < scales[0]
    assert "所涉点位见总览图" in "\n".join(line.text for line in opened.paragraphs)


def test_a_report_on_a_site_has_one_map_and_its_tasks(plan, without_pictures):
    made = report(plan, Scene(site="junliangcheng-north"), today=DAY)
    assert (made.maps, made.tasks) == (1, len(plan.tasks_by_site["junliangcheng-north"]))
    # Places that only the report as a whole names are no gap of these tasks.
    words = "\n".join(cell for _, rows in tables(docx.Document(BytesIO(made.document))) for row in rows for cell in row)
    lone = [site for site in sites_without_position(plan) if site.id not in plan.tasks_by_site]
    assert lone
    assert not [site.id for site in lone if site.name.zh in words]


def blip_of(picture):
    return picture._inline.graphic.graphicData.pic.blipFill.blip.embed


def test_a_map_of_a_chapter_is_cropped_to_its_sites(plan):
    text = translation("zh")
    lake = report_map(plan, Scene(sections=frozenset({"1-3"})), text, today=DAY, close=True)
    whole = report_map(plan, Scene(), text, today=DAY, close=False)
    assert lake.scale < whole.scale
    west, south, east, north = lake.extent
    shown = select(plan, Scene(sections=frozenset({"1-3"})), today=DAY).sites
    for key, state in shown.items():
        site = plan.sites[key]
        if state is not None and site.placed and key != plan.info.district_site and site.geometry.geom_type == "Point":
            x, y = plan.grid.position(site.geometry.x, site.geometry.y)
            assert west < x < east
            assert south < y < north
    frame = lake.drawing.frame
    assert (east - west) / frame.width * 1000 == pytest.approx(lake.scale, rel=1e-6)


def test_filters_chapters_and_language_follow_the_scene(plan, without_pictures):
    scene = Scene(language="en", evidence=Evidence.WITH, statuses=frozenset({Status.IN_PROGRESS}))
    tasks = select(plan, scene, today=DAY).tasks
    made = report(plan, scene, By.THEME, today=DAY, title="Progress")
    opened = docx.Document(BytesIO(made.document))
    assert made.tasks == len(tasks) < len(plan.tasks)
    themes = [theme.title.en for theme in plan.info.themes if any(task.theme == theme.id for task in tasks)]
    assert headings(opened, 2)[: len(themes)] == themes
    words = "\n".join(line.text for line in opened.paragraphs)
    assert words.startswith("Progress\n")
    ours = [rows[0] for _, rows in tables(opened)]
    assert not re.search("[\u4e00-\u9fff]", str(ours))
    with pytest.raises(PlanMapError) as refused:
        report(plan, replace(scene, search="没有这样的任务"), today=DAY)
    assert refused.value.code == "report-empty"


def test_the_file_says_what_it_is_and_nobodys_name_and_is_the_same_again(made, plan, without_pictures):
    with zipfile.ZipFile(BytesIO(made.document)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = archive.read("docProps/core.xml") + archive.read("docProps/app.xml")
        assert not re.search(rb"(?i)python|creator|created|modified|microsoft", properties)
        assert not [name for name in archive.namelist() if "thumbnail" in name or "customXml" in name]
        styles = archive.read("word/styles.xml").decode()
        assert 'w:eastAsia="Microsoft YaHei"' in styles
        # Latin words that are called Chinese are broken anywhere.
        assert '<w:lang w:val="en-US" w:eastAsia="zh-CN"' in styles
        assert b"Noto Sans CJK SC" in archive.read("word/fontTable.xml")
    found = docx.Document(BytesIO(made.document)).core_properties
    assert (found.title, found.language) == (plan.info.title.zh, "zh-CN")
    scene = Scene(sections=frozenset({"headline"}))
    assert report(plan, scene, today=DAY).document == report(plan, scene, today=DAY).document


def test_hostile_words_stay_words(plan, without_pictures):
    task = next(iter(plan.tasks.values()))
    site = next(site for site in plan.sites.values() if site.placed)
    false = Source(HOSTILE, HOSTILE, "javascript:alert(1)")
    changed = replace(
        plan,
        info=replace(plan.info, title=Text(HOSTILE, HOSTILE)),
        sites={**plan.sites, site.id: replace(site, name=Text("a\x07b", ""), source=Text(HOSTILE, ""))},
        tasks={**plan.tasks, task.id: replace(task, title=Text(HOSTILE, HOSTILE), lead_unit=HOSTILE)},
        events=tuple(replace(event, source=false) if event.task_id == task.id else event for event in plan.events),
    )
    document = report(changed, Scene(), today=DAY).document
    opened = docx.Document(BytesIO(document))
    shown = "<w:b/>粗&\\x07\\u2028]]>\\x00\\ud800{{ 7*7 }}</w:t>"
    assert opened.paragraphs[0].text == shown
    assert any(rows[1][0].startswith(shown) for _, rows in tables(opened))
    with zipfile.ZipFile(BytesIO(document)) as archive:
        assert b"javascript:" not in archive.read("word/_rels/document.xml.rels")
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(archive.read(name))


@pytest.mark.slow
def test_the_command_writes_one_file_or_refuses_in_a_line(tmp_path):
    target = tmp_path / "报告.docx"
    wrote = call("report", "-o", str(target), "--scene", "section=headline", folder=tmp_path / "data")
    assert wrote.returncode == 0, wrote.stderr
    assert "6 项任务" in wrote.stdout
    assert docx.Document(target).core_properties.language == "zh-CN"
    refused = call("report", "-o", str(tmp_path / "x.pdf"), folder=tmp_path / "data")
    assert ".docx" in one_line(refused)


@pytest.mark.slow
def test_another_program_shows_headings_and_maps(made, opened, tmp_path):
    (tmp_path / "r.docx").write_bytes(made.document)
    (tmp_path / "fonts.conf").write_text(
        f'<?xml version="1.0"?><fontconfig><dir>{FONTS}</dir><cachedir>{tmp_path}/fonts</cachedir></fontconfig>'
    )
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    environment = {**os.environ, "FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(tmp_path / "r.docx")],
        env=environment, capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    pages = pypdfium2.PdfDocument(tmp_path / "r.pdf")
    words = "".join(page.get_textpage().get_text_bounded() for page in pages)
    flat = re.sub(r"\s", "", words)
    assert all(re.sub(r"\s", "", heading) in flat for heading in headings(opened, 1) + headings(opened, 2))
    lines = words.replace("\r", "").split("\n")
    assert not [line for line in lines if re.match(r"(ibutors|butors|ntributors|tributors|acts-only)", line)]
    pictures = [item for page in pages for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])]
    assert len(pictures) == made.maps
    for item in pictures:
        left, _, right, _ = item.get_bounds()
        assert (right - left) / 72 * 25.4 == pytest.approx(WIDTH_MM, abs=0.3)


def test_a_report_of_changes_names_both_days_and_counts(plan, without_pictures):
    scene = Scene(site="tsn-airport", since=date(2024, 3, 31), as_of=date(2024, 12, 31))
    words = "\n".join(one.text for one in docx.Document(BytesIO(report(plan, scene, today=DAY).document)).paragraphs)
    assert "自 2024-03-31 至 2024-12-31 的变化" in words
    plain = report(plan, replace(scene, since=None), today=DAY)
    assert "2024-03-31" not in "\n".join(one.text for one in docx.Document(BytesIO(plain.document)).paragraphs)
