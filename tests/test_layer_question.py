"""Questions about own layers: in an address and out of it again, whatever they hold, and whatever an address holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PlanMapError
from layers.plan.layer_question import (
    FieldCondition,
    LayerQuestion,
    PlaceCondition,
    questions_text,
    read_questions,
)
from layers.plan.scene import Scene
from layers.plan.scene_text import scene_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def conditions(draw: st.DrawFn) -> FieldCondition:
    field = draw(TEXTS)
    match draw(st.integers(0, 4)):
        case 0:
            return FieldCondition(field, values=tuple(draw(st.lists(TEXTS, min_size=1, max_size=5, unique=True))))
        case 1:
            return FieldCondition(field, contains=draw(TEXTS))
        case 2:
            return FieldCondition(field, empty=True)
        case 3:
            since = draw(st.none() | st.dates())
            return FieldCondition(
                field, since=since, until=draw(st.dates() if since is None else st.none() | st.dates())
            )
    least = draw(st.none() | NUMBERS)
    return FieldCondition(field, least=least, most=draw(NUMBERS if least is None else st.none() | NUMBERS))


@st.composite
def places(draw: st.DrawFn) -> PlaceCondition:
    sites = tuple(draw(st.lists(TEXTS, min_size=1, max_size=4, unique=True)))
    inside = draw(st.booleans())
    return PlaceCondition(sites, 0 if inside else draw(st.integers(0, 200_000)), inside)


QUESTIONS = st.builds(
    LayerQuestion, st.lists(conditions(), max_size=4, unique=True).map(tuple), st.none() | places()
).filter(bool)
LAYERS = TEXTS.map("own-".__add__)


@given(st.dictionaries(LAYERS, QUESTIONS, max_size=4))
def test_an_address_gives_back_what_is_asked(questions):
    assert read_questions(questions_text(questions)) == (questions, True)
    scene = Scene(questions=questions)
    assert Scene.from_query(scene.to_query()).questions == questions
    assert scene_of("?" + scene.to_query()).questions == questions


@given(st.text(st.sampled_from("~:,!.-1eown空 infrhasearby")) | st.text())
def test_whatever_stands_in_an_address_is_read_and_what_was_read_is_stable(text):
    found, _ = read_questions(text)
    assert read_questions(questions_text(found)) == (found, True)


def test_an_address_can_be_read_by_people():
    question = LayerQuestion(
        (FieldCondition("use", values=("housing", "shops")), FieldCondition("ratio", least=1.0, most=2.5)),
        PlaceCondition(("station",), 500),
    )
    query = Scene(questions={"own-parcels": question}).to_query()
    assert query == "ask=own-parcels~use:is:housing,shops~ratio:from:1..2.5~:near:500:station"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("own-a~x:is:1~y:nonsense:2", "own-a~x:is:1"),
        ("own-a~x:is:1~:near:999999:s", "own-a~x:is:1"),
        ("own-a~x:from:..", ""),
        ("own-a~x:from:nan..1", ""),
        ("own-a~x:from:2026-02-30..", ""),
        ("own-a~x:from:2026-02-01..5", ""),
        ("own-a", ""),
        ("parcels~x:is:1", ""),
        ("own-a~x:is:1~~own-a~x:is:2", "own-a~x:is:1"),
        ("own-a~x:is:1~:in:s~:in:t", "own-a~x:is:1~:in:s"),
    ],
)
def test_a_page_leaves_out_what_it_does_not_understand_and_a_sheet_refuses_it(text, kept):
    assert questions_text(Scene.from_query({"ask": text}).questions) == kept
    with pytest.raises(PlanMapError, match="scene-part"):
        scene_of(f"?ask={text}")


def test_days_stand_in_an_address_as_numbers_do():
    question = LayerQuestion((FieldCondition("批准", since=date(2024, 1, 1), until=date(2026, 6, 30)),))
    assert str(question) == "批准:from:2024-01-01..2026-06-30"
    assert str(FieldCondition("a", until=date(987, 6, 5))) == "a:from:..0987-06-05"


def test_a_question_without_conditions_is_none():
    scene = replace(Scene(), questions={"own-a": LayerQuestion()})
    assert scene.to_query() == ""
