"""Paper and scale as people type them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PlanMapError
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


@pytest.mark.parametrize("text", ["50x400mm", "400x3000mm", "0x0", "119.99x500"])
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
    "text", ["", "1:", "1:0", "1:99", "1:50000000000", "2:50000", "1:5e4", "-1:50", "1:５０００", "fifty"]
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
