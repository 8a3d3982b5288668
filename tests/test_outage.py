"""What the scripts of the pages come to while their plan cannot be read, and afterwards: nothing typed is lost."""

from dataclasses import replace

import pytest

from layers.plan.deck import Slide
from layers.plan.terms import Text
from layers.store.base import copy_plan
from tests.app_page import AppPage, browse, export, present
from tests.desk import Desk
from tests.examples import DECK
from tests.outage import gone, spoiled

# Whole sessions with what goes wrong in them; the rules of the pages themselves are tested more quickly elsewhere.
pytestmark = pytest.mark.slow

TYPED = {"title_zh": "打了一半的标题", "text_zh": "一\n二", "notes_zh": "慢慢说", "notes_en": "Slowly"}


@pytest.fixture
def desk(plan, serve, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(replace(plan, decks=(DECK,)), str(path))
    serve(path)
    return Desk(path)


def with_typed(slide: Slide) -> Slide:
    return Slide(
        Text(TYPED["title_zh"], slide.title.en),
        Text(TYPED["text_zh"], slide.text.en),
        Text(TYPED["notes_zh"], TYPED["notes_en"]),
        slide.scene,
    )


def fill(page: AppPage, words: dict[str, str]) -> None:
    for name, text in words.items():
        page.fill(f"slide-{name}", text)


def holds(page: AppPage, words: dict[str, str]) -> bool:
    return {name: page.value(f"slide-{name}") for name in words} == words


@pytest.mark.parametrize("away", [gone, spoiled])
def test_what_is_typed_while_the_plan_is_away_stays_and_is_saved_when_it_is_back(desk, away):
    page = AppPage(present)
    with away(desk.path):
        fill(page, TYPED)
        page.run()
        assert holds(page, TYPED)
        assert any("还没有保存" in alert for alert in page.alerts)
        assert any("暂时读不到" in alert for alert in page.alerts)
    assert desk.decks == (DECK,)
    # Nobody presses anything: the page looks again by itself, which is a run.
    page.run()
    assert holds(page, TYPED)
    assert page.alerts == []
    assert desk.decks == (replace(DECK, slides=(with_typed(DECK.slides[0]), *DECK.slides[1:])),)
    # And what comes after that is one more change, which can be taken back, as can what was typed before.
    fill(page, {"title_zh": "danach"})
    assert desk.decks[0].slides[0].title.zh == "danach"
    page.press("undo").press("undo")
    assert desk.decks == (DECK,)


def test_a_form_that_never_read_its_plan_is_not_there(desk):
    with gone(desk.path):
        page = AppPage(present, "lang=en&deck=deck-1&slide=2")
        assert not page.at.text_input
        assert page.headings(1) == ["The plan cannot be opened"]
        assert "tries again by itself" in page.words
    page.run()
    assert page.value("slide-title_zh") == "东丽湖"
    assert page.sent("slide_list")["chosen"] == 1
    assert desk.decks == (DECK,)


def test_only_one_field_is_typed_before_and_one_after_the_plan_is_away(desk):
    page = AppPage(present)
    with gone(desk.path):
        page.fill("slide-title_zh", "{nobody}")
        page.run().run()
    page.run()
    # What cannot be saved is said, and still stands there.
    assert any("“{nobody}”不是允许的值" in alert for alert in page.alerts)
    assert page.value("slide-title_zh") == "{nobody}"
    assert page.value("slide-notes_zh") == "先看这里"
    page.fill("slide-title_zh", "会议")
    [first, *_] = desk.decks[0].slides
    assert first == replace(DECK.slides[0], title=Text("会议", DECK.slides[0].title.en))


def test_what_somebody_else_has_saved_meanwhile_is_not_overwritten_without_a_word(desk):
    page = AppPage(present)
    theirs = replace(DECK, slides=(replace(DECK.slides[0], title=Text("别人的", "")), *DECK.slides[1:]))
    with gone(desk.path):
        fill(page, TYPED)
    desk.lay(theirs)
    page.run()
    assert desk.decks == (theirs,)
    assert holds(page, TYPED)
    assert "演示稿刚被别人改过" in page.alerts[0]
    # Typing on is no answer to that.
    page.fill("slide-text_en", "more")
    assert desk.decks == (theirs,)
    page.press("keep-mine")
    assert desk.decks[0].slides[0].title.zh == TYPED["title_zh"]
    assert desk.decks[0].slides[0].text.en == "more"


def test_nothing_else_is_done_to_a_deck_while_the_plan_is_away(desk):
    page = AppPage(present, "deck=deck-1&slide=2")
    with gone(desk.path):
        page.run()
        assert page.sent("slide_list")["fixed"] is True
        assert page.at.button(key="undo").disabled
        page.choose("language", "en")
        assert any("cannot be read at the moment" in alert for alert in page.alerts)
        assert page.value("slide-title_zh") == "东丽湖"
    page.run()
    assert page.alerts == []
    assert page.sent("slide_list")["titles"][1] == "The lake"


@pytest.mark.parametrize("away", [gone, spoiled])
def test_an_open_browse_page_works_on_and_again(desk, away):
    page = AppPage(browse, "lang=en&status=seeking&q=湖").choose("list", "tray_tasks")
    before = page.map
    with away(desk.path):
        page.run()
        assert any("cannot be read at the moment" in alert for alert in page.alerts)
        assert page.map == before
        assert page.sent("add_view")["disabled"] is True
        page.fill("search", "军粮城")
        assert page.headings(3) == ["Junliangcheng North railway station"]
    page.run()
    assert page.alerts == []
    assert page.value("search") == "军粮城"
    assert page.sent("status_filter")["filter"]["statuses"] == ["seeking"]
    assert page.at.segmented_control(key="list").value == "tray_tasks"
    assert page.sent("add_view")["disabled"] is False


def test_an_open_export_page_works_on_and_again(desk):
    page = AppPage(export, "lang=en").fill("title", "Mine")
    with gone(desk.path):
        page.fill("scale", "1:200000")
        assert any("cannot be read at the moment" in alert for alert in page.alerts)
        assert "1:200000" in page.words
    page.run()
    assert page.alerts == []
    assert (page.value("title"), page.value("scale")) == ("Mine", "1:200000")


@pytest.mark.parametrize("script", [browse, export, present])
def test_a_page_opened_while_the_plan_is_away_opens_when_it_is_back(desk, script):
    with gone(desk.path):
        page = AppPage(script, "lang=en")
        assert page.headings(1) == ["The plan cannot be opened"]
        page.run()
    page.run()
    assert page.alerts == []
    assert page.headings(1) == ["Dongli District: 2024 government work report"]


def test_faults_that_come_into_an_open_page_are_listed(serve, plan_folder):
    serve(plan_folder)
    page = AppPage(browse)
    good = (plan_folder / "tasks.csv").read_text(encoding="utf-8")
    (plan_folder / "tasks.csv").write_text(good.replace(",target,overall", ",wish,overall", 1), encoding="utf-8")
    page.run()
    assert "tasks.csv, 2, kind" in page.words
    assert page.headings(1)[-1] == "东丽区2024年政府工作报告"
    (plan_folder / "tasks.csv").write_text(good, encoding="utf-8")
    assert page.run().alerts == []
