"""Where labels fit, and which ticks are nice."""

from datetime import datetime, timedelta

import pytest

from dosing.course.plot_layout import Shelf, nice, pump_ratio, width_of, wrap
from dosing.course.timeline import Segment

START = datetime(2026, 11, 21, 8)


def test_a_label_takes_the_first_free_place():
    shelf = Shelf((0, 0, 100, 100))
    assert shelf.find([(10, 10), (50, 50)], 20, 10) == (10, 10)
    assert shelf.find([(12, 12), (50, 50)], 20, 10) == (50, 50)


def test_a_label_never_leaves_the_panel_or_covers_another():
    shelf = Shelf((0, 0, 30, 30))
    assert shelf.find([(25, 5), (5, 25)], 20, 10) is None
    shelf.put((0, 0, 30, 30))
    assert shelf.find([(5, 5)], 5, 5) is None


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 12), (20, 130), (0, 0.12), (95, 260)])
def test_ticks_lie_within_and_are_not_too_many(low, high):
    ticks = nice(low, high, 5)
    assert 1 < len(ticks) <= 6
    assert all(low <= tick <= high for tick in ticks)


def segment(rate, pump):
    return Segment(START, START + timedelta(hours=1), rate, "mcg/kg/min", pump)


def test_one_factor_between_dose_and_pump_or_none():
    assert pump_ratio([segment(0.5, 2.1), segment(2, 8.4)]) == pytest.approx(4.2, rel=0.01)
    assert pump_ratio([segment(0.5, 2.1), segment(2, 4.2)]) is None


def test_bold_text_is_wider_and_long_text_is_wrapped():
    assert width_of("held", True) > width_of("held")
    assert len(wrap("one two three four five six seven", width_of("one two three"))) >= 2
