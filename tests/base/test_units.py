"""Numbers and times as ISMP wants them shown."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.base.units import amount, clock, day, often, quoted, show, show_hours


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5"), (5.0, "5"), (1250, "1,250"), (1234567.5, "1,234,567.5"), (0, "0"),
     (-0.0000001, "0"), (0.1 + 0.2, "0.3"), (100.0, "100"), (2.10, "2.1")],
)  # fmt: skip
def test_numbers_are_shown_by_the_ismp_rules(value, text):
    assert show(value) == text


@given(st.floats(min_value=-1e6, max_value=1e6, allow_nan=False))
def test_no_number_is_shown_with_a_bare_point_or_a_trailing_zero(value):
    text = show(value, 3)
    assert not text.startswith((".", "-."))
    assert "." not in text or not text.endswith(("0", "."))


@pytest.mark.parametrize(
    ("hours", "text"),
    [(2, "2 h"), (0.5, "30 min"), (1.5, "1 h 30 min"), (0, "0 min"), (24, "24 h")],
)
def test_durations_read_as_in_an_order(hours, text):
    assert show_hours(hours) == text


@pytest.mark.parametrize(
    ("hours", "words"),
    [(2, "every 2 h"), (12, "every 12 h"), (24, "daily"), (48, "every other day"),
     (72, "every 3 days"), (168, "weekly"), (None, "")],
)  # fmt: skip
def test_how_often_in_words(hours, words):
    assert often(hours) == words


def test_days_of_treatment_in_words():
    assert (often(None, (1,)), often(24, (1, 4, 8))) == ("on day 1", "on days 1, 4 and 8")


@pytest.mark.parametrize(
    ("total", "text"), [(37.333, "37.33"), (1, "1"), (0.04567, "0.0457"), (1250, "1,250")]
)
def test_an_amount_as_one_reads_it(total, text):
    assert amount(total) == text


def test_a_day_and_a_half_is_not_daily():
    assert (often(36), often(60), often(240)) == ("every 36 h", "every 60 h", "every 10 days")


def test_from_one_on_an_amount_has_two_decimals():
    assert (amount(1.2345), amount(0.98765)) == ("1.23", "0.9877")


def test_a_time_names_its_day_only_when_it_is_another():
    now = datetime(2026, 1, 5, 23, 5)
    assert clock(datetime(2026, 1, 5, 9, 3), now) == "09:03"
    assert clock(datetime(2026, 1, 6, 9, 30), now) == "09:30 on 6 Jan"
    assert [day(datetime(2026, month, 1)) for month in (1, 2, 12)] == ["1 Jan", "1 Feb", "1 Dec"]


def test_what_was_given_is_said_again_in_short():
    assert quoted("x" * 59 + "y") == "'" + "x" * 59 + "…"
    assert quoted(10**400) == "1" + "0" * 59 + "…"
    assert quoted(None) == "None"
