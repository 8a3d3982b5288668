"""Dates that are known to the month, and periods."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.plan.terms import PartialDate, Period, Text


@given(st.dates())
def test_a_day_reads_back(day):
    parsed = PartialDate.parse(day.isoformat())
    assert parsed.last_day == day
    assert str(parsed) == day.isoformat()


@given(st.dates(max_value=date(9999, 11, 30)))
def test_a_month_has_come_by_its_last_day(day):
    parsed = PartialDate.parse(day.strftime("%Y-%m").rjust(7, "0"))
    assert parsed.last_day >= day
    assert (parsed.last_day.year, parsed.last_day.month) == (day.year, day.month)


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_a_value_error(text):
    try:
        parsed = PartialDate.parse(text)
    except ValueError:
        return
    assert PartialDate.parse(str(parsed)) == parsed


def test_the_last_month_that_there_is():
    assert PartialDate.parse("9999-12").last_day == date(9999, 12, 31)


@pytest.mark.parametrize(
    "text", ["2024", "2024-13", "2024-02-30", "24-01-01", "2024-1-1", "２０２４-01", "", "2024-01-"]
)
def test_what_is_no_date(text):
    with pytest.raises(ValueError, match=r".*"):
        PartialDate.parse(text)


def test_a_period_must_not_run_backwards():
    assert str(Period.parse("2024-01/2024-06")) == "2024-01/2024-06"
    assert str(Period.parse("2024-06/2024-06-30")) == "2024-06/2024-06-30"
    with pytest.raises(ValueError, match="2024-06/2024-01"):
        Period.parse("2024-06/2024-01")


def test_text_falls_back_to_the_language_that_is_there():
    assert Text("东丽湖", "").get("en") == "东丽湖"
    assert Text("", "Dongli Lake").get("zh") == "Dongli Lake"
