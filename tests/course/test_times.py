"""Moments: aware, in UTC, read in a zone, right over both changes of the clocks."""

import datetime as dt

import pandas as pd
import pytest

from dosing.course.times import in_zone, iso, moment, read_moment, stamp, zone_name, zone_of

BERLIN = zone_of("Europe/Berlin")


def test_a_moment_is_kept_in_utc():
    at = moment(dt.datetime(2026, 11, 21, 8, 0, 1, 5, tzinfo=BERLIN))
    assert at == dt.datetime(2026, 11, 21, 7, 0, 1, 5, tzinfo=dt.UTC)
    assert at.tzinfo is dt.UTC


@pytest.mark.parametrize("raw", [None, "2026-11-21T08:00", 5, dt.date(2026, 11, 21), pd.NaT])
def test_what_is_no_moment_is_refused_in_a_sentence(raw):
    with pytest.raises(ValueError, match="is no date and time"):
        moment(raw)


def test_a_moment_without_a_zone_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"2026-11-21 08:00:00 says no zone"):
        moment(dt.datetime(2026, 11, 21, 8))


@pytest.mark.parametrize(
    ("text", "utc"),
    [("2026-11-21T08:00+01:00", 7), ("2026-11-21 08:00Z", 8), ("2026-11-21T0800-0500", 13),
     (" 2026-11-21T08:00:30+00:00 ", 8)],
)  # fmt: skip
def test_a_moment_as_typed_with_its_offset(text, utc):
    assert read_moment(text).astimezone(dt.UTC).hour == utc


@pytest.mark.parametrize(
    "text", ["", "noon", "08:00", "2026-13-21T08:00Z", "2026-11-21T25:00Z", "2026-11-31T08:00Z"]
)
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(ValueError, match="is no date and time"):
        read_moment(text)


def test_without_an_offset_a_zone_is_needed():
    with pytest.raises(ValueError, match="says no zone"):
        read_moment("2026-11-21 08:00")
    assert read_moment("2026-11-21 08:00", BERLIN).utcoffset() == dt.timedelta(hours=1)


def test_an_hour_that_came_twice_is_asked_once_which_is_meant():
    with pytest.raises(ValueError, match=r"02:30 came twice .* write \+02:00 or \+01:00"):
        read_moment("2026-10-25 02:30", BERLIN)
    early, late = (read_moment(f"2026-10-25 02:30{o}", BERLIN) for o in ("+02:00", "+01:00"))
    assert late - early == dt.timedelta(hours=1)
    assert read_moment("2026-10-25 01:59", BERLIN) < early
    assert read_moment("2026-10-25 03:00", BERLIN) > late


def test_an_hour_that_did_not_exist_is_refused():
    with pytest.raises(ValueError, match="02:30 did not exist"):
        in_zone(dt.datetime(2026, 3, 29, 2, 30), BERLIN)
    before, after = (in_zone(dt.datetime(2026, 3, 29, *t), BERLIN) for t in ((1, 59), (3, 0)))
    assert after - before == dt.timedelta(minutes=1)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "+25:00", "+1", "../etc/passwd", "Europe"])
def test_a_zone_that_is_not_known_is_refused(zone):
    with pytest.raises(ValueError, match="is no zone that is known here"):
        zone_of(zone)


@pytest.mark.parametrize("zone", ["UTC", "+01:00", "-05:30", "Europe/Berlin"])
def test_a_zone_is_found_again_by_its_name(zone):
    at = dt.datetime(2026, 11, 21, 8, tzinfo=zone_of(zone))
    assert zone_name(at) == zone
    assert zone_of(zone_name(at)).utcoffset(at) == at.utcoffset()


def test_moments_are_shown_in_a_zone():
    at = dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)
    assert stamp(at, BERLIN) == "2026-07-02 00:30"
    assert iso(at, BERLIN) == "2026-07-02T00:30:00+02:00"
