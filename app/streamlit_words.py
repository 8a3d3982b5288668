"""What Streamlit says by itself, in English only, in the languages of the pages."""

from __future__ import annotations

import re

from layers.translation import LANGUAGES, Translation, translation

KEYS = (
    "streamlit.skip",
    "streamlit.open",
    "streamlit.close",
    "streamlit.dismiss",
    "streamlit.notifications",
    "streamlit.clear",
    "streamlit.clear-all",
    "streamlit.clear-entry",
    "streamlit.clear-date",
    "streamlit.choose-date",
    "streamlit.selected",
    "streamlit.remove",
    "streamlit.none-found",
    "streamlit.none-to-select",
    "streamlit.choose",
    "streamlit.choose-several",
    "streamlit.multiselect-options",
    "streamlit.select-options",
    "streamlit.options",
    "streamlit.option",
    "streamlit.option-selected",
    "streamlit.enter",
    "streamlit.key-enter",
    "streamlit.full-screen",
    "streamlit.full-screen-of",
    "streamlit.close-full-screen",
    "streamlit.help",
    "streamlit.file-upload",
    "streamlit.upload",
    "streamlit.drop",
    "streamlit.drop-several",
    "streamlit.per-file",
    "streamlit.add-files",
    "streamlit.add-icon",
    "streamlit.add-option",
    "streamlit.too-large",
    "streamlit.not-allowed",
    "streamlit.stop",
    "streamlit.running",
    "streamlit.cancel",
    "streamlit.copy",
    "streamlit.view-more",
    "streamlit.lost-title",
    "streamlit.lost-stopped",
    "streamlit.lost-silent",
    "streamlit.lost-timeout",
    "streamlit.lost-status",
)
"""Keys of the texts; those of the English translation are Streamlit's own words, by which they are found."""


def page_words() -> dict[str, object]:
    """Return for the first HTML what `words.js` and `connection.js` say: pairs of patterns and words by language."""
    english = translation("en")
    return {
        "streamlit": {
            language: [[_pattern(english(key)), _filled(translation(language)(key))] for key in KEYS]
            for language in LANGUAGES
            if language != english.language
        },
        "dialogs": [translation(language)("streamlit.lost-title") for language in LANGUAGES],
        "lost": {language: _lost(translation(language)) for language in LANGUAGES},
    }


def _lost(text: Translation) -> dict[str, str]:
    return {"title": text("lost.title"), "mend": text("lost.mend"), "forever": text("lost.forever")}


def _pattern(words: str) -> str:
    """Return a regular expression of JavaScript for `words`, in which each `{name}` is a group of that name."""
    parts = re.split(r"\{(\w+)\}", words)
    # What is to be taken literally is only letters, spaces and marks; re.escape would write what JavaScript refuses.
    literal = [re.sub(r"([.*+?^$()|\[\]\\/])", r"\\\1", part) for part in parts[::2]]
    return "".join(
        part for pair in zip(literal, [*(f"(?<{name}>.+?)" for name in parts[1::2]), ""], strict=True) for part in pair
    )


def _filled(words: str) -> str:
    """Return `words` with each `{name}` as JavaScript writes the group of that name."""
    return re.sub(r"\{(\w+)\}", r"$<\1>", words)
