"""Decks: in every home of a plan, as text edited by hand, and changed on the Present page."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tomllib
from contextlib import closing
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import context as contexts
from app.browse.add_view import add_view
from app.context import Context
from app.present.decks import (
    empty_deck,
    for_briefing,
    moved,
    next_id,
    plain_title,
    shown_titles,
    slide_of,
    with_deck,
    with_slide,
    without_deck,
)
from app.settings import Settings
from geo.errors import PlanMapError
from layers.plan.deck import Deck, Slide
from layers.plan.digest import content_digest, deck_digest, map_digest
from layers.plan.rows import decks_row, decks_toml
from layers.plan.scene import Evidence, Scene, ViewState
from layers.plan.terms import Status, Text
from layers.selection.address import fitted
from layers.store.base import copy_plan, open_store, read_plan
from layers.store.check import check_decks
from layers.store.folder import FolderStore
from layers.translation import translation

TODAY = date(2026, 11, 22)
SLIDE = Slide(
    Text("标题 {tasks} <img src=x onerror=alert(1)>", "</script>`${ x }` \\ \"\"\" '''"),
    Text("一\n二", "one\ntwo"),
    Text("备注", "notes"),
    Scene(statuses=frozenset({Status.DONE}), view=ViewState(39.1, 117.4, 12.5), visible={"grid": True}),
)
ROW = {"title_zh": "x"}
DECK = Deck("deck-2", Text("稿", "deck"), (SLIDE, Slide(Text("二", ""), before=date(2024, 3, 31))))


@pytest.fixture(params=["geopackage", pytest.param("postgis", marks=pytest.mark.slow)])
def home(request, tmp_path):
    """Where a plan can be written: a new file, or an empty database."""
    if request.param == "geopackage":
        return str(tmp_path / "plan.gpkg")
    return request.getfixturevalue("empty_database_url")


@pytest.fixture
def used(plan, tmp_path, monkeypatch):
    """A context with a plan of its own that has no decks."""
    path = tmp_path / "plan.gpkg"
    copy_plan(replace(plan, decks=()), str(path))
    context = Context(Settings(plan=str(path)))
    monkeypatch.setattr(contexts, "_current", context)
    return context


def test_decks_come_back_as_they_were(plan, home):
    store = copy_plan(plan, home)
    assert read_plan(store).decks == plan.decks != ()
    before = store.version()
    store.save_decks((*plan.decks, DECK), known=plan.decks)
    assert store.version() != before
    assert read_plan(open_store(home)).decks == (*plan.decks, DECK)
    store.save_decks((), known=(*plan.decks, DECK))
    assert read_plan(open_store(home)).decks == ()


def test_whoever_saves_second_is_refused(plan, home):
    copy_plan(plan, home)
    one, other = open_store(home), open_store(home)
    one.save_decks((DECK,), known=plan.decks)
    with pytest.raises(PlanMapError) as caught:
        other.save_decks((), known=plan.decks)
    assert caught.value.code == "decks-changed"
    assert read_plan(other).decks == (DECK,)


def test_decks_of_a_folder_are_edited_by_hand(plan, plan_folder):
    before = (plan_folder / "decks.toml").read_bytes()
    with pytest.raises(PlanMapError) as caught:
        FolderStore(plan_folder).save_decks((), known=plan.decks)
    assert caught.value.code == "decks-by-hand"
    assert (plan_folder / "decks.toml").read_bytes() == before
    context = Context(Settings(plan=str(plan_folder)))
    assert context.decks_file() == plan_folder / "decks.toml"


def test_a_plan_without_decks_takes_its_first(used):
    assert used.decks_file() is None
    _, plan = used.plan()
    assert used.save_decks((DECK,), known=plan.decks) == (DECK,)
    # At once, however short the time since the plan was last read.
    assert used.plan()[1].decks == (DECK,)


words = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="{}"), max_size=40)
odd = st.sampled_from(['"""', "\\", "'''", "#", "[x]", "{ x }", "{tasks}"])
lines = st.lists(words | odd, max_size=4).map("\n".join)


def texts(of, least=""):
    return st.builds(lambda zh, en: Text((least + zh).strip(), en.strip()), of, of)


slides = st.builds(
    Slide,
    texts(words, "x"),
    texts(lines),
    texts(lines),
    st.builds(lambda q: Scene(search=q.strip()), words),
)


@given(st.lists(st.tuples(texts(words, "y"), st.lists(slides, max_size=3).map(tuple)), max_size=3))
def test_any_words_come_back_from_decks_toml(plan, drawn):
    decks = tuple(Deck(f"deck-{number}", title, found) for number, (title, found) in enumerate(drawn))
    assert check_decks(plan, tomllib.loads(decks_toml(decks))) == (decks, [])


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"title_zh": ""}, "title_zh", "field-empty"),
        ({"title_zh": "x" * 501}, "title_zh", "field-too-long"),
        ({"text_en": "x" * 4001}, "text_en", "field-too-long"),
        ({"notes_zh": "{nobody}"}, "notes_zh", "field-choice"),
        ({"title_en": "{tasks} {task}"}, "title_en", "field-choice"),
        ({"title_zh": "a\x07"}, "title_zh", "field-invalid"),
        ({"colour": "red"}, "colour", "field-unknown"),
        ({"scene": "site=nowhere"}, "scene", "no-such-site"),
        ({"scene": "just words"}, "scene", "scene-unknown"),
        ({"scene": "http://127.0.0.1:8501/?status=dne"}, "scene", "scene-part"),
        ({"before": "2024-02-30"}, "before", "field-day"),
        ({"before": "2024-03"}, "before", "field-day"),
        ({"before": 1711843200}, "before", "field-day"),
        ({"before": "2024-06-30", "scene": "date=2024-06-30"}, "before", "before-not-earlier"),
    ],
)
def test_a_fault_is_named_with_deck_slide_and_field(plan, change, field, code):
    raw = decks_row([empty_deck(), DECK])
    raw["decks"][0]["id"] = "deck-1"
    raw["decks"][1]["slides"][1].update(change)
    _, [fault] = check_decks(plan, raw, "decks.toml")
    assert (fault.file, fault.row, fault.field, fault.code) == ("decks.toml", "deck-2 #2", field, code)
    for language in ("zh", "en"):
        assert " → " in translation(language).explain(fault)


@pytest.mark.parametrize(
    ("raw", "row", "field", "code"),
    [
        (
            {"decks": [{"id": "a", "title_zh": "x", "slides": [{"title_zh": "x"}] * 201}]},
            "a",
            "slides",
            "list-too-long",
        ),
        ({"decks": [{"id": f"a{i}", "title_zh": "x"} for i in range(101)]}, "", "decks", "list-too-long"),
        ({"decks": [{"id": "a b", "title_zh": "x"}]}, "a b", "id", "field-identifier"),
        ({"decks": [{"title_zh": "x"}]}, "decks #1", "id", "field-missing"),
        ({"decks": ["a"]}, "decks #1", "", "field-invalid"),
        ({"decks": [{"id": "a", "title_zh": "x"}] * 2}, "decks", "id", "duplicate-id"),
    ],
)
def test_a_fault_of_a_deck_is_named_with_the_deck(plan, raw, row, field, code):
    _, [fault] = check_decks(plan, raw)
    assert (fault.row, fault.field, fault.code) == (row, field, code)


def test_nothing_is_saved_that_could_not_be_read_again(used):
    _, plan = used.plan()
    bad = [
        replace(DECK, slides=(replace(SLIDE, title=Text("", "x")),)),
        replace(DECK, slides=(replace(SLIDE, text=Text("{nobody}", "")),)),
        replace(DECK, slides=(replace(SLIDE, scene=Scene(site="nowhere")),)),
        replace(DECK, slides=(SLIDE,) * 201),
        replace(DECK, id="a/b"),
    ]
    for deck in bad:
        with pytest.raises(PlanMapError) as caught:
            used.save_decks((deck,), known=plan.decks)
        assert " → " in translation("zh").explain(caught.value)
    assert used.plan()[1].decks == ()


def test_a_deck_changes_no_map(used):
    _, plan = used.plan()
    digest, document = used.document()
    used.save_decks((DECK,), known=())
    _, changed = used.plan()
    assert content_digest(changed) == content_digest(plan)
    assert map_digest(changed) == digest == map_digest(plan)
    assert used.document()[1] is document
    other = replace(DECK, id="deck-3")
    # Only the deck that is shown counts for what is shown.
    assert deck_digest(plan, DECK) == deck_digest(changed, DECK) != deck_digest(plan, other)


def test_briefings_are_made_once_and_few_are_kept(used, monkeypatch):
    made = []

    def briefing(plan, deck, *, language, today):
        made.append((deck.id, language, today))
        return f"{deck.id} {language}"

    monkeypatch.setattr("layers.present.briefing.briefing", briefing)
    assert used.briefing(DECK, "zh", TODAY) == used.briefing(DECK, "zh", TODAY) == "deck-2 zh"
    assert len(made) == 1
    used.briefing(DECK, "en", TODAY)
    used.briefing(DECK, "zh", TODAY.replace(day=23))
    used.briefing(replace(DECK, slides=(SLIDE,)), "zh", TODAY)
    used.briefing(replace(DECK, slides=()), "zh", TODAY)
    assert len(made) == 5
    used.briefing(DECK, "zh", TODAY)
    assert len(made) == 6
    used.briefing(DECK, "zh", TODAY)
    assert len(made) == 6


# Changes as values


def test_slides_move():
    assert [moved("abcd", at, to) for at, to in ((0, 3), (3, 0), (1, 2), (2, 2))] == [
        tuple("bcda"),
        tuple("dabc"),
        tuple("acbd"),
        tuple("abcd"),
    ]


@given(st.integers(0, 5), st.integers(0, 5))
def test_a_move_can_be_taken_back(at, to):
    assert moved(moved("abcdef", at, to), to, at) == tuple("abcdef")


def test_ids_are_new_and_plain():
    decks = (DECK, replace(DECK, id="deck-3"))
    assert next_id(()) == "deck-1"
    assert next_id(decks) == "deck-4"
    assert next_id(decks[1:]) == "deck-2"


def test_decks_are_put_in_place_and_taken_out():
    other = replace(DECK, id="deck-3")
    changed = replace(DECK, slides=())
    assert with_deck((DECK, other), changed) == (changed, other)
    assert with_deck((DECK,), other) == (DECK, other)
    assert without_deck((DECK, other), "deck-2") == (other,)
    decks, longer = with_slide((DECK, other), DECK, SLIDE)
    assert decks == (longer, other)
    assert longer.slides == (*DECK.slides, SLIDE)


# The view of the browse page as a slide


@pytest.mark.parametrize(
    ("query", "zh", "en"),
    [
        ("", "东丽区2024年政府工作报告", "Dongli District: 2024 government work report"),
        ("at=39.1,117.4,12.00", "地图视野", "Map view"),
        ("site=junliangcheng-north&at=39.1,117.4,12.00", "军粮城北站", "Junliangcheng North railway station"),
        ("status=done", "已完成", "Done"),
        ("status=done&evidence=without", "已完成、尚无佐证", "Done, No evidence yet"),
        ("lang=en&base=amap&q=%7Btasks%7D%0A", "“｛tasks｝”", "“｛tasks｝”"),
    ],
)
def test_a_view_becomes_a_slide_named_after_what_it_shows(plan, query, zh, en):
    slide = slide_of(plan, query, TODAY)
    assert (slide.title.zh, slide.title.en) == (zh, en)
    assert slide.scene.language == "zh"
    asked = Scene.from_query(query)
    assert (slide.scene.view, slide.scene.basemap) == (asked.view, asked.basemap)
    decks, faults = check_decks(plan, decks_row([Deck("a", Text("x", ""), (slide,))]))
    assert faults == []
    assert decks[0].slides == (slide,)


def test_what_is_not_in_the_plan_is_left_out(plan):
    asked = Scene.from_query(
        "site=x&task=x&theme=x&section=x,1-4&show=x,grid&opacity=x:50&date=1999-01-01&evidence=with"
    )
    assert fitted(plan, asked, TODAY) == Scene(
        sections=frozenset({"1-4"}), visible={"grid": True}, as_of=date(2024, 1, 1), evidence=Evidence.WITH
    )


@given(st.text(max_size=300))
def test_any_address_becomes_a_slide_that_can_be_saved(plan, text):
    for query in (text, f"q={text}", f"site={text}&q={text}"):
        slide = slide_of(plan, query, TODAY)
        _, faults = check_decks(plan, decks_row([Deck("a", Text("x", ""), (slide,))]))
        assert faults == []


def test_titles_stand_for_no_figures():
    assert plain_title(" a{tasks}\x00 {x}\n{ y } ") == "a｛tasks｝ ｛x｝ { y }"
    assert len(plain_title("x" * 900)) == 200


def test_views_are_added_to_the_deck_named_else_the_first_else_a_new_one(used):
    deck, title = add_view("status=done", "nowhere", TODAY)
    assert (deck.id, title.zh, len(deck.slides)) == ("deck-1", "已完成", 1)
    _, plan = used.plan()
    used.save_decks((*plan.decks, DECK), known=plan.decks)
    assert add_view("", "deck-2", TODAY)[0].id == "deck-2"
    assert add_view("", ["deck-2"], TODAY)[0].id == "deck-1"
    assert [len(deck.slides) for deck in used.plan()[1].decks] == [2, 3]


def test_a_view_is_added_to_what_somebody_else_has_just_saved(used, monkeypatch):
    used.plan()
    elsewhere = open_store(used.settings.plan)
    real = used.save_decks
    calls = []

    def save(decks, *, known):
        if not calls:
            elsewhere.save_decks((DECK,), known=())
        calls.append(known)
        return real(decks, known=known)

    monkeypatch.setattr(used, "save_decks", save)
    deck, _ = add_view("", "deck-2", TODAY)
    assert len(calls) == 2
    assert deck.slides[:2] == DECK.slides
    assert used.plan()[1].decks == (deck,)


def test_a_deck_keeps_the_basemap_and_leaves_the_language_out():
    kept = for_briefing(Scene(language="en", basemap="osm", search="x"))
    assert kept == Scene(basemap="osm", search="x")


def test_titles_show_their_figures(plan):
    deck = Deck("a", Text("x", ""), (Slide(Text("{tasks} 项", "{tasks} tasks")), Slide(Text("平", ""))))
    assert shown_titles(plan, deck, "zh", TODAY) == ["78 项", "平"]
    assert shown_titles(plan, deck, "en", TODAY) == ["78 tasks", "平"]


def test_faults_of_decks_are_cut_as_others_are(plan_folder):
    words = "".join(f"{{x{number}}}" for number in range(600))
    slide = f"[[decks.slides]]\ntitle_zh = 'a'\ntext_zh = '{words}'\n"
    (plan_folder / "decks.toml").write_text("[[decks]]\nid = 'd'\ntitle_zh = 'd'\n" + slide * 150, encoding="utf-8")
    plan, faults = FolderStore(plan_folder).check()
    assert plan is None
    assert len(faults) == 1001
    assert faults[-1].code == "more-faults"


def test_a_broken_entry_is_a_fault_of_the_decks_alone(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(plan, str(path))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE planmap_info SET value = '{broken' WHERE key = 'decks'")
    found, faults = open_store(str(path)).check()
    assert found is None
    assert [(fault.file, fault.field) for fault in faults] == [("planmap_info", "decks")]
    with pytest.raises(PlanMapError) as refused:
        open_store(str(path)).save_decks((DECK,), known=())
    assert refused.value.code == "decks-changed"


@pytest.mark.slow
def test_two_processes_that_save_lose_nothing(plan, tmp_path):
    path = tmp_path / "plan.gpkg"
    copy_plan(replace(plan, decks=()), str(path))
    script = (
        "import sys\n"
        "from dataclasses import replace\n"
        "from geo.errors import PlanMapError\n"
        "from layers.plan.deck import Deck\n"
        "from layers.plan.plan import Text\n"
        "from layers.store.base import open_store, read_plan\n"
        "for number in range(6):\n"
        "    while True:\n"
        "        store = open_store(sys.argv[1])\n"
        "        decks = read_plan(store).decks\n"
        "        own = Deck(f'{sys.argv[2]}-{number}', Text('x', ''), ())\n"
        "        try:\n"
        "            store.save_decks((*decks, own), known=decks)\n"
        "            break\n"
        "        except PlanMapError as error:\n"
        "            assert error.code == 'decks-changed', error.code\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", script, str(path), name]) for name in ("a", "b")]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    saved = {deck.id for deck in read_plan(open_store(str(path))).decks}
    assert saved == {f"{name}-{number}" for name in "ab" for number in range(6)}
