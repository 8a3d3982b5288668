"""The one-file briefing as a presenter has it: opened from a disk, without network, walked by keyboard."""

import io
import re
from collections import Counter
from datetime import date
from html.parser import HTMLParser

import pypdfium2
import pytest
from playwright.sync_api import expect

from layers.plan.deck import Deck, Slide
from layers.plan.terms import Text
from layers.present.briefing import briefing
from layers.present.deck_choice import chosen_deck
from layers.resources import vendor_file
from layers.selection.statements import day_words, statements
from layers.selection.status import task_state
from layers.selection.unplaced import placing
from layers.store.base import read_plan
from layers.store.folder import FolderStore
from layers.translation import translation
from tests.browser.conftest import WINDOW, Watched, wait_until
from tests.hostile_plan import ATTACK, write_hostile_plan

TODAY = date(2026, 11, 22)
READY = ".folium-map[data-ready=yes]"
VEIL = (246, 245, 241)
SIZE = "{0[width]}x{0[height]}".format
"""The name of a window in that of a test."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def file(plan, tmp_path_factory):
    """The default deck as a file."""
    path = tmp_path_factory.mktemp("briefing") / "汇报 briefing.html"
    path.write_text(briefing(plan, chosen_deck(plan), language="zh", today=TODAY), encoding="utf-8")
    return path


class Offline(Watched):
    """A page on a machine without network, which asks for nothing but its own file."""

    def _requested(self, request):
        self.requests.append(request.url)
        if not request.url.startswith(("file:", "data:", "blob:")):
            self.problems.append(f"request: {request.url}")


# The content policy is bypassed for axe, which is put into the page from outside.
OFFLINE = {"viewport": WINDOW, "offline": True, "bypass_csp": True}


@pytest.fixture(params=[WINDOW], ids=SIZE)
def offline(lend, request):
    """A page that wants no motion."""
    return lend(Offline, **{**OFFLINE, "viewport": request.param})


@pytest.fixture
def flying(lend):
    return lend(Offline, **{**OFFLINE, "reduced_motion": "no-preference"})


@pytest.fixture(scope="module")
def page_of_file(lent):
    watched = lent.take(Offline, **OFFLINE)
    yield watched
    found = watched.found()
    lent.give_back(watched, **OFFLINE)
    assert found == []


AS_OPENED = """() => !document.querySelector('.pm-card, .pm-tooltip, .card')
    && [...document.querySelectorAll('#notes, #keys, #list, .pm-again')].every((part) => !part.checkVisibility())
    && getComputedStyle(document.body, '::after').backgroundColor !== 'rgb(0, 0, 0)'
    && !document.fullscreenElement"""


@pytest.fixture
def shown(standing, file):
    """The default deck from its first view on, in a page that stands for many tests; opened anew if need be."""
    page = standing.page
    if page.url.startswith(file.as_uri()) and page.evaluate(AS_OPENED):
        page.mouse.move(0, 0)
        page.evaluate("PlanMap.briefing.go(0, false)")
    else:
        opened(standing, file)
    arrived(page, 1)
    return page


def opened(offline, path, view=""):
    page = offline.page
    page.goto(path.as_uri() + view)
    page.wait_for_selector(READY)
    return page


def at_view(page, number):
    """Go to a view without the keys."""
    page.evaluate(f"PlanMap.briefing.go({number - 1}, false)")
    arrived(page, number)
    return page


def arrived(page, number):
    """Wait until the map has come to rest at a view, which is the one that is read."""
    wait_until(page, f"document.querySelector('.folium-map').dataset.view === '{number}'")
    wait_until(page, "!document.querySelector('.pm-flying')")
    expect(page.locator(".place")).to_have_text(f"{number} / 10")


def titles(page):
    return page.eval_on_selector_all("main section.view", "all => all.map(one => one.dataset.title)")


def test_the_walk_from_first_to_last_view_by_keyboard(standing, shown, file, plan):
    page = shown
    seen = []
    for number, key in enumerate(["", *["ArrowRight", "PageDown", "Space", "ArrowDown"] * 3][:10], start=1):
        if key:
            page.keyboard.press(key)
        arrived(page, number)
        visible = page.locator("section.view:visible")
        expect(visible).to_have_count(1)
        seen.append(visible.locator("h2").inner_text())
        # Legend, source and disclaimer stand on every view, and each view has its place in the address.
        assert page.locator(".legend li").count() > 2
        expect(page.locator(".source")).to_contain_text("OpenStreetMap")
        expect(page.locator(".source")).to_contain_text(plan.info.disclaimer.zh)
        assert page.evaluate("location.hash") == f"#{number}"
    assert seen == titles(page)
    assert len(set(seen)) == 10
    page.keyboard.press("ArrowRight")
    arrived(page, 10)
    page.keyboard.press("PageUp")
    arrived(page, 9)
    page.keyboard.press("Home")
    arrived(page, 1)
    page.keyboard.press("ArrowLeft")
    arrived(page, 1)
    page.keyboard.press("End")
    arrived(page, 10)
    page.reload()
    page.wait_for_selector(READY)
    arrived(page, 10)
    assert file.as_uri() in standing.requests
    assert all(url.startswith(("file:", "data:")) for url in standing.requests)


def test_the_map_flies_from_view_to_view(flying, file):
    page = opened(flying, file)
    page.evaluate("""() => {
        window.zooms = new Set();
        const { map } = PlanMap.briefing;
        map.on("move", () => window.zooms.add(map.getZoom().toFixed(3)));
    }""")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    arrived(page, 4)
    # On the way the map has stood at places between the two views.
    assert page.evaluate("window.zooms.size") > 4
    assert page.evaluate("PlanMap.briefing.map.getBounds().contains([39.0648, 117.4219])")


def test_each_view_shows_what_it_is_about(shown):
    page = shown
    for number in range(1, 11):
        at_view(page, number)
        lit = page.evaluate(
            """() => PlanMap.briefing.stage.sites.entries.filter((entry) => entry.lit).map((entry) =>
            [entry.site.id, PlanMap.briefing.map.getBounds().contains(entry.site.bounds)])"""
        )
        assert all(inside for _, inside in lit), lit


def test_who_wants_no_motion_gets_none(shown):
    page = shown
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("!document.querySelector('.pm-flying')")
    assert page.evaluate("PlanMap.briefing.map.getBounds().contains([39.1656, 117.4867])")


def test_every_number_is_the_plans(shown, plan):
    page = shown
    states = {task_id: task_state(plan.events_by_task.get(task_id, ()), TODAY) for task_id in plan.tasks}
    # The overview: one figure for each status that occurs, and a row for each theme with a total.
    page.keyboard.press("ArrowRight")
    arrived(page, 2)
    shown = page.locator("#view-2")
    figures = {
        label.strip(): int(number)
        for label, number in shown.locator(".counts div").evaluate_all(
            """all => all.map(one => [[...one.querySelector('dt').childNodes].find(n => n.nodeType === 3).textContent,
            one.querySelector('dd').textContent])"""
        )
    }
    words = {"planned": "已列入", "seeking": "争取中", "in_progress": "推进中", "done": "已完成"}
    counted = Counter(state.status.value for state in states.values())
    assert figures == {words[status]: number for status, number in counted.items()}
    rows = shown.locator(".themes tbody tr, .themes tfoot tr").evaluate_all(
        "all => all.map(row => [...row.querySelectorAll('th, td')].filter(c => !c.ariaHidden)"
        ".map(c => c.textContent.trim()))"
    )
    wanted = [
        [
            theme.title.zh,
            str(sum(task.theme == theme.id for task in plan.tasks.values())),
            str(sum(task.theme == theme.id and states[task.id].has_evidence for task in plan.tasks.values())),
        ]
        for theme in plan.info.themes
    ]
    assert rows == [*wanted, ["合计", "78", "24"]]
    # Of those in progress some statuses rest on evidence, and not one of the gaps' does.
    backed = sum(state.backed for state in states.values() if state.status.value == "in_progress")
    assert shown.locator(".counts small").all_text_contents() == [f"{backed} 项有佐证"]
    assert page.locator("#view-10 .counts small").count() == 0
    assert page.locator("#view-10 .counts use:not([href$=-pale])").count() == 0
    # Why most are not on the map.
    where = Counter(placing(plan, task).value for task in plan.tasks.values())
    coverage = shown.locator(".coverage").text_content()
    assert sorted(map(int, re.findall(r"\d+", coverage))) == sorted(where.values())
    newest = max(state.evidence[0].date.last_day for state in states.values() if state.evidence)
    assert shown.locator(".kicker").text_content().endswith(f"截至 {TODAY} · 佐证截至 {newest}")
    # The bars are as long as the figures.
    bars = shown.locator(".bar span").evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")
    most = max(int(row[1]) for row in wanted)
    for bar, row in zip(bars, wanted, strict=True):
        assert bar / max(bars) == pytest.approx(int(row[1]) / most, abs=0.02)
    # Listed tasks: status, evidence, target.
    for number in (1, 3, 4, 5, 6, 7, 8):
        listed = page.locator(f"#view-{number} .tasks li").evaluate_all(
            """all => all.map(row => [row.querySelector('.task').textContent, row.querySelector('.how').textContent,
            row.querySelector('.target strong')?.textContent || ''])"""
        )
        assert listed
        by_title = {task.title.zh: task for task in plan.tasks.values()}
        for title, how, target in listed:
            task = by_title[title]
            state = states[task.id]
            evidence = day_words(statements(task, state, plan.info.year), translation("zh"))
            assert how.endswith(evidence)
            assert how.startswith(words[state.status.value])
            assert target == (
                f"{task.target.value:g}{'' if task.target.unit == '%' else ' '}{task.target.unit}"
                if task.target
                else ""
            )
    # Whatever else has digits in it says when, or is a figure in the words of a slide.
    gaps = page.locator("#view-10 h2").inner_text(timeout=1000) or page.locator("#view-10 h2").text_content()
    assert re.findall(r"\d+", gaps) == [str(sum(not state.evidence for state in states.values()))]
    # The list behind T has every task of the view.
    page.keyboard.press("t")
    expect(page.locator("#list li")).to_have_count(len(plan.tasks))
    assert page.locator("#list-title").inner_text().endswith(f"任务 {len(plan.tasks)}")
    page.keyboard.press("Escape")
    expect(page.locator("#list")).to_be_hidden()
    # That of a view that is about one site has its tasks alone, and a clicker leaves it.
    page.evaluate("PlanMap.briefing.go(3, false)")
    page.keyboard.press("t")
    expect(page.locator("#list li .task")).to_have_text(page.locator("#view-4 .task").all_text_contents())
    page.keyboard.press("PageDown")
    expect(page.locator("#list")).to_be_hidden()
    arrived(page, 5)
    # The legend has no status that neither a symbol on the map nor the words beside it have.
    for number in (1, 3, 8):
        at_view(page, number)
        on_map = set(
            page.eval_on_selector_all(
                ".folium-map .pm-site", "all => all.filter(e => e.style.display !== 'none').map(e => e.dataset.status)"
            )
        )
        legend = page.locator(".legend ul").first.inner_text()
        beside = page.locator(f"#view-{number}").inner_text()
        used = {word for status, word in words.items() if status in on_map or word in beside}
        assert {word for word in words.values() if word in legend} <= used


def test_a_click_on_a_site_shows_its_tasks(shown, plan):
    page = at_view(shown, 3)
    page.locator('.pm-site[data-site="dongli-lake-centre"]').first.click()
    card = page.locator(".pm-card")
    expect(card.locator("h3")).to_have_text(plan.sites["dongli-lake-centre"].name.zh)
    expect(card.locator("li")).to_have_count(len(plan.tasks_by_site["dongli-lake-centre"]))
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    # The same by keyboard alone.
    page.locator('.pm-site[data-site="dongli-lake-centre"]').first.focus()
    page.keyboard.press("Enter")
    expect(card.locator("li")).to_have_count(len(plan.tasks_by_site["dongli-lake-centre"]))
    page.keyboard.press("ArrowRight")
    expect(card).to_have_count(0)
    arrived(page, 4)


def test_a_resting_pointer_points_at_nothing(shown):
    page = at_view(shown, 4)
    place = page.locator('.pm-site[data-site="junliangcheng-north"]').bounding_box()
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(page.locator(".pm-tooltip")).to_be_visible()
    page.keyboard.press("PageUp")
    arrived(page, 3)
    page.keyboard.press("PageDown")
    arrived(page, 4)
    page.wait_for_timeout(300)
    expect(page.locator(".folium-map .leaflet-tooltip-pane")).to_be_hidden()
    page.mouse.move(place["x"] + place["width"] / 2 + 3, place["y"] + place["height"] / 2)
    expect(page.locator(".pm-tooltip")).to_be_visible()


def test_notes_overview_black_screen_and_keys(shown, plan):
    page = shown
    page.keyboard.press("n")
    expect(page.locator("#notes")).to_have_text(plan.decks[0].slides[0].notes.zh)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#notes")).to_have_text(plan.decks[0].slides[1].notes.zh)
    page.keyboard.press("n")
    expect(page.locator("#notes")).to_be_hidden()
    page.keyboard.press("o")
    cards = page.locator(".card")
    expect(cards).to_have_count(10)
    # All at once, and each is named.
    for at in (0, 9):
        box = cards.nth(at).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 900
    expect(page.locator(".pick").nth(1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("section.view:visible")).to_have_attribute("id", "view-3")
    arrived(page, 3)
    page.keyboard.press("b")
    black = "getComputedStyle(document.body, '::after').backgroundColor === 'rgb(0, 0, 0)'"
    assert page.evaluate(black)
    page.keyboard.press("b")
    assert not page.evaluate(black)
    page.keyboard.press("h")
    expect(page.locator("#keys")).to_be_visible()
    page.locator("#keys .close").click()
    expect(page.locator("#keys")).to_be_hidden()
    arrived(page, 3)


def test_buttons_do_what_keys_do(shown):
    page = shown
    page.get_by_role("button", name="下一页").click()
    arrived(page, 2)
    # The space bar presses the button that has the focus, once.
    page.keyboard.press("Space")
    arrived(page, 3)
    page.get_by_role("button", name="上一页").click()
    arrived(page, 2)
    page.keyboard.press("f")
    wait_until(page, "document.fullscreenElement === document.documentElement")
    page.keyboard.press("f")
    wait_until(page, "document.fullscreenElement === null")
    page.get_by_role("button", name="所有页").click()
    page.get_by_role("button", name="7 设计之都核心区").click()
    arrived(page, 7)


def test_a_map_that_was_moved_comes_back(shown):
    page = at_view(shown, 3)
    before = page.evaluate("PlanMap.briefing.map.getCenter()")
    page.evaluate(
        "() => { window.rests = false; PlanMap.briefing.map.once('moveend', () => { window.rests = true; }); }"
    )
    page.mouse.move(1000, 200)
    page.mouse.down()
    page.mouse.move(800, 380, steps=4)
    page.mouse.up()
    # Let go, it glides on for a while.
    wait_until(page, "window.rests")
    expect(page.locator(".pm-again")).to_be_visible()
    page.keyboard.press("r")
    arrived(page, 3)
    expect(page.locator(".pm-again")).to_be_hidden()
    after = page.evaluate("PlanMap.briefing.map.getCenter()")
    assert after == pytest.approx(before, abs=1e-4)


def test_a_frame_that_is_not_shown_yet_begins_when_it_is(offline, file, tmp_path):
    around = tmp_path / "around.html"
    around.write_text(
        f"<!doctype html><link rel=icon href=data:,>"
        f"<iframe src='{file.as_uri()}#1' style='display: none; width: 1200px; height: 700px'></iframe>",
        encoding="utf-8",
    )
    page = offline.page
    page.goto(around.as_uri())
    frame = page.frames[1]
    wait_until(frame, "Boolean(globalThis.PlanMap?.briefing)")
    frame.evaluate("() => { location.hash = '#3'; }")
    page.evaluate("() => { document.querySelector('iframe').style.display = 'block'; }")
    frame.wait_for_selector(READY)
    assert frame.evaluate("PlanMap.briefing.current") == 2
    assert frame.evaluate("Number.isFinite(PlanMap.briefing.map.getCenter().lat)")


def test_a_moved_map_stays_when_the_window_changes(shown):
    page = at_view(shown, 3)
    page.evaluate(
        "() => { window.rests = false; PlanMap.briefing.map.once('moveend', () => { window.rests = true; }); }"
    )
    page.get_by_role("button", name="放大").click()
    expect(page.locator(".pm-again")).to_be_visible()
    wait_until(page, "window.rests")
    place = "(() => { const m = PlanMap.briefing.map; return [m.getCenter().lat, m.getCenter().lng, m.getZoom()]; })()"
    before = page.evaluate(place)
    page.set_viewport_size({"width": 1200, "height": 800})
    page.wait_for_timeout(600)
    assert page.evaluate(place) == pytest.approx(before, abs=2e-3)
    # The button that was clicked does not keep the clicker's space bar.
    page.keyboard.press("Space")
    arrived(page, 4)
    # Reached by keyboard, it does what it says.
    zoom = page.evaluate("PlanMap.briefing.map.getZoom()")
    page.get_by_role("button", name="放大").focus()
    page.keyboard.press("Space")
    wait_until(page, "zoom => PlanMap.briefing.map.getZoom() > zoom", zoom)
    arrived(page, 4)
    page.keyboard.press("r")
    expect(page.locator(".pm-again")).to_be_hidden()
    page.set_viewport_size(WINDOW)


@pytest.mark.parametrize("offline", [{"width": 640, "height": 360}], indirect=True, ids=SIZE)
def test_words_that_do_not_fit_are_reached_by_keyboard(offline, file):
    page = opened(offline, file)
    bottom = """(() => {
        const section = document.querySelector('section.view:not([hidden])');
        return section.scrollHeight - section.clientHeight - section.scrollTop;
    })()"""
    assert page.evaluate(bottom) > 20
    for _ in range(12):
        if page.evaluate(bottom) < 1:
            break
        page.keyboard.press("ArrowDown")
    assert page.evaluate(bottom) < 1
    arrived(page, 1)
    page.keyboard.press("ArrowDown")
    arrived(page, 2)
    page.keyboard.press("PageDown")
    arrived(page, 3)


def test_a_long_word_stays_beside_the_map(offline, plan, tmp_path):
    slide = Slide(Text("W" * 300, ""), Text("https://example.org/" + "a" * 2000, ""))
    path = tmp_path / "long.html"
    path.write_text(briefing(plan, Deck("d", Text("长", ""), (slide,)), language="zh", today=TODAY), encoding="utf-8")
    page = opened(offline, path)
    assert page.evaluate(
        "document.getElementById('view-1').scrollWidth <= document.getElementById('view-1').clientWidth"
    )


@pytest.mark.parametrize("offline", [{"width": 1920, "height": 1080}], indirect=True, ids=SIZE)
def test_type_is_read_at_four_metres(offline, file):
    page = opened(offline, file)
    # A wall 1.5 m wide: a letter as high as a 200th of the distance is 20 mm, 25.6 of 1920 pixels.
    least = 25.6 / 0.92
    for number in range(1, 11):
        at_view(page, number)
        sizes = page.evaluate(
            """() => [...document.querySelectorAll(
            'main section.view:not([hidden]) :is(h2, .line, .task, .themes tbody th)')]
            .map(e => [e.textContent, parseFloat(getComputedStyle(e).fontSize)])"""
        )
        assert sizes
        assert not [entry for entry in sizes if entry[1] < least], number
        section = page.evaluate(
            """() => {
            const section = document.querySelector('section.view:not([hidden])');
            return [section.scrollHeight, section.clientHeight];
            }"""
        )
        assert section[0] <= section[1] + 1, number
        names = page.evaluate(
            "PlanMap.briefing.stage.labels.placed.filter(l => l.weight >= 600 && l.owner).map(l => l.size)"
        )
        assert not [size for size in names if size < 22], number


@pytest.mark.parametrize("offline", [WINDOW, {"width": 390, "height": 844}], indirect=True, ids=SIZE)
def test_nothing_stands_in_the_way_of_anybody(offline, file):
    page = opened(offline, file)
    page.evaluate(vendor_file("axe-core/axe.min.js").read_text(encoding="utf-8"))

    def check(where):
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        problems = [(rule["id"], node["html"]) for rule in found["violations"] for node in rule["nodes"]]
        if page.viewport_size["width"] < 600:
            # WCAG 2.5.8 excepts what has its size and place from what it shows, such as pins on a map.
            problems = [
                (rule, html) for rule, html in problems if rule != "target-size" or "leaflet-marker-icon" not in html
            ]
        assert problems == [], where

    # By theme, listed with targets, a long list, one task, without evidence: the kinds of view there are.
    for number in (1, 2, 5, 6, 10):
        at_view(page, number)
        check(number)
    for key in ("n", "t", "h"):
        page.keyboard.press(key)
        check(key)
        page.keyboard.press("Escape")
    page.keyboard.press("o")
    expect(page.locator(".card")).to_have_count(10)
    check("o")


def test_what_is_printed_shows_its_sites_whole(shown):
    page = shown
    page.evaluate("PlanMap.briefing.pages.build()")
    expect(page.locator(".card")).to_have_count(10)
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.page-map')].flatMap((map) => {
        const frame = map.getBoundingClientRect();
        return [...map.querySelectorAll('.pm-site.pm-lit')].filter((site) => {
          const box = site.getBoundingClientRect();
          const across = box.left >= frame.left && box.right <= frame.right;
          return box.width && !(across && box.top >= frame.top && box.bottom <= frame.bottom);
        }).map((site) => site.dataset.site);
        })"""
    )
    assert cut == []


def test_it_prints_one_view_a_page(offline, file, plan):
    # At once, before any of the pages has been seen.
    page = opened(offline, file)
    data = page.pdf(prefer_css_page_size=True)
    document = pypdfium2.PdfDocument(data)
    assert len(document) == 10
    for number, sheet in enumerate(document, start=1):
        width, height = sheet.get_size()
        assert (width / 72 * 25.4, height / 72 * 25.4) == pytest.approx((297, 210), abs=0.5)
        words = sheet.get_textpage().get_text_range().replace("\n", "").replace("\r", "")
        assert titles(page)[number - 1].replace(" ", "") in words.replace(" ", "")
        assert f"{number} / 10" in words
        assert plan.info.disclaimer.zh in words
        picture = sheet.render(scale=1).to_pil().convert("RGB")
        colours = {colour for _, colour in picture.getcolors(1_000_000)}
        # The veil around the district and the blue of what is in progress: ground and symbols are there.
        ground = picture.crop((round(picture.width * 0.4), 0, picture.width, round(picture.height * 0.8)))
        veil = sum(
            n for n, c in ground.getcolors(1_000_000) if max(abs(a - b) for a, b in zip(c, VEIL, strict=True)) < 5
        )
        assert veil > 500 or number == 4, number
        assert any(max(abs(a - b) for a, b in zip(c, (0, 114, 178), strict=True)) < 30 for c in colours), number
    assert io.BytesIO(data).getbuffer().nbytes < 12_000_000


class Resources(HTMLParser):
    def __init__(self):
        super().__init__()
        self.asked = []

    def handle_starttag(self, tag, attrs):
        self.asked += [
            (tag, name, value) for name, value in attrs if name in ("src", "href", "srcset", "data", "action")
        ]


def test_the_file_is_small_whole_and_always_the_same(file, plan):
    text = file.read_text(encoding="utf-8")
    assert len(text.encode()) < 3_000_000
    parser = Resources()
    parser.feed(text)
    assert [asked for asked in parser.asked if not asked[2].startswith(("#", "data:"))] == []
    assert "default-src 'none'" in text
    assert text == briefing(plan, chosen_deck(plan), language="zh", today=TODAY)
    assert "sourceMappingURL" not in text


def test_names_with_markup_show_as_text(offline, tmp_path):
    hostile = read_plan(FolderStore(write_hostile_plan(tmp_path / "plan")))
    path = tmp_path / "hostile.html"
    path.write_text(briefing(hostile, chosen_deck(hostile), language="zh", today=TODAY), encoding="utf-8")
    page = opened(offline, path, "#3")
    arrived(page, 3)
    expect(page.locator("#view-3 h2")).to_have_text(f"{ATTACK} 东丽湖：农商文旅体")
    expect(page.locator("#view-3 .line").first).to_contain_text(ATTACK)
    expect(page.locator("#view-3 .kicker span").first).to_have_text(ATTACK)
    expect(page.locator("#view-3 .task").first).to_have_text(ATTACK)
    expect(page.locator("#view-2 .themes tbody th").first).to_have_text(ATTACK)
    expect(page.locator(".source")).to_contain_text(ATTACK)
    page.locator('.pm-site[data-site="dongli-lake-centre"]').first.click()
    expect(page.locator(".pm-card h3")).to_have_text(f"{ATTACK} dongli-lake-centre")
    page.keyboard.press("n")
    expect(page.locator("#notes")).to_contain_text(ATTACK)
    page.keyboard.press("t")
    expect(page.locator("#list li .task").first).to_have_text(ATTACK)
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    expect(page.locator(".card h2").first).to_contain_text(ATTACK)
    assert page.evaluate("document.querySelectorAll('img:not(.pm-soft), iframe, object').length") == 0


BROKEN_WORDS = """() => {
    const broken = [];
    const view = document.querySelector("main section.view:not([hidden])");
    const walker = document.createTreeWalker(view, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (const word of node.textContent.matchAll(/[A-Za-z0-9]+/g)) {
            const range = new Range();
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) broken.push(word[0]);
        }
    }
    return broken;
}"""


@pytest.mark.parametrize("offline", [WINDOW, {"width": 390, "height": 844}], indirect=True, ids=SIZE)
def test_english_is_complete_and_no_word_is_broken(offline, plan, tmp_path):
    path = tmp_path / "briefing.html"
    path.write_text(briefing(plan, chosen_deck(plan), language="en", today=TODAY), encoding="utf-8")
    page = opened(offline, path)
    assert page.evaluate("document.documentElement.lang") == "en"
    for number in range(1, 11):
        at_view(page, number)
        assert not re.search("[\u4e00-\u9fff]", page.locator("body").inner_text())
        assert page.evaluate(BROKEN_WORDS) == []
