"""Views: what is said beside each map of a deck, counted here once more from the plan."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PlanMapError
from layers.plan.deck import FIGURES, Deck, Slide
from layers.plan.scene import Evidence, Scene
from layers.plan.terms import Precision, Status, Text
from layers.present.deck_choice import chosen_deck, made_deck
from layers.present.pptx.slides import slides
from layers.present.view import LISTED, by_theme, fill, task_lines, view, views
from layers.selection.extent import wanted_extent
from layers.selection.select import select
from layers.selection.status import task_state

TODAY = date(2026, 11, 22)


def of(plan, scene, *, text="", language="zh"):
    slide = Slide(Text("标题", "Title"), Text(text, text), scene=scene)
    return view(plan, slide, 1, language=language, today=TODAY)


def states(plan, day=TODAY):
    return {task_id: task_state(plan.events_by_task.get(task_id, ()), day) for task_id in plan.tasks}


def test_the_built_in_deck_has_the_ten_views_and_names_nothing_unknown(plan):
    shown = views(plan, chosen_deck(plan), language="zh", today=TODAY)
    assert [one.number for one in shown] == list(range(1, 11))
    assert all(one.title and one.lines and one.notes for one in shown)
    assert not [one.title for one in shown if "{" in one.title + "".join(one.lines) + one.notes]
    english = views(plan, chosen_deck(plan), language="en", today=TODAY)
    assert all(word.isascii() or "–" in word or "’" in word for one in english for word in (one.title, *one.lines))


def test_figures_are_those_of_the_plan(plan):
    wanted = states(plan)
    shown = of(plan, Scene(), text="\n".join(f"{name}={{{name}}}" for name in FIGURES))
    found = dict(line.split("=") for line in shown.lines)
    for status in Status:
        assert int(found[status.value]) == sum(state.status is status for state in wanted.values())
    assert int(found["tasks"]) == len(plan.tasks)
    assert int(found["with_evidence"]) == sum(bool(state.evidence) for state in wanted.values())
    assert int(found["without_evidence"]) == len(plan.tasks) - int(found["with_evidence"])
    assert int(found["backed"]) == sum(state.backed for state in wanted.values())
    linked = {site for task in plan.tasks.values() for site in (*task.sites, *task.context_sites)}
    # A place counts once, however many points and extents it has.
    named = {plan.sites[site].part_of or site for site in linked}
    assert int(found["sites"]) == len(named - {plan.info.district_site})
    assert found["date"] == "2026-11-22"
    assert set(found) == set(FIGURES)


def test_a_view_on_a_day_counts_what_was_known_by_then(plan):
    day = date(2024, 12, 31)
    shown = of(plan, Scene(as_of=day, evidence=Evidence.WITH))
    assert {task.id for task in shown.tasks} == {key for key, state in states(plan, day).items() if state.evidence}
    assert 0 < len(shown.tasks) < len(of(plan, Scene(evidence=Evidence.WITH)).tasks)


def test_words_are_about_the_selected_site_or_task(plan):
    lake = of(plan, Scene(site="dongli-lake-centre"))
    assert {task.id for task in lake.tasks} == {
        task.id for task in plan.tasks.values() if "dongli-lake-centre" in task.linked_sites
    }
    assert [task.id for task in of(plan, Scene(task="jinzhong-road-network")).tasks] == ["jinzhong-road-network"]
    assert len(of(plan, Scene(site=plan.info.district_site)).tasks) == len(plan.tasks)


def test_words_are_about_all_selected_sites(plan):
    both = of(plan, Scene(site="junliangcheng-north,dongli-lake-centre"))
    linked = {task.id for site in both.scene.sites for task in plan.tasks_by_site[site]}
    assert [task.id for task in both.tasks] == [task_id for task_id in plan.tasks if task_id in linked]
    assert plan.wholes(both.selection.lit) == both.scene.sites
    whole = of(plan, Scene(site=f"junliangcheng-north,{plan.info.district_site}"))
    assert len(whole.tasks) == len(plan.tasks)


def test_few_tasks_are_listed_and_many_are_counted_by_theme(plan):
    few = of(plan, Scene(sections=frozenset({"1-4"})))
    assert few.listed
    assert len(few.tasks) == LISTED == 12
    whole = of(plan, Scene())
    assert not whole.listed
    rows = by_theme(plan, whole)
    assert [theme.id for theme, _ in rows] == [theme.id for theme in plan.info.themes]
    for theme, counts in rows:
        assert counts.tasks == sum(task.theme == theme.id for task in plan.tasks.values())
        assert sum(counts.by_status.values()) == counts.tasks


def test_a_row_says_how_its_task_stands(plan):
    rows = {row.task.id: row for row in task_lines(of(plan, Scene(sections=frozenset({"headline"}))))}
    growth = rows["gdp-growth"]
    assert (growth.target, growth.status, growth.backed) == ("4.5%", Status.IN_PROGRESS, True)
    # The newest about the plan's own year; a statement about 2025 came later.
    assert (growth.evidence, growth.result, growth.months) == ("2024-08-28", "4.7%", "2024-01–06")
    # That of the statement whose day stands there, which has none; it is never that of another one.
    assert growth.link == ""
    assert rows["district-committee-goals"].evidence == "尚无佐证"
    assert not rows["district-committee-goals"].link


def test_units_have_words_in_both_languages(plan):
    scene = Scene(sections=frozenset({"2-1"}), search="规上工业产值")
    assert [row.target for row in task_lines(of(plan, scene))] == ["> 1000 亿元"]
    assert [row.target for row in task_lines(of(plan, scene, language="en"))] == ["> 1000 × 100 million yuan"]
    projects = Scene(task="airport-industry-projects-10")
    assert [row.target for row in task_lines(of(plan, projects, language="en"))] == ["10"]


def test_the_map_of_a_view_shows_its_sites(plan):
    for one in views(plan, chosen_deck(plan), language="zh", today=TODAY):
        west, south, east, north = one.bounds
        for site_id in one.selection.lit:
            left, low, right, high = plan.sites[site_id].geometry.bounds
            assert west <= left <= right <= east, (one.title, site_id)
            assert south <= low <= high <= north, (one.title, site_id)


def test_what_has_no_position_is_shown_over_the_whole_district(plan):
    whole = wanted_extent(plan, Scene(), select(plan, Scene(), today=TODAY))
    shown = of(plan, Scene(site="hightech-zone"))
    assert shown.bounds == pytest.approx(plan.grid.bbox(whole))
    assert [task.id for task in shown.tasks] == ["hightech-zone-expansion"]


@pytest.mark.parametrize("at", ["39.1,117.3,8", "39.1,117.3,7", "41.2,120.4,10", "0,0,22", "37.4,113.6,11"])
def test_a_view_that_no_sheet_can_show_does_not_spoil_the_deck(plan, at):
    shown = of(plan, Scene.from_query(f"at={at}"))
    west, south, east, north = shown.extent
    # A frame twice as wide still lies where lengths on the grid are true to 0.1 %.
    middle, side = (west + east) / 2, max(east - west, north - south)
    assert all(
        abs(plan.grid.stretch(x, y) - 1) <= 0.001 for x in (middle - side, middle + side) for y in (south, north)
    )
    assert 0 < side <= 150_000 + 1
    left, low, right, high = shown.bounds
    assert left < 117.4 < right
    assert low < 39.1 < high


def test_a_plan_without_positions_has_views_all_the_same(plan):
    sites = {key: replace(site, geometry=None, precision=Precision.UNPLACED) for key, site in plan.sites.items()}
    bare = replace(plan, sites=sites)
    # Nothing tells where it is, and its district's name may be that of others: it is somewhere in China.
    shown = of(bare, Scene())
    left, low, right, high = shown.bounds
    assert 73 < left < right < 136
    assert 18 < low < high < 54
    assert bare.grid.is_true(shown.extent)
    assert slides(bare, chosen_deck(bare), language="zh", today=TODAY)
    assert len(of(bare, Scene()).tasks) == len(plan.tasks)


@given(st.text(), st.text(alphabet="{}abcdefgtsk_ \n"))
def test_only_names_of_figures_are_filled(value, words):
    figures = {"tasks": value}
    assert fill("{tasks}", figures) == value
    assert fill(words.replace("tasks", ""), figures) == words.replace("tasks", "")
    # What is put in is not read again.
    assert fill("a{tasks}b", {"tasks": "{tasks}"}) == "a{tasks}b"


def test_a_plan_without_decks_gets_one(plan):
    bare = replace(plan, decks=())
    deck = chosen_deck(bare)
    assert deck == made_deck(bare)
    shown = views(bare, deck, language="en", today=TODAY)
    assert len(shown) == 3 + len(plan.info.themes)
    assert shown[0].title == "Targets and results"
    assert shown[0].listed
    assert any(line.result for line in task_lines(shown[0]))
    assert shown[1].title == "Overview: 78 tasks"
    assert shown[-1].title == "Gaps: 54 tasks without evidence"


def test_a_deck_is_found_by_id_and_by_title(plan):
    deck = plan.decks[0]
    assert chosen_deck(plan, "district-briefing") is deck
    assert chosen_deck(plan, deck.title.zh) is deck
    assert chosen_deck(plan, f" {deck.title.en} ") is deck
    with pytest.raises(PlanMapError) as unknown:
        chosen_deck(plan, "district-briefings")
    assert unknown.value.code == "no-such-deck"
    assert "district-briefing" in unknown.value.details["near"]
    other = replace(deck, id="other", title=Text(deck.id, deck.title.zh))
    two = replace(plan, decks=(other, deck))
    assert chosen_deck(two, deck.id) is deck
    assert chosen_deck(two, deck.title.zh) is other
    empty = replace(plan, decks=(Deck("empty", Text("空", ""), ()),))
    with pytest.raises(PlanMapError) as nothing:
        chosen_deck(empty, "empty")
    assert nothing.value.code == "deck-empty"
    assert chosen_deck(empty).id == "overview"
