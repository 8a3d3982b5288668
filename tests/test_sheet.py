"""A sheet: true scale, nothing on anything else, and what it says is what is on it."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pyproj import Geod

from geo.errors import PlanMapError
from geo.measure import distance_m
from layers import style
from layers.draw import figure
from layers.draw.content import content, site_numbers
from layers.draw.drawing import Box, Drawing, TextLine
from layers.draw.graticule import degrees_text, true_north_degrees
from layers.draw.legend import entries
from layers.draw.paper import SIZES, Paper
from layers.plan.scene import Scene, ViewState
from layers.plan.scene_text import scene_of
from layers.plan.terms import Precision, Status
from layers.region import region
from layers.selection.select import select
from layers.selection.shared_track import shared_tracks
from layers.selection.statements import day_words, statements
from layers.sheet.render import render
from layers.sheet.sheet import Order, compose
from layers.translation import translation
from tests.sheet_plans import plan_with_sites

DAY = date(2026, 11, 22)
QUIET_LINES = ("rail-jinqin", "rail-jingjin-ext", "metro-4-1319", "metro-9-1870", "road-jintang-lu")
STATION = (117.421, 39.0654)


def sheet_of(plan, query="", paper="A3", orientation="", scale=None):
    return compose(plan, Scene.from_query(query), Order(Paper.parse(paper, orientation), scale), today=DAY)


@pytest.fixture(scope="module")
def whole(plan):
    return sheet_of(plan)


def pixels_of(picture, colour, box, drawing, dpi):
    """Return x and y in millimetres of the pixels of about one colour inside a box of the drawing."""
    wanted = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)], dtype=np.int16)
    close = (np.abs(picture.astype(np.int16) - wanted) < 12).all(axis=2)
    rows, columns = np.nonzero(close)
    x, y = (columns + 0.5) / dpi * 25.4, drawing.height - (rows + 0.5) / dpi * 25.4
    inside = (x > box.left) & (x < box.right) & (y > box.bottom) & (y < box.top)
    return x[inside], y[inside]


def test_names_of_the_ground_keep_off_the_districts_boundary(plan, whole):
    boundary = region(plan).focus.geometry.boundary
    west, south = whole.content.extent[:2]
    left, bottom = whole.drawing.frame[:2]
    on_paper = shapely.transform(boundary, lambda at: (at - (west, south)) * 1000 / whole.scale + (left, bottom))
    rivers = tuple(f"name {site.id}" for site in plan.sites.values() if site.category == "river")
    quiet = [
        (name, box)
        for name, box in whole.site_symbols.boxes
        if name.startswith(("label way", "name way", "area", "spot", *(f"label {key}" for key in QUIET_LINES)))
        and not name.startswith(rivers)
    ]
    assert len(quiet) > 40
    assert [name for name, box in quiet if on_paper.intersects(shapely.box(*box))] == []


def test_two_railways_on_one_track_share_one_name(plan, whole):
    [track] = shared_tracks(plan)
    assert {track.first, track.second} == {"rail-jinqin", "rail-jingjin-ext"}
    # Both were surveyed as lines of their own, a few dozen metres apart.
    assert track.geometry.length > 20_000

    def words(sheet):
        return [item.text for item in sheet.drawing.items if isinstance(item, TextLine)]

    assert "津秦高铁 / 京津城际延长线" in words(whole)
    # Close up they are two lines, and each has its own name.
    near = words(sheet_of(plan, "site=junliangcheng-north", scale=10_000))
    assert {"津秦高铁", "京津城际延长线"} <= set(near)
    assert "津秦高铁 / 京津城际延长线" not in near


@pytest.mark.parametrize("bearing", [0, 37, 90, 144])
def test_two_points_5_km_apart_lie_100_mm_apart_at_50000(plan, bearing):
    longitude, latitude, _ = Geod(ellps="WGS84").fwd(*STATION, bearing, 5000)
    task = next(task_id for task_id, task in plan.tasks.items() if "junliangcheng-north" in task.sites)
    two = plan_with_sites(plan, [STATION, (longitude, latitude)], task=task)
    middle = ViewState((STATION[1] + latitude) / 2, (STATION[0] + longitude) / 2, 15)
    order = Order(Paper.parse("A3"), 50_000)
    sheet = compose(two, replace(Scene(), view=middle), order, today=DAY)
    picture = np.asarray(Image.open(BytesIO(render(sheet, "png", dpi=254))))
    x, y = pixels_of(picture, style.STATUS[Status.IN_PROGRESS].colour, sheet.drawing.frame, sheet.drawing, 254)
    assert len(x) > 200
    # Two symbols: the pixels on either side of the middle between them.
    along = x * np.sin(np.radians(bearing)) + y * np.cos(np.radians(bearing))
    far = along > (along.min() + along.max()) / 2
    apart = np.hypot(x[far].mean() - x[~far].mean(), y[far].mean() - y[~far].mean())
    assert apart == pytest.approx(100, abs=0.1)


def test_the_frame_is_as_long_on_the_ground_as_the_scale_says(plan, whole):
    west, _, east, _ = whole.drawing.extent
    frame = whole.drawing.frame
    assert (east - west) * 1000 / frame.width == pytest.approx(whole.scale)
    box = plan.grid.bbox(whole.drawing.extent)
    middle = (box[1] + box[3]) / 2
    across = distance_m(shapely.Point(box[0], middle), shapely.Point(box[2], middle))
    # The bbox in degrees is a little wider than the frame, for the grid leans.
    assert across == pytest.approx(east - west, rel=0.01)


def test_a_figure_that_is_not_true_is_refused(whole):
    for share, refused in ((1.0005, False), (1.002, True), (0.998, True)):
        made = figure.figure_of(whole.drawing)
        if refused:
            with pytest.raises(PlanMapError, match="scale-untrue") as caught:
                figure.check_scale(made, whole.drawing, whole.scale * share)
            assert caught.value.details["measured"] == f"1:{whole.scale}"
        else:
            figure.check_scale(made, whole.drawing, whole.scale * share)
    with pytest.raises(PlanMapError, match="scale-untrue"):
        figure.png(whole.drawing, dpi=50, scale=whole.scale * 1.01, properties=whole.properties)


def test_a_paper_that_is_too_small_says_what_fits(plan):
    with pytest.raises(PlanMapError, match="paper-too-small") as caught:
        sheet_of(plan, paper="A4", scale=50_000)
    fits = int(caught.value.details["fits"].partition(":")[2])
    assert sheet_of(plan, paper="A4", scale=fits).scale == fits == sheet_of(plan, paper="A4").scale


def overlapping(boxes):
    """Return the names of the boxes of different things that overlap, in pairs; a sheet has some hundred boxes."""
    left, bottom, right, top = np.array([box for _, box in boxes]).T
    across = (left[:, None] < right) & (left < right[:, None])
    pairs = np.argwhere(np.triu(across & (bottom[:, None] < top) & (bottom < top[:, None]), 1))
    return [(boxes[one][0], boxes[other][0]) for one, other in pairs if boxes[one][0] != boxes[other][0]]


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("paper", SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_symbols_and_names_keep_off_each_other(plan, paper, orientation, language):
    sheet = sheet_of(plan, f"lang={language}", paper, orientation)
    assert smallest(sheet.pages) >= 6
    boxes = sheet.site_symbols.boxes
    assert sheet.site_symbols.unnamed == sheet.site_symbols.unnumbered == sheet.site_symbols.unmarked == 0
    assert overlapping(boxes) == []
    assert all(sheet.drawing.frame.holds(box) for _, box in boxes)
    labelled = {name.removeprefix("label ") for name, _ in boxes if name.startswith("label")}
    assert {shown.site.id for shown in sheet.content.numbered} <= labelled


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(points=st.lists(st.tuples(st.floats(117.3, 117.45), st.floats(39.02, 39.16)), min_size=1, max_size=70))
def test_a_crowd_of_sites_is_drawn_or_counted(plan, points):
    crowd = plan_with_sites(plan, points, task=next(iter(plan.tasks)))
    sheet = compose(crowd, Scene(), Order(Paper.parse("A4")), today=DAY)
    # A name along a line takes a chain of boxes, which overlap.
    boxes = sheet.site_symbols.boxes
    assert overlapping(boxes) == []
    symbols = sum(name.startswith("symbol") for name, _ in sheet.site_symbols.boxes)
    assert symbols + sheet.site_symbols.unmarked == len(points)
    numbers = {text for text in sheet.drawing.texts() if text.isdigit()}
    assert {
        str(n) for n in range(1, len(points) + 1)
    } <= numbers or sheet.site_symbols.unmarked + sheet.site_symbols.unnumbered


# One of the sixteen is quick enough for every change.
@pytest.mark.parametrize("orientation", ["landscape", pytest.param("portrait", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "paper", [*(pytest.param(name, marks=pytest.mark.slow) for name in ("A3", "16:9", "180x240mm")), "A4"]
)
@pytest.mark.parametrize("language", [pytest.param("zh", marks=pytest.mark.slow), "en"])
def test_nothing_is_written_over_anything_else_outside_the_map(plan, paper, orientation, language):
    drawing = sheet_of(plan, f"lang={language}&theme=integration", paper, orientation).drawing
    labels = [item for item in drawing.items if not hasattr(item, "path")]
    frame = drawing.frame.grown(0.5)
    # What lies wholly in the frame by its rough box does so by its exact one, which need not be found then.
    outside = [
        (label, rough)
        for label in labels
        if not frame.holds(rough := roughly(label))
        and (not frame.overlaps(rough) or not frame.overlaps(exactly(label)))
    ]
    assert len(outside) > 30
    page = Box(0, 0, drawing.width, drawing.height).grown(-5)
    for label, rough in outside:
        assert page.holds(rough) or page.holds(exactly(label)), label.text
    for (one, a), (other, b) in combinations(outside, 2):
        assert not a.overlaps(b) or not exactly(one).overlaps(exactly(other)), (one.text, other.text)


def smallest(pages):
    """Return the smallest type size on pages, in points."""
    return min(item.size for page in pages for item in page.items if not hasattr(item, "path"))


def roughly(label):
    """Return a box around a label that is perhaps too large: its letters lie within the points of their curves."""
    outline = label.outline()
    points = outline.vertices[outline.codes != outline.CLOSEPOLY]
    return Box(*points.min(axis=0), *points.max(axis=0))


def exactly(label):
    """Return the box around a label, which takes a hundred times as long to find."""
    extents = label.outline().get_extents()
    return Box(extents.x0, extents.y0, extents.x1, extents.y1)


def test_what_stands_on_a_sheet(plan, whole):
    text = "\n".join(whole.drawing.texts())
    for words in (
        "东丽区2024年政府工作报告",
        "截至 2026-11-22",
        "1:125 000",
        "示意图，不作为划界依据",
        "军粮城北站",
        "图例",
        "点位与任务",
        "图幅位置",
        "EPSG:4548",
        "ODbL",
        "117°20′E",
        "39°05′N",
        f"内容校验 {whole.digest}",
        "大致位置 ±1000 m",
        "尚无佐证",
    ):
        assert words in text, words


def test_the_legend_lists_what_is_on_the_sheet_and_counts_it(plan, whole):
    words = translation("zh")
    found = entries(plan, Scene(), whole.content, words, site_symbols=whole.site_symbols)
    by_text = {(entry.group, entry.text): entry.count for entry in found}
    frame = shapely.box(*whole.drawing.extent)
    for category in {site.category for site in plan.sites.values()}:
        inside = [shown for shown in whole.content.sites if shown.site.category == category]
        assert all(shown.geometry.intersects(frame) for shown in inside)
        ground = [shown for shown in inside if shown.layer.ground or not shown.simple]
        rough = [
            shown
            for shown in ground
            if shown.site.precision is Precision.NOMINAL and "Polygon" in shown.geometry.geom_type
        ]
        rest = [shown for shown in ground if shown not in rough]
        courses = bool(rest) and all(shown.site.precision is Precision.NOMINAL for shown in rest)
        for drawn, ending in (
            (rough, words("legend.nominal-area")),
            (rest, words("legend.nominal-line") if courses else ""),
        ):
            # Two sides of one place count once.
            places = {plan.whole(shown.site.id) for shown in drawn}
            listed = by_text.get(("legend.lines", words(f"category.{category}") + ending))
            assert listed == (len(places) or None), category
        symbols = [shown for shown in inside if shown.number is not None or shown.site.id in whole.site_symbols.drawn]
        assert by_text.get(("legend.category", words(f"category.{category}"))) == (len(symbols) or None), category
    statuses = sum(entry.count for entry in found if entry.group == "legend.site-status")
    assert statuses == len(whole.content.numbered) == len(site_numbers(plan))
    # Seen close, what lies elsewhere is not in the legend.
    near = sheet_of(plan, "site=tsn-airport")
    texts = {entry.text for entry in entries(plan, Scene(), near.content, words, site_symbols=near.site_symbols)}
    assert words("category.airport") in texts
    assert words("category.lake") not in texts
    assert len(texts) < len(found)


def test_a_hidden_layer_is_not_on_the_sheet(plan):
    scene = Scene.from_query("hide=metro-lines,metro-stations")
    shown = content(plan, scene, select(plan, scene, today=DAY), sheet_of(plan).drawing.extent, 125_000)
    assert not {site.site.category for site in shown.sites} & {"metro-line", "metro-station"}


def test_numbers_are_the_same_on_every_sheet(plan, whole):
    near = sheet_of(plan, "site=junliangcheng-north")
    everywhere = {shown.site.id: shown.number for shown in whole.content.numbered}
    here = {shown.site.id: shown.number for shown in near.content.numbered}
    assert here
    assert here.items() <= everywhere.items()


def test_the_table_counts_the_tasks_of_the_scene(plan):
    sheet = sheet_of(plan, "site=junliangcheng-north")
    text = "".join(sheet.drawing.texts())
    for task in plan.tasks_by_site["junliangcheng-north"]:
        # Named in the clause, or only by what stands around it.
        named = "junliangcheng-north" in task.sites
        assert task.title.zh + ("" if named else "（按上下文关联）") in text


def test_the_sheet_of_a_theme_names_every_task_of_it(plan):
    for theme in plan.info.themes:
        sheet = sheet_of(plan, f"theme={theme.id}")
        tasks = {task.id for task in plan.tasks.values() if task.theme == theme.id}
        assert sheet.listed == tasks
        text = "".join(sheet.drawing.texts())
        assert all(plan.tasks[task_id].title.zh in text for task_id in tasks)


def test_the_note_adds_up(plan):
    for query in ("", "site=tsn-airport", "theme=manufacturing", "site=junliangcheng-north&status=planned"):
        note = next(text for text in joined_lines(sheet_of(plan, query)) if text.startswith("任务共"))
        total, *parts = map(int, re.findall(r"\d+", note.partition("。")[0]))
        assert total == sum(parts), note


def joined_lines(sheet):
    """Return the texts of a sheet, wrapped notes put together again."""
    texts = sheet.drawing.texts()
    return [texts[n] + texts[n + 1] + texts[n + 2] for n in range(len(texts) - 2)]


def test_evidence_that_does_not_settle_the_status_is_told_from_evidence_that_does(plan, whole):
    states = select(plan, Scene(), today=DAY).states
    unsettled = [task for task in plan.tasks.values() if states[task.id].has_evidence and not states[task.id].backed]
    here = [task for task in unsettled if task.id in whole.listed]
    assert here
    for task in here:
        state = states[task.id]
        words = translation("zh")(f"status.{state.status.value}")
        texts = whole.drawing.texts()
        at = texts.index(task.title.zh) if task.title.zh in texts else texts.index(f"{task.title.zh}（按上下文关联）")
        day = day_words(statements(task, state, plan.info.year), translation("zh"))
        assert [text for text in texts[at + 1 : at + 4] if "实绩" not in text][:2] == [f"{words}（据报告）", day]


def test_the_ground_stays_when_tasks_are_filtered(plan, whole):
    filtered = sheet_of(plan, "theme=overall")
    ground = {shown.site.id for shown in whole.content.sites if shown.layer.ground}
    assert {shown.site.id for shown in filtered.content.sites if shown.layer.ground} == ground
    assert filtered.content.numbered == []


def test_what_is_filtered_out_is_not_in_the_table(plan):
    sheet = sheet_of(plan, "theme=airport-economy&site=tsn-airport")
    titles = {task.title.zh for task in plan.tasks.values() if task.theme != "airport-economy"}
    assert not titles & set(sheet.drawing.texts())


def test_the_qr_code_gives_the_scene_back(plan):
    sheet = sheet_of(plan, "theme=airport-economy&site=tsn-airport&lang=en")
    code = code_on(sheet)
    assert code.startswith(f"planmap:{plan.info.id}?")
    assert scene_of(code) == replace(Scene.from_query("theme=airport-economy&site=tsn-airport&lang=en"), as_of=DAY)
    assert "Offline: scene, no link" in sheet.drawing.texts()


def code_on(sheet):
    import zxingcpp

    picture = Image.open(BytesIO(render(sheet, "png", dpi=150)))
    (code,) = zxingcpp.read_barcodes(np.asarray(picture))
    return code.text


def test_the_qr_code_is_an_address_where_there_is_one(plan):
    scene = Scene.from_query("site=tsn-airport&q=航站楼")
    sheet = compose(plan, scene, Order(address="https://map.example.cn/dongli"), today=DAY)
    code = code_on(sheet)
    assert code.startswith("https://map.example.cn/dongli/?")
    assert scene_of(code) == replace(scene, as_of=DAY)
    assert "网址：扫码打开本图场景" in sheet.drawing.texts()
    assert "离线信息：可还原本图场景" not in sheet.drawing.texts()


def test_the_hash_changes_with_whatever_changes_the_sheet(plan, whole):
    others = [
        sheet_of(plan, paper="A4"),
        sheet_of(plan, scale=150_000),
        sheet_of(plan, "lang=en"),
        sheet_of(plan, "date=2024-06-01"),
        sheet_of(plan, "hide=metro-lines"),
        compose(plan, Scene(), Order(title="另一个标题"), today=DAY),
        compose(plan, Scene(), Order(close=True), today=DAY),
        compose(plan, Scene(), Order(address="https://map.example.cn"), today=DAY),
    ]
    digests = {sheet.digest for sheet in others} | {whole.digest}
    assert len(digests) == len(others) + 1
    assert sheet_of(plan).digest == whole.digest


def test_an_old_day_is_told_as_it_stood_then(plan):
    early = sheet_of(plan, "date=2024-02-01")
    assert "截至 2024-02-01" in early.drawing.texts()
    assert not any("2025-" in text or "2026-" in text for text in early.drawing.texts())


def test_true_north_leans_left_east_of_the_meridian(plan):
    # γ = Δλ sin φ, here 0.5° · sin 39° = 0.315°, the first term of the series.
    assert true_north_degrees(plan.grid, (540_000, 4_317_000, 546_000, 4_323_000)) == pytest.approx(-0.315, abs=0.01)
    assert true_north_degrees(plan.grid, (499_000, 4_317_000, 501_000, 4_323_000)) == pytest.approx(0, abs=1e-4)
    assert true_north_degrees(plan.grid, (450_000, 4_317_000, 451_000, 4_323_000)) > 0.3


@pytest.mark.parametrize(
    ("degrees", "east", "seconds", "text"),
    [
        (117.5, True, False, "117°30′E"),
        (39 + 5 / 60, False, False, "39°05′N"),
        (117 + 20.5 / 60, True, True, "117°20′30″E"),
    ],
)
def test_degrees(degrees, east, seconds, text):
    assert degrees_text(degrees, east=east, seconds=seconds) == text


def test_far_from_the_meridian_no_scale_is_true(plan):
    with pytest.raises(PlanMapError, match="extent-off-grid"):
        sheet_of(plan, "at=31.23,121.47,12")
    with pytest.raises(PlanMapError, match="extent-off-grid"):
        sheet_of(plan, "at=-80,-60,3")


def test_a_site_without_a_position_has_no_sheet(plan):
    with pytest.raises(PlanMapError, match="nothing-placed"):
        sheet_of(plan, "site=hightech-zone")


def test_a_name_that_cannot_be_printed_is_an_error_and_no_box(plan):
    strange = plan_with_sites(plan, [STATION], task=next(iter(plan.tasks)), names=["军粮城🚄站"])
    with pytest.raises(PlanMapError, match="glyph-missing") as caught:
        compose(strange, Scene(), Order(), today=DAY)
    assert "U+1F684" in caught.value.details["characters"]


def test_markup_in_names_is_only_text(plan):
    names = ["<b>$x^2$</b>", "</svg>&amp;", '"{}%s\\n']
    points = [(117.38 + 0.02 * n, 39.06) for n in range(3)]
    strange = plan_with_sites(plan, points, task=next(iter(plan.tasks)), names=names)
    sheet = compose(strange, Scene(), Order(), today=DAY)
    assert set(names) <= set(sheet.drawing.texts())
    svg = render(sheet, "svg").decode()
    assert "<b>" not in svg
    assert svg.count("</svg>") == 1


def test_arguments_are_not_changed(plan, whole):
    before = (len(whole.drawing.items), len(whole.drawing.ground))
    for kind in ("png", "pdf", "svg"):
        render(whole, kind, dpi=40)
    assert (len(whole.drawing.items), len(whole.drawing.ground)) == before
    assert isinstance(whole.drawing, Drawing)
