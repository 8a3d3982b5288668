"""The finder: by name, pinyin, initials, kind and clause, in any order of words, and with one wrong letter."""

import json
import string
from datetime import date
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from app.find_route import suggestions_answer
from layers.plan.scene import MAXIMUM_QUERY, Scene
from layers.resources import default_plan_folder
from layers.selection.category_words import CATEGORY_WORDS
from layers.selection.find import Found, find
from layers.selection.select import select
from layers.selection.site_names import with_sites
from layers.selection.spelling import squeezed, without_bracket
from layers.selection.suggestions import likely_names, search_words, suggestions
from layers.style import CATEGORIES
from layers.translation import translation

TODAY = date(2026, 11, 22)

given_plan = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("海河", "haihe-dongli"),
        ("海何", "haihe-dongli"),
        ("jlc", "junliangcheng-north"),
        ("JLC", "junliangcheng-north"),
        ("军粮诚北站", "junliangcheng-north"),
        ("军良城", "junliangcheng-north"),
        ("junlaingcheng", "junliangcheng-north"),
        ("北站 军粮城", "junliangcheng-north"),
        ("north junliangcheng", "junliangcheng-north"),
        ("donglihu", "dongli-lake-centre"),
        ("dlh", "dongli-lake-centre"),
        ("东丽hu", "dongli-lake-centre"),
        ("东里湖", "dongli-lake-centre"),
        ("hlg", "happy-valley-tianjin"),
        ("happy valey", "happy-valley-tianjin"),
        ("空港直升机", "heliport-konggang"),
        ("metro-st-新立", "metro-st-新立"),
    ],
)
def test_a_place_is_found_by_whatever_people_type(plan, text, first):
    assert find(plan, text).places[0].id == first


def test_places_with_tasks_go_before_those_that_only_help_to_find_the_way(plan):
    for text in ("机场", "空港", "天津", "站", "jichang"):
        counts = [bool(plan.tasks_by_site.get(site.id)) for site in find(plan, text).places]
        whole = [text in (site.name.zh, without_bracket(site.name.zh)) for site in find(plan, text).places]
        assert True in counts
        assert counts[sum(whole) :] == sorted(counts[sum(whole) :], reverse=True)


@pytest.mark.parametrize(
    ("text", "category"),
    [("学校", "university"), ("school", "university"), ("schools", "university"), ("xuexiao", "university"),
     ("地铁", "metro-station"), ("metro", "metro-station"), ("地铁站", "metro-station"), ("机场", "airport")],
)  # fmt: skip
def test_a_word_for_a_category_finds_all_of_it(plan, text, category):
    findings = find(plan, text)
    assert Found.CATEGORY is findings.entries[0].found
    assert {site.id for site in plan.places if site.category == category} <= {site.id for site in findings.places}


def test_every_category_has_words_in_both_languages():
    assert set(CATEGORY_WORDS) == set(CATEGORIES)
    assert all(any(word.isascii() for word in words.split()) for words in CATEGORY_WORDS.values())


def test_a_street_of_the_ground_is_found_where_the_plan_has_none_of_that_name(plan):
    [street] = find(plan, "东丽大道").entries[:1]
    west, south, east, north = street.bounds
    assert street.found is Found.GROUND
    assert 117.2 < west < east < 117.7
    assert 38.9 < south < north < 39.3
    assert find(plan, "海河").entries[0].found is Found.PLACE


def test_tasks_are_found_by_title_clause_and_id_but_not_by_a_part_of_an_id(plan):
    assert find(plan, "粗钢").tasks == find(plan, "cugang").tasks == {"crude-steel-cut"}
    assert find(plan, "crude-steel-cut").entries[0].id == "crude-steel-cut"
    assert "crude-steel-cut" not in find(plan, "steel-cut").tasks


@pytest.mark.parametrize(
    ("text", "names"),
    [("临空", set()), ("海何", {"海河"}), ("Dongli Lak", {"Dongli Lake"}), ("tsn-airprt", {"tsn-airport"})],
)
def test_names_are_suggested_and_no_ids_for_words(plan, text, names):
    found = likely_names(plan, text)
    assert names <= set(found[:1])
    assert text == "tsn-airprt" or not {*found} & {*plan.sites} - {"军粮城"}


def test_a_site_on_the_command_line_can_be_named_in_pinyin(plan):
    assert with_sites(plan, Scene(), ["junliangchengbeizhan"]).scene.site == "junliangcheng-north"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_text_that_is_not_there_says_what_stands_for_it(plan, language):
    text = translation(language)
    words = search_words(find(plan, "军粮诚北站"), tasks=3, text=text)
    assert "军粮诚北站" in words
    assert plan.sites["junliangcheng-north"].name.get(language) in words
    assert "qqqqqqq" in search_words(find(plan, "qqqqqqq"), tasks=0, text=text)
    assert "军粮城北站" not in search_words(find(plan, "军粮城北站"), tasks=3, text=text)


def test_a_few_of_each_kind_are_suggested(plan):
    rows = suggestions(plan, find(plan, "东丽湖"), translation("zh"))
    assert len({row.found for row in rows}) == 3
    assert rows[0].id == "dongli-lake-centre"
    assert (rows[0].kind, rows[0].more) == ("地点", "湖泊 · 6 项任务")


LETTERS = st.sampled_from(string.ascii_letters + string.digits + "东丽湖河城站路学校 -（）")
TEXTS = st.text(max_size=30) | st.text(LETTERS, max_size=12) | st.text(max_size=3).map(lambda text: text * 200)


@given_plan
@given(text=TEXTS)
def test_any_text_finds_something_or_nothing_and_the_map_shows_just_that(plan, text):
    scene = Scene.from_query(urlencode({"q": text}, errors="replace"))
    findings = find(plan, scene.search)
    selection = select(plan, scene, today=TODAY)
    if not scene.search:
        return
    assert selection.found == findings.places
    by_place = {task.id for site in findings.places for task in plan.tasks_by_site.get(site.id, ())}
    assert {task.id for task in selection.tasks} == findings.tasks | by_place
    assert {part for site in findings.places for part in plan.place(site.id)} <= set(selection.sites)
    search_words(find(plan, text), tasks=0, text=translation("en"))
    likely_names(plan, text[:MAXIMUM_QUERY])


@given_plan
@given(data=st.data(), letter=LETTERS.filter(str.isalnum), how=st.sampled_from(["wrong", "missing", "more", "swapped"]))
def test_one_edit_of_a_name_still_finds_the_place(plan, data, letter, how):
    names = [(site.id, name) for site in plan.places for name in site.name if len(squeezed(without_bracket(name))) >= 4]
    site_id, name = data.draw(st.sampled_from(names))
    name = squeezed(without_bracket(name))
    at = data.draw(st.integers(0, len(name) - 1))
    edited = {
        "wrong": name[:at] + letter + name[at + 1 :],
        "missing": name[:at] + name[at + 1 :],
        "more": name[:at] + letter + name[at:],
        "swapped": name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :],
    }[how]
    findings = find(plan, edited)
    # What is spelt just like that goes before: 军粮城站 is a place of its own.
    assert findings.exact or site_id in {site.id for site in findings.places}, edited


@given_plan
@given(data=st.data())
def test_the_order_of_words_makes_no_difference(plan, data):
    site = data.draw(st.sampled_from(plan.places))
    words = site.name.en.split() if len(site.name.en.split()) > 1 else [site.name.zh[:2], site.name.zh[2:] or "站"]
    mixed = data.draw(st.permutations(words))
    one, other = (find(plan, " ".join(each)) for each in (words, mixed))
    assert {(entry.found, entry.id) for entry in one.entries} == {(entry.found, entry.id) for entry in other.entries}


def answer(query: bytes):
    return json.loads(suggestions_answer(Request({"type": "http", "query_string": query, "headers": []})).body)


def test_the_route_answers_with_rows_and_a_note(serve, tmp_path):
    serve(default_plan_folder())
    rows = answer(urlencode({"q": "jlc", "lang": "en"}).encode())["rows"]
    assert (rows[0]["found"], rows[0]["name"]) == ("place", "Junliangcheng North railway station")
    assert "junliangchebg" in answer(b"q=junliangchebg&lang=en")["note"]
    for query in (b"", b"q=", b"q=%ff%fe%00", b"q=" + b"x" * 100_000, b"lang=<script>&q=%F0%9F%9A%87"):
        assert {"rows", "note"} == set(answer(query))
    serve(tmp_path / "none")
    assert answer(b"q=jlc") == {"rows": [], "note": ""}
