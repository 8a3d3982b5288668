"""The typeface of the sheets: Chinese without any font of the machine."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PlanMapError
from layers import font as faces
from layers import resources
from layers.draw import typeface
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight

CHINESE = st.text(st.sampled_from("东丽湖军粮城北站规划调整，。（）“”、abc 12%"), max_size=60)


@pytest.mark.parametrize("weight", Weight)
def test_the_files_are_there_and_are_the_face_they_say(weight):
    with TTFont(faces.font_file(weight)) as font:
        assert font["name"].getBestFamilyName().startswith(faces.FAMILY)
        assert font["OS/2"].usWeightClass == {Weight.REGULAR: 400, Weight.BOLD: 600}[weight]


def test_a_missing_file_says_how_to_mend_it(monkeypatch, tmp_path):
    monkeypatch.setattr(resources, "BROWSER_FOLDER", tmp_path)
    with pytest.raises(PlanMapError, match="incomplete-install"):
        faces.font_file(Weight.REGULAR)


@pytest.mark.parametrize("text", ["好𠀀", "\n", "a\tb", "🚄", "\u200b"])
def test_what_cannot_be_printed_is_an_error(text):
    for use in (typeface.check, lambda words: typeface.width(words, 8), lambda words: typeface.outline(words, 8)):
        with pytest.raises(PlanMapError, match="glyph-missing") as caught:
            use(text)
        assert "U+" in caught.value.details["characters"]


def test_a_chinese_character_is_as_wide_as_its_size():
    assert typeface.width("东", 10) == pytest.approx(10 * MM_PER_POINT, rel=1e-6)
    assert typeface.width("东丽湖", 10, Weight.BOLD) == pytest.approx(30 * MM_PER_POINT, rel=1e-6)


def test_an_outline_stands_on_its_baseline():
    outline = typeface.outline("H", 72)
    bounds = outline.get_extents()
    assert bounds.y0 == pytest.approx(0, abs=0.05)
    assert bounds.y1 == pytest.approx(typeface.CAP_HEIGHT * 25.4, rel=0.01)
    assert typeface.outline("  ", 8) is None


@given(CHINESE, st.floats(4, 60))
def test_wrapped_lines_fit_and_lose_nothing(text, limit):
    lines = typeface.wrap(text, limit, 8)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        # What is held together may be wider than a narrow column, but never two pieces.
        assert typeface.width(line, 8) <= limit + 1e-6 or len(line) == 1


def test_no_line_begins_with_a_closing_mark():
    lines = typeface.wrap("推动军粮城北站，用好站区存量土地。（含南北两侧）", 20, 8)
    assert len(lines) > 2
    assert not any(line[0] in "，。）" or line[-1] == "（" for line in lines)


@given(CHINESE, st.floats(4, 60))
def test_a_shortened_text_fits(text, limit):
    short = typeface.shorten(text, limit, 8)
    assert short == text or (short.endswith("…") and typeface.width(short, 8) <= max(limit, typeface.width("…", 8)))


def test_a_subset_holds_what_it_must_and_little_more():
    data = faces.subset_bytes(Weight.REGULAR, "东丽湖 12")
    with TTFont(BytesIO(data)) as font:
        assert set(map(chr, font.getBestCmap())) == set("东丽湖 12")
    assert len(data) < 10_000
    assert data == faces.subset_bytes(Weight.REGULAR, "东丽湖 12")


def test_a_subset_draws_the_same_letters(tmp_path):
    from matplotlib.ft2font import FT2Font, LoadFlags

    full, part = faces.font_file(Weight.BOLD), faces.subset_file(Weight.BOLD, frozenset("东A"))
    for character in "东A":
        shapes = []
        for path in (full, part):
            font = FT2Font(str(path))
            font.set_size(100, 72)
            font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
            shapes.append(font.get_path()[0])
        assert np.array_equal(*shapes)


def test_several_people_may_measure_at_once():
    """Each run of a page is a thread of its own, and a font is read from its file character by character."""
    characters = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 1200) if typeface.covers(chr(code)))
    typeface._glyph.cache_clear()
    alone = [typeface._glyph(Weight.REGULAR, character)[0] for character in characters]
    sizes = [len(typeface.outline(character, 8).vertices) for character in characters]
    for _ in range(3):
        typeface._glyph.cache_clear()
        typeface._advance.cache_clear()
        with ThreadPoolExecutor(8) as pool:
            # Each begins elsewhere, so that they seldom ask for the same.
            starts = range(0, len(characters), 150)
            runs = pool.map(lambda start: measured(characters[start:] + characters[:start]), starts)
            for start, (wide, many) in zip(starts, runs, strict=True):
                assert wide == alone[start:] + alone[:start]
                assert many == sizes[start:] + sizes[:start]


def measured(characters: str) -> tuple[list[float], list[int]]:
    return (
        [typeface._glyph(Weight.REGULAR, character)[0] for character in characters],
        [len(typeface.outline(character, 8).vertices) for character in characters],
    )
