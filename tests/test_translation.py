"""How texts are filled in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.translation import LANGUAGES, Translation, translation


@pytest.mark.parametrize(("count", "words"), [(0, "0 tasks"), (1, "1 task"), (2, "2 tasks"), ("1", "1 task")])
def test_one_thing_has_a_word_of_its_own(count, words):
    assert translation("en")("page.tasks", count=count) == words


@given(st.text(max_size=30))
def test_what_is_filled_in_is_filled_in_once_and_stays_as_it_is(words):
    text = Translation("en", {"key": "{name} {name|one|many} {other}"})
    assert text("key", name=words) == f"{words} {'one' if words == '1' else 'many'} {{other}}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_that_there_is_not_is_a_mistake(language):
    with pytest.raises(KeyError):
        translation(language)("page.nothing")
