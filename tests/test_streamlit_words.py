"""What Streamlit says by itself is found by its own words, so those must be what this version of it says."""

import re

from app.static_files import streamlit_folder
from app.streamlit_words import KEYS, page_words
from layers.translation import translation

ELSEWHERE = {
    "streamlit.options": "of a library that has them apart, as a number and a plural",
    "streamlit.option": "the same",
    "streamlit.option-selected": "the same",
    "streamlit.stop": "too short to look for",
}


def test_streamlit_still_says_the_words_by_which_they_are_found():
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in (streamlit_folder() / "static/js").glob("*.js"))
    english = translation("en")
    missing = {
        key: part
        for key in KEYS
        if key not in ELSEWHERE
        for part in re.split(r"\{\w+\}", english(key))
        if len(part.strip()) > 3 and not all(word.rstrip(":") in scripts for word in part.split())
    }
    assert missing == {}


def test_a_pattern_finds_its_own_words_and_takes_what_changes_along():
    pairs = page_words()["streamlit"]["zh"]
    assert [said for _, said in pairs] == [re.sub(r"\{(\w+)\}", r"$<\1>", translation("zh")(key)) for key in KEYS]
    for (pattern, _), key in zip(pairs, KEYS, strict=True):
        words = translation("en")(key)
        filled = re.sub(r"\{\w+\}", "500MB", words)
        # Python writes a group's name with a P.
        assert re.fullmatch(pattern.replace("(?<", "(?P<"), filled, re.DOTALL), key
        assert not re.fullmatch(pattern.replace("(?<", "(?P<"), f"{filled} and more") or "{" in words
