"""A deck as PowerPoint: opened again and counted anew, and turned into pages by another program."""

import hashlib
import os
import posixpath
import re
import subprocess
import sys
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Pt

from layers import style
from layers.draw.content import site_numbers
from layers.draw.drawing import Drawing, TextLine
from layers.escape import safe_address
from layers.font import Weight
from layers.plan.deck import Deck, Slide
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.present.deck_choice import chosen_deck
from layers.present.pptx.file import slide_count
from layers.present.pptx.slides import slides
from layers.present.pptx.tables import PAD_MM, SIZES, aim, task_grid
from layers.present.pptx.text import Run, lines_of, width_of
from layers.present.pptx.view_map import LEGEND_POINTS, draw_strip, legend_entries, reduced
from layers.present.view import by_theme, task_lines, views
from layers.store.base import copy_plan
from layers.translation import translation
from tests.command import call, one_line, planmap

DAY = date(2026, 11, 22)
OVERVIEW = 1
"""Place of the slide with the whole plan among those with maps; the targets are the first."""
FONTS = Path(__file__).parents[1] / "layers/browser/vendor/noto-sans-sc"
EMU_PER_MM = 36_000
HOSTILE = ("<b>粗</b>", "a\"b'c", "</script>", "{{ 7*7 }}", "a\x07b", "_x0041_ &amp;")


@pytest.fixture(scope="module")
def deck(plan):
    return chosen_deck(plan)


@pytest.fixture(scope="module")
def shown(plan, deck):
    return views(plan, deck, language="zh", today=DAY)


@pytest.fixture(scope="module")
def document(plan, deck):
    return slides(plan, deck, language="zh", today=DAY)


@pytest.fixture(scope="module")
def opened(document):
    return Presentation(BytesIO(document))


@pytest.fixture(scope="module")
def map_slides(opened, shown):
    return list(opened.slides)[1 : len(shown) + 1]


def small_deck(*scenes, title="一页"):
    return Deck("small", Text(title, title), tuple(Slide(Text(title, title), scene=scene) for scene in scenes))


def picture_of(slide):
    [found] = [shape for shape in slide.shapes if shape._element.tag == qn("p:pic")]
    return found


def groups_of(slide):
    return {shape.name: shape for shape in slide.shapes if shape._element.tag == qn("p:grpSp")}


def sites_of(slide):
    return {name: shape for name, shape in groups_of(slide).items() if re.match(r"\d+ ", name)}


def table_of(slide):
    found = [shape for shape in slide.shapes if shape.has_table]
    # Where a line ends between two Chinese words there is a break.
    return [[whole(cell.text).strip("\xa0") for cell in row.cells] for row in found[0].table.rows] if found else []


def whole(words):
    return words.replace("\v", "")


def test_a_cover_a_slide_for_each_view_and_the_sources(opened, shown, deck, document):
    titles = [slide.shapes.title.text.replace("\n", "") for slide in opened.slides]
    assert titles[0] == deck.title.zh
    assert titles[1 : len(shown) + 1] == [view.title for view in shown]
    rest = titles[len(shown) + 1 :]
    assert rest
    assert all(title.startswith("来源") for title in rest)
    assert slide_count(document) == len(titles)
    assert (opened.slide_width / 914400, opened.slide_height / 914400) == pytest.approx((13.333, 7.5), abs=0.001)
    assert [layout.name for layout in opened.slide_layouts] == ["Title", "Map"]


def test_listed_tasks_are_those_of_the_view(map_slides, shown):
    for slide, view in zip(map_slides, shown, strict=True):
        if not view.listed:
            continue
        head, *rows = table_of(slide)
        assert len(rows) == len(view.tasks)
        for row, line in zip(rows, task_lines(view), strict=True):
            cells = dict(zip(head, row, strict=True))
            assert cells["状态"] == f"{style.MARKS[line.status]}\xa0{line.status_words}"
            assert line.title.startswith(cells["任务"].rstrip("…"))
            assert cells.get("目标 / 实绩", "") == aim(line)
            assert cells["最新佐证"] == line.evidence


def test_tasks_by_theme_are_counted_as_the_plan_counts_them(map_slides, shown, plan):
    counted = 0
    for slide, view in zip(map_slides, shown, strict=True):
        if view.listed:
            continue
        counted += 1
        head, *rows = table_of(slide)
        assert [row[0] for row in rows] == [theme.title.zh for theme, _ in by_theme(plan, view)] + ["合计"]
        words = {status.value: name for status, name in zip(view.counts.by_status, head, strict=False)}
        assert words
        for row in rows:
            theme = next((theme.id for theme in plan.info.themes if theme.title.zh == row[0]), None)
            tasks = [task for task in view.tasks if theme in (None, task.theme)]
            states = [view.selection.states[task.id] for task in tasks]
            found = Counter(state.status.value for state in states if state.status)
            cells = dict(zip(head, row, strict=True))
            assert cells["任务"] == str(len(tasks))
            # A Scene that asks for evidence, or for its lack, needs no column that says so once more.
            assert ("有佐证" in cells) is (view.scene.evidence is None)
            assert cells.get("有佐证", str(sum(bool(state.evidence) for state in states))) == str(
                sum(bool(state.evidence) for state in states)
            )
            for word, status in (("推进中", "in_progress"), ("已列入", "planned"), ("已完成", "done")):
                assert cells.get(word, "0") == str(found[status])
    assert counted >= 2


def test_lines_that_find_no_room_are_in_the_notes(plan):
    lines = "\n".join(f"第{number}点：{'很长的说明' * 6}" for number in range(1, 12))
    deck = Deck(
        "d", Text("稿", ""), (Slide(Text("多", ""), Text(lines, ""), scene=Scene(sections=frozenset({"1-4"}))),)
    )
    slide = Presentation(BytesIO(slides(plan, deck, language="zh", today=DAY))).slides[1]
    said = "\n".join(shape.text_frame.text for shape in slide.placeholders if shape.has_text_frame)
    notes = slide.notes_slide.notes_text_frame.text
    assert "第1点" in said
    assert "第11点" not in said
    assert all(f"第{number}点" in notes for number in range(1, 12))


def test_sites_are_native_named_described_and_on_the_picture(map_slides, shown, plan):
    numbers = site_numbers(plan)
    names = {f"{number} {plan.sites[key].name.zh}": plan.sites[key] for key, number in numbers.items()}
    whole = sites_of(map_slides[OVERVIEW])
    assert len(whole) == 11
    for slide, view in zip(map_slides, shown, strict=True):
        picture = picture_of(slide)
        for name, group in sites_of(slide).items():
            assert name in names
            assert group.left >= picture.left
            assert group.top >= picture.top
            assert group.left + group.width <= picture.left + picture.width
            assert group.top + group.height <= picture.top + picture.height
            texts = [shape.text for shape in group.shapes if shape.has_text_frame and shape.text]
            assert name.split(" ")[0] in texts
            said = group._element.nvGrpSpPr.cNvPr.get("descr")
            site = names[name]
            assert said.startswith(site.name.zh)
            assert "位置精度" in said
            state = view.selection.sites[site.id]
            assert {"planned": "已列入", "seeking": "争取中", "in_progress": "推进中", "done": "已完成"}[
                state.status
            ] in said


def test_a_symbol_stands_where_the_pictures_scale_puts_its_coordinates(plan):
    scene = Scene.from_query("site=dongli-lake-centre")
    made = Presentation(BytesIO(slides(plan, small_deck(scene), language="zh", today=DAY)))
    slide = made.slides[1]
    picture = picture_of(slide)
    number = int(re.search(r"1:([\d ]+)", picture._element.nvPicPr.cNvPr.get("descr"))[1].replace(" ", ""))
    [view] = views(plan, small_deck(scene), language="zh", today=DAY)
    west, south, east, north = view.extent
    site = plan.sites["dongli-lake-centre"]
    place = plan.grid.project(site.geometry).representative_point()
    # The strip with the scale bar is the lowest 8 mm of the picture; the view's extent is in the frame's middle.
    middle = picture.left + picture.width / 2, picture.top + (picture.height - 8 * EMU_PER_MM) / 2
    x = middle[0] + (place.x - (west + east) / 2) * 1000 / number * EMU_PER_MM
    y = middle[1] - (place.y - (south + north) / 2) * 1000 / number * EMU_PER_MM
    group = sites_of(slide)[f"{site_numbers(plan)[site.id]} {site.name.zh}"]
    discs = [shape for shape in group.shapes if shape._element.xpath("./p:spPr/a:prstGeom[@prst='ellipse']")]
    largest = max(discs, key=lambda shape: shape.width)
    assert largest.left + largest.width / 2 == pytest.approx(x, abs=0.3 * EMU_PER_MM)
    assert largest.top + largest.height / 2 == pytest.approx(y, abs=0.3 * EMU_PER_MM)
    # And the map shows at least what the view asks for.
    assert picture.width / EMU_PER_MM * number / 1000 >= east - west
    assert (picture.height / EMU_PER_MM - 8) * number / 1000 >= north - south


def test_symbols_and_names_of_native_sites_are_not_in_the_picture_too(map_slides):
    slide = map_slides[OVERVIEW]
    picture = picture_of(slide)
    image = Image.open(BytesIO(picture.image.blob)).convert("RGB")
    factor = image.width / picture.width
    checked = 0
    for group in sites_of(slide).values():
        for shape in group.shapes:
            if not (shape.has_text_frame and shape.text.isdigit()):
                continue
            # On paper the number's pill is of ink; without it this place has the colours of the ground.
            box = [round((shape.left - picture.left) * factor), round((shape.top - picture.top) * factor)]
            box += [box[0] + round(shape.width * factor), box[1] + round(shape.height * factor)]
            dark = np.asarray(image.crop(box)).max(axis=2) < 70
            assert dark.mean() < 0.1
            checked += 1
    assert checked == 11


def test_a_click_on_a_site_opens_its_newest_evidence_or_the_sources(map_slides, shown, plan, opened):
    order = {slide.part: index for index, slide in enumerate(opened.slides)}
    kinds = Counter()
    for slide, view in zip(map_slides, shown, strict=True):
        passing = {task.id for task in view.selection.tasks}
        for name, group in sites_of(slide).items():
            site = next(key for key, number in site_numbers(plan).items() if number == int(name.split(" ")[0]))
            events = [
                event
                for task in plan.tasks_by_site[site]
                if task.id in passing
                for event in view.selection.states[task.id].evidence
                if event.source.url
            ]
            clicks = group._element.xpath(".//a:hlinkClick")
            assert len(clicks) == len(group.shapes)
            assert all(click.getparent().tag == qn("p:cNvPr") for click in clicks)
            [key] = {click.get(qn("r:id")) for click in clicks}
            assert all(click.get("tooltip") for click in clicks)
            target = slide.part.rels[key]
            kinds[target.is_external] += 1
            if events:
                newest = max(event.date.last_day for event in events)
                assert target.target_ref in {e.source.url for e in events if e.date.last_day == newest}
                assert clicks[0].get("action") is None
            else:
                assert order[target.target_part] > len(shown)
                assert clicks[0].get("action") == "ppaction://hlinksldjump"
                rows = table_of(list(opened.slides)[order[target.target_part]])
                assert name.split(" ")[0] in [row[0] for row in rows]
    assert kinds[True]
    assert kinds[False]


def test_sources_name_precision_and_licence_of_each_site(opened, shown, map_slides, plan):
    rows = [row for slide in list(opened.slides)[len(shown) + 1 :] for row in table_of(slide)[1:]]
    by_number = {row[0]: row for row in rows if row[0].isdigit()}
    expected = {name.split(" ")[0] for slide in map_slides for name in sites_of(slide)}
    assert set(by_number) == expected
    for site_id, number in site_numbers(plan).items():
        if str(number) in by_number:
            site, row = plan.sites[site_id], by_number[str(number)]
            assert row[1] == site.name.zh
            assert row[4] == site.licence
            assert site.source.zh.startswith(row[3].rstrip("…"))
    # A part of a place has a source of its own, and no number.
    parts = [row for row in rows if not row[0]]
    named = {plan.sites[site_id].name.zh: plan.sites[site_id] for site_id in plan.sites}
    standing = {site_id for site_id, number in site_numbers(plan).items() if str(number) in by_number}
    assert [row[1] for row in parts] == [
        site.name.zh for site in plan.sites.values() if site.part_of in standing and site.placed
    ]
    assert all(row[4] == named[row[1]].licence for row in parts)
    days = [row[0] for row in rows if row[0] and not row[0].isdigit() and row[0] != "日期"]
    assert days == sorted(days, reverse=True)
    evidence = {
        (str(event.date), event.source)
        for view in shown
        for task in view.tasks
        for event in view.selection.states[task.id].evidence
    }
    assert len(days) == len(evidence)


def test_every_picture_and_table_says_what_it_shows(map_slides, shown):
    for slide, view in zip(map_slides, shown, strict=True):
        said = picture_of(slide)._element.nvPicPr.cNvPr.get("descr")
        assert view.title in said
        assert str(view.selection.as_of) in said
        assert "1:" in said
        for element in slide.shapes._spTree.xpath("./p:graphicFrame/p:nvGraphicFramePr/p:cNvPr | ./p:grpSp/*/p:cNvPr"):
            assert element.get("descr"), element.get("name")


def test_the_legend_is_native_and_names_what_is_on_the_map(map_slides, shown, plan):
    text = translation("zh")
    ids = {f"{number} {plan.sites[key].name.zh}": key for key, number in site_numbers(plan).items()}
    for slide, view in zip(map_slides, shown, strict=True):
        legend = groups_of(slide)["图例"]
        texts = {shape.text for shape in legend.shapes if shape.has_text_frame and shape.text}
        on_map = [ids[name] for name in sites_of(slide)]
        states = [view.selection.sites[site_id] for site_id in on_map]
        basis = {True: text("sheet.backed"), False: text("sheet.only-stated")}
        # Those of the table beside it too.
        states += [view.selection.states[task.id] for task in view.tasks]
        wanted = {text(f"status.{state.status.value}") + basis[state.backed] for state in states if state.status}
        assert {words for words in texts if words.endswith(tuple(basis.values()))} == wanted
        assert {text(f"category.{plan.sites[site_id].category}") for site_id in on_map} <= texts
        # On paper it counts; in a room nobody asks how many metro stations there are.
        assert not [words for words in texts if re.search(r" \d+$", words)]


def test_notes_hold_what_is_said_and_the_full_list(map_slides, shown):
    for slide, view in zip(map_slides, shown, strict=True):
        words = slide.notes_slide.notes_text_frame.text
        assert view.notes in words
        if not view.listed:
            for line in task_lines(view):
                assert line.title in words


def test_every_slide_says_day_and_source_and_its_number(map_slides, shown, plan):
    for index, (slide, view) in enumerate(zip(map_slides, shown, strict=True), start=2):
        words = "\n".join(whole(shape.text) for shape in slide.placeholders if shape.has_text_frame)
        assert f"截至 {view.selection.as_of}" in words
        assert plan.info.disclaimer.zh in words
        assert words.endswith(str(index)) or f"\n{index}" in words
        assert plan.info.attribution.zh in words


def test_nothing_leaves_its_slide_and_type_can_be_read(opened):
    for slide in opened.slides:
        for shape in slide.shapes:
            if shape.width is None:
                continue
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= opened.slide_width
            assert shape.top + shape.height <= opened.slide_height
            if shape.has_table:
                sizes = {int(run.get("sz")) for run in shape._element.iter(qn("a:rPr"))}
                assert min(sizes) >= Pt(11).pt * 100


def test_few_tasks_are_set_larger_than_many(map_slides, shown):
    sizes = {}
    for slide, view in zip(map_slides, shown, strict=True):
        tables = [shape for shape in slide.shapes if shape.has_table]
        if view.listed and tables:
            sizes[len(view.tasks)] = {int(run.get("sz")) / 100 for run in tables[0]._element.iter(qn("a:rPr"))}
    assert sizes[1] == {18}
    assert max(sizes[12]) < 18


def test_what_makes_powerpoint_repair_a_file_is_not_there(document):
    with zipfile.ZipFile(BytesIO(document)) as archive:
        names = set(archive.namelist())
        assert len(names) == len(archive.namelist())
        types = archive.read("[Content_Types].xml").decode()
        for name in names - {"[Content_Types].xml"}:
            assert f'PartName="/{name}"' in types or name.endswith((".rels", ".png"))
        reached = set()
        for name in sorted(names):
            text = archive.read(name).decode("utf-8", "replace")
            if name.endswith(".rels"):
                base = posixpath.dirname(posixpath.dirname(name))
                for target, rest in re.findall(r'Target="([^"]+)"([^>]*)', text):
                    if "External" not in rest:
                        path = (
                            target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(base, target))
                        )
                        assert path in names, (name, target)
                        reached.add(path)
                continue
            if not name.startswith("ppt/") or not name.endswith(".xml"):
                continue
            ids = re.findall(r"<p:cNvPr\b[^>]*?\sid=\"(\d+)\"", text)
            assert len(ids) == text.count("<p:cNvPr ") == len(set(ids)), name
            rels = f"{posixpath.dirname(name)}/_rels/{posixpath.basename(name)}.rels"
            asked = set(re.findall(r'r:(?:id|embed|link)="([^"]+)"', text))
            given = set(re.findall(r' Id="([^"]+)"', archive.read(rels).decode())) if rels in names else set()
            assert asked <= given, name
            assert "<a:ext/>" not in text
        assert names - reached == {"[Content_Types].xml", *(name for name in names if name.endswith(".rels"))}


def test_tables_have_as_many_cells_as_columns_and_outlines_begin_with_a_move(opened):
    for slide in opened.slides:
        for found in slide.shapes._spTree.iter(qn("a:tbl")):
            columns = len(found.findall(f"{qn('a:tblGrid')}/{qn('a:gridCol')}"))
            assert columns
            assert {len(row.findall(qn("a:tc"))) for row in found.findall(qn("a:tr"))} == {columns}
        for path in slide.shapes._spTree.iter(qn("a:path")):
            assert path[0].tag == qn("a:moveTo")
            assert int(path.get("w")) >= 0


def test_the_file_says_what_it_is_and_nobodys_name(document, plan, deck):
    found = Presentation(BytesIO(document)).core_properties
    assert found.title == deck.title.zh
    assert found.subject == plan.info.title.zh
    assert found.language == "zh-CN"
    with zipfile.ZipFile(BytesIO(document)) as archive:
        properties = archive.read("docProps/core.xml") + archive.read("docProps/app.xml")
        assert not re.search(rb"(?i)canny|python|creator|created|modified|microsoft", properties)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        theme = archive.read("ppt/theme/theme1.xml").decode()
        assert 'clrScheme name="PlanMap"' in theme
        assert theme.count('typeface="Microsoft YaHei"') == theme.count('typeface="Arial"') == 2
    assert len(document) < 5_000_000


SCRIPT = """
import datetime, hashlib
from layers.resources import default_plan_folder
from layers.plan.deck import Deck
from layers.present.deck_choice import chosen_deck
from layers.present.pptx.slides import slides
from layers.store.base import FolderStore, read_plan
plan = read_plan(FolderStore(default_plan_folder()))
deck = chosen_deck(plan)
short = Deck(deck.id, deck.title, deck.slides[:3])
print(hashlib.sha256(slides(plan, short, language="zh", today=datetime.date(2026, 11, 22))).hexdigest())
"""


@pytest.mark.slow
def test_the_same_deck_is_the_same_bytes_in_another_process(plan, deck):
    short = Deck(deck.id, deck.title, deck.slides[:3])
    here = hashlib.sha256(slides(plan, short, language="zh", today=DAY)).hexdigest()
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/Lima"}
    command = [sys.executable, "-c", SCRIPT]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert run.stdout.strip() == here


def test_hostile_names_show_as_text(plan):
    site = plan.sites["junliangcheng-north"]
    for words in HOSTILE:
        sites = {**plan.sites, site.id: replace(site, name=Text(words, words))}
        tasks = {
            key: replace(task, title=Text(words, words)) if site.id in task.sites else task
            for key, task in plan.tasks.items()
        }
        spoilt = replace(plan, sites=sites, tasks=tasks)
        made = slides(spoilt, small_deck(Scene(site=site.id), title=words), language="zh", today=DAY)
        slide = Presentation(BytesIO(made)).slides[1]
        literal = words.replace("\x07", "\\x07")
        assert slide.shapes.title.text == literal
        assert f"{site_numbers(plan)[site.id]} {literal}" in sites_of(slide)
        assert literal in "".join(cell for row in table_of(slide) for cell in row)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "\\\\host\\share", "http://a b", "https://a/\x07", ""]
)
def test_only_web_addresses_are_linked(address, plan):
    assert safe_address(address) == ""
    task = next(task for task in plan.tasks.values() if task.sites and plan.sites[task.sites[0]].placed)
    event = next(event for event in plan.events if event.basis == "evidence")
    spoilt = replace(event, task_id=task.id, source=replace(event.source, url=address))
    changed = replace(plan, events=(*(e for e in plan.events if e.basis != "evidence"), spoilt))
    made = slides(changed, small_deck(Scene(task=task.id)), language="zh", today=DAY)
    with zipfile.ZipFile(BytesIO(made)) as archive:
        rels = b"".join(archive.read(name) for name in archive.namelist() if "slides/_rels" in name)
    assert b"External" not in rels


def test_a_web_address_is_linked():
    assert safe_address(" https://a.example/b?c=1&d=%20#e ") == "https://a.example/b?c=1&d=%20#e"


def test_fewer_colours_do_no_visible_harm():
    across = np.linspace(0, 1, 240)[None, :, None]
    image = 255 - (np.array([60, 35, 20]) * across * np.ones((120, 1, 1))).astype(np.uint8)
    image[:20] = 255
    made = reduced(Image.fromarray(image.astype(np.uint8)))
    small = np.asarray(Image.open(BytesIO(made)).convert("RGB")).astype(int)
    assert np.abs(small - image).max() <= 8
    assert (small[:20] == 255).all()


@pytest.mark.slow
def test_the_command_writes_one_file(tmp_path, plan, deck):
    store = str(tmp_path / "plan.gpkg")
    # Two slides are as good as all.
    copy_plan(replace(plan, decks=(replace(deck, slides=deck.slides[:2]),)), store)
    out = tmp_path / "out"
    out.mkdir()
    asked = ["--plan", store, "--lang", "en", "--deck", deck.id]
    made = planmap("slides", "-o", str(out / "汇报.pptx"), *asked, folder=tmp_path / "data")
    assert made.returncode == 0, made.stderr
    assert [path.name for path in out.iterdir()] == ["汇报.pptx"]
    count = len(Presentation(out / "汇报.pptx").slides)
    assert f"{count} slides" in made.stdout


@pytest.mark.parametrize(
    ("target", "deck", "words"),
    [("a.ppt", "", ".pptx"), ("no/a.pptx", "", "文件夹"), ("a.pptx", "没有的", "没有演示稿"), (".", "", "类型")],
)
def test_the_command_refuses_in_one_line(tmp_path, target, deck, words):
    made = call("slides", "-o", str(tmp_path / target), "--deck", deck, folder=tmp_path / "data")
    assert words in one_line(made)
    assert list(tmp_path.glob("*.pptx")) == []


@pytest.fixture(scope="module")
def pages(document, tmp_path_factory):
    """The deck as LibreOffice shows it."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "deck.pptx").write_bytes(document)
    # The machine may have no Chinese font.
    (folder / "fonts.conf").write_text(
        f'<?xml version="1.0"?><fontconfig><dir>{FONTS}</dir><cachedir>{folder}/fonts</cachedir></fontconfig>'
    )
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
    command += ["--outdir", str(folder), str(folder / "deck.pptx")]
    environment = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    subprocess.run(command, env=environment, capture_output=True, timeout=120, check=True)
    return pypdfium2.PdfDocument(folder / "deck.pdf")


@pytest.mark.slow
def test_another_program_shows_every_slide_with_its_title(pages, opened):
    assert len(pages) == len(opened.slides)
    for page, slide in zip(pages, opened.slides, strict=True):
        text = re.sub(r"\s", "", page.get_textpage().get_text_bounded())
        assert re.sub(r"\s", "", slide.shapes.title.text) in text


@pytest.mark.slow
def test_another_program_shows_map_and_symbols(pages, map_slides):
    page = pages[1 + OVERVIEW]
    scale = 1400 / page.get_width()
    image = np.asarray(page.render(scale=scale).to_pil().convert("RGB")).astype(int)
    picture = picture_of(map_slides[OVERVIEW])
    per_pixel = 12192000 / 1400
    left, top = round(picture.left / per_pixel), round(picture.top / per_pixel)
    right, bottom = left + round(picture.width / per_pixel), top + round(picture.height / per_pixel)
    seen = image[top:bottom, left:right].reshape(-1, 3)

    def share(colour):
        wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
        return float((np.abs(seen - wanted).max(axis=1) < 12).mean())

    assert share("#0072B2") > 0.001
    assert share("#FFFFFF") > 0.1
    assert seen.std() > 10


@pytest.mark.parametrize("width", [70.0, 104.0, 190.0])
def test_no_line_of_an_english_legend_leaves_its_room(plan, width):
    text = translation("en")
    shown = views(plan, small_deck(Scene()), language="en", today=DAY)[0]
    entries = legend_entries(plan, shown, 150.0, 140.0, text)
    for points in LEGEND_POINTS:
        legend = Drawing(width, 0.0)
        height = draw_strip(legend, entries, points, text)
        lines = [item for item in legend.items if isinstance(item, TextLine)]
        # In the widest typeface that programs put in place of ours.
        assert all(line.x + width_of(line.text, line.size, bold=line.weight is Weight.BOLD) <= width for line in lines)
        assert min(line.y for line in lines) > -height
        said = " ".join(line.text for line in sorted(lines, key=lambda line: -line.y))
        assert all(entry.text.split()[-1] in said for entry in entries)


def test_no_status_in_a_table_breaks_between_its_words(plan):
    text = translation("en")
    shown = views(plan, small_deck(Scene.from_query("theme=airport-economy")), language="en", today=DAY)[0]
    for points in SIZES:
        grid = task_grid(shown, points, 130.0, lambda words, _: Run(words), text)
        for row in grid.rows[1:]:
            lines = lines_of(row[0].said, grid.widths[0] - 2 * PAD_MM, points, bold=row[0].bold)
            # Whatever program sets it, at whatever width.
            assert " " not in row[0].said.split(" (")[0]
            assert all(line.startswith(tuple(style.MARKS.values())) or line.startswith("(") for line in lines)
