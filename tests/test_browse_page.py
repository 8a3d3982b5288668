"""What the script of the browse page comes to: session, filters, days, lists. The map is tested in tests/browser."""

from collections import Counter
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from app.browse.add_view import add_view
from app.browse.panel import site_panel
from layers.plan.deck import Deck, Slide
from layers.plan.plan import Site
from layers.plan.scene import Scene
from layers.plan.terms import Text
from layers.resources import default_plan_folder
from layers.selection.address import day_range
from layers.selection.select import select
from layers.selection.unplaced import tasks_without_place
from layers.store.base import copy_plan
from layers.translation import translation
from tests.app_page import AppPage, browse
from tests.examples import KEYS
from tests.hostile_plan import ATTACK
from tests.test_attacks import TEMPLATES


@pytest.fixture(autouse=True)
def built_in(serve):
    return serve(default_plan_folder())


def counts(page: AppPage) -> dict[str, int]:
    """Return the counts of the strip by their words."""
    strip = page.sent("status_filter")
    return {item["label"]: item["count"] for part in ("statuses", "evidence") for item in strip[part]}


def tabs(page: AppPage) -> list[str]:
    return list(page.at.segmented_control(key="list").options)


def test_the_first_page_is_that_for_browsing(built_in):
    at = AppTest.from_file("../app/entry.py", default_timeout=90).run()
    assert list(at.exception) == []
    assert next(button.key for button in at.button) == "start-dongli-lake-centre"


def test_the_plan_opens_with_its_counts():
    page = AppPage(browse)
    assert page.headings(1) == ["东丽区2024年政府工作报告"]
    assert counts(page) == {
        "已列入": 17, "争取中": 2, "推进中": 58, "已完成": 1, "滞后": 0, "已终止": 0, "有佐证": 24, "尚无佐证": 54,
    }  # fmt: skip
    assert tabs(page) == ["任务清单 78/78", "未落图任务 59", "无坐标地点 17"]


def test_the_targets_stand_first_with_the_results_of_the_plans_year():
    shown = AppPage(browse).sent("headlines")
    assert [(row["id"], row["target"], row["result"]) for row in shown["measured"]] == [
        ("gdp-growth", "4.5%", "4.7%"),
        ("budget-revenue-growth", "6%", "16.1%"),
        ("fixed-asset-investment-growth", "5%", "5.1%"),
        ("jingji-projects-160", "160 个", "89 个"),
    ]
    # A bar of a growth rate would say the wrong thing.
    assert [row["share"] for row in shown["measured"]] == [None, None, None, 89 / 160]
    assert {row["result"] for row in shown["others"]} == {""}
    # On a day before the figures were published there are none.
    early = AppPage(browse, "date=2024-05-31").sent("headlines")
    assert early["measured"] == []
    assert len(early["others"]) == len(shown["measured"]) + len(shown["others"])


def test_the_trays_hold_what_is_not_on_the_map():
    page = AppPage(browse).choose("list", "tray_tasks")
    table = page.sent("list_table")
    assert table["count"] == "全区性任务 39/39 · 对外协同任务 13/13 · 点名地点无坐标 7/7"
    # Why they are not on the map comes first, and there is no file of a part of the tasks.
    assert (table["columns"][0]["key"], table["exports"]) == ("placing", [])


def test_the_list_has_the_tasks_that_pass_and_files_of_the_same():
    page = AppPage(browse, "status=seeking&date=2024-10-01&site=tsn-airport")
    table = page.sent("list_table")
    assert table["count"] == "显示 3 项，共 78 项 · 争取中 3"
    assert [link["href"] for link in table["exports"]] == [
        f"/list/{kind}?date=2024-10-01&status=seeking&site=tsn-airport" for kind in ("xlsx", "csv", "geojson")
    ]
    # On paper the filters stand in the title, and what is selected does not.
    assert table["printed"]["title"] == "东丽区2024年政府工作报告"
    assert table["printed"]["lines"][0].endswith("争取中")
    assert table["printed"]["foot"][-1] == "示意图，不作为划界依据"


def test_an_address_of_several_sites_shows_each_of_them():
    page = AppPage(browse, "site=junliangcheng-north,cauc,nowhere")
    lit = ["junliangcheng-north", "jlcb-north-nominal", "jlcb-south-nominal", "cauc"]
    assert page.map["lit"] == lit
    assert {"军粮城北站", "中国民航大学（以地铁站代）"} <= set(page.headings(3))
    assert page.at.session_state["flight"]["count"] == 1
    page.choose("language", "en")
    assert page.map["lit"] == lit


def test_an_earlier_day_shows_the_plan_as_it_stood():
    found = counts(AppPage(browse, "date=2024-02-01"))
    assert (found["有佐证"], found["已完成"]) == (0, 0)


@pytest.mark.parametrize(
    ("asked", "day"),
    [("1999-01-01", date(2024, 1, 1)), ("9999-12-31", None), ("2024-02-30", None), ("2024-03-05", date(2024, 3, 5))],
)
def test_days_outside_the_plan_are_not_asked_for(plan, asked, day):
    page = AppPage(browse, f"date={asked}")
    last = day_range(plan, date.today())[1]
    field = page.sent("day_field")
    shown = field["choice"]["day"]
    assert shown == (day or (last if asked > "3" else date.today())).isoformat()
    assert (field["first"], field["last"]) == ("2024-01-01", last.isoformat())
    assert field["months"][:2] == ["2024-01-31", "2024-02-29"]
    assert field["months"][-1] == last.isoformat()
    assert field["months"] == sorted(set(field["months"]))


def test_next_years_plan_opens(serve, plan_folder):
    text = (plan_folder / "plan.toml").read_text(encoding="utf-8")
    (plan_folder / "plan.toml").write_text(text.replace("year = 2024", "year = 2099"), encoding="utf-8")
    serve(plan_folder)
    page = AppPage(browse)
    assert tabs(page)[0] == "任务清单 78/78"
    assert page.sent("day_field")["choice"]["day"] == "2099-01-01"


def test_each_session_starts_from_its_own_address():
    one, other = (AppPage(browse, f"site={site}") for site in ("happy-valley-tianjin", "tsn-airport"))
    assert (one.headings(3), other.headings(3)) == (["天津欢乐谷"], ["天津滨海国际机场"])
    one.run()
    assert one.headings(3) == ["天津欢乐谷"]


def test_search_goes_to_the_best_match():
    page = AppPage(browse).fill("search", "军粮城")
    assert page.headings(3) == ["军粮城北站"]
    assert page.map["query"] == "q=%E5%86%9B%E7%B2%AE%E5%9F%8E&site=junliangcheng-north"
    (south, west), (north, east) = page.map["fly"]["bounds"]
    assert south < 39.0658 < north
    assert west < 117.4212 < east
    for words in ("小东庄站，≈ 2.1 km", "天津滨海国际机场，≈ 8.5 km", "推动军粮城北站南北片区规划", "误差约 120 米"):
        assert words in page.words


@pytest.mark.parametrize("words", [ATTACK, *TEMPLATES])
def test_a_search_for_markup_is_text(words):
    page = AppPage(browse).fill("search", words)
    [line] = [body for body in page.markup if "role='status'" in body]
    assert f"没有找到“{words}”" in page.words
    assert line.count("<") == 2


def test_an_address_full_of_nonsense_opens_the_page():
    page = AppPage(browse, "&".join(f"{key}=%3Cscript%3Ealert(1)%3C/script%3E" for key in KEYS))
    assert tabs(page)[0] == "任务清单 0/78"
    assert page.value("search") == "<script>alert(1)</script>"


def test_a_filter_of_the_address_is_taken_over_and_can_be_cleared():
    page = AppPage(browse, "status=done&evidence=with&waits=overdue&theme=airport-economy&section=1-4&q=x")
    strip = page.sent("status_filter")["filter"]
    assert (strip["statuses"], strip["evidence"], strip["waits"]) == (["done"], "with", ["overdue"])
    page.press("clear")
    again = page.sent("status_filter")["filter"]
    assert (again["statuses"], again["evidence"], again["waits"]) == ([], None, [])
    assert again["turn"] > strip["turn"]
    assert page.map["turn"] == again["turn"]
    assert tabs(page)[0] == "任务清单 78/78"
    assert "clear" not in page.labels


def test_a_place_of_the_address_that_is_not_in_the_plan_is_named_until_something_is_chosen():
    page = AppPage(browse, "site=%3Cb%3Enowhere,tsn-airport")
    assert not any("找不到" in body for body in page.markup)
    page = AppPage(browse, "site=%3Cb%3Enowhere")
    [said] = [body for body in page.markup if "找不到" in body]
    assert "&lt;b&gt;nowhere" in said
    page.press("start-dongli-lake-centre")
    assert not any("找不到" in body for body in page.markup)
    page.press("clear")
    assert not any("找不到" in body for body in page.markup)


def test_places_and_tabs_speak_of_the_tasks_that_pass_the_filters(plan):
    page = AppPage(browse, "theme=airport-economy&status=in_progress")
    scene = Scene.from_query({"theme": "airport-economy", "status": "in_progress"})
    passing = {task.id for task in select(plan, scene, today=date.today()).tasks}
    buttons = [button for button in page.at.button if button.key.startswith("start-")]
    offered = {button.key.removeprefix("start-"): button.label for button in buttons}
    assert offered
    for site_id, label in offered.items():
        number = sum(task.id in passing for task in plan.tasks_by_site[site_id])
        assert number > 0
        assert label.endswith(f" · {number}")
    assert "dongli-lake-centre" not in offered
    shown = sum(task.id in passing for tasks in tasks_without_place(plan).values() for task in tasks)
    assert tabs(page)[1] == f"未落图任务 {shown}/59"


def test_the_language_is_switched_and_kept_in_the_address():
    page = AppPage(browse).choose("language", "en")
    assert counts(page)["In progress"] == 58
    assert page.headings(3) == ["Start here"]
    assert (page.map["language"], page.map["query"]) == ("en", "lang=en")


def test_a_broken_plan_is_explained_until_it_is_mended(serve, plan_folder):
    good = (plan_folder / "tasks.csv").read_text(encoding="utf-8")
    bad = good.replace(",target,overall", ",<b>wish</b>,overall", 1)
    (plan_folder / "tasks.csv").write_text(bad, encoding="utf-8")
    serve(plan_folder)
    page = AppPage(browse)
    assert page.headings(1) == ["计划打不开"]
    for words in ("tasks.csv, 2, kind", "“<b>wish</b>”不是允许的值", "可用值："):
        assert words in page.words
    (plan_folder / "tasks.csv").write_text(good, encoding="utf-8")
    assert tabs(page.run())[0] == "任务清单 78/78"


def test_a_selected_site_that_disappears_is_let_go(serve, plan_folder):
    serve(plan_folder)
    page = AppPage(browse, "site=icv-test")
    assert "智能网联" in page.headings(3)[0]
    for name, old, new in (("layers.toml", '"icv-test", ', ""), ("tasks.csv", ",icv-test,", ",,")):
        text = (plan_folder / name).read_text(encoding="utf-8")
        (plan_folder / name).write_text(text.replace(old, new), encoding="utf-8")
    lines = (plan_folder / "sites.geojson").read_text(encoding="utf-8").splitlines()
    kept = "\n".join(line for line in lines if '"id":"icv-test"' not in line)
    (plan_folder / "sites.geojson").write_text(kept, encoding="utf-8")
    page.choose("language", "en")
    assert page.headings(3) == ["Start here"]


# The button that adds the view to a deck


@pytest.fixture
def own(serve, plan, tmp_path):
    """A plan that can be written, without decks."""
    copy_plan(type(plan)(plan.info, plan.sites, plan.tasks, plan.events, plan.catalogue), str(tmp_path / "own.gpkg"))
    return serve(tmp_path / "own.gpkg")


def test_a_view_makes_the_first_deck(own):
    page = AppPage(browse, "lang=en&site=junliangcheng-north")
    assert page.sent("add_view")["disabled"] is False
    page.at.session_state["added"] = add_view(page.map["query"], "", date.today())
    [toast] = page.run().at.toast
    assert "to “New deck” as slide 1" in toast.value
    assert "(/present?deck=deck-1&slide=1&lang=en)" in toast.value
    assert own.plan()[1].decks[0].slides[0].title == Text("军粮城北站", "Junliangcheng North railway station")


def test_what_is_said_of_an_added_view_is_no_markup(own):
    own.save_decks((Deck("deck-1", Text(ATTACK, ""), (Slide(Text("x", "")),)),), known=())
    page = AppPage(browse)
    page.at.session_state["added"] = add_view("", "deck-1", date.today())
    [toast] = page.run().at.toast
    # For Markdown, where what stands behind a backslash is nothing but itself.
    assert "“\\<img src\\=x oner…”" in toast.value
    assert toast.value.count("](") == 1


def test_a_plan_in_a_folder_takes_no_view(built_in):
    assert AppPage(browse).sent("add_view")["disabled"] is True


def test_the_panel_of_a_site_speaks_of_the_tasks_that_its_symbol_does(plan):
    text = translation("zh")
    whole = select(plan, Scene(), today=date(2026, 11, 22))

    def statuses(site: Site) -> Counter:
        return Counter(whole.states[task.id].status for task in plan.tasks_by_site[site.id])

    district = plan.info.district_site
    site = next(
        one for one in plan.places if one.id in plan.tasks_by_site and one.id != district and len(statuses(one)) > 1
    )
    linked = plan.tasks_by_site[site.id]
    status, count = statuses(site).most_common(1)[0]
    filtered = select(plan, Scene(statuses=frozenset({status})), today=date(2026, 11, 22))
    panel = site_panel(plan, site, filtered, text)
    shown, hidden = panel.split('<details class="pm-hidden">')
    assert text("panel.tasks", count=count) in shown
    assert text("panel.hidden", count=len(linked) - count) in hidden
    assert filtered.sites[site.id].tasks == count
    for task in linked:
        assert (task.title.zh in shown) is (whole.states[task.id].status is status)
        assert (task.title.zh in hidden) is not (whole.states[task.id].status is status)
    assert "pm-hidden" not in site_panel(plan, site, whole, text)
