"""Where labels fit, and which ticks are nice."""

from datetime import datetime, timedelta

import pytest

from dosing.course.plot_layout import (
    Shelf,
    around,
    earlier,
    for_a_page,
    nice,
    pump_ratio,
    span,
    steps,
    strokes,
    time_ticks,
    width_of,
    wrap,
)
from dosing.course.timeline import Result, Segment, Timeline

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


def at(hours):
    return START + timedelta(hours=hours)


def test_labels_may_touch_the_frame_and_each_other():
    shelf = Shelf((0, 0, 22, 20))
    assert shelf.find([(1, 2)], 20, 8) == (1, 2)  # one point beside it, two below
    assert shelf.find([(1, 12)], 20, 8) == (1, 12)
    assert Shelf((0, 0, 22, 20)).find([(0.9, 2), (1, 1.9), (1.1, 2), (1, 12.1)], 20, 8) is None


def test_what_is_better_left_free_is_taken_only_in_need():
    shelf = Shelf((0, 0, 100, 40))
    shelf.avoid((0, 0, 50, 40))
    assert shelf.find([(10, 10), (60, 10)], 20, 10) == (60, 10)
    assert shelf.find([(10, 10), (60, 10)], 20, 10) == (10, 10)
    assert shelf.find([(10, 10), (60, 10)], 20, 10) is None


def test_a_slanting_line_is_avoided_along_its_whole_length():
    shelf = Shelf((0, 0, 100, 100))
    shelf.avoid_line((10, 10), (90, 90))
    places = [(x - 2, x - 1) for x in range(12, 90, 6)]
    assert shelf.find([*places, (80, 4)], 3, 3) == (80, 4)
    assert Shelf((0, 0, 9, 9)).avoid_line((1, 1), (1, 1)) is None


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0, 1, 5, [0, 0.25, 0.5, 0.75, 1]),
        (0, 12, 5, [0, 2.5, 5, 7.5, 10]),
        (20, 130, 6, [20, 40, 60, 80, 100, 120]),
        (0, 0.3, 4, [0, 0.1, 0.2, 0.3]),
        (95, 260, 3, [100, 200]),
        (0, 217.5, 3, [0, 100, 200]),
    ],
)
def test_ticks_are_round_numbers(low, high, most, ticks):
    assert nice(low, high, most) == pytest.approx(ticks)


def test_a_pump_set_to_tenths_keeps_its_factor():
    assert pump_ratio([segment(0.5, 2.1), segment(0.51, 2.2)]) == pytest.approx(4.26, abs=0.01)
    assert pump_ratio([segment(1, 4.0), segment(1, 4.13)]) is None
    assert pump_ratio([segment(1, 4.0), segment(1, 4.1)]) == pytest.approx(4.05)
    assert pump_ratio([segment(1, 100), segment(1, 101.9)]) == pytest.approx(100.95)
    assert pump_ratio([segment(1, 100), segment(1, 103)]) is None
    assert pump_ratio([segment(1, 4.0), segment(1, None)]) is None
    assert pump_ratio([]) is None
    held = Segment(START, None, 0, "mcg/kg/min", held=True)
    assert pump_ratio([held]) is None
    assert pump_ratio([segment(0.5, 2.1), held]) == pytest.approx(4.2)


def timeline(now, **fields):
    return Timeline("argatroban", START, at(now), "aPTT", "s", **fields)


def test_the_time_axis_holds_all_that_is_drawn_and_two_hours_at_least():
    day = timeline(24)
    assert span(day) == (at(-0.6), at(24.6))
    assert span(timeline(0)) == (at(-0.05), at(2.05))
    assert span(timeline(24, due=at(28)))[1] == at(28.7)
    assert span(timeline(24, results=(Result(at(28), 60),)))[1] == at(28.7)
    assert span(timeline(24, rates=(Segment(at(-4), at(28), 1, "mg/h"),))) == (at(-4.8), at(28.8))
    assert span(timeline(24, platelets=((at(-100), 41),))) == span(day)
    ahead = ((at(28),), (1,), (2,), (3,))
    assert span(timeline(24, forecast=ahead))[1] == at(28.7)


def test_counts_before_the_axis_are_told():
    series = ((at(-100), 41), (at(-60), 62), (at(1), 80))
    told = timeline(24, platelets=series)
    assert earlier(series, told) == " (earlier: 62 on 18 Nov, 1 before it)"
    assert earlier(series[1:], told) == " (earlier: 62 on 18 Nov)"
    assert earlier(series[2:], told) == ""


@pytest.mark.parametrize(
    ("start", "length", "most", "ticks", "labels"),
    [
        (0, 4, 4, [0, 1, 2, 3, 4], ["08:00\n21 Nov", "09:00", "10:00", "11:00", "12:00"]),
        (0.5, 4, 4, [0.5, 1.5, 2.5, 3.5], ["09:00\n21 Nov", "10:00", "11:00", "12:00"]),
        (12, 12, 3, [0, 4, 8, 12], ["20:00\n21 Nov", "00:00\n22 Nov", "04:00", "08:00"]),
        (0, 72, 4, [16, 40, 64], ["22 Nov", "23 Nov", "24 Nov"]),
        (0, 0.5, 4, [0, 0.25, 0.5], ["08:00\n21 Nov", "08:15", "08:30"]),
        (0, 24 * 70, 4, [160, 328, 496, 664, 832, 1000, 1168, 1336, 1504, 1672], None),
    ],
)
def test_clock_times_stand_at_round_hours(start, length, most, ticks, labels):
    at_, told = time_ticks(at(start), length, most)
    assert at_ == pytest.approx(ticks)
    assert labels is None or told == labels


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([], (0, 1)),
        ([40, 80], (30, 90)),
        ([60], (57, 63)),
        ([5, 80], (0, 98.75)),
        ([0], (0, 2.5e-10)),
        ([-10, 10], (-15, 15)),
    ],
)
def test_limits_leave_room_for_labels_and_do_not_pass_zero(values, limits):
    assert around(values) == pytest.approx(limits, abs=1e-12)


def test_steps_rise_where_a_rate_follows_at_once():
    pieces = [(0, 1, 2), (1, 2, 3), (4, 5, 3)]
    assert strokes(pieces) == [(0, 2, 1, 2), (1, 3, 2, 3), (4, 3, 5, 3), (1, 2, 1, 3)]
    xs, ys = steps(pieces)
    assert xs == pytest.approx([0, 1, 1, 2, float("nan"), 4, 5], nan_ok=True)
    assert ys == pytest.approx([2, 2, 3, 3, float("nan"), 3, 3], nan_ok=True)


def test_a_narrow_sheet_still_has_room_for_ten_letters():
    assert wrap("abcdefghij klm", 1) == ["abcdefghij", "klm"]
    assert wrap("", 100) == []


def test_an_element_for_a_page_names_and_styles_nothing_of_the_page():
    whole = (
        '<?xml version="1.0"?><svg width="720pt" height="9pt" viewBox="0 0 720 9">'
        "<metadata>made\nby</metadata><defs>\n <style>* {color: red}</style></defs>"
        '<g id="figure_1"><rect width="1" height="2"/></g></svg>'
    )
    assert for_a_page(whole, 720.0) == (
        '<svg style="width: 100%; max-width: 720pt; height: auto; stroke-linejoin: round;'
        ' stroke-linecap: butt" viewBox="0 0 720 9"><g><rect width="1" height="2"/></g></svg>'
    )
