"""What the script of the Present page comes to: what is saved, what is refused and what is said of it."""

from dataclasses import replace
from datetime import date

import pytest

from layers.plan.deck import Slide
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.resources import default_plan_folder
from layers.store.base import copy_plan
from tests.app_page import AppPage, browse, present
from tests.desk import Desk
from tests.examples import DECK


@pytest.fixture
def desk(plan, serve, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(replace(plan, decks=(DECK,)), str(path))
    serve(path)
    return Desk(path)


def chosen(page: AppPage) -> str:
    """Return the card of the chosen slide as it stands in the list."""
    found = page.sent("slide_list")
    return f"{found['chosen'] + 1}{found['titles'][found['chosen']]}"


@pytest.mark.parametrize(
    ("name", "words", "line"),
    [
        ("title_zh", "{nobody} <b>", "“{nobody}”不是允许的值"),
        ("title_zh", "", "内容为空"),
        ("text_en", "{x}", "“{x}”不是允许的值"),
        ("scene", "site=nowhere", "计划里没有地点“nowhere”"),
        ("scene", "hello", "“hello”不是场景"),
        ("before", "2024-03", "“2024-03”不是日期"),
    ],
)
def test_what_cannot_be_saved_stays_in_its_field_and_is_said(desk, name, words, line):
    page = AppPage(present)
    good = page.value(f"slide-{name}")
    page.fill(f"slide-{name}", words)
    assert any(line in alert for alert in page.alerts)
    # Nothing else is done before that is mended, so that nothing is lost.
    page.press("new-deck")
    assert chosen(page) == "1总览"
    assert page.value(f"slide-{name}") == words
    assert desk.decks == (DECK,)
    page.fill(f"slide-{name}", good)
    assert page.alerts == []
    page.fill("slide-title_zh", "{nobody}").press("give-up")
    assert page.alerts == []
    assert page.value("slide-title_zh") == "总览"
    assert desk.decks == (DECK,)


def test_a_whole_address_is_taken_as_the_view(desk):
    page = AppPage(present)
    page.fill("slide-scene", "http://127.0.0.1:8501/?lang=en&status=done&at=39.10000,117.40000,12.00&base=osm")
    assert page.value("slide-scene") == "status=done&at=39.10000,117.40000,12.00&base=osm"
    assert desk.decks[0].slides[0].scene == Scene.from_query("status=done&at=39.1,117.4,12&base=osm")
    [link] = [body for body in page.markup if "在浏览页打开" in body]
    assert "href='/?status=done&amp;at=39.10000,117.40000,12.00&amp;base=osm'" in link
    opened = AppPage(browse, "status=done&at=39.10000,117.40000,12.00")
    assert opened.sent("status_filter")["filter"]["statuses"] == ["done"]
    assert opened.map["view"] == [39.1, 117.4, 12.0]


def test_an_earlier_day_is_saved_with_the_slide(desk):
    page = AppPage(present)
    page.fill("slide-before", " 2024-03-31 ")
    assert desk.decks[0].slides[0].before == date(2024, 3, 31)
    assert page.value("slide-before") == "2024-03-31"
    page.fill("slide-scene", "date=2024-03-31")
    assert any("对比日期 2024-03-31 不早于本页的日期 2024-03-31" in alert for alert in page.alerts)
    page.fill("slide-before", "")
    assert desk.decks[0].slides[0].before is None
    assert page.alerts == []


def test_an_online_basemap_is_not_taken_along_and_the_page_says_so(desk):
    page = AppPage(present)
    assert "网上的图片" not in page.words
    page.fill("slide-scene", "base=osm")
    assert "网上的图片不收入演示：这一页的场景用的是“OpenStreetMap（在线）”" in page.words
    # In the menu of the files, which holds those of all slides.
    assert "网上的图片不收入演示：第 1 页的场景用的是OpenStreetMap（在线）" in page.words
    page.fill("slide-scene", "")
    assert "网上的图片" not in page.words


def test_two_sessions_lose_nothing(desk):
    page = AppPage(present)
    theirs = replace(DECK, slides=(replace(DECK.slides[0], title=Text("别人的", "")), *DECK.slides[1:]))
    desk.lay(theirs)
    page.fill("slide-title_zh", "我的")
    assert "演示稿刚被别人改过" in page.alerts[0]
    assert page.value("slide-title_zh") == "我的"
    assert chosen(page) == "1别人的"
    assert desk.decks == (theirs,)
    page.press("keep-mine")
    assert chosen(page) == "1我的"
    assert desk.titles() == ["我的", "东丽湖", "领域", "缺口"]
    # And the other way: theirs stays.
    desk.lay(theirs)
    page.fill("slide-title_zh", "又是我的").press("give-up")
    assert page.value("slide-title_zh") == "别人的"
    assert desk.decks == (theirs,)


def test_what_is_typed_into_a_deck_that_somebody_deletes_is_kept(desk):
    page = AppPage(present)
    desk.lay()
    page.fill("slide-title_zh", "我的")
    assert "演示稿刚被别人改过" in page.alerts[0]
    page.press("keep-mine")
    assert chosen(page) == "1我的"
    assert desk.titles() == ["我的"]


def test_changes_are_taken_back_one_after_the_other(desk):
    page = AppPage(present)
    for name, words in (("title_zh", "一"), ("text_zh", "二"), ("notes_zh", "三"), ("title_en", "four")):
        page.fill(f"slide-{name}", words)
    assert desk.decks[0].slides[0] == Slide(
        Text("一", "four"), Text("二", "{tasks} tasks"), Text("三", "Look here"), DECK.slides[0].scene
    )
    for left in (3, 2, 1, 0):
        assert not page.at.button(key="undo").disabled
        page.press("undo")
        assert sum(page.value(f"slide-{name}") in ("一", "二", "三", "four") for name in (
            "title_zh", "text_zh", "notes_zh", "title_en")) == left  # fmt: skip
    assert desk.decks == (DECK,)
    assert page.at.button(key="undo").disabled


def test_changes_taken_back_in_quick_succession_overwrite_nothing(desk):
    page = AppPage(present)
    for words in ("一", "二", "三"):
        page.fill("slide-title_zh", words)
    # The second press still sends what stood in the fields before the first.
    page.press_at_once("undo", 2)
    assert desk.titles()[0] == "一"
    assert page.value("slide-title_zh") == "一"
    page.press("undo")
    assert desk.decks == (DECK,)


def test_what_somebody_else_has_changed_since_is_not_taken_back(desk):
    page = AppPage(present).fill("slide-title_zh", "我的")
    assert not page.at.button(key="undo").disabled
    desk.lay(*desk.decks, replace(DECK, id="deck-2"))
    assert page.run().at.button(key="undo").disabled


def test_decks_are_made_named_and_deleted(desk):
    page = AppPage(present).press("new-deck")
    assert [deck.id for deck in desk.decks] == ["deck-1", "deck-2"]
    page.fill("deck-title-zh", "周一例会")
    assert desk.decks[1].title.zh == "周一例会"
    page.press("delete-deck")
    assert any("删除“周一例会”和其中 0 页？" in alert for alert in page.alerts)
    page.press("delete-no")
    assert len(desk.decks) == 2
    page.press("delete-deck").press("delete-yes")
    assert desk.decks == (DECK,)
    page.press("delete-deck").press("delete-yes")
    assert desk.decks == ()
    assert page.headings(2) == ["还没有演示稿"]
    assert page.sent("start")["disabled"] is True
    page.press("make-first")
    assert page.sent("slide_list")["titles"][0] == "年度目标与实绩"


def test_the_slide_of_the_address_is_chosen_and_turns_the_preview(desk):
    page = AppPage(present, "deck=deck-1&slide=2")
    assert chosen(page) == "2东丽湖"
    before = page.sent("preview")
    assert before["number"] == 2
    page.fill("slide-title_zh", "湖")
    assert page.sent("preview")["source"] != before["source"]
    assert chosen(AppPage(present, "deck=nobody&slide=99")) == "4缺口"


def test_a_plan_in_a_folder_is_shown_and_not_edited(serve, plan_folder):
    serve(plan_folder)
    page = AppPage(present)
    assert "用文本编辑器改 decks.toml" in page.words
    assert page.sent("slide_list")["fixed"] is True
    assert page.field("slide-title_zh").disabled
    # Without decks there is still one to show.
    (plan_folder / "decks.toml").unlink()
    page.run()
    assert page.sent("slide_list")["titles"][0] == "年度目标与实绩"
    assert page.sent("preview")["source"].startswith("/briefing?deck=&lang=zh&")


def test_the_language_of_the_address_decides_which_words_come_first(desk):
    page = AppPage(present, "lang=en")
    assert page.sent("slide_list")["titles"] == ["Overview", "The lake", "Themes", "Gaps"]
    page.choose("language", "zh")
    assert page.sent("slide_list")["titles"] == [slide.title.zh for slide in DECK.slides]
    assert "lang=zh" in page.sent("preview")["source"]


def test_a_broken_plan_shows_what_to_mend(serve, plan_folder):
    good = (plan_folder / "tasks.csv").read_text(encoding="utf-8")
    (plan_folder / "tasks.csv").write_text(good.replace(",target,overall", ",wish,overall", 1), encoding="utf-8")
    serve(plan_folder)
    page = AppPage(present)
    assert page.headings(1) == ["计划打不开"]
    assert "tasks.csv, 2, kind" in page.words


def test_the_built_in_plan_is_shown(serve):
    serve(default_plan_folder())
    assert len(AppPage(present).sent("slide_list")["titles"]) == 10
