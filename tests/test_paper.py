"""Paper and scale as people type them."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import PlanMapError
from layers.draw import typeface
from layers.draw.drawing import Drawing, TextLine
from layers.draw.furniture import bar_labels, bar_step, draw_scale_bar
from layers.draw.paper import LARGEST_NUMBER, SIZES, SMALLEST_NUMBER, Paper, parse_scale, round_scale, scale_text


@pytest.mark.parametrize(
    ("text", "orientation", "size"),
    [
        ("A3", "", (420, 297)),
        ("a4", "portrait", (210, 297)),
        ("16:9", "landscape", (338.67, 190.5)),
        ("420x297mm", "", (420, 297)),
        ("297 × 420", "", (297, 420)),
        ("297*420 MM", "landscape", (420, 297)),
    ],
)
def test_paper(text, orientation, size):
    paper = Paper.parse(text, orientation)
    assert (paper.width, paper.height) == size


@pytest.mark.parametrize("text", ["", "A5", "B4", "420", "420x", "420x-297", "1e3x300", "４２０x297"])
def test_what_is_no_paper(text):
    with pytest.raises(PlanMapError, match="paper-unknown"):
        Paper.parse(text)


@pytest.mark.parametrize("text", ["50x400mm", "400x3000mm", "0x0", "99.99x500"])
def test_paper_that_cannot_be_drawn(text):
    with pytest.raises(PlanMapError, match="paper-range"):
        Paper.parse(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1:50000", 50000),
        ("1：50000", 50000),
        ("1/25000", 25000),
        ("50,000", 50000),
        ("1:50 000", 50000),
        ("1:5万", 50000),
        ("1：2.5万", 25000),
        ("1∶1.25 万", 12500),
        ("1：50 000", 50000),
        ("1/50000", 50000),
        ("AUTO", None),
    ],
)
def test_scale(text, number):
    assert parse_scale(text) == number


@given(st.text(max_size=12))
def test_any_text_is_a_scale_or_a_clear_error(text):
    number = None
    with suppress(PlanMapError):
        number = parse_scale(text)
    assert number is None or SMALLEST_NUMBER <= number <= LARGEST_NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1:",
        "1:0",
        "1:99",
        "1:50000000000",
        "2:50000",
        "1:5e4",
        "-1:50",
        "1:５０００",
        "fifty",
        "1:2.5",
        "1:0.00001万",
        "1:万",
    ],
)
def test_what_is_no_scale(text):
    with pytest.raises(PlanMapError, match="scale-unknown"):
        parse_scale(text)


@given(st.integers(SMALLEST_NUMBER, LARGEST_NUMBER))
def test_a_printed_scale_reads_back(number):
    assert parse_scale(scale_text(number)) == number


@given(st.floats(SMALLEST_NUMBER, LARGEST_NUMBER))
def test_a_round_scale_shows_all_and_wastes_little(number):
    found = round_scale(number)
    assert number * (1 - 1e-6) <= found <= number * 1.35
    # At most three figures and then noughts.
    assert int(f"{found}"[3:] or 0) == 0


def test_every_size_lies():
    assert all(width > height for width, height in SIZES.values())


@given(st.integers(1_000, 5_000_000), st.floats(10.0, 90.0), st.floats(0.6, 2.0))
@settings(deadline=None)
def test_the_lengths_at_a_scale_bar_stand_clear_of_each_other(scale, room, size):
    drawing = Drawing(200.0, 20.0)
    length = draw_scale_bar(drawing, 20.0, 5.0, scale=scale, room=room, size=size)
    assert 0 < length <= max(room, 1000 / scale) + 1e-9
    found = sorted((word for word in drawing.items if isinstance(word, TextLine)), key=lambda word: word.x)
    edges = []
    for word in found:
        wide = typeface.width(word.text, word.size)
        left = word.x - wide / 2 if word.align == "center" else word.x
        edges.append((left, left + wide))
    assert all(before[1] < after[0] for before, after in pairwise(edges))
    assert found[-1].text in ("m", "km")


def test_a_short_scale_bar_keeps_what_can_be_read():
    # Four divisions of 200 m: only the ends find room over 13 mm.
    assert bar_step(60_000, 16.0, 7.75) == (200.0, 4)
    assert bar_labels(60_000, 200.0, 4, 7.75) == (0, 4)
    assert bar_labels(30_000, 500.0, 3, 7.75) == (0, 1, 2, 3)
