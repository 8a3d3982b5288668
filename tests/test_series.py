"""Series of sheets: a grid at one scale, streets and towns, and what a list names."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdfium2
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from geo.errors import PlanMapError
from layers.draw.paper import Paper
from layers.plan.scene import Scene
from layers.sheet import sheet_list
from layers.sheet.atlas import By, atlas, chapters, cut_words
from layers.sheet.series import _letters
from layers.sheet.sheet import Order, compose, largest_frame
from layers.sheet.sheet_list import Listed, ListFaultsError, read_list
from layers.translation import translation
from tests.command import call
from tests.sheet_plans import plan_with_sites

DAY = date(2026, 11, 22)
A4 = Paper.parse("A4")
STATION = (117.421897, 39.064801)
"""军粮城北站, WGS 84."""


def grid_of_sheets(plan, scale=50_000, **asked):
    order = Order(A4, scale, **asked)
    return order, chapters(plan, Scene(), By.GRID, today=DAY, order=order)


def test_the_tiles_cover_the_district_without_gap_or_overlap(plan):
    order, found = grid_of_sheets(plan)
    boxes = {chapter.name: shapely.box(*chapter.frame.extent) for chapter in found}
    district = plan.grid.project(plan.district_area)
    assert district.difference(shapely.union_all([*boxes.values()])).area < 1
    assert sum(box.area for box in boxes.values()) == pytest.approx(shapely.union_all([*boxes.values()]).area)
    assert all(box.intersects(district) for box in boxes.values())
    frame = largest_frame(plan, Scene(), order, today=DAY)
    for west, south, east, north in (chapter.frame.extent for chapter in found):
        assert (east - west) * 1000 / 50_000 == pytest.approx(frame.width)
        assert (north - south) * 1000 / 50_000 == pytest.approx(frame.height)
    # Rows from the north, columns from the west.
    assert [*boxes] == sorted(boxes)
    for name, box in boxes.items():
        for other, its in boxes.items():
            assert (name[0] < other[0]) == (box.bounds[1] > its.bounds[1] + 1)
            assert (name[0] == other[0] and name[1:] < other[1:]) == (
                name[0] == other[0] and box.bounds[0] < its.bounds[0] - 1
            )


def test_a_tile_knows_those_that_adjoin_it(plan):
    _, found = grid_of_sheets(plan)
    extents = {chapter.name: chapter.frame.extent for chapter in found}
    opposite = {"north": "south", "south": "north", "east": "west", "west": "east"}
    edges = {"west": 0, "south": 1, "east": 2, "north": 3}
    frames = {chapter.name: chapter.frame for chapter in found}
    linked = 0
    for name, frame in frames.items():
        for side, other in frame.neighbours.items():
            linked += 1
            assert frames[other].neighbours[opposite[side]] == name
            assert extents[name][edges[side]] == pytest.approx(extents[other][edges[opposite[side]]])
    # Two ways across each shared edge: counted by geometry, not by names.
    boxes = [shapely.box(*extent) for extent in extents.values()]
    # A millimetre apart or none: the same edge is worked out for each of the two.
    shared = sum(a.buffer(0.01).intersection(b).length > 10 for a in boxes for b in boxes if a is not b)
    assert linked == shared > 0


def test_a_sheet_shows_its_tile_at_the_scale_and_its_code_lies_within(plan):
    order, found = grid_of_sheets(plan)
    chapter = found[len(found) // 2]
    sheet = compose(plan, chapter.scene, replace(order, extent=chapter.frame.extent), today=DAY)
    assert sheet.scale == 50_000
    assert sheet.content.extent == pytest.approx(chapter.frame.extent)
    assert sheet.omissions == ()


def test_a_grid_needs_a_scale_that_gives_not_too_many_sheets(plan):
    for scale, code in ((None, "series-needs-scale"), (1_000, "series-too-long"), (100, "series-too-long")):
        with pytest.raises(PlanMapError) as refused:
            grid_of_sheets(plan, scale)
        assert refused.value.code == code


@given(st.integers(0, 20_000))
def test_rows_are_lettered_as_in_a_spreadsheet(row):
    value = 0
    for letter in _letters(row):
        value = value * 26 + ord(letter) - ord("A") + 1
    assert value == row + 1


@pytest.fixture(scope="module")
def small(plan):
    return plan_with_sites(plan, [STATION, (117.5, 39.15)], task=next(iter(plan.tasks)))


@pytest.fixture(scope="module")
def grid(small):
    return atlas(small, Scene(), Order(A4, 75_000), By.GRID, today=DAY)


def test_the_index_page_and_the_margins_lead_to_the_sheets(small, grid):
    found = chapters(small, Scene(), By.GRID, today=DAY, order=Order(A4, 75_000))
    reader = PdfReader(BytesIO(grid.document))
    document = pypdfium2.PdfDocument(grid.document)
    texts = [page.get_textpage().get_text_bounded() for page in document]
    first = next(n for n, text in enumerate(texts) if "图幅 A1" in text or f"图幅 {found[0].name}" in text)
    pages = {chapter.name: first + n for n, chapter in enumerate(found)}
    for name, page in pages.items():
        assert f"图幅 {name}" in texts[page]
    index = first - 1
    assert "图幅索引图" in texts[index]

    def links(page):
        targets = {}
        for annotation in reader.pages[page].get("/Annots", ()):
            link = annotation.get_object()
            box = [float(edge) for edge in link["/Rect"]]
            inside = document[page].get_textpage().get_text_bounded(box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1)
            targets[reader.get_page_number(link["/Dest"][0].get_object())] = inside
        return targets

    on_index = links(index)
    assert {*on_index} == {*pages.values()}
    for chapter in found:
        assert chapter.name in on_index[pages[chapter.name]]
        here = links(pages[chapter.name])
        assert {*here} == {pages[other] for other in chapter.frame.neighbours.values()}
        for other in chapter.frame.neighbours.values():
            assert f"接 {other}（第 {pages[other] + 1} 页）" in here[pages[other]]
    marks = {mark.title: reader.get_destination_page_number(mark) for mark in reader.outline}
    assert marks.items() >= {("图幅索引图", index), *pages.items()}


def test_the_names_of_neighbours_stand_free(small):
    order, found = Order(A4, 75_000), None
    found = chapters(small, Scene(), By.GRID, today=DAY, order=order)
    from layers.draw import typeface
    from layers.draw.drawing import TextLine
    from layers.sheet.series import draw_neighbours

    chapter = max(found, key=lambda one: len(one.frame.neighbours))
    sheet = compose(small, chapter.scene, replace(order, extent=chapter.frame.extent), today=DAY)
    before = [item for item in sheet.drawing.items if isinstance(item, TextLine)]
    pages = dict.fromkeys(chapter.frame.neighbours.values(), 7)
    links = draw_neighbours(sheet.drawing, A4, chapter.frame.neighbours, pages, translation("zh"))
    assert len(links) == len(chapter.frame.neighbours) >= 2
    for box, _ in links:
        for text in before:
            reach = typeface.width(text.text, text.size, text.weight)
            start = text.start
            if text.turn:
                covered = shapely.box(text.x - 2, text.y + start, text.x, text.y + start + reach)
            else:
                covered = shapely.box(text.x + start, text.y, text.x + start + reach, text.y + 2)
            assert not covered.intersects(shapely.box(*box)), text.text


def test_streets_say_how_well_their_place_is_known(plan):
    found = chapters(plan, Scene(), By.STREET, today=DAY, order=Order(A4))
    assert [chapter.frame.title for chapter in found] == [
        "军粮城（以地铁站代） · 位置：名义（非实际位置）",
        "金钟街道（以银行网点代） · 位置：名义（非实际位置）",
    ]
    with pytest.raises(PlanMapError, match="no-streets"):
        chapters(plan_with_sites(plan, [STATION], task=next(iter(plan.tasks))), Scene(), By.STREET, today=DAY)


def test_what_does_not_fit_is_left_out_and_named(small):
    # The two places of the one task are 14 km apart.
    with pytest.raises(PlanMapError, match="paper-too-small"):
        atlas(small, Scene(), Order(A4, 30_000), By.THEME, today=DAY)
    plan = plan_of_two_themes(small)
    made = atlas(plan, Scene(), Order(A4, 30_000), By.THEME, today=DAY)
    assert len(made.left_out) == 1
    (line,) = cut_words(made, translation("zh"))
    assert made.left_out[0] in line
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(made.document))
    assert line in text.replace("\r\n", "")


def test_a_list_shows_what_it_names_at_the_scale(small):
    lines = [Listed("point-0", None, "一处"), Listed("", STATION, "")]
    order = Order(A4, 25_000, title="抽查")
    site, position = chapters(small, Scene(), By.LIST, today=DAY, order=order, places=lines)
    assert (site.frame.title, site.scene.site, site.frame.extent) == ("抽查 · 一处", "point-0", None)
    assert position.name == "117.42190, 39.06480"
    west, south, east, north = position.frame.extent
    assert small.grid.position(*STATION) == pytest.approx(((west + east) / 2, (south + north) / 2))
    sheet = compose(small, position.scene, replace(order, extent=position.frame.extent), today=DAY)
    assert (sheet.scale, sheet.omissions) == (25_000, ())
    assert sheet.content.extent == pytest.approx(position.frame.extent)


def plan_of_two_themes(plan):
    """Return `plan` with a second task, of another theme, at one of its two places."""
    (task,) = plan.tasks.values()
    other = next(theme.id for theme in plan.info.themes if theme.id != task.theme)
    near = replace(task, id="near", theme=other, sites=("point-0",), clause="")
    events = (*plan.events, *(replace(event, id=f"near-{event.id}", task_id="near") for event in plan.events))
    return replace(plan, tasks={task.id: task, "near": near}, events=events)


# Lists


def written(folder, text):
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_names_sites_and_positions(plan, tmp_path):
    path = written(tmp_path, "\ufeff地点,经度,纬度,标题\n海河,,,\ntsn-airport,,,机场\n\n,117.5,39.1,<b>{x}</b>\n")
    assert read_list(plan, path) == [
        Listed("haihe-dongli", None, ""),
        Listed("tsn-airport", None, "机场"),
        Listed("", (117.5, 39.1), "<b>{x}</b>"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("", "", "list-empty")]),
        ("site\n", [("", "", "list-empty")]),
        ("place\nx\n", [("1", "place", "list-column")]),
        ("title\nx\n", [("1", "", "list-column")]),
        ("site,name\nx,y\n", [("1", "site", "column-name"), ("1", "name", "column-name")]),
        ("site\nnowhere-at-all\n海河,\n", [("2", "site", "no-such-site"), ("3", "", "row-length")]),
        ("lon,lat\n117.5,abc\n200,39\n117.5,\n１１７,39\n", [("2", "latitude", "field-number"),
         ("3", "longitude", "field-range"), ("4", "latitude", "field-missing"), ("5", "longitude", "field-number")]),
        ("lon,lat\n2.35,48.85\n", [("2", "longitude", "extent-off-grid")]),
        ("site,lon,lat\n海河,117,39\n,,\n", [("2", "site", "list-site-or-position")]),
        ("site,title\n海河,\x07铃\n海河," + "长" * 81 + "\n", [("2", "title", "glyph-missing"),
         ("3", "title", "field-too-long")]),
        ("site\n南开区\n", [("2", "site", "no-such-site")]),
        ('site\n"海河\n', [("2", "", "not-csv")]),
    ],
)  # fmt: skip
def test_each_line_of_a_list_that_cannot_be_used_is_named(plan, tmp_path, text, expected):
    with pytest.raises(ListFaultsError) as refused:
        read_list(plan, written(tmp_path, text))
    faults = refused.value.faults
    assert [(fault.row, fault.field, fault.code) for fault in faults] == expected
    for language in ("zh", "en"):
        for fault in faults:
            line = translation(language).explain(fault)
            assert line.startswith("list.csv")
            assert line.isprintable()


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_a_list(plan, text):
    class File:
        name = "list.csv"

        @staticmethod
        def exists():
            return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_list, "read_text", lambda path, *, limit: text)
        try:
            found = read_list(plan, File())
        except PlanMapError:
            return
    assert found


def test_the_command_takes_a_list_and_names_its_faults(tmp_path):
    folder = tmp_path / "data"
    path = written(tmp_path, "site,title\n海河,河\n不存在的地方,x\n")
    result = call("atlas", "-o", str(tmp_path / "a.pdf"), "--by", str(path), folder=folder)
    assert result.returncode == 2
    lines = result.stderr.strip().splitlines()
    assert lines[0].startswith("list.csv, 3, site: ")
    assert "1 处问题" in lines[-1]
    assert not (tmp_path / "a.pdf").exists()
    missing = call("atlas", "-o", str(tmp_path / "a.pdf"), "--by", str(tmp_path / "no.csv"), folder=folder)
    assert "no.csv" in missing.stderr
    assert missing.returncode == 2
