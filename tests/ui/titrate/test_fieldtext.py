"""Times as typed in a field of the titrate panel."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from dosing.ui.titrate.fieldtext import read_time, show_time, worded

ZONE = dt.timezone(dt.timedelta(hours=1))
NOW = dt.datetime(2026, 11, 21, 10, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("typed", "hour"),
    [("08:30", 8), ("8:30", 8), ("2026-11-21 07:05", 7), ("2026-11-20T23:59", 23)],
)
def test_a_time_is_read(typed, hour):
    found = read_time(typed, NOW)
    assert (found.hour, found.tzinfo) == (hour, ZONE)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "write it as 08:30"), ("8.30", "write it as"), ("25:00", "does not exist"),
     ("2026-02-30 08:00", "does not exist"), ("11:00", "an earlier day"),
     ("2026-11-22 08:00", "has not come yet"), ("\uff10\uff18:30", "write it as")],
)  # fmt: skip
def test_what_is_no_time_is_refused(typed, words):
    with pytest.raises(ValueError, match=words):
        read_time(typed, NOW)


@pytest.mark.parametrize(
    ("typed", "hour"), [("02:30+02:00", 0), ("2026-10-25 02:30+01:00", 1), ("01:30", 23)]
)
def test_an_hour_that_came_twice_is_asked_about(typed, hour):
    now = dt.datetime(2026, 10, 25, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    assert read_time(typed, now).astimezone(dt.UTC).hour == hour
    with pytest.raises(ValueError, match="came twice"):
        read_time("02:30", now)
    assert show_time(read_time("02:30+01:00", now)) == "2026-10-25 02:30+0100"
    assert read_time(show_time(read_time(typed, now)), now) == read_time(typed, now)


def test_values_as_they_are_read():
    assert (worded(None), worded(1250.0), worded("B")) == ("not entered", "1,250", "B")
