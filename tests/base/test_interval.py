"""Intervals read as a table prints them."""

import numpy as np
import pytest

from dosing.base.interval import Interval


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("[30, 60]", [30, 45, 60], [29.9, 60.1]),
        ("(30, 60)", [30.1, 59.9], [30, 60]),
        ("[30, 60)", [30, 59.9], [60]),
        ("< 30", [29.9, -5], [30]),
        ("<= 30", [30], [30.1]),
        ("> 1.5", [1.51], [1.5]),
        (">= 80", [80], [79.9]),
        ("= 300", [300], [299, 301]),
        ("any", [-1e9, 0, 1e9], []),
    ],
)
def test_each_end_belongs_as_it_is_written(text, inside, outside):
    interval = Interval.parse(text)
    assert all(x in interval for x in inside)
    assert not any(x in interval for x in outside)


def test_a_missing_value_lies_in_no_interval():
    assert not Interval.parse("any").holds(np.array([np.nan])).any()


@pytest.mark.parametrize("text", ["46-70", "[60, 30]", "(5, 5]", "30 to 60", "", ">= abc", "5"])
def test_what_is_no_interval_is_refused_with_how_to_write_one(text):
    with pytest.raises(ValueError, match=r"not an interval: .*write"):
        Interval.parse(text)


def test_ends_are_the_finite_ones():
    assert Interval.parse("[30, 60]").ends == (30, 60)
    assert Interval.parse("> 100").ends == (100,)
    assert Interval.parse("= 5").ends == (5,)
    assert Interval.parse("any").ends == ()
