"""An atlas: cover, a sheet each, the gaps; bookmarks, links and page numbers that lead where they say."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdfium2
import pytest
from pypdf import PdfReader

from geo.errors import PlanMapError
from layers.draw.content import site_numbers
from layers.draw.paper import Paper
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.select import select
from layers.selection.statements import day_words, result_words, statements
from layers.selection.status import task_states
from layers.selection.unplaced import Placing, placing, sites_without_position
from layers.selection.wording import target_words
from layers.sheet import atlas as atlases
from layers.sheet.atlas import By, atlas, chapters, order_of
from layers.sheet.cover import IndexEntry, compose_cover
from layers.sheet.gaps import compose_gaps
from layers.sheet.layout import margin_of
from layers.sheet.listing import compose_chapter
from layers.sheet.sheet import Order
from layers.sheet.sheet_list import Listed
from layers.translation import translation
from tests.sheet_plans import plan_with_sites

DAY = date(2026, 11, 22)
A4 = Order(Paper.parse("A4"))


@pytest.fixture(scope="module")
def by_site(plan):
    steps = []
    made = atlas(plan, Scene(), A4, By.SITE, today=DAY, progress=lambda done, total: steps.append((done, total)))
    return made, steps


@pytest.fixture(scope="module")
def texts(by_site):
    document = pypdfium2.PdfDocument(by_site[0].document)
    return [page.get_textpage().get_text_bounded() for page in document]


@pytest.fixture(scope="module")
def starts(by_site):
    """The first page of each sheet, and of the parts at the end, by title; pages count from 0."""
    reader = PdfReader(BytesIO(by_site[0].document))
    return {mark.title: reader.get_destination_page_number(mark) for mark in reader.outline}


def test_there_is_a_sheet_for_every_numbered_site_between_cover_and_gaps(plan, by_site, texts, starts):
    names = [plan.sites[site_id].name.zh for site_id in site_numbers(plan)]
    assert list(starts) == ["封面与索引", *names, "不在图上的任务", "缺口"]
    assert list(starts.values()) == sorted(set(starts.values()))
    assert by_site[0].pages == len(texts) == starts["缺口"] + 1
    ends = [*list(starts.values())[1:], len(texts)]
    for (name, start), end in zip(starts.items(), ends, strict=True):
        for page in range(start, end):
            assert f"第 {page + 1} 页，共 {len(texts)} 页" in texts[page].replace("\n", "") or page == 0
            assert name in texts[page] or page == 0
        # Only the first page of a sheet has a map with its legend; further pages have its table.
        assert ["图例" in texts[page] for page in range(start, end)] == [name in names] + [False] * (end - start - 1)


def test_the_index_names_every_sheet_with_its_page(texts, starts):
    lines = texts[0].replace("\r", "").split("\n")
    for name, page in list(starts.items())[1:]:
        assert any(name in line for line in lines), name
        assert str(page + 1) in lines or any(line.endswith(str(page + 1)) for line in lines)


def test_the_index_can_be_clicked(by_site, starts):
    reader = PdfReader(BytesIO(by_site[0].document))
    targets = [
        reader.get_page_number(link.get_object()["/Dest"][0].get_object())
        for link in reader.pages[0]["/Annots"]
        if link.get_object()["/Subtype"] == "/Link"
    ]
    assert targets == list(starts.values())[1:]


def test_a_chapter_without_a_place_on_the_map_is_a_table_with_target_result_and_evidence(plan):
    for chapter in chapters(plan, Scene(), By.THEME, today=DAY):
        tasks = select(plan, chapter.scene, today=DAY).tasks
        placed = any(placing(plan, task) is Placing.PLACED for task in tasks)
        if placed and chapter.name != "文旅":
            continue
        sheet = compose_chapter(plan, chapter.scene, order_of(A4, chapter, By.THEME), today=DAY)
        assert sheet.listing is not placed
        assert sheet.listed == {task.id for task in tasks}
        if placed:
            continue
        assert not sheet.content.numbered
        assert min(item.size for page in sheet.pages for item in page.items if hasattr(item, "text")) >= 6
        texts = [text for page in sheet.pages for text in page.texts()]
        whole = "".join(texts)
        words = translation("zh")
        for task in tasks:
            said = statements(task, select(plan, chapter.scene, today=DAY).states[task.id], plan.info.year)
            expected = [task.title.zh, target_words(task, words), result_words(said, words), day_words(said, words)]
            expected += [said.shown.source.publisher] if said.shown else []
            assert all(found in whole for found in expected), expected


def test_tasks_whose_layer_is_off_are_a_table_that_says_so(plan):
    layers = ",".join(layer.id for layer in plan.catalogue.layers if not layer.ground)
    scene = Scene.from_query(f"theme=culture-tourism&hide={layers}")
    sheet = compose_chapter(plan, scene, A4, today=DAY)
    assert sheet.listing
    assert any("所在图层已关闭" in text for text in sheet.drawing.texts())


def test_a_table_longer_than_a_page_goes_on_and_loses_no_task(plan):
    pattern = next(task for task in plan.tasks.values() if placing(plan, task) is Placing.DISTRICT)
    made = {
        f"task-{n}": replace(pattern, id=f"task-{n}", title=pattern.title._replace(zh=f"任务{n}号")) for n in range(90)
    }
    long = Plan(info=plan.info, sites=plan.sites, tasks=made, events=(), catalogue=plan.catalogue)
    sheet = compose_chapter(long, Scene(), A4, today=DAY)
    assert sheet.listing
    assert len(sheet.pages) > 1
    texts = [text for page in sheet.pages for text in page.texts()]
    assert all(texts.count(task.title.zh) == 1 for task in made.values())
    for number, page in enumerate(sheet.pages, start=1):
        assert f"第 {number} 页，共 {len(sheet.pages)} 页" in page.texts()
        assert all(margin_of(A4.paper) < item.y < page.height for item in page.items if hasattr(item, "text"))


def test_the_file_says_what_it_is_and_no_time(by_site):
    reader = PdfReader(BytesIO(by_site[0].document))
    assert reader.metadata["/Title"] == "东丽区2024年政府工作报告 · 图集"
    assert reader.metadata["/Producer"] == "PlanMap"
    assert not {"/CreationDate", "/ModDate"} & set(reader.metadata)
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


@pytest.mark.parametrize("by", By)
def test_every_task_is_named_somewhere(plan, by, by_site):
    order = replace(A4, scale=200_000) if by is By.GRID else A4
    listed = [Listed("tsn-airport", None, "")] if by is By.LIST else []
    made = by_site[0] if by is By.SITE else atlas(plan, Scene(), order, by, today=DAY, places=listed)
    document = pypdfium2.PdfDocument(made.document)
    # Without the cover and the gaps, which would name the unproven ones anyhow.
    words = "".join(document[n].get_textpage().get_text_bounded() for n in range(1, len(document) - 1))
    flat = "".join(words.split())
    # A title may go over two lines, with the columns of its row between them.
    assert [task.id for task in plan.tasks.values() if "".join(task.title.zh.split())[:7] not in flat] == []


def test_the_gaps_list_every_task_without_evidence_and_every_site_without_a_position(plan, texts):
    (page,) = compose_gaps(plan, select(plan, Scene(), today=DAY), A4.paper, translation("zh"))
    listed = page.drawing.texts()
    states = task_states(plan, DAY)
    unproven = {task.title.zh for task in plan.tasks.values() if not states[task.id].has_evidence}
    proven = {task.title.zh for task in plan.tasks.values()} - unproven
    unplaced = {site.name.zh for site in sites_without_position(plan)}
    assert f"尚无佐证的任务（{len(unproven)}/{len(plan.tasks)}）" in listed
    assert f"无坐标的点名地点（{len(unplaced)}）" in listed
    assert unproven | unplaced <= set(listed)
    assert not proven & set(listed)
    assert all(words in texts[-1] for words in listed)


def test_progress_goes_from_nothing_to_the_last_page(by_site):
    _, steps = by_site
    totals = {total for _, total in steps}
    done = [step for step, _ in steps]
    assert len(totals) == 1
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] == totals.pop() - 1


def test_it_can_be_cancelled_at_any_step(plan):
    class CancelledError(Exception):
        pass

    seen = []

    def stop(done, total):
        seen.append(done)
        if len(seen) == 3:
            raise CancelledError

    with pytest.raises(CancelledError):
        atlas(plan, Scene.from_query("theme=airport-economy"), A4, By.SITE, today=DAY, progress=stop)
    assert len(seen) == 3


@pytest.mark.parametrize("by", [By.THEME, By.SECTION])
def test_themes_and_sections_show_their_own_tasks(plan, by):
    found = chapters(plan, Scene(), by, today=DAY)
    assert [chapter.name for chapter in found] == [
        heading.title.zh for heading in (plan.info.themes if by is By.THEME else plan.info.sections)
    ]
    counted = 0
    for chapter in found:
        tasks = select(plan, chapter.scene, today=DAY).tasks
        assert len({task.theme if by is By.THEME else task.section for task in tasks}) == 1
        counted += len(tasks)
    assert counted == len(plan.tasks)


def test_filters_of_the_scene_stay(plan):
    found = chapters(plan, Scene.from_query("status=seeking"), By.SITE, today=DAY)
    assert [chapter.scene.site for chapter in found] == ["dongli-lake-centre"]
    assert found[0].scene.statuses


def test_an_atlas_of_nothing_is_refused(plan):
    with pytest.raises(PlanMapError, match="atlas-empty"):
        chapters(plan, Scene.from_query("status=stopped"), By.THEME, today=DAY)


def test_an_endless_atlas_is_refused(plan):
    points = [(117.3 + n * 0.0003, 39.06) for n in range(atlases.MAXIMUM_SHEETS + 1)]
    crowd = plan_with_sites(plan, points, task=next(iter(plan.tasks)))
    with pytest.raises(PlanMapError, match="atlas-too-long"):
        chapters(crowd, Scene(), By.SITE, today=DAY)


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_a_long_index_goes_on_on_further_pages(plan, orientation):
    order = Order(Paper.parse("A4", orientation))
    entries = [IndexEntry(f"地点{n}", n, None, 1) for n in range(1, 301)]
    entries.append(IndexEntry("缺口", None, None, 0, pages=4))
    cover = compose_cover(plan, Scene(), order, entries, today=DAY)
    assert len(cover.pages) > 2
    words = [text for page in cover.pages for text in page.texts()]
    assert {entry.name for entry in entries} <= set(words)
    first = len(cover.pages)
    assert [target for _, _, target in cover.links] == list(range(first, first + 301))
    for number, box, _ in cover.links:
        assert 0 <= number < len(cover.pages)
        assert box.bottom > 5
        assert box.top < order.paper.height - 5
    # The first sheet comes after all pages of the index.
    assert str(len(cover.pages) + 1) in words


def test_the_cover_of_changes_names_both_days_and_counts(plan):
    changes = Scene(since=date(2024, 3, 31), as_of=date(2024, 12, 31))
    [page] = compose_cover(plan, changes, Order(), [], today=DAY).pages
    assert any("自 2024-03-31 至 2024-12-31 的变化 · " in said for said in page.texts())
    [page] = compose_cover(plan, replace(changes, since=None), Order(), [], today=DAY).pages
    assert any("2024-12-31" in said for said in page.texts())
    assert not any("变化" in said for said in page.texts())


def test_long_gaps_go_on_on_further_pages_and_lose_none(plan):
    tasks = {f"task-{n}": replace(next(iter(plan.tasks.values())), id=f"task-{n}") for n in range(400)}
    tasks = {key: replace(task, title=task.title._replace(zh=f"任务甲{key}")) for key, task in tasks.items()}
    long = Plan(info=plan.info, sites=plan.sites, tasks=tasks, events=(), catalogue=plan.catalogue)
    pages = compose_gaps(long, select(long, Scene(), today=DAY), Paper.parse("A4"), translation("zh"))
    assert len(pages) > 1
    words = [text for page in pages for text in page.drawing.texts()]
    assert sum(word.startswith("任务甲task-") for word in words) == 400


def test_a_plan_without_gaps_has_no_page_of_them(plan):
    proven = [task for task in plan.tasks.values() if task_states(plan, DAY)[task.id].has_evidence and task.sites]
    district = plan.info.district_site
    kept = {task.id: replace(task, sites=(district,), context_sites=()) for task in proven}
    layers = tuple(
        replace(layer, sites=tuple(s for s in layer.sites if s == district)) for layer in plan.catalogue.layers
    )
    good = Plan(
        info=plan.info,
        sites={district: plan.sites[district]},
        tasks=kept,
        events=tuple(event for event in plan.events if event.task_id in kept),
        catalogue=replace(plan.catalogue, layers=layers),
    )
    assert compose_gaps(good, select(good, Scene(), today=DAY), Paper.parse("A4"), translation("zh")) == []
