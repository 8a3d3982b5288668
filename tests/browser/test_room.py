"""What a presenter has beside the views, in a briefing from a disk without network, under its own content policy."""

from datetime import date

import pytest
from playwright.sync_api import expect

from layers.draw.content import site_numbers
from layers.plan.deck import Deck, Slide
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.present.briefing import briefing
from layers.present.deck_choice import chosen_deck
from layers.present.view import view
from layers.resources import vendor_file
from layers.selection.statements import statements
from layers.translation import translation
from tests.browser.conftest import PATIENCE_S, WINDOW, wait_until
from tests.browser.test_briefing import RULES, TODAY, Offline, opened

MARCH = date(2024, 3, 31)
ZH = translation("zh")
TWO_DAYS = Slide(Text("两天", "Two days"), notes=Text("先看左边。", ""), before=MARCH)
VIEWS = 4


@pytest.fixture(scope="module")
def deck(plan):
    """Targets with evidence, a view about one site, two days of the whole district, two days without any change."""
    targets, _, _, station, *_ = chosen_deck(plan).slides
    nothing = Slide(Text("没有变化", ""), scene=Scene.from_query("theme=manufacturing&date=2024-12-31"), before=MARCH)
    return Deck("room", Text("会场", "Room"), (targets, station, TWO_DAYS, nothing))


@pytest.fixture(scope="module")
def room(browser, plan, deck, tmp_path_factory):
    path = tmp_path_factory.mktemp("room") / "会场.html"
    path.write_text(briefing(plan, deck, language="zh", today=TODAY), encoding="utf-8")
    context = browser.new_context(viewport=WINDOW, offline=True, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_S * 1000)
    watched = Offline(context)
    opened(watched, path)
    yield watched
    watched.close()


@pytest.fixture
def shown(room):
    yield room.page
    room.look()


def at_view(page, number):
    page.evaluate(f"PlanMap.briefing.go({number - 1}, false)")
    expect(page.locator(".place").first).to_have_text(f"{number} / {VIEWS}")
    return page


def test_a_task_tells_where_its_status_comes_from(shown, plan, deck):
    page = at_view(shown, 1)
    told = view(plan, deck.slides[0], 1, language="zh", today=TODAY)
    task = next(task for task in told.tasks if statements(task, told.selection.states[task.id], plan.info.year).later)
    found = statements(task, told.selection.states[task.id], plan.info.year)
    dialog = page.locator("#evidence")
    row = page.locator("#view-1 .tasks li", has_text=task.title.zh)
    # Anywhere in its row.
    row.locator(".how").click()
    expect(dialog.locator("h2")).to_have_text(task.title.zh)
    first = dialog.locator(".statement").first
    for words in (str(found.rests_on.date), found.rests_on.source.publisher, found.rests_on.summary.zh):
        expect(first).to_contain_text(words)
    expect(first.locator(".tag")).to_contain_text(ZH("panel.settled-by"))
    later = dialog.locator(".statement", has_text=found.later.summary.zh)
    expect(later.locator(".tag")).to_have_text(ZH("panel.later"))
    # The address can be read, and leads where it says.
    link = later.locator(".address a")
    expect(link).to_have_text(found.later.source.url)
    assert [link.get_attribute(name) for name in ("href", "rel")] == [found.later.source.url, "noopener noreferrer"]
    expect(dialog.locator(".statement")).to_have_count(len(told.selection.states[task.id].evidence))
    axe(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # No ring stays where the mouse was; one who walks with Tab sees where he is.
    ask = row.locator(".ask")
    ask.click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(ask).to_have_css("outline-style", "none")
    # By keyboard alone, and back to where one was.
    ask.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(ask).to_be_focused()
    expect(ask).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(row.locator(".ask")).to_be_focused()
    # From the list of all tasks over that list, from a card over the card; a clicker leaves them all.
    page.keyboard.press("t")
    page.locator("#list .ask", has_text=task.title.zh).click()
    expect(dialog.locator("h2")).to_have_text(task.title.zh)
    page.keyboard.press("Escape")
    expect(page.locator("#list")).to_be_visible()
    page.locator("#list .ask").first.click()
    page.keyboard.press("PageDown")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(".place").first).to_have_text(f"2 / {VIEWS}")


def test_the_numbers_are_the_same_at_the_symbols_and_in_the_lists(shown, plan, deck):
    page = at_view(shown, 2)
    numbers = site_numbers(plan)
    at_symbols = dict(
        page.eval_on_selector_all(
            ".folium-map .pm-site[data-number]", "all => all.map(one => [one.dataset.site, Number(one.dataset.number)])"
        )
    )
    assert at_symbols["junliangcheng-north"] == numbers["junliangcheng-north"]
    assert at_symbols.items() <= numbers.items()
    told = view(plan, deck.slides[1], 2, language="zh", today=TODAY)
    for task, row in zip(told.tasks, page.locator("#view-2 .tasks li").all(), strict=True):
        wanted = [numbers[place] for place in plan.places_of(task) if place in numbers]
        assert [int(one) for one in row.locator(".number").all_text_contents()] == wanted[:4]
    page.locator('.pm-site[data-site="junliangcheng-north"]').first.click()
    page.locator(".pm-card .ask").first.click()
    expect(page.locator("#evidence .facts .number").first).to_have_text(str(numbers["junliangcheng-north"]))
    page.keyboard.press("Escape")
    expect(page.locator(".pm-card")).to_be_visible()
    page.keyboard.press("Escape")


def axe(page):
    page.evaluate(vendor_file("axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert [(rule["id"], node["html"]) for rule in found["violations"] for node in rule["nodes"]] == []


STANDING = """where => {
  const [x, y] = where;
  return document.elementsFromPoint(x, y).filter(one => one.matches('.pm-site'))
    .map(one => one.dataset.site + ' ' + one.style.backgroundImage);
}"""


def test_two_days_are_parted_by_a_divider(shown, plan):
    page = at_view(shown, 3)
    told = view(plan, TWO_DAYS, 3, language="zh", today=TODAY)
    for name, day, counts in (
        ("before", MARCH, told.before.counts),
        ("after", TODAY, told.counts),
    ):
        box = page.locator(f".pm-day-{name}")
        expect(box.locator("b")).to_have_text(str(day))
        figures = [f"{ZH(f'status.{status.value}')}{number}" for status, number in counts.by_status.items() if number]
        assert box.locator("span:not(.hidden-words)").all_text_contents() == figures
    moves = told.before.moves
    expect(page.locator("#view-3 .moves .task")).to_have_text([move.task.title.zh for move in moves])
    became = [f"{ZH(f'status.{a.status.value}')} → {ZH(f'status.{b.status.value}')}" for _, a, b in map(parts, moves)]
    expect(page.locator("#view-3 .moves .how")).to_have_text(became)
    # A site with evidence now and none then: its one symbol is another on either side of the divider.
    changed = next(
        key
        for key, state in told.selection.sites.items()
        if state and state.backed and not told.before.selection.sites[key].backed and key in site_numbers(plan)
    )
    site = page.locator(f'.leaflet-marker-pane .pm-site[data-site="{changed}"]').first
    box = site.bounding_box()
    where = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    divider = page.get_by_role("slider", name=ZH("present.divider"))
    divider.focus()
    page.keyboard.press("Home")
    [later] = [one for one in page.evaluate(STANDING, where) if one.startswith(f"{changed} ")]
    page.keyboard.press("End")
    [earlier] = [one for one in page.evaluate(STANDING, where) if one.startswith(f"{changed} ")]
    assert later != earlier
    # The arrows move it and turn no page; so do the brackets from anywhere.
    page.keyboard.press("ArrowLeft")
    expect(divider).to_have_attribute("aria-valuenow", "95")
    page.keyboard.press("[")
    expect(divider).to_have_attribute("aria-valuenow", "90")
    expect(page.locator(".place").first).to_have_text(f"3 / {VIEWS}")
    # It is dragged, and the map stays where it is.
    centre = page.evaluate("PlanMap.briefing.map.getCenter().lng")
    line, frame = divider.bounding_box(), page.locator(".folium-map").bounding_box()
    page.mouse.move(line["x"] + line["width"] / 2, 300)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] / 4, 320, steps=4)
    page.mouse.up()
    expect(divider).to_have_attribute("aria-valuenow", "25")
    assert page.evaluate("PlanMap.briefing.map.getCenter().lng") == centre
    # A card says which day it is about.
    page.evaluate("PlanMap.briefing.swipe.move(1)")
    page.mouse.click(*where)
    expect(page.locator(".pm-card")).to_contain_text(str(MARCH))
    page.keyboard.press("Escape")
    # Where tasks have moved a ring says so; the next view has none of this.
    ringed = page.eval_on_selector_all(".leaflet-marker-pane .pm-moved", "all => all.map(one => one.dataset.site)")
    assert set(ringed) == {place for place in told.before.places if place in site_numbers(plan)}
    axe(page)
    at_view(page, 1)
    expect(divider).to_be_hidden()
    expect(page.locator(".map-slot .leaflet-pm-earlier-pane .pm-site:visible, .map-slot .pm-moved")).to_have_count(0)
    assert page.evaluate("getComputedStyle(document.querySelector('.leaflet-marker-pane')).clipPath") == "none"
    # In print a map for each day.
    page.evaluate("PlanMap.briefing.pages.build()")
    expect(page.locator(".card")).to_have_count(VIEWS)
    assert page.eval_on_selector_all(".card", "all => all.map(one => one.querySelectorAll('.page-map').length)") == [
        1,
        1,
        2,
        2,
    ]
    expect(page.locator(".card").nth(2).locator(".page-day b")).to_have_text([str(MARCH), str(TODAY)])


def parts(move):
    return move.task, move.before, move.after


def test_pen_and_pointer_are_for_the_room_and_leave_nothing(shown):
    page = at_view(shown, 1)
    strokes = page.locator("#ink polyline")
    page.keyboard.press("d")
    page.mouse.move(700, 300)
    page.mouse.down()
    page.mouse.move(900, 400, steps=5)
    page.mouse.up()
    expect(strokes).to_have_count(1)
    assert len(strokes.get_attribute("points").split()) >= 6
    page.keyboard.press("x")
    expect(strokes).to_have_count(0)
    page.mouse.click(650, 350)
    expect(strokes).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(strokes).to_have_count(0)
    page.keyboard.press("Escape")
    page.mouse.click(650, 350)
    expect(strokes).to_have_count(0)
    dot = page.locator("#pointer")
    expect(dot).to_be_hidden()
    page.keyboard.down("l")
    page.mouse.move(800, 200)
    box = dot.bounding_box()
    assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx((800, 200), abs=1)
    assert box["width"] > 20
    # Over what is open too.
    page.keyboard.up("l")
    expect(dot).to_be_hidden()
    # What is pointed at is not covered by its card.
    page.locator("#map .pm-site.pm-lit").first.hover()
    card = page.locator(".pm-tooltip.leaflet-tooltip-top")
    expect(card).to_be_visible()
    page.keyboard.down("l")
    expect(card).to_be_hidden()
    page.keyboard.up("l")
    expect(card).to_be_visible()
    page.mouse.move(5, 5)
    page.keyboard.press("h")
    names = page.locator("#keys dt").all_text_contents()
    assert {"P", "D", "L", "X", "[ ]"} <= set(names)
    page.keyboard.press("Escape")


def test_the_presenters_window_goes_with_the_first(shown, deck):
    page = at_view(shown, 2)
    with page.context.expect_page() as coming:
        page.keyboard.press("p")
    own = coming.value
    problems = []
    own.on("pageerror", lambda error: problems.append(error.message))
    own.on("console", lambda line: line.type == "error" and problems.append(line.text))
    expect(own.locator("header .place")).to_have_text(f"2 / {VIEWS}")
    expect(own.locator(".words")).to_have_text(deck.slides[1].notes.zh)
    expect(own.locator(".next-view .title")).to_have_text("两天")
    expect(own.locator(".preview .page")).to_have_count(2)
    # The copies show the ground as the pages do, and not an empty canvas.
    drawn = """() => [...document.querySelectorAll('.preview canvas')].some(one => one.width
      && one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some(Boolean))"""
    wait_until(own, f"({drawn})()")
    # From either window, in both directions.
    own.keyboard.press("PageDown")
    expect(page.locator("#foot .place")).to_have_text(f"3 / {VIEWS}")
    expect(own.locator(".words")).to_have_text("先看左边。")
    page.keyboard.press("End")
    expect(own.locator("header .place")).to_have_text(f"{VIEWS} / {VIEWS}")
    expect(own.locator(".next-view .title")).to_have_text(ZH("present.end-view"))
    own.get_by_role("button", name=ZH("present.previous")).click()
    expect(page.locator("#foot .place")).to_have_text(f"3 / {VIEWS}")
    own.keyboard.press("b")
    wait_until(page, "document.body.classList.contains('black')")
    own.keyboard.press("b")
    # The timer runs from the start, stops, and is set back.
    start = own.locator("[data-wish=timer]")
    expect(start).to_have_text(ZH("present.timer-pause"))
    own.keyboard.press("s")
    expect(start).to_have_text(ZH("present.timer-start"))
    own.keyboard.press("0")
    expect(own.locator("header .timer b")).to_have_text("00:00")
    axe(own)
    assert problems == []
    page.keyboard.press("p")
    wait_until(page, "!PlanMap.briefing.presenter.open")
    assert own.is_closed()
    expect(page.locator("[data-do=presenter]")).to_have_attribute("aria-pressed", "false")
    # Where the browser lets no window open, a line says so.
    page.evaluate("window.open = () => null")
    page.keyboard.press("p")
    expect(page.locator("#notice")).to_have_text(ZH("present.presenter-blocked"))
